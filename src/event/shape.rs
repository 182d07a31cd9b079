//! The fields of an event that are read. The parser skips all others without keeping them: a message needs one or two
//! of the 90 KB that a booking service sends.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The part of a value that is kept. For a list, it applies to each item.
#[derive(Debug)]
pub(super) enum Shape {
    /// A text, a number or a bool. A list or an object is kept empty, so that only its type is known.
    Scalar,
    /// An object, of which these fields are kept.
    Object(&'static [(&'static str, Shape)]),
}

use Shape::{Object, Scalar};

const ITEM_INFO: Shape = Object(&[("Name", Scalar)]);
const PRICE: Shape = Object(&[("SalePrice", Scalar), ("CurrencyCode", Scalar)]);
const BOOKED: Shape = Object(&[("Tid", Scalar), ("Amount", Scalar), ("SalePrice", Scalar)]);

/// The shape of the whole event.
pub(super) static EVENT: Shape = Object(&[
    ("EventType", Scalar),
    (
        "CaseItem",
        Object(&[
            ("Id", Scalar),
            ("ServiceId", Scalar),
            ("OrderNumber", Object(&[("FullNumber", Scalar)])),
            ("StartDate", Scalar),
            ("EndDate", Scalar),
            ("Place", Scalar),
            ("Description", Scalar),
            ("BookingResourceList", BOOKED),
        ]),
    ),
    (
        "Service",
        Object(&[
            ("Id", Scalar),
            ("ItemInfo", ITEM_INFO),
            ("Place", Scalar),
            ("SessionDurationProperties", Object(&[("TimeSelectionType", Scalar)])),
        ]),
    ),
    (
        "Resources",
        Object(&[("Id", Scalar), ("ItemInfo", ITEM_INFO), ("Description", Scalar), ("PriceProperties", PRICE)]),
    ),
    (
        "CaseParticipants",
        Object(&[
            ("ItemId", Scalar),
            ("BookingResourceList", BOOKED),
            ("PriceProperties", PRICE),
            ("ContactInformation", Object(&[("Fields", Object(&[("Name", Scalar), ("Value", Scalar)]))])),
        ]),
    ),
]);

impl Shape {
    /// The shape of a field; `None` if it is not read.
    pub(super) fn field(&'static self, name: &str) -> Option<(&'static str, &'static Self)> {
        let Object(fields) = self else { return None };
        fields.iter().find(|(known, _)| *known == name).map(|(known, shape)| (*known, shape))
    }
}

/// Reads JSON and keeps only what `shape` names.
///
/// # Errors
/// If the text is not JSON.
pub(super) fn read(json: &[u8], shape: &'static Shape) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = shape.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

impl<'de> DeserializeSeed<'de> for &'static Shape {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &'static Shape {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        match self {
            Scalar => while list.next_element::<IgnoredAny>()?.is_some() {},
            Object(_) => {
                while let Some(item) = list.next_element_seed(self)? {
                    items.push(item);
                }
            }
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(known) = map.next_key_seed(Name(self))? {
            match known {
                // A repeated key: the last value wins.
                Some((name, shape)) => {
                    let value = map.next_value_seed(shape)?;
                    fields.insert(name.to_owned(), value);
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Value::Object(fields))
    }
}

/// Reads the name of a field of an object with this shape.
struct Name(&'static Shape);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<(&'static str, &'static Shape)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Option<(&'static str, &'static Shape)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.field(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_read_is_kept() {
        let json = br#"{"x":[{"y":1}],"CaseItem":{"Id":7,"Id":"8","More":{},"Place":["a",{"b":1}],"OrderNumber":[{"FullNumber":null,"z":2}]},
            "Resources":[null,5,{"ItemInfo":{"Name":"n","Tags":[]}}]}"#;
        let kept = r#"{"CaseItem":{"Id":"8","OrderNumber":[{"FullNumber":null}],"Place":[]},"Resources":[null,5,{"ItemInfo":{"Name":"n"}}]}"#;
        assert_eq!(read(json, &EVENT).expect("JSON").to_string(), kept);
        for broken in ["{\"x\":[1,}", "{\"x\":tru}", "{} {}", "{\"x\" 1}", "{\"x\":\"\\q\"}"] {
            assert!(read(broken.as_bytes(), &EVENT).is_err(), "{broken}");
        }
    }
}
