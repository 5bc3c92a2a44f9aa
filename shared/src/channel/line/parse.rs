//! Reads LINE's webhook events (<https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects>).

use std::borrow::Cow;

use crate::{
    adapter::{
        Account,
        webhook::{Batch, ParseError, ParsedChannel, UNREADABLE, WebhookRequest, id_of},
    },
    channel::readable,
    model::message::{
        ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, MessageNames, Part, Quote,
    },
    tools::{
        json::{self, Json},
        language::Language,
        millis::Millis,
        sentences::Sentence,
    },
};

/// Returns the events in a call: events of several people, in order.
///
/// New types of events are acknowledged, because LINE reserves the right to add some. A message that lacks what its
/// type promises becomes a notice, because the other events of the batch are other people's.
pub(super) fn parse(account: &Account<'_>, request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let whole = json::text_of(&request.body);
    let body = Json::read(&whole).map_err(|error| ParseError::json(&error))?;
    let [destination, events] = body.pick(["destination", "events"]);
    if !events.is_array() {
        return Err(ParseError::missing("events"));
    }
    if let (Some(ours), Some(destination)) = (account.setting(super::BOT_USER_ID), string(destination))
        && ours != destination
    {
        return Ok(ParsedChannel::ignored(destination, "other_bot"));
    }
    let mut batch = Batch::new();
    batch.each(events, |batch, event| {
        let event = Event::of(event);
        match event.read(account.options.language) {
            Ok((contact, kind)) => {
                let at = event.timestamp.i64().map_or(request.received_at, Millis::new);
                let contact = Contact { id: contact, reply_token: event.reply_token(), ..Contact::default() };
                let (names, quote) = event.names_and_quote();
                batch.push(ChannelEvent::new(event.id(), at, contact, kind).with(names, quote));
            }
            Err(reason) => batch.ignore(event.id(), reason),
        }
    });
    Ok(batch.done())
}

/// The longest reply token that is kept.
const MAX_TOKEN: usize = 256;

/// The kinds of events that the bridge reads.
const KINDS: [&str; 6] = ["message", "messageEdited", "unsend", "postback", "follow", "unfollow"];

/// An event. Events of older format lack many of the common fields.
struct Event<'a> {
    whole: Json<'a>,
    kind: String,
    mode: Json<'a>,
    timestamp: Json<'a>,
    source: Json<'a>,
    id: Json<'a>,
    message: Json<'a>,
    postback: Json<'a>,
    reply_token: Json<'a>,
}

impl<'a> Event<'a> {
    fn of(whole: Json<'a>) -> Self {
        let names = ["type", "mode", "timestamp", "source", "webhookEventId", "message", "postback", "replyToken"];
        let [kind, mode, timestamp, source, id, message, postback, reply_token] = whole.pick(names);
        Self {
            whole,
            kind: string(kind).unwrap_or_default(),
            mode,
            timestamp,
            source,
            id,
            message,
            postback,
            reply_token,
        }
    }

    /// Returns LINE's id of the event. Older events have none; then the message's id serves.
    fn id(&self) -> String {
        let message = || Some(format!("{}:{}", self.kind, given(self.message.get("id")?)?));
        given(self.id).or_else(message).unwrap_or_else(|| format!("{}:{}", self.kind, id_of(self.whole.raw())))
    }

    /// Returns LINE's names for the message, and the message that it answers. Only the id of that one comes along.
    fn names_and_quote(&self) -> (MessageNames, Option<Quote>) {
        if self.kind != "message" {
            return Default::default();
        }
        let [id, quoted] = self.message.pick(["id", "quotedMessageId"]).map(given);
        let [token, to_mark] = self.message.pick(["quoteToken", "markAsReadToken"]).map(given);
        (MessageNames { id, token, to_mark }, quoted.map(Quote::of))
    }

    /// Returns the token with which one answer to the event costs nothing.
    fn reply_token(&self) -> Option<String> {
        given(self.reply_token).filter(|token| token.len() <= MAX_TOKEN)
    }

