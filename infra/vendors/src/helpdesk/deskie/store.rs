//! The state of a Deskie account, and the checks on what is added.

use std::collections::BTreeMap;

/// The key of the custom channel.
pub const CHANNEL: &str = "cch207";

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rules::{File, Refusal, Sent, missing};

/// The account's state.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Store {
    pub(super) base: String,
    pub(super) webhook: Option<String>,
    pub(super) last_id: u64,
    pub(super) users: BTreeMap<u64, User>,
    pub(super) cases: BTreeMap<u64, Case>,
    pub(super) files: BTreeMap<u64, File>,
}

#[derive(Clone, Default, Deserialize, Serialize)]
pub(super) struct User {
    pub(super) custom_id: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) phone: String,
    #[serde(default)]
    pub(super) company: String,
}

#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Case {
    pub(super) user: u64,
    pub(super) status: String,
    pub(super) created: String,
    pub(super) messages: Vec<Message>,
    /// The subject, the group, the priority, the labels, the language and the custom fields, as far as they were given.
    #[serde(default)]
    pub(super) given: serde_json::Map<String, Value>,
}

#[derive(Clone, Deserialize, Serialize)]
pub(super) struct Message {
    pub(super) id: u64,
    pub(super) staff: u64,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) note: bool,
    pub(super) created: String,
    pub(super) files: Vec<u64>,
    pub(super) raw: Value,
}

impl Store {
    pub(super) fn fresh_id(&mut self) -> u64 {
        // Deskie's ids exceed 32 bits.
        self.last_id = self.last_id.max(6_120_847_000) + 1;
        self.last_id
    }

    pub(super) fn user_of(&self, custom_id: &str) -> Option<u64> {
        self.users.iter().find(|(_, user)| user.custom_id == custom_id).map(|(id, _)| *id)
    }

    /// Opens a case of a new user, as an agent does who knows no more than a telephone number. Returns the case.
    pub(super) fn begin(&mut self, phone: &str) -> u64 {
        let user = self.fresh_id();
        let named = User { name: "Nadia".to_owned(), phone: phone.to_owned(), ..User::default() };
        self.users.insert(user, named);
        let case = self.fresh_id();
        self.cases.insert(
            case,
            Case { user, status: "open".into(), created: now(), messages: Vec::new(), given: serde_json::Map::new() },
        );
        case
    }

    pub(super) fn latest_case(&self, contact: &str) -> Option<u64> {
        let user = self.user_of(contact)?;
        self.cases.iter().rfind(|(_, case)| case.user == user).map(|(id, _)| *id)
    }

    /// Returns whether an address or a number belongs to another user.
    pub(super) fn is_taken(&self, address: &str, by_other_than: Option<u64>) -> bool {
        let is = |user: &User| !address.is_empty() && (user.email == address || user.phone == address);
        self.users.iter().any(|(id, user)| Some(*id) != by_other_than && is(user))
    }

    pub(super) fn merge(&mut self, contact: &str) {
        let Some(merged) = self.latest_case(contact).and_then(|id| self.cases.remove(&id)) else { return };
        match self.latest_case(contact).and_then(|id| self.cases.get_mut(&id)) {
            Some(case) => {
                case.messages.extend(merged.messages);
                case.status = merged.status;
            }
            None => {
                let id = self.fresh_id();
                self.cases.insert(id, merged);
            }
        }
    }

    pub(super) fn merge_user(&mut self, contact: &str) {
        let Some((old, user)) = self.user_of(contact).and_then(|id| self.users.remove_entry(&id)) else { return };
        let id = self.fresh_id();
        self.users.insert(id, user);
        self.cases.values_mut().filter(|case| case.user == old).for_each(|case| case.user = id);
    }

    pub(super) fn case_json(&self, id: u64, case: &Case) -> Value {
        let mut shown = json!({
            "case_id": id, "case_number": format!("518-{id}"), "subject": "Chat", "user_id": case.user, "staff_id": 0,
            "group_id": 44, "status": case.status, "priority": "normal", "channel": CHANNEL, "deleted": false,
            "spam": false, "created_at": case.created, "updated_at": case.created,
            "language_id": 2, "custom_fields": {}, "labels": [],
        });
        if let Some(shown) = shown.as_object_mut() {
            shown.extend(case.given.clone());
        }
        shown
    }

    pub(super) fn message_json(&self, user: u64, message: &Message) -> Value {
        let files: Vec<Value> = message.files.iter().filter_map(|id| self.file_json(*id)).collect();
        json!({
            "message_id": message.id, "user_id": if message.staff == 0 { user } else { 0 }, "staff_id": message.staff,
            "content": message.text, "content_html": message.html, "attachments": files, "note": message.note,
            "created_at": message.created,
        })
    }

    pub(super) fn file_json(&self, id: u64) -> Option<Value> {
        let file = self.files.get(&id)?;
        Some(json!({
            "file_id": id, "file_name": file.name, "file_size": file.bytes.len(), "mime_type": file.content_type,
            "url": format!("{}/files/{id}", self.base),
        }))
    }

    /// Checks a message and stores it.
    pub(super) fn write(&mut self, case: u64, sent: Sent, staff: u64) -> Result<Value, Refusal> {
        let text = sent.text("content");
        let html = sent.text("content_html");
        let note = matches!(sent.fields.get("note"), Some(Value::Number(number)) if number.as_u64() == Some(1))
            || sent.text("note") == "1";
        sent.check()?;
        let mut files = Vec::new();
        for file in sent.files {
            let id = self.fresh_id();
            self.files.insert(id, file);
            files.push(id);
        }
        let id = self.fresh_id();
        let message = Message { id, staff, text, html, note, created: now(), files, raw: Value::Object(sent.fields) };
        let Some(user) = self.cases.get(&case).map(|case| case.user) else {
            return Err(missing("case_not_found"));
        };
        let shown = self.message_json(user, &message);
        if let Some(case) = self.cases.get_mut(&case) {
            if staff == 0 && !note {
                case.status = "open".to_owned();
            }
            case.messages.push(message);
        }
        Ok(shown)
    }
}

/// Returns the time in Deskie's form.
pub(super) fn now() -> String {
    let now = time::OffsetDateTime::from_unix_timestamp(byoc::outside::clock::now().seconds()).ok();
    now.and_then(|now| now.format(&time::format_description::well_known::Rfc2822).ok()).unwrap_or_default()
}
