//! Reads MessageBird's webhooks: SMS and their reports as forms, queries or JSON, and the events of the Conversations
//! API (<https://developers.messagebird.com/api/conversations/#webhooks>).

use std::{borrow::Cow, collections::BTreeMap};

use http::Method;

use super::classify;
use crate::{
    adapter::webhook::{Ack, ParseError, ParsedChannel, UNREADABLE, WebhookRequest, id_of},
    channel::readable,
    model::message::{ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, Part, Receipt},
    tools::{
        json::{self, Json},
        millis::Millis,
    },
};

/// The maximum number of files that the bridge takes from a message.
const FILES: usize = 30;

/// Returns the events in a call. A field that is missing in a call that MessageBird signed would be missing in a repeat
/// too, so the bridge delivers the rest.
pub(super) fn parse(request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let is_form =
        request.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let parsed = if request.method == Method::GET {
        fields(request, form(request.query.as_bytes()))?
    } else if is_form || !request.body.trim_ascii_start().starts_with(b"{") {
        fields(request, form(&request.body))?
    } else {
        let whole = json::text_of(&request.body);
        let body = Json::read(&whole).map_err(|error| ParseError::json(&error))?;
        let [kind, message, conversation] = body.pick(["type", "message", "conversation"]);
        let is_event = message.is_object() || !conversation.is_null();
        match kind.text().filter(|_| is_event) {
            Some(kind) => event(request, &kind, body),
            None => fields(request, flat(body))?,
        }
    };
    Ok(parsed.answered(acknowledgement()))
}

/// Returns the answer that MessageBird documents.
pub(super) fn acknowledgement() -> Ack {
    Ack::text("OK")
}

/// The fields that the bridge reads. A call may have any number of others.
const FIELDS: &[&str] = &[
    "body",
    "createddatetime",
    "id",
    "message",
    "message_id",
    "mid",
    "originator",
    "receive_datetime",
    "recipient",
    "shortcode",
    "status",
    "statusdatetime",
    "statuserrorcode",
    "statusreason",
];

/// The fields by their names in lower case, because the case varies. If a name occurs twice, the last value counts.
#[derive(Debug, Default)]
struct Fields {
    last: BTreeMap<String, String>,
    files: Vec<String>,
}

