//! What is dead and why, and how it gets another chance.

use serde::Deserialize;

use super::{Admin, RedriveReport};
use crate::{
    installations::OpenInstallation,
    model::{
        installation::Side,
        message::{Envelope, Event},
    },
    outside::{clock::now, queue::Received},
    store::{Direction, JournalKey, JournalState, Page},
    tools::answer::ApiError,
};

/// So many rounds of ten messages at most, and each message hidden for so long meanwhile.
const ROUNDS: usize = 30;
const HIDDEN_SECONDS: u32 = 60;

/// Which dead letters to send again; all of the installation where nothing is said.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct Redrive {
    /// Only this message.
    pub message: Option<String>,
    /// Only messages of this contact.
    pub contact: Option<String>,
    /// Only messages whose reason contains this.
    pub error: Option<String>,
    /// Count them, change nothing.
    pub dry_run: bool,
}

impl Admin {
    /// The dead messages of an installation, newest first, each with its reason.
    ///
    /// # Errors
    /// 404, or our own failure.
    pub async fn dead_letters(&self, id: &str) -> Result<Page, ApiError> {
        self.find(id).await?;
        Ok(self.store.latest(id, Some(JournalState::Dead), 100).await?)
    }

    /// Sends dead messages again, with all their retries.
    ///
    /// # Errors
    /// 404, 410, or our own failure; what went back by then has gone back.
    pub async fn redrive(&self, id: &str, wanted: &Redrive) -> Result<RedriveReport, ApiError> {
        let open = self.fresh(id).await?;
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
        // Where there is more, these stay hidden for their minute, so that the next call gets past them: another
        // installation's letters must not stand before this one's for ever.
        for receipt_handle in others.iter().filter(|_| !more) {
            // Whoever looks next shall see them; where this fails they show up again by themselves.
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

    /// The journal key of a letter, where it is one of those that are wanted.
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
            // It has no journal item of its own.
            Event::Receipt(receipt) => (Direction::Note, Some(receipt.contact), receipt.id),
            Event::Helpdesk(event) => {
                let mut contact = event.contact;
                for helpdesk_id in [&event.user, &event.conversation].into_iter().flatten() {
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
