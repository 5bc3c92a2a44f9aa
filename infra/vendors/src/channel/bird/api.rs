//! The calls of Bird's API.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, patch, post},
};
use byoc::adapter::standard_webhooks;
use serde_json::{Value, json};

use super::{Bird, KEY, Product, WEBHOOK, rules};
use crate::{
    memory::Remembered,
    rules::{Refusal, is_authorized},
};

pub(super) fn router(bird: Bird) -> Router {
    let path = match bird.product {
        Product::Sms => "/v1/sms/messages",
        Product::Apple => "/v1/amb/messages",
    };
    Router::new()
        .route("/v1/webhooks", get(webhooks).post(create_webhook))
        .route("/v1/webhooks/{id}", patch(update_webhook).delete(delete_webhook))
        .route("/v1/webhooks/{id}/rotate-secret", post(rotate_secret))
        .route(path, post(send))
        .route("/v1/amb/attachments/{id}/content", get(attachment))
        .with_state(bird)
}

fn authorized(headers: &HeaderMap) -> Result<(), Refusal> {
    if is_authorized(headers, &format!("Bearer {KEY}")) {
        return Ok(());
    }
    Err(rules::refused(401, "Unauthorized", "authorization"))
}

pub(super) async fn webhooks(
    State(bird): State<Bird>,
    headers: HeaderMap,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    let mut webhook = bird.base.memory.lock().answered.get(WEBHOOK).cloned();
    if let Some(fields) = webhook.as_mut().and_then(Value::as_object_mut) {
        fields.remove("secret");
    }
    let all = webhook
        .filter(|webhook| query.get("url").is_none_or(|url| webhook.get("url").is_some_and(|it| it == url.as_str())));
    Ok(Json(json!({"data": all.into_iter().collect::<Vec<_>>(), "next_cursor": null})))
}

pub(super) async fn create_webhook(
    State(bird): State<Bird>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    authorized(&headers)?;
    let mut webhook = rules::webhook(&rules::json(&headers, &body)?, true)?;
    let mut memory = bird.base.memory.lock();
    let id = format!("whk_{}", memory.number());
    let secret = standard_webhooks::secret(&rand::random::<[u8; 24]>());
    webhook.extend([("id".to_owned(), id.into()), ("secret".to_owned(), secret.into())]);
    Ok((StatusCode::CREATED, Json(memory.keep_webhook(webhook.into()))))
}

pub(super) async fn update_webhook(
    State(bird): State<Bird>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    let changes = rules::webhook(&rules::json(&headers, &body)?, false)?;
    let mut memory = bird.base.memory.lock();
    let mut webhook = known(&memory, &id)?;
    if let Some(fields) = webhook.as_object_mut() {
        fields.extend(changes);
    }
    let mut shown = memory.keep_webhook(webhook);
    if let Some(fields) = shown.as_object_mut() {
        fields.remove("secret");
    }
    Ok(Json(shown))
}

pub(super) async fn rotate_secret(
    State(bird): State<Bird>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    let mut memory = bird.base.memory.lock();
    let mut webhook = known(&memory, &id)?;
    let secret = standard_webhooks::secret(&rand::random::<[u8; 24]>());
    if let Some(fields) = webhook.as_object_mut() {
        fields.insert("secret".to_owned(), secret.clone().into());
    }
    memory.keep_webhook(webhook);
    Ok(Json(json!({"secret": secret})))
}

pub(super) async fn delete_webhook(
    State(bird): State<Bird>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    authorized(&headers)?;
    let mut memory = bird.base.memory.lock();
    known(&memory, &id)?;
    memory.answered.remove(WEBHOOK);
    memory.webhook = None;
    Ok(StatusCode::NO_CONTENT)
}

/// Finds the webhook with this id.
fn known(memory: &Remembered, id: &str) -> Result<Value, Refusal> {
    let webhook = memory.answered.get(WEBHOOK).filter(|webhook| webhook.get("id").is_some_and(|it| it == id)).cloned();
    webhook.ok_or_else(|| rules::refused(404, "NotFound", "webhook_id"))
}

impl Remembered {
    fn keep_webhook(&mut self, webhook: Value) -> Value {
        self.webhook = webhook.get("url").and_then(Value::as_str).map(str::to_owned);
        self.answered.insert(WEBHOOK.to_owned(), webhook.clone());
        webhook
    }
}

/// Serves a customer's attachment. The simulated Bird has no other address of it.
async fn attachment(State(bird): State<Bird>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, Refusal> {
    authorized(&headers)?;
    let gone = || rules::refused(404, "NotFound", "attachment_id");
    bird.base.serve(id.strip_prefix("aat_").unwrap_or_default()).await.ok_or_else(gone)
}

async fn send(State(bird): State<Bird>, headers: HeaderMap, body: Bytes) -> Result<(StatusCode, Json<Value>), Refusal> {
    authorized(&headers)?;
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    bird.take(key, &rules::json(&headers, &body)?).map(|answer| (StatusCode::ACCEPTED, Json(answer)))
}
