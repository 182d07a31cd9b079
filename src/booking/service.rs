//! Services, and the links that operators paste to add them.

use std::{collections::BTreeSet, fmt};

use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

use super::settings::TITLE_LENGTH;
use crate::{
    message::html,
    secret::redact,
    text::{clean, is_blank, one_line, shorten},
};

/// The id of a service: 29 to 33 hexadecimal digits, stored in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServiceId(String);

impl ServiceId {
    /// Reads an id in upper or lower case.
    ///
    /// # Errors
    /// [`LinkFault::BadCharacter`] or [`LinkFault::BadLength`].
    pub fn parse(text: &str) -> Result<Self, LinkFault> {
        if let Some(c) = text.chars().find(|c| !c.is_ascii_hexdigit()) {
            return Err(LinkFault::BadCharacter(c));
        }
        if !(29..=33).contains(&text.len()) {
            return Err(LinkFault::BadLength(text.len()));
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ServiceId {
    type Error = LinkFault;

    fn try_from(text: String) -> Result<Self, LinkFault> {
        Self::parse(&text)
    }
}

impl From<ServiceId> for String {
    fn from(id: ServiceId) -> Self {
        id.0
    }
}

/// Why a pasted text does not add a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkFault {
    /// A link to one booking (`case;id=`).
    Booking,
    /// A link to a business card (`contact;id=`).
    BusinessCard,
    /// A link to another page of the booking service.
    NotAService,
    /// A link to Telegram.
    Telegram,
    /// A link to another site.
    OtherSite,
    /// The id has this many characters. It must have 29 to 33.
    BadLength(usize),
    /// The id contains a character that is not a hexadecimal digit.
    BadCharacter(char),
    /// The line contains no link.
    NoLink,
    /// The same text already contains this service.
    Duplicate,
    /// The text exceeds [`MOST_LINKS`] or [`MOST_BYTES`]. The rest was not read.
    TooMuch,
}

/// The message is for developers; the interface has a sentence for each fault.
impl fmt::Display for LinkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// A service found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The id.
    pub id: ServiceId,
    /// The words next to the link, as a suggested title of at most [`TITLE_LENGTH`] characters.
    pub title: Option<String>,
}

/// A piece of a pasted text and the result of reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The link, or a whole line without a link. Redacted and shortened to 80 characters.
    pub text: String,
    /// The service, or why none was found.
    pub result: Result<Found, LinkFault>,
}

impl Read {
    fn new(text: &str, result: Result<Found, LinkFault>) -> Self {
        Self { text: shorten(&redact(one_line(text).trim()), 80), result }
    }
}

/// The maximum number of bytes of a pasted text that are read.
pub const MOST_BYTES: usize = 64 * 1024;
/// The maximum number of pieces of a pasted text that are read.
pub const MOST_LINKS: usize = 100;

/// Reads the services from a text that an operator pasted. It may contain ids, or links in any form in which people
/// copy them. A service's title is before or after the link on its line, or alone on the line above.
///
/// The result has one entry for each link and for each line without a link, in the order of the text.
#[must_use]
pub fn read_links(text: &str) -> Vec<Read> {
    let (text, rest) = bounded(text);
    let mut reads = Vec::new();
    let mut seen = BTreeSet::new();
    // A line without a link, which may be the title of a link on the next line.
    let mut above: Option<String> = None;
    let mut titles_stand_above = None;
    let text: String = clean(text).split('\n').map(one_line).collect::<Vec<_>>().join("\n");
    for line in text.split('\n') {
        let links = links(line);
        let mut gaps = gaps(line, &links);
        let is_untitled = gaps.iter().all(|gap| title(gap).is_none());
        if links.is_empty() {
            if !is_untitled {
                titles_stand_above.get_or_insert(true);
                reads.extend(above.replace(line.to_owned()).map(|line| Read::new(&line, Err(LinkFault::NoLink))));
            }
            continue;
        }
        if titles_stand_above == Some(true) && is_untitled && links.len() == 1 {
            gaps = above.take().as_deref().map(|line| vec![line.to_owned()]).unwrap_or(gaps);
        }
        titles_stand_above.get_or_insert(false);
        reads.extend(above.take().map(|line| Read::new(&line, Err(LinkFault::NoLink))));
        read_line(&links, &gaps, &mut seen, &mut reads);
        if reads.len() > MOST_LINKS {
            break;
        }
    }
    reads.extend(above.map(|line| Read::new(&line, Err(LinkFault::NoLink))));
    let unread = reads.get(MOST_LINKS).map(|read| read.text.clone()).or_else(|| rest.map(str::to_owned));
    reads.truncate(MOST_LINKS);
    reads.extend(unread.map(|text| Read::new(&text, Err(LinkFault::TooMuch))));
    reads
}