    /// Returns the contact and the content of the event, or the reason why the event is left out.
    fn read(&self, language: Language) -> Result<(String, ChannelEventKind), &'static str> {
        if self.mode.text().as_deref() == Some("standby") {
            return Err("standby");
        }
        let [kind, user, group, room] = self.source.pick(["type", "userId", "groupId", "roomId"]);
        let is_group = kind.text().map_or(!(group.is_null() && room.is_null()), |kind| kind != "user");
        if is_group {
            return Err("group");
        }
        if self.kind.is_empty() {
            return Err(UNREADABLE);
        }
        if !KINDS.contains(&self.kind.as_str()) {
            return Err("unknown_event");
        }
        let contact = given(user).ok_or("nobody")?;
        let message = |part: Part| ChannelEventKind::Message { parts: vec![part] };
        let kind = match self.kind.as_str() {
            "message" => ChannelEventKind::Message { parts: parts(self.message) },
            "messageEdited" => {
                let text = self.message.get("text").and_then(given).ok_or("nothing_to_show")?;
                message(Part::text(format!("{} {text}", language.say(Sentence::Edited))))
            }
            "unsend" => message(Part::text(language.say(Sentence::TookBack))),
            "postback" => message(pressed(self.postback)?),
            "follow" => ChannelEventKind::Subscribed,
            "unfollow" => ChannelEventKind::Unsubscribed,
            _ => return Err("unknown_event"),
        };
        Ok((contact, kind))
    }
}

/// Returns what a pressed button says.
///
/// # Errors
/// Returns the reason to leave the event out if the button only turned a page of the menu.
fn pressed(postback: Json<'_>) -> Result<Part, &'static str> {
    let [data, params] = postback.pick(["data", "params"]);
    let [page, datetime, date, time] = params.pick(["newRichMenuAliasId", "datetime", "date", "time"]);
    if !page.is_null() {
        return Err("menu");
    }
    let time = [datetime, date, time].into_iter().find_map(string);
    let words: Vec<String> = string(data).into_iter().chain(time).collect();
    Ok(if words.is_empty() { notice("pressed button", None) } else { Part::text(words.join("\n")) })
}

fn parts(message: Json<'_>) -> Vec<Part> {
    let names = ["type", "text", "title", "address", "latitude", "longitude", "stickerId", "fileName"];
    let [kind, text, title, address, latitude, longitude, sticker, name] = message.pick(names);
    let kind = string(kind).unwrap_or_default();
    let label = || joined([title, address]);
    let part = match kind.as_str() {
        "text" => given(text).map(Part::text),
        "image" => file(MediaKind::Image, message),
        "video" => file(MediaKind::Video, message),
        "audio" => file(MediaKind::Audio, message),
        "file" => file(MediaKind::File, message),
        "location" => {
            let degrees = |value: Json<'_>, most: f64| value.f64().filter(|value| value.abs() <= most);
            degrees(latitude, 90.0).zip(degrees(longitude, 180.0)).map(|(latitude, longitude)| Part::Location {
                latitude,
                longitude,
                label: label(),
            })
        }
        "sticker" => given(sticker).map(|id| {
            let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
            let url = is_number.then(|| format!("{STICKERS}/{id}/android/sticker.png"));
            Part::Sticker { id, url }
        }),
        _ => None,
    };
    match part {
        Some(sticker @ Part::Sticker { .. }) => {
            let is_odd = !text.is_null() && text.text().is_none();
            let words = given(text).map(Part::text).or_else(|| is_odd.then(|| notice("text", None)));
            std::iter::once(sticker).chain(words).collect()
        }
        Some(part) => vec![part],
        None => {
            let what = if kind == "text" { "empty message" } else { &kind };
            vec![notice(what, joined([text, title, address, name]).or_else(|| readable(message)))]
        }
    }
}

/// The base URL of LINE's public sticker images, which is not documented.
const STICKERS: &str = "https://stickershop.line-scdn.net/stickershop/v1/sticker";

/// Returns a file that is stored at LINE, where only this channel can fetch it and only for a short time, or at its
/// sender's address.
fn file(kind: MediaKind, message: Json<'_>) -> Option<Part> {
    let [id, provider, name, size, duration] =
        message.pick(["id", "contentProvider", "fileName", "fileSize", "duration"]);
    let source = match provider.get("originalContentUrl").and_then(string) {
        Some(url) => MediaSource::ShortLink { url },
        None => MediaSource::Reference { id: given(id)? },
    };
    Some(Part::Media(Media {
        name: given(name),
        size: size.u64(),
        seconds: duration.u64().map(|duration| duration.div_ceil(1_000)),
        ..Media::new(kind, source)
    }))
}

/// Returns a visible notice for content that the bridge does not know or cannot read.
fn notice(what: &str, text: Option<String>) -> Part {
    let what: String = what.chars().filter(|c| c.is_alphanumeric() || *c == ' ').take(40).collect();
    Part::Unsupported { what: if what.is_empty() { "unknown message".to_owned() } else { what }, text }
}

fn joined<const N: usize>(lines: [Json<'_>; N]) -> Option<String> {
    let lines: Vec<String> = lines.into_iter().filter_map(given).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn string(value: Json<'_>) -> Option<String> {
    value.text().map(Cow::into_owned)
}

/// Returns a text that is not blank.
fn given(value: Json<'_>) -> Option<String> {
    string(value).filter(|text| !text.trim().is_empty())
}
