//! The product events function: takes a helpdesk's events, from its webhook or by invocation from a Marketplace app,
//! verifies and parses them, stores them in the queue, and acknowledges. Calls no vendor.

use byoc::{
    ingest::{Ingest, WebhookPath, health},
    model::installation::Route,
    outside::{
        config::Environment,
        lambda::{Invocation, Reply, method_not_allowed, refusal, unreadable},
    },
    start::StartError,
    tools::answer::{Answer, ApiError, json_answer},
};
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

/// The function's state.
#[derive(Debug)]
pub struct ProductEvents {
    ingest: Ingest,
}

impl ProductEvents {
    /// Makes the function from the environment, and opens the connections that every message needs.
    ///
    /// # Errors
    /// Returns an error that names the variable if a variable is missing or malformed.
    pub async fn from_environment(environment: &Environment) -> Result<Self, StartError> {
        let ingest = Ingest::from_environment(environment).await?;
        ingest.warm_up().await;
        Ok(Self { ingest })
    }

    /// Handles one event.
    ///
    /// # Errors
    /// Returns an error if an invocation fails because of us; the caller should retry it.
    pub async fn handle(&self, invocation: Invocation) -> Result<Reply, ApiError> {
        match invocation {
            Invocation::Http(request) => Ok(Reply::Http(self.http(request).await)),
            Invocation::Direct(event) => self.direct(event).await.map(Reply::Direct),
        }
    }

    /// Answers an HTTP call.
    pub async fn http(&self, request: Request<Bytes>) -> Answer {
        let path = request.uri().path().to_owned();
        match WebhookPath::parse(Route::Helpdesk, &path) {
            Some(path) if matches!(path.rest, "" | "message") => match *request.method() {
                Method::POST => self.ingest.helpdesk(&path, request).await,
                ref other => method_not_allowed(other, "POST").answer(),
            },
            None if path == "/health" => json_answer(StatusCode::OK, &health()),
            _ => ApiError::not_found().answer(),
        }
    }

    async fn direct(&self, event: String) -> Result<Value, ApiError> {
        if let Some(answer) = unreadable(&event) {
            return Ok(answer);
        }
        match self.ingest.invoked(event).await {
            Ok(queued) => Ok(json!(queued)),
            Err(error) if error.status.is_server_error() => Err(error),
            Err(error) => Ok(refusal(&error)),
        }
    }
}
