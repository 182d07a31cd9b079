//! The states of a delivery and the reasons why it fails. A delivery is one message of one event to one participant.

use crate::{closed_set::closed_set, webhook::EventOutcome};

closed_set! {
    /// The state of a delivery.
    pub enum DeliveryState {
        /// Waits for its first attempt.
        Waiting = "waiting",
        /// Claimed by a worker, which is sending it.
        Sending = "sending",
        /// An attempt failed; the next one is scheduled.
        Retrying = "retrying",
        /// Waits for a new bot token.
        Suspended = "parked",
        /// Every part was accepted by the channel.
        Delivered = "delivered",
        /// The worker gave up.
        Failed = "failed",
        /// The worker gave up. The last answer was lost, so the message may have arrived.
        Uncertain = "uncertain",
        /// The participant has no usable chat.
        Skipped = "skipped",
        /// Cancelled by a person before it was sent.
        Cancelled = "cancelled",
    }
}

closed_set! {
    /// The result of one attempt to send one part.
    pub enum AttemptClass {
        /// The channel accepted the part.
        Sent = "sent",
        /// The channel refused the part.
        Refused = "refused",
        /// No byte of the request was sent.
        Unreachable = "unreachable",
        /// The request was sent, but no answer arrived.
        BrokenOff = "broken_off",
        /// There was no token.
        NoToken = "no_token",
        /// The token could not be decrypted.
        TokenLocked = "token_locked",
    }
}

closed_set! {
    /// Why a message did not arrive, in terms of what a person can do about it.
    pub enum FailureCause {
        /// The channel does not accept the bot's token, or there is none.
        TokenRefused = "token_refused",
        /// The stored token was encrypted with a key that the server does not have.
        TokenLocked = "token_locked",
        /// The bot does not know the chat: the person never pressed Start, or the id is wrong.
        NeverStarted = "never_started",
        /// The person has blocked the bot.
        Blocked = "blocked",
        /// The person's account is gone.
        Deactivated = "deactivated",
        /// The bot may not write to the chat: no rights, closed, kicked.
        NoRights = "no_rights",
        /// The retry period of the settings has expired.
        TooOld = "too_old",
        /// The worker gave up, and the message may have arrived.
        Uncertain = "uncertain",
        /// The customer sent `/stop` to the booking bot.
        Stopped = "stopped",
        /// The event has no participant with a usable chat.
        NoRecipient = "no_recipient",
        /// The message for this event and profile is empty.
        NothingToSay = "nothing_to_say",
        /// The channel could not parse the message.
        Unreadable = "unreadable",
        /// Any other refusal by the channel.
        Refused = "refused",
    }
}

impl FailureCause {
    /// Whether the cause is a property of the event, so that there is no message.
    #[must_use]
    pub fn is_of_event(self) -> bool {
        matches!(self, Self::NoRecipient | Self::NothingToSay)
    }

    /// Whether the channel's own error text is more specific than this cause.
    #[must_use]
    pub fn needs_description(self) -> bool {
        matches!(self, Self::Unreadable | Self::Refused)
    }
}

closed_set! {
    /// The outcome of an event or of one of its deliveries, as the log shows it.
    pub enum Outcome {
        /// The worker gave up.
        Failed = "failed",
        /// The worker gave up. The message may have arrived.
        Uncertain = "uncertain",
        /// Waits for a new bot token.
        Suspended = "parked",
        /// An attempt failed; the next one is scheduled.
        Retrying = "retrying",
        /// Waits for its first attempt, or is being sent.
        Waiting = "waiting",
        /// Every message was delivered.
        Delivered = "delivered",
        /// The POST was answered with 4xx.
        Rejected = "rejected",
        /// The profile excludes this event type, or no participant has a usable chat.
        Skipped = "skipped",
        /// The same event was accepted earlier.
        Duplicate = "duplicate",
        /// Cancelled by a person.
        Cancelled = "cancelled",
    }
}

impl From<DeliveryState> for Outcome {
    fn from(state: DeliveryState) -> Self {
        match state {
            DeliveryState::Waiting | DeliveryState::Sending => Self::Waiting,
            DeliveryState::Retrying => Self::Retrying,
            DeliveryState::Suspended => Self::Suspended,
            DeliveryState::Delivered => Self::Delivered,
            DeliveryState::Failed => Self::Failed,
            DeliveryState::Uncertain => Self::Uncertain,
            DeliveryState::Skipped => Self::Skipped,
            DeliveryState::Cancelled => Self::Cancelled,
        }
    }
}

impl From<EventOutcome> for Outcome {
    /// The outcome of an event without deliveries.
    fn from(event: EventOutcome) -> Self {
        match event {
            EventOutcome::Accepted => Self::Waiting,
            EventOutcome::Skipped => Self::Skipped,
            EventOutcome::Duplicate => Self::Duplicate,
            EventOutcome::Rejected => Self::Rejected,
        }
    }
}

impl Outcome {
    /// The worst outcome of these deliveries. For a duplicate, pass the deliveries of the first copy.
    #[must_use]
    pub fn of_event(event: EventOutcome, deliveries: &[DeliveryState]) -> Self {
        const WORST_FIRST: [DeliveryState; DeliveryState::ALL.len()] = [
            DeliveryState::Failed,
            DeliveryState::Uncertain,
            DeliveryState::Suspended,
            DeliveryState::Retrying,
            DeliveryState::Waiting,
            DeliveryState::Sending,
            DeliveryState::Cancelled,
            DeliveryState::Delivered,
            DeliveryState::Skipped,
        ];
        let worst = || WORST_FIRST.into_iter().find(|state| deliveries.contains(state)).map(Self::from);
        match event {
            EventOutcome::Rejected | EventOutcome::Skipped => event.into(),
            EventOutcome::Accepted | EventOutcome::Duplicate => worst().unwrap_or(event.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_a_round_trip() {
        for state in DeliveryState::ALL {
            assert_eq!(DeliveryState::parse(state.name()), Some(state));
        }
        for cause in FailureCause::ALL {
            assert_eq!(cause.name().parse(), Ok(cause));
        }
        assert_eq!(DeliveryState::parse("luck"), None);
    }

    #[test]
    fn an_events_outcome_is_that_of_its_worst_delivery() {
        use DeliveryState::{Cancelled, Delivered, Failed, Retrying, Sending, Skipped, Suspended, Uncertain, Waiting};
        let table = [
            (vec![Delivered, Failed, Uncertain], Outcome::Failed),
            (vec![Uncertain, Suspended], Outcome::Uncertain),
            (vec![Suspended, Retrying], Outcome::Suspended),
            (vec![Retrying, Waiting], Outcome::Retrying),
            (vec![Sending, Delivered], Outcome::Waiting),
            (vec![Cancelled, Delivered], Outcome::Cancelled),
            (vec![Delivered, Skipped], Outcome::Delivered),
            (vec![Skipped], Outcome::Skipped),
        ];
        for (states, outcome) in table {
            assert_eq!(Outcome::of_event(EventOutcome::Accepted, &states), outcome, "{states:?}");
            assert_eq!(Outcome::of_event(EventOutcome::Duplicate, &states), outcome, "{states:?}");
            assert_eq!(Outcome::of_event(EventOutcome::Rejected, &states), Outcome::Rejected);
            assert_eq!(Outcome::of_event(EventOutcome::Skipped, &states), Outcome::Skipped);
        }
        assert_eq!(Outcome::of_event(EventOutcome::Duplicate, &[]), Outcome::Duplicate);
    }
}
