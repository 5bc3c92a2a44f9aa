//! A simulated Twilio: <https://www.twilio.com/docs/messaging>.
//!
//! It refuses what the real one refuses, signs its webhooks, repeats them as the URL's fragment asks, and reports what
//! becomes of a message to the URL that came with it.

use std::{collections::BTreeSet, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use byoc::crypto::hmac_sha1;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    ChannelSim, Said, Saying,
    base::{Base, Remembering, number},
    memory::{CustomersFile, Refusal, is_callable},
    post::Post,
};

const SID: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const NUMBER: &str = "+12025550199";
const CUSTOMER: &str = "+12025550123";

/// A simulated Twilio with one account and one number.
#[derive(Clone, Debug)]
pub struct Twilio {
    base: Base,
}

type Form = Vec<(String, String)>;

impl Twilio {
    /// The account of the local bridge.
    ///
    /// # Errors
    /// The HTTP client could not be made.
    pub fn demo() -> reqwest::Result<Self> {
        Ok(Self { base: Base::new()? })
    }

    /// A signed form for the bridge.
    fn form(url: &str, id: &str, fields: &[(&str, &str)]) -> Post {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        // The fragment is an instruction to Twilio and no part of the URL.
        let url = url.split('#').next().unwrap_or_default().to_owned();
        let sorted: BTreeSet<&(&str, &str)> = fields.iter().collect();
        let base = sorted.iter().fold(url.clone(), |base, (name, value)| base + name + value);
        let signature = STANDARD.encode(hmac_sha1(TOKEN.as_bytes(), base.as_bytes()));
        let headers =
            vec![("content-type", "application/x-www-form-urlencoded".to_owned()), ("x-twilio-signature", signature)];
        Post { id: id.to_owned(), url, headers, body: body.into() }
    }

    /// Reports what became of a message.
    async fn report(&self, url: &str, to: &str, sid: &str, status: &str, code: Option<&str>) -> Result<Said, String> {
        let mut fields = vec![
            ("MessageSid", sid),
            ("MessageStatus", status),
            ("SmsStatus", status),
            ("To", to),
            ("From", NUMBER),
            ("AccountSid", SID),
        ];
        fields.extend(code.map(|code| ("ErrorCode", code)));
        Self::form(url, sid, &fields).send(&self.base.http).await
    }

    fn take(&self, form: &Form) -> Result<Value, Refusal> {
        let all = |name: &str| {
            let values = form.iter().filter(|(field, _)| field == name).map(|(_, value)| value.clone());
            values.collect::<Vec<_>>()
        };
        let field = |name: &str| all(name).into_iter().next().unwrap_or_default();
        let refused = |code: u32, message: &str| {
            Err(Refusal(400, json!({"code": code, "message": message, "more_info": "", "status": 400})))
        };
        let (to, body) = (field("To"), field("Body"));
        let media = all("MediaUrl");
        let is_number = to.trim_start_matches("whatsapp:").starts_with('+');
        if !is_number {
            return refused(21211, "Invalid 'To' Phone Number");
        }
        if field("From").trim_start_matches("whatsapp:") != NUMBER {
            return refused(21606, "The 'From' phone number is not a valid, SMS-capable inbound phone number");
        }
        if body.is_empty() && media.is_empty() && field("ContentSid").is_empty() {
            return refused(21602, "Message body is required");
        }
        if body.encode_utf16().count() > 1_600 {
            return refused(21617, "The concatenated message body exceeds the 1600 character limit");
        }
        if media.len() > 10 || !media.iter().all(|url| is_callable(url)) {
            return refused(21620, "Invalid media URL(s)");
        }
        let callback = field("StatusCallback");
        if !callback.is_empty() && !is_callable(&callback) {
            return refused(21609, "The 'StatusCallback' URL is not valid");
        }
        let mut memory = self.base.memory.lock();
        if !memory.reachable.contains(&to) {
            return refused(21610, "Attempt to send to unsubscribed recipient");
        }
        let sid = format!("SM{:032x}", memory.number());
        let mut lines = vec![body];
        lines.extend(media.iter().map(|url| format!("[media] {url}")));
        lines.extend(all("PersistentAction"));
        memory.arrived(&sid, &to, &field("From"), &lines, json!(form));
        drop(memory);
        if !callback.is_empty() {
            let (twilio, id) = (self.clone(), sid.clone());
            tokio::spawn(async move {
                for status in ["sent", "delivered"] {
                    tokio::time::sleep(Duration::from_millis(60)).await;
                    if let Err(error) = twilio.report(&callback, &to, &id, status, None).await {
                        tracing::debug!(error, "a status callback did not arrive");
                    }
                }
            });
        }
        Ok(json!({"sid": sid, "status": "queued", "error_code": null, "account_sid": SID}))
    }
}

