//! The fields of an event that are read. The parser skips all others without storing them: a message needs 1 or 2 KB of
//! the 90 KB that a booking service sends.

use std::{collections::BTreeMap, fmt};

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

#[derive(Debug, PartialEq)]
pub(super) enum Kept {
    Null,
    Bool(bool),
    /// A number as written, with all its digits.
    Number(String),
    Text(String),
    List(Vec<Kept>),
    Object(BTreeMap<&'static str, Kept>),
}

/// The part of a value that is kept. For a list, it applies to each item.
#[derive(Debug)]
pub(super) enum Shape {
    /// A text, a number or a bool. A list or an object is kept empty, so that only its type remains.
    Scalar,
    /// An object with these fields.
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
            (
                "ContactInformation",
                Object(&[(
                    "Fields",
                    Object(&[("ParticipationFieldType", Scalar), ("Name", Scalar), ("Value", Scalar)]),
                )]),
            ),
        ]),
    ),
]);

impl Shape {
    /// The shape of a field. `None` if the field is not read.
    pub(super) fn field(&'static self, name: &str) -> Option<(&'static str, &'static Self)> {
        let Object(fields) = self else { return None };
        fields.iter().find(|(known, _)| *known == name).map(|(known, shape)| (*known, shape))
    }
}

/// Reads JSON and keeps only the fields of `shape`.
///
/// # Errors
/// If the text is not JSON.
pub(super) fn read(json: &str, shape: &'static Shape) -> Result<Kept, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let value = shape.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

impl<'de> DeserializeSeed<'de> for &'static Shape {
    type Value = Kept;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kept, D::Error> {
        match self {
            Scalar => scalar(<&RawValue>::deserialize(deserializer)?.get()).map_err(D::Error::custom),
            Object(_) => deserializer.deserialize_any(self),
        }
    }
}

/// Reads a value of which only a scalar is kept. `json` must be well-formed.
fn scalar(json: &str) -> Result<Kept, serde_json::Error> {
    Ok(match json.as_bytes().first() {
        Some(b'"') => Kept::Text(serde_json::from_str(json)?),
        Some(b'[') => Kept::List(Vec::new()),
        Some(b'{') => Kept::Object(BTreeMap::new()),
        Some(b't' | b'f') => Kept::Bool(json == "true"),
        Some(b'n') | None => Kept::Null,
        Some(_) => Kept::Number(json.to_owned()),
    })
}

impl<'de> Visitor<'de> for &'static Shape {
    type Value = Kept;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Kept, E> {
        Ok(Kept::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Kept, E> {
        Ok(Kept::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Kept, E> {
        Ok(Kept::Number(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Kept, E> {
        Ok(Kept::Number(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Kept, E> {
        Ok(Kept::Number(value.to_string()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Kept, E> {
        Ok(Kept::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Kept, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Kept::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Kept, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some(known) = map.next_key_seed(Name(self))? {
            match known {
                // A repeated key: the last value wins.
                Some((name, shape)) => {
                    fields.insert(name, map.next_value_seed(shape)?);
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Kept::Object(fields))
    }
}

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
    fn only_fields_of_the_shape_are_kept() {
        let json = r#"{"x":[{"y":1}],"CaseItem":{"Id":7,"Id":"8","More":{},"Place":["a",{"b":1}],"OrderNumber":[{"FullNumber":null,"z":2}]},
            "Resources":[null,5,{"ItemInfo":{"Name":"n","Tags":[]}}]}"#;
        let object = |fields: Vec<(&'static str, Kept)>| Kept::Object(fields.into_iter().collect());
        let text = |text: &str| Kept::Text(text.to_owned());
        let case = object(vec![
            ("Id", text("8")),
            ("Place", Kept::List(Vec::new())),
            ("OrderNumber", Kept::List(vec![object(vec![("FullNumber", Kept::Null)])])),
        ]);
        let resource = object(vec![("ItemInfo", object(vec![("Name", text("n"))]))]);
        let resources = Kept::List(vec![Kept::Null, Kept::Number("5".to_owned()), resource]);
        let kept = object(vec![("CaseItem", case), ("Resources", resources)]);
        assert_eq!(read(json, &EVENT).expect("JSON"), kept);
        for broken in ["{\"x\":[1,}", "{\"x\":tru}", "{} {}", "{\"x\" 1}", "{\"x\":\"\\q\"}", "{\"EventType\":01}"] {
            assert!(read(broken, &EVENT).is_err(), "{broken}");
        }
    }
}
