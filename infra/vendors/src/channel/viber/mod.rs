//! A simulated Viber: <https://developers.viber.com/docs/api/rest-bot-api/>.
//!
//! It refuses what Viber refuses ([`rules`]), signs its callbacks and repeats those that are not acknowledged
//! ([`hooks`]), and plays the customers. It differs from Viber in two ways: a webhook on the loopback interface need
//! not be https, and callbacks are repeated after moments instead of minutes.

use std::{
    collections::BTreeMap,
    sync::{Arc, MutexGuard},
};

use axum::Router;
use byoc::{model::message::MediaKind, outside::clock::now};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    call::PlatformCall,
    json::put,
    memory::Remembers,
    people::{ChannelSim, Said, Saying, Seen},
    simple::{Base, SimpleChannel},
};

mod api;
mod hooks;
mod rules;
#[cfg(test)]
mod tests;

/// The token of the account that [`Viber::demo`] makes.
const DEMO_TOKEN: &str = "4f1d0c0ffee00001-0123456789abcdef-fedcba9876543210";
/// The customer of the demo.
const CUSTOMER: &str = "hR4s0P/m2Vq+8LxTc61WdA==";
/// The name of that customer.
const CUSTOMER_NAME: &str = "Lorna Featherby";
/// The interface version of a customer's Viber, unless a test chooses another.
const API_VERSION: u64 = 10;
/// The host that every answer and callback names.
const HOST: &str = "SN-CHAT-27_";
/// The callbacks that an account may leave out; all others are always sent.
const FILTERED: &[&str] = &["delivered", "seen", "failed", "conversation_started"];
/// The callbacks that are always sent.
const UNFILTERED: &[&str] = &["subscribed", "unsubscribed", "message"];

/// A simulated Viber with one bot account.
#[derive(Clone, Debug)]
pub struct Viber {
    token: Arc<str>,
    signs_query: bool,
    has_receipts: bool,
    base: Base<State>,
}

/// The simulator's memory.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct State {
    webhook: Option<Webhook>,
    customers: BTreeMap<String, Customer>,
    seen: Vec<Seen>,
}

/// The account's webhook.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Webhook {
    url: String,
    /// The callbacks that the webhook gets besides [`UNFILTERED`].
    event_types: Vec<String>,
    send_name: bool,
    send_photo: bool,
}

/// A customer.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Customer {
    /// The name; `None` if the customer keeps personal data private.
    name: Option<String>,
    api_version: u64,
    is_subscribed: bool,
    /// The number of messages in this clock hour since the customer last wrote.
    unanswered: u32,
    hour: i64,
    /// The times at which the account asked for the customer's details.
    lookups: Vec<i64>,
}

impl Viber {
    /// Makes the account of the local bridge with one customer, whose phone sends receipts by itself.
    ///
    /// # Errors
    /// Returns an error if the HTTP client could not be made.
    pub fn demo() -> Result<Self, String> {
        let base = Base::paced(hooks::ANSWER_TIMEOUT, hooks::RECEIPT_DELAY)?;
        let viber = Self { token: DEMO_TOKEN.into(), signs_query: false, has_receipts: true, base };
        viber.introduce(CUSTOMER, Some(CUSTOMER_NAME), API_VERSION);
        Ok(viber)
    }

    /// Returns the account with callbacks that carry the signature in the query too.
    #[must_use]
    pub fn with_signed_query(self) -> Self {
        Self { signs_query: true, ..self }
    }

    /// Returns the account with customers whose phones send no receipts by themselves.
    #[must_use]
    pub fn without_receipts(self) -> Self {
        Self { has_receipts: false, ..self }
    }

    /// Adds a customer, or gives a known one another name (`None` means that personal data is private) and another
    /// version of Viber's interface.
    pub fn introduce(&self, customer: &str, name: Option<&str>, api_version: u64) {
        let mut state = self.lock();
        let known = state.customer(customer);
        known.name = name.map(str::to_owned);
        known.api_version = api_version;
    }

    /// Subscribes a customer who has not written.
    ///
    /// # Errors
    /// Returns an error if the bridge could not be reached.
    pub async fn subscribe(&self, customer: &str) -> Result<Said, String> {
        let body = {
            let mut state = self.lock();
            state.customer(customer).is_subscribed = true;
            json!({ "event": "subscribed", "user": state.user(customer)? })
        };
        self.callback(body)?.send(&self.base.http).await
    }

    /// Unsubscribes a customer.
    ///
    /// # Errors
    /// Returns an error if the bridge could not be reached.
    pub async fn unsubscribe(&self, customer: &str) -> Result<Said, String> {
        self.lock().customer(customer).is_subscribed = false;
        self.callback(json!({ "event": "unsubscribed", "user_id": customer }))?.send(&self.base.http).await
    }

