//! What contacts read about their conversation from the bridge itself: that an agent took it over, that it is resolved
//! or open again, the question for a rating, and the greeting of whoever opened one. None of it is worth a note: what
//! the channel does not take is dropped.

use std::time::Duration;

use super::{
    Attempt, Idle, Life, Message, NO_NAMES, Passage, Relay, Silence, Tasks, Waits,
    brakes::{Lane, Permission},
    ending::{Ending, Later},
    failure, files, quotes,
};
use crate::{
    adapter::{Fact, Failure, Known, Link, PendingRating, Progress, Step, Task},
    engine::ask,
    installations::OpenInstallation,
    model::{
        installation::{Options, Side},
        message::{
            AuthorKind, Button, Contact, Details, Event, Happened, HelpdeskEvent, HelpdeskEventKind, News, Part,
        },
    },
    outside::clock::now,
    store::{Claimed, Direction, Owed, Settlement, StoreError},
    tools::{crypto::sha256_hex, names, sentences::Sentence},
};

/// The beginning of the journal ids of such messages.
const PREFIX: &str = "news:";
/// The age after which news is not told any more. It must not hold up what agents write.
const NEWS_LASTS: Duration = Duration::from_secs(15 * 60);
/// How long a contact may answer the question for a rating.
const RATING_LASTS: Duration = Duration::from_secs(3 * 86_400);
/// The receive at which a greeting that could not be looked up is given up.
const GREETING_RECEIVES: u32 = 4;
/// The ratings, from the worst to the best.
const RATINGS: std::ops::RangeInclusive<u8> = 1..=5;

/// Returns whether a message with this id in the journal is one of the bridge's own to a contact.
pub(super) fn is_news(event: &str) -> bool {
    event.starts_with(PREFIX)
}

impl Relay {
    /// Tells the contact what happened to the conversation, if the installation has a text for it. The event may come
    /// by two ways; what the contact was told last is not told again.
    pub(super) async fn tell(
        &self,
        passage: &Passage<'_>,
        event: &HelpdeskEvent,
        contact: &str,
        news: &News,
    ) -> Result<Ending, StoreError> {
        let Passage { open, record, envelope, .. } = *passage;
        let is_told = is_told(&open.installation.options, news.what);
        let is_reported = is_reported(open, event, contact, news.what);
        if !is_told && !is_reported {
            return Ok(Ending::NoMessage);
        }
        let (contact, link) = self.current(&open.installation.id, contact).await?;
        // The contact's conversation may be another one by now. What happens to the old one does not concern them.
        if link.conversation != event.conversation {
            return Ok(Ending::NoMessage);
        }
        let mark = mark(event, news);
        if link.told.as_ref() == Some(&mark) {
            return Ok(Ending::NoMessage);
        }
        if is_reported && let Some(later) = self.report_state(passage, event, &contact, news.what).await? {
            return Ok(Ending::Later(later));
        }
        if !is_told {
            self.change_link(open, &contact, |link| link.told = Some(mark)).await?;
            return Ok(Ending::NoMessage);
        }
        let mut greeting = None;
        if news.what == Happened::Opened {
            match self.greeting(open, record.receive_count).await {
                Ok(parts) if parts.is_empty() => return Ok(Ending::NoMessage),
                Ok(parts) => greeting = Some(parts),
                Err(later) => return Ok(Ending::Later(later)),
            }
        }
        let contact = Contact { id: contact, ..Contact::default() };
        let id = format!("{PREFIX}{}", event.id);
        let message = Message {
            open,
            record,
            read: None,
            direction: Direction::Outbound,
            event: &id,
            at: event.at,
            echo: false,
            contact: &contact,
            parts: greeting.as_deref().unwrap_or_default(),
            author: None,
            user: event.user.as_deref().or(link.user.as_deref()),
            conversation: event.conversation.as_deref(),
            received_at: envelope.received_at,
            names: &NO_NAMES,
            quote: None,
            details: Details::NONE,
            news: Some((event, news)),
        };
        self.deliver(message).await
    }

