//! Text functions that several modules share.

use std::borrow::Cow;

#[cfg(not(target_family = "wasm"))]
use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

/// Normalises a text for a message. All kinds of line breaks become `\n`, control characters other than tabs are
/// dropped, and both ends are trimmed.
pub(crate) fn clean(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut before = None;
    for c in text.chars() {
        match c {
            '\n' if before == Some('\r') => {}
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => kept.push('\n'),
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => kept.push(c),
        }
        before = Some(c);
    }
    kept.trim().to_owned()
}

/// Whether the text has no visible character. Telegram refuses such a message.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// The text without white space, control characters and zero-width characters at both ends.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// The text without white space, zero-width characters, directional marks and byte order marks at both ends. Emoji keep
/// their variation selectors.
pub(crate) fn unmarked(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'
                | '\u{2066}'..='\u{2069}' | '\u{feff}')
    })
}

/// The text in Unicode normalization form C, in which `й` is one character.
#[must_use]
#[cfg(not(target_family = "wasm"))]
pub fn composed(text: &str) -> Cow<'_, str> {
    if is_nfc_quick(text.chars()) == IsNormalized::Yes { text.into() } else { text.nfc().collect::<String>().into() }
}

/// The text in Unicode normalization form C, in which `й` is one character.
#[must_use]
#[cfg(target_family = "wasm")]
pub fn composed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.into();
    }
    String::from(js_sys::JsString::from(text).normalize("NFC")).into()
}

/// Makes a text safe to quote within a line. Control characters become spaces. Zero-width characters and characters
/// that change the text direction are removed.
#[must_use]
pub fn one_line(text: &str) -> String {
    let shown = text.chars().filter(|c| !is_invisible(*c));
    shown.map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect()
}

/// Shortens the text to `max` characters. If characters were removed, the last one is `…`.
#[must_use]
pub fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let head: String = text.chars().take(max.saturating_sub(1)).collect();
    head.trim_end().to_owned() + "…"
}

/// The length in UTF-16 units, as Telegram counts it.
pub(crate) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleaning_keeps_only_line_breaks_and_tabs() {
        for end in ["\n", "\r\n", "\r", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}"] {
            assert_eq!(clean(&format!("{end}a{end}b{end}{end}c{end}")), "a\nb\n\nc", "{end:?}");
        }
        assert_eq!(clean(" a\r\nb\tc\u{0}\u{7}d\u{85} "), "a\nb\tcd");
    }

    #[test]
    fn texts_without_visible_characters_are_blank() {
        assert!(is_blank(" \n\u{200b}\u{2060}\u{feff}"));
        assert!(!is_blank(" . "));
    }

    #[test]
    fn one_line_removes_line_breaks_and_direction_marks() {
        assert_eq!(one_line("a\r\nb\u{2028}c\u{202e}d\u{2066}e\u{200b}\u{7}ё 👋"), "a  b cde ё 👋");
    }

    #[test]
    fn shortening_counts_characters() {
        assert_eq!(shorten("привет", 6), "привет");
        assert_eq!(shorten("приветы", 6), "приве…");
    }
}
