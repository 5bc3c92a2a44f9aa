//! Listing dead messages, sending them again, and removing them.
//!
//! The dead lie in the table. The dead-letter queue holds what the relay could not read or journal, and what the
//! version before gave up; redrives and discards look there as well.

use http::StatusCode;
use serde::Deserialize;

use super::{Admin, DeadLetter, DeadLetters, DiscardReport, RedriveReport};
use crate::{
    installations::OpenInstallation,
    model::{
        installation::Side,
        message::{Envelope, Event},
    },
    outside::{
        clock::now,
        queue::{Outgoing, Received},
        vault::VaultError,
    },
    store::{DeadMessage, DeadPage, Direction, HelpdeskId, JournalKey, PageFrom},
    tools::{answer::ApiError, sentences::Sentence},
};

/// The highest number of rounds of one look through the dead-letter queue. Each round receives ten messages at most.
const ROUNDS: usize = 30;
/// The time that such a look hides each message that it receives, in seconds.
const HIDDEN_SECONDS: u32 = 60;
/// The length of a page of dead messages.
const PAGE: u16 = 100;
/// The highest number of messages that one call redrives or discards, so that it ends in time.
const MOST_AT_ONCE: u32 = 200;
/// The maximum length of a reason, in characters.
const MAX_REASON: usize = 500;

/// Selects dead messages. Without a filter, these are all dead messages of the installation.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct Redrive {
    /// Only the message with this id.
    pub message: Option<String>,
    /// Only messages of this contact.
    pub contact: Option<String>,
    /// Only messages whose reason contains this text.
    pub error: Option<String>,
    /// Whether to count the messages only, without changing any.
    pub dry_run: bool,
}

/// Selects dead messages to remove.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct Discard {
    /// Only the message with this id.
    pub message: Option<String>,
    /// Only messages of this contact.
    pub contact: Option<String>,
    /// Only messages whose reason contains this text.
    pub error: Option<String>,
    /// Whether to count the messages only, without changing any.
    pub dry_run: bool,
    /// Why the messages are removed. The journal keeps this reason.
    pub reason: String,
}

/// What is done with the selected messages.
#[derive(Clone, Copy, Debug)]
enum Action<'a> {
    Redrive,
    Discard { reason: &'a str },
}

/// How many messages an action concerned, and whether there may be more.
#[derive(Clone, Copy, Debug, Default)]
struct Outcome {
    count: u32,
    more: bool,
}

impl Redrive {
    fn fits(&self, key: &JournalKey, reason: &str) -> bool {
        self.message.as_ref().is_none_or(|message| *message == key.public_id())
            && self.contact.as_ref().is_none_or(|contact| *contact == key.contact)
            && self.error.as_ref().is_none_or(|error| reason.contains(error.as_str()))
    }
}

impl Admin {
    /// Returns dead messages of an installation, newest first, each with its reason. `after` is the `next` of the page
    /// before.
    ///
    /// # Errors
    /// 404 for an unknown installation, 503 if one of our own services fails.
    pub async fn dead_letters(&self, id: &str, after: Option<&str>) -> Result<DeadLetters, ApiError> {
        self.find(id).await?;
        let from = PageFrom { after, oldest_first: false, limit: PAGE };
        let DeadPage { messages, next } = self.store.dead_messages(id, &from).await?;
        Ok(DeadLetters { messages: messages.into_iter().map(DeadLetter::from).collect(), next })
    }

    /// Sends dead messages again, each with all its retries, the oldest first. A message whose envelope is damaged is
    /// left as it is.
    ///
    /// # Errors
    /// 404 for an unknown installation or message, 409 if the named message is not dead or is damaged, 410 for an
    /// uninstalled installation, 503 if one of our own services fails. Messages that were sent before a failure stay
    /// sent.
    pub async fn redrive(&self, id: &str, wanted: &Redrive) -> Result<RedriveReport, ApiError> {
        let open = self.find_installed(id).await?;
        let Outcome { count, more } = self.act(&open, wanted, Action::Redrive).await?;
        Ok(RedriveReport { redriven: count, more })
    }

    /// Removes dead messages for good. The journal keeps them with the reason.
    ///
    /// # Errors
    /// 422 without a reason, and those of [`redrive`](Self::redrive) except for damaged messages, which can be removed.
    pub async fn discard(&self, id: &str, wanted: &Discard) -> Result<DiscardReport, ApiError> {
        let reason = wanted.reason.trim();
        if reason.is_empty() || reason.chars().count() > MAX_REASON {
            return Err(ApiError::unprocessable("bad_setting", Sentence::ReasonNeeded { most: MAX_REASON }));
        }
        let open = self.find_installed(id).await?;
        let Discard { message, contact, error, dry_run, .. } = wanted.clone();
        let wanted = Redrive { message, contact, error, dry_run };
        let Outcome { count, more } = self.act(&open, &wanted, Action::Discard { reason }).await?;
        Ok(DiscardReport { discarded: count, more })
    }

