//! MessageBird's webhooks: text messages and their reports as forms, queries or JSON, and the events of its
//! Conversations API (<https://developers.messagebird.com/api/conversations/#webhooks>).

use std::collections::BTreeMap;

use http::Method;
use serde_json::Value;

use crate::{
    message::{ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, Part, Receipt},
    webhook::{Ack, ParseError, ParsedChannel, WebhookRequest, decode},
};

/// What a call contains.
pub(super) fn parse(request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let is_form =
        request.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    let parsed = if request.method == Method::GET {
        fields(request, form(request.query.as_bytes()))?
    } else if is_form || !request.body.trim_ascii_start().starts_with(b"{") {
        fields(request, form(&request.body))?
    } else {
        let body: Value = decode(&request.body)?;
        let is_event = body.get("message").is_some_and(Value::is_object) || body.get("conversation").is_some();
        match body.get("type").and_then(Value::as_str).filter(|_| is_event) {
            Some(kind) => event(request, kind, &body),
            None => fields(request, flat(&body))?,
        }
    };
    Ok(parsed.answered(Ack::text("OK")))
}

/// Fields by their name in small letters: its case varies. Of a name that occurs twice the last value counts.
#[derive(Debug, Default)]
struct Fields {
    last: BTreeMap<String, String>,
    files: Vec<String>,
}

