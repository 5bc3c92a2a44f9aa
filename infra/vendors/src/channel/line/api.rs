//! The calls of LINE's API.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{BOT, CUSTOMER, Line, QUOTA, TOKEN};
use crate::rules::{Refusal, is_authorized, is_callable};

pub(super) fn router(line: Line) -> Router {
    Router::new()
        .route("/v2/bot/info", get(bot_info))
        .route("/v2/bot/channel/webhook/endpoint", get(get_endpoint).put(set_endpoint))
        .route("/v2/bot/message/push", post(push))
        .route("/v2/bot/chat/markAsRead", post(mark_as_read))
        .route("/v2/bot/chat/loading/start", post(loading))
        .route("/v2/bot/message/reply", post(reply))
        .route("/v2/bot/message/quota", get(quota))
        .route("/v2/bot/message/quota/consumption", get(quota_used))
        .route("/v2/bot/profile/{customer}", get(profile))
        .route("/v2/bot/message/{id}/content", get(content))
        .route("/v2/bot/message/{id}/content/transcoding", get(transcoding))
        .with_state(line)
}

fn authorized(headers: &HeaderMap) -> Result<(), Refusal> {
    if is_authorized(headers, &format!("Bearer {TOKEN}")) {
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

async fn quota(headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    Ok(Json(json!({"type": "limited", "value": QUOTA})))
}

async fn quota_used(State(line): State<Line>, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    Ok(Json(json!({"totalUsage": line.pushed()})))
}

async fn push(State(line): State<Line>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    let body = message_body(&headers, &body)?;
    let key = headers.get("x-line-retry-key").and_then(|key| key.to_str().ok());
    let is_uuid = |key: &str| {
        let lengths: Vec<usize> = key.split('-').map(str::len).collect();
        lengths == [8, 4, 4, 4, 12] && key.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
    };
    if key.is_some_and(|key| !is_uuid(key)) {
        return Err(refused("The retry key is invalid"));
    }
    line.check_previews(&body).await?;
    line.push(key, &body).map(Json)
}

async fn mark_as_read(State(line): State<Line>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let token = body.get("markAsReadToken").and_then(Value::as_str).unwrap_or_default();
    let id = token.strip_prefix("mr-").unwrap_or_default();
    if line.base.memory.lock().mark(id) {
        return Ok(Json(json!({})));
    }
    Err(Refusal(400, json!({"message": "An invalid markAsReadToken is specified"})))
}

async fn loading(
    State(line): State<Line>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    authorized(&headers)?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let seconds = body.get("loadingSeconds").and_then(Value::as_u64).unwrap_or_default();
    let customer = body.get("chatId").and_then(Value::as_str).unwrap_or_default();
    let mut memory = line.base.memory.lock();
    if !(5..=60).contains(&seconds) || !seconds.is_multiple_of(5) || !memory.reachable.contains(customer) {
        return Err(refused("The request body has 1 error(s)"));
    }
    memory.typed += 1;
    Ok((StatusCode::ACCEPTED, Json(json!({}))))
}

async fn reply(State(line): State<Line>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    let body = message_body(&headers, &body)?;
    if headers.contains_key("x-line-retry-key") {
        return Err(refused("The retry key is not supported by this API"));
    }
    line.check_previews(&body).await?;
    line.reply(&body).map(Json)
}

fn refused(message: &str) -> Refusal {
    Refusal(400, json!({"message": message}))
}

/// Returns the body of a call that sends messages.
fn message_body(headers: &HeaderMap, body: &Bytes) -> Result<Value, Refusal> {
    authorized(headers)?;
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| !kind.as_bytes().starts_with(b"application/json")) {
        return Err(Refusal(415, json!({"message": "Unsupported media type"})));
    }
    if body.len() > 2 << 20 {
        return Err(Refusal(413, json!({"message": "too large"})));
    }
    serde_json::from_slice(body).map_err(|_| refused("The request body could not be parsed"))
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
