//! The rules for a call.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{CHANNEL, Seen, Status, fields};

/// The length of the longest text.
const TEXT: usize = 7_000;
/// The bound between times in milliseconds, which are later, and times in seconds, which are earlier.
const MILLISECONDS: i64 = 1_000_000_000_000;

/// A call that was refused.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The explanation in the answer.
    pub reason: String,
}

/// A call that follows the rules.
pub(super) struct Call {
    pub(super) m_id: String,
    kind: String,
    contact: String,
    from: String,
    event: Value,
}

/// Checks a call. The error is the explanation for the caller.
pub(super) fn call(body: &Value, phone_ids: bool) -> Result<Call, String> {
    only(body, "the body", &["channelId", "contactId", "events", "contact"])?;
    if text(body, "channelId")? != CHANNEL {
        return Err("channelId is unknown".into());
    }
    let contact = text(body, "contactId")?;
    if !(if phone_ids { is_phone(contact) } else { is_custom(contact) }) {
        return Err("contactId is invalid".into());
    }
    let [event] = body.get("events").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default() else {
        return Err("events should be a list of one event".into());
    };
    let from = body.get("contact").map(person).transpose()?.flatten();
    let m_id = text(event, "mId")?;
    if m_id.chars().count() > 50 {
        return Err("mId is longer than 50 characters".into());
    }
    if event.get("timestamp").and_then(Value::as_i64).is_none_or(|at| at < MILLISECONDS) {
        return Err("timestamp should be in milliseconds".into());
    }
    let kind = text(event, "type")?;
    match kind {
        "message" | "message_echo" => {
            only(event, "the event", &["type", "mId", "timestamp", "message"])?;
            message(event.get("message").unwrap_or(&Value::Null))?;
        }
        "message_status" => {
            only(event, "the event", &["type", "mId", "timestamp", "status"])?;
            status(event.get("status").unwrap_or(&Value::Null))?;
        }
        _ => return Err("type should be message, message_echo or message_status".into()),
    }
    let from = if kind == "message_echo" { "business".to_owned() } else { from.unwrap_or_else(|| contact.to_owned()) };
    Ok(Call { m_id: m_id.to_owned(), kind: kind.to_owned(), contact: contact.to_owned(), from, event: event.clone() })
}

impl Call {
    /// Returns the link to the file, if there is one.
    pub(super) fn file(&self) -> Option<&str> {
        self.event.pointer("/message/attachment/url")?.as_str()
    }

    /// Returns the status, if the call is about one.
    pub(super) fn status(&self) -> Option<Status> {
        if self.kind != "message_status" {
            return None;
        }
        let of = |pointer: &str| self.event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        Some(Status {
            message: self.m_id.clone(),
            contact: self.contact.clone(),
            value: of("/status/value").unwrap_or_default(),
            reason: of("/status/message"),
        })
    }

    /// Returns what agents see.
    pub(super) fn seen(self) -> Seen {
        let of = |pointer: &str| self.event.pointer(pointer);
        let word = |pointer: &str| of(pointer).and_then(Value::as_str).unwrap_or_default();
        let text = match word("/message/type") {
            "text" => word("/message/text").to_owned(),
            "attachment" => format!("[{}] {}", word("/message/attachment/type"), word("/message/attachment/url")),
            _ => {
                let number = |pointer: &str| of(pointer).and_then(Value::as_f64).unwrap_or_default();
                let place = format!("[location] {},{}", number("/message/latitude"), number("/message/longitude"));
                [place.as_str(), word("/message/address")].join(" ").trim_end().to_owned()
            }
        };
        let Self { m_id, contact, from, event, .. } = self;
        Seen { id: m_id, contact, conversation: None, from, text, private: false, raw: event }
    }
}

