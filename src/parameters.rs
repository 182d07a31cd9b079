//! The table of webhook parameters (contract §3). The codec, the check, the form, the help and the documentation use
//! it.

mod table;

pub use table::TABLE;

use crate::{spelling, text::trimmed, values::Bilingual};

/// A parameter of a webhook, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the table documents each")]
pub enum Parameter {
    TelegramToken,
    TelegramFieldName,
    ErrorEmail,
    Message,
    ResourceName,
    DetailSectionName,
    CaseTypeName,
    HideDetailSection,
    HideResourceDescription,
    HideOrderDuration,
    HideAddress,
    HideServiceName,
    HideOrderDescription,
    HideUrl,
    HideContactInfo,
    DateLocales,
    Timezone,
    TimezoneName,
    SignText,
}

/// The type of a parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A bot token.
    Token,
    /// Plain text.
    Text,
    /// Text that may contain Telegram's HTML tags.
    OperatorText,
    /// E-mail addresses separated by commas.
    Emails,
    /// `true false 1 0 yes no on off` in any case. An empty value is true.
    Bool,
    /// The tag of a locale.
    Locale,
    /// An IANA time zone.
    TimeZone,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// The parameter.
    pub parameter: Parameter,
    /// The name in a URL, with exact spelling.
    pub name: &'static str,
    /// The type of its value.
    pub kind: Kind,
    /// The default in words for people. `None` if there is no default.
    pub default: Option<Bilingual>,
    /// A short title for the form.
    pub title: Bilingual,
    /// One sentence of help for people who do not program.
    pub help: Bilingual,
}

impl Parameter {
    /// The parameters that the stateless endpoint requires.
    pub const REQUIRED: [Self; 2] = [Self::TelegramToken, Self::TelegramFieldName];

    /// The parameters that a query at the profile endpoint cannot override.
    pub const FIXED: [Self; 3] = [Self::TelegramToken, Self::TelegramFieldName, Self::ErrorEmail];

    /// Every parameter, in the table's order.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.parameter)
    }

    /// The parameter's row.
    #[must_use]
    pub fn definition(self) -> &'static Definition {
        // The rows have the order of the enum, which a test checks.
        &TABLE[self as usize]
    }

    /// The name in a URL.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.definition().name
    }

    /// The parameter with this name. An exact match takes precedence over one that ignores case.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        let name = trimmed(name);
        let exactly = TABLE.iter().find(|row| row.name == name);
        exactly.or_else(|| TABLE.iter().find(|row| row.name.eq_ignore_ascii_case(name))).map(|row| row.parameter)
    }

    /// The parameter with the most similar name. `None` if none is similar.
    #[must_use]
    pub fn nearest(name: &str) -> Option<Self> {
        let plain = |name: &str| name.to_lowercase().replace(['_', '-', ' '], "");
        let wanted = plain(name);
        let length = wanted.chars().count();
        if !(3..=40).contains(&length) {
            return None;
        }
        let distance = |row: &Definition| spelling::distance(&plain(row.name), &wanted);
        let nearest = TABLE.iter().min_by_key(|row| distance(row))?;
        if distance(nearest) <= length / 4 {
            return Some(nearest.parameter);
        }
        let mut holding = TABLE.iter().filter(|row| length >= 4 && plain(row.name).contains(&wanted));
        let only = holding.next()?;
        holding.next().is_none().then_some(only.parameter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_order_of_the_enum() {
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(row.parameter as usize, index, "{}", row.name);
        }
        assert_eq!(TABLE.len(), Parameter::SignText as usize + 1);
    }

    #[test]
    fn an_exact_name_takes_precedence_over_another_case() {
        for row in &TABLE {
            assert_eq!(Parameter::by_name(row.name), Some(row.parameter));
            assert_eq!(Parameter::by_name(&format!(" {}\t", row.name.to_uppercase())), Some(row.parameter));
        }
        assert_eq!(Parameter::by_name("hide_adress"), None);
        assert_eq!(Parameter::by_name(""), None);
    }

    #[test]
    fn every_row_has_a_title_and_a_help_sentence() {
        for row in &TABLE {
            for text in [row.title, row.help] {
                assert!(!text.ru.is_empty() && !text.en.is_empty(), "{}", row.name);
            }
            assert!(row.help.ru.ends_with('.') && row.help.en.ends_with('.'), "{}", row.name);
        }
    }

    #[test]
    fn the_nearest_name_is_suggested_only_if_it_is_similar() {
        for (typed, meant) in [
            ("hide_adress", Some(Parameter::HideAddress)),
            ("telegram_token", Some(Parameter::TelegramToken)),
            ("hideUrl", Some(Parameter::HideUrl)),
            ("mesage", Some(Parameter::Message)),
            ("token", Some(Parameter::TelegramToken)),
            ("email", Some(Parameter::ErrorEmail)),
            ("utm_source", None),
            ("name", None),
            ("", None),
        ] {
            assert_eq!(Parameter::nearest(typed), meant, "{typed}");
        }
    }
}
