//! The language and the theme. The browser's settings apply until the reader chooses.

#[cfg(feature = "ssr")]
use hookgram::preferences::KeptPreferences;
use hookgram::{preferences::Theme, values::Language};
use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::cookies;

/// The reader's preferences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// The language of the page.
    pub language: Language,
    /// The theme.
    pub theme: Theme,
}

/// The language's tag in the document and in the cookie.
#[must_use]
pub fn tag(language: Language) -> &'static str {
    match language {
        Language::Ru => "ru",
        Language::En => "en",
    }
}

/// The preferences of the page that is being rendered: from the request on the server, from the document in the
/// browser.
#[must_use]
pub fn current() -> Preferences {
    #[cfg(feature = "ssr")]
    {
        use_context::<http::request::Parts>().map(|parts| of_headers(&parts.headers)).unwrap_or_default()
    }
    #[cfg(not(feature = "ssr"))]
    {
        let root = document().document_element();
        let attribute = |name| root.as_ref().and_then(|root| root.get_attribute(name)).unwrap_or_default();
        let language = if attribute("lang") == "en" { Language::En } else { Language::Ru };
        Preferences { language, theme: Theme::parse(&attribute("data-theme")).unwrap_or_default() }
    }
}

/// The preferences of a request: the reader's choice, else the browser's languages.
#[cfg(feature = "ssr")]
#[must_use]
pub fn of_headers(headers: &http::HeaderMap) -> Preferences {
    let language = match cookies::value(headers, "language") {
        Some("ru") => Language::Ru,
        Some("en") => Language::En,
        _ => {
            let accepted = headers.get(http::header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            accepted.map(preferred_language).unwrap_or_default()
        }
    };
    Preferences { language, theme: cookies::value(headers, "theme").and_then(Theme::parse).unwrap_or_default() }
}

/// Inserts an account's preferences into a request as cookies before its own cookies, so that they take precedence.
#[cfg(feature = "ssr")]
pub fn apply(kept: KeptPreferences, headers: &mut http::HeaderMap) {
    let mut pairs = Vec::new();
    pairs.extend(kept.language.map(|language| format!("language={}", tag(language))));
    pairs.extend(kept.theme.map(|theme| format!("theme={}", theme.name())));
    pairs.extend(kept.zone.map(|zone| format!("zone={}; {ZONE_IS_KEPT}=yes", zone.name())));
    let Ok(value) = http::HeaderValue::from_str(&pairs.join("; ")) else { return };
    if pairs.is_empty() {
        return;
    }
    let own: Vec<_> = headers.get_all(http::header::COOKIE).iter().cloned().collect();
    headers.insert(http::header::COOKIE, value);
    for cookie in own {
        headers.append(http::header::COOKIE, cookie);
    }
}

#[cfg(feature = "ssr")]
const ZONE_IS_KEPT: &str = "zone_is_kept";

/// Whether the account stores a time zone, so that the browser's zone is not needed.
#[cfg(feature = "ssr")]
#[must_use]
pub fn zone_is_kept(headers: &http::HeaderMap) -> bool {
    cookies::value(headers, ZONE_IS_KEPT).is_some()
}

/// The time zone that the account stores, or else the one that the browser has sent.
#[cfg(feature = "ssr")]
#[must_use]
pub fn zone(headers: &http::HeaderMap) -> Option<hookgram::values::TimeZone> {
    hookgram::values::TimeZone::parse(cookies::value(headers, "zone")?)
}

/// The language that an `Accept-Language` header (RFC 9110 §12.5.4) prefers: Russian, or English for any other
/// language.
#[cfg(feature = "ssr")]
#[must_use]
pub fn preferred_language(accepted: &str) -> Language {
    let mut most_wanted = ("", 0.0_f32);
    for item in accepted.split(',') {
        let mut pieces = item.split(';').map(str::trim);
        let tag = pieces.next().unwrap_or_default();
        let quality = pieces.find_map(|piece| piece.strip_prefix("q="));
        let quality = quality.map_or(1.0, |quality| quality.trim().parse().unwrap_or(0.0));
        if quality > most_wanted.1 {
            most_wanted = (tag, quality);
        }
    }
    let primary = most_wanted.0.split(['-', '_']).next().unwrap_or_default();
    if primary.eq_ignore_ascii_case("ru") { Language::Ru } else { Language::En }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn preferences_of_the_account_override_those_of_the_browser() {
        let mut headers = http::HeaderMap::new();
        headers.insert("cookie", "language=ru; theme=light; zone=Asia/Omsk".parse().unwrap());
        apply(KeptPreferences::default(), &mut headers);
        assert_eq!(of_headers(&headers).language, Language::Ru);
        let zone_kept = hookgram::values::TimeZone::parse("Europe/Moscow");
        let kept = KeptPreferences { language: Some(Language::En), theme: None, zone: zone_kept };
        apply(kept, &mut headers);
        assert_eq!(of_headers(&headers), Preferences { language: Language::En, theme: Theme::Light });
        assert_eq!((zone(&headers), zone_is_kept(&headers)), (zone_kept, true));
    }

    #[test]
    fn accept_language_chooses_russian_or_english() {
        for (accepted, expected) in [
            ("ru", Language::Ru),
            ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", Language::Ru),
            ("en-US,en;q=0.9,ru;q=0.8", Language::En),
            ("de-DE,de;q=0.9", Language::En),
            ("de;q=0.4,ru;q=0.5,en;q=0.3", Language::Ru),
            ("RU_ru", Language::Ru),
            ("en,ru", Language::En),
            ("ru,en", Language::Ru),
            ("ru;q=0", Language::En),
            ("", Language::En),
            (";;,,q=", Language::En),
        ] {
            assert_eq!(preferred_language(accepted), expected, "{accepted}");
        }
    }
}