    /// Removes all dead messages of an installation that is being uninstalled, and returns their number.
    pub(super) async fn discard_all(&self, open: &OpenInstallation) -> Result<u32, ApiError> {
        let reason = Sentence::InstallationRemoved.to_string();
        let mut count = 0_u32;
        loop {
            let done = self.act(open, &Redrive::default(), Action::Discard { reason: &reason }).await?;
            count = count.saturating_add(done.count);
            // Without a message, the rest is hidden from this call, and nothing would change in the next round.
            if !done.more || done.count == 0 {
                return Ok(count);
            }
        }
    }

    async fn act(&self, open: &OpenInstallation, wanted: &Redrive, action: Action<'_>) -> Result<Outcome, ApiError> {
        if let Some(message) = &wanted.message {
            return self.act_on_one(open, message, wanted, action).await;
        }
        // A discarded message of the version before must leave the queue before its journal item ends.
        let queued = self.act_on_queue(open, wanted, action).await?;
        let stored = self.act_on_table(open, wanted, action).await?;
        Ok(Outcome { count: queued.count.saturating_add(stored.count), more: queued.more || stored.more })
    }

    async fn act_on_one(
        &self,
        open: &OpenInstallation,
        message: &str,
        wanted: &Redrive,
        action: Action<'_>,
    ) -> Result<Outcome, ApiError> {
        let key = JournalKey::from_public_id(&open.installation.id, message).ok_or_else(ApiError::not_found)?;
        let found = self.store.dead_message(&key).await?;
        if let Some(dead) = found.as_ref().filter(|found| found.is_dead() && found.envelope.is_some()) {
            if !wanted.fits(&key, dead.summary.error.as_deref().unwrap_or_default()) {
                return Ok(Outcome::default());
            }
            if dead.damaged && matches!(action, Action::Redrive) {
                return Err(ApiError::new(StatusCode::CONFLICT, "damaged", Sentence::DeadDamaged));
            }
            let is_done = wanted.dry_run || self.act_on(dead, action).await?;
            return Ok(Outcome { count: u32::from(is_done), more: !is_done });
        }
        let queued = self.act_on_queue(open, wanted, action).await?;
        match found {
            _ if queued.count > 0 => Ok(queued),
            None => Err(ApiError::not_found()),
            // The version before gave it up, and the dead-letter queue does not show it at the moment.
            Some(found) if found.is_dead() => match action {
                Action::Discard { .. } => {
                    let is_done = wanted.dry_run || self.act_on(&found, action).await?;
                    Ok(Outcome { count: u32::from(is_done), more: false })
                }
                Action::Redrive => Ok(queued),
            },
            Some(found) => {
                let message = Sentence::NotDead { state: found.summary.state };
                Err(ApiError::new(StatusCode::CONFLICT, "not_dead", message))
            }
        }
    }

