//! The people in front of the simulators, over HTTP: what `byoc say`, `byoc answer` and their friends call.
//!
//! These routes exist only on the local bridge.

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::sim::{ChannelSim, Fault, Faults, HelpdeskSim, How, Said, Saying, Seen};

/// How long an arrival is waited for.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long receipts are waited for.
const RECEIPT_PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(5);

/// Both simulators, and how to ask the bridge what became of a message.
#[derive(Clone)]
pub struct Demo {
    channel: Arc<dyn ChannelSim>,
    helpdesk: Arc<dyn HelpdeskSim>,
    journal: Arc<OnceLock<Journal>>,
}

/// Where the bridge tells what became of a message.
#[derive(Clone, Debug)]
pub struct Journal {
    /// The URL of the installation's messages.
    pub url: String,
    /// The admin key.
    pub key: String,
}

/// What a person says.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Words {
    /// The text.
    pub text: Option<String>,
    /// A link to an image instead.
    pub image: Option<String>,
    /// Which customer; the usual one where it is absent.
    pub customer: Option<String>,
}

/// What goes wrong next.
#[derive(Debug, Deserialize, Serialize)]
pub struct Trouble {
    /// `channel` or `helpdesk`.
    pub side: String,
    /// `500`, `429`, `hang` or `reset`.
    pub how: String,
    /// How often.
    pub times: usize,
}

impl Demo {
    /// Over these simulators.
    pub fn new(channel: Arc<dyn ChannelSim>, helpdesk: Arc<dyn HelpdeskSim>) -> Self {
        Self { channel, helpdesk, journal: Arc::default() }
    }

    /// Tells it where to ask, once the installation is made.
    pub fn ask(&self, journal: Journal) {
        let _ = self.journal.set(journal);
    }

    /// The routes, below `/demo`.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/demo/say", post(say))
            .route("/demo/answer", post(answer))
            .route("/demo/resolve", post(resolve))
            .route("/demo/fault", post(fault))
            .route("/demo/transcript", get(transcript))
            .with_state(self.clone())
    }

    fn customer(&self, words: &Words) -> String {
        words.customer.clone().unwrap_or_else(|| self.channel.customer().to_owned())
    }
}

async fn say(State(demo): State<Demo>, Json(words): Json<Words>) -> Response {
    let Some(saying) = saying(&words) else { return refusal("say what: `text` or `image`") };
    let customer = demo.customer(&words);
    let before = demo.helpdesk.received(None).len();
    let began = Instant::now();
    let said = match demo.channel.say(&customer, saying).await {
        Ok(said) => said,
        Err(error) => return refusal(&error),
    };
    let arrived = arrival(began, || demo.helpdesk.received(None).into_iter().nth(before)).await;
    Json(report_body(&said, arrived, began.elapsed())).into_response()
}

async fn answer(State(demo): State<Demo>, Json(words): Json<Words>) -> Response {
    let Some(saying) = saying(&words) else { return refusal("say what: `text` or `image`") };
    // The helpdesk knows the customer by the name that the bridge gave.
    let seen = demo.helpdesk.received(None);
    let theirs = |seen: &&Seen| !seen.private && words.customer.as_ref().is_none_or(|id| seen.contact.contains(id));
    let Some(contact) = seen.iter().rev().find(theirs).map(|seen| seen.contact.clone()) else {
        return refusal("no customer has written yet; let one write first: cargo run -- say \"Hi\"");
    };
    let before = demo.channel.received(None).len();
    let began = Instant::now();
    let said = match demo.helpdesk.answer(&contact, saying).await {
        Ok(said) => said,
        Err(error) => return refusal(&error),
    };
    let arrived = arrival(began, || demo.channel.received(None).into_iter().nth(before)).await;
    let took = began.elapsed();
    let receipt = match &arrived {
        Some(seen) => receipt(&demo, &seen.id).await,
        None => None,
    };
    let mut answer = report_body(&said, arrived, took);
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("receipt".into(), json!(receipt));
    }
    Json(answer).into_response()
}

