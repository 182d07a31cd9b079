//! An object of an event together with its path, which a fault names.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Number, Value};

use super::{
    EventFault, Expected,
    date::{self, Moment},
    shape::Shape,
};
use crate::text::{clean, is_blank};

/// An object of the event. If it is absent, each of its fields is missing.
pub(super) struct Fields<'a> {
    map: Option<&'a Map<String, Value>>,
    /// The fields that the reader has kept.
    shape: &'static Shape,
    /// `CaseItem`, `Resources[1].ItemInfo`; empty for the whole event.
    path: String,
}

impl<'a> Fields<'a> {
    pub(super) fn root(map: &'a Map<String, Value>, shape: &'static Shape) -> Self {
        Self { map: Some(map), shape, path: String::new() }
    }

    /// The value, or `None` if it is missing, `null` or blank.
    fn value(&self, name: &str) -> Option<&'a Value> {
        debug_assert!(self.shape.field(name).is_some(), "{} is asked for, but not kept", self.path(name));
        self.map?.get(name).filter(|value| !is_missing(value))
    }

    fn inner(&self, name: &str) -> &'static Shape {
        self.shape.field(name).map_or(&Shape::Scalar, |(_, shape)| shape)
    }

    fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn fault(&self, name: &str, expected: Expected) -> EventFault {
        EventFault::Field { path: self.path(name), expected }
    }

    pub(super) fn object(&self, name: &str) -> Result<Self, EventFault> {
        let map = match self.value(name) {
            None => None,
            Some(Value::Object(map)) => Some(map),
            Some(_) => return Err(self.fault(name, Expected::Object)),
        };
        Ok(Self { map, shape: self.inner(name), path: self.path(name) })
    }

    /// Reads one object, or each object of a list.
    pub(super) fn each<T>(
        &self,
        name: &str,
        expected: Expected,
        read: impl Fn(&Self) -> Result<T, EventFault>,
    ) -> Result<Vec<T>, EventFault> {
        match self.value(name) {
            None => Ok(Vec::new()),
            Some(Value::Object(map)) => {
                Ok(vec![read(&Self { map: Some(map), shape: self.inner(name), path: self.path(name) })?])
            }
            Some(Value::Array(items)) => {
                let items = items.iter().enumerate().filter(|(_, item)| !is_missing(item));
                let item = |(index, item): (usize, &'a Value)| {
                    let path = format!("{}[{index}]", self.path(name));
                    match item {
                        Value::Object(map) => read(&Self { map: Some(map), shape: self.inner(name), path }),
                        _ => Err(EventFault::Field { path, expected: Expected::Object }),
                    }
                };
                items.map(item).collect()
            }
            Some(_) => Err(self.fault(name, expected)),
        }
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, EventFault> {
        let text = match self.value(name) {
            None => return Ok(None),
            Some(Value::String(text)) => clean(text),
            Some(Value::Number(number)) => plain(number),
            Some(_) => return Err(self.fault(name, Expected::Text)),
        };
        Ok((!is_blank(&text)).then_some(text))
    }

    /// A text that the customer's form has produced. A tick box yields a bool. A list or an object is not text and is
    /// ignored, because it is no reason to refuse a booking.
    pub(super) fn form_text(&self, name: &str) -> Result<Option<String>, EventFault> {
        match self.value(name) {
            Some(Value::Bool(value)) => Ok(Some(value.to_string())),
            Some(Value::Array(_) | Value::Object(_)) => Ok(None),
            _ => self.text(name),
        }
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<Decimal>, EventFault> {
        let number = match self.value(name) {
            None => return Ok(None),
            Some(Value::Number(number)) => decimal(&number.to_string()),
            Some(Value::String(text)) => decimal(text.trim()),
            Some(_) => None,
        };
        number.map(Some).ok_or_else(|| self.fault(name, Expected::Number))
    }

    pub(super) fn whole(&self, name: &str) -> Result<Option<i64>, EventFault> {
        let number = match self.value(name) {
            None => return Ok(None),
            Some(Value::Number(number)) => whole_number(&number.to_string()),
            Some(Value::String(text)) => whole_number(text),
            Some(_) => None,
        };
        number.map(Some).ok_or_else(|| self.fault(name, Expected::WholeNumber))
    }

    /// A number, or a text that `read` converts to one.
    pub(super) fn whole_or(&self, name: &str, read: fn(&str) -> Option<i64>) -> Result<Option<i64>, EventFault> {
        match self.value(name) {
            Some(Value::String(text)) => read(text).map_or_else(|| self.whole(name), |number| Ok(Some(number))),
            _ => self.whole(name),
        }
    }

    pub(super) fn date(&self, name: &str) -> Result<Option<DateTime<Utc>>, EventFault> {
        let moment = match self.value(name) {
            None => return Ok(None),
            Some(Value::String(text)) => date::read(text),
            Some(_) => None,
        };
        match moment {
            Some(Moment::At(moment)) => Ok(Some(moment)),
            Some(Moment::Missing) => Ok(None),
            None => Err(self.fault(name, Expected::Date)),
        }
    }
}

fn is_missing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => is_blank(text),
        _ => false,
    }
}

/// Writes `3.0` as `3`: a service with a single number type sends integers as `3.0`.
fn plain(number: &Number) -> String {
    let text = number.to_string();
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

/// Reads `3` or `3.0`.
fn whole_number(text: &str) -> Option<i64> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let is_whole = !fraction.is_empty() && fraction.bytes().all(|b| b == b'0');
    whole.parse().ok().filter(|_| is_whole)
}

/// `None` if the text is not a number or does not fit a [`Decimal`].
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
    fn decimals() {
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
}
