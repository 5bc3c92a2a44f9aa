//! The event source mapping of Lambda in this process: it polls an SQS queue, invokes a function, and deletes the
//! messages that the function did not report as failed.
//!
//! As on AWS, a failed message stays until its visibility timeout ends or the function changes it, and a function that
//! panics or takes too long fails its whole batch. The queue itself makes sure that two invocations never get messages
//! of the same FIFO group at once.

use std::{
    collections::HashSet,
    fmt::Display,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_lambda_events::{
    encodings::Base64Data,
    event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage, SqsMessageAttribute},
};
use aws_sdk_sqs::{
    Client,
    config::timeout::TimeoutConfig,
    types::{DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName},
};
use tokio::{sync::watch, task::JoinSet};

/// The time that a poll waits for messages, in seconds.
const WAIT_SECONDS: i32 = 20;

/// The pause before the next poll of a queue that does not answer.
const POLL_BACKOFF: Duration = Duration::from_millis(250);

/// A queue and how it is polled.
#[derive(Clone, Debug)]
pub struct EventSource {
    /// The queue's client. Its timeouts do not apply to polls, which may wait longer than other calls.
    pub client: Client,
    /// The URL of the queue.
    pub queue_url: String,
    /// The number of invocations that run at once.
    pub workers: usize,
    /// The largest number of messages of one invocation, 10 at most.
    pub batch_size: i32,
    /// The function's timeout.
    pub timeout: Duration,
    /// The ids of the messages that invocations are handling.
    pub in_flight: InFlight,
}

/// The ids of the messages that invocations are handling. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct InFlight(Arc<Mutex<HashSet<String>>>);

impl InFlight {
    /// Returns whether an invocation is handling this message.
    pub fn contains(&self, message: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(message)
    }

    /// Adds messages until the returned value is dropped.
    fn add<'a>(&self, messages: impl Iterator<Item = &'a str>) -> Handling {
        let ids: Vec<String> = messages.map(str::to_owned).collect();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(ids.iter().cloned());
        Handling { in_flight: self.clone(), ids }
    }
}

/// Messages that are being handled.
struct Handling {
    in_flight: InFlight,
    ids: Vec<String>,
}

impl Drop for Handling {
    fn drop(&mut self) {
        let mut all = self.in_flight.0.lock().unwrap_or_else(PoisonError::into_inner);
        for id in &self.ids {
            all.remove(id);
        }
    }
}

impl EventSource {
    /// Makes an event source as template.yaml configures the relay's (one message per invocation, 30 seconds), with 8
    /// invocations at once.
    pub fn new(client: Client, queue_url: impl Into<String>) -> Self {
        let (queue_url, timeout) = (queue_url.into(), Duration::from_secs(30));
        Self { client, queue_url, workers: 8, batch_size: 1, timeout, in_flight: InFlight::default() }
    }

