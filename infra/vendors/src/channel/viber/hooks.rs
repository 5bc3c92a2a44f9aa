//! What Viber tells the bot: signed, and again until it hears 200.

use std::time::Duration;

use byoc::{clock::now_ms, crypto::hmac_sha256};
use serde_json::Value;

use super::{FILTERED, HOST, NO_WEBHOOK, Said, Viber, token};

/// How long it waits for an answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How long it waits before it sends a callback again; each time twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// How often it sends a callback at most.
const ATTEMPTS: u32 = 6;
/// When a customer's phone reports that it has a message.
const DELIVERED_AFTER: Duration = Duration::from_millis(100);
/// When the customer looks at it.
const SEEN_AFTER: Duration = Duration::from_millis(200);

impl Viber {
    /// Sends a callback to the account's webhook until it is acknowledged, with one token and time for all attempts.
    pub(super) async fn send_callback(&self, body: Value) -> Result<Said, String> {
        let event = body.get("event").and_then(Value::as_str).unwrap_or_default().to_owned();
        let webhook = self.lock().webhook.clone().ok_or(NO_WEBHOOK)?;
        if FILTERED.contains(&event.as_str()) && !webhook.event_types.contains(&event) {
            return Err(format!("the webhook does not want to hear of `{event}`"));
        }
        let (id, body) = stamped(body);
        let mut wait = FIRST_WAIT;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let answer = self.call(&webhook.url, &body).await;
            match answer {
                Ok((200, body)) => return Ok(Said { id, status: 200, body, attempts }),
                Ok((status, body)) if attempts == ATTEMPTS => return Ok(Said { id, status, body, attempts }),
                Err(error) if attempts == ATTEMPTS => return Err(error.without_url().to_string()),
                _ => tokio::time::sleep(wait).await,
            }
            wait *= 2;
        }
    }

    /// What `X-Viber-Content-Signature` carries for a body.
    pub(super) fn signature(&self, body: &[u8]) -> String {
        hex::encode(hmac_sha256(self.token.as_bytes(), body))
    }

    /// Makes one signed call. The status and the body of the answer.
    pub(super) async fn call(&self, url: &str, body: &[u8]) -> reqwest::Result<(u16, String)> {
        let signature = self.signature(body);
        let url = match self.signs_query {
            true => format!("{url}{}sig={signature}", if url.contains('?') { '&' } else { '?' }),
            false => url.to_owned(),
        };
        let request = self
            .http
            .post(url)
            .header("content-type", "application/json")
            .header("x-viber-content-signature", &signature)
            .body(body.to_vec());
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        Ok((status, answer.text().await?))
    }

    /// A customer's phone reports a message as a phone would: in its own time.
    pub(super) fn report(&self, customer: String, message: u64) {
        if !self.has_receipts {
            return;
        }
        let viber = self.clone();
        tokio::spawn(async move {
            for (event, wait) in [("delivered", DELIVERED_AFTER), ("seen", SEEN_AFTER)] {
                tokio::time::sleep(wait).await;
                let body = serde_json::json!({ "event": event, "message_token": message, "user_id": customer });
                if let Err(error) = viber.send_callback(body).await {
                    tracing::debug!(error, "a receipt did not arrive");
                }
            }
        });
    }
}

/// A callback with what all of them have: its token, a fresh one where it has none, its time and its host.
pub(super) fn stamped(mut body: Value) -> (String, Vec<u8>) {
    let mut id = String::new();
    if let Some(fields) = body.as_object_mut() {
        id = fields.entry("message_token").or_insert_with(|| token().into()).to_string();
        fields.insert("timestamp".to_owned(), now_ms().into());
        fields.insert("chat_hostname".to_owned(), HOST.into());
    }
    (id, body.to_string().into_bytes())
}
