//! The memory of a simulated channel: who wrote, what arrived, where files are, and which URL to call.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use byoc::{model::message::MediaKind, tools::millis::Millis};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::people::Seen;

/// The memory of a simulated channel. Clones share it.
#[derive(Debug, Default)]
pub struct Memory<M = Remembered>(Arc<Mutex<M>>);

impl<M> Clone for Memory<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The operations that every channel's memory has.
pub trait Remembers: DeserializeOwned + Serialize + Send {
    /// Returns the messages that arrived, oldest first.
    fn seen(&self) -> &[Seen];
    /// Returns the ids of the customers' messages that were marked as read, in the order of the calls.
    fn marked(&self) -> &[String] {
        &[]
    }
    /// Returns how often customers saw that an agent was typing.
    fn typed(&self) -> usize {
        0
    }
    /// Returns the id of the newest message of a customer.
    fn newest_of(&self, _customer: &str) -> Option<String> {
        None
    }
    /// Stores the generated URL as pasted by hand. Does nothing if the webhook can only be set through the API.
    fn pasted(&mut self, _url: &str) {}
}

/// The memory of most channels.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Remembered {
    /// The generated webhook URL.
    pub webhook: Option<String>,
    /// The customers who have written and may be written to. Where contacts are telephone numbers, the usual customer
    /// may be written to at any time.
    pub reachable: BTreeSet<String>,
    /// When each customer last wrote, at channels with a window for answers.
    #[serde(default)]
    pub heard: BTreeMap<String, Millis>,
    /// The customers' files, by id.
    pub files: BTreeMap<String, CustomersFile>,
    /// The files that the bridge has uploaded, by id.
    #[serde(skip)]
    pub uploads: BTreeMap<String, (String, bytes::Bytes)>,
    /// The answers to calls that carried an idempotency key, by key.
    pub answered: BTreeMap<String, Value>,
    /// The messages that arrived.
    pub seen: Vec<Seen>,
    /// The ids of the messages that customers wrote, and the customers.
    #[serde(default)]
    pub written: BTreeMap<String, String>,
    /// The newest message of each customer.
    #[serde(default)]
    pub newest: BTreeMap<String, String>,
    /// The ids of the customers' messages that were marked as read.
    #[serde(default)]
    pub marked: Vec<String>,
    /// How often customers saw that an agent was typing.
    #[serde(default)]
    pub typed: usize,
    /// What the channel was told of conversations: the id of each call, the customer and the state.
    #[serde(default)]
    pub states: Vec<(String, String, String)>,
    count: u64,
}

/// A file that a customer sent.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct CustomersFile {
    /// The kind of the content.
    pub kind: MediaKind,
    /// The real address.
    pub url: String,
    /// The name.
    pub name: String,
    /// The size in bytes.
    pub size: u64,
}

impl<M> Memory<M> {
    /// Locks the memory for reading or changing.
    pub fn lock(&self) -> MutexGuard<'_, M> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Remembers> Memory<M> {
    /// Returns the messages that arrived at a customer, or at every customer with `None`, oldest first.
    pub fn received(&self, customer: Option<&str>) -> Vec<Seen> {
        self.lock().seen().iter().filter(|seen| customer.is_none_or(|id| seen.contact == id)).cloned().collect()
    }

    /// Returns the whole state, which survives a restart.
    pub fn snapshot(&self) -> Value {
        serde_json::to_value(&*self.lock()).unwrap_or_default()
    }

    /// Loads a state that [`snapshot`](Self::snapshot) returned.
    pub fn restore(&self, snapshot: Value) {
        match serde_json::from_value(snapshot) {
            Ok(state) => *self.lock() = state,
            Err(error) => tracing::warn!(error = %error, "a simulated channel starts without its memory"),
        }
    }
}

impl Memory {
    /// Returns the URL to call.
    ///
    /// # Errors
    /// Returns an error if there is none yet.
    pub fn webhook(&self) -> Result<String, String> {
        self.lock().webhook.clone().ok_or_else(|| "no webhook URL is known, so there is nowhere to call".to_owned())
    }

    /// Returns a customer's file as its host serves it, with the content type, or `None` if it is gone.
    pub async fn file(&self, http: &reqwest::Client, id: &str) -> Option<(String, bytes::Bytes)> {
        let url = self.lock().files.get(id)?.url.clone();
        let answer = http.get(url).send().await.ok().filter(|answer| answer.status().is_success())?;
        let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).map(str::to_owned);
        Some((kind.unwrap_or_else(|| "application/octet-stream".to_owned()), answer.bytes().await.ok()?))
    }
}

impl Remembered {
    /// Returns a number that was never returned before.
    pub fn number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// Stores a customer's file and returns its id.
    pub fn keep(&mut self, file: CustomersFile) -> String {
        let id = format!("{}", 560_000_000_000_000_000 + self.number());
        self.files.insert(id.clone(), file);
        id
    }

    /// Marks a customer's message as read. Returns whether there is such a message.
    #[must_use]
    pub fn mark(&mut self, message: &str) -> bool {
        let is_known = self.written.contains_key(message);
        if is_known {
            self.marked.push(message.to_owned());
        }
        is_known
    }

    /// Notes a message that a customer wrote.
    pub fn wrote(&mut self, message: &str, customer: &str) {
        self.written.insert(message.to_owned(), customer.to_owned());
        self.newest.insert(customer.to_owned(), message.to_owned());
    }

    /// Returns whether a message is part of the chat with this customer, who may quote it and whose message may be
    /// quoted.
    pub fn is_in_chat(&self, message: &str, customer: &str) -> bool {
        self.written.get(message).is_some_and(|writer| writer == customer)
            || self.seen.iter().any(|seen| seen.id == message && seen.contact == customer)
    }

    /// Records a message that arrived at a customer.
    pub fn arrived(&mut self, id: &str, customer: &str, from: &str, lines: &[String], raw: Value) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
        self.seen.push(Seen {
            id: id.to_owned(),
            contact: customer.to_owned(),
            conversation: None,
            from: from.to_owned(),
            text: lines.join("\n"),
            private: false,
            raw,
        });
    }
}

impl Remembers for Remembered {
    fn seen(&self) -> &[Seen] {
        &self.seen
    }

    fn marked(&self) -> &[String] {
        &self.marked
    }

    fn typed(&self) -> usize {
        self.typed
    }

    fn newest_of(&self, customer: &str) -> Option<String> {
        self.newest.get(customer).cloned()
    }

    fn pasted(&mut self, url: &str) {
        self.webhook = Some(url.to_owned());
    }
}

/// Returns the content type of a customer's file.
pub fn content_type(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image/png",
        MediaKind::Video => "video/mp4",
        MediaKind::Audio => "audio/ogg",
        MediaKind::File => "application/octet-stream",
    }
}
