//! A strict IS-Messenger custom channel: the webhook for incoming messages, and agents who answer.
//!
//! It refuses what the documented rules forbid and what other bridges were refused for: another token, an id of the
//! wrong form, nulls, more than 20 calls in any second, and files that are not served inline. An agent's message goes
//! to the pasted URL + `/message`, and later statuses must name the `mId` of the answer.

mod rules;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use self::rules::Refusal;
use crate::{
    call::{self, PlatformCall, Repeats},
    fault::Faults,
    people::{HelpdeskSim, Made, Said, Saying, Seen},
    rules::is_authorized,
};

/// The Channel ID of every simulated custom channel.
pub const CHANNEL: &str = "k3v9x1p7q2r8";
/// The API token of every simulated custom channel.
pub const TOKEN: &str = "simulated-is-messenger-token";
/// The path of the webhook for incoming messages. The final slash is required.
pub const PATH: &str = "/custom/channel/webhook/";

/// The number of calls that are accepted in any second.
const RATE: usize = 20;
/// The schedule of repeats of a message when the bridge does not answer or fails. Whether the real one repeats is not
/// documented.
const REPEATS: Repeats = Repeats { acknowledges: |status| status < 500, ..Repeats::STRICT };

/// The simulated IS-Messenger.
#[derive(Clone)]
pub struct IsMessengerSim {
    shared: Arc<Shared>,
    faults: Faults,
    phone_ids: bool,
}

struct Shared {
    account: Mutex<Account>,
    recent: Mutex<VecDeque<Instant>>,
    http: reqwest::Client,
}

/// The simulator's state.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Account {
    webhook: Option<String>,
    seen: Vec<Seen>,
    /// The ids that the bridge's answers gave to the agents' messages.
    answered: Vec<String>,
    statuses: Vec<Status>,
    refusals: Vec<Refusal>,
    repeats: usize,
}

/// A status of a message as it came.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The id of the message.
    pub message: String,
    /// The recipient.
    pub contact: String,
    /// `sent`, `delivered`, `read` or `failed`.
    pub value: String,
    /// The reason of a failure.
    pub reason: Option<String>,
}

impl IsMessengerSim {
    /// Makes a custom channel with custom ids.
    ///
    /// # Errors
    /// Returns an error if the HTTP client could not be made.
    pub fn demo() -> Result<Self, String> {
        let http = call::client(Duration::from_secs(5))?;
        let shared = Shared { account: Mutex::default(), recent: Mutex::default(), http };
        Ok(Self { shared: Arc::new(shared), faults: Faults::default(), phone_ids: false })
    }

    /// Returns the channel with telephone numbers as ids.
    #[must_use]
    pub fn with_phone_ids(self) -> Self {
        Self { phone_ids: true, ..self }
    }

    /// Returns the statuses of a message, or of every message with `None`, oldest first.
    pub fn statuses(&self, message: Option<&str>) -> Vec<Status> {
        let account = self.account();
        let wanted = |status: &&Status| message.is_none_or(|message| status.message == message);
        account.statuses.iter().filter(wanted).cloned().collect()
    }

    /// Returns the statuses of messages that no answer of the bridge has named.
    pub fn statuses_of_unknown_messages(&self) -> Vec<Status> {
        let account = self.account();
        account.statuses.iter().filter(|status| !account.answered.contains(&status.message)).cloned().collect()
    }

    /// Returns all refused calls, oldest first.
    pub fn refusals(&self) -> Vec<Refusal> {
        self.account().refusals.clone()
    }

