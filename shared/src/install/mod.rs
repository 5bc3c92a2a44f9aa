//! Installing, changing and removing: everything an admin or the Marketplace asks of the bridge.

use std::{collections::BTreeMap, sync::Arc};

use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    adapter::{Account, Adapter, Fact, Task, Urls},
    answer::ApiError,
    clock::{now_ms, rfc3339},
    crypto::{RandomError, random, random_id, same, sha256, sha256_hex},
    http::HttpClient,
    installation::{
        Installation, InstallationState, Installations, Live, Problem, Route, SideSettings, TokenHash, is_id,
    },
    queue::Queue,
    relay::{Failure, setup},
    secret::{Secret, Secrets},
    settings::Options,
    steps::{NextStep, Notice},
    store::Store,
    vault::{Sealed, Vault},
};

mod dead_letters;
mod events;
mod page;
mod request;

pub use dead_letters::Redrive;
pub use events::is_app_event;
pub use page::SettingsPage;
pub use request::InstallRequest;

/// A replaced URL lives for so long.
const OVERLAP_MS: i64 = 24 * 3_600_000;
/// So many replaced URLs of a kind live at the same time. What is replaced beyond that is dead at once, so that nobody
/// can fill the record, nor end the URL that the platform was told before.
const OVERLAPS: usize = 20;
/// A settings key lives for so long.
const SETTINGS_KEY_MS: i64 = 30 * 24 * 3_600_000;

/// The state of the install hook.
#[derive(Debug)]
pub struct Admin {
    installations: Installations,
    store: Store,
    vault: Arc<Vault>,
    queue: Queue,
    dead_letters: Queue,
    http: HttpClient,
    public_url: String,
    admin_key_sha256: [u8; 32],
    allow_private: bool,
}

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everything.
    Admin,
    /// The routes of one installation, except those that change it, remove it or make a new settings key.
    Settings,
}

impl Admin {
    /// Puts the clients together. `allow_private` permits http and loopback URLs in install requests.
    #[expect(clippy::too_many_arguments, reason = "one call per process, and every argument is another client")]
    pub fn new(
        installations: Installations,
        store: Store,
        vault: Arc<Vault>,
        (queue, dead_letters): (Queue, Queue),
        http: HttpClient,
        public_url: impl Into<String>,
        admin_key_sha256: [u8; 32],
        allow_private: bool,
    ) -> Self {
        let public_url = public_url.into();
        Self { installations, store, vault, queue, dead_letters, http, public_url, admin_key_sha256, allow_private }
    }

    /// Opens the connection that every call needs.
    pub async fn warm_up(&self) {
        self.store.warm_up().await;
    }

    /// What a bearer may do with an installation, or with none in particular.
    ///
    /// # Errors
    /// 401 for a wrong key, 410 for the settings key of an installation that was removed.
    pub async fn authorize(&self, bearer: Option<&str>, installation: Option<&str>) -> Result<Access, ApiError> {
        let bearer = bearer.ok_or_else(|| ApiError::unauthorized("send the admin key as `Authorization: Bearer …`"))?;
        if same(&sha256(bearer.as_bytes()), &self.admin_key_sha256) {
            return Ok(Access::Admin);
        }
        if let Some(id) = installation
            && let Some(live) = self.opened_by(id, bearer).await?
        {
            return if live.is_uninstalled() { Err(ApiError::gone()) } else { Ok(Access::Settings) };
        }
        Err(ApiError::unauthorized("the key is wrong; use the admin key, or this installation's settings key"))
    }

    /// The installation that a settings key opens at this moment. A wrong key is turned away from memory; one that
    /// memory admits is looked up again, since another process may have replaced it.
    async fn opened_by(&self, id: &str, key: &str) -> Result<Option<Arc<Live>>, ApiError> {
        if self.installations.admit(id, Route::Settings, key).await?.is_none() {
            return Ok(None);
        }
        let live = self.find(id).await?;
        let is_good = live.installation.admits(Route::Settings, key, now_ms()).is_some();
        Ok(is_good.then_some(live))
    }

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

