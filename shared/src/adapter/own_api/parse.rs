//! Reads what both kinds' calls have in common. The developers of the calling system have this API's document at hand,
//! so an error names the field that is wrong.

use serde_json::json;

use super::wire::{
    Buttons, Cards, Choice, ContactCard, File, Other, Person, Piece, Place, Quoted, Sticker, Text, WireCard,
};
use crate::{
    adapter::webhook::{Ack, ParseError},
    model::{
        message::{Button, Card, Contact, Media, MediaKind, MediaSource, Part, Quote},
        quote,
    },
    tools::json::Json,
};

/// The maximum length of an id, in bytes.
const ID: usize = 256;
/// The maximum number of parts in a message.
const PARTS: usize = 50;

/// Returns the message that a message answers.
pub(crate) fn answered(Quoted { message, text, author, at }: Quoted) -> Result<Quote, ParseError> {
    if let Some(message) = &message {
        check_id(message, "quote.message")?;
    }
    let author = author.filter(|author| !author.trim().is_empty());
    Ok(Quote { id: message, text: text.as_deref().and_then(quote::words), author, at })
}

/// Returns the acknowledgement of a call whose event has this id; an empty id is left out.
pub(crate) fn taken(id: &str) -> Ack {
    Ack::json(&if id.is_empty() { json!({"ok": true}) } else { json!({"ok": true, "id": id}) })
}

/// Returns a contact with what the call tells about it.
pub(crate) fn person(person: Person) -> Result<Contact, ParseError> {
    check_id(&person.id, "contact.id")?;
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    Ok(Contact {
        id: person.id,
        alias: None,
        thread: None,
        reply_token: None,
        name: given(person.name),
        email: given(person.email),
        phone: given(person.phone),
        company: given(person.company),
        avatar: given(person.avatar),
        language: given(person.language),
        country: given(person.country),
        verified: person.verified,
    })
}

/// Returns the parts of a message.
pub(crate) fn parts_of(pieces: Json<'_>) -> Result<Vec<Part>, ParseError> {
    let (mut parts, mut count) = (Ok(Vec::new()), 0_usize);
    pieces.each(|piece| {
        if let Some(list) = parts.as_mut().ok().filter(|_| count < PARTS) {
            match part(&format!("parts[{count}]"), piece) {
                Ok(part) => list.push(part),
                Err(error) => parts = Err(error),
            }
        }
        count += 1;
    });
    if !(1..=PARTS).contains(&count) {
        return Err(ParseError::bad("parts", "a list of 1 to 50 parts"));
    }
    parts
}

fn part(place: &str, piece: Json<'_>) -> Result<Part, ParseError> {
    let piece = Piece::read(place, piece)?;
    let bad = |name: &str, should_be: &str| Err(ParseError::bad(&format!("{place}.{name}"), should_be));
    match &piece {
        Piece::Text(text) if text.text.is_empty() => bad("text", "some text"),
        Piece::Image(file) | Piece::Video(file) | Piece::Audio(file) | Piece::File(file)
            if !url::Url::parse(&file.url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) =>
        {
            bad("url", "an https link to the file")
        }
        Piece::Buttons(Buttons { buttons }) if buttons.is_empty() => bad("buttons", "at least one button"),
        Piece::Cards(Cards { cards }) if cards.is_empty() => bad("cards", "at least one card"),
        Piece::Location(place) if !(place.latitude.abs() <= 90.0 && place.longitude.abs() <= 180.0) => {
            bad("latitude", "degrees, as the longitude")
        }
        _ => Ok(piece.into()),
    }
}

/// Checks an id of the caller's own.
pub(crate) fn check_id(id: &str, field: &str) -> Result<(), ParseError> {
    let is_good = (1..=ID).contains(&id.len()) && !id.chars().any(char::is_control);
    if is_good { Ok(()) } else { Err(ParseError::bad(field, "an id of 1 to 256 bytes without control characters")) }
}

impl From<Piece> for Part {
    fn from(piece: Piece) -> Self {
        let media = |kind, file: File| {
            Self::Media(Media {
                name: file.name,
                content_type: file.content_type,
                size: file.size,
                seconds: file.seconds,
                caption: file.caption,
                // The app need not keep the file, because the bridge copies it at once.
                ..Media::new(kind, MediaSource::ShortLink { url: file.url })
            })
        };
        match piece {
            Piece::Text(Text { text }) => Self::Text { text },
            Piece::Image(file) => media(MediaKind::Image, file),
            Piece::Video(file) => media(MediaKind::Video, file),
            Piece::Audio(file) => media(MediaKind::Audio, file),
            Piece::File(file) => media(MediaKind::File, file),
            Piece::Location(Place { latitude, longitude, label }) => Self::Location { latitude, longitude, label },
            Piece::ContactCard(ContactCard { name, phone }) => Self::ContactCard { name, phone, more: Vec::new() },
            Piece::Sticker(Sticker { id, url }) => Self::Sticker { id, url },
            Piece::Buttons(Buttons { buttons }) => {
                Self::Buttons { buttons: buttons.into_iter().map(Button::from).collect() }
            }
            Piece::Cards(Cards { cards }) => Self::Carousel { cards: cards.into_iter().map(Card::from).collect() },
            Piece::Other(Other { what, text }) => Self::Unsupported { what, text },
        }
    }
}

impl From<Choice> for Button {
    fn from(choice: Choice) -> Self {
        let Choice { label, text, url, payload } = choice;
        match url {
            Some(url) => Self::Link { label, url },
            None => Self::Reply { text: text.unwrap_or_else(|| label.clone()), label, payload },
        }
    }
}

impl From<WireCard> for Card {
    fn from(WireCard { title, text, image, buttons }: WireCard) -> Self {
        Self { title, text, image, buttons: buttons.into_iter().map(Button::from).collect() }
    }
}
