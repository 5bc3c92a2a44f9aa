//! Counts the calls that a server gets, and makes them fail on demand.
//!
//! [`with_faults`] goes in front of every simulated vendor, and in front of the local queue and the local table. Every
//! call that arrives counts, a failing one and each try of an SDK included: tests count what would be paid for.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};
use serde_json::json;
use tokio::sync::watch;

/// The calls that a server got, and the faults that wait for the next ones. Clones share both.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    form: Form,
    book: Mutex<Book>,
    struck: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Book {
    counts: BTreeMap<String, usize>,
    waiting: Vec<Fault>,
}

/// How a server names its calls and words its failures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Form {
    /// A call is named by its path, and a failure is a page of HTML.
    #[default]
    Vendor,
    /// A call is named by the operation in its `X-Amz-Target` header, and a failure is JSON.
    Aws,
}

/// Something that goes wrong with a call.
#[derive(Clone, Debug)]
pub struct Fault {
    at: String,
    after: usize,
    times: usize,
    takes_effect: bool,
    how: How,
}

/// What the caller of a failing server sees.
#[derive(Clone, Debug)]
pub enum How {
    /// This status with a body that explains nothing.
    Status(u16),
    /// This status, with an explanation that quotes what was sent.
    Quote(u16),
    /// A refusal because of too many calls; vendors add this `Retry-After` in seconds.
    TooMany(u64),
    /// No answer for this long, then a 504.
    Hang(Duration),
    /// The connection breaks.
    Reset,
    /// The proper answer, but late.
    Slow(Duration),
    /// An answer in which these entries of a batch failed, counted from 0, and no others.
    Entries(Vec<usize>),
}

impl Fault {
    /// The next call fails like this, without effect.
    pub fn next(how: How) -> Self {
        Self { at: String::new(), after: 0, times: 1, takes_effect: false, how }
    }

    /// Only calls whose path contains this; at the queue and the table, calls of this operation (`SendMessage`, …).
    #[must_use]
    pub fn at(self, name: &str) -> Self {
        Self { at: name.to_owned(), ..self }
    }

    /// Only after so many calls that fit went well.
    #[must_use]
    pub fn after(self, calls: usize) -> Self {
        Self { after: calls, ..self }
    }

    /// So many times in a row.
    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// The call takes effect all the same; only its answer is lost.
    #[must_use]
    pub fn with_effect(self) -> Self {
        Self { takes_effect: true, ..self }
    }
}

impl Faults {
    /// For a server that speaks an AWS JSON protocol.
    pub fn of_aws() -> Self {
        Self(Arc::new(Shared { form: Form::Aws, ..Shared::default() }))
    }

    /// Adds a fault behind those that wait already. Of several that fit a call, the first one counts.
    pub fn add(&self, fault: Fault) {
        self.book().waiting.push(fault);
    }

    /// Forgets all faults that wait.
    pub fn clear(&self) {
        self.book().waiting.clear();
    }

    /// How many faults wait; one that strikes several times counts once.
    pub fn waiting(&self) -> usize {
        self.book().waiting.len()
    }

    /// How many calls arrived under this name.
    pub fn count(&self, name: &str) -> usize {
        self.book().counts.get(name).copied().unwrap_or_default()
    }

    /// How many calls arrived, by name.
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

    /// How many calls failed so far.
    pub fn struck(&self) -> usize {
        *self.0.struck.borrow()
    }

    /// Waits until so many calls failed. A call that took effect has done so by then, and one that hangs hangs: the
    /// moment to kill its caller.
    pub async fn until_struck(&self, times: usize) {
        let mut struck = self.0.struck.subscribe();
        // The sender lives in self, so this can only end by being true.
        let _always = struck.wait_for(|struck| *struck >= times).await;
    }

    /// Which entries of this batch call shall fail.
    pub fn failing_entries(&self, operation: &str) -> Vec<usize> {
        match self.take(operation, |how| matches!(how, How::Entries(_))) {
            Some(Fault { how: How::Entries(entries), .. }) => entries,
            _ => Vec::new(),
        }
    }

    /// Counts a call, and takes the fault that strikes it.
    fn note(&self, name: &str) -> Option<Fault> {
        *self.book().counts.entry(name.to_owned()).or_default() += 1;
        self.take(name, |how| !matches!(how, How::Entries(_)))
    }