    /// Starts polling and invoking `function`. Polling ends when the returned value is stopped or dropped.
    pub fn start<F, R, E>(self, function: F) -> Polling
    where
        F: Fn(SqsEvent) -> R + Send + Sync + 'static,
        R: Future<Output = Result<SqsBatchResponse, E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        let stop = watch::Sender::new(false);
        let source = Arc::new(self);
        let function = Arc::new(function);
        let mut workers = JoinSet::new();
        for _ in 0..source.workers {
            let (source, function, stopped) = (Arc::clone(&source), Arc::clone(&function), stop.subscribe());
            workers.spawn(async move { source.work(&*function, stopped).await });
        }
        Polling { stop, workers }
    }

    async fn work<F, R, E>(&self, function: &F, mut stopped: watch::Receiver<bool>)
    where
        F: Fn(SqsEvent) -> R,
        R: Future<Output = Result<SqsBatchResponse, E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        while !*stopped.borrow_and_update() {
            let mut poll = pin!(self.poll());
            let polled = tokio::select! {
                polled = &mut poll => polled,
                _ = stopped.changed() => return,
            };
            match polled {
                Ok(messages) if messages.is_empty() => {}
                Ok(messages) => self.deliver(function, messages).await,
                Err(error) => {
                    tracing::warn!(error, "the queue could not be polled");
                    tokio::time::sleep(POLL_BACKOFF).await;
                }
            }
        }
    }

    async fn poll(&self) -> Result<Vec<Message>, String> {
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(Duration::from_secs(30))
            .operation_attempt_timeout(Duration::from_secs(30))
            .build();
        let receive = self.client.receive_message().queue_url(&self.queue_url).wait_time_seconds(WAIT_SECONDS);
        let receive = receive.max_number_of_messages(self.batch_size).message_attribute_names("All");
        let receive = receive.message_system_attribute_names(MessageSystemAttributeName::All).customize();
        let received = receive.config_override(aws_sdk_sqs::Config::builder().timeout_config(timeouts)).send().await;
        let received = received.map_err(|error| aws_sdk_sqs::error::DisplayErrorContext(error).to_string())?;
        Ok(received.messages.unwrap_or_default())
    }

    async fn deliver<F, R, E>(&self, function: &F, messages: Vec<Message>)
    where
        F: Fn(SqsEvent) -> R,
        R: Future<Output = Result<SqsBatchResponse, E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        let mut event = SqsEvent::default();
        event.records = messages.iter().map(|message| record(message, &arn(&self.queue_url))).collect();
        let _handling = self.in_flight.add(messages.iter().filter_map(Message::message_id));
        // The invocation is a task of its own, so that a panic fails the function and does not end the worker.
        let mut invocation = JoinSet::new();
        invocation.spawn(function(event));
        let failed = match tokio::time::timeout(self.timeout, invocation.join_next()).await {
            Ok(Some(Ok(Ok(response)))) => failures(response, &messages),
            Ok(Some(Ok(Err(error)))) => {
                tracing::warn!(%error, "the function failed");
                return;
            }
            Ok(Some(Err(error))) => {
                tracing::error!(%error, "the function died");
                return;
            }
            Ok(None) => return,
            Err(_) => {
                tracing::error!("the function took too long");
                return;
            }
        };
        self.delete(messages.iter().filter(|message| !failed.contains(message.message_id().unwrap_or_default()))).await;
    }

    async fn delete(&self, messages: impl Iterator<Item = &Message>) {
        let entries = messages.zip(0_u32..).filter_map(|(message, index)| {
            let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
            entry.receipt_handle(message.receipt_handle()?).build().ok()
        });
        let entries: Vec<_> = entries.collect();
        if entries.is_empty() {
            return;
        }
        let deleted = self.client.delete_message_batch().queue_url(&self.queue_url).set_entries(Some(entries)).send();
        match deleted.await {
            Ok(deleted) => {
                for failed in deleted.failed() {
                    tracing::warn!(error.code = failed.code(), "a delivered message could not be deleted");
                }
            }
            Err(error) => {
                let error = aws_sdk_sqs::error::DisplayErrorContext(error).to_string();
                tracing::warn!(error, "delivered messages could not be deleted");
            }
        }
    }
}

/// A queue that is being polled. Dropping this value aborts polls and invocations at once, as the death of the process
/// would.
#[derive(Debug)]
pub struct Polling {
    stop: watch::Sender<bool>,
    workers: JoinSet<()>,
}

impl Polling {
    /// Stops polling. Returns when the running invocations have ended and their messages are deleted. A message that
    /// the queue hands out at this moment stays invisible until its visibility timeout ends.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.workers.join_next().await.is_some() {}
    }

    /// Aborts all polls and invocations. Returns when they have ended.
    pub async fn kill(mut self) {
        self.workers.shutdown().await;
    }
}

