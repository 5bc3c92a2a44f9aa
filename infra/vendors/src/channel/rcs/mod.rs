//! A simulated RBM: <https://developers.google.com/business-communications/rcs-business-messaging>.
//!
//! It checks the service account's token, drops messages with a repeated id, signs its events, and reports the status
//! of messages.

use std::sync::Arc;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    hmac,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey},
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, header},
    routing::post,
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use byoc::outside::clock::now;
use serde::Deserialize;
use serde_json::{Value, json};

use self::rules::refused;
use crate::{
    call::PlatformCall,
    json::{merge, put},
    memory::{Remembered, content_type},
    people::{ChannelSim, Saying},
    rules::Refusal,
    simple::{Base, SimpleChannel, number},
};

mod rules;
#[cfg(test)]
mod tests;

const AGENT: &str = "rbm-example-agent@rbm.goog";
const TOKEN: &str = "simulated-rbm-client-token-0001";
const CUSTOMER: &str = "+447700900123";

/// A simulated RBM with one agent.
#[derive(Clone, Debug)]
pub struct Rcs {
    base: Base,
    key: Arc<KeyPair>,
}

/// The query of a send.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ids {
    message_id: String,
    agent_id: String,
}

impl Rcs {
    /// Makes the agent of the local bridge.
    ///
    /// # Errors
    /// Returns an error if no key or no HTTP client could be made.
    pub fn demo() -> Result<Self, String> {
        let key = KeyPair::generate(KeySize::Rsa2048).map_err(|_| "no RSA key could be made")?;
        Ok(Self { base: Base::new()?, key: Arc::new(key) })
    }

    /// Makes a signed event in its envelope.
    fn event(&self, id: &str, customer: &str, content: Value) -> Result<PlatformCall, String> {
        let mut event =
            json!({"senderPhoneNumber": customer, "sendTime": "2026-11-21T18:30:00.123456Z", "agentId": AGENT});
        merge(&mut event, content);
        let event = event.to_string();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA512, TOKEN.as_bytes()), event.as_bytes());
        let body = json!({"message": {"data": STANDARD.encode(&event), "messageId": id}, "subscription": "x"});
        let call = PlatformCall::post(id, self.base.memory.webhook()?, "application/json", body.to_string());
        Ok(call.header("x-goog-signature", STANDARD.encode(tag)))
    }

    /// Returns whether a bearer token was signed by the service account, is for this service, and has not expired.
    fn authorized(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let is_good = || {
            let token = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
            let (signed, tag) = token.rsplit_once('.')?;
            let public: PublicKeyX509Der<'_> = self.key.public_key().as_der().ok()?;
            let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
            let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public.as_ref());
            key.verify(signed.as_bytes(), &tag).ok()?;
            let claims = URL_SAFE_NO_PAD.decode(signed.split('.').nth(1)?).ok()?;
            let claims: Value = serde_json::from_slice(&claims).ok()?;
            let at = |name: &str| claims.get(name).and_then(Value::as_i64);
            let now = now().seconds();
            let audience = claims.get("aud")?.as_str()?;
            (audience == "https://rcsbusinessmessaging.googleapis.com/" && at("iat")? <= now + 5 && now < at("exp")?)
                .then_some(())
        };
        is_good().ok_or_else(|| refused(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."))
    }

    fn take(&self, phone: &str, ids: &Ids, body: &Value) -> Result<Value, Refusal> {
        if ids.agent_id != AGENT {
            return Err(refused(403, "PERMISSION_DENIED", "not this agent"));
        }
        let lines = rules::check(body)?;
        let mut memory = self.base.memory.lock();
        if phone != CUSTOMER && !memory.reachable.contains(phone) {
            return Err(refused(404, "NOT_FOUND", "Requested entity was not found."));
        }
        let id = ids.message_id.clone();
        // A message with a repeated id is dropped.
        if !memory.answered.contains_key(&id) {
            memory.answered.insert(id.clone(), Value::Null);
            memory.arrived(&id, phone, AGENT, &lines, body.clone());
            drop(memory);
            self.base.send_later(["delivered", "read"].map(|receipt| self.reports(phone, &id, receipt)));
        }
        Ok(json!({"name": format!("phones/{phone}/agentMessages/{id}")}))
    }
}

