//! Deskie's records.
//!
//! Reading is lenient on purpose: the same field is a number in the API, a text in the webhook, and `"-"` if there is
//! no value; lists are objects with numbers for keys; unknown fields are ignored.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::{
    adapter::webhook,
    tools::json::{self, Json, Kept},
};

/// A text or a number. Any other value counts as missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Word(Option<String>);

impl Word {
    /// Makes a text.
    pub(super) fn of(text: impl Into<String>) -> Self {
        Self(Some(text.into()))
    }

    /// Returns the text, unless it is blank.
    pub(super) fn text(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.trim().is_empty())
    }

    /// Returns whether there is a text or a number, even a blank one.
    pub(super) fn is_there(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn owned(&self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    /// Returns the id; `None` for 0, which stands for nobody.
    pub(super) fn id(&self) -> Option<&str> {
        self.text().map(str::trim).filter(|id| *id != "0")
    }

    /// Returns whether the value is an explicit 0, which stands for nobody.
    pub(super) fn is_nobody(&self) -> bool {
        self.text().map(str::trim) == Some("0")
    }

    pub(super) fn number(&self) -> Option<u64> {
        self.text()?.trim().parse().ok()
    }

    pub(super) fn or<'a>(&'a self, other: &'a Self) -> &'a Self {
        if self.text().is_some() { self } else { other }
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Json::deserialize(deserializer)?;
        Ok(Self(match value.text() {
            Some(text) => Some(text.into_owned()),
            None => value.f64().map(|_| value.raw().to_owned()),
        }))
    }
}

/// A yes or no, written as `0` and `1`, as text or as a boolean. A value that cannot be understood means yes, because
/// the most important flag keeps internal notes from customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Json::deserialize(deserializer)?;
        let is_no =
            |text: &str| matches!(text.trim().to_ascii_lowercase().as_str(), "" | "0" | "false" | "no" | "off" | "-");
        let says_no = value.is_null()
            || value.raw() == "false"
            || value.f64() == Some(0.0)
            || value.text().is_some_and(|text| is_no(&text));
        Ok(Self(!says_no))
    }
}

/// Reads an answer. Returns `None` if it is not JSON.
pub(super) fn read(body: &Bytes) -> Option<Value> {
    webhook::decode(body).ok()
}

/// Reads the record under a name. Returns `None` if there is no such record.
pub(super) fn record<T: DeserializeOwned>(body: &Bytes, name: &str) -> Option<T> {
    T::deserialize(Json::read(&json::text_of(body)).ok()?.get(name)?).ok()
}

/// Reads a list of records: an object with numbers for keys, or an array. Entries that are not such records are left
/// out.
pub(super) fn list<T: DeserializeOwned>(body: &Bytes, name: &str) -> Vec<T> {
    let text = json::text_of(body);
    let entries = Json::read(&text).map(entries).unwrap_or_default();
    entries.into_iter().filter_map(|entry| T::deserialize(entry.get(name)?).ok()).collect()
}

/// Returns the number of all records, if the list states it.
pub(super) fn total_count(body: &Bytes) -> Option<usize> {
    Json::read(&json::text_of(body)).ok()?.get("total_count")?.u64()?.try_into().ok()
}

/// The maximum number of entries that are read from a list. A page has 100, and a message a few files.
const ENTRIES: usize = 1_000;

/// Returns the entries of an array, or of an object with numbers for keys, in the order of the numbers.
pub(super) fn entries(value: Json<'_>) -> Vec<Json<'_>> {
    if value.is_array() {
        let mut entries = Vec::new();
        value.each(|entry| {
            if entries.len() < ENTRIES {
                entries.push(entry);
            }
        });
        return entries;
    }
    let fields: BTreeMap<String, Json<'_>> = value.decode().unwrap_or_default();
    let mut entries: Vec<(u64, Json<'_>)> =
        fields.into_iter().filter_map(|(key, entry)| Some((key.parse().ok()?, entry))).collect();
    entries.sort_by_key(|(number, _)| *number);
    entries.into_iter().map(|(_, entry)| entry).take(ENTRIES).collect()
}

/// A webhook call.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Webhook<'a> {
    pub r#type: Word,
    #[serde(borrow)]
    pub object: Json<'a>,
    /// Should be inside `object`; the real place is not confirmed.
    pub b_from_api: Flag,
}

/// The message in a webhook call.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WebhookMessage<'a> {
    pub message_id: Word,
    pub case_id: Word,
    pub user_id: Word,
    pub staff_id: Word,
    pub custom_user_id: Word,
    /// The API's spelling of `custom_user_id`.
    pub user_custom_id: Word,
    pub content: Word,
    pub content_html: Word,
    pub note: Flag,
    pub sent_via_rule: Flag,
    pub b_from_api: Flag,
    #[serde(borrow)]
    pub attachments: Json<'a>,
}

/// A file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Attachment {
    pub file_name: Word,
    pub file_size: Word,
    pub mime_type: Word,
    pub url: Word,
}

/// A case.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Case {
    pub case_id: Word,
    pub user_id: Word,
    pub status: Word,
    pub channel: Word,
    pub deleted: Flag,
    pub created_at: Word,
}

/// A message of a case.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Message {
    pub message_id: Word,
    pub user_id: Word,
    pub staff_id: Word,
    pub content: Word,
    pub content_html: Word,
    pub note: Flag,
    pub attachments: Kept,
    pub created_at: Word,
}

/// A user.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct User {
    pub user_id: Word,
    pub user_full_name: Word,
    pub user_custom_id: Word,
    pub user_custom_channel: Word,
    pub user_phone: Word,
}

/// A custom channel.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CustomChannel {
    pub channel_api_key: Word,
    pub title: Word,
    pub active: Option<Flag>,
}

/// A record that the bridge sends, as JSON or as the fields of a form.
#[derive(Debug)]
pub(super) struct Record {
    name: &'static str,
    fields: Vec<(&'static str, Value)>,
}

impl Record {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, fields: Vec::new() }
    }

    /// Adds a field, if there is a value.
    pub(super) fn with(mut self, field: &'static str, value: Option<impl Into<Value>>) -> Self {
        self.fields.extend(value.map(|value| (field, value.into())));
        self
    }

    /// Adds an id, which Deskie writes as a number.
    pub(super) fn with_id(self, field: &'static str, id: &str) -> Self {
        let value = id.parse::<u64>().map_or_else(|_| Value::from(id), Value::from);
        self.with(field, Some(value))
    }

    /// Returns the record as JSON: `{"case": {…}}`.
    pub(super) fn json(self) -> Value {
        let fields: Map<String, Value> =
            self.fields.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
        json!({ self.name: fields })
    }

    /// Returns the form fields of these files: `case[attachments][…]`.
    pub(super) fn attachments(&self, files: &[usize]) -> Vec<(String, usize)> {
        let field = |number: usize| format!("{}[attachments][{number}]", self.name);
        files.iter().enumerate().map(|(number, part)| (field(number), *part)).collect()
    }

    /// Returns the record as form fields: `case[…]=…`.
    pub(super) fn form(self) -> Vec<(String, String)> {
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.fields.into_iter().map(|(field, value)| (format!("{}[{field}]", self.name), text(value))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_an_emoji_in_a_list_hides_nothing() {
        let body = Bytes::from_static(br#"{"0":{"message":{"message_id":5,"content":"cut \ud83d"}},"total_count":1}"#);
        let messages: Vec<Message> = list(&body, "message");
        assert_eq!(messages.iter().map(|message| message.message_id.id()).collect::<Vec<_>>(), [Some("5")]);
        assert_eq!(total_count(&body), Some(1));
    }
}
