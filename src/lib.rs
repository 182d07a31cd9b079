//! The domain of Hookgram. Its inputs are a webhook's query and a booking event; its output is Telegram messages.
//!
//! The steps for an event:
//!
//! 1. [`query`] reads the webhook's query into a [`profile::Profile`] and reports every [`check::Fault`] and
//!    [`check::Warning`]. The table of parameters is in [`parameters`].
//! 2. [`event::BookingEvent::read`] reads the body and tolerates unreadable fields.
//! 3. [`recipient::recipients`] finds the participants who receive a message.
//! 4. [`message::render`] renders the message. [`message::Message::parts`] splits it to fit Telegram's limits.
//!
//! The crate does no I/O, reads no clock and has no async code. It compiles to native code and to WebAssembly. No input
//! makes it panic.

pub mod audit;
pub mod booking;
pub mod bot;
pub mod channel;
pub mod check;
mod closed_set;
pub mod delivery;
pub mod event;
pub mod log_query;
pub mod mail;
pub mod message;
pub mod parameters;
pub mod person;
mod placeholder;
pub mod preferences;
pub mod profile;
pub mod profile_list;
pub mod query;
pub mod recipient;
pub mod replay;
pub mod report;
pub mod role;
pub mod sample;
pub mod secret;
pub mod setting;
pub mod spelling;
pub mod text;
pub mod values;
pub mod webhook;
mod zones;

pub use closed_set::UnknownName;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;