impl Fields {
    fn push(&mut self, name: &str, value: String) {
        let name = name.to_ascii_lowercase();
        if name.trim_end_matches("[]") == "mediaurls" {
            self.files.push(value);
        } else {
            self.last.insert(name, value);
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.last.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

fn form(bytes: &[u8]) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in form_urlencoded::parse(bytes) {
        fields.push(&name, value.into_owned());
    }
    fields
}

fn flat(body: &Value) -> Fields {
    let mut fields = Fields::default();
    for (name, value) in body.as_object().into_iter().flatten() {
        match value {
            Value::String(text) => fields.push(name, text.clone()),
            Value::Number(number) => fields.push(name, number.to_string()),
            Value::Array(list) => {
                list.iter().filter_map(Value::as_str).for_each(|item| fields.push(name, item.to_owned()));
            }
            _ => {}
        }
    }
    fields
}

fn fields(request: &WebhookRequest, fields: Fields) -> Result<ParsedChannel, ParseError> {
    if let Some(status) = fields.get("status").filter(|_| fields.get("statusdatetime").is_some()) {
        return report(request, &fields, status);
    }
    let id = ["id", "message_id", "mid"].into_iter().find_map(|name| fields.get(name));
    let id = id.ok_or_else(|| ParseError::missing("id"))?;
    let from = fields.get("originator").ok_or_else(|| ParseError::missing("originator"))?;
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
        return Err(ParseError::missing("body"));
    }
    let contact = number(from);
    let at = time(&fields).unwrap_or(request.received_at);
    let kind = ChannelEventKind::Message { parts };
    Ok(ParsedChannel::events(vec![ChannelEvent { id: format!("message:{id}"), at, contact, kind }]))
}

/// What became of a message that we sent.
fn report(request: &WebhookRequest, fields: &Fields, status: &str) -> Result<ParsedChannel, ParseError> {
    let message = fields.get("id").ok_or_else(|| ParseError::missing("id"))?;
    let to = fields.get("recipient").ok_or_else(|| ParseError::missing("recipient"))?;
    let code = fields.get("statuserrorcode");
    let receipt = match status {
        "sent" => Receipt::Sent,
        "delivered" => Receipt::Delivered,
        "expired" => Receipt::failed("the phone could not be reached in time".to_owned()),
        "delivery_failed" if code == Some(STOPPED) => Receipt::failed("the contact has written STOP".to_owned()),
        "delivery_failed" => Receipt::failed("the carrier could not deliver it".to_owned()),
        "scheduled" | "buffered" => return Ok(ParsedChannel::ignored(message, "on_its_way")),
        _ => return Ok(ParsedChannel::ignored(message, "unknown_status")),
    };
    let event = |id: String, kind| ChannelEvent { id, at: request.received_at, contact: number(to), kind };
    let kind = ChannelEventKind::Receipt { message: message.to_owned(), receipt };
    let mut parsed = ParsedChannel::events(vec![event(format!("{status}:{message}"), kind)]);
    if code == Some(STOPPED) {
        parsed.events.push(event(format!("stop:{message}"), ChannelEventKind::Unsubscribed));
    }
    Ok(parsed)
}

/// The error code of a contact that wrote STOP.
const STOPPED: &str = "103";

/// An event of the Conversations API.
fn event(request: &WebhookRequest, kind: &str, body: &Value) -> ParsedChannel {
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    let Some(id) = text("/message/id").filter(|_| matches!(kind, "message.created" | "message.updated")) else {
        return ParsedChannel::ignored(text("/conversation/id").unwrap_or_default(), "conversation");
    };
    let is_ours = text("/message/direction") == Some("sent");
    let Some(address) = text(if is_ours { "/message/to" } else { "/message/from" }) else {
        return ParsedChannel::ignored(id, "nobody");
    };
    let (id, kind) = match (kind, is_ours) {
        ("message.created", false) => (id.to_owned(), ChannelEventKind::Message { parts: vec![part(body)] }),
        ("message.created", true) => return ParsedChannel::ignored(id, "echo"),
        (_, false) => return ParsedChannel::ignored(id, "no_news"),
        (_, true) => {
            let status = text("/message/status").unwrap_or_default();
            let receipt = match status {
                "sent" | "transmitted" => Receipt::Sent,
                "delivered" => Receipt::Delivered,
                "read" => Receipt::Read,
                "rejected" | "failed" | "delivery_failed" | "expired" => {
                    let code = body.pointer("/message/error/code").and_then(Value::as_u64);
                    Receipt::failed(refusal(code))
                }
                "accepted" | "pending" | "buffered" => return ParsedChannel::ignored(id, "on_its_way"),
                _ => return ParsedChannel::ignored(id, "unknown_status"),
            };
            (format!("{status}:{id}"), ChannelEventKind::Receipt { message: id.to_owned(), receipt })
        }
    };
    let name = text("/contact/displayName").filter(|_| !is_ours).map(str::to_owned);
    let contact = Contact { name, ..number(address) };
    ParsedChannel::events(vec![ChannelEvent { id, at: request.received_at, contact, kind }])
}

fn refusal(code: Option<u64>) -> String {
    match code {
        Some(301) => {
            "more than 24 hours have passed since the contact's last message, and WhatsApp then takes approved \
                      templates only: write /template name:language value | value"
                .to_owned()
        }
        Some(code) => format!("MessageBird could not deliver it (error {code})"),
        None => "MessageBird could not deliver it".to_owned(),
    }
}

fn part(body: &Value) -> Part {
    let kind = body.pointer("/message/type").and_then(Value::as_str).unwrap_or_default();
    let at = |path: &str| body.pointer(&format!("/message/content/{path}")).and_then(Value::as_str).map(str::to_owned);
    // A file of theirs wants the access key.
    let media = |media_kind, link: &str| {
        Some(Part::Media(Media {
            caption: at(&format!("{kind}/caption")).filter(|caption| !caption.trim().is_empty()),
            name: at(&format!("{kind}/filename")),
            ..Media::new(media_kind, MediaSource::Reference { id: at(&format!("{kind}/{link}"))? })
        }))
    };
    let known = match kind {
        "text" => at("text").map(Part::text),
        "image" => media(MediaKind::Image, "url"),
        "video" => media(MediaKind::Video, "url"),
        "audio" => media(MediaKind::Audio, "url"),
        "file" => media(MediaKind::File, "url"),
        "whatsappSticker" => media(MediaKind::Image, "link"),
        "location" => {
            let degrees = |name: &str, most: f64| {
                let value = body.pointer(&format!("/message/content/location/{name}"))?.as_f64()?;
                (value.abs() <= most).then_some(value)
            };
            degrees("latitude", 90.0).zip(degrees("longitude", 180.0)).map(|(latitude, longitude)| Part::Location {
                latitude,
                longitude,
                label: None,
            })
        }
        "interactive" => at("interactive/reply/text").or_else(|| at("interactive/reply/title")).map(Part::text),
        _ => None,
    };
    known.unwrap_or_else(|| {
        let words: String = kind.chars().filter(|c| c.is_alphanumeric()).take(40).collect();
        let what = if words.is_empty() { "unknown message".to_owned() } else { words };
        Part::Unsupported { what, text: at("text") }
    })
}

/// The contact behind a number, which MessageBird writes with or without the plus sign.
fn number(address: &str) -> Contact {
    let digits = address.trim().trim_start_matches('+');
    let is_number = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let phone = is_number.then(|| format!("+{digits}"));
    Contact { id: phone.clone().unwrap_or_else(|| address.to_owned()), phone, ..Contact::default() }
}

/// When a message was written, in milliseconds.
fn time(fields: &Fields) -> Option<i64> {
    use time::{PrimitiveDateTime, format_description::well_known::Rfc3339, macros::format_description};
    let rfc3339 = fields.get("createddatetime").and_then(|text| time::OffsetDateTime::parse(text, &Rfc3339).ok());
    let short = || {
        let format = format_description!("[year][month][day][hour][minute][second]");
        Some(PrimitiveDateTime::parse(fields.get("receive_datetime")?, format).ok()?.assume_utc())
    };
    i64::try_from(rfc3339.or_else(short)?.unix_timestamp_nanos() / 1_000_000).ok()
}
