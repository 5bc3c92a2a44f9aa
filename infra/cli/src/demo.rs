//! The HTTP routes through which people use the simulators; `byoc say`, `byoc answer` and the other commands call them.
//!
//! These routes exist only on the local bridge that `byoc` starts.

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
use byoc::model::message::MediaKind;
use byoc_local::{
    bridge::Bridge,
    studio::{Installed, sample_picture},
};
use byoc_vendors::{
    fault::{Fault, Faults, How},
    people::{ChannelSim, HelpdeskSim, Said, Saying, Seen},
};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The time to wait for a message to arrive.
const ARRIVAL_TIMEOUT: Duration = Duration::from_secs(15);
/// The time to wait for receipts.
const RECEIPT_TIMEOUT: Duration = Duration::from_secs(3);
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Both simulators, with access to the running bridge.
#[derive(Clone)]
pub(crate) struct Demo {
    channel: Arc<dyn ChannelSim>,
    helpdesk: Arc<dyn HelpdeskSim>,
    running: Arc<OnceLock<Running>>,
}

/// The facts that are known once the bridge runs.
#[derive(Debug)]
struct Running {
    /// The base of the bridge's URLs.
    url: String,
    admin_key: String,
    /// The install request of the demo installation; its answer is `installation`.
    request: Value,
    installation: Value,
    /// The environment of the functions.
    environment: Vec<(String, String)>,
}

impl Running {
    fn id(&self) -> &str {
        self.installation.get("id").and_then(Value::as_str).unwrap_or_default()
    }
}

/// What a person writes.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Words {
    /// The text.
    pub(crate) text: Option<String>,
    /// A link to an image instead of a text; empty for the sample picture.
    pub(crate) image: Option<String>,
    /// The customer's id; without it, the usual customer.
    pub(crate) customer: Option<String>,
}

/// The fault to inject.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Trouble {
    /// The side whose calls fail.
    pub(crate) side: Side,
    /// The way they fail.
    pub(crate) how: Failure,
    /// The number of calls that fail.
    pub(crate) times: usize,
}

/// A side of the bridge.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    /// Where customers write.
    Channel,
    /// Where agents answer.
    Helpdesk,
}

/// A failure.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Failure {
    /// It fails itself.
    #[serde(rename = "500")]
    #[value(name = "500")]
    Broken,
    /// It wants fewer calls.
    #[serde(rename = "429")]
    #[value(name = "429")]
    TooMany,
    /// It does not answer.
    Hang,
    /// The connection breaks.
    Reset,
}

impl Demo {
    /// Makes the demo of these simulators.
    pub(crate) fn new(channel: Arc<dyn ChannelSim>, helpdesk: Arc<dyn HelpdeskSim>) -> Self {
        Self { channel, helpdesk, running: Arc::default() }
    }

    /// Hands over the bridge that serves the demo, once the bridge runs.
    pub(crate) fn runs(&self, bridge: &Bridge) {
        let _ = self.running.set(Running {
            url: bridge.url.clone(),
            admin_key: bridge.admin_key.clone(),
            request: bridge.request.clone(),
            installation: bridge.installation.clone(),
            environment: bridge.environment.clone(),
        });
    }

    /// Returns the routes below `/demo`.
    pub(crate) fn router(&self) -> Router {
        Router::new()
            .route("/demo/say", post(say))
            .route("/demo/answer", post(answer))
            .route("/demo/resolve", post(resolve))
            .route("/demo/fault", post(fault))
            .route("/demo/transcript", get(transcript))
            .route("/demo/journal", get(journal))
            .route("/demo/env", post(env))
            .route("/demo/events", post(events))
            .with_state(self.clone())
    }

    /// Asks the bridge as its admin.
    async fn ask(&self, path: &str) -> Option<Value> {
        let running = self.running.get()?;
        let url = format!("{}/installations/{}{path}", running.url, running.id());
        let client = byoc_vendors::call::client(Duration::from_secs(30)).ok()?;
        let request = client.get(&url).header("authorization", format!("Bearer {}", running.admin_key));
        serde_json::from_str(&request.send().await.ok()?.text().await.ok()?).ok()
    }

    /// Returns the messages of the journal, newest first, and the kinds of both sides.
    pub(crate) async fn journal(&self) -> Value {
        let mut journal = self.ask("/messages").await.unwrap_or_default();
        if let Some(journal) = journal.as_object_mut() {
            journal.insert("channel".into(), self.channel.kind().into());
            journal.insert("helpdesk".into(), self.helpdesk.kind().into());
        }
        journal
    }

    /// Returns what agents have seen of this channel. A helpdesk that is kept in a folder also has the contacts of the
    /// channels that ran before.
    fn seen_by_agents(&self) -> Vec<Seen> {
        let is_foreign = |seen: &Seen| {
            let kind = seen.contact.split_once(':').map(|(kind, _)| kind);
            kind.is_some_and(|kind| kind != self.channel.kind() && byoc_vendors::channels().any(|known| known == kind))
        };
        self.helpdesk.received(None).into_iter().filter(|seen| !is_foreign(seen)).collect()
    }

    fn saying(&self, words: &Words) -> Result<Saying, String> {
        match (&words.text, words.image.as_deref()) {
            (_, Some("")) => {
                let running = self.running.get().ok_or("the bridge is still starting")?;
                Ok(sample_picture(&running.url))
            }
            (_, Some(url)) if !url.starts_with("http://") && !url.starts_with("https://") => {
                Err(format!("`{url}` is no link; --image without one sends the sample picture"))
            }
            (_, Some(url)) => {
                let name = url.rsplit('/').next().unwrap_or("image.png").to_owned();
                Ok(Saying::Media { kind: MediaKind::Image, url: url.to_owned(), name, size: 0 })
            }
            (Some(text), None) => Ok(Saying::Text(text.clone())),
            (None, None) => Err("say what: `text` or `image`".to_owned()),
        }
    }

