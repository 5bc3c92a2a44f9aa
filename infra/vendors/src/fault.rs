//! What the bridge asks of AWS, counted, and made to fail on demand.
//!
//! [`watched`] goes in front of the local queue and the local table. It names a call by the operation in its
//! `X-Amz-Target` header (`SendMessage`, `UpdateItem`, …) and counts every call that arrives, a failing one and each
//! try of the SDK included: tests count what would be paid for.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use tokio::sync::watch;

use crate::sim::How;

/// Counts calls and holds the faults that wait for one. Clones share both.
#[derive(Clone, Debug, Default)]
pub struct Calls(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    book: Mutex<Book>,
    struck: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Book {
    counts: BTreeMap<String, usize>,
    faults: Vec<CallFault>,
    entries: Vec<(String, Vec<usize>)>,
}

/// Something that goes wrong with a call.
#[derive(Clone, Debug)]
pub struct CallFault {
    /// Only calls of this operation; of any with `None`.
    pub operation: Option<String>,
    /// So many matching calls go well first.
    pub skip: usize,
    /// So many fail then.
    pub times: usize,
    /// Whether the call takes effect all the same (its answer gets lost) or not.
    pub takes_effect: bool,
    /// What the caller sees.
    pub how: How,
}

impl CallFault {
    /// The next call of `operation` is answered 500 and has no effect.
    pub fn of(operation: &str) -> Self {
        Self { operation: Some(operation.to_owned()), skip: 0, times: 1, takes_effect: false, how: How::Status(500) }
    }

    /// The next call, whichever it is, is answered 500 and has no effect.
    pub fn of_any() -> Self {
        Self { operation: None, skip: 0, times: 1, takes_effect: false, how: How::Status(500) }
    }

    /// Only after so many matching calls went well.
    pub fn after(self, skip: usize) -> Self {
        Self { skip, ..self }
    }

    /// So many times in a row.
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// The call does its work before it fails.
    pub fn with_effect(self) -> Self {
        Self { takes_effect: true, ..self }
    }

    /// What the caller sees instead of a 500.
    pub fn how(self, how: How) -> Self {
        Self { how, ..self }
    }
}

impl Calls {
    /// Nothing counted, nothing to fail.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many calls of this operation arrived.
    pub fn count(&self, operation: &str) -> usize {
        self.book().counts.get(operation).copied().unwrap_or_default()
    }

    /// How many calls arrived, by operation.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.book().counts.clone()
    }

    /// How many calls arrived in all.
    pub fn total(&self) -> usize {
        self.book().counts.values().sum()
    }

    /// Counts from zero again; faults that wait stay.
    pub fn reset(&self) {
        self.book().counts.clear();
    }

    /// Adds a fault behind those that wait already.
    pub fn fail(&self, fault: CallFault) {
        self.book().faults.push(fault);
    }

    /// The next batch call of `operation` (`SendMessageBatch`, …) fails these entries, counted from 0, and no other.
    pub fn fail_entries(&self, operation: &str, entries: impl IntoIterator<Item = usize>) {
        self.book().entries.push((operation.to_owned(), entries.into_iter().collect()));
    }

    /// Forgets all faults that wait.
    pub fn clear(&self) {
        let mut book = self.book();
        book.faults.clear();
        book.entries.clear();
    }

    /// How many faults wait; one that strikes several times counts once.
    pub fn waiting(&self) -> usize {
        let book = self.book();
        book.faults.len() + book.entries.len()
    }

    /// How many calls were failed so far.
    pub fn struck(&self) -> usize {
        *self.0.struck.borrow()
    }

    /// Waits until so many calls were failed. A call that took effect has done so by then, and one that hangs hangs:
    /// the moment to kill whoever made it.
    pub async fn until_struck(&self, times: usize) {
        let mut struck = self.0.struck.subscribe();
        // The sender lives in self, so this can only end by being true.
        let _always = struck.wait_for(|struck| *struck >= times).await;
    }

    /// Which entries of this batch call shall fail.
    pub(crate) fn failing_entries(&self, operation: &str) -> Vec<usize> {
        let mut book = self.book();
        let position = book.entries.iter().position(|(of, _)| of == operation);
        position.map(|position| book.entries.remove(position).1).unwrap_or_default()
    }

    fn note(&self, operation: &str) -> Option<CallFault> {
        let mut book = self.book();
        *book.counts.entry(operation.to_owned()).or_default() += 1;
        let mut strikes = None;
        for (position, fault) in book.faults.iter_mut().enumerate() {
            if fault.operation.as_deref().is_some_and(|of| of != operation) {
                continue;
            }
            if let Some(left) = fault.skip.checked_sub(1) {
                fault.skip = left;
                continue;
            }
            fault.times = fault.times.saturating_sub(1);
            strikes = Some((position, fault.clone()));
            break;
        }
        let (position, fault) = strikes?;
        if fault.times == 0 {
            book.faults.remove(position);
        }
        Some(fault)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts counter and faults in front of a router that speaks an AWS JSON protocol.
pub fn watched(router: Router, calls: &Calls) -> Router {
    router.layer(axum::middleware::from_fn_with_state(calls.clone(), watch))
}

/// The operation that a request's `X-Amz-Target` header names.
pub(crate) fn operation(headers: &HeaderMap) -> &str {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    target.rsplit_once('.').map_or(target, |(_, operation)| operation)
}

async fn watch(State(calls): State<Calls>, request: Request, next: Next) -> Response {
    let Some(fault) = calls.note(operation(request.headers())) else { return next.run(request).await };
    let works = fault.takes_effect || matches!(fault.how, How::Slow(_));
    let proper = if works { Some(next.run(request).await) } else { None };
    calls.0.struck.send_modify(|struck| *struck += 1);
    match fault.how {
        How::Status(status) | How::Quote(status) => {
            refusal(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), "InternalFailure")
        }
        How::TooMany(_) => refusal(StatusCode::BAD_REQUEST, "ThrottlingException"),
        How::Hang(time) => {
            tokio::time::sleep(time).await;
            refusal(StatusCode::GATEWAY_TIMEOUT, "InternalFailure")
        }
        How::Reset => {
            // A body that fails before its first byte makes hyper drop the connection.
            let error = futures_util::stream::once(async { Err::<bytes::Bytes, _>(std::io::Error::other("reset")) });
            Response::new(Body::from_stream(error))
        }
        How::Slow(time) => {
            tokio::time::sleep(time).await;
            proper.unwrap_or_else(|| refusal(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure"))
        }
    }
}

fn refusal(status: StatusCode, code: &str) -> Response {
    let mut response = Response::new(Body::from(format!(r#"{{"__type":"{code}","message":"simulated fault"}}"#)));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    response
}
