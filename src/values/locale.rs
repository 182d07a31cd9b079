//! The supported locales of messages.

use super::Language;

/// The locale of dates, times, durations, numbers and money in a message (`date_locales`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "their tags and names say it")]
pub enum Locale {
    #[default]
    Ru,
    En,
    Kk,
    Uk,
    Be,
    De,
    Uz,
    Hy,
    Ka,
    Tr,
}

impl Locale {
    /// Every supported locale, in the order of the menu.
    pub const ALL: [Self; 10] =
        [Self::Ru, Self::En, Self::Kk, Self::Uk, Self::Be, Self::De, Self::Uz, Self::Hy, Self::Ka, Self::Tr];

    /// Reads a tag. `ru`, `ru_RU` and `RU-ru` are all [`Locale::Ru`]. `None` if the locale is not supported.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let tag = text.trim().replace('_', "-");
        let is_it = |locale: &Self| {
            let language = locale.tag().split('-').next().unwrap_or_default();
            tag.eq_ignore_ascii_case(language) || tag.eq_ignore_ascii_case(locale.tag())
        };
        Self::ALL.into_iter().find(is_it)
    }

    /// The language of the labels: Russian for `ru`, English for all others (contract §3).
    #[must_use]
    pub fn language(self) -> Language {
        match self {
            Self::Ru => Language::Ru,
            _ => Language::En,
        }
    }

    /// The canonical tag: `ru-RU`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ru => "ru-RU",
            Self::En => "en-US",
            Self::Kk => "kk-KZ",
            Self::Uk => "uk-UA",
            Self::Be => "be-BY",
            Self::De => "de-DE",
            Self::Uz => "uz-UZ",
            Self::Hy => "hy-AM",
            Self::Ka => "ka-GE",
            Self::Tr => "tr-TR",
        }
    }

    /// The name of the language in the language itself.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ru => "Русский",
            Self::En => "English",
            Self::Kk => "Қазақ тілі",
            Self::Uk => "Українська",
            Self::Be => "Беларуская",
            Self::De => "Deutsch",
            Self::Uz => "Oʻzbekcha",
            Self::Hy => "Հայերեն",
            Self::Ka => "ქართული",
            Self::Tr => "Türkçe",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locale_tags_are_parsed_in_any_spelling() {
        for ru in ["ru", "ru-RU", "ru_RU", "RU-ru", " Ru "] {
            assert_eq!(Locale::parse(ru), Some(Locale::Ru), "{ru}");
        }
        for en in ["en", "en-US", "EN_us"] {
            assert_eq!(Locale::parse(en), Some(Locale::En), "{en}");
        }
        for locale in Locale::ALL {
            assert_eq!(Locale::parse(locale.tag()), Some(locale));
            assert_eq!(Locale::parse(&locale.tag().to_lowercase().replace('-', "_")), Some(locale));
            assert_eq!(Locale::parse(locale.tag().split('-').next().expect("a language")), Some(locale));
        }
        for none in ["", "en-GB", "fr-FR", "russian", "ru-RU-x", "-", "ru-"] {
            assert_eq!(Locale::parse(none), None, "{none}");
        }
    }
}
