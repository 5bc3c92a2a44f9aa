//! Messenger's messages, in and out: <https://developers.facebook.com/docs/messenger-platform>.

use byoc::outside::clock::now;
use serde_json::{Value, json};

use crate::{
    json::{merge, put},
    people::Saying,
};

mod rules;

pub(super) use self::rules::{check, mark};

pub(super) const PAGE: &str = "100000000000001";

fn envelope(customer: &str, content: Value) -> Value {
    let mut event = json!({"sender": {"id": customer}, "recipient": {"id": PAGE}, "timestamp": now().get()});
    merge(&mut event, content);
    json!({"object": "page", "entry": [{"id": PAGE, "time": now().get(), "messaging": [event]}]})
}

/// Returns the id and the webhook body of a message that a customer writes.
pub(super) fn written(customer: &str, number: u64, saying: Saying) -> (String, Value) {
    let id = format!("m_IN{number}");
    let mut message = match saying {
        Saying::Text(text) => json!({"text": text}),
        // Files are behind links that anybody can open for a while.
        Saying::Media { kind, url, .. } => json!({"attachments": [{"type": kind, "payload": {"url": url}}]}),
        Saying::Raw(message) => message,
    };
    put(&mut message, "mid", id.clone());
    (id, envelope(customer, json!({"message": message})))
}

/// Returns the webhook body of a receipt.
pub(super) fn news(customer: &str, message: &str, receipt: &str) -> Value {
    match receipt {
        "delivered" => envelope(customer, json!({"delivery": {"mids": [message], "watermark": now().get()}})),
        _ => envelope(customer, json!({"read": {"watermark": now().get()}})),
    }
}
