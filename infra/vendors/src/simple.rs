//! What simulated channels share: a line to the bridge, faults, a memory, and customers who write the same way.

use std::time::Duration;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::{
    call::{self, PlatformCall},
    fault::Faults,
    memory::{Memory, Remembered, Remembers},
    people::{People, Said, Saying, Seen, WebhookCall},
};

/// What every simulated channel has.
#[derive(Clone, Debug)]
pub struct Base<M = Remembered> {
    /// How it calls.
    pub http: reqwest::Client,
    /// What it does wrong next.
    pub faults: Faults,
    /// What it remembers.
    pub memory: Memory<M>,
    /// How long a customer's device takes to report something.
    moment: Duration,
}

impl<M: Default> Base<M> {
    /// Nothing yet.
    ///
    /// # Errors
    /// The HTTP client could not be made.
    pub fn new() -> Result<Self, String> {
        Self::paced(Duration::from_secs(60), Duration::from_millis(60))
    }

    /// Nothing yet, on a platform that waits so long for an answer of the bridge, and whose customers' devices take such
    /// a moment to report something.
    ///
    /// # Errors
    /// The HTTP client could not be made.
    pub fn paced(patience: Duration, moment: Duration) -> Result<Self, String> {
        Ok(Self { http: call::client(patience)?, faults: Faults::default(), memory: Memory::default(), moment })
    }
}

impl<M> Base<M> {
    /// Makes calls one after the other, each after a moment: a customer's device reports in its own time.
    pub fn send_later(&self, calls: impl IntoIterator<Item = Result<PlatformCall, String>>) {
        let (http, moment, calls): (_, _, Vec<_>) = (self.http.clone(), self.moment, calls.into_iter().collect());
        tokio::spawn(async move {
            for call in calls {
                tokio::time::sleep(moment).await;
                let sent = match call {
                    Ok(call) => call.send(&http).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = sent {
                    tracing::debug!(error, "a report did not arrive");
                }
            }
        });
    }
}

impl Base {
    /// A customer's file as the vendor hands it out; `None` where it is gone.
    pub async fn serve(&self, id: &str) -> Option<Response> {
        let (kind, bytes) = self.memory.file(&self.http, id).await?;
        let mut response = bytes.into_response();
        if let Ok(kind) = HeaderValue::from_str(&kind) {
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        Some(response)
    }
}

/// A channel that keeps all it knows in its [`Base`]; what its customers do follows from that.
pub trait SimpleChannel: Send + Sync {
    /// What it remembers.
    type Memory: Remembers;
    /// What it has.
    fn base(&self) -> &Base<Self::Memory>;
    /// The platform's id of a customer who may be named otherwise.
    fn id_of(&self, customer: &str) -> String {
        customer.to_owned()
    }
    /// The webhook call that brings what a customer writes.
    ///
    /// # Errors
    /// There is nowhere to call.
    fn writes(&self, customer: &str, saying: Saying) -> Result<PlatformCall, String>;
    /// The webhook call that reports what became of a message.
    ///
    /// # Errors
    /// There is nowhere to call, or the platform reports nothing of the kind.
    fn reports(&self, customer: &str, message: &str, receipt: &str) -> Result<PlatformCall, String>;
    /// The generated URL was pasted by hand.
    fn pasted(&self, url: &str) {
        self.base().memory.lock().pasted(url);
    }
}

impl<T: SimpleChannel> People for T {
    fn faults(&self) -> &Faults {
        &self.base().faults
    }

    fn paste_webhook(&self, url: &str) {
        self.pasted(url);
    }

    fn say<'a>(&'a self, customer: &'a str, saying: Saying) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move { self.writes(customer, saying)?.send(&self.base().http).await })
    }

    fn sign(&self, customer: &str, saying: Saying) -> Option<WebhookCall> {
        self.writes(customer, saying).ok()?.call()
    }

    fn receipt<'a>(
        &'a self,
        customer: &'a str,
        message: &'a str,
        receipt: &'a str,
    ) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move { self.reports(customer, message, receipt)?.send(&self.base().http).await })
    }

    fn received(&self, customer: Option<&str>) -> Vec<Seen> {
        self.base().memory.received(customer.map(|customer| self.id_of(customer)).as_deref())
    }

    fn snapshot(&self) -> Value {
        self.base().memory.snapshot()
    }

    fn restore(&self, snapshot: Value) {
        self.base().memory.restore(snapshot);
    }
}

/// A telephone number: a customer who is named otherwise gets one of their own, `prefix` and so many digits, always the
/// same.
pub fn number(customer: &str, prefix: &str, digits: u32) -> String {
    if customer.trim_start_matches("whatsapp:").starts_with('+') {
        return customer.to_owned();
    }
    let number = customer.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let width = usize::try_from(digits).unwrap_or_default();
    format!("{prefix}{:0width$}", number % 10_u64.pow(digits))
}
