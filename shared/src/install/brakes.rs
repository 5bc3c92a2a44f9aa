//! The brakes of an installation, as admins see and release them.

use futures_util::future::try_join_all;
use serde::Serialize;

use super::{
    Admin,
    view::{Finding, FindingState},
};
use crate::{
    installations::OpenInstallation,
    model::installation::Side,
    outside::clock::now,
    store::{Braked, StoreError},
    tools::{answer::ApiError, sentences::Sentence},
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

    /// Returns a finding for each brake that is closed.
    pub(super) async fn closed_brakes(&self, open: &OpenInstallation) -> Result<Vec<Finding>, StoreError> {
        let mut findings = Vec::new();
        let brakes = try_join_all(Braked::ALL.map(|braked| self.store.brake(&open.installation.id, braked))).await?;
        for (braked, brake) in Braked::ALL.into_iter().zip(brakes) {
            let Some(until) = brake.closed_until.filter(|_| brake.is_closed_for(open.installation.version)) else {
                continue;
            };
            let until = until.max(now()).rfc3339();
            let (until, reason) = (until.as_str(), brake.reason.as_str());
            let cause = match braked {
                Braked::Messages(_) => Sentence::BrakeClosed { until, reason },
                Braked::Downloads(_) => Sentence::DownloadsBraked { until, reason },
            };
            findings.push(Finding {
                code: "brake_closed",
                side: braked.side(),
                state: FindingState::Warning,
                cause: cause.to_string().into(),
                fix: Sentence::BrakeOpens.to_string().into(),
            });
        }
        Ok(findings)
    }
}
