//! Chooses the next call. [`helpdesk`](crate::helpdesk) explains how plans, calls and answers work together. Every task
//! takes one call, which the system recognizes by its id.

use crate::{
    adapter::{Delivery, Known, RenderError, Task},
    model::message::{Contact, Receipt},
    tools::millis::Millis,
};

/// The next step of a task.
#[derive(Debug)]
pub(super) enum Plan<'a> {
    Done,
    /// Posts a message of the contact, or one that the business wrote without the bridge.
    PostMessage(&'a Delivery<'a>),
    /// Posts what the bridge itself has to tell the agents.
    PostNote {
        contact: &'a Contact,
        text: &'a str,
        at: Millis,
    },
    /// Posts the status of one of the system's messages.
    PostReceipt {
        contact: &'a Contact,
        message: &'a str,
        receipt: &'a Receipt,
        at: Millis,
    },
    /// Posts that the contact is typing.
    PostTyping {
        contact: &'a Contact,
    },
}

pub(super) fn plan<'a>(task: &Task<'a>, known: &Known) -> Result<Plan<'a>, RenderError> {
    let is_answered = known.answered > 0 || known.sent() > 0;
    Ok(match *task {
        Task::Deliver(_) | Task::Note { .. } | Task::Receipt { .. } | Task::Typing { .. } if is_answered => Plan::Done,
        Task::Deliver(delivery) => Plan::PostMessage(delivery),
        Task::Note { contact, text, at } => Plan::PostNote { contact, text, at },
        Task::Receipt { contact, message, receipt, at } => Plan::PostReceipt { contact, message, receipt, at },
        Task::Typing { contact, .. } => Plan::PostTyping { contact },
        // No call only checks; an id itself names its contact.
        Task::Check | Task::FindContact { .. } | Task::Pair { .. } => Plan::Done,
        _ => return Err(RenderError::unknown(task)),
    })
}
