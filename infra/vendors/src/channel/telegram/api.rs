//! The methods of the bot API, and the download of files.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{FromRequest, Multipart, Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use serde_json::{Map, Value, json};

use super::{
    CONNECTION, TOKEN, Telegram, Webhook, now,
    rules::{self, Form, Refusal},
};
use crate::{people::Seen, rules::is_callable};

/// The largest file that a bot may download.
const DOWNLOAD: u64 = 20 << 20;

pub(super) fn router(telegram: Telegram) -> Router {
    Router::new().route("/{bot}/{method}", any(method)).route("/file/{bot}/{*path}", get(file)).with_state(telegram)
}

async fn method(
    State(telegram): State<Telegram>,
    Path((bot, method)): Path<(String, String)>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    if bot.strip_prefix("bot") != Some(TOKEN) {
        let is_token = bot.strip_prefix("bot").is_some_and(|token| token.contains(':'));
        return refused(if is_token { Refusal(401, "Unauthorized".into()) } else { Refusal(404, "Not Found".into()) });
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
    let answer = match form(request).await {
        Ok(form) => telegram.call(&method, form, &host).await,
        Err(refusal) => Err(refusal),
    };
    match answer {
        Ok(result) => Json(json!({"ok": true, "result": result})).into_response(),
        Err(refusal) => {
            tracing::warn!(method, why = refusal.1, "the simulated Telegram refused a call");
            refused(refusal)
        }
    }
}

fn refused(Refusal(code, description): Refusal) -> Response {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::BAD_REQUEST);
    (status, Json(json!({"ok": false, "error_code": code, "description": description}))).into_response()
}

async fn form(request: Request) -> Result<Form, Refusal> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let unreadable = |_| Refusal::bad("can't read the form");
        let mut multipart = Multipart::from_request(request, &()).await.map_err(|_| Refusal::bad("no form"))?;
        let mut form = Form::default();
        while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
            let name = field.name().unwrap_or_default().to_owned();
            match field.file_name().map(str::to_owned) {
                Some(file) => drop(form.files.insert(name, (file, field.bytes().await.map_err(unreadable)?))),
                None => {
                    let text = field.text().await.map_err(unreadable)?;
                    // A form contains only texts; a text that looks like JSON is read as JSON.
                    let value = serde_json::from_str(&text).ok().filter(|value: &Value| !value.is_string());
                    let value = value.filter(|_| name != "caption").unwrap_or(Value::String(text));
                    form.fields.insert(name, value);
                }
            }
        }
        return Ok(form);
    }
    let is_json = kind.starts_with("application/json");
    let body = Bytes::from_request(request, &()).await.map_err(|_| Refusal(413, "Request Entity Too Large".into()))?;
    if !is_json {
        return Err(Refusal::bad("the bridge sends JSON or multipart"));
    }
    let fields = serde_json::from_slice::<Value>(&body).ok().and_then(|body| body.as_object().cloned());
    Ok(Form { fields: fields.ok_or_else(|| Refusal::bad("can't parse the JSON object"))?, files: BTreeMap::new() })
}

impl Telegram {
    async fn call(&self, method: &str, form: Form, host: &str) -> Result<Value, Refusal> {
        match method {
            "getMe" => Ok(json!({"id": 6_000_000_001_i64, "is_bot": true, "first_name": "Shop",
                "username": "example_shop_bot", "can_join_groups": true})),
            "setWebhook" => self.set_webhook(&form.fields),
            "deleteWebhook" => {
                self.lock().webhook = None;
                Ok(json!(true))
            }
            "getFile" => self.get_file(&form.fields),
            "sendChatAction" => self.act(&form.fields),
            _ => {
                let shown = rules::check(method, &form)?;
                if let Some((url, kind)) = rules::link(method, &form) {
                    self.fetch(&url, kind).await?;
                }
                self.take(method, form, shown, host)
            }
        }
    }

    fn act(&self, fields: &Map<String, Value>) -> Result<Value, Refusal> {
        let mut state = self.lock();
        let chat = fields.get("chat_id").and_then(Value::as_i64).unwrap_or_default();
        if fields.get("action").is_none_or(|action| action != "typing") || !state.started.contains(&chat) {
            return Err(Refusal(400, "Bad Request: wrong parameter action in request".into()));
        }
        state.typed += 1;
        Ok(json!(true))
    }

