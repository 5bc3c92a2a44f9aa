//! The refusals of Freshchat, in its own words.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{FreshchatSim, store::text};

/// The length of the longest text that is accepted.
const MAX_TEXT: usize = 5000;

/// An error as Freshchat writes it.
#[derive(Debug)]
pub(super) struct Refusal(pub StatusCode, pub &'static str, pub String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        json_response(self.0, &json!({"code": self.0.as_u16(), "status": self.1, "message": self.2}))
    }
}

pub(super) fn json_response(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

pub(super) fn invalid(message: impl Into<String>) -> Refusal {
    Refusal(StatusCode::BAD_REQUEST, "INVALID_VALUE", message.into())
}

pub(super) fn missing(word: &'static str, what: &str) -> Refusal {
    Refusal(StatusCode::NOT_FOUND, word, format!("{what} not found"))
}

/// Checks the fields of a user: known names, and values of the right type and form.
pub(super) fn user_fields(body: &Value, is_new: bool) -> Result<&Map<String, Value>, Refusal> {
    let fields = body.as_object().ok_or_else(|| invalid("the body should be an object"))?;
    let texts = ["reference_id", "first_name", "last_name", "email", "phone"];
    for (key, value) in fields {
        let fits = match (key.as_str(), value) {
            (key, Value::String(text)) if texts.contains(&key) => !text.is_empty() && text.chars().count() <= 200,
            ("avatar", Value::Object(avatar)) => avatar.get("url").and_then(Value::as_str).is_some_and(is_url),
            ("properties", Value::Array(list)) => {
                list.iter().all(|it| it["name"].is_string() && it["value"].is_string())
            }
            _ => false,
        };
        if !fits {
            return Err(invalid(format!("{key} is not valid")));
        }
    }
    let has = |key: &str| fields.get(key).and_then(Value::as_str);
    if is_new && (has("first_name").is_none() || has("reference_id").or(has("email")).or(has("phone")).is_none()) {
        return Err(invalid("first_name and one of reference_id, email and phone are required"));
    }
    if has("phone").is_some_and(|phone| !phone.trim_start_matches('+').bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(invalid("phone is not valid"));
    }
    if has("email").is_some_and(|email| !email.contains('@')) {
        return Err(invalid("email is not valid"));
    }
    Ok(fields)
}

impl FreshchatSim {
    /// Checks the author and the parts of a message. `user` is the owner of the conversation.
    pub(super) async fn message<'a>(&self, body: &'a Value, user: &str) -> Result<&'a Map<String, Value>, Refusal> {
        let fields = body.as_object().ok_or_else(|| invalid("the message should be an object"))?;
        let known = ["message_type", "actor_type", "actor_id", "user_id", "channel_id", "message_parts", "reply_parts"];
        if let Some(key) = fields.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(invalid(format!("unknown field {key}")));
        }
        if fields.get("message_type").is_some_and(|it| !matches!(it.as_str(), Some("normal" | "private"))) {
            return Err(invalid("message_type is not valid"));
        }
        if fields.get("channel_id").is_some_and(|it| !it.as_str().is_some_and(|it| self.store().has_topic(it))) {
            return Err(missing("CHANNEL_NOT_FOUND", "channel"));
        }
        let (actor, kind) = (text(body, "actor_id"), text(body, "actor_type"));
        // Somebody who was merged away is not known any more.
        if kind == "user" && actor != user && self.store().user(&actor).is_none() {
            return Err(missing("USER_NOT_FOUND", "user"));
        }
        if fields.get("user_id").is_some_and(|it| it != user) {
            return Err(invalid("user_id is not the user of this conversation"));
        }
        match kind.as_str() {
            "user" if actor == user => {}
            "agent" if actor == super::store::AGENT => {}
            "bot" => {}
            "user" | "agent" => return Err(invalid("actor_id is not valid")),
            _ => return Err(invalid("actor_type is not valid")),
        }
        let parts = fields.get("message_parts").and_then(Value::as_array).filter(|parts| !parts.is_empty());
        for part in parts.ok_or_else(|| invalid("message_parts should not be empty"))? {
            self.part(part).await?;
        }
        Ok(fields)
    }

    async fn part(&self, part: &Value) -> Result<(), Refusal> {
        let mut keys = part.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        let (Some((key, value)), None) = (keys.next(), keys.next()) else {
            return Err(invalid("a message part has one key"));
        };
        match key.as_str() {
            "text" => match value.get("content").and_then(Value::as_str) {
                Some(content) if content.trim().is_empty() => Err(invalid("text is empty")),
                Some(content) if content.chars().count() > MAX_TEXT => Err(invalid("text is too long")),
                Some(_) => Ok(()),
                None => Err(invalid("text has no content")),
            },
            "image" => match value.get("url").and_then(Value::as_str) {
                Some(url) if self.is_picture(url).await => Ok(()),
                _ => Err(invalid("IMAGE_EMPTY_CONTENT")),
            },
            "video" if is_url(&text(value, "url")) => Ok(()),
            "callback" if !text(value, "label").is_empty() && !text(value, "payload").is_empty() => Ok(()),
            "file" => self.file(value),
            _ => Err(invalid("Fragment not supported in conversation")),
        }
    }

    fn file(&self, file: &Value) -> Result<(), Refusal> {
        let store = self.store();
        let known = store.files.get(&text(file, "fileHash")).ok_or_else(|| invalid("fileHash is not valid"))?;
        let extension = text(file, "file_extension");
        let fits = text(file, "fileSource") == "FRESHCHAT"
            && !text(file, "name").is_empty()
            && !text(file, "contentType").is_empty()
            && (extension.is_empty() || extension.starts_with('.'))
            && file.get("file_size_in_bytes").is_none_or(|size| size == known.size);
        if fits { Ok(()) } else { Err(invalid("file is not valid")) }
    }

    /// Fetches a picture while the call waits, as Freshchat does. Only pictures on this machine are fetched, since a
    /// simulator cannot reach other hosts.
    async fn is_picture(&self, url: &str) -> bool {
        let uploaded = {
            let store = self.store();
            let ours = format!("{}/images/", store.base);
            url.strip_prefix(&ours).map(|name| store.files.get(name).is_some_and(|file| file.size > 0))
        };
        if let Some(uploaded) = uploaded {
            return uploaded;
        }
        let Ok(parsed) = reqwest::Url::parse(url) else { return false };
        if !matches!(parsed.host_str(), Some("127.0.0.1" | "localhost" | "[::1]")) {
            return false;
        }
        match self.shared.http.get(parsed).send().await {
            Ok(answer) if answer.status().is_success() => answer.bytes().await.is_ok_and(|bytes| !bytes.is_empty()),
            _ => false,
        }
    }
}

fn is_url(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}
