//! An object of an event and its path. The path is noted for a field that cannot be read.

use std::{cell::RefCell, collections::BTreeMap};

use chrono::{DateTime, Utc};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};

use super::{
    Expected, UnreadField,
    date::{self, Moment},
    shape::{Kept, Shape},
};
use crate::text::{clean, composed, is_blank, trimmed};

/// The maximum number of fields that are noted. An event may have thousands of them, and the endpoint's answer lists
/// each.
const MOST: usize = 20;

#[derive(Debug, Default)]
pub(super) struct Notes(RefCell<Vec<UnreadField>>);

impl Notes {
    fn add(&self, path: String, expected: Expected) {
        let mut unread = self.0.borrow_mut();
        if unread.len() < MOST {
            unread.push(UnreadField { path, expected });
        }
    }

    pub(super) fn into_list(self) -> Vec<UnreadField> {
        self.0.into_inner()
    }
}

/// An object of the event. If it is absent, all its fields are missing.
pub(super) struct Fields<'a> {
    map: Option<&'a BTreeMap<&'static str, Kept>>,
    /// The fields that the reader keeps.
    shape: &'static Shape,
    /// `CaseItem`, `Resources[1].ItemInfo`; empty for the whole event.
    path: String,
    notes: &'a Notes,
}

impl<'a> Fields<'a> {
    pub(super) fn root(map: &'a BTreeMap<&'static str, Kept>, shape: &'static Shape, notes: &'a Notes) -> Self {
        Self { map: Some(map), shape, path: String::new(), notes }
    }

    /// The value, or `None` if it is missing, `null` or blank.
    fn value(&self, name: &str) -> Option<&'a Kept> {
        debug_assert!(self.shape.field(name).is_some(), "{} is asked for, but not kept", self.path(name));
        self.map?.get(name).filter(|value| !is_missing(value))
    }

    fn inner(&self, name: &str) -> &'static Shape {
        self.shape.field(name).map_or(&Shape::Scalar, |(_, shape)| shape)
    }

    fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn unread<T>(&self, name: &str, expected: Expected) -> Option<T> {
        self.notes.add(self.path(name), expected);
        None
    }

    pub(super) fn object(&self, name: &str) -> Self {
        let map = match self.value(name) {
            None => None,
            Some(Kept::Object(map)) => Some(map),
            // PHP writes an empty object as an empty list.
            Some(Kept::List(items)) if items.is_empty() => None,
            Some(_) => self.unread(name, Expected::Object),
        };
        Self { map, shape: self.inner(name), path: self.path(name), notes: self.notes }
    }

    pub(super) fn each<T>(&self, name: &str, expected: Expected, read: impl Fn(&Self) -> T) -> Vec<T> {
        let (shape, notes) = (self.inner(name), self.notes);
        match self.value(name) {
            None => Vec::new(),
            Some(Kept::Object(map)) => vec![read(&Self { map: Some(map), shape, path: self.path(name), notes })],
            Some(Kept::List(items)) => {
                let item = |(index, item): (usize, &'a Kept)| {
                    let path = format!("{}[{index}]", self.path(name));
                    match item {
                        Kept::Object(map) => Some(read(&Self { map: Some(map), shape, path, notes })),
                        Kept::List(items) if items.is_empty() => None,
                        _ => {
                            notes.add(path, Expected::Object);
                            None
                        }
                    }
                };
                items.iter().enumerate().filter(|(_, item)| !is_missing(item)).filter_map(item).collect()
            }
            Some(_) => {
                notes.add(self.path(name), expected);
                Vec::new()
            }
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = match self.value(name)? {
            Kept::Text(text) => clean(text),
            Kept::Number(number) => plain(number),
            _ => return self.unread(name, Expected::Text),
        };
        (!is_blank(&text)).then_some(text)
    }

    /// A text that is compared or used in a link. Invisible characters around it are dropped.
    pub(super) fn id(&self, name: &str) -> Option<String> {
        self.text(name).map(|text| trimmed(&text).to_owned())
    }

    /// The name of a contact field, in Unicode's form NFC.
    pub(super) fn name(&self, name: &str) -> Option<String> {
        self.id(name).map(|text| composed(&text).into_owned())
    }

    /// A text of the customer's form. A tick box is a bool. A list or an object is ignored.
    pub(super) fn form_text(&self, name: &str) -> Option<String> {
        match self.value(name)? {
            Kept::Bool(value) => Some(value.to_string()),
            Kept::List(_) | Kept::Object(_) => None,
            _ => self.text(name),
        }
    }

    /// A number. Returns an error if the field has a value that is not a number.
    pub(super) fn number(&self, name: &str) -> Result<Option<Decimal>, Unreadable> {
        let number = match self.value(name) {
            None => return Ok(None),
            Some(Kept::Number(number)) => decimal(number),
            Some(Kept::Text(text)) => written(trimmed(text)),
            Some(_) => None,
        };
        number.map(Some).ok_or_else(|| {
            self.unread::<Decimal>(name, Expected::Number);
            Unreadable
        })
    }

    /// An optional whole number. A value of another type is ignored and not noted.
    pub(super) fn code(&self, name: &str) -> Option<i64> {
        match self.value(name)? {
            Kept::Number(text) | Kept::Text(text) => trimmed(text).parse().ok(),
            _ => None,
        }
    }

    pub(super) fn whole(&self, name: &str) -> Option<i64> {
        self.whole_or(name, |_| None)
    }

    /// A number, or a text that `read` converts to one.
    pub(super) fn whole_or(&self, name: &str, read: fn(&str) -> Option<i64>) -> Option<i64> {
        let whole = |text: &str| decimal(text).filter(|number| number.fract().is_zero())?.to_i64();
        let number = match self.value(name)? {
            Kept::Number(number) => whole(number),
            Kept::Text(text) => read(trimmed(text)).or_else(|| whole(trimmed(text))),
            _ => None,
        };
        number.or_else(|| self.unread(name, Expected::WholeNumber))
    }

    pub(super) fn date(&self, name: &str) -> Option<DateTime<Utc>> {
        let moment = match self.value(name)? {
            Kept::Text(text) => date::read(trimmed(text)),
            _ => None,
        };
        match moment {
            Some(Moment::At(moment)) => Some(moment),
            Some(Moment::Missing) => None,
            None => self.unread(name, Expected::Date),
        }
    }
}

