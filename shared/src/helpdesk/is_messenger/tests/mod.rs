//! Tables over every sample of the wire contract, both ID types, and what answers mean.

mod fixtures;
mod identity;
mod incoming;
mod outgoing;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, Method, Response};
use serde_json::Value;

use super::IsMessenger;
use crate::{
    adapter::{
        Account, Adapter, Body, Call, Delivery, Fact, Known, Learned, Step, Task, authenticate,
        webhook::{ParseError, ParsedHelpdesk, Proof, VerifyError, WebhookRequest},
    },
    helpdesk::Helpdesk,
    model::{
        installation::Options,
        message::{Contact, HelpdeskEvent, HelpdeskEventKind, Part},
    },
    tools::secret::{Secret, Secrets},
};

const URL: &str = "https://app.is-messenger.com/custom/channel/webhook/";
const CHANNEL: &str = "k3v9x1p7q2r8";
const TOKEN: &str = "the-api-token";
const CALL: &str = "0123456789abcdef0123456789abcdef";
const AT: i64 = 1_717_395_317_000;

/// An installation to test with.
struct Side {
    channel: &'static str,
    settings: BTreeMap<String, String>,
    secrets: Secrets,
    options: Options,
}

impl Side {
    /// One whose contacts are known by any id.
    fn custom(channel: &'static str) -> Self {
        let settings = [("api_url", URL), ("channel_id", CHANNEL), ("id_type", "custom")];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let secrets = [("api_token".to_owned(), Secret::new(TOKEN))].into();
        Self { channel, settings, secrets, options: Options::default() }
    }

    /// One whose contacts are known by telephone numbers.
    fn phone(channel: &'static str) -> Self {
        Self::custom(channel).with("id_type", "phone")
    }

    fn with(mut self, setting: &str, value: &str) -> Self {
        self.settings.insert(setting.to_owned(), value.to_owned());
        self
    }

    fn account(&self) -> Account<'_> {
        Account {
            channel_kind: self.channel,
            settings: &self.settings,
            secrets: &self.secrets,
            options: &self.options,
            webhook_url: None,
            now: 0,
        }
    }

    fn next(&self, task: &Task<'_>, known: &Known) -> Step {
        IsMessenger.next(&self.account(), task, known).expect("a step")
    }

    fn read(&self, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        IsMessenger.read(&self.account(), task, known, answer)
    }

    fn parse(&self, body: impl Into<Bytes>) -> Result<ParsedHelpdesk, ParseError> {
        let request = request(body, &[("authorization", "Bearer the-api-token")]);
        let account = self.account();
        let verified = authenticate(&IsMessenger, &account, &request).expect("a right token");
        IsMessenger.parse(&account, verified)
    }

    /// Makes every call of a task with success; the bodies that were sent.
    fn run(&self, task: &Task<'_>, known: &mut Known) -> Vec<Value> {
        let mut sent = Vec::new();
        while let Step::Call(call) = self.next(task, known) {
            sent.push(body(call));
            match self.read(task, known, &answer(200, "{}")) {
                Ok(facts) => known.learn(&facts),
                other => panic!("facts expected, not {other:?}"),
            }
            assert!(sent.len() < 100, "the task never ends");
        }
        sent
    }
}

fn maria() -> Contact {
    Contact {
        id: "+447700900238".to_owned(),
        alias: None,
        name: Some("Maria Lopez".to_owned()),
        avatar: Some("https://media.example.com/av/51.jpg".to_owned()),
        phone: Some("+447700900238".to_owned()),
        company: None,
        email: Some("maria@example.com".to_owned()),
        language: Some("es".to_owned()),
        country: Some("ES".to_owned()),
    }
}

fn nobody(id: &str) -> Contact {
    Contact { id: id.to_owned(), ..Contact::default() }
}

fn delivery<'a>(id: &'a str, contact: &'a Contact, parts: &'a [Part]) -> Delivery<'a> {
    Delivery { id, at: AT, echo: false, contact, parts, author: None, key: "key" }
}

fn request(body: impl Into<Bytes>, headers: &[(&'static str, &str)]) -> WebhookRequest {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(*name, value.parse().expect("a value"));
    }
    WebhookRequest {
        method: Method::POST,
        url: "https://bridge.example.com/helpdesks/i/t/message".to_owned(),
        query: String::new(),
        rest: "message".to_owned(),
        headers: map,
        body: body.into(),
        received_at: AT,
        id: CALL.to_owned(),
    }
}

fn answer(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    Response::builder().status(status).body(body.into()).expect("an answer")
}

fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/helpdesk/is_messenger/fixtures")
}

fn fixture(name: &str) -> Bytes {
    std::fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}")).into()
}

fn json(name: &str) -> Value {
    serde_json::from_slice(&fixture(name)).expect("JSON")
}

fn call(step: Step) -> Call {
    match step {
        Step::Call(call) => call,
        other => panic!("a call expected, not {other:?}"),
    }
}

fn body(call: Call) -> Value {
    match call.request.into_body() {
        Body::Bytes(bytes) => serde_json::from_slice(&bytes).expect("JSON"),
        other => panic!("JSON expected, not {other:?}"),
    }
}

/// The parts of the one message in a call.
fn parts(event: &HelpdeskEvent) -> &[Part] {
    match &event.kind {
        HelpdeskEventKind::Message { parts, .. } => parts,
        other => panic!("a message expected, not {other:?}"),
    }
}
