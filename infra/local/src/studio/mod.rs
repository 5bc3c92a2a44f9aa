//! The pages for trying the bridge out: the simulator `/try` and the event test page `/web/test`.
//!
//! [`start`] starts a bridge that has them; no other bridge does. The pages are HTML from the server and work without
//! JavaScript; the script only sends forms in place and shows what happens when it happens.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Form, Router,
    body::Body,
    extract::{Query, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{
        IntoResponse, Redirect, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::{get, post},
};
use byoc::{model::installation::Side, tools::language::Language, web::Framed};
use byoc_vendors::{fault::How, people::Saying};
use futures_util::stream;
use maud::Markup;
use serde::Deserialize;
use serde_json::{Value, json};

pub use self::events::{Installed, PRODUCT_EVENTS};
use self::pair::{Pair, Pairs, Watching};
use crate::{
    bridge::{Bridge, Settings, StartError},
    recorder::Recorder,
};

mod events;
mod hops;
mod mask;
mod pair;
mod pieces;
mod simulator;
mod test_page;

const STYLE: &str = include_str!("studio.css");
const SCRIPT: &str = include_str!("studio.js");
/// The picture that people send.
const SAMPLE: &[u8] = include_bytes!("sample.png");
/// The name of that picture.
const SAMPLE_NAME: &str = "parcel.png";
/// The most calls that a switch makes fail.
const MOST_TROUBLE: usize = 1_000;
/// The most pairs that run at once.
const MOST_PAIRS: usize = 12;
/// The shortest time between two updates of a page.
const UPDATE_INTERVAL: Duration = Duration::from_millis(100);

/// Starts a bridge that serves the simulator and the event test page.
///
/// # Errors
/// Returns an error that names the part that did not start, with the reason.
pub async fn start(settings: Settings) -> Result<Bridge, StartError> {
    let recorder = Recorder::default();
    let studio = Studio::default();
    let routes = settings.routes.merge(studio.router());
    let bridge = Bridge::start(Settings { routes, recorder: Some(recorder.clone()), ..settings }).await?;
    studio.pairs().add(Pair::new(&bridge, recorder));
    *studio.url.lock().unwrap_or_else(PoisonError::into_inner) = bridge.url.clone();
    Ok(bridge)
}

/// The state of the pages.
#[derive(Clone, Default)]
struct Studio {
    pairs: Arc<Mutex<Pairs>>,
    /// The base of the pages' own addresses.
    url: Arc<Mutex<String>>,
}

/// What a page shows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shown {
    pair: Option<String>,
    /// The message whose hops are shown; without it, the newest.
    message: Option<String>,
    /// The sample event.
    event: Option<String>,
    /// The line whose picture is wanted.
    line: u64,
}

/// The fields of the forms.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    pair: Option<String>,
    side: Option<Side>,
    text: String,
    what: String,
    how: String,
    /// A number; a field that was emptied counts as one call.
    times: String,
    channel: String,
    helpdesk: String,
    event: String,
    json: String,
}

impl Studio {
    fn pairs(&self) -> MutexGuard<'_, Pairs> {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the pair of this name, or else the first.
    fn pair(&self, name: Option<&str>) -> Option<Arc<Pair>> {
        let pairs = self.pairs();
        let named = pairs.all.iter().find(|pair| Some(pair.name.as_str()) == name);
        named.or(pairs.all.first()).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.pairs().all.iter().map(|pair| pair.name.clone()).collect()
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/try", get(simulator))
            .route("/try/events", get(changes))
            .route("/try/write", post(write))
            .route("/try/resolve", post(resolve))
            .route("/try/trouble", post(trouble))
            .route("/try/pairs", post(add_pair))
            .route("/try/installation", get(installation))
            .route("/try/sample.png", get(sample))
            .route("/try/picture", get(picture))
            .route("/web/test", get(test_page).post(simulate))
            .layer(axum::middleware::from_fn(only_own_forms))
            .with_state(self.clone())
    }
}

/// Refuses what a page of another site sends.
async fn only_own_forms(request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site").and_then(|site| site.to_str().ok());
    if request.method() == axum::http::Method::POST && site.is_some_and(|site| !matches!(site, "same-origin" | "none"))
    {
        return (StatusCode::FORBIDDEN, "the form was sent from a page of another site").into_response();
    }
    next.run(request).await
}

fn page(title: &str, body: &Markup) -> Response {
    Framed { title, body, style: STYLE, script: SCRIPT, images: "'self' data:", language: Language::English }
        .answer()
        .map(Body::from)
}

fn starting() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "the bridge is still starting").into_response()
}

