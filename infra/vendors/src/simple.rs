//! The shared base of simulated channels: an HTTP client, faults, a memory, and customers who write in the same way.

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

/// The parts of every simulated channel.
#[derive(Clone, Debug)]
pub struct Base<M = Remembered> {
    /// The client for calls to the bridge.
    pub http: reqwest::Client,
    /// The faults of the vendor's API.
    pub faults: Faults,
    /// The memory.
    pub memory: Memory<M>,
    /// The time that a customer's device takes to report something.
    device_delay: Duration,
}

impl<M: Default> Base<M> {
    /// Makes an empty base.
    ///
    /// # Errors
    /// Returns an error if the HTTP client could not be made.
    pub fn new() -> Result<Self, String> {
        Self::paced(Duration::from_secs(60), Duration::from_millis(60))
    }

    /// Makes an empty base for a platform that waits for the bridge's answer as long as `timeout`, and whose customers'
    /// devices take `device_delay` to report something.
    ///
    /// # Errors
    /// Returns an error if the HTTP client could not be made.
    pub fn paced(timeout: Duration, device_delay: Duration) -> Result<Self, String> {
        Ok(Self { http: call::client(timeout)?, faults: Faults::default(), memory: Memory::default(), device_delay })
    }
}

impl<M> Base<M> {
    /// Makes calls one after the other, with a pause before each, because a customer's device reports in its own time.
    pub fn send_later(&self, calls: impl IntoIterator<Item = Result<PlatformCall, String>>) {
        let (http, device_delay, calls): (_, _, Vec<_>) =
            (self.http.clone(), self.device_delay, calls.into_iter().collect());
        tokio::spawn(async move {
            for call in calls {
                tokio::time::sleep(device_delay).await;
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
    /// Returns a customer's file as the vendor serves it, or `None` if it is gone.
    pub async fn serve(&self, id: &str) -> Option<Response> {
        let (kind, bytes) = self.memory.file(&self.http, id).await?;
        let mut response = bytes.into_response();
        if let Ok(kind) = HeaderValue::from_str(&kind) {
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        Some(response)
    }
}

/// A channel that keeps all its state in its [`Base`], from which the behaviour of its customers follows.
pub trait SimpleChannel: Send + Sync {
    /// The type of the memory.
    type Memory: Remembers;
    /// Returns the base.
    fn base(&self) -> &Base<Self::Memory>;
    /// Returns the platform's id of a customer whom tests may name differently.
    fn id_of(&self, customer: &str) -> String {
        customer.to_owned()
    }
    /// Makes the webhook call for a message that a customer writes.
    ///
    /// # Errors
    /// Returns an error if no webhook URL is known.
    fn writes(&self, customer: &str, saying: Saying) -> Result<PlatformCall, String>;
    /// Makes the webhook call for a receipt of a message.
    ///
    /// # Errors
    /// Returns an error if no webhook URL is known or the platform sends no such receipt.
    fn reports(&self, customer: &str, message: &str, receipt: &str) -> Result<PlatformCall, String>;
    /// Returns what a customer writes as an answer to a message, or `None` if the platform has no quotes.
    fn quotes(&self, _text: &str, _message: &str) -> Option<Saying> {
        None
    }
    /// Returns whether customers can quote.
    fn can_quote(&self) -> bool {
        self.quotes("", "").is_some()
    }
    /// Returns whether the platform shows customers that their messages were read.
    fn shows_reading(&self) -> bool {
        false
    }
    /// Stores the generated URL as pasted by hand.
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

    fn quoting(&self, text: &str, message: &str) -> Option<Saying> {
        self.quotes(text, message)
    }

    fn can_quote(&self) -> bool {
        SimpleChannel::can_quote(self)
    }

    fn shows_reading(&self) -> bool {
        SimpleChannel::shows_reading(self)
    }

    fn newest(&self, customer: &str) -> Option<String> {
        self.base().memory.lock().newest_of(&self.id_of(customer))
    }

    fn marked(&self) -> Vec<String> {
        self.base().memory.lock().marked().to_vec()
    }

    fn typed(&self) -> usize {
        self.base().memory.lock().typed()
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

/// Returns a customer's telephone number. A customer with another name gets a number of `prefix` and this many digits,
/// always the same.
pub fn number(customer: &str, prefix: &str, digits: u32) -> String {
    if customer.trim_start_matches("whatsapp:").starts_with('+') {
        return customer.to_owned();
    }
    let number = customer.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let width = usize::try_from(digits).unwrap_or_default();
    format!("{prefix}{:0width$}", number % 10_u64.pow(digits))
}
