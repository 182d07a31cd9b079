//! The outcomes and the errors of the webhook endpoints (contract §2).

use crate::closed_set::closed_set;

closed_set! {
    /// The outcome of an event at the endpoint.
    pub enum EventOutcome {
        /// Stored for delivery.
        Accepted = "accepted",
        /// Stored, but the profile excludes the event's type.
        Skipped = "skipped",
        /// The same event was accepted earlier.
        Duplicate = "duplicate",
        /// Rejected with a 4xx status.
        Rejected = "rejected",
    }
}

/// Why an endpoint refuses a request, apart from faults of the parameters and of the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookError {
    /// No profile has this webhook key.
    UnknownKey,
    /// The profile is disabled.
    Disabled,
    /// The stateless endpoint is disabled.
    StatelessOff,
    /// The method is not GET, HEAD, POST or OPTIONS.
    Method,
    /// The content type is not JSON.
    ContentType {
        /// The type as given, shortened.
        given: String,
    },
    /// The body is compressed or otherwise encoded.
    ContentEncoding {
        /// The encoding as given, shortened.
        given: String,
    },
    /// The URL is longer than the limit.
    LongTarget {
        /// The limit in bytes.
        limit: usize,
    },
    /// The headers are longer than the limit.
    LongHeaders {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body is larger than the limit.
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The body did not arrive completely or not in time.
    Incomplete,
    /// The event has too many participants, or the total length of its messages is too large.
    TooMuch {
        /// The maximum number of participants.
        participants: usize,
        /// The maximum total bytes of all messages.
        bytes: usize,
    },
    /// No participant has a usable Telegram id, and at least one id has a wrong or missing code.
    WrongCode {
        /// The contact field that contains the id.
        field: String,
    },
    /// No participant has a usable Telegram id.
    NoRecipient {
        /// The contact field that should contain the id.
        field: String,
    },
    /// The message would be empty, because everything is hidden and the operator has set no text.
    NothingToSay,
    /// Telegram refuses the token.
    TokenRefused,
    /// The profile's stored token cannot be decrypted with the server's encryption key.
    TokenLocked,
    /// Telegram does not answer.
    TelegramUnreachable,
    /// The caller has sent too many requests.
    TooManyRequests {
        /// The delay before a retry, in seconds.
        seconds: u64,
    },
    /// Too many unknown tokens are being checked.
    TooManyChecks {
        /// The delay before a retry, in seconds.
        seconds: u64,
    },
    /// Too many events of this bot are undelivered.
    QueueFull {
        /// The delay before a retry, in seconds.
        seconds: u64,
    },
    /// Too many events with unknown tokens (contract §1) are undelivered.
    StrangersFull {
        /// The delay before a retry, in seconds.
        seconds: u64,
    },
    /// The event could not be stored.
    NotStored,
}
