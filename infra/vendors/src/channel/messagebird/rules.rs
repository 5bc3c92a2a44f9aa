//! The rules for a message: <https://developers.messagebird.com/api/sms-messaging/#the-message-object>.

use byoc::model::text;
use serde_json::{Value, json};

use crate::rules::{Refusal, is_callable};

/// The number of the simulated business.
pub(super) const NUMBER: &str = "447700900170";

/// The highest number of parts of a text message.
const PARTS: usize = 9;
/// The fields of a message.
const FIELDS: &[&str] = &[
    "body",
    "datacoding",
    "gateway",
    "mclass",
    "originator",
    "recipients",
    "reference",
    "reportUrl",
    "scheduledDatetime",
    "shortenUrls",
    "type",
    "typeDetails",
    "validity",
];

/// A message that follows the rules.
pub(super) struct Checked {
    /// The recipients.
    pub(super) to: String,
    pub(super) words: String,
    /// The URL for reports about the message.
    pub(super) report: String,
}

/// Makes a refusal in MessageBird's form.
pub(super) fn refused(code: u32, why: &str, parameter: &str) -> Refusal {
    let error = json!({"code": code, "description": why, "parameter": parameter});
    Refusal(422, json!({"errors": [error]}))
}

pub(super) fn check(body: &Value) -> Result<Checked, Refusal> {
    let field = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_unknown = |name: &&String| !FIELDS.contains(&name.as_str());
    if let Some(unknown) = body.as_object().and_then(|fields| fields.keys().find(is_unknown)) {
        return Err(refused(10, "unknown parameter", unknown));
    }
    if field("originator") != NUMBER {
        return Err(refused(10, "originator is invalid", "originator"));
    }
    let recipients = body.get("recipients").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let [Value::String(to)] = recipients else {
        return Err(refused(9, "no (correct) recipients found", "recipients"));
    };
    let words = field("body");
    if words.is_empty() || !text::fits(words, text::sms_limit(words, PARTS)) {
        return Err(refused(10, "body is invalid", "body"));
    }
    // Without this field, the text is written in GSM 03.38 and other letters become question marks.
    if !matches!(field("datacoding"), "auto" | "unicode" | "plain") {
        return Err(refused(10, "datacoding is invalid", "datacoding"));
    }
    if !is_callable(field("reportUrl")) || field("reference").is_empty() {
        return Err(refused(10, "reportUrl and reference go together", "reportUrl"));
    }
    let to = format!("+{}", to.trim_start_matches('+'));
    Ok(Checked { to, words: words.to_owned(), report: field("reportUrl").to_owned() })
}
