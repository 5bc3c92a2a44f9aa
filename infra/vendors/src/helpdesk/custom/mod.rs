//! A simulated helpdesk system of the company's own: it signs what it sends, checks the signature and the form of what it
//! gets, and drops repeats.

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{Json, Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use byoc::{
    model::{message::Quote, quote},
    outside::clock::now,
    tools::language::Language,
};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    call,
    fault::Faults,
    json::{merge, put},
    own_api::{self, refused},
    people::{HelpdeskSim, Made, Said, Saying, Seen},
    rules::Refusal,
};

const SECRET: &str = "whsec_7Zq0b1hYQ2m9sJ4kT8vXr3nLw6cPdEaG";

/// A simulated helpdesk system.
#[derive(Clone)]
pub struct System {
    state: Arc<Mutex<Desk>>,
    http: reqwest::Client,
    faults: Faults,
}

/// The simulator's state.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Desk {
    webhook: Option<String>,
    seen: Vec<Seen>,
    /// The ids of the calls that were taken, by which repeats are known.
    taken: BTreeSet<String>,
    receipts: Vec<Receipt>,
    /// The ids of the messages that agents sent.
    sent: BTreeSet<String>,
    conversations: usize,
    typed: usize,
    repeats: usize,
    number: u64,
}

/// A receipt as it came.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// The id of the message.
    pub message: String,
    /// The contact.
    pub contact: String,
    /// `sent`, `delivered`, `read` or `failed`.
    pub status: String,
    /// The reason of a failure.
    pub reason: Option<String>,
}

impl System {
    /// Makes the system of the local bridge.
    ///
    /// # Errors
    /// Returns an error if the HTTP client could not be made.
    pub fn demo() -> Result<Self, String> {
        let http = call::client(Duration::from_secs(60))?;
        Ok(Self { state: Arc::default(), http, faults: Faults::default() })
    }

    /// Returns all receipts, oldest first.
    pub fn receipts(&self) -> Vec<Receipt> {
        self.desk().receipts.clone()
    }

    /// Returns how often agents saw that a customer was typing.
    pub fn typed(&self) -> usize {
        self.desk().typed
    }

    /// Returns the number of calls that came again.
    pub fn repeats(&self) -> usize {
        self.desk().repeats
    }

    /// Tells the bridge what an agent does beside a message: the call's type and further fields.
    ///
    /// # Errors
    /// Returns an error if the bridge could not be reached.
    pub async fn tell(&self, contact: &str, kind: &str, more: Value) -> Result<Said, String> {
        let mut call = json!({"type": kind, "contact": {"id": contact}});
        merge(&mut call, more);
        self.send(call).await
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, mut call: Value) -> Result<Said, String> {
        let (url, id) = {
            let mut desk = self.desk();
            desk.number += 1;
            let id = format!("a-{}", desk.number);
            if call.get("type").is_some_and(|kind| kind == "message") {
                desk.sent.insert(id.clone());
            }
            (desk.webhook.clone().ok_or("no webhook URL was pasted")?, id)
        };
        put(&mut call, "id", id.clone());
        put(&mut call, "at", now().get());
        own_api::signed(SECRET, url, &id, &call).send(&self.http).await
    }

    async fn write(&self, contact: Value, saying: Saying) -> Result<Said, String> {
        let part = own_api::part(saying);
        let mut call = json!({"type": "message", "contact": contact, "author": {"name": "Ines Halvorsund"}});
        match part.get("parts").is_some() {
            true => merge(&mut call, part),
            false => put(&mut call, "parts", json!([part])),
        }
        self.send(call).await
    }

