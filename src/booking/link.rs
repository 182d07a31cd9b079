//! A customer's personal link to a service's booking page. It fills a field of the booking with the customer's chat id.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ServiceId;
use crate::{
    closed_set::closed_set,
    query::encode,
    text::one_line,
    values::{Language, TimeZone},
};

/// The default host of booking pages.
pub const DEFAULT_HOST: &str = "https://embed.torrow.net";

/// The number of characters of a code.
pub const CODE_LENGTH: usize = 12;

/// The characters of a code. `-` and `_` are excluded because they separate the parts of a link.
pub const CODE_ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The maximum length of a field's name, in characters.
pub const FIELD_NAME_LENGTH: usize = 64;

/// The maximum length of a first name in a link, in characters: Telegram's own limit.
const FIRST_NAME_LENGTH: usize = 64;

closed_set! {
    /// The language of a booking page, by its value of `culture`.
    pub enum Culture {
        /// Russian.
        Russian = "ru-RU",
        /// English.
        English = "en-En",
    }
}

impl From<Language> for Culture {
    fn from(language: Language) -> Self {
        match language {
            Language::Ru => Self::Russian,
            Language::En => Self::English,
        }
    }
}

/// The name of a contact field that a link fills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldName(String);

/// Why a text cannot be the name of a field that a link fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldNameFault {
    /// It has no visible character.
    Blank,
    /// It has a `_`. In a link, the first `_` ends the name.
    HasUnderscore,
    /// It has more than [`FIELD_NAME_LENGTH`] characters.
    TooLong,
    /// It has a line break or another control character.
    HasControl,
}

impl FieldName {
    /// Reads a name. Surrounding white space and invisible characters are dropped.
    ///
    /// # Errors
    /// The first fault.
    pub fn parse(text: &str) -> Result<Self, FieldNameFault> {
        if text.trim().contains(char::is_control) {
            return Err(FieldNameFault::HasControl);
        }
        let name = one_line(text);
        let name = name.trim();
        if name.is_empty() {
            return Err(FieldNameFault::Blank);
        }
        if name.contains('_') {
            return Err(FieldNameFault::HasUnderscore);
        }
        if name.chars().count() > FIELD_NAME_LENGTH {
            return Err(FieldNameFault::TooLong);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for FieldName {
    /// `*TelegramId`. The leading `*` hides the field from the customer.
    fn default() -> Self {
        Self("*TelegramId".to_owned())
    }
}

/// The message is for developers; the interface has a sentence for each fault.
impl fmt::Display for FieldNameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl TryFrom<String> for FieldName {
    type Error = FieldNameFault;

    fn try_from(text: String) -> Result<Self, FieldNameFault> {
        Self::parse(&text)
    }
}

impl From<FieldName> for String {
    fn from(name: FieldName) -> Self {
        name.0
    }
}

/// A customer's private chat and a code: `{chat id}-{code}` (contract §4). The server uses the code to recognise links
/// that it made itself. Only the server can verify the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodedChat {
    chat: i64,
    code: String,
}

impl CodedChat {
    /// Returns `None` if the chat is not a user's, or if the code does not consist of [`CODE_LENGTH`] characters of
    /// [`CODE_ALPHABET`].
    #[must_use]
    pub fn new(chat: i64, code: &str) -> Option<Self> {
        let is_code = code.len() == CODE_LENGTH && code.bytes().all(|b| b.is_ascii_alphanumeric());
        (chat > 0 && is_code).then(|| Self { chat, code: code.to_owned() })
    }

    /// Reads the value of a field. Surrounding white space and invisible characters are dropped.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = one_line(text);
        let (chat, code) = text.trim().split_once('-')?;
        // `i64::from_str` would accept a sign.
        let is_number = chat.bytes().all(|b| b.is_ascii_digit());
        Self::new(chat.parse().ok().filter(|_| is_number)?, code)
    }

    /// The chat's id. It is positive.
    #[must_use]
    pub fn chat(&self) -> i64 {
        self.chat
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }
}

impl fmt::Display for CodedChat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.chat, self.code)
    }
}

/// The parts of a link to a service's booking page.
#[derive(Clone, Copy, Debug)]
pub struct BookingLink<'a> {
    /// The scheme and host of booking pages: [`DEFAULT_HOST`].
    pub host: &'a str,
    /// The service.
    pub service: &'a ServiceId,
    /// The field that receives the chat.
    pub field: &'a FieldName,
    /// The customer's chat.
    pub chat: &'a CodedChat,
    /// The field that receives the customer's first name, and the first name as Telegram reports it. A blank name is
    /// omitted.
    pub first_name: Option<(&'a FieldName, &'a str)>,
    /// The page's language.
    pub culture: Option<Culture>,
    /// The page's time zone.
    pub time_zone: Option<TimeZone>,
    /// The user name of the bot to which the page returns after booking.
    pub return_to: Option<&'a str>,
}

