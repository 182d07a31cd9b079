//! The stored form of a message, used in the queue and in the log. It does not depend on the channel.
//!
//! It is JSON: `{"v":1,"p":[part, …]}`. A part lists its styles once and refers to them by index:
//! `{"s":["b",{"a":{"u":"https://…"}}],"t":["Hello ",["Anna",[0]],"!"]}`. A run without a style is a string.
//!
//! Databases of earlier versions contain a JSON array with the Telegram HTML of each part. Both forms can be read.

use std::{borrow::Cow, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Part, Span, Style};

/// The version that this code writes.
const VERSION: u8 = 1;

/// An encoded message. It is cheap to clone. The default is an empty message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct StoredMessage(Arc<str>);

/// The stored text has neither the current form nor that of earlier versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

#[derive(Serialize, Deserialize)]
struct Form<'a> {
    v: u8,
    #[serde(borrow)]
    p: Vec<PartForm<'a>>,
}

#[derive(Serialize, Deserialize)]
struct PartForm<'a> {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    s: Vec<Cow<'a, Style>>,
    #[serde(borrow)]
    t: Vec<Run<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Run<'a> {
    Plain(#[serde(borrow)] Cow<'a, str>),
    Styled(#[serde(borrow)] Cow<'a, str>, Vec<usize>),
}

impl StoredMessage {
    /// Encodes the parts of a message.
    #[must_use]
    pub fn of(parts: &[Part]) -> Self {
        if parts.is_empty() {
            return Self::default();
        }
        let form = Form { v: VERSION, p: parts.iter().map(PartForm::of).collect() };
        // Serialising cannot fail, because the form contains only texts, numbers and lists.
        Self(serde_json::to_string(&form).unwrap_or_default().into())
    }

    /// Wraps a message as read from a database, without checking it.
    #[must_use]
    pub fn from_stored(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The encoded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the message has the form that [`StoredMessage::of`] writes.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.0.starts_with('{')
    }

    /// Converts the message to the form of earlier versions: a JSON array with the Telegram HTML of each part.
    pub fn html_form(&self) -> Result<String, Unreadable> {
        let html: Vec<String> = self.parts()?.iter().map(Part::html).collect();
        serde_json::to_string(&html).map_err(|_| Unreadable)
    }

    /// Decodes the parts from either form.
    pub fn parts(&self) -> Result<Vec<Part>, Unreadable> {
        if self.is_empty() {
            return Ok(Vec::new());
        }
        if !self.is_current() {
            let html: Vec<Cow<'_, str>> = serde_json::from_str(&self.0).map_err(|_| Unreadable)?;
            return Ok(html.iter().map(|html| of_html(html)).collect());
        }
        let form: Form<'_> = serde_json::from_str(&self.0).map_err(|_| Unreadable)?;
        if form.v != VERSION {
            return Err(Unreadable);
        }
        form.p.into_iter().map(PartForm::decode).collect()
    }
}

impl Part {
    /// Reads a single part: an element of `p` in the current form, or of the array in the earlier form.
    pub fn from_stored(text: &str) -> Result<Self, Unreadable> {
        if text.starts_with('{') {
            return serde_json::from_str::<PartForm<'_>>(text).map_err(|_| Unreadable)?.decode();
        }
        Ok(of_html(&serde_json::from_str::<Cow<'_, str>>(text).map_err(|_| Unreadable)?))
    }
}

/// HTML that is not well-formed becomes plain text: sending it with visible tags is better than not sending it.
fn of_html(html: &str) -> Part {
    Part::from_html(html).unwrap_or_else(|_| Part::plain(html))
}

impl<'a> PartForm<'a> {
    fn of(part: &'a Part) -> Self {
        let mut s: Vec<Cow<'a, Style>> = Vec::new();
        let mut index = |style: &'a Style| {
            let known = s.iter().position(|known| known.as_ref() == style);
            known.unwrap_or_else(|| {
                s.push(Cow::Borrowed(style));
                s.len() - 1
            })
        };
        let run = |span: &'a Span| {
            let text = Cow::Borrowed(span.text.as_str());
            match span.styles.as_slice() {
                [] => Run::Plain(text),
                styles => Run::Styled(text, styles.iter().map(&mut index).collect()),
            }
        };
        let t = part.spans.iter().map(run).collect();
        Self { s, t }
    }

    fn decode(self) -> Result<Part, Unreadable> {
        let style = |index: usize| self.s.get(index).map(|style| style.clone().into_owned()).ok_or(Unreadable);
        let span = |run: Run<'a>| {
            let (text, styles) = match run {
                Run::Plain(text) => (text, Vec::new()),
                Run::Styled(text, indices) => (text, indices.into_iter().map(style).collect::<Result<_, _>>()?),
            };
            Ok(Span { text: text.into_owned(), styles, origin: None })
        };
        Ok(Part { spans: self.t.into_iter().map(span).collect::<Result<_, _>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Vec<Part> {
        let html = [
            "Plain \"text\"\n<b>bold <i>both</i></b> <a href=\"https://a.b/?x=1&amp;y=2\">one<b>two</b></a>",
            "<tg-spoiler>x</tg-spoiler><pre><code class=\"language-rust\">fn</code></pre><blockquote expandable>q</blockquote>\
             <tg-emoji emoji-id=\"5368324170671202286\">👍</tg-emoji><u>u</u><s>s</s><code>c</code>",
        ];
        html.map(|html| Part::from_html(html).unwrap()).into()
    }

    #[test]
    fn the_stored_form_matches_its_documentation() {
        let part = Part::from_html("Hello <b>Anna</b>!").unwrap();
        assert_eq!(StoredMessage::of(&[part]).as_str(), r#"{"v":1,"p":[{"s":["b"],"t":["Hello ",["Anna",[0]],"!"]}]}"#);
        assert_eq!(StoredMessage::of(&[Part::plain("x")]).as_str(), r#"{"v":1,"p":[{"t":["x"]}]}"#);
        let link = Part::from_html("<a href=\"https://a.b\">x</a>").unwrap();
        assert_eq!(
            StoredMessage::of(&[link]).as_str(),
            r#"{"v":1,"p":[{"s":[{"a":{"u":"https://a.b"}}],"t":[["x",[0]]]}]}"#
        );
    }

    #[test]
    fn a_stored_message_survives_a_round_trip_as_a_whole_and_by_parts() {
        let parts = parts();
        let stored = StoredMessage::of(&parts);
        assert_eq!(stored.parts().unwrap(), parts);
        let json: serde_json::Value = serde_json::from_str(stored.as_str()).unwrap();
        for (index, part) in parts.iter().enumerate() {
            assert_eq!(Part::from_stored(&json["p"][index].to_string()).unwrap(), *part);
        }
        assert_eq!(StoredMessage::of(&[]), StoredMessage::default());
        assert_eq!(StoredMessage::default().parts(), Ok(Vec::new()));
    }

    #[test]
    fn the_form_of_earlier_versions_is_read() {
        let parts = parts();
        let earlier = StoredMessage::from_stored(StoredMessage::of(&parts).html_form().unwrap());
        assert!(earlier.as_str().starts_with("[\"Plain ") && !earlier.is_current());
        assert_eq!(earlier.parts().unwrap(), parts);
        assert_eq!(Part::from_stored(r#""<b>x</b>""#).unwrap(), Part::from_html("<b>x</b>").unwrap());
        let broken = StoredMessage::from_stored(r#"["<b>x"]"#);
        assert_eq!(broken.parts().unwrap(), [Part::plain("<b>x")]);
    }

    #[test]
    fn texts_in_neither_form_are_unreadable() {
        for text in ["x", "{", "{}", "[1]", r#"{"v":2,"p":[]}"#, r#"{"v":1,"p":[{"t":[["x",[0]]]}]}"#] {
            assert_eq!(StoredMessage::from_stored(text).parts(), Err(Unreadable), "{text}");
        }
        for text in ["", "1", "{}", r#"{"s":[],"t":[["x",[7]]]}"#] {
            assert_eq!(Part::from_stored(text), Err(Unreadable), "{text}");
        }
    }
}
