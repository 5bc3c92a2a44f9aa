//! Whose accounts these are: checking both sides, and what makes the same accounts recognisable.

use std::collections::BTreeMap;

use http::StatusCode;
use serde_json::{Value, json};

use super::Admin;
use crate::{
    adapter::{Account, Adapter, Fact, Task},
    answer::ApiError,
    clock::now_ms,
    crypto::sha256_hex,
    installation::SideSettings,
    relay::{Failure, setup},
    secret::Secrets,
    settings::Options,
    steps::Notice,
};

impl Admin {
    /// Tries the credentials of both sides and says what works.
    ///
    /// # Errors
    /// 404, 410, or our own failure.
    pub async fn check(&self, id: &str) -> Result<Value, ApiError> {
        let live = self.fresh(id).await?;
        let (channel_account, helpdesk_account) = (live.channel_account(), live.helpdesk_account());
        let (channel, helpdesk) = tokio::join!(
            setup::run(&self.http, live.channel, &channel_account, &Task::Check),
            setup::run(&self.http, live.helpdesk, &helpdesk_account, &Task::Check),
        );
        let report = |result: Result<Vec<Fact>, Failure>| match result {
            Ok(_) => json!({"ok": true}),
            Err(failure) => json!({"ok": false, "reason": failure.told([])}),
        };
        let sides = [("channel", live.channel.limits()), ("helpdesk", live.helpdesk.limits())];
        let notices = sides.into_iter().flat_map(|(side, limits)| limits.notices.iter().map(move |it| (side, it)));
        let findings: Vec<Value> = notices
            .map(|(side, Notice { code, cause, fix, .. })| {
                json!({"code": code, "side": side, "state": "warning", "cause": cause, "fix": fix})
            })
            .collect();
        let latest = self.store.latest(id, None, 1).await?;
        Ok(json!({
            "ok": channel.is_ok() && helpdesk.is_ok() && live.installation.problem.is_none(),
            "state": live.installation.state,
            "problem": live.installation.problem,
            "channel": report(channel),
            "helpdesk": report(helpdesk),
            "findings": findings,
            "latest_message_at": latest.messages.first().map(|message| message.received_at.clone()),
        }))
    }

    /// Checks settings and credentials of both sides, and gives what that taught.
    pub(super) async fn check_accounts(
        &self,
        draft: &Draft<'_>,
        (channel, channel_secrets): (&'static dyn crate::channel::Channel, &Secrets),
        (helpdesk, helpdesk_secrets): (&'static dyn crate::helpdesk::Helpdesk, &Secrets),
    ) -> Result<Checked, ApiError> {
        let channel_account = draft.account(draft.channel, channel_secrets);
        let helpdesk_account = draft.account(draft.helpdesk, helpdesk_secrets);
        for (side, adapter, account) in [
            ("helpdesk", helpdesk as &dyn Adapter, &helpdesk_account),
            ("channel", channel as &dyn Adapter, &channel_account),
        ] {
            adapter.check_settings(account).map_err(|mut error| {
                error.setting = format!("{side}.{}", error.setting);
                ApiError::from(error)
            })?;
        }
        let (channel_facts, helpdesk_facts) = tokio::join!(
            setup::run(&self.http, channel, &channel_account, &Task::Check),
            setup::run(&self.http, helpdesk, &helpdesk_account, &Task::Check),
        );
        let helpdesk_facts = helpdesk_facts.map_err(|failure| refused("helpdesk", &draft.helpdesk.kind, &failure))?;
        let channel_facts = channel_facts.map_err(|failure| refused("channel", &draft.channel.kind, &failure))?;
        let host = draft.helpdesk.settings.get("api_url").and_then(|url| host_of(url)).unwrap_or_default();
        let identity = |facts: &[Fact]| {
            facts.iter().find_map(|fact| if let Fact::Identity(id) = fact { Some(id.clone()) } else { None })
        };
        let own = |side: &SideSettings| serde_json::to_string(&side.settings).unwrap_or_default();
        let learned = Learned { channel: settings_in(&channel_facts), helpdesk: settings_in(&helpdesk_facts) };
        let mut helpdesk_side = draft.helpdesk.clone();
        helpdesk_side.settings.extend(learned.helpdesk.clone());
        let account = identity(&channel_facts).unwrap_or_else(|| own(draft.channel));
        let identity = identity_of(&helpdesk_side, helpdesk, &draft.channel.kind, &account);
        let account_id =
            helpdesk_facts.into_iter().find_map(|fact| if let Fact::AccountId(id) = fact { Some(id) } else { None });
        let keys = account_id.into_iter().chain(Some(host)).filter(|key| !key.is_empty());
        let account_keys = keys.collect();
        Ok(Checked { identity, account_keys, learned })
    }
}

/// The hash that makes "the same channel account for the same helpdesk account" recognisable: it is stored, and must stay
/// the same for the same accounts.
fn identity_of(helpdesk: &SideSettings, adapter: &dyn Adapter, channel_kind: &str, channel_account: &str) -> String {
    let host = helpdesk.settings.get("api_url").and_then(|url| host_of(url)).unwrap_or_default();
    let topic = helpdesk.topic(adapter).unwrap_or_default();
    sha256_hex([&helpdesk.kind, host.as_str(), topic, channel_kind, channel_account].join("\n").as_bytes())
}

/// What checking both accounts taught.
pub(super) struct Checked {
    pub(super) identity: String,
    pub(super) account_keys: Vec<String>,
    pub(super) learned: Learned,
}

/// Settings for which the vendors have words of their own.
pub(super) struct Learned {
    channel: BTreeMap<String, String>,
    helpdesk: BTreeMap<String, String>,
}

impl Learned {
    pub(super) fn put_into(self, channel: &mut SideSettings, helpdesk: &mut SideSettings) {
        channel.settings.extend(self.channel);
        helpdesk.settings.extend(self.helpdesk);
    }
}

fn settings_in(facts: &[Fact]) -> BTreeMap<String, String> {
    let settings = facts.iter().filter_map(|fact| match fact {
        Fact::Setting(name, value) => Some(((*name).to_owned(), value.clone())),
        _ => None,
    });
    settings.collect()
}

/// The two sides of a request before they are stored.
pub(super) struct Draft<'a> {
    pub(super) channel: &'a SideSettings,
    pub(super) helpdesk: &'a SideSettings,
    pub(super) options: &'a Options,
}

impl<'a> Draft<'a> {
    fn account(&self, side: &'a SideSettings, secrets: &'a Secrets) -> Account<'a> {
        Account {
            channel_kind: &self.channel.kind,
            settings: &side.settings,
            secrets,
            options: self.options,
            webhook_url: None,
            now: now_ms(),
        }
    }
}

/// What the admin is told when a vendor does not take the credentials, or does not answer.
fn refused(side: &str, kind: &str, failure: &Failure) -> ApiError {
    match failure {
        Failure::Retry { reason, .. } => ApiError {
            retry_after: Some(10),
            ..ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "vendor_unavailable",
                format!("the {side} {kind} could not be asked whether the credentials are right ({reason}); try again"),
            )
        },
        other => ApiError::unprocessable(
            "credentials_refused",
            format!("the {side} {kind} refused the credentials: {}", other.told([])),
        ),
    }
}

/// `host:port` of a URL, the port always written out, as the account index keeps it.
pub(crate) fn host_of(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
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
