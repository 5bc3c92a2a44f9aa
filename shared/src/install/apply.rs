//! Making an installation what a request wants it to be, telling its channel, and removing it.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use super::{
    Admin, InstallRequest,
    accounts::{Checked, Draft},
    request,
    tokens::renew_token,
};
use crate::{
    adapter::{Fact, Task},
    answer::ApiError,
    clock::now_ms,
    crypto::{RandomError, random, random_id},
    installation::{Installation, InstallationState, Live, Problem, Route, SideSettings},
    relay::setup,
    secret::{Secret, Secrets},
    settings::Options,
    vault::Sealed,
};

impl Admin {
    /// Installs, or updates the installation that joins the same accounts. `true` when it is new.
    ///
    /// # Errors
    /// 422 for a bad setting or refused credentials, with nothing stored; 503 when a vendor or the bridge cannot be
    /// reached.
    pub async fn install(&self, request: InstallRequest, event_keys: Vec<String>) -> Result<(bool, Value), ApiError> {
        let InstallRequest { mut channel, mut helpdesk, options } = request;
        let (channel_secrets, helpdesk_secrets) = (channel.secrets, helpdesk.secrets);
        let sides = (&channel.settings, &helpdesk.settings);
        let draft = Draft { channel: sides.0, helpdesk: sides.1, options: &options };
        let Checked { identity, mut account_keys, learned } = self
            .check_accounts(&draft, (channel.adapter, &channel_secrets), (helpdesk.adapter, &helpdesk_secrets))
            .await?;
        learned.put_into(&mut channel.settings, &mut helpdesk.settings);
        account_keys.extend(event_keys);
        account_keys.sort();
        account_keys.dedup();
        let existing = match self.store.installation_id_of_identity(&identity).await? {
            Some(id) => self.store.installation(&id).await?,
            None => None,
        };
        let now = now_ms();
        let is_new = existing.is_none();
        let (mut installation, mut sealed, stale_keys) = match existing {
            Some(existing) => {
                let sealed = self.vault.open(&existing.id, &existing.sealed).await?.as_ref().clone();
                let stale = existing.account_keys.iter().filter(|key| !account_keys.contains(key)).cloned().collect();
                (existing, sealed, stale)
            }
            None => (blank(identity, now)?, Sealed::default(), Vec::new()),
        };
        installation.channel = channel.settings;
        installation.helpdesk = helpdesk.settings;
        installation.options = options;
        installation.account_keys = account_keys;
        installation.problem = None;
        installation.state = InstallationState::Registering;
        let known = |name: &&&str| sealed.channel.contains_key(**name) || channel_secrets.contains_key(**name);
        let handed_out = channel.adapter.handed_out_secrets().iter();
        let handed_out: Vec<&str> = handed_out.filter(|name| !known(name)).copied().collect();
        sealed.channel = with_generated(channel.adapter, channel_secrets, &sealed.channel)?;
        sealed.helpdesk = with_generated(helpdesk.adapter, helpdesk_secrets, &sealed.helpdesk)?;
        let made =
            handed_out.into_iter().filter_map(|name| Some((name, sealed.channel.get(name)?.reveal().to_owned())));
        let made: BTreeMap<&str, String> = made.collect();
        for route in [Route::Channel, Route::Helpdesk, Route::Settings] {
            let admits = |token: &Secret| installation.admits(route, token.reveal(), now).is_some();
            if !sealed.tokens.get(route.word()).is_some_and(admits) {
                renew_token(&mut installation, &mut sealed, route, now)?;
            }
        }
        self.save(&mut installation, &sealed, &stale_keys).await?;
        let mut view = self.register_and_show(installation, sealed).await?;
        if let (false, Some(view)) = (made.is_empty(), view.as_object_mut()) {
            view.insert("generated_secrets".into(), json!(made));
        }
        Ok((is_new, view))
    }

