//! Applying a request to an installation, registering the webhook, and uninstalling.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use http::StatusCode;
use serde_json::Value;

use super::{
    Admin, InstallationView, Installed, Wanted,
    accounts::{Checked, host},
    findings::REGISTRATION_FAILED,
    tokens::renew_dead_tokens,
};
use crate::{
    adapter::{Adapter, Fact, Task},
    engine::ask,
    installations::OpenInstallation,
    model::enrolment::EnrolmentKey,
    model::installation::{Installation, InstallationState, Options, Problem, Route, Side, SideSettings},
    outside::{clock::now, vault::Sealed},
    tools::{
        answer::{ApiError, CONFLICT},
        crypto::{RandomError, random, random_id},
        millis::Millis,
        secret::{Secret, Secrets},
        sentences::Sentence,
    },
};

/// How often an install begins again because another one has changed the same installation meanwhile.
const INSTALL_TRIES: usize = 4;

impl Admin {
    /// Makes an installation, or updates the one that joins the same accounts.
    ///
    /// # Errors
    /// 422 for a bad setting or refused credentials, with nothing stored; 503 if a vendor or one of our own services
    /// cannot be reached.
    pub async fn install(&self, wanted: Wanted) -> Result<Installed, ApiError> {
        // Whoever sends a request twice at the same moment gets the same installation twice.
        for _ in 1..INSTALL_TRIES {
            match self.apply(None, wanted.clone(), None).await {
                Err(error) if error.code == CONFLICT => {}
                done => return done,
            }
        }
        self.apply(None, wanted, None).await
    }

    /// Makes or updates an installation for the holder of an enrolment key, which then opens the installation's routes.
    /// Whoever knows the credentials of both accounts may take over an installation that another key has made.
    ///
    /// # Errors
    /// 403 if the key is for another helpdesk account, and those of [`install`](Self::install).
    pub async fn enrol(&self, wanted: Wanted, key: &EnrolmentKey) -> Result<Installed, ApiError> {
        let SideSettings { kind, .. } = &wanted.helpdesk.side;
        if *kind != key.kind || host(&wanted.helpdesk.side).is_none_or(|host| host != key.host) {
            let message = Sentence::KeyOfOtherAccount { kind: &key.kind, host: &key.host };
            return Err(ApiError::new(StatusCode::FORBIDDEN, "forbidden", message));
        }
        self.apply(None, wanted, Some(key)).await
    }

    /// Changes settings and credentials, with the same checks as an install.
    ///
    /// # Errors
    /// Those of [`install`](Self::install), 404 for an unknown installation, and 410 for an uninstalled one.
    pub async fn update(&self, id: &str, patch: &Value) -> Result<InstallationView, ApiError> {
        let open = self.find_installed(id).await?;
        let wanted = Wanted::from_patch(patch, &open, self.allow_private)?;
        Ok(self.apply(Some(open), wanted, None).await?.installation)
    }

    /// Checks both accounts and applies `wanted` to `changed` if given, otherwise to the installation that already
    /// joins these accounts, otherwise to a new one. `key` is the enrolment key of an install.
    async fn apply(
        &self,
        changed: Option<Arc<OpenInstallation>>,
        mut wanted: Wanted,
        key: Option<&EnrolmentKey>,
    ) -> Result<Installed, ApiError> {
        let Checked { identity, account_keys, owns, names } = self.check_accounts(&mut wanted).await?;
        let is_install = changed.is_none();
        let existing = match changed {
            Some(open) if open.installation.identity != identity => {
                return Err(ApiError::unprocessable("other_account", Sentence::OtherAccount));
            }
            Some(open) => Some(open),
            None => self.find_by_identity(&identity).await?,
        };
        let now = now();
        let is_new = existing.is_none();
        let (mut installation, mut sealed) = match existing {
            Some(open) => (open.installation.clone(), Sealed::clone(&open.sealed)),
            None => (blank(identity, now)?, Sealed::default()),
        };
        let Wanted { channel, helpdesk, options, account_keys: known_keys } = wanted;
        // An install keeps what it leaves out. A change has already merged what it keeps, and replaces what it removed.
        let kept = if is_install { sealed.clone() } else { Sealed::default() };
        let (channel_secrets, made) = with_generated_secrets(channel.adapter, channel.secrets, &kept.channel)?;
        let (helpdesk_secrets, of_helpdesk) =
            with_generated_secrets(helpdesk.adapter, helpdesk.secrets, &kept.helpdesk)?;
        // Both sides may have a secret with the same name.
        let of_helpdesk = of_helpdesk.into_iter().map(|(name, made)| (format!("helpdesk_{name}"), made));
        let made = made.into_iter().map(|(name, made)| (name.to_owned(), made)).chain(of_helpdesk).collect();
        let registers = is_install
            || channel.side != installation.channel
            || channel_secrets != sealed.channel
            || installation.state == InstallationState::RegistrationFailed;
        let account_keys: BTreeSet<String> = known_keys.into_iter().chain(account_keys).collect();
        let before = std::mem::replace(&mut installation.account_keys, account_keys.into_iter().collect());
        let stale_keys: Vec<String> =
            before.into_iter().filter(|key| !installation.account_keys.contains(key)).collect();
        installation.channel = channel.side;
        installation.helpdesk = helpdesk.side;
        installation.options = options;
        names.give(&mut installation);
        installation.problem = None;
        if let Some(key) = key {
            installation.enrolled_by = Some(key.id.clone());
        }
        (sealed.channel, sealed.helpdesk) = (channel_secrets, helpdesk_secrets);
        let stale_addresses = self.take_addresses(&mut installation, &owns).await?;
        if is_install {
            installation.state = InstallationState::Registering;
            renew_dead_tokens(&mut installation, &mut sealed, now)?;
        }
        let open = self.save(installation, sealed, &stale_keys).await?;
        for address in &stale_addresses {
            self.store.release_address(address, &open.installation.id).await?;
        }
        let view = if registers { self.register_webhook(open).await? } else { self.view(&open).await? };
        Ok(Installed { is_new, installation: InstallationView { generated_secrets: made, ..view } })
    }

