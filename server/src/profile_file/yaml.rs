//! Reads YAML 1.2 into a tree. Each scalar keeps its spelling and its line. The caller knows the expected type, so
//! `0042`, `Yes` and `1e3` are never guessed to be numbers or flags.

use std::{
    collections::{HashMap, hash_map},
    fmt,
};

use granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, StrInput, options};
use serde::{
    Deserializer,
    de::{
        self, IntoDeserializer, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};

/// The most values of a file.
const VALUES: usize = 250_000;
/// The deepest nesting of lists and of maps.
const DEPTH: usize = 32;
/// The number of faults at which reading stops.
const FAULTS: usize = 20;

/// A value and the line where it starts.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: u64,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    /// A scalar. It is plain if it has no quotes.
    Text { text: String, plain: bool },
    /// A list.
    List(Vec<Node>),
    /// A map, in the file's order, each key once.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// Whether the value is `null`, which means the same as no value.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.content, Content::Text { text, plain: true } if text == "null")
    }

    /// The scalar in its spelling; `None` for a list or a map.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text { text, .. } => Some(text),
            Content::List(_) | Content::Map(_) => None,
        }
    }

    /// The scalar as `true` or `false`, in any case.
    pub(super) fn flag(&self) -> Option<bool> {
        self.text()?.to_ascii_lowercase().parse().ok()
    }
}

#[derive(Debug)]
pub(super) struct YamlFault {
    /// The path of the faulty value; empty for a fault of the file.
    pub(super) path: String,
    pub(super) line: u64,
    /// In characters, from 1.
    pub(super) column: u64,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    /// The text is not YAML.
    Broken,
    /// There are too many values or levels.
    TooMuch,
    /// An anchor: `&name`. Anchors and aliases are refused, because a few kilobytes of them can expand to gigabytes.
    Anchor,
    /// An alias with this name: `*name`.
    Alias(String),
    /// The key is already in the map, at the line `first`.
    Repeated { first: u64 },
}

/// Reads a file. There is no value if the file is empty or cannot be read to its end.
pub(super) fn read(text: &str) -> (Option<Node>, Vec<YamlFault>) {
    let options = options! {
        emit_unresolved_aliases: true,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parser = Parser::new_from_str_with_options(text, options);
    let mut reader = Reader { parser, path: String::new(), values: 0, faults: Vec::new() };
    let node = reader.file().unwrap_or_default();
    (node, reader.faults)
}

/// Ends the reading. The fault is already recorded.
struct Stop;

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    path: String,
    values: usize,
    faults: Vec<YamlFault>,
}

impl<'a> Reader<'a> {
    fn file(&mut self) -> Result<Option<Node>, Stop> {
        let mut file = None;
        loop {
            let (event, at) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
                Event::StreamEnd => return Ok(file),
                // A second document.
                _ if file.is_some() => return Err(self.broken(at)),
                event => file = Some(self.node(event, at)?),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Marker), Stop> {
        match self.parser.next() {
            Some(Ok((event, span))) => Ok((event, span.start)),
            Some(Err(error)) => {
                let is_deep = matches!(error.kind(), ErrorKind::RecursionLimitExceeded);
                let what = if is_deep { What::TooMuch } else { What::Broken };
                self.path.clear();
                self.note(*error.marker(), what)?;
                Err(Stop)
            }
            None => Err(Stop),
        }
    }

    fn note(&mut self, at: Marker, what: What) -> Result<(), Stop> {
        let number = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let (line, column) = (number(at.line()), number(at.col()).saturating_add(1));
        self.faults.push(YamlFault { path: self.path.clone(), line, column, what });
        if self.faults.len() < FAULTS { Ok(()) } else { Err(Stop) }
    }

    fn broken(&mut self, at: Marker) -> Stop {
        self.path.clear();
        self.note(at, What::Broken).err().unwrap_or(Stop)
    }

    /// Reads the value that starts with an event. The parser bounds the depth.
    fn node(&mut self, event: Event<'a>, at: Marker) -> Result<Node, Stop> {
        self.values += 1;
        if self.values > VALUES {
            self.path.clear();
            self.note(at, What::TooMuch)?;
            return Err(Stop);
        }
        let line = u64::try_from(at.line()).unwrap_or(u64::MAX);
        if let Event::Scalar(_, _, 1.., _) | Event::SequenceStart(_, 1.., _) | Event::MappingStart(_, 1.., _) = &event {
            self.note(at, What::Anchor)?;
        }
        let content = match event {
            Event::Scalar(text, style, ..) => {
                Content::Text { text: text.into_owned(), plain: style == ScalarStyle::Plain }
            }
            Event::SequenceStart(..) => Content::List(self.list()?),
            Event::MappingStart(..) => Content::Map(self.map()?),
            Event::UnresolvedAlias(name) => {
                self.note(at, What::Alias(name.into_owned()))?;
                Content::Text { text: String::new(), plain: false }
            }
            // A fault is already recorded for the anchor.
            Event::Alias(_) => Content::Text { text: String::new(), plain: false },
            _ => return Err(self.broken(at)),
        };
        Ok(Node { line, content })
    }

    fn list(&mut self) -> Result<Vec<Node>, Stop> {
        let (mut items, outer) = (Vec::new(), self.path.len());
        loop {
            let (event, at) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(items);
            }
            self.path.push_str(&format!("[{}]", items.len()));
            items.push(self.node(event, at)?);
            self.path.truncate(outer);
        }
    }

    fn map(&mut self) -> Result<Vec<(String, Node)>, Stop> {
        let (mut entries, outer) = (Vec::new(), self.path.len());
        let mut lines = HashMap::new();
        loop {
            let (event, at) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(entries);
            }
            let key = self.node(event, at)?;
            let Content::Text { text: key, .. } = key.content else { return Err(self.broken(at)) };
            if outer > 0 {
                self.path.push('.');
            }
            self.path.push_str(&key);
            let first = match lines.entry(key.clone()) {
                hash_map::Entry::Occupied(first) => Some(*first.get()),
                hash_map::Entry::Vacant(place) => {
                    place.insert(u64::try_from(at.line()).unwrap_or(u64::MAX));
                    None
                }
            };
            if let Some(first) = first {
                self.note(at, What::Repeated { first })?;
            }
            let (event, at) = self.next()?;
            let value = self.node(event, at)?;
            if first.is_none() {
                entries.push((key, value));
            }
            self.path.truncate(outer);
        }
    }
}

/// Lets serde's derived types read from each scalar what they expect: a text in its spelling, a flag or a number.
impl<'de> Deserializer<'de> for Node {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.content {
            Content::List(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter())),
            Content::Map(entries) => visitor.visit_map(MapDeserializer::new(entries.into_iter())),
            Content::Text { text, plain: false } => visitor.visit_string(text),
            Content::Text { text, plain: true } => match (text.as_str(), text.parse()) {
                ("null", _) => visitor.visit_unit(),
                ("true", _) => visitor.visit_bool(true),
                ("false", _) => visitor.visit_bool(false),
                (_, Ok(number)) => visitor.visit_i64(number),
                _ => visitor.visit_string(text),
            },
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.content {
            Content::Text { text, .. } if !self.is_null() => visitor.visit_string(text),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self.content {
            Content::Text { text, .. } => visitor.visit_enum(text.into_deserializer()),
            Content::List(_) | Content::Map(_) => Err(Mismatch),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct newtype_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}

impl IntoDeserializer<'_, Mismatch> for Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[derive(Debug)]
pub(super) struct Mismatch;

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of another type")
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}
