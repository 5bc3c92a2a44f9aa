//! A simulated Bird platform: text messages as the kind `bird`, and Apple Messages for Business as the kind `apple`.
//!
//! It refuses what the real one refuses, keeps idempotency keys, hands out the secret of a webhook once, signs its
//! events, and reports what becomes of a message.

use std::time::Duration;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    routing::{delete, get, post},
};
use byoc::{clock::now_ms, standard_webhooks};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    ChannelSim, Faults, Said, Saying, Seen, WebhookCall,
    memory::{Memory, Refusal, is_callable},
    post::Post,
};

const KEY: &str = "bk_eu1_EXAMPLE0123456789";
const NUMBER: &str = "+447700900170";
const BUSINESS: &str = "b52d6267-0000-4000-8000-0533d0f1dc07";

/// A simulated Bird with one sender.
#[derive(Clone, Debug)]
pub struct Bird {
    is_apple: bool,
    http: reqwest::Client,
    faults: Faults,
    memory: Memory,
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
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build()?;
        Ok(Self { is_apple, http, faults: Faults::default(), memory: Memory::default() })
    }

    fn sender(&self) -> &'static str {
        if self.is_apple { BUSINESS } else { NUMBER }
    }

    fn event(&self, kind: &str, data: &Value) -> Result<Post, String> {
        let (id, secret) = {
            let mut memory = self.memory.lock();
            let secret = memory.answered.get("secret").and_then(Value::as_str).unwrap_or_default().to_owned();
            (format!("msg_{}", memory.number()), secret)
        };
        let time = "2026-11-21T18:30:00.000000Z";
        let body = Bytes::from(json!({"type": kind, "timestamp": time, "data": data}).to_string());
        let mut headers = vec![("content-type", "application/json".to_owned())];
        headers.extend(standard_webhooks::sign(&secret, &id, now_ms(), &body));
        Ok(Post { id, url: self.memory.webhook()?, headers, body })
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<Post, String> {
        let customer = self.id_of(customer);
        let id = {
            let mut memory = self.memory.lock();
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

    fn id_of(&self, customer: &str) -> String {
        if self.is_apple || customer.starts_with('+') {
            return customer.to_owned();
        }
        let number = customer.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
        format!("+4477{:08}", number % 100_000_000)
    }

    async fn report(&self, to: &str, id: &str, status: &str) -> Result<Said, String> {
        let post = if self.is_apple {
            self.event(&format!("amb.{status}"), &json!({"message": {"id": id, "to": to, "from": BUSINESS}}))
        } else {
            self.event(&format!("sms.{status}"), &json!({"sms_id": id, "to": to, "from": NUMBER}))
        };
        post?.send(&self.http).await
    }

    fn take(&self, key: Option<&str>, body: &Value) -> Result<Value, Refusal> {
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let refused = |code: &str, param: &str| {
            let error =
                json!({"type": "validation_error", "code": code, "message": param, "details": [{"param": param}]});
            Err(Refusal(422, json!({"error": error})))
        };
        let mut memory = self.memory.lock();
        if let Some(answer) = key.and_then(|key| memory.answered.get(key)) {
            return Ok(answer.clone());
        }
        let (words, most) = match self.is_apple {
            true => (text("/content/body"), 10_000),
            false => (text("/text"), 1_836),
        };
        if text("/from") != self.sender() {
            return refused("invalid_request", "from");
        }
        if words.is_empty() || words.chars().count() > most {
            return refused("invalid_request", "text");
        }
        if !self.is_apple && text("/category") != "service" {
            return refused("invalid_request", "category");
        }
        let to = text("/to");
        if !memory.reachable.contains(&to) {
            return refused("invalid_destination", "to");
        }
        let id = format!("{}_{}", if self.is_apple { "amb" } else { "sms" }, memory.number());
        memory.arrived(&id, &to, self.sender(), &[words], body.clone());
        let answer = json!({"id": id, "status": "accepted", "to": to});
        if let Some(key) = key {
            memory.answered.insert(key.to_owned(), answer.clone());
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

fn authorized(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.get(header::AUTHORIZATION).is_some_and(|given| given == format!("Bearer {KEY}").as_str()) {
        return Ok(());
    }
    Err(Refusal(401, json!({"error": {"type": "authentication_error", "code": "unauthorized", "message": "bad key"}})))
}

async fn webhooks(headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    Ok(Json(json!({"data": []})))
}

async fn create_webhook(
    State(bird): State<Bird>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    authorized(&headers)?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let url = body.get("url").and_then(Value::as_str).filter(|url| is_callable(url));
    let events = body.get("events").and_then(Value::as_array).is_some_and(|events| !events.is_empty());
    let Some(url) = url.filter(|_| events) else {
        return Err(Refusal(422, json!({"error": {"code": "invalid_request", "details": [{"param": "url"}]}})));
    };
    let secret = standard_webhooks::secret(&rand::random::<[u8; 24]>());
    let mut memory = bird.memory.lock();
    memory.webhook = Some(url.to_owned());
    memory.answered.insert("secret".to_owned(), secret.clone().into());
    let id = format!("wh_{}", memory.number());
    Ok((StatusCode::CREATED, Json(json!({"id": id, "url": url, "secret": secret}))))
}

async fn delete_webhook(headers: HeaderMap, Path(_): Path<String>) -> Result<StatusCode, Refusal> {
    authorized(&headers)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn send(State(bird): State<Bird>, headers: HeaderMap, body: Bytes) -> Result<(StatusCode, Json<Value>), Refusal> {
    authorized(&headers)?;
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    bird.take(key, &body).map(|answer| (StatusCode::ACCEPTED, Json(answer)))
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
            .route("/v1/webhooks/{id}", delete(delete_webhook))
            .route(path, post(send))
            .with_state(self.clone())
    }

    fn faults(&self) -> &Faults {
        &self.faults
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

    /// Does nothing: the bridge makes the webhook through the API.
    fn paste_webhook(&self, _url: &str) {}

    fn say<'a>(&'a self, customer: &'a str, saying: Saying) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move { self.writes(customer, saying)?.send(&self.http).await })
    }

    fn sign(&self, customer: &str, saying: Saying) -> Option<WebhookCall> {
        self.writes(customer, saying).ok()?.call()
    }

    fn receipt<'a>(
        &'a self,
        customer: &'a str,
        message: &'a str,
        receipt: &'a str,
    ) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move { self.report(&self.id_of(customer), message, receipt).await })
    }

    fn received(&self, customer: Option<&str>) -> Vec<Seen> {
        self.memory.received(customer.map(|customer| self.id_of(customer)).as_deref())
    }

    fn snapshot(&self) -> Value {
        self.memory.snapshot()
    }

    fn restore(&self, snapshot: Value) {
        self.memory.restore(snapshot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_refuses_what_bird_refuses_and_takes_a_key_once() {
        let bird = Bird::sms().unwrap();
        bird.memory.lock().reachable.insert("+447700900161".to_owned());
        let message = |name: &str, value: Value| {
            let mut message = json!({"to": "+447700900161", "from": NUMBER, "text": "x", "category": "service"});
            message[name] = value;
            message
        };
        for (name, value, code) in [
            ("from", json!("+1"), "invalid_request"),
            ("text", json!(""), "invalid_request"),
            ("text", json!("x".repeat(1_837)), "invalid_request"),
            ("category", json!("spam"), "invalid_request"),
            ("to", json!("+44"), "invalid_destination"),
        ] {
            let Err(Refusal(422, answer)) = bird.take(None, &message(name, value)) else { panic!("{name} was taken") };
            assert_eq!(answer["error"]["code"], code, "{name}");
        }
        let good = message("text", json!("hello"));
        assert_eq!(bird.take(Some("k"), &good), bird.take(Some("k"), &good));
        assert_eq!(bird.received(None).len(), 1);
    }
}
