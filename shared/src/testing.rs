//! Helpers that the tests of the adapters share: samples from a folder, an account to borrow, and a delivery driven to
//! its end.

mod bad_input;

use std::{collections::BTreeMap, path::PathBuf};

use bytes::Bytes;
use http::{HeaderMap, Method, Response};
use proptest::{
    prelude::{Strategy, any},
    sample::{Index, select},
};
use serde_json::{Map, Value, json};

use crate::{
    adapter::{
        Account, Adapter, Body, Call, Delivery, Fact, Failure, Known, Learned, RenderError, Repeat, Step, Task,
        Verified, authenticate,
        settings::{Form, Setting},
        webhook::{ParseError, ParsedChannel, ParsedHelpdesk, Proof, VerifyError, WebhookRequest},
    },
    channel::Channel,
    helpdesk::{HELPDESKS, Helpdesk},
    model::{
        features::Features,
        installation::{Options, SideSettings},
        message::{
            Author, AuthorKind, Button, Contact, Details, HelpdeskEvent, HelpdeskEventKind, Media, MediaKind,
            MediaSource, Part, Quote,
        },
    },
    tools::{
        language::Language,
        millis::Millis,
        phrases::Catalogue,
        secret::{Secret, Secrets},
    },
};

/// The time at which every call of the tests arrives.
pub(crate) const ARRIVED: Millis = Millis::new(1_785_312_099_000);

/// One side of an installation, from which tests borrow an [`Account`].
pub(crate) struct Side {
    pub(crate) kind: &'static str,
    pub(crate) settings: BTreeMap<String, String>,
    pub(crate) secrets: Secrets,
    pub(crate) options: Options,
}

impl Side {
    pub(crate) fn new(kind: &'static str, settings: &[(&str, &str)], secrets: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            kind,
            settings: settings.iter().map(owned).collect(),
            secrets: secrets.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect(),
            options: Options::default(),
        }
    }

    pub(crate) fn account(&self) -> Account<'_> {
        Account {
            channel_kind: self.kind,
            settings: &self.settings,
            secrets: &self.secrets,
            options: &self.options,
            webhook_url: Some("https://bridge.example.com/channels/i/t"),
            now: ARRIVED,
        }
    }
}

/// Returns the samples of an adapter by name; a sample in a folder has the name `folder/name`.
pub(crate) fn fixtures(adapter: &str) -> BTreeMap<String, Vec<u8>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src").join(adapter).join("fixtures");
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Returns one sample as JSON.
pub(crate) fn fixture(adapter: &str, name: &str) -> Value {
    serde_json::from_slice(&fixtures(adapter)[name]).unwrap()
}

/// Returns samples of an adapter with one byte changed, with their names.
pub(crate) fn changed_samples(adapter: &str) -> impl Strategy<Value = (String, Vec<u8>)> + use<> {
    let samples: Vec<_> = fixtures(adapter).into_iter().collect();
    (select(samples), any::<Index>(), any::<u8>()).prop_map(|((name, mut bytes), at, byte)| {
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        (name, bytes)
    })
}

/// Fails if a sample has no row. A sample has a row if its family is one that a table goes through as a whole, if the
/// `source` of the tests names it, or if it is listed as `unused` there, with the reason.
pub(crate) fn every_sample_has_a_row(adapter: &str, source: &str, families: &[&str], unused: &[&str]) {
    for name in fixtures(adapter).into_keys() {
        let is_table = families.iter().any(|family| name.starts_with(family)) || unused.contains(&name.as_str());
        let stem = name.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
        let is_row = source.contains(&format!("\"{stem}\"")) || source.contains(&format!("\"{name}\""));
        assert!(is_table || is_row, "{name} has no row in any table");
    }
}

/// Fails if a sample of this family has no row, or a row has no sample.
pub(crate) fn covers(adapter: &str, family: &str, rows: &[&str]) {
    let samples: Vec<String> = fixtures(adapter).into_keys().filter(|name| name.starts_with(family)).collect();
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    assert_eq!(samples, rows);
}

/// Returns a webhook call.
pub(crate) fn webhook(headers: &[(&str, &str)], body: impl Into<Bytes>) -> WebhookRequest {
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse::<http::HeaderValue>().unwrap()))
        .collect();
    WebhookRequest {
        method: Method::POST,
        url: "https://bridge.example.com/channels/i/t".to_owned(),
        query: String::new(),
        rest: String::new(),
        headers,
        body: body.into(),
        received_at: ARRIVED,
        id: "0".repeat(32),
    }
}

