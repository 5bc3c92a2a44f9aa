//! The relay takes a message from the queue and delivers it to the other side, once.
//!
//! [`Relay::handle`] is the whole path of a message. [`recorder`] records what each answer taught, [`files`] fetches
//! files, [`pace`] keeps shared rate limits, [`failure`] decides how a failure is handled, [`waits`] decides when the
//! message comes back, [`contacts`] finds out who a message is for, [`news`] tells contacts what happened to their
//! conversation, [`quotes`] what a message answers, [`choices`] which choice a contact made, [`notes`] tells agents what
//! they have to know, [`receipts`] delivers receipts to the helpdesk, [`typing`] shows that somebody is typing, [`unread`]
//! keeps calls that cannot be read, and [`history`] reads what agents wrote while no webhook arrived.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::time::Instant;

use self::{
    ending::{Ending, Later},
    pace::{Pace, Paced, Permits},
    waits::{Life, Waits},
};
use crate::{
    adapter::{Delivery, FetchContext, Known, Link, Progress, Task},
    engine::{Stop, drive},
    installations::{Installations, OpenInstallation},
    model::{
        fit,
        installation::Side,
        message::{
            Author, AuthorKind, ChannelEvent, ChannelEventKind, Contact, Details, ENVELOPE_VERSION, Envelope, Event,
            HelpdeskEvent, HelpdeskEventKind, MessageNames, News, Part, Quote,
        },
    },
    outside::{
        aws::Timeouts,
        clock::now,
        config::Environment,
        http::HttpClient,
        media::MediaStore,
        metrics,
        queue::{Outgoing, Queue},
        vault::Vault,
    },
    start::{Clients, StartError, media_store, warm_up},
    store::{
        Brake, Braked, Claim, Claimed, Direction, Finished, JournalKey, JournalState, Owed, Sent, Settlement, Store,
        StoreError,
    },
    tools::{
        crypto::uuid_from,
        millis::Millis,
        rules::{self, Rule},
        sentences::Sentence,
    },
};

mod brakes;
mod choices;
mod contacts;
mod ending;
mod failure;
mod files;
mod history;
mod news;
mod notes;
pub mod pace;
mod quotes;
mod receipts;
mod recorder;
mod typing;
mod unread;
mod waits;

pub use crate::adapter::Failure;
pub use ending::Silence;
pub use waits::RETRY_WAITS;

/// The first backoff after a failure of the table or the queue.
const OUR_FAILURE_BACKOFF: Duration = Duration::from_secs(5);
/// The longest backoff after failures of ours. The queue hands a message out a thousand times, so the message outlasts
/// a failure of days.
const MAX_OUR_FAILURE_BACKOFF: Duration = Duration::from_secs(300);

/// How long a message stays hidden after its invocation must have ended.
const HOLD_RESERVE: Duration = Duration::from_secs(5);
/// The wait of a message whose invocation had no time left for the next call.
const OUT_OF_TIME_WAIT: Duration = Duration::from_secs(1);
/// The precision with which the link tells when the contact last wrote, so that not every message writes the link.
const HEARD_STEP: Duration = Duration::from_secs(60);

/// The relay's clients.
#[derive(Debug)]
pub struct Relay {
    installations: Installations,
    store: Store,
    queue: Queue,
    dead_letters: Queue,
    http: HttpClient,
    media: MediaStore,
    vault: Arc<Vault>,
    budget: files::Budget,
    authors: Authors,
    pace: Pace,
    waits: Waits,
}

/// The agents' names, by installation and agent id, with the time of the lookup.
type Authors = Mutex<HashMap<(String, String), (Option<String>, Millis)>>;

/// A message as the queue hands it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The message.
    pub message: Outgoing,
    /// The receipt handle for [`Queue::hide`].
    pub receipt_handle: String,
    /// How often the queue has handed the message out, from 1.
    pub receive_count: u32,
    /// When the message was put into the queue, which is when it arrived or was redriven.
    pub sent_at: Millis,
    /// When the queue first handed the message out, which is when it came to the head of its lane.
    pub first_received_at: Millis,
    /// The end of the invocation.
    pub deadline: Instant,
}

impl Record {
    /// Returns how old the message is, and how old it may become.
    fn life(&self, open: &OpenInstallation, waits: Waits) -> Life {
        let hours = u64::from(open.installation.options.give_up_after_hours);
        Life { age: now().since(self.sent_at), end: waits.scaled(Duration::from_secs(hours * 3_600)) }
    }
}

/// What the queue should do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Delete the message.
    Done,
    /// Hand the message out again after this time.
    Again(Duration),
    /// Leave the message as it is: somebody else has it, or the queue does not answer.
    Leave,
}

impl From<Later> for Verdict {
    fn from(Later(wait): Later) -> Self {
        Self::Again(wait)
    }
}

impl From<Ending> for Verdict {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Delivered | Ending::Told | Ending::Silent(_) | Ending::NoMessage => Self::Done,
            Ending::Later(later) => later.into(),
        }
    }
}