    /// Changes settings and credentials, with the checks of an install.
    ///
    /// # Errors
    /// As [`install`](Self::install).
    pub async fn update(&self, id: &str, patch: &Value) -> Result<Value, ApiError> {
        let live = self.fresh(id).await?;
        let patch = patch
            .as_object()
            .ok_or_else(|| ApiError::unprocessable("bad_setting", "the request should be a JSON object"))?;
        if let Some(unknown) = patch.keys().find(|key| !matches!(key.as_str(), "channel" | "helpdesk" | "settings")) {
            return Err(ApiError::unprocessable("unknown_setting", format!("`{unknown}` is not known; remove it")));
        }
        let mut installation = live.installation.clone();
        let mut sealed = live.sealed.as_ref().clone();
        let before = (&installation.channel, &sealed.channel);
        let mut channel = request::patched(
            "channel",
            (live.channel, live.channel),
            patch.get("channel"),
            before,
            self.allow_private,
        )?;
        let before = (&installation.helpdesk, &sealed.helpdesk);
        let mut helpdesk = request::patched(
            "helpdesk",
            (live.helpdesk, live.helpdesk),
            patch.get("helpdesk"),
            before,
            self.allow_private,
        )?;
        let options = request::options(patch.get("settings"), &installation.options)?;
        let draft = Draft { channel: &channel.settings, helpdesk: &helpdesk.settings, options: &options };
        let Checked { identity, account_keys, learned } =
            self.check_accounts(&draft, (live.channel, &channel.secrets), (live.helpdesk, &helpdesk.secrets)).await?;
        learned.put_into(&mut channel.settings, &mut helpdesk.settings);
        if identity != installation.identity {
            return Err(ApiError::unprocessable(
                "other_account",
                "these settings belong to another account; make a new installation for it and delete this one",
            ));
        }
        let registers_anew = channel.settings != installation.channel
            || channel.secrets != sealed.channel
            || installation.state == InstallationState::RegistrationFailed;
        installation.channel = channel.settings;
        installation.helpdesk = helpdesk.settings;
        installation.options = options;
        let missing_keys: Vec<String> =
            account_keys.into_iter().filter(|key| !installation.account_keys.contains(key)).collect();
        installation.account_keys.extend(missing_keys);
        installation.problem = None;
        sealed.channel = with_generated(live.channel, channel.secrets, &Secrets::new())?;
        sealed.helpdesk = with_generated(live.helpdesk, helpdesk.secrets, &Secrets::new())?;
        self.save(&mut installation, &sealed, &[]).await?;
        if registers_anew {
            return self.register_and_show(installation, sealed).await;
        }
        self.view(&Live::new(installation, Arc::new(sealed), &self.public_url)?)
    }

    /// Tells the channel our URL once more.
    ///
    /// # Errors
    /// 404, 410, or our own failure. A refusal of the platform is no error: the installation's state says it.
    pub async fn register(&self, id: &str) -> Result<Value, ApiError> {
        let live = self.fresh(id).await?;
        self.register_and_show(live.installation.clone(), live.sealed.as_ref().clone()).await
    }

    /// Unregisters, wipes the secrets and makes the URLs answer 410. Removing it twice is as good as once.
    ///
    /// # Errors
    /// 404, or our own failure. A platform that is down does not stop it.
    pub async fn uninstall(&self, id: &str) -> Result<Value, ApiError> {
        let live = self.find(id).await?;
        let mut installation = live.installation.clone();
        if live.is_uninstalled() {
            return self.view(&live);
        }
        if live.channel.limits().registers {
            let account = live.channel_account();
            if let Err(failure) = setup::run(&self.http, live.channel, &account, &Task::Unregister).await {
                tracing::warn!(
                    installation.id = id,
                    reason = failure.reason(),
                    "the channel could not be told to forget us"
                );
            }
        }
        installation.state = InstallationState::Uninstalled;
        installation.problem = None;
        installation.sealed = Vec::new();
        installation.updated_at = now_ms();
        self.store.put_installation(&installation, &[]).await?;
        self.installations.forget(id);
        self.view(&Live::new(installation, Arc::default(), &self.public_url)?)
    }

    pub(super) async fn save(
        &self,
        installation: &mut Installation,
        sealed: &Sealed,
        stale: &[String],
    ) -> Result<(), ApiError> {
        installation.sealed = self.vault.seal(&installation.id, sealed).await?;
        self.put(installation, stale).await
    }

