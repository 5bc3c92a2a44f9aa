//! The rules of Bird: <https://bird.com/docs/api>.

use axum::http::{HeaderMap, header};
use byoc::model::text;
use serde_json::{Map, Value, json};

use crate::rules::{Refusal, is_callable};

/// The highest number of segments of a text message.
const SEGMENTS: usize = 12;
/// The largest size of `metadata`, in bytes.
const METADATA: usize = 2_048;

/// The events about messages.
const EVENTS: &[&str] = &[
    "amb.accepted",
    "amb.conversation_closed",
    "amb.conversation_reopened",
    "amb.conversation_started",
    "amb.received",
    "amb.rejected",
    "amb.send_failed",
    "amb.sent",
    "amb_suppression.created",
    "sms.accepted",
    "sms.delivered",
    "sms.expired",
    "sms.failed",
    "sms.received",
    "sms.rejected",
    "sms.sent",
    "sms.undelivered",
    "sms_suppression.created",
    "whatsapp.accepted",
    "whatsapp.delivered",
    "whatsapp.failed",
    "whatsapp.reacted",
    "whatsapp.read",
    "whatsapp.received",
    "whatsapp.rejected",
    "whatsapp.sent",
    "whatsapp_suppression.created",
];

/// Makes a refusal in Bird's form.
pub(super) fn refused(status: u16, name: &str, param: &str) -> Refusal {
    let kind = match status {
        401 => "auth_error",
        404 => "not_found_error",
        409 => "conflict_error",
        _ => "validation_error",
    };
    let error = json!({
        "type": kind, "code": format!("E{status:05}"), "name": name, "message": format!("{param} is not accepted"),
        "details": [{"param": param, "message": "not accepted"}],
    });
    Refusal(status, json!({"error": error}))
}

fn invalid(param: &str) -> Refusal {
    refused(422, "InvalidRequest", param)
}

/// Reads the JSON of a call.
pub(super) fn json(headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    let is_json =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let body = serde_json::from_slice(body).ok().filter(|body: &Value| is_json && body.is_object());
    body.ok_or_else(|| refused(400, "BadRequest", "body"))
}

/// Checks the fields of a webhook that is made, or changed if `is_new` is false.
pub(super) fn webhook(body: &Value, is_new: bool) -> Result<Map<String, Value>, Refusal> {
    only(body, &["url", "events", "description", "status"])?;
    let is_url = |url: &Value| url.as_str().is_some_and(|url| is_callable(url) && url.len() <= 2_048);
    if !body.get("url").map_or(!is_new, is_url) {
        return Err(invalid("url"));
    }
    let are_events = |events: &Value| {
        let is_known = |event: &Value| event.as_str().is_some_and(|event| EVENTS.contains(&event));
        events.as_array().is_some_and(|events| !events.is_empty() && events.iter().all(is_known))
    };
    if !body.get("events").map_or(!is_new, are_events) {
        return Err(invalid("events"));
    }
    if body.get("status").is_some_and(|status| is_new || !matches!(status.as_str(), Some("active" | "paused"))) {
        return Err(invalid("status"));
    }
    Ok(body.as_object().cloned().unwrap_or_default())
}

/// Checks a text message and returns what the customer sees.
pub(super) fn sms(body: &Value) -> Result<Vec<String>, Refusal> {
    if let Some(preview) = ["media_urls", "scheduled_at", "contact_id"].iter().find(|name| body.get(name).is_some()) {
        return Err(refused(422, "SMSUnsupportedFeature", preview));
    }
    only(body, &["to", "from", "text", "category", "metadata", "tags", "options"])?;
    common(body)?;
    let words = string(body, "/text").ok_or_else(|| invalid("text"))?;
    if !text::fits(words, text::sms_limit(words, SEGMENTS)) {
        return Err(refused(422, "SMSTooLong", "text"));
    }
    let categories = ["authentication", "marketing", "service", "transactional"];
    if !string(body, "/category").is_some_and(|category| categories.contains(&category)) {
        return Err(invalid("category"));
    }
    let digits = string(body, "/to").and_then(|to| to.strip_prefix('+')).unwrap_or_default();
    if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused(422, "SMSInvalidRecipient", "to"));
    }
    Ok(vec![words.to_owned()])
}

/// Checks a message to Apple and returns what the customer sees.
pub(super) fn apple(body: &Value) -> Result<Vec<String>, Refusal> {
    only(body, &["to", "from", "source", "content", "category", "metadata", "tags", "group", "intent", "locale"])?;
    common(body)?;
    if string(body, "/source").is_some_and(|source| source != "api") {
        return Err(refused(422, "AMBMessageSourceNotPermitted", "source"));
    }
    let content = body.get("content").ok_or_else(|| invalid("content"))?;
    match string(content, "/type") {
        Some("text") => text_content(content),
        Some("interactive") => quick_reply(content),
        _ => Err(invalid("content.type")),
    }
}

fn text_content(content: &Value) -> Result<Vec<String>, Refusal> {
    only(content, &["type", "body", "subject", "attachments"])?;
    let words = string(content, "/body").unwrap_or_default().replace('\u{fffc}', "");
    let mut lines = vec![words];
    for attachment in list(content, "/attachments") {
        only(attachment, &["source_url", "attachment_id", "name", "mime_type"])?;
        let url = string(attachment, "/source_url").ok_or_else(|| invalid("content.attachments"))?;
        if !is_callable(url) {
            return Err(refused(422, "AMBEndpointNotHTTPS", "content.attachments"));
        }
        let name = string(attachment, "/name").unwrap_or("file");
        lines.push(format!("[attachment {name}] {url}"));
    }
    if lines.iter().all(String::is_empty) { Err(invalid("content.body")) } else { Ok(lines) }
}

fn quick_reply(content: &Value) -> Result<Vec<String>, Refusal> {
    only(content, &["type", "body", "interactive_data"])?;
    let reply = content.pointer("/interactive_data/data/quick_reply").ok_or_else(|| invalid("interactive_data"))?;
    only(reply, &["summary_text", "items"])?;
    let summary = string(reply, "/summary_text").ok_or_else(|| invalid("summary_text"))?;
    let items = list(reply, "/items");
    let titles: Vec<&str> = items.iter().filter_map(|item| string(item, "/title")).collect();
    let ids = items.iter().filter(|item| string(item, "/identifier").is_some()).count();
    if !(2..=5).contains(&items.len()) || titles.len() != items.len() || ids != items.len() {
        return Err(refused(422, "AMBQuickReplyItemsInvalid", "items"));
    }
    Ok(vec![format!("[quick reply] {summary}: {}", titles.join(" | "))])
}

/// Checks the fields that every message has.
fn common(body: &Value) -> Result<(), Refusal> {
    for name in ["to", "from"] {
        string(body, &format!("/{name}")).ok_or_else(|| invalid(name))?;
    }
    match body.get("metadata") {
        Some(metadata) if !metadata.is_object() || metadata.to_string().len() > METADATA => Err(invalid("metadata")),
        _ => Ok(()),
    }
}

fn only(body: &Value, known: &[&str]) -> Result<(), Refusal> {
    let fields = body.as_object().ok_or_else(|| invalid("body"))?;
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(invalid(name)),
        None => Ok(()),
    }
}

fn string<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str().filter(|text| !text.is_empty())
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
