//! A simulated LINE: <https://developers.line.biz/en/reference/messaging-api/>.
//!
//! It refuses what the real one refuses, keeps retry keys, signs its calls, and has webhook redelivery switched on.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::Response,
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use byoc::{clock::now_ms, crypto::hmac_sha256};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    ChannelSim, Said, Saying,
    base::{Base, Remembering},
    memory::{CustomersFile, Refusal, is_callable},
    post::Post,
};

mod rules;
#[cfg(test)]
mod tests;

const TOKEN: &str = "EXAMPLE-channel-access-token-0123456789";
const SECRET: &str = "3e81d5c07a9246bf10c5e92b7d64a8f3";
const BOT: &str = "Ub4c1e79a02d58f36c7a91e05d3f82b64";
const CUSTOMER: &str = "Ufedcba9876543210fedcba9876543210";

/// A simulated LINE with one official account.
#[derive(Clone, Debug)]
pub struct Line {
    base: Base,
}

impl Line {
    /// The account of the local bridge.
    ///
    /// # Errors
    /// The HTTP client could not be made.
    pub fn demo() -> reqwest::Result<Self> {
        Ok(Self { base: Base::new()? })
    }

    /// The call that brings events.
    fn events(&self, events: &[Value]) -> Result<Post, String> {
        let url = self.base.memory.webhook()?;
        let body = json!({"destination": BOT, "events": events}).to_string();
        let signature = STANDARD.encode(hmac_sha256(SECRET.as_bytes(), body.as_bytes()));
        let id = events.first().and_then(|event| event.get("webhookEventId")).and_then(Value::as_str);
        let headers =
            vec![("content-type", "application/json; charset=utf-8".to_owned()), ("x-line-signature", signature)];
        Ok(Post { id: id.unwrap_or_default().to_owned(), url, headers, body: body.into() })
    }

    /// Brings a push to its customer.
    fn push(&self, key: Option<&str>, body: &Value) -> Result<Value, Refusal> {
        let mut memory = self.base.memory.lock();
        if let Some(accepted) = key.and_then(|key| memory.answered.get(key)).cloned() {
            let mut answer = json!({"message": "The retry key is already accepted"});
            merge(&mut answer, accepted);
            return Err(Refusal(409, answer));
        }
        let refused = |message: &str, details: &[&str]| {
            let details: Vec<Value> = details.iter().map(|property| json!({"property": property})).collect();
            Refusal(400, json!({"message": message, "details": details}))
        };
        let to = body.get("to").and_then(Value::as_str).unwrap_or_default();
        if to.is_empty() || to.len() > 64 {
            return Err(refused("The property, 'to', in the request body is invalid (line: -, column: -)", &[]));
        }
        let messages = body.get("messages").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut shown = Vec::new();
        for (index, message) in messages.iter().enumerate() {
            match rules::check(message) {
                Ok(lines) => shown.push(lines),
                Err(field) => {
                    let property = format!("messages[{index}].{field}");
                    tracing::warn!(property, "the simulated LINE refused a message");
                    return Err(refused("The request body has 1 error(s)", &[&property]));
                }
            }
        }
        if !(1..=5).contains(&messages.len()) {
            return Err(refused("The request body has 1 error(s)", &["messages"]));
        }
        if !memory.reachable.contains(to) {
            return Err(refused("Failed to send messages", &[]));
        }
        let mut sent = Vec::new();
        for (lines, message) in shown.into_iter().zip(messages) {
            let id = (570_000_000_000_000_000 + memory.number()).to_string();
            let from = message.pointer("/sender/name").and_then(Value::as_str).unwrap_or("Example shop").to_owned();
            memory.arrived(&id, to, &from, &lines, message);
            sent.push(json!({"id": id}));
        }
        let answer = json!({"sentMessages": sent});
        if let Some(key) = key {
            memory.answered.insert(key.to_owned(), answer.clone());
        }
        Ok(answer)
    }
}

fn merge(into: &mut Value, from: Value) {
    if let (Some(into), Value::Object(from)) = (into.as_object_mut(), from) {
        into.extend(from);
    }
}

fn authorized(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.get(header::AUTHORIZATION).is_some_and(|given| given == format!("Bearer {TOKEN}").as_str()) {
        return Ok(());
    }
    let message = "Authentication failed due to the following reason: invalid token. Confirm that the access token in \
                   the authorization header is valid.";
    Err(Refusal(401, json!({"message": message})))
}

fn not_found(message: &str) -> Refusal {
    Refusal(404, json!({"message": message}))
}

async fn bot_info(headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    Ok(Json(json!({"userId": BOT, "basicId": "@000example", "displayName": "Example shop", "chatMode": "bot"})))
}

