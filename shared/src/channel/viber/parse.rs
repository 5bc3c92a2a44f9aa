//! Reads Viber's callbacks (<https://developers.viber.com/docs/api/rest-bot-api/#callbacks>).

use std::borrow::Cow;

use super::{render, wire::User};
use crate::{
    adapter::{
        Account,
        webhook::{Ack, ParseError, ParsedChannel, WebhookRequest, id_of},
    },
    channel::readable,
    model::{
        features::{TextLimit, TextUnit},
        message::{ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, Part, Receipt},
        text,
    },
    tools::{
        json::{self, Json},
        millis::Millis,
    },
};

/// The maximum length of the context, a text in the link that opened the chat.
const CONTEXT: TextLimit = TextLimit { max: 500, unit: TextUnit::Chars };

/// Returns the events in a callback.
///
/// Events and types of messages that Viber adds later are acknowledged, because Viber repeats a callback for an hour
/// until the answer is 200. For the same reason, a message that lacks its content becomes a notice.
pub(super) fn parse(account: &Account<'_>, request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let whole = json::text_of(&request.body);
    let body = Json::read(&whole).map_err(|error| ParseError::json(&error))?;
    let callback = Callback::read(body)?;
    let read = match callback.event.as_str() {
        "message" => {
            callback.sent_by(callback.sender, || ChannelEventKind::Message { parts: vec![part(callback.message)] })
        }
        "subscribed" => callback.sent_by(callback.user, || ChannelEventKind::Subscribed),
        "unsubscribed" => match callback.user_id() {
            Some(id) => Ok((by_id(id), ChannelEventKind::Unsubscribed)),
            None => Err("nobody"),
        },
        "delivered" => callback.news(Receipt::Delivered),
        "seen" => callback.news(Receipt::Read),
        "failed" => callback.news(Receipt::failed_as(UNSHOWN, string(callback.desc).as_deref())),
        "conversation_started" => callback.opened(),
        "webhook" => Err("webhook_check"),
        _ => Err("unknown_event"),
    };
    let parsed = match read {
        Ok((contact, kind)) => {
            let at = integer(callback.timestamp).and_then(milliseconds).unwrap_or(request.received_at);
            ParsedChannel::events(vec![ChannelEvent::new(callback.id(Some(&contact)), at, contact, kind)])
        }
        Err(reason) => ParsedChannel::ignored(callback.id(None), reason),
    };
    Ok(match render::welcome(account).filter(|_| callback.event == "conversation_started") {
        Some(message) => parsed.answered(Ack::json(&message)),
        None => parsed,
    })
}

/// The contact and the content of a callback, or the reason why the callback is left out.
type Read = Result<(Contact, ChannelEventKind), &'static str>;

/// The fields of all callbacks. Each callback has some of them.
struct Callback<'a> {
    body: Json<'a>,
    event: String,
    message_token: Json<'a>,
    timestamp: Json<'a>,
    sender: Json<'a>,
    user: Json<'a>,
    user_id: Json<'a>,
    message: Json<'a>,
    desc: Json<'a>,
    context: Json<'a>,
}

impl<'a> Callback<'a> {
    fn read(body: Json<'a>) -> Result<Self, ParseError> {
        let contact = || User::read(body.get("sender")?).filter(|user| is_id(&user.id)).map(|user| user.id);
        let event = body.get("event").ok_or_else(|| ParseError::missing("event").about(contact()))?;
        let event = string(event).ok_or_else(|| ParseError::bad("event", "the name of an event").about(contact()))?;
        let names = ["message_token", "timestamp", "sender", "user", "user_id", "message", "desc", "context"];
        let [message_token, timestamp, sender, user, user_id, message, desc, context] = body.pick(names);
        Ok(Self { body, event, message_token, timestamp, sender, user, user_id, message, desc, context })
    }

    /// Returns the id of the event, the same for every redelivery. All receipts of a message carry that message's
    /// token.
    fn id(&self, contact: Option<&Contact>) -> String {
        let event: String = self.event.chars().filter(|c| !c.is_control()).take(40).collect();
        let token = id(self.message_token).unwrap_or_else(|| id_of(self.body.raw()));
        match contact.filter(|_| matches!(self.event.as_str(), "delivered" | "seen" | "failed")) {
            Some(contact) => format!("{event}:{token}:{}", contact.id),
            None => format!("{event}:{token}"),
        }
    }

    fn user_id(&self) -> Option<String> {
        string(self.user_id).filter(|id| is_id(id))
    }

    fn sent_by(&self, user: Json<'_>, kind: impl FnOnce() -> ChannelEventKind) -> Read {
        let user = User::read(user).filter(|user| is_id(&user.id)).ok_or("nobody")?;
        Ok((user.into(), kind()))
    }

    /// Reads the status of a message. The message's token finds the message, so the contact may be unknown.
    fn news(&self, receipt: Receipt) -> Read {
        let message = id(self.message_token).ok_or("no_id")?;
        let contact = by_id(self.user_id().unwrap_or_default());
        Ok((contact, ChannelEventKind::Receipt { message, receipt }))
    }

