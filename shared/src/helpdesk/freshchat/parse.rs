//! Parses webhook calls into neutral events.
//!
//! Three shapes arrive at the same URL: classic webhooks (`action`), and product events of the Marketplace app in the
//! wrappers of platforms 2 and 3 (`event`).

use super::{
    CHANNEL_ID, WEBHOOK_PUBLIC_KEY, parts, profile, verify,
    wire::{self, Actor, Change, ClassicData, EventConversation, Message, ProductData, User, Webhook, Word},
};
use crate::{
    adapter::{
        Account, Fact, Verified,
        webhook::{self, Addresses, Ignored, ParseError, Parsed, ParsedHelpdesk, Proof, UNREADABLE},
    },
    model::message::{Author, AuthorKind, ConversationState, Happened, HelpdeskEvent, HelpdeskEventKind, News, Quote},
    tools::{
        json::{self, Json},
        millis::Millis,
    },
};

/// The maximum number of messages that the bridge takes from a call, and of those that it lists as left out. One is
/// usual, and a few have been seen.
const MESSAGES: usize = 100;
/// The maximum length of an id. Ids are GUIDs, and none is much longer.
const MAX_ID: usize = 200;

pub(super) fn parse(account: &Account<'_>, request: Verified<'_>) -> Result<ParsedHelpdesk, ParseError> {
    let body = &request.request().body;
    if request.proof() == Proof::UrlToken
        && account.setting(WEBHOOK_PUBLIC_KEY).is_some()
        && !verify::is_product_event(body)
    {
        return Err(ParseError {
            code: "unsupported",
            message: "a call without a signature should be an event of the Marketplace app".to_owned(),
            contact: None,
        });
    }
    let text = json::text_of(body);
    let value = Json::read(&text).map_err(|error| ParseError::json(&error))?;
    if !value.is_object() {
        return Err(ParseError::bad("(body)", "a JSON object"));
    }
    let webhook: Webhook<'_> = wire::record(value);
    let id = webhook::id_of(&text);
    let received_at = request.request().received_at;
    let call = Call { account, request: Some(request), webhook: &webhook, id: &id, received_at };
    match (&webhook.event, &webhook.action) {
        (Word::Is(event), Word::Absent) => Ok(product(call, event)),
        (Word::Absent, Word::Is(action)) => Ok(classic(call, action)),
        (Word::Absent, Word::Absent) => Err(ParseError::missing("action")),
        (_, Word::Absent) => Err(ParseError::bad("event", "the name of an event")),
        _ => Err(ParseError::bad("action", "the name of an action, without an `event` beside it")),
    }
}

/// Returns the topics that the events of a call name.
pub(super) fn addresses(account: &Account<'_>, body: &[u8]) -> Addresses {
    let mut addresses = Addresses::default();
    let text = json::text_of(body);
    let Some(value) = Json::read(&text).ok().filter(|value| value.is_object()) else { return addresses };
    let webhook: Webhook<'_> = wire::record(value);
    let mut add = |topic: &Word| addresses.extend(topic.text().and_then(|topic| account.address("", topic)));
    let ClassicData { message, assignment, resolve, reopen } = wire::record(webhook.data);
    add(&message.channel_id);
    for change in [assignment, resolve, reopen] {
        add(&change.conversation.channel_id);
    }
    let data: ProductData<'_> = wire::record(webhook.data);
    let conversation = conversation_of(&data);
    add(&conversation.channel_id);
    add(&data.associations.channel.id);
    conversation.messages.each(|message| add(&wire::record::<Message>(message).channel_id));
    addresses
}

/// A call as it arrived.
#[derive(Clone, Copy)]
struct Call<'a> {
    account: &'a Account<'a>,
    /// The request; `None` for messages that were read from a conversation of the installation.
    request: Option<Verified<'a>>,
    webhook: &'a Webhook<'a>,
    /// The id for events that have none of their own, the same for every redelivery.
    id: &'a str,
    received_at: Millis,
}

