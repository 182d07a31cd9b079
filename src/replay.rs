//! Replaying and cancelling deliveries: the requests, and the reasons why a delivery is left unchanged.

use serde::{Deserialize, Serialize};

use crate::{
    Millis,
    closed_set::closed_set,
    delivery::{FailureCause, Outcome},
};

closed_set! {
    /// Why a delivery is not replayed or not cancelled.
    pub enum ReplayError {
        /// The delivery does not exist, or no longer does.
        Unknown = "unknown",
        /// The delivery is still queued and will be sent anyway.
        StillWaits = "still_waits",
        /// The delivery is being sent at this moment.
        UnderWay = "under_way",
        /// The delivery has ended: there is nothing to cancel.
        Finished = "finished",
        /// The delivery has been replayed by a new delivery, which can be replayed instead.
        Replaced = "replaced",
        /// The same message has arrived or is on its way, in this delivery or in a later copy of the event.
        Arrived = "arrived",
        /// The delivery has no message, because it had no recipient.
        NoMessage = "no_message",
        /// The delivery came through the stateless endpoint, so there is no stored profile to render with.
        NoProfile = "no_profile",
        /// The profile has been deleted together with the bot's token.
        ProfileGone = "profile_gone",
        /// The bot's token is no longer stored.
        TokenGone = "token_gone",
        /// The profile has no token.
        NoToken = "no_token",
        /// The event has no deliveries to replay, because it was accepted or has been replayed by a new event.
        EventReplaced = "event_replaced",
        /// The profile is disabled.
        Disabled = "disabled",
        /// The stored body is not an event.
        BadEvent = "bad_event",
        /// The event's body is no longer stored or cannot be read any more.
        NoBody = "no_body",
        /// The profile does not accept this type of event.
        NotWanted = "not_wanted",
        /// With the profile's present settings, the client has no Telegram id.
        NoRecipient = "no_recipient",
        /// With the profile's present settings, the message is empty.
        NothingToSay = "nothing_to_say",
        /// The message could not be rendered with the profile's present settings, or the profile changed meanwhile.
        NotMade = "not_made",
    }
}

/// The message that a replay sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplayAs {
    /// The stored message. Of a split one, only the parts that have not arrived.
    ItWas,
    /// A new message, rendered from the same event with the present profile.
    ItIs,
}

/// The action to apply to every matching delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BulkKind {
    /// Replay them.
    Replay(ReplayAs),
    /// Cancel them.
    Cancel,
}

/// Selects deliveries for a bulk action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matching {
    /// Their outcome: to replay, [`Outcome::Failed`], [`Outcome::Uncertain`] or [`Outcome::Cancelled`]; to cancel,
    /// [`Outcome::Waiting`] (which includes those to be retried) or [`Outcome::Suspended`].
    pub outcome: Outcome,
    /// Only this profile.
    pub profile: Option<i64>,
    /// Only deliveries that failed for this cause.
    pub cause: Option<FailureCause>,
    /// Received at this time or later.
    pub since: Option<Millis>,
    /// Received before this time.
    pub until: Option<Millis>,
}

/// The result for one delivery of a replay or cancel request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handled {
    /// The delivery.
    pub id: i64,
    /// The id of the delivery that now stands for it, which is itself or a new one; or why it was left unchanged.
    pub done: Result<i64, ReplayError>,
}

/// The progress of a bulk action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkProgress {
    /// Its id.
    pub id: i64,
    /// The action.
    pub kind: BulkKind,
    /// The deliveries that it applies to.
    pub matching: Matching,
    /// The user who started it.
    pub asked_by: String,
    /// When it was started.
    pub created_at: Millis,
    /// How many deliveries matched at the start.
    pub total: u64,
    /// How many are replayed or cancelled.
    pub done: u64,
    /// How many were left unchanged, by reason.
    pub refused: Vec<(ReplayError, u64)>,
    /// When it finished.
    pub finished_at: Option<Millis>,
    /// Whether a user stopped it.
    pub stopped: bool,
}

impl BulkProgress {
    /// How many are still to be processed.
    #[must_use]
    pub fn left(&self) -> u64 {
        let refused: u64 = self.refused.iter().map(|(_, count)| count).sum();
        match self.finished_at {
            Some(_) => 0,
            None => self.total.saturating_sub(self.done).saturating_sub(refused),
        }
    }
}
