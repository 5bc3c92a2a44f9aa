//! A simulated Bird platform: text messages as the kind `bird`, and Apple Messages for Business as the kind `apple`.
//!
//! It refuses what the real one refuses, keeps idempotency keys, hands out the secret of a webhook once, moves and drops
//! it, signs the events that it hears of, and reports what becomes of a message.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    routing::{get, patch, post},
};
use byoc::{clock::now_ms, standard_webhooks};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    ChannelSim, Said, Saying,
    base::{Base, Remembering, number},
    memory::{Refusal, Remembered},
    post::Post,
};

mod rules;

const KEY: &str = "bk_eu1_EXAMPLE0123456789";
const NUMBER: &str = "+447700900170";
const BUSINESS: &str = "b52d6267-0000-4000-8000-0533d0f1dc07";

/// A simulated Bird with one sender.
#[derive(Clone, Debug)]
pub struct Bird {
    is_apple: bool,
    base: Base,
}

impl Bird {
    /// Text messages.
    ///
    /// # Errors
    /// The HTTP client could not be made.
    pub fn sms() -> reqwest::Result<Self> {
        Self::new(false)
    }

    /// Apple Messages for Business.
    ///
    /// # Errors
    /// As [`sms`](Self::sms).
    pub fn apple() -> reqwest::Result<Self> {
        Self::new(true)
    }

    fn new(is_apple: bool) -> reqwest::Result<Self> {
        Ok(Self { is_apple, base: Base::new()? })
    }

    fn sender(&self) -> &'static str {
        if self.is_apple { BUSINESS } else { NUMBER }
    }

    fn event(&self, kind: &str, data: &Value) -> Result<Post, String> {
        let (id, webhook) = {
            let mut memory = self.base.memory.lock();
            (format!("msg_{}", memory.number()), memory.answered.get(WEBHOOK).cloned().unwrap_or_default())
        };
        let hears =
            webhook.pointer("/events").and_then(Value::as_array).is_some_and(|all| all.iter().any(|it| it == kind));
        if !hears {
            return Err(format!("the webhook does not hear of {kind}"));
        }
        let secret = webhook.pointer("/secret").and_then(Value::as_str).unwrap_or_default();
        let time = "2026-11-21T18:30:00.000000Z";
        let body = Bytes::from(json!({"type": kind, "timestamp": time, "data": data}).to_string());
        let mut headers = vec![("content-type", "application/json".to_owned())];
        headers.extend(standard_webhooks::sign(secret, &id, now_ms(), &body));
        Ok(Post { id, url: self.base.memory.webhook()?, headers, body })
    }

    async fn report(&self, to: &str, id: &str, status: &str) -> Result<Said, String> {
        let post = if self.is_apple {
            self.event(&format!("amb.{status}"), &json!({"message": {"id": id, "to": to, "from": BUSINESS}}))
        } else {
            self.event(&format!("sms.{status}"), &json!({"sms_id": id, "to": to, "from": NUMBER}))
        };
        post?.send(&self.base.http).await
    }

    fn take(&self, key: Option<&str>, body: &Value) -> Result<Value, Refusal> {
        let mut memory = self.base.memory.lock();
        if let Some(earlier) = key.and_then(|key| memory.answered.get(key)) {
            let is_same = earlier.get("body") == Some(body);
            let other = || rules::refusal(409, "IdempotencyKeyReused", "idempotency-key");
            return if is_same { Ok(earlier.get("answer").cloned().unwrap_or_default()) } else { Err(other()) };
        }
        let lines = if self.is_apple { rules::apple(body)? } else { rules::sms(body)? };
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        if text("from") != self.sender() {
            let name = if self.is_apple { "AMBBusinessNotFound" } else { "SMSSenderNotConfigured" };
            return Err(rules::refusal(422, name, "from"));
        }
        let to = text("to");
        if !memory.reachable.contains(&to) {
            return Err(rules::refusal(422, if self.is_apple { "NotFound" } else { "SMSInvalidRecipient" }, "to"));
        }
        let id = format!("{}_{}", if self.is_apple { "amb" } else { "sms" }, memory.number());
        memory.arrived(&id, &to, self.sender(), &lines, body.clone());
        let answer = json!({"id": id, "status": "accepted", "to": to});
        if let Some(key) = key {
            memory.answered.insert(key.to_owned(), json!({"body": body, "answer": answer}));
        }
        drop(memory);
        let bird = self.clone();
        tokio::spawn(async move {
            let all: &[&str] = if bird.is_apple { &["sent"] } else { &["sent", "delivered"] };
            for status in all {
                tokio::time::sleep(Duration::from_millis(60)).await;
                if let Err(error) = bird.report(&to, &id, status).await {
                    tracing::debug!(error, "an event did not arrive");
                }
            }
        });
        Ok(answer)
    }
}

