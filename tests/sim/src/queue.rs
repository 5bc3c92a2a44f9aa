//! A small model of SQS FIFO queues: groups in order, deduplication, visibility, retention, dead letters.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    faults::strikes,
    snapshot::pairs,
    world::{State, with},
};

/// The visibility time-out of the queue in milliseconds, as template.yaml sets it.
pub const VISIBILITY: u64 = 180_000;
const DEDUPLICATION: u64 = 300_000;
const RETENTION: u64 = 14 * 86_400_000;
const MAX_RECEIVES: u32 = 1_000;
/// The longest message, in bytes.
const MAX_BODY: usize = 1 << 20;

/// The queue and its dead-letter queue.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Queues {
    /// The queue that feeds the relay.
    pub main: Queue,
    /// The dead-letter queue.
    pub dead: Queue,
}

/// A queue.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Queue {
    /// The messages, oldest first.
    pub messages: Vec<Message>,
    #[serde(with = "pairs")]
    recent: BTreeMap<(String, String), u64>,
    next: u64,
}

/// A message in a queue.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Message {
    /// The id and the order.
    pub id: u64,
    /// The message group.
    pub group: String,
    /// The deduplication id.
    pub deduplication: String,
    /// The body.
    pub body: String,
    /// The message attributes as they came.
    pub attributes: Value,
    /// When the message was sent.
    pub sent: u64,
    /// Until when the message is hidden.
    pub hidden_until: u64,
    /// When the message was received for the first time; 0 before.
    pub first_received: u64,
    /// How often the message was received.
    pub receives: u32,
    /// Whether the message was received and is neither deleted nor visible again.
    pub handle: u64,
}

impl Queue {
    /// Adds a message, unless it repeats one of the last five minutes.
    pub fn send(&mut self, group: &str, deduplication: &str, body: &str, attributes: Value, now: u64) -> u64 {
        let key = (group.to_owned(), deduplication.to_owned());
        self.recent.retain(|_, at| now < *at + DEDUPLICATION);
        if self.recent.contains_key(&key) {
            return self.next;
        }
        self.recent.insert(key, now);
        self.next += 1;
        self.messages.push(Message {
            id: self.next,
            group: group.to_owned(),
            deduplication: deduplication.to_owned(),
            body: body.to_owned(),
            attributes,
            sent: now,
            hidden_until: 0,
            first_received: 0,
            receives: 0,
            handle: 0,
        });
        self.next
    }

    /// Hands out the first visible message of a group that has none in flight.
    pub fn receive(&mut self, now: u64, visibility: u64) -> Option<Message> {
        self.messages.retain(|message| now < message.sent + RETENTION);
        let mut busy: Vec<&str> = Vec::new();
        let mut found = None;
        for (position, message) in self.messages.iter().enumerate() {
            if busy.contains(&message.group.as_str()) {
                continue;
            }
            if message.hidden_until <= now {
                found = Some(position);
                break;
            }
            busy.push(&message.group);
        }
        let message = self.messages.get_mut(found?)?;
        if message.receives == 0 {
            message.first_received = now;
        }
        message.receives += 1;
        message.hidden_until = now + visibility;
        message.handle += 1;
        Some(message.clone())
    }

    /// Returns when the next group may hand out a message: its first message holds back the others.
    pub fn next_visible(&self) -> Option<u64> {
        let mut groups = BTreeSet::new();
        let first = self.messages.iter().filter(|message| groups.insert(message.group.as_str()));
        first.map(|message| message.hidden_until).min()
    }

    /// Deletes a message by its receipt handle. An outdated handle has no effect.
    pub fn delete(&mut self, handle: &str) {
        self.messages.retain(|message| message.receipt() != handle);
    }

    fn hide(&mut self, handle: &str, until: u64, now: u64) -> bool {
        let found = self.messages.iter_mut().find(|message| message.receipt() == handle && message.hidden_until > now);
        found.map(|message| message.hidden_until = until).is_some()
    }
}

impl Message {
    /// Returns the receipt handle of the last receive.
    pub fn receipt(&self) -> String {
        format!("{}-{}", self.id, self.handle)
    }
}

/// Receives one message of the main queue for a poller. Messages that were received too often go to the dead-letter
/// queue.
pub fn poll(state: &mut State) -> Option<Message> {
    let now = state.time();
    loop {
        let message = state.queues.main.receive(now, VISIBILITY)?;
        if message.receives <= MAX_RECEIVES {
            return Some(message);
        }
        state.queues.main.delete(&message.receipt());
        state.queues.dead.send(&message.group, &message.deduplication, &message.body, Value::Null, now);
        state.checks.receives_exceeded(message.id);
    }
}

