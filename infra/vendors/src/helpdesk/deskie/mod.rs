//! A simulated Deskie account: one custom channel, its users, cases and files, and an agent who answers.
//!
//! It refuses what Deskie refuses: wrong credentials, unknown channels and cases, records without their required
//! fields, files over 25 MB, addresses of other users, and (if a test chooses so) more calls than the plan allows. A
//! message that is written through the API in an agent's name comes back on the webhook with `b_from_api=1`, as at the
//! real one.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::Router;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

pub use self::store::CHANNEL;
use self::store::Store;
use crate::{
    call,
    fault::Faults,
    people::{HelpdeskSim, Made, Said, Saying, Seen},
};

mod api;
mod hooks;
mod rules;
mod store;
#[cfg(test)]
mod tests;

/// The agent's email address, which is the user name of the credentials.
pub const EMAIL: &str = "ines.halvorsund@example.com";
/// The API key.
pub const KEY: &str = "simulated-deskie-key";
/// The agent's number and name.
pub const STAFF: u64 = 4118;
const STAFF_NAME: &str = "Ines Halvorsund";
/// A number of calls per minute that no test reaches.
const HIGH_RATE: (usize, Duration) = (100_000, Duration::from_secs(60));

/// The simulated Deskie.
#[derive(Clone)]
pub struct DeskieSim {
    store: Arc<Mutex<Store>>,
    recent: Arc<Mutex<VecDeque<Instant>>>,
    http: reqwest::Client,
    faults: Faults,
    sends_json: bool,
    echoes: bool,
    bare_channels: bool,
    rules: bool,
    is_async: bool,
    rate: (usize, Duration),
}

impl DeskieSim {
    /// Makes an account with one custom channel, whose webhook is form-encoded.
    ///
    /// # Errors
    /// Returns an error if the HTTP client could not be made.
    pub fn demo() -> Result<Self, String> {
        Ok(Self {
            store: Arc::default(),
            recent: Arc::default(),
            http: call::client(Duration::from_secs(5))?,
            faults: Faults::default(),
            sends_json: false,
            echoes: false,
            bare_channels: false,
            rules: false,
            is_async: false,
            rate: HIGH_RATE,
        })
    }

    /// Returns the account with a webhook in JSON.
    #[must_use]
    pub fn with_json_webhook(self) -> Self {
        Self { sends_json: true, ..self }
    }

    /// Returns the account with a plan that allows this many calls in this period, which is a minute at the real one.
    #[must_use]
    pub fn with_rate(self, calls: usize, period: Duration) -> Self {
        Self { rate: (calls, period), ..self }
    }

    /// Returns the account with a webhook that also reports what was written through the API in a customer's name.
    /// Whether the real one does so is not documented.
    #[must_use]
    pub fn with_echoes(self) -> Self {
        Self { echoes: true, ..self }
    }

    /// Returns the account with users who are shown with, and found by, the bare number of their channel (`207`). Both
    /// spellings have been observed.
    #[must_use]
    pub fn with_bare_channels(self) -> Self {
        Self { bare_channels: true, ..self }
    }

    /// Returns the account with the rules of the README, which report what happens to a case.
    #[must_use]
    pub fn with_rules(self) -> Self {
        Self { rules: true, ..self }
    }

    /// Returns the account with a channel of the type `async`, in which people write as by mail.
    #[must_use]
    pub fn with_async_channel(self) -> Self {
        Self { is_async: true, ..self }
    }

    /// Returns all users as the API shows them, oldest first.
    pub fn users(&self) -> Vec<Value> {
        let store = self.lock();
        store.users.iter().map(|(id, user)| api::user_json(*id, user, self.channel_of_users())).collect()
    }

    /// Returns all cases as the API shows them, oldest first.
    pub fn cases(&self) -> Vec<Value> {
        let store = self.lock();
        store.cases.iter().map(|(id, case)| store.case_json(*id, case)).collect()
    }

