//! The dead: messages that the relay gave up. Their envelopes stay in the table, in pieces, until an admin redrives or
//! discards them.
//!
//! A message may die more than once. Each time between its arrival or a redrive and the next death is a *life*, and the
//! keys of the pieces carry its number, so that the pieces of two lives never mix.
//!
//! A redrive takes three steps: it reserves the journal item, sends the envelope, and reopens the journal item. Between
//! the steps, the message stays dead and can be redriven again. The queue drops the second copy for five minutes; after
//! that the relay knows it, because the deduplication id tells to which life a copy belongs.

use std::time::Duration;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};

use super::{
    Changes, Claimed, Item, JournalKey, JournalState, MessageSummary, Store, StoreError, expires_at, flag_of, key,
    number, number_of,
    overview::{PageFrom, place, summary},
    owned, text, text_of, unavailable,
};
use crate::{outside::queue::Outgoing, tools::millis::Millis};

/// The length of a piece of an envelope, in bytes. An item of the table takes 400 KB.
const PIECE: usize = 350 * 1024;
/// The number of days for which a dead message is kept, with its journal item.
pub const DEAD_KEEP_DAYS: i64 = 30;
/// The number up to which dead letters are counted.
pub const DEAD_COUNT_LIMIT: u32 = 1_000;
/// How long a redrive keeps others from redriving the same message. It has to outlast a few calls only.
const RESERVATION: Duration = Duration::from_secs(30);

/// What the journal knows about a stored envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEnvelope {
    /// The number of pieces.
    pub pieces: u32,
    /// The length of the body, in bytes.
    pub bytes: usize,
    /// The deduplication id of the message that died.
    pub deduplication: String,
    /// Whether the body is sealed.
    pub is_sealed: bool,
}

/// The stored envelope of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadEnvelope {
    /// The body: as it was, or sealed.
    pub body: Vec<u8>,
    /// Whether the body is sealed.
    pub is_sealed: bool,
    /// The message as it should be sent again, without its body.
    message: Outgoing,
}

impl DeadEnvelope {
    /// Returns the message as it should be sent again, with this body; `None` if the body is damaged.
    pub fn again(self, body: Vec<u8>) -> Option<Outgoing> {
        Some(Outgoing { body: String::from_utf8(body).ok()?, ..self.message })
    }
}

/// A message that the relay gave up.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadMessage {
    /// The key of the message.
    pub key: JournalKey,
    /// The journal item, in a form for people.
    pub summary: MessageSummary,
    /// The number of the life that ended, from 1.
    pub life: u32,
    /// Where the envelope is; `None` if it lies in the dead-letter queue, where the version before put it.
    pub envelope: Option<StoredEnvelope>,
    /// Whether a piece of the envelope is missing.
    pub damaged: bool,
}

/// Dead messages of an installation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeadPage {
    /// The messages.
    pub messages: Vec<DeadMessage>,
    /// Where the next page begins.
    pub next: Option<String>,
}

impl DeadMessage {
    /// Returns whether the message is dead. An item that was looked up by its key may be in any state.
    pub fn is_dead(&self) -> bool {
        self.summary.state == JournalState::Dead.word()
    }

    fn from_item(item: &Item) -> Option<Self> {
        let pieces = number_of(item, "dead_pieces");
        let envelope = pieces.map(|pieces| StoredEnvelope {
            pieces,
            bytes: number_of(item, "dead_bytes").unwrap_or_default(),
            deduplication: owned(item, "dead_as").unwrap_or_default(),
            is_sealed: flag_of(item, "dead_sealed"),
        });
        let (key, summary) = (JournalKey::from_item(item)?, summary(item)?);
        Some(Self { key, summary, life: life(item), envelope, damaged: false })
    }

    fn piece_keys(&self) -> Vec<Item> {
        let pieces = self.envelope.as_ref().map_or(0, |envelope| envelope.pieces);
        (0..pieces).map(|piece| piece_key(&self.key, self.life, piece)).collect()
    }
}

impl Store {
    /// Stores the envelope of a message that is about to be given up. Written again, the pieces are the same.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails.
    pub async fn keep_envelope(
        &self,
        claimed: &Claimed,
        message: &Outgoing,
        now: Millis,
    ) -> Result<StoredEnvelope, StoreError> {
        self.keep_body(claimed, message, message.body.as_bytes(), now).await
    }

