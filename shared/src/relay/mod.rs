//! The one place that has effects: takes a message from the queue and brings it to the other side, once.
//!
//! [`Relay::handle`] is a message's whole way. [`attempt`] makes the calls that an adapter asks for and records what
//! each taught, [`prepare`] fetches files, [`outcome`] decides what becomes of a failure.

use std::{sync::Arc, time::Duration};

use crate::{
    adapter::{Adapter, Delivery, FetchContext, Known, Link, Progress, Task},
    clock::now_ms,
    crypto::uuid_from,
    http::HttpClient,
    installation::{Installations, Live},
    media::MediaStore,
    message::{
        Author, AuthorKind, ChannelEvent, ChannelEventKind, Contact, ENVELOPE_VERSION, Envelope, Event, HelpdeskEvent,
        HelpdeskEventKind, NoteEvent, Part, Receipt,
    },
    queue::{Outgoing, Queue},
    store::{Claim, Claimed, Direction, JournalKey, LinkChange, Sent, Settlement, Store, StoreError},
};

mod attempt;
mod outcome;
mod prepare;
pub mod setup;

pub use attempt::Failure;
pub use outcome::RETRY_WAITS;

/// How often a receipt waits for its message's journal item, in seconds; then it is dropped.
const RECEIPT_WAITS: [u64; 3] = [1, 5, 30];
/// When the table or the queue fails, the message comes back after so long.
const OUR_FAILURE_WAIT: Duration = Duration::from_secs(5);

/// The relay's clients.
#[derive(Debug)]
pub struct Relay {
    installations: Installations,
    store: Store,
    queue: Queue,
    dead_letters: Queue,
    http: HttpClient,
    media: MediaStore,
    budget: prepare::Budget,
}

/// A message as the queue hands it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The message.
    pub message: Outgoing,
    /// What [`Queue::hide`] wants.
    pub receipt_handle: String,
    /// How often the queue has handed it out, from 1.
    pub receive_count: u32,
}

/// What the queue shall do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Delete it.
    Done,
    /// Hand it out again after this long.
    Again(Duration),
}

impl Relay {
    /// Puts the clients together.
    pub fn new(
        installations: Installations,
        store: Store,
        (queue, dead_letters): (Queue, Queue),
        http: HttpClient,
        media: MediaStore,
    ) -> Self {
        Self { installations, store, queue, dead_letters, http, media, budget: prepare::Budget::default() }
    }

    /// Opens the connections that every message needs.
    pub async fn warm_up(&self) {
        tokio::join!(self.store.warm_up(), self.queue.warm_up());
    }

    /// Handles one message and, where it shall come again later, tells the queue when.
    pub async fn handle(&self, record: &Record) -> Verdict {
        let verdict = self.process(record).await;
        if let Verdict::Again(wait) = verdict {
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
            if let Err(error) = self.queue.hide(&record.receipt_handle, seconds).await {
                tracing::warn!(error = %error, "the wait could not be set; the queue's own time-out applies");
            }
        }
        verdict
    }

    async fn process(&self, record: &Record) -> Verdict {
        let envelope: Envelope = match serde_json::from_str(&record.message.body) {
            Ok(Envelope { v, .. }) if v != ENVELOPE_VERSION => return self.set_aside(record, "unknown version").await,
            Ok(envelope) => envelope,
            Err(_) => return self.set_aside(record, "malformed").await,
        };
        let live = match self.installations.find(&envelope.installation).await {
            Ok(Some(live)) if !live.is_uninstalled() => live,
            Ok(_) => {
                tracing::info!(installation.id = %envelope.installation, "a message of a removed installation was dropped");
                return Verdict::Done;
            }
            Err(error) => {
                tracing::error!(error = %error, "an installation could not be read");
                return Verdict::Again(OUR_FAILURE_WAIT);
            }
        };
        let result = match &envelope.event {
            Event::Channel(event) => self.channel_event(&live, record, &envelope, event).await,
            Event::Helpdesk(event) => self.helpdesk_event(&live, record, &envelope, event).await,
            Event::Note(note) => self.note(&live, record, &envelope, note).await,
        };
        result.unwrap_or_else(|error| match error {
            // Whoever claimed the message after us goes on with it.
            StoreError::Conflict => Verdict::Again(OUR_FAILURE_WAIT),
            error => {
                tracing::error!(error = %error, installation.id = %envelope.installation, "the table failed");
                Verdict::Again(OUR_FAILURE_WAIT)
            }
        })
    }

