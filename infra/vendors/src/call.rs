//! How simulated platforms call the bridge: again and again until it acknowledges.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use bytes::Bytes;

use super::{Said, WebhookCall};

/// How long a platform waits before it calls again; each time twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(150);
/// How often it calls at most.
const ATTEMPTS: u32 = 7;

/// A webhook call before it is made.
#[derive(Clone, Debug)]
pub struct Post {
    /// The platform's id of what it is about.
    pub id: String,
    /// Where to.
    pub url: String,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
}

impl Post {
    /// The same call as somebody else could make it.
    pub fn call(self) -> Option<WebhookCall> {
        let target = self.url.parse::<Uri>().ok()?.path_and_query()?.to_string();
        Some(WebhookCall { method: Method::POST, target, headers: headers(&self.headers), body: self.body })
    }

    /// Makes the call until it is acknowledged with a 2xx, or as often as the platform would.
    ///
    /// # Errors
    /// The bridge was not reached.
    pub async fn send(self, http: &reqwest::Client) -> Result<Said, String> {
        let mut wait = FIRST_WAIT;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let request = http.post(&self.url).headers(headers(&self.headers)).body(self.body.clone());
            let answer = match request.send().await {
                Ok(answer) => Ok((answer.status().as_u16(), answer.text().await.unwrap_or_default())),
                Err(error) => Err(error.without_url().to_string()),
            };
            match answer {
                Ok((status, body)) if (200..300).contains(&status) || attempts == ATTEMPTS => {
                    return Ok(Said { id: self.id, status, body, attempts });
                }
                Err(error) if attempts == ATTEMPTS => return Err(error),
                _ => tokio::time::sleep(wait).await,
            }
            wait *= 2;
        }
    }
}

fn headers(pairs: &[(&'static str, String)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, String)| {
        Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?))
    };
    pairs.iter().filter_map(pair).collect()
}
