//! Simulated vendors: strict about everything that the vendor is strict about, and able to fail on demand.
//!
//! A simulator is an axum router that plays the vendor's API, plus the person who sits in front of it: a customer on a
//! channel, an agent at a helpdesk. The local bridge and the end-to-end tests use the same ones.

pub mod base;
pub mod bird;
pub mod custom;
pub mod deskie;
pub mod freshchat;
pub mod is_messenger;
pub mod line;
pub mod memory;
pub mod messagebird;
pub mod meta;
pub mod post;
pub mod rcs;
pub mod telegram;
pub mod twilio;

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;

pub mod viber;

/// The simulated channels.
pub const CHANNELS: &[&str] =
    &["apple", "bird", "custom", "line", "messagebird", "messenger", "rcs", "telegram", "twilio", "viber", "whatsapp"];
/// The simulated helpdesks.
pub const HELPDESKS: &[&str] = &["deskie", "freshchat", "is_messenger"];

/// The simulated channel of a kind.
pub fn channel(kind: &str) -> Option<Arc<dyn ChannelSim>> {
    match kind {
        "apple" => Some(Arc::new(bird::Bird::apple().ok()?)),
        "bird" => Some(Arc::new(bird::Bird::sms().ok()?)),
        "custom" => Some(Arc::new(custom::App::demo().ok()?)),
        "line" => Some(Arc::new(line::Line::demo().ok()?)),
        "messagebird" => Some(Arc::new(messagebird::MessageBird::demo().ok()?)),
        "messenger" => Some(Arc::new(meta::Meta::messenger().ok()?)),
        "rcs" => Some(Arc::new(rcs::Rcs::demo().ok()?)),
        "telegram" => Some(Arc::new(telegram::Telegram::demo().ok()?)),
        "twilio" => Some(Arc::new(twilio::Twilio::demo().ok()?)),
        "viber" => Some(Arc::new(viber::Viber::demo().ok()?)),
        "whatsapp" => Some(Arc::new(meta::Meta::whatsapp().ok()?)),
        _ => None,
    }
}

/// The simulated helpdesk of a kind.
pub fn helpdesk(kind: &str) -> Option<Arc<dyn HelpdeskSim>> {
    match kind {
        "deskie" => Some(Arc::new(deskie::DeskieSim::new().ok()?)),
        "freshchat" => Some(Arc::new(freshchat::FreshchatSim::new().ok()?)),
        "is_messenger" => Some(Arc::new(is_messenger::IsMessengerSim::new().ok()?)),
        _ => None,
    }
}

/// A simulated channel, with the [`Customers`] on it.
pub trait ChannelSim: Customers {
    /// The kind of the channel.
    fn kind(&self) -> &'static str;
    /// The customer who writes when nobody else is named.
    fn customer(&self) -> &'static str {
        "customer-1"
    }
    /// The last news of a message that arrives and is looked at, in the journal's words; `None` where the platform
    /// sends none.
    fn last_receipt(&self) -> Option<&'static str> {
        Some("read")
    }
    /// Whether a call of the platform proves that its body is the platform's own, or only who called.
    fn signs_body(&self) -> bool {
        true
    }
    /// Whether the platform's signature covers the URL, so that a call means nothing at another one.
    fn signs_url(&self) -> bool {
        false
    }
    /// Whether the platform can tell wrong credentials at install.
    fn checks_credentials(&self) -> bool {
        true
    }
    /// The vendor's API. Serve it wrapped in [`with_faults`].
    fn router(&self) -> Router;
    /// The `channel` object of an install request that uses this simulator, which is served at `base`.
    fn install(&self, base: &str) -> Value;
}

/// The people on a channel, and what happens between the platform and the bridge on their behalf.
pub trait Customers: Send + Sync {
    /// What the vendor does wrong next.
    fn faults(&self) -> &Faults;
    /// For platforms that cannot be told by API where to call: the generated URL, pasted by hand.
    fn paste_webhook(&self, url: &str);
    /// A customer writes; the answer of the bridge's webhook. The platform sends again, as the real one would, when
    /// the bridge does not acknowledge.
    fn say<'a>(&'a self, customer: &'a str, saying: Saying) -> BoxFuture<'a, Result<Said, String>>;
    /// The webhook call that [`say`](Self::say) would make, signed but not made; `None` where the simulator cannot.
    fn sign(&self, _customer: &str, _saying: Saying) -> Option<WebhookCall> {
        None
    }
    /// The customer's device reports delivery or reading of a message that it received.
    fn receipt<'a>(
        &'a self,
        customer: &'a str,
        message: &'a str,
        receipt: &'a str,
    ) -> BoxFuture<'a, Result<Said, String>>;
    /// What arrived at a customer, oldest first; every customer's with `None`.
    fn received(&self, customer: Option<&str>) -> Vec<Seen>;
    /// Everything that it must remember over a restart.
    fn snapshot(&self) -> Value;
    /// The opposite of [`snapshot`](Self::snapshot).
    fn restore(&self, snapshot: Value);
}

