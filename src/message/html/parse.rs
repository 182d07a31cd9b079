//! Parses Telegram's HTML into spans, by the rules of the Bot API server.

use super::{
    HtmlFault, HtmlFaultKind, HtmlRemark, as_quoted,
    attributes::{Attributes, usable_url},
    entities,
};
use crate::{
    message::{Span, Style},
    secret::redact,
    text::shorten,
};

/// Parses Telegram's HTML into spans. Carriage returns and other control characters are dropped.
///
/// # Errors
/// The first fault for which Telegram refuses the text.
pub fn parse(html: &str) -> Result<Vec<Span>, HtmlFault> {
    let mut parser = Parser::new(html);
    parser.run()?;
    Ok(parser.spans)
}

/// Parts that Telegram shows differently from what was probably intended; the first of each kind.
///
/// # Errors
/// The first fault for which Telegram refuses the text.
pub fn remarks(html: &str) -> Result<Vec<HtmlRemark>, HtmlFault> {
    let mut parser = Parser::new(html);
    parser.run()?;
    Ok(parser.lost_link.into_iter().chain(parser.shown_entity).collect())
}

struct Open {
    tag: String,
    at: usize,
    /// Whether the tag has added a style. It adds none inside `pre`, if the style is already set, or if a link has no
    /// target.
    is_styled: bool,
}

struct Parser<'a> {
    html: &'a str,
    /// The offset in bytes, always on a character boundary.
    at: usize,
    open: Vec<Open>,
    /// The styles of the open elements, the outermost first.
    styles: Vec<Style>,
    spans: Vec<Span>,
    /// Whether the next character starts a new span even if its styles equal the previous ones. Each custom emoji is a
    /// span of its own.
    starts_emoji: bool,
    /// The offset right after `<pre>`. A `<code class="language-…">` at this offset sets the language of the `pre`.
    after_pre: Option<usize>,
    /// The first link that Telegram drops.
    lost_link: Option<HtmlRemark>,
    /// The first entity that Telegram shows as typed.
    shown_entity: Option<HtmlRemark>,
}

impl<'a> Parser<'a> {
    fn new(html: &'a str) -> Self {
        Self {
            html,
            at: 0,
            open: Vec::new(),
            styles: Vec::new(),
            spans: Vec::new(),
            starts_emoji: false,
            after_pre: None,
            lost_link: None,
            shown_entity: None,
        }
    }

    fn run(&mut self) -> Result<(), HtmlFault> {
        while let Some(c) = self.rest().chars().next() {
            match c {
                '<' if self.rest().starts_with("</") => self.close_tag()?,
                '<' => self.open_tag()?,
                '&' => match entities::telegram(self.rest()) {
                    Some((found, taken)) => {
                        self.at += taken;
                        self.text(found);
                    }
                    None => {
                        let entity = entities::html(self.rest()).and_then(|(_, length)| self.rest().get(..length));
                        let remark = entity.map(|entity| HtmlRemark::ShownEntity(entity.to_owned()));
                        self.shown_entity = self.shown_entity.take().or(remark);
                        self.at += 1;
                        self.text('&');
                    }
                },
                c => {
                    self.at += c.len_utf8();
                    self.text(c);
                }
            }
        }
        match self.open.pop() {
            Some(open) => Err(self.fault(open.at, HtmlFaultKind::Unclosed(open.tag))),
            None => Ok(()),
        }
    }

    fn rest(&self) -> &str {
        self.html.get(self.at..).unwrap_or_default()
    }

    fn fault(&self, at: usize, kind: HtmlFaultKind) -> HtmlFault {
        HtmlFault { offset: self.html.get(..at).unwrap_or_default().chars().count(), kind }
    }

    fn text(&mut self, c: char) {
        if c.is_control() && !matches!(c, '\n' | '\t') {
            return;
        }
        match self.spans.last_mut() {
            Some(span) if span.styles == self.styles && !self.starts_emoji => span.text.push(c),
            _ => self.spans.push(Span { text: c.to_string(), styles: self.styles.clone(), origin: None }),
        }
        self.starts_emoji = false;
    }

    fn close_tag(&mut self) -> Result<(), HtmlFault> {
        let start = self.at;
        let body = self.rest().get(2..).unwrap_or_default();
        let length = body.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(body.len());
        let name = body.get(..length).unwrap_or_default().to_ascii_lowercase();
        let spaces = body.get(length..).unwrap_or_default().trim_ascii_start();
        let Some(after) = spaces.strip_prefix('>') else {
            return Err(self.fault(start, HtmlFaultKind::StrayBracket));
        };
        self.at = self.html.len() - after.len();
        match self.open.pop() {
            Some(open) if name.is_empty() || open.tag == name => {
                if open.is_styled {
                    self.styles.pop();
                }
                Ok(())
            }
            _ => Err(self.fault(start, HtmlFaultKind::Unexpected(as_quoted(&name)))),
        }
    }

