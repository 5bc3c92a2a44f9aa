//! Reads the calls of the app.

use super::wire::{History, Incoming, Message, News, Status, Subscribed, Thread, Unsubscribed};
use crate::{
    adapter::{
        own_api::{
            parse::{answered, check_id, parts_of, person, taken},
            wire::{About, Author, Chosen, Head, Named, Said},
        },
        webhook::{Earlier, ParseError, ParsedChannel, WebhookRequest, decode_at},
    },
    model::message::{ChannelEvent, ChannelEventKind, Choice, Contact, Details, MessageNames, Receipt, Spoken, Writer},
    tools::{
        json::{self, Json},
        millis::Millis,
    },
};

/// The number of earlier messages on a page if the call does not say, and the maximum.
const PAGE: usize = 50;
const MAX_PAGE: usize = 200;
/// The maximum number of lines of a transcript.
const LINES: usize = 500;

/// Returns the events in a call. The app's developers have this API's document at hand, so the error names the field
/// that is wrong.
pub(super) fn parse(request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let whole = json::text_of(&request.body);
    let body = Json::read(&whole).map_err(|error| ParseError::json(&error))?;
    let Head { kind } = decode_at("", body)?;
    let (mut names, mut quote, mut details) = (MessageNames::default(), None, Details::default());
    let (id, contact, kind, at) = match kind {
        Incoming::Message => {
            let Message { id, at, contact, thread, quote: quoted, choice, transcript, group, parts } =
                decode_at("", body)?;
            check_id(&id, "id")?;
            let mut contact = person(contact)?;
            details = Details { transcript: earlier(transcript)?, group: given(group), ..Details::default() };
            details.choice = choice.map(|Chosen { label, payload }| Choice { text: label.clone(), label, payload });
            if let Some(thread) = thread {
                (contact, details.writer) = of_thread(thread, contact)?;
            }
            quote = quoted.map(answered).transpose()?;
            names.id = Some(id.clone());
            (event_of(&id), contact, ChannelEventKind::Message { parts: parts_of(parts)? }, at)
        }
        Incoming::Receipt => {
            let News { contact, message, status, reason } = decode_at("", body)?;
            let contact = self::contact(contact)?;
            check_id(&message, "message")?;
            let (word, receipt) = match status {
                Status::Delivered => ("delivered", Receipt::Delivered),
                Status::Read => ("read", Receipt::Read),
                Status::Failed => ("failed", Receipt::failed_as("the app could not show it", reason.as_deref())),
            };
            (format!("{word}:{message}"), contact, ChannelEventKind::Receipt { message, receipt }, None)
        }
        Incoming::Typing => {
            let contact = contact(decode_at::<About>("", body)?.contact)?;
            let event = ChannelEvent::new(&request.id, request.received_at, contact, ChannelEventKind::Typing);
            return Ok(ParsedChannel::events(vec![event]).answered(taken("")));
        }
        Incoming::History => {
            let History { contact, before, limit } = decode_at("", body)?;
            let most = limit.unwrap_or(PAGE);
            if !(1..=MAX_PAGE).contains(&most) {
                return Err(ParseError::bad("limit", "a number from 1 to 200"));
            }
            return Ok(ParsedChannel::asking(Earlier { contact: self::contact(contact)?.id, before, most }));
        }
        Incoming::Subscribed => {
            let Subscribed { id, contact } = decode_at("", body)?;
            check_id(&id, "id")?;
            (format!("subscribed:{id}"), person(contact)?, ChannelEventKind::Subscribed, None)
        }
        Incoming::Unsubscribed => {
            let Unsubscribed { id, contact } = decode_at("", body)?;
            check_id(&id, "id")?;
            (format!("unsubscribed:{id}"), self::contact(contact)?, ChannelEventKind::Unsubscribed, None)
        }
    };
    let answer = taken(&id);
    let at = at.filter(|at| *at > Millis::default()).unwrap_or(request.received_at);
    let event = ChannelEvent::new(id, at, contact, kind).with(names, quote).detailed(details);
    Ok(ParsedChannel::events(vec![event]).answered(answer))
}

/// Returns the id of the event with which a contact's message arrived.
pub(super) fn event_of(message: &str) -> String {
    format!("message:{message}")
}

/// Returns a contact of whom only the id is known.
fn contact(Named { id }: Named) -> Result<Contact, ParseError> {
    check_id(&id, "contact.id")?;
    Ok(Contact { id, ..Contact::default() })
}

/// Returns a thread as the contact that agents answer, and the person who wrote into it.
fn of_thread(Thread { id, title }: Thread, person: Contact) -> Result<(Contact, Option<Writer>), ParseError> {
    check_id(&id, "thread.id")?;
    let writer = Writer { id: person.id, name: person.name };
    let name = given(title).or_else(|| Some(id.clone()));
    Ok((Contact { thread: Some(id.clone()), id, name, ..Contact::default() }, Some(writer)))
}

/// Returns what was said before a message.
fn earlier(lines: Vec<Said>) -> Result<Vec<Spoken>, ParseError> {
    if lines.len() > LINES {
        return Err(ParseError::bad("transcript", "a list of at most 500 lines"));
    }
    let line = |Said { author, text }: Said| Spoken { author: given(author.and_then(|Author { name }| name)), text };
    Ok(lines.into_iter().filter(|said| !said.text.trim().is_empty()).map(line).collect())
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
