//! Webhook calls as neutral events.
//!
//! Three shapes arrive at the same URL: classic webhooks (`action`), and product events of the Marketplace app in the
//! wrappers of platform 2 and 3 (`event`).

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    CHANNEL_ID, WEBHOOK_PUBLIC_KEY, parts, profile, verify,
    wire::{self, Actor, ClassicData, Message, ProductData, Told, User, Webhook, Word},
};
use crate::{
    adapter::Account,
    json::{self, Json},
    message::{Author, AuthorKind, ConversationState, HelpdeskEvent, HelpdeskEventKind},
    webhook::{Ignored, ParseError, Parsed, ParsedHelpdesk, Proof, Verified},
};

/// The most messages that are taken from one call, and that are listed as left out. One is usual, a few were seen.
const MESSAGES: usize = 100;

pub(super) fn parse(account: &Account<'_>, request: Verified<'_>) -> Result<ParsedHelpdesk, ParseError> {
    let body = &request.request().body;
    if request.proof() == Proof::UrlToken
        && account.setting(WEBHOOK_PUBLIC_KEY).is_some()
        && !verify::is_product_event(body)
    {
        return Err(ParseError {
            code: "unsupported",
            message: "a call without a signature should be an event of the Marketplace app".to_owned(),
        });
    }
    let text = json::text_of(body);
    let value = Json::read(&text).map_err(|error| ParseError::json(&error))?;
    if !value.is_object() {
        return Err(ParseError::bad("(body)", "a JSON object"));
    }
    let call: Webhook<'_> = wire::record(value);
    let received_at = request.request().received_at;
    match (&call.event, &call.action) {
        (Word::Is(event), Word::Absent) => product(account, &call, event, received_at),
        (Word::Absent, Word::Is(action)) => classic(account, &call, action, received_at),
        (Word::Absent, Word::Absent) => Err(ParseError::missing("action")),
        (_, Word::Absent) => Err(ParseError::bad("event", "the name of an event")),
        _ => Err(ParseError::bad("action", "the name of an action, without an `event` beside it")),
    }
}

/// <https://crmsupport.freshworks.com/support/solutions/articles/50000004461>
fn classic(
    account: &Account<'_>,
    call: &Webhook<'_>,
    action: &str,
    received_at: i64,
) -> Result<ParsedHelpdesk, ParseError> {
    let data: ClassicData<'_> = wire::record(call.data);
    let at = millis(&call.action_time).unwrap_or(received_at);
    let (change, field, state) = match action {
        "message_create" => {
            return match call.data.get("message").unwrap_or_default() {
                message if message.is_object() => classic_message(account, call, &data.message, at),
                message if message.is_null() => Err(ParseError::missing("data.message")),
                _ => Err(ParseError::bad("data.message", "an object")),
            };
        }
        "conversation_assignment" => (&data.assignment, "assignment", ConversationState::Open),
        "conversation_resolution" => (&data.resolve, "resolve", ConversationState::Resolved),
        "conversation_reopen" => (&data.reopen, "reopen", ConversationState::Open),
        _ => return Ok(Parsed::ignored(action, "unsupported")),
    };
    let around = Around {
        account,
        actor: &call.actor,
        agent: None,
        user: &change.conversation.user_id,
        reference: &Word::Absent,
        conversation: change.conversation.guid(),
        topic: &change.conversation.channel_id,
        at,
    };
    let conversation = around.conversation.need(&format!("data.{field}.conversation.conversation_id"))?;
    let time = call.action_time.owned().unwrap_or_else(|| at.to_string());
    let id = format!("{action}:{conversation}:{time}");
    let state = state_of(&change.conversation.status).unwrap_or(state);
    Ok(around.event(id, HelpdeskEventKind::Conversation { state: Some(state) }))
}

fn classic_message(
    account: &Account<'_>,
    call: &Webhook<'_>,
    message: &Message,
    at: i64,
) -> Result<ParsedHelpdesk, ParseError> {
    let around = Around {
        account,
        actor: &call.actor,
        agent: None,
        user: &message.user_id,
        reference: &Word::Absent,
        conversation: &message.conversation_id,
        topic: &message.channel_id,
        at,
    };
    let mut found = Found::default();
    around.add(message, "data.message", &mut found)?;
    Ok(found.oldest_first())
}

