//! Text from outside stays text wherever it is shown, sent or written.

mod bodies;
mod letters;
mod logs;
mod pages;
mod paths;

/// Texts that could be read as something else: markup, headers, formulas, terminal commands, paths, queries. Each
/// contains `zq`, so that it can be found again.
pub const CORPUS: &[&str] = &[
    // Markup
    "<script>zq()</script>",
    "</script><script>zq()</script>",
    "<img src=x onerror=zq()>",
    "<svg/onload=zq()>",
    "\"><svg onload=zq()>",
    "' onmouseover='zq()' x='",
    "\" onfocus=\"zq()\" autofocus x=\"",
    "` onclick=`zq()`",
    "</textarea><img src=x onerror=zq()>",
    "</title><iframe src=javascript:zq()>",
    "<!--<img src=--><img src=x onerror=zq()>",
    "<a href=\"javascript:zq()\">zq</a>",
    "<a href=\"https://a.example\" onclick=\"zq()\">zq</a>",
    "<a href='data:text/html,zq'>zq</a>",
    "<b onmouseover=zq()>zq</b>",
    "<style>@import'//evil.example/zq'</style>",
    "<meta http-equiv=refresh content='0;url=//evil.example/zq'>",
    "<base href=//evil.example/zq>",
    "<form action=//evil.example/zq><button>zq",
    "&lt;script&gt;zq()&lt;/script&gt;",
    "&#60;img src=x onerror=zq()&#62;",
    "<scr\0ipt>zq()</scr\0ipt>",
    "<![CDATA[<img src=x onerror=zq()>]]>",
    "]]>--><zq>",
    "{{zq}} ${zq} #{zq} <%= zq %>",
    "\\u003cscript\\u003ezq()",
    "javascript:zq()",
    "\u{2028}zq\u{2029}",
    // Headers and line breaks
    "zq\r\nBcc: zq@evil.example",
    "zq\nSet-Cookie: zq=1",
    "zq\r\n\r\n<html>zq",
    "=?utf-8?B?enENCkJjYzogYQ==?= zq",
    "=?utf-8?Q?zq=0D=0ABcc:_a?=",
    "zq\u{b}\u{c}\u{85}Bcc: a",
    // Terminal commands and log lines
    "\u{1b}[2J\u{1b}[31mzq\u{7}",
    "\u{9b}31mzq\u{90}",
    "zq\n2026-01-01T00:00:00Z  INFO server: all is well",
    "zq\",\"level\":\"ERROR",
    // Spreadsheet formulas
    "=HYPERLINK(\"https://evil.example/zq\",\"zq\")",
    "+zq",
    "-2+3+cmd|' /C zq'!A0",
    "@SUM(zq)",
    "\t=zq",
    "  =zq3",
    "x;=zq",
    "x,=zq",
    "\"=zq",
    // SQL, paths and format strings
    "zq' OR '1'='1",
    "zq'; DROP TABLE events; --",
    "%zq%_%",
    "../../../etc/passwd zq",
    "..\\..\\zq",
    "%00zq%0d%0a",
    "%s%n%x zq {} {0}",
    "\u{202e}zq\u{202c}",
    "zq\u{0}zq",
    "zq\u{fffd}\u{ffff}\u{1f600}",
];

/// Returns as many harmless texts, which together contain all markup that a message may have.
pub fn harmless() -> Vec<String> {
    let markup = "<b>zq</b> <i>zq</i> <a href=\"https://a.example/zq\">zq</a> <code>zq</code> <u>zq</u>";
    let odd = ["<b>zq", "<zq>zq</zq>", "zq</i>", "<a href=\"tel:1\">zq</a>", "&zq; & <", "zq\nzq\n/zq", "zq?zq=zq"];
    let all = std::iter::once(markup).chain(odd).map(str::to_owned);
    all.chain((0..).map(|number| format!("zq {number}"))).take(CORPUS.len()).collect()
}