/// Reads a classic webhook (<https://crmsupport.freshworks.com/support/solutions/articles/50000004461>).
fn classic(call: Call<'_>, action: &str) -> ParsedHelpdesk {
    let data: ClassicData<'_> = wire::record(call.webhook.data);
    let around = Around {
        call,
        actor: &call.webhook.actor,
        agent: None,
        user: &data.message.user_id,
        reference: &Word::Absent,
        conversation: &data.message.conversation_id,
        topic: &data.message.channel_id,
        at: millis(&call.webhook.action_time).unwrap_or(call.received_at),
    };
    let (change, state, what) = match action {
        "message_create" => {
            let mut found = Found::default();
            around.add(&data.message, &mut found);
            return found.oldest_first();
        }
        "conversation_assignment" => (&data.assignment, ConversationState::Open, Happened::Assigned),
        "conversation_resolution" => (&data.resolve, ConversationState::Resolved, Happened::Resolved),
        "conversation_reopen" => (&data.reopen, ConversationState::Open, Happened::Reopened),
        _ => return Parsed::ignored(action, "unsupported"),
    };
    let Change { conversation, to_agent_id } = change;
    let around = Around {
        user: &conversation.user_id,
        conversation: conversation.guid(),
        topic: &conversation.channel_id,
        ..around
    };
    let agent = match what {
        Happened::Assigned => to_agent_id.owned().map(|id| agent(Some(id), None)),
        _ => around.acting_agent(),
    };
    // A conversation may also be assigned to a group, of which nobody answers yet.
    let is_news = what != Happened::Assigned || agent.is_some();
    let news = is_news.then_some(News { what, agent, contact: None });
    let state = state_of(&conversation.status).or(Some(state));
    around.conversation_changed(action, &call.webhook.action_time, state, news)
}

/// Returns an agent as the author of what happened.
fn agent(id: Option<String>, name: Option<String>) -> Author {
    Author { kind: AuthorKind::Agent, name, id }
}

/// Returns the messages of a conversation that a classic webhook would have reported, in the given order, and those that
/// cannot be read. A message without an id is one of the latter, because nobody could tell whether it was delivered
/// before.
pub(super) fn history(account: &Account<'_>, messages: &[&Message], conversation: &str) -> Vec<Fact> {
    let (webhook, conversation) = (Webhook::default(), Word::Is(conversation.to_owned()));
    let call = Call { account, request: None, webhook: &webhook, id: "", received_at: account.now };
    let fact = |message: &&Message| {
        let around = Around {
            call,
            actor: &webhook.actor,
            agent: None,
            user: &message.user_id,
            reference: &Word::Absent,
            conversation: message.conversation_id.or(&conversation),
            topic: &message.channel_id,
            at: account.now,
        };
        let id = message.id.text().filter(|id| id.len() <= MAX_ID);
        match around.message(message, id.unwrap_or_default()) {
            Ok(event) if id.is_some() => Some(Fact::Written(Box::new(event))),
            Err(reason) if !webhook::may_be_written(reason) => None,
            Ok(_) | Err(_) => Some(Fact::Unread(id.or(message.created_time.text()).unwrap_or_default().to_owned())),
        }
    };
    messages.iter().filter_map(fact).collect()
}

