//! Turns plans into requests to the system's `callback_url`.

use super::{
    CALLBACK_URL, SECRET,
    plan::Plan,
    render,
    wire::{Outgoing, What},
};
use crate::{
    adapter::{Account, Known, RenderError, Step, own_api::Endpoint},
    tools::{crypto::uuid_from, millis::Millis},
};

pub(super) fn step(account: &Account<'_>, known: &Known, plan: Plan<'_>) -> Result<Step, RenderError> {
    let post = |name, id: &str, body: &Outgoing<'_>| Endpoint::of(account, CALLBACK_URL, SECRET)?.post(name, id, body);
    let call = match plan {
        Plan::Done => return Ok(Step::Done),
        Plan::PostMessage(delivery) => {
            let id = delivery.retry_key(0);
            let content = render::content(account, delivery, known);
            let (name, what) = match delivery.echo {
                true => ("send_echo", What::Echo(content)),
                false => ("send_message", What::Message(content)),
            };
            let contact = render::customer(account, delivery.contact);
            post(name, &id, &Outgoing { id: &id, at: delivery.at, contact, what })?
        }
        Plan::Post { name, id, at, contact, what } => {
            let contact = render::customer(account, contact);
            // What needs no id of its own is told now.
            let at = if id.is_empty() { account.now } else { at };
            let id = if id.is_empty() { now_id(&contact.person.id, at) } else { id };
            post(name, &id, &Outgoing { id: &id, at, contact, what })?
        }
    };
    Ok(Step::Call(call))
}

fn now_id(contact: &str, at: Millis) -> String {
    uuid_from(&format!("{contact}\n{}", at.get()))
}
