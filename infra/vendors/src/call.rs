//! How simulated platforms call the bridge: again and again until it acknowledges.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use bytes::Bytes;

use crate::people::{Said, WebhookCall};

/// How often a platform makes a call that is not acknowledged.
#[derive(Clone, Copy, Debug)]
pub struct Repeats {
    /// How long it waits after the first attempt; each time twice as long.
    pub first_wait: Duration,
    /// How often it calls at most.
    pub attempts: u32,
    /// Whether a status acknowledges the call.
    pub acknowledges: fn(u16) -> bool,
    /// The header that says how often the call was repeated, where the platform sends one.
    pub counter: Option<&'static str>,
}

impl Repeats {
    /// As most platforms do.
    pub const USUAL: Self = Self {
        first_wait: Duration::from_millis(150),
        attempts: 7,
        acknowledges: |status| matches!(status, 200..300),
        counter: None,
    };

    /// As those do that take nothing but a 200 for an answer.
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
    /// The platform's id of what it is about.
    pub id: String,
    /// The method.
    pub method: Method,
    /// Where to.
    pub url: String,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
    /// How often it is made.
    pub repeats: Repeats,
}

impl PlatformCall {
    /// A POST of this body, repeated as usual.
    pub fn post(id: &str, url: String, content_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        let (id, body) = (id.to_owned(), body.into());
        Self { id, method: Method::POST, url, headers, body, repeats: Repeats::USUAL }
    }

    /// A GET, made once.
    pub fn get(id: &str, url: String) -> Self {
        let repeats = Repeats { attempts: 1, ..Repeats::USUAL };
        Self { id: id.to_owned(), method: Method::GET, url, headers: Vec::new(), body: Bytes::new(), repeats }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The same with more headers.
    #[must_use]
    pub fn with_headers(mut self, headers: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.headers.extend(headers);
        self
    }

    /// The same, repeated like this.
    #[must_use]
    pub fn repeated(self, repeats: Repeats) -> Self {
        Self { repeats, ..self }
    }

    /// The same call as somebody else could make it.
    pub fn call(self) -> Option<WebhookCall> {
        let target = self.url.parse::<Uri>().ok()?.path_and_query()?.to_string();
        Some(WebhookCall { method: self.method, target, headers: headers(&self.headers), body: self.body })
    }

    /// Makes the call until it is acknowledged, or as often as the platform would.
    ///
    /// # Errors
    /// The bridge was not reached.
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

    /// Makes the call once; the status and the body of the answer.
    ///
    /// # Errors
    /// The bridge was not reached.
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
pub fn client(patience: Duration) -> Result<reqwest::Client, String> {
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).timeout(patience).build();
    client.map_err(|error| format!("no HTTP client could be made: {error}"))
}
