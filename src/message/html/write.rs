//! Writes spans as Telegram's HTML.

use std::fmt::Write as _;

use crate::message::{Span, Style};

/// Neighbouring spans with the same outer styles share their tags.
pub(crate) fn write(spans: &[Span]) -> String {
    let mut html = String::new();
    let mut open: &[Style] = &[];
    for span in spans {
        let kept = shared(open, &span.styles);
        close(&mut html, open.get(kept..).unwrap_or_default());
        for style in span.styles.get(kept..).unwrap_or_default() {
            html.push_str(&opening(style));
        }
        open = &span.styles;
        escape_text(&mut html, &span.text);
    }
    close(&mut html, open);
    html
}

/// The number of outermost styles that two neighbours share. A custom emoji is never shared, because its tag stands for
/// one emoji.
pub(crate) fn shared(left: &[Style], right: &[Style]) -> usize {
    let same = |(l, r): &(&Style, &Style)| l == r && !matches!(l, Style::CustomEmoji { .. });
    left.iter().zip(right).take_while(same).count()
}

/// How much of a message's limits a piece of it uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// UTF-16 units after parsing.
    pub(crate) units: usize,
    /// Entities.
    pub(crate) entities: usize,
    /// Bytes of HTML.
    pub(crate) bytes: usize,
}

impl Cost {
    pub(crate) fn of_char(c: char) -> Self {
        Self { units: c.len_utf16(), entities: 0, bytes: escaped(c).map_or(c.len_utf8(), str::len) }
    }

    pub(crate) fn of_styles(styles: &[Style]) -> Self {
        let bytes = styles.iter().map(|style| opening(style).len() + closing(style).len()).sum();
        Self { units: 0, entities: styles.len(), bytes }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            units: self.units + other.units,
            entities: self.entities + other.entities,
            bytes: self.bytes + other.bytes,
        }
    }
}

fn close(html: &mut String, styles: &[Style]) {
    for style in styles.iter().rev() {
        html.push_str(closing(style));
    }
}

fn opening(style: &Style) -> String {
    match style {
        Style::Bold => "<b>".into(),
        Style::Italic => "<i>".into(),
        Style::Underline => "<u>".into(),
        Style::Strikethrough => "<s>".into(),
        Style::Spoiler => "<tg-spoiler>".into(),
        Style::Code => "<code>".into(),
        Style::Pre { language: None } => "<pre>".into(),
        Style::Pre { language: Some(language) } => {
            format!("<pre><code class=\"language-{}\">", attribute(language))
        }
        Style::Quote { expandable: false } => "<blockquote>".into(),
        Style::Quote { expandable: true } => "<blockquote expandable>".into(),
        Style::Link { url } => format!("<a href=\"{}\">", attribute(url)),
        Style::CustomEmoji { id } => format!("<tg-emoji emoji-id=\"{}\">", attribute(id)),
        Style::Time { unix, format } => {
            let mut tag = format!("<tg-time unix=\"{}\"", attribute(unix));
            if let Some(format) = format {
                let _ = write!(tag, " format=\"{}\"", attribute(format));
            }
            tag + ">"
        }
    }
}

fn closing(style: &Style) -> &'static str {
    match style {
        Style::Bold => "</b>",
        Style::Italic => "</i>",
        Style::Underline => "</u>",
        Style::Strikethrough => "</s>",
        Style::Spoiler => "</tg-spoiler>",
        Style::Code => "</code>",
        Style::Pre { language: None } => "</pre>",
        Style::Pre { language: Some(_) } => "</code></pre>",
        Style::Quote { .. } => "</blockquote>",
        Style::Link { .. } => "</a>",
        Style::CustomEmoji { .. } => "</tg-emoji>",
        Style::Time { .. } => "</tg-time>",
    }
}

fn escaped(c: char) -> Option<&'static str> {
    match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        _ => None,
    }
}

fn escape_text(html: &mut String, text: &str) {
    for c in text.chars() {
        match escaped(c) {
            Some(reference) => html.push_str(reference),
            None => html.push(c),
        }
    }
}

fn attribute(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    escape_text(&mut escaped, value);
    escaped.replace('"', "&quot;")
}
