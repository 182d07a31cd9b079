//! The operator's settings of a booking bot, and their stored form.
//!
//! The stored form is JSON with a version `v`. Unknown keys are ignored. Missing keys get their defaults.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::{Culture, FieldName, FieldNameFault, ServiceId};
use crate::{
    channel::Limits,
    closed_set::closed_set,
    message::html,
    profile::Profile,
    query::encode,
    recipient::is_same_field,
    secret::redact,
    text::{clean, is_blank, one_line, shorten},
    values::{ChatId, Language, TimeZone},
};

/// The maximum number of services of a bot. The Bot API allows 100 buttons below a message.
pub const MOST_SERVICES: usize = 50;
/// The maximum length of a service's title, in characters. The title is also the text of the service's button. The Bot
/// API states no limit for it, but a phone shows about 40 characters.
pub const TITLE_LENGTH: usize = 64;
/// The maximum length of a service's text, in UTF-16 units.
pub const SERVICE_TEXT_LENGTH: usize = 2048;
/// The maximum length of the greeting, in UTF-16 units (Bot API: sendMessage).
pub const GREETING_LENGTH: usize = Limits::TELEGRAM.units;
/// The maximum length of the `/help` text, in UTF-16 units. The same message also contains the list of commands.
pub const HELP_LENGTH: usize = 3072;
/// The maximum length of a start link's payload, in characters `A-Za-z0-9_-` (Bot API: deep linking).
pub const PAYLOAD_LENGTH: usize = 64;
/// The maximum length of a bot's description, in characters (Bot API: setMyDescription).
pub const DESCRIPTION_LENGTH: usize = 512;
/// The maximum length of a bot's short description, in characters (Bot API: setMyShortDescription).
pub const SHORT_DESCRIPTION_LENGTH: usize = 120;
/// The maximum length of a command's description, in characters (Bot API: BotCommand).
pub const COMMAND_DESCRIPTION_LENGTH: usize = 256;

/// The version of the stored form that this code writes.
const VERSION: u8 = 1;

/// The operator's text in both languages. If it is missing, the bot uses its default text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OwnText {
    /// Russian. Never blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ru: Option<String>,
    /// English. Never blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl OwnText {
    /// The text in one language.
    #[must_use]
    pub fn get(&self, language: Language) -> Option<&str> {
        match language {
            Language::Ru => self.ru.as_deref(),
            Language::En => self.en.as_deref(),
        }
    }
}

/// A service that the bot offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The id.
    pub id: ServiceId,
    /// The title, which is also the text of the service's button. Plain text.
    #[serde(default)]
    pub title: String,
    /// The text that the bot sends when a customer opens a link to this service. May use Telegram's HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

impl Service {
    /// Creates a service from an operator's input. The title is reduced to one line; a blank text becomes `None`.
    #[must_use]
    pub fn typed(id: ServiceId, title: &str, text: &str) -> Self {
        let text = Some(clean(text)).filter(|text| !is_blank(text));
        Self { id, title: one_line(title).trim().to_owned(), text }
    }
}

/// The operator's settings of a booking bot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct BookingBot {
    /// The reply to Start. May use Telegram's HTML.
    pub greeting: OwnText,
    /// The text of the menu button, and of the booking button if there is only one service. Plain text.
    pub button: OwnText,
    /// The text for `/help`, before the list of commands. May use Telegram's HTML.
    pub help: OwnText,
    /// The contact field of a booking that receives the customer's chat.
    pub field: FieldName,
    /// The contact field that receives the customer's first name.
    pub first_name_field: Option<FieldName>,
    /// Whether the booking page returns to the bot after booking.
    pub returns: bool,
    /// The language of the booking page. If it is `None`, the customer's language is used.
    pub culture: Option<Culture>,
    /// The time zone of the booking page.
    pub time_zone: Option<TimeZone>,
    /// The staff chat, to which customers' messages are forwarded.
    pub staff_chat: Option<ChatId>,
    /// Whether messages that failed because the customer had not pressed Start are delivered after Start.
    pub deliver_after_start: bool,
    /// The services, in the order of their buttons.
    pub services: Vec<Service>,
}