/// <https://developers.freshworks.com/docs/>, "Product events" of the Freshchat modules.
fn product(
    account: &Account<'_>,
    call: &Webhook<'_>,
    event: &str,
    received_at: i64,
) -> Result<ParsedHelpdesk, ParseError> {
    let data: ProductData<'_> = wire::record(call.data);
    let at = call.timestamp.text().and_then(|text| text.parse().ok()).unwrap_or(received_at);
    let conversation = if event == "onMessageCreate" { &data.message } else { &data.conversation };
    let around = Around {
        account,
        actor: &data.actor,
        agent: Some(&data.associations.agent),
        user: conversation.user_id.or(&data.associations.user.id),
        reference: &data.associations.user.reference_id,
        conversation: conversation.guid(),
        topic: conversation.channel_id.or(&data.associations.channel.id),
        at,
    };
    match event {
        "onMessageCreate" => around.messages(conversation.messages),
        "onConversationCreate" | "onConversationUpdate" => {
            let id = format!("{event}:{}:{at}", around.conversation.need("data.conversation.conversation_id")?);
            let new = (event == "onConversationCreate").then_some(ConversationState::Open);
            let state = state_of(&conversation.status).or(new);
            Ok(around.event(id, HelpdeskEventKind::Conversation { state }))
        }
        "onUserUpdate" => user_updated(&around, &data.user),
        "onUserCreate" => Ok(Parsed::ignored(data.user.id.text().unwrap_or(event), "acknowledged")),
        _ => Ok(Parsed::ignored(event, "unsupported")),
    }
}

fn user_updated(around: &Around<'_>, user: &User) -> Result<ParsedHelpdesk, ParseError> {
    let id = user.id.need("data.user.id")?;
    let around = Around {
        user: &user.id,
        reference: &user.reference_id,
        conversation: &Word::Absent,
        topic: &Word::Absent,
        ..*around
    };
    let digest = profile::held(user).digest();
    Ok(around.event(format!("onUserUpdate:{id}:{}", around.at), HelpdeskEventKind::UserUpdated { digest }))
}

/// What stands around the thing that happened.
#[derive(Clone, Copy)]
struct Around<'a> {
    account: &'a Account<'a>,
    actor: &'a Actor,
    agent: Option<&'a Actor>,
    user: &'a Word,
    reference: &'a Word,
    conversation: &'a Word,
    topic: &'a Word,
    at: i64,
}