    /// Reports to the channel what happened to the contact's conversation. Returns when to try again; what the channel
    /// refuses, or could not take while it was news, is dropped.
    async fn report_state(
        &self,
        passage: &Passage<'_>,
        event: &HelpdeskEvent,
        contact: &str,
        what: Happened,
    ) -> Result<Option<Later>, StoreError> {
        let Passage { open, record, envelope, .. } = *passage;
        let dropped = |reason: &str| {
            let id = &open.installation.id;
            tracing::warn!(installation.id = %id, reason, "the channel was not told the state of a conversation");
        };
        let brake = self.store.brake(&open.installation.id, Side::Channel).await?;
        let lane = Lane { open, braked: Side::Channel.into(), name: &record.message.group, brake };
        if let Permission::Wait(wait) = self.permission(&lane, record).await? {
            if now().since(envelope.received_at) < self.waits.scaled(NEWS_LASTS) {
                return Ok(Some(Later(wait)));
            }
            dropped(&lane.brake.reason);
            return Ok(None);
        }
        let contact = Contact { id: contact.to_owned(), ..Contact::default() };
        let task = state_of(event, &contact, what);
        let Err(failure) = Box::pin(ask::run(&self.http, open.side(Side::Channel), &task)).await else {
            self.went_well(&lane, false).await;
            return Ok(None);
        };
        if let Failure::Retry { wait: None, reason, .. } = &failure {
            self.had_trouble(&lane, reason).await;
        }
        let later = failure::next_try(self.waits, record, (envelope.received_at, NEWS_LASTS), &failure);
        if later.is_none() {
            dropped(failure.reason());
        }
        Ok(later)
    }

    /// Puts the greeting of a contact whose message has opened a conversation into the queue, if the installation greets
    /// contacts.
    pub(super) async fn greet(&self, message: &Message<'_>, conversation: Option<&str>) -> Result<(), Later> {
        let Some(conversation) = conversation.filter(|_| is_greeted(message.open)) else { return Ok(()) };
        let event = HelpdeskEvent {
            id: format!("opened:{}", sha256_hex(message.event.as_bytes())),
            at: now(),
            group: conversation.to_owned(),
            contact: Some(message.contact.id.clone()),
            user: None,
            conversation: Some(conversation.to_owned()),
            repeat_key: None,
            kind: HelpdeskEventKind::Conversation {
                state: None,
                news: Some(Box::new(News { what: Happened::Opened, agent: None, contact: None })),
            },
            quote: None,
        };
        self.enqueue(message.open, Event::Helpdesk(event)).await
    }

    /// Asks the helpdesk how it greets. It is asked a few times; a late greeting is worth nothing.
    async fn greeting(&self, open: &OpenInstallation, receive_count: u32) -> Result<Vec<Part>, Later> {
        if !is_greeted(open) {
            return Ok(Vec::new());
        }
        match ask::run(&self.http, open.side(Side::Helpdesk), &Task::Greeting).await {
            Ok(facts) => Ok(facts
                .into_iter()
                .filter_map(|fact| if let Fact::Greeting(parts) = fact { Some(parts) } else { None })
                .flatten()
                .collect()),
            Err(Failure::Retry { .. }) if receive_count < GREETING_RECEIVES => {
                Err(Later(self.waits.after(receive_count.saturating_sub(1), "greeting")))
            }
            Err(failure) => {
                tracing::warn!(
                    installation.id = %open.installation.id,
                    reason = failure.reason(),
                    "a contact was not greeted"
                );
                Ok(Vec::new())
            }
        }
    }

    /// Returns the parts of news. The text is stored in `progress`, so that every attempt sends the same.
    pub(super) async fn news_parts(&self, message: &Message<'_>, progress: &mut Progress) -> Option<Vec<Part>> {
        let (_, news) = message.news?;
        if news.what == Happened::Opened {
            return None;
        }
        let options = &message.open.installation.options;
        let mut parts = Vec::new();
        if let Some(template) = text_for(options, news.what) {
            let text = match &progress.text {
                Some(text) => text.clone(),
                None => self.filled(message, template, news).await,
            };
            progress.text = Some(text.clone());
            parts.push(Part::text(text));
        }
        if asks(options, news.what) {
            let (own, language) = (options.rating_question.clone(), message.open.language());
            parts.push(Part::text(own.unwrap_or_else(|| language.say(Sentence::RatingQuestion).into())));
            let button =
                |rating: u8| Button::Reply { label: rating.to_string(), text: rating.to_string(), payload: None };
            parts.push(Part::Buttons { buttons: RATINGS.map(button).collect() });
        }
        Some(parts)
    }