impl Relay {
    /// Makes the clients from the environment. No call is made.
    ///
    /// # Errors
    /// Returns an error that names the variable if a variable is missing or malformed.
    pub async fn from_environment(environment: &Environment) -> Result<Self, StartError> {
        let Clients { installations, store, queue, vault, sqs, .. } =
            Clients::from_environment(environment, Timeouts::Background).await?;
        Ok(Self {
            installations,
            store,
            queue,
            dead_letters: Queue::new(sqs, environment.dlq_url()?),
            http: HttpClient::new(environment.allow_private_addresses()?),
            media: media_store(environment)?,
            vault,
            budget: files::Budget::default(),
            authors: Authors::default(),
            pace: Pace::new(),
            waits: Waits::new(environment.retry_time_scale()?),
        })
    }

    /// Opens the connections that every message needs.
    pub async fn warm_up(&self) {
        warm_up(async { tokio::join!(self.store.warm_up(), self.queue.warm_up()) }).await;
    }

    /// Handles one message and, if the message should come again later, sets the time in the queue.
    pub async fn handle(&self, record: &Record) -> Verdict {
        let verdict = self.process(record).await;
        if let Verdict::Again(wait) = verdict {
            // Rounded up, so that the message never comes earlier than the vendor permits.
            let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0));
            let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
            if let Err(error) = self.queue.hide(&record.receipt_handle, seconds).await {
                tracing::warn!(error = %error, "the wait could not be set; the queue's own time-out applies");
            }
        }
        verdict
    }

    async fn process(&self, record: &Record) -> Verdict {
        let mut envelope: Envelope = match serde_json::from_str(&record.message.body) {
            Ok(Envelope { v, .. }) if v != ENVELOPE_VERSION => {
                return done_or(self.set_aside(record, &Sentence::UnknownVersion.to_string()).await);
            }
            Ok(envelope) => envelope,
            Err(_) => return done_or(self.set_aside(record, &Sentence::Malformed.to_string()).await),
        };
        envelope.event.clean();
        let (held, open, read) =
            tokio::join!(self.hold(record), self.installations.find(&envelope.installation), async {
                match envelope.event.contact() {
                    Some((contact, side)) => {
                        Some(self.store.link_and_brake(&envelope.installation, contact, side).await)
                    }
                    None => None,
                }
            });
        if !held {
            return Verdict::Leave;
        }
        let open = match open {
            Ok(Some(open)) if !open.is_uninstalled() => open,
            Ok(_) => {
                tracing::info!(
                    installation.id = %envelope.installation,
                    "a message of a removed installation was dropped"
                );
                Silence::Uninstalled.note(&envelope.installation, &envelope.event);
                return Verdict::Done;
            }
            Err(error) => {
                tracing::error!(error = %error, "an installation could not be read");
                return Verdict::Again(backoff_for_our_failure(record.receive_count));
            }
        };
        let read = match read.transpose() {
            Ok(read) => read,
            Err(error) => {
                tracing::error!(error = %error, installation.id = %envelope.installation, "the table failed");
                return Verdict::Again(backoff_for_our_failure(record.receive_count));
            }
        };
        let passage = Passage { open: &open, record, envelope: &envelope, read: read.as_ref() };
        let result = match &envelope.event {
            Event::Channel(event) => self.channel_event(&passage, event).await,
            Event::Helpdesk(event) => self.helpdesk_event(&passage, event).await.map(|ending| {
                if let Ending::Silent(silence) = ending {
                    silence.note(&envelope.installation, &envelope.event);
                }
                ending.into()
            }),
            Event::Note(note) => self.note(&passage, note).await,
            Event::Receipt(receipt) => self.own_receipt(&open, record, &envelope, receipt).await,
            Event::Unread(unread) => self.unread(&open, record, envelope.received_at, unread).await,
            Event::History(history) => self.history(&open, record, history).await,
        };
        let verdict = match result {
            Ok(verdict) => verdict,
            // Another process has claimed the message and continues with it.
            Err(StoreError::Conflict) => Verdict::Again(backoff_for_our_failure(record.receive_count)),
            // The table will never take this message: its keys or what has to be known of it are too large.
            Err(StoreError::Refused { operation, message }) => {
                tracing::error!(operation, reason = message, "the table refused a message for good");
                done_or(self.set_aside_told(&open, record, &envelope.event, Sentence::NotJournaled).await)
            }
            Err(error) => {
                tracing::error!(error = %error, installation.id = %envelope.installation, "the table failed");
                Verdict::Again(backoff_for_our_failure(record.receive_count))
            }
        };
        match verdict {
            Verdict::Again(wait) => {
                let life = record.life(&open, self.waits);
                // Conversations that are read wait for their rate limit, and nobody waits for them.
                if !matches!(envelope.event, Event::History(_)) {
                    metrics::message_waits(envelope.event.target(), life.age);
                }
                Verdict::Again(self.waits.stretched(wait, record.receive_count, life))
            }
            verdict => verdict,
        }
    }

    /// Hides the message until this invocation must have ended. Returns `false` if the queue may have handed the message
    /// to somebody else, or does not answer: the message then comes back by itself.
    async fn hold(&self, record: &Record) -> bool {
        if !rules::holds(Rule::MessageIsHeld) {
            return true;
        }
        let left = record.deadline.saturating_duration_since(Instant::now()).saturating_add(HOLD_RESERVE);
        match self.queue.hold(&record.receipt_handle, u32::try_from(left.as_secs()).unwrap_or(u32::MAX)).await {
            Ok(is_held) => is_held,
            Err(error) => {
                tracing::warn!(error = %error, "a message could not be held and is left to the queue");
                false
            }
        }
    }

    async fn channel_event(&self, passage: &Passage<'_>, event: &ChannelEvent) -> Result<Verdict, StoreError> {
        let Passage { open, record, envelope, read } = *passage;
        let contact = &event.contact;
        let inbound = |parts, echo| Message {
            open,
            record,
            read,
            direction: Direction::Inbound,
            event: &event.id,
            at: event.at,
            echo,
            contact,
            parts,
            author: None,
            user: None,
            conversation: None,
            received_at: envelope.received_at,
            names: event.names.as_deref().unwrap_or(&NO_NAMES),
            quote: event.quote.as_deref(),
            details: event.details.as_deref().unwrap_or(Details::NONE),
            news: None,
        };
        match &event.kind {
            ChannelEventKind::Message { parts } if let Some(given) = news::rating(passage, parts) => {
                // On the heap, because hardly any message is a rating.
                Box::pin(self.rate(inbound(parts, false), given)).await.map(Verdict::from)
            }
            ChannelEventKind::Message { parts } => self.deliver(inbound(parts, false)).await.map(Verdict::from),
            ChannelEventKind::BusinessEcho { message: Some(message), .. }
                if let Some(verdict) = self.own_echo(open, record, message).await? =>
            {
                Ok(verdict)
            }
            ChannelEventKind::BusinessEcho { parts, .. } if open.helpdesk.features().echoes => {
                self.deliver(inbound(parts, true)).await.map(Verdict::from)
            }
            ChannelEventKind::Receipt { message, receipt } => {
                self.channel_receipt(open, record, message, (receipt, event.at)).await
            }
            ChannelEventKind::ReceiptUpTo { until, message, receipt } => {
                self.channel_receipt_up_to(open, record, &contact.id, (*until, message.as_deref()), receipt).await
            }
            ChannelEventKind::Subscribed => {
                let permit = |link: &mut Link| {
                    link.stopped_at = link.stopped_at.filter(|stopped| *stopped > event.at);
                    link.heard_at = link.heard_at.max(Some(event.at));
                };
                self.change_link(open, &contact.id, permit).await
            }
            // Platforms repeat events. One from before the contact last wrote says nothing about what they want now.
            ChannelEventKind::Unsubscribed => {
                let stop = |link: &mut Link| {
                    if link.heard_at.is_none_or(|heard| heard <= event.at) {
                        link.stopped_at = Some(event.at);
                    }
                };
                self.change_link(open, &contact.id, stop).await
            }
            ChannelEventKind::Opened { context } => {
                let open_with = |link: &mut Link| {
                    if link.heard_at.is_none_or(|heard| heard <= event.at) {
                        link.opened_with = Some(context.clone());
                    }
                };
                self.change_link(open, &contact.id, open_with).await
            }
            ChannelEventKind::Typing => {
                self.typing(passage, contact.clone()).await;
                Ok(Verdict::Done)
            }
            ChannelEventKind::AccountBlocked { reason } => {
                tracing::warn!(installation.id = %open.installation.id, reason, "the channel says that the account is blocked");
                self.report_blocked(open, Direction::Outbound, reason).await;
                Ok(Verdict::Done)
            }
            ChannelEventKind::Moved { from, text } => {
                self.move_pairing(open, contact, (from, text.as_deref()), event).await
            }
            ChannelEventKind::BusinessEcho { parts, .. } => {
                let language = open.language();
                let texts: Vec<String> = parts.iter().map(|part| fit::as_text(part, language)).collect();
                let text = language.say(Sentence::FromAnotherDevice { text: &texts.join("\n") }).into();
                Ok(done_or(self.send_note(open, &contact.id, &event.id, None, text).await))
            }
        }
    }

    async fn helpdesk_event(&self, passage: &Passage<'_>, event: &HelpdeskEvent) -> Result<Ending, StoreError> {
        let Passage { open, record, envelope, read } = *passage;
        let known = self.known_contact(open, event).await?;
        let installation = &envelope.installation;
        match &event.kind {
            HelpdeskEventKind::Message { author, parts } => {
                let contact = match known {
                    Some(contact) => contact,
                    None => match self.asked_contact(open, record, event).await? {
                        Ok(contact) => contact,
                        Err(ending) => return Ok(ending),
                    },
                };
                let mut contact = Contact { id: contact, ..Contact::default() };
                let read = match read {
                    Some(read) => read,
                    None => &self.store.link_and_brake(installation, &contact.id, Side::Channel).await?,
                };
                // The helpdesk may know the contact by an id that the channel has replaced.
                let is_moved = read.0.moved_to.is_some();
                if is_moved {
                    contact.id = self.current(installation, &contact.id).await?.0;
                }
                if author.kind == AuthorKind::Bot && self.is_ours(installation, &event.id).await? {
                    return Ok(Ending::Silent(Silence::OwnPost));
                }
                if let Some(ending) = self.drop_repeat(open, &contact.id, envelope.received_at, event).await? {
                    return Ok(ending);
                }
                let message = Message {
                    open,
                    record,
                    read: (!is_moved).then_some(read),
                    direction: Direction::Outbound,
                    event: &event.id,
                    at: event.at,
                    echo: false,
                    contact: &contact,
                    parts,
                    author: Some(author),
                    user: event.user.as_deref(),
                    conversation: event.conversation.as_deref(),
                    received_at: envelope.received_at,
                    names: &NO_NAMES,
                    quote: event.quote.as_ref(),
                    details: Details::NONE,
                    news: None,
                };
                self.deliver(message).await
            }
            HelpdeskEventKind::Typing => {
                if let Some(id) = known {
                    self.typing(passage, Contact { id, ..Contact::default() }).await;
                }
                Ok(Ending::NoMessage)
            }
            HelpdeskEventKind::Conversation { state, news } => {
                let (Some(contact), Some(conversation)) = (known, &event.conversation) else {
                    return Ok(Ending::NoMessage);
                };
                let update_state = |link: &mut Link| {
                    if link.conversation.as_ref() == Some(conversation) && state.is_some() {
                        link.state = *state;
                    } else if link.conversation.is_none() {
                        link.conversation = Some(conversation.clone());
                        link.user = link.user.take().or_else(|| event.user.clone());
                        link.state = *state;
                    }
                };
                self.change_link(open, &contact, update_state).await?;
                match news {
                    Some(news) => Box::pin(self.tell(passage, event, &contact, news)).await,
                    None => Ok(Ending::NoMessage),
                }
            }
            HelpdeskEventKind::UserUpdated { digest } => {
                let Some(contact) = known else { return Ok(Ending::NoMessage) };
                // Somebody at the helpdesk edited the profile, so the bridge must not overwrite it.
                let pin_profile = |link: &mut Link| {
                    link.profile_pinned |= link.user.is_some() && link.profile.as_ref() != Some(digest);
                };
                self.change_link(open, &contact, pin_profile).await?;
                Ok(Ending::NoMessage)
            }
        }
    }

    async fn is_ours(&self, installation: &str, message: &str) -> Result<bool, StoreError> {
        let sent = Sent { side: Side::Helpdesk, id: message.to_owned() };
        Ok(self.store.message_of(installation, &sent).await?.is_some())
    }

    /// Moves a message that cannot be processed to the dead-letter queue, so that it is not retried for ever.
    async fn set_aside(&self, record: &Record, reason: &str) -> Result<(), Later> {
        tracing::error!(reason, "a message was set aside");
        self.dead_letters.send_one(&record.message, Some(reason)).await.map_err(|error| {
            tracing::error!(error = %error, "the dead-letter queue failed");
            Later(OUR_FAILURE_BACKOFF)
        })
    }

    /// Claims a message, unless the brake of its side is closed. `Err` means that there is nothing to do now.
    async fn claim<'a>(&self, message: &Message<'a>) -> Result<Result<Attempt<'a>, Idle>, StoreError> {
        let key = message.key();
        let side = message.direction.target();
        let (link, brake) = match message.read {
            Some(read) => read.clone(),
            None => self.store.link_and_brake(&key.installation, &key.contact, side).await?,
        };
        let lane = message.lane(side.into(), brake);
        if let brakes::Permission::Wait(wait) = self.permission(&lane, message.record).await? {
            return Ok(Err(Idle::Braked { wait, reason: lane.brake.reason }));
        }
        match self.claim_in_journal(&key, message.received_at, message.record).await? {
            Claim::Finished(finished) => {
                if !finished.owed.is_empty() {
                    self.store.pay(&key, &finished.owed, now()).await?;
                }
                Ok(Err(Idle::Finished(finished)))
            }
            Claim::Work(claimed) => {
                // Adapters conclude from what the link lacks that nothing was posted. Another process may have changed the
                // link between the read and the claim, and left the doubt.
                let link = match claimed.doubts {
                    0 => link,
                    _ => self.store.link(&key.installation, &key.contact).await?,
                };
                let link = claimed.owed.link.applied_to(link);
                let link = self.take_over_alias(message, link).await?;
                Ok(Ok(Attempt { claimed, link: message.without_stale_state(link), lane }))
            }
        }
    }

    /// Claims a message, also if it is dead and somebody put it back into the queue.
    async fn claim_in_journal(
        &self,
        key: &JournalKey,
        received_at: Millis,
        record: &Record,
    ) -> Result<Claim, StoreError> {
        let claim = self.store.claim(key, received_at, now()).await?;
        if let Claim::Finished(Finished { state: JournalState::Dead, .. }) = &claim
            && self.was_put_back(key, record).await?
        {
            return self.store.claim(key, received_at, now()).await;
        }
        Ok(claim)
    }

    /// Reopens a dead message if somebody put it back into the queue: a redrive of ours, or a move out of the dead-letter
    /// queue, where the version before put the dead.
    ///
    /// A repeat by the platform has the deduplication id that every event gets when it arrives. A dead message that the
    /// queue hands out again has the id that it died with. Every other id belongs to a message that was put back.
    ///
    /// Returns whether the message should be claimed again.
    async fn was_put_back(&self, key: &JournalKey, record: &Record) -> Result<bool, StoreError> {
        let arrived = &record.message.deduplication;
        let envelope = serde_json::from_str::<Envelope>(&record.message.body).ok();
        let original = envelope.and_then(|envelope| Outgoing::pack(&envelope).ok());
        if original.is_none_or(|original| original.deduplication == *arrived) {
            return Ok(false);
        }
        self.store.revive(key, arrived, now()).await?;
        // The redrive that sent the message may have reopened it in the meantime, so the next claim decides.
        Ok(true)
    }

    async fn deliver(&self, message: Message<'_>) -> Result<Ending, StoreError> {
        let Attempt { mut claimed, link, lane } = match self.claim(&message).await? {
            Ok(attempt) => attempt,
            Err(Idle::Braked { wait, reason }) => return self.wait_for_brake(&message, wait, &reason).await,
            // The process may have stopped before it confirmed the message.
            Err(Idle::Finished(Finished { state: JournalState::Done, told_waiting, life, opened, .. })) => {
                let opened = message.read.and_then(|(link, _)| link.conversation.as_deref()).filter(|_| opened);
                let confirmed = self.confirm(&message, told_waiting.then_some(life), opened).await;
                return Ok(confirmed.map_or_else(Ending::Later, |()| Ending::Silent(Silence::Finished)));
            }
            Err(Idle::Finished(_)) => return Ok(Ending::Silent(Silence::Finished)),
        };
        if failure::may_have_arrived_too_often(claimed.doubts) {
            return self.bury(&message, &claimed, &Owed::default(), Sentence::MayHaveArrived.into()).await;
        }
        // A doubtful message may already have been sent before the contact stopped us; the channel itself decides about
        // it.
        if message.direction == Direction::Outbound && link.stopped_at.is_some() && claimed.doubts == 0 {
            let failure = Failure::Gone { reason: Sentence::ContactStopped.into() };
            return self.settle_failure(&message, claimed, &Owed::default(), failure).await;
        }
        if message.is_news() && message.life(self.waits).is_over() {
            let failure = Failure::rejected(Sentence::TooLate);
            return self.settle_failure(&message, claimed, &Owed::default(), failure).await;
        }
        let news = match message.is_news() {
            true => Box::pin(self.news_parts(&message, &mut claimed.progress)).await,
            false => None,
        };
        let message = news.as_deref().map_or(message, |parts| Message { parts, ..message });
        let mark = message.marks(&link, &claimed);
        let quote = self.quote_of(&message, &mut claimed.progress).await;
        let native = quote.as_ref().filter(|quote| message.shows(quote, &claimed.progress));
        let as_text = quote.as_ref().filter(|_| native.is_none());
        let original = message.parts;
        let opening = opening(&message, &link, &mut claimed.progress);
        let details = message.with_choice(&link, &mut claimed.progress);
        let plain = message.as_people_read(original, &details);
        let parts: Vec<Part>;
        let message = if opening.is_some() || as_text.is_some() || plain.is_some() {
            let is_refused = claimed.progress.memo.contains_key(quotes::REFUSED);
            let plain = plain.as_deref().unwrap_or(original);
            let shown = as_text.map_or_else(|| plain.to_vec(), |quote| message.quoting(quote, plain, is_refused));
            parts = opening.into_iter().chain(shown).collect();
            Message { parts: &parts, ..message }
        } else {
            message
        };
        let message = Message { details: &details, ..message };
        let mut contact = self.with_profile(&message, &link).await?;
        if message.direction == Direction::Outbound {
            contact.thread.clone_from(&link.thread);
        }
        let author = match message.author {
            Some(author) => Some(self.with_name(message.open, author, &mut claimed.progress).await),
            None => None,
        };
        let message = Message { contact: &contact, author: author.as_ref(), ..message };
        claimed.quotable = Message { parts: original, ..message }.quotable();
        let features = message.open.side(message.direction.target()).adapter.features_for(&contact.id);
        let context = FetchContext { conversation: message.conversation, message: message.event, part: 0 };
        let prepared = self.prepare(&message, &mut claimed.progress, features, &context).await?;
        let (parts, files) = match prepared {
            Ok(prepared) => prepared,
            Err(failure) => return self.settle_failure(&message, claimed, &Owed::default(), failure).await,
        };
        let key = delivery_key(&claimed.key);
        // Vendors refuse another body with the key of a call that they refused.
        let other_key = uuid_from(&format!("{key}\nwithout quote"));
        let key = if claimed.progress.memo.contains_key(quotes::REFUSED) { &other_key } else { &key };
        let delivery = Delivery {
            id: message.event,
            at: message.at,
            echo: message.echo,
            contact: &contact,
            parts: &parts,
            author: message.author,
            key,
            quote: native,
            details: message.details,
            language: message.open.language(),
        };
        // A message may be refused for its quote.
        let without = native.map(|quote| message.quoting(quote, &parts, true));
        let parts = without.as_deref().unwrap_or(&parts);
        let without = Delivery { parts, quote: None, key: &other_key, ..delivery };
        let instead = native.map(|_| Task::Deliver(&without));
        let tasks = Tasks { task: Task::Deliver(&delivery), instead };
        let attempt = Box::pin(self.attempt(&message, Attempt { claimed, link, lane }, tasks, files));
        self.with_read_mark(&message, mark, attempt).await
    }

    async fn attempt(
        &self,
        message: &Message<'_>,
        attempt: Attempt<'_>,
        tasks: Tasks<'_>,
        files: files::Files,
    ) -> Result<Ending, StoreError> {
        let Attempt { claimed, link, lane } = attempt;
        let open = message.open;
        let side = open.side(message.direction.target());
        let progress = claimed.progress.clone();
        let (doubtful, tries) = (claimed.doubts > 0 && rules::holds(Rule::DoubtIsLookedUp), claimed.tries);
        let mut known =
            Known { link: message.as_the_message_shows(&link), progress, doubtful, tries, ..Known::default() };
        message.permit_reply(&mut known, claimed.doubts > 0);
        let permits = self.permits(open, message.direction, message.record);
        let keys_last = side.adapter.features().retry_keys_last;
        let limits = recorder::Limits {
            deadline: message.record.deadline,
            keys_are_gone: keys_last.is_some_and(|last| now().since(message.received_at) >= last),
        };
        let mut recorder =
            recorder::Recorder::new((self, &lane), claimed, link, files, permits, limits).with(message.look_up_id());
        let mut task = &tasks.task;
        let driven = loop {
            // On the heap, because the futures of a delivery would need more than a thread's stack.
            let driven = Box::pin(drive(&self.http, side, task, &mut known, &mut recorder)).await;
            let is_refused = matches!(driven, Err(Stop::Failure(Failure::Rejected { .. }))) && known.sent() == 0;
            match tasks.instead.as_ref().filter(|_| is_refused && known.memo(quotes::REFUSED).is_none()) {
                Some(instead) => task = instead,
                None => break driven,
            }
            known.progress.memo.insert(quotes::REFUSED.to_owned(), String::new());
        };
        match driven {
            Ok(()) if message.direction == Direction::Outbound && known.sent() == 0 && known.answered == 0 => {
                let (claimed, beside) = recorder.into_claimed(&known);
                self.settle_failure(message, claimed, &beside, Failure::rejected(Sentence::MessageEmpty)).await
            }
            Ok(()) => {
                let was_noted = recorder.was_noted();
                let claimed = recorder.settle_done(&known).await?;
                self.went_well(&lane, was_noted).await;
                self.delivered(message, &claimed).await;
                if let Some(id) = known.contact_id.as_deref().filter(|_| message.direction == Direction::Outbound) {
                    self.correct(message, id).await;
                }
                let opened = known.link.conversation.as_deref().filter(|_| known.progress.opened);
                let confirmed = self.confirm(message, claimed.told_waiting.then_some(claimed.life), opened).await;
                Ok(confirmed.map_or_else(Ending::Later, |()| Ending::Delivered))
            }
            Err(Stop::Store(error)) => Err(error),
            Err(Stop::Postponed(wait)) => {
                let (claimed, beside) = recorder.into_claimed(&known);
                self.store.settle(&claimed, &Settlement::Postponed, &beside, now()).await?;
                Ok(Ending::after(wait))
            }
            Err(Stop::OutOfTime) => {
                // What took so long is known by now or counts as a try of the files, so that this comes to an end.
                known.progress.files.values_mut().for_each(|file| file.missed = file.missed.saturating_add(1));
                let (claimed, beside) = recorder.into_claimed(&known);
                self.store.settle(&claimed, &Settlement::Postponed, &beside, now()).await?;
                Ok(Ending::after(OUT_OF_TIME_WAIT))
            }
            Err(Stop::Failure(failure)) => {
                match &failure {
                    Failure::Blocked { reason } => self.was_blocked(&lane, message.record, reason).await,
                    failure if recorder.is_trouble && !recorder.was_noted() => {
                        self.had_trouble(&lane, failure.reason()).await;
                    }
                    _ => {}
                }
                let (claimed, beside) = recorder.into_claimed(&known);
                self.settle_failure(message, claimed, &beside, failure).await
            }
        }
    }

    /// Returns the permits for calls in this direction.
    fn permits<'a>(&'a self, open: &'a OpenInstallation, direction: Direction, record: &'a Record) -> Permits<'a> {
        let side = direction.target();
        let paced = Paced {
            installation: &open.installation.id,
            side,
            rate: open.side(side).adapter.features().rate,
            message: &record.message.deduplication,
            receive_count: record.receive_count,
        };
        self.pace.permits(&self.store, paced)
    }

    /// Tells the helpdesk that the channel accepted a message, adds what a contact's message brought along for the
    /// agents, and greets a contact whose message opened the conversation `opened`. Only then may the message leave the
    /// queue. `told_waiting` is the life in which the agents were told that the message waits.
    async fn confirm(
        &self,
        message: &Message<'_>,
        told_waiting: Option<u32>,
        opened: Option<&str>,
    ) -> Result<(), Later> {
        match message.direction {
            Direction::Inbound => {
                self.note_transcript(message).await?;
                return self.greet(message, opened).await;
            }
            Direction::Note => return Ok(()),
            Direction::Outbound if message.is_news() => return Ok(()),
            Direction::Outbound => {}
        }
        if let Some(life) = told_waiting {
            self.note_arrived(message, life).await?;
        }
        self.confirm_sent(message.open, &message.contact.id, message.event).await
    }

    async fn delivered(&self, message: &Message<'_>, claimed: &Claimed) {
        let installation = &message.open.installation;
        tracing::info!(
            installation.id = %installation.id,
            channel.kind = %installation.channel.kind,
            helpdesk.kind = %installation.helpdesk.kind,
            message.id = claimed.key.log_id(),
            message.direction = claimed.key.direction.word(),
            message.attempt = claimed.attempt,
            message.possibly_doubled = claimed.doubled,
            message.took_ms = now().millis_since(message.received_at),
            "a message was delivered"
        );
        // The account is not blocked any more.
        let code = failure::blocked_code(message.direction);
        if installation.problem.as_ref().is_some_and(|problem| problem.code == code)
            && self.store.set_problem(&installation.id, None).await.is_ok()
        {
            self.installations.forget(&installation.id);
        }
    }
}

