//! A simulated app of the company's own: it signs what it sends, checks the signature of what it gets, and drops
//! repeats.

use axum::{Json, Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use byoc::outside::clock::now;
use serde_json::{Value, json};

use crate::{
    call::PlatformCall,
    json::{merge, put},
    memory::Remembered,
    own_api::{self, refused},
    people::{ChannelSim, Saying},
    rules::Refusal,
    simple::{Base, SimpleChannel},
};

#[cfg(test)]
mod tests;

const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const CUSTOMER: &str = "customer-42";

/// A simulated app.
#[derive(Clone, Debug)]
pub struct App {
    base: Base,
    /// Whether an install asks for what happens to conversations.
    wants_states: bool,
}

impl App {
    /// Makes the app of the local bridge.
    ///
    /// # Errors
    /// Returns an error if the HTTP client could not be made.
    pub fn demo() -> Result<Self, String> {
        Ok(Self { base: Base::new()?, wants_states: false })
    }

    fn signed(&self, id: &str, body: &Value) -> Result<PlatformCall, String> {
        Ok(own_api::signed(SECRET, self.base.memory.webhook()?, id, body))
    }

    /// Makes the app ask for what happens to conversations, which it otherwise does not know.
    #[must_use]
    pub fn with_states(self) -> Self {
        Self { wants_states: true, ..self }
    }

    /// Returns the customers whose conversations changed, with the state that the app was told, oldest first.
    pub fn states(&self) -> Vec<(String, String)> {
        let memory = self.base.memory.lock();
        memory.states.iter().map(|(_, customer, state)| (customer.clone(), state.clone())).collect()
    }

    fn changed(&self, call: &Value) -> Result<Value, Refusal> {
        if !self.wants_states {
            return Err(refused(400, "type"));
        }
        own_api::only(call, &["type", "id", "at", "contact", "state"])?;
        let text = |pointer: &str| call.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (id, customer, state) = (text("/id"), text("/contact/id"), text("/state"));
        if !matches!(state.as_str(), "assigned" | "resolved" | "reopened") {
            return Err(refused(400, "state"));
        }
        let mut memory = self.base.memory.lock();
        if !memory.reachable.contains(&customer) {
            return Err(refused(410, "nobody has this id"));
        }
        if memory.states.iter().all(|(told, ..)| *told != id) {
            memory.states.push((id, customer, state));
        }
        Ok(json!({"ok": true}))
    }

    fn take(&self, headers: &HeaderMap, body: &[u8]) -> Result<Value, Refusal> {
        let message = own_api::opened(SECRET, headers, body)?;
        match message.get("type").and_then(Value::as_str) {
            Some("message") => {}
            Some("typing") => {
                own_api::only(&message, &["type", "id", "at", "contact"])?;
                self.base.memory.lock().typed += 1;
                return Ok(json!({"ok": true}));
            }
            Some("conversation") => return self.changed(&message),
            _ => return Err(refused(400, "type")),
        }
        let lines = own_api::lines(&message)?;
        let text = |pointer: &str| message.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (id, customer) = (text("/id"), text("/contact/id"));
        let mut memory = self.base.memory.lock();
        let quoted = message.pointer("/quote/message").and_then(Value::as_str);
        if quoted.is_some_and(|quoted| !memory.is_in_chat(quoted, &customer)) {
            return Err(refused(400, "quote.message"));
        }
        if !memory.reachable.contains(&customer) {
            return Err(refused(410, "nobody has this id"));
        }
        // A repeated message has the same id.
        if !memory.answered.contains_key(&id) {
            memory.answered.insert(id.clone(), Value::Null);
            let from = text("/author/name");
            memory.arrived(&id, &customer, &from, &lines, message);
            drop(memory);
            self.base.send_later(["delivered", "read"].map(|receipt| self.reports(&customer, &id, receipt)));
        }
        Ok(json!({"ok": true}))
    }
}

async fn callback(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refusal> {
    app.take(&headers, &body).map(Json)
}

impl ChannelSim for App {
    fn kind(&self) -> &'static str {
        "custom"
    }

    fn customer(&self) -> &'static str {
        CUSTOMER
    }

    /// Returns `false`, because the bridge makes no call to the app at an install.
    fn checks_credentials(&self) -> bool {
        false
    }

    fn router(&self) -> Router {
        Router::new().route("/bridge", post(callback)).with_state(self.clone())
    }

    fn install(&self, base: &str) -> Value {
        let url = format!("{}/bridge", base.trim_end_matches('/'));
        let mut side = json!({"kind": "custom", "callback_url": url, "secret": SECRET});
        if self.wants_states {
            put(&mut side, "conversation_states", "yes");
        }
        side
    }
}

impl SimpleChannel for App {
    type Memory = Remembered;

    fn base(&self) -> &Base {
        &self.base
    }

    fn writes(&self, customer: &str, saying: Saying) -> Result<PlatformCall, String> {
        let part = own_api::part(saying);
        let id = {
            let mut memory = self.base.memory.lock();
            memory.reachable.insert(customer.to_owned());
            format!("m-{}", memory.number())
        };
        let contact = json!({"id": customer, "name": "Iryna Bondar"});
        let mut message = json!({"type": "message", "id": id, "at": now().get(), "contact": contact});
        if part.get("type").is_some_and(|kind| kind == "typing" || kind == "history") {
            let mut call = json!({"contact": {"id": customer}});
            merge(&mut call, part);
            return self.signed(&id, &call);
        }
        if let Some(thread) = part.pointer("/thread/id").and_then(Value::as_str) {
            self.base.memory.lock().reachable.insert(thread.to_owned());
        }
        match part.get("parts").is_some() {
            true => merge(&mut message, part),
            false => put(&mut message, "parts", json!([part])),
        }
        self.base.memory.lock().wrote(&id, customer);
        self.signed(&id, &message)
    }

    fn quotes(&self, text: &str, message: &str) -> Option<Saying> {
        Some(Saying::Raw(json!({"quote": {"message": message}, "parts": [{"type": "text", "text": text}]})))
    }

    fn reports(&self, customer: &str, message: &str, receipt: &str) -> Result<PlatformCall, String> {
        let status = if receipt == "seen" { "read" } else { receipt };
        let body = json!({"type": "receipt", "contact": {"id": customer}, "message": message, "status": status});
        let id = format!("r-{}", self.base.memory.lock().number());
        self.signed(&id, &body)
    }
}
