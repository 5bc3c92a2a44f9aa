//! The JSON of the calls between the company's own app and the bridge: the neutral model in the app's words.
//! `infra/openapi.yaml` documents it.

use serde::{Deserialize, Serialize};

use crate::{
    adapter::webhook::{ParseError, decode_at},
    tools::{json::Json, millis::Millis},
};

/// The name of the call to the app's `callback_url`.
pub(super) const CALLBACK: &str = "callback";

/// The type of a call from the app. It is read on its own, because an internally tagged enum would first be read into a
/// tree.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Incoming {
    /// The contact wrote a message.
    Message,
    /// The status of a message that the bridge sent.
    Receipt,
    /// The contact is typing.
    Typing,
    /// The bridge may write to the contact again.
    Subscribed,
    /// The contact does not want to receive messages.
    Unsubscribed,
}

/// The tag of an object that has one of several types.
#[derive(Debug, Deserialize)]
pub(super) struct Head<T> {
    #[serde(rename = "type")]
    pub(super) kind: T,
}

#[derive(Debug, Deserialize)]
pub(super) struct Message<'a> {
    pub(super) id: String,
    /// The time, in milliseconds since 1970 on the wire.
    pub(super) at: Option<Millis>,
    pub(super) contact: Person,
    /// The message that the contact answers.
    pub(super) quote: Option<Quoted>,
    #[serde(borrow)]
    pub(super) parts: Json<'a>,
}

/// A message that another one answers, the same in both directions.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Quoted {
    /// The id of the message: the app's own, or the bridge's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
    /// The beginning of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    /// The name of the person who wrote the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) author: Option<String>,
    /// The time, in milliseconds since 1970 on the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<Millis>,
}

#[derive(Debug, Deserialize)]
pub(super) struct News {
    pub(super) contact: Named,
    pub(super) message: String,
    pub(super) status: Status,
    pub(super) reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Typing {
    #[serde(rename = "contact")]
    pub(super) _contact: Named,
}

#[derive(Debug, Deserialize)]
pub(super) struct Subscribed {
    pub(super) id: String,
    pub(super) contact: Person,
}

#[derive(Debug, Deserialize)]
pub(super) struct Unsubscribed {
    pub(super) id: String,
    pub(super) contact: Named,
}

/// A contact that is named by id only.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub(super) id: String,
}

/// A contact, with what the app knows about it.
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
    #[serde(default)]
    pub(super) verified: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Delivered,
    Read,
    Failed,
}

/// A call from the bridge to the app.
#[derive(Debug, Serialize)]
pub(super) struct Outgoing<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) id: &'a str,
    pub(super) at: Millis,
    pub(super) contact: OutgoingContact<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) author: Option<OutgoingAuthor<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quote: Option<Quoted>,
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

/// A part of a message, the same in both directions.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Piece {
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
    pub(super) fn read(place: &str, piece: Json<'_>) -> Result<Self, ParseError> {
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
pub(super) struct Text {
    pub(super) text: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Place {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) label: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct ContactCard {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Sticker {
    pub(super) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Buttons {
    pub(super) buttons: Vec<Choice>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Cards {
    pub(super) cards: Vec<WireCard>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Other {
    /// The kind of content.
    pub(super) what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
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
    /// The text that pressing the button sends back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    /// The link that pressing the button opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct WireCard {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) image: Option<String>,
    #[serde(default)]
    pub(super) buttons: Vec<Choice>,
}