    async fn channel_event(
        &self,
        live: &Arc<Live>,
        record: &Record,
        envelope: &Envelope,
        event: &ChannelEvent,
    ) -> Result<Verdict, StoreError> {
        let (installation, contact) = (&envelope.installation, &event.contact);
        match &event.kind {
            ChannelEventKind::Message { parts } => {
                let message = Message {
                    live,
                    record,
                    direction: Direction::Inbound,
                    event: &event.id,
                    contact,
                    parts,
                    author: None,
                    user: None,
                    conversation: None,
                    received_at: envelope.received_at,
                };
                self.deliver(message).await
            }
            ChannelEventKind::Receipt { message, receipt } => {
                self.receipt(live, record, &event.contact, message, receipt).await
            }
            ChannelEventKind::Subscribed | ChannelEventKind::Unsubscribed => {
                let reachable = event.kind == ChannelEventKind::Subscribed;
                self.store.set_reachable(installation, &contact.id, reachable, event.at).await?;
                Ok(Verdict::Done)
            }
            ChannelEventKind::BusinessEcho { parts } => {
                let texts: Vec<String> = parts.iter().map(crate::fit::plain).collect();
                let text = format!("Sent to the customer from another device:\n{}", texts.join("\n"));
                Ok(self.tell(live, &contact.id, &event.id, None, text).await.err().unwrap_or(Verdict::Done))
            }
        }
    }

    async fn helpdesk_event(
        &self,
        live: &Arc<Live>,
        record: &Record,
        envelope: &Envelope,
        event: &HelpdeskEvent,
    ) -> Result<Verdict, StoreError> {
        let contact = match self.contact_of(live, record, event).await? {
            Ok(contact) => Contact { id: contact, ..Contact::default() },
            Err(verdict) => return Ok(verdict),
        };
        let installation = &envelope.installation;
        match &event.kind {
            HelpdeskEventKind::Message { author, parts } => {
                if author.kind == AuthorKind::Bot && self.is_ours(installation, &event.id).await? {
                    return Ok(Verdict::Done);
                }
                let message = Message {
                    live,
                    record,
                    direction: Direction::Outbound,
                    event: &event.id,
                    contact: &contact,
                    parts,
                    author: Some(author),
                    user: event.user.as_deref(),
                    conversation: event.conversation.as_deref(),
                    received_at: envelope.received_at,
                };
                self.deliver(message).await
            }
            HelpdeskEventKind::Conversation { state } => {
                let before = self.store.link(installation, &contact.id).await?;
                let mut after = before.clone();
                if let Some(conversation) = &event.conversation {
                    let is_known = before.conversation.as_ref() == Some(conversation);
                    if is_known && state.is_some() {
                        after.state = *state;
                    } else if before.conversation.is_none() {
                        after.conversation = Some(conversation.clone());
                        after.user = before.user.clone().or_else(|| event.user.clone());
                        after.state = *state;
                    }
                }
                self.store.change_link(installation, &contact.id, &LinkChange::between(&before, &after)).await?;
                Ok(Verdict::Done)
            }
            HelpdeskEventKind::UserUpdated { digest } => {
                let before = self.store.link(installation, &contact.id).await?;
                if before.user.is_some() && before.profile.as_ref() != Some(digest) {
                    // Somebody at the helpdesk edited the profile; theirs stays.
                    let after = Link { profile_pinned: true, ..before.clone() };
                    self.store.change_link(installation, &contact.id, &LinkChange::between(&before, &after)).await?;
                }
                Ok(Verdict::Done)
            }
        }
    }

    async fn is_ours(&self, installation: &str, message: &str) -> Result<bool, StoreError> {
        let sent = Sent { side: "helpdesk", id: message.to_owned() };
        Ok(self.store.message_of(installation, &sent).await?.is_some())
    }

