//! What a webhook endpoint makes of a POST (contract §2).

use crate::closed_set::closed_set;

closed_set! {
    /// What became of an event when it came.
    pub enum EventOutcome {
        /// Stored for delivery.
        Accepted = "accepted",
        /// Stored, but the profile excludes its type.
        Skipped = "skipped",
        /// The same event had been accepted before.
        Duplicate = "duplicate",
        /// Answered 4xx.
        Rejected = "rejected",
    }
}

/// Why an endpoint refuses a request, where neither the parameters nor the event's own shape are at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookError {
    /// No profile has this key.
    UnknownKey,
    /// The profile is switched off.
    Disabled,
    /// The stateless endpoint is switched off.
    StatelessOff,
    /// Neither GET, HEAD, POST nor OPTIONS.
    Method,
    /// Not JSON by its content type.
    ContentType {
        /// The type as given, shortened.
        given: String,
    },
    /// Compressed or otherwise encoded.
    ContentEncoding {
        /// The encoding as given, shortened.
        given: String,
    },
    /// More in the URL than is taken.
    LongTarget {
        /// The limit in bytes.
        limit: usize,
    },
    /// More in the headers than is taken.
    LongHeaders {
        /// The limit in bytes.
        limit: usize,
    },
    /// Over the limit.
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body did not arrive whole, or not in time.
    Incomplete,
    /// More participants, or longer messages to them all, than one event may cause.
    TooMuch {
        /// Most participants.
        participants: usize,
        /// Most bytes of messages.
        bytes: usize,
    },
    /// No participant carries a usable Telegram id.
    NoRecipient {
        /// The contact field that should hold it.
        field: String,
    },
    /// Everything is hidden and there is no text.
    NothingToSay,
    /// Telegram does not know the token.
    TokenRefused,
    /// The profile's stored token cannot be opened with the server's key.
    TokenLocked,
    /// Telegram does not answer.
    TelegramUnreachable,
    /// Too many requests.
    TooManyRequests {
        /// When it is worth trying again, in seconds.
        seconds: u64,
    },
    /// Too many tokens are being checked for strangers.
    TooManyChecks {
        /// When it is worth trying again, in seconds.
        seconds: u64,
    },
    /// Too many events of this bot are not delivered yet.
    QueueFull {
        /// When it is worth trying again, in seconds.
        seconds: u64,
    },
    /// Too many events of unknown bots are not delivered yet (contract §1, "strangers").
    StrangersFull {
        /// When it is worth trying again, in seconds.
        seconds: u64,
    },
    /// The event could not be stored.
    NotStored,
}
