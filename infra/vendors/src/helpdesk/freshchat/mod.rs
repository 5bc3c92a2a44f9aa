//! A strict Freshchat: its API v2, its webhooks, and an agent who answers.
//!
//! It refuses what the real one refuses: calls without the token, unknown topics and users, parts of the wrong form,
//! files that were never uploaded, and pictures that cannot be fetched. It also behaves as surprisingly as the real
//! one: several users with the same reference, an echo of every message, and three ways to handle a message into a
//! resolved conversation.

mod api;
mod hooks;
mod rules;
mod store;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use axum::Router;
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use self::store::Store;
pub use self::store::{ACCOUNT, GROUP, TOPIC, TOPICS, WhenResolved};
use crate::{
    call,
    fault::Faults,
    json::put,
    people::{HelpdeskSim, Made, Said, Saying, Seen},
};

/// The API token of every simulated account.
pub const TOKEN: &str = "simulated-freshchat-token";
/// The form in which events are sent to the pasted URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Webhooks {
    /// Freshchat's own webhooks, signed.
    #[default]
    Classic,
    /// Product events that the Marketplace app of platform 2 forwards, unsigned.
    Marketplace2,
    /// Product events that the Marketplace app of platform 3 forwards, unsigned.
    Marketplace3,
}

/// The simulated Freshchat.
#[derive(Clone)]
pub struct FreshchatSim {
    shared: Arc<Shared>,
    webhooks: Webhooks,
    when_resolved: WhenResolved,
    endless_history: bool,
    faults: Faults,
}

struct Shared {
    store: Mutex<Store>,
    key: Mutex<Arc<KeyPair>>,
    http: reqwest::Client,
}

impl FreshchatSim {
    /// Makes an empty account that sends signed classic webhooks and reopens resolved conversations.
    ///
    /// # Errors
    /// Returns an error if the key or the HTTP client could not be made.
    pub fn demo() -> Result<Self, String> {
        // Making a key takes longer than most tests, so that all simulated accounts of a process share one.
        static KEY: OnceLock<Option<Arc<KeyPair>>> = OnceLock::new();
        let key = KEY.get_or_init(|| KeyPair::generate(KeySize::Rsa2048).ok().map(Arc::new));
        let key = key.clone().ok_or("no RSA key could be made")?;
        let shared =
            Shared { store: Mutex::default(), key: Mutex::new(key), http: call::client(Duration::from_secs(3))? };
        Ok(Self {
            shared: Arc::new(shared),
            webhooks: Webhooks::default(),
            when_resolved: WhenResolved::default(),
            endless_history: false,
            faults: Faults::default(),
        })
    }

    /// Returns the account with events in this form.
    #[must_use]
    pub fn with_webhooks(self, webhooks: Webhooks) -> Self {
        Self { webhooks, ..self }
    }

    /// Returns the account with this behaviour of resolved conversations.
    #[must_use]
    pub fn with_when_resolved(self, when_resolved: WhenResolved) -> Self {
        Self { when_resolved, ..self }
    }

    /// Returns the account with lists of messages that have no last page: each page begins with another message.
    #[must_use]
    pub fn with_endless_history(self) -> Self {
        Self { endless_history: true, ..self }
    }

    /// Deletes the contact's latest conversation, as an admin.
    pub fn delete_conversation(&self, contact: &str) {
        self.store().delete_conversation(contact);
    }

    /// Merges the contact's user into another one, as an agent. The other user takes over the conversations, and the
    /// reference if `keeps_reference` is true.
    pub fn merge_user(&self, contact: &str, keeps_reference: bool) {
        self.store().merge_user(contact, keeps_reference);
    }

    /// Deletes a topic as an admin, or makes it again.
    pub fn delete_topic(&self, topic: &str, is_deleted: bool) {
        let mut store = self.store();
        store.deleted_topics.retain(|deleted| deleted != topic);
        store.deleted_topics.extend(Some(topic.to_owned()).filter(|_| is_deleted));
    }

    /// Returns all users of the account as the API shows them.
    pub fn users(&self) -> Vec<Value> {
        self.store().users.clone()
    }

    /// Returns all conversations of the account as the API shows them.
    pub fn conversations(&self) -> Vec<Value> {
        self.store().conversations.iter().map(store::Conversation::shown).collect()
    }

    /// Edits a user's fields as an agent. The event `onUserUpdate` is sent if the Marketplace app sends events.
    ///
    /// # Errors
    /// Returns an error if there is no such user or the bridge could not be reached.
    pub async fn edit_user(&self, contact: &str, changes: Value) -> Result<Said, String> {
        let user = self.store().edit_user(contact, &changes)?;
        match self.webhooks {
            Webhooks::Classic => {
                Ok(Said { id: store::text(&user, "id"), status: 200, body: String::new(), attempts: 0 })
            }
            _ => self.send(&store::text(&user, "id"), self.user_updated(&user)).await,
        }
    }