/// Reads a product event (<https://developers.freshworks.com/docs/>, "Product events" of the Freshchat modules).
fn product(call: Call<'_>, event: &str) -> ParsedHelpdesk {
    let data: ProductData<'_> = wire::record(call.webhook.data);
    let time = &call.webhook.timestamp;
    let conversation = if event == "onMessageCreate" { &data.message } else { &data.conversation };
    let around = Around {
        call,
        actor: &data.actor,
        agent: Some(&data.associations.agent),
        user: conversation.user_id.or(&data.associations.user.id),
        reference: &data.associations.user.reference_id,
        conversation: conversation.guid(),
        topic: conversation.channel_id.or(&data.associations.channel.id),
        at: time.text().and_then(|text| text.parse().ok()).unwrap_or(call.received_at),
    };
    match event {
        "onMessageCreate" => {
            if !conversation.messages.is_array() {
                return Parsed::ignored(event, UNREADABLE);
            }
            let mut found = Found::default();
            conversation.messages.each(|message| match message.is_object() {
                true => around.add(&wire::record(message), &mut found),
                false => found.ignore(String::new(), UNREADABLE),
            });
            if found.count == 0 && found.ignored.is_empty() {
                Parsed::ignored(event, "empty")
            } else {
                found.oldest_first()
            }
        }
        "onConversationCreate" | "onConversationUpdate" => {
            let new = (event == "onConversationCreate").then_some(ConversationState::Open);
            let news = around.news(&data).filter(|_| event == "onConversationUpdate");
            around.conversation_changed(event, time, state_of(&conversation.status).or(new), news)
        }
        "onUserUpdate" => around.user_updated(event, time, &data.user),
        // In accounts of the suite, people are contacts.
        "onContactUpdate" => around.user_updated(event, time, &data.contact.into()),
        "onUserCreate" => Parsed::ignored(data.user.id.text().unwrap_or(event), "acknowledged"),
        _ => Parsed::ignored(event, "unsupported"),
    }
}

/// The context of an event.
#[derive(Clone, Copy)]
struct Around<'a> {
    call: Call<'a>,
    actor: &'a Actor,
    agent: Option<&'a Actor>,
    user: &'a Word,
    reference: &'a Word,
    conversation: &'a Word,
    topic: &'a Word,
    at: Millis,
}

