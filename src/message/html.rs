//! Telegram's HTML (Bot API `parse_mode=HTML`): reads the operator's, writes ours, flattens the event's to text.

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
    /// The kind.
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

/// Something in a well-formed text that Telegram shows otherwise than it is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HtmlRemark {
    /// Telegram keeps the text of this link (its address, shortened) and drops the link.
    DroppedLink(String),
    /// Telegram does not know this entity, such as `&nbsp;`, and shows it as it is typed.
    ShownEntity(String),
}

/// The name of a tag or an attribute as a fault quotes it. It is redacted before it is cut, because [`redact`] does not
/// recognise a cut token.
fn as_quoted(name: &str) -> String {
    text::shorten(&redact(name), 20)
}

/// The length of an operator's text as Telegram counts it: in UTF-16 units after tags and entities are parsed. A text
/// that is not well-formed is sent as typed and is counted so.
#[must_use]
pub fn units(html: &str) -> usize {
    parse(html).map_or_else(|_| text::units(html), |spans| super::units(&spans))
}

#[cfg(test)]
mod tests;
