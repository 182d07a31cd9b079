//! Error mails: who is named in `errorEmail` hears of what did not arrive.
//!
//! A failure is a delivery that was given up or is uncertain, a message that waits because its bot's token is refused,
//! or an event that was answered 422. In the commit that records it, it is added to the mail that gathers failures of
//! the same profile and cause (at the stateless door: of the same token, addresses, field, locale and zone, and cause).
//!
//! **When a mail goes.** It is due a minute after its first failure, and no earlier than an hour after the mail of its
//! kind before it was due. So the first failure is told of soon, with those that come together with it; what follows
//! within the hour goes in one mail at its end. A mail that is due is closed before the SMTP server is asked: what
//! fails meanwhile opens the next one.
//!
//! **To whom.** A profile's mails go to its addresses, in its language, as they are when the mail is sent. At the
//! stateless door the parameters come from whoever calls, so a mail goes out only if Telegram has accepted that very
//! token before, to no more than 10 addresses, and no more than 20 an hour for one token; a mail counts once any of its
//! addresses has it, and then goes on to the others. What may not be sent is recorded as `not_sent`, with the reason.
//!
//! **What is lost.** Nothing: rows survive the process, and a claimed mail is due again when its lease ends. An address
//! that the server refuses for good is not tried again, the others are; nobody who has a mail gets it twice, but for a
//! process that died between the server's word and its record. After 24 hours a mail is `given_up`.

mod letter;
mod note;
mod policy;
mod smtp;
mod worker;

pub use note::Note;
pub use smtp::{Smtp, SmtpError};
pub use worker::MailWorker;

use crate::time::Millis;

/// How long a mail gathers failures after its first one.
pub(crate) const GATHERING: Millis = 60_000;
/// How far apart mails of one kind are due.
pub(crate) const APART: Millis = 60 * 60 * 1000;