impl Around<'_> {
    /// One event per message of an agent, oldest first.
    fn messages(&self, list: Json<'_>) -> Result<ParsedHelpdesk, ParseError> {
        let (mut found, mut count, mut result) = (Found::default(), 0, Ok(()));
        list.each(|message| {
            if result.is_ok() {
                let path = format!("data.message.messages[{count}]");
                result = self.add(&wire::record(message), &path, &mut found);
            }
            count += 1;
        });
        result?;
        if count == 0 { Err(ParseError::missing("data.message.messages")) } else { Ok(found.oldest_first()) }
    }

    fn add(&self, message: &Message, path: &str, found: &mut Found) -> Result<(), ParseError> {
        match self.message(message, path)? {
            Ok(event) => found.push(millis(&message.created_time), event),
            Err(reason) => found.ignore(message.id.owned().unwrap_or_default(), reason),
        }
        Ok(())
    }

    /// The event, or why there is none.
    fn message(&self, message: &Message, path: &str) -> Result<Result<HelpdeskEvent, &'static str>, ParseError> {
        if message.message_parts.json().is_null() && !message.msg_parts.json().is_null() {
            return Ok(Err("legacy"));
        }
        if message.message_type == Word::Misshapen {
            return Err(ParseError::bad(&format!("{path}.message_type"), "a text"));
        }
        let kind = match self.author(message) {
            Some(Ok(kind)) => kind,
            Some(Err(reason)) => return Ok(Err(reason)),
            None => return Err(ParseError::missing(&format!("{path}.actor_type"))),
        };
        let around = Around {
            user: self.user.or(&message.user_id),
            conversation: self.conversation.or(&message.conversation_id),
            topic: self.topic.or(&message.channel_id),
            ..*self
        };
        if let Some(reason) = around.foreign() {
            return Ok(Err(reason));
        }
        let id = message.id.need(&format!("{path}.id"))?;
        let conversation = around.conversation.need(&format!("{path}.conversation_id"))?;
        let parts = parts::contents(message, conversation, path)?.parts;
        if parts.is_empty() {
            return Ok(Err("empty"));
        }
        let name = self.author_name(message);
        let author_id = if name.is_none() { self.author_id(message).owned() } else { None };
        let author = Author { kind, name, id: author_id };
        let at = millis(&message.created_time).unwrap_or(self.at);
        Ok(Ok(Around { at, ..around }.made(id.to_owned(), HelpdeskEventKind::Message { author, parts })))
    }

    /// Who wrote a message that the contact shall see, or why the contact shall not; nothing where the event does not
    /// say who wrote it.
    ///
    /// The kind of the message decides first, then the event's actor, then the message's: captured events lack the
    /// last, and in others it says `user` where the system speaks.
    fn author(&self, message: &Message) -> Option<Result<AuthorKind, &'static str>> {
        match message.message_type.lower().as_str() {
            "private" => return Some(Err("private")),
            "system" => return Some(Err("system")),
            _ if message.bots_private_note => return Some(Err("private")),
            "normal" | "" => {}
            _ => return Some(Err("unsupported")),
        }
        let by_user = message.actor_type.lower() == "user";
        let actor = self.actor.r#type.or(&self.actor.actor_type).or(&message.actor_type);
        actor.text()?;
        Some(match actor.lower().as_str() {
            // Whatever the actor says, nobody shall hear an echo of their own words.
            "agent" | "bot"
                if by_user
                    && message.actor_id.text().is_some_and(|id| self.user.or(&message.user_id).text() == Some(id)) =>
            {
                Err("user")
            }
            "agent" => Ok(AuthorKind::Agent),
            "bot" if self.account.options.relay_bot_messages => Ok(AuthorKind::Bot),
            "bot" => Err("bot"),
            "user" => Err("user"),
            "system" => Err("system"),
            _ => Err("unsupported"),
        })
    }

    fn author_id<'m>(&'m self, message: &'m Message) -> &'m Word {
        self.actor.id.or(&self.actor.actor_id).or(&message.actor_id)
    }

    /// The associated agent is whom the conversation is assigned to; a colleague who steps in has their own name.
    fn author_name(&self, message: &Message) -> Option<String> {
        let actor = self.author_id(message);
        let agent = self.agent.filter(|agent| agent.id.text().is_some_and(|id| actor.text().is_none_or(|by| by == id)));
        [agent, Some(self.actor)]
            .into_iter()
            .flatten()
            .find_map(|person| profile::full_name(&person.first_name, &person.last_name))
    }

    /// Why an event is none of this installation's, if so.
    ///
    /// A reference in the bridge's own form with another channel's name belongs to another installation. Any other
    /// foreign reference proves nothing (agents merge users), so that the stored pairing decides.
    fn foreign(&self) -> Option<&'static str> {
        if self.topic.text().is_some_and(|topic| self.account.setting(CHANNEL_ID).is_some_and(|ours| ours != topic)) {
            return Some("other_topic");
        }
        let (kind, id) = self.reference.text()?.split_once(':')?;
        let is_kind = crate::channel::channel(kind).is_some();
        (is_kind && !id.is_empty() && kind != self.account.channel_kind).then_some("other_channel")
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
            group: self.conversation.or(self.user).owned().unwrap_or_default(),
            contact: self.reference.text().and_then(|name| self.account.contact_of(name)).map(str::to_owned),
            user: self.user.owned(),
            conversation: self.conversation.owned(),
            repeat_key: None,
            kind,
        }
    }
}

/// The messages of one call, so far.
#[derive(Default)]
struct Found {
    events: Vec<(Option<i64>, HelpdeskEvent)>,
    ignored: Vec<Ignored>,
}

impl Found {
    fn push(&mut self, time: Option<i64>, event: HelpdeskEvent) {
        if self.events.len() < MESSAGES {
            self.events.push((time, event));
        } else {
            self.ignore(event.id, "too_many");
        }
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

/// The list of states is open: whatever is not resolved takes messages.
pub(super) fn state_of(status: &Word) -> Option<ConversationState> {
    let status = status.lower();
    match status.as_str() {
        "" => None,
        "resolved" => Some(ConversationState::Resolved),
        _ => Some(ConversationState::Open),
    }
}

/// A time of Freshchat in milliseconds since 1970.
pub(super) fn millis(time: &Word) -> Option<i64> {
    let time = OffsetDateTime::parse(time.text()?, &Rfc3339).ok()?;
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}

/// The conversation that a Marketplace event is about.
pub(super) fn conversation_of<'a, 'b>(data: &'b ProductData<'a>) -> &'b Told<'a> {
    if data.message.guid().text().is_some() || data.message.messages.item(0).is_some() {
        &data.message
    } else {
        &data.conversation
    }
}