    /// Returns the number of messages that came again with a used `mId`.
    pub fn repeats(&self) -> usize {
        self.account().repeats
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.shared.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether one more call keeps the rate limit in every second.
    fn has_room(&self) -> bool {
        let mut recent = self.shared.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        while recent.front().is_some_and(|call| now.duration_since(*call) >= Duration::from_secs(1)) {
            recent.pop_front();
        }
        let has_room = recent.len() < RATE;
        if has_room {
            recent.push_back(now);
        }
        has_room
    }

    async fn take(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Refusal> {
        if !is_authorized(headers, &format!("Bearer {TOKEN}")) {
            return Err(Refusal { status: 401, reason: "Unauthorized".into() });
        }
        if !self.has_room() {
            return Err(Refusal { status: 429, reason: "Too many requests".into() });
        }
        let refused = |reason: String| Refusal { status: 400, reason };
        if headers.get("content-type").is_none_or(|header| header != "application/json") {
            return Err(refused("Content-Type should be application/json".into()));
        }
        let body: Value = serde_json::from_slice(body).map_err(|_| refused("the body is not JSON".into()))?;
        let call = rules::call(&body, self.phone_ids).map_err(refused)?;
        if let Some(url) = call.file() {
            rules::served_inline(&self.shared.http, url).await.map_err(refused)?;
        }
        let mut account = self.account();
        match call.status() {
            Some(status) => account.statuses.push(status),
            None if account.seen.iter().any(|seen| seen.id == call.m_id) => account.repeats += 1,
            None => account.seen.push(call.seen()),
        }
        Ok(())
    }

    /// Sends an agent's message and stores the id that the answer gives it.
    async fn send(&self, body: &Value) -> Result<Said, String> {
        let url = self.account().webhook.clone().ok_or("no webhook URL was pasted")?;
        let call = PlatformCall::post("", format!("{url}/message"), "application/json", body.to_string());
        let call = call.header("authorization", format!("Bearer {TOKEN}")).repeated(REPEATS);
        let Said { status, body, attempts, .. } = call.send(&self.shared.http).await?;
        let answer: Value = serde_json::from_str(&body).unwrap_or_default();
        if status >= 300 {
            return match answer.pointer("/error/message").and_then(Value::as_str) {
                Some(_) => Ok(Said { id: String::new(), status, body, attempts }),
                None => Err(format!("the bridge answered {status} without error.message: {body}")),
            };
        }
        let m_id = answer.get("mId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut account = self.account();
        if !(1..=50).contains(&m_id.chars().count()) || account.answered.contains(&m_id) {
            return Err(format!("the bridge answered a bad mId: {body}"));
        }
        account.answered.push(m_id.clone());
        Ok(Said { id: m_id, status, body, attempts })
    }
}

async fn incoming(State(sim): State<IsMessengerSim>, headers: HeaderMap, body: Bytes) -> Response {
    match sim.take(&headers, &body).await {
        Ok(()) => Json(json!({})).into_response(),
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
            let answer = Json(json!({"error": {"message": refusal.reason}}));
            sim.account().refusals.push(refusal);
            (status, answer).into_response()
        }
    }
}

impl HelpdeskSim for IsMessengerSim {
    fn kind(&self) -> &'static str {
        "is_messenger"
    }

    /// Returns `false`, because there is no harmless call.
    fn checks_credentials(&self) -> bool {
        false
    }

    fn router(&self) -> Router {
        Router::new().route(PATH, post(incoming)).with_state(self.clone())
    }

    fn faults(&self) -> &Faults {
        &self.faults
    }

    fn install(&self, base: &str) -> Value {
        let api_url = format!("{}{PATH}", base.trim_end_matches('/'));
        let id_type = if self.phone_ids { "phone" } else { "custom" };
        json!({"kind": "is_messenger", "api_url": api_url, "channel_id": CHANNEL, "api_token": TOKEN, "id_type": id_type})
    }

    fn paste_webhook(&self, url: &str) {
        self.account().webhook = Some(url.trim_end_matches('/').to_owned());
    }

    fn answer<'a>(&'a self, contact: &'a str, saying: Saying) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move {
            // An agent can write first only to a telephone number.
            if !self.phone_ids && !self.account().seen.iter().any(|seen| seen.contact == contact) {
                return Err(format!("there is no contact {contact}"));
            }
            self.send(&json!({"channelId": CHANNEL, "contactId": contact, "message": spoken(saying)})).await
        })
    }

    fn begin<'a>(&'a self, phone: Option<&'a str>, saying: Saying) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move {
            let contact = phone.filter(|_| self.phone_ids).ok_or("only a telephone number can be written to first")?;
            self.answer(contact, saying).await
        })
    }

    fn resolve<'a>(&'a self, contact: &'a str) -> BoxFuture<'a, Result<Said, String>> {
        // The custom channel is not told about it.
        Box::pin(async move { Ok(Said { id: contact.to_owned(), status: 200, body: String::new(), attempts: 0 }) })
    }

    fn received(&self, contact: Option<&str>) -> Vec<Seen> {
        let account = self.account();
        let wanted = |seen: &&Seen| contact.is_none_or(|contact| seen.contact == contact);
        account.seen.iter().filter(wanted).cloned().collect()
    }

    /// Counts the contacts, which differ by their ids and have one conversation each.
    fn made(&self) -> Made {
        let account = self.account();
        let contacts: BTreeSet<&str> = account.seen.iter().map(|seen| seen.contact.as_str()).collect();
        Made { users: contacts.len(), conversations: contacts.len() }
    }

    fn failures(&self) -> Vec<String> {
        let failed = self.statuses(None).into_iter().filter(|status| status.value == "failed");
        failed.filter_map(|status| status.reason).collect()
    }

    fn snapshot(&self) -> Value {
        serde_json::to_value(&*self.account()).unwrap_or_default()
    }

    fn restore(&self, snapshot: Value) {
        if let Ok(account) = serde_json::from_value(snapshot) {
            *self.account() = account;
        }
    }
}

/// Returns what an agent writes in the form of IS-Messenger.
fn spoken(saying: Saying) -> Value {
    match saying {
        Saying::Text(text) => json!({"type": "text", "text": text}),
        Saying::Media { kind, url, name, .. } => {
            json!({"type": "attachment", "attachment": {"type": kind, "url": url, "fileName": name}})
        }
        Saying::Raw(message) => message,
    }
}

/// Returns the fields of an object.
fn fields(value: &Value) -> BTreeMap<&str, &Value> {
    value.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value)).collect()
}
