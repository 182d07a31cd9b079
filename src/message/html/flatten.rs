//! Converts an event's HTML to plain text with line breaks.

use std::cell::Cell;

use super::entities;
use crate::text::{clean, is_blank};

/// The text of a description that may contain HTML. A text that is not HTML (`a < b`, `<3`, `R&D`) is not changed.
pub(crate) fn flatten(html: &str) -> String {
    let source = Source::new(html);
    let mut text = Text::default();
    let mut at = 0;
    while let Some(c) = source.after(at).chars().next() {
        let taken = match c {
            '<' => source.markup(at).map(|markup| {
                text.apply(markup.kind);
                markup.end - at
            }),
            '&' => entities::html(source.after(at)).map(|(found, length)| {
                text.push(found);
                length
            }),
            _ => None,
        };
        at += taken.unwrap_or_else(|| {
            text.push(c);
            c.len_utf8()
        });
    }
    text.finish()
}

#[derive(Clone, Copy)]
enum Kind {
    Break,
    /// The start or end of a block. The text after it starts on a new line.
    Block,
    /// A table cell. A space separates it from the text after it.
    Cell,
    /// Markup without an effect on the text.
    Nothing,
}

struct Markup {
    kind: Kind,
    /// The offset in bytes of the text after the markup.
    end: usize,
}

/// The source text. It stores the last position of each kind of end, so that reading takes linear time.
struct Source<'a> {
    html: &'a str,
    /// `html` in ASCII lower case, with the same offsets.
    lower: String,
    last_tag_end: Option<usize>,
    last_comment_end: Option<usize>,
    /// The last closing tag of each element in [`WITHOUT_TEXT`].
    last_closing: [Option<usize>; WITHOUT_TEXT.len()],
    /// Set to false after a quote that is never closed. From then on, quotes do not protect a `>`.
    minds_quotes: Cell<bool>,
}

/// Elements whose contents are not text.
const WITHOUT_TEXT: [&str; 3] = ["script", "style", "svg"];

impl<'a> Source<'a> {
    fn new(html: &'a str) -> Self {
        let lower = html.to_ascii_lowercase();
        Self {
            html,
            last_tag_end: html.rfind('>'),
            last_comment_end: html.rfind("-->"),
            last_closing: WITHOUT_TEXT.map(|name| lower.rfind(&format!("</{name}"))),
            minds_quotes: Cell::new(true),
            lower,
        }
    }

    fn after(&self, at: usize) -> &'a str {
        self.html.get(at..).unwrap_or_default()
    }

    fn lower_after(&self, at: usize) -> &str {
        self.lower.get(at..).unwrap_or_default()
    }

    /// The tag, comment or element without text that starts at a `<`.
    fn markup(&self, at: usize) -> Option<Markup> {
        let is_before = |last: Option<usize>| last.is_some_and(|last| at < last);
        if !is_before(self.last_tag_end) {
            return None;
        }
        if self.after(at).starts_with("<!--") && is_before(self.last_comment_end) {
            let end = at + self.after(at).find("-->")? + 3;
            return Some(Markup { kind: Kind::Nothing, end });
        }
        if is_declaration(self.lower_after(at)) {
            return Some(Markup { kind: Kind::Nothing, end: at + self.after(at).find('>')? + 1 });
        }
        let is_closing = self.after(at + 1).starts_with('/');
        let name_at = at + 1 + usize::from(is_closing);
        let body = self.lower_after(name_at);
        let length = body.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | ':')))?;
        let name = body.get(..length)?;
        let kind = kind(name)?;
        let rest = self.after(name_at + length);
        if !rest.starts_with(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>')) {
            return None;
        }
        let mut end = name_at + length + self.tag_end(rest)?;
        let without_text = WITHOUT_TEXT.iter().zip(self.last_closing).find(|(known, _)| **known == name);
        let has_closing = without_text.is_some_and(|(_, last)| last.is_some_and(|last| last >= end));
        // Only an `svg` element can be self-closing; in HTML `<script/>` and `<style/>` are not.
        let is_whole = name == "svg" && self.html.get(..end).is_some_and(|tag| tag.ends_with("/>"));
        if !is_closing && !is_whole && has_closing {
            end += self.lower_after(end).find(&format!("</{name}"))?;
            end += self.after(end).find('>').map_or(self.after(end).len(), |at| at + 1);
        }
        Some(Markup { kind, end })
    }

    /// The number of bytes up to and including the `>` that ends a tag. A tag with a quote that is never closed still
    /// counts as a tag.
    fn tag_end(&self, text: &str) -> Option<usize> {
        if self.minds_quotes.get() {
            let end = quoted_tag_end(text);
            if end.is_some() {
                return end;
            }
            self.minds_quotes.set(false);
        }
        text.find('>').map(|at| at + 1)
    }
}

