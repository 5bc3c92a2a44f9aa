//! Helpdesks: where the agents answer. One folder each; the registry below is the only place that lists them.
//!
//! # How an adapter of a helpdesk works
//!
//! One message takes several calls at a helpdesk: find or create the user, find or open the conversation, post. An attempt
//! can end after each of them. Therefore every folder splits [`Adapter::next`] and [`Adapter::read`] into the same files:
//!
//! - `plan.rs`: `plan::plan` looks at the task and at what is known, and chooses the next call. Its result, a `Plan`, is a
//!   value that holds what the call is about (the contact, the post, the id of the conversation). The same knowledge gives
//!   the same plan.
//! - `calls.rs`: `calls::step` turns the plan into a request. It knows the paths; `Api` adds the address and the
//!   credentials. `render.rs` and `profile.rs` write the bodies.
//! - `answers.rs`: `answers::read` turns the answer to that plan's call into facts. `classify::failure` says what a failed
//!   call means.
//! - `memo.rs`: the keys under which an adapter remembers something until its task is done, where [`Link`] has no field for
//!   it ("we looked for the user, and there is none"). An answer stores a memo as [`Fact::memo`], and the next plan reads
//!   it with [`Known::memo`]. Notes are something else: messages that only agents see.
//!
//! So `next` is a plan and its call; `read` makes the same plan again and reads the answer to its call.
//!
//! After a call without an answer nobody knows whether it worked ([`Known::doubtful`]). The plan then looks for what that
//! call would have made before it makes the call again, until an answer teaches [`Fact::DoubtSettled`].
//!
//! [`Fact::memo`]: crate::adapter::Fact::memo
//! [`Fact::DoubtSettled`]: crate::adapter::Fact::DoubtSettled
//! [`Known::memo`]: crate::adapter::Known::memo
//! [`Known::doubtful`]: crate::adapter::Known::doubtful
//! [`Link`]: crate::adapter::Link

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

    /// Where an event comes from that reached us without a generated URL (by direct invocation), so that its
    /// installation can be found; `None` where this is not one of this helpdesk's events.
    fn origin(&self, _body: Json<'_>) -> Option<Origin> {
        None
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

/// The characters besides letters and digits that [`escaped`] leaves alone.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Writes a value so that it can stand in a path segment or in a query.
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

/// The kind of the helpdesk whose Marketplace installs the bridge.
pub fn of_marketplace() -> Option<&'static str> {
    HELPDESKS.iter().find(|(_, helpdesk)| helpdesk.features().marketplace).map(|(kind, _)| *kind)
}
