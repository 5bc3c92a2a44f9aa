//! The rules for a message: <https://developers.facebook.com/docs/messenger-platform/reference/send-api>.

use serde_json::Value;

use super::Platform;
use crate::{
    channel::meta::rules::refused,
    rules::{Refusal, is_callable},
};

/// Returns the customer who is shown that the messages were read or that an agent is typing; `None` if the call sends a message.
pub(in crate::channel) fn mark(body: &Value) -> Result<Option<&str>, Refusal> {
    let Some(action) = body.get("sender_action") else { return Ok(None) };
    let known = ["recipient", "sender_action"];
    let is_known = body.as_object().is_some_and(|fields| fields.keys().all(|name| known.contains(&name.as_str())));
    let is_known = is_known && matches!(action.as_str(), Some("mark_seen" | "typing_on"));
    let customer = body.pointer("/recipient/id").and_then(Value::as_str).filter(|_| is_known);
    customer.map(Some).ok_or_else(|| refused(400, 100, "an action has a recipient and nothing else"))
}

/// Checks a message and returns its recipient, its sender and what the customer sees.
pub(in crate::channel) fn check(
    platform: &Platform,
    body: &Value,
) -> Result<(String, &'static str, Vec<String>), Refusal> {
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let list = |pointer: &str| body.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
    let bad = |why: &str| refused(400, 100, why);
    if text("/recipient/id").is_empty() || !matches!(text("/messaging_type"), "RESPONSE" | "MESSAGE_TAG") {
        return Err(bad("recipient and messaging_type are needed"));
    }
    // The other tags were retired in 2026.
    if (text("/messaging_type") == "MESSAGE_TAG") != (text("/tag") == "HUMAN_AGENT") {
        return Err(bad("tag"));
    }
    let fields = body.pointer("/message").and_then(Value::as_object);
    if let Some(odd) = fields.into_iter().flatten().find(|(name, _)| !platform.fields.contains(&name.as_str())) {
        return Err(bad(&format!("Invalid keys \"{}\" were found in param \"message\"", odd.0)));
    }
    if text("/message/metadata").chars().count() > 1_000 {
        return Err(bad("metadata"));
    }
    let mut lines = match text("/message/attachment/type") {
        "" => {
            let words = text("/message/text");
            let (most, count) = platform.text;
            if !(1..=most).contains(&count(words)) {
                return Err(bad(&format!("Length of param message[text] must be less than or equal to {most}")));
            }
            vec![words.to_owned()]
        }
        _ if !text("/message/text").is_empty() => return Err(bad("text and attachment")),
        kind @ ("image" | "video" | "audio" | "file") => {
            let url = text("/message/attachment/payload/url");
            if !is_callable(url) || !platform.takes(kind, url) {
                return Err(bad("attachment.payload.url"));
            }
            vec![format!("[{kind}] {url}")]
        }
        "template" => template(body)?,
        _ => return Err(bad("attachment.type")),
    };
    let replies = list("/message/quick_replies");
    if replies.len() > 13 {
        return Err(bad("quick_replies"));
    }
    for reply in &replies {
        let title = reply.get("title").and_then(Value::as_str).unwrap_or_default();
        if !(1..=20).contains(&title.chars().count()) {
            return Err(bad("quick_replies.title"));
        }
        lines.push(format!("[button] {title}"));
    }
    Ok((text("/recipient/id").to_owned(), "Example shop", lines))
}

impl Platform {
    /// Returns whether a file of this kind may be behind this link.
    fn takes(&self, kind: &str, url: &str) -> bool {
        let extension = url.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
        self.files.iter().all(|(listed, extensions)| *listed != kind || extensions.contains(&extension.as_str()))
    }
}

fn template(body: &Value) -> Result<Vec<String>, Refusal> {
    let bad = |why: &str| refused(400, 100, why);
    let payload = body.pointer("/message/attachment/payload").cloned().unwrap_or_default();
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut lines = Vec::new();
    let buttons = |parent: &Value, least: usize, lines: &mut Vec<String>| {
        let buttons = list(parent, "buttons");
        for button in &buttons {
            if !(1..=20).contains(&text(button, "title").chars().count()) {
                return Err(bad("buttons.title"));
            }
            lines.push(format!("[button] {}", text(button, "title")));
        }
        if (least..=3).contains(&buttons.len()) { Ok(()) } else { Err(bad("buttons")) }
    };
    match text(&payload, "template_type").as_str() {
        "button" => {
            let above = text(&payload, "text");
            if !(1..=640).contains(&above.chars().count()) {
                return Err(bad("payload.text"));
            }
            lines.push(above);
            buttons(&payload, 1, &mut lines)?;
        }
        "generic" => {
            let elements = list(&payload, "elements");
            if !(1..=10).contains(&elements.len()) {
                return Err(bad("elements"));
            }
            for element in &elements {
                let title = text(element, "title");
                if !(1..=80).contains(&title.chars().count()) || text(element, "subtitle").chars().count() > 80 {
                    return Err(bad("elements.title"));
                }
                lines.extend([format!("[card] {title}"), text(element, "subtitle")]);
                buttons(element, 0, &mut lines)?;
            }
        }
        _ => return Err(bad("template_type")),
    }
    Ok(lines)
}
