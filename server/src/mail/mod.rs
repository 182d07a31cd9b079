//! Error mails: who is named in `errorEmail` hears of what did not arrive.
//!
//! A failure is a delivery that was given up or is uncertain, a message that waits because its bot's token is refused,
//! or an event that was answered 422. In the commit that records it, it is added to the mail that gathers failures of
//! the same profile and cause (at the stateless endpoint: of the same token, addresses, field, locale and zone, and cause).
//!
//! **When a mail goes.** It is due a minute after its first failure, and no earlier than an hour after the mail of its
//! kind before it was due. So the first failure is told of soon, with those that come together with it; what follows
//! within the hour goes in one mail at its end. A mail that is due is closed before the SMTP server is asked: what
//! fails meanwhile opens the next one.
//!
//! **To whom.** A profile's mails go to its addresses, in its language, as they are when the mail is sent. At the
//! stateless endpoint the parameters come from whoever calls, so a mail goes out only if Telegram has accepted that very
//! token before, to at most 10 addresses, at most 20 mails an hour for one token and 100 addresses an hour in all; a mail
//! counts once any of its addresses has it, and then goes on to the others. What may not be sent is recorded as `not_sent`,
//! with the reason.
//!
//! **Confirmed addresses.** Mails of the stateless endpoint go to addresses that have confirmed once, and to those of
//! accounts and profiles. The first mail that an unconfirmed address would get queues a confirmation mail, without any text
//! of the caller's; the mail itself is not sent to that address, later or at all. The link in the confirmation mail leads to
//! a page that confirms by POST. It refuses all mails, too, and so does the link in each error mail of the stateless endpoint.
//! Confirmation mails are rows of the same queue: at most one a day for an address, 10 a day for a token, 20 an hour in all.
//!
//! **What is lost.** Nothing: rows survive the process, and a claimed mail is due again when its lease ends. An address
//! that the server refuses for good is not tried again, the others are; nobody who has a mail gets it twice, but for a
//! process that died between the server's word and its record. After 24 hours a mail is `given_up`.

mod letter;
mod note;
mod policy;
mod worker;

pub use note::Note;
pub use worker::MailWorker;
