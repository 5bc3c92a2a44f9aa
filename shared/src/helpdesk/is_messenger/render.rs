//! Neutral messages and receipts as calls to the incoming webhook URL.

use http::Method;

use super::{
    API_TOKEN, API_URL, CHANNEL_ID, FEATURES, ids,
    wire::{self, Attachment, Event, EventKind, Incoming, Message, Status, What},
};
use crate::{
    adapter::{Account, Delivery, Fact, Failure, Known, Learned, RenderError, Repeat, Step, json_call},
    model::{
        features::TextLimit,
        fit,
        message::{Contact, Media, MediaKind, MediaSource, Part, Receipt},
        text,
    },
};

/// The note that says that locations are refused: that they are taken at all is not documented.
const LOCATION_AS_TEXT: &str = "location_as_text";
/// The longest reason of a failure; longer ones would only be cut on an agent's screen.
const REASON: usize = 500;

/// The next call of a delivery: its first message that was not delivered yet.
pub(super) fn delivery(account: &Account<'_>, delivery: &Delivery<'_>, known: &Known) -> Result<Step, RenderError> {
    let index = known.sent();
    let Some(message) = messages(delivery.parts, known).into_iter().nth(index) else { return Ok(Step::Done) };
    let (name, kind) = if delivery.echo {
        ("send_message_echo", EventKind::MessageEcho)
    } else {
        ("send_message", EventKind::Message)
    };
    let event = Event {
        kind,
        m_id: ids::m_id(delivery.id, index),
        // Later ones must not sort before earlier ones.
        timestamp: delivery.at.saturating_add(i64::try_from(index).unwrap_or_default()),
        what: What::Message(message),
    };
    // That a repeated `mId` is ignored is likely and not documented.
    let call = (name, Repeat::Doubles);
    post(account, delivery.contact, known, call, event, contact(delivery.contact))
}

/// The call that brings delivery news.
pub(super) fn receipt(
    account: &Account<'_>,
    contact: &Contact,
    known: &Known,
    (message, receipt, at): (&str, &Receipt, i64),
) -> Result<Step, RenderError> {
    let reason = receipt.failure();
    let reason = reason.map(|reason| text::truncate(&reason, TextLimit { max: REASON, ..FEATURES.text }).into_owned());
    let status = What::Status(Status { value: receipt.word(), message: reason });
    let event = Event { kind: EventKind::MessageStatus, m_id: message.to_owned(), timestamp: at, what: status };
    post(account, contact, known, ("send_message_status", Repeat::Harmless), event, None)
}

/// What the success of a delivery's call teaches. The contact's id is stored with the way back: some ids lead back to
/// the contact by nothing else.
pub(super) fn delivered(account: &Account<'_>, delivery: &Delivery<'_>, known: &Known) -> Learned {
    match ids::contact_id(account, delivery.contact, known) {
        Ok(id) => Ok(vec![Fact::Sent(Some(ids::m_id(delivery.id, known.sent()))), Fact::User(id)]),
        Err(error) => Err(error.into()),
    }
}

/// What a final refusal means: a location is tried once more as a text.
pub(super) fn refused(delivery: &Delivery<'_>, known: &Known, failure: Failure) -> Learned {
    match messages(delivery.parts, known).into_iter().nth(known.sent()) {
        Some(Message::Location { .. }) if matches!(failure, Failure::Rejected { .. }) => {
            Ok(vec![Fact::Memo(LOCATION_AS_TEXT.to_owned(), String::new())])
        }
        _ => Err(failure),
    }
}

/// The messages that a delivery becomes, the same list on every attempt.
fn messages(parts: &[Part], known: &Known) -> Vec<Message> {
    let mut messages = Vec::new();
    for part in parts {
        match part {
            Part::Media(media) => file(&mut messages, media),
            // Always one message, as which of the two it was sent must not shift the others.
            Part::Location { latitude, longitude, label } if known.memo(LOCATION_AS_TEXT).is_none() => {
                let address = label.as_ref().map(|label| text::truncate(label, FEATURES.text).into_owned());
                messages.push(Message::Location { latitude: *latitude, longitude: *longitude, address });
            }
            Part::Location { .. } => {
                messages.push(Message::Text { text: text::truncate(&fit::plain(part), FEATURES.text).into_owned() });
            }
            other => texts(&mut messages, &fit::plain(other)),
        }
    }
    if messages.is_empty() && !parts.is_empty() {
        texts(&mut messages, "[empty message]");
    }
    messages
}

fn texts(messages: &mut Vec<Message>, content: &str) {
    let pieces = text::split(content, FEATURES.text).into_iter();
    messages.extend(pieces.map(|piece| Message::Text { text: piece.to_owned() }));
}

/// A file and, behind it, its caption: attachments have none in this direction.
fn file(messages: &mut Vec<Message>, media: &Media) {
    match &media.source {
        MediaSource::Link { url } => {
            let kind = match media.kind {
                MediaKind::Image => "image",
                MediaKind::Video => "video",
                MediaKind::Audio => "audio",
                MediaKind::File => "file",
            };
            let (mime_type, file_name) = (media.content_type.clone(), media.name.clone());
            let attachment = Attachment { kind, url: url.clone(), mime_type, file_name };
            messages.push(Message::Attachment { attachment });
            texts(messages, media.caption.as_deref().unwrap_or_default());
        }
        MediaSource::ShortLink { .. } | MediaSource::Reference { .. } | MediaSource::Fetched => {
            texts(messages, &fit::plain(&Part::Media(media.clone())));
        }
    }
}

fn post(
    account: &Account<'_>,
    whom: &Contact,
    known: &Known,
    (name, repeat): (&'static str, Repeat),
    event: Event,
    contact: Option<wire::Contact>,
) -> Result<Step, RenderError> {
    let setting =
        |name: &str| account.setting(name).ok_or_else(|| RenderError::new(format!("the setting `{name}` is missing")));
    let token = account.secret(API_TOKEN).ok_or_else(|| RenderError::new("the API token is missing"))?;
    let contact_id = ids::contact_id(account, whom, known)?;
    let body = Incoming { channel_id: setting(CHANNEL_ID)?, contact_id, events: [event], contact };
    let bearer = format!("Bearer {}", token.reveal());
    json_call(name, Method::POST, setting(API_URL)?, ("authorization", &bearer), Some(&body), repeat).map(Step::Call)
}

/// What is known of the customer; nothing where there is nothing.
fn contact(contact: &Contact) -> Option<wire::Contact> {
    let name = contact.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let (first_name, last_name) = match name.and_then(|name| name.split_once(char::is_whitespace)) {
        Some((first, last)) => (Some(first.to_owned()), Some(last.trim().to_owned())),
        None => (name.map(str::to_owned), None),
    };
    let known = wire::Contact {
        first_name,
        last_name,
        profile_pic: contact.avatar.clone(),
        country_code: contact.country.clone(),
        email: contact.email.clone(),
        phone: contact.phone.clone().filter(|phone| ids::is_e164(phone)),
        language: contact.language.clone(),
    };
    (known != wire::Contact::default()).then_some(known)
}
