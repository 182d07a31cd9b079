//! The message (contract §5). It is rendered once as rich text, split to fit Telegram's limits, and written as HTML.

mod details;
mod difference;
pub mod html;
mod labels;
pub(crate) mod locale;
mod money;
mod outgoing;
mod renderer;
mod sections;
mod split;
mod stored;

pub use details::moment;
pub use difference::{Line, Mark, difference};
pub use outgoing::Outgoing;
pub use renderer::{Renderer, Variant};
pub use sections::case_link;
pub use stored::{StoredMessage, Unreadable};

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{channel::Limits, event::BookingEvent, parameters::Parameter, profile::Formatting, text, values::Locale};

/// A text style that Telegram supports. Stored messages contain the serialised names, which must not change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "Telegram's own names")]
pub enum Style {
    #[serde(rename = "b")]
    Bold,
    #[serde(rename = "i")]
    Italic,
    #[serde(rename = "u")]
    Underline,
    #[serde(rename = "s")]
    Strikethrough,
    #[serde(rename = "x")]
    Spoiler,
    #[serde(rename = "c")]
    Code,
    #[serde(rename = "pre")]
    Pre {
        #[serde(rename = "l")]
        language: Option<String>,
    },
    #[serde(rename = "q")]
    Quote {
        #[serde(rename = "x")]
        expandable: bool,
    },
    #[serde(rename = "a")]
    Link {
        /// Shared, because a long text may repeat the URL in each of its spans.
        #[serde(rename = "u")]
        url: Arc<str>,
    },
    #[serde(rename = "e")]
    CustomEmoji {
        #[serde(rename = "i")]
        id: String,
    },
    /// `tg-time`, with its attributes as given.
    #[serde(rename = "t")]
    Time {
        #[serde(rename = "u")]
        unix: String,
        #[serde(rename = "f")]
        format: Option<String>,
    },
}

/// A run of text with uniform styles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The text, without escapes.
    pub text: String,
    /// The styles, the outermost first.
    pub styles: Vec<Style>,
    /// The parameter that shows, hides or sets this text. The preview highlights it.
    pub origin: Option<Parameter>,
}

/// A whole message, before it is split.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    spans: Vec<Span>,
}

/// A part of a message. It fits into one message of its channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    spans: Vec<Span>,
}

impl Message {
    /// Whether the message has no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The spans of the whole message.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The length in UTF-16 units after parsing, as Telegram counts it.
    #[must_use]
    pub fn units(&self) -> usize {
        units(&self.spans)
    }

    /// Splits the message by the limits of a channel. The parts are in sending order. An empty message has no parts.
    #[must_use]
    pub fn parts(&self, limits: &Limits) -> Vec<Part> {
        split::split(&self.spans, limits)
    }
}

impl Part {
    /// The spans of the part.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The part as Telegram's HTML (`parse_mode=HTML`).
    #[must_use]
    pub fn html(&self) -> String {
        html::write(&self.spans)
    }

    /// The part as plain text.
    #[must_use]
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }

    /// The length in UTF-16 units after parsing.
    #[must_use]
    pub fn units(&self) -> usize {
        units(&self.spans)
    }

    /// A part with this text and no styles.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self { spans: vec![Span { text: text.to_owned(), styles: Vec::new(), origin: None }] }
    }

    /// Reads a part from HTML written by [`Part::html`], which the sandbox stores.
    ///
    /// # Errors
    /// If the HTML is not well-formed.
    pub fn from_html(html: &str) -> Result<Self, html::HtmlFault> {
        Ok(Self { spans: html::parse(html)? })
    }
}

fn units(spans: &[Span]) -> usize {
    spans.iter().map(|span| text::units(&span.text)).sum()
}

impl Span {
    pub(crate) fn plain(text: impl Into<String>, origin: Option<Parameter>) -> Self {
        Self { text: text.into(), styles: Vec::new(), origin }
    }

    pub(crate) fn styled(text: impl Into<String>, style: Style, origin: Option<Parameter>) -> Self {
        Self { text: text.into(), styles: vec![style], origin }
    }
}

/// The input of rendering, apart from the profile's formatting.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The event.
    pub event: &'a BookingEvent,
    /// The index of the recipient among the participants. `None` renders a message without a participant's data.
    pub participant: Option<usize>,
    /// `telegramFieldName`, the contact field that is never shown.
    pub field_name: Option<&'a str>,
    /// The base URL of links, without a trailing slash: `https://torrow.net`.
    pub booking_host: &'a str,
}

/// A sample date and time in a locale, which helps an operator to choose one: `среда, 8 мая 2024 г., 11:15`.
#[must_use]
pub fn example(locale: Locale) -> String {
    let at = NaiveDate::from_ymd_opt(2024, 5, 8).and_then(|day| day.and_hms_opt(11, 15, 0));
    at.map_or_else(String::new, |at| format!("{}, {}", locale::date(locale, at), locale::time(locale, at)))
}

/// Renders the message for one participant.
#[must_use]
pub fn render(formatting: &Formatting, context: Context<'_>) -> Message {
    let Context { event, participant, field_name, booking_host } = context;
    let renderer = Renderer::new(formatting, event, field_name, booking_host);
    renderer.render(&renderer.variant(participant))
}
