//! A simulated Bird platform: text messages as the kind `bird`, and Apple Messages for Business as the kind `apple`.
//!
//! It refuses what the real one refuses, keeps idempotency keys, shows the secret of a webhook once, moves and deletes
//! webhooks, signs the events that a webhook subscribes to, and reports the status of messages.

use axum::Router;
use byoc::{adapter::standard_webhooks, outside::clock::now};
use serde_json::{Value, json};

use crate::{
    call::PlatformCall,
    json::put,
    memory::{CustomersFile, Remembered, content_type},
    people::{ChannelSim, Saying},
    rules::Refusal,
    simple::{Base, SimpleChannel, number},
};

mod api;
mod rules;
#[cfg(test)]
mod tests;

const KEY: &str = "bk_eu1_EXAMPLE0123456789";
const NUMBER: &str = "+447700900170";
const BUSINESS: &str = "b52d6267-0000-4000-8000-0533d0f1dc07";
/// The name under which the memory stores the webhook.
const WEBHOOK: &str = "webhook";

/// The product of Bird.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// Text messages.
    Sms,
    /// Apple Messages for Business.
    Apple,
}

/// A simulated Bird with one sender.
#[derive(Clone, Debug)]
pub struct Bird {
    product: Product,
    base: Base,
}

impl Bird {
    /// Makes the sender of the local bridge.
    ///
    /// # Errors
    /// Returns an error if the HTTP client could not be made.
    pub fn demo(product: Product) -> Result<Self, String> {
        Ok(Self { product, base: Base::new()? })
    }

    fn sender(&self) -> &'static str {
        match self.product {
            Product::Sms => NUMBER,
            Product::Apple => BUSINESS,
        }
    }

    fn event(&self, kind: &str, data: &Value) -> Result<PlatformCall, String> {
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
        let body = json!({"type": kind, "timestamp": time, "data": data}).to_string();
        let signature = standard_webhooks::sign(secret, &id, now(), body.as_bytes());
        let call = PlatformCall::post(&id, self.base.memory.webhook()?, "application/json", body);
        Ok(call.with_headers(signature))
    }

    fn take(&self, key: Option<&str>, body: &Value) -> Result<Value, Refusal> {
        let mut memory = self.base.memory.lock();
        if let Some(earlier) = key.and_then(|key| memory.answered.get(key)) {
            let is_same = earlier.get("body") == Some(body);
            let other = || rules::refused(409, "IdempotencyKeyReused", "idempotency-key");
            return if is_same { Ok(earlier.get("answer").cloned().unwrap_or_default()) } else { Err(other()) };
        }
        let lines = match self.product {
            Product::Sms => rules::sms(body)?,
            Product::Apple => rules::apple(body)?,
        };
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (wrong_sender, wrong_receiver, prefix, statuses): (_, _, _, &[&str]) = match self.product {
            Product::Sms => ("SMSSenderNotConfigured", "SMSInvalidRecipient", "sms", &["sent", "delivered"]),
            Product::Apple => ("AMBBusinessNotFound", "NotFound", "amb", &["sent"]),
        };
        if text("from") != self.sender() {
            return Err(rules::refused(422, wrong_sender, "from"));
        }
        let to = text("to");
        let has_number = matches!(self.product, Product::Sms) && to == self.customer();
        if !has_number && !memory.reachable.contains(&to) {
            return Err(rules::refused(422, wrong_receiver, "to"));
        }
        let id = format!("{prefix}_{}", memory.number());
        memory.arrived(&id, &to, self.sender(), &lines, body.clone());
        let answer = json!({"id": id, "status": "accepted", "to": to});
        if let Some(key) = key {
            memory.answered.insert(key.to_owned(), json!({"body": body, "answer": answer}));
        }
        drop(memory);
        self.base.send_later(statuses.iter().map(|status| self.reports(&to, &id, status)));
        Ok(answer)
    }
}

impl ChannelSim for Bird {
    fn kind(&self) -> &'static str {
        match self.product {
            Product::Sms => "bird",
            Product::Apple => "apple",
        }
    }

    fn customer(&self) -> &'static str {
        match self.product {
            Product::Sms => "+447700900161",
            Product::Apple => "opaque-customer-1",
        }
    }

    fn last_receipt(&self) -> Option<&'static str> {
        Some(match self.product {
            Product::Sms => "delivered",
            Product::Apple => "sent",
        })
    }

    fn router(&self) -> Router {
        api::router(self.clone())
    }

    fn install(&self, base: &str) -> Value {
        let mut install = json!({
            "kind": self.kind(), "api_key": KEY, "from": self.sender(), "api_url": base.trim_end_matches('/'),
        });
        if self.product == Product::Sms {
            put(&mut install, "product", "sms");
        }
        install
    }
}

impl SimpleChannel for Bird {
    type Memory = Remembered;

    fn base(&self) -> &Base {
        &self.base
    }

    fn id_of(&self, customer: &str) -> String {
        match self.product {
            Product::Sms => number(customer, "+4477", 8),
            Product::Apple => customer.to_owned(),
        }
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<PlatformCall, String> {
        let customer = self.id_of(customer);
        let id = {
            let mut memory = self.base.memory.lock();
            memory.reachable.insert(customer.clone());
            memory.number()
        };
        let mut attachments = Vec::new();
        let text = match saying {
            Saying::Text(text) => text,
            Saying::Media { kind, url, name, size } if self.product == Product::Apple => {
                let content_type = content_type(kind);
                let file = self.base.memory.lock().keep(CustomersFile { kind, url, name: name.clone(), size });
                attachments.push(json!({
                    "attachment_id": format!("aat_{file}"), "name": name, "mime_type": content_type, "size": size,
                }));
                "\u{fffc}".to_owned()
            }
            // Text messages bring no files yet, so a link stands for the file.
            Saying::Media { url, .. } => url,
            Saying::Raw(value) => value.to_string(),
        };
        match self.product {
            Product::Sms => {
                let data = json!({"sms_id": format!("sms_{id}"), "to": NUMBER, "from": customer, "text": text});
                self.event("sms.received", &data)
            }
            Product::Apple => {
                let message = json!({"id": format!("amb_{id}"), "from": customer, "to": BUSINESS,
                    "direction": "inbound", "kind": "text", "content": {"type": "text", "body": text, "attachments": attachments}});
                self.event("amb.received", &json!({"message": message}))
            }
        }
    }

    /// Does nothing, because the bridge sets up the webhook through the API.
    fn pasted(&self, _url: &str) {}

    fn reports(&self, customer: &str, message: &str, receipt: &str) -> Result<PlatformCall, String> {
        let to = self.id_of(customer);
        match self.product {
            Product::Sms => {
                self.event(&format!("sms.{receipt}"), &json!({"sms_id": message, "to": to, "from": NUMBER}))
            }
            Product::Apple => {
                let data = json!({"message": {"id": message, "to": to, "from": BUSINESS}});
                self.event(&format!("amb.{receipt}"), &data)
            }
        }
    }
}