/// Verifies and parses a call.
pub(crate) fn take(
    channel: &dyn Channel,
    side: &Side,
    request: &WebhookRequest,
) -> Result<Result<ParsedChannel, ParseError>, VerifyError> {
    let verified = authenticate(channel, &side.account(), request)?;
    Ok(channel.parse(&side.account(), verified))
}

/// Returns the result of parsing a call, for a snapshot.
pub(crate) fn shown(parsed: Result<ParsedChannel, ParseError>) -> Value {
    match parsed {
        Err(error) => json!({"refused": error.code, "message": error.message}),
        Ok(parsed) => {
            let mut shown = Map::new();
            if !parsed.events.is_empty() {
                shown.insert("events".into(), serde_json::to_value(&parsed.events).unwrap());
            }
            if !parsed.ignored.is_empty() {
                shown.insert("ignored".into(), serde_json::to_value(&parsed.ignored).unwrap());
            }
            if parsed.ack != crate::adapter::webhook::Ack::empty() {
                let body = String::from_utf8_lossy(&parsed.ack.body).into_owned();
                shown.insert("answer".into(), json!([parsed.ack.status, parsed.ack.content_type, body]));
            }
            shown.into()
        }
    }
}

/// Returns the facts or the failure of an answer, for a snapshot.
pub(crate) fn outcome(outcome: &Learned) -> Value {
    match outcome {
        Ok(facts) => json!({"learned": facts.iter().map(|fact| format!("{fact:?}")).collect::<Vec<_>>()}),
        Err(Failure::Retry { wait, reason, doubtful }) => {
            json!({"retry": reason, "wait": wait.map(|wait| wait.as_secs()), "doubtful": doubtful})
        }
        Err(Failure::Rejected { reason, details: None }) => json!({"rejected": reason}),
        Err(Failure::Rejected { reason, details }) => json!({"rejected": reason, "details": details}),
        Err(Failure::Gone { reason }) => json!({"gone": reason}),
        Err(Failure::Blocked { reason }) => json!({"blocked": reason}),
    }
}

/// Returns an answer.
pub(crate) fn answer(status: u16, body: &str) -> Response<Bytes> {
    Response::builder().status(status).body(body.to_owned().into()).unwrap()
}

/// Returns the answer in a sample of the form `{"http_status": …, "headers"?: …, "body" | "body_text": …}`.
pub(crate) fn answer_of(sample: &Value) -> Response<Bytes> {
    let status = u16::try_from(sample["http_status"].as_u64().unwrap()).unwrap();
    let body = match (&sample["body_text"], &sample["body"]) {
        (Value::String(text), _) => text.clone(),
        (_, Value::Null) => String::new(),
        (_, body) => body.to_string(),
    };
    let mut response = answer(status, &body);
    for (name, value) in sample["headers"].as_object().into_iter().flatten() {
        let name: http::HeaderName = name.parse().unwrap();
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

/// Returns an agent.
pub(crate) fn agent(name: &str) -> Author {
    Author { kind: AuthorKind::Agent, name: Some(name.to_owned()), id: None }
}

/// Returns a contact with this id.
pub(crate) fn contact(id: &str) -> Contact {
    Contact { id: id.to_owned(), ..Contact::default() }
}

/// Returns a button that sends a text back.
pub(crate) fn reply(label: &str, text: &str) -> Button {
    Button::Reply { label: label.to_owned(), text: text.to_owned(), payload: None }
}

/// Returns a button that opens a link.
pub(crate) fn open(label: &str, url: &str) -> Button {
    Button::Link { label: label.to_owned(), url: url.to_owned() }
}

/// Returns a file behind a link.
pub(crate) fn link(kind: MediaKind, url: &str) -> Media {
    Media::new(kind, MediaSource::Link { url: url.to_owned() })
}

/// Returns a file behind a link, as a part.
pub(crate) fn file(kind: MediaKind, url: &str, caption: Option<&str>) -> Part {
    Part::Media(Media { caption: caption.map(str::to_owned), ..link(kind, url) })
}

/// Returns a delivery to a contact.
pub(crate) fn delivery<'a>(contact: &'a Contact, parts: &'a [Part], author: Option<&'a Author>) -> Delivery<'a> {
    Delivery {
        id: "1",
        at: Millis::new(1),
        echo: false,
        contact,
        parts,
        author,
        key: "k",
        quote: None,
        details: Details::NONE,
        language: Language::English,
    }
}