/// Returns the ids of the messages that failed. All have failed if the response names one that was not in the batch.
fn failures(response: SqsBatchResponse, messages: &[Message]) -> HashSet<String> {
    let all: HashSet<String> = messages.iter().filter_map(|message| message.message_id.clone()).collect();
    let failed: HashSet<String> = response.batch_item_failures.into_iter().map(|it| it.item_identifier).collect();
    if failed.is_subset(&all) { failed } else { all }
}

fn record(message: &Message, arn: &str) -> SqsMessage {
    let mut record = SqsMessage::default();
    record.message_id = message.message_id.clone();
    record.receipt_handle = message.receipt_handle.clone();
    record.body = message.body.clone();
    record.md5_of_body = message.md5_of_body.clone();
    record.md5_of_message_attributes = message.md5_of_message_attributes.clone();
    record.event_source_arn = Some(arn.to_owned());
    record.event_source = Some("aws:sqs".to_owned());
    record.aws_region = arn.split(':').nth(3).map(str::to_owned);
    for (name, value) in message.attributes.iter().flatten() {
        record.attributes.insert(name.as_str().to_owned(), value.clone());
    }
    for (name, value) in message.message_attributes.iter().flatten() {
        let mut attribute = SqsMessageAttribute::default();
        attribute.data_type = Some(value.data_type.clone());
        attribute.string_value = value.string_value.clone();
        attribute.binary_value = value.binary_value.clone().map(|binary| {
            let mut data = Base64Data::default();
            data.0 = binary.into_inner();
            data
        });
        record.message_attributes.insert(name.clone(), attribute);
    }
    record
}