    async fn put(&self, installation: &mut Installation, stale: &[String]) -> Result<(), ApiError> {
        installation.updated_at = now_ms();
        self.store.put_installation(installation, stale).await?;
        installation.version = installation.version.saturating_add(1);
        self.installations.forget(&installation.id);
        Ok(())
    }

    /// Tells the channel our URL where it has an API for that, and notes what came of it.
    pub(super) async fn register_and_show(
        &self,
        installation: Installation,
        sealed: Sealed,
    ) -> Result<Value, ApiError> {
        let mut live = Live::new(installation, Arc::new(sealed), &self.public_url)?;
        let (state, problem) = if live.channel.limits().registers {
            let url = self.url(&live, Route::Channel);
            let account = live.channel_account();
            match setup::run(&self.http, live.channel, &account, &Task::Register { url: &url }).await {
                Ok(facts) => {
                    self.keep_secrets(&mut live, facts).await?;
                    (InstallationState::Active, None)
                }
                Err(failure) => {
                    let problem = Problem { code: "registration_failed".into(), message: failure.reason().to_owned() };
                    tracing::warn!(installation.id = %live.installation.id, reason = failure.reason(), "the channel did not take our URL");
                    (InstallationState::RegistrationFailed, Some(problem))
                }
            }
        } else {
            (InstallationState::Manual, None)
        };
        live.installation.state = state;
        live.installation.problem = problem;
        self.put(&mut live.installation, &[]).await?;
        self.view(&live)
    }

    /// Seals the credentials that the platform made with the registration.
    async fn keep_secrets(&self, live: &mut Live, facts: Vec<Fact>) -> Result<(), ApiError> {
        let made = facts.into_iter().filter_map(|fact| match fact {
            Fact::Secret(name, secret) => Some((name.to_owned(), secret)),
            _ => None,
        });
        let mut sealed = Sealed::clone(&live.sealed);
        let before = sealed.channel.clone();
        sealed.channel.extend(made);
        if sealed.channel != before {
            live.installation.sealed = self.vault.seal(&live.installation.id, &sealed).await?;
            live.sealed = Arc::new(sealed);
        }
        Ok(())
    }
}

pub(super) fn blank(identity: String, now: i64) -> Result<Installation, RandomError> {
    Ok(Installation {
        id: random_id()?,
        channel: SideSettings::default(),
        helpdesk: SideSettings::default(),
        options: Options::default(),
        tokens: Vec::new(),
        identity,
        account_keys: Vec::new(),
        created_at: now,
        updated_at: now,
        state: InstallationState::Registering,
        problem: None,
        sealed: Vec::new(),
        version: 0,
    })
}

/// The given credentials, completed by those that the bridge makes itself, old ones where there are any, and by those
/// that the platform made with an earlier registration, which are no settings.
fn with_generated(
    adapter: &(impl setup::AsAdapter + ?Sized),
    mut given: Secrets,
    before: &Secrets,
) -> Result<Secrets, RandomError> {
    for name in adapter.as_adapter().generated_secrets() {
        if !given.contains_key(*name) {
            let secret = match before.get(*name) {
                Some(secret) => secret.clone(),
                None => Secret::new(adapter.as_adapter().spell_secret(name, &random::<24>()?)),
            };
            given.insert((*name).to_owned(), secret);
        }
    }
    let settings = adapter.as_adapter().settings();
    for (name, secret) in before.iter().filter(|(name, _)| settings.iter().all(|setting| setting.name != **name)) {
        given.entry(name.clone()).or_insert_with(|| secret.clone());
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_platform_made_outlives_another_install_and_a_removed_setting_does_not() {
        let secrets = |names: &[&str]| -> Secrets {
            names.iter().map(|name| ((*name).to_owned(), Secret::new(format!("{name}'s")))).collect()
        };
        let adapter = crate::channel::channel("bird").unwrap();
        let before = secrets(&["api_key", "webhook_id", "webhook_secret"]);
        let kept = with_generated(adapter, secrets(&["api_key"]), &before).unwrap();
        assert_eq!(kept, before);
        assert_eq!(with_generated(adapter, Secrets::new(), &secrets(&["api_key"])).unwrap(), Secrets::new());
    }
}
