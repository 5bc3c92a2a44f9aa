//! The brakes of an installation, as admins see and release them.

use futures_util::future::try_join_all;
use serde::Serialize;

use super::{Admin, findings::Closed};
use crate::{
    installations::OpenInstallation,
    model::installation::Side,
    store::{Braked, StoreError},
    tools::answer::ApiError,
};

/// The answer to a request that releases the brakes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Released {
    /// The sides of which a brake was closed.
    pub released: Vec<Side>,
}

impl Admin {
    /// Takes off all brakes. What waits comes at its next turn.
    ///
    /// # Errors
    /// 404 for an unknown installation, 410 for an uninstalled one, 503 if the table fails.
    pub async fn retry(&self, id: &str) -> Result<Released, ApiError> {
        self.find_installed(id).await?;
        let mut released = Vec::new();
        for braked in Braked::ALL {
            if self.store.release_brake(id, braked).await? && !released.contains(&braked.side()) {
                released.push(braked.side());
            }
        }
        Ok(Released { released })
    }

    /// Returns the brakes that are closed.
    pub(super) async fn closed_brakes(&self, open: &OpenInstallation) -> Result<Vec<Closed>, StoreError> {
        let brakes = try_join_all(Braked::ALL.map(|braked| self.store.brake(&open.installation.id, braked))).await?;
        let mut closed = Vec::new();
        for (braked, brake) in Braked::ALL.into_iter().zip(brakes) {
            if let Some(until) = brake.closed_until.filter(|_| brake.is_closed_for(open.installation.version)) {
                closed.push(Closed { braked, until, reason: brake.reason });
            }
        }
        Ok(closed)
    }
}
