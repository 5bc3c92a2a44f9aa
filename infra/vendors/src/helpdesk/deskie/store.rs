//! What a Deskie account remembers, and what it takes into it.

use std::collections::BTreeMap;

use axum::{
    body::Bytes,
    extract::{FromRequest, Multipart, Request},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::CHANNEL;

/// No file is larger.
pub(super) const MAX_FILE: usize = 25_000_000;

/// What is remembered.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Account {
    pub(super) base: String,
    pub(super) webhook: Option<String>,
    pub(super) last_id: u64,
    pub(super) users: BTreeMap<u64, User>,
    pub(super) cases: BTreeMap<u64, Case>,
    pub(super) files: BTreeMap<u64, File>,
}

#[derive(Clone, Deserialize, Serialize)]
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

#[derive(Clone, Deserialize, Serialize)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) content_type: String,
    pub(super) bytes: Vec<u8>,
}

/// A refusal: the status and Deskie's word for it.
pub(super) struct Refusal(pub(super) StatusCode, pub(super) &'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, axum::Json(json!({"error": self.1}))).into_response()
    }
}

impl Account {
    pub(super) fn fresh_id(&mut self) -> u64 {
        // Ids of Deskie pass 32 bits.
        self.last_id = self.last_id.max(6_120_847_000) + 1;
        self.last_id
    }

    pub(super) fn user_of(&self, custom_id: &str) -> Option<u64> {
        self.users.iter().find(|(_, user)| user.custom_id == custom_id).map(|(id, _)| *id)
    }

    pub(super) fn latest_case(&self, contact: &str) -> Option<u64> {
        let user = self.user_of(contact)?;
        self.cases.iter().rfind(|(_, case)| case.user == user).map(|(id, _)| *id)
    }

    /// Whether an address or a number is another user's.
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
        json!({
            "case_id": id, "case_number": format!("518-{id}"), "subject": "Chat", "user_id": case.user, "staff_id": 0,
            "group_id": 44, "status": case.status, "priority": "normal", "channel": CHANNEL, "deleted": false,
            "spam": false, "created_at": case.created, "updated_at": case.created,
            "language_id": 2, "custom_fields": {}, "labels": [],
        })
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

    /// Checks a message and keeps it.
    pub(super) fn write(&mut self, case: u64, sent: Sent, staff: u64) -> Result<Value, Refusal> {
        let text = sent.text("content");
        let html = sent.text("content_html");
        let note = matches!(sent.fields.get("note"), Some(Value::Number(number)) if number.as_u64() == Some(1))
            || sent.text("note") == "1";
        if text.trim().is_empty() && html.trim().is_empty() && sent.files.is_empty() {
            return Err(Refusal(StatusCode::BAD_REQUEST, "empty_content"));
        }
        if sent.files.iter().any(|file| file.bytes.len() > MAX_FILE)
            || sent.files.iter().map(|file| file.bytes.len()).sum::<usize>() > 2 * MAX_FILE
        {
            return Err(Refusal(StatusCode::BAD_REQUEST, "file_too_large"));
        }
        let mut files = Vec::new();
        for file in sent.files {
            let id = self.fresh_id();
            self.files.insert(id, file);
            files.push(id);
        }
        let id = self.fresh_id();
        let message = Message { id, staff, text, html, note, created: now(), files, raw: Value::Object(sent.fields) };
        let Some(user) = self.cases.get(&case).map(|case| case.user) else {
            return Err(Refusal(StatusCode::NOT_FOUND, "case_not_found"));
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

/// What a write carries, however it is encoded.
pub(super) struct Sent {
    pub(super) fields: Map<String, Value>,
    pub(super) files: Vec<File>,
}

impl Sent {
    /// Reads JSON or a form, whose fields are `wrapper[name]` and `wrapper[attachments][N]`.
    pub(super) async fn read(request: Request, wrapper: &str) -> Result<Self, Refusal> {
        let bad = || Refusal(StatusCode::BAD_REQUEST, "bad_request");
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !content_type.is_some_and(|value| value.starts_with("multipart/form-data")) {
            let body = Bytes::from_request(request, &()).await.map_err(|_| bad())?;
            let mut body: Value = serde_json::from_slice(&body).map_err(|_| bad())?;
            let fields = body.get_mut(wrapper).and_then(Value::as_object_mut).ok_or_else(bad)?;
            return Ok(Self { fields: std::mem::take(fields), files: Vec::new() });
        }
        let mut form = Multipart::from_request(request, &()).await.map_err(|_| bad())?;
        let (mut fields, mut files) = (Map::new(), Vec::new());
        while let Some(field) = form.next_field().await.map_err(|_| bad())? {
            let name = field.name().unwrap_or_default().to_owned();
            let inner = name.strip_prefix(wrapper).and_then(|name| name.strip_prefix('[')).ok_or_else(bad)?.to_owned();
            if inner.starts_with("attachments]") {
                let name = field.file_name().ok_or_else(bad)?.to_owned();
                let content_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
                let bytes = field.bytes().await.map_err(|_| bad())?.to_vec();
                files.push(File { name, content_type, bytes });
            } else {
                let name = inner.strip_suffix(']').ok_or_else(bad)?.to_owned();
                fields.insert(name, field.text().await.map_err(|_| bad())?.into());
            }
        }
        Ok(Self { fields, files })
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        let value = self.fields.get(name)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }
}

/// The time as Deskie writes it.
pub(super) fn now() -> String {
    let now = time::OffsetDateTime::from_unix_timestamp(byoc::clock::now_ms() / 1_000).ok();
    now.and_then(|now| now.format(&time::format_description::well_known::Rfc2822).ok()).unwrap_or_default()
}
