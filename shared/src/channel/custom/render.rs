//! Renders neutral messages as the app's JSON.

use super::{
    CALLBACK_URL, SECRET,
    wire::{CALLBACK, Outgoing, TYPING},
};
use crate::{
    adapter::{
        Account, Call, Delivery, RenderError, Step,
        own_api::{
            Endpoint,
            wire::{Author, Event, Named, Piece, Quoted},
        },
    },
    model::message::Contact,
    tools::crypto::uuid_from,
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
