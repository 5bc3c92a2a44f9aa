//! Viber's callbacks: <https://developers.viber.com/docs/api/rest-bot-api/#callbacks>.

use std::borrow::Cow;

use serde::Deserialize;

use super::{
    render,
    wire::{
        ContactMessage, FileMessage, Head, LocationMessage, MessageCallback, MessageHead, Scalar, Stamp,
        StickerMessage, TextMessage, UrlMessage, User, UserCallback, UserIdCallback,
    },
};
use crate::{
    adapter::Account,
    json::{self, Json},
    limits::{TextLimit, TextUnit},
    message::{ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, Part, Receipt},
    text,
    webhook::{self, Ack, ParseError, ParsedChannel, WebhookRequest},
};

/// So much is shown of what a link says that opens a chat.
const CONTEXT: TextLimit = TextLimit { max: 500, unit: TextUnit::Chars };

/// What a callback contains.
///
/// An event or a kind of message that Viber adds some day is acknowledged: anything but 200 is sent again for an hour.
pub(super) fn parse(account: &Account<'_>, request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let whole = json::text_of(&request.body);
    let body = Json::read(&whole).map_err(|error| ParseError::json(&error))?;
    let Head { event } = decode(body)?;
    let (user, kind) = match event.as_str() {
        "message" => {
            let MessageCallback { sender, message } = decode(body)?;
            (known(sender, "sender.id")?, ChannelEventKind::Message { parts: parts(message)? })
        }
        "subscribed" => {
            let UserCallback { user, .. } = decode(body)?;
            (known(user, "user.id")?, ChannelEventKind::Subscribed)
        }
        "unsubscribed" => (by_id(&decode(body)?)?, ChannelEventKind::Unsubscribed),
        "delivered" | "seen" | "failed" => {
            let callback: UserIdCallback = decode(body)?;
            let receipt = match event.as_str() {
                "delivered" => Receipt::Delivered,
                "seen" => Receipt::Read,
                _ => Receipt::failed_as("Viber could not show it to the contact", callback.desc.as_deref()),
            };
            (by_id(&callback)?, ChannelEventKind::Receipt { message: stamp(body)?.0, receipt })
        }
        "conversation_started" => {
            let UserCallback { user, context } = decode(body)?;
            let user = known(user, "user.id")?;
            let context = text::truncate(context.text().unwrap_or_default().trim(), CONTEXT).into_owned();
            let parsed = if context.is_empty() {
                ParsedChannel::ignored(ignored_id(&event, body), "conversation_started")
            } else {
                let (token, at) = stamp(body)?;
                let (id, kind) = (format!("{event}:{token}"), ChannelEventKind::Opened { context });
                let at = at.unwrap_or(request.received_at);
                ParsedChannel::events(vec![ChannelEvent { id, at, contact: user, kind }])
            };
            return Ok(match render::welcome(account) {
                Some(message) => parsed.answered(Ack::json(&message)),
                None => parsed,
            });
        }
        "webhook" => return Ok(ParsedChannel::ignored(ignored_id(&event, body), "webhook_check")),
        _ => return Ok(ParsedChannel::ignored(ignored_id(&event, body), "unknown_event")),
    };
    let (token, at) = stamp(body)?;
    let id = match &kind {
        // All news about one message has that message's token.
        ChannelEventKind::Receipt { .. } => format!("{event}:{token}:{}", user.id),
        _ => format!("{event}:{token}"),
    };
    let at = at.unwrap_or(request.received_at);
    Ok(ParsedChannel::events(vec![ChannelEvent { id, at, contact: user, kind }]))
}

