//! Reads Twilio's webhooks: messages and status callbacks, both as forms
//! (<https://www.twilio.com/docs/messaging/guides/webhook-request>).

use std::collections::BTreeMap;

use bytes::Bytes;
use http::Method;

use super::{
    classify,
    wire::{TWIML, phone},
};
use crate::{
    adapter::{
        Account,
        webhook::{Ack, ParseError, ParsedChannel, WebhookRequest, id_of},
    },
    model::message::{
        ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, MessageNames, Part, Quote, Receipt,
    },
    tools::{language::Language, sentences::Sentence},
};

/// The maximum number of files in a message. Twilio sends ten.
const FILES: usize = 30;

/// The fields that the bridge reads. A form may have any number of others.
const FIELDS: &[&str] = &[
    "Address",
    "Body",
    "ChannelStatusMessage",
    "ErrorCode",
    "ErrorMessage",
    "ExternalUserId",
    "ExternalUserIdentifier",
    "From",
    "Label",
    "Latitude",
    "Longitude",
    "MessageSid",
    "MessageStatus",
    "MessageType",
    "NumMedia",
    "OptOutType",
    "OriginalRepliedMessageSid",
    "ProfileName",
    "ReferralHeadline",
    "ReferralSourceUrl",
    "SmsSid",
    "SmsStatus",
    "To",
    "WaId",
];

struct Form(BTreeMap<String, String>);

impl Form {
    fn read(raw: &[u8]) -> Self {
        let is_file = |name: &str| {
            let number = name.strip_prefix("MediaUrl").or_else(|| name.strip_prefix("MediaContentType"));
            number.and_then(|number| number.parse().ok()).is_some_and(|number: usize| number < FILES)
        };
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(raw) {
            if FIELDS.contains(&&*name) || is_file(&name) {
                fields.insert(name.into_owned(), value.into_owned());
            }
        }
        Self(fields)
    }