/// Returns the calls that deliver parts as an answer to the message with this id, each answered by `reply`.
pub(crate) fn quoting(
    adapter: &dyn Adapter,
    account: &Account<'_>,
    contact: &str,
    parts: &[Part],
    id: &str,
    reply: impl Fn(&Call) -> Response<Bytes>,
) -> Vec<Call> {
    let (contact, quote) = (self::contact(contact), Quote::of(id));
    let delivery = Delivery { quote: Some(&quote), ..delivery(&contact, parts, None) };
    drive(adapter, account, &Task::Deliver(&delivery), &mut Known::default(), reply).unwrap()
}

/// Returns the only call that marks a contact's message as read. Its repeat must be harmless, because nobody looks at
/// its answer.
pub(crate) fn read_mark(adapter: &dyn Adapter, account: &Account<'_>, contact: &str, message: &str) -> Call {
    let task = Task::MarkRead { contact, message };
    let calls = drive(adapter, account, &task, &mut Known::default(), |_| answer(200, "{}")).unwrap();
    let [call] = <[Call; 1]>::try_from(calls).unwrap();
    assert_eq!(call.repeat, Repeat::Harmless);
    call
}

/// Returns all calls of a task, each answered by `reply`, until the task is done or fails.
pub(crate) fn drive(
    adapter: &dyn Adapter,
    account: &Account<'_>,
    task: &Task<'_>,
    known: &mut Known,
    reply: impl Fn(&Call) -> Response<Bytes>,
) -> Result<Vec<Call>, Failure> {
    let mut calls = Vec::new();
    for _ in 0..100 {
        let Step::Call(call) = adapter.next(account, task, known).unwrap() else { return Ok(calls) };
        let learned = adapter.read(account, task, known, &reply(&call));
        calls.push(call);
        known.learn(&learned?);
    }
    panic!("the task does not end")
}

/// Returns the body of a call, for a snapshot or a comparison.
pub(crate) fn body(call: &Call) -> Value {
    match call.request.body() {
        Body::Empty => Value::Null,
        Body::Bytes(bytes) => {
            serde_json::from_slice(bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
        }
        Body::Upload { fields, files } => json!({"fields": fields, "files": files}),
    }
}

/// Returns a call, for a snapshot. Headers that hold credentials are marked.
pub(crate) fn request(call: &Call) -> Value {
    let request = &call.request;
    let headers: BTreeMap<&str, &str> = request
        .headers()
        .iter()
        .map(|(name, value)| {
            (name.as_str(), if value.is_sensitive() { "(secret)" } else { value.to_str().unwrap_or_default() })
        })
        .collect();
    json!({
        "call": format!("{} {} {}", call.name, request.method(), request.uri()),
        "headers": headers,
        "repeat": format!("{:?}", call.repeat),
        "body": body(call),
    })
}

/// A helpdesk that no part of the bridge names. Its topic is the setting `inbox_id`.
pub(crate) struct Inboxes;

impl Adapter for Inboxes {
    fn phrases(&self) -> &'static Catalogue {
        HELPDESKS[0].1.phrases()
    }

    fn features(&self) -> &'static Features {
        HELPDESKS[0].1.features()
    }

    fn settings(&self) -> &'static [Setting] {
        const {
            &[
                Setting::required("api_url", Form::Url, "the account's URL"),
                Setting::required("channel_id", Form::Text(9), "something else"),
                Setting::required("inbox_id", Form::Text(9), "the inbox").topic(),
            ]
        }
    }

    fn verify(&self, _: &Account<'_>, _: &WebhookRequest) -> Result<Proof, VerifyError> {
        Ok(Proof::Signed)
    }

    fn next(&self, _: &Account<'_>, _: &Task<'_>, _: &Known) -> Result<Step, RenderError> {
        Ok(Step::Done)
    }

    fn read(&self, _: &Account<'_>, _: &Task<'_>, _: &Known, _: &Response<Bytes>) -> Learned {
        Ok(Vec::new())
    }
}

impl Helpdesk for Inboxes {
    fn parse(&self, _: &Account<'_>, request: Verified<'_>) -> Result<ParsedHelpdesk, ParseError> {
        Ok(ParsedHelpdesk::ignored(&request.request().id, "unknown"))
    }
}

impl Inboxes {
    /// Returns this helpdesk's side of an installation, with this inbox.
    pub(crate) fn side(inbox: &str) -> SideSettings {
        let settings = [("api_url", "https://inboxes.example/"), ("channel_id", "same"), ("inbox_id", inbox)];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        SideSettings { kind: "inboxes".to_owned(), settings }
    }
}

/// Compares a value with the snapshot `name` in `snapshots/` beside the test, or in another folder.
macro_rules! assert_shown {
    ($name:expr, $value:expr) => {
        crate::testing::assert_shown!("snapshots", $name, $value)
    };
    ($folder:literal, $name:expr, $value:expr) => {
        insta::with_settings!({ snapshot_path => $folder, prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_json_snapshot!($name, $value);
        })
    };
}
pub(crate) use assert_shown;

