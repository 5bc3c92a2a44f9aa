//! The rules for a message: <https://developers.line.biz/en/reference/messaging-api/#message-objects>.

use serde_json::Value;

use crate::rules::is_callable;

/// Checks a message and returns what the customer sees, or the name of the wrong field.
pub(super) fn check(message: &Value) -> Result<Vec<String>, String> {
    let text = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default();
    let kind = text("type");
    let mut lines = match kind {
        "text" => {
            within(text("text"), 1, 5_000, "text")?;
            vec![text("text").to_owned()]
        }
        "image" | "video" => {
            for name in ["originalContentUrl", "previewImageUrl"] {
                link(text(name), name)?;
            }
            vec![format!("[{kind}] {}", text("originalContentUrl"))]
        }
        "audio" => {
            link(text("originalContentUrl"), "originalContentUrl")?;
            message.get("duration").and_then(Value::as_u64).filter(|length| *length > 0).ok_or("duration")?;
            vec![format!("[audio] {}", text("originalContentUrl"))]
        }
        "location" => {
            within(text("title"), 1, 100, "title")?;
            within(text("address"), 1, 100, "address")?;
            let degrees = |name: &str| message.get(name).and_then(Value::as_f64).ok_or_else(|| name.to_owned());
            let place = format!("[location] {},{}", degrees("latitude")?, degrees("longitude")?);
            vec![place, text("title").to_owned(), text("address").to_owned()]
        }
        "template" => template(message)?,
        _ => return Err("type".to_owned()),
    };
    if let Some(name) = message.pointer("/sender/name").and_then(Value::as_str) {
        within(name, 1, 20, "sender.name")?;
    }
    if let Some(quick) = message.get("quickReply") {
        let items = quick.get("items").and_then(Value::as_array).filter(|items| (1..=13).contains(&items.len()));
        for item in items.ok_or("quickReply.items")? {
            lines.push(action(item.get("action").unwrap_or(&Value::Null))?);
        }
    }
    Ok(lines)
}

fn template(message: &Value) -> Result<Vec<String>, String> {
    let alt = message.get("altText").and_then(Value::as_str).unwrap_or_default();
    within(alt, 1, 1_500, "altText")?;
    let columns = message.pointer("/template/columns").and_then(Value::as_array);
    let columns = columns.filter(|columns| (1..=10).contains(&columns.len())).ok_or("template.columns")?;
    let mut lines = vec!["[cards]".to_owned()];
    let mut buttons = None;
    for column in columns {
        let text = |name: &str| column.get(name).and_then(Value::as_str).unwrap_or_default();
        let most = if text("title").is_empty() && text("thumbnailImageUrl").is_empty() { 120 } else { 60 };
        within(text("text"), 1, most, "template.columns.text")?;
        within(text("title"), 0, 40, "template.columns.title")?;
        let actions = column.get("actions").and_then(Value::as_array).cloned().unwrap_or_default();
        if !(1..=3).contains(&actions.len()) || *buttons.get_or_insert(actions.len()) != actions.len() {
            return Err("template.columns.actions".to_owned());
        }
        lines.extend([text("title").to_owned(), text("text").to_owned(), text("thumbnailImageUrl").to_owned()]);
        for one in &actions {
            lines.push(action(one)?);
        }
    }
    Ok(lines)
}

fn action(action: &Value) -> Result<String, String> {
    let text = |name: &str| action.get(name).and_then(Value::as_str).unwrap_or_default();
    within(text("label"), 1, 20, "action.label")?;
    match text("type") {
        "message" => within(text("text"), 1, 300, "action.text").map(|()| format!("[button] {}", text("label"))),
        "uri" => {
            within(text("uri"), 1, 1_000, "action.uri")?;
            Ok(format!("[link] {}: {}", text("label"), text("uri")))
        }
        _ => Err("action.type".to_owned()),
    }
}

fn within(text: &str, least: usize, most: usize, field: &str) -> Result<(), String> {
    if (least..=most).contains(&text.encode_utf16().count()) { Ok(()) } else { Err(field.to_owned()) }
}

fn link(url: &str, field: &str) -> Result<(), String> {
    let is_good = is_callable(url) && url.len() <= 2_000;
    if is_good { Ok(()) } else { Err(field.to_owned()) }
}
