//! A simulated Twilio: <https://www.twilio.com/docs/messaging>.
//!
//! It refuses what the real one refuses, signs its webhooks, repeats them as the URL's fragment says, and reports the
//! status of a message to the URL that came with it.

use std::collections::BTreeSet;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use byoc::tools::crypto::hmac_sha1;
use serde_json::{Value, json};

use self::rules::{Checked, Form, NUMBER, refused};
use crate::{
    call::PlatformCall,
    memory::{CustomersFile, Remembered, content_type},
    people::{ChannelSim, Saying},
    rules::{Refusal, is_authorized},
    simple::{Base, SimpleChannel, number},
};

mod rules;
#[cfg(test)]
mod tests;

const SID: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const CUSTOMER: &str = "+12025550123";

/// A simulated Twilio with one account and one number.
#[derive(Clone, Debug)]
pub struct Twilio {
    base: Base,
}

impl Twilio {
    /// Makes the account of the local bridge.
    ///
    /// # Errors
    /// Returns an error if the HTTP client could not be made.
    pub fn demo() -> Result<Self, String> {
        Ok(Self { base: Base::new()? })
    }

    /// Makes a signed form for the bridge.
    fn form(url: &str, id: &str, fields: &[(&str, &str)]) -> PlatformCall {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        // The fragment is an instruction to Twilio and not part of the URL.
        let url = url.split('#').next().unwrap_or_default().to_owned();
        let sorted: BTreeSet<&(&str, &str)> = fields.iter().collect();
        let base = sorted.iter().fold(url.clone(), |base, (name, value)| base + name + value);
        let signature = STANDARD.encode(hmac_sha1(TOKEN.as_bytes(), base.as_bytes()));
        let call = PlatformCall::post(id, url, "application/x-www-form-urlencoded", body);
        call.header("x-twilio-signature", signature)
    }

    /// Reports the status of a message.
    fn report(url: &str, to: &str, sid: &str, status: &str, code: Option<&str>) -> PlatformCall {
        let mut fields = vec![
            ("MessageSid", sid),
            ("MessageStatus", status),
            ("SmsStatus", status),
            ("To", to),
            ("From", NUMBER),
            ("AccountSid", SID),
        ];
        fields.extend(code.map(|code| ("ErrorCode", code)));
        Self::form(url, sid, &fields)
    }

    fn take(&self, form: &Form) -> Result<Value, Refusal> {
        let Checked { to, from, lines, callback } = rules::check(form)?;
        let mut memory = self.base.memory.lock();
        if to != CUSTOMER && !memory.reachable.contains(&to) {
            return Err(refused(21610, "Attempt to send to unsubscribed recipient"));
        }
        let sid = format!("SM{:032x}", memory.number());
        memory.arrived(&sid, &to, &from, &lines, json!(form));
        drop(memory);
        if !callback.is_empty() {
            let report = |status: &str| Ok(Self::report(&callback, &to, &sid, status, None));
            self.base.send_later(["sent", "delivered"].map(report));
        }
        Ok(json!({"sid": sid, "status": "queued", "error_code": null, "account_sid": SID}))
    }
}

fn authorized(headers: &HeaderMap, account: &str) -> Result<(), Refusal> {
    let right = format!("Basic {}", STANDARD.encode(format!("{SID}:{TOKEN}")));
    if !is_authorized(headers, &right) {
        return Err(Refusal(401, json!({"code": 20003, "message": "Authenticate", "status": 401})));
    }
    if account.trim_end_matches(".json") == SID {
        return Ok(());
    }
    Err(Refusal(404, json!({"code": 20404, "message": "The requested resource was not found", "status": 404})))
}

async fn account(Path(account): Path<String>, headers: HeaderMap) -> Result<Json<Value>, Refusal> {
    authorized(&headers, &account)?;
    Ok(Json(json!({"sid": SID, "status": "active", "friendly_name": "Example shop"})))
}

async fn create(
    State(twilio): State<Twilio>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    authorized(&headers, &account)?;
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/x-www-form-urlencoded") {
        return Err(Refusal(415, json!({"code": 20415, "message": "Unsupported Media Type", "status": 415})));
    }
    let form: Form = form_urlencoded::parse(&body).into_owned().collect();
    twilio.take(&form).map(|message| (StatusCode::CREATED, Json(message)))
}