/// Under which name the memory keeps the webhook.
const WEBHOOK: &str = "webhook";

fn authorized(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.get(header::AUTHORIZATION).is_some_and(|given| given == format!("Bearer {KEY}").as_str()) {
        return Ok(());
    }
    Err(rules::refusal(401, "Unauthorized", "authorization"))
}

async fn webhooks(
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

async fn create_webhook(
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

async fn update_webhook(
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

async fn rotate_secret(
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

async fn delete_webhook(
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

/// The webhook with this id.
fn known(memory: &Remembered, id: &str) -> Result<Value, Refusal> {
    let webhook = memory.answered.get(WEBHOOK).filter(|webhook| webhook.get("id").is_some_and(|it| it == id)).cloned();
    webhook.ok_or_else(|| rules::refusal(404, "NotFound", "webhook_id"))
}

impl Remembered {
    fn keep_webhook(&mut self, webhook: Value) -> Value {
        self.webhook = webhook.get("url").and_then(Value::as_str).map(str::to_owned);
        self.answered.insert(WEBHOOK.to_owned(), webhook.clone());
        webhook
    }
}

async fn send(State(bird): State<Bird>, headers: HeaderMap, body: Bytes) -> Result<(StatusCode, Json<Value>), Refusal> {
    authorized(&headers)?;
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    bird.take(key, &rules::json(&headers, &body)?).map(|answer| (StatusCode::ACCEPTED, Json(answer)))
}

impl ChannelSim for Bird {
    fn kind(&self) -> &'static str {
        if self.is_apple { "apple" } else { "bird" }
    }

    fn customer(&self) -> &'static str {
        if self.is_apple { "opaque-customer-1" } else { "+447700900161" }
    }

    fn last_receipt(&self) -> Option<&'static str> {
        Some(if self.is_apple { "sent" } else { "delivered" })
    }

    fn router(&self) -> Router {
        let path = if self.is_apple { "/v1/amb/messages" } else { "/v1/sms/messages" };
        Router::new()
            .route("/v1/webhooks", get(webhooks).post(create_webhook))
            .route("/v1/webhooks/{id}", patch(update_webhook).delete(delete_webhook))
            .route("/v1/webhooks/{id}/rotate-secret", post(rotate_secret))
            .route(path, post(send))
            .with_state(self.clone())
    }

    fn install(&self, base: &str) -> Value {
        let mut install = json!({
            "kind": self.kind(), "api_key": KEY, "from": self.sender(), "api_url": base.trim_end_matches('/'),
        });
        if let (false, Some(fields)) = (self.is_apple, install.as_object_mut()) {
            fields.insert("product".to_owned(), "sms".into());
        }
        install
    }
}

impl Remembering for Bird {
    fn base(&self) -> &Base {
        &self.base
    }

    fn id_of(&self, customer: &str) -> String {
        if self.is_apple { customer.to_owned() } else { number(customer, "+4477", 8) }
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<Post, String> {
        let customer = self.id_of(customer);
        let id = {
            let mut memory = self.base.memory.lock();
            memory.reachable.insert(customer.clone());
            memory.number()
        };
        let text = match saying {
            Saying::Text(text) => text,
            // Text messages bring no files yet, and how to fetch Apple's is not documented: a link stands for one.
            Saying::Media { url, .. } => url,
            Saying::Raw(value) => value.to_string(),
        };
        if self.is_apple {
            let message = json!({"id": format!("amb_{id}"), "from": customer, "to": BUSINESS, "direction": "inbound",
                "kind": "text", "content": {"type": "text", "body": text}});
            return self.event("amb.received", &json!({"message": message}));
        }
        let data = json!({"sms_id": format!("sms_{id}"), "to": NUMBER, "from": customer, "text": text});
        self.event("sms.received", &data)
    }

    /// Does nothing: the bridge makes the webhook through the API.
    fn paste_webhook(&self, _url: &str) {}

    fn receipt<'a>(
        &'a self,
        customer: &'a str,
        message: &'a str,
        receipt: &'a str,
    ) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move { self.report(&self.id_of(customer), message, receipt).await })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(taken: Result<Value, Refusal>) -> (u16, String) {
        let Err(Refusal(status, answer)) = taken else { panic!("{taken:?} was taken") };
        (status, answer["error"]["name"].as_str().unwrap_or_default().to_owned())
    }

    #[tokio::test]
    async fn it_refuses_what_bird_refuses_and_takes_a_key_once() {
        let bird = Bird::sms().unwrap();
        bird.base.memory.lock().reachable.insert("+447700900161".to_owned());
        let message = |name: &str, value: Value| {
            let mut message = json!({"to": "+447700900161", "from": NUMBER, "text": "x", "category": "service"});
            message[name] = value;
            message
        };
        for (name, value, why) in [
            ("from", json!("+15005550006"), "SMSSenderNotConfigured"),
            ("text", json!(""), "InvalidRequest"),
            ("text", json!("x".repeat(1_837)), "SMSTooLong"),
            ("text", json!("€".repeat(919)), "SMSTooLong"),
            ("text", json!("ж".repeat(805)), "SMSTooLong"),
            ("category", json!("spam"), "InvalidRequest"),
            ("media_urls", json!([]), "SMSUnsupportedFeature"),
            ("colour", json!("red"), "InvalidRequest"),
            ("metadata", json!({"a": "x".repeat(2_048)}), "InvalidRequest"),
            ("to", json!("447700900161"), "SMSInvalidRecipient"),
            ("to", json!("+447700900199"), "SMSInvalidRecipient"),
        ] {
            assert_eq!(code(bird.take(None, &message(name, value))), (422, why.to_owned()), "{name}");
        }
        let good = message("text", json!("hello"));
        assert_eq!(bird.take(Some("k"), &good), bird.take(Some("k"), &good));
        assert_eq!(code(bird.take(Some("k"), &message("text", json!("other")))).0, 409);
        assert_eq!(bird.base.memory.received(None).len(), 1);
    }

    #[test]
    fn it_refuses_what_bird_refuses_for_apple() {
        let apple = Bird::apple().unwrap();
        let message = |content: Value| json!({"to": "c", "from": BUSINESS, "content": content});
        let file = |url: &str| json!({"type": "text", "body": "\u{fffc}", "attachments": [{"source_url": url}]});
        let items = |count: usize| {
            let items: Vec<Value> = (0..count).map(|it| json!({"identifier": it.to_string(), "title": "x"})).collect();
            json!({"type": "interactive", "interactive_data": {"data": {"quick_reply": {"summary_text": "?", "items": items}}}})
        };
        for (content, why) in [
            (json!({"type": "text"}), "InvalidRequest"),
            (json!({"type": "hologram", "body": "x"}), "InvalidRequest"),
            (file("http://files.example.com/a.jpg"), "AMBEndpointNotHTTPS"),
            (items(1), "AMBQuickReplyItemsInvalid"),
            (items(6), "AMBQuickReplyItemsInvalid"),
            (json!({"type": "text", "body": "to somebody who never wrote"}), "NotFound"),
        ] {
            assert_eq!(code(apple.take(None, &message(content.clone()))), (422, why.to_owned()), "{content}");
        }
        let mut operator = message(json!({"type": "text", "body": "x"}));
        operator["source"] = json!("operator");
        assert_eq!(code(apple.take(None, &operator)).1, "AMBMessageSourceNotPermitted");
    }

    #[tokio::test]
    async fn a_webhook_shows_its_secret_once_and_can_be_moved_and_dropped() {
        let bird = Bird::sms().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("authorization", format!("Bearer {KEY}").parse().unwrap());
        headers.insert("content-type", "application/json".parse().unwrap());
        let body = |value: Value| Bytes::from(value.to_string());
        for bad in [
            json!({"url": "https://x.example/"}),
            json!({"url": "ftp://x.example/", "events": ["sms.received"]}),
            json!({"url": "https://x.example/", "events": ["sms.sparkled"]}),
            json!({"url": "https://x.example/", "events": []}),
        ] {
            assert!(create_webhook(State(bird.clone()), headers.clone(), body(bad)).await.is_err());
        }
        let good = json!({"url": "https://x.example/", "events": ["sms.received"]});
        let (_, Json(made)) = create_webhook(State(bird.clone()), headers.clone(), body(good)).await.unwrap();
        let id = made["id"].as_str().unwrap().to_owned();
        let list = || webhooks(State(bird.clone()), headers.clone(), Query(BTreeMap::new()));
        assert!(list().await.unwrap().0["data"][0].get("secret").is_none());
        let change = |id: &str, url: &str| {
            let body = body(json!({"url": url}));
            update_webhook(State(bird.clone()), headers.clone(), Path(id.to_owned()), body)
        };
        assert!(change("whk_0", "https://y.example/").await.is_err());
        assert_eq!(change(&id, "https://y.example/").await.unwrap().0["url"], "https://y.example/");
        let rotated = rotate_secret(State(bird.clone()), headers.clone(), Path(id.clone())).await.unwrap();
        assert_ne!(rotated.0["secret"], made["secret"]);
        let drop = || delete_webhook(State(bird.clone()), headers.clone(), Path(id.clone()));
        assert!(drop().await.is_ok());
        assert!(drop().await.is_err());
        assert_eq!(list().await.unwrap().0["data"], json!([]));
    }
}
