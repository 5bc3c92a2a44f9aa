//! The rules for a message: `infra/openapi.yaml`.

use serde_json::{Map, Value, json};

use crate::rules::{Refusal, is_callable};

pub(super) fn refused(status: u16, why: &str) -> Refusal {
    Refusal(status, json!({"error": why}))
}

/// Checks a message and returns what the customer sees.
pub(super) fn check(message: &Value) -> Result<Vec<String>, Refusal> {
    let text = |name: &str| message.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("type") != "message" || text("id").is_empty() || message.get("at").and_then(Value::as_i64).is_none() {
        return Err(refused(400, "type, id and at are needed"));
    }
    let parts = message.get("parts").and_then(Value::as_array).filter(|parts| !parts.is_empty());
    let lines: Option<Vec<String>> =
        parts.ok_or_else(|| refused(400, "parts"))?.iter().map(|part| line(part.as_object()?)).collect();
    lines.ok_or_else(|| refused(400, "a part that the document does not know"))
}

/// Returns a part as the customer sees it, or `None` if it is not a part.
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
