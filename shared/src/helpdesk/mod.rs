//! Helpdesks: the systems in which agents answer. Each has a folder; the registry below is the only place that lists
//! them.
//!
//! # How an adapter of a helpdesk works
//!
//! One message takes several calls to a helpdesk: find or create the user, find or open the conversation, post. An
//! attempt can end after any of them. Therefore every folder splits [`Adapter::next`] and [`Adapter::read`] into the
//! same files:
//!
//! - `plan.rs`: `plan::plan` chooses the next call from the task and from what is known. Its result, a `Plan`, is a
//!   value with everything that the call is about (the contact, the post, the id of the conversation). The same
//!   knowledge gives the same plan.
//! - `calls.rs`: `calls::step` turns the plan into a request. It knows the paths; `Api` adds the address and the
//!   credentials. `render.rs` and `profile.rs` write the bodies.
//! - `answers.rs`: `answers::read` turns the answer to that plan's call into facts. `classify::failure` says what a
//!   failed call means.
//! - `memo.rs`: the keys under which an adapter remembers something until its task is done, if [`Link`] has no field
//!   for it ("the bridge looked for the user, and there is none"). An answer stores a memo as [`Fact::memo`], and the
//!   next plan reads it with [`Known::memo`]. Memos are not notes: notes are messages that only agents see.
//!
//! So `next` makes a plan and its call; `read` makes the same plan again and reads the answer to its call.
//!
//! After a call without an answer, the bridge does not know whether the call worked ([`Known::doubtful`]). The plan
//! then looks for what that call would have made before it makes the call again, until an answer teaches
//! [`Fact::DoubtSettled`].
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

pub mod custom;
pub mod deskie;
pub mod freshchat;
pub mod is_messenger;
mod phrases;

/// A system in which agents answer.
pub trait Helpdesk: Adapter {
    /// Returns the events in a call of the helpdesk. Messages that the bridge posted itself are left out.
    ///
    /// # Errors
    /// Returns an error if the body is malformed or lacks a required field.
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedHelpdesk, ParseError>;

    /// Returns the origin of an event that arrived without a generated URL (by direct invocation), so that its
    /// installation can be found; `None` if this is not an event of this helpdesk.
    fn origin(&self, _body: Json<'_>) -> Option<Origin> {
        None
    }

    /// Returns whether a contact who opens a conversation is greeted, according to the installation's settings.
    fn greets(&self, _account: &Account<'_>) -> bool {
        false
    }

    /// Returns whom a user's id itself names, for a user about whom nothing is stored.
    fn contact_by_id(&self, _account: &Account<'_>, _user: &str) -> Option<Named> {
        None
    }
}

/// The name of a contact at a helpdesk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// The channel's own id of the contact.
    Contact(String),
    /// The contact's telephone number, in the form of E.164.
    Phone(String),
}

/// The account and the conversation that an event names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The helpdesk's own id of the account.
    pub account_id: Option<String>,
    /// The hosts at which the account is reached, as lower-case `host:port`, always with the port.
    pub hosts: Vec<String>,
    /// The channel or topic inside the account.
    pub topic: Option<String>,
    /// The helpdesk's id of the user who stands for the contact.
    pub user: Option<String>,
}

/// Returns whether a file can be fetched from a link: an http or https URL with a host.
pub(crate) fn is_link(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

/// The characters, besides letters and digits, that [`escaped`] does not escape.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Escapes a value for a path segment or for a query.
pub(crate) fn escaped(value: &str) -> String {
    utf8_percent_encode(value, UNRESERVED).to_string()
}

/// Every helpdesk, by the name of its kind.
pub static HELPDESKS: &[(&str, &dyn Helpdesk)] = &[
    ("custom", &custom::Custom),
    ("deskie", &deskie::Deskie),
    ("freshchat", &freshchat::Freshchat),
    ("is_messenger", &is_messenger::IsMessenger),
];

/// Returns the helpdesk of a kind, or `None` if there is no such kind.
pub fn helpdesk(kind: &str) -> Option<&'static dyn Helpdesk> {
    HELPDESKS.iter().find(|(name, _)| *name == kind).map(|(_, helpdesk)| *helpdesk)
}

/// Returns the kind of the helpdesk whose Marketplace installs the bridge.
pub fn of_marketplace() -> Option<&'static str> {
    HELPDESKS.iter().find(|(_, helpdesk)| helpdesk.features().marketplace).map(|(kind, _)| *kind)
}
