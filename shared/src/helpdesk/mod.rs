//! Helpdesks: where the agents answer. One folder each; the registry below is the only place that lists them.

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
