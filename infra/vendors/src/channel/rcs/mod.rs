//! A simulated RBM: <https://developers.google.com/business-communications/rcs-business-messaging>.
//!
//! It checks the service account's token, drops repeats of a message id, signs its events, and reports what becomes of a
//! message.

use std::{sync::Arc, time::Duration};

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
use byoc::clock::now_ms;
use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    ChannelSim, Said, Saying,
    base::{Base, Remembering, number},
    memory::{CustomersFile, Refusal, is_callable},
    post::Post,
};

const AGENT: &str = "rbm-example-agent@rbm.goog";
const TOKEN: &str = "simulated-rbm-client-token-0001";
const CUSTOMER: &str = "+447700900123";

/// A simulated RBM with one agent.
#[derive(Clone, Debug)]
pub struct Rcs {
    base: Base,
    key: Arc<KeyPair>,
}

/// What stands in the query of a send.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ids {
    message_id: String,
    agent_id: String,
}

impl Rcs {
    /// The agent of the local bridge.
    ///
    /// # Errors
    /// No key or no HTTP client could be made.
    pub fn demo() -> Result<Self, String> {
        let key = KeyPair::generate(KeySize::Rsa2048).map_err(|_| "no RSA key could be made")?;
        let base = Base::new().map_err(|error| error.to_string())?;
        Ok(Self { base, key: Arc::new(key) })
    }

    /// An event in its shell, signed.
    fn event(&self, id: &str, customer: &str, content: Value) -> Result<Post, String> {
        let mut event =
            json!({"senderPhoneNumber": customer, "sendTime": "2026-11-21T18:30:00.123456Z", "agentId": AGENT});
        if let (Some(fields), Value::Object(content)) = (event.as_object_mut(), content) {
            fields.extend(content);
        }
        let event = event.to_string();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA512, TOKEN.as_bytes()), event.as_bytes());
        let body =
            json!({"message": {"data": STANDARD.encode(&event), "messageId": id}, "subscription": "x"}).to_string();
        let headers = vec![("content-type", "application/json".to_owned()), ("x-goog-signature", STANDARD.encode(tag))];
        Ok(Post { id: id.to_owned(), url: self.base.memory.webhook()?, headers, body: body.into() })
    }

    async fn report(&self, customer: &str, message: &str, kind: &str) -> Result<Said, String> {
        let id = format!("Ev{}", self.base.memory.lock().number());
        self.event(&id, customer, json!({"eventId": id, "eventType": kind, "messageId": message}))?
            .send(&self.base.http)
            .await
    }

    /// Whether a bearer token was signed by the service account, for this service, and is still good.
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
            let now = now_ms() / 1_000;
            let audience = claims.get("aud")?.as_str()?;
            (audience == "https://rcsbusinessmessaging.googleapis.com/" && at("iat")? <= now + 5 && now < at("exp")?)
                .then_some(())
        };
        is_good().ok_or_else(|| refused(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."))
    }

    fn take(&self, phone: &str, ids: &Ids, body: &Value) -> Result<Value, Refusal> {
        let invalid = |why: &str| refused(400, "INVALID_ARGUMENT", why);
        if ids.agent_id != AGENT {
            return Err(refused(403, "PERMISSION_DENIED", "not this agent"));
        }
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let (words, file) = (text("/contentMessage/text"), text("/contentMessage/contentInfo/fileUrl"));
        let mut lines = match (words.is_empty(), file.is_empty()) {
            (false, true) if words.chars().count() <= 3_072 => vec![words.to_owned()],
            (true, false) if is_callable(file) => vec![format!("[file] {file}")],
            _ => return Err(invalid("one of text (at most 3,072 characters) and contentInfo")),
        };
        let suggestions =
            body.pointer("/contentMessage/suggestions").and_then(Value::as_array).cloned().unwrap_or_default();
        for suggestion in &suggestions {
            let label = suggestion.pointer("/reply/text").or_else(|| suggestion.pointer("/action/text"));
            let label = label.and_then(Value::as_str).filter(|label| (1..=25).contains(&label.chars().count()));
            lines.push(format!("[button] {}", label.ok_or_else(|| invalid("suggestions.text"))?));
        }
        if suggestions.len() > 11 {
            return Err(invalid("suggestions"));
        }
        let mut memory = self.base.memory.lock();
        if !memory.reachable.contains(phone) {
            return Err(refused(404, "NOT_FOUND", "Requested entity was not found."));
        }
        let id = ids.message_id.clone();
        // A repeat of an id is dropped.
        if !memory.answered.contains_key(&id) {
            memory.answered.insert(id.clone(), Value::Null);
            memory.arrived(&id, phone, AGENT, &lines, body.clone());
            drop(memory);
            let (rcs, customer, message) = (self.clone(), phone.to_owned(), id.clone());
            tokio::spawn(async move {
                for kind in ["DELIVERED", "READ"] {
                    tokio::time::sleep(Duration::from_millis(60)).await;
                    if let Err(error) = rcs.report(&customer, &message, kind).await {
                        tracing::debug!(error, "an event did not arrive");
                    }
                }
            });
        }
        Ok(json!({"name": format!("phones/{phone}/agentMessages/{id}")}))
    }
}

