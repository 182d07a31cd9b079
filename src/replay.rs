//! Replaying and cancelling deliveries: what can be asked, and why a delivery is left as it is.

use serde::{Deserialize, Serialize};

use crate::{
    Millis,
    closed_set::closed_set,
    delivery::{FailureCause, Outcome},
};

closed_set! {
    /// Why a delivery is not replayed, or not cancelled.
    pub enum ReplayError {
        /// There is no such delivery (any more).
        Unknown = "unknown",
        /// It has not come to its end: it will be sent anyway.
        StillWaits = "still_waits",
        /// It is being sent at this moment.
        UnderWay = "under_way",
        /// It has come to its end: there is nothing to call off.
        Finished = "finished",
        /// It has been replayed by a new delivery; that one can be replayed.
        Replaced = "replaced",
        /// The same message has arrived, or is on its way: in this delivery, or in a copy of the event that came later.
        Arrived = "arrived",
        /// It has no message of its own: there was nobody to send one to.
        NoMessage = "no_message",
        /// It came through the stateless endpoint: there is no stored profile whose present settings could be used.
        NoProfile = "no_profile",
        /// Its profile has been deleted, and the bot's token with it.
        ProfileGone = "profile_gone",
        /// Its bot's token is no longer kept.
        TokenGone = "token_gone",
        /// The profile has no token.
        NoToken = "no_token",
        /// The event's body is no longer kept, or cannot be read any more.
        NoBody = "no_body",
        /// The profile does not want this type of event.
        NotWanted = "not_wanted",
        /// With the present settings the client has no Telegram id.
        NoRecipient = "no_recipient",
        /// With the present settings the message would be empty.
        NothingToSay = "nothing_to_say",
        /// With the present settings the message cannot be made, or the profile changed while it was.
        NotMade = "not_made",
    }
}

/// How a delivery is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplayAs {
    /// The message as it was made; of a split one, what has not arrived.
    ItWas,
    /// A new message of the same event, made with the profile as it is now.
    ItIs,
}

/// What is done to every delivery that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BulkKind {
    /// Replayed.
    Replay(ReplayAs),
    /// Called off.
    Cancel,
}

/// Which deliveries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matching {
    /// Their outcome: to replay, [`Outcome::Failed`], [`Outcome::Uncertain`] or [`Outcome::Cancelled`]; to call off,
    /// [`Outcome::Waiting`] (those that are tried again among them) or [`Outcome::Suspended`].
    pub outcome: Outcome,
    /// Of this profile only.
    pub profile: Option<i64>,
    /// Failed for this cause only.
    pub cause: Option<FailureCause>,
    /// Came then or later.
    pub since: Option<Millis>,
    /// Came before.
    pub until: Option<Millis>,
}

/// What became of one delivery that was to be replayed or called off: the id of the delivery that stands for it now,
/// itself or a new one; or why it was left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handled {
    /// The delivery.
    pub id: i64,
    /// What became of it.
    pub done: Result<i64, ReplayError>,
}

/// How far something that is done to many has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkProgress {
    /// Its id.
    pub id: i64,
    /// What is done.
    pub kind: BulkKind,
    /// To which.
    pub matching: Matching,
    /// Who asked for it.
    pub asked_by: String,
    /// When.
    pub created_at: Millis,
    /// How many matched at its beginning.
    pub total: u64,
    /// How many are done.
    pub done: u64,
    /// How many were left as they are, by the reason.
    pub refused: Vec<(ReplayError, u64)>,
    /// When it came to its end.
    pub finished_at: Option<Millis>,
    /// Whether somebody stopped it.
    pub stopped: bool,
}

impl BulkProgress {
    /// How many have not been looked at yet.
    #[must_use]
    pub fn left(&self) -> u64 {
        let refused: u64 = self.refused.iter().map(|(_, count)| count).sum();
        match self.finished_at {
            Some(_) => 0,
            None => self.total.saturating_sub(self.done).saturating_sub(refused),
        }
    }
}