/// A simulated helpdesk and the agents at it.
pub trait HelpdeskSim: Send + Sync {
    /// The kind of the helpdesk.
    fn kind(&self) -> &'static str;
    /// Whether the helpdesk can tell wrong credentials at install.
    fn checks_credentials(&self) -> bool {
        true
    }
    /// The vendor's API. Serve it wrapped in [`with_faults`].
    fn router(&self) -> Router;
    /// What the vendor does wrong next.
    fn faults(&self) -> &Faults;
    /// The `helpdesk` object of an install request that uses this simulator, which is served at `base`.
    fn install(&self, base: &str) -> Value;
    /// The generated helpdesk URL, pasted into the helpdesk's settings by hand.
    fn paste_webhook(&self, url: &str);
    /// An agent answers in the latest conversation of this contact (named as the bridge names it there, for example
    /// `viber:<id>`); fails where there is none.
    fn answer<'a>(&'a self, contact: &'a str, saying: Saying) -> BoxFuture<'a, Result<Said, String>>;
    /// An agent resolves the contact's latest conversation.
    fn resolve<'a>(&'a self, contact: &'a str) -> BoxFuture<'a, Result<Said, String>>;
    /// What agents see, oldest first: messages of the contact and private notes of the bridge.
    fn received(&self, contact: Option<&str>) -> Vec<Seen>;
    /// How much the helpdesk has made so far, so that one too many shows.
    fn made(&self) -> Made;
    /// What agents are told about messages that will not arrive: private notes, or failed statuses.
    fn failures(&self) -> Vec<String> {
        self.received(None).into_iter().filter(|seen| seen.private).map(|seen| seen.text).collect()
    }
    /// Everything that it must remember over a restart.
    fn snapshot(&self) -> Value;
    /// The opposite of [`snapshot`](Self::snapshot).
    fn restore(&self, snapshot: Value);
}

/// What a helpdesk has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Users who stand for contacts, several for the same contact included.
    pub users: usize,
    /// Conversations, whosoever they are.
    pub conversations: usize,
}

/// What a person writes.
#[derive(Clone, Debug)]
pub enum Saying {
    /// Text.
    Text(String),
    /// A file behind a URL that the simulator serves itself or that the caller serves.
    Media {
        /// `image`, `video`, `audio` or `file`.
        kind: String,
        /// Where it is.
        url: String,
        /// Its name.
        name: String,
        /// Its size in bytes.
        size: u64,
    },
    /// The vendor's own JSON for the changing part of its webhook (a Viber `message`, Freshchat `message_parts`).
    Raw(Value),
}

/// A webhook call, as it goes over the wire.
#[derive(Clone, Debug)]
pub struct WebhookCall {
    /// The method.
    pub method: axum::http::Method,
    /// The path and the query.
    pub target: String,
    /// The headers.
    pub headers: axum::http::HeaderMap,
    /// The body.
    pub body: bytes::Bytes,
}

/// How the bridge took a webhook call.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    /// The vendor's id of the message or event.
    pub id: String,
    /// The HTTP status of the bridge's last answer.
    pub status: u16,
    /// The body of it.
    pub body: String,
    /// How often the vendor had to send it.
    pub attempts: u32,
}

/// A message as the person in front of a simulator sees it.
#[derive(Clone, Debug, Serialize, serde::Deserialize, PartialEq)]
pub struct Seen {
    /// The vendor's id of it.
    pub id: String,
    /// The customer, or the contact as the helpdesk names it.
    pub contact: String,
    /// The conversation, at helpdesks.
    pub conversation: Option<String>,
    /// Who wrote it, as shown.
    pub from: String,
    /// Its text, or a description such as `[image] https://…`.
    pub text: String,
    /// Whether only agents see it.
    pub private: bool,
    /// The request's JSON as it came.
    pub raw: Value,
}

