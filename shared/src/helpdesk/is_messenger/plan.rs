//! Chooses the next call. [`helpdesk`](crate::helpdesk) explains how plans, calls, answers and memos work together.

use super::{render, wire::Message};
use crate::{
    adapter::{Delivery, Known, RenderError, Task},
    model::message::{Contact, Receipt},
    tools::millis::Millis,
};

/// The next step of a task. Every call goes to the only webhook URL.
#[derive(Debug)]
pub(super) enum Plan<'a> {
    Done,
    /// Posts `message` or `message_echo`: the first message of the delivery that has not been delivered.
    Post {
        delivery: &'a Delivery<'a>,
        message: Message,
    },
    /// Posts `message_status`.
    PostStatus {
        contact: &'a Contact,
        message: &'a str,
        receipt: &'a Receipt,
        at: Millis,
    },
}

pub(super) fn plan<'a>(task: &Task<'a>, known: &Known) -> Result<Plan<'a>, RenderError> {
    Ok(match *task {
        Task::Deliver(delivery) => match render::messages(delivery, known).into_iter().nth(known.sent()) {
            Some(message) => Plan::Post { delivery, message },
            None => Plan::Done,
        },
        Task::Receipt { contact, message, receipt, at } if known.answered == 0 => {
            Plan::PostStatus { contact, message, receipt, at }
        }
        // The status was sent; no call only checks; an id itself names its contact.
        Task::Receipt { .. } | Task::Check | Task::FindContact { .. } | Task::Pair { .. } => Plan::Done,
        _ => return Err(RenderError::unknown(task)),
    })
}