/// A claimed message, with what the attempt at it needs.
struct Attempt<'a> {
    claimed: Claimed,
    link: Link,
    lane: brakes::Lane<'a>,
}

/// What an attempt has to do.
struct Tasks<'a> {
    task: Task<'a>,
    /// What to do instead if the task is refused: the same message without its quote, or a note about a rating.
    instead: Option<Task<'a>>,
}

/// Why there is nothing to do for a message now.
#[expect(clippy::large_enum_variant, reason = "it is taken apart at once and kept nowhere")]
enum Idle {
    /// The brake of its side is closed.
    Braked {
        /// The time until the next turn.
        wait: Duration,
        /// Why the brake closed.
        reason: String,
    },
    /// The message is finished.
    Finished(Finished),
}

/// An event on its way through the relay.
#[derive(Clone, Copy)]
struct Passage<'a> {
    open: &'a Arc<OpenInstallation>,
    record: &'a Record,
    envelope: &'a Envelope,
    /// The link of the contact that the event names, and the brake of the side that the event is for, if it names one.
    read: Option<&'a (Link, Brake)>,
}

/// A message during one attempt.
#[derive(Clone, Copy)]
struct Message<'a> {
    open: &'a Arc<OpenInstallation>,
    record: &'a Record,
    read: Option<&'a (Link, Brake)>,
    direction: Direction,
    event: &'a str,
    at: Millis,
    echo: bool,
    contact: &'a Contact,
    parts: &'a [Part],
    author: Option<&'a Author>,
    user: Option<&'a str>,
    conversation: Option<&'a str>,
    received_at: Millis,
    names: &'a MessageNames,
    quote: Option<&'a Quote>,
    details: &'a Details,
    /// What the contact is told, if the bridge itself writes this message.
    news: Option<(&'a HelpdeskEvent, &'a News)>,
}

