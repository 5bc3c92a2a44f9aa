//! One side of an installation, as its adapter sees it.

use std::collections::BTreeMap;

use super::{call::RenderError, settings::API_URL, webhook::VerifyError};
use crate::{
    model::installation::Options,
    tools::{
        address::host_of,
        millis::Millis,
        secret::{Secret, Secrets},
        sentences::Sentence,
    },
};

/// One side of an installation, as its adapter sees it.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// The kind of the channel, on both sides: the helpdesk's side uses it as the prefix of the contact's name.
    pub channel_kind: &'a str,
    /// The settings of this side, without the secrets.
    pub settings: &'a BTreeMap<String, String>,
    /// The secrets of this side.
    pub secrets: &'a Secrets,
    /// How the bridge behaves for this installation.
    pub options: &'a Options,
    /// The generated URL of the channel's webhook, for platforms that want it with every message; `None` before the URL
    /// is generated. The URL is a secret.
    pub webhook_url: Option<&'a str>,
    /// The current time, for signatures that contain one. Adapters have no clock.
    pub now: Millis,
}

impl<'a> Account<'a> {
    /// Returns a setting, if the install request gave it.
    pub fn setting(&self, name: &str) -> Option<&'a str> {
        self.settings.get(name).map(String::as_str)
    }

    /// Returns a secret, if the install request gave it.
    pub fn secret(&self, name: &str) -> Option<&'a Secret> {
        self.secrets.get(name)
    }

    /// Returns a setting that the vendor's calls need.
    ///
    /// # Errors
    /// Returns an error that names the setting if the install request did not give it.
    pub fn require(&self, name: &str) -> Result<&'a str, RenderError> {
        self.setting(name).ok_or_else(|| RenderError::new(Sentence::SettingMissing { name }))
    }

    /// Returns a secret that the vendor's calls need, in the clear.
    ///
    /// # Errors
    /// Returns an error that names the secret if the install request did not give it.
    pub fn require_secret(&self, name: &str) -> Result<&'a str, RenderError> {
        let secret = self.secret(name).map(Secret::reveal);
        secret.ok_or_else(|| RenderError::new(Sentence::CredentialMissing { name }))
    }

    /// Returns the secret by which the vendor signs its calls, in the clear.
    ///
    /// # Errors
    /// The secret was not given or is empty, so that no signature can be right.
    pub fn signing_key(&self, name: &str) -> Result<&'a str, VerifyError> {
        self.secret(name).map(Secret::reveal).filter(|key| !key.is_empty()).ok_or(VerifyError::Wrong)
    }

    /// Returns the base of the vendor's API without a trailing slash: the setting `api_url`, or else `default`.
    pub fn api_url(&self, default: &'a str) -> &'a str {
        self.setting(API_URL.name).unwrap_or(default).trim_end_matches('/')
    }

    /// Returns an address of the vendor's account: the `host:port` of the vendor's API and the part's id. The host keeps
    /// vendors apart, because an install request may name any host as its vendor. `None` without an id.
    pub fn address(&self, default_api_url: &str, id: &str) -> Option<String> {
        let host = host_of(self.setting(API_URL.name).unwrap_or(default_api_url))?;
        (!id.is_empty()).then(|| format!("{host}/{id}"))
    }

    /// Returns the name under which helpdesks know a contact: `<channel kind>:<channel's user id>`.
    pub fn reference(&self, contact: &str) -> String {
        format!("{}:{contact}", self.channel_kind)
    }

    /// Returns the contact that a [`reference`](Self::reference) names, if the contact belongs to this channel.
    pub fn contact_of<'r>(&self, reference: &'r str) -> Option<&'r str> {
        reference.strip_prefix(self.channel_kind)?.strip_prefix(':').filter(|id| !id.is_empty())
    }
}

/// The generated URLs of an installation.
#[derive(Clone, Copy, Debug)]
pub struct Urls<'a> {
    /// The URL that the channel calls.
    pub channel: &'a str,
    /// The URL that the helpdesk calls.
    pub helpdesk: &'a str,
}
