//! The rules for a message: <https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages>.

use serde_json::Value;

use crate::{
    channel::meta::rules::refused,
    rules::{Refusal, is_callable},
};

/// Returns the id of the message that a call marks as read; `None` if the call sends a message.
pub(in crate::channel) fn mark(body: &Value) -> Result<Option<&str>, Refusal> {
    if body.get("status").is_none() {
        return Ok(None);
    }
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let known = ["messaging_product", "status", "message_id", "typing_indicator"];
    let is_known = body.as_object().is_some_and(|fields| fields.keys().all(|name| known.contains(&name.as_str())));
    let is_typing = body.get("typing_indicator").is_none_or(|typing| *typing == serde_json::json!({"type": "text"}));
    if text("/messaging_product") != "whatsapp" || text("/status") != "read" || !is_known || !is_typing {
        return Err(refused(400, 100, "this is no read mark"));
    }
    Ok(Some(text("/message_id")))
}

/// Checks a message and returns its recipient, its sender and what the customer sees.
pub(in crate::channel) fn check(body: &Value) -> Result<(String, &'static str, Vec<String>), Refusal> {
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let bad = |why: &str| refused(400, 131_009, why);
    if text("/messaging_product") != "whatsapp" {
        return Err(refused(400, 100, "messaging_product"));
    }
    let to = if text("/to").is_empty() { text("/recipient") } else { text("/to") };
    if to.is_empty() {
        return Err(refused(400, 131_008, "to"));
    }
    let within = |value: &str, least: usize, most: usize, name: &str| {
        let length = value.chars().count();
        if (least..=most).contains(&length) { Ok(()) } else { Err(bad(name)) }
    };
    let kind = text("/type");
    let lines = match kind {
        "text" => {
            within(text("/text/body"), 1, 4_096, "text.body")?;
            vec![text("/text/body").to_owned()]
        }
        "image" | "video" | "audio" | "document" => {
            let at = |name: &str| text(&format!("/{kind}/{name}")).to_owned();
            within(&at("caption"), 0, 1_024, "caption")?;
            if !is_callable(&at("link")) || kind == "audio" && !at("caption").is_empty() {
                return Err(bad("link"));
            }
            vec![at("caption"), format!("[{kind}] {}", at("link"))]
        }
        "location" => {
            let degrees = |name: &str| body.pointer(&format!("/location/{name}")).and_then(Value::as_f64);
            let (Some(latitude), Some(longitude)) = (degrees("latitude"), degrees("longitude")) else {
                return Err(bad("location"));
            };
            vec![format!("[location] {latitude},{longitude}"), text("/location/name").to_owned()]
        }
        "contacts" => {
            within(text("/contacts/0/name/formatted_name"), 1, 200, "contacts")?;
            vec![format!(
                "[contact] {} {}",
                text("/contacts/0/name/formatted_name"),
                text("/contacts/0/phones/0/phone")
            )]
        }
        "template" => {
            within(text("/template/language/code"), 2, 10, "template.language")?;
            vec![format!("[template] {}", text("/template/name"))]
        }
        "interactive" => interactive(body)?,
        _ => return Err(refused(400, 131_051, "Unsupported message type")),
    };
    Ok((to.to_owned(), "Example shop", lines))
}

fn interactive(body: &Value) -> Result<Vec<String>, Refusal> {
    let bad = |why: &str| refused(400, 131_009, why);
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |pointer: &str| body.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
    let above = text("/interactive/body/text");
    if !(1..=1_024).contains(&above.chars().count()) {
        return Err(bad("interactive.body"));
    }
    let (most, title, buttons) = match text("/interactive/type").as_str() {
        "button" => {
            (3, 20, list("/interactive/action/buttons").iter().filter_map(|b| b.get("reply").cloned()).collect())
        }
        "list" => (10, 24, list("/interactive/action/sections/0/rows")),
        "cta_url" => {
            let label = text("/interactive/action/parameters/display_text");
            let url = text("/interactive/action/parameters/url");
            return if label.chars().count() <= 20 && url.starts_with("http") {
                Ok(vec![above, format!("[link] {label}: {url}")])
            } else {
                Err(bad("interactive.action.parameters"))
            };
        }
        _ => return Err(bad("interactive.type")),
    };
    let mut ids = std::collections::BTreeSet::new();
    let mut lines = vec![above];
    for button in &buttons {
        let at = |name: &str| button.get(name).and_then(Value::as_str).unwrap_or_default();
        let is_good = (1..=title).contains(&at("title").chars().count()) && at("id").chars().count() <= 256;
        if !is_good || !ids.insert(at("id").to_owned()) {
            return Err(bad("interactive.action"));
        }
        lines.push(format!("[button] {}", at("title")));
    }
    if (1..=most).contains(&buttons.len()) { Ok(lines) } else { Err(bad("interactive.action")) }
}