    fn take(&self, name: &str, is_meant: impl Fn(&How) -> bool) -> Option<Fault> {
        let mut book = self.book();
        let fits = |fault: &Fault| is_meant(&fault.how) && self.0.form.fits(name, &fault.at);
        let position = book.waiting.iter().position(fits)?;
        let fault = book.waiting.get_mut(position)?;
        if let Some(left) = fault.after.checked_sub(1) {
            fault.after = left;
            return None;
        }
        fault.times = fault.times.saturating_sub(1);
        let strikes = fault.clone();
        if strikes.times == 0 {
            book.waiting.remove(position);
        }
        Some(strikes)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts the faults in front of a server's router.
pub fn with_faults(router: Router, faults: &Faults) -> Router {
    router.layer(axum::middleware::from_fn_with_state(faults.clone(), misbehave))
}

/// The operation that a request's `X-Amz-Target` header names.
pub fn operation(headers: &HeaderMap) -> &str {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    target.rsplit_once('.').map_or(target, |(_, operation)| operation)
}

async fn misbehave(State(faults): State<Faults>, request: Request, next: Next) -> Response {
    let form = faults.0.form;
    let Some(fault) = faults.note(form.name_of(&request)) else { return next.run(request).await };
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let works = fault.takes_effect || matches!(fault.how, How::Slow(_) | How::Entries(_));
    let proper = if works { Some(next.run(Request::from_parts(parts, Body::from(body.clone()))).await) } else { None };
    let proper = || proper.unwrap_or_else(|| form.failure(StatusCode::INTERNAL_SERVER_ERROR));
    faults.0.struck.send_modify(|struck| *struck += 1);
    match fault.how {
        How::Status(code) => form.failure(status(code)),
        How::Quote(code) => quote(status(code), &body),
        How::TooMany(seconds) => form.too_many(seconds),
        How::Hang(time) => {
            tokio::time::sleep(time).await;
            form.failure(StatusCode::GATEWAY_TIMEOUT)
        }
        How::Reset => {
            // A body that fails before its first byte makes hyper drop the connection.
            let error = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("reset")) });
            Response::new(Body::from_stream(error))
        }
        How::Slow(time) => {
            tokio::time::sleep(time).await;
            proper()
        }
        // The server itself asks for these, see `failing_entries`.
        How::Entries(_) => proper(),
    }
}

impl Form {
    fn name_of(self, request: &Request) -> &str {
        match self {
            Self::Vendor => request.uri().path(),
            Self::Aws => operation(request.headers()),
        }
    }

    fn fits(self, name: &str, at: &str) -> bool {
        match self {
            Self::Vendor => name.contains(at),
            Self::Aws => at.is_empty() || name == at,
        }
    }

    fn failure(self, status: StatusCode) -> Response {
        match self {
            Self::Vendor => answer(status, "text/html", "<html><body>simulated fault</body></html>".to_owned()),
            Self::Aws => aws_error(status, "InternalFailure"),
        }
    }

    fn too_many(self, seconds: u64) -> Response {
        match self {
            Self::Vendor => {
                let mut response = self.failure(StatusCode::TOO_MANY_REQUESTS);
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                response
            }
            Self::Aws => aws_error(StatusCode::BAD_REQUEST, "ThrottlingException"),
        }
    }
}

fn aws_error(status: StatusCode, code: &str) -> Response {
    let body = json!({"__type": code, "message": "simulated fault"});
    answer(status, "application/x-amz-json-1.0", body.to_string())
}

/// A refusal in the forms of several vendors, which quotes the request's body.
fn quote(status: StatusCode, body: &[u8]) -> Response {
    let words = format!("this is not allowed: {}", String::from_utf8_lossy(body).replace('+', " "));
    let explanation = json!({
        "code": status.as_u16(), "status": "INVALID_VALUE", "message": words, "error": {"message": words},
        "description": words,
    });
    answer(status, "application/json", explanation.to_string())
}

fn answer(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use axum::routing::get;

    use super::*;
    use crate::testing::serve;

    #[tokio::test]
    async fn faults_strike_the_calls_that_fit_one_after_the_other() {
        let faults = Faults::default();
        let router = Router::new().route("/{*any}", get(|| async { "fine" }));
        let base = serve(with_faults(router, &faults)).await;
        let call = async |path: &str| {
            let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
            client.get(format!("{base}{path}")).send().await.map_or(0, |answer| answer.status().as_u16())
        };
        faults.add(Fault::next(How::Status(503)).at("/a").after(1).times(2));
        faults.add(Fault::next(How::TooMany(1)).at("/a/b"));
        faults.add(Fault::next(How::Reset));
        let mut statuses = Vec::new();
        for path in ["/a", "/a/b", "/a", "/c", "/a/b", "/a"] {
            statuses.push(call(path).await);
        }
        assert_eq!(statuses, [200, 503, 503, 0, 429, 200]);
        assert_eq!((faults.waiting(), faults.struck(), faults.total(), faults.count("/a")), (0, 4, 6, 3));
    }
}
