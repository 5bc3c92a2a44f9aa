//! A queue on this machine that speaks enough of SQS for the AWS SDK.
//!
//! It is strict about what the bridge relies on: order per message group (a group with a message in flight or deferred
//! hands out no further message), deduplication for five minutes, receipt handles that expire, limits of size and
//! characters, redrive to a dead-letter queue, and errors in the form of SQS.
//!
//! Why the repository has its own: `winterbaume-sqs` 0.2.0 speaks the protocol, but ignores the order within a message
//! group, deduplicates over the whole queue, keeps nothing over a restart, and has no clock that tests can move. The
//! bridge's invariants are tested against these four.
//!
//! Deliberately absent: creating and configuring queues by call (the constructor takes them), permissions, tags,
//! encryption, message move tasks, `ReceiveRequestAttemptId`, system attributes of the sender, the pause of 60 seconds
//! between purges, and the window of 120,000 messages beyond which the real service looks for no further group.

mod actions;
mod broker;
mod error;
mod lanes;
mod message;
mod settings;
mod store;
#[cfg(test)]
mod tests;
mod wire;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{Router, extract::DefaultBodyLimit, routing::any};
use thiserror::Error;
use tokio::net::TcpListener;

use byoc_vendors::fault::{Faults, with_faults};

pub use self::settings::{QueueSettings, Redrive};
use self::{broker::Broker, settings::ACCOUNT, store::Store};
use crate::{clock::Clock, server::Server};

/// The largest body of a request, which is more than the JSON of the largest batch.
const MAX_REQUEST: usize = 16 * 1024 * 1024;

/// A set of queues. Clones refer to the same queues.
#[derive(Clone, Debug)]
pub struct Queues(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    broker: Mutex<Broker>,
    clock: Clock,
    calls: Faults,
}

/// The error of queues that could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The directory could not be made.
    #[error("the directory {path} could not be made")]
    Directory {
        /// The path of the directory.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The database could not be opened or read; another bridge may be using it.
    #[error("the queues could not be opened; does another bridge run on the same directory?")]
    Database(#[from] rusqlite::Error),
    /// A dead-letter queue is not among the queues.
    #[error("the dead-letter queue {0} is not among the queues")]
    DeadLetterQueue(String),
}

/// A message in a queue, for tests and for readers that look into a queue without receiving from it.
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
    /// The number of receives.
    pub receives: u32,
    /// The time until the message becomes visible; zero if it is visible.
    pub hidden_for: Duration,
}

impl Queues {
    /// Opens the queues in memory, or in the file `queue.sqlite` of a directory, where they survive a restart.
    ///
    /// After a restart, a message that was in flight is visible at once, because its receiver died with the process. A
    /// message that its receiver deferred (`ChangeMessageVisibility`) stays deferred.
    ///
    /// # Errors
    /// Returns an error if the directory cannot be written, another process uses it, or a dead-letter queue is missing.
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

    /// Returns the HTTP API. [`Queues::calls`] counts its calls and makes them fail.
    pub fn router(&self) -> Router {
        let router = Router::new().fallback(any(actions::handle)).layer(DefaultBodyLimit::max(MAX_REQUEST));
        with_faults(router.with_state(self.clone()), self.calls())
    }

    /// Serves the HTTP API on a listener until the returned server is killed or dropped.
    ///
    /// # Errors
    /// Returns an error if the listener does not know its address.
    pub fn serve(&self, listener: TcpListener) -> io::Result<QueueServer> {
        let server = Server::start(listener, self.router())?;
        Ok(QueueServer { queues: self.clone(), server })
    }

    /// Returns the call counter, which also injects faults.
    pub fn calls(&self) -> &Faults {
        &self.0.calls
    }

    /// Returns the clock, which tests advance.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Returns all messages of a queue in the order in which they were sent, visible or not. An unknown queue has none.
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

    /// Ends all operations and closes the files, as the death of a process would.
    pub fn close(&self) {
        self.broker().close();
    }

    fn broker(&self) -> MutexGuard<'_, Broker> {
        self.0.broker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Queues that are being served. Dropping this value ends the serving but keeps the queues.
#[derive(Debug)]
pub struct QueueServer {
    queues: Queues,
    server: Server,
}

impl QueueServer {
    /// Returns the endpoint for clients (`AWS_ENDPOINT_URL_SQS`).
    pub fn endpoint(&self) -> String {
        self.server.url()
    }

    /// Returns the URL of a queue.
    pub fn url(&self, queue: &str) -> String {
        url_at(&self.endpoint(), queue)
    }

    /// Returns the queues.
    pub fn queues(&self) -> &Queues {
        &self.queues
    }

    /// Ends as a killed process does: connections break, nothing further takes effect, and the files can be opened
    /// again.
    pub async fn kill(self) {
        self.server.kill().await;
        self.queues.close();
    }
}

fn url_at(endpoint: &str, name: &str) -> String {
    format!("{endpoint}/{ACCOUNT}/{name}")
}
