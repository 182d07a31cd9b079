//! Replaying and cancelling deliveries: the requests, and the reasons why a delivery is not changed.

use serde::{Deserialize, Serialize};

use crate::{
    Millis,
    closed_set::closed_set,
    delivery::{FailureCause, Outcome},
};

closed_set! {
    /// Why a delivery is not replayed or not cancelled.
    pub enum ReplayError {
        /// The delivery does not exist (any more).
        Unknown = "unknown",
        /// The delivery is still queued and will be sent anyway.
        StillWaits = "still_waits",
        /// The delivery is being sent.
        UnderWay = "under_way",
        /// The delivery has finished, so it cannot be cancelled.
        Finished = "finished",
        /// A new delivery has replayed this one. The new one can be replayed instead.
        Replaced = "replaced",
        /// The same message was delivered or is queued, in this delivery or in a later copy of the event.
        Arrived = "arrived",
        /// The delivery has no message, because it had no recipient.
        NoMessage = "no_message",
        /// The delivery came through the stateless endpoint, so there is no stored profile.
        NoProfile = "no_profile",
        /// The profile has been deleted together with the bot's token.
        ProfileGone = "profile_gone",
        /// The bot's token is no longer stored.
        TokenGone = "token_gone",
        /// The profile has no token.
        NoToken = "no_token",
        /// The event has no deliveries to replay, because it was accepted or because a new event has replayed it.
        EventReplaced = "event_replaced",
        /// The profile is disabled.
        Disabled = "disabled",
        /// The stored body is not an event.
        BadEvent = "bad_event",
        /// The event's body is no longer stored or cannot be read.
        NoBody = "no_body",
        /// The profile does not accept this type of event.
        NotWanted = "not_wanted",
        /// With the profile's current settings, the client has no Telegram id.
        NoRecipient = "no_recipient",
        /// With the profile's current settings, the message is empty.
        NothingToSay = "nothing_to_say",
        /// The message could not be rendered with the profile's current settings, or the profile changed meanwhile.
        NotMade = "not_made",
    }
}

/// The message that a replay sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplayAs {
    /// The stored message. For a split message, only the parts that were not delivered.
    ItWas,
    /// A new message, rendered from the same event with the current profile.
    ItIs,
}

/// The action of a bulk request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BulkKind {
    /// Replay them.
    Replay(ReplayAs),
    /// Cancel them.
    Cancel,
}

/// Selects the deliveries of a bulk action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matching {
    /// The outcome of the deliveries. [`Outcome::Failed`], [`Outcome::Uncertain`] and [`Outcome::Cancelled`] can be
    /// replayed. [`Outcome::Waiting`] (which includes [`Outcome::Retrying`]) and [`Outcome::Suspended`] can be
    /// cancelled.
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
    /// The id of the delivery that now represents it (itself or a new one), or why it was not changed.
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
    /// The number of deliveries that matched at the start.
    pub total: u64,
    /// The number of deliveries that were replayed or cancelled.
    pub done: u64,
    /// The number of deliveries that were not changed, by reason.
    pub refused: Vec<(ReplayError, u64)>,
    /// When it finished.
    pub finished_at: Option<Millis>,
    /// Whether a user stopped it.
    pub stopped: bool,
}

impl BulkProgress {
    /// The number of deliveries that are still to be processed.
    #[must_use]
    pub fn left(&self) -> u64 {
        let refused: u64 = self.refused.iter().map(|(_, count)| count).sum();
        match self.finished_at {
            Some(_) => 0,
            None => self.total.saturating_sub(self.done).saturating_sub(refused),
        }
    }
}