impl Around<'_> {
    /// Returns the agent who caused the event, if an agent did.
    fn acting_agent(&self) -> Option<Author> {
        let Actor { r#type, actor_type, id, actor_id, first_name, last_name } = self.actor;
        let is_agent = r#type.or(actor_type).lower() == "agent";
        is_agent.then(|| agent(id.or(actor_id).owned(), profile::full_name(first_name, last_name)))
    }

    /// Returns what a change of a conversation means to the contact.
    fn news(&self, data: &ProductData<'_>) -> Option<News> {
        let conversation = conversation_of(data);
        let changed = |field: &str| data.changes.model_changes.get(field);
        let state = state_of(&conversation.status);
        let was_resolved = changed("status").is_some_and(|values| values.raw().contains("\"resolved\""));
        let assigned = conversation.assigned_agent_id.owned().filter(|_| changed("assigned_agent_id").is_some());
        let what = match state {
            Some(ConversationState::Resolved) if changed("status").is_some() => Happened::Resolved,
            Some(ConversationState::Open) if was_resolved => Happened::Reopened,
            Some(ConversationState::Open) if assigned.is_some() => Happened::Assigned,
            _ => return None,
        };
        let Actor { id, first_name, last_name, .. } = &data.associations.agent;
        let responsible = || id.owned().map(|id| agent(Some(id), profile::full_name(first_name, last_name)));
        let agent = match assigned.filter(|_| what == Happened::Assigned) {
            Some(assigned) => Some(
                responsible()
                    .filter(|agent| agent.id.as_ref() == Some(&assigned))
                    .unwrap_or(agent(Some(assigned), None)),
            ),
            None => self.acting_agent().or_else(responsible),
        };
        let User { first_name, last_name, phone, .. } = &data.associations.user;
        let stand_in = profile::stand_in(self.call.account, phone.text());
        let contact = profile::full_name(first_name, last_name).filter(|name| *name != stand_in);
        Some(News { what, agent, contact })
    }

    fn conversation_changed(
        &self,
        event: &str,
        time: &Word,
        state: Option<ConversationState>,
        news: Option<News>,
    ) -> ParsedHelpdesk {
        let news = news.map(Box::new);
        match self.conversation.text() {
            Some(id) => self.event(self.id_at(event, id, time), HelpdeskEventKind::Conversation { state, news }),
            None => Parsed::ignored(event, "no_conversation"),
        }
    }

    fn user_updated(&self, event: &str, time: &Word, user: &User) -> ParsedHelpdesk {
        let around = Around {
            user: &user.id,
            reference: &user.reference_id,
            conversation: &Word::Absent,
            topic: &Word::Absent,
            ..*self
        };
        match around.partner() {
            Some(id) => {
                let digest = profile::held(user).digest();
                around.event(self.id_at(event, id, time), HelpdeskEventKind::UserUpdated { digest })
            }
            None => Parsed::ignored(event, "no_contact"),
        }
    }

    /// Returns the id of an event that has none of its own: the event's name, its object and its time.
    fn id_at(&self, event: &str, id: &str, time: &Word) -> String {
        format!("{event}:{id}:{}", time.text().unwrap_or(self.call.id))
    }

    /// Adds the event of a message, or the reason why the message is left out.
    fn add(&self, message: &Message, found: &mut Found) {
        found.count += 1;
        if found.is_full() {
            return;
        }
        let own = message.id.owned().filter(|id| id.len() <= MAX_ID);
        let id = own.unwrap_or_else(|| format!("{}:{}", self.call.id, found.count));
        match self.message(message, &id) {
            Ok(event) => found.push(millis(&message.created_time), event),
            Err(reason) => found.ignore(id, reason),
        }
    }

    /// Returns the event of a message, or the reason why the message is left out.
    fn message(&self, message: &Message, id: &str) -> Result<HelpdeskEvent, &'static str> {
        if message.message_parts.json().is_null() && !message.msg_parts.json().is_null() {
            return Err("legacy");
        }
        let kind = self.author(message)?;
        let around = Around {
            user: self.user.or(&message.user_id),
            conversation: self.conversation.or(&message.conversation_id),
            topic: self.topic.or(&message.channel_id),
            at: millis(&message.created_time).unwrap_or(self.at),
            ..*self
        };
        if let Some(reason) = around.foreign() {
            return Err(reason);
        }
        around.partner().ok_or("nobody")?;
        let parts = parts::contents(message, around.conversation.text()).parts;
        if parts.is_empty() {
            return Err("empty");
        }
        let name = self.author_name(message);
        let author_id = if name.is_none() { self.author_id(message).owned() } else { None };
        let author = Author { kind, name, id: author_id };
        let event = around.made(id.to_owned(), HelpdeskEventKind::Message { author, parts });
        let quote = message.in_reply_to.owned().filter(|id| id.len() <= MAX_ID).map(Quote::of);
        Ok(HelpdeskEvent { quote, ..event })
    }

    /// Returns the first id that names the contact, which keeps the contact's events in order.
    fn partner(&self) -> Option<&str> {
        self.conversation.or(self.user).text().or_else(|| self.reference.text().filter(|_| self.contact().is_some()))
    }

    fn contact(&self) -> Option<&str> {
        self.reference.text().and_then(|name| self.call.account.contact_of(name))
    }

    /// Returns the kind of a message's author, or the reason why the contact must not see the message.
    ///
    /// The type of the message decides first, then the event's actor, then the message's actor: captured events lack
    /// the message's actor, and in others it is `user` although the system wrote the message.
    fn author(&self, message: &Message) -> Result<AuthorKind, &'static str> {
        match message.message_type.lower().as_str() {
            "private" => return Err("private"),
            "system" => return Err("system"),
            _ if message.bots_private_note => return Err("private"),
            // The message may be a private note.
            _ if message.message_type == Word::Misshapen => return Err("unsupported"),
            "normal" | "" => {}
            _ => return Err("unsupported"),
        }
        let by_user = message.actor_type.lower() == "user";
        let actor = self.actor.r#type.or(&self.actor.actor_type).or(&message.actor_type);
        match actor.lower().as_str() {
            "" => Err("no_author"),
            // Whatever the actor is, nobody may receive an echo of their own words.
            "agent" | "bot"
                if by_user
                    && message.actor_id.text().is_some_and(|id| self.user.or(&message.user_id).text() == Some(id)) =>
            {
                Err("user")
            }
            "agent" => Ok(AuthorKind::Agent),
            "bot" if self.call.account.options.relay_bot_messages => Ok(AuthorKind::Bot),
            "bot" => Err("bot"),
            "user" => Err("user"),
            "system" => Err("system"),
            _ => Err("unsupported"),
        }
    }

    fn author_id<'m>(&'m self, message: &'m Message) -> &'m Word {
        self.actor.id.or(&self.actor.actor_id).or(&message.actor_id)
    }

    /// Returns the author's name. The associated agent is the one whom the conversation is assigned to; a colleague who
    /// steps in has their own name.
    fn author_name(&self, message: &Message) -> Option<String> {
        let actor = self.author_id(message);
        let agent = self.agent.filter(|agent| agent.id.text().is_some_and(|id| actor.text().is_none_or(|by| by == id)));
        [agent, Some(self.actor)]
            .into_iter()
            .flatten()
            .find_map(|person| profile::full_name(&person.first_name, &person.last_name))
    }

    /// Returns the reason why an event does not belong to this installation, or `None` if it does.
    ///
    /// A reference in the bridge's own form with another channel's name belongs to another installation. Any other
    /// foreign reference proves nothing, because agents merge users, so the stored link decides.
    fn foreign(&self) -> Option<&'static str> {
        let (topic, own) = (self.topic.text(), self.call.account.setting(CHANNEL_ID));
        let is_own = match self.call.request {
            Some(request) => request.is_for(topic, own),
            None => topic.is_none() || topic == own,
        };
        if !is_own {
            return Some("other_topic");
        }
        let (kind, id) = self.reference.text()?.split_once(':')?;
        let is_kind = crate::channel::channel(kind).is_some();
        (is_kind && !id.is_empty() && kind != self.call.account.channel_kind).then_some("other_channel")
    }

    fn event(&self, id: String, kind: HelpdeskEventKind) -> ParsedHelpdesk {
        match self.foreign() {
            Some(reason) => Parsed::ignored(id, reason),
            None => Parsed::events(vec![self.made(id, kind)]),
        }
    }

    fn made(&self, id: String, kind: HelpdeskEventKind) -> HelpdeskEvent {
        HelpdeskEvent {
            id,
            at: self.at,
            group: self.partner().unwrap_or_default().to_owned(),
            contact: self.contact().map(str::to_owned),
            user: self.user.owned(),
            conversation: self.conversation.owned(),
            repeat_key: None,
            kind,
            quote: None,
        }
    }
}

