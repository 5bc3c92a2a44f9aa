//! What the app tells the bridge.

use serde_json::json;

use super::wire::{Incoming, Person, Piece, Status};
use crate::{
    message::{ChannelEvent, ChannelEventKind, Contact, Part, Receipt},
    webhook::{Ack, ParseError, ParsedChannel, WebhookRequest, decode},
};

/// The longest id, in bytes.
const ID: usize = 256;
/// The most parts of one message.
const PARTS: usize = 50;

/// What a call contains. The app has this document at hand, so whatever is wrong is told, with the field's name.
pub(super) fn parse(request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let (id, contact, kind, at) = match decode::<Incoming>(&request.body)? {
        Incoming::Message { id, at, contact, parts } => {
            check_id(&id, "id")?;
            let contact = person(contact)?;
            (format!("message:{id}"), contact, ChannelEventKind::Message { parts: message(parts)? }, at)
        }
        Incoming::Receipt { contact, message, status, reason } => {
            check_id(&contact.id, "contact.id")?;
            check_id(&message, "message")?;
            let (word, receipt) = match status {
                Status::Delivered => ("delivered", Receipt::Delivered),
                Status::Read => ("read", Receipt::Read),
                Status::Failed => ("failed", Receipt::failed_as("the app could not show it", reason.as_deref())),
            };
            let contact = Contact { id: contact.id, ..Contact::default() };
            (format!("{word}:{message}"), contact, ChannelEventKind::Receipt { message, receipt }, None)
        }
        Incoming::Typing { .. } => return Ok(ParsedChannel::ignored(&request.id, "typing").answered(taken(""))),
        Incoming::Subscribed { id, contact } => {
            check_id(&id, "id")?;
            (format!("subscribed:{id}"), person(contact)?, ChannelEventKind::Subscribed, None)
        }
        Incoming::Unsubscribed { id, contact } => {
            check_id(&id, "id")?;
            check_id(&contact.id, "contact.id")?;
            let contact = Contact { id: contact.id, ..Contact::default() };
            (format!("unsubscribed:{id}"), contact, ChannelEventKind::Unsubscribed, None)
        }
    };
    let answer = taken(&id);
    let at = at.filter(|at| *at > 0).unwrap_or(request.received_at);
    Ok(ParsedChannel::events(vec![ChannelEvent { id, at, contact, kind }]).answered(answer))
}

fn taken(id: &str) -> Ack {
    Ack::json(&if id.is_empty() { json!({"ok": true}) } else { json!({"ok": true, "id": id}) })
}

fn person(person: Person) -> Result<Contact, ParseError> {
    check_id(&person.id, "contact.id")?;
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    Ok(Contact {
        id: person.id,
        alias: None,
        name: given(person.name),
        email: given(person.email),
        phone: given(person.phone),
        company: given(person.company),
        avatar: given(person.avatar),
        language: given(person.language),
        country: given(person.country),
    })
}

fn message(pieces: Vec<Piece>) -> Result<Vec<Part>, ParseError> {
    if !(1..=PARTS).contains(&pieces.len()) {
        return Err(ParseError::bad("parts", "a list of 1 to 50 parts"));
    }
    for (index, piece) in pieces.iter().enumerate() {
        let field = |name: &str| format!("parts[{index}].{name}");
        match piece {
            Piece::Text { text } if text.is_empty() => return Err(ParseError::bad(&field("text"), "some text")),
            Piece::Image(file) | Piece::Video(file) | Piece::Audio(file) | Piece::File(file) => {
                let is_link = url::Url::parse(&file.url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
                if !is_link {
                    return Err(ParseError::bad(&field("url"), "an https link to the file"));
                }
            }
            Piece::Buttons { buttons } if buttons.is_empty() => {
                return Err(ParseError::bad(&field("buttons"), "at least one button"));
            }
            Piece::Cards { cards } if cards.is_empty() => {
                return Err(ParseError::bad(&field("cards"), "at least one card"));
            }
            Piece::Location { latitude, longitude, .. } if !(latitude.abs() <= 90.0 && longitude.abs() <= 180.0) => {
                return Err(ParseError::bad(&field("latitude"), "degrees, as the longitude"));
            }
            _ => {}
        }
    }
    Ok(pieces.into_iter().map(Part::from).collect())
}

fn check_id(id: &str, field: &str) -> Result<(), ParseError> {
    let is_good = (1..=ID).contains(&id.len()) && !id.chars().any(char::is_control);
    if is_good { Ok(()) } else { Err(ParseError::bad(field, "an id of 1 to 256 bytes without control characters")) }
}