    /// Finds the installation that joins the accounts with this identity. Uninstalled ones do not count.
    async fn find_by_identity(&self, identity: &str) -> Result<Option<Arc<OpenInstallation>>, ApiError> {
        match self.store.installation_id_of_identity(identity).await? {
            Some(id) => Ok(self.look_up(&id).await?.filter(|open| !open.is_uninstalled())),
            None => Ok(None),
        }
    }

    /// Registers our webhook URL with the channel again.
    ///
    /// # Errors
    /// 404 for an unknown installation, 410 for an uninstalled one, 503 if one of our own services fails. A refusal by
    /// the platform is not an error; the installation's state shows it.
    pub async fn register(&self, id: &str) -> Result<InstallationView, ApiError> {
        let open = self.find_installed(id).await?;
        self.register_webhook(OpenInstallation::new(open.installation.clone(), open.sealed.clone(), &self.public_url)?)
            .await
    }

    /// Unregisters the webhook, deletes the secrets and the dead letters, and makes the URLs answer 410. Uninstalling twice has the same
    /// effect as once.
    ///
    /// # Errors
    /// 404 for an unknown installation, 503 if one of our own services fails. A platform that is down does not stop the
    /// uninstall.
    pub async fn uninstall(&self, id: &str) -> Result<InstallationView, ApiError> {
        let open = self.find(id).await?;
        if open.is_uninstalled() {
            let dead_letters_removed = Some(self.discard_all(&open).await?);
            return Ok(InstallationView { dead_letters_removed, ..self.view(&open).await? });
        }
        if open.channel.features().registers
            && let Err(failure) = ask::run(&self.http, open.side(Side::Channel), &Task::Unregister).await
        {
            tracing::warn!(
                installation.id = id,
                reason = failure.reason(),
                "the channel could not be told to forget us"
            );
        }
        let mut installation = open.installation.clone();
        installation.state = InstallationState::Uninstalled;
        installation.problem = None;
        installation.sealed = Vec::new();
        self.put(&mut installation, &[]).await?;
        // From here on, nothing of this installation is delivered, so nothing new dies for long.
        let dead_letters_removed = Some(self.discard_all(&open).await?);
        let uninstalled = OpenInstallation::new(installation, Arc::default(), &self.public_url)?;
        Ok(InstallationView { dead_letters_removed, ..self.view(&uninstalled).await? })
    }

    /// Stores an installation with its secrets. `stale_keys` are the account keys that it no longer has.
    pub(super) async fn save(
        &self,
        mut installation: Installation,
        sealed: Sealed,
        stale_keys: &[String],
    ) -> Result<OpenInstallation, ApiError> {
        installation.sealed = self.vault.seal(&installation.id, &sealed).await?;
        self.put(&mut installation, stale_keys).await?;
        for side in [Side::Channel, Side::Helpdesk] {
            self.forget_refused(&installation.id, side).await;
        }
        Ok(OpenInstallation::new(installation, Arc::new(sealed), &self.public_url)?)
    }

