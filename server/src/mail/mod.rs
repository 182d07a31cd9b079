//! Error mails: report failures to the addresses in `errorEmail`.
//!
//! A failure is a delivery that was given up or is uncertain, a message that waits because its bot's token is refused,
//! or an event that was answered 422. The commit that records a failure also adds it to the mail that collects failures
//! of the same profile and cause. At the stateless endpoint, a mail collects failures of the same token, addresses,
//! field, locale, zone and cause.
//!
//! **When a mail is sent.** A mail is due a minute after its first failure, and no earlier than an hour after the
//! previous mail of its kind was due. So the first failure is reported soon, together with others of that minute, and
//! all that follow within the hour are reported in one mail. A due mail is closed before the SMTP server is called.
//! Later failures open the next mail.
//!
//! **Recipients.** A profile's mails are sent to the profile's addresses, in its language, both as of the time of
//! sending. At the stateless endpoint the caller chooses the addresses. So a mail is sent only if Telegram has accepted
//! that very token before, to at most 10 addresses. At most 20 mails an hour are sent for one token, and to at most 100
//! addresses an hour in total. A mail counts as soon as one of its addresses has received it, and is then still sent to
//! the others. A mail that may not be sent is recorded as `not_sent`, with the reason.
//!
//! **Confirmed addresses.** Mails of the stateless endpoint are sent only to addresses whose owners have confirmed
//! once, and to addresses of accounts and profiles. The first mail for an unconfirmed address queues a confirmation
//! mail, which contains no text from the caller. The error mail itself is never sent to that address. The link in the
//! confirmation mail leads to a page that confirms by POST. On that page, and on the page linked from each error mail
//! of the stateless endpoint, the owner can refuse all mails. Confirmation mails are rows of the same queue. At most
//! one a day is sent to an address, 10 a day for a token, and 20 an hour in total.
//!
//! **Durability.** Mails survive the process, and a claimed mail is due again when its lease expires. An address that
//! the server rejects permanently is not retried, but the others are. Each attempt begins with another address, because
//! an attempt ends at the address at which the server stops replying. An address gets a mail twice only if the process
//! dies between the server's reply and its record. After 24 hours a mail is `given_up`.

mod letter;
mod note;
mod policy;
mod worker;

pub use note::Note;
pub use worker::MailWorker;
