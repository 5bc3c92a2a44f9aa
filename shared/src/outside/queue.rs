//! The FIFO queue between the webhook functions and the relay.

use std::{collections::HashSet, io};

use aws_sdk_sqs::{
    Client,
    error::ProvideErrorMetadata,
    operation::change_message_visibility::ChangeMessageVisibilityError,
    types::{MessageAttributeValue, SendMessageBatchRequestEntry},
};
use serde::Serialize;
use thiserror::Error;

use crate::{
    model::message::{
        ChannelEvent, ChannelEventKind, Envelope, Event, HelpdeskEvent, HelpdeskEventKind, HistoryEvent, NoteEvent,
        ReceiptEvent, UnreadEvent,
    },
    tools::{
        answer::ApiError,
        crypto::{sha256, sha256_hex},
    },
};

/// The maximum length of a message body in the queue, in bytes.
pub const BODY_LIMIT: usize = 900 * 1024;
/// The maximum length of a batch, in bytes. SQS takes 1 MiB, and counts attributes and ids as well.
const BATCH_LIMIT: usize = 1_000_000;
const BATCH_ENTRIES: usize = 10;
/// The maximum length of a contact's id, in bytes. Ids become keys of the table, which takes 2,048 bytes of partition
/// key and 1,024 bytes of sort key. A longer id would be accepted here and then never be delivered.
const MAX_CONTACT_ID: usize = 1_500;
/// The maximum length of an event's id, in bytes; see [`MAX_CONTACT_ID`].
const MAX_EVENT_ID: usize = 900;
/// The maximum length of the id of an event of the bridge's own, in bytes. Such an id contains the id of the event that
/// it is about, so a limit of [`MAX_EVENT_ID`] would refuse the note about a long id at every attempt.
const MAX_OWN_EVENT_ID: usize = 960;
/// The number of lanes in which the conversations of an installation are read.
const HISTORY_LANES: u8 = 4;

/// A FIFO queue.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: String,
}

/// A message in the form in which it travels through the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// The message group id: messages of one group are handed out one after the other.
    pub group: String,
    /// The deduplication id, by which the queue recognizes repeats for five minutes.
    pub deduplication: String,
    /// The envelope as ASCII JSON.
    pub body: String,
}

/// The error of a message that the queue did not take.
#[derive(Debug, Error)]
pub enum QueueError {
    /// The message is longer than [`BODY_LIMIT`], or an id in it is longer than the keys of the table.
    #[error("the event is too long for the queue")]
    TooLong,
    /// The queue did not answer, or refused.
    #[error("the queue failed in {operation}: {message}")]
    Unavailable {
        /// The operation that failed.
        operation: &'static str,
        /// The reason of the failure.
        message: String,
    },
}

/// Returns the word that stands for a message in the log. Neither the contact nor the platform's id, which may contain a
/// telephone number, can be read from it.
pub fn log_id(installation: &str, direction: &str, event: &str) -> String {
    shortened(&message_hash(installation, direction, event)).to_owned()
}

fn message_hash(installation: &str, direction: &str, id: &str) -> String {
    sha256_hex(format!("{installation}\n{direction}\n{id}").as_bytes())
}

/// Returns as much of a hash as tells the messages of a log apart.
fn shortened(hash: &str) -> &str {
    hash.get(..16).unwrap_or(hash)
}

