//! Telegram's HTML (Bot API `parse_mode=HTML`). Parses the operator's HTML, writes HTML for Telegram, and flattens an
//! event's HTML to text.

mod attributes;
mod entities;
mod flatten;
mod parse;
mod write;

pub(crate) use attributes::LONGEST_URL;
pub(crate) use flatten::flatten;
pub use parse::{parse, remarks};
pub(crate) use write::{Cost, shared, write};

use crate::{secret::redact, text};

/// Why a text is not Telegram's HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtmlFault {
    /// The position in characters from the start of the text, from 0.
    pub offset: usize,
    /// The kind of the fault.
    pub kind: HtmlFaultKind,
}

/// The kinds of [`HtmlFault`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HtmlFaultKind {
    /// A tag that Telegram does not support (its name, shortened).
    UnknownTag(String),
    /// A tag that is never closed.
    Unclosed(String),
    /// A closing tag without an open tag of that name, or in the wrong order.
    Unexpected(String),
    /// A `<` that does not start a tag, or a tag without an end.
    StrayBracket,
    /// An attribute that cannot be read, or a missing required attribute.
    BadAttribute(String),
}

/// A part of a well-formed text that Telegram shows differently from what was probably intended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HtmlRemark {
    /// Telegram drops this link (its URL, shortened) and keeps its text.
    DroppedLink(String),
    /// Telegram does not support this entity, such as `&nbsp;`, and shows it as typed.
    ShownEntity(String),
}

/// The name of a tag or an attribute as quoted in a fault. It is redacted before it is shortened, because [`redact`]
/// does not recognise a truncated token.
fn as_quoted(name: &str) -> String {
    text::shorten(&redact(name), 20)
}

/// The length of an operator's text as Telegram counts it: in UTF-16 units after parsing tags and entities. A text that
/// is not well-formed is sent as typed and counted as typed.
#[must_use]
pub fn units(html: &str) -> usize {
    parse(html).map_or_else(|_| text::units(html), |spans| super::units(&spans))
}

#[cfg(test)]
mod tests;
