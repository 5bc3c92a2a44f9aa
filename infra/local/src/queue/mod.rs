//! A queue that speaks enough SQS for the AWS SDK, on this machine.
//!
//! It is strict about what the bridge relies on: order per message group (a group with a message in flight or put off
//! hands out nothing more of itself), deduplication for five minutes, receipt handles that expire, size and character
//! limits, redrive to a dead-letter queue, errors in the shape that SQS gives them.
//!
//! Why our own: `winterbaume-sqs` 0.2.0 speaks the protocol, but takes the message group as information only and hands
//! out messages of one group side by side; deduplicates over the whole queue; keeps nothing over a restart; and has no
//! clock that could be moved. Those four are what the bridge's invariants are tested against.
//!
//! What is deliberately absent: creating and configuring queues by call (they come with the constructor), permissions,
//! tags, encryption, message move tasks, `ReceiveRequestAttemptId`, system attributes of the sender, the pause of 60
//! seconds between purges, and the window of 120,000 messages beyond which the real service looks for no further group.

mod actions;
mod broker;
mod error;
mod lanes;
mod message;
mod store;
#[cfg(test)]
mod tests;
mod wire;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{Router, extract::DefaultBodyLimit, routing::any};
use serde_json::json;
use thiserror::Error;
use tokio::net::TcpListener;

use byoc_vendors::fault::{Faults, with_faults};

use self::{broker::Broker, store::Store};
use crate::{clock::Clock, server::Server};

/// More than the JSON of the largest batch.
const MAX_REQUEST: usize = 16 * 1024 * 1024;

/// The account and region in ARNs and URLs.
const ACCOUNT: &str = "000000000000";
const REGION: &str = "us-east-1";

/// What a queue is like.
#[derive(Clone, Debug)]
pub struct QueueSettings {
    /// Its name; FIFO queues are those that end in `.fifo`, as at SQS.
    pub name: String,
    /// How long a received message is invisible, unless the receive says otherwise.
    pub visibility_timeout: Duration,
    /// How long a receive waits, unless it says otherwise.
    pub receive_wait: Duration,
    /// How long a message is kept.
    pub retention: Duration,
    /// Whether deduplication ids count per message group (`DeduplicationScope: messageGroup`) or in the whole queue.
    pub deduplicates_per_group: bool,
    /// Whether the hash of the body stands in for a missing deduplication id.
    pub content_based_deduplication: bool,
    /// Where messages go that were received too often.
    pub redrive: Option<Redrive>,
}

/// Where messages go that were received too often.
#[derive(Clone, Debug)]
pub struct Redrive {
    /// The name of the dead-letter queue, which is one of the same [`Queues`].
    pub dead_letter_queue: String,
    /// After so many receives, the next one moves the message instead.
    pub max_receive_count: u32,
}

impl QueueSettings {
    /// A queue as template.yaml makes them: invisible for 60 seconds, kept for 14 days, deduplicated per group.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            visibility_timeout: Duration::from_secs(60),
            receive_wait: Duration::ZERO,
            retention: Duration::from_secs(14 * 24 * 60 * 60),
            deduplicates_per_group: true,
            content_based_deduplication: false,
            redrive: None,
        }
    }

    /// With a dead-letter queue.
    pub fn with_redrive(self, dead_letter_queue: &str, max_receive_count: u32) -> Self {
        let redrive = Some(Redrive { dead_letter_queue: dead_letter_queue.to_owned(), max_receive_count });
        Self { redrive, ..self }
    }

    /// With another visibility timeout.
    pub fn with_visibility_timeout(self, visibility_timeout: Duration) -> Self {
        Self { visibility_timeout, ..self }
    }

    /// The queue's ARN.
    pub fn arn(&self) -> String {
        arn(&self.name)
    }

    fn is_fifo(&self) -> bool {
        self.name.ends_with(".fifo")
    }

    fn attributes(&self) -> BTreeMap<&'static str, String> {
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

/// The queues. Clones are handles to the same ones.
#[derive(Clone, Debug)]
pub struct Queues(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    broker: Mutex<Broker>,
    clock: Clock,
    calls: Faults,
}

/// The queues could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The directory could not be made.
    #[error("the directory {path} could not be made")]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database could not be opened or read; another bridge may be using it.
    #[error("the queues could not be opened; does another bridge run on the same directory?")]
    Database(#[from] rusqlite::Error),
    /// A dead-letter queue is not among the queues.
    #[error("the dead-letter queue {0} is not among the queues")]
    DeadLetterQueue(String),
}