/// The field has a value that cannot be read. The field has been noted.
#[derive(Debug)]
pub(super) struct Unreadable;

fn is_missing(value: &Kept) -> bool {
    match value {
        Kept::Null => true,
        Kept::Text(text) => is_blank(text),
        _ => false,
    }
}

/// Writes `3.0` as `3`, because a service with a single number type sends integers that way, and `1e3` as `1000`. A
/// whole number keeps all its digits.
fn plain(number: &str) -> String {
    if !number.contains(['.', 'e', 'E']) {
        return number.to_owned();
    }
    decimal(number).map_or_else(|| number.to_owned(), |number| number.normalize().to_string())
}

/// Reads a number that a person wrote, such as `1 500,00` or `1.500,00`. `None` if it is ambiguous, such as `1,500`.
fn written(text: &str) -> Option<Decimal> {
    if let Some(number) = decimal(text) {
        return Some(number);
    }
    let (sign, text) = text.strip_prefix(['-', '−']).map_or(("", text), |rest| ("-", rest));
    let is_space = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{2007}' | '\u{2009}' | '\u{202f}' | '\'' | '’');
    let marks = |wanted: char| text.chars().filter(|c| *c == wanted).count();
    let (commas, points) = (marks(','), marks('.'));
    // The separator of groups, and the decimal separator.
    let (group, point) = match (commas, points, text.contains(is_space)) {
        (0, 0, true) => (None, None),
        (1, 0, true) => (None, Some(',')),
        (0, 1, true) => (None, Some('.')),
        (1, 0, false) => {
            let (whole, fraction) = text.split_once(',')?;
            let may_be_grouped = (1..=3).contains(&whole.len()) && fraction.len() == 3 && !whole.starts_with('0');
            return if may_be_grouped { None } else { decimal(&format!("{sign}{whole}.{fraction}")) };
        }
        (1, 2.., false) | (1, 1, false) if text.rfind(',') > text.rfind('.') => (Some('.'), Some(',')),
        (1.., 1, false) => (Some(','), Some('.')),
        (2.., 0, false) => (Some(','), None),
        (0, 2.., false) => (Some('.'), None),
        _ => return None,
    };
    let (whole, fraction) = match point {
        Some(point) => text.rsplit_once(point)?,
        None => (text, ""),
    };
    let mut groups = whole.split(|c: char| group.map_or_else(|| is_space(c), |group| c == group));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let first = groups.next().filter(|first| first.len() <= 3 && are_digits(first))?;
    let rest: Vec<&str> = groups.collect();
    let is_grouped = rest.iter().all(|group| group.len() == 3 && are_digits(group));
    if !is_grouped || (point.is_some() && !are_digits(fraction)) {
        return None;
    }
    decimal(&format!("{sign}{first}{}.{fraction}", rest.concat()))
}

