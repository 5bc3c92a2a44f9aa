//! The shared rules of WhatsApp and Messenger.

use serde_json::json;

use crate::rules::Refusal;

/// Makes an error in the form of the Graph API.
pub(in crate::channel) fn refused(status: u16, code: u32, message: &str) -> Refusal {
    let error =
        json!({"message": format!("(#{code}) {message}"), "type": "OAuthException", "code": code, "fbtrace_id": "A"});
    Refusal(status, json!({"error": error}))
}
