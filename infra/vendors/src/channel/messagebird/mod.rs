//! A simulated MessageBird, for text messages: <https://developers.messagebird.com/api/sms-messaging/>.
//!
//! It refuses what the real one refuses, signs its webhooks, and reports the status of messages.

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use byoc::{
    outside::clock::now,
    tools::crypto::{hmac_sha256, sha256_hex},
};
use serde_json::{Value, json};

use self::rules::{Checked, NUMBER, refused};
use crate::{
    call::PlatformCall,
    json::put,
    memory::Remembered,
    people::{ChannelSim, Saying},
    rules::{Refusal, is_authorized},
    simple::{Base, SimpleChannel, number},
};

mod rules;
#[cfg(test)]
mod tests;

const ACCESS_KEY: &str = "live_EXAMPLE0123456789";
const SIGNING_KEY: &str = "simulated-signing-key-0123456789";
const CUSTOMER: &str = "+447700900161";

/// A simulated MessageBird with one number.
#[derive(Clone, Debug)]
pub struct MessageBird {
    base: Base,
}

impl MessageBird {
    /// Makes the account of the local bridge.
    ///
    /// # Errors
    /// Returns an error if the HTTP client could not be made.
    pub fn demo() -> Result<Self, String> {
        Ok(Self { base: Base::new()? })
    }

    /// Reports the status of a message by a GET, as the real one does.
    fn report(url: &str, to: &str, id: &str, status: &str) -> PlatformCall {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("id", id),
                ("recipient", to.trim_start_matches('+')),
                ("status", status),
                ("statusDatetime", "2026-11-21T18:30:05+00:00"),
            ])
            .finish();
        let url = format!("{url}?{query}");
        let signature = token(&url, b"");
        PlatformCall::get(id, url).header("messagebird-signature-jwt", signature)
    }

    fn take(&self, body: &Value) -> Result<Value, Refusal> {
        let Checked { to, words, report } = rules::check(body)?;
        let mut memory = self.base.memory.lock();
        if to != CUSTOMER && !memory.reachable.contains(&to) {
            return Err(refused(9, "no (correct) recipients found", "recipients"));
        }
        let id = format!("{:032x}", memory.number());
        memory.arrived(&id, &to, NUMBER, &[words], body.clone());
        drop(memory);
        self.base.send_later(["sent", "delivered"].map(|status| Ok(Self::report(&report, &to, &id, status))));
        Ok(json!({"id": id, "recipients": {"totalCount": 1, "items": [{"status": "sent"}]}}))
    }
}

/// Makes the token that signs a URL and a body.
fn token(url: &str, body: &[u8]) -> String {
    let now = now().seconds();
    let mut claims = json!({
        "iss": "MessageBird", "nbf": now, "exp": now + 60, "jti": rand::random::<u64>().to_string(),
        "url_hash": sha256_hex(url.as_bytes()),
    });
    if !body.is_empty() {
        put(&mut claims, "payload_hash", sha256_hex(body));
    }
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&json!({"alg": "HS256", "typ": "JWT"})), encode(&claims));
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(hmac_sha256(SIGNING_KEY.as_bytes(), signed.as_bytes())))
}

fn authorized(headers: &HeaderMap) -> Result<(), Refusal> {
    if is_authorized(headers, &format!("AccessKey {ACCESS_KEY}")) {
        return Ok(());
    }
    let error =
        json!({"code": 2, "description": "Request not allowed (incorrect access_key)", "parameter": "access_key"});
    Err(Refusal(401, json!({"errors": [error]})))
}

async fn balance(headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    authorized(&headers)?;
    Ok(Json(json!({"payment": "prepaid", "type": "credits", "amount": 9.2})))
}

async fn create(
    State(bird): State<MessageBird>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    authorized(&headers)?;
    let is_json =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let body = serde_json::from_slice(&body).ok().filter(|_| is_json).unwrap_or_default();
    bird.take(&body).map(|message| (StatusCode::CREATED, Json(message)))
}

impl ChannelSim for MessageBird {
    fn kind(&self) -> &'static str {
        "messagebird"
    }

    fn customer(&self) -> &'static str {
        CUSTOMER
    }

    fn last_receipt(&self) -> Option<&'static str> {
        Some("delivered")
    }

    fn signs_url(&self) -> bool {
        true
    }

    fn router(&self) -> Router {
        Router::new().route("/balance", get(balance)).route("/messages", post(create)).with_state(self.clone())
    }

    fn install(&self, base: &str) -> Value {
        json!({
            "kind": "messagebird", "access_key": ACCESS_KEY, "signing_key": SIGNING_KEY, "originator": NUMBER,
            "api_url": base.trim_end_matches('/'),
        })
    }
}

impl SimpleChannel for MessageBird {
    type Memory = Remembered;

    fn base(&self) -> &Base {
        &self.base
    }

    fn id_of(&self, customer: &str) -> String {
        number(customer, "+4477", 8)
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<PlatformCall, String> {
        let url = self.base.memory.webhook()?;
        let customer = self.id_of(customer);
        let mut memory = self.base.memory.lock();
        memory.reachable.insert(customer.clone());
        let id = format!("{:032x}", memory.number());
        drop(memory);
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("id", &id).append_pair("recipient", NUMBER);
        form.append_pair("originator", customer.trim_start_matches('+'));
        match saying {
            Saying::Text(text) => drop(form.append_pair("body", &text)),
            // Files of multimedia messages are behind links that anybody can open.
            Saying::Media { url, .. } => drop(form.append_pair("message", "").append_pair("mediaURLs", &url)),
            Saying::Raw(fields) => {
                for (name, value) in fields.as_object().ok_or("these are no fields of a form")? {
                    form.append_pair(name, &value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                }
            }
        }
        let body = form.finish();
        let signature = token(&url, body.as_bytes());
        let call = PlatformCall::post(&id, url, "application/x-www-form-urlencoded", body);
        Ok(call.header("messagebird-signature-jwt", signature))
    }

    fn reports(&self, customer: &str, message: &str, receipt: &str) -> Result<PlatformCall, String> {
        let status = if receipt == "failed" { "delivery_failed" } else { receipt };
        Ok(Self::report(&self.base.memory.webhook()?, &self.id_of(customer), message, status))
    }
}
