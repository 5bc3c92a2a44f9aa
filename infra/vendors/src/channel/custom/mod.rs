//! A simulated app of the company's own: signs what it sends, checks the signature of what it gets, and drops repeats.

use std::time::Duration;

use axum::{Json, Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use byoc::{clock::now_ms, standard_webhooks};
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::{
    ChannelSim, Said, Saying,
    base::{Base, Remembering},
    memory::{CustomersFile, Refusal, is_callable},
    post::Post,
};

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const CUSTOMER: &str = "customer-42";

/// A simulated app.
#[derive(Clone, Debug)]
pub struct App {
    base: Base,
}

impl App {
    /// The app of the local bridge.
    ///
    /// # Errors
    /// The HTTP client could not be made.
    pub fn demo() -> reqwest::Result<Self> {
        Ok(Self { base: Base::new()? })
    }

    fn signed(&self, id: &str, body: &Value) -> Result<Post, String> {
        let body = Bytes::from(body.to_string());
        let mut headers = vec![("content-type", "application/json".to_owned())];
        headers.extend(standard_webhooks::sign(SECRET, &format!("msg_{id}"), now_ms(), &body));
        Ok(Post { id: id.to_owned(), url: self.base.memory.webhook()?, headers, body })
    }

    fn take(&self, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
        let refused = |status: u16, why: &str| Refusal(status, json!({"error": why}));
        standard_webhooks::verify(SECRET, headers, body, now_ms()).map_err(|error| refused(401, &error.to_string()))?;
        if headers.get("content-type").is_none_or(|kind| kind != "application/json") {
            return Err(refused(415, "the body should be application/json"));
        }
        let message: Value = serde_json::from_slice(body).map_err(|_| refused(400, "the body is not JSON"))?;
        let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (id, customer) = (text("/id"), text("/contact/id"));
        if text("/type") != "message" || id.is_empty() || message.get("at").and_then(Value::as_i64).is_none() {
            return Err(refused(400, "type, id and at are needed"));
        }
        let parts = message.get("parts").and_then(Value::as_array).filter(|parts| !parts.is_empty());
        let lines: Option<Vec<String>> =
            parts.ok_or_else(|| refused(400, "parts"))?.iter().map(|part| line(part.as_object()?)).collect();
        let lines = lines.ok_or_else(|| refused(400, "a part that the document does not know"))?;
        let mut memory = self.base.memory.lock();
        if !memory.reachable.contains(&customer) {
            return Err(refused(410, "nobody has this id"));
        }
        // A repeat carries the same id.
        if !memory.answered.contains_key(&id) {
            memory.answered.insert(id.clone(), Value::Null);
            let from = text("/author/name");
            memory.arrived(&id, &customer, &from, &lines, message.clone());
            drop(memory);
            self.report(customer, id.clone());
        }
        Ok(json!({"ok": true}))
    }

    /// The customer's screen reports what it shows.
    fn report(&self, customer: String, message: String) {
        let app = self.clone();
        tokio::spawn(async move {
            for status in ["delivered", "read"] {
                tokio::time::sleep(Duration::from_millis(60)).await;
                if let Err(error) = app.receipt(&customer, &message, status).await {
                    tracing::debug!(error, "a receipt did not arrive");
                }
            }
        });
    }
}

/// A part as the customer sees it; nothing where it is none.
fn line(part: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| part.get(name).and_then(Value::as_str);
    let list = |name: &str| part.get(name).and_then(Value::as_array);
    Some(match text("type")? {
        "text" => text("text").filter(|text| !text.is_empty())?.to_owned(),
        kind @ ("image" | "video" | "audio" | "file") => {
            let url = text("url").filter(|url| is_callable(url))?;
            [text("caption").unwrap_or_default(), &format!("[{kind}] {url}")].join("\n").trim().to_owned()
        }
        "location" => {
            let degrees = |name: &str| part.get(name).and_then(Value::as_f64);
            let label = text("label").unwrap_or_default();
            format!("[location] {},{} {label}", degrees("latitude")?, degrees("longitude")?)
        }
        "contact_card" => {
            format!("[contact] {} {}", text("name").unwrap_or_default(), text("phone").unwrap_or_default())
        }
        "sticker" => format!("[sticker] {}", text("url").unwrap_or_default()),
        "buttons" => buttons(list("buttons")?)?,
        "cards" => {
            let card = |card: &Value| {
                let card = card.as_object()?;
                let buttons = buttons(card.get("buttons")?.as_array()?)?;
                Some(format!("[card] {}\n{buttons}", card.get("title").and_then(Value::as_str).unwrap_or_default()))
            };
            list("cards")?.iter().map(card).collect::<Option<Vec<_>>>()?.join("\n")
        }
        "other" => format!("[{}] {}", text("what")?, text("text").unwrap_or_default()),
        _ => return None,
    })
}

fn buttons(buttons: &[Value]) -> Option<String> {
    let button = |button: &Value| {
        let label = button.get("label")?.as_str()?;
        button.get("url").or_else(|| button.get("text"))?;
        Some(format!("[button] {label}"))
    };
    Some(buttons.iter().map(button).collect::<Option<Vec<_>>>()?.join("\n"))
}

async fn callback(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    app.take(&headers, &body).map(Json)
}

impl ChannelSim for App {
    fn kind(&self) -> &'static str {
        "custom"
    }

    fn customer(&self) -> &'static str {
        CUSTOMER
    }

    /// The bridge makes no call to the app at install.
    fn checks_credentials(&self) -> bool {
        false
    }

    fn router(&self) -> Router {
        Router::new().route("/bridge", post(callback)).with_state(self.clone())
    }

    fn install(&self, base: &str) -> Value {
        json!({"kind": "custom", "callback_url": format!("{}/bridge", base.trim_end_matches('/')), "secret": SECRET})
    }
}