    /// Whom a helpdesk's event is about: by the event itself, else by the stored way back, else by asking the helpdesk.
    async fn contact_of(
        &self,
        live: &Live,
        record: &Record,
        event: &HelpdeskEvent,
    ) -> Result<Result<String, Verdict>, StoreError> {
        if let Some(contact) = &event.contact {
            return Ok(Ok(contact.clone()));
        }
        for id in [&event.user, &event.conversation].into_iter().flatten() {
            if let Some(contact) = self.store.contact_of(&live.installation.id, id).await? {
                return Ok(Ok(contact));
            }
        }
        let is_message = matches!(event.kind, HelpdeskEventKind::Message { .. });
        let Some(user) = event.user.as_deref().filter(|_| is_message) else {
            return Ok(Err(Verdict::Done));
        };
        match setup::find_contact(&self.http, live, user).await {
            Ok(Some(contact)) => Ok(Ok(contact)),
            // A user of the helpdesk who has nothing to do with this channel.
            Ok(None) => Ok(Err(Verdict::Done)),
            Err(reason) => {
                let tries = record.receive_count.saturating_sub(1);
                tracing::warn!(installation.id = %live.installation.id, reason, "a contact could not be looked up");
                match RETRY_WAITS.get(usize::try_from(tries).unwrap_or(usize::MAX)) {
                    Some(wait) => Ok(Err(Verdict::Again(Duration::from_secs(*wait)))),
                    None => Ok(Err(self.set_aside(record, "the contact could not be looked up").await)),
                }
            }
        }
    }

    async fn receipt(
        &self,
        live: &Arc<Live>,
        record: &Record,
        contact: &Contact,
        message: &str,
        receipt: &Receipt,
    ) -> Result<Verdict, StoreError> {
        let installation = &live.installation.id;
        let sent = Sent { side: "channel", id: message.to_owned() };
        let Some(journal) = self.store.message_of(installation, &sent).await? else {
            // It may have overtaken the answer to our own send call.
            let earlier = usize::try_from(record.receive_count.saturating_sub(1)).unwrap_or(usize::MAX);
            return Ok(RECEIPT_WAITS
                .get(earlier)
                .map_or(Verdict::Done, |wait| Verdict::Again(Duration::from_secs(*wait))));
        };
        let is_news = self.store.note_receipt(&journal, receipt, now_ms()).await?;
        if live.helpdesk.limits().receipts && (is_news || record.receive_count > 1) {
            let task = Task::Receipt { contact, message: &journal.event, receipt };
            if let Err(failure) = setup::run(&self.http, live.helpdesk, &live.helpdesk_account(), &task).await {
                return Ok(self.receipt_failed(live, record, &failure));
            }
        } else if let Receipt::Failed { reason } = receipt {
            let text = outcome::not_delivered(live, reason);
            return Ok(self.tell(live, &contact.id, &journal.event, None, text).await.err().unwrap_or(Verdict::Done));
        }
        Ok(Verdict::Done)
    }

    fn receipt_failed(&self, live: &Live, record: &Record, failure: &Failure) -> Verdict {
        tracing::warn!(installation.id = %live.installation.id, reason = failure.reason(), "a receipt could not be delivered");
        let tries = usize::try_from(record.receive_count.saturating_sub(1)).unwrap_or(usize::MAX);
        match (failure, RETRY_WAITS.get(tries)) {
            (Failure::Retry { wait, .. }, Some(planned)) => {
                Verdict::Again(wait.unwrap_or(Duration::from_secs(*planned)))
            }
            (Failure::Blocked { .. }, Some(planned)) => Verdict::Again(Duration::from_secs(*planned)),
            _ => Verdict::Done,
        }
    }

    async fn note(
        &self,
        live: &Arc<Live>,
        record: &Record,
        envelope: &Envelope,
        note: &NoteEvent,
    ) -> Result<Verdict, StoreError> {
        let contact = Contact { id: note.contact.clone(), ..Contact::default() };
        let message = Message {
            live,
            record,
            direction: Direction::Note,
            event: &note.id,
            contact: &contact,
            parts: &[],
            author: None,
            user: None,
            conversation: None,
            received_at: envelope.received_at,
        };
        let Some((claimed, link)) = self.claim(&message).await? else { return Ok(Verdict::Done) };
        let failed = note.message.as_deref().filter(|_| live.helpdesk.limits().receipts);
        let receipt = Receipt::Failed { reason: note.text.clone() };
        let task = match failed {
            Some(failed) => Task::Receipt { contact: &contact, message: failed, receipt: &receipt },
            None => Task::Note { contact: &contact, text: &note.text },
        };
        self.attempt(&message, claimed, link, &task).await
    }

