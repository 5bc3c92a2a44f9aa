//! Simulated WhatsApp, Messenger and Instagram, which are all Meta's: <https://developers.facebook.com/docs/graph-api>.
//!
//! They refuse what the real ones refuse, sign their webhooks, repeat them until they are acknowledged, and report the
//! status of messages.

use std::time::Duration;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, header},
    response::Response,
    routing::{get, post},
};
use byoc::{outside::clock::now, tools::crypto::hmac_sha256};
use serde_json::{Value, json};

use self::rules::{refused, refused_as};
use super::{
    messenger::{self, Platform},
    whatsapp,
};
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
    /// Instagram, with one account.
    Instagram,
}

impl Product {
    /// Returns the messaging platform, or `None` for WhatsApp.
    fn platform(self) -> Option<&'static Platform> {
        match self {
            Self::WhatsApp => None,
            Self::Messenger => Some(&messenger::MESSENGER),
            Self::Instagram => Some(&messenger::INSTAGRAM),
        }
    }
}

/// How long after a customer's last message the bridge may write, and how long people may.
const WINDOW: Duration = Duration::from_secs(24 * 3_600);
const WINDOW_OF_PEOPLE: Duration = Duration::from_secs(7 * 24 * 3_600);

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

    /// Returns the node that sends: the number or the Page.
    fn sender(&self) -> &'static str {
        self.product.platform().map_or(whatsapp::NUMBER_ID, |platform| platform.sender)
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
        let is_whatsapp = self.product == Product::WhatsApp;
        let message = if is_whatsapp { Some(mark.to_owned()) } else { memory.newest_of(mark) };
        if !message.is_some_and(|message| memory.mark(&message)) {
            return Err(refused(400, 100, "no such message"));
        }
        Ok(if is_whatsapp { json!({"success": true}) } else { json!({"recipient_id": mark}) })
    }

    /// Delivers a message to its customer.
    fn take(&self, body: &Value) -> Result<Value, Refusal> {
        let platform = self.product.platform();
        let mark = match platform {
            None => whatsapp::mark(body)?,
            Some(_) => messenger::mark(body)?,
        };
        if let Some(mark) = mark {
            let is_typing = body.get("sender_action").is_some_and(|action| action == "typing_on");
            if is_typing || body.get("typing_indicator").is_some() {
                self.base.memory.lock().typed += 1;
            }
            if is_typing {
                return Ok(json!({"recipient_id": mark}));
            }
            return self.mark(mark);
        }
        let (to, from, lines) = match platform {
            None => whatsapp::check(body)?,
            Some(platform) => messenger::check(platform, body)?,
        };
        let mut memory = self.base.memory.lock();
        let has_written = memory.reachable.contains(&to);
        // The usual customer has WhatsApp, and an approved template may come first.
        let has_number = platform.is_none() && to == self.customer();
        if !(has_written || has_number) {
            let code = if self.product == Product::WhatsApp { 131_026 } else { 551 };
            return Err(refused(400, code, "the customer cannot be reached"));
        }
        let quoted = match platform {
            None => body.pointer("/context/message_id"),
            Some(_) => body.pointer("/reply_to/mid"),
        };
        if quoted.is_some_and(|quoted| !quoted.as_str().is_some_and(|quoted| memory.is_in_chat(quoted, &to))) {
            return Err(refused(400, 100, "the quoted message is not of this chat"));
        }
        let silent = match memory.heard.get(&to) {
            Some(heard) => now().since(*heard),
            None if has_written => Duration::ZERO,
            None => Duration::MAX,
        };
        match platform {
            None if silent > WINDOW && body.get("type").is_none_or(|kind| kind != "template") => {
                return Err(refused(400, 131_047, "Re-engagement message"));
            }
            Some(platform) => {
                let is_of_people = body.get("tag").is_some();
                if silent > if is_of_people { WINDOW_OF_PEOPLE } else { WINDOW } {
                    return Err(refused_as(
                        400,
                        10,
                        platform.too_late,
                        "This message is sent outside of allowed window.",
                    ));
                }
            }
            None => {}
        }
        let number = memory.number();
        let id = format!("{}SIMULATED{number}", platform.map_or("wamid.", |platform| platform.prefix));
        memory.arrived(&id, &to, from, &lines, body.clone());
        drop(memory);
        // Every message comes back to the app that sent it.
        let echo = platform.map(|platform| self.signed(&id, &platform.echo(&to, &id, body)));
        let receipts = ["delivered", "read"].map(|receipt| self.reports(&to, &id, receipt));
        self.base.send_later(echo.into_iter().chain(receipts));
        Ok(match platform {
            None => json!({
                "messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": to}], "messages": [{"id": id}],
            }),
            Some(_) => json!({"recipient_id": to, "message_id": id}),
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
    if account != meta.sender() {
        return Err(refused(400, 100, "Unsupported post request"));
    }
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/json") {
        return Err(refused(400, 100, "the body should be JSON"));
    }
    let body: Value = serde_json::from_slice(&body).map_err(|_| refused(400, 100, "the body is not JSON"))?;
    meta.take(&body).map(Json)
}

