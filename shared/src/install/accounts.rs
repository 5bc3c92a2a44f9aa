//! Checks of both accounts, and the identity by which the bridge recognises the same accounts.

use super::{
    Admin, HeardView, Wanted,
    findings::{Standing, is_ok},
    heard,
    request::WantedSide,
    view::CheckReport,
};
use crate::{
    adapter::{
        Adapter, Fact, Failure, Task,
        settings::{API_URL, topic_of},
    },
    engine::ask,
    installations::OpenSide,
    model::installation::{Installation, Side, SideSettings},
    tools::{address::host_of, answer::ApiError, crypto::sha256_hex, sentences::Sentence},
};
use http::StatusCode;

impl Admin {
    /// Checks the credentials of both sides and reports what works.
    ///
    /// # Errors
    /// 404 for an unknown installation, 410 for an uninstalled one, 503 if one of our own services fails.
    pub async fn check(&self, id: &str) -> Result<CheckReport, ApiError> {
        let open = self.find_installed(id).await?;
        let (channel, helpdesk) = tokio::join!(
            ask::run(&self.http, open.side(Side::Channel), &Task::Check),
            ask::run(&self.http, open.side(Side::Helpdesk), &Task::Check),
        );
        let no_facts = Vec::new();
        let owns = owning_sides(channel.as_ref().unwrap_or(&no_facts), helpdesk.as_ref().unwrap_or(&no_facts));
        let names = Names::of(channel.as_ref().unwrap_or(&no_facts), helpdesk.as_ref().unwrap_or(&no_facts));
        self.bring_up_to_date(&open, &owns, &names).await?;
        let look = self.look(&open).await?;
        let findings = look.findings(&open.installation, &[(Side::Channel, &channel), (Side::Helpdesk, &helpdesk)]);
        Ok(CheckReport {
            ok: channel.is_ok() && helpdesk.is_ok() && is_ok(&findings),
            standing: Standing::of(open.installation.state, &findings),
            state: open.installation.state,
            problem: heard::problem(&open.installation, &look.heard),
            channel: channel.into(),
            helpdesk: helpdesk.into(),
            findings,
            heard: HeardView::from(&look.heard),
            latest_message_at: look.latest.messages.into_iter().next().map(|message| message.received_at),
        })
    }

    /// Checks the settings and credentials of both sides. If a check returns settings, they replace the ones in
    /// `wanted`.
    ///
    /// # Errors
    /// 422 for what an adapter or its vendor refuses, 503 if a vendor cannot be asked.
    pub(super) async fn check_accounts(&self, wanted: &mut Wanted) -> Result<Checked, ApiError> {
        for side in [Side::Helpdesk, Side::Channel] {
            wanted.side(side).adapter.check_settings(&wanted.account(side)).map_err(|mut error| {
                error.setting = format!("{}.{}", side.word(), error.setting);
                ApiError::from(error)
            })?;
        }
        let (helpdesk_facts, channel_facts) =
            tokio::join!(self.facts(wanted, Side::Helpdesk), self.facts(wanted, Side::Channel));
        let (helpdesk_facts, channel_facts) = (helpdesk_facts?, channel_facts?);
        let owns = owning_sides(&channel_facts, &helpdesk_facts);
        let names = Names::of(&channel_facts, &helpdesk_facts);
        let WantedSide { side: channel, .. } = &wanted.channel;
        let own_id = channel_facts.iter().find_map(|fact| if let Fact::Identity(id) = fact { Some(id) } else { None });
        let account = match own_id {
            Some(id) => id.clone(),
            None => serde_json::to_string(&channel.settings).unwrap_or_default(),
        };
        wanted.helpdesk.side.settings.extend(settings_in(&helpdesk_facts));
        wanted.channel.side.settings.extend(settings_in(&channel_facts));
        let WantedSide { adapter, side: helpdesk, .. } = &wanted.helpdesk;
        let identity = identity_of(helpdesk, *adapter, &wanted.channel.side.kind, &account);
        let account_id =
            helpdesk_facts.into_iter().find_map(|fact| if let Fact::AccountId(id) = fact { Some(id) } else { None });
        let account_keys = account_id.into_iter().chain(host(helpdesk)).filter(|key| !key.is_empty()).collect();
        Ok(Checked { identity, account_keys, owns, names })
    }

    async fn facts(&self, wanted: &Wanted, side: Side) -> Result<Vec<Fact>, ApiError> {
        let WantedSide { adapter, side: SideSettings { kind, .. }, .. } = wanted.side(side);
        let facts =
            ask::run(&self.http, OpenSide { adapter: *adapter, account: wanted.account(side) }, &Task::Check).await;
        facts.map_err(|failure| refused(side, kind, &failure))
    }
}