    /// Puts a private note about a contact into the queue, once per event it is about.
    async fn tell(
        &self,
        live: &Live,
        contact: &str,
        about: &str,
        message: Option<String>,
        text: String,
    ) -> Result<(), Verdict> {
        let note = NoteEvent { id: format!("about:{about}"), contact: contact.to_owned(), message, text };
        let envelope = Envelope {
            v: ENVELOPE_VERSION,
            installation: live.installation.id.clone(),
            received_at: now_ms(),
            event: Event::Note(note),
        };
        let sent = match Outgoing::pack(&envelope) {
            Ok(outgoing) => self.queue.send_one(&outgoing, None).await,
            Err(error) => Err(error),
        };
        sent.map_err(|error| {
            tracing::error!(error = %error, installation.id = %live.installation.id, "a note could not be stored");
            Verdict::Again(OUR_FAILURE_WAIT)
        })
    }

    /// A message that nobody can work on goes to the dead-letter queue, never round in circles.
    async fn set_aside(&self, record: &Record, reason: &str) -> Verdict {
        tracing::error!(reason, "a message was set aside");
        match self.dead_letters.send_one(&record.message, Some(reason)).await {
            Ok(()) => Verdict::Done,
            Err(error) => {
                tracing::error!(error = %error, "the dead-letter queue failed");
                Verdict::Again(OUR_FAILURE_WAIT)
            }
        }
    }

    /// Claims a message and reads its contact's pairing, at the same time. Nothing when it is finished already.
    async fn claim(&self, message: &Message<'_>) -> Result<Option<(Claimed, Link)>, StoreError> {
        let key = message.key();
        let (claim, link) = tokio::try_join!(
            self.store.claim(&key, message.received_at, now_ms()),
            self.store.link(&key.installation, &key.contact)
        )?;
        match claim {
            Claim::Finished(_) => Ok(None),
            Claim::Work(claimed) => Ok(Some((claimed, message.believed(link)))),
        }
    }

    async fn deliver(&self, message: Message<'_>) -> Result<Verdict, StoreError> {
        let Some((mut claimed, link)) = self.claim(&message).await? else { return Ok(Verdict::Done) };
        let contact = self.with_profile(&message, &link).await?;
        let message = Message { contact: &contact, ..message };
        let (target, source): (&dyn Adapter, &dyn Adapter) = match message.direction {
            Direction::Outbound => (message.live.channel, message.live.helpdesk),
            Direction::Inbound | Direction::Note => (message.live.helpdesk, message.live.channel),
        };
        let context = FetchContext { conversation: message.conversation, message: message.event, part: 0 };
        let prepared = self.prepare(&message, &mut claimed.progress, target.limits(), source, &context).await;
        let (parts, files) = match prepared {
            Ok(prepared) => prepared,
            Err(failure) => return self.conclude(&message, claimed, &LinkChange::default(), failure).await,
        };
        let key = uuid_from(&format!("{}\n{}", message.live.installation.id, claimed.key.public_id()));
        let delivery =
            Delivery { id: message.event, contact: &contact, parts: &parts, author: message.author, key: &key };
        self.attempt_with(&message, claimed, link, &Task::Deliver(&delivery), files).await
    }

    /// The contact with what the channel tells only when asked, where the event lacks the name and nobody at the
    /// helpdesk knows the contact yet.
    async fn with_profile(&self, message: &Message<'_>, link: &Link) -> Result<Contact, StoreError> {
        let contact = message.contact.clone();
        let limits = message.live.channel.limits();
        let (Some((count, period)), Direction::Inbound, None, None) =
            (limits.profile, message.direction, &contact.name, &link.user)
        else {
            return Ok(contact);
        };
        let bucket = (message.live.installation.id.as_str(), Some(contact.id.as_str()));
        if self.store.take_quota(bucket, "profile", 1, (count, period), now_ms()).await?.is_some() {
            return Ok(contact);
        }
        // Without it the message arrives all the same.
        let profile = setup::profile(&self.http, message.live, &contact.id).await.unwrap_or_default();
        Ok(Contact {
            name: profile.name,
            avatar: contact.avatar.or(profile.avatar),
            phone: contact.phone.or(profile.phone),
            email: contact.email.or(profile.email),
            language: contact.language.or(profile.language),
            country: contact.country.or(profile.country),
            id: contact.id,
        })
    }

    async fn attempt(
        &self,
        message: &Message<'_>,
        claimed: Claimed,
        link: Link,
        task: &Task<'_>,
    ) -> Result<Verdict, StoreError> {
        self.attempt_with(message, claimed, link, task, prepare::Files::default()).await
    }