/// The names of a message that no channel has named.
static NO_NAMES: MessageNames = MessageNames { id: None, token: None, to_mark: None };

impl<'a> Message<'a> {
    /// Returns the lane of the message with a brake that it may have to wait for.
    fn lane(&self, braked: Braked, brake: Brake) -> brakes::Lane<'a> {
        brakes::Lane { open: self.open, braked, name: &self.record.message.group, brake }
    }

    /// Returns the stored link, without the conversation's state if that may have changed without notice.
    fn without_stale_state(&self, link: Link) -> Link {
        let Some(lifetime) = self.open.helpdesk.features().state_lasts else { return link };
        let lifetime = lifetime.with(self.open.account(Side::Helpdesk).setting(lifetime.setting));
        let is_stale = link.state_at.is_none_or(|at| now().since(at) >= lifetime);
        if is_stale { Link { state: None, ..link } } else { link }
    }

    /// Returns the link with what the message itself shows. A contact who writes may be answered again, and their
    /// message carries the text of the link through which they opened the chat. An agent's message shows the user and
    /// the conversation that the contact's own were merged into.
    fn as_the_message_shows(&self, link: &Link) -> Link {
        if self.direction == Direction::Inbound && !self.echo {
            let stopped_at = link.stopped_at.filter(|stopped| *stopped >= self.at);
            let is_news = link.heard_at.is_none_or(|heard| self.at > heard.plus(HEARD_STEP));
            let heard_at = if is_news { Some(self.at) } else { link.heard_at };
            let is_newest = link.heard_at.is_none_or(|heard| self.at >= heard);
            let thread = if is_newest { &self.contact.thread } else { &link.thread }.clone();
            let to_mark = self.names.to_mark.as_ref();
            let to_mark = to_mark.filter(|_| is_newest && self.open.installation.options.mark_read);
            let to_mark = to_mark.or(link.to_mark.as_ref()).cloned();
            let link = Link {
                stopped_at,
                heard_at,
                opened_with: None,
                thread,
                to_mark,
                told: None,
                rating: None,
                ..link.clone()
            };
            return match self.contact.reply_token.clone().filter(|_| is_newest) {
                Some(token) => Link { reply_token: Some(token), reply_at: Some(self.received_at), ..link },
                None => link,
            };
        }
        if self.is_news() {
            return self.told(link.clone());
        }
        let mut link = link.clone();
        if self.is_answer() {
            link.to_mark = None;
            link.rating = None;
        }
        if self.direction == Direction::Outbound {
            link.offered = choices::offered(self.parts, link.offered);
        }
        if self.open.helpdesk.features().agents_move_contacts {
            link.user = self.user.map(str::to_owned).or(link.user);
            if let Some(other) = self.conversation.filter(|id| link.conversation.as_deref() != Some(*id)) {
                link.conversation = Some(other.to_owned());
                link.state = None;
            }
        }
        link
    }

    /// Gives an agent's message the token of the contact's newest message if it is young enough. After an attempt whose
    /// end is unknown no token is used, because the attempt may have sent the message with one.
    fn permit_reply(&self, known: &mut Known, is_in_doubt: bool) {
        let Some(last) = self.open.channel.features().reply_tokens_last else { return };
        let Some(at) = known.link.reply_at.filter(|_| self.direction == Direction::Outbound) else { return };
        if is_in_doubt {
            known.may_have_replied = at.plus(last) > self.received_at;
        } else if now().since(at) < last {
            known.reply_token.clone_from(&known.link.reply_token);
        }
    }

    fn key(&self) -> JournalKey {
        JournalKey {
            installation: self.open.installation.id.clone(),
            contact: self.contact.id.clone(),
            direction: self.direction,
            event: self.event.to_owned(),
        }
    }
}