impl Side {
    /// Returns this side with one setting changed.
    pub(crate) fn with(mut self, setting: &str, value: &str) -> Self {
        self.settings.insert(setting.to_owned(), value.to_owned());
        self
    }

    /// Returns the next step of a task.
    pub(crate) fn next(&self, adapter: &dyn Adapter, task: &Task<'_>, known: &Known) -> Step {
        adapter.next(&self.account(), task, known).unwrap()
    }

    /// Returns what an answer to the call of that step teaches.
    pub(crate) fn read(
        &self,
        adapter: &dyn Adapter,
        task: &Task<'_>,
        known: &Known,
        answer: &Response<Bytes>,
    ) -> Learned {
        adapter.read(&self.account(), task, known, answer)
    }

    /// Returns a call's method and the part of its URL behind the setting `api_url`, for example `GET users.json`.
    pub(crate) fn line(&self, call: &Call) -> String {
        let uri = call.request.uri().to_string();
        let path = uri.strip_prefix(&self.settings["api_url"]).unwrap_or(&uri);
        format!("{} {path}", call.request.method())
    }

    /// Makes the calls of a task as far as the script goes, and learns from the script's answers. Requests each call
    /// twice, because the same knowledge must give the same call.
    pub(crate) fn follow(
        &self,
        adapter: &dyn Adapter,
        task: &Task<'_>,
        known: &mut Known,
        script: &[Exchange<'_>],
    ) -> Vec<Call> {
        let mut calls = Vec::new();
        for (expected, status, text) in script {
            let made = call(self.next(adapter, task, known));
            assert_eq!(self.line(&made), *expected, "{known:?}");
            assert_eq!(self.line(&call(self.next(adapter, task, known))), *expected, "the same knowledge");
            calls.push(made);
            let facts = self.read(adapter, task, known, &answer(*status, text));
            let facts = facts.unwrap_or_else(|failure| panic!("{expected}: {failure:?}"));
            known.learn(&facts);
            // The relay does the same.
            known.doubtful &= !facts.iter().any(|fact| matches!(fact, Fact::Sent(_)));
        }
        calls
    }

    /// Makes the calls of a task, which must be exactly those of the script.
    pub(crate) fn run(
        &self,
        adapter: &dyn Adapter,
        task: &Task<'_>,
        known: &mut Known,
        script: &[Exchange<'_>],
    ) -> Vec<Call> {
        let calls = self.follow(adapter, task, known, script);
        match self.next(adapter, task, known) {
            Step::Done => calls,
            other => panic!("the end expected, not {other:?}"),
        }
    }

    /// Makes the calls of a note, after which there must be no conversation that it could stand in.
    pub(crate) fn finds_no_place(
        &self,
        adapter: &dyn Adapter,
        note: &Task<'_>,
        known: &mut Known,
        script: &[Exchange<'_>],
    ) {
        self.follow(adapter, note, known, script);
        let refused = adapter.next(&self.account(), note, known).unwrap_err();
        assert_eq!(refused.to_string(), RenderError::no_place().to_string());
    }
}

/// One line of a script: the call that must come next, as [`Side::line`] writes it, and the status and the body of its
/// answer.
pub(crate) type Exchange<'a> = (&'a str, u16, &'a str);

/// Returns the call of a step.
pub(crate) fn call(step: Step) -> Call {
    match step {
        Step::Call(call) => call,
        other => panic!("a call expected, not {other:?}"),
    }
}

/// Returns one sample as text.
pub(crate) fn text(adapter: &str, name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src").join(adapter).join("fixtures").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Verifies and parses a helpdesk's call.
pub(crate) fn take_from_helpdesk(
    helpdesk: &dyn Helpdesk,
    side: &Side,
    request: &WebhookRequest,
) -> Result<Result<ParsedHelpdesk, ParseError>, VerifyError> {
    let verified = authenticate(helpdesk, &side.account(), request)?;
    Ok(helpdesk.parse(&side.account(), verified))
}

/// Returns the only event of a call.
pub(crate) fn only(parsed: ParsedHelpdesk) -> HelpdeskEvent {
    let [event] = <[_; 1]>::try_from(parsed.events).unwrap();
    event
}

/// Returns the parts of an event that is a message.
pub(crate) fn parts(event: &HelpdeskEvent) -> &[Part] {
    match &event.kind {
        HelpdeskEventKind::Message { parts, .. } => parts,
        other => panic!("a message expected, not {other:?}"),
    }
}
