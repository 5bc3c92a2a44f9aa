//! Chooses the next call. [`helpdesk`](crate::helpdesk) explains how plans, calls and answers work together. Every task
//! takes one call, which the system recognizes by its id.

use super::wire::What;
use crate::{
    adapter::{Delivery, Known, RenderError, Task},
    model::message::Contact,
    tools::{crypto::uuid_from, millis::Millis},
};

/// The next step of a task.
#[derive(Debug)]
pub(super) enum Plan<'a> {
    Done,
    /// Posts a message of the contact, or one that the business wrote without the bridge.
    PostMessage(&'a Delivery<'a>),
    /// Posts what the bridge itself has to tell.
    Post {
        name: &'static str,
        id: String,
        at: Millis,
        contact: &'a Contact,
        what: What<'a>,
    },
}

pub(super) fn plan<'a>(task: &Task<'a>, known: &Known) -> Result<Plan<'a>, RenderError> {
    let is_answered = known.answered > 0 || known.sent() > 0;
    Ok(match *task {
        Task::Deliver(_) | Task::Note { .. } | Task::Receipt { .. } | Task::Typing { .. } if is_answered => Plan::Done,
        Task::Deliver(delivery) => Plan::PostMessage(delivery),
        Task::Note { contact, text, at } => {
            let id = uuid_from(&format!("note\n{}\n{}\n{text}", contact.id, at.get()));
            Plan::Post { name: "send_note", id, at, contact, what: What::Note { text } }
        }
        Task::Receipt { contact, message, receipt, at } => {
            let id = uuid_from(&format!("{}\n{}\n{message}", receipt.word(), contact.id));
            Plan::Post { name: "send_receipt", id, at, contact, what: What::receipt(message, receipt) }
        }
        Task::Typing { contact, .. } => {
            // Nobody repeats it.
            let (id, at) = (String::new(), Millis::default());
            Plan::Post { name: "send_typing", id, at, contact, what: What::Typing }
        }
        // No call only checks; an id itself names its contact.
        Task::Check | Task::FindContact { .. } | Task::Pair { .. } => Plan::Done,
        _ => return Err(RenderError::unknown(task)),
    })
}
