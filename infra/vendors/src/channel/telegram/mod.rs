//! A simulated Telegram: <https://core.telegram.org/bots/api>.
//!
//! It refuses what the real one refuses, fetches files from links as the real one does, sends every update with the
//! secret token until it is acknowledged, and plays the customers of the bot. A webhook on the loopback interface need
//! not be https here.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::MutexGuard,
};

use axum::Router;
use byoc::{model::message::MediaKind, outside::clock::now};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    call::PlatformCall,
    json::{merge, put},
    memory::Remembers,
    people::{ChannelSim, Said, Saying, Seen},
    simple::{Base, SimpleChannel},
};

mod api;
mod rules;
#[cfg(test)]
mod tests;

/// The token of the demo's bot.
const TOKEN: &str = "6000000001:AAEXAMPLE-EXAMPLE_EXAMPLE0123456789";
/// The connection to the business account that the bot answers for.
const CONNECTION: &str = "EXAMPLEbc";
/// The customer of the demo.
const CUSTOMER: &str = "7312345678";

/// A simulated Telegram with one bot.
#[derive(Clone, Debug)]
pub struct Telegram {
    base: Base<State>,
}

/// The simulator's memory.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct State {
    webhook: Option<Webhook>,
    updates: i64,
    messages: i64,
    /// The chats in which the customer has written, by the customer's id.
    started: BTreeSet<i64>,
    blocked: BTreeSet<i64>,
    /// The chats in which the customer has written to the business account that the bot answers for.
    #[serde(default)]
    business: BTreeSet<i64>,
    /// Whether the business account does not let the bot reply.
    #[serde(default)]
    is_muted: bool,
    /// The names of the customers.
    names: BTreeMap<i64, String>,
    /// The customers' files: the real address, by id.
    files: BTreeMap<String, CustomersFile>,
    /// The bot's files, by path.
    #[serde(skip)]
    uploads: BTreeMap<String, bytes::Bytes>,
    /// The texts of the customers' messages, by chat and id.
    #[serde(default)]
    written: BTreeMap<String, String>,
    seen: Vec<Seen>,
    #[serde(default)]
    typed: usize,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Webhook {
    url: String,
    secret: Option<String>,
    allowed: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct CustomersFile {
    url: String,
    name: String,
    size: u64,
}

impl Telegram {
    /// Makes the bot of the local bridge.
    ///
    /// # Errors
    /// Returns an error if the HTTP client could not be made.
    pub fn demo() -> Result<Self, String> {
        Ok(Self { base: Base::new()? })
    }

    /// Presses a button under a message of the bot, as a customer.
    ///
    /// # Errors
    /// Returns an error if there is no such button, or if the bridge could not be reached or did not answer the press.
    pub async fn press(&self, customer: &str, label: &str) -> Result<Said, String> {
        let chat = number(customer);
        let (message, data) = {
            let state = self.lock();
            let theirs = state.seen.iter().rev().filter(|seen| seen.contact == chat.to_string());
            let found = theirs.filter_map(|seen| Some((seen.raw.clone(), button(&seen.raw, label)?))).next();
            found.ok_or_else(|| format!("there is no button {label:?}"))?
        };
        let id = format!("{}", now().get());
        let user = self.lock().user(chat);
        let message = json!({"message_id": 1, "chat": {"id": chat, "type": "private"}, "date": now().seconds(),
            "reply_markup": message.get("reply_markup")});
        let query = json!({"id": id, "from": user, "message": message, "chat_instance": "1", "data": data});
        let said = self.update("callback_query", query)?.send(&self.base.http).await?;
        let heard: Value = serde_json::from_str(&said.body).unwrap_or_default();
        let is_heard = heard.get("method") == Some(&json!("answerCallbackQuery"))
            && heard.get("callback_query_id") == Some(&json!(id));
        if is_heard { Ok(said) } else { Err("the button goes on spinning".to_owned()) }
    }

    /// Writes to the business account that the bot answers for: as a customer, or as the account's owner to the
    /// customer.
    ///
    /// # Errors
    /// Returns an error if the bridge could not be reached.
    pub async fn business_says(&self, customer: &str, text: &str, is_owner: bool) -> Result<Said, String> {
        let chat = number(customer);
        let message = {
            let mut state = self.lock();
            state.business.insert(chat);
            state.messages += 1;
            let owner = json!({"id": 7_300_000_001_i64, "is_bot": false, "first_name": "Lamp shop"});
            let from = if is_owner { owner } else { state.user(chat) };
            json!({"message_id": state.messages, "from": from, "chat": {"id": chat, "type": "private"},
                "date": now().seconds(), "business_connection_id": CONNECTION, "text": text})
        };
        self.update("business_message", message)?.send(&self.base.http).await
    }

    /// Lets the bot reply for the business account, or takes the right away.
    ///
    /// # Errors
    /// Returns an error if the bridge could not be reached.
    pub async fn set_business_right(&self, can_reply: bool) -> Result<Said, String> {
        self.lock().is_muted = !can_reply;
        let connection = json!({"id": CONNECTION, "user": {"id": 7_300_000_001_i64, "is_bot": false, "first_name": "Lamp shop"},
            "user_chat_id": 7_300_000_001_i64, "date": now().seconds(), "is_enabled": true,
            "rights": if can_reply { json!({"can_reply": true}) } else { json!({}) }});
        self.update("business_connection", connection)?.send(&self.base.http).await
    }

    /// Blocks the bot as a customer, or lets it write again.
    ///
    /// # Errors
    /// Returns an error if the bridge could not be reached.
    pub async fn set_blocked(&self, customer: &str, is_blocked: bool) -> Result<Said, String> {
        let chat = number(customer);
        let user = {
            let mut state = self.lock();
            if is_blocked {
                state.blocked.insert(chat)
            } else {
                state.blocked.remove(&chat)
            };
            state.user(chat)
        };
        let status = if is_blocked { "kicked" } else { "member" };
        let member = json!({"chat": {"id": chat, "type": "private"}, "from": user, "date": now().seconds(),
            "new_chat_member": {"user": {"id": 6_000_000_001_i64, "is_bot": true, "first_name": "Shop"}, "status": status}});
        self.update("my_chat_member", member)?.send(&self.base.http).await
    }

    /// Makes the call that sends an update to the bot.
    fn update(&self, kind: &str, content: Value) -> Result<PlatformCall, String> {
        let mut state = self.lock();
        state.updates += 1;
        let webhook = state.webhook.clone().ok_or("no webhook is set, so Telegram has nowhere to call")?;
        if !webhook.allowed.iter().any(|allowed| allowed == kind) {
            return Err(format!("the webhook does not want to hear of `{kind}`"));
        }
        let id = 510_000_000 + state.updates;
        let body = json!({"update_id": id, kind: content}).to_string();
        let call = PlatformCall::post(&id.to_string(), webhook.url, "application/json", body);
        Ok(match webhook.secret {
            Some(secret) => call.header("x-telegram-bot-api-secret-token", secret),
            None => call,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.base.memory.lock()
    }
}

impl State {
    fn user(&self, id: i64) -> Value {
        let name = self.names.get(&id).map_or("Iryna", String::as_str);
        json!({"id": id, "is_bot": false, "first_name": name, "language_code": "uk"})
    }

    /// Returns what a customer writes as the part of a message that varies.
    fn content(&mut self, saying: Saying) -> Value {
        match saying {
            Saying::Text(text) => json!({"text": text}),
            Saying::Raw(content) => content,
            Saying::Media { kind, url, name, size } => {
                let id = format!("BQACAgIAAx{:08}", self.files.len() + 1);
                let mut file = json!({"file_id": id, "file_unique_id": format!("u{}", self.files.len() + 1)});
                if size > 0 {
                    put(&mut file, "file_size", size);
                }
                self.files.insert(id, CustomersFile { url, name: name.clone(), size });
                match kind {
                    MediaKind::Image => json!({"photo": [file]}),
                    MediaKind::Video => json!({"video": file}),
                    MediaKind::Audio => json!({"voice": file}),
                    MediaKind::File => {
                        put(&mut file, "file_name", name);
                        json!({"document": file})
                    }
                }
            }
        }
    }
}

/// Returns a customer's id, which is a number at Telegram. A customer with another name gets a number.
fn number(customer: &str) -> i64 {
    customer.parse().unwrap_or_else(|_| {
        let mut hasher = DefaultHasher::new();
        customer.hash(&mut hasher);
        7_000_000_000 + i64::try_from(hasher.finish() % 1_000_000_000).unwrap_or_default()
    })
}

/// Returns the data that the button with this label sends.
fn button(message: &Value, label: &str) -> Option<Value> {
    let rows = message.pointer("/reply_markup/inline_keyboard")?.as_array()?;
    let mut buttons = rows.iter().filter_map(Value::as_array).flatten();
    buttons.find(|button| button.get("text").and_then(Value::as_str) == Some(label))?.get("callback_data").cloned()
}

impl ChannelSim for Telegram {
    fn kind(&self) -> &'static str {
        "telegram"
    }

    fn customer(&self) -> &'static str {
        CUSTOMER
    }

    /// Returns `None`, because Telegram has no receipts.
    fn last_receipt(&self) -> Option<&'static str> {
        None
    }

    fn signs_body(&self) -> bool {
        false
    }

    fn router(&self) -> Router {
        api::router(self.clone())
    }

    fn install(&self, base: &str) -> Value {
        json!({"kind": "telegram", "bot_token": TOKEN, "api_url": base.trim_end_matches('/')})
    }
}