    async fn put(&self, installation: &mut Installation, stale_keys: &[String]) -> Result<(), ApiError> {
        installation.updated_at = now();
        installation.is_listed = true;
        self.store.put_installation(installation, stale_keys).await?;
        installation.version = installation.version.saturating_add(1);
        self.installations.forget(&installation.id);
        Ok(())
    }

    /// Registers our URL with the channel if the channel has an API for that, stores the outcome, and returns the view
    /// of the installation.
    pub(super) async fn register_webhook(&self, mut open: OpenInstallation) -> Result<InstallationView, ApiError> {
        let (state, problem) = if open.channel.features().registers {
            let url = self.url(&open, Route::Channel);
            match ask::run(&self.http, open.side(Side::Channel), &Task::Register { url: &url }).await {
                Ok(facts) => {
                    self.save_platform_secrets(&mut open, facts).await?;
                    self.forget_refused(&open.installation.id, Side::Channel).await;
                    (InstallationState::Active, None)
                }
                Err(failure) => {
                    let problem = Problem { code: REGISTRATION_FAILED.into(), message: failure.reason().to_owned() };
                    tracing::warn!(
                        installation.id = %open.installation.id,
                        reason = failure.reason(),
                        "the channel did not take our URL"
                    );
                    (InstallationState::RegistrationFailed, Some(problem))
                }
            }
        } else {
            (InstallationState::Manual, None)
        };
        open.installation.state = state;
        open.installation.problem = problem;
        self.put(&mut open.installation, &[]).await?;
        self.view(&open).await
    }

    /// Forgets the refused calls of a side, whose credentials may be right now. If this fails, they stay as they are.
    async fn forget_refused(&self, id: &str, side: Side) {
        if let Err(error) = self.store.forget_refused(id, side).await {
            tracing::warn!(error = %error, installation.id = id, "refused calls could not be forgotten");
        }
    }

    /// Seals the credentials that the platform made with the registration. The caller stores the installation.
    async fn save_platform_secrets(&self, open: &mut OpenInstallation, facts: Vec<Fact>) -> Result<(), ApiError> {
        let made = facts.into_iter().filter_map(|fact| match fact {
            Fact::Secret(name, secret) => Some((name.to_owned(), secret)),
            _ => None,
        });
        let mut sealed = Sealed::clone(&open.sealed);
        let before = sealed.channel.clone();
        sealed.channel.extend(made);
        if sealed.channel != before {
            open.installation.sealed = self.vault.seal(&open.installation.id, &sealed).await?;
            open.sealed = Arc::new(sealed);
        }
        Ok(())
    }
}

pub(super) fn blank(identity: String, now: Millis) -> Result<Installation, RandomError> {
    Ok(Installation {
        id: random_id()?,
        channel: SideSettings::default(),
        helpdesk: SideSettings::default(),
        options: Options::default(),
        tokens: Vec::new(),
        identity,
        account_keys: Vec::new(),
        addresses: Vec::new(),
        channel_name: None,
        helpdesk_name: None,
        is_listed: true,
        enrolled_by: None,
        created_at: now,
        updated_at: now,
        state: InstallationState::Registering,
        problem: None,
        sealed: Vec::new(),
        version: 0,
    })
}

/// Completes the given credentials with those that the bridge makes (kept ones first) and with those that the platform
/// made at an earlier registration, which are not settings. Returns them with the newly made ones that somebody else
/// needs too.
fn with_generated_secrets(
    adapter: &dyn Adapter,
    mut given: Secrets,
    kept: &Secrets,
) -> Result<(Secrets, BTreeMap<&'static str, String>), RandomError> {
    let mut made = BTreeMap::new();
    for setting in adapter.settings() {
        let Some(spelling) = setting.made else { continue };
        if !given.contains_key(setting.name) && !kept.contains_key(setting.name) {
            let secret = spelling.spell(&random::<24>()?);
            given.insert(setting.name.to_owned(), Secret::new(secret.as_str()));
            if setting.shown_once {
                made.insert(setting.name, secret);
            }
        }
    }
    let setting_of = |name: &str| adapter.settings().iter().find(|setting| setting.name == name);
    let stays = |name: &str| setting_of(name).is_none_or(|setting| setting.made.is_some());
    for (name, secret) in kept.iter().filter(|(name, _)| stays(name)) {
        given.entry(name.clone()).or_insert_with(|| secret.clone());
    }
    Ok((given, made))
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
        let (kept, _) = with_generated_secrets(adapter, secrets(&["api_key"]), &before).unwrap();
        assert_eq!(kept, before);
        let (kept, _) = with_generated_secrets(adapter, Secrets::new(), &secrets(&["api_key"])).unwrap();
        assert_eq!(kept, Secrets::new());
    }
}