    /// Ends the business hours, or begins them.
    pub fn close(&self, is_closed: bool) {
        self.store().is_closed = is_closed;
    }

    /// Changes the status of the contact's latest conversation as an agent.
    async fn change(&self, contact: &str, status: &str) -> Result<Said, String> {
        let (id, event) = {
            let mut store = self.store();
            let before = store.latest_conversation(contact)?;
            let agent = (status == "assigned").then_some(store::AGENT);
            let after = store.set_status(&before.id, status, agent).ok_or("there is no such conversation")?;
            (after.id.clone(), self.state_changed(&store, (&before, &after), "agent"))
        };
        self.send(&id, event).await
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.shared.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self) -> Arc<KeyPair> {
        self.shared.key.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the key as Freshchat's admin page shows it: a SubjectPublicKeyInfo under the wrong label, on one line.
    fn public_key(&self) -> Option<String> {
        let der: PublicKeyX509Der<'_> = self.key().public_key().as_der().ok()?;
        Some(format!("-----BEGIN RSA PUBLIC KEY----- {} -----END RSA PUBLIC KEY-----", STANDARD.encode(der.as_ref())))
    }

    /// Returns the signature of a body.
    ///
    /// # Errors
    /// Returns an error if the key cannot sign.
    pub fn sign(&self, body: &[u8]) -> Result<String, String> {
        let key = self.key();
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), body, &mut signature).map_err(|_| "signing failed")?;
        Ok(STANDARD.encode(signature))
    }
}

impl HelpdeskSim for FreshchatSim {
    fn kind(&self) -> &'static str {
        "freshchat"
    }

    fn router(&self) -> Router {
        api::router(self.clone())
    }

    fn faults(&self) -> &Faults {
        &self.faults
    }

    fn install(&self, base: &str) -> Value {
        let base = base.trim_end_matches('/');
        self.store().base = base.to_owned();
        let mut install =
            json!({"kind": "freshchat", "api_url": format!("{base}/v2"), "token": TOKEN, "channel_id": TOPIC});
        if let (Webhooks::Classic, Some(key)) = (self.webhooks, self.public_key()) {
            put(&mut install, "webhook_public_key", key);
        }
        install
    }

    fn paste_webhook(&self, url: &str) {
        self.store().webhook = Some(url.to_owned()).filter(|url| !url.is_empty());
    }

    fn answer<'a>(&'a self, contact: &'a str, saying: Saying) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move {
            let (message, event) = {
                let mut store = self.store();
                let message = store.agent_says(contact, hooks::spoken(saying))?;
                let event = self.message_created(&store, &message);
                (message, event)
            };
            self.send(&store::text(&message, "id"), event).await
        })
    }

    fn asking(&self, question: &str, answers: &[&str]) -> Option<Saying> {
        let answers = answers.iter().map(|label| json!({"quick_reply_button": {"label": label}}));
        Some(Saying::Raw(std::iter::once(json!({"text": {"content": question}})).chain(answers).collect()))
    }

    fn begin<'a>(&'a self, phone: Option<&'a str>, saying: Saying) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move {
            let (message, event) = {
                let mut store = self.store();
                let fields = json!({"first_name": "Nadia", "phone": phone});
                let user = store.create_user(fields.as_object().unwrap_or(&serde_json::Map::new()));
                let conversation = store.create_conversation(&store::text(&user, "id"), TOPIC);
                let message = store.agent_writes(&conversation, hooks::spoken(saying));
                let event = self.message_created(&store, &message);
                (message, event)
            };
            self.send(&store::text(&message, "id"), event).await
        })
    }

    fn resolve<'a>(&'a self, contact: &'a str) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(self.change(contact, "resolved"))
    }

    fn assign<'a>(&'a self, contact: &'a str) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(self.change(contact, "assigned"))
    }

    fn reopen<'a>(&'a self, contact: &'a str) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(self.change(contact, "reopened"))
    }

    fn ratings(&self) -> Vec<(String, u64)> {
        self.store().ratings.clone()
    }

    fn received(&self, contact: Option<&str>) -> Vec<Seen> {
        self.store().received(contact)
    }

    fn made(&self) -> Made {
        let store = self.store();
        Made { users: store.users.len(), conversations: store.conversations.len() }
    }

    fn snapshot(&self) -> Value {
        let store = serde_json::to_value(&*self.store()).unwrap_or_default();
        let key: Option<Pkcs8V1Der<'_>> = self.key().as_der().ok();
        json!({"store": store, "key": key.map(|key| STANDARD.encode(key.as_ref()))})
    }

    fn restore(&self, snapshot: Value) {
        if let Some(store) = snapshot.get("store").and_then(|store| serde_json::from_value(store.clone()).ok()) {
            *self.store() = store;
        }
        let key = snapshot.get("key").and_then(Value::as_str).and_then(|key| STANDARD.decode(key).ok());
        if let Some(key) = key.and_then(|key| KeyPair::from_pkcs8(&key).ok()) {
            *self.shared.key.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(key);
        }
    }
}