    /// Returns a field that is present and not empty.
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Returns the events in a call. A field that is missing in a call that Twilio signed would be missing in a repeat too,
/// so the bridge delivers the rest.
pub(super) fn parse(account: &Account<'_>, request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let raw: &[u8] = if request.method == Method::GET { request.query.as_bytes() } else { &request.body };
    let form = Form::read(raw);
    let sid = form.get("MessageSid").or_else(|| form.get("SmsSid"));
    let status = form.get("MessageStatus").or_else(|| form.get("SmsStatus"));
    let is_message = match status {
        Some(status) => matches!(status, "received" | "receiving"),
        None => form.get("From").is_some() && form.0.contains_key("Body"),
    };
    let parsed = match (status, sid) {
        _ if is_message => {
            let id = sid.map_or_else(|| id_of(&String::from_utf8_lossy(raw)), str::to_owned);
            message(&form, &id, request, account.options.language)
        }
        (Some(status), Some(sid)) => news(&form, sid, status, request),
        (Some(_), None) => ParsedChannel::ignored("", "no_id"),
        (None, Some(sid)) => ParsedChannel::ignored(sid, "no_status"),
        (None, None) => {
            let contact = form.get("From").map(|from| contact(from).id);
            return Err(ParseError::missing("MessageSid").about(contact));
        }
    };
    Ok(parsed.answered(acknowledgement()))
}

/// Returns the id of the event with which a contact's message arrived.
pub(super) fn event_of(sid: &str) -> String {
    format!("message:{sid}")
}

/// Returns the answer that tells Twilio to send nothing to the contact.
pub(super) fn acknowledgement() -> Ack {
    Ack { status: 200, content_type: Some("text/xml"), body: Bytes::from_static(TWIML) }
}

fn message(form: &Form, sid: &str, request: &WebhookRequest, language: Language) -> ParsedChannel {
    let Some(from) = form.get("From") else { return ParsedChannel::ignored(sid, "nobody") };
    // The business-scoped id stays the same when the person hides the number.
    let id = form.get("ExternalUserId").or_else(|| form.get("ExternalUserIdentifier"));
    let id = id.filter(|id| id.split_once(':').is_some_and(|(channel, id)| channel == "whatsapp" && !id.is_empty()));
    let id = id.unwrap_or(from);
    let number = form.get("WaId").map(|digits| format!("whatsapp:+{digits}"));
    let number = if phone(from).is_some() { Some(from) } else { number.as_deref().filter(|wa| phone(wa).is_some()) };
    let contact = Contact {
        alias: number.filter(|number| *number != id).map(str::to_owned),
        name: form.get("ProfileName").map(str::to_owned),
        phone: number.and_then(phone),
        ..contact(id)
    };
    let event = |id: String, kind| ChannelEvent::new(id, request.received_at, contact.clone(), kind);
    let mut message = event(event_of(sid), ChannelEventKind::Message { parts: parts(form, language) });
    // Only WhatsApp has quotes and read marks.
    if from.starts_with("whatsapp:") {
        let sid = form.get("MessageSid").or_else(|| form.get("SmsSid")).map(str::to_owned);
        let names = MessageNames { id: sid.clone(), token: None, to_mark: sid };
        message = message.with(names, form.get("OriginalRepliedMessageSid").map(Quote::of));
    }
    let mut events = vec![message];
    match form.get("OptOutType") {
        Some("STOP") => events.push(event(format!("stop:{sid}"), ChannelEventKind::Unsubscribed)),
        Some("START") => events.insert(0, event(format!("start:{sid}"), ChannelEventKind::Subscribed)),
        _ => {}
    }
    ParsedChannel::events(events)
}

/// Reads the status of a message that the bridge sent:
/// <https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks>.
///
/// The message's own id finds the message, so the contact may be missing.
fn news(form: &Form, sid: &str, status: &str, request: &WebhookRequest) -> ParsedChannel {
    let code = form.get("ErrorCode").and_then(|code| code.parse().ok());
    let receipt = match status {
        "sent" => Receipt::Sent,
        "delivered" => Receipt::Delivered,
        "read" => Receipt::Read,
        "failed" | "undelivered" => {
            classify::receipt(code, form.get("ChannelStatusMessage").or_else(|| form.get("ErrorMessage")))
        }
        "canceled" => Receipt::failed("it was canceled at Twilio".to_owned()),
        "accepted" | "scheduled" | "queued" | "sending" => return ParsedChannel::ignored(sid, "on_its_way"),
        _ => return ParsedChannel::ignored(sid, "unknown_status"),
    };
    let to = form.get("To").unwrap_or_default();
    let event = |id: String, kind| ChannelEvent::new(id, request.received_at, contact(to), kind);
    let kind = ChannelEventKind::Receipt { message: sid.to_owned(), receipt };
    let mut parsed = ParsedChannel::events(vec![event(format!("{status}:{sid}"), kind)]);
    if code.is_some_and(classify::is_opt_out) && !to.is_empty() {
        parsed.events.push(event(format!("stop:{sid}"), ChannelEventKind::Unsubscribed));
    }
    parsed
}

fn parts(form: &Form, language: Language) -> Vec<Part> {
    let body = form.get("Body").filter(|body| !body.trim().is_empty());
    let number = |name: &str, most: f64| {
        form.get(name).and_then(|text| text.parse::<f64>().ok()).filter(|degrees| degrees.abs() <= most)
    };
    let notice = |what: &str, text| Part::Unsupported { what: what.to_owned(), text };
    let mut parts = Vec::new();
    if form.get("Latitude").or_else(|| form.get("Longitude")).is_some() {
        let label: Vec<&str> = ["Label", "Address"].into_iter().filter_map(|name| form.get(name)).collect();
        let label = (!label.is_empty()).then(|| label.join("\n"));
        parts.push(match (number("Latitude", 90.0), number("Longitude", 180.0)) {
            (Some(latitude), Some(longitude)) => Part::Location { latitude, longitude, label },
            _ => notice("location", label),
        });
    }
    let given = || (0..FILES).filter(|index| form.get(&format!("MediaUrl{index}")).is_some()).count();
    let count = form.get("NumMedia").map_or(Some(0), |count| count.parse().ok()).unwrap_or_else(given).min(FILES);
    let is_document = form.get("MessageType") == Some("document");
    for index in 0..count {
        let Some(url) = form.get(&format!("MediaUrl{index}")) else {
            // One notice is enough, because the number of missing files helps nobody.
            parts.retain(|part| !matches!(part, Part::Unsupported { what, .. } if what == "file"));
            parts.push(notice("file", None));
            continue;
        };
        let content_type = form.get(&format!("MediaContentType{index}")).map(str::to_owned);
        parts.push(Part::Media(Media {
            // Twilio sends a WhatsApp document's name as the text.
            name: body.filter(|_| is_document).map(str::to_owned),
            content_type: content_type.clone(),
            ..Media::new(
                MediaKind::of(content_type.as_deref().unwrap_or_default()),
                MediaSource::Reference { id: url.to_owned() },
            )
        }));
    }
    if let Some(body) = body.filter(|_| !(is_document && count > 0)) {
        match parts.as_mut_slice() {
            [Part::Media(media)] => media.caption = Some(body.to_owned()),
            _ => parts.insert(0, Part::text(body)),
        }
    }
    if let Some(url) = form.get("ReferralSourceUrl") {
        let headline = form.get("ReferralHeadline").map(str::to_owned);
        let headline = headline.unwrap_or_else(|| language.say(Sentence::AnAd).to_string());
        let from = format!("{headline}: {url}");
        parts.push(Part::text(language.say(Sentence::CameFrom { from: &from })));
    }
    if parts.is_empty() {
        parts.push(notice("empty message", None));
    }
    parts
}

fn contact(address: &str) -> Contact {
    Contact { id: address.to_owned(), ..Contact::default() }
}