fn refused(code: u16, status: &str, message: &str) -> Refusal {
    Refusal(code, json!({"error": {"code": code, "message": message, "status": status}}))
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

impl ChannelSim for Rcs {
    fn kind(&self) -> &'static str {
        "rcs"
    }

    fn customer(&self) -> &'static str {
        CUSTOMER
    }

    /// There is no harmless call.
    fn checks_credentials(&self) -> bool {
        false
    }

    fn router(&self) -> Router {
        Router::new().route("/v1/phones/{phone}/agentMessages", post(send)).with_state(self.clone())
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

impl Remembering for Rcs {
    fn base(&self) -> &Base {
        &self.base
    }

    fn id_of(&self, customer: &str) -> String {
        number(customer, "+4477", 8)
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<Post, String> {
        let customer = self.id_of(customer);
        let id = {
            let mut memory = self.base.memory.lock();
            memory.reachable.insert(customer.clone());
            format!("Mx{}", memory.number())
        };
        let mut content = match (CustomersFile::of(&saying), saying) {
            (Some(file), _) => {
                let kind = match file.kind.as_str() {
                    "image" => "image/png",
                    "video" => "video/mp4",
                    "audio" => "audio/ogg",
                    _ => "application/octet-stream",
                };
                json!({"userFile": {"payload": {"mimeType": kind, "fileName": file.name, "fileUri": file.url}}})
            }
            (None, Saying::Text(text)) => json!({"text": text}),
            (None, Saying::Raw(content)) => content,
            (None, Saying::Media { .. }) => return Err("this is no file".to_owned()),
        };
        if let Some(fields) = content.as_object_mut() {
            fields.insert("messageId".to_owned(), id.clone().into());
        }
        self.event(&id, &customer, content)
    }

    fn receipt<'a>(
        &'a self,
        customer: &'a str,
        message: &'a str,
        receipt: &'a str,
    ) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move {
            let kind = match receipt {
                "delivered" => "DELIVERED",
                "failed" => "TTL_EXPIRATION_REVOKED",
                _ => "READ",
            };
            self.report(&self.id_of(customer), message, kind).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_refuses_what_rbm_refuses_and_takes_an_id_once() {
        let rcs = Rcs::demo().unwrap();
        rcs.base.memory.lock().reachable.insert(CUSTOMER.to_owned());
        let ids = |agent: &str| Ids { message_id: "1".to_owned(), agent_id: agent.to_owned() };
        let content = |content: Value| json!({"contentMessage": content});
        let label = json!([{"reply": {"text": "x".repeat(26), "postbackData": "x"}}]);
        for (phone, agent, body, code) in [
            (CUSTOMER, "x", content(json!({"text": "x"})), 403),
            (CUSTOMER, AGENT, content(json!({})), 400),
            (CUSTOMER, AGENT, content(json!({"text": "x".repeat(3_073)})), 400),
            (CUSTOMER, AGENT, content(json!({"text": "x", "suggestions": label})), 400),
            (CUSTOMER, AGENT, content(json!({"contentInfo": {"fileUrl": "x"}})), 400),
            ("+44", AGENT, content(json!({"text": "x"})), 404),
        ] {
            assert_eq!(rcs.take(phone, &ids(agent), &body).map_err(|Refusal(code, _)| code), Err(code), "{body}");
        }
        assert!(rcs.authorized(&HeaderMap::new()).is_err());
        for _ in 0..2 {
            assert!(rcs.take(CUSTOMER, &ids(AGENT), &content(json!({"text": "x"}))).is_ok());
        }
        assert_eq!(rcs.base.memory.received(None).len(), 1);
    }
}
