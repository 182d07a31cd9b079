//! Telegram's HTML (Bot API `parse_mode=HTML`): reading the operator's, writing ours, flattening the event's.

mod attributes;
mod entities;
mod flatten;
mod parse;
mod write;

pub(crate) use attributes::LONGEST_URL;
pub(crate) use flatten::flatten;
pub use parse::parse;
pub(crate) use write::{Cost, shared, write};

use crate::{secret::redact, text};

/// What is wrong with a text that should be Telegram's HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtmlFault {
    /// Where, in characters from the start of the text, from 0.
    pub offset: usize,
    /// What.
    pub kind: HtmlFaultKind,
}

/// The kinds of [`HtmlFault`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HtmlFaultKind {
    /// A tag that Telegram does not know (its name, shortened).
    UnknownTag(String),
    /// A tag that is never closed.
    Unclosed(String),
    /// A closing tag with no such tag open, or one closed in the wrong order.
    Unexpected(String),
    /// A `<` that starts no tag, or a tag that never ends.
    StrayBracket,
    /// An attribute that cannot be read, or one that the tag needs and lacks.
    BadAttribute(String),
}

/// A tag's or an attribute's name as a fault repeats it: redacted before it is cut, or a cut token would not be known.
fn as_quoted(name: &str) -> String {
    text::shorten(&redact(name), 20)
}

/// The length of an operator's text as Telegram counts it: in UTF-16 units once tags and entities are read; what is not
/// well-formed goes out as typed and counts so.
#[must_use]
pub fn units(html: &str) -> usize {
    parse(html).map_or_else(|_| text::units(html), |spans| super::units(&spans))
}

#[cfg(test)]
mod tests;
