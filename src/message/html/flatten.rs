//! An event's HTML → plain text with line breaks.

use super::entities;
use crate::text::clean;

/// The text of a description that may hold HTML. What is no HTML (`a < b`, `<3`, `R&D`) stays as it is.
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
    /// `<br>`.
    Break,
    /// The start or end of a block: what follows starts on a line of its own.
    Block,
    /// A table's cell: what follows is apart by a space.
    Cell,
    /// Dropped without a trace.
    Nothing,
}

struct Markup {
    kind: Kind,
    /// Offset in bytes of what follows it.
    end: usize,
}

/// The text that is read, with what keeps the reading linear: where the last of each kind of end is.
struct Source<'a> {
    html: &'a str,
    /// The same in lower case, at the same offsets.
    lower: String,
    last_tag_end: Option<usize>,
    last_comment_end: Option<usize>,
    last_script_end: Option<usize>,
    last_style_end: Option<usize>,
}

impl<'a> Source<'a> {
    fn new(html: &'a str) -> Self {
        let lower = html.to_ascii_lowercase();
        Self {
            html,
            last_tag_end: html.rfind('>'),
            last_comment_end: html.rfind("-->"),
            last_script_end: lower.rfind("</script"),
            last_style_end: lower.rfind("</style"),
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
        if self.lower_after(at).starts_with("<!doctype") {
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
        let mut end = name_at + length + tag_end(rest)?;
        let last_closing = match name {
            "script" => self.last_script_end,
            "style" => self.last_style_end,
            _ => None,
        };
        if !is_closing && last_closing.is_some_and(|last| last >= end) {
            end += self.lower_after(end).find(&format!("</{name}"))?;
            end += self.after(end).find('>').map_or(self.after(end).len(), |at| at + 1);
        }
        Some(Markup { kind, end })
    }
}

/// The bytes up to and with the `>` that ends a tag, quotes minded.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at + 1),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    // A quote that never ends is a mistake in the tag, not a reason to show it.
    text.find('>').map(|at| at + 1)
}

#[rustfmt::skip]
fn kind(name: &str) -> Option<Kind> {
    match name {
        "br" => Some(Kind::Break),
        "address" | "article" | "aside" | "blockquote" | "body" | "caption" | "center" | "dd" | "details" | "dialog" | "div" | "dl"
        | "dt" | "fieldset" | "figcaption" | "figure" | "footer" | "form" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6"
        | "head" | "header" | "hr" | "html" | "li" | "main" | "menu" | "nav" | "ol" | "p" | "pre" | "section"
        | "summary" | "table" | "tbody" | "tfoot" | "thead" | "title" | "tr" | "ul" => Some(Kind::Block),
        "td" | "th" => Some(Kind::Cell),
        "a" | "abbr" | "acronym" | "audio" | "b" | "base" | "bdi" | "bdo" | "big" | "button" | "canvas" | "cite" | "code"
        | "col" | "colgroup" | "data" | "del" | "dfn" | "em" | "embed" | "font" | "i" | "iframe" | "img" | "input"
        | "ins" | "kbd" | "label" | "legend" | "link" | "mark" | "meta" | "meter" | "noscript" | "object" | "option"
        | "output" | "param" | "picture" | "progress" | "q" | "rp" | "rt" | "ruby" | "s" | "samp" | "script"
        | "select" | "small" | "source" | "span" | "strike" | "strong" | "style" | "sub" | "sup" | "svg" | "template"
        | "textarea" | "time" | "tt" | "u" | "var" | "video" | "wbr" => Some(Kind::Nothing),
        // Custom elements and Word's `o:p`.
        _ => (name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.contains(['-', ':'])).then_some(Kind::Nothing),
    }
}

/// Text that grows line by line.
#[derive(Default)]
struct Text {
    text: String,
    /// The last line break was made by a tag: one in the source right after it is only layout.
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
        if self.broken_by_tag && c.is_whitespace() {
            return;
        }
        self.broken_by_tag = false;
        self.text.push(if c == '\u{a0}' { ' ' } else { c });
    }

    /// No white space at any line's end, never two empty lines in a row.
    fn finish(self) -> String {
        let mut kept = String::with_capacity(self.text.len());
        let mut empty = 0;
        for line in clean(&self.text).lines().map(str::trim_end) {
            empty = if line.is_empty() { empty + 1 } else { 0 };
            if empty > 1 {
                continue;
            }
            if !kept.is_empty() {
                kept.push('\n');
            }
            kept.push_str(line);
        }
        kept
    }
}