impl Fields {
    fn push(&mut self, name: &str, value: Cow<'_, str>) {
        let name = name.to_ascii_lowercase();
        if name.trim_end_matches("[]") == "mediaurls" {
            if self.files.len() < FILES {
                self.files.push(value.into_owned());
            }
        } else if FIELDS.contains(&name.as_str()) {
            self.last.insert(name, value.into_owned());
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.last.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

fn form(bytes: &[u8]) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in form_urlencoded::parse(bytes) {
        fields.push(&name, value);
    }
    fields
}

fn flat(body: Json<'_>) -> Fields {
    let mut fields = Fields::default();
    body.each_field(|name, value| {
        if let Some(text) = value.text() {
            fields.push(&name, text);
        } else if value.f64().is_some() {
            fields.push(&name, value.raw().into());
        } else {
            value.each(|item| item.text().into_iter().for_each(|item| fields.push(&name, item)));
        }
    });
    fields
}

fn fields(request: &WebhookRequest, fields: Fields) -> Result<ParsedChannel, ParseError> {
    // A message has a sender. A report has the time of its status, or at least no sender.
    let is_report = fields.get("statusdatetime").is_some() || fields.get("originator").is_none();
    if let Some(status) = fields.get("status").filter(|_| is_report) {
        return Ok(report(request, &fields, status));
    }
    let id = ["id", "message_id", "mid"].into_iter().find_map(|name| fields.get(name));
    let (id, from) = match (id, fields.get("originator")) {
        (None, None) => return Err(ParseError::missing("id")),
        (Some(id), None) => return Ok(ParsedChannel::ignored(id, "nobody")),
        (id, Some(from)) => (id.map_or_else(|| id_of(&sent(request)), str::to_owned), from),
    };
    let text = match fields.get("shortcode") {
        Some(_) => fields.get("message"),
        None => fields.get("body").or_else(|| fields.get("message")),
    };
    let mut parts: Vec<Part> = text.filter(|text| !text.trim().is_empty()).map(Part::text).into_iter().collect();
    for url in &fields.files {
        let kind = match url.rsplit('.').next().unwrap_or_default() {
            "jpg" | "jpeg" | "png" | "gif" | "webp" => MediaKind::Image,
            "mp4" | "3gp" => MediaKind::Video,
            "mp3" | "ogg" | "amr" => MediaKind::Audio,
            _ => MediaKind::File,
        };
        parts.push(Part::Media(Media::new(kind, MediaSource::ShortLink { url: url.clone() })));
    }
    if parts.is_empty() {
        parts.push(Part::Unsupported { what: "empty message".to_owned(), text: None });
    }
    let contact = number(from);
    let at = time(&fields).unwrap_or(request.received_at);
    let kind = ChannelEventKind::Message { parts };
    Ok(ParsedChannel::events(vec![ChannelEvent::new(format!("message:{id}"), at, contact, kind)]))
}

/// Returns the content of the call, from its query or its body.
fn sent(request: &WebhookRequest) -> Cow<'_, str> {
    if request.method == Method::GET { (&*request.query).into() } else { String::from_utf8_lossy(&request.body) }
}

/// Reads the status of a message that the bridge sent. The message's own id finds the message, so the contact may be
/// missing.
fn report(request: &WebhookRequest, fields: &Fields, status: &str) -> ParsedChannel {
    let Some(message) = fields.get("id") else { return ParsedChannel::ignored("", "no_id") };
    let to = fields.get("recipient").unwrap_or_default();
    let code = fields.get("statuserrorcode");
    let receipt = match status {
        "sent" => Receipt::Sent,
        "delivered" => Receipt::Delivered,
        "expired" => Receipt::failed("the phone could not be reached in time".to_owned()),
        "delivery_failed" if code == Some(STOPPED) => Receipt::failed("the contact has written STOP".to_owned()),
        "delivery_failed" => Receipt::failed_as("the carrier could not deliver it", fields.get("statusreason")),
        "scheduled" | "buffered" => return ParsedChannel::ignored(message, "on_its_way"),
        _ => return ParsedChannel::ignored(message, "unknown_status"),
    };
    let event = |id: String, kind| ChannelEvent::new(id, request.received_at, number(to), kind);
    let kind = ChannelEventKind::Receipt { message: message.to_owned(), receipt };
    let mut parsed = ParsedChannel::events(vec![event(format!("{status}:{message}"), kind)]);
    if code == Some(STOPPED) && !to.is_empty() {
        parsed.events.push(event(format!("stop:{message}"), ChannelEventKind::Unsubscribed));
    }
    parsed
}

/// The error code for a contact who wrote STOP.
const STOPPED: &str = "103";

/// Reads an event of the Conversations API.
fn event(request: &WebhookRequest, kind: &str, body: Json<'_>) -> ParsedChannel {
    let text = |path: &str| body.text_at(path).filter(|text| !text.is_empty());
    let message = body.get("message").unwrap_or_default();
    let reason = match kind {
        "message.created" | "message.updated" if message.is_object() => None,
        "message.created" => Some(UNREADABLE),
        _ => Some("conversation"),
    };
    if let Some(reason) = reason {
        return ParsedChannel::ignored(text("/conversation/id").unwrap_or_default(), reason);
    }
    let is_ours = text("/message/direction").as_deref() == Some("sent");
    let given = text("/message/id").map(Cow::into_owned);
    if given.is_none() && kind == "message.updated" {
        return ParsedChannel::ignored("", "no_id");
    }
    let id = given.unwrap_or_else(|| id_of(body.raw()));
    let address = text(if is_ours { "/message/to" } else { "/message/from" });
    // A status event needs no contact, because the message's own id finds the message.
    if address.is_none() && !is_ours {
        return ParsedChannel::ignored(id, "nobody");
    }
    let (id, kind) = match (kind, is_ours) {
        ("message.created", false) => (id, ChannelEventKind::Message { parts: vec![part(message)] }),
        ("message.created", true) => return ParsedChannel::ignored(id, "echo"),
        (_, false) => return ParsedChannel::ignored(id, "no_news"),
        (_, true) => {
            let status = text("/message/status").unwrap_or_default();
            let receipt = match &*status {
                "sent" | "transmitted" => Receipt::Sent,
                "delivered" => Receipt::Delivered,
                "read" => Receipt::Read,
                "rejected" | "failed" | "delivery_failed" | "expired" => {
                    let code = body.pointer("/message/error/code").and_then(Json::u64);
                    let code = code.and_then(|code| u32::try_from(code).ok());
                    classify::receipt(code, text("/message/error/description").as_deref())
                }
                "accepted" | "pending" | "buffered" => return ParsedChannel::ignored(id, "on_its_way"),
                _ => return ParsedChannel::ignored(id, "unknown_status"),
            };
            (format!("{status}:{id}"), ChannelEventKind::Receipt { message: id, receipt })
        }
    };
    let name = text("/contact/displayName").filter(|_| !is_ours).map(Cow::into_owned);
    let contact = Contact { name, ..number(&address.unwrap_or_default()) };
    ParsedChannel::events(vec![ChannelEvent::new(id, request.received_at, contact, kind)])
}

fn part(message: Json<'_>) -> Part {
    let [kind, content] = message.pick(["type", "content"]);
    let kind = kind.text().unwrap_or_default();
    let of_kind = content.get(&kind).unwrap_or_default();
    let text = content.get("text").and_then(Json::filled_text);
    let [caption, name] = of_kind.pick(["caption", "filename"]).map(Json::filled_text);
    // Fetching a file from MessageBird requires the access key.
    let media = |media_kind, link: &str| {
        Some(Part::Media(Media {
            caption: caption.clone(),
            name: name.clone(),
            ..Media::new(media_kind, MediaSource::Reference { id: of_kind.get(link).and_then(Json::filled_text)? })
        }))
    };
    let known = match &*kind {
        "text" => text.clone().map(Part::text),
        "image" => media(MediaKind::Image, "url"),
        "video" => media(MediaKind::Video, "url"),
        "audio" => media(MediaKind::Audio, "url"),
        "file" => media(MediaKind::File, "url"),
        "whatsappSticker" => media(MediaKind::Image, "link"),
        "location" => {
            let degrees = |name: &str, most: f64| of_kind.get(name)?.f64().filter(|value| value.abs() <= most);
            degrees("latitude", 90.0).zip(degrees("longitude", 180.0)).map(|(latitude, longitude)| Part::Location {
                latitude,
                longitude,
                label: None,
            })
        }
        "interactive" => of_kind.text_at("/reply/text").or_else(|| of_kind.text_at("/reply/title")).map(Part::text),
        _ => None,
    };
    known.unwrap_or_else(|| {
        let words: String = kind.chars().filter(|c| c.is_alphanumeric()).take(40).collect();
        let what = match words.as_str() {
            "" => "unknown message",
            "text" => "empty message",
            words => words,
        };
        Part::Unsupported { what: what.to_owned(), text: readable(of_kind).or_else(|| readable(content)) }
    })
}

/// Returns the contact of a number. MessageBird writes numbers with or without the plus sign.
fn number(address: &str) -> Contact {
    let digits = address.trim().trim_start_matches('+');
    let is_number = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let phone = is_number.then(|| format!("+{digits}"));
    Contact { id: phone.clone().unwrap_or_else(|| address.to_owned()), phone, ..Contact::default() }
}

/// Returns the time at which a message was written.
fn time(fields: &Fields) -> Option<Millis> {
    use time::{PrimitiveDateTime, format_description::well_known::Rfc3339, macros::format_description};
    let rfc3339 = fields.get("createddatetime").and_then(|text| time::OffsetDateTime::parse(text, &Rfc3339).ok());
    let short = || {
        let format = format_description!("[year][month][day][hour][minute][second]");
        Some(PrimitiveDateTime::parse(fields.get("receive_datetime")?, format).ok()?.assume_utc())
    };
    Millis::from_date_time(rfc3339.or_else(short)?)
}
