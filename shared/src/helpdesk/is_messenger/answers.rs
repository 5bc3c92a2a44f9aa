//! Turns the answer to a plan's call into facts.

use bytes::Bytes;
use http::Response;

use super::{classify, ids, memo, plan::Plan, wire::Message};
use crate::adapter::{Account, Delivery, Fact, Failure, Known, Learned};

pub(super) fn read(account: &Account<'_>, known: &Known, plan: Plan<'_>, answer: &Response<Bytes>) -> Learned {
    let reader = Reader { account, known, answer };
    match plan {
        Plan::Done => Ok(Vec::new()),
        Plan::Post { delivery, message } => reader.posted(delivery, &message),
        Plan::PostStatus { .. } => reader.check("the status").map(|()| Vec::new()),
    }
}

struct Reader<'a> {
    account: &'a Account<'a>,
    known: &'a Known,
    answer: &'a Response<Bytes>,
}

impl Reader<'_> {
    /// Fails unless the call worked. `what` is that of [`classify::failure`].
    fn check(&self, what: &str) -> Result<(), Failure> {
        if classify::is_ok(self.answer) { Ok(()) } else { Err(classify::failure(what, self.answer)) }
    }

    /// Reads the answer to a message. The contact's id is stored with the link, because some ids lead back to the
    /// contact through nothing else. A refused location is tried once more as a text.
    fn posted(&self, delivery: &Delivery<'_>, message: &Message) -> Learned {
        match (self.check("the message"), message) {
            (Ok(()), _) => {
                let user = ids::contact_id(self.account, delivery.contact, self.known)?;
                Ok(vec![Fact::Sent(Some(ids::m_id(delivery.id, self.known.sent()))), Fact::User(user)])
            }
            (Err(Failure::Rejected { .. }), Message::Location { .. }) => {
                Ok(vec![Fact::memo(memo::LOCATION_AS_TEXT, "")])
            }
            (Err(failure), _) => Err(failure),
        }
    }
}
