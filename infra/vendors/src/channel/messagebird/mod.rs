//! A simulated MessageBird, for text messages: <https://developers.messagebird.com/api/sms-messaging/>.
//!
//! It refuses what the real one refuses, signs its webhooks, and reports what becomes of a message.

use std::time::Duration;

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use byoc::{
    clock::now_ms,
    crypto::{hmac_sha256, sha256_hex},
    text,
};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::{
    ChannelSim, Said, Saying,
    base::{Base, Remembering, number},
    memory::{CustomersFile, Refusal, is_callable},
    post::Post,
};

const ACCESS_KEY: &str = "live_EXAMPLE0123456789";
const SIGNING_KEY: &str = "simulated-signing-key-0123456789";
const NUMBER: &str = "447700900170";
/// How many parts a text message has at most.
const PARTS: usize = 9;
/// The fields of a message.
const FIELDS: &[&str] = &[
    "body",
    "datacoding",
    "gateway",
    "mclass",
    "originator",
    "recipients",
    "reference",
    "reportUrl",
    "scheduledDatetime",
    "shortenUrls",
    "type",
    "typeDetails",
    "validity",
];
const CUSTOMER: &str = "+447700900161";

/// A simulated MessageBird with one number.
#[derive(Clone, Debug)]
pub struct MessageBird {
    base: Base,
}

impl MessageBird {
    /// The account of the local bridge.
    ///
    /// # Errors
    /// The HTTP client could not be made.
    pub fn demo() -> reqwest::Result<Self> {
        Ok(Self { base: Base::new()? })
    }

    /// Reports what became of a message, by a GET as the real one does.
    async fn report(&self, url: &str, to: &str, id: &str, status: &str) -> Result<Said, String> {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("id", id),
                ("recipient", to.trim_start_matches('+')),
                ("status", status),
                ("statusDatetime", "2026-11-21T18:30:05+00:00"),
            ])
            .finish();
        let url = format!("{url}?{query}");
        let request = self.base.http.get(&url).header("messagebird-signature-jwt", token(&url, b""));
        let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
        let status = answer.status().as_u16();
        Ok(Said { id: id.to_owned(), status, body: answer.text().await.unwrap_or_default(), attempts: 1 })
    }

    fn take(&self, body: &Value) -> Result<Value, Refusal> {
        let field = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let refused = |code: u32, why: &str, parameter: &str| {
            let error = json!({"code": code, "description": why, "parameter": parameter});
            Err(Refusal(422, json!({"errors": [error]})))
        };
        if let Some(unknown) =
            body.as_object().and_then(|fields| fields.keys().find(|name| !FIELDS.contains(&name.as_str())))
        {
            return refused(10, "unknown parameter", unknown);
        }
        if field("originator") != NUMBER {
            return refused(10, "originator is invalid", "originator");
        }
        let recipients = body.get("recipients").and_then(Value::as_array).cloned().unwrap_or_default();
        let [Value::String(to)] = recipients.as_slice() else {
            return refused(9, "no (correct) recipients found", "recipients");
        };
        let words = field("body");
        if words.is_empty() || !text::fits(&words, text::sms_limit(&words, PARTS)) {
            return refused(10, "body is invalid", "body");
        }
        // Without it everything is written in GSM 03.38, and other letters become question marks.
        if !matches!(field("datacoding").as_str(), "auto" | "unicode" | "plain") {
            return refused(10, "datacoding is invalid", "datacoding");
        }
        let report = field("reportUrl");
        if !is_callable(&report) || field("reference").is_empty() {
            return refused(10, "reportUrl and reference go together", "reportUrl");
        }
        let to = format!("+{}", to.trim_start_matches('+'));
        let mut memory = self.base.memory.lock();
        if !memory.reachable.contains(&to) {
            return refused(9, "no (correct) recipients found", "recipients");
        }
        let id = format!("{:032x}", memory.number());
        memory.arrived(&id, &to, NUMBER, &[words], body.clone());
        drop(memory);
        let (bird, message) = (self.clone(), id.clone());
        tokio::spawn(async move {
            for status in ["sent", "delivered"] {
                tokio::time::sleep(Duration::from_millis(60)).await;
                if let Err(error) = bird.report(&report, &to, &message, status).await {
                    tracing::debug!(error, "a report did not arrive");
                }
            }
        });
        Ok(json!({"id": id, "recipients": {"totalCount": 1, "items": [{"status": "sent"}]}}))
    }
}