/// Moves every dead letter back, as `StartMessageMoveTask` does: with the same group and deduplication id.
pub fn move_back(state: &mut State) -> usize {
    let now = state.time();
    let letters = std::mem::take(&mut state.queues.dead.messages);
    for letter in &letters {
        state.queues.main.send(&letter.group, &letter.deduplication, &letter.body, letter.attributes.clone(), now);
    }
    state.changed.notify_waiters();
    letters.len()
}

/// Runs one operation of the API. Returns the status and the body of the answer.
pub fn run(operation: &str, body: &Bytes) -> (u16, Vec<u8>) {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let is_dead = text(&request, "QueueUrl").contains("dead");
    with(|state| {
        let now = state.time();
        let too_long = |value: &Value| value["MessageBody"].as_str().is_some_and(|body| body.len() > MAX_BODY);
        let send = |state: &mut State, entry: &Value| {
            let queue = if is_dead { &mut state.queues.dead } else { &mut state.queues.main };
            let (group, deduplication) = (text(entry, "MessageGroupId"), text(entry, "MessageDeduplicationId"));
            let id = queue.send(
                &group,
                &deduplication,
                &text(entry, "MessageBody"),
                entry["MessageAttributes"].clone(),
                now,
            );
            state.changed.notify_waiters();
            json!({ "MessageId": id.to_string(), "SequenceNumber": id.to_string(), "MD5OfMessageBody": "" })
        };
        let handle = text(&request, "ReceiptHandle");
        let answer = match operation {
            "SendMessage" if too_long(&request) => return refused(400, "InvalidParameterValue", "too long"),
            "SendMessage" => send(state, &request),
            "SendMessageBatch" => {
                let (mut done, mut failed) = (Vec::new(), Vec::new());
                for entry in request["Entries"].as_array().into_iter().flatten() {
                    if strikes(state, state.faults.entries) {
                        state.strike("an entry of a batch was refused");
                        failed.push(json!({ "Id": entry["Id"], "Code": "InternalError", "SenderFault": false }));
                    } else {
                        let mut sent = send(state, entry);
                        sent["Id"] = entry["Id"].clone();
                        done.push(sent);
                    }
                }
                json!({ "Successful": done, "Failed": failed })
            }
            "ChangeMessageVisibility" => {
                let until = now + request["VisibilityTimeout"].as_u64().unwrap_or_default() * 1_000;
                let queue = if is_dead { &mut state.queues.dead } else { &mut state.queues.main };
                let is_hidden = queue.hide(&handle, until, now);
                state.changed.notify_waiters();
                if !is_hidden {
                    return refused(400, "MessageNotInflight", "the message is not in flight");
                }
                json!({})
            }
            "DeleteMessage" => {
                let queue = if is_dead { &mut state.queues.dead } else { &mut state.queues.main };
                queue.delete(&handle);
                state.changed.notify_waiters();
                json!({})
            }
            "ReceiveMessage" => {
                let queue = if is_dead { &mut state.queues.dead } else { &mut state.queues.main };
                let visibility = request["VisibilityTimeout"].as_u64().map_or(VISIBILITY, |seconds| seconds * 1_000);
                let most = request["MaxNumberOfMessages"].as_u64().unwrap_or(1);
                let found: Vec<Value> = (0..most)
                    .map_while(|_| queue.receive(now, visibility))
                    .map(|message| {
                        json!({
                            "MessageId": message.id.to_string(), "ReceiptHandle": message.receipt(),
                            "Body": message.body,
                            "Attributes": {
                                "MessageGroupId": message.group, "MessageDeduplicationId": message.deduplication,
                                "ApproximateReceiveCount": message.receives.to_string(),
                                "SentTimestamp": message.sent.to_string(),
                            },
                            "MessageAttributes": if message.attributes.is_null() { json!({}) } else { message.attributes },
                        })
                    })
                    .collect();
                json!({ "Messages": found })
            }
            "GetQueueAttributes" => json!({ "Attributes": {
                "ApproximateNumberOfMessages": state.queues.main.messages.len().to_string() } }),
            _ => return refused(400, "InvalidAction", operation),
        };
        (200, answer.to_string().into_bytes())
    })
}

/// Makes an error as SQS answers it.
pub fn refused(status: u16, code: &str, message: &str) -> (u16, Vec<u8>) {
    (status, json!({ "__type": format!("com.amazonaws.sqs#{code}"), "message": message }).to_string().into_bytes())
}
