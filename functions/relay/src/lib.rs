//! The relay function: delivers the messages of the queue, once and in order.
//!
//! The handler accepts batches. It processes groups concurrently and the messages of a group in sequence; after a
//! failed message, the later messages of its group go back to the queue untried.

use std::time::Duration;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use byoc::{
    ingest::health,
    outside::{clock::now, config::Environment, lambda::http_reply, queue::Outgoing},
    relay::{Record, Relay, Verdict},
    start::StartError,
    tools::{answer::ApiError, millis::Millis},
};
use futures_util::future::join_all;
use http::StatusCode;
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::Value;
use tokio::time::Instant;

/// The function's time limit, as template.yaml sets it.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// The event of an invocation: a batch of the queue, or the HTTP event of `GET /health`, which every function answers.
#[derive(Debug, Deserialize)]
pub struct Invocation {
    #[serde(rename = "Records")]
    records: Option<Vec<SqsMessage>>,
    #[serde(rename = "requestContext")]
    http: Option<IgnoredAny>,
    #[serde(rename = "rawPath")]
    path: Option<String>,
}

/// The answer to an invocation.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// The messages of a batch that should come again.
    Batch(SqsBatchResponse),
    /// The answer to an HTTP event.
    Http(Value),
}

/// The error of an event that is neither a batch nor an HTTP event.
#[derive(Debug, thiserror::Error)]
#[error("the event is no batch of the queue")]
pub struct UnknownEvent;

/// The function's state.
#[derive(Debug)]
pub struct Function {
    relay: Relay,
}

impl Function {
    /// Makes the function from the environment, and opens the connections that every message needs.
    ///
    /// # Errors
    /// Returns an error that names the variable if a variable is missing or malformed.
    pub async fn from_environment(environment: &Environment) -> Result<Self, StartError> {
        let relay = Relay::from_environment(environment).await?;
        relay.warm_up().await;
        Ok(Self { relay })
    }

    /// Handles one invocation, which ends at `deadline`.
    ///
    /// # Errors
    /// Returns [`UnknownEvent`] if the event is neither a batch nor an HTTP event.
    pub async fn handle(&self, invocation: Invocation, deadline: Instant) -> Result<Reply, UnknownEvent> {
        match invocation {
            Invocation { records: Some(records), .. } => {
                let mut event = SqsEvent::default();
                event.records = records;
                Ok(Reply::Batch(self.batch_until(event, deadline).await))
            }
            Invocation { http: Some(_), path, .. } => Ok(Reply::Http(match path.as_deref() {
                Some("/health") => http_reply(StatusCode::OK, &health()),
                _ => http_reply(StatusCode::NOT_FOUND, &ApiError::not_found().body()),
            })),
            Invocation { .. } => Err(UnknownEvent),
        }
    }

    /// Handles one batch within the function's usual time limit.
    pub async fn batch(&self, event: SqsEvent) -> SqsBatchResponse {
        self.batch_until(event, Instant::now() + TIMEOUT).await
    }

    /// Handles one batch in an invocation that ends at `deadline`.
    pub async fn batch_until(&self, event: SqsEvent, deadline: Instant) -> SqsBatchResponse {
        let mut groups: Vec<(String, Vec<SqsMessage>)> = Vec::new();
        for message in event.records {
            let group = message.attributes.get("MessageGroupId").cloned().unwrap_or_default();
            match groups.iter_mut().find(|(known, _)| *known == group) {
                Some((_, messages)) => messages.push(message),
                None => groups.push((group, vec![message])),
            }
        }
        let failed = join_all(groups.into_iter().map(|(group, messages)| self.group(group, messages, deadline))).await;
        let failures = failed.into_iter().flatten().map(|id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            failure
        });
        let mut response = SqsBatchResponse::default();
        response.batch_item_failures = failures.collect();
        response
    }

    /// Handles the messages of one group, and returns the ids of the messages that should come again.
    async fn group(&self, group: String, messages: Vec<SqsMessage>, deadline: Instant) -> Vec<String> {
        let mut failed = Vec::new();
        for message in messages {
            let id = message.message_id.clone().unwrap_or_default();
            let attribute = |name: &str| message.attributes.get(name).cloned().unwrap_or_default();
            let time = |name: &str| attribute(name).parse().ok().map(Millis::new);
            let sent_at = time("SentTimestamp").unwrap_or_else(now);
            let record = Record {
                message: Outgoing {
                    group: group.clone(),
                    deduplication: attribute("MessageDeduplicationId"),
                    body: message.body.clone().unwrap_or_default(),
                },
                receipt_handle: message.receipt_handle.clone().unwrap_or_default(),
                receive_count: attribute("ApproximateReceiveCount").parse().unwrap_or(1),
                sent_at,
                first_received_at: time("ApproximateFirstReceiveTimestamp").unwrap_or(sent_at),
                deadline,
            };
            if !failed.is_empty() || self.relay.handle(&record).await != Verdict::Done {
                failed.push(id);
            }
        }
        failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_and_a_health_check_are_told_apart() {
        let batch: Invocation = serde_json::from_str(r#"{"Records": [{"body": "x"}]}"#).unwrap();
        assert_eq!(batch.records.map(|records| records.len()), Some(1));
        let health = r#"{"version": "2.0", "rawPath": "/health", "requestContext": {"http": {"method": "GET"}}}"#;
        let health: Invocation = serde_json::from_str(health).unwrap();
        assert!(health.records.is_none() && health.http.is_some() && health.path.as_deref() == Some("/health"));
    }
}