    /// Puts the names of the agent and of the contact into a text. A name is only looked up if the text needs it.
    async fn filled(&self, message: &Message<'_>, template: &str, news: &News) -> String {
        let open = message.open;
        let agent = match &news.agent {
            Some(agent) if template.contains(AGENT) => self.name_of(open, agent).await,
            _ => None,
        };
        let contact = match (&news.contact, message.user) {
            (Some(name), _) => Some(name.clone()),
            (None, Some(user)) if template.contains(CONTACT) => ask::user_name(&self.http, open, user).await,
            (None, _) => None,
        };
        let contact = contact.as_deref().and_then(names::name);
        let filled = fill(template, AGENT, agent.as_deref());
        fill(&filled, CONTACT, contact.as_deref())
    }

    /// Ends a message of the bridge's own that the channel does not take, without a word to anybody.
    pub(super) async fn drop_news(
        &self,
        claimed: &Claimed,
        beside: &Owed,
        reason: String,
    ) -> Result<Ending, StoreError> {
        self.store.settle(claimed, &Settlement::Rejected { reason }, beside, now()).await?;
        Ok(Ending::NoMessage)
    }

    /// Stores the rating that a message of the contact's gives. The message itself is not delivered, because it would
    /// reopen the conversation.
    pub(super) async fn rate(&self, message: Message<'_>, given: Rating) -> Result<Ending, StoreError> {
        let Rating { conversation, rating } = given;
        let Attempt { claimed, link, lane } = match self.claim(&message).await? {
            Ok(attempt) => attempt,
            Err(Idle::Braked { wait, reason }) => return self.wait_for_brake(&message, wait, &reason).await,
            Err(Idle::Finished(_)) => return Ok(Ending::Silent(Silence::Finished)),
        };
        if failure::may_have_arrived_too_often(claimed.doubts) {
            return self.bury(&message, &claimed, &Owed::default(), Sentence::MayHaveArrived.into()).await;
        }
        let text = message.open.language().say(Sentence::Rated { rating, most: *RATINGS.end() }).to_string();
        let note = Task::Note { contact: message.contact, text: &text, at: message.received_at };
        let was_refused = claimed.progress.memo.contains_key(quotes::REFUSED);
        let tasks = if message.open.helpdesk.features().rates && !was_refused {
            Tasks { task: Task::Rate { conversation: &conversation, rating }, instead: Some(note) }
        } else {
            Tasks { task: note, instead: None }
        };
        self.attempt(&message, Attempt { claimed, link, lane }, tasks, files::Files::default()).await
    }
}

/// A rating that a contact was asked for and has given.
pub(super) struct Rating {
    conversation: String,
    rating: u8,
}

/// Returns the rating that a message gives, if the contact was asked for one.
pub(super) fn rating(passage: &Passage<'_>, parts: &[Part]) -> Option<Rating> {
    let Passage { open, envelope, read, .. } = passage;
    let rating = rating_in(parts)?;
    let PendingRating { asked_at, conversation } = PendingRating::from_stored(read.as_ref()?.0.rating.as_deref()?)?;
    // A helpdesk with echoes shows no notes.
    let counts = envelope.received_at.since(asked_at) < RATING_LASTS && !open.helpdesk.features().echoes;
    counts.then_some(Rating { conversation, rating })
}

impl Message<'_> {
    /// Returns whether the bridge itself writes this message to the contact.
    pub(super) fn is_news(&self) -> bool {
        self.news.is_some()
    }

    /// Returns how old the message is and how old it may become. News gets old sooner than what people write.
    pub(super) fn life(&self, waits: Waits) -> Life {
        let life = self.record.life(self.open, waits);
        let end = if self.is_news() { life.end.min(waits.scaled(NEWS_LASTS)) } else { life.end };
        Life { end, ..life }
    }

    /// Returns the link once the contact has read this news.
    pub(super) fn told(&self, link: Link) -> Link {
        let Some((event, news)) = self.news else { return link };
        let asks = asks(&self.open.installation.options, news.what);
        let conversation = event.conversation.clone().filter(|_| asks);
        let rating = conversation.map(|conversation| PendingRating { asked_at: now(), conversation }.stored());
        Link { told: Some(mark(event, news)), rating, ..link }
    }
}

