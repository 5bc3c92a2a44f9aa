//! The settings of a queue, and how SQS names them.

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;

use super::message;

/// The account and the region in ARNs and URLs.
pub(super) const ACCOUNT: &str = "000000000000";
const REGION: &str = "us-east-1";

/// The settings of a queue.
#[derive(Clone, Debug)]
pub struct QueueSettings {
    /// The name. A queue whose name ends in `.fifo` is a FIFO queue, as in SQS.
    pub name: String,
    /// The time that a received message is invisible, unless the receive names another.
    pub visibility_timeout: Duration,
    /// The time that a receive waits for messages, unless the receive names another.
    pub receive_wait: Duration,
    /// The time that a message is kept.
    pub retention: Duration,
    /// Whether deduplication ids apply per message group (`DeduplicationScope: messageGroup`) or to the whole queue.
    pub deduplicates_per_group: bool,
    /// Whether the hash of the body replaces a missing deduplication id.
    pub content_based_deduplication: bool,
    /// Where messages that were received too often go.
    pub redrive: Option<Redrive>,
}

/// Where messages that were received too often go.
#[derive(Clone, Debug)]
pub struct Redrive {
    /// The name of the dead-letter queue, which must be one of the same [`Queues`](super::Queues).
    pub dead_letter_queue: String,
    /// The number of receives after which the next one moves the message instead.
    pub max_receive_count: u32,
}

impl QueueSettings {
    /// Makes the settings that template.yaml uses: invisible for 180 seconds, kept for 14 days, deduplicated per group.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            visibility_timeout: Duration::from_secs(180),
            receive_wait: Duration::ZERO,
            retention: Duration::from_secs(14 * 24 * 60 * 60),
            deduplicates_per_group: true,
            content_based_deduplication: false,
            redrive: None,
        }
    }

    /// Returns the settings with a dead-letter queue.
    pub fn with_redrive(self, dead_letter_queue: &str, max_receive_count: u32) -> Self {
        let redrive = Some(Redrive { dead_letter_queue: dead_letter_queue.to_owned(), max_receive_count });
        Self { redrive, ..self }
    }

    /// Returns the settings with another visibility timeout.
    pub fn with_visibility_timeout(self, visibility_timeout: Duration) -> Self {
        Self { visibility_timeout, ..self }
    }

    /// Returns the queue's ARN.
    pub fn arn(&self) -> String {
        arn(&self.name)
    }

    pub(super) fn is_fifo(&self) -> bool {
        self.name.ends_with(".fifo")
    }

    pub(super) fn attributes(&self) -> BTreeMap<&'static str, String> {
        let mut attributes = BTreeMap::from([
            ("QueueArn", self.arn()),
            ("VisibilityTimeout", self.visibility_timeout.as_secs().to_string()),
            ("ReceiveMessageWaitTimeSeconds", self.receive_wait.as_secs().to_string()),
            ("MessageRetentionPeriod", self.retention.as_secs().to_string()),
            ("MaximumMessageSize", message::MAX_BYTES.to_string()),
            ("DelaySeconds", "0".to_owned()),
            ("CreatedTimestamp", "0".to_owned()),
            ("LastModifiedTimestamp", "0".to_owned()),
            ("SqsManagedSseEnabled", "false".to_owned()),
        ]);
        if self.is_fifo() {
            let per_group = self.deduplicates_per_group;
            attributes.extend([
                ("FifoQueue", "true".to_owned()),
                ("ContentBasedDeduplication", self.content_based_deduplication.to_string()),
                ("DeduplicationScope", if per_group { "messageGroup" } else { "queue" }.to_owned()),
                ("FifoThroughputLimit", if per_group { "perMessageGroupId" } else { "perQueue" }.to_owned()),
            ]);
        }
        if let Some(redrive) = &self.redrive {
            let target = arn(&redrive.dead_letter_queue);
            let policy = json!({ "deadLetterTargetArn": target, "maxReceiveCount": redrive.max_receive_count });
            attributes.insert("RedrivePolicy", policy.to_string());
        }
        attributes
    }
}

fn arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}
