//! Renders neutral messages as the app's JSON.

use super::{
    CALLBACK_URL, SECRET,
    wire::{CALLBACK, CONVERSATION, Changed, Outgoing, TYPING},
};
use crate::{
    adapter::{
        Account, Call, Delivery, RenderError, Step,
        own_api::{
            Endpoint,
            wire::{Author, Event, Named, Piece, Quoted},
        },
    },
    model::message::{Contact, Happened},
    tools::{crypto::uuid_from, millis::Millis},
};

/// Returns one call with the whole message. The app recognizes a repeat by the message's id.
pub(super) fn calls(account: &Account<'_>, delivery: &Delivery<'_>) -> Result<Vec<Call>, RenderError> {
    let id = delivery.retry_key(0);
    let author = delivery.author.and_then(|author| author.name.clone()).filter(|_| account.options.agent_name);
    let message = Outgoing {
        kind: "message",
        id: &id,
        at: delivery.at,
        contact: Named { id: delivery.contact.id.clone() },
        thread: delivery.contact.thread.clone().map(|id| Named { id }),
        author: author.map(|name| Author { name: Some(name) }),
        quote: delivery.quote.cloned().map(Quoted::from),
        parts: delivery.parts.iter().map(|part| Piece::from((part, delivery.language))).collect(),
    };
    Ok(vec![Endpoint::of(account, CALLBACK_URL, SECRET)?.post(CALLBACK, &id, &message)?])
}

/// Returns the call that tells the app that an agent is typing.
pub(super) fn typing(account: &Account<'_>, contact: &Contact) -> Result<Step, RenderError> {
    let id = uuid_from(&format!("typing\n{}\n{}", contact.id, account.now.get()));
    let event = Event { kind: "typing", id: &id, at: account.now, contact: Named { id: contact.id.clone() } };
    Endpoint::of(account, CALLBACK_URL, SECRET)?.post(TYPING, &id, &event).map(Step::Call)
}

/// Returns the call that tells the app what happened to the contact's conversation. A repeat has the same id.
pub(super) fn conversation(
    account: &Account<'_>,
    contact: &Contact,
    (event, at): (&str, Millis),
    state: Happened,
) -> Result<Step, RenderError> {
    let id = uuid_from(&format!("conversation\n{}\n{event}", contact.id));
    let event = Event { kind: "conversation", id: &id, at, contact: Named { id: contact.id.clone() } };
    Endpoint::of(account, CALLBACK_URL, SECRET)?.post(CONVERSATION, &id, &Changed { event, state }).map(Step::Call)
}
