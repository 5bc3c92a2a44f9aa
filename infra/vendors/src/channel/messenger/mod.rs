//! Messages of Messenger and Instagram, in and out: <https://developers.facebook.com/docs/messenger-platform>.

use byoc::outside::clock::now;
use serde_json::{Value, json};

use crate::{
    json::{merge, put},
    people::Saying,
};

mod rules;

pub(super) use self::rules::{check, mark};

/// What sets the two platforms apart.
#[derive(Debug)]
pub(super) struct Platform {
    /// The object of the webhooks.
    object: &'static str,
    /// The id of the Page or account.
    pub(super) account: &'static str,
    /// The node that sends messages and is asked for the account.
    pub(super) sender: &'static str,
    /// The beginning of the ids of messages.
    pub(super) prefix: &'static str,
    /// The longest text, and how it is counted.
    text: (usize, fn(&str) -> usize),
    /// The fields of a message.
    fields: &'static [&'static str],
    /// The extensions that a kind of file may have; none if all are taken.
    files: &'static [(&'static str, &'static [&'static str])],
    /// Whether the id of a read message is told, and not only the time.
    tells_read_id: bool,
    /// The subcode of an answer that comes too late.
    pub(super) too_late: u32,
}

/// Facebook Messenger.
pub(super) static MESSENGER: Platform = Platform {
    object: "page",
    account: "100000000000001",
    sender: "100000000000001",
    prefix: "m_",
    text: (2_000, |text| text.encode_utf16().count()),
    fields: &["text", "attachment", "quick_replies", "metadata"],
    files: &[],
    tells_read_id: false,
    too_late: 2_018_278,
};

/// Instagram, by way of a Page.
pub(super) static INSTAGRAM: Platform = Platform {
    object: "instagram",
    account: "17841400000000001",
    sender: "me",
    prefix: "aWdfZAG1faXRlbToxO",
    text: (1_000, str::len),
    fields: &["text", "attachment", "quick_replies"],
    files: &[
        ("image", &["png", "jpg", "jpeg"]),
        ("video", &["mp4", "ogg", "ogv", "avi", "mov", "webm"]),
        ("audio", &["aac", "m4a", "wav", "mp4"]),
        ("file", &["pdf"]),
    ],
    tells_read_id: true,
    too_late: 2_534_022,
};

impl Platform {
    fn envelope(&self, customer: &str, content: Value) -> Value {
        let mut people = [customer, self.account];
        if content.pointer("/message/is_echo").is_some() {
            people.reverse();
        }
        let [sender, recipient] = people;
        let mut event = json!({"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": now().get()});
        merge(&mut event, content);
        json!({"object": self.object, "entry": [{"id": self.account, "time": now().get(), "messaging": [event]}]})
    }

    /// Returns the id and the webhook body of a message that a customer writes, or that the staff write elsewhere.
    pub(super) fn written(&self, customer: &str, number: u64, saying: Saying) -> (String, Value) {
        let id = format!("{}IN{number}", self.prefix);
        let mut message = match saying {
            Saying::Text(text) => json!({"text": text}),
            // Files are behind links that anybody can open for a while.
            Saying::Media { kind, url, .. } => json!({"attachments": [{"type": kind, "payload": {"url": url}}]}),
            Saying::Raw(message) => message,
        };
        put(&mut message, "mid", id.clone());
        (id, self.envelope(customer, json!({"message": message})))
    }

    /// Returns the webhook body with which a message that an app sent comes back.
    pub(super) fn echo(&self, customer: &str, id: &str, sent: &Value) -> Value {
        let mut message = json!({"mid": id, "is_echo": true});
        for field in ["text", "metadata"] {
            if let Some(value) = sent.pointer(&format!("/message/{field}")) {
                put(&mut message, field, value.clone());
            }
        }
        if let Some(attachment) = sent.pointer("/message/attachment") {
            put(&mut message, "attachments", json!([attachment]));
        }
        self.envelope(customer, json!({"message": message}))
    }

    /// Returns the webhook body of a receipt, or `None` if the platform does not send it.
    pub(super) fn news(&self, customer: &str, message: &str, receipt: &str) -> Option<Value> {
        let content = match receipt {
            "delivered" if self.tells_read_id => return None,
            "delivered" => json!({"delivery": {"mids": [message], "watermark": now().get()}}),
            _ if self.tells_read_id => json!({"read": {"mid": message}}),
            _ => json!({"read": {"watermark": now().get()}}),
        };
        Some(self.envelope(customer, content))
    }
}