/// What a vendor does wrong, in the order in which it will.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    waiting: Arc<Mutex<VecDeque<Fault>>>,
    passed: Arc<AtomicUsize>,
}

/// One misdeed.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Only calls whose path contains this; the first fault that fits is used up.
    pub path: String,
    /// How many calls that fit go well before.
    pub after: usize,
    /// Whether the call takes effect all the same (the answer gets lost) or not.
    pub takes_effect: bool,
    /// What the caller sees.
    pub how: How,
}

impl Fault {
    /// The next call fails like this, without effect.
    pub fn next(how: How) -> Self {
        Self { path: String::new(), after: 0, takes_effect: false, how }
    }

    /// Only after so many calls that go well.
    #[must_use]
    pub fn after(self, calls: usize) -> Self {
        Self { after: calls, ..self }
    }

    /// Only calls whose path contains this.
    #[must_use]
    pub fn at(self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self }
    }

    /// The call takes effect all the same; only its answer is lost.
    #[must_use]
    pub fn with_effect(self) -> Self {
        Self { takes_effect: true, ..self }
    }
}

/// What the caller of a failing vendor sees.
#[derive(Clone, Debug)]
pub enum How {
    /// This status with a body that is not JSON.
    Status(u16),
    /// This status, with an explanation that quotes what was sent.
    Quote(u16),
    /// 429 with this `Retry-After` in seconds.
    TooMany(u64),
    /// No answer for this long, then a 504.
    Hang(Duration),
    /// The connection breaks.
    Reset,
    /// The proper answer, but late.
    Slow(Duration),
}

impl Faults {
    /// Adds a fault behind those that wait already.
    pub fn add(&self, fault: Fault) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push_back(fault);
    }

    /// Forgets all faults that wait.
    pub fn clear(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// How many faults wait.
    pub fn waiting(&self) -> usize {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// How many calls the vendor got so far, failing ones included.
    pub fn passed(&self) -> usize {
        self.passed.load(Ordering::Relaxed)
    }

    fn take(&self, path: &str) -> Option<Fault> {
        self.passed.fetch_add(1, Ordering::Relaxed);
        let mut faults = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let position = faults.iter().position(|fault| path.contains(&fault.path))?;
        match faults.get_mut(position) {
            Some(fault) if fault.after > 0 => {
                fault.after -= 1;
                None
            }
            _ => faults.remove(position),
        }
    }
}

/// Puts the faults in front of a simulator's router.
pub fn with_faults(router: Router, faults: &Faults) -> Router {
    router.layer(axum::middleware::from_fn_with_state(faults.clone(), misbehave))
}

async fn misbehave(State(faults): State<Faults>, request: Request, next: Next) -> Response {
    let Some(fault) = faults.take(request.uri().path()) else { return next.run(request).await };
    if let How::Quote(status) = fault.how {
        return quote(status, request).await;
    }
    let proper =
        if fault.takes_effect || matches!(fault.how, How::Slow(_)) { Some(next.run(request).await) } else { None };
    match fault.how {
        How::Status(status) => broken(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)),
        // Answered above, since it reads the request.
        How::Quote(status) => broken(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST)),
        How::TooMany(seconds) => {
            let mut response = broken(StatusCode::TOO_MANY_REQUESTS);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
        How::Hang(time) => {
            tokio::time::sleep(time).await;
            broken(StatusCode::GATEWAY_TIMEOUT)
        }
        How::Reset => {
            // A body that fails before its first byte makes hyper drop the connection.
            let error = futures_util::stream::once(async { Err::<bytes::Bytes, _>(std::io::Error::other("reset")) });
            Response::new(Body::from_stream(error))
        }
        How::Slow(time) => {
            tokio::time::sleep(time).await;
            proper.unwrap_or_else(|| broken(StatusCode::INTERNAL_SERVER_ERROR))
        }
    }
}

/// A refusal in the forms of several vendors, which quotes the request's body.
async fn quote(status: u16, request: Request) -> Response {
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap_or_default();
    let words = format!("this is not allowed: {}", String::from_utf8_lossy(&body).replace('+', " "));
    let answer = serde_json::json!({
        "code": status, "status": "INVALID_VALUE", "message": words, "error": {"message": words}, "description": words,
    });
    let mut response = Response::new(Body::from(answer.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn broken(status: StatusCode) -> Response {
    let mut response = Response::new(Body::from("<html><body>simulated fault</body></html>"));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}
