//! A simulated LINE: <https://developers.line.biz/en/reference/messaging-api/>.
//!
//! It refuses what the real one refuses, keeps retry keys and reply tokens, looks at previews, signs its calls, and has webhook redelivery enabled.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::Router;
use base64::{Engine, engine::general_purpose::STANDARD};
use byoc::{
    model::message::MediaKind,
    outside::clock::now,
    tools::{crypto::hmac_sha256, millis::Millis},
};
use serde_json::{Value, json};

use crate::{
    call::PlatformCall,
    json::{merge, put},
    memory::{CustomersFile, Remembered},
    people::{ChannelSim, Saying},
    rules::Refusal,
    simple::{Base, SimpleChannel},
};

mod api;
mod rules;
#[cfg(test)]
mod tests;

const TOKEN: &str = "EXAMPLE-channel-access-token-0123456789";
const SECRET: &str = "3e81d5c07a9246bf10c5e92b7d64a8f3";
const BOT: &str = "Ub4c1e79a02d58f36c7a91e05d3f82b64";
/// The number of messages that the plan includes in a month.
const QUOTA: u64 = 200;
/// How long a reply token is good.
const TOKENS_LAST: Duration = Duration::from_secs(60);
const CUSTOMER: &str = "Ufedcba9876543210fedcba9876543210";

/// A simulated LINE with one official account.
#[derive(Clone, Debug)]
pub struct Line {
    base: Base,
    replies: Arc<Mutex<Replies>>,
}

/// The reply tokens that nobody has used, and the number of messages that were pushed.
#[derive(Debug, Default)]
struct Replies {
    /// The customer and the time of each token.
    open: BTreeMap<String, (String, Millis)>,
    pushed: u64,
}

impl Line {
    /// Makes the account of the local bridge.
    ///
    /// # Errors
    /// Returns an error if the HTTP client could not be made.
    pub fn demo() -> Result<Self, String> {
        Ok(Self { base: Base::new()?, replies: Arc::default() })
    }

    /// Makes the call that delivers events.
    fn events(&self, events: &[Value]) -> Result<PlatformCall, String> {
        let url = self.base.memory.webhook()?;
        let body = json!({"destination": BOT, "events": events}).to_string();
        let signature = STANDARD.encode(hmac_sha256(SECRET.as_bytes(), body.as_bytes()));
        let id = events.first().and_then(|event| event.get("webhookEventId")).and_then(Value::as_str);
        let call = PlatformCall::post(id.unwrap_or_default(), url, "application/json; charset=utf-8", body);
        Ok(call.header("x-line-signature", signature))
    }

    /// Delivers a push message to its customer.
    fn push(&self, key: Option<&str>, body: &Value) -> Result<Value, Refusal> {
        let memory = self.base.memory.lock();
        if let Some(accepted) = key.and_then(|key| memory.answered.get(key)).cloned() {
            let mut answer = json!({"message": "The retry key is already accepted"});
            merge(&mut answer, accepted);
            return Err(Refusal(409, answer));
        }
        drop(memory);
        let to = body.get("to").and_then(Value::as_str).unwrap_or_default();
        if to.is_empty() || to.len() > 64 {
            return Err(refused("The property, 'to', in the request body is invalid (line: -, column: -)", &[]));
        }
        let answer = self.deliver(to, body)?;
        self.replies().pushed += 1;
        if let Some(key) = key {
            self.base.memory.lock().answered.insert(key.to_owned(), answer.clone());
        }
        Ok(answer)
    }

    /// Delivers an answer to the customer whose message came with the token.
    fn reply(&self, body: &Value) -> Result<Value, Refusal> {
        let token = body.get("replyToken").and_then(Value::as_str).unwrap_or_default();
        let mut replies = self.replies();
        let is_good = |(_, at): &(String, Millis)| now().since(*at) < TOKENS_LAST;
        let Some((to, _)) = replies.open.get(token).cloned().filter(is_good) else {
            return Err(refused("Invalid reply token", &[]));
        };
        let answer = self.deliver(&to, body)?;
        replies.open.remove(token);
        Ok(answer)
    }

    fn replies(&self) -> MutexGuard<'_, Replies> {
        self.replies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the number of messages that counted against the quota.
    fn pushed(&self) -> u64 {
        self.replies().pushed
    }