async fn resolve(State(demo): State<Demo>) -> Response {
    let Some(contact) = demo.helpdesk.received(None).pop().map(|seen| seen.contact) else {
        return refusal("there is no conversation yet; let a customer write first: cargo run -- say \"Hi\"");
    };
    match demo.helpdesk.resolve(&contact).await {
        Ok(said) => Json(json!({"said": said})).into_response(),
        Err(error) => refusal(&error),
    }
}

async fn fault(State(demo): State<Demo>, Json(trouble): Json<Trouble>) -> Response {
    let faults: &Faults = match trouble.side.as_str() {
        "channel" => demo.channel.faults(),
        "helpdesk" => demo.helpdesk.faults(),
        _ => return refusal("`side` should be channel or helpdesk"),
    };
    let how = match trouble.how.as_str() {
        "500" => How::Status(500),
        "429" => How::TooMany(2),
        "hang" => How::Hang(Duration::from_secs(60)),
        "reset" => How::Reset,
        _ => return refusal("`how` should be 500, 429, hang or reset"),
    };
    for _ in 0..trouble.times.min(1_000) {
        faults.add(Fault { path: String::new(), takes_effect: false, how: how.clone() });
    }
    Json(json!({"waiting": faults.waiting()})).into_response()
}

#[derive(Deserialize)]
struct From {
    #[serde(default)]
    channel: usize,
    #[serde(default)]
    helpdesk: usize,
}

async fn transcript(State(demo): State<Demo>, Query(from): Query<From>) -> Response {
    let rest = |seen: Vec<Seen>, from: usize| seen.into_iter().skip(from).collect::<Vec<_>>();
    Json(json!({
        "channel": rest(demo.channel.received(None), from.channel),
        "helpdesk": rest(demo.helpdesk.received(None), from.helpdesk),
    }))
    .into_response()
}

fn saying(words: &Words) -> Option<Saying> {
    match (&words.text, &words.image) {
        (_, Some(url)) => {
            let name = url.rsplit('/').next().unwrap_or("image.png").to_owned();
            Some(Saying::Media { kind: "image".into(), url: url.clone(), name, size: 0 })
        }
        (Some(text), None) => Some(Saying::Text(text.clone())),
        (None, None) => None,
    }
}

async fn arrival(began: Instant, mut look: impl FnMut() -> Option<Seen>) -> Option<Seen> {
    while began.elapsed() < PATIENCE {
        if let Some(seen) = look() {
            return Some(seen);
        }
        tokio::time::sleep(PAUSE).await;
    }
    None
}

/// The last receipt that the bridge noted for a message of the channel.
async fn receipt(demo: &Demo, message: &str) -> Option<String> {
    let journal = demo.journal.get()?;
    let client = crate::bridge::client().ok()?;
    let began = Instant::now();
    let mut last = None;
    while began.elapsed() < RECEIPT_PATIENCE && last.as_deref() != Some("read") {
        let request = client.get(&journal.url).header("authorization", format!("Bearer {}", journal.key));
        let body = request.send().await.ok()?.text().await.ok()?;
        let body: Value = serde_json::from_str(&body).ok()?;
        let messages = body.get("messages")?.as_array()?;
        let sent_as = |entry: &&Value| {
            entry.get("sent_as").and_then(Value::as_array).is_some_and(|ids| ids.iter().any(|id| id == message))
        };
        let found = messages.iter().find(sent_as).and_then(|entry| entry.get("receipt")).and_then(Value::as_str);
        last = found.map(str::to_owned).or(last);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    last
}

fn report_body(said: &Said, arrived: Option<Seen>, took: Duration) -> Value {
    let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    json!({"said": said, "arrived": arrived, "took_ms": took_ms})
}

fn refusal(message: &str) -> Response {
    let body = json!({"error": {"code": "not_possible", "message": message}});
    (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
}
