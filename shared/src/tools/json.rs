//! JSON that is read from its text, one field at a time.
//!
//! A tree of values takes up to a hundred times the memory of its text. [`Json`] builds no tree: a value is a slice of
//! the text, and each lookup parses that slice again. Webhook bodies are short, and adapters look up few fields.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

mod record;

pub use record::Kept;

/// A value of a JSON text, borrowed from that text.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub struct Json<'a>(#[serde(borrow)] &'a RawValue);

impl Default for Json<'_> {
    /// `null`.
    fn default() -> Self {
        Self(RawValue::NULL)
    }
}

impl<'a> Json<'a> {
    /// Parses a text as one JSON value. [`text_of`] turns a body into such a text.
    ///
    /// # Errors
    /// Returns an error if the text is not JSON.
    pub fn read(text: &'a str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    /// Returns the text of this value, as it was written.
    pub fn raw(self) -> &'a str {
        self.0.get()
    }

    /// Decodes this value as a type.
    ///
    /// # Errors
    /// Returns an error if the value is not of the type's form.
    pub fn decode<T: Deserialize<'a>>(self) -> serde_json::Result<T> {
        serde_json::from_str(self.raw())
    }

    /// Returns the field `name`, or the last one if several fields have this name. Returns `None` if this is not an
    /// object.
    pub fn get(self, name: &str) -> Option<Self> {
        let mut reader = serde_json::Deserializer::from_str(self.raw());
        reader.deserialize_map(Field(name)).ok().flatten()
    }

    /// Returns the value at a JSON pointer such as `/entry/0/id` (RFC 6901, without escapes).
    pub fn pointer(self, path: &str) -> Option<Self> {
        path.split('/').skip(1).try_fold(self, |value, step| {
            if value.is_array() { value.item(step.parse().ok()?) } else { value.get(step) }
        })
    }

    /// Returns the string at a JSON pointer.
    pub fn text_at(self, path: &str) -> Option<Cow<'a, str>> {
        self.pointer(path)?.text()
    }

    /// Returns several fields in one pass; `null` for each absent one.
    pub fn pick<const N: usize>(self, names: [&str; N]) -> [Self; N] {
        let mut found = [Self::default(); N];
        let mut reader = serde_json::Deserializer::from_str(self.raw());
        // A value that fails here is not an object and has no fields.
        let _ = reader.deserialize_map(Picked(names, &mut found));
        found
    }

    /// Passes the items of an array to `take` one after the other; none if this is not an array. A list of the items
    /// would take more memory than their text.
    pub fn each(self, take: impl FnMut(Self)) {
        let mut reader = serde_json::Deserializer::from_str(self.raw());
        // A value that fails here is not an array and has no items.
        let _ = reader.deserialize_seq(Items(take));
    }

    /// Returns the item of an array at a position, from 0.
    pub fn item(self, position: usize) -> Option<Self> {
        let (mut found, mut next) = (None, 0);
        self.each(|item| {
            if next == position {
                found = Some(item);
            }
            next += 1;
        });
        found
    }

    /// Returns the first result of `read` that is not `None`, over the items of an array.
    pub fn find<T>(self, mut read: impl FnMut(Self) -> Option<T>) -> Option<T> {
        let mut found = None;
        self.each(|item| {
            if found.is_none() {
                found = read(item);
            }
        });
        found
    }

    /// Returns the items of an array; an empty list if this is not an array.
    pub fn items(self) -> Vec<Self> {
        self.decode().unwrap_or_default()
    }

    /// Returns the fields of an object in the order of the text; an empty list if this is not an object.
    pub fn fields(self) -> Vec<(String, Self)> {
        let mut fields = Vec::new();
        self.each_field(|name, value| fields.push((name, value)));
        fields
    }

    /// Passes the fields of an object to `take` one after the other; none if this is not an object.
    pub fn each_field(self, take: impl FnMut(String, Self)) {
        let mut reader = serde_json::Deserializer::from_str(self.raw());
        // A value that fails here is not an object and has no fields.
        let _ = reader.deserialize_map(Fields(take));
    }

    /// Returns the text of a string.
    pub fn text(self) -> Option<Cow<'a, str>> {
        #[derive(Deserialize)]
        struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
        self.decode::<Text<'_>>().ok().map(|text| text.0)
    }

    /// Returns the text of a string that holds more than white space.
    pub fn filled_text(self) -> Option<String> {
        self.text().filter(|text| !text.trim().is_empty()).map(Cow::into_owned)
    }

    /// Returns a whole number that is not negative.
    pub fn u64(self) -> Option<u64> {
        self.decode().ok()
    }

    /// Returns a whole number.
    pub fn i64(self) -> Option<i64> {
        self.decode().ok()
    }

    /// Returns a number.
    pub fn f64(self) -> Option<f64> {
        self.decode().ok()
    }

    /// Returns whether this is an object.
    pub fn is_object(self) -> bool {
        self.raw().starts_with('{')
    }

    /// Returns whether this is an array.
    pub fn is_array(self) -> bool {
        self.raw().starts_with('[')
    }

    /// Returns whether this is `true`.
    pub fn is_true(self) -> bool {
        self.raw() == "true"
    }

    /// Returns whether this is `null`.
    pub fn is_null(self) -> bool {
        self.raw() == "null"
    }
}

