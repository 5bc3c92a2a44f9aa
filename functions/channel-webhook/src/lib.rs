//! The channel webhook: takes a channel's webhook calls, verifies and parses them, stores the events in the queue, and
//! acknowledges. Calls no vendor.
//!
//! The function also serves `/media/{name}`, the files that a channel fetches from us.

use byoc::{
    ingest::{Ingest, WebhookPath, health},
    model::installation::Route,
    outside::{
        config::Environment,
        lambda::{Invocation, Reply, method_not_allowed, refusal, unreadable},
        media::MediaStore,
    },
    start::{StartError, media_store},
    tools::{
        answer::{Answer, ApiError, json_answer},
        sentences::Sentence,
    },
};
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use serde_json::Value;

/// The function's state.
#[derive(Debug)]
pub struct ChannelWebhook {
    ingest: Ingest,
    media: MediaStore,
}

impl ChannelWebhook {
    /// Makes the function from the environment, and opens the connections that every message needs.
    ///
    /// # Errors
    /// Returns an error that names the variable if a variable is missing or malformed.
    pub async fn from_environment(environment: &Environment) -> Result<Self, StartError> {
        let function = Self { ingest: Ingest::from_environment(environment).await?, media: media_store(environment)? };
        function.ingest.warm_up().await;
        Ok(function)
    }

    /// Handles one event.
    ///
    /// # Errors
    /// Returns no error; every event gets an answer.
    pub async fn handle(&self, invocation: Invocation) -> Result<Reply, ApiError> {
        Ok(match invocation {
            Invocation::Http(request) => Reply::Http(self.http(request).await),
            Invocation::Direct(event) => Reply::Direct(direct(&event)),
        })
    }

    /// Answers an HTTP call.
    pub async fn http(&self, request: Request<Bytes>) -> Answer {
        let path = request.uri().path().to_owned();
        if let Some(path) = WebhookPath::parse(Route::Channel, &path).filter(|path| path.rest.is_empty()) {
            return match *request.method() {
                Method::GET | Method::POST => self.ingest.channel(&path, request).await,
                ref other => method_not_allowed(other, "GET or POST").answer(),
            };
        }
        match (request.method(), path.strip_prefix("/media/")) {
            (method @ (&Method::GET | &Method::HEAD), Some(name)) => {
                let range = request.headers().get(header::RANGE).and_then(|range| range.to_str().ok());
                self.media.serve(method, name, range).await
            }
            (&Method::GET, None) if path == "/health" => json_answer(StatusCode::OK, &health()),
            _ => ApiError::not_found().answer(),
        }
    }
}

/// Refuses a direct invocation. The Marketplace forwards a parsed body, on which no signature can be checked, so the
/// channel has to call us itself.
fn direct(event: &str) -> Value {
    if let Some(answer) = unreadable(event) {
        return answer;
    }
    refusal(&ApiError::new(StatusCode::BAD_REQUEST, "raw_body_needed", Sentence::RawBodyNeeded))
}