impl Default for BookingBot {
    fn default() -> Self {
        Self {
            greeting: OwnText::default(),
            button: OwnText::default(),
            help: OwnText::default(),
            field: FieldName::default(),
            first_name_field: None,
            returns: true,
            culture: None,
            time_zone: None,
            staff_chat: None,
            deliver_after_start: true,
            services: Vec::new(),
        }
    }
}

closed_set! {
    /// A field of the settings that the operator's form edits as text. The names are those of the form's fields.
    pub enum BookingField {
        /// The greeting in Russian.
        GreetingRu = "greeting_ru",
        /// The greeting in English.
        GreetingEn = "greeting_en",
        /// The button's text in Russian.
        ButtonRu = "button_ru",
        /// The button's text in English.
        ButtonEn = "button_en",
        /// The text for `/help` in Russian.
        HelpRu = "help_ru",
        /// The text for `/help` in English.
        HelpEn = "help_en",
        /// The contact field that receives the customer's chat.
        FieldName = "field_name",
        /// The contact field that receives the customer's first name.
        FirstNameField = "first_name_field",
        /// The language of the booking page.
        Culture = "culture",
        /// The time zone of the booking page.
        TimeZone = "time_zone",
        /// The staff chat.
        StaffChat = "staff_chat",
    }
}

impl BookingField {
    const TEXTS: [Self; 6] =
        [Self::GreetingRu, Self::GreetingEn, Self::ButtonRu, Self::ButtonEn, Self::HelpRu, Self::HelpEn];

    /// The maximum length of the field's text: in characters for a button, in UTF-16 units without markup for a
    /// greeting or a `/help` text. `None` for other fields.
    #[must_use]
    pub fn longest(self) -> Option<usize> {
        match self {
            Self::GreetingRu | Self::GreetingEn => Some(GREETING_LENGTH),
            Self::ButtonRu | Self::ButtonEn => Some(TITLE_LENGTH),
            Self::HelpRu | Self::HelpEn => Some(HELP_LENGTH),
            _ => None,
        }
    }

    fn is_plain(self) -> bool {
        matches!(self, Self::ButtonRu | Self::ButtonEn)
    }
}

/// A fault of the settings. A service is identified by its index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BookingFault {
    /// There is no service.
    NoService,
    /// There are this many services, more than [`MOST_SERVICES`].
    TooManyServices(usize),
    /// An earlier service has the same id.
    DuplicateService(usize),
    /// The service's title is blank.
    BlankTitle(usize),
    /// The service's title has more than [`TITLE_LENGTH`] characters.
    TitleTooLong(usize),
    /// The service's text has more than [`SERVICE_TEXT_LENGTH`] UTF-16 units.
    ServiceTextTooLong(usize),
    /// The text of this field is longer than [`BookingField::longest`].
    TooLong(BookingField),
    /// The name of a contact field cannot be used.
    FieldName(BookingField, FieldNameFault),
    /// The chat and the first name are assigned to the same contact field.
    SameField,
    /// The language of the booking page is not supported.
    UnknownCulture {
        /// The value, shortened.
        value: String,
    },
    /// There is no time zone with this name.
    UnknownTimeZone {
        /// The value, shortened.
        value: String,
        /// The zone with the most similar name.
        nearest: Option<&'static str>,
    },
    /// The staff chat is neither an integer nor `@channel`.
    BadStaffChat {
        /// The value, shortened.
        value: String,
    },
}