/// Serves the account, a customer's profile, or a file.
async fn object(
    State(meta): State<Meta>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    let asked = query.unwrap_or_default();
    let name = asked.split(['=', ',', '&']).any(|field| field == "name").then_some("Example shop");
    let memory = meta.base.memory.lock();
    if let (Some(platform), true) = (meta.product.platform(), id == meta.sender()) {
        let account = json!({"id": platform.account});
        let page = messenger::MESSENGER.account;
        return Ok(Json(json!({"id": page, "name": name, "instagram_business_account": account})));
    }
    if meta.product == Product::WhatsApp && [meta.sender(), whatsapp::SECOND_NUMBER_ID].contains(&id.as_str()) {
        let number = whatsapp::SHOWN_NUMBER;
        return Ok(Json(json!({"id": id, "verified_name": "Example shop", "display_phone_number": number})));
    }
    if id == meta.sender() {
        return Ok(Json(json!({"id": id, "name": name})));
    }
    if memory.files.contains_key(&id) {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        return Ok(Json(json!({"id": id, "url": format!("http://{host}/files/{id}"), "mime_type": "image/png"})));
    }
    match meta.product {
        Product::Messenger if memory.reachable.contains(&id) => {
            return Ok(Json(json!({"first_name": "Sam", "last_name": "Example", "id": id})));
        }
        Product::Instagram if memory.reachable.contains(&id) => {
            return Ok(Json(json!({"name": "Sam Example", "username": "sam.example", "id": id})));
        }
        _ => {}
    }
    Err(refused(404, 100, "Object does not exist"))
}

async fn templates(headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    Ok(Json(json!({"data": whatsapp::templates()})))
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
            Product::Instagram => "instagram",
        }
    }

    fn customer(&self) -> &'static str {
        match self.product {
            Product::WhatsApp => "16505550123",
            Product::Messenger => "2000000000000002",
            Product::Instagram => "3000000000000021",
        }
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/v25.0/{account}/messages", post(send))
            .route(&format!("/v25.0/{}/message_templates", whatsapp::ACCOUNT_ID), get(templates))
            .route("/v25.0/{id}", get(object))
            .route("/files/{id}", get(file))
            .with_state(self.clone())
    }

    fn install(&self, base: &str) -> Value {
        let api_url = format!("{}/v25.0", base.trim_end_matches('/'));
        match self.product {
            Product::WhatsApp => json!({
                "kind": "whatsapp", "access_token": TOKEN, "app_secret": SECRET, "verify_token": VERIFY_TOKEN,
                "phone_number_id": whatsapp::NUMBER_ID, "business_account_id": whatsapp::ACCOUNT_ID, "api_url": api_url,
            }),
            Product::Messenger => json!({
                "kind": "messenger", "page_access_token": TOKEN, "app_secret": SECRET, "verify_token": VERIFY_TOKEN,
                "page_id": messenger::MESSENGER.account, "api_url": api_url,
            }),
            Product::Instagram => json!({
                "kind": "instagram", "page_access_token": TOKEN, "app_secret": SECRET, "verify_token": VERIFY_TOKEN,
                "instagram_id": messenger::INSTAGRAM.account, "api_url": api_url,
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
            memory.heard.insert(customer.clone(), now());
            memory.number()
        };
        let (id, body) = match self.product.platform() {
            None => whatsapp::written(&self.base.memory, &customer, number, saying),
            Some(platform) => platform.written(&customer, number, saying),
        };
        self.base.memory.lock().wrote(&id, &customer);
        self.signed(&id, &body)
    }

    fn quotes(&self, text: &str, message: &str) -> Option<Saying> {
        Some(Saying::Raw(match self.product.platform() {
            None => json!({"type": "text", "text": {"body": text}, "context": {"from": "1", "id": message}}),
            Some(_) => json!({"text": text, "reply_to": {"mid": message}}),
        }))
    }

    fn shows_reading(&self) -> bool {
        true
    }

    fn reports(&self, customer: &str, message: &str, receipt: &str) -> Result<PlatformCall, String> {
        let customer = self.id_of(customer);
        let body = match self.product.platform() {
            None => whatsapp::status(&customer, message, receipt),
            Some(platform) => platform.news(&customer, message, receipt).ok_or("there is no such receipt")?,
        };
        self.signed(message, &body)
    }
}
