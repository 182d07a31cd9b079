//! The attributes of a tag, read by the rules of the Bot API server.

use super::{HtmlFaultKind, as_quoted, entities};

/// The attributes that Telegram's tags use.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) href: Option<String>,
    pub(super) language: Option<String>,
    pub(super) spoiler: bool,
    pub(super) expandable: bool,
    pub(super) emoji_id: Option<String>,
    pub(super) unix: Option<String>,
    pub(super) format: Option<String>,
}

/// A fault and the number of bytes that were left to read when it was found.
type Fault = (HtmlFaultKind, usize);

impl Attributes {
    /// Reads the attributes after a tag's name, up to its `>`. Returns the text after the `>`.
    pub(super) fn read<'a>(tag: &str, text: &'a str) -> Result<(Self, &'a str), Fault> {
        let mut attributes = Self::default();
        let mut rest = text;
        loop {
            rest = rest.trim_ascii_start();
            if let Some(after) = rest.strip_prefix('>') {
                return Ok((attributes, after));
            }
            let start = rest.len();
            let length = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>'));
            let Some(length) = length else { return Err((HtmlFaultKind::StrayBracket, start)) };
            let name = rest.get(..length).unwrap_or_default().to_ascii_lowercase();
            let bad = || (HtmlFaultKind::BadAttribute(as_quoted(&name)), start);
            if name.is_empty() {
                return Err(bad());
            }
            rest = rest.get(length..).unwrap_or_default().trim_ascii_start();
            let value = match rest.strip_prefix('=') {
                Some(after) => {
                    let (value, after) = read_value(after.trim_ascii_start()).ok_or_else(bad)?;
                    rest = after;
                    value
                }
                None if tag == "blockquote" && name == "expandable" => String::new(),
                None => return Err(bad()),
            };
            attributes.note(tag, &name, value);
        }
    }

    fn note(&mut self, tag: &str, name: &str, value: String) {
        match (tag, name) {
            ("a", "href") => self.href = Some(value),
            ("code", "class") => {
                let language = value.strip_prefix("language-").filter(|l| (1..=64).contains(&l.len()));
                self.language = language.map(str::to_owned);
            }
            ("span", "class") => self.spoiler = value == "tg-spoiler",
            ("blockquote", "expandable") => self.expandable = true,
            ("tg-emoji", "emoji-id") => self.emoji_id = Some(value),
            ("tg-time", "unix") => self.unix = Some(value),
            ("tg-time", "format") => self.format = Some(value).filter(|f| (1..=32).contains(&f.len())),
            _ => {}
        }
    }
}

/// Reads a quoted value, or a bare value of letters, digits, `.` and `-`. Returns the value and the text after it.
fn read_value(text: &str) -> Option<(String, &str)> {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let length = text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')))?;
        let (value, rest) = text.split_at(length);
        let ends_well = rest.starts_with(|c: char| c.is_ascii_whitespace() || c == '>');
        return ends_well.then(|| (value.to_ascii_lowercase(), rest));
    };
    let (value, rest) = text.get(1..)?.split_once(quote)?;
    Some((decoded(value), rest))
}

fn decoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        let (found, taken) = entities::telegram(rest).unwrap_or((c, c.len_utf8()));
        if !found.is_control() {
            text.push(found);
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    text
}

/// In bytes. Longer URLs are not linked, because a few of them would already exceed the limit of a message.
pub(crate) const LONGEST_URL: usize = 2048;

/// Whether Telegram accepts this URL as a link. It needs a known scheme or a host with a dot. Otherwise Telegram keeps
/// the text and drops the link.
pub(super) fn usable_url(url: &str) -> bool {
    let url = url.trim();
    if url.is_empty() || url.len() > LONGEST_URL || url.contains(char::is_whitespace) {
        return false;
    }
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    match scheme.to_ascii_lowercase().as_str() {
        "tg" | "ton" | "tonsite" => !rest.is_empty(),
        "http" | "https" => {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let host = authority.rsplit('@').next().unwrap_or_default();
            let host = host.split_once(':').map_or(host, |(host, _)| host);
            host.split('.').count() > 1 && host.split('.').all(|label| !label.is_empty())
        }
        _ => false,
    }
}