async fn simulator(State(studio): State<Studio>, Query(shown): Query<Shown>) -> Response {
    let Some(pair) = studio.pair(shown.pair.as_deref()) else { return starting() };
    pair.read_journal().await;
    let entry = chosen(&pair, shown.message.as_deref()).await;
    let place = pieces::Place { pair: &pair, state: &pair.state(), message: shown.message.as_deref() };
    page("Simulator", &simulator::page(&place, entry.as_ref(), &studio.names()))
}

/// Returns the entry of the chosen message, or of the newest one.
async fn chosen(pair: &Pair, message: Option<&str>) -> Option<pair::Entry> {
    let newest = || pair.state().journal.first().map(|entry| entry.id.clone());
    pair.entry(&message.map(str::to_owned).or_else(newest)?).await
}

async fn changes(State(studio): State<Studio>, Query(shown): Query<Shown>) -> Response {
    let Some(pair) = studio.pair(shown.pair.as_deref()) else { return starting() };
    let events = stream::unfold(Live::new(pair.watch(), shown.message), |mut live| async {
        let event = live.next().await;
        Some((Ok::<_, Infallible>(event), live))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

/// The live parts of a page, as they were sent last.
struct Live {
    watching: Watching,
    message: Option<String>,
    sent: Vec<(&'static str, String)>,
    waiting: Vec<(&'static str, String)>,
}

impl Live {
    fn new(watching: Watching, message: Option<String>) -> Self {
        Self { watching, message, sent: Vec::new(), waiting: Vec::new() }
    }

    /// Returns the next part that differs from what the page has.
    async fn next(&mut self) -> Event {
        loop {
            if let Some((name, mut html)) = self.waiting.pop() {
                if html.is_empty() {
                    // A browser hands on no event without data.
                    html.push(' ');
                }
                return Event::default().event(name).data(html);
            }
            if !self.sent.is_empty() {
                self.watching.changed().await;
                tokio::time::sleep(UPDATE_INTERVAL).await;
            }
            let pair = &self.watching.pair;
            let entry = chosen(pair, self.message.as_deref()).await;
            let place = pieces::Place { pair, state: &pair.state(), message: self.message.as_deref() };
            let parts: Vec<(&'static str, String)> = simulator::parts(&place, entry.as_ref())
                .into_iter()
                .map(|(name, part)| (name, part.into_string()))
                .collect();
            self.waiting = parts.iter().filter(|part| !self.sent.contains(part)).cloned().collect();
            self.sent = parts;
        }
    }
}

fn picture_url(base: &str) -> String {
    format!("{base}/try/sample.png")
}

/// Returns a message with the picture that the local bridge at `base` serves, so that it needs no internet.
pub fn sample_picture(base: &str) -> Saying {
    let size = u64::try_from(SAMPLE.len()).unwrap_or_default();
    let kind = byoc::model::message::MediaKind::Image;
    Saying::Media { kind, url: picture_url(base), name: SAMPLE_NAME.to_owned(), size }
}

fn back(pair: &Pair) -> Response {
    Redirect::to(&format!("/try?pair={}", pair.name)).into_response()
}

async fn write(State(studio): State<Studio>, Form(wanted): Form<Wanted>) -> Response {
    let Some(pair) = studio.pair(wanted.pair.as_deref()) else { return starting() };
    let side = wanted.side.unwrap_or(Side::Channel);
    let text = wanted.text.trim();
    match wanted.what.as_str() {
        "picture" => {
            let base = studio.url.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let url = picture_url(&base);
            pair.write(side, &format!("[image] {url}"), sample_picture(&base));
        }
        "question" => match pair.helpdesk.asking(simulator::QUESTION, &simulator::ANSWERS) {
            Some(asking) => {
                let answers: Vec<String> =
                    simulator::ANSWERS.iter().map(|answer| format!("[choice] {answer}")).collect();
                pair.write(side, &format!("{}\n{}", simulator::QUESTION, answers.join("\n")), asking);
            }
            None => pair.tell("This helpdesk has no messages with buttons."),
        },
        "quote" => match quoting(&pair, text) {
            Some(saying) if !text.is_empty() => pair.write(side, text, saying),
            _ => pair.tell("Write a text, and quote something that arrived on the phone."),
        },
        _ if text.is_empty() => pair.tell("Write something first."),
        _ => pair.write(side, text, Saying::Text(text.to_owned())),
    }
    back(&pair)
}

/// Returns what the customer writes as an answer to the newest message on the phone.
fn quoting(pair: &Pair, text: &str) -> Option<Saying> {
    let newest = pair.channel.received(Some(pair.channel.customer())).pop()?;
    pair.channel.quoting(text, &newest.id)
}

async fn resolve(State(studio): State<Studio>, Form(wanted): Form<Wanted>) -> Response {
    let Some(pair) = studio.pair(wanted.pair.as_deref()) else { return starting() };
    pair.resolve();
    back(&pair)
}

async fn trouble(State(studio): State<Studio>, Form(wanted): Form<Wanted>) -> Response {
    let Some(pair) = studio.pair(wanted.pair.as_deref()) else { return starting() };
    let side = wanted.side.unwrap_or(Side::Helpdesk);
    match How::named(&wanted.how) {
        _ if wanted.what == "repair" => pair.repair(side),
        Some(how) => pair.trouble(side, how, wanted.times.trim().parse().unwrap_or(1).clamp(1, MOST_TROUBLE)),
        None => pair.tell("There is no such trouble."),
    }
    back(&pair)
}

async fn add_pair(State(studio): State<Studio>, Form(wanted): Form<Wanted>) -> Response {
    let Some(first) = studio.pair(wanted.pair.as_deref()) else { return starting() };
    if studio.names().len() >= MOST_PAIRS {
        first.tell(format!("There are {MOST_PAIRS} pairs already; start the program again for others."));
        return back(&first);
    }
    let started = async {
        let channel = byoc_vendors::channel(&wanted.channel)?;
        let helpdesk = byoc_vendors::helpdesk(&wanted.helpdesk)?;
        let recorder = Recorder::default();
        let options = json!({"agent_name": true});
        let settings = Settings { options, recorder: Some(recorder.clone()), ..Settings::new(channel, helpdesk) };
        let bridge = Bridge::start(settings).await.map_err(|error| error.to_string())?;
        Ok::<_, String>(Pair::owning(bridge, recorder))
    };
    match started.await {
        Ok(pair) => {
            let name = studio.pairs().add(pair);
            Redirect::to(&format!("/try?pair={name}")).into_response()
        }
        Err(why) => {
            first.tell(why);
            back(&first)
        }
    }
}

/// Leads to the product's own page of the installation, so that no page here has its key.
async fn installation(State(studio): State<Studio>, Query(shown): Query<Shown>) -> Response {
    let Some(pair) = studio.pair(shown.pair.as_deref()) else { return starting() };
    let message = shown.message.map(|message| form_urlencoded::byte_serialize(message.as_bytes()).collect::<String>());
    let message = message.map(|message| format!("&message={message}")).unwrap_or_default();
    Redirect::to(&format!("{}{message}", pair.settings_url)).into_response()
}

async fn sample() -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("image/png"))], SAMPLE).into_response()
}

/// Answers with the picture in a message, which a simulated vendor serves at another address.
async fn picture(State(studio): State<Studio>, Query(shown): Query<Shown>) -> Response {
    let Some(pair) = studio.pair(shown.pair.as_deref()) else { return starting() };
    match fetched(&pair, shown.line).await {
        Some((kind, bytes)) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
        None => (StatusCode::NOT_FOUND, "there is no such picture").into_response(),
    }
}

async fn fetched(pair: &Pair, number: u64) -> Option<(HeaderValue, bytes::Bytes)> {
    let line = pair.state().lines.into_iter().find(|line| line.number == number)?;
    let url: reqwest::Url = simulator::picture_url(&line.text)?.parse().ok()?;
    // Only what this machine serves: a person may have written any address.
    let is_here =
        url.host_str().and_then(|host| host.parse::<std::net::IpAddr>().ok()).is_some_and(|it| it.is_loopback());
    if !is_here {
        return None;
    }
    let answer = byoc_vendors::call::client(Duration::from_secs(5)).ok()?.get(url).send().await.ok()?;
    let kind = answer.headers().get(header::CONTENT_TYPE).cloned()?;
    let is_picture = kind.to_str().is_ok_and(|kind| kind.starts_with("image/"));
    let bytes = answer.error_for_status().ok().filter(|_| is_picture)?.bytes().await.ok()?;
    Some((kind, bytes))
}

async fn test_page(State(studio): State<Studio>, Query(shown): Query<Shown>) -> Response {
    let Some(pair) = studio.pair(shown.pair.as_deref()) else { return starting() };
    let form = test_page::Filled { event: shown.event.as_deref().unwrap_or_default(), json: None, outcome: None };
    page("Event test", &test_page::page(&pair, &form, &studio.names()))
}

async fn simulate(State(studio): State<Studio>, Form(wanted): Form<Wanted>) -> Response {
    let Some(pair) = studio.pair(wanted.pair.as_deref()) else { return starting() };
    let outcome = match serde_json::from_str::<Value>(&wanted.json) {
        Ok(event) => test_page::Sent::Sent(events::simulate(&pair.functions, &pair.environment, &event).await),
        Err(error) => test_page::Sent::Malformed(error.to_string()),
    };
    let form = test_page::Filled { event: &wanted.event, json: Some(&wanted.json), outcome: Some(&outcome) };
    page("Event test", &test_page::page(&pair, &form, &studio.names()))
}
