//! The messages that were sent to a contact, for receipts that name no message.

use super::{
    super::{Item, Store, StoreError, number_of, text, text_of, unavailable},
    Direction, JournalKey, JournalState, Trace, parsed,
    settle::rank,
};
use crate::{model::message::Receipt, store::links::contact_pk, tools::millis::Millis};

/// A message that was sent to a contact, or is on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct SentMessage {
    /// The key of the message.
    pub key: JournalKey,
    /// When the message was received from the helpdesk.
    pub received_at: Millis,
    /// When the call that sent its last part was begun, by the bridge's clock; `None` if the message is on its way.
    pub sent_at: Option<Millis>,
    rank: u8,
}

impl SentMessage {
    /// Returns whether no receipt of the same or a later stage was noted before.
    pub fn lacks(&self, receipt: &Receipt) -> bool {
        self.rank < rank(receipt)
    }
}

impl Store {
    /// Returns the messages of the last 14 days that were sent to a contact or are on their way.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails.
    pub async fn sent_to(&self, installation: &str, contact: &str) -> Result<Vec<SentMessage>, StoreError> {
        let (mut found, mut from) = (Vec::new(), None);
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .consistent_read(true)
                .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
                .expression_attribute_values(":pk", text(contact_pk(installation, contact)))
                .expression_attribute_values(":sk", text(format!("M#{}#", Direction::Outbound.word())))
                .set_exclusive_start_key(from.take());
            let answer = query.send().await.map_err(|error| unavailable("Query", error))?;
            found.extend(answer.items.unwrap_or_default().iter().filter_map(read));
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(found);
            }
        }
    }
}

fn read(item: &Item) -> Option<SentMessage> {
    let received_at = number_of(item, "at")?;
    let sent_at = match text_of(item, "state").and_then(JournalState::from_word)? {
        JournalState::Claimed => None,
        // The vendor took the message after that, so a receipt for it is never earlier.
        JournalState::Done => Some(parsed::<Vec<Trace>>(item, "trace").last().map_or(received_at, |last| last.at)),
        JournalState::Rejected | JournalState::Dead | JournalState::Discarded => return None,
    };
    let rank = number_of(item, "receipt_rank").unwrap_or_default();
    Some(SentMessage { key: JournalKey::from_item(item)?, received_at, sent_at, rank })
}
