//! The actions of SQS: from a request of the AWS JSON 1.0 protocol to its answer.

use std::{collections::BTreeMap, collections::BTreeSet, time::Duration};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::Instant;

use super::{
    Queues,
    broker::{Draft, MAX_VISIBILITY, Received},
    error::Refusal,
    lanes::MAX_MESSAGES,
    message::{self, MAX_BYTES, Message},
    wire::{
        Attributes, Batch, BatchResult, Entry, Failed, GetQueueAttributes, GetQueueUrl, Held, Messages, Nothing,
        OfQueue, QueueUrl, QueueUrls, Receive, ReceivedMessage, Send, SendResult, Success,
    },
};

type Answer = Result<Response, Refusal>;

/// Answers one call.
pub(super) async fn handle(State(queues): State<Queues>, headers: HeaderMap, body: Bytes) -> Response {
    let operation = byoc_vendors::fault::operation(&headers);
    let answer = match operation {
        "ListQueues" => queues.list_queues(&headers),
        "GetQueueUrl" => read(&body).and_then(|request| queues.get_queue_url(request, &headers)),
        "GetQueueAttributes" => read(&body).and_then(|request| queues.get_queue_attributes(request)),
        "SendMessage" => read(&body).and_then(|request| queues.send_message(request)),
        "SendMessageBatch" => read(&body).and_then(|request| queues.send_message_batch(request)),
        "ReceiveMessage" => match read(&body) {
            Ok(request) => queues.receive_message(request).await,
            Err(refusal) => Err(refusal),
        },
        "DeleteMessage" => read(&body).and_then(|request| queues.delete_message(&request)),
        "DeleteMessageBatch" => read(&body).and_then(|request| queues.delete_message_batch(request)),
        "ChangeMessageVisibility" => read(&body).and_then(|request| queues.change_message_visibility(&request)),
        "ChangeMessageVisibilityBatch" => {
            read(&body).and_then(|request| queues.change_message_visibility_batch(request))
        }
        "PurgeQueue" => read(&body).and_then(|request| queues.purge_queue(request)),
        unknown => Err(Refusal::unsupported(unknown)),
    };
    answer.unwrap_or_else(IntoResponse::into_response)
}

impl Queues {
    fn list_queues(&self, headers: &HeaderMap) -> Answer {
        let broker = self.broker();
        write(&QueueUrls { queue_urls: broker.names().map(|name| url_by(headers, name)).collect() })
    }

    fn get_queue_url(&self, request: GetQueueUrl, headers: &HeaderMap) -> Answer {
        let name = request.queue_name.ok_or_else(|| Refusal::missing("QueueName"))?;
        self.broker().settings(&name)?;
        write(&QueueUrl { queue_url: url_by(headers, &name) })
    }

