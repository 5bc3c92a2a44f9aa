//! Form bodies with bracket keys, as PHP writes nested values: `object[attachments][0][url]=…`.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::adapter::webhook::ParseError;

/// The maximum depth of a key. Deskie's keys are not deeper.
const DEPTH: usize = 8;
/// The maximum number of fields in a form, the same as PHP's own (`max_input_vars`): each field may take a hundred
/// times the memory of its text.
const FIELDS: usize = 1_000;

/// Reads a form as the JSON value that it stands for. Numbered keys stay keys, and every value is a text. Of two values
/// that exclude each other, the first stays.
///
/// # Errors
/// Returns an error if the form has more fields: it is refused as a whole, because the field that makes a note private
/// may be the last.
pub(super) fn read(body: &Bytes) -> Result<Value, ParseError> {
    let mut root = Value::Object(Map::new());
    for (index, (key, value)) in form_urlencoded::parse(body).enumerate() {
        if index == FIELDS {
            return Err(ParseError::bad("the body", &format!("a form of at most {FIELDS} fields")));
        }
        put(&mut root, &segments(&key), &value);
    }
    Ok(root)
}

/// Splits `object[attachments][0]` into `object`, `attachments`, `0`. A key with an unclosed bracket is one name.
fn segments(key: &str) -> Vec<&str> {
    let Some((name, mut rest)) = key.split_once('[') else { return vec![key] };
    let mut segments = vec![name];
    // The first segments are enough to show that a key is too deep.
    while segments.len() <= DEPTH {
        let Some((segment, behind)) = rest.split_once(']') else { return vec![key] };
        segments.push(segment);
        match behind.strip_prefix('[') {
            Some(next) => rest = next,
            None => break,
        }
    }
    segments
}

fn put(root: &mut Value, segments: &[&str], value: &str) {
    let Some((last, path)) = segments.split_last() else { return };
    if path.len() >= DEPTH {
        return;
    }
    let mut here = root;
    for segment in path {
        let Some(object) = here.as_object_mut() else { return };
        let segment = named(object, segment);
        here = object.entry(segment).or_insert_with(|| Value::Object(Map::new()));
    }
    if let Some(object) = here.as_object_mut() {
        let last = named(object, last);
        object.entry(last).or_insert_with(|| value.into());
    }
}

/// Returns a segment's key: `[]` is the next number.
fn named(object: &Map<String, Value>, segment: &str) -> String {
    if segment.is_empty() { object.len().to_string() } else { segment.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn brackets_become_nested_values() {
        let rows = [
            ("", json!({})),
            ("type=message_new", json!({"type": "message_new"})),
            ("a[b]=1&a[c]=2", json!({"a": {"b": "1", "c": "2"}})),
            (
                "a%5Bb%5D%5B0%5D%5Bc%5D=x+y&a%5Bb%5D%5B1%5D%5Bc%5D=%2B",
                json!({"a": {"b": {"0": {"c": "x y"}, "1": {"c": "+"}}}}),
            ),
            ("a[]=1&a[]=2", json!({"a": {"0": "1", "1": "2"}})),
            ("a[b=1", json!({"a[b": "1"})),
            ("a[b]c=1", json!({"a": {"b": "1"}})),
            ("a=1&a[b]=2", json!({"a": "1"})),
            ("a[b]=2&a=1", json!({"a": {"b": "2"}})),
            ("a=1&a=2", json!({"a": "1"})),
            ("a=%FF", json!({"a": "\u{fffd}"})),
            ("a[1][2][3][4][5][6][7][8][9]=x", json!({})),
        ];
        for (body, value) in rows {
            assert_eq!(read(&Bytes::from_static(body.as_bytes())), Ok(value), "{body}");
        }
    }

    #[test]
    fn a_form_of_too_many_fields_is_refused_whole() {
        for (fields, is_read) in [(FIELDS, true), (FIELDS + 1, false)] {
            let form = read(&"object[attachments][]=x&".repeat(fields).into());
            assert_eq!(form.is_ok(), is_read, "{fields}");
        }
    }
}
