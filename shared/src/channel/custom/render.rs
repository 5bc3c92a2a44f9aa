//! Renders neutral messages as the app's JSON.

use super::{
    CALLBACK_URL, SECRET,
    wire::{
        Buttons, CALLBACK, Cards, Choice, ContactCard, File, Other, Outgoing, OutgoingAuthor, OutgoingContact, Piece,
        Place, Quoted, Sticker, Text, WireCard,
    },
};
use crate::{
    adapter::{Account, Call, Delivery, RenderError, standard_webhooks},
    model::{
        fit,
        message::{Button, Card, Media, MediaKind, MediaSource, Part, Quote},
    },
    tools::language::Language,
};

/// Returns one call with the whole message. The app recognizes a repeat by the message's id.
pub(super) fn calls(account: &Account<'_>, delivery: &Delivery<'_>) -> Result<Vec<Call>, RenderError> {
    let id = delivery.retry_key(0);
    let author = delivery.author.and_then(|author| author.name.as_deref()).filter(|_| account.options.agent_name);
    let message = Outgoing {
        kind: "message",
        id: &id,
        at: delivery.at,
        contact: OutgoingContact { id: &delivery.contact.id },
        author: author.map(|name| OutgoingAuthor { name }),
        quote: delivery.quote.cloned().map(|Quote { id, text, author, at }| Quoted { message: id, text, author, at }),
        parts: delivery.parts.iter().map(|part| Piece::from((part, delivery.language))).collect(),
    };
    let body = serde_json::to_vec(&message).map_err(|_| RenderError::new("the message could not be written"))?;
    let signature = standard_webhooks::sign(account.require_secret(SECRET)?, &id, account.now, &body);
    let mut call = Call::post(CALLBACK, account.require(CALLBACK_URL)?).bytes("application/json", body).harmless();
    for (name, value) in signature {
        call = match name {
            "webhook-signature" => call.secret_header(name, value),
            _ => call.header(name, value),
        };
    }
    Ok(vec![call.build()?])
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
            Button::Link { label, url } => Self { label, text: None, url: Some(url) },
            Button::Reply { label, text } => Self { label, text: Some(text), url: None },
        }
    }
}

impl From<Card> for WireCard {
    fn from(Card { title, text, image, buttons }: Card) -> Self {
        Self { title, text, image, buttons: buttons.into_iter().map(Choice::from).collect() }
    }
}