    fn set_webhook(&self, fields: &Map<String, Value>) -> Result<Value, Refusal> {
        let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let url = reqwest::Url::parse(&text("url")).map_err(|_| Refusal::bad("bad webhook: invalid URL"))?;
        if !is_callable(url.as_str()) {
            return Err(Refusal::bad("bad webhook: an HTTPS URL must be provided for webhook"));
        }
        let secret = text("secret_token");
        if secret.len() > 256 {
            return Err(Refusal::bad("bad webhook: secret token is too long"));
        }
        if !secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
            return Err(Refusal::bad("secret token contains unallowed characters"));
        }
        let allowed = fields.get("allowed_updates").and_then(Value::as_array).cloned().unwrap_or_default();
        let allowed: Vec<String> = allowed.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let secret = Some(secret).filter(|secret| !secret.is_empty());
        self.lock().webhook = Some(Webhook { url: url.to_string(), secret, allowed });
        Ok(json!(true))
    }

    fn get_file(&self, fields: &Map<String, Value>) -> Result<Value, Refusal> {
        let id = fields.get("file_id").and_then(Value::as_str).unwrap_or_default();
        let state = self.lock();
        let Some(file) = state.files.get(id) else {
            return Err(Refusal::bad("wrong file_id or the file is temporarily unavailable"));
        };
        if file.size > DOWNLOAD {
            return Err(Refusal::bad("file is too big"));
        }
        Ok(json!({"file_id": id, "file_unique_id": id, "file_path": format!("documents/{id}/{}", file.name)}))
    }

    /// Fetches what a link leads to, as Telegram does before it accepts the message.
    async fn fetch(&self, url: &str, kind: &str) -> Result<(), Refusal> {
        let failed = || Refusal::bad("failed to get HTTP URL content");
        let answer = self.base.http.get(url).send().await.map_err(|_| failed())?;
        let content_type = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let fits = content_type.is_some_and(|found| found.starts_with(kind));
        if !answer.status().is_success() {
            return Err(failed());
        }
        if fits { Ok(()) } else { Err(Refusal::bad("wrong type of the web page content")) }
    }

    /// Delivers a message to its customer.
    fn take(&self, method: &str, form: Form, shown: String, host: &str) -> Result<Value, Refusal> {
        let mut state = self.lock();
        let chat = form.fields.get("chat_id").and_then(Value::as_i64).unwrap_or_default();
        let connection = form.fields.get("business_connection_id").and_then(Value::as_str);
        match connection {
            Some(connection) if connection != CONNECTION => return Err(Refusal::bad("BUSINESS_CONNECTION_INVALID")),
            Some(_) if state.is_muted => return Err(Refusal::bad("not enough rights to reply to the message")),
            Some(_) if !state.business.contains(&chat) => return Err(Refusal::bad("BUSINESS_PEER_USAGE_MISSING")),
            Some(_) => {}
            None if !state.started.contains(&chat) => return Err(Refusal::bad("chat not found")),
            None if state.blocked.contains(&chat) => {
                return Err(Refusal(403, "Forbidden: bot was blocked by the user".into()));
            }
            None => {}
        }
        if let Some(reply) = form.fields.get("reply_parameters") {
            let name = format!("{chat}:{}", reply.get("message_id").unwrap_or(&Value::Null));
            let is_there = state.written.contains_key(&name) || state.seen.iter().any(|seen| seen.id == name);
            if !is_there && reply.get("allow_sending_without_reply") != Some(&json!(true)) {
                return Err(Refusal::bad("message to be replied not found"));
            }
        }
        let contact = connection.map_or_else(|| chat.to_string(), |connection| format!("{chat}@{connection}"));
        state.messages += 1;
        let id = state.messages;
        let mut lines = Vec::new();
        for (name, bytes) in form.files.into_values() {
            let path = format!("uploads/{id}/{name}");
            lines.push(format!("[{}] http://{host}/file/bot{TOKEN}/{path}", rules::field(method)));
            state.uploads.insert(path, bytes);
        }
        lines.insert(0, shown);
        lines.retain(|line| !line.is_empty());
        let seen = Seen {
            id: format!("{chat}:{id}"),
            contact,
            conversation: None,
            from: "Shop".to_owned(),
            text: lines.join("\n"),
            private: false,
            raw: Value::Object(form.fields),
        };
        state.seen.push(seen);
        Ok(json!({"message_id": id, "chat": {"id": chat, "type": "private"}, "date": now().seconds()}))
    }
}

/// Serves a file: a customer's from its real address, the bot's own from memory.
async fn file(State(telegram): State<Telegram>, Path((bot, path)): Path<(String, String)>) -> Response {
    if bot.strip_prefix("bot") != Some(TOKEN) {
        return refused(Refusal(401, "Unauthorized".into()));
    }
    if let Some(bytes) = telegram.lock().uploads.get(&path) {
        return bytes.clone().into_response();
    }
    let id = path.split('/').nth(1).unwrap_or_default();
    let url = telegram.lock().files.get(id).map(|file| file.url.clone());
    let Some(url) = url else { return refused(Refusal(404, "Not Found".into())) };
    match telegram.base.http.get(url).send().await {
        Ok(answer) if answer.status().is_success() => {
            let kind = [(header::CONTENT_TYPE, "application/octet-stream")];
            (kind, answer.bytes().await.unwrap_or_default()).into_response()
        }
        _ => refused(Refusal(404, "Not Found".into())),
    }
}
