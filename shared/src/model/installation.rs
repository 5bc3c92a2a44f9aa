//! Installations, in the form in which the store keeps them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::tools::{
    crypto::{same, sha256_hex},
    language::Language,
    millis::Millis,
    words::words,
};

/// One channel account joined to one helpdesk account.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Installation {
    /// The installation's id: 32 hex digits.
    pub id: String,
    /// The channel's side.
    pub channel: SideSettings,
    /// The helpdesk's side.
    pub helpdesk: SideSettings,
    /// How the bridge behaves for this installation.
    pub options: Options,
    /// The hashes of the tokens in the generated URLs. They outlive an uninstall, so that an old URL can answer 410.
    pub tokens: Vec<TokenHash>,
    /// The hash of the channel account and the helpdesk account, which makes the pair unique.
    pub identity: String,
    /// The keys (account id and host) by which the helpdesk's own events find the installation.
    pub account_keys: Vec<String>,
    /// The [keys](Self::address_key) of the proven addresses by which the events of another installation's URL find this
    /// one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    /// What the vendor calls the channel's account (the bot, the page, the number), if its check tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_name: Option<String>,
    /// What the vendor calls the helpdesk's account or topic, if its check tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub helpdesk_name: Option<String>,
    /// Whether the installation is on the list of all. An installation of an earlier version is not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_listed: bool,
    /// The id of the enrolment key that installed this last; `None` if only the admin key did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrolled_by: Option<String>,
    /// When the installation was created.
    pub created_at: Millis,
    /// When an admin last changed the installation.
    pub updated_at: Millis,
    /// The state of the installation. Stored as an attribute of its own.
    #[serde(skip, default = "InstallationState::initial")]
    pub state: InstallationState,
    /// The problem that needs a person, if there is one. Stored as an attribute of its own.
    #[serde(skip)]
    pub problem: Option<Problem>,
    /// The sealed secrets; empty once uninstalled. Stored as an attribute of its own.
    #[serde(skip)]
    pub sealed: Vec<u8>,
    /// The number of writes, so that two admins do not overwrite each other's changes.
    #[serde(skip)]
    pub version: u64,
}

/// One side of an installation.
#[derive(Clone, Copy, Debug, Deserialize, Hash, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The side where customers write.
    Channel,
    /// The side where agents answer.
    Helpdesk,
}

impl Side {
    /// Returns the side's name in JSON.
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
    /// The settings of this side.
    pub settings: BTreeMap<String, String>,
}

/// The state of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstallationState {
    /// The installation is stored, and its URL is being registered with the channel.
    Registering,
    /// The channel calls our URL.
    Active,
    /// The admin has to paste the URL by hand, because the platform has no API for it.
    Manual,
    /// The channel refused our URL; [`Installation::problem`] says why.
    RegistrationFailed,
    /// The installation is uninstalled. Its URLs answer 410.
    Uninstalled,
}

impl InstallationState {
    /// Returns whether the installation is uninstalled.
    pub fn is_uninstalled(self) -> bool {
        self == Self::Uninstalled
    }

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

/// A problem that needs a person.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable word for programs.
    pub code: String,
    /// What is wrong and what to do, in plain words.
    pub message: String,
}

/// The hash of a token in a generated URL.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct TokenHash {
    /// The route of the URL that contains the token.
    pub route: Route,
    /// The SHA-256 of the token, in hex.
    pub sha256: String,
    /// The end of the token's validity; `None` if the token does not expire.
    pub until: Option<Millis>,
    /// Whether a newer token replaced this one. The use of a replaced token is logged.
    pub replaced: bool,
}

