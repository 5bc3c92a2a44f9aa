//! One channel account joined to one helpdesk account, and the copy of it that a warm function keeps.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    adapter::{Account, Adapter, settings::Options},
    channel::{Channel, channel},
    helpdesk::{Helpdesk, helpdesk},
    outside::{
        clock::now_ms,
        vault::{Sealed, Vault, VaultError},
    },
    store::{Store, StoreError},
    tools::{
        crypto::{same, sha256_hex},
        words::words,
    },
};

/// How long a warm function believes its copy.
const CACHE_MS: i64 = 30_000;
/// How often an unknown token may make it look again.
const REFRESH_MS: i64 = 1_000;

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

impl SideSettings {
    /// The topic that the setting marked as such names, where this adapter has one.
    pub fn topic(&self, adapter: &dyn Adapter) -> Option<&str> {
        let setting = adapter.settings().iter().find(|setting| setting.topic.is_some())?;
        self.settings.get(setting.name).map(String::as_str)
    }
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

/// An installation with its secrets opened and its adapters found.
pub struct Live {
    /// The installation.
    pub installation: Installation,
    /// Its secrets; empty once uninstalled.
    pub sealed: Arc<Sealed>,
    /// Its channel's adapter.
    pub channel: &'static dyn Channel,
    /// Its helpdesk's adapter.
    pub helpdesk: &'static dyn Helpdesk,
    channel_url: Option<String>,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("installation", &self.installation).finish_non_exhaustive()
    }
}

impl Live {
    /// Puts an installation together.
    ///
    /// # Errors
    /// Its kinds are not known to this build.
    pub fn new(installation: Installation, sealed: Arc<Sealed>, public_url: &str) -> Result<Self, LoadError> {
        let channel = channel(&installation.channel.kind).ok_or(LoadError::UnknownKind)?;
        let helpdesk = helpdesk(&installation.helpdesk.kind).ok_or(LoadError::UnknownKind)?;
        let mut live = Self { installation, sealed, channel, helpdesk, channel_url: None };
        live.channel_url = live.url(public_url, Route::Channel);
        Ok(live)
    }

    /// A generated URL, where there is one.
    pub fn url(&self, public_url: &str, route: Route) -> Option<String> {
        let (id, token) = (&self.installation.id, self.sealed.tokens.get(route.word())?.reveal());
        Some(match route {
            Route::Settings => format!("{public_url}/installations/{id}/settings?key={token}"),
            Route::Channel | Route::Helpdesk => format!("{public_url}/{}s/{id}/{token}", route.word()),
        })
    }

    /// The channel's side, as its adapter sees it.
    pub fn channel_account(&self) -> Account<'_> {
        Account {
            channel_kind: &self.installation.channel.kind,
            settings: &self.installation.channel.settings,
            secrets: &self.sealed.channel,
            options: &self.installation.options,
            webhook_url: self.channel_url.as_deref(),
            now: now_ms(),
        }
    }

    /// The helpdesk's side, as its adapter sees it.
    pub fn helpdesk_account(&self) -> Account<'_> {
        Account {
            channel_kind: &self.installation.channel.kind,
            settings: &self.installation.helpdesk.settings,
            secrets: &self.sealed.helpdesk,
            options: &self.installation.options,
            webhook_url: self.channel_url.as_deref(),
            now: now_ms(),
        }
    }

    /// Whether it was uninstalled.
    pub fn is_uninstalled(&self) -> bool {
        self.installation.state == InstallationState::Uninstalled
    }
}

/// An installation could not be loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// It was made by a build that knows more kinds than this one.
    #[error("the installation has a kind that this version does not know")]
    UnknownKind,
}

/// The installations that a warm function knows, each for 30 s.
#[derive(Debug)]
pub struct Installations {
    store: Store,
    vault: Arc<Vault>,
    public_url: String,
    cache: Mutex<HashMap<String, Cached>>,
}

#[derive(Clone, Debug)]
struct Cached {
    live: Option<Arc<Live>>,
    read_at: i64,
    looked_again_at: i64,
}

/// So many entries at most; then the cache starts anew. Most of them are guesses of strangers.
const CACHE_LIMIT: usize = 10_000;

impl Installations {
    /// An empty cache. `public_url` is the base of the generated URLs, without a trailing slash.
    pub fn new(store: Store, vault: Arc<Vault>, public_url: impl Into<String>) -> Self {
        Self { store, vault, public_url: public_url.into(), cache: Mutex::default() }
    }

    /// The installation with this id, from memory where it is fresh enough.
    ///
    /// # Errors
    /// It is not in memory, and table or vault failed.
    pub async fn find(&self, id: &str) -> Result<Option<Arc<Live>>, LoadError> {
        let known = self.cache().get(id).cloned();
        match known.filter(|cached| now_ms().saturating_sub(cached.read_at) < CACHE_MS) {
            Some(cached) => Ok(cached.live),
            None => self.read(id).await,
        }
    }

    /// The installation whose `route` this token opens; reads the table again (at most once a second each) when the
    /// copy in memory does not know the token, since it may be brand new.
    ///
    /// # Errors
    /// Table or vault failed.
    pub async fn admit(&self, id: &str, route: Route, token: &str) -> Result<Option<Arc<Live>>, LoadError> {
        if !is_id(id) {
            return Ok(None);
        }
        let opened = |live: Option<Arc<Live>>| {
            let live = live?;
            let used = live.installation.admits(route, token, now_ms())?;
            if used.replaced {
                tracing::warn!(installation.id = %id, url.route = route.word(), "a replaced URL is still in use");
            }
            Some(live)
        };
        if let Some(live) = opened(self.find(id).await?) {
            return Ok(Some(live));
        }
        if self.may_look_again(id) { Ok(opened(self.read(id).await?)) } else { Ok(None) }
    }

    /// Forgets an installation that was changed just now.
    pub fn forget(&self, id: &str) {
        self.cache().remove(id);
    }

    /// Whether an unknown token may cost a read; if so, the next second's may not.
    fn may_look_again(&self, id: &str) -> bool {
        let now = now_ms();
        let mut cache = self.cache();
        let Some(cached) = cache.get_mut(id) else { return true };
        let may = now.saturating_sub(cached.looked_again_at) >= REFRESH_MS;
        if may {
            cached.looked_again_at = now;
        }
        may
    }

    async fn read(&self, id: &str) -> Result<Option<Arc<Live>>, LoadError> {
        let now = now_ms();
        let live = match self.store.installation(id).await? {
            None => None,
            Some(installation) => Some(Arc::new(self.open(installation).await?)),
        };
        let mut cache = self.cache();
        if cache.len() >= CACHE_LIMIT {
            cache.clear();
        }
        let looked_again_at = cache.get(id).map_or(0, |cached| cached.looked_again_at);
        cache.insert(id.to_owned(), Cached { live: live.clone(), read_at: now, looked_again_at });
        Ok(live)
    }

    /// Opens the secrets of an installation that was read from the table.
    ///
    /// # Errors
    /// The vault failed, or a kind is unknown.
    pub async fn open(&self, installation: Installation) -> Result<Live, LoadError> {
        let sealed = if installation.sealed.is_empty() {
            Arc::default()
        } else {
            self.vault.open(&installation.id, &installation.sealed).await?
        };
        Live::new(installation, sealed, &self.public_url)
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, HashMap<String, Cached>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a text has the form of an installation id; anything else never reaches the table.
pub fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
