//! The webhook calls of simulated platforms, which are repeated until the bridge acknowledges them.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use bytes::Bytes;

use crate::people::{Said, WebhookCall};

/// The schedule by which a platform repeats a call that is not acknowledged.
#[derive(Clone, Copy, Debug)]
pub struct Repeats {
    /// The wait after the first attempt. Each further wait is twice as long.
    pub first_wait: Duration,
    /// The highest number of attempts.
    pub attempts: u32,
    /// Returns whether a status acknowledges the call.
    pub acknowledges: fn(u16) -> bool,
    /// The header with the number of earlier attempts, if the platform sends one.
    pub counter: Option<&'static str>,
}

impl Repeats {
    /// The schedule of most platforms.
    pub const USUAL: Self = Self {
        first_wait: Duration::from_millis(150),
        attempts: 7,
        acknowledges: |status| matches!(status, 200..300),
        counter: None,
    };

    /// The schedule of platforms that accept only a 200.
    pub const STRICT: Self = Self {
        first_wait: Duration::from_millis(200),
        attempts: 5,
        acknowledges: |status| status == 200,
        counter: None,
    };
}

/// A webhook call before it is made.
#[derive(Clone, Debug)]
pub struct PlatformCall {
    /// The platform's id of the message or event.
    pub id: String,
    /// The method.
    pub method: Method,
    /// The URL.
    pub url: String,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
    /// The schedule of repeats.
    pub repeats: Repeats,
}

impl PlatformCall {
    /// Makes a POST of this body with the usual repeats.
    pub fn post(id: &str, url: String, content_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        let (id, body) = (id.to_owned(), body.into());
        Self { id, method: Method::POST, url, headers, body, repeats: Repeats::USUAL }
    }

    /// Makes a GET that is sent once.
    pub fn get(id: &str, url: String) -> Self {
        let repeats = Repeats { attempts: 1, ..Repeats::USUAL };
        Self { id: id.to_owned(), method: Method::GET, url, headers: Vec::new(), body: Bytes::new(), repeats }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Adds headers.
    #[must_use]
    pub fn with_headers(mut self, headers: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.headers.extend(headers);
        self
    }

    /// Sets the schedule of repeats.
    #[must_use]
    pub fn repeated(self, repeats: Repeats) -> Self {
        Self { repeats, ..self }
    }

    /// Returns the call as anybody could make it.
    pub fn call(self) -> Option<WebhookCall> {
        let target = self.url.parse::<Uri>().ok()?.path_and_query()?.to_string();
        Some(WebhookCall { method: self.method, target, headers: headers(&self.headers), body: self.body })
    }

    /// Sends the call until it is acknowledged, or as often as the platform would.
    ///
    /// # Errors
    /// Returns an error if the bridge could not be reached.
    pub async fn send(self, http: &reqwest::Client) -> Result<Said, String> {
        let mut wait = self.repeats.first_wait;
        let mut attempts = 0;
        loop {
            let answer = self.attempt(http, attempts).await;
            attempts += 1;
            let is_last = attempts == self.repeats.attempts;
            match answer {
                Ok((status, body)) if is_last || (self.repeats.acknowledges)(status) => {
                    return Ok(Said { id: self.id, status, body, attempts });
                }
                Err(error) if is_last => return Err(error),
                _ => tokio::time::sleep(wait).await,
            }
            wait *= 2;
        }
    }

    /// Sends the call once. Returns the status and the body of the answer.
    ///
    /// # Errors
    /// Returns an error if the bridge could not be reached.
    pub async fn send_once(&self, http: &reqwest::Client) -> Result<(u16, String), String> {
        self.attempt(http, 0).await
    }

    async fn attempt(&self, http: &reqwest::Client, earlier: u32) -> Result<(u16, String), String> {
        let mut request = http.request(self.method.clone(), &self.url);
        request = request.headers(headers(&self.headers)).body(self.body.clone());
        if let Some(counter) = self.repeats.counter {
            request = request.header(counter, earlier);
        }
        let answer = request.send().await.map_err(|error| error.without_url().to_string())?;
        Ok((answer.status().as_u16(), answer.text().await.unwrap_or_default()))
    }
}

fn headers(pairs: &[(&'static str, String)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, String)| {
        Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?))
    };
    pairs.iter().filter_map(pair).collect()
}

/// Makes a client for calls on this machine, with this time-out. The client knows no certificates, because reading those
/// of the system takes longer than the calls.
///
/// # Errors
/// Returns an error if the client cannot be made.
pub fn client(timeout: Duration) -> Result<reqwest::Client, String> {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).timeout(timeout).build();
    client.map_err(|error| format!("no HTTP client could be made: {error}"))
}
