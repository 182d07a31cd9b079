//! Small things about text that several modules share.

/// Text as a message can carry it: every kind of line break is `\n`, no other control characters but tabs, no white space
/// at the ends.
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

/// Whether a reader would see nothing: Telegram refuses such a message.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c))
}

/// Characters that take no room of their own.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// Text as it may stand inside a line of somebody else's: control characters are spaces, and characters that take no room
/// or change the direction of what follows are left out.
#[must_use]
pub fn one_line(text: &str) -> String {
    let shown = text.chars().filter(|c| !is_invisible(*c));
    shown.map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }).collect()
}

/// At most `max` characters, the last one `…` where something was left out.
#[must_use]
pub fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let head: String = text.chars().take(max.saturating_sub(1)).collect();
    head.trim_end().to_owned() + "…"
}

/// The length in UTF-16 units, as Telegram counts.
pub(crate) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleaning_keeps_line_breaks_and_tabs_only() {
        for end in ["\n", "\r\n", "\r", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}"] {
            assert_eq!(clean(&format!("{end}a{end}b{end}{end}c{end}")), "a\nb\n\nc", "{end:?}");
        }
        assert_eq!(clean(" a\r\nb\tc\u{0}\u{7}d\u{85} "), "a\nb\tcd");
    }

    #[test]
    fn blank_is_what_nobody_sees() {
        assert!(is_blank(" \n\u{200b}\u{2060}\u{feff}"));
        assert!(!is_blank(" . "));
    }

    #[test]
    fn one_line_holds_no_breaks_and_no_marks_of_direction() {
        assert_eq!(one_line("a\r\nb\u{2028}c\u{202e}d\u{2066}e\u{200b}\u{7}ё 👋"), "a  b cde ё 👋");
    }

    #[test]
    fn shortening_counts_characters() {
        assert_eq!(shorten("привет", 6), "привет");
        assert_eq!(shorten("приветы", 6), "приве…");
    }
}
