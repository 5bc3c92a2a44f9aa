//! Installing, changing and uninstalling: everything that an admin or the Marketplace asks of the bridge.

use std::sync::Arc;

use crate::{
    installations::{Installations, OpenInstallation},
    model::{enrolment::EnrolmentKey, installation::Route},
    outside::{aws::Timeouts, clock::now, config::Environment, http::HttpClient, queue::Queue, vault::Vault},
    start::{Clients, StartError, warm_up},
    store::Store,
    tools::{
        answer::ApiError,
        crypto::{is_id, same, sha256},
        sentences::Sentence,
    },
};

mod accounts;
mod addresses;
mod apply;
mod brakes;
mod catch_up;
mod dead_letters;
mod events;
mod findings;
mod heard;
mod keys;
mod request;
mod sessions;
mod tokens;
mod view;

pub use catch_up::{CatchUp, is_scheduled};
pub use dead_letters::{Discard, Redrive};
pub use events::is_app_event;
pub use findings::{Finding, FindingState, Standing};
pub use heard::{HeardSide, HeardView, RefusedView};
pub use keys::{KeyView, Keys, NewKey};
pub use request::{Mistake, Wanted, all_settings, kind_of, kinds};
pub use sessions::{SESSION, Session};
pub use view::{
    AccountNames, AccountView, AppAnswer, AppError, CatchUpReport, CheckReport, DeadLetter, DeadLetters, DiscardReport,
    InstallationList, InstallationSummary, InstallationView, Installed, Overview, Progress, Quota, ReconcileReport,
    RedriveReport, SideReport, SideView,
};

/// The install hook: its clients and its configuration.
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
    /// Permits http and loopback URLs in install requests.
    allow_private: bool,
}

/// What a caller is allowed to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Every route.
    Admin,
    /// Installing for one helpdesk account, and the routes of what the key installed.
    Enrolment(EnrolmentKey),
    /// The routes of one installation, except those that change it, uninstall it or make a new settings key.
    Settings,
}

impl Admin {
    /// Makes the clients from the environment, without any network call.
    ///
    /// # Errors
    /// Returns an error if a variable is missing or invalid.
    pub async fn from_environment(environment: &Environment) -> Result<Self, StartError> {
        let Clients { installations, store, vault, queue, sqs, public_url } =
            Clients::from_environment(environment, Timeouts::Background).await?;
        let dead_letters = Queue::new(sqs, environment.dlq_url()?);
        let allow_private = environment.allow_private_addresses()?;
        let http = HttpClient::new(allow_private);
        let admin_key_sha256 = environment.admin_key_sha256()?;
        Ok(Self { installations, store, vault, queue, dead_letters, http, public_url, admin_key_sha256, allow_private })
    }

    /// Opens the connection to the table, which every call needs.
    pub async fn warm_up(&self) {
        warm_up(self.store.warm_up()).await;
    }

    /// Returns what a bearer may do with an installation, or with none in particular.
    ///
    /// # Errors
    /// 401 for a missing or wrong key, 410 for the settings key of an uninstalled installation.
    pub async fn authorize(&self, bearer: Option<&str>, installation: Option<&str>) -> Result<Access, ApiError> {
        let bearer = bearer.ok_or_else(|| ApiError::unauthorized(Sentence::SendAdminKey))?;
        if same(&sha256(bearer.as_bytes()), &self.admin_key_sha256) {
            return Ok(Access::Admin);
        }
        if let Some(id) = installation
            && let Some(open) = self.opened_by(id, bearer).await?
        {
            return if open.is_uninstalled() { Err(ApiError::gone()) } else { Ok(Access::Settings) };
        }
        if let Some(key) = self.enrolment_key(bearer).await?
            && self.is_opened_by(&key, installation).await?
        {
            return Ok(Access::Enrolment(key));
        }
        Err(ApiError::unauthorized(Sentence::WrongKey))
    }

    /// Returns the installation that a settings key opens right now. A wrong key is refused from memory. A key that
    /// memory admits is looked up again, because another process may have replaced it.
    async fn opened_by(&self, id: &str, key: &str) -> Result<Option<Arc<OpenInstallation>>, ApiError> {
        if self.installations.admit(id, Route::Settings, key).await?.is_none() {
            return Ok(None);
        }
        let open = self.find(id).await?;
        let is_good = open.installation.admits(Route::Settings, key, now()).is_some();
        Ok(is_good.then_some(open))
    }

    async fn find(&self, id: &str) -> Result<Arc<OpenInstallation>, ApiError> {
        if !is_id(id) {
            return Err(ApiError::not_found());
        }
        self.look_up(id).await?.ok_or_else(ApiError::not_found)
    }

    /// Reads an installation from the table, because admins must never see a cached one.
    async fn look_up(&self, id: &str) -> Result<Option<Arc<OpenInstallation>>, ApiError> {
        self.installations.forget(id);
        Ok(self.installations.find(id).await?)
    }

    async fn find_installed(&self, id: &str) -> Result<Arc<OpenInstallation>, ApiError> {
        let open = self.find(id).await?;
        if open.is_uninstalled() { Err(ApiError::gone()) } else { Ok(open) }
    }
}