/// The token about a URL and a body.
fn token(url: &str, body: &[u8]) -> String {
    let now = now_ms() / 1_000;
    let mut claims = json!({
        "iss": "MessageBird", "nbf": now, "exp": now + 60, "jti": rand::random::<u64>().to_string(),
        "url_hash": sha256_hex(url.as_bytes()),
    });
    if let (false, Some(claims)) = (body.is_empty(), claims.as_object_mut()) {
        claims.insert("payload_hash".to_owned(), sha256_hex(body).into());
    }
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&json!({"alg": "HS256", "typ": "JWT"})), encode(&claims));
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(hmac_sha256(SIGNING_KEY.as_bytes(), signed.as_bytes())))
}

fn authorized(headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.get(header::AUTHORIZATION).is_some_and(|given| given == format!("AccessKey {ACCESS_KEY}").as_str()) {
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

impl Remembering for MessageBird {
    fn base(&self) -> &Base {
        &self.base
    }

    fn id_of(&self, customer: &str) -> String {
        number(customer, "+4477", 8)
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<Post, String> {
        let url = self.base.memory.webhook()?;
        let customer = self.id_of(customer);
        let mut memory = self.base.memory.lock();
        memory.reachable.insert(customer.clone());
        let id = format!("{:032x}", memory.number());
        drop(memory);
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("id", &id).append_pair("recipient", NUMBER);
        form.append_pair("originator", customer.trim_start_matches('+'));
        match (CustomersFile::of(&saying), saying) {
            // Files of multimedia messages lie behind links that anybody can open.
            (Some(file), _) => drop(form.append_pair("message", "").append_pair("mediaURLs", &file.url)),
            (None, Saying::Text(text)) => drop(form.append_pair("body", &text)),
            (None, Saying::Raw(Value::Object(fields))) => {
                for (name, value) in fields {
                    form.append_pair(&name, &value.as_str().map_or_else(|| value.to_string(), str::to_owned));
                }
            }
            (None, _) => return Err("this is nothing that a customer says".to_owned()),
        }
        let body = Bytes::from(form.finish());
        let headers = vec![
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
            ("messagebird-signature-jwt", token(&url, &body)),
        ];
        Ok(Post { id, url, headers, body })
    }

    fn receipt<'a>(
        &'a self,
        customer: &'a str,
        message: &'a str,
        receipt: &'a str,
    ) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move {
            let status = if receipt == "failed" { "delivery_failed" } else { receipt };
            self.report(&self.base.memory.webhook()?, &self.id_of(customer), message, status).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_refuses_what_messagebird_refuses() {
        let bird = MessageBird::demo().unwrap();
        let message = |name: &str, value: Value| {
            let mut message = json!({"originator": NUMBER, "recipients": ["447700900161"], "body": "x", "reference": "r",
                "datacoding": "auto", "reportUrl": "https://x.example/"});
            message[name] = value;
            message
        };
        for (body, code) in [
            (message("originator", json!("1")), 10),
            (message("recipients", json!([])), 9),
            (message("body", json!("")), 10),
            (message("body", json!("x".repeat(1_378))), 10),
            (message("body", json!("ж".repeat(604))), 10),
            (message("datacoding", json!("morse")), 10),
            (message("colour", json!("red")), 10),
            (message("reportUrl", json!("ftp://x")), 10),
            (message("reference", json!("")), 10),
            (message("body", json!("nobody has this number")), 9),
        ] {
            let Err(Refusal(422, answer)) = bird.take(&body) else { panic!("{body} was taken") };
            assert_eq!(answer["errors"][0]["code"], code, "{body}");
        }
    }
}
