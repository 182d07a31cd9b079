//! The outcomes and the errors of the webhook endpoints (contract §2).

use crate::closed_set::closed_set;

closed_set! {
    /// The outcome of an event at the endpoint.
    pub enum EventOutcome {
        /// Stored for delivery.
        Accepted = "accepted",
        /// Stored, but the profile excludes its type.
        Skipped = "skipped",
        /// The same event had been accepted before.
        Duplicate = "duplicate",
        /// Refused with a status of 4xx.
        Rejected = "rejected",
    }
}

/// Why an endpoint refuses a request, apart from faults of the parameters and of the event's shape.
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
    /// The body did not arrive completely or in time.
    Incomplete,
    /// The event has too many participants, or its messages are too long in total.
    TooMuch {
        /// The most participants.
        participants: usize,
        /// The most bytes of all messages.
        bytes: usize,
    },
    /// No participant has a usable Telegram id, and one has an id whose code is wrong or missing.
    WrongCode {
        /// The contact field that holds it.
        field: String,
    },
    /// No participant has a usable Telegram id.
    NoRecipient {
        /// The contact field that should hold it.
        field: String,
    },
    /// The message would be empty: everything is hidden and there is no operator's text.
    NothingToSay,
    /// Telegram refuses the token.
    TokenRefused,
    /// The profile's stored token cannot be decrypted with the server's encryption key.
    TokenLocked,
    /// Telegram does not answer.
    TelegramUnreachable,
    /// The caller has sent too many requests.
    TooManyRequests {
        /// Seconds after which to retry.
        seconds: u64,
    },
    /// Too many tokens of strangers are being checked.
    TooManyChecks {
        /// Seconds after which to retry.
        seconds: u64,
    },
    /// Too many events of this bot are still undelivered.
    QueueFull {
        /// Seconds after which to retry.
        seconds: u64,
    },
    /// Too many events of strangers (contract §1) are still undelivered.
    StrangersFull {
        /// Seconds after which to retry.
        seconds: u64,
    },
    /// The event could not be stored.
    NotStored,
}