/// The placeholder for the agent's name.
const AGENT: &str = "{agent}";
/// The placeholder for the contact's name.
const CONTACT: &str = "{contact}";

/// Puts a name in the place of a placeholder. Without a name, the placeholder goes, and one space before it.
fn fill(template: &str, placeholder: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => template.replace(placeholder, name),
        None => template.replace(&format!(" {placeholder}"), "").replace(placeholder, ""),
    }
}

fn text_for(options: &Options, what: Happened) -> Option<&str> {
    match what {
        Happened::Opened => None,
        Happened::Assigned => options.text_on_assign.as_deref(),
        Happened::Resolved => options.text_on_resolve.as_deref(),
        Happened::Reopened => options.text_on_reopen.as_deref(),
    }
}

fn asks(options: &Options, what: Happened) -> bool {
    options.ask_rating && what == Happened::Resolved
}

fn is_told(options: &Options, what: Happened) -> bool {
    what == Happened::Opened || text_for(options, what).is_some() || asks(options, what)
}

fn is_greeted(open: &OpenInstallation) -> bool {
    open.helpdesk.greets(&open.account(Side::Helpdesk))
}

/// Returns whether the channel wants to know what happened to the conversation.
fn is_reported(open: &OpenInstallation, event: &HelpdeskEvent, contact: &str, what: Happened) -> bool {
    if what == Happened::Opened || !open.channel.features().states {
        return false;
    }
    let contact = Contact { id: contact.to_owned(), ..Contact::default() };
    let task = state_of(event, &contact, what);
    !matches!(open.channel.next(&open.account(Side::Channel), &task, &Known::default()), Ok(Step::Done))
}

fn state_of<'a>(event: &'a HelpdeskEvent, contact: &'a Contact, what: Happened) -> Task<'a> {
    Task::Conversation { contact, event: &event.id, what, at: event.at }
}

/// Returns what the link keeps of news: the same for the same news, by whichever way it comes.
fn mark(event: &HelpdeskEvent, news: &News) -> String {
    let agent = news.agent.as_ref().filter(|_| news.what == Happened::Assigned);
    let agent = agent.filter(|agent| agent.kind == AuthorKind::Agent).and_then(|agent| agent.id.as_deref());
    format!("{}:{}:{}", news.what.word(), agent.unwrap_or_default(), event.conversation.as_deref().unwrap_or_default())
}

/// Returns the rating that a message consists of.
fn rating_in(parts: &[Part]) -> Option<u8> {
    let [Part::Text { text }] = parts else { return None };
    let rating = text.trim().trim_end_matches('.').parse().ok()?;
    RATINGS.contains(&rating).then_some(rating)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::millis::Millis;

    #[test]
    fn a_text_is_whole_without_the_names_too() {
        let rows = [
            ("Hello {contact}, {agent} helps you.", Some("Ana"), Some("Ines"), "Hello Ana, Ines helps you."),
            ("Hello {contact}, {agent} helps you.", None, None, "Hello, helps you."),
            ("{contact}: {other}", None, None, ": {other}"),
        ];
        for (template, contact, agent, text) in rows {
            assert_eq!(fill(&fill(template, AGENT, agent), CONTACT, contact), text, "{template}");
        }
    }

    #[test]
    fn only_a_number_from_one_to_five_is_a_rating() {
        let of = |text: &str| rating_in(&[Part::text(text)]);
        assert_eq!(["1", " 5 ", "3."].map(of), [Some(1), Some(5), Some(3)]);
        for text in ["0", "6", "5 items", "-1", "", "five", "1.5", "300"] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(rating_in(&[Part::text("1"), Part::text("2")]), None);
        let pending = PendingRating { asked_at: Millis::new(5), conversation: "a:b".to_owned() };
        assert_eq!(PendingRating::from_stored(&pending.stored()), Some(pending));
    }
}