/// Returns the ARN of a queue on this machine from its URL.
fn arn(queue_url: &str) -> String {
    let mut path = queue_url.rsplit('/');
    let (name, account) = (path.next().unwrap_or_default(), path.next().unwrap_or_default());
    format!("arn:aws:sqs:us-east-1:{account}:{name}")
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        sync::{
            Mutex,
            atomic::{AtomicUsize, Ordering},
        },
        time::Instant,
    };

    use byoc_vendors::fault::{Fault, How};
    use tokio::{net::TcpListener, sync::mpsc};

    use super::*;
    use crate::{
        clock::Clock,
        queue::{QueueServer, QueueSettings, Queues},
        testing,
    };

    async fn start() -> (QueueServer, EventSource) {
        let queues = Queues::open(vec![QueueSettings::new("q.fifo")], None, Clock::new()).unwrap();
        let server = queues.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
        let source = EventSource::new(testing::sqs(&server.endpoint()), server.url("q.fifo"));
        (server, source)
    }

    async fn send(source: &EventSource, group: &str, body: &str) {
        let send = source.client.send_message().queue_url(&source.queue_url).message_group_id(group);
        send.message_deduplication_id(body).message_body(body).send().await.unwrap();
    }

    async fn until_empty(server: &QueueServer) {
        for _ in 0..500 {
            if server.queues().peek("q.fifo").is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the queue does not get empty");
    }

    #[tokio::test]
    async fn an_event_is_as_lambda_makes_it_and_its_message_is_deleted() {
        let (server, source) = start().await;
        let (tell, mut told) = mpsc::unbounded_channel();
        let polling = source.clone().start(move |event| {
            tell.send((serde_json::to_value(event).unwrap(), Instant::now())).unwrap();
            async { Ok::<_, Infallible>(SqsBatchResponse::default()) }
        });
        tokio::time::sleep(Duration::from_millis(200)).await;
        let sent = Instant::now();
        send(&source, "g", "hello").await;
        let (event, at) = told.recv().await.unwrap();
        assert!(at - sent < Duration::from_millis(100), "{:?}", at - sent);
        let record = &event["Records"][0];
        assert_eq!(record["body"], "hello");
        assert_eq!(record["eventSource"], "aws:sqs");
        assert_eq!(record["eventSourceARN"], "arn:aws:sqs:us-east-1:000000000000:q.fifo");
        assert_eq!(record["awsRegion"], "us-east-1");
        assert_eq!(record["attributes"]["MessageGroupId"], "g");
        assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
        until_empty(&server).await;
        polling.stop().await;
        assert_eq!(server.queues().calls().count("DeleteMessageBatch"), 1);
    }

    #[tokio::test]
    async fn groups_run_side_by_side_and_each_in_order() {
        let (server, source) = start().await;
        for n in 0..10 {
            for group in ["a", "b", "c"] {
                send(&source, group, &format!("{group}{n}")).await;
            }
        }
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let polling = source.start({
            let (seen, running, most) = (Arc::clone(&seen), Arc::clone(&running), Arc::clone(&most));
            move |event| {
                let (seen, running, most) = (Arc::clone(&seen), Arc::clone(&running), Arc::clone(&most));
                async move {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    seen.lock().unwrap().push(event.records[0].body.clone().unwrap());
                    running.fetch_sub(1, Ordering::SeqCst);
                    Ok::<_, Infallible>(SqsBatchResponse::default())
                }
            }
        });
        until_empty(&server).await;
        polling.stop().await;
        for group in ["a", "b", "c"] {
            let seen = seen.lock().unwrap();
            let of_group: Vec<_> = seen.iter().filter(|body| body.starts_with(group)).cloned().collect();
            assert_eq!(of_group, (0..10).map(|n| format!("{group}{n}")).collect::<Vec<_>>());
        }
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn what_fails_stays_and_comes_again_when_it_is_visible() {
        let (server, source) = start().await;
        let source = EventSource { timeout: Duration::from_millis(50), ..source };
        for how in ["error", "panic", "slow", "item", "unknown", "fine"] {
            send(&source, how, how).await;
        }
        let polling = source.start(|event| async move {
            let message = &event.records[0];
            let mut response = SqsBatchResponse::default();
            if message.attributes["ApproximateReceiveCount"] == "1" {
                match message.body.as_deref().unwrap() {
                    "error" => return Err("simulated"),
                    "panic" => panic!("simulated"),
                    "slow" => tokio::time::sleep(Duration::from_secs(60)).await,
                    "item" => response.add_failure(message.message_id.clone().unwrap()),
                    "unknown" => response.add_failure("nobody"),
                    _ => {}
                }
            }
            Ok(response)
        });
        let left = || server.queues().peek("q.fifo").into_iter().map(|message| message.body).collect::<Vec<_>>();
        let failed = ["error", "panic", "slow", "item", "unknown"];
        for _ in 0..200 {
            if left() == failed {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // Nothing that failed is visible yet.
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(left(), failed);
        server.queues().clock().advance(Duration::from_secs(180));
        until_empty(&server).await;
        polling.stop().await;
    }

    #[tokio::test]
    async fn a_stop_lets_invocations_end_and_a_kill_does_not() {
        let (server, source) = start().await;
        send(&source, "a", "1").await;
        let slow = |_| async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            Ok::<_, Infallible>(SqsBatchResponse::default())
        };
        let polling = source.clone().start(slow);
        tokio::time::sleep(Duration::from_millis(100)).await;
        polling.stop().await;
        assert!(server.queues().peek("q.fifo").is_empty());
        send(&source, "a", "2").await;
        let polling = source.start(slow);
        tokio::time::sleep(Duration::from_millis(100)).await;
        polling.kill().await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(server.queues().peek("q.fifo").len(), 1);
    }

    #[tokio::test]
    async fn a_queue_that_fails_is_asked_again_and_an_idle_one_rarely() {
        let (server, source) = start().await;
        server.queues().calls().add(Fault::next(How::Status(500)).at("ReceiveMessage").times(3));
        let polling = source.clone().start(|_| async { Ok::<_, Infallible>(SqsBatchResponse::default()) });
        send(&source, "a", "1").await;
        until_empty(&server).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        server.queues().calls().reset();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(server.queues().calls().total(), 0);
        polling.stop().await;
    }
}