    fn open_tag(&mut self) -> Result<(), HtmlFault> {
        let start = self.at;
        let body = self.rest().get(1..).unwrap_or_default();
        let length = body.find(|c: char| c.is_ascii_whitespace() || c == '>').unwrap_or(body.len());
        let name = body.get(..length).unwrap_or_default().to_ascii_lowercase();
        if name.is_empty() || length == body.len() {
            return Err(self.fault(start, HtmlFaultKind::StrayBracket));
        }
        if !TAGS.contains(&name.as_str()) {
            // `a <5 b` is a stray bracket, not a tag with an unusual name.
            let is_name = name.starts_with(|c: char| c.is_alphabetic());
            let unknown = HtmlFaultKind::UnknownTag(as_quoted(name.trim_end_matches('/')));
            return Err(self.fault(start, if is_name { unknown } else { HtmlFaultKind::StrayBracket }));
        }
        let attributes = body.get(length..).unwrap_or_default();
        let (attributes, rest) =
            Attributes::read(&name, attributes).map_err(|(kind, left)| self.fault(self.html.len() - left, kind))?;
        self.at = self.html.len() - rest.len();
        let style = self.style(&name, attributes, start).map_err(|kind| self.fault(start, kind))?;
        if name == "pre" {
            self.after_pre = Some(self.at);
        }
        self.starts_emoji |= matches!(style, Some(Style::CustomEmoji { .. }));
        self.open.push(Open { tag: name, at: start, is_styled: style.is_some() });
        self.styles.extend(style);
        Ok(())
    }

    /// The style that the tag adds here, if any.
    fn style(&mut self, tag: &str, attributes: Attributes, start: usize) -> Result<Option<Style>, HtmlFaultKind> {
        let lacking = |what: &str| Err(HtmlFaultKind::BadAttribute(what.into()));
        let style = match tag {
            "b" | "strong" => Style::Bold,
            "i" | "em" => Style::Italic,
            "u" | "ins" => Style::Underline,
            "s" | "strike" | "del" => Style::Strikethrough,
            "tg-spoiler" => Style::Spoiler,
            "span" if attributes.spoiler => Style::Spoiler,
            "span" => return lacking("class"),
            "code" if self.names_language(start, &attributes) => return Ok(None),
            "code" => Style::Code,
            "pre" => Style::Pre { language: None },
            "blockquote" => Style::Quote { expandable: attributes.expandable },
            "tg-emoji" => match attributes.emoji_id {
                Some(id) if is_number(&id) => Style::CustomEmoji { id },
                _ => return lacking("emoji-id"),
            },
            "tg-time" => match attributes.unix {
                Some(unix) if is_number(&unix) => Style::Time { unix, format: attributes.format },
                _ => return lacking("unix"),
            },
            _ => match attributes.href {
                Some(url) if usable_url(&url) => Style::Link { url: url.into() },
                url => {
                    let url = shorten(&redact(&url.unwrap_or_default()), 40);
                    self.lost_link.get_or_insert(HtmlRemark::DroppedLink(url));
                    return Ok(None);
                }
            },
        };
        let inside = |is: fn(&Style) -> bool| self.styles.iter().any(is);
        let is_idle = inside(|style| matches!(style, Style::Code | Style::Pre { .. }))
            || match style {
                Style::Quote { .. } => inside(|style| matches!(style, Style::Quote { .. })),
                Style::Link { .. } => inside(|style| matches!(style, Style::Link { .. })),
                Style::CustomEmoji { .. } => inside(|style| matches!(style, Style::CustomEmoji { .. })),
                Style::Time { .. } => inside(|style| matches!(style, Style::Time { .. })),
                ref style => self.styles.contains(style),
            };
        Ok((!is_idle).then_some(style))
    }

    /// Treats `<pre><code class="language-…">` as one style: `pre` with a language.
    fn names_language(&mut self, start: usize, attributes: &Attributes) -> bool {
        match self.styles.last_mut() {
            Some(Style::Pre { language }) if self.after_pre == Some(start) => {
                language.clone_from(&attributes.language);
                true
            }
            _ => false,
        }
    }
}

const TAGS: [&str; 17] = [
    "a",
    "b",
    "blockquote",
    "code",
    "del",
    "em",
    "i",
    "ins",
    "pre",
    "s",
    "span",
    "strike",
    "strong",
    "tg-emoji",
    "tg-spoiler",
    "tg-time",
    "u",
];

fn is_number(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}
