//! Error mails.

use crate::closed_set::closed_set;

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