/// The purpose of a generated URL.
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
    /// Returns the key of an address of one side: `<side>#<kind>#<address>`.
    pub fn address_key(&self, side: Side, address: &str) -> String {
        format!("{}#{}#{address}", side.word(), self.side(side).kind)
    }

    /// Returns the kind and the settings of one side.
    pub fn side(&self, side: Side) -> &SideSettings {
        match side {
            Side::Channel => &self.channel,
            Side::Helpdesk => &self.helpdesk,
        }
    }

    /// Returns what the vendor calls the account of one side, if its check tells.
    pub fn account_name(&self, side: Side) -> Option<&str> {
        match side {
            Side::Channel => self.channel_name.as_deref(),
            Side::Helpdesk => self.helpdesk_name.as_deref(),
        }
    }

    /// Returns whether two installations belong to the same account of a helpdesk. The account's id decides where both
    /// know it, because accounts may share a host.
    pub fn shares_account(&self, other: &Self) -> bool {
        let is_host = |key: &&String| key.contains(':');
        let ids = |of: &Self| of.account_keys.iter().any(|key| !is_host(&key));
        let by_id = ids(self) && ids(other);
        let mut keys = self.account_keys.iter().filter(|key| !by_id || !is_host(key));
        self.helpdesk.kind == other.helpdesk.kind && keys.any(|key| other.account_keys.contains(key))
    }

    /// Returns the stored hash of `token` if the token is valid for `route` at `now`.
    /// Compares every stored hash in constant time.
    pub fn admits(&self, route: Route, token: &str, now: Millis) -> Option<&TokenHash> {
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
    /// What happens to a customer's message after the conversation was resolved.
    pub on_resolved: OnResolved,
    /// Whether messages of the helpdesk's bots are relayed to the customer.
    pub relay_bot_messages: bool,
    /// Whether the agent's name is put before the text on channels that do not show the name themselves.
    pub agent_name: bool,
    /// Whether the Marketplace app forwards events to the helpdesk URL. Such events are admitted without a signature.
    pub marketplace: bool,
    /// For how many seconds (0 to 60) a call with the same content counts as a repeat, at helpdesks whose calls carry
    /// no id.
    pub repeat_window_seconds: u32,
    /// The age in hours (1 to 144) after which a message that still fails is given up.
    pub give_up_after_hours: u32,
    /// Every how many hours (0 to 168) the bridge reads at the helpdesk what agents wrote, in case that webhook calls were
    /// lost; 0 for never.
    ///
    /// Not written while it has its default, as below.
    #[serde(skip_serializing_if = "is_zero")]
    pub reconcile_hours: u32,
    /// Whether the beginning of each message is remembered, so that agents can read which message a contact answers.
    ///
    /// Not written while it has its default, so that the version before can read the installation.
    #[serde(skip_serializing_if = "Clone::clone")]
    pub remember_quotes: bool,
    /// Whether the contact's newest message is marked as read when an agent answers it.
    ///
    /// Not written while it has its default, as above.
    #[serde(skip_serializing_if = "Clone::clone")]
    pub mark_read: bool,
    /// The language of what customers and agents read of the bridge.
    ///
    /// Not written while it has its default, as above.
    #[serde(skip_serializing_if = "Language::is_english")]
    pub language: Language,
    /// What the contact reads when an agent is assigned to their conversation, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_on_assign: Option<String>,
    /// What the contact reads when their conversation is resolved, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_on_resolve: Option<String>,
    /// What the contact reads when their conversation is reopened, if anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_on_reopen: Option<String>,
    /// Whether the contact is asked for a rating from 1 to 5 when their conversation is resolved.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ask_rating: bool,
    /// The question that asks for the rating, if it is not the bridge's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating_question: Option<String>,
}

/// The maximum length of a text that the bridge writes to contacts, in characters.
pub const MAX_TEXT: usize = 1_000;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Default for Options {
    fn default() -> Self {
        Self {
            on_resolved: OnResolved::Reopen,
            relay_bot_messages: false,
            agent_name: false,
            marketplace: false,
            repeat_window_seconds: 5,
            give_up_after_hours: 72,
            reconcile_hours: 0,
            remember_quotes: true,
            mark_read: true,
            language: Language::English,
            text_on_assign: None,
            text_on_resolve: None,
            text_on_reopen: None,
            ask_rating: false,
            rating_question: None,
        }
    }
}

impl Options {
    /// Returns the texts that the bridge writes to contacts, as far as the installation has any.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        [&self.text_on_assign, &self.text_on_resolve, &self.text_on_reopen, &self.rating_question]
            .into_iter()
            .filter_map(Option::as_deref)
    }

    /// Returns whether every number is in its range and every text can be sent.
    pub fn are_valid(&self) -> bool {
        let is_text = |text: &str| {
            let is_odd = |c: char| c.is_control() && c != '\n';
            !text.trim().is_empty() && text.chars().count() <= MAX_TEXT && !text.chars().any(is_odd)
        };
        self.repeat_window_seconds <= 60
            && (1..=144).contains(&self.give_up_after_hours)
            && self.reconcile_hours <= 168
            && self.texts().all(is_text)
    }

    /// Returns all options as JSON, also those that are not written while they have their default.
    pub fn whole(&self) -> serde_json::Value {
        let mut whole = serde_json::to_value(self).unwrap_or_default();
        if let Some(fields) = whole.as_object_mut() {
            for (name, value) in [
                ("remember_quotes", self.remember_quotes),
                ("mark_read", self.mark_read),
                ("ask_rating", self.ask_rating),
            ] {
                fields.insert(name.to_owned(), value.into());
            }
            fields.insert("reconcile_hours".to_owned(), self.reconcile_hours.into());
            fields.insert("language".to_owned(), self.language.word().into());
        }
        whole
    }
}

/// What happens to a customer's message after the conversation was resolved.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OnResolved {
    /// The message goes into the same conversation, which reopens.
    Reopen,
    /// The message starts a new conversation.
    #[serde(alias = "new_conversation")]
    New,
}
