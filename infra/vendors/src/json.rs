//! Helpers that change JSON objects.

use serde_json::Value;

/// Sets a field of an object.
pub fn put(object: &mut Value, key: &str, value: impl Into<Value>) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(key.to_owned(), value.into());
    }
}

/// Copies all fields of another object.
pub fn merge(object: &mut Value, other: Value) {
    if let (Some(fields), Value::Object(other)) = (object.as_object_mut(), other) {
        fields.extend(other);
    }
}
