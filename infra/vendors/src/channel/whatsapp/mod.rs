//! WhatsApp's messages, in and out: <https://developers.facebook.com/docs/whatsapp/cloud-api>.

use byoc::{model::message::MediaKind, outside::clock::now};
use serde_json::{Value, json};

use crate::{
    json::put,
    memory::{CustomersFile, Memory},
    people::Saying,
};

mod rules;

pub(super) use self::rules::{check, mark, templates};

/// The business account, which has the templates.
pub(super) const ACCOUNT_ID: &str = "118604227730951";
pub(super) const NUMBER_ID: &str = "109830417265540";
/// The first number as people write it, without the plus sign.
pub(super) const SHOWN_NUMBER: &str = "12025550111";
/// Another number of the same app, which only shows that it exists.
pub(super) const SECOND_NUMBER_ID: &str = "109830417265541";

fn envelope(mut value: Value) -> Value {
    put(&mut value, "messaging_product", "whatsapp");
    let number = json!({"display_phone_number": SHOWN_NUMBER, "phone_number_id": NUMBER_ID});
    put(&mut value, "metadata", number);
    json!({"object": "whatsapp_business_account", "entry": [{"id": ACCOUNT_ID, "changes": [{"field": "messages", "value": value}]}]})
}

/// Returns the id and the webhook body of a message that a customer writes.
pub(super) fn written(memory: &Memory, customer: &str, number: u64, saying: Saying) -> (String, Value) {
    let mut message = match saying {
        Saying::Text(text) => json!({"type": "text", "text": {"body": text}}),
        Saying::Media { kind, url, name, size } => {
            let mut media = json!({"mime_type": "application/octet-stream", "sha256": "x"});
            if kind == MediaKind::File {
                put(&mut media, "filename", name.clone());
            }
            put(&mut media, "id", memory.lock().keep(CustomersFile { kind, url, name, size }));
            let kind = if kind == MediaKind::File { json!("document") } else { json!(kind) };
            let field = kind.as_str().unwrap_or_default();
            json!({"type": kind, field: media})
        }
        Saying::Raw(content) => content,
    };
    let id = format!("wamid.IN{number}");
    put(&mut message, "from", customer);
    put(&mut message, "id", id.clone());
    put(&mut message, "timestamp", seconds());
    let mut contact = json!({"profile": {"name": "Sam Example"}, "wa_id": customer});
    if let Some(user) = message.get("from_user_id") {
        put(&mut contact, "user_id", user.clone());
        memory.lock().reachable.extend(user.as_str().map(str::to_owned));
    }
    (id, envelope(json!({"contacts": [contact], "messages": [message]})))
}

/// Returns the webhook body of a receipt.
pub(super) fn status(customer: &str, message: &str, receipt: &str) -> Value {
    let mut status = json!({
        "id": message, "status": if receipt == "seen" { "read" } else { receipt },
        "timestamp": seconds(), "recipient_id": customer,
    });
    if receipt == "failed" {
        put(&mut status, "errors", json!([{"code": 131_026, "title": "Message undeliverable"}]));
    }
    envelope(json!({"statuses": [status]}))
}

/// Returns the time in seconds, as WhatsApp writes it.
fn seconds() -> String {
    (now().seconds()).to_string()
}
