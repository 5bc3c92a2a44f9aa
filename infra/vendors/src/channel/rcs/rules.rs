//! The rules for a message:
//! <https://developers.google.com/business-communications/rcs-business-messaging/reference/rest/v1/phones.agentMessages>.

use serde_json::{Value, json};

use crate::rules::{Refusal, is_callable};

/// Makes a refusal in Google's form.
pub(super) fn refused(code: u16, status: &str, message: &str) -> Refusal {
    Refusal(code, json!({"error": {"code": code, "message": message, "status": status}}))
}

/// The largest message, in bytes.
const MESSAGE: usize = 250_000;

/// Checks a card alone or several side by side, and returns what the customer sees.
fn rich_card(card: &Value) -> Option<Vec<String>> {
    let cards = match (card.get("standaloneCard"), card.get("carouselCard")) {
        (Some(card), None) => {
            matches!(card.get("cardOrientation")?.as_str(), Some("VERTICAL" | "HORIZONTAL")).then_some(())?;
            vec![card.get("cardContent")?]
        }
        (None, Some(carousel)) => {
            matches!(carousel.get("cardWidth")?.as_str(), Some("SMALL" | "MEDIUM")).then_some(())?;
            let cards: Vec<&Value> = carousel.get("cardContents")?.as_array()?.iter().collect();
            (2..=10).contains(&cards.len()).then_some(cards)?
        }
        _ => return None,
    };
    let mut lines = vec!["[cards]".to_owned()];
    for card in cards {
        let text = |name: &str| card.get(name).and_then(Value::as_str).unwrap_or_default();
        let image = card.pointer("/media/contentInfo/fileUrl").and_then(Value::as_str).unwrap_or_default();
        let (title, words) = (text("title"), text("description"));
        if title.is_empty() && words.is_empty() && image.is_empty()
            || title.chars().count() > 200
            || words.chars().count() > 2_000
            || !image.is_empty() && !is_callable(image)
        {
            return None;
        }
        lines
            .extend([title.to_owned(), words.to_owned(), image.to_owned()].into_iter().filter(|line| !line.is_empty()));
        let suggestions = card.get("suggestions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for suggestion in suggestions {
            let label = suggestion.pointer("/reply/text").or_else(|| suggestion.pointer("/action/text"));
            let label = label.and_then(Value::as_str).filter(|label| (1..=25).contains(&label.chars().count()))?;
            lines.push(format!("[button] {label}"));
        }
        (suggestions.len() <= 4).then_some(())?;
    }
    Some(lines)
}

/// Checks a message and returns what the customer sees.
pub(super) fn check(body: &Value) -> Result<Vec<String>, Refusal> {
    let invalid = |why: &str| refused(400, "INVALID_ARGUMENT", why);
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (words, file) = (text("/contentMessage/text"), text("/contentMessage/contentInfo/fileUrl"));
    if body.to_string().len() > MESSAGE {
        return Err(invalid("the message is larger than 250 KB"));
    }
    let card = body.pointer("/contentMessage/richCard");
    if let Some(card) = card.filter(|_| words.is_empty() && file.is_empty()) {
        return rich_card(card).ok_or_else(|| invalid("richCard"));
    }
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
