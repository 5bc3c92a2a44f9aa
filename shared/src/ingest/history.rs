//! Answers what a channel asks about a contact's earlier messages, from the journal.

use serde::Serialize;

use super::Ingest;
use crate::{
    adapter::webhook::{Ack, Earlier},
    store::{Direction, JournalState, PastMessage},
    tools::{answer::ApiError, millis::Millis},
};

/// A page of a contact's earlier messages, newest first.
#[derive(Debug, Serialize)]
struct Page {
    ok: bool,
    messages: Vec<Entry>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// An earlier message.
#[derive(Debug, Serialize)]
struct Entry {
    /// The id by which receipts and quotes name the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    at: Millis,
    from: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    /// The beginning of the message, if it is remembered.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    status: String,
}

impl From<PastMessage> for Entry {
    fn from(message: PastMessage) -> Self {
        let PastMessage { key, at, quotable, sent, state, receipt } = message;
        let is_contacts = key.direction == Direction::Inbound;
        let status = match state {
            JournalState::Claimed => "waiting".to_owned(),
            JournalState::Done => receipt.unwrap_or_else(|| "sent".to_owned()),
            JournalState::Rejected | JournalState::Dead | JournalState::Discarded => "failed".to_owned(),
        };
        Self {
            id: if is_contacts { quotable.names.id } else { sent },
            at,
            from: if is_contacts { "contact" } else { "agent" },
            author: quotable.author,
            text: quotable.text,
            status,
        }
    }
}

impl Ingest {
    /// Returns a page of a contact's earlier messages.
    pub(super) async fn earlier(&self, installation: &str, asked: &Earlier) -> Result<Ack, ApiError> {
        let Earlier { contact, before, most } = asked;
        let (messages, has_more) = self.store.history(installation, contact, before.as_deref(), *most).await?;
        let next = messages.last().filter(|_| has_more).map(PastMessage::place);
        let page = Page { ok: true, messages: messages.into_iter().map(Entry::from).collect(), next };
        Ok(Ack::json(&serde_json::to_value(page).unwrap_or_default()))
    }
}