/// A message at rest, for tests and for whoever wants to look into a queue without receiving from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// The message id.
    pub id: String,
    /// The message group, in FIFO queues.
    pub group: Option<String>,
    /// The deduplication id, in FIFO queues.
    pub deduplication: Option<String>,
    /// The body.
    pub body: String,
    /// How often it was received.
    pub receives: u32,
    /// How long it is still invisible; zero when it can be received.
    pub hidden_for: Duration,
}

impl Queues {
    /// Opens the queues: in memory, or in the file `queue.sqlite` of a directory, where they survive a restart.
    ///
    /// Then a message that somebody held becomes visible at once, since its holder died with the process; one that its
    /// receiver put off (`ChangeMessageVisibility`) stays put off.
    ///
    /// # Errors
    /// The directory cannot be written, another process uses it, or a dead-letter queue is missing.
    pub fn open(settings: Vec<QueueSettings>, directory: Option<&Path>, clock: Clock) -> Result<Self, OpenError> {
        for redrive in settings.iter().filter_map(|queue| queue.redrive.as_ref()) {
            if !settings.iter().any(|queue| queue.name == redrive.dead_letter_queue) {
                return Err(OpenError::DeadLetterQueue(redrive.dead_letter_queue.clone()));
            }
        }
        if let Some(path) = directory {
            std::fs::create_dir_all(path).map_err(|source| OpenError::Directory { path: path.to_owned(), source })?;
        }
        let store = Store::open(directory.map(|directory| directory.join("queue.sqlite")).as_deref())?;
        let broker = Mutex::new(Broker::open(settings, store, clock.time())?);
        Ok(Self(Arc::new(Shared { broker, clock, calls: Faults::of_aws() })))
    }

    /// The HTTP API, counted and made to fail by [`Queues::calls`].
    pub fn router(&self) -> Router {
        let router = Router::new().fallback(any(actions::handle)).layer(DefaultBodyLimit::max(MAX_REQUEST));
        with_faults(router.with_state(self.clone()), self.calls())
    }

    /// Serves the HTTP API on a listener, until the answer is killed or dropped.
    ///
    /// # Errors
    /// The listener does not know its address.
    pub fn serve(&self, listener: TcpListener) -> io::Result<QueueServer> {
        let server = Server::start(listener, self.router())?;
        Ok(QueueServer { queues: self.clone(), server })
    }

    /// The counter of calls, and what goes wrong next.
    pub fn calls(&self) -> &Faults {
        &self.0.calls
    }

    /// The clock, which tests advance.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// All messages of a queue in the order in which they were sent, visible or not; none of an unknown queue.
    pub fn peek(&self, queue: &str) -> Vec<Waiting> {
        let now = self.clock().now();
        let waiting = |message: message::Message| Waiting {
            id: message.id,
            group: message.group,
            deduplication: message.deduplication,
            body: message.body,
            receives: message.receives,
            hidden_for: Duration::from_millis(message.visible_at.saturating_sub(now)),
        };
        self.broker().all(queue).into_iter().map(waiting).collect()
    }

    /// Ends all operations and lets go of the files, as the death of a process would.
    pub fn close(&self) {
        self.broker().close();
    }

    fn broker(&self) -> MutexGuard<'_, Broker> {
        self.0.broker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Queues that are being served. Dropping it ends the serving, not the queues.
#[derive(Debug)]
pub struct QueueServer {
    queues: Queues,
    server: Server,
}

impl QueueServer {
    /// What clients need as endpoint (`AWS_ENDPOINT_URL_SQS`).
    pub fn endpoint(&self) -> String {
        self.server.url()
    }

    /// The URL of a queue.
    pub fn url(&self, queue: &str) -> String {
        url_at(&self.endpoint(), queue)
    }

    /// The queues.
    pub fn queues(&self) -> &Queues {
        &self.queues
    }

    /// Dies as a process does: connections break, nothing further takes effect, the files can be opened again.
    pub async fn kill(self) {
        self.server.kill().await;
        self.queues.close();
    }
}

fn arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

fn url_at(endpoint: &str, name: &str) -> String {
    format!("{endpoint}/{ACCOUNT}/{name}")
}
