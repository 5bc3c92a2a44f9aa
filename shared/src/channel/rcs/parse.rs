//! What RBM tells us: <https://developers.google.com/business-communications/rcs-business-messaging/guides/build/events>.
//!
//! One agent that fails would hold up all agents of a partner, so whatever is of no use is taken all the same.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    message::{ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, Part, Receipt},
    webhook::{Ack, ParseError, ParsedChannel, WebhookRequest, decode},
};

/// The call around an event, and the one by which the console finds out whether the URL is ours.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope {
    message: Option<Data>,
    #[serde(rename = "clientToken")]
    pub(super) client_token: Option<String>,
    secret: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Data {
    data: Option<String>,
}

impl Envelope {
    /// What was signed: the event behind its base64.
    pub(super) fn event(&self) -> Option<Vec<u8>> {
        STANDARD.decode(self.message.as_ref()?.data.as_ref()?).ok()
    }
}

/// What a call contains.
pub(super) fn parse(request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let envelope: Envelope = decode(&request.body)?;
    if let (Some(_), Some(secret)) = (&envelope.client_token, &envelope.secret) {
        return Ok(ParsedChannel::ignored("handshake", "handshake").answered(Ack::text(secret.clone())));
    }
    let event = envelope.event().ok_or_else(|| ParseError::missing("message.data"))?;
    let event: Value = decode(&event)?;
    let id = text(&event, "/eventId").or_else(|| text(&event, "/messageId"));
    let id = id.ok_or_else(|| ParseError::missing("messageId"))?.to_owned();
    let phone = text(&event, "/senderPhoneNumber").or_else(|| text(&event, "/phoneNumber"));
    let phone = phone.ok_or_else(|| ParseError::missing("senderPhoneNumber"))?;
    let contact = Contact { id: phone.to_owned(), phone: Some(phone.to_owned()), ..Contact::default() };
    let at = text(&event, "/sendTime").and_then(time).unwrap_or(request.received_at);
    let receipt = |receipt| {
        let message = text(&event, "/messageId").unwrap_or_default().to_owned();
        Some(ChannelEventKind::Receipt { message, receipt })
    };
    let kind = match text(&event, "/eventType") {
        None => Some(ChannelEventKind::Message { parts: vec![part(&event)] }),
        Some("DELIVERED") => receipt(Receipt::Delivered),
        Some("READ") => receipt(Receipt::Read),
        Some("TTL_EXPIRATION_REVOKED") => receipt(Receipt::failed("the phone could not be reached in time".to_owned())),
        Some("SUBSCRIBE") => Some(ChannelEventKind::Subscribed),
        Some("UNSUBSCRIBE") => Some(ChannelEventKind::Unsubscribed),
        Some(_) => None,
    };
    Ok(match kind {
        Some(kind) => ParsedChannel::events(vec![ChannelEvent { id, at, contact, kind }]),
        None => ParsedChannel::ignored(id, "unknown_event"),
    })
}

fn part(event: &Value) -> Part {
    let file = |pointer: &str| text(event, &format!("/userFile/payload/{pointer}")).map(str::to_owned);
    let degrees = |name: &str, most: f64| {
        event.pointer(&format!("/location/{name}"))?.as_f64().filter(|value| value.abs() <= most)
    };
    if let Some(words) = text(event, "/text").or_else(|| text(event, "/suggestionResponse/text")) {
        return Part::text(words);
    }
    if let Some(url) = file("fileUri") {
        let content_type = file("mimeType");
        let kind = MediaKind::of(content_type.as_deref().unwrap_or_default());
        let size = event.pointer("/userFile/payload/fileSizeBytes").and_then(Value::as_u64);
        // Anybody can open the link, for a while.
        let media = Media::new(kind, MediaSource::ShortLink { url });
        return Part::Media(Media { name: file("fileName"), content_type, size, ..media });
    }
    match degrees("latitude", 90.0).zip(degrees("longitude", 180.0)) {
        Some((latitude, longitude)) => Part::Location { latitude, longitude, label: None },
        None => Part::Unsupported { what: "unknown message".to_owned(), text: None },
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str().filter(|text| !text.is_empty())
}

fn time(text: &str) -> Option<i64> {
    let time = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()?;
    i64::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}
