//! Reads `POST /message`: a message that an agent wrote.

use std::borrow::Cow;

use serde_json::json;

use super::ids::{self, IdType};
use crate::{
    adapter::{
        Account, Verified,
        webhook::{Ack, ParseError, Parsed, ParsedHelpdesk, WebhookRequest},
    },
    helpdesk::{Named, is_link},
    model::message::{
        Author, AuthorKind, Button, HelpdeskEvent, HelpdeskEventKind, Media, MediaKind, MediaSource, Part,
    },
    tools::{
        crypto::sha256_hex,
        json::{self, Json},
    },
};

/// The maximum number of answers that a quick reply offers.
const REPLIES: usize = 100;

/// Returns the event in a call, and answers with the message's new `mId`, which every status of the message will carry.
///
/// `channelId` is not read: it may be missing or differ, and the URL already says whose call it is.
pub(super) fn parse(account: &Account<'_>, request: Verified<'_>) -> Result<ParsedHelpdesk, ParseError> {
    let request = request.request();
    let body = json::text_of(&request.body);
    let body = Json::read(&body).map_err(|error| ParseError::json(&error))?;
    let contact_id = text(body, "contactId", "contactId")?;
    let id_type = IdType::of(account);
    let contact = ids::contact_by_id(account, &contact_id);
    if !id_type.takes(&contact_id) || contact.is_none() && !ids::is_hashed(&contact_id) {
        return Err(ParseError::bad(
            "contactId",
            match id_type {
                IdType::Phone => "a telephone number with + and country code",
                IdType::Custom => "an id that this channel's contacts can have",
            },
        ));
    }
    let message = body.get("message").filter(|message| !message.is_null());
    let parts = parts(message.ok_or_else(|| ParseError::missing("message"))?)?;
    let event = HelpdeskEvent {
        id: request.id.clone(),
        at: request.received_at,
        group: contact_id.clone().into_owned(),
        // For a telephone number, the stored link takes precedence; see `contact_by_id`.
        contact: contact.and_then(|named| if let Named::Contact(id) = named { Some(id) } else { None }),
        user: Some(contact_id.into_owned()),
        conversation: None,
        repeat_key: Some(repeat_key(request)),
        kind: HelpdeskEventKind::Message { author: Author { kind: AuthorKind::Agent, name: None, id: None }, parts },
        // IS-Messenger does not tell which message an agent answers.
        quote: None,
    };
    Ok(Parsed::events(vec![event]).answered(Ack::json(&json!({"mId": request.id}))))
}

/// Returns the key that recognizes a repeat. Calls carry no id, so two calls are the same if all their bytes are.
fn repeat_key(request: &WebhookRequest) -> String {
    sha256_hex(&request.body).chars().take(32).collect()
}

fn parts(message: Json<'_>) -> Result<Vec<Part>, ParseError> {
    match text(message, "type", "message.type")?.as_ref() {
        "text" => Ok(vec![Part::text(text(message, "text", "message.text")?)]),
        "attachment" => file(message.get("attachment").unwrap_or_default()).map(|media| vec![Part::Media(media)]),
        "location" => {
            // One other bridge reads flat fields, another reads a nested object.
            location(message.get("location").filter(|inner| inner.is_object()).unwrap_or(message))
                .map(|part| vec![part])
        }
        "quick_reply" => quick_reply(message),
        _ => Err(ParseError {
            code: "unsupported",
            message: "the field `message.type` should be text, attachment, location or quick_reply; other messages \
                      cannot be sent on this channel"
                .to_owned(),
            contact: None,
        }),
    }
}

fn file(attachment: Json<'_>) -> Result<Media, ParseError> {
    let kind = match text(attachment, "type", "message.attachment.type")?.as_ref() {
        "image" => MediaKind::Image,
        "video" => MediaKind::Video,
        "audio" => MediaKind::Audio,
        "file" => MediaKind::File,
        _ => return Err(ParseError::bad("message.attachment.type", "image, video, audio or file")),
    };
    let url = text(attachment, "url", "message.attachment.url")?;
    if !is_link(&url) {
        return Err(ParseError::bad("message.attachment.url", "an https URL"));
    }
    Ok(Media {
        name: optional(attachment, "fileName"),
        content_type: optional(attachment, "mimeType"),
        caption: optional(attachment, "description"),
        ..Media::new(kind, MediaSource::Link { url: url.into_owned() })
    })
}

fn location(place: Json<'_>) -> Result<Part, ParseError> {
    let latitude = degrees(place, "latitude", 90.0)?;
    let longitude = degrees(place, "longitude", 180.0)?;
    let words: Vec<String> = ["name", "address"].into_iter().filter_map(|name| optional(place, name)).collect();
    let label = (!words.is_empty()).then(|| words.join(", "));
    Ok(Part::Location { latitude, longitude, label })
}

/// Returns a number, or the number in a text.
fn degrees(place: Json<'_>, name: &str, most: f64) -> Result<f64, ParseError> {
    let value = place.get(name).filter(|value| !value.is_null());
    let value = value.ok_or_else(|| ParseError::missing(&format!("message.{name}")))?;
    let number = value.f64().or_else(|| value.text()?.trim().parse().ok());
    number.filter(|number| number.abs() <= most).ok_or_else(|| ParseError::bad(&format!("message.{name}"), "degrees"))
}

/// Returns the question as a text and the answers as buttons.
fn quick_reply(message: Json<'_>) -> Result<Vec<Part>, ParseError> {
    let title = text(message, "title", "message.title")?;
    let bad = || ParseError::bad("message.replies", &format!("a list of at most {REPLIES} texts"));
    let replies = message.get("replies").filter(|replies| replies.is_array()).ok_or_else(bad)?;
    let (mut buttons, mut all_right) = (Vec::new(), true);
    replies.each(|reply| match reply.text().map(|text| text.trim().to_owned()) {
        Some(text) if !text.is_empty() && buttons.len() < REPLIES => {
            buttons.push(Button::Reply { label: text.clone(), text, payload: None });
        }
        _ => all_right = false,
    });
    if !all_right {
        return Err(bad());
    }
    let mut parts = vec![Part::text(title)];
    if !buttons.is_empty() {
        parts.push(Part::Buttons { buttons });
    }
    Ok(parts)
}

/// Returns a required text that is not blank. `path` names the text in the error.
fn text<'a>(object: Json<'a>, name: &str, path: &str) -> Result<Cow<'a, str>, ParseError> {
    let value = object.get(name).filter(|value| !value.is_null()).ok_or_else(|| ParseError::missing(path))?;
    let text = value.text().filter(|text| !text.trim().is_empty());
    text.ok_or_else(|| ParseError::bad(path, "a text that is not empty"))
}

fn optional(object: Json<'_>, name: &str) -> Option<String> {
    let text = object.get(name)?.text()?;
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}
