//! The memory of a simulated channel: who wrote, what arrived, where files are, and which URL to call.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use byoc::model::message::MediaKind;
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
    /// The customers' files, by id.
    pub files: BTreeMap<String, CustomersFile>,
    /// The files that the bridge has uploaded, by id.
    #[serde(skip)]
    pub uploads: BTreeMap<String, (String, bytes::Bytes)>,
    /// The answers to calls that carried an idempotency key, by key.
    pub answered: BTreeMap<String, Value>,
    /// The messages that arrived.
    pub seen: Vec<Seen>,
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
