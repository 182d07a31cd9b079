//! The booking bot. A customer presses Start and opens a service's booking page inside Telegram, with the chat's id
//! filled in. Later the customer receives messages about the booking.
//!
//! 1. [`read_links`] reads services from links that an operator pastes. [`BookingBot`] has the operator's settings.
//! 2. [`BookingLink`] is a customer's personal link to a service's booking page. It contains a [`CodedChat`].
//! 3. [`parse`] reads a customer's message. [`answer`] is the bot's reply.

mod conversation;
mod link;
mod service;
mod settings;
mod trouble;

pub use conversation::{
    Booking, Button, ButtonTarget, Command, Context, Incoming, MenuButton, Reply, Standing, already_started, answer,
    anything_else, commands, description, greeting, group, help, is_for_bot, language_of, menu_button, my_bookings,
    one_service, parse, services, short_description, stopped, welcome_back,
};
pub use link::{
    BookingLink, CODE_ALPHABET, CODE_LENGTH, CodedChat, Culture, DEFAULT_HOST, FIELD_NAME_LENGTH, FieldName,
    FieldNameFault,
};
pub use service::{Found, LinkFault, MOST_BYTES, MOST_LINKS, Read, ServiceId, read_links};
pub use settings::{
    BookingBot, BookingFault, BookingField, COMMAND_DESCRIPTION_LENGTH, DESCRIPTION_LENGTH, GREETING_LENGTH,
    HELP_LENGTH, MOST_SERVICES, OwnText, PAYLOAD_LENGTH, SERVICE_TEXT_LENGTH, SHORT_DESCRIPTION_LENGTH, Service,
    TITLE_LENGTH, UnreadableSettings, start_link,
};
pub use trouble::Trouble;
