//! One side of an installation, as its adapter sees it.

use std::collections::BTreeMap;

use super::{call::RenderError, webhook::VerifyError};
use crate::{
    model::installation::Options,
    tools::secret::{Secret, Secrets},
};

/// One side of an installation, as its adapter sees it.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// The kind of the channel, also when this is the helpdesk's side: the contact's name at the helpdesk starts with it.
    pub channel_kind: &'a str,
    /// This side's settings, without the secrets.
    pub settings: &'a BTreeMap<String, String>,
    /// This side's secrets.
    pub secrets: &'a Secrets,
    /// How the bridge behaves for this installation.
    pub options: &'a Options,
    /// The channel's generated webhook URL, for platforms that want it with every message; absent before it is made. It
    /// is a secret.
    pub webhook_url: Option<&'a str>,
    /// The time in milliseconds since 1970, for signatures that carry one; adapters have no clock.
    pub now: i64,
}

impl<'a> Account<'a> {
    /// A setting, if it was given.
    pub fn setting(&self, name: &str) -> Option<&'a str> {
        self.settings.get(name).map(String::as_str)
    }

    /// A secret, if it was given.
    pub fn secret(&self, name: &str) -> Option<&'a Secret> {
        self.secrets.get(name)
    }

    /// A setting that the vendor's calls need.
    ///
    /// # Errors
    /// It was not given.
    pub fn require(&self, name: &str) -> Result<&'a str, RenderError> {
        self.setting(name).ok_or_else(|| RenderError::new(format!("the setting `{name}` is missing")))
    }

    /// A secret that the vendor's calls need, in the clear.
    ///
    /// # Errors
    /// It was not given.
    pub fn require_secret(&self, name: &str) -> Result<&'a str, RenderError> {
        let secret = self.secret(name).map(Secret::reveal);
        secret.ok_or_else(|| RenderError::new(format!("the credential `{name}` is missing")))
    }

    /// A secret by which the vendor proves itself, in the clear.
    ///
    /// # Errors
    /// It was not given or is empty: then no signature is right.
    pub fn signing_key(&self, name: &str) -> Result<&'a str, VerifyError> {
        self.secret(name).map(Secret::reveal).filter(|key| !key.is_empty()).ok_or(VerifyError::Wrong)
    }

    /// The base of the vendor's API without a trailing slash: the setting `api_url`, else `default`.
    pub fn api_url(&self, default: &'a str) -> &'a str {
        self.setting("api_url").unwrap_or(default).trim_end_matches('/')
    }

    /// The name under which helpdesks know a contact: `<channel kind>:<channel's user id>`.
    pub fn reference(&self, contact: &str) -> String {
        format!("{}:{contact}", self.channel_kind)
    }

    /// The contact behind such a name, if it is one of this channel's.
    pub fn contact_of<'r>(&self, reference: &'r str) -> Option<&'r str> {
        reference.strip_prefix(self.channel_kind)?.strip_prefix(':').filter(|id| !id.is_empty())
    }
}

/// The generated URLs of an installation.
#[derive(Clone, Copy, Debug)]
pub struct Urls<'a> {
    /// Where the channel calls.
    pub channel: &'a str,
    /// Where the helpdesk calls.
    pub helpdesk: &'a str,
}