/// Returns what the queue does with an event that is finished once something is stored.
fn done_or(stored: Result<(), Later>) -> Verdict {
    stored.map_or_else(Verdict::from, |()| Verdict::Done)
}

/// Returns the part that precedes the message of a contact who opened the chat through a link that carries a text. The
/// text is stored in `progress`, because a later attempt has to send the same parts.
fn opening(message: &Message<'_>, link: &Link, progress: &mut Progress) -> Option<Part> {
    if message.direction != Direction::Inbound || message.echo {
        return None;
    }
    let noted = progress.opened_with.as_ref().or(link.opened_with.as_ref()).cloned()?;
    progress.opened_with = Some(noted.clone());
    Some(Part::text(message.open.language().say(Sentence::ChatOpened { with: &noted })))
}

/// Returns a UUID that is the same for every attempt at a message.
fn delivery_key(journal: &JournalKey) -> String {
    uuid_from(&format!("{}\n{}", journal.installation, journal.public_id()))
}

/// Returns the backoff after a failure of the table, the vault or the queue, by how often the message was handed out.
fn backoff_for_our_failure(receive_count: u32) -> Duration {
    OUR_FAILURE_BACKOFF.saturating_mul(receive_count.max(1)).min(MAX_OUR_FAILURE_BACKOFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_ours_is_outlasted_for_days() {
        assert_eq!(backoff_for_our_failure(0), OUR_FAILURE_BACKOFF);
        assert_eq!(backoff_for_our_failure(1), OUR_FAILURE_BACKOFF);
        assert_eq!(backoff_for_our_failure(u32::MAX), MAX_OUR_FAILURE_BACKOFF);
        let all: u64 = (1..1_000).map(|count| backoff_for_our_failure(count).as_secs()).sum();
        assert!(all > 3 * 86_400, "{all}");
    }
}
