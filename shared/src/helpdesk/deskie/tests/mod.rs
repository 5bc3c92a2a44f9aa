//! Tables over every sample of the wire contract, and flows run by hand.

mod fixtures;
mod flows;
mod parsing;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, Method, Response};
use serde_json::Value;

use super::Deskie;
use crate::{
    adapter::{Account, Adapter, Body, Call, Delivery, Known, Learned, Step, Task, webhook::WebhookRequest},
    model::{
        installation::Options,
        message::{Contact, ConversationState, Part},
    },
    tools::secret::{Secret, Secrets},
};

const CONTACT: &str = "9f2c41aa-7d0e-4b61-9a55-0c1e5d3b8f10";
const USER: &str = "6120847735";
const CASE: &str = "730214";
const OLDER: &str = "729655";
const BASE: &str = "https://acme.deskie.io/api/";

/// An installation to test with.
struct Side {
    settings: BTreeMap<String, String>,
    secrets: Secrets,
    options: Options,
}

impl Side {
    fn new() -> Self {
        let mut side = Self { settings: BTreeMap::new(), secrets: Secrets::new(), options: Options::default() };
        side.secrets.insert("api_key".to_owned(), Secret::new("the-key"));
        side.with("api_url", BASE).with("email", "agent@acme.example").with("channel", "cch207")
    }

    fn with(mut self, setting: &str, value: &str) -> Self {
        self.settings.insert(setting.to_owned(), value.to_owned());
        self
    }

    fn account(&self) -> Account<'_> {
        Account {
            channel_kind: "viber",
            settings: &self.settings,
            secrets: &self.secrets,
            options: &self.options,
            webhook_url: None,
            now: 0,
        }
    }

    fn next(&self, task: &Task<'_>, known: &Known) -> Step {
        Deskie.next(&self.account(), task, known).expect("a step")
    }

    fn read(&self, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        Deskie.read(&self.account(), task, known, answer)
    }
}

fn nobody() -> Contact {
    Contact { id: CONTACT.to_owned(), ..Contact::default() }
}

fn maria() -> Contact {
    Contact { name: Some("Maria Lopez".to_owned()), ..nobody() }
}

fn reachable_maria() -> Contact {
    Contact { email: Some("maria@example.com".to_owned()), phone: Some("+447700900238".to_owned()), ..maria() }
}

fn delivery<'a>(contact: &'a Contact, parts: &'a [Part]) -> Delivery<'a> {
    Delivery { id: "event-1", contact, parts, author: None, key: "key", at: 1, echo: false }
}

/// The steady state.
fn linked() -> Known {
    let mut known = Known::default();
    known.link.user = Some(USER.to_owned());
    known.link.conversation = Some(CASE.to_owned());
    known.link.state = Some(ConversationState::Open);
    known.link.last_message = Some("53811400".to_owned());
    known
}

/// The same when what we heard of the case is too old.
fn stale() -> Known {
    let mut known = linked();
    known.link.state = None;
    known
}

fn in_doubt(known: Known) -> Known {
    Known { doubtful: true, ..known }
}

fn request(body: impl Into<Bytes>, content_type: &str) -> WebhookRequest {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", content_type.parse().expect("a value"));
    WebhookRequest {
        method: Method::POST,
        url: "https://bridge.example.com/helpdesks/i/t".to_owned(),
        query: String::new(),
        rest: String::new(),
        headers,
        body: body.into(),
        received_at: 1_717_395_940_000,
        id: "0123456789abcdef0123456789abcdef".to_owned(),
    }
}

fn answer(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    Response::builder().status(status).body(body.into()).expect("an answer")
}

fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/helpdesk/deskie/fixtures")
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

/// `GET cases.json`: method and path behind the base of the API.
fn line(call: &Call) -> String {
    let uri = call.request.uri().to_string();
    format!("{} {}", call.request.method(), uri.strip_prefix(BASE).expect("the base"))
}

fn body(call: &Call) -> Value {
    match call.request.body() {
        Body::Bytes(bytes) => serde_json::from_slice(bytes).expect("JSON"),
        other => panic!("JSON expected, not {other:?}"),
    }
}
