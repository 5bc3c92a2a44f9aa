//! Signed calls that cannot be read, in the form in which the bridge keeps them.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::{Verified, webhook::WebhookRequest};
use crate::{
    model::{installation::Side, message::UnreadEvent},
    tools::{crypto::sha256_hex, millis::Millis},
};

/// The headers that parsers read. No others are kept, since headers also carry secrets.
const HEADERS: [&str; 2] = ["content-type", "webhook-id"];

/// Returns a call in the form in which it is kept.
pub fn kept(from: Side, call: Verified<'_>) -> UnreadEvent {
    let request = call.request();
    let content = [request.method.as_str().as_bytes(), request.query.as_bytes(), &request.body].join(&b'\n');
    let header = |name: &str| Some((name.to_owned(), request.header(name)?.to_owned()));
    UnreadEvent {
        id: format!("unread:{}", sha256_hex(&content)),
        from,
        is_forwarded: call.is_forwarded,
        call: request.id.clone(),
        method: request.method.to_string(),
        query: request.query.clone(),
        rest: request.rest.clone(),
        headers: HEADERS.into_iter().filter_map(header).collect(),
        body: STANDARD.encode(&request.body),
    }
}

/// Returns the call that was kept; `None` if it is damaged. The URL is not kept, because it is a secret.
pub fn request(unread: &UnreadEvent, received_at: Millis) -> Option<WebhookRequest> {
    let mut headers = HeaderMap::new();
    for (name, value) in &unread.headers {
        headers.insert(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?);
    }
    Some(WebhookRequest {
        method: Method::from_bytes(unread.method.as_bytes()).ok()?,
        url: String::new(),
        query: unread.query.clone(),
        rest: unread.rest.clone(),
        headers,
        body: STANDARD.decode(&unread.body).ok()?.into(),
        received_at,
        id: unread.call.clone(),
    })
}
