//! Simulated WhatsApp and Messenger, which are both Meta's: <https://developers.facebook.com/docs/graph-api>.
//!
//! They refuse what the real ones refuse, sign their webhooks, repeat them until they are acknowledged, and report the
//! status of messages.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, header},
    response::Response,
    routing::{get, post},
};
use byoc::tools::crypto::hmac_sha256;
use serde_json::{Value, json};

use self::rules::refused;
use super::{messenger, whatsapp};
use crate::{
    call::PlatformCall,
    memory::{Remembered, Remembers},
    people::{ChannelSim, Saying},
    rules::{Refusal, is_authorized},
    simple::{Base, SimpleChannel, number},
};

pub(super) mod rules;
#[cfg(test)]
mod tests;

const TOKEN: &str = "EAABsimulated0123456789";
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const VERIFY_TOKEN: &str = "simulated-verify-token-1";

/// The simulated product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// WhatsApp, with one number.
    WhatsApp,
    /// Messenger, with one Page.
    Messenger,
}

/// A simulated platform of Meta with one number or Page.
#[derive(Clone, Debug)]
pub struct Meta {
    product: Product,
    base: Base,
}

impl Meta {
    /// Makes the number or Page of the local bridge.
    ///
    /// # Errors
    /// Returns an error if the HTTP client could not be made.
    pub fn demo(product: Product) -> Result<Self, String> {
        Ok(Self { product, base: Base::new()? })
    }

    /// Returns the id of the number or Page.
    fn account(&self) -> &'static str {
        match self.product {
            Product::WhatsApp => whatsapp::NUMBER_ID,
            Product::Messenger => messenger::PAGE,
        }
    }

    /// Makes a signed call. Every character beyond ASCII is escaped, as Meta does.
    fn signed(&self, id: &str, body: &Value) -> Result<PlatformCall, String> {
        let body = byoc::outside::queue::ascii_json(body).replace('/', "\\/");
        let signature = format!("sha256={}", hex::encode(hmac_sha256(SECRET.as_bytes(), body.as_bytes())));
        let call = PlatformCall::post(id, self.base.memory.webhook()?, "application/json", body);
        Ok(call.header("x-hub-signature-256", signature))
    }

    /// Marks a customer's message as read: the message with this id at WhatsApp, the newest message of this customer at
    /// Messenger.
    fn mark(&self, mark: &str) -> Result<Value, Refusal> {
        let mut memory = self.base.memory.lock();
        let message = match self.product {
            Product::WhatsApp => Some(mark.to_owned()),
            Product::Messenger => memory.newest_of(mark),
        };
        if !message.is_some_and(|message| memory.mark(&message)) {
            return Err(refused(400, 100, "no such message"));
        }
        Ok(match self.product {
            Product::WhatsApp => json!({"success": true}),
            Product::Messenger => json!({"recipient_id": mark}),
        })
    }

    /// Delivers a message to its customer.
    fn take(&self, body: &Value) -> Result<Value, Refusal> {
        let mark = match self.product {
            Product::WhatsApp => whatsapp::mark(body)?,
            Product::Messenger => messenger::mark(body)?,
        };
        if let Some(mark) = mark {
            return self.mark(mark);
        }
        let (to, from, lines) = match self.product {
            Product::WhatsApp => whatsapp::check(body)?,
            Product::Messenger => messenger::check(body)?,
        };
        let mut memory = self.base.memory.lock();
        if !memory.reachable.contains(&to) {
            let code = if self.product == Product::WhatsApp { 131_026 } else { 551 };
            return Err(refused(400, code, "the customer cannot be reached"));
        }
        let quoted = match self.product {
            Product::WhatsApp => body.pointer("/context/message_id"),
            Product::Messenger => body.pointer("/reply_to/mid"),
        };
        if quoted.is_some_and(|quoted| !quoted.as_str().is_some_and(|quoted| memory.is_in_chat(quoted, &to))) {
            return Err(refused(400, 100, "the quoted message is not of this chat"));
        }
        let number = memory.number();
        let id = match self.product {
            Product::WhatsApp => format!("wamid.SIMULATED{number}"),
            Product::Messenger => format!("m_SIMULATED{number}"),
        };
        memory.arrived(&id, &to, from, &lines, body.clone());
        drop(memory);
        self.base.send_later(["delivered", "read"].map(|receipt| self.reports(&to, &id, receipt)));
        Ok(match self.product {
            Product::WhatsApp => json!({
                "messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": to}], "messages": [{"id": id}],
            }),
            Product::Messenger => json!({"recipient_id": to, "message_id": id}),
        })
    }
}

