//! The JSON of the calls between the system and the bridge, as far as it differs from what
//! [`own_api`](crate::adapter::own_api) defines.

use serde::{Deserialize, Serialize};

use crate::{
    adapter::own_api::wire::{Author, Chosen, Person, Piece, Quoted},
    model::message::Receipt,
    tools::{json::Json, millis::Millis},
};

/// The type of a call from the system. It is read on its own, because an internally tagged enum would first be read into
/// a tree.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Incoming {
    /// An agent or a bot wrote to the contact.
    Message,
    /// An agent wrote something that the contact must not read.
    Note,
    /// An agent or a bot is typing.
    Typing,
    /// The conversation was resolved or opened.
    Conversation,
    /// A bot gave the conversation to people, or one agent gave it to another.
    HandOver,
}

/// The contact that a call of the system is about: by the id that the bridge sent, or by a telephone number.
#[derive(Debug, Deserialize)]
pub(super) struct Whom {
    pub(super) id: Option<String>,
    pub(super) phone: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Message<'a> {
    pub(super) id: String,
    /// The time, in milliseconds since 1970 on the wire.
    pub(super) at: Option<Millis>,
    pub(super) contact: Whom,
    pub(super) author: Option<Author>,
    /// The message that the agent answers.
    pub(super) quote: Option<Quoted>,
    #[serde(borrow)]
    pub(super) parts: Json<'a>,
}

/// A call about a contact. Typing needs no id.
#[derive(Debug, Deserialize)]
pub(super) struct About {
    pub(super) id: Option<String>,
    pub(super) at: Option<Millis>,
    pub(super) contact: Whom,
}

#[derive(Debug, Deserialize)]
pub(super) struct Conversation {
    pub(super) state: State,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Open,
    Resolved,
}

/// A call from the bridge to the system.
#[derive(Debug, Serialize)]
pub(super) struct Outgoing<'a> {
    pub(super) id: &'a str,
    pub(super) at: Millis,
    pub(super) contact: Customer<'a>,
    #[serde(flatten)]
    pub(super) what: What<'a>,
}

/// The contact, as the system knows it.
#[derive(Debug, Serialize)]
pub(super) struct Customer<'a> {
    /// The kind of the channel.
    pub(super) channel: &'a str,
    #[serde(flatten)]
    pub(super) person: Person,
}

/// The content of a call.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum What<'a> {
    /// The contact wrote.
    Message(Content),
    /// The business wrote to the contact without the bridge.
    Echo(Content),
    /// The bridge tells the agents something.
    Note { text: &'a str },
    /// The status of one of the system's messages.
    Receipt {
        message: &'a str,
        status: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The contact is typing.
    Typing,
}

impl<'a> What<'a> {
    pub(super) fn receipt(message: &'a str, receipt: &Receipt) -> Self {
        Self::Receipt { message, status: receipt.word(), reason: receipt.failure() }
    }
}

/// The content of a message.
#[derive(Debug, Serialize)]
pub(super) struct Content {
    /// What the message does to the conversation: `new`, `open` or `reopened`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) conversation: Option<&'static str>,
    /// The person who wrote, where several people write as one contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) author: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quote: Option<Quoted>,
    /// The choice that the contact made with the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) choice: Option<Chosen>,
    /// The group of agents who should answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<String>,
    pub(super) parts: Vec<Piece>,
}