    fn get_queue_attributes(&self, request: GetQueueAttributes) -> Answer {
        let name = queue_of(request.queue_url.as_deref())?;
        let broker = self.broker();
        let mut all = broker.settings(name)?.attributes();
        let (visible, hidden) = broker.counts(name, self.clock().time())?;
        all.insert("ApproximateNumberOfMessages", visible.to_string());
        all.insert("ApproximateNumberOfMessagesNotVisible", hidden.to_string());
        all.insert("ApproximateNumberOfMessagesDelayed", "0".to_owned());
        let mut attributes = BTreeMap::new();
        for wanted in request.attribute_names {
            if wanted == "All" {
                attributes.extend(all.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            } else if let Some(value) = all.get(wanted.as_str()) {
                attributes.insert(wanted, value.clone());
            } else if !matches!(wanted.as_str(), "RedrivePolicy" | "RedriveAllowPolicy" | "Policy" | "KmsMasterKeyId") {
                return Err(Refusal::invalid_attribute_name(&wanted));
            }
        }
        write(&Attributes { attributes })
    }

    fn send_message(&self, request: Send) -> Answer {
        let name = queue_of(request.queue_url.as_deref())?.to_owned();
        write(&self.send(&name, request)?)
    }

    fn send_message_batch(&self, request: Batch<Send>) -> Answer {
        let size =
            request.entries.iter().map(|entry| message::size(&entry.message_body, &entry.message_attributes)).sum();
        if size > MAX_BYTES {
            return Err(Refusal::batch_too_long(MAX_BYTES, size));
        }
        self.batch("SendMessageBatch", request, |name, entry| self.send(name, entry))
    }

    fn send(&self, queue: &str, request: Send) -> Result<SendResult, Refusal> {
        let md5_of_body = message::md5_of_body(&request.message_body);
        let md5_of_attributes = message::md5_of_attributes(&request.message_attributes);
        let draft = Draft {
            group: request.message_group_id,
            deduplication: request.message_deduplication_id,
            body: request.message_body,
            attributes: request.message_attributes,
            delay: request.delay_seconds.map(Duration::from_secs),
        };
        let sent = self.broker().send(queue, draft, self.clock().time())?;
        let sequence_number = sent.sequence.map(sequence_number);
        Ok(SendResult { message_id: sent.id, md5_of_body, md5_of_attributes, sequence_number })
    }

    async fn receive_message(&self, request: Receive) -> Answer {
        let name = queue_of(request.queue_url.as_deref())?;
        let max = between("MaxNumberOfMessages", request.max_number_of_messages.unwrap_or(1), 1, 10)?;
        let max = usize::try_from(max).unwrap_or(1);
        let visibility = request.visibility_timeout.map(visibility).transpose()?;
        let wait = match request.wait_time_seconds {
            Some(seconds) => Duration::from_secs(between("WaitTimeSeconds", seconds, 0, 20)?),
            None => self.broker().settings(name)?.receive_wait,
        };
        let messages = self.wait_for_messages(name, max, visibility, wait).await?;
        write(&Messages { messages: messages.into_iter().map(|(it, handle)| shown(it, handle, &request)).collect() })
    }

    async fn wait_for_messages(
        &self,
        queue: &str,
        max: usize,
        visibility: Option<Duration>,
        wait: Duration,
    ) -> Result<Vec<(Message, String)>, Refusal> {
        let end = Instant::now() + wait;
        // The call subscribes to both before it looks for the first time, so that it misses nothing between looking and
        // waiting.
        let mut changes = self.broker().changes(queue)?;
        let mut advances = self.clock().advances();
        loop {
            let time = self.clock().time();
            let next = match self.broker().receive(queue, max, visibility, time)? {
                Received::Messages(messages) => return Ok(messages),
                Received::Nothing(next) => next,
            };
            if Instant::now() >= end {
                return Ok(Vec::new());
            }
            let due = next.map(|at| Instant::now() + Duration::from_millis(at.saturating_sub(time.now) + 1));
            tokio::select! {
                _ = changes.changed() => {}
                _ = advances.changed() => {}
                () = tokio::time::sleep_until(due.map_or(end, |due| due.min(end))) => {}
            }
        }
    }

    fn delete_message(&self, request: &Held) -> Answer {
        let name = queue_of(request.queue_url.as_deref())?;
        write(&self.delete(name, request)?)
    }

    fn delete_message_batch(&self, request: Batch<Held>) -> Answer {
        self.batch("DeleteMessageBatch", request, |name, entry| self.delete(name, &entry))
    }

    fn delete(&self, queue: &str, request: &Held) -> Result<Nothing, Refusal> {
        let handle = request.receipt_handle.as_deref().ok_or_else(|| Refusal::missing("ReceiptHandle"))?;
        self.broker().delete(queue, handle, self.clock().time())?;
        Ok(Nothing {})
    }

    fn change_message_visibility(&self, request: &Held) -> Answer {
        let name = queue_of(request.queue_url.as_deref())?;
        write(&self.change_visibility(name, request)?)
    }

    fn change_message_visibility_batch(&self, request: Batch<Held>) -> Answer {
        self.batch("ChangeMessageVisibilityBatch", request, |name, entry| self.change_visibility(name, &entry))
    }

    fn change_visibility(&self, queue: &str, request: &Held) -> Result<Nothing, Refusal> {
        let handle = request.receipt_handle.as_deref().ok_or_else(|| Refusal::missing("ReceiptHandle"))?;
        let seconds = request.visibility_timeout.ok_or_else(|| Refusal::missing("VisibilityTimeout"))?;
        self.broker().change_visibility(queue, handle, visibility(seconds)?, self.clock().time())?;
        Ok(Nothing {})
    }

    fn purge_queue(&self, request: OfQueue) -> Answer {
        self.broker().purge(queue_of(request.queue_url.as_deref())?)?;
        write(&Nothing {})
    }

    /// Handles what all batch calls share: the checks of the whole batch, then each entry on its own and in order.
    fn batch<E: Entry, T: Serialize>(
        &self,
        operation: &str,
        request: Batch<E>,
        act: impl Fn(&str, E) -> Result<T, Refusal>,
    ) -> Answer {
        let name = queue_of(request.queue_url.as_deref())?;
        self.broker().settings(name)?;
        check_entries(&request.entries)?;
        let failing = self.calls().failing_entries(operation);
        let mut result = BatchResult { successful: Vec::new(), failed: Vec::new() };
        for (position, entry) in request.entries.into_iter().enumerate() {
            let id = entry.id().unwrap_or_default().to_owned();
            let done =
                if failing.contains(&position) { Err(Refusal::internal("simulated fault")) } else { act(name, entry) };
            match done {
                Ok(done) => result.successful.push(Success { id, result: done }),
                Err(refusal) => result.failed.push(Failed::new(id, refusal)),
            }
        }
        write(&result)
    }
}

fn check_entries(entries: &[impl Entry]) -> Result<(), Refusal> {
    if entries.is_empty() {
        return Err(Refusal::empty_batch());
    }
    if entries.len() > MAX_MESSAGES {
        return Err(Refusal::too_many_entries(entries.len()));
    }
    let mut ids = BTreeSet::new();
    for entry in entries {
        let id = entry.id().unwrap_or_default();
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if !(1..=80).contains(&id.len()) || !id.bytes().all(fits) {
            return Err(Refusal::invalid_entry_id());
        }
        if !ids.insert(id) {
            return Err(Refusal::ids_not_distinct(id));
        }
    }
    Ok(())
}

fn shown(message: Message, receipt_handle: String, request: &Receive) -> ReceivedMessage {
    let wanted = |name: &str| {
        let mut names = request.attribute_names.iter().chain(&request.message_system_attribute_names);
        names.any(|wanted| wanted == "All" || wanted == name)
    };
    let system = [
        ("SenderId", Some("000000000000".to_owned())),
        ("SentTimestamp", Some(message.sent.to_string())),
        ("ApproximateReceiveCount", Some(message.receives.to_string())),
        ("ApproximateFirstReceiveTimestamp", message.first_received.map(|time| time.to_string())),
        ("SequenceNumber", message.group.is_some().then(|| sequence_number(message.sequence))),
        ("MessageGroupId", message.group),
        ("MessageDeduplicationId", message.deduplication),
        ("DeadLetterQueueSourceArn", message.given_up_in),
    ];
    let attributes = system.into_iter().filter(|(name, _)| wanted(name));
    let mut message_attributes = message.attributes;
    message_attributes.retain(|name, _| {
        request.message_attribute_names.iter().any(|wanted| match wanted.as_str() {
            "All" | ".*" => true,
            wanted => wanted.strip_suffix(".*").map_or(wanted == name, |prefix| name.starts_with(prefix)),
        })
    });
    ReceivedMessage {
        message_id: message.id,
        receipt_handle,
        md5_of_body: message::md5_of_body(&message.body),
        body: message.body,
        attributes: attributes.filter_map(|(name, value)| Some((name, value?))).collect(),
        md5_of_attributes: message::md5_of_attributes(&message_attributes),
        message_attributes,
    }
}

fn sequence_number(sequence: u64) -> String {
    format!("{sequence:020}")
}

/// Returns the name of a queue, the only part of its URL that matters here.
fn queue_of(url: Option<&str>) -> Result<&str, Refusal> {
    let url = url.ok_or_else(|| Refusal::missing("QueueUrl"))?;
    Ok(url.rsplit_once('/').map_or(url, |(_, name)| name))
}

/// Returns the URL of a queue at the address that the caller used.
fn url_by(headers: &HeaderMap, name: &str) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    super::url_at(&format!("http://{host}"), name)
}

fn visibility(seconds: i64) -> Result<Duration, Refusal> {
    let max = i64::try_from(MAX_VISIBILITY.as_secs()).unwrap_or(i64::MAX);
    Ok(Duration::from_secs(between("VisibilityTimeout", seconds, 0, max)?))
}

fn between(parameter: &str, value: i64, min: i64, max: i64) -> Result<u64, Refusal> {
    u64::try_from(value).ok().filter(|_| (min..=max).contains(&value)).ok_or_else(|| {
        let reason = format!("Must be between {min} and {max}, if provided.");
        Refusal::invalid_value(parameter, &value.to_string(), &reason)
    })
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::malformed(&error))
}

fn write(answer: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(answer).map_err(|error| Refusal::internal(error.to_string()))?;
    let mut response = body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    Ok(response)
}
