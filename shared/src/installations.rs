//! Finding and opening installations, and the copies of them that a warm function keeps.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use thiserror::Error;

use crate::{
    adapter::{Account, Adapter},
    channel::{Channel, channel},
    helpdesk::{Helpdesk, helpdesk},
    model::installation::{Installation, InstallationState, Route, Side},
    outside::{
        clock::now_ms,
        vault::{Sealed, Vault, VaultError},
    },
    store::{Store, StoreError},
    tools::{answer::ApiError, crypto::is_id},
};

/// How long a warm function believes its copy.
const CACHE_MS: i64 = 30_000;
/// How often an unknown token may make it look again.
const REFRESH_MS: i64 = 1_000;

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

    /// One side with its adapter.
    pub fn side(&self, side: Side) -> OpenSide<'_> {
        let adapter: &'static dyn Adapter = match side {
            Side::Channel => self.channel,
            Side::Helpdesk => self.helpdesk,
        };
        OpenSide { adapter, account: self.account(side) }
    }

    /// One side, as its adapter sees it.
    pub fn account(&self, side: Side) -> Account<'_> {
        let (settings, secrets) = match side {
            Side::Channel => (&self.installation.channel.settings, &self.sealed.channel),
            Side::Helpdesk => (&self.installation.helpdesk.settings, &self.sealed.helpdesk),
        };
        Account {
            channel_kind: &self.installation.channel.kind,
            settings,
            secrets,
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

/// One side of an installation, ready for a task.
#[derive(Clone, Copy)]
pub struct OpenSide<'a> {
    /// The side's adapter.
    pub adapter: &'static dyn Adapter,
    /// What the adapter needs of the installation.
    pub account: Account<'a>,
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

impl From<LoadError> for ApiError {
    fn from(error: LoadError) -> Self {
        Self::our_failure(&error)
    }
}
