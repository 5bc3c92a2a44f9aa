//! A record of what passes the bridge: the calls of the vendors, the events in the queue, and the bridge's own calls.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method},
    middleware::Next,
    response::Response,
};
use byoc::{model::installation::Side, outside::clock::now, tools::millis::Millis};

/// The number of calls, and of events, that are kept.
const KEPT: usize = 200;
/// The number of bytes of a body that are kept.
const BODY_KEPT: usize = 8 << 10;

/// A record of the latest calls and events. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Mutex<Log>>);

#[derive(Debug, Default)]
struct Log {
    exchanges: VecDeque<Exchange>,
    events: VecDeque<String>,
}

/// A call with its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The side that called or was called.
    pub side: Side,
    /// Whether the bridge made the call.
    pub by_bridge: bool,
    /// When the call arrived.
    pub began: Millis,
    /// When the answer was complete.
    pub ended: Millis,
    /// The method.
    pub method: Method,
    /// The path and the query.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The beginning of the body.
    pub body: String,
    /// The status of the answer, 0 if the connection broke.
    pub status: u16,
    /// The beginning of the answer's body.
    pub answer: String,
}

/// A call that has no answer yet.
#[derive(Debug)]
pub struct Begun(Exchange);

impl Begun {
    /// Notes that a call arrived now.
    pub fn now(side: Side, by_bridge: bool, method: &Method, target: String, headers: &HeaderMap, body: &[u8]) -> Self {
        let (method, headers, body, began) = (method.clone(), headers.clone(), beginning(body), now());
        let (ended, status, answer) = (began, 0, String::new());
        Self(Exchange { side, by_bridge, began, ended, method, target, headers, body, status, answer })
    }
}

impl Recorder {
    /// Returns the recorded calls, oldest first.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.log().exchanges.iter().cloned().collect()
    }

    /// Returns the events as the relay received them, oldest first.
    pub fn events(&self) -> Vec<String> {
        self.log().events.iter().cloned().collect()
    }

    /// Records a call with its answer; the status is 0 if the connection broke.
    pub fn answered(&self, Begun(exchange): Begun, status: u16, answer: &[u8]) {
        let exchange = Exchange { ended: now(), status, answer: beginning(answer), ..exchange };
        keep(&mut self.log().exchanges, exchange);
    }

    /// Records an event that the relay received.
    pub fn received(&self, event: String) {
        let mut log = self.log();
        if !log.events.contains(&event) {
            keep(&mut log.events, event);
        }
    }

    /// Returns a vendor's API whose calls are recorded.
    pub fn wrap(&self, api: Router, side: Side) -> Router {
        api.layer(axum::middleware::from_fn_with_state((self.clone(), side), record))
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keep<T>(all: &mut VecDeque<T>, new: T) {
    if all.len() >= KEPT {
        all.pop_front();
    }
    all.push_back(new);
}

/// Returns the beginning of a body, or its size if it is no text.
fn beginning(body: &[u8]) -> String {
    match std::str::from_utf8(body) {
        Ok(text) if text.len() <= BODY_KEPT => text.to_owned(),
        Ok(text) => text.chars().take(BODY_KEPT).collect(),
        Err(_) => format!("{} bytes that are no text", body.len()),
    }
}

async fn record(State((recorder, side)): State<(Recorder, Side)>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let begun = Begun::now(side, true, &parts.method, target, &parts.headers, &body);
    let (parts, answer) = next.run(Request::from_parts(parts, Body::from(body))).await.into_parts();
    match to_bytes(answer, usize::MAX).await {
        Ok(answer) => {
            recorder.answered(begun, parts.status.as_u16(), &answer);
            Response::from_parts(parts, Body::from(answer))
        }
        Err(error) => {
            recorder.answered(begun, 0, b"");
            let broken = futures_util::stream::once(async { Err::<Bytes, _>(error) });
            Response::from_parts(parts, Body::from_stream(broken))
        }
    }
}
