//! Error mails.

use crate::{Millis, closed_set::closed_set};

/// How long a mail gathers failures after its first one.
pub const GATHERING: Millis = 60_000;
/// How far apart mails of one kind are due.
pub const APART: Millis = HOUR;
/// An hour, in milliseconds.
pub const HOUR: Millis = 60 * 60 * 1000;
/// A day, in milliseconds.
pub const DAY: Millis = 24 * HOUR;
/// Most confirmation mails an hour.
pub const ASKS_OF_ALL: i64 = 20;
/// Most confirmation mails a day that one token can cause.
pub const ASKS_OF_A_TOKEN: i64 = 10;
/// The address has not confirmed that mails of the stateless endpoint may go there.
pub const UNCONFIRMED: &str = "the address has not confirmed that mails may go there";
/// The hourly cap for all tokens of the stateless endpoint together is reached.
pub const TOO_MANY_IN_ALL: &str = "too many mails of the stateless endpoint within an hour";

closed_set! {
    /// The state of an error mail.
    pub enum MailState {
        /// Not due yet: further failures are added to it.
        Gathering = "gathering",
        /// Claimed by the mailer, which is sending it.
        Sending = "sending",
        /// An attempt failed; the next one has a time.
        Retrying = "retrying",
        /// Every mail server took it.
        Sent = "sent",
        /// Nothing was sent, for the reason that it holds.
        NotSent = "not_sent",
        /// Retried for as long as is worth it.
        GivenUp = "given_up",
    }
}