impl Outgoing {
    /// Packs an event: its group, its deduplication id and its body.
    ///
    /// # Errors
    /// Returns [`QueueError::TooLong`] if the body or an id is too long.
    pub fn pack(envelope: &Envelope) -> Result<Self, QueueError> {
        let (direction, key, id) = match &envelope.event {
            // A receipt may wait for the journal item of its message. It must not hold up what the contact writes.
            Event::Channel(ChannelEvent { id, contact, kind: ChannelEventKind::Receipt { message, .. }, .. }) => {
                // A receipt without a contact only has to wait for other receipts of the same message.
                ("receipt", if contact.id.is_empty() { message } else { &contact.id }, id)
            }
            Event::Channel(ChannelEvent { id, contact, kind: ChannelEventKind::ReceiptUpTo { .. }, .. }) => {
                ("receipt", &contact.id, id)
            }
            Event::Channel(ChannelEvent { id, kind: ChannelEventKind::AccountBlocked { .. }, .. }) => {
                ("account", &envelope.installation, id)
            }
            // Nothing waits for it.
            Event::Channel(ChannelEvent { id, contact, kind: ChannelEventKind::Typing, .. }) => {
                ("typing", &contact.id, id)
            }
            Event::Helpdesk(HelpdeskEvent { id, group, kind: HelpdeskEventKind::Typing, .. }) => ("typed", group, id),
            Event::Channel(ChannelEvent { id, contact, .. }) => ("inbound", &contact.id, id),
            Event::Helpdesk(HelpdeskEvent { id, group, .. }) => ("outbound", group, id),
            Event::Note(NoteEvent { id, contact, .. }) => ("note", contact, id),
            // The same group as the channel's receipts, so that agents see the receipts in order.
            Event::Receipt(ReceiptEvent { id, contact, .. }) => ("receipt", contact, id),
            // Nobody knows whom such an event is about. One group keeps the events of an installation in order.
            Event::Unread(UnreadEvent { id, .. }) => ("unread", &envelope.installation, id),
            Event::History(HistoryEvent { id, contact, .. }) => ("history", &history_lane(contact), id),
        };
        let max_id = match &envelope.event {
            Event::Channel(_) | Event::Helpdesk(_) | Event::Unread(_) => MAX_EVENT_ID,
            Event::Note(_) | Event::Receipt(_) | Event::History(_) => MAX_OWN_EVENT_ID,
        };
        let body = ascii_json(envelope);
        if body.len() > BODY_LIMIT || key.len() > MAX_CONTACT_ID || id.len() > max_id {
            return Err(QueueError::TooLong);
        }
        let hash = |name: &str| message_hash(&envelope.installation, direction, name);
        Ok(Self { group: hash(key), deduplication: hash(id), body })
    }

    /// Returns the word that stands for the message in the log, from the webhook call to the delivery.
    pub fn log_id(&self) -> &str {
        shortened(&self.deduplication)
    }

    /// Returns the same message with a new deduplication id, so that the queue does not drop it as a repeat.
    #[must_use]
    pub fn again(self, suffix: &str) -> Self {
        let deduplication = sha256_hex(format!("{}{suffix}", self.deduplication).as_bytes());
        Self { deduplication, ..self }
    }
}

