//! Error mails: the addresses in `errorEmail` are told what did not arrive.
//!
//! A failure is a delivery that was given up or is uncertain, a message that waits because its bot's token is refused,
//! or an event that was answered 422. The commit that records a failure also adds it to the mail that collects
//! failures of the same profile and cause (at the stateless endpoint: of the same token, addresses, field, locale and
//! zone, and cause).
//!
//! **When a mail is sent.** It is due a minute after its first failure, and no earlier than an hour after the previous
//! mail of its kind was due. So the first failure is reported soon, together with others of that minute, and all that
//! follow within the hour go in one mail. A mail that is due is closed before the SMTP server is called; later failures
//! open the next one.
//!
//! **Who gets it.** A profile's mails go to the profile's addresses, in its language, as they are when the mail is
//! sent. At the stateless endpoint the parameters come from the caller. So a mail is sent only if Telegram has
//! accepted that very token before, to at most 10 addresses, at most 20 mails an hour for one token and 100 addresses
//! an hour in all. A mail counts once any of its addresses has it, and then goes on to the others. A mail that may not
//! be sent is recorded as `not_sent`, with the reason.
//!
//! **Confirmed addresses.** Mails of the stateless endpoint go to addresses that have confirmed once, and to those of
//! accounts and profiles. The first mail that an unconfirmed address would get queues a confirmation mail, which has
//! no text from the caller; the error mail itself is never sent to that address. The link in the confirmation mail
//! leads to a page that confirms by POST. On that page, and on the page behind the link in each error mail of the
//! stateless endpoint, the owner can refuse all mails. Confirmation mails are rows of the same queue: at most one a
//! day for an address, 10 a day for a token, 20 an hour in all.
//!
//! **Durability.** No mail is lost: rows survive the process, and a claimed mail is due again when its lease ends. An
//! address that the server refuses for good is not tried again; the others are. Each attempt begins with another address,
//! because it ends where the server falls silent. An address gets a mail twice only if
//! the process dies between the server's reply and its record. After 24 hours a mail is `given_up`.

mod letter;
mod note;
mod policy;
mod worker;

pub use note::Note;
pub use worker::MailWorker;