    fn customer(&self, words: &Words) -> String {
        words.customer.clone().unwrap_or_else(|| self.channel.customer().to_owned())
    }
}

async fn say(State(demo): State<Demo>, Json(words): Json<Words>) -> Response {
    let saying = match demo.saying(&words) {
        Ok(saying) => saying,
        Err(why) => return refusal(&why),
    };
    let customer = demo.customer(&words);
    let before = demo.helpdesk.received(None).len();
    let conversations = demo.helpdesk.made().conversations;
    let began = Instant::now();
    let said = match demo.channel.say(&customer, saying).await {
        Ok(said) => said,
        Err(error) => return refusal(&error),
    };
    let arrived = arrival(began, || demo.helpdesk.received(None).into_iter().nth(before)).await;
    let is_new = demo.helpdesk.made().conversations > conversations;
    let mut report = report_body(&said, arrived, began.elapsed());
    if let Some(report) = report.as_object_mut() {
        report.insert("new_conversation".into(), json!(is_new));
    }
    Json(report).into_response()
}

async fn answer(State(demo): State<Demo>, Json(words): Json<Words>) -> Response {
    let saying = match demo.saying(&words) {
        Ok(saying) => saying,
        Err(why) => return refusal(&why),
    };
    // The helpdesk knows the customer by the name that the bridge gave.
    let seen = demo.seen_by_agents();
    let theirs = |seen: &&Seen| !seen.private && words.customer.as_ref().is_none_or(|id| seen.contact.contains(id));
    let Some(contact) = seen.iter().rev().find(theirs).map(|seen| seen.contact.clone()) else {
        return refusal(&nobody(&seen, words.customer.as_deref()));
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
    let Some(contact) = demo.seen_by_agents().pop().map(|seen| seen.contact) else {
        return refusal("there is no conversation yet; let a customer write first: cargo run -- say \"Hi\"");
    };
    match demo.helpdesk.resolve(&contact).await {
        Ok(said) => {
            let installation = demo.ask("").await.unwrap_or_default();
            let then = installation.pointer("/settings/on_resolved").cloned().unwrap_or_default();
            Json(json!({"said": said, "contact": contact, "next_message": then})).into_response()
        }
        Err(error) => refusal(&error),
    }
}

async fn fault(State(demo): State<Demo>, Json(trouble): Json<Trouble>) -> Response {
    let faults: &Faults = match trouble.side {
        Side::Channel => demo.channel.faults(),
        Side::Helpdesk => demo.helpdesk.faults(),
    };
    let word = trouble.how.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let Some(how) = How::named(&word) else { return refusal("there is no such trouble") };
    if trouble.times > 0 {
        faults.add(Fault::next(how).times(trouble.times.min(1_000)));
    }
    Json(json!({"waiting": faults.waiting()})).into_response()
}

/// Answers with the environment that the functions need to run beside this bridge.
async fn env(State(demo): State<Demo>) -> Response {
    let variables = demo.running.get().map(|running| running.environment.clone()).unwrap_or_default();
    Json(variables.into_iter().map(|(name, value)| (name, Value::from(value))).collect::<serde_json::Map<_, _>>())
        .into_response()
}

/// Answers with events for `cargo lambda invoke` that fit this installation, by file name.
async fn events(State(demo): State<Demo>) -> Response {
    let Some(running) = demo.running.get() else { return refusal("the bridge is still starting") };
    let installed = Installed { channel: demo.channel.as_ref(), id: running.id(), request: &running.request };
    Json(Value::Object(installed.files())).into_response()
}

async fn journal(State(demo): State<Demo>) -> Response {
    Json(demo.journal().await).into_response()
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

/// Says that there is no contact to answer, and who has written.
fn nobody(seen: &[Seen], wanted: Option<&str>) -> String {
    let mut contacts: Vec<&str> = seen.iter().map(|seen| seen.contact.as_str()).collect();
    contacts.sort_unstable();
    contacts.dedup();
    match wanted {
        Some(wanted) if !contacts.is_empty() => {
            format!("there is no contact `{wanted}`; those who wrote: {}", contacts.join(", "))
        }
        _ => "no customer has written yet; let one write first: cargo run -- say \"Hi\"".to_owned(),
    }
}

async fn arrival(began: Instant, mut look: impl FnMut() -> Option<Seen>) -> Option<Seen> {
    while began.elapsed() < ARRIVAL_TIMEOUT {
        if let Some(seen) = look() {
            return Some(seen);
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    None
}

/// Returns the last receipt that the bridge noted for a message on the channel.
async fn receipt(demo: &Demo, message: &str) -> Option<String> {
    let began = Instant::now();
    let mut last = None;
    while began.elapsed() < RECEIPT_TIMEOUT && last.as_deref() != Some("read") {
        let body = demo.journal().await;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_not_there_is_told_with_those_who_are() {
        let seen = |contact: &str| {
            serde_json::from_value(json!({
                "id": "", "contact": contact, "conversation": null, "from": "", "text": "", "private": false, "raw": null,
            }))
            .unwrap()
        };
        let all = [seen("viber:b"), seen("viber:a"), seen("viber:b")];
        assert_eq!(nobody(&all, Some("c")), "there is no contact `c`; those who wrote: viber:a, viber:b");
        assert!(nobody(&[], Some("c")).starts_with("no customer has written yet"));
        assert!(nobody(&[], None).starts_with("no customer has written yet"));
    }
}
