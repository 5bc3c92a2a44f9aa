//! The callbacks of Viber, which are signed and repeated until a call is answered with 200.

use std::time::Duration;

use byoc::{outside::clock::now, tools::crypto::hmac_sha256};
use serde_json::Value;

use super::{FILTERED, HOST, NO_WEBHOOK, Viber, token};
use crate::{
    call::{PlatformCall, Repeats},
    json::put,
    simple::SimpleChannel,
};

/// The time that Viber waits for an answer.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// The time until a customer's phone reports a message as delivered, and again until it reports it as seen.
pub(super) const RECEIPT_DELAY: Duration = Duration::from_millis(150);
/// The schedule of repeats of a callback.
const REPEATS: Repeats = Repeats { attempts: 6, ..Repeats::STRICT };

impl Viber {
    /// Sends a callback to the account's webhook, with the same token and time in all attempts.
    pub(super) fn callback(&self, body: Value) -> Result<PlatformCall, String> {
        let event = body.get("event").and_then(Value::as_str).unwrap_or_default();
        let webhook = self.lock().webhook.clone().ok_or(NO_WEBHOOK)?;
        if FILTERED.contains(&event) && !webhook.event_types.iter().any(|it| it == event) {
            return Err(format!("the webhook does not want to hear of `{event}`"));
        }
        Ok(self.signed(&webhook.url, body))
    }

    /// Makes a call with the fields of every callback: token (a new one if it has none), time, host and signature.
    pub(super) fn signed(&self, url: &str, mut body: Value) -> PlatformCall {
        let token = body.get("message_token").cloned().unwrap_or_else(|| token().into());
        let id = token.to_string();
        put(&mut body, "message_token", token);
        put(&mut body, "timestamp", now().get());
        put(&mut body, "chat_hostname", HOST);
        let body = body.to_string();
        let signature = hex::encode(hmac_sha256(self.token.as_bytes(), body.as_bytes()));
        let url = match self.signs_query {
            true => format!("{url}{}sig={signature}", if url.contains('?') { '&' } else { '?' }),
            false => url.to_owned(),
        };
        let call = PlatformCall::post(&id, url, "application/json", body);
        call.header("x-viber-content-signature", signature).repeated(REPEATS)
    }

    /// Reports a message from a customer's phone, without further action.
    pub(super) fn report(&self, customer: &str, message: &str) {
        if self.has_receipts {
            self.base.send_later(["delivered", "seen"].map(|receipt| self.reports(customer, message, receipt)));
        }
    }
}