/// The part of the text that is read, and the first line of the rest.
fn bounded(text: &str) -> (&str, Option<&str>) {
    if text.len() <= MOST_BYTES {
        return (text, None);
    }
    let mut end = MOST_BYTES;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text.get(..end).unwrap_or_default();
    // An id that was cut would be reported as too short.
    let (head, _) = head.rsplit_once(char::is_whitespace).unwrap_or((head, ""));
    let rest = text.get(head.len()..).unwrap_or_default().trim_start();
    let start: String = rest.chars().take(200).collect();
    let rest = rest.get(..start.len()).unwrap_or_default();
    (head, rest.lines().next().or(Some("")))
}

fn read_line(links: &[Link<'_>], gaps: &[String], seen: &mut BTreeSet<ServiceId>, reads: &mut Vec<Read>) {
    let title_of = |gap: usize| gaps.get(gap).and_then(|gap| title(gap));
    let stands_before = title_of(0).is_some();
    let mut before: Option<&ServiceId> = None;
    for (index, link) in links.iter().enumerate() {
        let result = match &link.id {
            Ok(id) => {
                // HTML and Markdown links may repeat the URL as their text.
                let is_repeated = before == Some(id) && gaps.get(index).is_some_and(|gap| gap.contains(['>', '(']));
                before = Some(id);
                if is_repeated {
                    continue;
                }
                let title = title_of(if stands_before { index } else { index + 1 });
                let is_new = seen.insert(id.clone());
                if is_new { Ok(Found { id: id.clone(), title }) } else { Err(LinkFault::Duplicate) }
            }
            Err(fault) => Err(*fault),
        };
        reads.push(Read::new(link.text, result));
    }
}

struct Link<'a> {
    /// In bytes.
    start: usize,
    text: &'a str,
    id: Result<ServiceId, LinkFault>,
}

/// The texts before, between and after the links of a line: one more than the number of links.
fn gaps(line: &str, links: &[Link<'_>]) -> Vec<String> {
    let mut end = 0;
    let mut gaps = Vec::with_capacity(links.len() + 1);
    for link in links {
        gaps.push(line.get(end..link.start).unwrap_or_default().to_owned());
        end = link.start + link.text.len();
    }
    gaps.push(line.get(end..).unwrap_or_default().to_owned());
    gaps
}

/// Each word is read once, so the cost is linear.
fn links(line: &str) -> Vec<Link<'_>> {
    let mut links: Vec<Link<'_>> = Vec::new();
    for (start, word) in words(line) {
        if let Some((skipped, id)) = link(word) {
            links.push(Link { start: start + skipped, text: word.get(skipped..).unwrap_or_default(), id });
        } else if let Some(last) = links.last_mut() {
            // A query may contain a comma.
            let end = last.start + last.text.len();
            if last.text.contains('?') && line.get(end..start) == Some(",") {
                last.text = line.get(last.start..start + word.len()).unwrap_or(last.text);
            }
        }
    }
    links
}