impl BookingBot {
    /// Sets one field from the text of a form. A blank text sets the default, except for the field that receives the
    /// chat, which must have a name.
    ///
    /// # Errors
    /// The fault of the value. The field then keeps its previous value.
    pub fn set(&mut self, field: BookingField, value: &str) -> Result<(), BookingFault> {
        if let Some(slot) = self.text_slot(field) {
            let text = if field.is_plain() { one_line(value).trim().to_owned() } else { clean(value) };
            *slot = Some(text).filter(|text| !is_blank(text));
            return Ok(());
        }
        let given = Some(one_line(value).trim().to_owned()).filter(|text| !text.is_empty());
        let quoted = || shorten(&redact(&one_line(value)), 40);
        let named = |name: &str| FieldName::parse(name).map_err(|fault| BookingFault::FieldName(field, fault));
        match (field, given.as_deref()) {
            (BookingField::FieldName, _) => self.field = named(value)?,
            (BookingField::FirstNameField, None) => self.first_name_field = None,
            (BookingField::FirstNameField, Some(_)) => self.first_name_field = Some(named(value)?),
            (BookingField::Culture, None) => self.culture = None,
            (BookingField::Culture, Some(name)) => {
                let unknown = || BookingFault::UnknownCulture { value: quoted() };
                self.culture = Some(Culture::parse(name).ok_or_else(unknown)?);
            }
            (BookingField::TimeZone, None) => self.time_zone = None,
            (BookingField::TimeZone, Some(name)) => {
                let nearest = || TimeZone::nearest(name).map(TimeZone::name);
                let unknown = || BookingFault::UnknownTimeZone { value: quoted(), nearest: nearest() };
                self.time_zone = Some(TimeZone::parse(name).ok_or_else(unknown)?);
            }
            (BookingField::StaffChat, None) => self.staff_chat = None,
            (BookingField::StaffChat, Some(chat)) => {
                let bad = || BookingFault::BadStaffChat { value: quoted() };
                self.staff_chat = Some(ChatId::parse(chat).ok_or_else(bad)?);
            }
            _ => {}
        }
        Ok(())
    }

    /// The text of one field for a form. Blank for the default.
    #[must_use]
    pub fn get(&self, field: BookingField) -> String {
        let text = match field {
            BookingField::GreetingRu => self.greeting.ru.clone(),
            BookingField::GreetingEn => self.greeting.en.clone(),
            BookingField::ButtonRu => self.button.ru.clone(),
            BookingField::ButtonEn => self.button.en.clone(),
            BookingField::HelpRu => self.help.ru.clone(),
            BookingField::HelpEn => self.help.en.clone(),
            BookingField::FieldName => Some(self.field.as_str().to_owned()),
            BookingField::FirstNameField => self.first_name_field.as_ref().map(|name| name.as_str().to_owned()),
            BookingField::Culture => self.culture.map(|culture| culture.name().to_owned()),
            BookingField::TimeZone => self.time_zone.map(|zone| zone.name().to_owned()),
            BookingField::StaffChat => self.staff_chat.as_ref().map(ChatId::to_string),
        };
        text.unwrap_or_default()
    }

    /// The faults of the settings as a whole. [`BookingBot::set`] returns the faults of single values.
    #[must_use]
    pub fn check(&self) -> Vec<BookingFault> {
        let mut faults = Vec::new();
        match self.services.len() {
            0 => faults.push(BookingFault::NoService),
            1..=MOST_SERVICES => {}
            count => faults.push(BookingFault::TooManyServices(count)),
        }
        let mut seen = BTreeSet::new();
        for (index, service) in self.services.iter().enumerate() {
            if !seen.insert(&service.id) {
                faults.push(BookingFault::DuplicateService(index));
            }
            if is_blank(&service.title) {
                faults.push(BookingFault::BlankTitle(index));
            }
            if service.title.trim().chars().count() > TITLE_LENGTH {
                faults.push(BookingFault::TitleTooLong(index));
            }
            if service.text.as_deref().is_some_and(|text| html::units(text) > SERVICE_TEXT_LENGTH) {
                faults.push(BookingFault::ServiceTextTooLong(index));
            }
        }
        for field in BookingField::TEXTS {
            let text = self.get(field);
            let length = if field.is_plain() { text.chars().count() } else { html::units(&text) };
            if field.longest().is_some_and(|longest| length > longest) {
                faults.push(BookingFault::TooLong(field));
            }
        }
        if self.first_name_field.as_ref() == Some(&self.field) {
            faults.push(BookingFault::SameField);
        }
        faults
    }

