//! Wraps a selection in Telegram's tags. Offsets are UTF-16 units, as in a browser's text area.

/// A replacement in a text, and the selection after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The start of the replaced range.
    pub from: u32,
    /// The end of the replaced range.
    pub to: u32,
    /// The new text.
    pub text: String,
    /// The selection after the edit.
    pub selected: (u32, u32),
}

/// Wraps a selection in a tag. If the selection is already wrapped, inside or outside of its bounds, the tag is
/// removed. White space at the ends of the selection stays outside of the tag.
pub fn wrap(text: &str, (from, to): (u32, u32), open: &str, close: &str) -> Edit {
    let (start, end) = (byte_at(text, from.min(to)), byte_at(text, to.max(from)));
    let (before, rest) = text.split_at(start);
    let (chosen, after) = rest.split_at(end - start);
    let trimmed = chosen.trim();
    let start = start + if trimmed.is_empty() { 0 } else { chosen.len() - chosen.trim_start().len() };
    let chosen = if trimmed.is_empty() { chosen } else { trimmed };
    let bare = chosen.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    let at = units(text.get(..start).unwrap_or_default());
    let length = units(chosen);
    if let Some(bare) = bare {
        return Edit { from: at, to: at + length, text: bare.to_owned(), selected: (at, at + units(bare)) };
    }
    if before.ends_with(open) && after.starts_with(close) {
        let at = at - units(open);
        let to = at + units(open) + length + units(close);
        return Edit { from: at, to, text: chosen.to_owned(), selected: (at, at + length) };
    }
    let inner = at + units(open);
    Edit { from: at, to: at + length, text: format!("{open}{chosen}{close}"), selected: (inner, inner + length) }
}

/// The opening tag of a link to a typed address; `None` if the address is blank. An address without a scheme becomes an
/// https address.
pub fn link_tag(address: &str) -> Option<String> {
    let address = address.trim();
    let has_scheme = ["://", "tg:", "mailto:", "tel:"].iter().any(|scheme| address.contains(scheme));
    let scheme = if has_scheme { "" } else { "https://" };
    let escaped = address.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    (!address.is_empty()).then(|| format!("<a href=\"{scheme}{escaped}\">"))
}

/// The length in UTF-16 units.
pub fn units(text: &str) -> u32 {
    text.chars().map(|c| if c > '\u{ffff}' { 2 } else { 1 }).sum()
}

fn byte_at(text: &str, at: u32) -> usize {
    let mut passed = 0;
    for (index, c) in text.char_indices() {
        if passed >= at {
            return index;
        }
        passed += if c > '\u{ffff}' { 2 } else { 1 };
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies `<b>` to a text whose selection is in brackets, and returns the result with its selection in brackets.
    fn bold(marked: &str) -> String {
        let from = marked.find('[').unwrap();
        let text = marked.replacen('[', "", 1);
        let to = text.find(']').unwrap();
        let text = text.replacen(']', "", 1);
        let at = |byte: usize| units(&text[..byte]);
        let edit = wrap(&text, (at(from), at(to)), "<b>", "</b>");
        let (start, end) = (byte_at(&text, edit.from), byte_at(&text, edit.to));
        let done = format!("{}{}{}", &text[..start], edit.text, &text[end..]);
        let (first, last) = (byte_at(&done, edit.selected.0), byte_at(&done, edit.selected.1));
        format!("{}[{}]{}", &done[..first], &done[first..last], &done[last..])
    }

    #[test]
    fn a_selection_is_wrapped_and_stays_selected() {
        for (before, after) in [
            ("Вы [записаны] на услугу", "Вы <b>[записаны]</b> на услугу"),
            ("Вы [записаны ]на услугу", "Вы <b>[записаны]</b> на услугу"),
            ("👍👍 [да] 👍", "👍👍 <b>[да]</b> 👍"),
            ("a[]b", "a<b>[]</b>b"),
            ("[]", "<b>[]</b>"),
            ("[ ]", "<b>[ ]</b>"),
        ] {
            assert_eq!(bold(before), after);
        }
    }

    #[test]
    fn wrapping_a_wrapped_selection_removes_the_tag() {
        for (before, after) in [
            ("Вы <b>[записаны]</b> на", "Вы [записаны] на"),
            ("Вы [<b>записаны</b>] на", "Вы [записаны] на"),
            ("a<b>[]</b>b", "a[]b"),
        ] {
            assert_eq!(bold(before), after);
        }
    }

    #[test]
    fn an_offset_beyond_the_text_is_clamped_to_its_end() {
        let edit = wrap("ab", (9, 1), "<i>", "</i>");
        assert_eq!((edit.from, edit.to, edit.text.as_str()), (1, 2, "<i>b</i>"));
    }

    #[test]
    fn an_address_without_a_scheme_links_to_https() {
        for (typed, tag) in [
            (" example.com ", "<a href=\"https://example.com\">"),
            ("http://example.com/?a=1&b=\"2\"", "<a href=\"http://example.com/?a=1&amp;b=&quot;2&quot;\">"),
            ("tg://user?id=1", "<a href=\"tg://user?id=1\">"),
            ("tel:+79161234567", "<a href=\"tel:+79161234567\">"),
        ] {
            assert_eq!(link_tag(typed).as_deref(), Some(tag));
        }
        assert_eq!(link_tag("  "), None);
    }
}