    /// Merges a contact's latest case, as an agent, into an earlier case of the contact, or into a new one if there is
    /// no earlier one. The merged case is gone afterwards.
    pub fn merge(&self, contact: &str) {
        self.lock().merge(contact);
    }

    /// Deletes the contact's latest case, as an admin.
    pub fn delete_case(&self, contact: &str) {
        let mut store = self.lock();
        if let Some(case) = store.latest_case(contact) {
            store.cases.remove(&case);
        }
    }

    /// Merges a contact's user into another user, as an agent. The other user takes over the contact's cases and id.
    pub fn merge_user(&self, contact: &str) {
        self.lock().merge_user(contact);
    }

    /// Returns the custom channel as it is shown with users.
    fn channel_of_users(&self) -> &'static str {
        if self.bare_channels { CHANNEL.trim_start_matches("cch") } else { CHANNEL }
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HelpdeskSim for DeskieSim {
    fn kind(&self) -> &'static str {
        "deskie"
    }

    fn router(&self) -> Router {
        api::router(self.clone())
    }

    fn faults(&self) -> &Faults {
        &self.faults
    }

    fn install(&self, base: &str) -> Value {
        let base = base.trim_end_matches('/');
        self.lock().base = base.to_owned();
        json!({"kind": "deskie", "api_url": format!("{base}/api/"), "email": EMAIL, "api_key": KEY, "channel": "Mobile app"})
    }

    fn paste_webhook(&self, url: &str) {
        self.lock().webhook = Some(url.to_owned()).filter(|url| !url.is_empty());
    }

    fn answer<'a>(&'a self, contact: &'a str, saying: Saying) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(self.agent_writes(contact, saying))
    }

    fn begin<'a>(&'a self, phone: Option<&'a str>, saying: Saying) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(self.agent_begins(phone, saying))
    }

    fn resolve<'a>(&'a self, contact: &'a str) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(self.change(contact, "case_closed", "closed"))
    }

    fn assign<'a>(&'a self, contact: &'a str) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(self.change(contact, "case_assigned", "open"))
    }

    fn reopen<'a>(&'a self, contact: &'a str) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(self.change(contact, "case_reopened", "open"))
    }

    fn received(&self, contact: Option<&str>) -> Vec<Seen> {
        let store = self.lock();
        let mut seen: Vec<(u64, Seen)> = Vec::new();
        for (id, case) in &store.cases {
            let Some(user) = store.users.get(&case.user) else { continue };
            if contact.is_some_and(|contact| user.custom_id != contact) {
                continue;
            }
            for message in case.messages.iter().filter(|message| message.staff == 0 || message.note) {
                let files = message.files.iter().map(|id| format!("[file] {}/files/{id}", store.base));
                let text: Vec<String> =
                    Some(message.text.clone()).filter(|text| !text.is_empty()).into_iter().chain(files).collect();
                let from = if message.staff == 0 { user.name.clone() } else { STAFF_NAME.to_owned() };
                let shown = Seen {
                    id: message.id.to_string(),
                    contact: user.custom_id.clone(),
                    conversation: Some(id.to_string()),
                    from,
                    text: text.join("\n"),
                    private: message.note,
                    raw: message.raw.clone(),
                };
                seen.push((message.id, shown));
            }
        }
        seen.sort_by_key(|(id, _)| *id);
        seen.into_iter().map(|(_, seen)| seen).collect()
    }

    fn made(&self) -> Made {
        let store = self.lock();
        Made { users: store.users.len(), conversations: store.cases.len() }
    }

    fn snapshot(&self) -> Value {
        serde_json::to_value(&*self.lock()).unwrap_or_default()
    }

    fn restore(&self, snapshot: Value) {
        match serde_json::from_value(snapshot) {
            Ok(store) => *self.lock() = store,
            Err(error) => tracing::warn!(error = %error, "the simulated Deskie starts without its memory"),
        }
    }
}