    async fn attempt_with(
        &self,
        message: &Message<'_>,
        claimed: Claimed,
        link: Link,
        task: &Task<'_>,
        files: prepare::Files,
    ) -> Result<Verdict, StoreError> {
        let live = message.live;
        let (adapter, account): (&dyn Adapter, _) = match message.direction {
            Direction::Outbound => (live.channel, live.channel_account()),
            Direction::Inbound | Direction::Note => (live.helpdesk, live.helpdesk_account()),
        };
        let progress = claimed.progress.clone();
        let mut known = Known { link: message.moved(&link), progress, doubtful: claimed.doubtful };
        let mut log = attempt::Recorder::new(&self.store, claimed, link, files);
        match attempt::drive(&self.http, adapter, &account, task, &mut known, &mut log).await {
            Ok(()) => {
                let claimed = log.settle_done(&known).await?;
                self.delivered(message, &claimed).await;
                Ok(Verdict::Done)
            }
            Err(attempt::Stop::Store(error)) => Err(error),
            Err(attempt::Stop::Failure(failure)) => {
                let (claimed, change) = log.into_claimed(&known);
                self.conclude(message, claimed, &change, failure).await
            }
        }
    }

    async fn delivered(&self, message: &Message<'_>, claimed: &Claimed) {
        let installation = &message.live.installation;
        tracing::info!(
            installation.id = %installation.id,
            channel.kind = %installation.channel.kind,
            helpdesk.kind = %installation.helpdesk.kind,
            message.direction = claimed.key.direction.word(),
            message.attempt = claimed.attempt,
            message.possibly_doubled = claimed.doubled,
            message.took_ms = now_ms().saturating_sub(message.received_at),
            "a message was delivered"
        );
        // What was blocked works again.
        if installation.problem.as_ref().is_some_and(|problem| problem.code == outcome::BLOCKED)
            && self.store.set_problem(&installation.id, None).await.is_ok()
        {
            self.installations.forget(&installation.id);
        }
    }
}

/// A message on its way through one attempt.
#[derive(Clone, Copy)]
struct Message<'a> {
    live: &'a Arc<Live>,
    record: &'a Record,
    direction: Direction,
    event: &'a str,
    contact: &'a Contact,
    parts: &'a [Part],
    author: Option<&'a Author>,
    user: Option<&'a str>,
    conversation: Option<&'a str>,
    received_at: i64,
}

impl Message<'_> {
    /// The stored link without a state that may have changed since, unheard.
    fn believed(&self, link: Link) -> Link {
        let Some(lasts) = self.live.helpdesk.state_lasts(&self.live.helpdesk_account()) else { return link };
        let heard = link.state_at.map(|at| u64::try_from(now_ms().saturating_sub(at)).unwrap_or_default());
        let is_stale = heard.is_none_or(|ms| Duration::from_millis(ms) >= lasts);
        if is_stale { Link { state: None, ..link } } else { link }
    }

    /// The link as an agent's message shows it to be: where it was merged into another conversation, that one.
    fn moved(&self, link: &Link) -> Link {
        let other = self.conversation.filter(|id| link.conversation.as_deref() != Some(*id));
        let Some(other) = other.filter(|_| self.live.helpdesk.agents_move_contacts()) else { return link.clone() };
        Link {
            user: link.user.clone().or_else(|| self.user.map(str::to_owned)),
            conversation: Some(other.to_owned()),
            state: None,
            ..link.clone()
        }
    }

    fn key(&self) -> JournalKey {
        JournalKey {
            installation: self.live.installation.id.clone(),
            contact: self.contact.id.clone(),
            direction: self.direction,
            event: self.event.to_owned(),
        }
    }
}

/// The ids under which a delivered message will be named by receipts and echoes.
fn sent_ids(direction: Direction, progress: &Progress) -> Vec<Sent> {
    let side = match direction {
        Direction::Outbound => "channel",
        Direction::Inbound | Direction::Note => "helpdesk",
    };
    let ids = progress.sent.iter().filter(|id| !id.is_empty());
    ids.map(|id| Sent { side, id: id.clone() }).collect()
}

fn done(progress: &Progress, direction: Direction) -> Settlement {
    Settlement::Done { sent: sent_ids(direction, progress) }
}
