//! Reads RBM's events
//! (<https://developers.google.com/business-communications/rcs-business-messaging/guides/build/events>).
//!
//! One failing agent would hold up all agents of a partner, so events of no use are acknowledged too.

use super::wire::Envelope;
use crate::{
    adapter::webhook::{Ack, HANDSHAKE, ParseError, ParsedChannel, WebhookRequest, decode, id_of},
    channel::readable,
    model::message::{
        ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, MessageNames, Part, Receipt,
    },
    tools::{
        json::{self, Json},
        millis::Millis,
    },
};

/// Returns the events in a call.
pub(super) fn parse(request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let envelope: Envelope = decode(&request.body)?;
    if let (Some(_), Some(secret)) = (&envelope.client_token, &envelope.secret) {
        return Ok(ParsedChannel::ignored("handshake", HANDSHAKE).answered(Ack::text(secret.clone())));
    }
    let event = envelope.event().ok_or_else(|| ParseError::missing("message.data"))?;
    let whole = json::text_of(&event);
    let event = Json::read(&whole).map_err(|error| ParseError::json(&error))?;
    if !event.is_object() {
        return Err(ParseError::bad("message.data", "an event"));
    }
    let names = ["eventId", "messageId", "senderPhoneNumber", "phoneNumber", "sendTime", "eventType"];
    let [event_id, message, sender, number, sent_at, kind] = event.pick(names).map(Json::filled_text);
    let id = event_id.or_else(|| message.clone()).unwrap_or_else(|| id_of(event.raw()));
    let at = sent_at.and_then(|text| Millis::from_rfc3339(&text)).unwrap_or(request.received_at);
    let phone = sender.or(number);
    let receipt = |receipt| match &message {
        Some(message) => Ok(ChannelEventKind::Receipt { message: message.clone(), receipt }),
        None => Err("no_id"),
    };
    let read = match kind.as_deref() {
        None => Ok(ChannelEventKind::Message { parts: vec![part(event)] }),
        Some("DELIVERED") => receipt(Receipt::Delivered),
        Some("READ") => receipt(Receipt::Read),
        Some("TTL_EXPIRATION_REVOKED") => receipt(Receipt::failed("the phone could not be reached in time".to_owned())),
        Some("SUBSCRIBE") => Ok(ChannelEventKind::Subscribed),
        Some("UNSUBSCRIBE") => Ok(ChannelEventKind::Unsubscribed),
        Some(_) => Err("unknown_event"),
    };
    Ok(match read {
        // A receipt needs no contact, because the message's own id finds the message.
        Ok(kind) if phone.is_some() || matches!(kind, ChannelEventKind::Receipt { .. }) => {
            let contact = Contact { id: phone.clone().unwrap_or_default(), phone, ..Contact::default() };
            let to_mark = message.clone().filter(|_| matches!(kind, ChannelEventKind::Message { .. }));
            let names = MessageNames { to_mark, ..MessageNames::default() };
            ParsedChannel::events(vec![ChannelEvent::new(id, at, contact, kind).with(names, None)])
        }
        Ok(_) => ParsedChannel::ignored(id, "nobody"),
        Err(reason) => ParsedChannel::ignored(id, reason),
    })
}

fn part(event: Json<'_>) -> Part {
    let [text, answer, file, location] = event.pick(["text", "suggestionResponse", "userFile", "location"]);
    if let Some(words) = text.filled_text().or_else(|| answer.get("text")?.filled_text()) {
        return Part::text(words);
    }
    let [url, name, content_type, size] =
        file.get("payload").unwrap_or_default().pick(["fileUri", "fileName", "mimeType", "fileSizeBytes"]);
    let (name, content_type) = (name.filled_text(), content_type.filled_text());
    if let Some(url) = url.filled_text() {
        let kind = MediaKind::of(content_type.as_deref().unwrap_or_default());
        // The link is open to everybody, for a limited time.
        let media = Media::new(kind, MediaSource::ShortLink { url });
        return Part::Media(Media { name, content_type, size: size.u64(), ..media });
    }
    let degrees = |name: &str, most: f64| location.get(name)?.f64().filter(|value| value.abs() <= most);
    let what = match degrees("latitude", 90.0).zip(degrees("longitude", 180.0)) {
        Some((latitude, longitude)) => return Part::Location { latitude, longitude, label: None },
        None if !file.is_null() => "file",
        None if !location.is_null() => "location",
        None if !answer.is_null() => "pressed button",
        None => "unknown message",
    };
    Part::Unsupported { what: what.to_owned(), text: name.or_else(|| readable(event)) }
}
