//! Error mails.

use crate::{Millis, closed_set::closed_set};

/// How long a mail waits for further failures after its first one, in milliseconds.
pub const GATHERING: Millis = 60_000;
/// The minimum time between mails about the same cause and the same profile (or token), in milliseconds.
pub const APART: Millis = HOUR;
/// An hour, in milliseconds.
pub const HOUR: Millis = 60 * 60 * 1000;
/// A day, in milliseconds.
pub const DAY: Millis = 24 * HOUR;
/// The maximum number of confirmation mails per hour, for all tokens together.
pub const ASKS_OF_ALL: i64 = 20;
/// The maximum number of confirmation mails per day that one token can cause.
pub const ASKS_OF_A_TOKEN: i64 = 10;
/// The reason why a mail is not sent: the address has not confirmed mails of the stateless endpoint.
pub const UNCONFIRMED: &str = "the address has not confirmed that mails may go there";
/// The reason why a mail is not sent: all tokens of the stateless endpoint together have reached the hourly limit.
pub const TOO_MANY_IN_ALL: &str = "too many mails of the stateless endpoint within an hour";

closed_set! {
    /// The state of an error mail.
    pub enum MailState {
        /// Not due yet. Further failures are added to it.
        Gathering = "gathering",
        /// Claimed by the mailer, which is sending it.
        Sending = "sending",
        /// An attempt failed; the next one is scheduled.
        Retrying = "retrying",
        /// The mail was accepted for at least one recipient.
        Sent = "sent",
        /// Nothing was sent. The mail contains the reason.
        NotSent = "not_sent",
        /// Every recipient was refused, or the retry period has expired.
        GivenUp = "given_up",
    }
}