    /// Refuses a preview that is no JPEG or PNG of at most a megabyte.
    async fn check_previews(&self, body: &Value) -> Result<(), Refusal> {
        for (index, message) in body.get("messages").and_then(Value::as_array).into_iter().flatten().enumerate() {
            let Some(url) = message.get("previewImageUrl").and_then(Value::as_str) else { continue };
            let is_good = match self.base.http.get(url).send().await {
                Ok(answer) => {
                    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok());
                    let is_picture = kind.is_some_and(|kind| matches!(kind, "image/jpeg" | "image/png"));
                    is_picture && answer.bytes().await.is_ok_and(|bytes| bytes.len() <= 1_000_000)
                }
                Err(_) => false,
            };
            if !is_good {
                tracing::warn!(url, "the simulated LINE refused a preview");
                let property = format!("messages[{index}].previewImageUrl");
                return Err(refused("The request body has 1 error(s)", &[&property]));
            }
        }
        Ok(())
    }

    /// Delivers messages to a customer.
    fn deliver(&self, to: &str, body: &Value) -> Result<Value, Refusal> {
        let mut memory = self.base.memory.lock();
        let messages = body.get("messages").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut shown = Vec::new();
        for (index, message) in messages.iter().enumerate() {
            let token = message.get("quoteToken").and_then(Value::as_str);
            let is_good = token.is_none_or(|token| {
                let id = token.strip_prefix("q-").unwrap_or_default();
                message.get("type").is_some_and(|kind| kind == "text") && memory.is_in_chat(id, to)
            });
            if !is_good || message.get("quoteToken").is_some() && token.is_none() {
                return Err(refused("The request body has 1 error(s)", &[&format!("messages[{index}].quoteToken")]));
            }
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
            sent.push(json!({"id": id, "quoteToken": format!("q-{id}")}));
        }
        Ok(json!({"sentMessages": sent}))
    }
}

fn refused(message: &str, details: &[&str]) -> Refusal {
    let details: Vec<Value> = details.iter().map(|property| json!({"property": property})).collect();
    Refusal(400, json!({"message": message, "details": details}))
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
        api::router(self.clone())
    }

    fn install(&self, base: &str) -> Value {
        let base = base.trim_end_matches('/');
        json!({"kind": "line", "channel_secret": SECRET, "channel_access_token": TOKEN, "api_url": base, "data_api_url": base})
    }
}

impl SimpleChannel for Line {
    type Memory = Remembered;

    fn base(&self) -> &Base {
        &self.base
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<PlatformCall, String> {
        let mut memory = self.base.memory.lock();
        memory.reachable.insert(customer.to_owned());
        let mut message = match saying {
            Saying::Text(text) => json!({"type": "text", "text": text}),
            Saying::Media { kind, url, name, size } => {
                let mut message = match kind {
                    MediaKind::File => json!({"type": "file", "fileName": name, "fileSize": size}),
                    kind => json!({"type": kind, "contentProvider": {"type": "line"}}),
                };
                put(&mut message, "id", memory.keep(CustomersFile { kind, url, name, size }));
                message
            }
            Saying::Raw(message) => message,
        };
        if message.get("id").is_none() {
            let id = (560_000_000_000_000_000 + memory.number()).to_string();
            put(&mut message, "id", id);
        }
        let id = message.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        memory.wrote(&id, customer);
        put(&mut message, "quoteToken", format!("q-{id}"));
        put(&mut message, "markAsReadToken", format!("mr-{id}"));
        let number = memory.number();
        drop(memory);
        let token = format!("{number:032x}");
        self.replies().open.insert(token.clone(), (customer.to_owned(), now()));
        self.events(&[json!({
            "type": "message", "mode": "active", "timestamp": now().get(),
            "source": {"type": "user", "userId": customer},
            "webhookEventId": format!("01K1EXAMP{number:017}"), "deliveryContext": {"isRedelivery": false},
            "replyToken": token, "message": message,
        })])
    }

    fn quotes(&self, text: &str, message: &str) -> Option<Saying> {
        Some(Saying::Raw(json!({"type": "text", "text": text, "quotedMessageId": message})))
    }

    fn shows_reading(&self) -> bool {
        true
    }

    /// Does nothing, because the bridge sets the endpoint through the API.
    fn pasted(&self, _url: &str) {}

    fn reports(&self, _customer: &str, _message: &str, _receipt: &str) -> Result<PlatformCall, String> {
        Err("LINE has no receipts".to_owned())
    }
}