async fn typing(State(twilio): State<Twilio>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    authorized(&headers, SID)?;
    let refused = || Refusal(400, json!({"code": 20001, "message": "Invalid parameter", "status": 400}));
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/json") {
        return Err(refused());
    }
    let body: Value = serde_json::from_slice(&body).map_err(|_| refused())?;
    let message = body.get("messageId").and_then(Value::as_str).unwrap_or_default();
    let mut memory = twilio.base.memory.lock();
    let is_whatsapp = memory.written.get(message).is_some_and(|customer| customer.starts_with("whatsapp:"));
    let is_good = body == json!({"channel": "WHATSAPP", "messageId": message}) && is_whatsapp;
    if !is_good || !memory.mark(message) {
        return Err(refused());
    }
    memory.typed += 1;
    Ok(Json(json!({"success": true})))
}

async fn media(
    State(twilio): State<Twilio>,
    Path((account, _, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    authorized(&headers, &account)?;
    let gone = || Refusal(404, json!({"code": 20404, "message": "not found", "status": 404}));
    twilio.base.serve(&id).await.ok_or_else(gone)
}

impl ChannelSim for Twilio {
    fn kind(&self) -> &'static str {
        "twilio"
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
        Router::new()
            .route("/2010-04-01/Accounts/{account}", get(account))
            .route("/2010-04-01/Accounts/{account}/Messages.json", post(create))
            .route("/2010-04-01/Accounts/{account}/Messages/{message}/Media/{id}", get(media))
            .route("/v3/Indicators/Typing.json", post(typing))
            .with_state(self.clone())
    }

    fn install(&self, base: &str) -> Value {
        let base = base.trim_end_matches('/');
        self.base.memory.lock().answered.insert("base".to_owned(), base.into());
        json!({"kind": "twilio", "account_sid": SID, "auth_token": TOKEN, "from": NUMBER, "api_url": base})
    }
}

impl SimpleChannel for Twilio {
    type Memory = Remembered;

    fn base(&self) -> &Base {
        &self.base
    }

    fn id_of(&self, customer: &str) -> String {
        number(customer, "+1202", 7)
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<PlatformCall, String> {
        let url = self.base.memory.webhook()?;
        let customer = self.id_of(customer);
        let mut memory = self.base.memory.lock();
        memory.reachable.insert(customer.clone());
        let sid = format!("SM{:032x}", memory.number());
        memory.wrote(&sid, &customer);
        let mut fields: Vec<(String, String)> = [
            ("MessageSid", sid.as_str()),
            ("SmsStatus", "received"),
            ("AccountSid", SID),
            ("From", &customer),
            ("To", NUMBER),
            ("ApiVersion", "2010-04-01"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let mut add = |name: &str, value: String| fields.push((name.to_owned(), value));
        match saying {
            Saying::Text(text) => {
                add("Body", text);
                add("NumMedia", "0".to_owned());
            }
            Saying::Media { kind, url, name, size } => {
                let base = memory.answered.get("base").and_then(Value::as_str).unwrap_or_default().to_owned();
                let id = memory.keep(CustomersFile { kind, url, name, size });
                add("Body", String::new());
                add("NumMedia", "1".to_owned());
                add("MediaContentType0", content_type(kind).to_owned());
                add("MediaUrl0", format!("{base}/2010-04-01/Accounts/{SID}/Messages/{sid}/Media/{id}"));
            }
            Saying::Raw(more) => {
                for (name, value) in more.as_object().ok_or("these are no fields of a form")? {
                    add(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                }
            }
        }
        drop(memory);
        let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Ok(Self::form(&url, &sid, &pairs))
    }

    /// Only customers on WhatsApp quote.
    fn quotes(&self, text: &str, message: &str) -> Option<Saying> {
        Some(Saying::Raw(json!({"Body": text, "NumMedia": "0", "OriginalRepliedMessageSid": message})))
    }

    fn pasted(&self, url: &str) {
        self.base.memory.lock().webhook = Some(format!("{url}#rc=3&rp=ct,rt,5xx"));
    }

    fn reports(&self, customer: &str, message: &str, receipt: &str) -> Result<PlatformCall, String> {
        let (status, code) = match receipt {
            "read" | "seen" => ("read", None),
            "failed" => ("undelivered", Some("30003")),
            other => (other, None),
        };
        Ok(Self::report(&self.base.memory.webhook()?, &self.id_of(customer), message, status, code))
    }
}
