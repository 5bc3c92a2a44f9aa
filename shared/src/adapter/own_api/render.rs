//! Renders what both kinds' calls have in common.

use super::wire::{Buttons, Cards, Choice, ContactCard, File, Other, Piece, Place, Quoted, Sticker, Text, WireCard};
use crate::{
    model::{
        fit,
        message::{Button, Card, Media, MediaKind, MediaSource, Part, Quote},
    },
    tools::language::Language,
};

impl From<Quote> for Quoted {
    fn from(Quote { id, text, author, at }: Quote) -> Self {
        Self { message: id, text, author, at }
    }
}

impl From<(&Part, Language)> for Piece {
    fn from((part, language): (&Part, Language)) -> Self {
        match part.clone() {
            Part::Text { text } => Self::Text(Text { text }),
            Part::Media(media) => {
                let url = match media.source {
                    MediaSource::Link { url } | MediaSource::ShortLink { url } => url,
                    MediaSource::Reference { .. } | MediaSource::Fetched => {
                        return Self::Text(Text { text: fit::as_text(part, language) });
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
            Part::Location { latitude, longitude, label } => Self::Location(Place { latitude, longitude, label }),
            Part::ContactCard { more, .. } if !more.is_empty() => {
                Self::Text(Text { text: fit::as_text(part, language) })
            }
            Part::ContactCard { name, phone, .. } => Self::ContactCard(ContactCard { name, phone }),
            Part::Sticker { id, url } => Self::Sticker(Sticker { id, url }),
            Part::Buttons { buttons } => {
                Self::Buttons(Buttons { buttons: buttons.into_iter().map(Choice::from).collect() })
            }
            Part::Carousel { cards } => Self::Cards(Cards { cards: cards.into_iter().map(WireCard::from).collect() }),
            Part::Unsupported { what, text } => Self::Other(Other { what, text }),
        }
    }
}

impl From<Button> for Choice {
    fn from(button: Button) -> Self {
        match button {
            Button::Link { label, url } => Self { label, text: None, url: Some(url), payload: None },
            Button::Reply { label, text, payload } => Self { label, text: Some(text), url: None, payload },
        }
    }
}

impl From<Card> for WireCard {
    fn from(Card { title, text, image, buttons }: Card) -> Self {
        Self { title, text, image, buttons: buttons.into_iter().map(Choice::from).collect() }
    }
}