fn authorized(headers: &HeaderMap) -> Result<(), Refusal> {
    if is_authorized(headers, &format!("Bearer {TOKEN}")) {
        return Ok(());
    }
    Err(refused(401, 190, "Error validating access token"))
}

async fn send(
    State(meta): State<Meta>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    if account != meta.account() {
        return Err(refused(400, 100, "Unsupported post request"));
    }
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/json") {
        return Err(refused(400, 100, "the body should be JSON"));
    }
    let body: Value = serde_json::from_slice(&body).map_err(|_| refused(400, 100, "the body is not JSON"))?;
    meta.take(&body).map(Json)
}

/// Serves the account, a customer's profile, or a file.
async fn object(State(meta): State<Meta>, Path(id): Path<String>, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    let memory = meta.base.memory.lock();
    if id == meta.account() || meta.product == Product::WhatsApp && id == whatsapp::SECOND_NUMBER_ID {
        return Ok(Json(json!({"id": id, "name": "Example shop"})));
    }
    if memory.files.contains_key(&id) {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        return Ok(Json(json!({"id": id, "url": format!("http://{host}/files/{id}"), "mime_type": "image/png"})));
    }
    if meta.product == Product::Messenger && memory.reachable.contains(&id) {
        return Ok(Json(json!({"first_name": "Sam", "last_name": "Example", "id": id})));
    }
    Err(refused(404, 100, "Object does not exist"))
}

async fn file(State(meta): State<Meta>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, Refusal> {
    authorized(&headers)?;
    meta.base.serve(&id).await.ok_or_else(|| refused(404, 100, "gone"))
}

impl ChannelSim for Meta {
    fn kind(&self) -> &'static str {
        match self.product {
            Product::WhatsApp => "whatsapp",
            Product::Messenger => "messenger",
        }
    }

    fn customer(&self) -> &'static str {
        match self.product {
            Product::WhatsApp => "16505550123",
            Product::Messenger => "2000000000000002",
        }
    }

    /// Messenger reports reading only by time, not by message, so delivery is the last receipt of a message.
    fn last_receipt(&self) -> Option<&'static str> {
        Some(if self.product == Product::WhatsApp { "read" } else { "delivered" })
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/v25.0/{account}/messages", post(send))
            .route("/v25.0/{id}", get(object))
            .route("/files/{id}", get(file))
            .with_state(self.clone())
    }

    fn install(&self, base: &str) -> Value {
        let api_url = format!("{}/v25.0", base.trim_end_matches('/'));
        match self.product {
            Product::WhatsApp => json!({
                "kind": "whatsapp", "access_token": TOKEN, "app_secret": SECRET, "verify_token": VERIFY_TOKEN,
                "phone_number_id": whatsapp::NUMBER_ID, "api_url": api_url,
            }),
            Product::Messenger => json!({
                "kind": "messenger", "page_access_token": TOKEN, "app_secret": SECRET, "verify_token": VERIFY_TOKEN,
                "page_id": messenger::PAGE, "api_url": api_url,
            }),
        }
    }
}

impl SimpleChannel for Meta {
    type Memory = Remembered;

    fn base(&self) -> &Base {
        &self.base
    }

    /// Returns the id under which the platform knows a customer.
    fn id_of(&self, customer: &str) -> String {
        if customer.bytes().all(|byte| byte.is_ascii_digit()) || customer.contains('.') {
            return customer.to_owned();
        }
        number(customer, "1650", 7)
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<PlatformCall, String> {
        let customer = self.id_of(customer);
        let number = {
            let mut memory = self.base.memory.lock();
            memory.reachable.insert(customer.clone());
            memory.number()
        };
        let (id, body) = match self.product {
            Product::WhatsApp => whatsapp::written(&self.base.memory, &customer, number, saying),
            Product::Messenger => messenger::written(&customer, number, saying),
        };
        self.base.memory.lock().wrote(&id, &customer);
        self.signed(&id, &body)
    }

    fn quotes(&self, text: &str, message: &str) -> Option<Saying> {
        Some(Saying::Raw(match self.product {
            Product::WhatsApp => {
                json!({"type": "text", "text": {"body": text}, "context": {"from": "1", "id": message}})
            }
            Product::Messenger => json!({"text": text, "reply_to": {"mid": message}}),
        }))
    }

    fn shows_reading(&self) -> bool {
        true
    }

    fn reports(&self, customer: &str, message: &str, receipt: &str) -> Result<PlatformCall, String> {
        let customer = self.id_of(customer);
        let body = match self.product {
            Product::WhatsApp => whatsapp::status(&customer, message, receipt),
            Product::Messenger => messenger::news(&customer, message, receipt),
        };
        self.signed(message, &body)
    }
}