/// Fetches a file more than once, as IS-Messenger does, and refuses what a browser would not show.
pub(super) async fn served_inline(http: &reqwest::Client, url: &str) -> Result<(), String> {
    let failed = |_| "the attachment cannot be fetched".to_owned();
    let head = http.head(url).send().await.map_err(failed)?;
    let part = http.get(url).header("range", "bytes=0-0").send().await.map_err(failed)?;
    let whole = http.get(url).send().await.map_err(failed)?;
    if head.status().as_u16() != 200 || part.status().as_u16() != 206 || whole.status().as_u16() != 200 {
        return Err("the attachment does not answer HEAD, a range and GET".into());
    }
    let inline = |header: Option<&reqwest::header::HeaderValue>| header.is_some_and(|value| value == "inline");
    if ![&head, &whole].into_iter().all(|answer| inline(answer.headers().get("content-disposition"))) {
        return Err("the attachment is not served inline".into());
    }
    let length = head.headers().get("content-length").and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if length != Some(whole.bytes().await.map_err(failed)?.len()) {
        return Err("the attachment has another length than HEAD says".into());
    }
    Ok(())
}

fn message(message: &Value) -> Result<(), String> {
    match text(message, "type")? {
        "text" => {
            only(message, "the message", &["type", "text"])?;
            if text(message, "text")?.chars().count() > TEXT {
                return Err("the text is longer than 7000 characters".into());
            }
        }
        "attachment" => {
            only(message, "the message", &["type", "attachment"])?;
            let file = message.get("attachment").unwrap_or(&Value::Null);
            only(file, "the attachment", &["type", "url", "mimeType", "fileName"])?;
            for name in fields(file).keys() {
                text(file, name)?;
            }
            if !matches!(text(file, "type")?, "image" | "video" | "audio" | "file") {
                return Err("the attachment's type is invalid".into());
            }
            text(file, "url")?;
        }
        "location" => {
            only(message, "the message", &["type", "latitude", "longitude", "address"])?;
            let number = |name: &str| message.get(name).and_then(Value::as_f64);
            if number("latitude").is_none() || number("longitude").is_none() {
                return Err("the location needs numbers".into());
            }
        }
        _ => return Err("the message's type is invalid".into()),
    }
    Ok(())
}

fn status(status: &Value) -> Result<(), String> {
    only(status, "the status", &["value", "message"])?;
    match (text(status, "value")?, status.get("message")) {
        ("failed", _) => text(status, "message").map(drop),
        ("sent" | "delivered" | "read", None) => Ok(()),
        _ => Err("the status is invalid".into()),
    }
}

/// Checks a contact and returns the name.
fn person(contact: &Value) -> Result<Option<String>, String> {
    let known = ["firstName", "lastName", "profilePic", "countryCode", "email", "phone", "language"];
    only(contact, "the contact", &known)?;
    let fields = fields(contact);
    for name in fields.keys() {
        text(contact, name)?;
    }
    if fields.get("phone").is_some_and(|phone| phone.as_str().is_none_or(|phone| !is_phone(phone))) {
        return Err("the contact's phone is invalid".into());
    }
    let names: Vec<&str> = ["firstName", "lastName"].iter().filter_map(|name| contact.get(name)?.as_str()).collect();
    Ok((!names.is_empty()).then(|| names.join(" ")))
}

/// Returns a text, which must not be null or empty if it is present.
fn text<'a>(object: &'a Value, name: &str) -> Result<&'a str, String> {
    let text = object.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    text.ok_or_else(|| format!("{name} should be a text"))
}

fn only(object: &Value, what: &str, known: &[&str]) -> Result<(), String> {
    if !object.is_object() {
        return Err(format!("{what} should be an object"));
    }
    match fields(object).keys().find(|name| !known.contains(name)) {
        Some(name) => Err(format!("{what} has a field {name} that is not known")),
        None => Ok(()),
    }
}

fn is_phone(id: &str) -> bool {
    id.strip_prefix('+')
        .is_some_and(|digits| (7..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

fn is_custom(id: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'=' | b'+' | b'/' | b'@');
    (1..=50).contains(&id.len()) && id.bytes().all(fits)
}
