//! One channel account joined to one helpdesk account, as it is stored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::tools::{
    crypto::{same, sha256_hex},
    words::words,
};

/// One channel account joined to one helpdesk account.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Installation {
    /// Its id: 32 hex digits.
    pub id: String,
    /// The channel's side.
    pub channel: SideSettings,
    /// The helpdesk's side.
    pub helpdesk: SideSettings,
    /// How the bridge behaves for it.
    pub options: Options,
    /// The hashes of its URL tokens. They outlive an uninstall, so that an old URL can answer 410.
    pub tokens: Vec<TokenHash>,
    /// The hash that makes "the same channel account for the same helpdesk account" unique.
    pub identity: String,
    /// The keys under which the helpdesk's own events find it: account id and host.
    pub account_keys: Vec<String>,
    /// When it was made, in milliseconds since 1970.
    pub created_at: i64,
    /// When an admin last changed it.
    pub updated_at: i64,
    /// Where it stands. Kept as an attribute of its own.
    #[serde(skip, default = "InstallationState::initial")]
    pub state: InstallationState,
    /// What needs a person. Kept as an attribute of its own.
    #[serde(skip)]
    pub problem: Option<Problem>,
    /// The sealed secrets; empty once uninstalled. Kept as an attribute of its own.
    #[serde(skip)]
    pub sealed: Vec<u8>,
    /// Counts the writes, so that two admins do not overwrite each other.
    #[serde(skip)]
    pub version: u64,
}

/// One side of an installation.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Where customers write.
    Channel,
    /// Where agents answer.
    Helpdesk,
}

impl Side {
    /// The word for it in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Helpdesk => "helpdesk",
        }
    }
}

/// The kind and the settings of one side, without its secrets.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct SideSettings {
    /// The name of the kind.
    pub kind: String,
    /// Its settings.
    pub settings: BTreeMap<String, String>,
}

/// Where an installation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstallationState {
    /// Stored; the channel is being told our URL.
    Registering,
    /// The channel calls us.
    Active,
    /// The admin has to paste the URL; the platform has no API for it.
    Manual,
    /// The channel refused our URL; `problem` says why.
    RegistrationFailed,
    /// Gone. Its URLs answer 410.
    Uninstalled,
}

impl InstallationState {
    fn initial() -> Self {
        Self::Registering
    }
}

words!(InstallationState {
    Registering = "registering",
    Active = "active",
    Manual = "manual",
    RegistrationFailed = "registration_failed",
    Uninstalled = "uninstalled",
});

/// Something that needs a person.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable word.
    pub code: String,
    /// What is wrong and what to do, in plain words.
    pub message: String,
}

/// The hash of a token that stands in a generated URL.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct TokenHash {
    /// Which URL it belongs to.
    pub route: Route,
    /// The SHA-256 of the token, in hex.
    pub sha256: String,
    /// Until when it is valid, in milliseconds since 1970; for ever where it is absent.
    pub until: Option<i64>,
    /// Whether a newer one replaced it; its use is worth a line in the log.
    pub replaced: bool,
}

/// What a generated URL is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The channel's webhook.
    Channel,
    /// The helpdesk's webhook.
    Helpdesk,
    /// The admin's page.
    Settings,
}

words!(Route { Channel = "channel", Helpdesk = "helpdesk", Settings = "settings" });

impl Installation {
    /// Whether `token` opens `route` at `now`. Compares every stored hash in constant time.
    pub fn admits(&self, route: Route, token: &str, now: i64) -> Option<&TokenHash> {
        let hash = sha256_hex(token.as_bytes());
        let mut found = None;
        for known in self.tokens.iter().filter(|known| known.route == route) {
            if same(known.sha256.as_bytes(), hash.as_bytes()) && known.until.is_none_or(|until| now < until) {
                found = Some(known);
            }
        }
        found
    }
}

/// How the bridge behaves for one installation (`settings` of the install request).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// What a customer's message does when the conversation was resolved.
    pub on_resolved: OnResolved,
    /// Whether messages of the helpdesk's bots reach the customer.
    pub relay_bot_messages: bool,
    /// Whether the agent's name stands before the text, where the channel does not show it by itself.
    pub agent_name: bool,
    /// Whether the Marketplace app forwards events to the helpdesk URL, which then are admitted without a signature.
    pub marketplace: bool,
    /// How many seconds the same bytes count as a repeat, for helpdesks whose calls carry no id; 0 to 60.
    pub repeat_window_seconds: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            on_resolved: OnResolved::Reopen,
            relay_bot_messages: false,
            agent_name: false,
            marketplace: false,
            repeat_window_seconds: 5,
        }
    }
}

/// What a customer's message does when the conversation was resolved.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OnResolved {
    /// It goes into the same conversation, which reopens.
    Reopen,
    /// It starts a new conversation.
    #[serde(alias = "new_conversation")]
    New,
}