    fn take(&self, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
        let call = own_api::opened(SECRET, headers, body)?;
        let text = |pointer: &str| call.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (kind, id, contact) = (text("/type"), text("/id"), text("/contact/id"));
        let channel = text("/contact/channel");
        if channel.is_empty() || !contact.starts_with(&format!("{channel}:")) {
            return Err(refused(400, "contact.id should begin with contact.channel"));
        }
        let wrong = || refused(400, "a call that the document does not know");
        let key = headers.get("webhook-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
        let mut desk = self.desk();
        if desk.taken.contains(&key) {
            desk.repeats += 1;
            return Ok(json!({"ok": true}));
        }
        let common = ["type", "id", "at", "contact"];
        match kind.as_str() {
            "message" | "echo" => {
                own_api::only(
                    &call,
                    &[&common[..], &["conversation", "author", "quote", "choice", "group", "parts"]].concat(),
                )?;
                let is_echo = kind == "echo";
                let begun = match (is_echo, text("/conversation").as_str()) {
                    (true, "") | (false, "open" | "reopened") => 0,
                    (false, "new") => 1,
                    _ => return Err(wrong()),
                };
                let lines = own_api::lines(&call)?;
                desk.conversations += begun;
                let quoted = |name: &str| call.pointer(&format!("/quote/{name}"))?.as_str().map(str::to_owned);
                let quote = Quote { text: quoted("text"), author: quoted("author"), ..Quote::default() };
                let quote = call.get("quote").map(|_| quote::line(&quote, Language::English));
                let lines: Vec<String> =
                    quote.into_iter().chain(lines).filter(|line| !line.trim().is_empty()).collect();
                let name = text("/contact/name");
                let from = match (is_echo, name.is_empty()) {
                    (true, _) => "business".to_owned(),
                    (false, true) => contact.clone(),
                    (false, false) => name,
                };
                desk.show(id, &contact, from, lines.join("\n"), call);
            }
            "note" => {
                own_api::only(&call, &[&common[..], &["text"]].concat())?;
                let note = text("/text");
                if note.is_empty() {
                    return Err(wrong());
                }
                desk.show(id, &contact, "bridge".to_owned(), note, call);
                desk.seen.iter_mut().rev().take(1).for_each(|seen| seen.private = true);
            }
            "receipt" => {
                own_api::only(&call, &[&common[..], &["message", "status", "reason"]].concat())?;
                let (message, status) = (text("/message"), text("/status"));
                let reason = call.get("reason").and_then(Value::as_str).map(str::to_owned);
                let is_good = match status.as_str() {
                    "sent" | "delivered" | "read" => reason.is_none(),
                    "failed" => reason.as_ref().is_some_and(|reason| !reason.is_empty()),
                    _ => false,
                };
                if !is_good || !desk.sent.contains(&message) {
                    return Err(wrong());
                }
                desk.receipts.push(Receipt { message, contact, status, reason });
            }
            "typing" => {
                own_api::only(&call, &common)?;
                desk.typed += 1;
            }
            _ => return Err(wrong()),
        }
        // Only what was taken is a repeat when it comes again.
        desk.taken.insert(key);
        Ok(json!({"ok": true}))
    }
}

impl Desk {
    fn show(&mut self, id: String, contact: &str, from: String, text: String, raw: Value) {
        let conversation = Some(contact.to_owned());
        self.seen.push(Seen { id, contact: contact.to_owned(), conversation, from, text, private: false, raw });
    }
}

async fn callback(State(system): State<System>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    system.take(&headers, &body).map(Json)
}

impl HelpdeskSim for System {
    fn kind(&self) -> &'static str {
        "custom"
    }

    /// Returns `false`, because the bridge makes no call to the system at an install.
    fn checks_credentials(&self) -> bool {
        false
    }

    fn router(&self) -> Router {
        Router::new().route("/bridge", post(callback)).with_state(self.clone())
    }

    fn faults(&self) -> &Faults {
        &self.faults
    }

    fn install(&self, base: &str) -> Value {
        json!({"kind": "custom", "callback_url": format!("{}/bridge", base.trim_end_matches('/')), "secret": SECRET})
    }

    fn paste_webhook(&self, url: &str) {
        self.desk().webhook = Some(url.to_owned());
    }

    fn answer<'a>(&'a self, contact: &'a str, saying: Saying) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move {
            if !self.desk().seen.iter().any(|seen| seen.contact == contact) {
                return Err(format!("there is no contact {contact}"));
            }
            self.write(json!({"id": contact}), saying).await
        })
    }

    fn begin<'a>(&'a self, phone: Option<&'a str>, saying: Saying) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move {
            let phone = phone.ok_or("only a telephone number can be written to first")?;
            self.write(json!({"phone": phone}), saying).await
        })
    }

    fn resolve<'a>(&'a self, contact: &'a str) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move { self.tell(contact, "conversation", json!({"state": "resolved"})).await })
    }

    fn received(&self, contact: Option<&str>) -> Vec<Seen> {
        let desk = self.desk();
        let wanted = |seen: &&Seen| contact.is_none_or(|contact| seen.contact == contact);
        desk.seen.iter().filter(wanted).cloned().collect()
    }

    fn made(&self) -> Made {
        let desk = self.desk();
        let contacts: BTreeSet<&str> = desk.seen.iter().map(|seen| seen.contact.as_str()).collect();
        Made { users: contacts.len(), conversations: desk.conversations }
    }

    fn failures(&self) -> Vec<String> {
        let notes = self.received(None).into_iter().filter(|seen| seen.private).map(|seen| seen.text);
        let failed = self.receipts().into_iter().filter(|receipt| receipt.status == "failed");
        notes.chain(failed.filter_map(|receipt| receipt.reason)).collect()
    }

    fn snapshot(&self) -> Value {
        serde_json::to_value(&*self.desk()).unwrap_or_default()
    }

    fn restore(&self, snapshot: Value) {
        if let Ok(desk) = serde_json::from_value(snapshot) {
            *self.desk() = desk;
        }
    }
}
