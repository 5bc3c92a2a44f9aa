//! Turns the answer to a plan's call into facts.

use bytes::Bytes;
use http::Response;

use super::{classify, plan::Plan, render};
use crate::{
    adapter::{Account, Fact, Known, Learned},
    model::message::ConversationState,
};

pub(super) fn read(account: &Account<'_>, known: &Known, plan: Plan<'_>, answer: &Response<Bytes>) -> Learned {
    match plan {
        Plan::Done => Ok(Vec::new()),
        Plan::PostMessage(delivery) => {
            classify::check(answer)?;
            let mut facts = vec![Fact::Sent(Some(delivery.retry_key(0)))];
            if !delivery.echo {
                let reference = render::reference(account, known, &delivery.contact.id);
                facts.push(Fact::User(reference.clone()));
                // A message opens the conversation again.
                facts.push(Fact::Conversation { id: reference, state: Some(ConversationState::Open) });
            }
            Ok(facts)
        }
        Plan::PostNote { .. } | Plan::PostReceipt { .. } | Plan::PostTyping { .. } => {
            classify::check(answer)?;
            // No later call names it.
            Ok(vec![Fact::Sent(None)])
        }
    }
}
