//! The shared rules of several vendors.

use axum::{
    Json,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

/// A refused call: the HTTP status and the vendor's answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal(pub u16, pub Value);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        tracing::warn!(status = self.0, answer = %self.1, "a simulated vendor refused a call");
        let status = StatusCode::from_u16(self.0).unwrap_or(StatusCode::BAD_REQUEST);
        (status, Json(self.1)).into_response()
    }
}

/// Returns whether a call's `Authorization` header has this value.
pub fn is_authorized(headers: &HeaderMap, expected: &str) -> bool {
    headers.get(header::AUTHORIZATION).is_some_and(|given| given == expected)
}

/// Returns whether a URL is https or leads to this machine.
pub fn is_callable(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    url.scheme() == "https" || url.scheme() == "http" && is_here
}
