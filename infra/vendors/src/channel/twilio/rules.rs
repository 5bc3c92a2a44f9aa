//! The rules for a message: <https://www.twilio.com/docs/messaging/api/message-resource>.

use serde_json::json;

use crate::rules::{Refusal, is_callable};

/// The number of the simulated business.
pub(super) const NUMBER: &str = "+12025550199";

pub(super) type Form = Vec<(String, String)>;

/// A message that follows the rules.
pub(super) struct Checked {
    pub(super) to: String,
    pub(super) from: String,
    /// What the customer sees.
    pub(super) lines: Vec<String>,
    /// The URL for reports about the message; may be empty.
    pub(super) callback: String,
}

/// Makes a refusal in Twilio's form.
pub(super) fn refused(code: u32, message: &str) -> Refusal {
    Refusal(400, json!({"code": code, "message": message, "more_info": "", "status": 400}))
}

pub(super) fn check(form: &Form) -> Result<Checked, Refusal> {
    let all = |name: &str| {
        let values = form.iter().filter(|(field, _)| field == name).map(|(_, value)| value.clone());
        values.collect::<Vec<_>>()
    };
    let field = |name: &str| all(name).into_iter().next().unwrap_or_default();
    let (to, from, body) = (field("To"), field("From"), field("Body"));
    let (media, callback) = (all("MediaUrl"), field("StatusCallback"));
    if !to.trim_start_matches("whatsapp:").starts_with('+') {
        return Err(refused(21211, "Invalid 'To' Phone Number"));
    }
    if from.trim_start_matches("whatsapp:") != NUMBER {
        return Err(refused(21606, "The 'From' phone number is not a valid, SMS-capable inbound phone number"));
    }
    if body.is_empty() && media.is_empty() && field("ContentSid").is_empty() {
        return Err(refused(21602, "Message body is required"));
    }
    if body.encode_utf16().count() > 1_600 {
        return Err(refused(21617, "The concatenated message body exceeds the 1600 character limit"));
    }
    if media.len() > 10 || !media.iter().all(|url| is_callable(url)) {
        return Err(refused(21620, "Invalid media URL(s)"));
    }
    if !callback.is_empty() && !is_callable(&callback) {
        return Err(refused(21609, "The 'StatusCallback' URL is not valid"));
    }
    let mut lines = vec![body];
    lines.extend(media.iter().map(|url| format!("[media] {url}")));
    lines.extend(all("PersistentAction"));
    Ok(Checked { to, from, lines, callback })
}
