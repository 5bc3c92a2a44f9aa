//! What simulated channels share: the line to the bridge, faults, a memory, and customers who write the same way.

use std::time::Duration;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::future::BoxFuture;
use serde_json::Value;

use super::{Customers, Faults, Said, Saying, Seen, WebhookCall, memory::Memory, post::Post};

/// What every simulated channel has.
#[derive(Clone, Debug)]
pub struct Base<M = super::memory::Remembered> {
    /// How it calls.
    pub http: reqwest::Client,
    /// What it does wrong next.
    pub faults: Faults,
    /// What it remembers.
    pub memory: Memory<M>,
}

impl<M: Default> Base<M> {
    /// Nothing yet.
    ///
    /// # Errors
    /// The HTTP client could not be made.
    pub fn new() -> reqwest::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build()?;
        Ok(Self { http, faults: Faults::default(), memory: Memory::default() })
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
pub trait Remembering: Send + Sync {
    /// What it has.
    fn base(&self) -> &Base;
    /// The platform's id of a customer who may be named otherwise.
    fn id_of(&self, customer: &str) -> String {
        customer.to_owned()
    }
    /// The webhook call that brings what a customer writes.
    ///
    /// # Errors
    /// There is nowhere to call.
    fn writes(&self, customer: &str, saying: Saying) -> Result<Post, String>;
    /// As [`Customers::paste_webhook`].
    fn paste_webhook(&self, url: &str) {
        self.base().memory.lock().webhook = Some(url.to_owned());
    }
    /// As [`Customers::receipt`].
    fn receipt<'a>(
        &'a self,
        customer: &'a str,
        message: &'a str,
        receipt: &'a str,
    ) -> BoxFuture<'a, Result<Said, String>>;
}

impl<T: Remembering> Customers for T {
    fn faults(&self) -> &Faults {
        &self.base().faults
    }

    fn paste_webhook(&self, url: &str) {
        Remembering::paste_webhook(self, url);
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
        Remembering::receipt(self, customer, message, receipt)
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