    /// Whether a profile reads the customer's chat from the field that the bot's links fill.
    #[must_use]
    pub fn is_read_by(&self, profile: &Profile) -> bool {
        profile.field_name.as_deref().is_some_and(|name| is_same_field(name, self.field.as_str()))
    }

    fn text_slot(&mut self, field: BookingField) -> Option<&mut Option<String>> {
        Some(match field {
            BookingField::GreetingRu => &mut self.greeting.ru,
            BookingField::GreetingEn => &mut self.greeting.en,
            BookingField::ButtonRu => &mut self.button.ru,
            BookingField::ButtonEn => &mut self.button.en,
            BookingField::HelpRu => &mut self.help.ru,
            BookingField::HelpEn => &mut self.help.en,
            _ => return None,
        })
    }
}

/// The link that starts the bot with one service or with all of them. The payload is the service's id, or `all`.
#[must_use]
pub fn start_link(bot_username: &str, service: Option<&ServiceId>) -> String {
    format!("{}?start={}", chat_link(bot_username), service.map_or("all", ServiceId::as_str))
}

/// The link to the bot's private chat.
pub(super) fn chat_link(bot_username: &str) -> String {
    format!("https://t.me/{}", encode(bot_username.trim_start_matches('@')))
}

/// The stored settings cannot be read: a later version wrote them, or they contain a value that this code never writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadableSettings {
    /// A later version.
    Version(u8),
    /// The value of this field.
    Value(BookingField),
}

impl fmt::Display for UnreadableSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(f, "booking settings of version {version}"),
            Self::Value(field) => write!(f, "an unreadable {} in booking settings", field.name()),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(default)]
struct Stored {
    v: u8,
    greeting: OwnText,
    button: OwnText,
    help: OwnText,
    field: FieldName,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name_field: Option<FieldName>,
    returns: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    culture: Option<Culture>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    staff_chat: Option<String>,
    deliver_after_start: bool,
    services: Vec<Service>,
}

impl Default for Stored {
    fn default() -> Self {
        BookingBot::default().into()
    }
}

impl From<BookingBot> for Stored {
    fn from(bot: BookingBot) -> Self {
        Self {
            v: VERSION,
            greeting: bot.greeting,
            button: bot.button,
            help: bot.help,
            field: bot.field,
            first_name_field: bot.first_name_field,
            returns: bot.returns,
            culture: bot.culture,
            time_zone: bot.time_zone.map(|zone| zone.name().to_owned()),
            staff_chat: bot.staff_chat.map(|chat| chat.to_string()),
            deliver_after_start: bot.deliver_after_start,
            services: bot.services,
        }
    }
}

impl TryFrom<Stored> for BookingBot {
    type Error = UnreadableSettings;

