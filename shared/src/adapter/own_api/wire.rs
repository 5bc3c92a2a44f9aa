//! The JSON that both directions of both kinds have in common: the neutral model in plain words. `infra/openapi.yaml`
//! documents it.

use serde::{Deserialize, Serialize};

use crate::{
    adapter::webhook::{ParseError, decode_at},
    tools::{json::Json, millis::Millis},
};

/// The tag of an object that has one of several types.
#[derive(Debug, Deserialize)]
pub(crate) struct Head<T> {
    #[serde(rename = "type")]
    pub(crate) kind: T,
}

/// A message that another one answers, the same in both directions.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Quoted {
    /// The id of the message: the caller's own, or the bridge's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    /// The beginning of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// The name of the person who wrote the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) author: Option<String>,
    /// The time, in milliseconds since 1970 on the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<Millis>,
}

/// A contact that is named by id only.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Named {
    pub(crate) id: String,
}

/// A call that only names a contact.
#[derive(Debug, Deserialize)]
pub(crate) struct About {
    pub(crate) contact: Named,
}

/// A call that tells something about a contact, by its type alone.
#[derive(Debug, Serialize)]
pub(crate) struct Event<'a, C> {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) id: &'a str,
    pub(crate) at: Millis,
    pub(crate) contact: C,
}

/// A contact, with what is known about it.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Person {
    pub(crate) id: String,
    /// Whether the app has checked the address and the number.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) verified: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) company: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) avatar: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<String>,
}

/// The choice that a contact made with a message.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Chosen {
    pub(crate) label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) payload: Option<String>,
}

/// Something that was said before a message.
#[derive(Debug, Deserialize)]
pub(crate) struct Said {
    pub(crate) author: Option<Author>,
    pub(crate) text: String,
}

/// The person who wrote a message.
#[derive(Debug, Default, Deserialize, Serialize)]
pub(crate) struct Author {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
}

/// A part of a message, the same in both directions.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Piece {
    Text(Text),
    Image(File),
    Video(File),
    Audio(File),
    File(File),
    Location(Place),
    ContactCard(ContactCard),
    Sticker(Sticker),
    Buttons(Buttons),
    Cards(Cards),
    /// Content that has no type of its own here.
    Other(Other),
}

/// The types of [`Piece`].
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Text,
    Image,
    Video,
    Audio,
    File,
    Location,
    ContactCard,
    Sticker,
    Buttons,
    Cards,
    Other,
}

/// The maximum number of buttons in a piece or a card, and of cards in a piece.
const MOST: usize = 100;

impl Piece {
    /// Reads the piece that the field `place` holds.
    pub(crate) fn read(place: &str, piece: Json<'_>) -> Result<Self, ParseError> {
        let Head { kind } = decode_at(place, piece)?;
        let check = |of: Json<'_>, list: &str| {
            let mut count = 0_usize;
            of.get(list).unwrap_or_default().each(|_| count += 1);
            let is_few = count <= MOST;
            if is_few { Ok(()) } else { Err(ParseError::bad(&format!("{place}.{list}"), "a list of at most 100")) }
        };
        Ok(match kind {
            Kind::Text => Self::Text(decode_at(place, piece)?),
            Kind::Image => Self::Image(decode_at(place, piece)?),
            Kind::Video => Self::Video(decode_at(place, piece)?),
            Kind::Audio => Self::Audio(decode_at(place, piece)?),
            Kind::File => Self::File(decode_at(place, piece)?),
            Kind::Location => Self::Location(decode_at(place, piece)?),
            Kind::ContactCard => Self::ContactCard(decode_at(place, piece)?),
            Kind::Sticker => Self::Sticker(decode_at(place, piece)?),
            Kind::Buttons => {
                check(piece, "buttons")?;
                Self::Buttons(decode_at(place, piece)?)
            }
            Kind::Cards => {
                check(piece, "cards")?;
                let mut checked = Ok(());
                piece.get("cards").unwrap_or_default().each(|card| {
                    if checked.is_ok() {
                        checked = check(card, "buttons");
                    }
                });
                checked?;
                Self::Cards(decode_at(place, piece)?)
            }
            Kind::Other => Self::Other(decode_at(place, piece)?),
        })
    }
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Text {
    pub(crate) text: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Place {
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct ContactCard {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Sticker {
    pub(crate) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Buttons {
    pub(crate) buttons: Vec<Choice>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Cards {
    pub(crate) cards: Vec<WireCard>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Other {
    /// The kind of content.
    pub(crate) what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct File {
    pub(crate) url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seconds: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) caption: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Choice {
    pub(crate) label: String,
    /// The text that pressing the button sends back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// What the caller waits for when the button is pressed; it comes back beside the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) payload: Option<String>,
    /// The link that pressing the button opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct WireCard {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) image: Option<String>,
    #[serde(default)]
    pub(crate) buttons: Vec<Choice>,
}
