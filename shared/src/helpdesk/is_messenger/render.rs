//! Renders neutral messages and receipts as events of IS-Messenger.

use super::{
    FEATURES, ids, memo,
    wire::{self, Attachment, Event, EventKind, Message, Status, What},
};
use crate::{
    adapter::{Delivery, Known},
    model::{
        features::TextLimit,
        fit,
        message::{Contact, Media, MediaKind, MediaSource, Part, Receipt},
        text,
    },
    tools::{language::Language, millis::Millis, phone::is_e164, sentences::Sentence},
};
use std::time::Duration;

/// The maximum length of a failure's reason. A longer one would be cut on an agent's screen anyway.
const REASON: usize = 500;

/// Returns the event for the next message of a delivery.
pub(super) fn message(delivery: &Delivery<'_>, known: &Known, message: Message) -> Event {
    let index = known.sent();
    Event {
        kind: if delivery.echo { EventKind::MessageEcho } else { EventKind::Message },
        m_id: ids::m_id(delivery.id, index),
        // A later message must not sort before an earlier one.
        timestamp: delivery.at.plus(Duration::from_millis(index as u64)),
        what: What::Message(message),
    }
}

/// Returns the event for a receipt.
pub(super) fn status(message: &str, receipt: &Receipt, at: Millis) -> Event {
    let reason = receipt.failure();
    let reason = reason.map(|reason| text::truncate(&reason, TextLimit { max: REASON, ..FEATURES.text }).into_owned());
    let status = What::Status(Status { value: receipt.word(), message: reason });
    Event { kind: EventKind::MessageStatus, m_id: message.to_owned(), timestamp: at, what: status }
}

/// Returns the messages of a delivery, the same list on every attempt.
pub(super) fn messages(delivery: &Delivery<'_>, known: &Known) -> Vec<Message> {
    let mut messages = Vec::new();
    for part in delivery.parts {
        match part {
            Part::Media(media) => file(&mut messages, media, delivery.language),
            // A location is always one message, so that its form does not shift the messages after it.
            Part::Location { latitude, longitude, label } if known.memo(memo::LOCATION_AS_TEXT).is_none() => {
                let address = label.as_ref().map(|label| text::truncate(label, FEATURES.text).into_owned());
                messages.push(Message::Location { latitude: *latitude, longitude: *longitude, address });
            }
            Part::Location { .. } => {
                messages.push(Message::Text {
                    text: text::truncate(&fit::as_text(part, delivery.language), FEATURES.text).into_owned(),
                });
            }
            other => texts(&mut messages, &fit::as_text(other, delivery.language)),
        }
    }
    if messages.is_empty() && !delivery.parts.is_empty() {
        texts(&mut messages, &delivery.language.say(Sentence::EmptyNotice).to_string());
    }
    messages
}

fn texts(messages: &mut Vec<Message>, content: &str) {
    let pieces = text::split(content, FEATURES.text).into_iter();
    messages.extend(pieces.map(|piece| Message::Text { text: piece.to_owned() }));
}

/// Adds a file and, after it, its caption: attachments have no caption in this direction.
fn file(messages: &mut Vec<Message>, media: &Media, language: Language) {
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
            texts(messages, &fit::as_text(&Part::Media(media.clone()), language));
        }
    }
}

/// Returns what is known about the customer, or `None` if nothing is.
pub(super) fn profile(contact: &Contact) -> Option<wire::Contact> {
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
        phone: contact.phone.clone().filter(|phone| is_e164(phone)),
        language: contact.language.clone(),
    };
    (known != wire::Contact::default()).then_some(known)
}