    /// Stores an envelope as [`keep_envelope`](Self::keep_envelope) does, with a body that the caller has sealed.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails.
    pub async fn keep_sealed(
        &self,
        claimed: &Claimed,
        message: &Outgoing,
        sealed: &[u8],
        now: Millis,
    ) -> Result<StoredEnvelope, StoreError> {
        let envelope = self.keep_body(claimed, message, sealed, now).await?;
        Ok(StoredEnvelope { is_sealed: true, ..envelope })
    }

    async fn keep_body(
        &self,
        claimed: &Claimed,
        message: &Outgoing,
        body: &[u8],
        now: Millis,
    ) -> Result<StoredEnvelope, StoreError> {
        let mut pieces = 0_u32;
        for piece in body.chunks(PIECE) {
            let mut item = piece_key(&claimed.key, claimed.life, pieces);
            item.insert("body".into(), AttributeValue::B(Blob::new(piece)));
            item.insert("group".into(), text(&message.group));
            // A piece outlives its journal item, so that a message is never listed with a piece that is gone.
            item.insert("expires_at".into(), number(expires_at(now, DEAD_KEEP_DAYS + 1)));
            let request = self.client.put_item().table_name(&self.table).set_item(Some(item));
            request.send().await.map_err(|error| unavailable("PutItem", error))?;
            pieces = pieces.saturating_add(1);
        }
        let mut marker = marker_key(&claimed.key, claimed.life);
        marker.insert("expires_at".into(), number(expires_at(now, DEAD_KEEP_DAYS)));
        let request = self.client.put_item().table_name(&self.table).set_item(Some(marker));
        request.send().await.map_err(|error| unavailable("PutItem", error))?;
        let deduplication = message.deduplication.clone();
        Ok(StoredEnvelope { pieces, bytes: body.len(), deduplication, is_sealed: false })
    }

    /// Returns dead messages of an installation by their time of receipt, from a place in the list on.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails.
    pub async fn dead_messages(&self, installation: &str, from: &PageFrom<'_>) -> Result<DeadPage, StoreError> {
        let from = PageFrom { after: place(from.after), ..*from };
        let (keys, next) = self.page_of(installation, Some(JournalState::Dead), &from).await?;
        let items = self.items(keys.iter().map(JournalKey::item_key).collect(), None).await?;
        // The index lags behind, so the journal itself decides.
        let mut messages: Vec<DeadMessage> =
            items.iter().filter_map(DeadMessage::from_item).filter(DeadMessage::is_dead).collect();
        messages.sort_by_key(|message| keys.iter().position(|key| *key == message.key));
        self.mark_damaged(&mut messages).await?;
        Ok(DeadPage { messages, next })
    }

