//! Helpdesks: where the agents answer. One folder each; the registry below is the only place that lists them.
//!
//! A helpdesk takes several calls for one message (find or create the user, find or open the conversation, post), and an
//! attempt can end after any of them. Each folder therefore has the same four files behind [`Adapter::next`] and
//! [`Adapter::read`]:
//!
//! - `plan.rs` chooses what to do next as a value, `Plan`, from nothing but the task and what is known. It makes no
//!   request: `plan::plan` gives the same plan until an answer has taught something new.
//! - `calls.rs` turns that plan into a request: `calls::step` knows the paths, and `Api` the address and the credentials.
//!   What a message, a note or a profile looks like in the vendor's JSON comes from `render.rs` and the like.
//! - `answers.rs` reads the answer to the call of that plan as facts: `answers::read`. What a failed call means is said by
//!   `classify::failure`.
//! - `memo.rs` names what the adapter has to remember between the calls of one task and no link has a field for ("the user
//!   was looked for and is absent"): an answer gives a [`Fact::memo`](crate::adapter::Fact::memo), the next plan reads it
//!   by [`Known::memo`](crate::adapter::Known::memo). A memo is the adapter's own; a note is what agents read.
//!
//! So `next` is plan and call, `read` is the same plan and its answer. When a call may have worked without our knowing
//! ([`Known::doubtful`](crate::adapter::Known::doubtful)), the plan looks for what it would make before it makes it again;
//! [`Fact::DoubtSettled`](crate::adapter::Fact::DoubtSettled) says that the looking is over.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    adapter::{
        Account, Adapter, Verified,
        webhook::{ParseError, ParsedHelpdesk},
    },
    tools::json::Json,
};

pub mod deskie;
pub mod freshchat;
pub mod is_messenger;

/// A system in which agents answer.
pub trait Helpdesk: Adapter {
    /// What a call of the helpdesk contains. Messages that the bridge posted itself are left out.
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedHelpdesk, ParseError>;

    /// How long what we heard of a conversation's state is believed, at helpdesks that do not tell when it changes. The
    /// adapter is then given a link without a state, and asks.
    fn state_lasts(&self, _account: &Account<'_>) -> Option<Duration> {
        None
    }

    /// Whether an agent who writes in another conversation than the link's moves the contact there, at helpdesks that do
    /// not tell when conversations are merged.
    fn agents_move_contacts(&self) -> bool {
        false
    }

    /// Where an event comes from that reached us without a generated URL (by direct invocation), so that its
    /// installation can be found; `None` where this is not one of this helpdesk's events.
    fn origin(&self, _body: Json<'_>) -> Option<Origin> {
        None
    }

    /// Whether it shows what the business wrote past the bridge as a message of its own (an echo). It then gets echoes
    /// where other helpdesks get private notes.
    fn shows_echoes(&self) -> bool {
        false
    }

    /// The contact for whom a user stands by its id alone, when nothing is stored about that user.
    fn contact_by_id(&self, _account: &Account<'_>, _user: &str) -> Option<String> {
        None
    }
}

/// What an event says about the account and the conversation that it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The helpdesk's own id of the account.
    pub account_id: Option<String>,
    /// The hosts under which the account is reached, as lower-case `host:port`, the port always written out.
    pub hosts: Vec<String>,
    /// The channel or topic inside the account.
    pub topic: Option<String>,
    /// The helpdesk's id of the user who stands for the contact.
    pub user: Option<String>,
}

/// Whether a file can be fetched from what a helpdesk gives as its link.
pub(crate) fn is_link(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

/// What stays as it is in a path segment or a query value.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A value as a path segment or a query value.
pub(crate) fn escaped(value: &str) -> String {
    utf8_percent_encode(value, UNRESERVED).to_string()
}

/// Every helpdesk by the name of its kind.
pub static HELPDESKS: &[(&str, &dyn Helpdesk)] =
    &[("deskie", &deskie::Deskie), ("freshchat", &freshchat::Freshchat), ("is_messenger", &is_messenger::IsMessenger)];

/// The helpdesk of a kind.
pub fn helpdesk(kind: &str) -> Option<&'static dyn Helpdesk> {
    HELPDESKS.iter().find(|(name, _)| *name == kind).map(|(_, helpdesk)| *helpdesk)
}