/// The words of a line with their offsets, without surrounding punctuation.
fn words(line: &str) -> Vec<(usize, &str)> {
    let ends = |c: char| c.is_whitespace() || ",\"'`<>()[]|«»“”„".contains(c);
    let mut words = Vec::new();
    let mut start = 0;
    for piece in line.split_inclusive(ends) {
        // Links may be joined by semicolons, which also precede the parameters within a link.
        let mut at = start;
        start += piece.len();
        for (cut, _) in piece.to_ascii_lowercase().match_indices(";http") {
            let cut = start - piece.len() + cut;
            words.push((at, line.get(at..cut).unwrap_or_default()));
            at = cut + 1;
        }
        words.push((at, line.get(at..start).unwrap_or_default()));
    }
    let trimmed = |word: &'_ str| {
        let word = word.trim_end_matches(ends);
        word.trim_end_matches(['.', ';', ':', '!', '?', '…']).len()
    };
    let words = words.into_iter().map(|(at, word)| (at, word.get(..trimmed(word)).unwrap_or_default()));
    words.filter(|(_, word)| !word.is_empty()).collect()
}

/// If the word is a link or an id: the offset at which the link starts, and the service.
fn link(word: &str) -> Option<(usize, Result<ServiceId, LinkFault>)> {
    let lower = word.to_ascii_lowercase();
    let Some(start) = link_start(&lower) else {
        return bare_id(lower.strip_prefix("id=").unwrap_or(&lower)).map(|id| (0, id));
    };
    let mut link = lower.get(start..)?.to_owned();
    // A link inside another link's query is percent-encoded once or twice.
    for _ in 0..2 {
        link = percent_decode_str(&link).decode_utf8_lossy().to_lowercase();
    }
    Some((start, target(&link)))
}

/// The offset at which a link starts in a lower-case word.
fn link_start(word: &str) -> Option<usize> {
    let scheme = ["://", "%3a%2f%2f"].iter().filter_map(|mark| word.find(mark)).min().map(|end| {
        let before = word.get(..end).unwrap_or_default();
        let known = ["https", "http"].iter().find(|scheme| before.ends_with(**scheme)).map(|scheme| end - scheme.len());
        known.unwrap_or_else(|| before.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len())
    });
    let hosts = ["torrow.net/", "torrow.net%2f", "t.me/", "telegram.me/"];
    let host = hosts.iter().filter_map(|host| word.find(host)).min().map(|at| {
        let before = word.get(..at).unwrap_or_default();
        before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).len()
    });
    scheme.into_iter().chain(host).min().or_else(|| is_link_without_host(word).then_some(0))
}

/// Whether a lower-case word is a link to another site without a scheme, or a link without a host.
fn is_link_without_host(word: &str) -> bool {
    let host = word.split('/').next().unwrap_or_default();
    let is_name = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    let ends_well = host.rsplit_once('.').is_some_and(|(before, top)| {
        !before.is_empty() && top.len() > 1 && top.bytes().all(|b| b.is_ascii_lowercase())
    });
    let is_site = is_name && ends_well && (word.len() > host.len() || word.starts_with("www."));
    let is_page = [";id=", "%3bid%3d", "/service/"].iter().any(|mark| word.contains(mark));
    is_site || is_page || word.starts_with("service/")
}

/// Reads a word that is an id or looks like a mistyped id.
fn bare_id(word: &str) -> Option<Result<ServiceId, LinkFault>> {
    let id = ServiceId::parse(word);
    let has = |is: fn(&u8) -> bool| word.bytes().any(|b| is(&b));
    let is_like_one = word.len() >= 20
        && word.bytes().all(|b| b.is_ascii_alphanumeric())
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic);
    (id.is_ok() || is_like_one).then_some(id)
}

