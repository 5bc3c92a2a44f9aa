//! The rules for a message: <https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages>.

use serde_json::{Value, json};

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
            template(body)?
        }
        "interactive" => interactive(body)?,
        _ => return Err(refused(400, 131_051, "Unsupported message type")),
    };
    Ok((to.to_owned(), "Example shop", lines))
}

/// The account's only template, in one language.
pub(in crate::channel) fn templates() -> Value {
    json!([{"name": "order_ready", "language": "en", "status": "APPROVED", "parameter_format": "NAMED", "components": [
        {"type": "BODY", "text": "Hi {{customer_name}}, your order {{order_id}} is ready."},
    ]}])
}

/// Checks a template and its values.
fn template(body: &Value) -> Result<Vec<String>, Refusal> {
    let text =
        |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    if text(body, "/template/name") != "order_ready" || text(body, "/template/language/code") != "en" {
        return Err(refused(404, 132_001, "Template name does not exist in the translation"));
    }
    let components = body.pointer("/template/components").and_then(Value::as_array).cloned().unwrap_or_default();
    let values: Vec<Value> =
        components.iter().flat_map(|it| it.get("parameters")?.as_array().cloned()).flatten().collect();
    let names: Vec<String> = values.iter().map(|value| text(value, "/parameter_name")).collect();
    if components.len() != 1 || names != ["customer_name", "order_id"] {
        return Err(refused(400, 132_000, "Number of parameters does not match the expected number of params"));
    }
    let words: Vec<String> = values.iter().map(|value| text(value, "/text")).collect();
    Ok(vec![format!("[template] order_ready {}", words.join(" "))])
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
        "list" => {
            let button = text("/interactive/action/button");
            if !(1..=20).contains(&button.chars().count()) || body.pointer("/interactive/header").is_some() {
                return Err(bad("interactive.action.button"));
            }
            (10, 24, list("/interactive/action/sections/0/rows"))
        }
        "carousel" => return carousel(above, &list("/interactive/action/cards")),
        "cta_url" => {
            let label = text("/interactive/action/parameters/display_text");
            let url = text("/interactive/action/parameters/url");
            return if label.chars().count() <= 20 && url.starts_with("http") {
                let mut lines = header(body)?;
                lines.extend([above, format!("[link] {label}: {url}")]);
                Ok(lines)
            } else {
                Err(bad("interactive.action.parameters"))
            };
        }
        _ => return Err(bad("interactive.type")),
    };
    let mut ids = std::collections::BTreeSet::new();
    let mut lines = header(body)?;
    lines.push(above);
    for button in &buttons {
        let at = |name: &str| button.get(name).and_then(Value::as_str).unwrap_or_default();
        let is_good = (1..=title).contains(&at("title").chars().count())
            && at("id").chars().count() <= 256
            && at("description").chars().count() <= 72;
        if !is_good || !ids.insert(at("id").to_owned()) {
            return Err(bad("interactive.action"));
        }
        lines.push(format!("[button] {}", at("title")));
    }
    if (1..=most).contains(&buttons.len()) { Ok(lines) } else { Err(bad("interactive.action")) }
}

/// Checks the header of buttons, which is a file, and returns what the customer sees of it.
fn header(body: &Value) -> Result<Vec<String>, Refusal> {
    let Some(header) = body.pointer("/interactive/header") else { return Ok(Vec::new()) };
    let kind = header.get("type").and_then(Value::as_str).unwrap_or_default();
    let file = header.get(kind).cloned().unwrap_or_default();
    let url = file.get("link").and_then(Value::as_str).unwrap_or_default();
    if !matches!(kind, "image" | "video" | "document") || !is_callable(url) || file.get("caption").is_some() {
        return Err(refused(400, 131_009, "interactive.header"));
    }
    Ok(vec![format!("[{kind}] {url}")])
}

fn carousel(above: String, cards: &[Value]) -> Result<Vec<String>, Refusal> {
    let bad = |why: &str| refused(400, 131_009, why);
    let text =
        |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    if !(2..=10).contains(&cards.len()) {
        return Err(bad("interactive.action.cards"));
    }
    let mut lines = vec![above];
    let mut kinds = std::collections::BTreeSet::new();
    for (index, card) in cards.iter().enumerate() {
        let (image, body) = (text(card, "/header/image/link"), text(card, "/body/text"));
        let is_placed = card.get("card_index").and_then(Value::as_u64) == u64::try_from(index).ok();
        if !is_placed
            || text(card, "/type") != "cta_url"
            || text(card, "/header/type") != "image"
            || !is_callable(&image)
        {
            return Err(bad("interactive.action.cards.header"));
        }
        if body.chars().count() > 160 || body.matches('\n').count() > 2 {
            return Err(bad("interactive.action.cards.body"));
        }
        lines.push(format!("[card] {body}"));
        let buttons = card.pointer("/action/buttons").and_then(Value::as_array).cloned();
        kinds.insert(buttons.is_some());
        let labels = match buttons {
            None => vec![text(card, "/action/parameters/display_text")],
            Some(buttons) => buttons.iter().map(|button| text(button, "/quick_reply/title")).collect(),
        };
        if !(1..=3).contains(&labels.len()) || labels.iter().any(|label| !(1..=20).contains(&label.chars().count())) {
            return Err(bad("interactive.action.cards.action"));
        }
        lines.extend(labels.iter().map(|label| format!("[button] {label}")));
    }
    if kinds.len() == 1 { Ok(lines) } else { Err(bad("interactive.action.cards.action")) }
}