/// Like `tag_end`, but requires every quote to be closed. Only a quote right after `=` opens a value: in a bare value,
/// an apostrophe is an ordinary character.
fn quoted_tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut after_equals = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') if after_equals => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
        after_equals = c == '=' || after_equals && c.is_ascii_whitespace();
    }
    None
}

/// `<!DOCTYPE …>`, and declarations that word processors write: `<?xml:namespace … />`, `<![if !supportLists]>`.
fn is_declaration(lower: &str) -> bool {
    let starts_a_name = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic());
    lower.starts_with("<!doctype") || lower.starts_with("<![") || lower.strip_prefix("<?").is_some_and(starts_a_name)
}

#[rustfmt::skip]
fn kind(name: &str) -> Option<Kind> {
    match name {
        "br" => Some(Kind::Break),
        "address" | "article" | "aside" | "blockquote" | "body" | "caption" | "center" | "dd" | "details" | "dialog" | "div" | "dl"
        | "dir" | "dt" | "fieldset" | "figcaption" | "figure" | "footer" | "form" | "frameset" | "h1" | "h2" | "h3"
        | "h4" | "h5" | "h6" | "head" | "header" | "hgroup" | "hr" | "html" | "li" | "listing" | "main" | "marquee"
        | "menu" | "nav" | "noframes" | "ol" | "optgroup" | "p" | "plaintext" | "pre" | "search" | "section"
        | "summary" | "table" | "tbody" | "tfoot" | "thead" | "title" | "tr" | "ul" | "xmp" => Some(Kind::Block),
        "td" | "th" => Some(Kind::Cell),
        "a" | "abbr" | "acronym" | "applet" | "area" | "audio" | "b" | "base" | "basefont" | "bdi" | "bdo" | "bgsound"
        | "big" | "blink" | "button" | "canvas" | "cite" | "code" | "col" | "colgroup" | "command" | "content" | "data"
        | "datalist" | "del" | "dfn" | "em" | "embed" | "font" | "frame" | "i" | "iframe" | "image" | "img" | "input"
        | "ins" | "isindex" | "kbd" | "keygen" | "label" | "legend" | "link" | "map" | "mark" | "math" | "menuitem"
        | "meta" | "meter" | "multicol" | "nextid" | "nobr" | "noembed" | "noscript" | "object" | "option" | "output"
        | "param" | "picture" | "portal" | "progress" | "q" | "rb" | "rp" | "rt" | "rtc" | "ruby" | "s" | "samp"
        | "script" | "select" | "shadow" | "slot" | "small" | "source" | "spacer" | "span" | "strike" | "strong"
        | "style" | "sub" | "sup" | "svg" | "template" | "textarea" | "time" | "track" | "tt" | "u" | "var" | "video"
        | "wbr" => Some(Kind::Nothing),
        // Custom elements, and Word's `o:p`.
        _ => (name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.contains(['-', ':'])).then_some(Kind::Nothing),
    }
}

const NO_BREAK_SPACE: char = '\u{a0}';

#[derive(Default)]
struct Text {
    text: String,
    /// Whether a tag made the last line break. A line break in the source right after it is only layout.
    broken_by_tag: bool,
}

impl Text {
    fn apply(&mut self, kind: Kind) {
        match kind {
            Kind::Break => {
                self.text.push('\n');
                self.broken_by_tag = true;
            }
            Kind::Block => {
                self.text.truncate(self.text.trim_end_matches([' ', '\t']).len());
                if !self.text.is_empty() && !self.text.ends_with('\n') {
                    self.text.push('\n');
                }
                self.broken_by_tag = true;
            }
            Kind::Cell => {
                if !self.text.is_empty() && !self.text.ends_with(char::is_whitespace) {
                    self.text.push(' ');
                }
            }
            Kind::Nothing => {}
        }
    }

    fn push(&mut self, c: char) {
        // Editors put a no-break space into an empty paragraph to keep it open.
        if self.broken_by_tag && c.is_whitespace() && c != NO_BREAK_SPACE {
            return;
        }
        self.broken_by_tag = false;
        self.text.push(c);
    }

    /// Trims the ends of lines and collapses consecutive empty lines. Returns an empty text if nothing is visible.
    fn finish(self) -> String {
        if is_blank(&self.text) {
            return String::new();
        }
        let mut kept = String::with_capacity(self.text.len());
        let mut empty = 0;
        for line in clean(&self.text).lines().map(str::trim_end) {
            let line = if line.starts_with(NO_BREAK_SPACE) { line.trim_start() } else { line };
            empty = if line.is_empty() { empty + 1 } else { 0 };
            if empty > 1 {
                continue;
            }
            if !kept.is_empty() {
                kept.push('\n');
            }
            kept.push_str(line);
        }
        kept.replace(NO_BREAK_SPACE, " ")
    }
}