impl Queue {
    /// Makes a client of the queue at this URL.
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }

    /// Makes one cheap call, so that the connection is up before the first message. A failure has no effect.
    pub async fn warm_up(&self) {
        let _ = self.client.get_queue_attributes().queue_url(&self.url).send().await;
    }

    /// Sends messages in order, several in one call if they fit. Sends nothing after a call in which a message was
    /// refused. One call never has two messages of one group, since the queue may refuse the first and take the second.
    ///
    /// # Errors
    /// Returns an error if the queue did not take every message. The queue may have taken some of them; the caller
    /// should send all of them again, since the queue recognizes repeats.
    pub async fn send(&self, messages: &[Outgoing]) -> Result<(), QueueError> {
        if let [message] = messages {
            return self.send_one(message, None).await;
        }
        let mut rest = messages;
        while !rest.is_empty() {
            let mut size = 0_usize;
            let mut groups = HashSet::new();
            let fitting = rest.iter().take(BATCH_ENTRIES).take_while(|message| {
                size = size.saturating_add(message.body.len()).saturating_add(1_000);
                size <= BATCH_LIMIT && groups.insert(message.group.as_str())
            });
            let (batch, later) = rest.split_at_checked(fitting.count().max(1)).unwrap_or((rest, &[]));
            self.send_batch(batch).await?;
            rest = later;
        }
        Ok(())
    }

    /// Sends one message, with a reason for people as the attribute `reason`.
    ///
    /// # Errors
    /// Returns an error if the queue did not take the message.
    pub async fn send_one(&self, message: &Outgoing, reason: Option<&str>) -> Result<(), QueueError> {
        let mut request = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_group_id(&message.group)
            .message_deduplication_id(&message.deduplication)
            .message_body(&message.body);
        if let Some(reason) = reason {
            let value = MessageAttributeValue::builder().data_type("String").string_value(printable(reason)).build();
            request = request.message_attributes("reason", value.map_err(|_| QueueError::TooLong)?);
        }
        request.send().await.map_err(|error| unavailable("SendMessage", error))?;
        Ok(())
    }

    /// Hides a received message for `seconds` more (0 to 43,200).
    ///
    /// # Errors
    /// Returns an error if the call to the queue fails.
    pub async fn hide(&self, receipt_handle: &str, seconds: u32) -> Result<(), QueueError> {
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt_handle)
            .visibility_timeout(i32::try_from(seconds.min(43_200)).unwrap_or(43_200))
            .send()
            .await
            .map_err(|error| unavailable("ChangeMessageVisibility", error))?;
        Ok(())
    }

    /// Hides a received message for `seconds` more, as [`hide`](Self::hide) does. Returns `false` if the receipt handle
    /// has expired: the queue may have handed the message to somebody else.
    ///
    /// # Errors
    /// Returns an error if the call to the queue fails.
    pub async fn hold(&self, receipt_handle: &str, seconds: u32) -> Result<bool, QueueError> {
        let result = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt_handle)
            .visibility_timeout(i32::try_from(seconds.min(43_200)).unwrap_or(43_200))
            .send()
            .await;
        match result {
            Ok(_) => Ok(true),
            // SQS names an expired handle in several ways; all of them are refusals of this call.
            Err(error) if error.as_service_error().is_some_and(is_expired) => Ok(false),
            // No message of the queue has this handle: somebody invokes the function with a record of their own, a sample
            // say, which nobody else can receive.
            Err(error) if error.as_service_error().is_some_and(|error| error.is_receipt_handle_is_invalid()) => {
                Ok(true)
            }
            Err(error) => Err(unavailable("ChangeMessageVisibility", error)),
        }
    }

    /// Receives up to ten messages and hides them for `seconds`.
    ///
    /// # Errors
    /// Returns an error if the call to the queue fails.
    pub async fn receive(&self, seconds: u32) -> Result<Vec<Received>, QueueError> {
        use aws_sdk_sqs::types::MessageSystemAttributeName as Name;
        let answer = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(10)
            .visibility_timeout(i32::try_from(seconds.min(43_200)).unwrap_or(43_200))
            // Without a wait, SQS asks only some of its servers, and may find nothing although there are messages.
            .wait_time_seconds(1)
            .message_system_attribute_names(Name::MessageGroupId)
            .message_system_attribute_names(Name::MessageDeduplicationId)
            .message_attribute_names("reason")
            .send()
            .await
            .map_err(|error| unavailable("ReceiveMessage", error))?;
        let messages = answer.messages.unwrap_or_default().into_iter();
        Ok(messages
            .filter_map(|message| {
                let mut attributes = message.attributes.unwrap_or_default();
                let reason = message.message_attributes.and_then(|mut all| all.remove("reason"));
                Some(Received {
                    receipt_handle: message.receipt_handle?,
                    reason: reason.and_then(|reason| reason.string_value),
                    message: Outgoing {
                        group: attributes.remove(&Name::MessageGroupId)?,
                        deduplication: attributes.remove(&Name::MessageDeduplicationId)?,
                        body: message.body?,
                    },
                })
            })
            .collect())
    }

    /// Deletes a message that was received.
    ///
    /// # Errors
    /// Returns an error if the call to the queue fails.
    pub async fn delete(&self, receipt_handle: &str) -> Result<(), QueueError> {
        let request = self.client.delete_message().queue_url(&self.url).receipt_handle(receipt_handle);
        request.send().await.map_err(|error| unavailable("DeleteMessage", error))?;
        Ok(())
    }

    async fn send_batch(&self, messages: &[Outgoing]) -> Result<(), QueueError> {
        let mut request = self.client.send_message_batch().queue_url(&self.url);
        for (position, message) in messages.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder()
                .id(position.to_string())
                .message_group_id(&message.group)
                .message_deduplication_id(&message.deduplication)
                .message_body(&message.body)
                .build();
            request = request.entries(entry.map_err(|_| QueueError::TooLong)?);
        }
        let answer = request.send().await.map_err(|error| unavailable("SendMessageBatch", error))?;
        match answer.failed.first() {
            None => Ok(()),
            Some(failed) => Err(QueueError::Unavailable {
                operation: "SendMessageBatch",
                message: format!(
                    "{} of {} entries failed, the first with {}",
                    answer.failed.len(),
                    messages.len(),
                    failed.code
                ),
            }),
        }
    }
}

/// Returns the lane in which a contact's history is read. An installation has few such lanes: however many
/// conversations wait for the rate limit, only the heads of these lanes take turns of the relay.
fn history_lane(contact: &str) -> String {
    sha256(contact.as_bytes()).first().map_or(0, |byte| byte % HISTORY_LANES).to_string()
}

/// A message that was received and not yet deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The receipt handle for [`Queue::hide`] and [`Queue::delete`].
    pub receipt_handle: String,
    /// The reason why the message is in the dead-letter queue; `None` if SQS moved the message by itself.
    pub reason: Option<String>,
    /// The message.
    pub message: Outgoing,
}