impl Remembering for App {
    fn base(&self) -> &Base {
        &self.base
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<Post, String> {
        let part = match (CustomersFile::of(&saying), saying) {
            (Some(file), _) => {
                let mut part = json!({"type": file.kind, "url": file.url, "name": file.name});
                if let (1.., Some(fields)) = (file.size, part.as_object_mut()) {
                    fields.insert("size".to_owned(), file.size.into());
                }
                part
            }
            (None, Saying::Text(text)) => json!({"type": "text", "text": text}),
            (None, Saying::Raw(part)) => part,
            (None, Saying::Media { .. }) => return Err("this is no file".to_owned()),
        };
        let id = {
            let mut memory = self.base.memory.lock();
            memory.reachable.insert(customer.to_owned());
            format!("m-{}", memory.number())
        };
        let contact = json!({"id": customer, "name": "Iryna Bondar"});
        self.signed(&id, &json!({"type": "message", "id": id, "at": now_ms(), "contact": contact, "parts": [part]}))
    }

    fn receipt<'a>(
        &'a self,
        customer: &'a str,
        message: &'a str,
        receipt: &'a str,
    ) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move {
            let status = if receipt == "seen" { "read" } else { receipt };
            let body = json!({"type": "receipt", "contact": {"id": customer}, "message": message, "status": status});
            let id = format!("r-{}", self.base.memory.lock().number());
            self.signed(&id, &body)?.send(&self.base.http).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_signed_messages_once() {
        let app = App::demo().unwrap();
        let call = |body: &Value, secret: &str| {
            let body = body.to_string();
            let mut headers =
                HeaderMap::from_iter([("content-type".parse().unwrap(), "application/json".parse().unwrap())]);
            for (name, value) in standard_webhooks::sign(secret, "msg_1", now_ms(), body.as_bytes()) {
                headers.insert(name, value.parse().unwrap());
            }
            app.take(&headers, body.as_bytes()).map_err(|Refusal(status, _)| status)
        };
        let message = json!({"type": "message", "id": "1", "at": 1, "contact": {"id": "c"}, "parts": [{"type": "text", "text": "x"}]});
        assert_eq!(call(&message, SECRET), Err(410));
        app.base.memory.lock().reachable.insert("c".to_owned());
        assert_eq!(call(&message, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Err(401));
        for (pointer, wrong) in
            [("/type", json!("x")), ("/id", json!("")), ("/parts", json!([])), ("/parts/0", json!({"type": "x"}))]
        {
            let mut message = message.clone();
            *message.pointer_mut(pointer).unwrap() = wrong;
            assert_eq!(call(&message, SECRET), Err(400), "{pointer}");
        }
        assert_eq!(app.base.memory.received(None), []);
    }
}
