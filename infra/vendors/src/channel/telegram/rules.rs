//! The rules for a message: <https://core.telegram.org/bots/api#available-methods>.

use std::collections::BTreeMap;

use axum::body::Bytes;
use serde_json::{Map, Value};

const TEXT: usize = 4_096;
const CAPTION: usize = 1_024;

/// A refusal: the code and Telegram's description.
#[derive(Debug, PartialEq)]
pub(super) struct Refusal(pub(super) u16, pub(super) String);

impl Refusal {
    pub(super) fn bad(words: &str) -> Self {
        Self(400, format!("Bad Request: {words}"))
    }
}

/// The fields and files of a call.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) fields: Map<String, Value>,
    pub(super) files: BTreeMap<String, (String, Bytes)>,
}

/// Returns the field of a method that holds its file.
pub(super) fn field(method: &str) -> &'static str {
    match method {
        "sendPhoto" => "photo",
        "sendVideo" => "video",
        "sendAudio" => "audio",
        "sendVoice" => "voice",
        _ => "document",
    }
}

/// Returns the link that a message wants fetched, with the kind of file that it must lead to.
pub(super) fn link(method: &str, form: &Form) -> Option<(String, &'static str)> {
    let kind = match method {
        "sendPhoto" => "image/",
        "sendVideo" => "video/",
        "sendAudio" | "sendVoice" => "audio/",
        "sendDocument" => "application/",
        _ => return None,
    };
    Some((form.fields.get(field(method))?.as_str()?.to_owned(), kind))
}

/// Checks a message and returns what the customer sees, except for uploaded files.
pub(super) fn check(method: &str, form: &Form) -> Result<String, Refusal> {
    let fields = &form.fields;
    let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
    if !fields.get("chat_id").is_some_and(Value::is_i64) {
        return Err(Refusal::bad("chat_id is empty"));
    }
    let reply = fields.get("reply_parameters");
    if reply.is_some_and(|reply| !reply.get("message_id").is_some_and(Value::is_i64)) {
        return Err(Refusal::bad("can't parse reply parameters"));
    }
    let mut lines = Vec::new();
    match method {
        "sendMessage" => {
            within(text("text"), TEXT, "message is too long")?;
            if text("text").trim().is_empty() {
                return Err(Refusal::bad("message text is empty"));
            }
            lines.push(text("text").to_owned());
        }
        "sendPhoto" | "sendVideo" | "sendAudio" | "sendVoice" | "sendDocument" => {
            within(text("caption"), CAPTION, "message caption is too long")?;
            let name = field(method);
            let url = text(name);
            match (form.files.get(name), url.is_empty()) {
                (Some((_, bytes)), _) => {
                    let most = if name == "photo" { 10_000_000 } else { 50_000_000 };
                    if bytes.is_empty() {
                        return Err(Refusal::bad("file must be non-empty"));
                    }
                    if bytes.len() > most {
                        return Err(Refusal(413, "Request Entity Too Large".into()));
                    }
                }
                (None, false) => {
                    let end = url.rsplit('.').next().unwrap_or_default();
                    if name == "document" && !matches!(end, "pdf" | "zip" | "gif") {
                        return Err(Refusal::bad("wrong type of the web page content"));
                    }
                    lines.push(format!("[{name}] {url}"));
                }
                (None, true) => return Err(Refusal::bad(&format!("there is no {name} in the request"))),
            }
            lines.insert(0, text("caption").to_owned());
        }
        "sendLocation" | "sendVenue" => {
            let number = |name: &str| fields.get(name).and_then(Value::as_f64);
            let (Some(latitude), Some(longitude)) = (number("latitude"), number("longitude")) else {
                return Err(Refusal::bad("latitude and longitude are needed"));
            };
            if method == "sendVenue" && (text("title").is_empty() || text("address").is_empty()) {
                return Err(Refusal::bad("title and address are needed"));
            }
            lines.extend([format!("[location] {latitude},{longitude}"), text("title").into(), text("address").into()]);
        }
        "sendContact" => {
            if text("phone_number").is_empty() || text("first_name").is_empty() {
                return Err(Refusal::bad("phone_number and first_name are needed"));
            }
            lines.push(format!("[contact] {} {}", text("first_name"), text("phone_number")));
        }
        _ => return Err(Refusal(404, "Not Found: method not found".into())),
    }
    lines.extend(keyboard(fields.get("reply_markup"))?);
    lines.retain(|line| !line.is_empty());
    Ok(lines.join("\n"))
}

fn within(text: &str, most: usize, words: &str) -> Result<(), Refusal> {
    if text.encode_utf16().count() > most { Err(Refusal::bad(words)) } else { Ok(()) }
}

fn keyboard(markup: Option<&Value>) -> Result<Vec<String>, Refusal> {
    let Some(markup) = markup else { return Ok(Vec::new()) };
    let bad = || Refusal::bad("can't parse inline keyboard button");
    let rows = markup.get("inline_keyboard").and_then(Value::as_array).ok_or_else(bad)?;
    let mut shown = Vec::new();
    for button in rows.iter().filter_map(Value::as_array).flatten() {
        let text = |name: &str| button.get(name).and_then(Value::as_str);
        let label = text("text").filter(|label| !label.is_empty()).ok_or_else(bad)?;
        match (text("callback_data"), text("url")) {
            (Some(data), None) if (1..=64).contains(&data.len()) => shown.push(format!("[button] {label}")),
            (Some(_), None) => return Err(Refusal::bad("BUTTON_DATA_INVALID")),
            (None, Some(url)) if url.starts_with("http") => shown.push(format!("[link] {label}: {url}")),
            _ => return Err(Refusal::bad("BUTTON_URL_INVALID")),
        }
    }
    if shown.is_empty() { Err(bad()) } else { Ok(shown) }
}
