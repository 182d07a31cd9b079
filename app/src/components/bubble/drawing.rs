//! Converts rich text to HTML for the pages: only the tags below, everything else escaped.

use hookgram::{
    message::{Span, Style},
    parameters::Parameter,
};

/// A run of a message that a single parameter controls, or no parameter.
pub(super) struct Run {
    /// The parameter that shows, hides or sets the text.
    pub(super) origin: Option<Parameter>,
    /// Well-formed HTML.
    pub(super) html: String,
}

/// The runs of a message. If `live` is false, links are rendered without an address.
pub(super) fn runs(spans: &[Span], live: bool) -> Vec<Run> {
    let runs = spans.chunk_by(|left, right| left.origin == right.origin);
    let run = |spans: &[Span]| Run { origin: spans.first().and_then(|span| span.origin), html: drawn(spans, live) };
    runs.map(run).collect()
}

/// Neighbours with the same outer styles share an element, so that a quotation is one box.
fn drawn(spans: &[Span], live: bool) -> String {
    let mut html = String::new();
    let mut open: &[Style] = &[];
    for span in spans {
        let kept = open.iter().zip(&span.styles).take_while(|(left, right)| left == right).count();
        close(&mut html, open.get(kept..).unwrap_or_default(), live);
        for style in span.styles.get(kept..).unwrap_or_default() {
            start(&mut html, style, live);
        }
        open = &span.styles;
        escape(&mut html, &span.text);
    }
    close(&mut html, open, live);
    html
}

fn start(html: &mut String, style: &Style, live: bool) {
    html.push_str(match style {
        Style::Bold => "<b>",
        Style::Italic => "<i>",
        Style::Underline => "<u>",
        Style::Strikethrough => "<s>",
        Style::Spoiler => "<span class=\"spoiler\">",
        Style::Code => "<code>",
        Style::Pre { language: None } => "<code class=\"pre\">",
        Style::Pre { language: Some(language) } => {
            return attribute(html, "<code class=\"pre\" data-language", language);
        }
        Style::Quote { expandable: false } => "<span class=\"quote\">",
        Style::Quote { expandable: true } => "<span class=\"quote folds\">",
        Style::Link { url } if live && is_web(url) => {
            return attribute(html, "<a target=\"_blank\" rel=\"noreferrer noopener\" href", url);
        }
        Style::Link { url } => return attribute(html, "<span class=\"link\" title", url),
        Style::CustomEmoji { .. } | Style::Time { .. } => "",
    });
}

fn close(html: &mut String, styles: &[Style], live: bool) {
    for style in styles.iter().rev() {
        html.push_str(match style {
            Style::Bold => "</b>",
            Style::Italic => "</i>",
            Style::Underline => "</u>",
            Style::Strikethrough => "</s>",
            Style::Code | Style::Pre { .. } => "</code>",
            Style::Link { url } if live && is_web(url) => "</a>",
            Style::Spoiler | Style::Quote { .. } | Style::Link { .. } => "</span>",
            Style::CustomEmoji { .. } | Style::Time { .. } => "",
        });
    }
}

fn attribute(html: &mut String, start: &str, value: &str) {
    html.push_str(start);
    html.push_str("=\"");
    escape(html, value);
    html.push_str("\">");
}

fn escape(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
}

/// Only web addresses become links. A `javascript:` address is rendered as text.
fn is_web(url: &str) -> bool {
    let is = |scheme: &str| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    is("https://") || is("http://")
}

#[cfg(test)]
mod tests {
    use hookgram::message::Part;

    use super::*;

    fn html(telegrams: &str, live: bool) -> String {
        let part = Part::from_html(telegrams).expect("HTML");
        runs(part.spans(), live).iter().map(|run| run.html.as_str()).collect()
    }

    #[test]
    fn each_style_is_rendered_as_its_element() {
        let telegrams = "<b>b<i>i</i></b><u>u</u><s>s</s><tg-spoiler>p</tg-spoiler><code>c</code><pre>d</pre>";
        let ours = "<b>b<i>i</i></b><u>u</u><s>s</s><span class=\"spoiler\">p</span><code>c</code><code class=\"pre\">d</code>";
        assert_eq!(html(telegrams, true), ours);
        assert_eq!(
            html("<pre><code class=\"language-rust\">x</code></pre>", true),
            "<code class=\"pre\" data-language=\"rust\">x</code>"
        );
        assert_eq!(html("<tg-emoji emoji-id=\"5\">👍</tg-emoji>", true), "👍");
    }

    #[test]
    fn a_quotation_with_other_styles_in_it_is_one_box() {
        let ours = "<span class=\"quote folds\">a <b>b</b> c</span>";
        assert_eq!(html("<blockquote expandable>a <b>b</b> c</blockquote>", true), ours);
    }

    #[test]
    fn only_web_addresses_become_links() {
        let link = |url: &str| format!("<a href=\"{url}\">x</a>");
        let live = "<a target=\"_blank\" rel=\"noreferrer noopener\" href=\"HTTPS://e.org/?a=1&amp;b=2\">x</a>";
        assert_eq!(html(&link("HTTPS://e.org/?a=1&amp;b=2"), true), live);
        for (url, live) in
            [("https://e.org", false), ("javascript:alert(1)", true), ("tg://user?id=1", true), ("ж", true)]
        {
            assert!(!html(&link(url), live).contains("href"), "{url}");
        }
    }

    #[test]
    fn markup_in_plain_text_is_escaped() {
        let text = "<script>\"a\" & 'b'</script>";
        let part = Part::plain(text);
        let drawn: String = runs(part.spans(), true).into_iter().map(|run| run.html).collect();
        assert_eq!(drawn, "&lt;script&gt;&quot;a&quot; &amp; 'b'&lt;/script&gt;");
    }
}
