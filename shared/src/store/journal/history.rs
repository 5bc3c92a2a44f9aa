//! The messages of a contact as far as the journal remembers them, newest first, page by page.

use super::{
    super::{Item, Store, StoreError, number_of, owned, text, text_of, unavailable},
    Direction, JournalKey, JournalState, Quotable, parsed,
};
use crate::{adapter::Progress, store::links::contact_pk, tools::millis::Millis};

/// A message of a contact, or to a contact, as the journal remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastMessage {
    /// The key of the message.
    pub key: JournalKey,
    /// When the message was received.
    pub at: Millis,
    /// What is remembered of the message.
    pub quotable: Quotable,
    /// The first id under which the message arrived.
    pub sent: Option<String>,
    /// The state of the message.
    pub state: JournalState,
    /// The last receipt, in one word.
    pub receipt: Option<String>,
}

impl PastMessage {
    /// Returns the place of the message in the order of time. A page begins behind such a place.
    pub fn place(&self) -> String {
        format!("{:020}{}", self.at.get(), self.key.sk())
    }
}

impl Store {
    /// Returns at most `most` messages of the last 14 days, from and to a contact, newest first, and whether there are
    /// more. With `before`, only those that come before that [place](PastMessage::place).
    ///
    /// # Errors
    /// Returns an error if a call to the table fails.
    pub async fn history(
        &self,
        installation: &str,
        contact: &str,
        before: Option<&str>,
        most: usize,
    ) -> Result<(Vec<PastMessage>, bool), StoreError> {
        let (mut found, mut from) = (Vec::new(), None);
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
                .expression_attribute_values(":pk", text(contact_pk(installation, contact)))
                .expression_attribute_values(":sk", text("M#"))
                .set_exclusive_start_key(from.take());
            let answer = query.send().await.map_err(|error| unavailable("Query", error))?;
            let items = answer.items.unwrap_or_default();
            found.extend(
                items.iter().filter_map(read).filter(|message| before.is_none_or(|before| *message.place() < *before)),
            );
            // Only the newest count, so that not more of them are held than needed.
            found.sort_by_key(|message| std::cmp::Reverse(message.place()));
            found.truncate(most.saturating_add(1));
            from = answer.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        let has_more = found.len() > most;
        found.truncate(most);
        Ok((found, has_more))
    }
}

/// Reads a message. Notes are between the bridge and the agents.
fn read(item: &Item) -> Option<PastMessage> {
    let key = JournalKey::from_item(item).filter(|key| key.direction != Direction::Note)?;
    let Progress { sent, .. } = parsed(item, "progress");
    Some(PastMessage {
        key,
        at: number_of(item, "at")?,
        quotable: parsed(item, "quotable"),
        sent: sent.into_iter().next().filter(|id| !id.is_empty()),
        state: text_of(item, "state").and_then(JournalState::from_word)?,
        receipt: owned(item, "receipt"),
    })
}
