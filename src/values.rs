//! Small value types. They are validated when they are parsed.

mod locale;

use std::fmt;

use email_address::Options;
pub use locale::Locale;

use crate::text::trimmed;
pub use crate::zones::{TimeZone, offset_name};

/// An e-mail address for error mails. `a@b.c` is valid, `ops@example` is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads one address. Surrounding white space is dropped. `None` if the text is not an address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let options = Options::default().with_required_tld().without_domain_literal().without_display_text();
        let address = email_address::EmailAddress::parse_with_options(text, options).ok()?;
        // The check is stricter than RFC 5322: nothing quoted or invisible, only `-` and `.` as signs in a host, no
        // IPv4 address as host.
        let host = address.domain();
        let is_plain = text.chars().all(|c| c.is_alphanumeric() || c.is_ascii_graphic() && c != '"');
        let is_host = host.chars().all(|c| c.is_alphanumeric() || "-.".contains(c));
        let is_named = host.rsplit('.').next().is_some_and(|top| !top.bytes().all(|b| b.is_ascii_digit()));
        (is_plain && is_host && is_named && text.len() <= 254).then(|| Self(text.to_owned()))
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address in lower case, for comparisons.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

/// The decision of an address's owner about mails that requests to the stateless endpoint cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressState {
    /// The owner has not decided yet.
    Asked,
    /// The mails may be sent.
    Confirmed,
    /// The mails must not be sent, including confirmation mails.
    Stopped,
}

impl AddressState {
    /// The name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Confirmed => "confirmed",
            Self::Stopped => "stopped",
        }
    }

    /// The state with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Asked, Self::Confirmed, Self::Stopped].into_iter().find(|state| state.name() == name)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The language of texts for people: pages, responses and labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Russian.
    #[default]
    Ru,
    /// English.
    En,
}

/// A text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bilingual {
    /// Russian.
    pub ru: &'static str,
    /// English.
    pub en: &'static str,
}

impl Bilingual {
    /// The text in one language.
    #[must_use]
    pub fn get(self, language: Language) -> &'static str {
        match language {
            Language::Ru => self.ru,
            Language::En => self.en,
        }
    }
}

/// Selects the form of a Russian noun for a count (CLDR): `1 минута`, `2 минуты`, `5 минут`.
#[must_use]
pub fn russian_plural<T>(count: u64, [one, few, many]: [T; 3]) -> T {
    match (count % 10, count % 100) {
        (_, 11..=14) => many,
        (1, _) => one,
        (2..=4, _) => few,
        _ => many,
    }
}

/// A Telegram chat: a user, a group or a public channel.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ChatId {
    /// A positive user id, or a negative group or channel id. Never 0.
    Number(i64),
    /// A public channel `@name`, including the `@`, in lower case because Telegram ignores case.
    Channel(String),
}

impl ChatId {
    /// Reads an integer or `@channel`. Surrounding white space and invisible characters are dropped. `None` for
    /// anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = trimmed(text);
        if let Some(name) = text.strip_prefix('@') {
            let is_name = (4..=32).contains(&name.len())
                && name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            return is_name.then(|| Self::Channel(text.to_ascii_lowercase()));
        }
        // `+79161234567` is a telephone number in the wrong field, not a chat id.
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        text.parse().ok().filter(|n| *n != 0).map(Self::Number)
    }
}

impl fmt::Display for ChatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => write!(f, "{n}"),
            Self::Channel(name) => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_addresses_are_validated() {
        for good in ["a@b.c", " ops@example.com ", "o'neil+tag@mail.example.org", "почта@пример.рф", "a.b@c-d.ru"]
        {
            assert!(EmailAddress::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "ops@example",
            "@b.c",
            "a@",
            "a@@b.c",
            "a b@c.d",
            "a@b..c",
            "a@.b.c",
            "a@b.c.",
            ".a@b.c",
            "a..b@c.d",
            "a@-b.c",
            "a@b.1",
            "a\n@b.c",
            "<a@b.c>",
            "a@b@c.d",
            "a,b@c.d",
            "\"a b\"@c.d",
            "ops <a@b.c>",
            "a@[127.0.0.1]",
            "a@b_c.d",
            "a@b/c.d",
            "\u{feff}a@b.c",
            "a\u{200b}@b.c",
        ] {
            assert_eq!(EmailAddress::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn time_zones_are_parsed_and_suggested() {
        assert_eq!(TimeZone::parse("europe/moscow"), Some(TimeZone::default()));
        assert_eq!(TimeZone::parse(" ASIA/YEKATERINBURG ").map(TimeZone::name), Some("Asia/Yekaterinburg"));
        assert_eq!(TimeZone::parse("Etc/GMT+5").map(TimeZone::name), Some("Etc/GMT+5"));
        assert_eq!(TimeZone::parse(""), None);
        assert_eq!(TimeZone::parse("Mars/Olympus"), None);
        assert_eq!(TimeZone::nearest("Europe/Moskow").map(TimeZone::name), Some("Europe/Moscow"));
        assert_eq!(TimeZone::nearest("moscow").map(TimeZone::name), Some("Europe/Moscow"));
        for (typed, zone) in [
            ("GMT+3", Some("Etc/GMT-3")),
            ("gmt +3", Some("Etc/GMT-3")),
            ("UTC+03:00", Some("Etc/GMT-3")),
            ("UTC−5", Some("Etc/GMT+5")),
            ("+3", Some("Etc/GMT-3")),
            ("+0300", Some("Etc/GMT-3")),
            ("-11", Some("Etc/GMT+11")),
            ("МСК+2", Some("Etc/GMT-5")),
            ("MSK-3", Some("Etc/GMT")),
            ("Etc/GMT+03", Some("Etc/GMT+3")),
            ("UTC+0", Some("Etc/GMT")),
            ("GMT+14", Some("Etc/GMT-14")),
            ("GMT+15", None),
            ("GMT+5:30", None),
            ("GMT3", None),
            ("UTC 3", None),
            ("Etc/GMT-15", None),
            ("AEST", None),
            ("WEST", None),
            ("MEST", None),
            ("UTS", None),
        ] {
            assert_eq!(TimeZone::nearest(typed).map(TimeZone::name), zone, "{typed}");
        }
        assert_eq!(TimeZone::nearest("Mars/Olympus Mons"), None);
        assert_eq!(TimeZone::nearest(""), None);
    }

    #[test]
    fn chat_ids_are_validated() {
        for (text, chat) in [
            ("100200300", ChatId::Number(100_200_300)),
            (" -1001234567890\n", ChatId::Number(-1_001_234_567_890)),
            ("@torrow_news", ChatId::Channel("@torrow_news".into())),
            ("\u{2068}100200300\u{2069}\u{200b}", ChatId::Number(100_200_300)),
            ("\u{feff} @torrow_news\u{200e}", ChatId::Channel("@torrow_news".into())),
            (" @Torrow_NEWS", ChatId::Channel("@torrow_news".into())),
        ] {
            assert_eq!(ChatId::parse(text), Some(chat), "{text}");
        }
        for bad in [
            "",
            "0",
            "-0",
            "-",
            "--5",
            "+79161234567",
            "12 3",
            "1.5",
            "@",
            "@abc",
            "@1abcd",
            "@имя_канала",
            "torrow_news",
            "99999999999999999999",
            "@a2345678901234567890123456789012x",
        ] {
            assert_eq!(ChatId::parse(bad), None, "{bad}");
        }
    }
}
