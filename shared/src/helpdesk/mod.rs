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
}

/// Every helpdesk by the name of its kind.
pub static HELPDESKS: &[(&str, &dyn Helpdesk)] = &[];

/// The helpdesk of a kind.
pub fn helpdesk(kind: &str) -> Option<&'static dyn Helpdesk> {
    HELPDESKS.iter().find(|(name, _)| *name == kind).map(|(_, helpdesk)| *helpdesk)
}
