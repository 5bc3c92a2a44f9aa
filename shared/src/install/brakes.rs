//! The brakes of an installation, as admins see and release them.

use serde::Serialize;

use super::{
    Admin,
    view::{Finding, FindingState},
};
use crate::{
    installations::OpenInstallation,
    model::installation::Side,
    outside::clock::now,
    store::StoreError,
    tools::{answer::ApiError, sentences::Sentence},
};

/// The answer to a request that releases the brakes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Released {
    /// The sides whose brake was closed.
    pub released: Vec<Side>,
}

impl Admin {
    /// Takes off the brakes of both sides. What waits comes at its next turn.
    ///
    /// # Errors
    /// 404 for an unknown installation, 410 for an uninstalled one, 503 if the table fails.
    pub async fn retry(&self, id: &str) -> Result<Released, ApiError> {
        self.find_installed(id).await?;
        let mut released = Vec::new();
        for side in [Side::Channel, Side::Helpdesk] {
            if self.store.release_brake(id, side).await? {
                released.push(side);
            }
        }
        Ok(Released { released })
    }

    /// Returns a finding for each brake that is closed.
    pub(super) async fn closed_brakes(&self, open: &OpenInstallation) -> Result<Vec<Finding>, StoreError> {
        let mut findings = Vec::new();
        for side in [Side::Channel, Side::Helpdesk] {
            let brake = self.store.brake(&open.installation.id, side).await?;
            let Some(until) = brake.closed_until.filter(|_| brake.version == open.installation.version) else {
                continue;
            };
            let until = until.max(now()).rfc3339();
            findings.push(Finding {
                code: "brake_closed",
                side,
                state: FindingState::Warning,
                cause: Sentence::BrakeClosed { until: &until, reason: &brake.reason }.to_string().into(),
                fix: Sentence::BrakeOpens.to_string().into(),
            });
        }
        Ok(findings)
    }
}