fn authorized(headers: &HeaderMap, account: &str) -> Result<(), Refusal> {
    let right = format!("Basic {}", STANDARD.encode(format!("{SID}:{TOKEN}")));
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given.as_bytes() != right.as_bytes()) {
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
            .with_state(self.clone())
    }

    fn install(&self, base: &str) -> Value {
        let base = base.trim_end_matches('/');
        self.base.memory.lock().answered.insert("base".to_owned(), base.into());
        json!({"kind": "twilio", "account_sid": SID, "auth_token": TOKEN, "from": NUMBER, "api_url": base})
    }
}

impl Remembering for Twilio {
    fn base(&self) -> &Base {
        &self.base
    }

    fn id_of(&self, customer: &str) -> String {
        number(customer, "+1202", 7)
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<Post, String> {
        let url = self.base.memory.webhook()?;
        let customer = self.id_of(customer);
        let mut memory = self.base.memory.lock();
        memory.reachable.insert(customer.clone());
        let sid = format!("SM{:032x}", memory.number());
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
        match (CustomersFile::of(&saying), saying) {
            (Some(file), _) => {
                let kind = match file.kind.as_str() {
                    "image" => "image/png",
                    "video" => "video/mp4",
                    "audio" => "audio/ogg",
                    _ => "application/octet-stream",
                };
                let base = memory.answered.get("base").and_then(Value::as_str).unwrap_or_default().to_owned();
                let id = memory.keep(file);
                add("Body", String::new());
                add("NumMedia", "1".to_owned());
                add("MediaContentType0", kind.to_owned());
                add("MediaUrl0", format!("{base}/2010-04-01/Accounts/{SID}/Messages/{sid}/Media/{id}"));
            }
            (None, Saying::Text(text)) => {
                add("Body", text);
                add("NumMedia", "0".to_owned());
            }
            (None, Saying::Raw(Value::Object(more))) => {
                for (name, value) in more {
                    add(&name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                }
            }
            (None, _) => return Err("this is nothing that a customer says".to_owned()),
        }
        drop(memory);
        let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Ok(Self::form(&url, &sid, &pairs))
    }

    fn paste_webhook(&self, url: &str) {
        self.base.memory.lock().webhook = Some(format!("{url}#rc=3&rp=ct,rt,5xx"));
    }

    fn receipt<'a>(
        &'a self,
        customer: &'a str,
        message: &'a str,
        receipt: &'a str,
    ) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move {
            let (status, code) = match receipt {
                "read" | "seen" => ("read", None),
                "failed" => ("undelivered", Some("30003")),
                other => (other, None),
            };
            self.report(&self.base.memory.webhook()?, &self.id_of(customer), message, status, code).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_refuses_what_twilio_refuses() {
        let twilio = Twilio::demo().unwrap();
        twilio.base.memory.lock().reachable.insert(CUSTOMER.to_owned());
        let form = |changes: &[(&str, &str)]| {
            let mut form: Form = [("To", CUSTOMER), ("From", NUMBER), ("Body", "x")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec();
            for (name, value) in changes {
                form.retain(|(field, _)| field != name);
                form.push(((*name).to_owned(), (*value).to_owned()));
            }
            form
        };
        let long = "x".repeat(1_601);
        for (changes, code) in [
            (&[("To", "12")][..], 21211),
            (&[("From", "+1")], 21606),
            (&[("Body", "")], 21602),
            (&[("Body", long.as_str())], 21617),
            (&[("MediaUrl", "ftp://x")], 21620),
            (&[("To", "+12025550000")], 21610),
        ] {
            let Err(Refusal(400, answer)) = twilio.take(&form(changes)) else { panic!("{changes:?} was taken") };
            assert_eq!(answer["code"], code, "{changes:?}");
        }
        assert!(twilio.take(&form(&[])).is_ok());
    }
}
