//! Helpdesks: where the agents answer. One folder each; the registry below is the only place that lists them.

use crate::{
    adapter::{Account, Adapter},
    webhook::{ParseError, ParsedHelpdesk, Verified},
};

pub mod freshchat;

/// A system in which agents answer.
pub trait Helpdesk: Adapter {
    /// What a call of the helpdesk contains. Messages that the bridge posted itself are left out.
    fn parse(&self, account: &Account<'_>, request: Verified<'_>) -> Result<ParsedHelpdesk, ParseError>;

    /// Where an event that reached us by invocation comes from, so that its installation can be found; nothing where
    /// it is not one of this helpdesk's.
    fn origin(&self, _event: &serde_json::Value) -> Option<Origin> {
        None
    }
}

/// What an event says about where it comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The helpdesk's id of the account.
    pub account_id: Option<String>,
    /// The hosts of the account's URLs.
    pub hosts: Vec<String>,
    /// The topic or channel inside the account.
    pub topic: Option<String>,
    /// The helpdesk's id of the user whom it is about.
    pub user: Option<String>,
}

/// Every helpdesk by the name of its kind.
pub static HELPDESKS: &[(&str, &dyn Helpdesk)] = &[];

/// The helpdesk of a kind.
pub fn helpdesk(kind: &str) -> Option<&'static dyn Helpdesk> {
    HELPDESKS.iter().find(|(name, _)| *name == kind).map(|(_, helpdesk)| *helpdesk)
}