    async fn act_on_table(
        &self,
        open: &OpenInstallation,
        wanted: &Redrive,
        action: Action<'_>,
    ) -> Result<Outcome, ApiError> {
        let mut done = Outcome::default();
        let mut after: Option<String> = None;
        loop {
            // The messages of a contact have to arrive in their order.
            let from = PageFrom { after: after.as_deref(), oldest_first: true, limit: PAGE };
            let page = self.store.dead_messages(&open.installation.id, &from).await?;
            for dead in &page.messages {
                let is_possible = match action {
                    Action::Redrive => !dead.damaged && dead.envelope.is_some(),
                    Action::Discard { .. } => true,
                };
                if !is_possible || !wanted.fits(&dead.key, dead.summary.error.as_deref().unwrap_or_default()) {
                    continue;
                }
                if !wanted.dry_run && done.count >= MOST_AT_ONCE {
                    return Ok(Outcome { more: true, ..done });
                }
                if wanted.dry_run || self.act_on(dead, action).await? {
                    done.count = done.count.saturating_add(1);
                } else {
                    // If the other one fails, the message can be had again after a moment.
                    done.more = true;
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(done);
            }
        }
    }

    /// Redrives or discards one message. Returns `false` if somebody else was faster, or if its envelope is damaged.
    async fn act_on(&self, dead: &DeadMessage, action: Action<'_>) -> Result<bool, ApiError> {
        let reason = match action {
            Action::Redrive => return self.send_stored(dead).await,
            Action::Discard { reason } => reason,
        };
        Ok(self.store.discard(dead, reason, now()).await?)
    }

    async fn send_stored(&self, dead: &DeadMessage) -> Result<bool, ApiError> {
        if !self.store.begin_redrive(dead, now()).await? {
            return Ok(false);
        }
        let sent = match self.stored_message(dead).await {
            Ok(Some(message)) => self.queue.send_one(&message, None).await.map_err(ApiError::from).map(|()| true),
            Ok(None) => Ok(false),
            Err(error) => Err(error),
        };
        if matches!(sent, Ok(true)) {
            self.store.end_redrive(dead, now()).await?;
        } else {
            // If this fails as well, the reservation ends by itself.
            let _ = self.store.cancel_redrive(dead).await;
        }
        sent
    }

    /// Returns a stored message as it should be sent again; `None` if it is damaged.
    async fn stored_message(&self, dead: &DeadMessage) -> Result<Option<Outgoing>, ApiError> {
        let Some(mut envelope) = self.store.envelope_of(dead).await? else { return Ok(None) };
        let mut body = std::mem::take(&mut envelope.body);
        if envelope.is_sealed {
            body = match self.vault.open_bytes(&dead.key.installation, &body).await {
                Ok(body) => body,
                Err(VaultError::Unreadable) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
        }
        Ok(envelope.again(body))
    }

    /// Looks through the dead-letter queue.
    async fn act_on_queue(
        &self,
        open: &OpenInstallation,
        wanted: &Redrive,
        action: Action<'_>,
    ) -> Result<Outcome, ApiError> {
        let mut count = 0_u32;
        let mut others: Vec<String> = Vec::new();
        let mut more = true;
        for _ in 0..ROUNDS {
            let received = self.dead_letters.receive(HIDDEN_SECONDS).await?;
            if received.is_empty() {
                more = false;
                break;
            }
            for letter in received {
                let Some(key) = self.wanted_key(open, wanted, &letter).await? else {
                    others.push(letter.receipt_handle);
                    continue;
                };
                if wanted.dry_run {
                    // What a discard finds dead in the journal is counted there.
                    let is_counted_there = matches!(action, Action::Discard { .. })
                        && self.store.dead_message(&key).await?.is_some_and(|found| found.is_dead());
                    count = count.saturating_add(u32::from(!is_counted_there));
                    others.push(letter.receipt_handle);
                } else {
                    self.act_on_letter(&key, &letter, action).await?;
                    count = count.saturating_add(1);
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
        Ok(Outcome { count, more })
    }

    async fn act_on_letter(&self, key: &JournalKey, letter: &Received, action: Action<'_>) -> Result<(), ApiError> {
        let now = now();
        match action {
            Action::Redrive => {
                if self.store.reopen(key, now).await? {
                    self.queue.send_one(&letter.message.clone().again(&format!("#r{now}")), None).await?;
                }
            }
            Action::Discard { reason } => drop(self.store.discard_queued(key, reason, now).await?),
        }
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
            Event::Unread(unread) => {
                let key = JournalKey::of_unread(id, &unread);
                (key.direction, None, key.event)
            }
            Event::Channel(event) => (Direction::Inbound, Some(event.contact.id), event.id),
            Event::Note(note) => (Direction::Note, Some(note.contact), note.id),
            // A receipt has no journal item of its own, and a wish to read a conversation has none either.
            Event::History(history) => (Direction::Note, Some(history.contact), history.id),
            Event::Receipt(receipt) => (Direction::Note, Some(receipt.contact), receipt.id),
            Event::Helpdesk(event) => {
                let mut contact = event.contact;
                for helpdesk_id in HelpdeskId::of(event.user.as_deref(), event.conversation.as_deref()) {
                    if contact.is_none() {
                        contact = self.store.contact_of(id, helpdesk_id).await?;
                    }
                }
                let by_id = |user: String| open.helpdesk.contact_by_id(&open.account(Side::Helpdesk), &user);
                let contact = contact.or_else(|| open.contact_id(event.user.and_then(by_id)?));
                (Direction::Outbound, contact, event.id)
            }
        };
        let key = JournalKey { installation: id.to_owned(), contact: contact.unwrap_or_default(), direction, event };
        let reason = letter.reason.as_deref().unwrap_or("the queue gave it up");
        Ok(wanted.fits(&key, reason).then_some(key))
    }
}