    fn opened(&self) -> Read {
        let context = string(self.context).unwrap_or_default();
        let context = text::truncate(context.trim(), CONTEXT).into_owned();
        if context.is_empty() {
            return Err("conversation_started");
        }
        self.sent_by(self.user, || ChannelEventKind::Opened { context })
    }
}

/// Returns the content of a message. A message that lacks what its type promises becomes a notice with the rest of the
/// message.
fn part(message: Json<'_>) -> Part {
    let names = ["type", "text", "media", "file_name", "sticker_id", "contact", "location"];
    let [kind, text, media, file_name, sticker_id, contact, location] = message.pick(names);
    let kind = string(kind).unwrap_or_default();
    let link = given(media).filter(|url| is_link(url));
    let part = match kind.as_str() {
        "text" => string(text).filter(|text| !text.is_empty()).map(Part::text),
        "picture" => link.map(|url| file(MediaKind::Image, url, message)),
        "video" => link.map(|url| file(MediaKind::Video, url, message)),
        "file" => link.map(|url| file(MediaKind::File, url, message)),
        "sticker" => id(sticker_id).map(|id| Part::Sticker { id, url: link }),
        "contact" if contact.is_object() => {
            let [name, phone] = contact.pick(["name", "phone_number"]);
            let phone = given(phone).or_else(|| id(phone)).filter(|phone| !phone.trim().is_empty());
            Some(Part::ContactCard { name: given(name), phone, more: Vec::new() })
        }
        "url" => string(media).filter(|url| !url.is_empty()).map(Part::text),
        "location" => {
            let degrees =
                |name: &str, most: f64| location.get(name).and_then(number).filter(|degrees| degrees.abs() <= most);
            degrees("lat", 90.0).zip(degrees("lon", 180.0)).map(|(latitude, longitude)| Part::Location {
                latitude,
                longitude,
                label: None,
            })
        }
        _ => None,
    };
    part.unwrap_or_else(|| {
        let what = match kind.as_str() {
            "text" => "empty message",
            "url" => "empty link",
            other => other,
        };
        let rest: Vec<String> = [text, file_name, media].into_iter().filter_map(given).collect();
        let text = (!rest.is_empty()).then(|| rest.join("\n")).or_else(|| readable(message));
        Part::Unsupported { what: words(what), text }
    })
}

/// Returns a file. Its link expires after an hour, and so does the link of its thumbnail, which the bridge does not
/// copy.
fn file(kind: MediaKind, url: String, message: Json<'_>) -> Part {
    let [name, file_size, size, seconds, caption] =
        message.pick(["file_name", "file_size", "size", "duration", "text"]);
    Part::Media(Media {
        name: given(name),
        size: if file_size.is_null() { count(size) } else { count(file_size) },
        seconds: count(seconds),
        caption: given(caption),
        ..Media::new(kind, MediaSource::ShortLink { url })
    })
}

/// Returns the name of a message type as words for people.
fn words(what: &str) -> String {
    let clean: String = what.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).take(40).collect();
    let words = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { "unknown message".to_owned() } else { words }
}

fn is_link(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// The reason for a message that failed after Viber accepted it.
const UNSHOWN: &str = "Viber could not show it to the contact";

fn by_id(id: String) -> Contact {
    Contact { id, ..Contact::default() }
}

fn is_id(id: &str) -> bool {
    (1..=256).contains(&id.len()) && !id.chars().any(char::is_control)
}

/// Converts a time of Viber's into milliseconds. Viber's times are in milliseconds, but some had nineteen digits. The
/// unit that puts the time into this century is the right one.
fn milliseconds(time: i64) -> Option<Millis> {
    const CENTURY: std::ops::Range<i64> = 946_684_800_000..4_102_444_800_000;
    [Some(time), Some(time / 1_000), Some(time / 1_000_000), time.checked_mul(1_000)]
        .into_iter()
        .flatten()
        .find(|time| CENTURY.contains(time))
        .map(Millis::new)
}

fn string(value: Json<'_>) -> Option<String> {
    value.text().map(Cow::into_owned)
}

/// Returns a text that is not blank.
fn given(value: Json<'_>) -> Option<String> {
    string(value).filter(|text| !text.trim().is_empty())
}

/// Returns an id, digit for digit. Viber writes the same field sometimes as a number and sometimes as a text. A
/// fraction is not an id, and neither is a long text.
fn id(value: Json<'_>) -> Option<String> {
    let number =
        || value.u64().map(|number| number.to_string()).or_else(|| value.i64().map(|number| number.to_string()));
    number().or_else(|| string(value)).filter(|id| (1..=64).contains(&id.len()))
}

/// Returns a whole number, or the number in a text.
fn integer(value: Json<'_>) -> Option<i64> {
    value.i64().or_else(|| value.text()?.trim().parse().ok())
}

/// Returns a whole number that is not negative. Fractions are cut off.
fn count(value: Json<'_>) -> Option<u64> {
    let whole = || integer(value).and_then(|number| u64::try_from(number).ok());
    whole().or_else(|| value.f64().filter(|number| *number >= 0.0).map(|number| number as u64))
}

/// Returns a finite number, or the number in a text.
fn number(value: Json<'_>) -> Option<f64> {
    value.f64().or_else(|| value.text()?.trim().parse().ok()).filter(|number: &f64| number.is_finite())
}