    /// Returns the messages that died last, newest first, and whether there are more. The markers of the dead tell, so
    /// that this costs the same however long the journal is. Of more than [`DEAD_COUNT_LIMIT`], some are not considered.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails.
    pub async fn newest_dead(&self, installation: &str, most: usize) -> Result<(Vec<DeadMessage>, bool), StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(markers_pk(installation)))
            .limit(i32::try_from(DEAD_COUNT_LIMIT).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| unavailable("Query", error))?;
        let markers = answer.items.unwrap_or_default();
        let mut dead: Vec<(i64, JournalKey)> = markers
            .iter()
            .filter_map(|marker| Some((number_of(marker, "expires_at")?, marked(installation, marker)?)))
            .collect();
        dead.sort_by(|(a, _), (b, _)| b.cmp(a));
        // A process that stopped in between may have left a marker of a message that is not dead any more.
        let mut keys: Vec<JournalKey> = Vec::new();
        for (_, key) in dead.iter().take(most.saturating_mul(2)) {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        let items = self.items(keys.iter().map(JournalKey::item_key).collect(), None).await?;
        let mut messages: Vec<DeadMessage> =
            items.iter().filter_map(DeadMessage::from_item).filter(DeadMessage::is_dead).collect();
        messages.sort_by(|a, b| b.summary.received_at.cmp(&a.summary.received_at));
        let has_more = messages.len() > most || dead.len() > most.saturating_mul(2);
        messages.truncate(most);
        self.mark_damaged(&mut messages).await?;
        Ok((messages, has_more))
    }

    /// Returns a message by its key, in whatever state it is.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails.
    pub async fn dead_message(&self, message: &JournalKey) -> Result<Option<DeadMessage>, StoreError> {
        let item = self.item(&message.pk(), &message.sk()).await?;
        let Some(found) = item.as_ref().and_then(DeadMessage::from_item) else { return Ok(None) };
        let mut found = vec![found];
        self.mark_damaged(&mut found).await?;
        Ok(found.pop())
    }

    async fn mark_damaged(&self, messages: &mut [DeadMessage]) -> Result<(), StoreError> {
        let keys: Vec<Item> = messages.iter().flat_map(DeadMessage::piece_keys).collect();
        let there = self.items(keys, Some("pk, sk")).await?;
        for message in messages {
            message.damaged = message.piece_keys().iter().any(|key| !there.contains(key));
        }
        Ok(())
    }

    /// Reserves a dead message for a redrive by the caller. Returns `false` if it is not dead any more, or if somebody
    /// else is redriving it.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn begin_redrive(&self, message: &DeadMessage, now: Millis) -> Result<bool, StoreError> {
        let mut changes = Changes::default();
        changes.set("reserved_until", number(now.plus(RESERVATION)));
        self.change_dead(message, changes, now).await
    }

    /// Ends the reservation of a message that could not be sent.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn cancel_redrive(&self, message: &DeadMessage) -> Result<(), StoreError> {
        let mut changes = Changes::default();
        changes.remove("reserved_until").name("state").name("life");
        changes.value("dead", text(JournalState::Dead.word())).value("life", number(message.life));
        let is_same_death = "#state = :dead AND (attribute_not_exists(#life) OR #life = :life)";
        self.update(message.key.item_key(), changes, is_same_death).await?;
        Ok(())
    }

    /// Returns the stored envelope of a message; `None` if a piece of it is missing.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails.
    pub async fn envelope_of(&self, message: &DeadMessage) -> Result<Option<DeadEnvelope>, StoreError> {
        let Some(envelope) = &message.envelope else { return Ok(None) };
        let (mut body, mut group) = (Vec::with_capacity(envelope.bytes), String::new());
        for piece in 0..envelope.pieces {
            let key = piece_key(&message.key, message.life, piece);
            let Some(mut item) = self.items(vec![key], None).await?.pop() else { return Ok(None) };
            group = owned(&item, "group").unwrap_or_default();
            let Some(AttributeValue::B(bytes)) = item.remove("body") else { return Ok(None) };
            body.extend(bytes.into_inner());
        }
        if body.len() != envelope.bytes || group.is_empty() {
            return Ok(None);
        }
        let dead = Outgoing { group, deduplication: envelope.deduplication.clone(), body: String::new() };
        let message = dead.again(&format!("#r{}", message.life.saturating_add(1)));
        Ok(Some(DeadEnvelope { message, body, is_sealed: envelope.is_sealed }))
    }

    /// Reopens a message that was sent again, and deletes its envelope, which is safe in the queue.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails. The message is in the queue all the same.
    pub async fn end_redrive(&self, message: &DeadMessage, now: Millis) -> Result<(), StoreError> {
        let mut changes = reopened(now);
        changes.name("life").value("from", text(JournalState::Dead.word())).value("life", number(message.life));
        let is_same_death = "#state = :from AND (attribute_not_exists(#life) OR #life = :life)";
        // If the condition fails, the relay was faster, and has reopened the message itself.
        self.update(message.key.item_key(), changes, is_same_death).await?;
        self.delete_pieces(message).await
    }

    /// Removes a dead message for good. Returns `false` if it is not dead any more, or is being redriven.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails.
    pub async fn discard(&self, message: &DeadMessage, reason: &str, now: Millis) -> Result<bool, StoreError> {
        let mut changes = Changes::default();
        changes
            .set("state", text(JournalState::Discarded.word()))
            .set("error", text(reason))
            .set("updated_at", number(now));
        let is_discarded = self.change_dead(message, changes, now).await?;
        if is_discarded {
            self.delete_pieces(message).await?;
        }
        Ok(is_discarded)
    }

    /// Changes a message that died in the life that the caller has seen, and that nobody has reserved.
    async fn change_dead(&self, message: &DeadMessage, mut changes: Changes, now: Millis) -> Result<bool, StoreError> {
        changes.name("state").name("life").name("reserved_until");
        changes
            .value("dead", text(JournalState::Dead.word()))
            .value("life", number(message.life))
            .value("now", number(now));
        let is_free = "#state = :dead AND (attribute_not_exists(#life) OR #life = :life) AND \
                       (attribute_not_exists(#reserved_until) OR #reserved_until < :now)";
        Ok(self.update(message.key.item_key(), changes, is_free).await?.is_written)
    }

    async fn delete_pieces(&self, message: &DeadMessage) -> Result<(), StoreError> {
        for key in message.piece_keys().into_iter().chain([marker_key(&message.key, message.life)]) {
            let request = self.client.delete_item().table_name(&self.table).set_key(Some(key));
            request.send().await.map_err(|error| unavailable("DeleteItem", error))?;
        }
        Ok(())
    }

    /// Reopens a dead message that came out of the queue with another deduplication id than the one that it died with:
    /// somebody put it back. Returns `false` if it is the dead message itself, or is not dead.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn revive(&self, message: &JournalKey, deduplication: &str, now: Millis) -> Result<bool, StoreError> {
        let mut changes = reopened(now);
        changes.name("dead_as").value("from", text(JournalState::Dead.word())).value("arrived", text(deduplication));
        let is_put_back = "#state = :from AND (attribute_not_exists(#dead_as) OR #dead_as <> :arrived)";
        let updated = self.update(message.item_key(), changes, is_put_back).await?;
        if updated.is_written {
            let marker = marker_key(message, life(&updated.before));
            let request = self.client.delete_item().table_name(&self.table).set_key(Some(marker));
            request.send().await.map_err(|error| unavailable("DeleteItem", error))?;
        }
        Ok(updated.is_written)
    }

    /// Reopens a message of the dead-letter queue, with all its retries. A message that the queue itself gave up is
    /// still in the state claimed and is reopened as well. Returns `false` if the message is finished, so that sending
    /// it would have no effect.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn reopen(&self, message: &JournalKey, now: Millis) -> Result<bool, StoreError> {
        let mut changes = reopened(now);
        changes.value("from", text(JournalState::Dead.word())).value("claimed", text(JournalState::Claimed.word()));
        let updated = self.update(message.item_key(), changes, "#state IN (:from, :claimed)").await?;
        // A message without a journal item was never claimed, or so long ago that its item has expired.
        Ok(updated.is_written || updated.before.is_empty())
    }

    /// Discards a message of the dead-letter queue. Returns `false` if it is finished or was never claimed.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn discard_queued(&self, message: &JournalKey, reason: &str, now: Millis) -> Result<bool, StoreError> {
        let mut changes = Changes::default();
        changes
            .set("state", text(JournalState::Discarded.word()))
            .set("error", text(reason))
            .set("updated_at", number(now))
            .value("dead", text(JournalState::Dead.word()))
            .value("claimed", text(JournalState::Claimed.word()));
        Ok(self.update(message.item_key(), changes, "#state IN (:dead, :claimed)").await?.is_written)
    }
}

