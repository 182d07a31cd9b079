//! As much of HTML as tests have to read: what a page says, to be seen or heard.

/// Elements whose text is code, or was typed by a person.
const NOT_WORDS: [&str; 7] = ["script", "style", "noscript", "textarea", "code", "pre", "input"];
const VOID: [&str; 8] = ["meta", "link", "input", "br", "hr", "img", "source", "wbr"];
/// Attributes that are read out or shown.
const SPOKEN: [&str; 5] = ["title", "aria-label", "alt", "placeholder", "label"];
/// Classes of elements that hold a message, in the language of its profile.
const MESSAGES: [&str; 2] = ["bubble", "change-lines"];

struct Element<'a> {
    name: &'a str,
    /// Whether its text is passed over, and everything within it.
    passed: bool,
    /// Whether only its own text is: it is no word, but its attributes are.
    mute: bool,
}

/// Every text of a page and every attribute that is spoken, save messages and what says that it is in another language.
pub fn texts(page: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut open: Vec<Element<'_>> = Vec::new();
    let mut own = None;
    let mut rest = page;
    while let Some((text, tail)) = rest.split_once('<') {
        let is_heard = open.last().is_none_or(|element| !element.passed && !element.mute);
        if is_heard && !text.trim().is_empty() {
            texts.push(decoded(text.trim()));
        }
        if let Some(comment) = tail.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let end = end_of_tag(tail);
        let (tag, after) = (&tail[..end], tail.get(end + 1..).unwrap_or_default());
        rest = after;
        if tag.starts_with('!') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            if let Some(at) = open.iter().rposition(|element| element.name == name.trim()) {
                open.truncate(at);
            }
            continue;
        }
        let name = tag.split([' ', '\n', '/']).next().unwrap_or_default();
        let attributes = attributes(&tag[name.len()..]);
        let value = |wanted: &str| attributes.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value);
        if name == "html" {
            own = value("lang");
        }
        let is_message = value("class").is_some_and(|all| all.split(' ').any(|class| MESSAGES.contains(&class)));
        let passed = open.last().is_some_and(|element| element.passed)
            || is_message
            || value("translate") == Some("no")
            || value("lang").is_some_and(|lang| Some(lang) != own);
        if !passed {
            let spoken = attributes.iter().filter(|(name, value)| SPOKEN.contains(name) && !value.trim().is_empty());
            texts.extend(spoken.map(|(_, value)| decoded(value)));
        }
        // Whatever stands in these is no tag.
        if ["script", "style", "textarea"].contains(&name) {
            rest = rest.find(&format!("</{name}")).map_or("", |at| &rest[at..]);
        }
        if !VOID.contains(&name) && !tag.ends_with('/') {
            open.push(Element { name, passed, mute: NOT_WORDS.contains(&name) });
        }
    }
    texts
}

/// Where a tag ends: at the first `>` that is in no quotes.
fn end_of_tag(tag: &str) -> usize {
    let mut quoted = false;
    let end = tag.find(|letter: char| {
        quoted ^= letter == '"';
        letter == '>' && !quoted
    });
    end.unwrap_or(tag.len())
}

fn attributes(mut rest: &str) -> Vec<(&str, &str)> {
    let mut all = Vec::new();
    while let Some((name, tail)) = rest.split_once("=\"") {
        let (value, after) = tail.split_once('"').unwrap_or((tail, ""));
        // Attributes without a value may stand before the name.
        all.push((name.split_whitespace().last().unwrap_or_default(), value));
        rest = after;
    }
    all
}

fn decoded(text: &str) -> String {
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    named.into_iter().fold(text.to_owned(), |text, (name, sign)| text.replace(name, sign))
}

#[test]
fn texts_and_spoken_attributes_are_read_and_messages_are_not() {
    let page = "<!DOCTYPE html><html lang=\"en\"><head><title>A &amp; B</title><script nonce=\"x\">if (1 < 2) {}</script></head>\
        <body><!-- no --><p hidden title=\"C > D\">E<!>F</p><textarea placeholder=\"G\"><b>typed</b></textarea>\
        <div class=\"card bubble\"><p title=\"no\">message</p></div><button lang=\"ru\">Рус</button>\
        <input disabled aria-label=\"H\" value=\"typed\"><span lang=\"en\">I</span></body></html>";
    assert_eq!(texts(page), ["A & B", "C > D", "E", "F", "G", "H", "I"]);
}
