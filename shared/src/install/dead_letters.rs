//! Listing dead letters and sending them again.

use serde::Deserialize;

use super::{Admin, RedriveReport};
use crate::{
    installations::OpenInstallation,
    model::{
        installation::Side,
        message::{Envelope, Event},
    },
    outside::{clock::now, queue::Received},
    store::{Direction, HelpdeskId, JournalKey, JournalState, Page},
    tools::answer::ApiError,
};

/// The highest number of rounds of one redrive. Each round receives ten messages at most.
const ROUNDS: usize = 30;
/// The time that a redrive hides each message that it receives, in seconds.
const HIDDEN_SECONDS: u32 = 60;

/// Selects the dead letters to send again. Without a filter, these are all dead letters of the installation.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct Redrive {
    /// Only the message with this id.
    pub message: Option<String>,
    /// Only messages of this contact.
    pub contact: Option<String>,
    /// Only messages whose reason contains this text.
    pub error: Option<String>,
    /// Whether to count the messages only, without sending any.
    pub dry_run: bool,
}

impl Admin {
    /// Returns the latest dead messages of an installation, newest first, each with its reason. Returns 100 at most.
    ///
    /// # Errors
    /// 404 for an unknown installation, 503 if one of our own services fails.
    pub async fn dead_letters(&self, id: &str) -> Result<Page, ApiError> {
        self.find(id).await?;
        Ok(self.store.latest(id, Some(JournalState::Dead), 100).await?)
    }

    /// Sends dead messages again, each with all its retries.
    ///
    /// # Errors
    /// 404 for an unknown installation, 410 for an uninstalled one, 503 if one of our own services fails. Messages that
    /// were sent before a failure stay sent.
    pub async fn redrive(&self, id: &str, wanted: &Redrive) -> Result<RedriveReport, ApiError> {
        let open = self.find_installed(id).await?;
        let mut redriven = 0_u32;
        let mut others: Vec<String> = Vec::new();
        let mut more = true;
        for _ in 0..ROUNDS {
            let received = self.dead_letters.receive(HIDDEN_SECONDS).await?;
            if received.is_empty() {
                more = false;
                break;
            }
            for letter in received {
                let Some(key) = self.wanted_key(&open, wanted, &letter).await? else {
                    others.push(letter.receipt_handle);
                    continue;
                };
                redriven = redriven.saturating_add(1);
                if wanted.dry_run {
                    others.push(letter.receipt_handle);
                } else {
                    self.send_again(&key, letter).await?;
                }
            }
        }
        // If there may be more, the other letters stay hidden for their minute, so that the next call gets past them:
        // letters of another installation must not block the letters of this one.
        for receipt_handle in others.iter().filter(|_| !more) {
            // The next reader shall see these letters at once. If the call fails, they become visible when their minute
            // is over.
            let _ = self.dead_letters.hide(receipt_handle, 0).await;
        }
        Ok(RedriveReport { redriven, more })
    }

    async fn send_again(&self, key: &JournalKey, letter: Received) -> Result<(), ApiError> {
        let now = now();
        self.store.reopen(key, now).await?;
        self.queue.send_one(&letter.message.again(&format!("#r{now}")), None).await?;
        Ok(self.dead_letters.delete(&letter.receipt_handle).await?)
    }

    /// Returns the journal key of a letter if the letter is wanted.
    async fn wanted_key(
        &self,
        open: &OpenInstallation,
        wanted: &Redrive,
        letter: &Received,
    ) -> Result<Option<JournalKey>, ApiError> {
        let id = open.installation.id.as_str();
        let Ok(envelope) = serde_json::from_str::<Envelope>(&letter.message.body) else { return Ok(None) };
        if envelope.installation != id {
            return Ok(None);
        }
        let (direction, contact, event) = match envelope.event {
            Event::Channel(event) => (Direction::Inbound, Some(event.contact.id), event.id),
            Event::Note(note) => (Direction::Note, Some(note.contact), note.id),
            // A receipt has no journal item of its own.
            Event::Receipt(receipt) => (Direction::Note, Some(receipt.contact), receipt.id),
            Event::Helpdesk(event) => {
                let mut contact = event.contact;
                for helpdesk_id in HelpdeskId::of(event.user.as_deref(), event.conversation.as_deref()) {
                    if contact.is_none() {
                        contact = self.store.contact_of(id, helpdesk_id).await?;
                    }
                }
                let by_id = |user: String| open.helpdesk.contact_by_id(&open.account(Side::Helpdesk), &user);
                let contact = contact.or_else(|| event.user.and_then(by_id));
                (Direction::Outbound, contact, event.id)
            }
        };
        let key = JournalKey { installation: id.to_owned(), contact: contact.unwrap_or_default(), direction, event };
        let reason = letter.reason.as_deref().unwrap_or("the queue gave it up");
        let fits = wanted.message.as_ref().is_none_or(|message| *message == key.public_id())
            && wanted.contact.as_ref().is_none_or(|contact| *contact == key.contact)
            && wanted.error.as_ref().is_none_or(|error| reason.contains(error.as_str()));
        Ok(fits.then_some(key))
    }
}
