//! Delivers what the queue holds, once and in order.
//!
//! The handler copes with batches: groups side by side, the messages of a group one after the other; what stands behind
//! a failed message of its group goes back untried.

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use byoc::{
    queue::Outgoing,
    relay::{Record, Relay, Verdict},
};
use futures_util::future::join_all;

/// Handles one batch.
pub async fn handle(relay: &Relay, event: SqsEvent) -> SqsBatchResponse {
    let mut groups: Vec<(String, Vec<SqsMessage>)> = Vec::new();
    for message in event.records {
        let group = message.attributes.get("MessageGroupId").cloned().unwrap_or_default();
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, messages)) => messages.push(message),
            None => groups.push((group, vec![message])),
        }
    }
    let failed = join_all(groups.into_iter().map(|(group, messages)| handle_group(relay, group, messages))).await;
    let failures = failed.into_iter().flatten().map(|id| {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = id;
        failure
    });
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failures.collect();
    response
}

/// The ids of those messages that shall come again.
async fn handle_group(relay: &Relay, group: String, messages: Vec<SqsMessage>) -> Vec<String> {
    let mut failed = Vec::new();
    for message in messages {
        let id = message.message_id.clone().unwrap_or_default();
        let attribute = |name: &str| message.attributes.get(name).cloned().unwrap_or_default();
        let record = Record {
            message: Outgoing {
                group: group.clone(),
                deduplication: attribute("MessageDeduplicationId"),
                body: message.body.clone().unwrap_or_default(),
            },
            receipt_handle: message.receipt_handle.clone().unwrap_or_default(),
            receive_count: attribute("ApproximateReceiveCount").parse().unwrap_or(1),
        };
        if !failed.is_empty() || relay.handle(&record).await != Verdict::Done {
            failed.push(id);
        }
    }
    failed
}