impl BookingLink<'_> {
    /// The URL. Names and values are percent-encoded, except `*`.
    #[must_use]
    pub fn url(&self) -> String {
        let host = self.host.trim_end_matches('/');
        let field = encode(self.field.as_str());
        let mut url = format!("{host}/service/{}/booking?prefilledFields={field}_{}", self.service, self.chat);
        if let Some((field, name)) = self.first_name {
            let name: String = one_line(name).trim().chars().take(FIRST_NAME_LENGTH).collect();
            if !name.is_empty() {
                url += &format!("&prefilledFields={}_{}", encode(field.as_str()), encode(name.trim_end()));
            }
        }
        if let Some(culture) = self.culture {
            url += &format!("&culture={}", culture.name());
        }
        if let Some(zone) = self.time_zone {
            url += &format!("&timezone={}", encode(zone.name()));
        }
        if let Some(bot) = self.return_to {
            url += &format!("&redirectUrl=https%3A%2F%2Ft.me%2F{}", encode(bot.trim_start_matches('@')));
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "1b5f03ed96001255550ebaa2c51b7d31";

    #[test]
    fn a_coded_chat_survives_a_round_trip() {
        for text in ["123-abcdefghijkl", " 123-abcdefghijkl\n", "\u{feff}123-abcdefghijkl\u{200b}"] {
            let coded = CodedChat::parse(text).expect("a chat with a code");
            assert_eq!(
                (coded.chat(), coded.code(), coded.to_string().as_str()),
                (123, "abcdefghijkl", "123-abcdefghijkl")
            );
        }
        let most = format!("{}-ABCxyz019abc", i64::MAX);
        assert_eq!(CodedChat::parse(&most).map(|coded| coded.to_string()), Some(most));
    }

    #[test]
    fn malformed_coded_chats_are_rejected() {
        for text in [
            "",
            "123",
            "123-",
            "123-short",
            "123-abcdefghijklm",
            "123-abcdefghijk_",
            "123-abcdefghij-l",
            "123-абвгдежзиклм",
            "123 - abcdefghijkl",
            "-100200300-abcdefghijkl",
            "+123-abcdefghijkl",
            "0-abcdefghijkl",
            "-abcdefghijkl",
            "99999999999999999999-abcdefghijkl",
            "@channel",
            "@channel-abcdefghijkl",
        ] {
            assert_eq!(CodedChat::parse(text), None, "{text}");
        }
        assert_eq!(CodedChat::new(-1, "abcdefghijkl"), None);
        assert!(CODE_ALPHABET.bytes().all(|b| b.is_ascii_alphanumeric()));
    }

    #[test]
    fn a_field_name_must_be_visible_and_have_no_underscore() {
        for (text, name) in
            [("*TelegramId", "*TelegramId"), (" Имя клиента\u{200b} ", "Имя клиента"), ("\u{feff}a&b", "a&b")]
        {
            assert_eq!(FieldName::parse(text).map(String::from), Ok(name.to_owned()), "{text}");
        }
        let long = "я".repeat(FIELD_NAME_LENGTH);
        assert!(FieldName::parse(&long).is_ok());
        for (text, fault) in [
            ("", FieldNameFault::Blank),
            (" \u{200b}\n", FieldNameFault::Blank),
            ("telegram_id", FieldNameFault::HasUnderscore),
            ("a\nb", FieldNameFault::HasControl),
            (&(long + "я"), FieldNameFault::TooLong),
        ] {
            assert_eq!(FieldName::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_link_contains_the_set_parts_percent_encoded() {
        let service = ServiceId::parse(ID).expect("an id");
        let chat = CodedChat::new(123, "abcdefghijkl").expect("a chat");
        let (field, name) = (FieldName::default(), FieldName::parse("Имя & #1").expect("a name"));
        let link = BookingLink {
            host: DEFAULT_HOST,
            service: &service,
            field: &field,
            chat: &chat,
            first_name: None,
            culture: None,
            time_zone: None,
            return_to: None,
        };
        let start =
            format!("https://embed.torrow.net/service/{ID}/booking?prefilledFields=*TelegramId_123-abcdefghijkl");
        assert_eq!(link.url(), start);
        assert_eq!(BookingLink { first_name: Some((&name, " \u{200b}")), ..link }.url(), start);
        let full = BookingLink {
            host: "http://127.0.0.1:3000/",
            first_name: Some((&name, " A_b+c=100%\u{202e}\n")),
            culture: Some(Language::En.into()),
            time_zone: Some(TimeZone::default()),
            return_to: Some("@salon_bot"),
            ..link
        };
        let start = start.replace(DEFAULT_HOST, "http://127.0.0.1:3000");
        assert_eq!(
            full.url(),
            start
                + "&prefilledFields=%D0%98%D0%BC%D1%8F%20%26%20%231_A_b%2Bc%3D100%25&culture=en-En&timezone=Europe/Moscow\
                   &redirectUrl=https%3A%2F%2Ft.me%2Fsalon_bot"
        );
    }
}