fn unavailable<E: aws_sdk_sqs::error::ProvideErrorMetadata, R>(
    operation: &'static str,
    error: aws_sdk_sqs::error::SdkError<E, R>,
) -> QueueError {
    QueueError::Unavailable { operation, message: crate::outside::aws::reason(&error) }
}

/// Encodes a value as JSON with every non-ASCII character escaped, because SQS refuses some characters of Unicode.
pub fn ascii_json(value: &impl Serialize) -> String {
    let mut out = Vec::with_capacity(512);
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, Ascii);
    // Our own types have string keys and serializers that do not fail.
    let written = value.serialize(&mut serializer).is_ok();
    if written { String::from_utf8(out).unwrap_or_default() } else { String::new() }
}

struct Ascii;

impl serde_json::ser::Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            return writer.write_all(fragment.as_bytes());
        }
        for character in fragment.chars() {
            if (' '..='~').contains(&character) {
                writer.write_all(&[u8::try_from(character).unwrap_or(b'?')])?;
            } else {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

/// Replaces control characters, which a message attribute must not contain, and shortens the text to 500 characters.
fn printable(reason: &str) -> String {
    reason.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect()
}

impl From<QueueError> for ApiError {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::TooLong => Self::too_large(BODY_LIMIT),
            QueueError::Unavailable { .. } => Self::our_failure(&error),
        }
    }
}

fn is_expired(error: &ChangeMessageVisibilityError) -> bool {
    error.is_message_not_inflight()
        || matches!(error.code(), Some("InvalidParameterValue" | "InvalidParameterValueException"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::message::{Contact, Part, Receipt};
    use crate::tools::millis::Millis;

    fn envelope(text: &str) -> Envelope {
        Envelope {
            v: 1,
            installation: "i".into(),
            received_at: Millis::new(1),
            event: Event::Channel(ChannelEvent::new(
                "e",
                Millis::new(1),
                Contact { id: "c".into(), ..Contact::default() },
                ChannelEventKind::Message { parts: vec![Part::text(text)] },
            )),
        }
    }

    #[test]
    fn the_body_is_ascii_and_reads_back() {
        let envelope = envelope("Доброго дня 👨‍👩‍👧 \u{7f} \u{fffe} \u{0} \"\\");
        let packed = Outgoing::pack(&envelope).unwrap();
        assert!(packed.body.is_ascii() && !packed.body.contains('\u{7f}'));
        assert_eq!(serde_json::from_str::<Envelope>(&packed.body).unwrap(), envelope);
    }

    #[test]
    fn names_of_people_stay_out_of_the_attributes() {
        let packed = Outgoing::pack(&envelope("x")).unwrap();
        assert_eq!((packed.group.len(), packed.deduplication.len()), (64, 64));
        assert_ne!(packed.group, packed.deduplication);
        assert_eq!(packed.log_id(), log_id("i", "inbound", "e"));
    }

    #[test]
    fn news_that_names_nobody_waits_for_its_own_message_only() {
        let group = |contact: &str, message: &str| {
            let mut envelope = envelope("x");
            if let Event::Channel(channel) = &mut envelope.event {
                channel.contact.id = contact.to_owned();
                channel.kind = ChannelEventKind::Receipt { message: message.to_owned(), receipt: Receipt::Delivered };
            }
            Outgoing::pack(&envelope).unwrap().group
        };
        assert_eq!(group("c", "1"), group("c", "2"));
        assert_eq!(group("", "1"), group("", "1"));
        assert_ne!(group("", "1"), group("", "2"));
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(matches!(Outgoing::pack(&envelope(&"я".repeat(160_000))), Err(QueueError::TooLong)));
        assert!(Outgoing::pack(&envelope(&"я".repeat(140_000))).is_ok());
        let with = |event: usize, contact: usize| {
            let mut envelope = envelope("x");
            if let Event::Channel(channel) = &mut envelope.event {
                (channel.id, channel.contact.id) = ("e".repeat(event), "c".repeat(contact));
            }
            Outgoing::pack(&envelope)
        };
        assert!(with(MAX_EVENT_ID, MAX_CONTACT_ID).is_ok());
        assert!(matches!(with(MAX_EVENT_ID + 1, 1), Err(QueueError::TooLong)));
        // A note about the longest id fits.
        let id = format!("about:{}", "e".repeat(MAX_EVENT_ID));
        let note =
            NoteEvent { id, contact: "c".into(), message: None, user: None, conversation: None, text: "x".into() };
        assert!(Outgoing::pack(&Envelope { event: Event::Note(note), ..envelope("x") }).is_ok());
        assert!(matches!(with(1, MAX_CONTACT_ID + 1), Err(QueueError::TooLong)));
    }
}
