//! What a simulated channel remembers: who wrote, what arrived, where files are, and where to call.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use byoc::model::message::MediaKind;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::people::Seen;

/// The memory of a simulated channel, shared by all who play it.
#[derive(Debug, Default)]
pub struct Memory<M = Remembered>(Arc<Mutex<M>>);

impl<M> Clone for Memory<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// What the memory of any simulated channel can do.
pub trait Remembers: DeserializeOwned + Serialize + Send {
    /// What arrived, oldest first.
    fn seen(&self) -> &[Seen];
    /// The generated URL was pasted by hand; means nothing where the webhook is set through the API only.
    fn pasted(&mut self, _url: &str) {}
}

/// What most channels remember.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Remembered {
    /// The generated webhook URL.
    pub webhook: Option<String>,
    /// Customers who have written and may be written to.
    pub reachable: BTreeSet<String>,
    /// Files of customers, by id.
    pub files: BTreeMap<String, CustomersFile>,
    /// Files that the bridge has uploaded, by id.
    #[serde(skip)]
    pub uploads: BTreeMap<String, (String, bytes::Bytes)>,
    /// Answers to calls that carried a key, by key.
    pub answered: BTreeMap<String, Value>,
    /// What arrived.
    pub seen: Vec<Seen>,
    count: u64,
}

/// A file that a customer sent.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct CustomersFile {
    /// What it shows.
    pub kind: MediaKind,
    /// Where it really is.
    pub url: String,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

impl<M> Memory<M> {
    /// Looks, or changes something.
    pub fn lock(&self) -> MutexGuard<'_, M> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Remembers> Memory<M> {
    /// What arrived at a customer, oldest first; every customer's with `None`.
    pub fn received(&self, customer: Option<&str>) -> Vec<Seen> {
        self.lock().seen().iter().filter(|seen| customer.is_none_or(|id| seen.contact == id)).cloned().collect()
    }

    /// Everything, to survive a restart.
    pub fn snapshot(&self) -> Value {
        serde_json::to_value(&*self.lock()).unwrap_or_default()
    }

    /// The opposite of [`snapshot`](Self::snapshot).
    pub fn restore(&self, snapshot: Value) {
        match serde_json::from_value(snapshot) {
            Ok(state) => *self.lock() = state,
            Err(error) => tracing::warn!(error = %error, "a simulated channel starts without its memory"),
        }
    }
}

impl Memory {
    /// The URL to call.
    ///
    /// # Errors
    /// There is none yet.
    pub fn webhook(&self) -> Result<String, String> {
        self.lock().webhook.clone().ok_or_else(|| "no webhook URL is known, so there is nowhere to call".to_owned())
    }

    /// A file of a customer as its host serves it, with the content type; `None` where it is gone.
    pub async fn file(&self, http: &reqwest::Client, id: &str) -> Option<(String, bytes::Bytes)> {
        let url = self.lock().files.get(id)?.url.clone();
        let answer = http.get(url).send().await.ok().filter(|answer| answer.status().is_success())?;
        let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).map(str::to_owned);
        Some((kind.unwrap_or_else(|| "application/octet-stream".to_owned()), answer.bytes().await.ok()?))
    }
}

impl Remembered {
    /// A number that was never given before.
    pub fn number(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// Keeps a customer's file; its id.
    pub fn keep(&mut self, file: CustomersFile) -> String {
        let id = format!("{}", 560_000_000_000_000_000 + self.number());
        self.files.insert(id.clone(), file);
        id
    }

    /// A message arrived at a customer.
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

/// The content type of a customer's file.
pub fn content_type(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image/png",
        MediaKind::Video => "video/mp4",
        MediaKind::Audio => "audio/ogg",
        MediaKind::File => "application/octet-stream",
    }
}
