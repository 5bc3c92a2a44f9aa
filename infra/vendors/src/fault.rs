//! Counting a server's calls, and making them fail on demand.
//!
//! [`with_faults`] wraps every simulated vendor, the local queue and the local table. Every call that arrives counts,
//! including failing ones and each attempt of an SDK, so that tests count the calls that would be paid for.

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

/// The calls of a server and the faults that wait for the next ones. Clones share both.
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

/// The way a server names its calls and writes its failures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Form {
    /// A call is named by its path, and a failure is an HTML page.
    #[default]
    Vendor,
    /// A call is named by the operation in its `X-Amz-Target` header, and a failure is JSON.
    Aws,
}

/// A fault in a call.
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
    /// This status with a page for browsers, as something between the bridge and the vendor answers.
    Page(u16),
    /// This status with an explanation that quotes the request.
    Quote(u16),
    /// A refusal because of too many calls. Vendors add this number of seconds as `Retry-After`.
    TooMany(u64),
    /// No answer for this time, then a 504.
    Hang(Duration),
    /// The connection breaks.
    Reset,
    /// The normal answer, but late.
    Slow(Duration),
    /// An answer in which exactly these entries of a batch failed, counted from 0.
    Entries(Vec<usize>),
}

impl How {
    /// Returns the trouble that people switch on by this word: `500`, `429`, `hang` or `reset`.
    pub fn named(word: &str) -> Option<Self> {
        Some(match word {
            "500" => Self::Status(500),
            "429" => Self::TooMany(2),
            "hang" => Self::Hang(Duration::from_secs(60)),
            "reset" => Self::Reset,
            _ => return None,
        })
    }
}

impl Fault {
    /// Makes a fault that fails the next call, without effect.
    pub fn next(how: How) -> Self {
        Self { at: String::new(), after: 0, times: 1, takes_effect: false, how }
    }

    /// Limits the fault to calls whose path contains this text; at the queue and the table, to this operation
    /// (`SendMessage`, …).
    #[must_use]
    pub fn at(self, name: &str) -> Self {
        Self { at: name.to_owned(), ..self }
    }

    /// Lets this many matching calls succeed first.
    #[must_use]
    pub fn after(self, calls: usize) -> Self {
        Self { after: calls, ..self }
    }

    /// Makes the fault strike this many times in a row.
    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// Lets the call take effect, so that only its answer is lost.
    #[must_use]
    pub fn with_effect(self) -> Self {
        Self { takes_effect: true, ..self }
    }
}

impl Faults {
    /// Makes the faults of a server that speaks an AWS JSON protocol.
    pub fn of_aws() -> Self {
        Self(Arc::new(Shared { form: Form::Aws, ..Shared::default() }))
    }

    /// Adds a fault after those that are waiting. If several match a call, the first one strikes.
    pub fn add(&self, fault: Fault) {
        self.book().waiting.push(fault);
    }

    /// Removes all waiting faults.
    pub fn clear(&self) {
        self.book().waiting.clear();
    }

    /// Returns the number of waiting faults. A fault that strikes several times counts once.
    pub fn waiting(&self) -> usize {
        self.book().waiting.len()
    }

    /// Returns the number of calls that the waiting faults will fail.
    pub fn left(&self) -> usize {
        self.book().waiting.iter().map(|fault| fault.times).sum()
    }

    /// Returns the number of calls that arrived under this name.
    pub fn count(&self, name: &str) -> usize {
        self.book().counts.get(name).copied().unwrap_or_default()
    }

    /// Returns the number of calls that arrived, by name.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.book().counts.clone()
    }

    /// Returns the number of all calls that arrived.
    pub fn total(&self) -> usize {
        self.book().counts.values().sum()
    }

    /// Sets the counters to zero. Waiting faults stay.
    pub fn reset(&self) {
        self.book().counts.clear();
    }

    /// Returns the number of calls that have failed.
    pub fn struck(&self) -> usize {
        *self.0.struck.borrow()
    }

    /// Waits until this many calls have failed. By then, a call that takes effect has taken effect, and a call that
    /// hangs is hanging, so that this is the moment to kill the caller.
    pub async fn until_struck(&self, times: usize) {
        let mut struck = self.0.struck.subscribe();
        // The sender lives in `self`, so the wait can only end when the condition holds.
        let _always = struck.wait_for(|struck| *struck >= times).await;
    }

    /// Returns the entries of this batch call that shall fail.
    pub fn failing_entries(&self, operation: &str) -> Vec<usize> {
        match self.take(operation, |how| matches!(how, How::Entries(_))) {
            Some(Fault { how: How::Entries(entries), .. }) => entries,
            _ => Vec::new(),
        }
    }

    /// Counts a call and takes the fault that strikes it.
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

/// Wraps a server's router with its faults.
pub fn with_faults(router: Router, faults: &Faults) -> Router {
    router.layer(axum::middleware::from_fn_with_state(faults.clone(), misbehave))
}

/// Returns the operation that a request's `X-Amz-Target` header names.
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
        How::Status(code) => form.verdict(status(code)),
        How::Page(code) => form.failure(status(code)),
        How::Quote(code) => quote(status(code), &body),
        How::TooMany(seconds) => form.too_many(seconds),
        How::Hang(time) => {
            tokio::time::sleep(time).await;
            form.failure(StatusCode::GATEWAY_TIMEOUT)
        }
        How::Reset => {
            // If a body fails before its first byte, hyper drops the connection.
            let error = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("reset")) });
            Response::new(Body::from_stream(error))
        }
        How::Slow(time) => {
            tokio::time::sleep(time).await;
            proper()
        }
        // The server itself asks for these faults, see `failing_entries`.
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

    /// Returns a refusal of the vendor's own for a 4xx, which carries no page, and a gateway's page for any other status.
    fn verdict(self, status: StatusCode) -> Response {
        match self {
            Self::Vendor if status.is_client_error() => answer(status, "application/json", String::new()),
            other => other.failure(status),
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

/// Makes a refusal in the forms of several vendors that quotes the request's body.
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
        assert_eq!(faults.left(), 4);
        let mut statuses = Vec::new();
        for path in ["/a", "/a/b", "/a", "/c", "/a/b", "/a"] {
            statuses.push(call(path).await);
        }
        assert_eq!(statuses, [200, 503, 503, 0, 429, 200]);
        assert_eq!((faults.waiting(), faults.struck(), faults.total(), faults.count("/a")), (0, 4, 6, 3));
    }
}
