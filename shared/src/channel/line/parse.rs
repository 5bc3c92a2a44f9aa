//! LINE's webhook events: <https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects>.

use super::wire::{Callback, Event, Message, Postback};
use crate::{
    adapter::Account,
    message::{ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, Part},
    webhook::{Ack, Ignored, ParseError, ParsedChannel, WebhookRequest, decode},
};

/// What a call contains: events of several people at once, in order.
///
/// New kinds of events are acknowledged, since LINE reserves the right to add some.
pub(super) fn parse(account: &Account<'_>, request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let callback: Callback = decode(&request.body)?;
    if let (Some(ours), Some(destination)) = (account.setting(super::BOT_USER_ID), &callback.destination)
        && ours != destination
    {
        return Err(ParseError::bad("destination", "the user id of the bot that this URL was made for"));
    }
    let mut parsed = ParsedChannel { events: Vec::new(), ignored: Vec::new(), ack: Ack::empty() };
    for (index, event) in callback.events.iter().enumerate() {
        let id = event_id(event, request, index);
        let read = match read(event) {
            Ok(read) => read,
            // The other events of a batch are other people's, and LINE would not send them again.
            Err(_) if callback.events.len() > 1 => Err("malformed"),
            Err(error) => return Err(error),
        };
        match read {
            Ok((contact, kind)) => {
                let at = event.timestamp.unwrap_or(request.received_at);
                let contact = Contact { id: contact.to_owned(), ..Contact::default() };
                parsed.events.push(ChannelEvent { id, at, contact, kind });
            }
            Err(reason) => parsed.ignored.push(Ignored { id, reason }),
        }
    }
    Ok(parsed)
}

/// LINE's id of the event; older events have none, and then a message's id is as good.
fn event_id(event: &Event, request: &WebhookRequest, index: usize) -> String {
    let given = event.webhook_event_id.as_ref().filter(|id| !id.is_empty()).cloned();
    let message = || event.message.as_ref().map(|message| format!("{}:{}", event.kind, message.id));
    given.or_else(message).unwrap_or_else(|| format!("{}:{index}", request.id))
}

type Read<'a> = Result<(&'a str, ChannelEventKind), &'static str>;

/// Whom an event is about and what it says, or why it is not for us.
fn read(event: &Event) -> Result<Read<'_>, ParseError> {
    if event.mode.as_deref() == Some("standby") {
        return Ok(Err("standby"));
    }
    let source = event.source.as_ref();
    if source.is_some_and(|source| source.kind != "user") {
        return Ok(Err("group"));
    }
    let Some(contact) = source.and_then(|source| source.user_id.as_deref()).filter(|id| !id.is_empty()) else {
        return Ok(Err("nobody"));
    };
    let message = || event.message.as_ref().ok_or_else(|| ParseError::missing("events.message"));
    let kind = match event.kind.as_str() {
        "message" => ChannelEventKind::Message { parts: parts(message()?)? },
        "messageEdited" => {
            let text = message()?.text.as_deref().unwrap_or_default();
            ChannelEventKind::Message { parts: vec![Part::text(format!("(edited) {text}"))] }
        }
        "unsend" if event.unsend.is_some() => {
            ChannelEventKind::Message { parts: vec![Part::text("(took back an earlier message)")] }
        }
        "postback" => match event.postback.as_ref().map(pressed) {
            Some(Some(text)) => ChannelEventKind::Message { parts: vec![Part::text(text)] },
            Some(None) => return Ok(Err("menu")),
            None => return Err(ParseError::missing("events.postback")),
        },
        "follow" => ChannelEventKind::Subscribed,
        "unfollow" => ChannelEventKind::Unsubscribed,
        _ => return Ok(Err("unknown_event")),
    };
    Ok(Ok((contact, kind)))
}

/// What a pressed button says; nothing where it only turned a page of the menu.
fn pressed(postback: &Postback) -> Option<String> {
    let Some(params) = &postback.params else { return Some(postback.data.clone()) };
    if params.new_rich_menu_alias_id.is_some() {
        return None;
    }
    let time = params.datetime.as_ref().or(params.date.as_ref()).or(params.time.as_ref());
    Some(time.map_or_else(|| postback.data.clone(), |time| format!("{}\n{time}", postback.data)))
}

fn parts(message: &Message) -> Result<Vec<Part>, ParseError> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let part = match message.kind.as_str() {
        "text" => match given(&message.text) {
            Some(text) => Part::text(text),
            None => Part::Unsupported { what: "empty message".to_owned(), text: None },
        },
        "image" => file(MediaKind::Image, message),
        "video" => file(MediaKind::Video, message),
        "audio" => file(MediaKind::Audio, message),
        "file" => file(MediaKind::File, message),
        "location" => {
            let degrees = |value: Option<f64>, most: f64, field: &str| {
                value.filter(|value| value.abs() <= most).ok_or_else(|| ParseError::bad(field, "degrees"))
            };
            let label: Vec<String> = [&message.title, &message.address].into_iter().filter_map(given).collect();
            Part::Location {
                latitude: degrees(message.latitude, 90.0, "events.message.latitude")?,
                longitude: degrees(message.longitude, 180.0, "events.message.longitude")?,
                label: (!label.is_empty()).then(|| label.join("\n")),
            }
        }
        "sticker" => {
            let id = message.sticker_id.clone().unwrap_or_default();
            let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
            let url = is_number.then(|| format!("{STICKERS}/{id}/android/sticker.png"));
            let text = given(&message.text).map(Part::text);
            return Ok(std::iter::once(Part::Sticker { id, url }).chain(text).collect());
        }
        other => {
            let what: String = other.chars().filter(|c| c.is_alphanumeric() || *c == ' ').take(40).collect();
            Part::Unsupported { what, text: given(&message.text) }
        }
    };
    Ok(vec![part])
}

/// Where LINE shows its stickers to everybody; not documented.
const STICKERS: &str = "https://stickershop.line-scdn.net/stickershop/v1/sticker";

/// A file: at LINE, where only this channel can fetch it and not for long, or at whoever sent it.
fn file(kind: MediaKind, message: &Message) -> Part {
    let elsewhere = message.content_provider.as_ref().and_then(|provider| provider.original_content_url.clone());
    let source = match elsewhere {
        Some(url) => MediaSource::ShortLink { url },
        None => MediaSource::Reference { id: message.id.clone() },
    };
    Part::Media(Media {
        name: message.file_name.clone().filter(|name| !name.trim().is_empty()),
        size: message.file_size,
        seconds: message.duration.map(|duration| duration.div_ceil(1_000)),
        ..Media::new(kind, source)
    })
}