/// The result of checking both accounts.
pub(super) struct Checked {
    /// See [`Installation::identity`](crate::model::installation::Installation::identity).
    pub(super) identity: String,
    /// See [`Installation::account_keys`](crate::model::installation::Installation::account_keys).
    pub(super) account_keys: Vec<String>,
    /// The sides whose check proved that the account's address belongs to the credentials.
    pub(super) owns: Vec<Side>,
    /// What the vendors call the accounts.
    pub(super) names: Names,
}

/// What the vendors call the accounts of both sides, as far as their checks tell.
#[derive(Debug)]
pub(super) struct Names {
    channel: Option<String>,
    helpdesk: Option<String>,
}

impl Names {
    fn of(channel: &[Fact], helpdesk: &[Fact]) -> Self {
        let name = |facts: &[Fact]| {
            facts.iter().find_map(|fact| if let Fact::AccountName(name) = fact { shown_name(name) } else { None })
        };
        Self { channel: name(channel), helpdesk: name(helpdesk) }
    }

    /// Gives an installation the names. A name that no check told stays.
    pub(super) fn give(&self, installation: &mut Installation) {
        if self.channel.is_some() {
            installation.channel_name.clone_from(&self.channel);
        }
        if self.helpdesk.is_some() {
            installation.helpdesk_name.clone_from(&self.helpdesk);
        }
    }
}

/// The maximum length of an account's name, in characters.
const NAME: usize = 100;

fn shown_name(name: &str) -> Option<String> {
    crate::tools::names::name(name).map(|name| name.chars().take(NAME).collect())
}

/// Returns the hash that identifies a channel account joined to a helpdesk account. The table stores it, so it must
/// stay the same for the same accounts.
fn identity_of(helpdesk: &SideSettings, adapter: &dyn Adapter, channel_kind: &str, channel_account: &str) -> String {
    let host = host(helpdesk).unwrap_or_default();
    let topic = topic_of(adapter.settings(), &helpdesk.settings).unwrap_or_default();
    sha256_hex([&helpdesk.kind, host.as_str(), topic, channel_kind, channel_account].join("\n").as_bytes())
}

/// Returns the `host:port` at which the account is reached.
pub(super) fn host(side: &SideSettings) -> Option<String> {
    side.settings.get(API_URL.name).and_then(|url| host_of(url))
}

fn owning_sides(channel: &[Fact], helpdesk: &[Fact]) -> Vec<Side> {
    let sides = [(Side::Channel, channel), (Side::Helpdesk, helpdesk)].into_iter();
    sides.filter(|(_, facts)| facts.contains(&Fact::OwnsAddress)).map(|(side, _)| side).collect()
}

fn settings_in(facts: &[Fact]) -> impl Iterator<Item = (String, String)> {
    facts.iter().filter_map(|fact| match fact {
        Fact::Setting(name, value) => Some(((*name).to_owned(), value.clone())),
        _ => None,
    })
}

/// Makes the answer for a vendor that refuses the credentials or does not respond.
fn refused(side: Side, kind: &str, failure: &Failure) -> ApiError {
    let side = side.word();
    match failure {
        Failure::Retry { reason, .. } => ApiError {
            retry_after: Some(10),
            ..ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "vendor_unavailable",
                Sentence::VendorUnavailable { side, kind, reason },
            )
        },
        other => ApiError::unprocessable(
            "credentials_refused",
            Sentence::CredentialsRefused { side, kind, reason: &other.explained([]) },
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Inboxes;

    #[test]
    fn an_identity_stays_the_same_and_tells_topics_apart() {
        let deskie = ("deskie", "channel", "cch207", "https://acme.deskie.io/api/", "acme.deskie.io:443");
        let freshchat = ("freshchat", "channel_id", "t-1", "https://acme.freshchat.com/v2", "acme.freshchat.com:443");
        let is_messenger = ("is_messenger", "channel_id", "c-1", "http://127.0.0.1:8080/hook/", "127.0.0.1:8080");
        for (kind, topic, value, url, host) in [deskie, freshchat, is_messenger] {
            let settings = [("api_url", url), (topic, value), ("note_staff_id", "1")];
            let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            let side = SideSettings { kind: kind.to_owned(), settings };
            let adapter = crate::helpdesk::helpdesk(kind).unwrap();
            let joined = format!("{kind}\n{host}\n{value}\nviber\npa:1");
            assert_eq!(identity_of(&side, adapter, "viber", "pa:1"), sha256_hex(joined.as_bytes()), "{kind}");
        }
        let inbox = |id| identity_of(&Inboxes::side(id), &Inboxes, "viber", "pa:1");
        assert_ne!(inbox("7"), inbox("8"));
        assert_eq!(inbox("7"), inbox("7"));
    }
}