/// Returns the partition of an installation's markers. There is one for each dead message, so that they can be counted
/// without reading the journal.
pub(super) fn markers_pk(installation: &str) -> String {
    format!("I#{installation}#DEAD")
}

fn marker_key(message: &JournalKey, life: u32) -> Item {
    key(&markers_pk(&message.installation), &format!("{}#{life}", message.public_id()))
}

/// Returns the message that a marker stands for.
fn marked(installation: &str, marker: &Item) -> Option<JournalKey> {
    let (id, _life) = text_of(marker, "sk")?.rsplit_once('#')?;
    JournalKey::from_public_id(installation, id)
}

/// Returns the changes that begin a new life. The journal item lives as long as the queue may keep the message, and
/// longer.
fn reopened(now: Millis) -> Changes {
    let mut changes = Changes::default();
    changes
        .set("state", text(JournalState::Claimed.word()))
        .set("tries", number(0))
        .set("error", text("redriven"))
        .set("updated_at", number(now))
        .set("expires_at", number(expires_at(now, DEAD_KEEP_DAYS)))
        .set("redriven", AttributeValue::Bool(true))
        .remove("told_waiting")
        .remove("reserved_until")
        .remove("dead_pieces")
        .remove("dead_bytes")
        .remove("dead_sealed")
        .add("redrives", number(1));
    changes
}

/// Returns what a death changes in the journal item.
pub(super) fn write_death(changes: &mut Changes, claimed: &Claimed, envelope: &StoredEnvelope, now: Millis) {
    changes
        .set("life", number(claimed.life))
        .set("dead_as", text(&envelope.deduplication))
        .set("dead_pieces", number(envelope.pieces))
        .set("dead_bytes", number(envelope.bytes))
        .set("expires_at", number(expires_at(now, DEAD_KEEP_DAYS)));
    if envelope.is_sealed {
        changes.set("dead_sealed", AttributeValue::Bool(true));
    }
}

/// Returns the number of the current life of a message, from 1.
pub(super) fn life(item: &Item) -> u32 {
    number_of::<u32>(item, "redrives").unwrap_or_default().saturating_add(1)
}

fn piece_key(message: &JournalKey, life: u32, piece: u32) -> Item {
    let sk = format!("X#{}#{}#{life}.{piece}", message.direction.word(), message.event);
    key(&message.pk(), &sk)
}