/// Converts a body that should be JSON to text.
///
/// Some platforms cut a text in the middle of an emoji. JSON permits no half of a surrogate pair and UTF-8 no half of a
/// character, so both become `U+FFFD` and the rest arrives.
pub fn text_of(body: &[u8]) -> Cow<'_, str> {
    match String::from_utf8_lossy(body) {
        Cow::Borrowed(text) => replace_lone_surrogates(text).map_or(Cow::Borrowed(text), Cow::Owned),
        Cow::Owned(text) => Cow::Owned(replace_lone_surrogates(&text).unwrap_or(text)),
    }
}

/// Returns the text with `\ufffd` in place of each lone half of a surrogate pair; `None` if there is none.
fn replace_lone_surrogates(text: &str) -> Option<String> {
    /// Returns the code unit of an escape `\uXXXX` at the start of a text.
    fn unit(text: &str) -> Option<u16> {
        u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
    }
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(next) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += next;
        let rest = text.get(at..).unwrap_or_default();
        let length = match unit(rest) {
            Some(0xd800..0xdc00) if rest.get(6..).and_then(unit).is_some_and(|low| (0xdc00..0xe000).contains(&low)) => {
                12
            }
            Some(0xd800..0xe000) => {
                out.push_str(text.get(copied..at).unwrap_or_default());
                out.push_str("\\ufffd");
                copied = at + 6;
                6
            }
            Some(_) => 6,
            // An escaped backslash starts no other escape; the character after any other backslash is one byte.
            None if rest.get(..2).is_some() => 2,
            None => 1,
        };
        at += length;
    }
    (copied > 0).then(|| out + text.get(copied..).unwrap_or_default())
}

/// Finds one field of an object.
struct Field<'n>(&'n str);

impl<'a> Visitor<'a> for Field<'_> {
    type Value = Option<Json<'a>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(is_it) = map.next_key_seed(Named(self.0))? {
            if is_it {
                found = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Finds several fields of an object.
struct Picked<'n, 'f, 'a, const N: usize>([&'n str; N], &'f mut [Json<'a>; N]);

impl<'a, const N: usize> Visitor<'a> for Picked<'_, '_, 'a, N> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(position) = map.next_key_seed(Position(&self.0))? {
            match position.and_then(|position| self.1.get_mut(position)) {
                Some(place) => *place = map.next_value()?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Finds which of several names a field has.
struct Position<'n>(&'n [&'n str]);

impl<'a> DeserializeSeed<'a> for Position<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Position<'_> {
    type Value = Option<usize>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|wanted| *wanted == name))
    }
}

