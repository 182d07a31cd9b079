//! The message (contract §5): rendered once as rich text, split to Telegram's limits, written as HTML.

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
pub use stored::{StoredMessage, Unreadable};

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{channel::Limits, event::BookingEvent, parameters::Parameter, profile::Formatting, text, values::Locale};

/// A style of text, as Telegram knows it. The names in stored messages must not change.
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
        /// Shared: a long text may repeat it in each of its runs.
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

/// A run of text of one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The text, never escaped.
    pub text: String,
    /// Styles, the outermost first.
    pub styles: Vec<Style>,
    /// The parameter whose setting shows, hides or words this text: the preview marks it.
    pub origin: Option<Parameter>,
}

/// A whole message, before it is split.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    spans: Vec<Span>,
}

/// A part of a message that its channel takes as one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    spans: Vec<Span>,
}

impl Message {
    /// Whether nothing would be said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The runs of the whole message, for drawing.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The length in UTF-16 units after parsing, as Telegram counts.
    #[must_use]
    pub fn units(&self) -> usize {
        units(&self.spans)
    }

    /// Splits it by the limits of a channel: the parts in the order to send them in, none if the message is empty.
    #[must_use]
    pub fn parts(&self, limits: &Limits) -> Vec<Part> {
        split::split(&self.spans, limits)
    }
}

impl Part {
    /// The runs, for drawing.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// As Telegram's HTML (`parse_mode=HTML`).
    #[must_use]
    pub fn html(&self) -> String {
        html::write(&self.spans)
    }

    /// As plain text.
    #[must_use]
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }

    /// The length in UTF-16 units after parsing.
    #[must_use]
    pub fn units(&self) -> usize {
        units(&self.spans)
    }

    /// A part that says this text and nothing else.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self { spans: vec![Span { text: text.to_owned(), styles: Vec::new(), origin: None }] }
    }

    /// Reads a part back from its own HTML (as stored by the sandbox), for drawing.
    ///
    /// # Errors
    /// Where it is not well-formed.
    pub fn from_html(html: &str) -> Result<Self, html::HtmlFault> {
        Ok(Self { spans: html::parse(html)? })
    }
}

fn units(spans: &[Span]) -> usize {
    spans.iter().map(|span| text::units(&span.text)).sum()
}

impl Span {
    /// Text without a style.
    pub(crate) fn plain(text: impl Into<String>, origin: Option<Parameter>) -> Self {
        Self { text: text.into(), styles: Vec::new(), origin }
    }

    /// Text of one style.
    pub(crate) fn styled(text: impl Into<String>, style: Style, origin: Option<Parameter>) -> Self {
        Self { text: text.into(), styles: vec![style], origin }
    }
}

/// What a message is made of besides the profile's formatting.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The event.
    pub event: &'a BookingEvent,
    /// Index of the participant it is for; `None` renders without one.
    pub participant: Option<usize>,
    /// `telegramFieldName`: never shown among the contact information.
    pub field_name: Option<&'a str>,
    /// Where links lead, without a slash at the end: `https://torrow.net`.
    pub booking_host: &'a str,
}

/// How a date and a time look in a locale, for choosing one: `среда, 8 мая 2024 г., 11:15`.
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