/// The service that a link leads to. The link must be decoded and in lower case.
fn target(link: &str) -> Result<ServiceId, LinkFault> {
    let is_scheme = |scheme: &str| scheme.bytes().all(|b| b.is_ascii_alphanumeric());
    let (scheme, rest) = link.split_once("://").filter(|(scheme, _)| is_scheme(scheme)).unwrap_or(("", link));
    let length = rest.find(['/', '?', '#', ';']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(length);
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.');
    let is_at = |site: &str| host == site || host.strip_suffix(site).is_some_and(|before| before.ends_with('.'));
    if scheme == "tg" || ["t.me", "telegram.me", "telegram.dog"].into_iter().any(is_at) {
        return Err(LinkFault::Telegram);
    }
    let has_no_host = scheme.is_empty() && !host.contains('.');
    let is_own = matches!(scheme, "" | "http" | "https") && is_at("torrow.net");
    if !(has_no_host || is_own) {
        return Err(LinkFault::OtherSite);
    }
    let (path, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let page = |path: &str| page(path.split(['?', '&']).next().unwrap_or_default());
    if has_no_host && let Some(found) = page(&format!("{authority}{path}")) {
        return found;
    }
    page(path).or_else(|| page(fragment)).unwrap_or(Err(LinkFault::NotAService))
}

/// The last page in a path: `…/service;id={id};x=y`, `/service/{id}/booking`.
fn page(path: &str) -> Option<Result<ServiceId, LinkFault>> {
    let mut found = None;
    let mut segments = path.split('/').peekable();
    while let Some(segment) = segments.next() {
        let (name, parameters) = segment.split_once(';').unwrap_or((segment, ""));
        let parameter = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("id="));
        let next = || segments.peek().and_then(|next| next.split(';').next()).filter(|next| !next.is_empty());
        found = match (name, parameter.or_else(next)) {
            ("case", Some(_)) => Some(Err(LinkFault::Booking)),
            ("contact", Some(_)) => Some(Err(LinkFault::BusinessCard)),
            ("service", Some(id)) => Some(ServiceId::parse(id.trim())),
            _ => found,
        };
    }
    found
}

/// Pairs of characters that enclose a title or a part of it.
const PAIRS: [(char, char); 8] =
    [('«', '»'), ('„', '“'), ('“', '”'), ('"', '"'), ('\'', '\''), ('`', '`'), ('(', ')'), ('[', ']')];

/// Extracts the title from the text next to a link. Removes tags, list markers, Markdown and the remains of the link's
/// own brackets.
fn title(gap: &str) -> Option<String> {
    let mut gap = gap;
    if let Some((before, tag)) = gap.rsplit_once('<')
        && !tag.contains('>')
        && tag.chars().next().is_none_or(|c| c.is_ascii_alphabetic())
    {
        gap = before;
    }
    if let Some((tag, after)) = gap.split_once('>')
        && (tag.trim().is_empty() || tag.ends_with(['"', '\'']) && !tag.contains('<'))
    {
        gap = after;
    }
    let text: String = html::flatten(gap).replace('\n', " ").chars().take(4 * TITLE_LENGTH).collect();
    let mut title = text.as_str();
    loop {
        let before = title;
        title = title.trim_matches(|c: char| c.is_whitespace() || "-–—•·*_~|:;,=#→".contains(c));
        title = title.trim_start_matches([')', ']', '>', '.']).trim_end_matches(['.', '(', '[', '<']);
        for (open, close) in PAIRS {
            // The opening and the closing quote may be the same character.
            let has_odd = open == close && title.matches(open).count() % 2 == 1;
            if let Some(inner) = title.strip_suffix(close)
                && (has_odd || !inner.contains(open))
            {
                title = inner;
            } else if let Some(inner) = title.strip_prefix(open)
                && (has_odd || !inner.strip_suffix(close).unwrap_or(inner).contains(close))
            {
                title = inner;
            }
        }
        let number = title.trim_start_matches(|c: char| c.is_ascii_digit());
        if number.len() < title.len()
            && let Some(after) = number.strip_prefix(['.', ')']).filter(|after| after.starts_with(char::is_whitespace))
        {
            title = after;
        }
        if title == before {
            break;
        }
    }
    let is_title = !is_blank(title) && title.chars().any(char::is_alphabetic);
    is_title.then(|| shorten(&redact(&one_line(title)), TITLE_LENGTH))
}

#[cfg(test)]
mod tests;
