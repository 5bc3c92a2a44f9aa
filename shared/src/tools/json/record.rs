//! Records: typed structs that are decoded from [`Json`], and values that outlive the body.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, IntoDeserializer, MapAccess, Visitor, value::MapDeserializer},
    forward_to_deserialize_any,
};
use serde_json::{Error, value::RawValue};

use super::{Json, Position};

/// A value that owns a copy of its text, for records that outlive the body. An absent value is `null`.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Kept(Option<Box<RawValue>>);

impl Kept {
    /// Returns the value.
    pub fn json(&self) -> Json<'_> {
        self.0.as_deref().map(Json).unwrap_or_default()
    }
}

/// Decodes like the text itself, except that the last of several fields with the same name counts. A struct with
/// serde's derived decoder would refuse such fields.
impl<'de> Deserializer<'de> for Json<'de> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if !self.is_object() {
            return self.0.deserialize_struct(name, names, visitor);
        }
        let found = self.0.deserialize_map(LastOfEach(names))?;
        let fields = names.iter().copied().zip(found).filter_map(|(name, value)| Some((name, value?)));
        visitor.visit_map(MapDeserializer::new(fields))
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier
    }
}

impl<'a> IntoDeserializer<'a, Error> for Json<'a> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Finds the last field with each of these names.
struct LastOfEach(&'static [&'static str]);

impl<'a> Visitor<'a> for LastOfEach {
    type Value = Vec<Option<Json<'a>>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = vec![None; self.0.len()];
        while let Some(position) = map.next_key_seed(Position(self.0))? {
            match position.and_then(|position| found.get_mut(position)) {
                Some(place) => *place = Some(map.next_value()?),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default)]
    struct Record {
        id: u64,
        #[serde(rename = "odd name")]
        name: Option<String>,
        inner: Inner,
    }

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default)]
    struct Inner {
        flag: bool,
        list: Vec<f64>,
    }

    fn read(text: &str) -> Result<Record, Error> {
        Record::deserialize(Json::read(text)?)
    }

    #[test]
    fn of_several_fields_of_one_name_the_last_counts_at_every_depth() {
        let text = r#"{"id": 1, "x": [{"id": 3}], "inner": 7, "odd\u0020name": "a", "id": 2, "odd name": null,
            "inner": {"flag": "no", "list": [1, 2.5], "flag": true}}"#;
        assert_eq!(
            read(text).unwrap(),
            Record { id: 2, name: None, inner: Inner { flag: true, list: vec![1.0, 2.5] } }
        );
        assert_eq!(read(r#"{"odd name": "b"}"#).unwrap().name.as_deref(), Some("b"));
        for text in ["7", "\"id\"", "null", r#"{"id": "1"}"#, r#"{"id": 1, "id": -1}"#, r#"{"inner": {"list": {}}}"#] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_kept_value_is_as_it_was_written() {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Keeper {
            a: Kept,
        }
        let kept = |text: &str| Keeper::deserialize(Json::read(text).unwrap()).unwrap().a.json().raw().to_owned();
        assert_eq!(kept(r#"{"a": {"b" : [1]}, "a": {"b" : [2]}}"#), r#"{"b" : [2]}"#);
        assert_eq!((kept(r#"{"a": null}"#), kept("{}")), ("null".to_owned(), "null".to_owned()));
    }
}