    /// Renews URLs (`channel` and `helpdesk` where `urls` names none) and registers the channel's new one. The old ones
    /// live 24 hours more; an old settings key is dead at once.
    ///
    /// # Errors
    /// As [`register`](Self::register), and 422 for an unknown URL name.
    pub async fn rotate(&self, id: &str, urls: Option<&Value>) -> Result<Value, ApiError> {
        let routes = rotated(urls)?;
        let live = self.fresh(id).await?;
        let mut installation = live.installation.clone();
        let mut sealed = live.sealed.as_ref().clone();
        for route in &routes {
            renew_token(&mut installation, &mut sealed, *route, now_ms())?;
        }
        self.save(&mut installation, &sealed, &[]).await?;
        if routes.contains(&Route::Channel) {
            return self.register_and_show(installation, sealed).await;
        }
        self.view(&Live::new(installation, Arc::new(sealed), &self.public_url)?)
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

    /// The installation without its secrets.
    ///
    /// # Errors
    /// 404, or our own failure.
    pub async fn show(&self, id: &str) -> Result<Value, ApiError> {
        self.view(self.find(id).await?.as_ref())
    }

    /// The latest messages, newest first.
    ///
    /// # Errors
    /// 404, or our own failure.
    pub async fn messages(&self, id: &str) -> Result<Value, ApiError> {
        self.find(id).await?;
        Ok(json!(self.store.latest(id, None, 50).await?))
    }

    /// One message with every call that was made for it.
    ///
    /// # Errors
    /// 404, or our own failure.
    pub async fn message(&self, id: &str, message: &str) -> Result<Value, ApiError> {
        self.find(id).await?;
        let key = crate::store::JournalKey::from_public_id(id, message).ok_or_else(ApiError::not_found)?;
        Ok(json!(self.store.message(&key).await?.ok_or_else(ApiError::not_found)?))
    }

    async fn find(&self, id: &str) -> Result<Arc<Live>, ApiError> {
        if !is_id(id) {
            return Err(ApiError::not_found());
        }
        // What admins see is never from memory.
        self.installations.forget(id);
        self.installations.find(id).await?.ok_or_else(ApiError::not_found)
    }

    async fn fresh(&self, id: &str) -> Result<Arc<Live>, ApiError> {
        let live = self.find(id).await?;
        if live.is_uninstalled() { Err(ApiError::gone()) } else { Ok(live) }
    }

    /// Checks settings and credentials of both sides, and gives what that taught.
    async fn check_accounts(
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

    async fn save(&self, installation: &mut Installation, sealed: &Sealed, stale: &[String]) -> Result<(), ApiError> {
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
    async fn register_and_show(&self, installation: Installation, sealed: Sealed) -> Result<Value, ApiError> {
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

    fn url(&self, live: &Live, route: Route) -> String {
        live.url(&self.public_url, route).unwrap_or_default()
    }

    fn next_steps(&self, live: &Live) -> Vec<NextStep> {
        let (channel, helpdesk) = (self.url(live, Route::Channel), self.url(live, Route::Helpdesk));
        let urls = Urls { channel: &channel, helpdesk: &helpdesk };
        let mut steps = live.channel.next_steps(&live.channel_account(), &urls);
        steps.extend(live.helpdesk.next_steps(&live.helpdesk_account(), &urls));
        let notices = live.channel.limits().notices.iter().chain(live.helpdesk.limits().notices);
        steps.extend(notices.map(NextStep::from));
        steps
    }

    fn view(&self, live: &Live) -> Result<Value, ApiError> {
        let installation = &live.installation;
        let side = |side: &SideSettings| {
            let mut view = json!(side.settings);
            if let Some(view) = view.as_object_mut() {
                view.insert("kind".into(), json!(side.kind));
            }
            view
        };
        let mut view = json!({
            "id": installation.id,
            "state": installation.state,
            "channel": side(&installation.channel),
            "helpdesk": side(&installation.helpdesk),
            "settings": installation.options,
            "created_at": rfc3339(installation.created_at),
            "updated_at": rfc3339(installation.updated_at),
        });
        if let Some(view) = view.as_object_mut() {
            if let Some(problem) = &installation.problem {
                view.insert("problem".into(), json!(problem));
            }
            if !live.is_uninstalled() {
                view.insert("channel_webhook_url".into(), json!(self.url(live, Route::Channel)));
                view.insert("helpdesk_webhook_url".into(), json!(self.url(live, Route::Helpdesk)));
                view.insert("settings_url".into(), json!(self.url(live, Route::Settings)));
                let steps = self.next_steps(live);
                let sentences: Vec<&str> = steps.iter().map(|step| step.sentence.as_str()).collect();
                view.insert("next_steps".into(), json!(sentences));
                view.insert("steps".into(), json!(steps));
            }
        }
        Ok(view)
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
struct Checked {
    identity: String,
    account_keys: Vec<String>,
    learned: Learned,
}

/// Settings for which the vendors have words of their own.
struct Learned {
    channel: BTreeMap<String, String>,
    helpdesk: BTreeMap<String, String>,
}

impl Learned {
    fn put_into(self, channel: &mut SideSettings, helpdesk: &mut SideSettings) {
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
struct Draft<'a> {
    channel: &'a SideSettings,
    helpdesk: &'a SideSettings,
    options: &'a Options,
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

fn blank(identity: String, now: i64) -> Result<Installation, RandomError> {
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

/// Makes a new token for a URL. The old one is good for another day, so that the platform can be told; an old settings
/// key is not, since whoever found it would be the one to use that day.
fn renew_token(
    installation: &mut Installation,
    sealed: &mut Sealed,
    route: Route,
    now: i64,
) -> Result<(), RandomError> {
    let token = random_id()?;
    let is_key = route == Route::Settings;
    let is_old = |known: &TokenHash| known.route == route && known.replaced;
    installation.tokens.retain(|known| known.until.is_none_or(|until| now < until));
    if is_key || installation.tokens.iter().filter(|known| is_old(known)).count() >= OVERLAPS {
        installation.tokens.retain(|known| known.route != route || is_old(known));
    }
    for known in installation.tokens.iter_mut().filter(|known| known.route == route && !known.replaced) {
        known.replaced = true;
        known.until = Some(now.saturating_add(OVERLAP_MS));
    }
    installation.tokens.push(TokenHash {
        route,
        sha256: sha256_hex(token.as_bytes()),
        until: is_key.then(|| now.saturating_add(SETTINGS_KEY_MS)),
        replaced: false,
    });
    sealed.tokens.insert(route.word().to_owned(), Secret::new(token));
    Ok(())
}

fn rotated(urls: Option<&Value>) -> Result<Vec<Route>, ApiError> {
    let bad =
        || ApiError::unprocessable("bad_setting", "`urls` should be a list of `channel`, `helpdesk` and `settings`");
    let Some(urls) = urls.filter(|urls| !urls.is_null()) else { return Ok(vec![Route::Channel, Route::Helpdesk]) };
    let names = urls.as_array().ok_or_else(bad)?;
    let mut routes: Vec<Route> = Vec::new();
    for name in names {
        let all = [Route::Channel, Route::Helpdesk, Route::Settings];
        let route = all.into_iter().find(|route| name.as_str() == Some(route.word())).ok_or_else(bad)?;
        if !routes.contains(&route) {
            routes.push(route);
        }
    }
    Ok(routes)
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

    #[test]
    fn a_replaced_url_lives_for_a_day_and_a_replaced_settings_key_not_at_all() {
        let (mut installation, mut sealed) = (blank(String::new(), 0).unwrap(), Sealed::default());
        for (route, good_until, replaced_until) in
            [(Route::Channel, None, 5_000 + OVERLAP_MS), (Route::Settings, Some(SETTINGS_KEY_MS), 5_000)]
        {
            renew_token(&mut installation, &mut sealed, route, 0).unwrap();
            let first = sealed.tokens[route.word()].clone();
            let admits = |installation: &Installation, now| installation.admits(route, first.reveal(), now).is_some();
            assert!(admits(&installation, SETTINGS_KEY_MS - 1), "{route:?}");
            assert_eq!(admits(&installation, SETTINGS_KEY_MS), good_until.is_none(), "{route:?}");
            renew_token(&mut installation, &mut sealed, route, 5_000).unwrap();
            assert_eq!(admits(&installation, replaced_until - 1), route == Route::Channel, "{route:?}");
            assert!(!admits(&installation, replaced_until), "{route:?}");
            assert!(installation.admits(route, sealed.tokens[route.word()].reveal(), 5_000).is_some(), "{route:?}");
        }
    }

    #[test]
    fn urls_that_are_rotated_without_end_do_not_fill_the_record() {
        let (mut installation, mut sealed) = (blank(String::new(), 0).unwrap(), Sealed::default());
        renew_token(&mut installation, &mut sealed, Route::Channel, 0).unwrap();
        let first = sealed.tokens["channel"].clone();
        for now in 0..3_000 {
            renew_token(&mut installation, &mut sealed, Route::Channel, now).unwrap();
            renew_token(&mut installation, &mut sealed, Route::Settings, now).unwrap();
        }
        assert!(installation.tokens.len() < 50, "{} tokens", installation.tokens.len());
        // The platform still calls the one that it was told first.
        assert!(installation.admits(Route::Channel, first.reveal(), OVERLAP_MS - 1).is_some());
        assert!(installation.admits(Route::Channel, sealed.tokens["channel"].reveal(), OVERLAP_MS).is_some());
    }
}
