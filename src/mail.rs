//! Error mails.

use crate::{Millis, closed_set::closed_set};

/// After its first failure, a mail waits this many milliseconds for further ones.
pub const GATHERING: Millis = 60_000;
/// Mails about the same cause and the same profile (or token) are due at least this far apart.
pub const APART: Millis = HOUR;
/// An hour, in milliseconds.
pub const HOUR: Millis = 60 * 60 * 1000;
/// A day, in milliseconds.
pub const DAY: Millis = 24 * HOUR;
/// The most confirmation mails in an hour, for all tokens together.
pub const ASKS_OF_ALL: i64 = 20;
/// The most confirmation mails in a day that one token can cause.
pub const ASKS_OF_A_TOKEN: i64 = 10;
/// Why a mail is not sent: the address has not confirmed mails of the stateless endpoint.
pub const UNCONFIRMED: &str = "the address has not confirmed that mails may go there";
/// Why a mail is not sent: all tokens of the stateless endpoint together have reached the hourly cap.
pub const TOO_MANY_IN_ALL: &str = "too many mails of the stateless endpoint within an hour";

closed_set! {
    /// The state of an error mail.
    pub enum MailState {
        /// Not due yet: further failures are added to it.
        Gathering = "gathering",
        /// Claimed by the mailer, which is sending it.
        Sending = "sending",
        /// An attempt failed; the next one is scheduled.
        Retrying = "retrying",
        /// The mail was accepted for at least one recipient.
        Sent = "sent",
        /// Nothing was sent. The mail holds the reason.
        NotSent = "not_sent",
        /// Every recipient was refused, or the mail was retried for too long.
        GivenUp = "given_up",
    }
}
