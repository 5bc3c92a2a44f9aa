//! What the simulated app and the simulated helpdesk system of a company's own have in common: the rules of
//! `infra/openapi.yaml` for calls of the bridge, and their signatures.

use std::collections::BTreeSet;

use axum::http::HeaderMap;
use byoc::{adapter::standard_webhooks, outside::clock::now};
use serde_json::{Map, Value, json};

use crate::{
    call::PlatformCall,
    json::put,
    people::Saying,
    rules::{Refusal, is_callable},
};

/// Makes the answer to a refused call.
pub fn refused(status: u16, why: &str) -> Refusal {
    Refusal(status, json!({"error": why}))
}

/// Checks the signature and the form of a call, and returns its body.
///
/// # Errors
/// Returns the refusal of a call that is not signed with `secret`, or is no JSON with a type, an id and a time.
pub fn opened(secret: &str, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
    standard_webhooks::verify(secret, headers, body, now()).map_err(|error| refused(401, &error.to_string()))?;
    if headers.get("content-type").is_none_or(|kind| kind != "application/json") {
        return Err(refused(415, "the body should be application/json"));
    }
    let body: Value = serde_json::from_slice(body).map_err(|_| refused(400, "the body is not JSON"))?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let has_contact = body.pointer("/contact/id").and_then(Value::as_str).is_some_and(|id| !id.is_empty());
    if text("type").is_empty() || text("id").is_empty() || body.get("at").and_then(Value::as_i64).is_none() {
        return Err(refused(400, "type, id and at are needed"));
    }
    if !has_contact {
        return Err(refused(400, "contact.id is needed"));
    }
    Ok(body)
}

/// Makes a signed call.
pub fn signed(secret: &str, url: String, id: &str, body: &Value) -> PlatformCall {
    let body = body.to_string();
    let signature = standard_webhooks::sign(secret, &format!("msg_{id}"), now(), body.as_bytes());
    PlatformCall::post(id, url, "application/json", body).with_headers(signature)
}

/// Returns what a person writes as a part.
pub fn part(saying: Saying) -> Value {
    match saying {
        Saying::Text(text) => json!({"type": "text", "text": text}),
        Saying::Media { kind, url, name, size } => {
            let mut part = json!({"type": kind, "url": url, "name": name});
            if size > 0 {
                put(&mut part, "size", size);
            }
            part
        }
        Saying::Raw(part) => part,
    }
}

/// Refuses a call with a field that the document does not name.
///
/// # Errors
/// Returns the refusal, which names the field.
pub fn only(body: &Value, known: &[&str]) -> Result<(), Refusal> {
    let known: BTreeSet<&str> = known.iter().copied().collect();
    match body.as_object().into_iter().flatten().find(|(name, _)| !known.contains(name.as_str())) {
        Some((name, _)) => Err(refused(400, &format!("the field {name} is not known"))),
        None => Ok(()),
    }
}

/// Returns what people see of a message, part by part.
///
/// # Errors
/// Returns the refusal of a message without parts, or with a part that the document does not know.
pub fn lines(message: &Value) -> Result<Vec<String>, Refusal> {
    let parts = message.get("parts").and_then(Value::as_array).filter(|parts| !parts.is_empty());
    let lines: Option<Vec<String>> =
        parts.ok_or_else(|| refused(400, "parts"))?.iter().map(|part| line(part.as_object()?)).collect();
    lines.ok_or_else(|| refused(400, "a part that the document does not know"))
}

/// Returns a part as people see it, or `None` if it is not a part.
fn line(part: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| part.get(name).and_then(Value::as_str);
    let list = |name: &str| part.get(name).and_then(Value::as_array);
    Some(match text("type")? {
        "text" => text("text").filter(|text| !text.is_empty())?.to_owned(),
        kind @ ("image" | "video" | "audio" | "file") => {
            let url = text("url").filter(|url| is_callable(url))?;
            [text("caption").unwrap_or_default(), &format!("[{kind}] {url}")].join("\n").trim().to_owned()
        }
        "location" => {
            let degrees = |name: &str| part.get(name).and_then(Value::as_f64);
            let label = text("label").unwrap_or_default();
            format!("[location] {},{} {label}", degrees("latitude")?, degrees("longitude")?)
        }
        "contact_card" => {
            format!("[contact] {} {}", text("name").unwrap_or_default(), text("phone").unwrap_or_default())
        }
        "sticker" => format!("[sticker] {}", text("url").unwrap_or_default()),
        "buttons" => buttons(list("buttons")?)?,
        "cards" => {
            let card = |card: &Value| {
                let card = card.as_object()?;
                let buttons = buttons(card.get("buttons")?.as_array()?)?;
                Some(format!("[card] {}\n{buttons}", card.get("title").and_then(Value::as_str).unwrap_or_default()))
            };
            list("cards")?.iter().map(card).collect::<Option<Vec<_>>>()?.join("\n")
        }
        "other" => format!("[{}] {}", text("what")?, text("text").unwrap_or_default()),
        _ => return None,
    })
}

fn buttons(buttons: &[Value]) -> Option<String> {
    let button = |button: &Value| {
        let label = button.get("label")?.as_str()?;
        button.get("url").or_else(|| button.get("text"))?;
        Some(format!("[button] {label}"))
    };
    Some(buttons.iter().map(button).collect::<Option<Vec<_>>>()?.join("\n"))
}
