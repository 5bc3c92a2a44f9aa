//! A thin proxy, which is needed because the engine does not let others wrap its router. On request it counts the units
//! that the calls consume, by which DynamoDB is billed.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use byoc_vendors::fault::operation;
use serde_json::Value;

/// The largest request that DynamoDB accepts.
const MAX_REQUEST: usize = 16 * 1024 * 1024;

/// The headers that belong to one connection and not to the message.
const HOP_BY_HOP: [HeaderName; 4] =
    [header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH, header::HOST];

/// The read and write request units that calls have consumed, as the engine reports them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Units {
    /// The units of reads.
    pub read: f64,
    /// The units of writes, those of the index included.
    pub write: f64,
}

/// A meter of units, which is off until its first reading.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<Mutex<Option<Units>>>);

impl Meter {
    /// Returns the units since the last reading, and counts from now on.
    pub fn read(&self) -> Units {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(Units::default()).unwrap_or_default()
    }

    fn is_on(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn add(&self, operation: &str, answer: &[u8]) {
        let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
        let consumed = match answer.get("ConsumedCapacity") {
            Some(Value::Array(tables)) => tables.clone(),
            Some(table) => vec![table.clone()],
            None => Vec::new(),
        };
        let consumed: f64 = consumed.iter().filter_map(|table| table.get("CapacityUnits")?.as_f64()).sum();
        if let Some(units) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            match operation {
                "GetItem" | "BatchGetItem" | "TransactGetItems" | "Query" | "Scan" => units.read += consumed,
                _ => units.write += consumed,
            }
        }
    }
}

/// Adds to a request that its answer should say what it consumed.
fn asking_for_units(body: &Bytes) -> Bytes {
    let Ok(Value::Object(mut request)) = serde_json::from_slice(body) else { return body.clone() };
    request.insert("ReturnConsumedCapacity".to_owned(), "TOTAL".into());
    Value::Object(request).to_string().into()
}

#[derive(Clone, Debug)]
struct Proxy {
    client: reqwest::Client,
    target: String,
    meter: Meter,
}

/// Forwards every request to `target`.
pub(super) fn router(target: String, meter: Meter) -> reqwest::Result<Router> {
    let client =
        reqwest::Client::builder().no_proxy().tls_certs_only([]).redirect(reqwest::redirect::Policy::none()).build()?;
    let router = Router::new().fallback(any(pass_on)).layer(DefaultBodyLimit::max(MAX_REQUEST));
    Ok(router.with_state(Proxy { client, target, meter }))
}

async fn pass_on(State(proxy): State<Proxy>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_REQUEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let mut headers = head.headers;
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    match proxy.ask(head.method, headers, body).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(%error, "the embedded DynamoDB engine did not answer");
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}

impl Proxy {
    async fn ask(
        &self,
        method: axum::http::Method,
        headers: header::HeaderMap,
        body: Bytes,
    ) -> reqwest::Result<Response> {
        let operation = self.meter.is_on().then(|| operation(&headers).to_owned());
        let body = if operation.is_some() { asking_for_units(&body) } else { body };
        let answer = self.client.request(method, &self.target).headers(headers).body(body).send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        for name in HOP_BY_HOP {
            headers.remove(name);
        }
        let body = answer.bytes().await?;
        if let Some(operation) = operation {
            self.meter.add(&operation, &body);
        }
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}