/// Passes the items of an array to a function.
struct Items<F>(F);

impl<'a, F: FnMut(Json<'a>)> Visitor<'a> for Items<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'a>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(item) = list.next_element()? {
            (self.0)(item);
        }
        Ok(())
    }
}

/// Checks whether a field has this name.
struct Named<'n>(&'n str);

impl<'a> DeserializeSeed<'a> for Named<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Named<'_> {
    type Value = bool;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}

/// Passes the fields of an object to a function.
struct Fields<F>(F);

impl<'a, F: FnMut(String, Json<'a>)> Visitor<'a> for Fields<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry()? {
            (self.0)(name, value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json<'_> {
        Json::read(text).unwrap()
    }

    #[test]
    fn values_are_found_where_they_stand() {
        let value =
            json(r#" {"a": {"b": [1, {"c": "x\ny"}]}, "n": null, "a\u0062": -2, "d": 1, "d": 2.5, "t": "plain"} "#);
        assert_eq!(value.pointer("/a/b/1/c").and_then(Json::text).as_deref(), Some("x\ny"));
        assert_eq!(value.pointer("/a/b/0").and_then(Json::u64), Some(1));
        assert_eq!(value.get("ab").and_then(Json::i64), Some(-2));
        assert_eq!(value.get("d").and_then(Json::f64), Some(2.5), "the last of several counts");
        assert!(matches!(value.get("t").and_then(Json::text), Some(Cow::Borrowed("plain"))));
        assert!(value.get("n").is_some_and(Json::is_null) && value.is_object());
        for path in ["/x", "/a/b/2", "/a/b/x", "/t/0", "/n/a"] {
            assert!(value.pointer(path).is_none(), "{path}");
        }
        let fields = value.fields();
        assert_eq!(fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a", "n", "ab", "d", "d", "t"]);
        let [d, absent, n] = value.pick(["d", "absent", "n"]);
        assert_eq!((d.f64(), absent.raw(), n.raw()), (Some(2.5), "null", "null"));
        assert!(json("[1]").pick(["a"])[0].is_null());
        let list = json("[1, [2], 3]");
        assert_eq!((list.item(1).map(Json::raw), list.item(3).map(Json::raw)), (Some("[2]"), None));
        assert_eq!((list.find(Json::u64), json("{}").find(Some).map(Json::raw)), (Some(1), None));
        assert!(json("3").fields().is_empty() && json("{}").items().is_empty() && json("3").get("a").is_none());
        assert!(Json::read("{\"a\":}").is_err() && Json::read("").is_err() && Json::read("1 2").is_err());
    }

    #[test]
    fn half_an_emoji_does_not_lose_a_message() {
        for (body, text) in [
            (r#""cut \ud83d""#, "cut \u{fffd}"),
            (r#""\ude42 first""#, "\u{fffd} first"),
            (r#""\ud83d\ud83d\ude42""#, "\u{fffd}🙂"),
            (r#""\ud83dx\n""#, "\u{fffd}x\n"),
            (r#""\\ud83d \uD83D""#, "\\ud83d \u{fffd}"),
            (r#""whole \ud83d\ude42""#, "whole 🙂"),
        ] {
            assert_eq!(json(&text_of(body.as_bytes())).text().as_deref(), Some(text), "{body}");
        }
        assert!(matches!(text_of(br#"{"a": "plain \n"}"#), Cow::Borrowed(_)));
        assert_eq!(text_of(b"\"cut \xf0\x9f\""), "\"cut \u{fffd}\"");
        for body in ["", "\"", r#""\ud83""#, r#""\"#, r#"{"a": "\ud83d""#, "\\", "\\é", "\\u12é4"] {
            assert!(Json::read(&text_of(body.as_bytes())).is_err(), "{body}");
        }
    }
}
