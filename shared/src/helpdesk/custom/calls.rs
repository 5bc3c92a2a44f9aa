//! Turns plans into requests to the system's `callback_url`.

use super::{
    CALLBACK_URL, SECRET,
    plan::Plan,
    render,
    wire::{Outgoing, What},
};
use crate::{
    adapter::{Account, Known, RenderError, Step, own_api::Endpoint},
    tools::crypto::uuid_from,
};

pub(super) fn step(account: &Account<'_>, known: &Known, plan: Plan<'_>) -> Result<Step, RenderError> {
    let (name, id, at, contact, what) = match plan {
        Plan::Done => return Ok(Step::Done),
        Plan::PostMessage(delivery) => {
            let content = render::content(account, delivery, known);
            let (name, what) = match delivery.echo {
                true => ("send_echo", What::Echo(content)),
                false => ("send_message", What::Message(content)),
            };
            (name, delivery.retry_key(0), delivery.at, delivery.contact, what)
        }
        Plan::PostNote { contact, text, at } => {
            let id = uuid_from(&format!("note\n{}\n{}\n{text}", contact.id, at.get()));
            ("send_note", id, at, contact, What::Note { text })
        }
        Plan::PostReceipt { contact, message, receipt, at } => {
            let id = uuid_from(&format!("{}\n{}\n{message}", receipt.word(), contact.id));
            ("send_receipt", id, at, contact, What::receipt(message, receipt))
        }
        Plan::PostTyping { contact } => {
            let id = uuid_from(&format!("typing\n{}\n{}", contact.id, account.now.get()));
            ("send_typing", id, account.now, contact, What::Typing)
        }
    };
    let call = Outgoing { id: &id, at, contact: render::customer(account, known, contact), what };
    Endpoint::of(account, CALLBACK_URL, SECRET)?.post(name, &id, &call).map(Step::Call)
}
