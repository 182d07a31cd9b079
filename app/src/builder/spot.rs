//! The first place in a text that Telegram would refuse, with its context for display.

use hookgram::message::html;

use super::wrap::units;

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// The line number, from 1.
    pub line: usize,
    /// The text before the place, on the same line.
    pub before: String,
    /// The text at the place.
    pub fault: String,
    /// The text after the place, on the same line.
    pub after: String,
    /// The range in UTF-16 units from the start of the text.
    pub range: (u32, u32),
}

/// Characters of context on each side.
const AROUND: usize = 16;
/// The most characters shown of the place itself.
const LONGEST: usize = 24;

/// The first place in a text that is not valid Telegram HTML; `None` if the text is valid.
pub fn first_fault(text: &str) -> Option<Spot> {
    let offset = html::parse(text).err()?.offset;
    let at = text.char_indices().nth(offset).map_or(text.len(), |(byte, _)| byte);
    let (head, tail) = text.split_at(at);
    let start = head.rfind('\n').map_or(0, |byte| byte + 1);
    let line = tail.lines().next().unwrap_or_default();
    let length = tag_length(line);
    let fault: String = line.chars().take(length).collect();
    let rest = line.get(fault.len()..).unwrap_or_default();
    let before = head.get(start..).unwrap_or_default();
    let skipped = before.chars().count().saturating_sub(AROUND);
    let cut = |text: String, is_cut: bool, at_end: bool| match (is_cut, at_end) {
        (false, _) => text,
        (true, true) => text + "…",
        (true, false) => format!("…{text}"),
    };
    let from = units(head);
    Some(Spot {
        line: head.matches('\n').count() + 1,
        before: cut(before.chars().skip(skipped).collect(), skipped > 0, false),
        after: cut(rest.chars().take(AROUND).collect(), rest.chars().nth(AROUND).is_some(), true),
        range: (from, from + units(&fault)),
        fault,
    })
}

/// The length in characters of the tag at the start of `line`: up to its closing bracket, or to the next word.
fn tag_length(line: &str) -> usize {
    let closed = line.chars().position(|c| c == '>').map(|index| index + 1);
    let word = || line.chars().skip(1).position(char::is_whitespace).map(|index| index + 1);
    closed.filter(|length| *length <= LONGEST).or_else(word).unwrap_or(LONGEST).clamp(1, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<(usize, String)> {
        let spot = first_fault(text)?;
        let selected: Vec<u16> = text.encode_utf16().collect();
        let selected = selected.get(spot.range.0 as usize..spot.range.1 as usize).unwrap();
        assert_eq!(String::from_utf16(selected).unwrap(), spot.fault, "{text}");
        Some((spot.line, format!("{}[{}]{}", spot.before, spot.fault, spot.after)))
    }

    #[test]
    fn a_fault_is_shown_with_its_line_and_the_text_around_it() {
        for (text, line, place) in [
            ("<b>Привет", 1, "[<b>]Привет"),
            ("👍 Да\n  <i>раз</b> два", 2, "  <i>раз[</b>] два"),
            ("a < b", 1, "a [<] b"),
            ("Один\nЦена <5 рублей", 2, "Цена [<5] рублей"),
            ("x\n\n<font color=\"red\">y", 3, "[<font color=\"red\">]y"),
            ("Очень длинная строка перед местом <", 1, "…ка перед местом [<]"),
            ("<", 1, "[<]"),
        ] {
            assert_eq!(shown(text), Some((line, place.to_owned())), "{text}");
        }
        assert_eq!(shown("<b>Привет</b> &amp; 1 > 0"), None);
    }
}