async fn send(
    State(rcs): State<Rcs>,
    Path(phone): Path<String>,
    Query(ids): Query<Ids>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    rcs.authorized(&headers)?;
    let body: Value = serde_json::from_slice(&body).map_err(|_| refused(400, "INVALID_ARGUMENT", "no JSON"))?;
    rcs.take(&phone, &ids, &body).map(Json)
}

/// The query of an event.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventIds {
    event_id: String,
    agent_id: String,
}

async fn event(
    State(rcs): State<Rcs>,
    Path(phone): Path<String>,
    Query(ids): Query<EventIds>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    rcs.authorized(&headers)?;
    let body: Value = serde_json::from_slice(&body).map_err(|_| refused(400, "INVALID_ARGUMENT", "no JSON"))?;
    let message = body.get("messageId").and_then(Value::as_str).unwrap_or_default();
    let is_event = body == json!({"eventType": "READ", "messageId": message}) && ids.agent_id == AGENT;
    let mut memory = rcs.base.memory.lock();
    if body == json!({"eventType": "IS_TYPING"}) && ids.agent_id == AGENT && !ids.event_id.is_empty() {
        memory.typed += 1;
        return Ok(Json(json!({"name": format!("phones/{phone}/agentEvents/{}", ids.event_id)})));
    }
    if !is_event || ids.event_id.is_empty() || !memory.is_in_chat(message, &phone) || !memory.mark(message) {
        return Err(refused(400, "INVALID_ARGUMENT", "READ needs a message of this phone"));
    }
    Ok(Json(json!({"name": format!("phones/{phone}/agentEvents/{}", ids.event_id)})))
}

impl ChannelSim for Rcs {
    fn kind(&self) -> &'static str {
        "rcs"
    }

    fn customer(&self) -> &'static str {
        CUSTOMER
    }

    /// Returns `false`, because RBM has no harmless call.
    fn checks_credentials(&self) -> bool {
        false
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/v1/phones/{phone}/agentMessages", post(send))
            .route("/v1/phones/{phone}/agentEvents", post(event))
            .with_state(self.clone())
    }

    fn install(&self, base: &str) -> Value {
        let key: Option<Pkcs8V1Der<'_>> = self.key.as_der().ok();
        let der = key.map(|key| STANDARD.encode(key.as_ref())).unwrap_or_default();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n");
        let file =
            json!({"client_email": "bridge@x.iam.gserviceaccount.com", "private_key": pem, "private_key_id": "k1"});
        json!({
            "kind": "rcs", "agent_id": AGENT, "client_token": TOKEN, "service_account_key": file.to_string(),
            "api_url": base.trim_end_matches('/'),
        })
    }
}

impl SimpleChannel for Rcs {
    type Memory = Remembered;

    fn base(&self) -> &Base {
        &self.base
    }

    fn id_of(&self, customer: &str) -> String {
        number(customer, "+4477", 8)
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<PlatformCall, String> {
        let customer = self.id_of(customer);
        let id = {
            let mut memory = self.base.memory.lock();
            memory.reachable.insert(customer.clone());
            let id = format!("Mx{}", memory.number());
            memory.wrote(&id, &customer);
            id
        };
        let mut content = match saying {
            Saying::Text(text) => json!({"text": text}),
            Saying::Media { kind, url, name, .. } => {
                json!({"userFile": {"payload": {"mimeType": content_type(kind), "fileName": name, "fileUri": url}}})
            }
            Saying::Raw(content) => content,
        };
        put(&mut content, "messageId", id.clone());
        self.event(&id, &customer, content)
    }

    fn shows_reading(&self) -> bool {
        true
    }

    fn reports(&self, customer: &str, message: &str, receipt: &str) -> Result<PlatformCall, String> {
        let kind = match receipt {
            "delivered" => "DELIVERED",
            "failed" => "TTL_EXPIRATION_REVOKED",
            _ => "READ",
        };
        let id = format!("Ev{}", self.base.memory.lock().number());
        let content = json!({"eventId": id, "eventType": kind, "messageId": message});
        self.event(&id, &self.id_of(customer), content)
    }
}
