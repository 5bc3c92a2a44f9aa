//! Simulated WhatsApp and Messenger, which are both Meta's: <https://developers.facebook.com/docs/graph-api>.
//!
//! They refuse what the real ones refuse, sign their webhooks, repeat them until they are taken, and report what becomes
//! of a message.

use std::time::Duration;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use byoc::{clock::now_ms, crypto::hmac_sha256};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    ChannelSim, Faults, Said, Saying, Seen, WebhookCall,
    memory::{CustomersFile, Memory, Refusal},
    post::Post,
};

mod messenger;
#[cfg(test)]
mod tests;
mod whatsapp;

const TOKEN: &str = "EAABsimulated0123456789";
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const VERIFY_TOKEN: &str = "simulated-verify-token-1";

/// Which of the two is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Product {
    WhatsApp,
    Messenger,
}

/// A simulated platform of Meta's with one number or Page.
#[derive(Clone, Debug)]
pub struct Meta {
    product: Product,
    http: reqwest::Client,
    faults: Faults,
    memory: Memory,
}

impl Meta {
    /// WhatsApp, with one number.
    ///
    /// # Errors
    /// The HTTP client could not be made.
    pub fn whatsapp() -> reqwest::Result<Self> {
        Self::new(Product::WhatsApp)
    }

    /// Messenger, with one Page.
    ///
    /// # Errors
    /// As [`whatsapp`](Self::whatsapp).
    pub fn messenger() -> reqwest::Result<Self> {
        Self::new(Product::Messenger)
    }

    fn new(product: Product) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build()?;
        Ok(Self { product, http, faults: Faults::default(), memory: Memory::default() })
    }

    /// The number or Page.
    fn account(&self) -> &'static str {
        match self.product {
            Product::WhatsApp => whatsapp::NUMBER_ID,
            Product::Messenger => messenger::PAGE,
        }
    }

    /// The id under which the platform knows a customer.
    fn id_of(&self, customer: &str) -> String {
        if customer.bytes().all(|byte| byte.is_ascii_digit()) || customer.contains('.') {
            return customer.to_owned();
        }
        let number = customer.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
        format!("1650{:07}", number % 10_000_000)
    }

    /// A signed call, with every letter beyond ASCII escaped as Meta does.
    fn signed(&self, id: &str, body: &Value) -> Result<Post, String> {
        let body = byoc::queue::ascii_json(body).replace('/', "\\/");
        let signature = format!("sha256={}", hex::encode(hmac_sha256(SECRET.as_bytes(), body.as_bytes())));
        let headers = vec![("content-type", "application/json".to_owned()), ("x-hub-signature-256", signature)];
        Ok(Post { id: id.to_owned(), url: self.memory.webhook()?, headers, body: body.into() })
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<Post, String> {
        let customer = self.id_of(customer);
        let number = {
            let mut memory = self.memory.lock();
            memory.reachable.insert(customer.clone());
            memory.number()
        };
        let (id, body) = match self.product {
            Product::WhatsApp => whatsapp::written(&self.memory, &customer, number, saying)?,
            Product::Messenger => messenger::written(&customer, number, saying)?,
        };
        self.signed(&id, &body)
    }

    /// Brings a message to its customer.
    fn take(&self, body: &Value) -> Result<Value, Refusal> {
        let (to, from, lines) = match self.product {
            Product::WhatsApp => whatsapp::check(body)?,
            Product::Messenger => messenger::check(body)?,
        };
        let mut memory = self.memory.lock();
        if !memory.reachable.contains(&to) {
            let code = if self.product == Product::WhatsApp { 131_026 } else { 551 };
            return Err(error(400, code, "the customer cannot be reached"));
        }
        let number = memory.number();
        let id = match self.product {
            Product::WhatsApp => format!("wamid.SIMULATED{number}"),
            Product::Messenger => format!("m_SIMULATED{number}"),
        };
        memory.arrived(&id, &to, from, &lines, body.clone());
        drop(memory);
        let (meta, customer, message) = (self.clone(), to.clone(), id.clone());
        tokio::spawn(async move {
            for status in ["delivered", "read"] {
                tokio::time::sleep(Duration::from_millis(60)).await;
                if let Err(error) = meta.receipt(&customer, &message, status).await {
                    tracing::debug!(error, "a status did not arrive");
                }
            }
        });
        Ok(match self.product {
            Product::WhatsApp => json!({
                "messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": to}], "messages": [{"id": id}],
            }),
            Product::Messenger => json!({"recipient_id": to, "message_id": id}),
        })
    }
}

/// An error in the shape of the Graph API.
fn error(status: u16, code: u32, message: &str) -> Refusal {
    let error =
        json!({"message": format!("(#{code}) {message}"), "type": "OAuthException", "code": code, "fbtrace_id": "A"});
    Refusal(status, json!({"error": error}))
}

fn authorized(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.get(header::AUTHORIZATION).is_some_and(|given| given == format!("Bearer {TOKEN}").as_str()) {
        return Ok(());
    }
    Err(error(401, 190, "Error validating access token"))
}

async fn send(
    State(meta): State<Meta>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    if account != meta.account() {
        return Err(error(400, 100, "Unsupported post request"));
    }
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/json") {
        return Err(error(400, 100, "the body should be JSON"));
    }
    let body: Value = serde_json::from_slice(&body).map_err(|_| error(400, 100, "the body is not JSON"))?;
    meta.take(&body).map(Json)
}

/// The account, a customer's profile, or a file.
async fn object(State(meta): State<Meta>, Path(id): Path<String>, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    let memory = meta.memory.lock();
    if id == meta.account() {
        return Ok(Json(json!({"id": id, "name": "Example shop"})));
    }
    if memory.files.contains_key(&id) {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        return Ok(Json(json!({"id": id, "url": format!("http://{host}/files/{id}"), "mime_type": "image/png"})));
    }
    if meta.product == Product::Messenger && memory.reachable.contains(&id) {
        return Ok(Json(json!({"first_name": "Sam", "last_name": "Example", "id": id})));
    }
    Err(error(404, 100, "Object does not exist"))
}

async fn file(State(meta): State<Meta>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, Refusal> {
    authorized(&headers)?;
    let (kind, bytes) = meta.memory.file(&meta.http, &id).await.ok_or_else(|| error(404, 100, "gone"))?;
    let mut response = bytes.into_response();
    if let Ok(kind) = HeaderValue::from_str(&kind) {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    Ok(response)
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

    /// Messenger reports reading by time only.
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

    fn faults(&self) -> &Faults {
        &self.faults
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

    fn paste_webhook(&self, url: &str) {
        self.memory.lock().webhook = Some(url.to_owned());
    }

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
        Box::pin(async move {
            let customer = self.id_of(customer);
            let body = match self.product {
                Product::WhatsApp => whatsapp::status(&customer, message, receipt),
                Product::Messenger => messenger::news(&customer, message, receipt),
            };
            self.signed(message, &body)?.send(&self.http).await
        })
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

/// A customer's file in what they say, or what they say.
fn file_in(saying: Saying) -> Result<CustomersFile, Saying> {
    CustomersFile::of(&saying).ok_or(saying)
}

/// Seconds, as WhatsApp writes times.
fn seconds() -> String {
    (now_ms() / 1_000).to_string()
}
