use super::*;

#[test]
fn dropped_links_and_unsupported_entities_are_reported() {
    let dropped = |url: &str| HtmlRemark::DroppedLink(url.to_owned());
    let shown = |entity: &str| HtmlRemark::ShownEntity(entity.to_owned());
    for (html, expected) in [
        (r#"<a href="tel:+79110000000">call</a>"#, vec![dropped("tel:+79110000000")]),
        (r#"<a href="ftp://a.b/c">file</a> <a href="tel:1">call</a>"#, vec![dropped("ftp://a.b/c")]),
        ("<a>x</a>", vec![dropped("")]),
        (r#"<a href="https://a.b">x</a> <a href="tg://user?id=1">y</a> <a href="a.b">z</a>"#, vec![]),
        ("10&nbsp;000 &mdash; &copy;", vec![shown("&nbsp;")]),
        (r#"&mdash; <a href="">x</a>"#, vec![dropped(""), shown("&mdash;")]),
        ("&lt; &amp; &quot; &#171; R&D &co; a & b;", vec![]),
    ] {
        assert_eq!(remarks(html), Ok(expected), "{html}");
    }
    assert!(remarks("<b>&nbsp;").is_err());
}
use crate::message::{Span, Style};

fn again(html: &str) -> String {
    write(&parse(html).unwrap_or_else(|fault| panic!("{html}: {fault:?}")))
}

fn fault(html: &str) -> (usize, HtmlFaultKind) {
    let fault = parse(html).expect_err(html);
    (fault.offset, fault.kind)
}

#[test]
fn well_formed_html_is_written_canonically() {
    for (typed, canonical) in [
        ("просто текст", "просто текст"),
        ("<B>a</b><strong>b</STRONG>", "<b>ab</b>"),
        ("<i>a</i><em>b</em><u>c</u><ins>d</ins>", "<i>ab</i><u>cd</u>"),
        ("<s>a</s><strike>b</strike><del>c</del>", "<s>abc</s>"),
        ("<b>a<i>b</i></b><i>c</i>", "<b>a<i>b</i></b><i>c</i>"),
        ("<b>a</><i>b</>", "<b>a</b><i>b</i>"),
        ("<b >a</b  >", "<b>a</b>"),
        ("<b></b>", ""),
        ("<b><b>a</b>b</b>", "<b>ab</b>"),
        ("<span class=\"tg-spoiler\">a</span><tg-spoiler>b</tg-spoiler>", "<tg-spoiler>ab</tg-spoiler>"),
        ("<span class=tg-spoiler>a</span>", "<tg-spoiler>a</tg-spoiler>"),
        ("<code>a<b>b</b></code>", "<code>ab</code>"),
        ("<pre>a\n<i>b</i></pre>", "<pre>a\nb</pre>"),
        ("<pre><code class='language-rust'>let</code></pre>", "<pre><code class=\"language-rust\">let</code></pre>"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "<blockquote>ab</blockquote>"),
        ("<blockquote expandable>a</blockquote>", "<blockquote expandable>a</blockquote>"),
        ("<tg-emoji emoji-id=\"53\">👍</tg-emoji>", "<tg-emoji emoji-id=\"53\">👍</tg-emoji>"),
        (
            "<tg-emoji emoji-id='5'>👍</tg-emoji><tg-emoji emoji-id='5'>👍</tg-emoji>",
            "<tg-emoji emoji-id=\"5\">👍</tg-emoji><tg-emoji emoji-id=\"5\">👍</tg-emoji>",
        ),
        (
            "<tg-time unix=\"1647531900\" format=\"wDT\">t</tg-time>",
            "<tg-time unix=\"1647531900\" format=\"wDT\">t</tg-time>",
        ),
        ("<a href=\"https://a.b/?x=1&amp;y=%22\">l</a>", "<a href=\"https://a.b/?x=1&amp;y=%22\">l</a>"),
        ("<a title='x' href='tg://user?id=1'>l</a>", "<a href=\"tg://user?id=1\">l</a>"),
        ("<a href=torrow.net>l</a>", "<a href=\"torrow.net\">l</a>"),
        ("<a href='http://localhost/'>l</a>", "l"),
        ("<a href='javascript:alert(1)'>l</a>", "l"),
        ("<a href='https://a.b/ c'>l</a>", "l"),
        ("<a>l</a>", "l"),
        (
            "&lt;b&gt; &amp;&quot; &#8212;&#x2014 &AMP; &nbsp; &; & x",
            "&lt;b&gt; &amp;\" —— &amp;AMP; &amp;nbsp; &amp;; &amp; x",
        ),
        ("&amp;lt;", "&amp;lt;"),
        ("a > b", "a &gt; b"),
        ("a\r\nb\u{0}", "a\nb"),
    ] {
        assert_eq!(again(typed), canonical, "{typed}");
        assert_eq!(again(canonical), canonical);
    }
}

#[test]
fn malformed_html_reports_the_first_fault_and_its_position() {
    use HtmlFaultKind::{BadAttribute, StrayBracket, Unclosed, Unexpected, UnknownTag};
    for (typed, offset, kind) in [
        ("да<br>", 2, UnknownTag("br".into())),
        ("<br/>", 0, UnknownTag("br".into())),
        ("<AAHk2Lm9-pQ_rStUvWxYz0123456789abcd>", 0, UnknownTag("aah…".into())),
        ("<a AAHk2Lm9-pQ_rStUvWxYz0123456789abcd>x</a>", 3, BadAttribute("aah…".into())),
        ("<p>a</p>", 0, UnknownTag("p".into())),
        ("<b>я", 0, Unclosed("b".into())),
        ("я<b><i>a</i>", 1, Unclosed("b".into())),
        ("<b><i>a</b></i>", 7, Unexpected("b".into())),
        ("<b>a</strong>", 4, Unexpected("strong".into())),
        ("a</b>", 1, Unexpected("b".into())),
        ("a</>", 1, Unexpected(String::new())),
        ("a < b", 2, StrayBracket),
        ("я <3", 2, StrayBracket),
        ("a <3 b>", 2, StrayBracket),
        ("<b", 0, StrayBracket),
        ("<b>a</b", 4, StrayBracket),
        ("<a href", 3, StrayBracket),
        ("<a href='x", 3, BadAttribute("href".into())),
        ("<a href=a/b>l</a>", 3, BadAttribute("href".into())),
        ("<a href>l</a>", 3, BadAttribute("href".into())),
        ("<b =x>l</b>", 3, BadAttribute(String::new())),
        ("<span>a</span>", 0, BadAttribute("class".into())),
        ("<span class='red'>a</span>", 0, BadAttribute("class".into())),
        ("<tg-emoji>a</tg-emoji>", 0, BadAttribute("emoji-id".into())),
        ("<tg-emoji emoji-id='x'>a</tg-emoji>", 0, BadAttribute("emoji-id".into())),
        ("<tg-time>a</tg-time>", 0, BadAttribute("unix".into())),
    ] {
        assert_eq!(fault(typed), (offset, kind), "{typed}");
    }
}

#[test]
fn writing_nests_tags_and_shares_them_between_neighbours() {
    let span = |text: &str, styles: &[Style]| Span { text: text.into(), styles: styles.to_vec(), origin: None };
    let link = Style::Link { url: "https://a.b/?q=\"<&>".into() };
    let spans = [
        span("a", &[Style::Bold]),
        span("b<", &[Style::Bold, link.clone()]),
        span("\"c\"", &[Style::Bold, link]),
        span("d", &[Style::Italic, Style::Bold]),
        span("e&", &[]),
    ];
    assert_eq!(
        write(&spans),
        "<b>a<a href=\"https://a.b/?q=&quot;&lt;&amp;&gt;\">b&lt;\"c\"</a></b><i><b>d</b></i>e&amp;"
    );
}

#[test]
fn html_is_flattened_to_plain_text() {
    for (html, text) in [
        ("Просто текст", "Просто текст"),
        ("a<br>b<br/>c<BR />d", "a\nb\nc\nd"),
        ("a<br>\nb<br><br>c", "a\nb\n\nc"),
        ("<p>Первый</p><p>Второй</p>", "Первый\nВторой"),
        ("<p>Первый</p>\r\n\r\n  <p class=\"x\">Второй</p>", "Первый\nВторой"),
        ("<div><div>a</div></div><div>b</div>", "a\nb"),
        ("<p>a</p><p><br></p><p>b</p>", "a\n\nb"),
        ("<ul><li>a</li><li>b</li></ul>c", "a\nb\nc"),
        ("<p><br></p>", ""),
        ("a\n\n\n\nb", "a\n\nb"),
        ("a  \nb", "a\nb"),
        ("<b>a</b> <i style='x>y'>b</i><a href=\"#\">c</a>", "a bc"),
        ("a<script>if (a < b) alert('<p>')</script>b<STYLE>p{}</style >c", "abc"),
        ("a<script>b", "ab"),
        ("a<!-- <p>x</p> -->b<!DOCTYPE html>c", "abc"),
        ("a<!-- b", "a<!-- b"),
        ("&laquo;a&raquo;&nbsp;&mdash; b&ndash;c&hellip; &amp;lt; &lt;b&gt;", "«a» — b–c… &lt; <b>"),
        ("&#8212;&#x41;&#0;&unknown; R&D &amp", "—A&#0;&unknown; R&D &amp"),
        ("a < b, c <3, x<y>z, Иван <i@a.b>", "a < b, c <3, x<y>z, Иван <i@a.b>"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<o:p>a</o:p><my-tag>b</my-tag>", "ab"),
        ("<b title=\"x>a</b>", "a"),
        ("<nobr>a</nobr><marquee>b</marquee><blink>c</blink>", "a\nb\nc"),
        ("<?xml:namespace prefix = o ns = \"urn:x\" />a<![if !supportLists]>b<![endif]>", "ab"),
        ("<map><area>a</map><dir>b</dir><hgroup>c</hgroup><math>d</math>", "a\nb\nc\nd"),
        ("<slot>a</slot><search>b</search><keygen>", "a\nb"),
        ("a<svg viewBox='0'><title>x</title><text>y</text></SVG>b<svg/>c", "abc"),
        ("a<script src='x'/>y</script>b", "ab"),
        ("a <?> b, a <! b> c", "a <?> b, a <! b> c"),
        ("<a title=it's>a</a> it's <a title=x'>b</a>", "a it's b"),
        ("<a title = 'x>y'>a</a><a b='1'c=\"2>3\">b</a>", "ab"),
        ("<p>a</p><p>&nbsp;</p><p>b</p>", "a\n\nb"),
        ("<p>a</p><p>&nbsp;</p><p>\u{a0}</p><p>&nbsp; b&nbsp;c</p>", "a\n\nb c"),
        ("<p>&#8203;</p>&zwnj;&shy;", ""),
        ("a\rb\u{2028}c&#8233;d\u{b}e", "a\nb\nc\nd\ne"),
        ("&Aacute;&zeta;&alefsym;&forall;&spades;&yuml;&numero;5&apos;&thetasym;&Dagger;", "Áζℵ∀♠ÿ№5'ϑ‡"),
        ("<img src=x", "<img src=x"),
    ] {
        assert_eq!(flatten(html), text, "{html}");
    }
}

#[test]
fn the_table_of_entities_is_sorted() {
    assert!(entities::NAMED.is_sorted_by(|(left, _), (right, _)| left < right));
}

/// A quadratic parser would not finish texts of this length.
#[test]
fn hostile_texts_take_linear_time() {
    for piece in [
        "<b ",
        "<!--",
        "<script>",
        "<b \"'>",
        "<style><script>",
        "&#",
        "<p",
        "<b \">",
        "<b x=\">\"",
        "<svg>",
        "<![",
        "<?x",
        "</",
        "\n<br>",
    ] {
        let text = piece.repeat(400_000);
        let _ = flatten(&text);
        let _ = parse(&text);
    }
}

#[test]
fn length_is_counted_as_telegram_does() {
    for (html, length) in [
        ("", 0),
        ("Привет", 6),
        ("<b>Привет</b> &lt;3 &amp; 👍", 14),
        ("<a href=\"https://example.com/long\">сайт</a>", 4),
        ("1 < 2", 5),
        ("<b>нет конца", 12),
        ("👨‍👩‍👧", 8),
    ] {
        assert_eq!(units(html), length, "{html}");
    }
}
