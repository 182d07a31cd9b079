//! A minimal HTML reader for tests: the texts of a page that can be seen or heard, and its tags.

/// Elements whose text is code, or was typed by a person.
const NOT_WORDS: [&str; 7] = ["script", "style", "noscript", "textarea", "code", "pre", "input"];
const VOID: [&str; 8] = ["meta", "link", "input", "br", "hr", "img", "source", "wbr"];
/// Attributes that are read out or shown.
const SPOKEN: [&str; 5] = ["title", "aria-label", "alt", "placeholder", "label"];
/// Classes of elements that hold a message, in the language of its profile.
const MESSAGES: [&str; 2] = ["bubble", "change-lines"];

struct Element<'a> {
    name: &'a str,
    /// Whether its text and everything inside it is skipped.
    passed: bool,
    /// Whether only its own text is skipped, but not its attributes.
    mute: bool,
}

/// Returns every text of a page and every attribute that is read out, except messages and elements in another
/// language.
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
        // These elements contain text only, never tags.
        if ["script", "style", "textarea"].contains(&name) {
            rest = rest.find(&format!("</{name}")).map_or("", |at| &rest[at..]);
        }
        if !VOID.contains(&name) && !tag.ends_with('/') {
            open.push(Element { name, passed, mute: NOT_WORDS.contains(&name) });
        }
    }
    texts
}

/// Returns where a tag ends: at the first `>` outside of quotes.
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
        // Attributes without a value may precede the name.
        all.push((name.split_whitespace().last().unwrap_or_default(), value));
        rest = after;
    }
    all
}

/// A start tag, as a browser reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The name in lower case.
    pub name: String,
    /// Names in lower case, and values with resolved character references; empty without a value.
    pub attributes: Vec<(String, String)>,
    /// The raw text inside a script, a style, a title or a text area.
    pub text: String,
}

impl Tag {
    pub fn value(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns its name and the names of its attributes, which no value may add to.
    pub fn shape(&self) -> String {
        let names = self.attributes.iter().map(|(name, _)| name.as_str());
        std::iter::once(self.name.as_str()).chain(names).collect::<Vec<_>>().join(" ")
    }
}

/// Returns every start tag of a page by the HTML standard's tokenizer rules, so that everything a browser takes for
/// an element or an attribute is found.
pub fn tags(page: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some((_, tail)) = rest.split_once('<') {
        rest = tail;
        if let Some(comment) = tail.strip_prefix("!--") {
            // `<!-->` and `<!--->` are complete comments.
            let is_whole = comment.strip_prefix('>').or_else(|| comment.strip_prefix("->"));
            let comment = is_whole.or_else(|| comment.split_once("-->").map(|(_, after)| after)).unwrap_or("");
            rest = comment;
            continue;
        }
        if tail.starts_with(['!', '?', '/']) {
            rest = tail.split_once('>').map_or("", |(_, after)| after);
            continue;
        }
        if !tail.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            continue;
        }
        let end = tail.find(|letter: char| is_blank(letter) || matches!(letter, '/' | '>')).unwrap_or(tail.len());
        let (name, after) = (tail[..end].to_ascii_lowercase(), &tail[end..]);
        let (attributes, after) = read_attributes(after);
        rest = after;
        let mut text = String::new();
        if ["script", "style", "textarea", "title", "noscript", "iframe", "xmp", "noembed"].contains(&name.as_str()) {
            let lower = rest.to_ascii_lowercase();
            let end = lower.find(&format!("</{name}")).unwrap_or(rest.len());
            text = rest[..end].to_owned();
            rest = &rest[end..];
        }
        tags.push(Tag { name, attributes, text });
    }
    tags
}

fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\x0c')
}

/// Reads the attributes of a tag after its name. Returns them and the rest after the tag.
fn read_attributes(mut rest: &str) -> (Vec<(String, String)>, &str) {
    let mut all = Vec::new();
    loop {
        rest = rest.trim_start_matches(|letter| is_blank(letter) || letter == '/');
        let Some(first) = rest.chars().next() else { return (all, "") };
        if first == '>' {
            return (all, &rest[1..]);
        }
        // The name of an attribute may start with an equals sign.
        let end = rest
            .char_indices()
            .find(|(at, letter)| is_blank(*letter) || matches!(letter, '/' | '>') || (*letter == '=' && *at > 0));
        let end = end.map_or(rest.len(), |(at, _)| at);
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start_matches(is_blank);
        let mut value = "";
        if let Some(tail) = rest.strip_prefix('=') {
            let tail = tail.trim_start_matches(is_blank);
            let quote = tail.chars().next().filter(|quote| matches!(quote, '"' | '\''));
            (value, rest) = match quote {
                Some(quote) => tail[1..].split_once(quote).unwrap_or((&tail[1..], "")),
                None => tail.split_at(tail.find(|letter| is_blank(letter) || letter == '>').unwrap_or(tail.len())),
            };
        }
        all.push((name, decoded(value)));
    }
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

#[test]
fn tags_are_parsed_like_in_a_browser() {
    let page = "<!DOCTYPE html><!-- <a> --><A HREF=x onclick='y' b = \"&lt;z>\" c>1 < 2</a><br/><img/src=q/onerror=w>\
        <script nonce=\"n\">if (a<b) {}</SCRIPT><textarea><i></textarea></x><title><b></title><!--><u>";
    let shapes: Vec<String> = tags(page).iter().map(Tag::shape).collect();
    assert_eq!(shapes, ["a href onclick b c", "br", "img src", "script nonce", "textarea", "title", "u"]);
    let all = tags(page);
    assert_eq!(
        (all[0].value("b"), all[0].value("href"), all[2].value("src")),
        (Some("<z>"), Some("x"), Some("q/onerror=w"))
    );
    assert_eq!((all[3].text.as_str(), all[4].text.as_str()), ("if (a<b) {}", "<i>"));
}