/// What a message consists of.
fn parts(message: Json<'_>) -> Result<Vec<Part>, ParseError> {
    let MessageHead { kind } = decode_message(message)?;
    let part = match kind.as_str() {
        "text" => {
            let TextMessage { text } = decode_message(message)?;
            if text.is_empty() { unsupported("empty message", message) } else { Part::text(text) }
        }
        "picture" => file(MediaKind::Image, decode_message(message)?)?,
        "video" => file(MediaKind::Video, decode_message(message)?)?,
        "file" => file(MediaKind::File, decode_message(message)?)?,
        "sticker" => {
            let StickerMessage { sticker_id, media } = decode_message(message)?;
            let id = sticker_id.id().ok_or_else(|| ParseError::bad("message.sticker_id", "a number"))?;
            Part::Sticker { id, url: media.filter(|url| is_link(url)) }
        }
        "contact" => {
            let ContactMessage { contact } = decode_message(message)?;
            let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
            Part::ContactCard {
                name: given(contact.name),
                phone: given(contact.phone_number.and_then(|number| number.id())),
            }
        }
        "url" => {
            let UrlMessage { media } = decode_message(message)?;
            if media.is_empty() { unsupported("empty link", message) } else { Part::text(media) }
        }
        "location" => {
            let LocationMessage { location } = decode_message(message)?;
            Part::Location {
                latitude: degrees(&location.lat, "message.location.lat", 90.0)?,
                longitude: degrees(&location.lon, "message.location.lon", 180.0)?,
                label: None,
            }
        }
        other => unsupported(other, message),
    };
    Ok(vec![part])
}

/// A file. Its link dies after an hour, and so does that of its thumbnail, which is not worth a copy.
fn file(kind: MediaKind, message: FileMessage) -> Result<Part, ParseError> {
    if !is_link(&message.media) {
        return Err(ParseError::bad("message.media", "a link to the file"));
    }
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    Ok(Part::Media(Media {
        name: given(message.file_name),
        size: message.file_size.or(message.size).and_then(|size| size.count()),
        seconds: message.duration.and_then(|duration| duration.count()),
        caption: given(message.text),
        ..Media::new(kind, MediaSource::ShortLink { url: message.media })
    }))
}

/// A visible notice in place of what the bridge does not know.
fn unsupported(what: &str, message: Json<'_>) -> Part {
    let clean: String = what.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).take(40).collect();
    let words = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let what = if words.is_empty() { "unknown message".to_owned() } else { words };
    let text = message.get("text").and_then(Json::text).filter(|text| !text.is_empty());
    Part::Unsupported { what, text: text.map(Cow::into_owned) }
}

fn is_link(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn degrees(value: &Scalar, field: &str, most: f64) -> Result<f64, ParseError> {
    value.number().filter(|degrees| degrees.abs() <= most).ok_or_else(|| ParseError::bad(field, "degrees"))
}

fn known(user: User, field: &str) -> Result<Contact, ParseError> {
    check_id(&user.id, field)?;
    Ok(user.into())
}

fn by_id(callback: &UserIdCallback) -> Result<Contact, ParseError> {
    check_id(&callback.user_id, "user_id")?;
    Ok(Contact { id: callback.user_id.clone(), ..Contact::default() })
}

fn check_id(id: &str, field: &str) -> Result<(), ParseError> {
    let is_good = (1..=256).contains(&id.len()) && !id.chars().any(char::is_control);
    if is_good { Ok(()) } else { Err(ParseError::bad(field, "a user id of 1 to 256 characters")) }
}

/// The token of a callback and the time of it in milliseconds, where that is one.
fn stamp(body: Json<'_>) -> Result<(String, Option<i64>), ParseError> {
    let Stamp { message_token, timestamp } = decode(body)?;
    let token = message_token.id().ok_or_else(|| ParseError::bad("message_token", "a whole number"))?;
    Ok((token, timestamp.as_ref().and_then(Scalar::integer).and_then(milliseconds)))
}

/// Viber's times are in milliseconds, but some were seen with nineteen digits. Whatever unit puts a time into this
/// century is the right one.
fn milliseconds(time: i64) -> Option<i64> {
    const CENTURY: std::ops::Range<i64> = 946_684_800_000..4_102_444_800_000;
    [Some(time), Some(time / 1_000), Some(time / 1_000_000), time.checked_mul(1_000)]
        .into_iter()
        .flatten()
        .find(|time| CENTURY.contains(time))
}

fn ignored_id(event: &str, body: Json<'_>) -> String {
    let event: String = event.chars().filter(|c| !c.is_control()).take(40).collect();
    stamp(body).map_or_else(|_| event.clone(), |(token, _)| format!("{event}:{token}"))
}

fn decode<'a, T: Deserialize<'a>>(body: Json<'a>) -> Result<T, ParseError> {
    webhook::decode_at("", body)
}

fn decode_message<'a, T: Deserialize<'a>>(message: Json<'a>) -> Result<T, ParseError> {
    webhook::decode_at("message", message)
}
