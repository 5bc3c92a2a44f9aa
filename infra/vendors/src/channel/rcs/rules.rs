//! The rules for a message:
//! <https://developers.google.com/business-communications/rcs-business-messaging/reference/rest/v1/phones.agentMessages>.

use serde_json::{Value, json};

use crate::rules::{Refusal, is_callable};

/// Makes a refusal in Google's form.
pub(super) fn refused(code: u16, status: &str, message: &str) -> Refusal {
    Refusal(code, json!({"error": {"code": code, "message": message, "status": status}}))
}

/// Checks a message and returns what the customer sees.
pub(super) fn check(body: &Value) -> Result<Vec<String>, Refusal> {
    let invalid = |why: &str| refused(400, "INVALID_ARGUMENT", why);
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (words, file) = (text("/contentMessage/text"), text("/contentMessage/contentInfo/fileUrl"));
    let mut lines = match (words.is_empty(), file.is_empty()) {
        (false, true) if words.chars().count() <= 3_072 => vec![words.to_owned()],
        (true, false) if is_callable(file) => vec![format!("[file] {file}")],
        _ => return Err(invalid("one of text (at most 3,072 characters) and contentInfo")),
    };
    let suggestions =
        body.pointer("/contentMessage/suggestions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for suggestion in suggestions {
        let label = suggestion.pointer("/reply/text").or_else(|| suggestion.pointer("/action/text"));
        let label = label.and_then(Value::as_str).filter(|label| (1..=25).contains(&label.chars().count()));
        lines.push(format!("[button] {}", label.ok_or_else(|| invalid("suggestions.text"))?));
    }
    if suggestions.len() > 11 { Err(invalid("suggestions")) } else { Ok(lines) }
}