    /// Opens the chat as a customer, who sees the welcome message if the answer contains one that Viber accepts.
    ///
    /// # Errors
    /// Returns an error if the bridge could not be reached or does not subscribe to this callback.
    pub async fn open(&self, customer: &str, context: Option<&str>) -> Result<Said, String> {
        let mut body = {
            let mut state = self.lock();
            let subscribed = state.customer(customer).is_subscribed;
            let user = state.user(customer)?;
            json!({ "event": "conversation_started", "type": "open", "user": user, "subscribed": subscribed })
        };
        if let Some(context) = context {
            put(&mut body, "context", context);
        }
        let said = self.callback(body)?.send(&self.base.http).await?;
        let welcome = serde_json::from_str(&said.body).ok().and_then(|welcome: Value| welcome.as_object().cloned());
        if let Some(welcome) = welcome.filter(|welcome| rules::check(welcome).is_ok()) {
            self.lock().seen.push(rules::seen(&token().to_string(), customer, &welcome));
        }
        Ok(said)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.base.memory.lock()
    }
}

impl State {
    /// Finds a customer, or adds the customer first.
    fn customer(&mut self, id: &str) -> &mut Customer {
        self.customers.entry(id.to_owned()).or_insert_with(|| Customer {
            name: Some(id.to_owned()),
            api_version: API_VERSION,
            is_subscribed: false,
            unanswered: 0,
            hour: 0,
            lookups: Vec::new(),
        })
    }

    /// Returns a customer as callbacks show one, with no more than the webhook asked for.
    fn user(&self, id: &str) -> Result<Value, String> {
        let webhook = self.webhook.as_ref().ok_or(NO_WEBHOOK)?;
        let customer = self.customers.get(id).ok_or("the customer is not known")?;
        Ok(customer.shown(id, webhook.send_name, webhook.send_photo))
    }
}

impl Customer {
    fn shown(&self, id: &str, with_name: bool, with_photo: bool) -> Value {
        let name = self.name.as_deref().filter(|_| with_name).unwrap_or("Subscriber");
        let mut user = json!({
            "id": id, "name": name, "country": "UA", "language": "uk", "api_version": self.api_version,
        });
        if with_photo && self.name.is_some() {
            let photo = "https://media-direct.cdn.viber.com/download_photo?dlid=EXAMPLE0001&fltp=jpg&imsz=0000";
            put(&mut user, "avatar", photo);
        }
        user
    }
}

const NO_WEBHOOK: &str = "no webhook is set, so Viber has nowhere to call";

/// Makes a new message token: 64 bits, more than a JavaScript number holds.
fn token() -> u64 {
    rand::random_range(5_000_000_000_000_000_000..6_000_000_000_000_000_000)
}

/// Returns what a customer writes as the part of the callback that varies.
fn message(saying: Saying) -> Value {
    match saying {
        Saying::Text(text) => json!({ "type": "text", "text": text }),
        Saying::Raw(message) => message,
        Saying::Media { kind, url, name, size } => {
            let (kind, size_key) = match kind {
                MediaKind::Image => ("picture", "size"),
                MediaKind::Video => ("video", "size"),
                MediaKind::Audio | MediaKind::File => ("file", "file_size"),
            };
            let mut message = json!({ "type": kind, "media": url, "file_name": name });
            if size > 0 {
                put(&mut message, size_key, size);
            }
            message
        }
    }
}

impl ChannelSim for Viber {
    fn kind(&self) -> &'static str {
        "viber"
    }

    fn customer(&self) -> &'static str {
        CUSTOMER
    }

    fn router(&self) -> Router {
        api::router(self.clone())
    }

    fn install(&self, base: &str) -> Value {
        json!({
            "kind": "viber",
            "auth_token": self.token.as_ref(),
            "sender_name": "Acme Support",
            "api_url": format!("{}/pa", base.trim_end_matches('/')),
        })
    }
}

impl SimpleChannel for Viber {
    type Memory = State;

    fn base(&self) -> &Base<State> {
        &self.base
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<PlatformCall, String> {
        let sender = {
            let mut state = self.lock();
            let writing = state.customer(customer);
            // A customer who writes becomes a subscriber, without any callback about it.
            writing.is_subscribed = true;
            writing.unanswered = 0;
            state.user(customer)?
        };
        self.callback(json!({ "event": "message", "sender": sender, "message": message(saying), "silent": false }))
    }

    fn reports(&self, customer: &str, message: &str, receipt: &str) -> Result<PlatformCall, String> {
        let token: u64 = message.parse().map_err(|_| "a message of Viber is named by a number".to_owned())?;
        let event = match receipt {
            "delivered" => "delivered",
            "seen" | "read" => "seen",
            "failed" => "failed",
            _ => return Err("a receipt should be delivered, seen or failed".to_owned()),
        };
        let mut body = json!({ "event": event, "message_token": token, "user_id": customer });
        if event == "failed" {
            put(&mut body, "desc", "handset could not show it");
        }
        self.callback(body)
    }
}

impl Remembers for State {
    fn seen(&self) -> &[Seen] {
        &self.seen
    }
}
