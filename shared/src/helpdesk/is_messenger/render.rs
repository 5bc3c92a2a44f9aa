//! Neutral messages and receipts as events of IS-Messenger.

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
    tools::millis::Millis,
};
use std::time::Duration;

/// The longest reason of a failure; longer ones would only be cut on an agent's screen.
const REASON: usize = 500;

/// The event that brings the next message of a delivery.
pub(super) fn message(delivery: &Delivery<'_>, known: &Known, message: Message) -> Event {
    let index = known.sent();
    Event {
        kind: if delivery.echo { EventKind::MessageEcho } else { EventKind::Message },
        m_id: ids::m_id(delivery.id, index),
        // Later ones must not sort before earlier ones.
        timestamp: delivery.at.plus(Duration::from_millis(index as u64)),
        what: What::Message(message),
    }
}

/// The event that brings delivery news.
pub(super) fn status(message: &str, receipt: &Receipt, at: Millis) -> Event {
    let reason = receipt.failure();
    let reason = reason.map(|reason| text::truncate(&reason, TextLimit { max: REASON, ..FEATURES.text }).into_owned());
    let status = What::Status(Status { value: receipt.word(), message: reason });
    Event { kind: EventKind::MessageStatus, m_id: message.to_owned(), timestamp: at, what: status }
}

/// The messages that a delivery becomes, the same list on every attempt.
pub(super) fn messages(parts: &[Part], known: &Known) -> Vec<Message> {
    let mut messages = Vec::new();
    for part in parts {
        match part {
            Part::Media(media) => file(&mut messages, media),
            // Always one message, as which of the two it was sent must not shift the others.
            Part::Location { latitude, longitude, label } if known.memo(memo::LOCATION_AS_TEXT).is_none() => {
                let address = label.as_ref().map(|label| text::truncate(label, FEATURES.text).into_owned());
                messages.push(Message::Location { latitude: *latitude, longitude: *longitude, address });
            }
            Part::Location { .. } => {
                messages.push(Message::Text { text: text::truncate(&fit::as_text(part), FEATURES.text).into_owned() });
            }
            other => texts(&mut messages, &fit::as_text(other)),
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
            texts(messages, &fit::as_text(&Part::Media(media.clone())));
        }
    }
}

/// What is known of the customer; nothing where there is nothing.
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
        phone: contact.phone.clone().filter(|phone| ids::is_e164(phone)),
        language: contact.language.clone(),
    };
    (known != wire::Contact::default()).then_some(known)
}
