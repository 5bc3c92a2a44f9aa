//! The shared rules of WhatsApp, Messenger and Instagram.

use serde_json::json;

use crate::{json::put, rules::Refusal};

/// Makes an error in the form of the Graph API.
pub(in crate::channel) fn refused(status: u16, code: u32, message: &str) -> Refusal {
    let error =
        json!({"message": format!("(#{code}) {message}"), "type": "OAuthException", "code": code, "fbtrace_id": "A"});
    Refusal(status, json!({"error": error}))
}

/// Makes such an error with a subcode.
pub(in crate::channel) fn refused_as(status: u16, code: u32, subcode: u32, message: &str) -> Refusal {
    let Refusal(status, mut answer) = refused(status, code, message);
    if let Some(error) = answer.get_mut("error") {
        put(error, "error_subcode", subcode);
    }
    Refusal(status, answer)
}