/// The messages of a call, as far as they were read.
#[derive(Default)]
struct Found {
    count: usize,
    events: Vec<(Option<Millis>, HelpdeskEvent)>,
    ignored: Vec<Ignored>,
}

impl Found {
    fn push(&mut self, time: Option<Millis>, event: HelpdeskEvent) {
        if self.events.len() < MESSAGES {
            self.events.push((time, event));
        } else {
            self.ignore(event.id, "too_many");
        }
    }

    fn is_full(&self) -> bool {
        self.events.len() >= MESSAGES && self.ignored.len() >= MESSAGES
    }

    fn ignore(&mut self, id: String, reason: &'static str) {
        if self.ignored.len() < MESSAGES {
            self.ignored.push(Ignored { id, reason });
        }
    }

    fn oldest_first(mut self) -> ParsedHelpdesk {
        if self.events.iter().all(|(time, _)| time.is_some()) {
            self.events.sort_by_key(|(time, _)| *time);
        }
        Parsed { ignored: self.ignored, ..Parsed::events(self.events.into_iter().map(|(_, event)| event).collect()) }
    }
}

/// Returns the state of a conversation. The list of states is open: every state but resolved takes messages.
pub(super) fn state_of(status: &Word) -> Option<ConversationState> {
    let status = status.lower();
    match status.as_str() {
        "" => None,
        "resolved" => Some(ConversationState::Resolved),
        _ => Some(ConversationState::Open),
    }
}

/// A time of Freshchat.
pub(super) fn millis(time: &Word) -> Option<Millis> {
    Millis::from_rfc3339(time.text()?)
}

/// Returns the conversation that a Marketplace event is about.
pub(super) fn conversation_of<'a, 'b>(data: &'b ProductData<'a>) -> &'b EventConversation<'a> {
    if data.message.guid().text().is_some() || data.message.messages.item(0).is_some() {
        &data.message
    } else {
        &data.conversation
    }
}