async fn set_endpoint(State(line): State<Line>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let url = body.get("endpoint").and_then(Value::as_str).filter(|url| is_callable(url) && url.len() <= 500);
    let refused = || Refusal(400, json!({"message": "Invalid webhook endpoint URL"}));
    line.base.memory.lock().webhook = Some(url.ok_or_else(refused)?.to_owned());
    Ok(Json(json!({})))
}

async fn get_endpoint(State(line): State<Line>, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    let url = line.base.memory.webhook().map_err(|_| not_found("Webhook endpoint not found"))?;
    Ok(Json(json!({"endpoint": url, "active": true})))
}

async fn push(State(line): State<Line>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    let refused = |message: &str| Refusal(400, json!({"message": message}));
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| !kind.as_bytes().starts_with(b"application/json")) {
        return Err(Refusal(415, json!({"message": "Unsupported media type"})));
    }
    if body.len() > 2 << 20 {
        return Err(Refusal(413, json!({"message": "too large"})));
    }
    let key = headers.get("x-line-retry-key").and_then(|key| key.to_str().ok());
    let is_uuid = |key: &str| {
        let lengths: Vec<usize> = key.split('-').map(str::len).collect();
        lengths == [8, 4, 4, 4, 12] && key.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
    };
    if key.is_some_and(|key| !is_uuid(key)) {
        return Err(refused("The retry key is invalid"));
    }
    let body: Value = serde_json::from_slice(&body).map_err(|_| refused("The request body could not be parsed"))?;
    line.push(key, &body).map(Json)
}

async fn profile(
    State(line): State<Line>,
    Path(customer): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    if !line.base.memory.lock().reachable.contains(&customer) {
        return Err(not_found("Not found"));
    }
    let name = if customer == CUSTOMER { "Mirai Hoshizora" } else { customer.as_str() };
    Ok(Json(json!({"userId": customer, "displayName": name, "language": "ja"})))
}

async fn content(State(line): State<Line>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, Refusal> {
    authorized(&headers)?;
    if !line.base.memory.lock().files.contains_key(&id) {
        return Err(not_found("Not found"));
    }
    line.base.serve(&id).await.ok_or_else(|| Refusal(410, json!({"message": "The content is gone"})))
}

async fn transcoding(headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    Ok(Json(json!({"status": "succeeded"})))
}

impl ChannelSim for Line {
    fn kind(&self) -> &'static str {
        "line"
    }

    fn customer(&self) -> &'static str {
        CUSTOMER
    }

    fn last_receipt(&self) -> Option<&'static str> {
        None
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/v2/bot/info", get(bot_info))
            .route("/v2/bot/channel/webhook/endpoint", get(get_endpoint).put(set_endpoint))
            .route("/v2/bot/message/push", post(push))
            .route("/v2/bot/profile/{customer}", get(profile))
            .route("/v2/bot/message/{id}/content", get(content))
            .route("/v2/bot/message/{id}/content/transcoding", get(transcoding))
            .with_state(self.clone())
    }

    fn install(&self, base: &str) -> Value {
        let base = base.trim_end_matches('/');
        json!({"kind": "line", "channel_secret": SECRET, "channel_access_token": TOKEN, "api_url": base, "data_api_url": base})
    }
}

impl Remembering for Line {
    fn base(&self) -> &Base {
        &self.base
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<Post, String> {
        let mut memory = self.base.memory.lock();
        memory.reachable.insert(customer.to_owned());
        let mut message = match (CustomersFile::of(&saying), saying) {
            (Some(file), _) => {
                let mut message = match file.kind.as_str() {
                    "file" => json!({"type": "file", "fileName": file.name, "fileSize": file.size}),
                    kind => json!({"type": kind, "contentProvider": {"type": "line"}}),
                };
                let id = memory.keep(file);
                merge(&mut message, json!({"id": id}));
                message
            }
            (None, Saying::Text(text)) => json!({"type": "text", "text": text}),
            (None, Saying::Raw(message)) => message,
            (None, Saying::Media { .. }) => return Err("this is no file".to_owned()),
        };
        if message.get("id").is_none() {
            let id = (560_000_000_000_000_000 + memory.number()).to_string();
            merge(&mut message, json!({"id": id}));
        }
        let number = memory.number();
        drop(memory);
        self.events(&[json!({
            "type": "message", "mode": "active", "timestamp": now_ms(),
            "source": {"type": "user", "userId": customer},
            "webhookEventId": format!("01K1EXAMP{number:017}"), "deliveryContext": {"isRedelivery": false},
            "replyToken": format!("{number:032x}"), "message": message,
        })])
    }

    /// Does nothing: the bridge sets the endpoint through the API.
    fn paste_webhook(&self, _url: &str) {}

    fn receipt<'a>(
        &'a self,
        _customer: &'a str,
        _message: &'a str,
        _receipt: &'a str,
    ) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async { Err("LINE has no receipts".to_owned()) })
    }
}