impl SimpleChannel for Telegram {
    type Memory = State;

    fn base(&self) -> &Base<State> {
        &self.base
    }

    fn id_of(&self, customer: &str) -> String {
        number(customer).to_string()
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<PlatformCall, String> {
        let chat = number(customer);
        let message = {
            let mut state = self.lock();
            if customer.parse::<i64>().is_err() {
                state.names.insert(chat, customer.to_owned());
            }
            state.started.insert(chat);
            state.blocked.remove(&chat);
            state.messages += 1;
            let mut message = json!({"message_id": state.messages, "from": state.user(chat),
                "chat": {"id": chat, "type": "private"}, "date": now().seconds()});
            merge(&mut message, state.content(saying));
            let (id, words) = (state.messages, message.get("text").and_then(Value::as_str).unwrap_or_default());
            let words = words.to_owned();
            state.written.insert(format!("{chat}:{id}"), words);
            message
        };
        self.update("message", message)
    }

    /// Telegram sends the words of the quoted message along.
    // Only a message that exists can be quoted.
    fn can_quote(&self) -> bool {
        true
    }

    fn quotes(&self, text: &str, message: &str) -> Option<Saying> {
        let state = self.lock();
        let chat: i64 = message.split(':').next()?.parse().ok()?;
        let id: i64 = message.rsplit(':').next()?.parse().ok()?;
        let seen = state.seen.iter().find(|seen| seen.id == message);
        let words = seen.map(|seen| seen.text.clone()).or_else(|| state.written.get(message).cloned())?;
        let from = match seen {
            Some(_) => json!({"id": 6_000_000_001_i64, "is_bot": true, "first_name": "Shop"}),
            None => state.user(chat),
        };
        let quoted = json!({"message_id": id, "from": from, "chat": {"id": chat, "type": "private"},
            "date": now().seconds(), "text": words});
        Some(Saying::Raw(json!({"text": text, "reply_to_message": quoted})))
    }

    fn reports(&self, _customer: &str, _message: &str, _receipt: &str) -> Result<PlatformCall, String> {
        Err("Telegram has no receipts".to_owned())
    }
}

impl Remembers for State {
    fn seen(&self) -> &[Seen] {
        &self.seen
    }

    fn typed(&self) -> usize {
        self.typed
    }

    fn newest_of(&self, customer: &str) -> Option<String> {
        let id = |name: &String| name.rsplit(':').next().and_then(|id| id.parse::<i64>().ok());
        let theirs = self.written.keys().filter(|name| name.starts_with(&format!("{customer}:")));
        theirs.max_by_key(|name| id(name)).cloned()
    }
}
