//! The JSON of the calls between the company's own app and the bridge, as far as it differs from what
//! [`own_api`](crate::adapter::own_api) defines.

use serde::{Deserialize, Serialize};

use crate::{
    adapter::own_api::wire::{Author, Chosen, Event, Named, Person, Piece, Quoted, Said},
    model::message::Happened,
    tools::{json::Json, millis::Millis},
};

/// The name of the call to the app's `callback_url`.
pub(super) const CALLBACK: &str = "callback";
/// The name of the call that an agent is typing.
pub(super) const TYPING: &str = "typing";
/// The name of the call that something happened to a conversation.
pub(super) const CONVERSATION: &str = "conversation";

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
    /// The app asks for earlier messages.
    History,
    /// The bridge may write to the contact again.
    Subscribed,
    /// The contact does not want to receive messages.
    Unsubscribed,
}

#[derive(Debug, Deserialize)]
pub(super) struct Message<'a> {
    pub(super) id: String,
    /// The time, in milliseconds since 1970 on the wire.
    pub(super) at: Option<Millis>,
    pub(super) contact: Person,
    /// The thread that several people write into. It takes the contact's place.
    pub(super) thread: Option<Thread>,
    /// The message that the contact answers.
    pub(super) quote: Option<Quoted>,
    /// The choice that the contact made with the message.
    pub(super) choice: Option<Chosen>,
    /// What was said before, when a bot hands over.
    #[serde(default)]
    pub(super) transcript: Vec<Said>,
    /// The group of agents who should answer.
    pub(super) group: Option<String>,
    #[serde(borrow)]
    pub(super) parts: Json<'a>,
}

/// A thread, such as a topic of a forum.
#[derive(Debug, Deserialize)]
pub(super) struct Thread {
    pub(super) id: String,
    pub(super) title: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct News {
    pub(super) contact: Named,
    pub(super) message: String,
    pub(super) status: Status,
    pub(super) reason: Option<String>,
}

/// A question for a page of the messages from and to a contact.
#[derive(Debug, Deserialize)]
pub(super) struct History {
    pub(super) contact: Named,
    /// The `next` of the page before.
    pub(super) before: Option<String>,
    /// The maximum number of messages.
    pub(super) limit: Option<usize>,
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

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Delivered,
    Read,
    Failed,
}

/// A message from the bridge to the app.
#[derive(Debug, Serialize)]
pub(super) struct Outgoing<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) id: &'a str,
    pub(super) at: Millis,
    pub(super) contact: Named,
    /// The thread, which the contact's id is then the id of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) thread: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) author: Option<Author>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quote: Option<Quoted>,
    pub(super) parts: Vec<Piece>,
}

/// What happened to the contact's conversation.
#[derive(Debug, Serialize)]
pub(super) struct Changed<'a> {
    #[serde(flatten)]
    pub(super) event: Event<'a, Named>,
    pub(super) state: Happened,
}
