//! Lookup and opening of installations, with a cache for warm functions.

use std::time::Duration;
use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use thiserror::Error;

use crate::{
    adapter::{Account, Adapter},
    channel::{Channel, channel},
    helpdesk::{Helpdesk, Named, helpdesk},
    model::installation::{Installation, Route, Side},
    outside::{
        clock::now,
        vault::{Sealed, Vault, VaultError},
    },
    store::{Store, StoreError},
    tools::{answer::ApiError, crypto::is_id, language::Language, millis::Millis, phrases::Translator},
};

/// How long a cached installation is valid.
const CACHE: Duration = Duration::from_secs(30);
/// The shortest time between two reads of the table because of unknown tokens, per installation.
const REREAD_INTERVAL: Duration = Duration::from_secs(1);

/// An installation with its secrets opened and its adapters looked up.
pub struct OpenInstallation {
    /// The installation.
    pub installation: Installation,
    /// The secrets of the installation; empty once uninstalled.
    pub sealed: Arc<Sealed>,
    /// The adapter of the channel.
    pub channel: &'static dyn Channel,
    /// The adapter of the helpdesk.
    pub helpdesk: &'static dyn Helpdesk,
    channel_url: Option<String>,
}

impl std::fmt::Debug for OpenInstallation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenInstallation").field("installation", &self.installation).finish_non_exhaustive()
    }
}

impl OpenInstallation {
    /// Combines an installation with its secrets and adapters.
    ///
    /// # Errors
    /// Returns [`LoadError::UnknownKind`] if this build does not know a kind of the installation.
    pub fn new(installation: Installation, sealed: Arc<Sealed>, public_url: &str) -> Result<Self, LoadError> {
        let channel = channel(&installation.channel.kind).ok_or(LoadError::UnknownKind)?;
        let helpdesk = helpdesk(&installation.helpdesk.kind).ok_or(LoadError::UnknownKind)?;
        let mut open = Self { installation, sealed, channel, helpdesk, channel_url: None };
        open.channel_url = open.url(public_url, Route::Channel);
        Ok(open)
    }

    /// Returns the language of what the installation's customers and agents read.
    pub fn language(&self) -> Language {
        self.installation.options.language
    }

    /// Returns what says English texts of the bridge and of both adapters in a language.
    pub fn translator(&self, language: Language) -> Translator {
        Translator::new(language).with_sides(Some(self.channel.phrases()), Some(self.helpdesk.phrases()))
    }

    /// Returns an English text in the language of what the installation's customers and agents read.
    pub fn translate<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.translator(self.language()).translate(text)
    }

    /// Returns a generated URL, if the installation has a token for the route.
    pub fn url(&self, public_url: &str, route: Route) -> Option<String> {
        let (id, token) = (&self.installation.id, self.sealed.tokens.get(route.word())?.reveal());
        Some(match route {
            Route::Settings => format!("{public_url}/installations/{id}/settings?key={token}"),
            Route::Channel | Route::Helpdesk => format!("{public_url}/{}s/{id}/{token}", route.word()),
        })
    }

    /// Returns one side with its adapter.
    pub fn side(&self, side: Side) -> OpenSide<'_> {
        let adapter: &'static dyn Adapter = match side {
            Side::Channel => self.channel,
            Side::Helpdesk => self.helpdesk,
        };
        OpenSide { adapter, account: self.account(side) }
    }

    /// Returns the channel's own id of a contact whom the helpdesk names; `None` if the channel has no contacts with
    /// such a name.
    pub fn contact_id(&self, named: Named) -> Option<String> {
        match named {
            Named::Contact(id) => Some(id),
            Named::Phone(phone) => self.channel.contact_of_phone(&self.account(Side::Channel), &phone),
        }
    }

    /// Returns one side in the form in which its adapter sees it.
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
            now: now(),
        }
    }

    /// Returns the key of a side's address, if installations of its kind have addresses.
    pub fn address_key(&self, side: Side) -> Option<String> {
        let OpenSide { adapter, account } = self.side(side);
        Some(self.installation.address_key(side, &adapter.address(&account)?))
    }

    /// Returns whether the installation was uninstalled.
    pub fn is_uninstalled(&self) -> bool {
        self.installation.state.is_uninstalled()
    }
}

