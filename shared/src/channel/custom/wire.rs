//! The JSON that the company's own app and the bridge speak: the neutral model in the app's words. `infra/openapi.yaml`
//! documents it.

use serde::{Deserialize, Serialize};

use crate::message::{Button, Card, Media, MediaKind, MediaSource, Part};

/// What the app tells the bridge.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Incoming {
    /// The contact wrote.
    Message {
        id: String,
        /// In milliseconds since 1970.
        at: Option<i64>,
        contact: Person,
        parts: Vec<Piece>,
    },
    /// News of a message that the bridge sent.
    Receipt { contact: Named, message: String, status: Status, reason: Option<String> },
    /// The contact writes.
    Typing {
        #[serde(rename = "contact")]
        _contact: Named,
    },
    /// The contact may be written to again.
    Subscribed { id: String, contact: Person },
    /// The contact does not want to be written to.
    Unsubscribed { id: String, contact: Named },
}

/// A contact by id.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub(super) id: String,
}

/// A contact with what the app knows of it.
#[derive(Debug, Deserialize)]
pub(super) struct Person {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) company: Option<String>,
    pub(super) avatar: Option<String>,
    pub(super) language: Option<String>,
    pub(super) country: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Delivered,
    Read,
    Failed,
}

/// What the bridge tells the app.
#[derive(Debug, Serialize)]
pub(super) struct Outgoing<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) id: &'a str,
    pub(super) at: i64,
    pub(super) contact: OutgoingContact<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) author: Option<OutgoingAuthor<'a>>,
    pub(super) parts: Vec<Piece>,
}

#[derive(Debug, Serialize)]
pub(super) struct OutgoingContact<'a> {
    pub(super) id: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct OutgoingAuthor<'a> {
    pub(super) name: &'a str,
}

/// One piece of a message, the same in both directions.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Piece {
    Text {
        text: String,
    },
    Image(File),
    Video(File),
    Audio(File),
    File(File),
    Location {
        latitude: f64,
        longitude: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
    },
    ContactCard {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phone: Option<String>,
    },
    Sticker {
        id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
    },
    Buttons {
        buttons: Vec<Choice>,
    },
    Cards {
        cards: Vec<SideBySide>,
    },
    /// Something that has no name here: what it was, and its text.
    Other {
        what: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct File {
    pub(super) url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seconds: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) caption: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Choice {
    pub(super) label: String,
    /// What pressing it sends back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    /// What pressing it opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct SideBySide {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) image: Option<String>,
    #[serde(default)]
    pub(super) buttons: Vec<Choice>,
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
                // The app need not keep it: the bridge copies it at once.
                ..Media::new(kind, MediaSource::ShortLink { url: file.url })
            })
        };
        match piece {
            Piece::Text { text } => Self::Text { text },
            Piece::Image(file) => media(MediaKind::Image, file),
            Piece::Video(file) => media(MediaKind::Video, file),
            Piece::Audio(file) => media(MediaKind::Audio, file),
            Piece::File(file) => media(MediaKind::File, file),
            Piece::Location { latitude, longitude, label } => Self::Location { latitude, longitude, label },
            Piece::ContactCard { name, phone } => Self::ContactCard { name, phone },
            Piece::Sticker { id, url } => Self::Sticker { id, url },
            Piece::Buttons { buttons } => Self::Buttons { buttons: buttons.into_iter().map(Button::from).collect() },
            Piece::Cards { cards } => Self::Carousel { cards: cards.into_iter().map(Card::from).collect() },
            Piece::Other { what, text } => Self::Unsupported { what, text },
        }
    }
}

impl From<&Part> for Piece {
    fn from(part: &Part) -> Self {
        match part.clone() {
            Part::Text { text } => Self::Text { text },
            Part::Media(media) => {
                let url = match media.source {
                    MediaSource::Link { url } | MediaSource::ShortLink { url } => url,
                    MediaSource::Reference { .. } | MediaSource::Fetched => {
                        return Self::Text { text: crate::fit::plain(part) };
                    }
                };
                let Media { name, content_type, size, seconds, caption, .. } = media;
                let file = File { url, name, content_type, size, seconds, caption };
                match media.kind {
                    MediaKind::Image => Self::Image(file),
                    MediaKind::Video => Self::Video(file),
                    MediaKind::Audio => Self::Audio(file),
                    MediaKind::File => Self::File(file),
                }
            }
            Part::Location { latitude, longitude, label } => Self::Location { latitude, longitude, label },
            Part::ContactCard { name, phone } => Self::ContactCard { name, phone },
            Part::Sticker { id, url } => Self::Sticker { id, url },
            Part::Buttons { buttons } => Self::Buttons { buttons: buttons.into_iter().map(Choice::from).collect() },
            Part::Carousel { cards } => Self::Cards { cards: cards.into_iter().map(SideBySide::from).collect() },
            Part::Unsupported { what, text } => Self::Other { what, text },
        }
    }
}

impl From<Choice> for Button {
    fn from(choice: Choice) -> Self {
        let Choice { label, text, url } = choice;
        match url {
            Some(url) => Self::Link { label, url },
            None => Self::Reply { text: text.unwrap_or_else(|| label.clone()), label },
        }
    }
}

impl From<Button> for Choice {
    fn from(button: Button) -> Self {
        match button {
            Button::Link { label, url } => Self { label, text: None, url: Some(url) },
            Button::Reply { label, text } => Self { label, text: Some(text), url: None },
        }
    }
}

impl From<SideBySide> for Card {
    fn from(SideBySide { title, text, image, buttons }: SideBySide) -> Self {
        Self { title, text, image, buttons: buttons.into_iter().map(Button::from).collect() }
    }
}

impl From<Card> for SideBySide {
    fn from(Card { title, text, image, buttons }: Card) -> Self {
        Self { title, text, image, buttons: buttons.into_iter().map(Choice::from).collect() }
    }
}