    fn try_from(stored: Stored) -> Result<Self, UnreadableSettings> {
        if stored.v > VERSION {
            return Err(UnreadableSettings::Version(stored.v));
        }
        let unreadable = UnreadableSettings::Value;
        let time_zone = stored.time_zone.map(|name| TimeZone::parse(&name).ok_or(unreadable(BookingField::TimeZone)));
        let staff_chat = stored.staff_chat.map(|chat| ChatId::parse(&chat).ok_or(unreadable(BookingField::StaffChat)));
        Ok(Self {
            greeting: stored.greeting,
            button: stored.button,
            help: stored.help,
            field: stored.field,
            first_name_field: stored.first_name_field,
            returns: stored.returns,
            culture: stored.culture,
            time_zone: time_zone.transpose()?,
            staff_chat: staff_chat.transpose()?,
            deliver_after_start: stored.deliver_after_start,
            services: stored.services,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "1b5f03ed96001255550ebaa2c51b7d31";

    fn service(id: &str, title: &str) -> Service {
        Service { id: ServiceId::parse(id).expect("an id"), title: title.to_owned(), text: None }
    }

    fn full() -> BookingBot {
        let mut bot = BookingBot { services: vec![service(ID, "Стрижка")], ..BookingBot::default() };
        for (field, value) in [
            (BookingField::GreetingRu, "<b>Привет!</b>\r\nЖдём вас"),
            (BookingField::GreetingEn, "Hello!"),
            (BookingField::ButtonRu, " Записаться\nонлайн "),
            (BookingField::ButtonEn, "Book"),
            (BookingField::HelpRu, "Звоните"),
            (BookingField::HelpEn, "Call us"),
            (BookingField::FieldName, "*Chat"),
            (BookingField::FirstNameField, "Имя"),
            (BookingField::Culture, "en-En"),
            (BookingField::TimeZone, "asia/yekaterinburg"),
            (BookingField::StaffChat, "-1001234567890"),
        ] {
            assert_eq!(bot.set(field, value), Ok(()), "{field:?}");
        }
        bot
    }

    #[test]
    fn every_field_survives_set_and_get() {
        let bot = full();
        let mut copy = BookingBot { services: bot.services.clone(), ..BookingBot::default() };
        for field in BookingField::ALL {
            assert_eq!(copy.set(field, &bot.get(field)), Ok(()), "{field:?}");
        }
        assert_eq!(copy, bot);
        assert_eq!(bot.get(BookingField::GreetingRu), "<b>Привет!</b>\nЖдём вас");
        assert_eq!(bot.get(BookingField::ButtonRu), "Записаться онлайн");
        assert_eq!(bot.get(BookingField::TimeZone), "Asia/Yekaterinburg");
        assert_eq!(bot.check(), []);
    }

    #[test]
    fn setting_a_blank_text_restores_the_default() {
        let mut bot = full();
        for field in BookingField::ALL.into_iter().filter(|field| *field != BookingField::FieldName) {
            assert_eq!(bot.set(field, " \u{200b}\n"), Ok(()), "{field:?}");
        }
        assert_eq!(bot.set(BookingField::FieldName, "*TelegramId"), Ok(()));
        assert_eq!(bot, BookingBot { services: bot.services.clone(), ..BookingBot::default() });
    }

    #[test]
    fn an_invalid_value_leaves_the_settings_unchanged() {
        let mut bot = full();
        for (field, value, fault) in [
            (BookingField::FieldName, " ", BookingFault::FieldName(BookingField::FieldName, FieldNameFault::Blank)),
            (
                BookingField::FirstNameField,
                "first_name",
                BookingFault::FieldName(BookingField::FirstNameField, FieldNameFault::HasUnderscore),
            ),
            (BookingField::Culture, "fr-FR", BookingFault::UnknownCulture { value: "fr-FR".into() }),
            (
                BookingField::TimeZone,
                "Europe/Moskow",
                BookingFault::UnknownTimeZone { value: "Europe/Moskow".into(), nearest: Some("Europe/Moscow") },
            ),
            (BookingField::StaffChat, "+79161234567", BookingFault::BadStaffChat { value: "+79161234567".into() }),
            (
                BookingField::StaffChat,
                "7001002003:AAHk2Lm9-pQ_rStUvWxYz0123456789abcd",
                BookingFault::BadStaffChat { value: "7001002003:AAH…".into() },
            ),
        ] {
            assert_eq!(bot.set(field, value), Err(fault), "{field:?}");
        }
        assert_eq!(bot, full());
    }

    #[test]
    fn check_reports_every_fault() {
        assert_eq!(BookingBot::default().check(), [BookingFault::NoService]);
        let mut bot = full();
        bot.services.push(service(ID, "\u{200b} "));
        bot.services.push(Service {
            text: Some("я".repeat(SERVICE_TEXT_LENGTH + 1)),
            ..service("1b5f03ec663a8071791d2443cf3e799c", &"я".repeat(TITLE_LENGTH + 1))
        });
        bot.greeting.ru = Some(format!("<b>{}</b>", "я".repeat(GREETING_LENGTH)));
        bot.greeting.en = Some("x".repeat(GREETING_LENGTH + 1));
        bot.button.en = Some("x".repeat(TITLE_LENGTH + 1));
        bot.help.ru = Some("x".repeat(HELP_LENGTH + 1));
        bot.first_name_field = Some(bot.field.clone());
        assert_eq!(
            bot.check(),
            [
                BookingFault::DuplicateService(1),
                BookingFault::BlankTitle(1),
                BookingFault::TitleTooLong(2),
                BookingFault::ServiceTextTooLong(2),
                BookingFault::TooLong(BookingField::GreetingEn),
                BookingFault::TooLong(BookingField::ButtonEn),
                BookingFault::TooLong(BookingField::HelpRu),
                BookingFault::SameField,
            ]
        );
        bot.services = (0..=MOST_SERVICES).map(|index| service(&format!("{index:032x}"), "x")).collect();
        assert_eq!(bot.check().first(), Some(&BookingFault::TooManyServices(MOST_SERVICES + 1)));
    }

    #[test]
    fn the_stored_form_survives_a_round_trip_and_unknown_keys_are_ignored() {
        let bot = full();
        let json = serde_json::to_string(&bot).expect("JSON");
        assert!(json.starts_with(r#"{"v":1,"greeting":{"ru":"<b>"#), "{json}");
        assert_eq!(serde_json::from_str::<BookingBot>(&json).expect("settings"), bot);
        let plain = serde_json::to_string(&BookingBot::default()).expect("JSON");
        assert_eq!(
            plain,
            r#"{"v":1,"greeting":{},"button":{},"help":{},"field":"*TelegramId","returns":true,"deliver_after_start":true,"services":[]}"#
        );
        for text in ["{}", r#"{"v":1,"later":[1]}"#, &plain] {
            assert_eq!(serde_json::from_str::<BookingBot>(text).expect(text), BookingBot::default());
        }
    }

    #[test]
    fn settings_with_a_later_version_or_invalid_values_are_unreadable() {
        for (text, why) in [
            (r#"{"v":2}"#, "booking settings of version 2"),
            (r#"{"time_zone":"Mars/Olympus"}"#, "an unreadable time_zone in booking settings"),
            (r#"{"staff_chat":"x"}"#, "an unreadable staff_chat in booking settings"),
            (r#"{"field":"a_b"}"#, "HasUnderscore"),
            (r#"{"services":[{"id":"x"}]}"#, "BadCharacter('x')"),
        ] {
            let error = serde_json::from_str::<BookingBot>(text).expect_err(text).to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn a_typed_service_gets_a_one_line_title_and_no_blank_text() {
        let id = ServiceId::parse(ID).expect("an id");
        let typed = |title, text| {
            let Service { title, text, .. } = Service::typed(id.clone(), title, text);
            (title, text)
        };
        assert_eq!(
            typed(" Стрижка\nженская ", "<b>a</b>\r\nb "),
            ("Стрижка женская".into(), Some("<b>a</b>\nb".into()))
        );
        assert_eq!(typed("", " \u{200b}\r\n"), (String::new(), None));
    }

    #[test]
    fn a_start_link_fits_the_bot_api_limits() {
        let id = ServiceId::parse(ID).expect("an id");
        assert_eq!(start_link("@salon_bot", Some(&id)), format!("https://t.me/salon_bot?start={ID}"));
        assert_eq!(start_link("salon_bot", None), "https://t.me/salon_bot?start=all");
        assert!(ID.len() < PAYLOAD_LENGTH);
    }
}