/// One side of an installation, ready for a task.
#[derive(Clone, Copy)]
pub struct OpenSide<'a> {
    /// The adapter of the side.
    pub adapter: &'static dyn Adapter,
    /// The data of the installation that the adapter needs.
    pub account: Account<'a>,
}

/// The error of loading an installation.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The call to the table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The installation was made by a build that knows more kinds than this one.
    #[error("the installation has a kind that this version does not know")]
    UnknownKind,
}

/// Finds installations. Each one stays in memory for 30 s.
#[derive(Debug)]
pub struct Installations {
    store: Store,
    vault: Arc<Vault>,
    public_url: String,
    cache: Mutex<HashMap<String, Cached>>,
}

#[derive(Clone, Debug)]
struct Cached {
    open: Option<Arc<OpenInstallation>>,
    read_at: Millis,
    reread_at: Millis,
}

/// The maximum number of cached entries. A full cache is emptied: most of its entries are guessed ids.
const CACHE_LIMIT: usize = 10_000;

impl Installations {
    /// Makes an empty cache. `public_url` is the base of the generated URLs, without a trailing slash.
    pub fn new(store: Store, vault: Arc<Vault>, public_url: impl Into<String>) -> Self {
        Self { store, vault, public_url: public_url.into(), cache: Mutex::default() }
    }

    /// Returns the installation with this id, from the cache if the entry is still valid.
    ///
    /// # Errors
    /// Returns an error if the installation is not in the cache and the table or the vault fails.
    pub async fn find(&self, id: &str) -> Result<Option<Arc<OpenInstallation>>, LoadError> {
        let known = self.cache().get(id).cloned();
        match known.filter(|cached| now().since(cached.read_at) < CACHE) {
            Some(cached) => Ok(cached.open),
            None => self.read(id).await,
        }
    }

    /// Returns the installation if `token` is valid for its `route`. If the cached copy does not know the token, which
    /// may be brand new, the table is read again, at most once a second per installation.
    ///
    /// # Errors
    /// Returns an error if the table or the vault fails.
    pub async fn admit(&self, id: &str, route: Route, token: &str) -> Result<Option<Arc<OpenInstallation>>, LoadError> {
        if !is_id(id) {
            return Ok(None);
        }
        let admitted = |open: Option<Arc<OpenInstallation>>| {
            let open = open?;
            let used = open.installation.admits(route, token, now())?;
            if used.replaced {
                tracing::warn!(installation.id = %id, url.route = route.word(), "a replaced URL is still in use");
            }
            Some(open)
        };
        if let Some(open) = admitted(self.find(id).await?) {
            return Ok(Some(open));
        }
        if self.may_reread(id) { Ok(admitted(self.read(id).await?)) } else { Ok(None) }
    }

    /// Removes an installation that has just changed from the cache.
    pub fn forget(&self, id: &str) {
        self.cache().remove(id);
    }

    /// Returns whether an unknown token may cause a read of the table. If so, no other token may within the next
    /// second.
    fn may_reread(&self, id: &str) -> bool {
        let now = now();
        let mut cache = self.cache();
        let Some(cached) = cache.get_mut(id) else { return true };
        let may = now.since(cached.reread_at) >= REREAD_INTERVAL;
        if may {
            cached.reread_at = now;
        }
        may
    }

    async fn read(&self, id: &str) -> Result<Option<Arc<OpenInstallation>>, LoadError> {
        let now = now();
        let open = match self.store.installation(id).await? {
            None => None,
            Some(installation) => Some(Arc::new(self.open(installation).await?)),
        };
        let mut cache = self.cache();
        if cache.len() >= CACHE_LIMIT {
            cache.clear();
        }
        let reread_at = cache.get(id).map_or(Millis::MIN, |cached| cached.reread_at);
        cache.insert(id.to_owned(), Cached { open: open.clone(), read_at: now, reread_at });
        Ok(open)
    }

    /// Opens the secrets of an installation that was read from the table.
    ///
    /// # Errors
    /// Returns an error if the vault fails or a kind is unknown.
    pub async fn open(&self, installation: Installation) -> Result<OpenInstallation, LoadError> {
        let sealed = if installation.sealed.is_empty() {
            Arc::default()
        } else {
            self.vault.open(&installation.id, &installation.sealed).await?
        };
        OpenInstallation::new(installation, sealed, &self.public_url)
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
