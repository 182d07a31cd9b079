//! A model of how the Bot API reads a text with `parse_mode=HTML`. It follows the documented behaviour and is
//! independent of the product's own parser, so that the two can be compared.

/// A message as the recipient sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrived {
    /// The text, trimmed.
    pub text: String,
    /// The entities with their texts, inner entities first.
    pub entities: Vec<Entity>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// The tag, in lower case.
    pub tag: String,
    /// The URL of a link.
    pub href: Option<String>,
    pub text: String,
}

const TAGS: &[&str] = &[
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "a",
    "code",
    "pre",
    "blockquote",
    "span",
    "tg-spoiler",
    "tg-emoji",
    "tg-time",
];

/// Returns the message, or the reason why Telegram refuses it.
pub fn arrive(html: &str) -> Result<Arrived, String> {
    if html.len() > 32_768 {
        return Err("text is too long".into());
    }
    let chars: Vec<char> = html.chars().collect();
    let mut arrived = Arrived::default();
    let mut open: Vec<(String, Option<String>, usize)> = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        if c == '<' {
            let end = end_of_tag(&chars, at).ok_or("unclosed start tag")?;
            let inner: String = chars[at + 1..end].iter().collect();
            at = end + 1;
            if let Some(name) = inner.strip_prefix('/') {
                let (tag, href, start) = open.pop().ok_or("unexpected end tag")?;
                let name = name.trim().to_lowercase();
                if !name.is_empty() && name != tag {
                    return Err(format!("unmatched end tag {name}"));
                }
                let text: String = arrived.text[start..].to_owned();
                if !text.is_empty() && (tag != "a" || href.is_some()) {
                    arrived.entities.push(Entity { tag, href, text });
                }
            } else {
                let name: String = inner.chars().take_while(|c| !c.is_ascii_whitespace()).collect();
                let name = name.to_lowercase();
                if !TAGS.contains(&name.as_str()) {
                    return Err(format!("unsupported start tag {name}"));
                }
                let href = attribute(&inner[name.len()..], "href");
                open.push((name, href, arrived.text.len()));
            }
        } else if c == '&' {
            let (text, taken) = reference(&chars[at..]);
            arrived.text.push_str(&text);
            at += taken;
        } else {
            if c != '\r' {
                arrived.text.push(c);
            }
            at += 1;
        }
    }
    if let Some((tag, _, _)) = open.pop() {
        return Err(format!("can't find end tag {tag}"));
    }
    let text = arrived.text.trim();
    if text.is_empty() {
        return Err("message text is empty".into());
    }
    if text.encode_utf16().count() > 4096 {
        return Err("message is too long".into());
    }
    arrived.text = text.to_owned();
    Ok(arrived)
}

/// The index of the `>` that ends the tag. A `>` in quotes is skipped.
fn end_of_tag(chars: &[char], start: usize) -> Option<usize> {
    let mut quote = None;
    for (index, &c) in chars.iter().enumerate().skip(start + 1) {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '>' => return Some(index),
            None => {}
        }
    }
    None
}

fn attribute(text: &str, name: &str) -> Option<String> {
    let rest = text.trim_start().strip_prefix(name)?.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next()?;
    let value = rest.strip_prefix(quote)?.split(quote).next()?;
    let chars: Vec<char> = value.chars().collect();
    let mut decoded = String::new();
    let mut at = 0;
    while at < chars.len() {
        let (text, taken) = if chars[at] == '&' { reference(&chars[at..]) } else { (chars[at].to_string(), 1) };
        decoded.push_str(&text);
        at += taken;
    }
    Some(decoded)
}

/// The text of the character reference at the start, and its number of characters.
fn reference(chars: &[char]) -> (String, usize) {
    let rest: String = chars.iter().take(12).collect();
    for (name, text) in [("&lt", "<"), ("&gt", ">"), ("&amp", "&"), ("&quot", "\"")] {
        let Some(after) = rest.strip_prefix(name) else { continue };
        if !after.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return (text.to_owned(), name.len() + usize::from(after.starts_with(';')));
        }
    }
    if let Some(number) = rest.strip_prefix("&#") {
        let (digits, radix, prefix) = match number.strip_prefix('x') {
            Some(hex) => (hex, 16, 3),
            None => (number, 10, 2),
        };
        let digits: String = digits.chars().take_while(|c| c.is_digit(radix)).collect();
        if let Some(c) = u32::from_str_radix(&digits, radix).ok().filter(|n| *n > 0).and_then(char::from_u32) {
            let taken = prefix + digits.len();
            return (c.to_string(), taken + usize::from(chars.get(taken) == Some(&';')));
        }
    }
    ("&".to_owned(), 1)
}