/// Returns `None` if the text is not a number or does not fit into a [`Decimal`].
fn decimal(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let unsigned = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = || whole.bytes().chain(fraction.bytes());
    if text.len() > 64 || digits().count() == 0 || !digits().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let exponent: i64 = exponent.parse().ok()?;
    let Some(zeros) = digits().position(|digit| digit != b'0') else { return Some(Decimal::ZERO) };
    // The power of ten of the first significant digit.
    let power = exponent.checked_add(i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()? - 1)?;
    match power {
        ..-20 => Some(Decimal::ZERO),
        29.. => None,
        _ => text.parse().ok().or_else(|| Decimal::from_scientific(text).ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_decimal_numbers_that_fit_are_read() {
        for (text, read) in [
            ("0", Some("0")),
            ("-1500.50", Some("-1500.50")),
            ("+1.5", Some("1.5")),
            (".5", Some("0.5")),
            ("5.", Some("5")),
            ("1e3", Some("1000")),
            ("1.5E-3", Some("0.0015")),
            ("2e+2", Some("200")),
            ("0.000e99", Some("0")),
            ("1e-21", Some("0")),
            ("0.01e-19", Some("0")),
            ("1e-999999999999", Some("0")),
            ("1e28", Some("10000000000000000000000000000")),
            ("1e29", None),
            ("9e28", None),
            ("1e99999999999999999999", None),
            ("", None),
            (".", None),
            ("-", None),
            ("e5", None),
            ("1e", None),
            ("1e1.5", None),
            ("--1", None),
            ("1 500", None),
            ("1,5", None),
            ("inf", None),
            ("NaN", None),
            ("0x10", None),
        ] {
            assert_eq!(decimal(text).map(|decimal| decimal.to_string()).as_deref(), read, "{text}");
        }
        assert_eq!(decimal(&"9".repeat(65)), None);
    }

    #[test]
    fn a_typed_price_is_read_only_if_it_is_unambiguous() {
        for (text, read) in [
            ("1 500,00", Some("1500.00")),
            ("1\u{a0}500,00", Some("1500.00")),
            ("1\u{202f}500", Some("1500")),
            ("12 345 678.9", Some("12345678.9")),
            ("1 500,000", Some("1500.000")),
            ("-1 500,5", Some("-1500.5")),
            ("−7,5", Some("-7.5")),
            ("1500,50", Some("1500.50")),
            ("1500,000", Some("1500.000")),
            ("0,500", Some("0.500")),
            ("7,5", Some("7.5")),
            ("1.500,00", Some("1500.00")),
            ("1,500.00", Some("1500.00")),
            ("1.234.567,8", Some("1234567.8")),
            ("1,234,567.8", Some("1234567.8")),
            ("1.500.000", Some("1500000")),
            ("1,500,000", Some("1500000")),
            ("1’500.50", Some("1500.50")),
            ("1.500", Some("1.500")),
            ("1,500", None),
            ("1 50", None),
            ("15 00,00", None),
            ("1500 000", None),
            ("1 500,", None),
            ("1 500 руб.", None),
            ("1,5,0", None),
            ("1.5,0.0", None),
            ("1  500", None),
            ("-", None),
            (",5", Some("0.5")),
            ("дорого", None),
            ("1 500 - 2 000", None),
        ] {
            assert_eq!(written(text).map(|number| number.to_string()).as_deref(), read, "{text}");
        }
    }
}
