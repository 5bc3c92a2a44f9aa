//! Reads the calls of the system.

use super::wire::{About, Conversation, Incoming, Message, State, Whom};
use crate::{
    adapter::{
        Account,
        own_api::{
            parse::{answered, check_id, parts_of, taken},
            wire::{self, Head},
        },
        webhook::{ParseError, Parsed, ParsedHelpdesk, WebhookRequest, decode_at},
    },
    channel::channel,
    model::{
        features::ContactIds,
        message::{Author, AuthorKind, ConversationState, HelpdeskEvent, HelpdeskEventKind},
    },
    tools::{
        json::{self, Json},
        millis::Millis,
        phone::e164,
    },
};

/// Returns the events in a call. The system's developers have this API's document at hand, so the error names the field
/// that is wrong.
///
/// A message's event has the message's own id, which receipts and quotes name. The ids of all other events begin with a
/// word and a line break, which no id of the system may contain.
pub(super) fn parse(account: &Account<'_>, request: &WebhookRequest) -> Result<ParsedHelpdesk, ParseError> {
    let whole = json::text_of(&request.body);
    let body = Json::read(&whole).map_err(|error| ParseError::json(&error))?;
    let Head { kind } = decode_at("", body)?;
    if let Incoming::Message = kind {
        let Message { id, at, contact, author, quote, parts } = decode_at("", body)?;
        check_id(&id, "id")?;
        let quote = quote.map(answered).transpose()?;
        let name = author.and_then(|wire::Author { name }| name).filter(|name| !name.trim().is_empty());
        let author = Author { kind: AuthorKind::Agent, name, id: None };
        let kind = HelpdeskEventKind::Message { author, parts: parts_of(parts)? };
        let event = event(account, request, (id.clone(), at), contact, kind)?;
        return Ok(Parsed::events(vec![HelpdeskEvent { quote, ..event }]).answered(taken(&id)));
    }
    let About { id: given, at, contact } = decode_at("", body)?;
    if let Some(id) = &given {
        check_id(id, "id")?;
    }
    let required = || given.clone().ok_or_else(|| ParseError::missing("id"));
    let changed = |state| HelpdeskEventKind::Conversation { state: Some(state), news: None };
    let (id, kind) = match kind {
        Incoming::Message | Incoming::Note => {
            // A note is for the system's own agents. The bridge takes it, so that a system may send everything it has.
            whom(account, contact)?;
            let id = given.as_deref().unwrap_or_default();
            return Ok(Parsed::ignored(given.as_deref().unwrap_or(&request.id), "private").answered(taken(id)));
        }
        Incoming::Typing => (format!("typing\n{}", given.as_deref().unwrap_or(&request.id)), HelpdeskEventKind::Typing),
        Incoming::HandOver => (format!("hand_over\n{}", required()?), changed(ConversationState::Open)),
        Incoming::Conversation => {
            let Conversation { state } = decode_at("", body)?;
            let state = match state {
                State::Open => ConversationState::Open,
                State::Resolved => ConversationState::Resolved,
            };
            (format!("conversation\n{}", required()?), changed(state))
        }
    };
    let event = event(account, request, (id, at), contact, kind)?;
    Ok(Parsed::events(vec![event]).answered(taken(given.as_deref().unwrap_or_default())))
}

fn event(
    account: &Account<'_>,
    request: &WebhookRequest,
    (id, at): (String, Option<Millis>),
    contact: Whom,
    kind: HelpdeskEventKind,
) -> Result<HelpdeskEvent, ParseError> {
    let (name, contact) = whom(account, contact)?;
    Ok(HelpdeskEvent {
        id,
        at: at.filter(|at| *at > Millis::default()).unwrap_or(request.received_at),
        group: name.clone(),
        conversation: contact.is_some().then(|| name.clone()),
        user: Some(name),
        contact,
        repeat_key: None,
        kind,
        quote: None,
    })
}

/// Returns the name by which the system gave the contact, and the channel's own id if the name tells it. A telephone
/// number leads to the contact through the channel.
fn whom(account: &Account<'_>, whom: Whom) -> Result<(String, Option<String>), ParseError> {
    match whom {
        Whom { id: Some(id), .. } => {
            let contact = account.contact_of(&id).filter(|contact| check_id(contact, "contact.id").is_ok());
            match contact.map(str::to_owned) {
                Some(contact) => Ok((id, Some(contact))),
                None => {
                    let should_be =
                        format!("an id that the bridge sent, which begins with `{}`", account.reference(""));
                    Err(ParseError::bad("contact.id", &should_be))
                }
            }
        }
        Whom { phone: Some(phone), .. } => {
            let ids =
                channel(account.channel_kind).map_or(ContactIds::Opaque, |channel| channel.features().contact_ids);
            let bad = |should_be: &str| ParseError::bad("contact.phone", should_be);
            if ids == ContactIds::Opaque {
                return Err(bad("left out, because only customers can begin a conversation on this channel"));
            }
            e164(&phone).map(|phone| (phone, None)).ok_or_else(|| bad("a telephone number with + and country code"))
        }
        Whom { id: None, phone: None } => Err(ParseError::missing("contact.id")),
    }
}
