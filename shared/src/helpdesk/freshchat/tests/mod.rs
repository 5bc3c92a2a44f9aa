//! Tables over every sample of the wire contract, and flows run by hand.

mod fixtures;
mod flows;
mod parsing;
mod signatures;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, Method, Response};
use serde_json::Value;

use super::Freshchat;
use crate::{
    adapter::{Account, Adapter, Body, Call, Delivery, Known, Learned, Step, Task, webhook::WebhookRequest},
    model::{
        installation::Options,
        message::{Contact, Part},
    },
    tools::secret::{Secret, Secrets},
};

const TOPIC: &str = "808a2713-3875-4003-bc7f-6923baec92a4";
const USER: &str = "e33b0fac-1dd6-4a76-ae68-cd0a92f12a65";
const CONVERSATION: &str = "0c941846-699f-4791-911c-db997befb058";
const CONTACT: &str = "hR4s0P/m2Vq+8LxTc61WdA==";

/// An installation to test with.
struct Side {
    settings: BTreeMap<String, String>,
    secrets: Secrets,
    options: Options,
}

impl Side {
    fn new() -> Self {
        Self::without_topic().with("channel_id", TOPIC)
    }

    fn without_topic() -> Self {
        let side = Self { settings: BTreeMap::new(), secrets: Secrets::new(), options: Options::default() };
        let mut side = side.with("api_url", "https://bridge-example.freshchat.com/v2");
        side.secrets.insert("token".to_owned(), Secret::new("the-token"));
        side
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
        Freshchat.next(&self.account(), task, known).expect("a step")
    }

    fn read(&self, task: &Task<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
        Freshchat.read(&self.account(), task, known, answer)
    }
}

fn lorna() -> Contact {
    Contact {
        id: CONTACT.to_owned(),
        name: Some("Lorna Featherby".to_owned()),
        avatar: Some("https://avatars.example.com/u/lorna.png".to_owned()),
        phone: Some("+12025550123".to_owned()),
        email: Some("lorna.featherby@example.com".to_owned()),
        ..Contact::default()
    }
}

fn delivery<'a>(contact: &'a Contact, parts: &'a [Part]) -> Delivery<'a> {
    Delivery { id: "event-1", at: 1, echo: false, contact, parts, author: None, key: "key" }
}

fn request(body: impl Into<Bytes>, headers: &[(&str, &str)]) -> WebhookRequest {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(http::HeaderName::try_from(*name).expect("a name"), value.parse().expect("a value"));
    }
    WebhookRequest {
        method: Method::POST,
        url: "https://bridge.example.com/helpdesks/i/t".to_owned(),
        query: String::new(),
        rest: String::new(),
        headers: map,
        body: body.into(),
        received_at: 1_700_000_000_000,
        id: "0123456789abcdef0123456789abcdef".to_owned(),
    }
}

fn answer(status: u16, body: impl Into<Bytes>) -> Response<Bytes> {
    Response::builder().status(status).body(body.into()).expect("an answer")
}

fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/helpdesk/freshchat/fixtures")
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

/// `GET /users`: method and path behind the base of the API.
fn line(call: &Call) -> String {
    let uri = call.request.uri().to_string();
    let path = uri.strip_prefix("https://bridge-example.freshchat.com/v2").expect("the base");
    format!("{} {path}", call.request.method())
}

fn body(call: &Call) -> Value {
    match call.request.body() {
        Body::Bytes(bytes) => serde_json::from_slice(bytes).expect("JSON"),
        other => panic!("JSON expected, not {other:?}"),
    }
}
