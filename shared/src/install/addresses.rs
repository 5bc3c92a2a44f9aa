//! The addresses of installations: which of them an installation may have, and which nobody has.

use http::StatusCode;

use super::{Admin, accounts::Names, findings::Stray};
use crate::{
    installations::OpenInstallation,
    model::installation::{Installation, Side},
    store::StoreError,
    tools::{answer::ApiError, sentences::Sentence},
};

impl Admin {
    /// Gives an installation, which is not stored yet, the addresses of its sides: those that the check has just proved
    /// to be its own, and those that an earlier check proved. Returns the addresses that the installation had before.
    ///
    /// Another installation of the same account keeps what it has: the events of one address go to one installation.
    ///
    /// # Errors
    /// 409 if an installation of another account has a proven address.
    pub(super) async fn take_addresses(
        &self,
        installation: &mut Installation,
        owns: &[Side],
    ) -> Result<Vec<String>, ApiError> {
        let open = self.opened(installation)?;
        let before = std::mem::take(&mut installation.addresses);
        for side in [Side::Channel, Side::Helpdesk] {
            let Some(key) = open.address_key(side) else { continue };
            if (owns.contains(&side) || before.contains(&key)) && self.may_have(installation, side, &key).await? {
                installation.addresses.push(key);
            }
        }
        Ok(before.into_iter().filter(|key| !installation.addresses.contains(key)).collect())
    }

    /// Writes what a check has learned: the names of the accounts, and the addresses and the place on the list of an
    /// installation that an earlier version stored without them.
    pub(super) async fn bring_up_to_date(
        &self,
        open: &OpenInstallation,
        owns: &[Side],
        names: &Names,
    ) -> Result<(), ApiError> {
        let mut installation = open.installation.clone();
        match self.take_addresses(&mut installation, owns).await {
            Ok(_) => {}
            // The check reports on the accounts, and goes on without the address.
            Err(error) if error.status == StatusCode::CONFLICT => {
                installation.addresses.clone_from(&open.installation.addresses);
            }
            Err(error) => return Err(error),
        }
        names.give(&mut installation);
        installation.is_listed = true;
        if installation == open.installation {
            return Ok(());
        }
        let written = self.store.put_installation(&installation, &[]).await;
        self.installations.forget(&installation.id);
        match written {
            // Somebody else changes the installation, so the next check writes them.
            Ok(()) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns whether an address is free for an installation. The address of an installation that is gone is freed.
    async fn may_have(&self, installation: &Installation, side: Side, key: &str) -> Result<bool, ApiError> {
        let holder = self.store.holder_of_address(key).await?.filter(|holder| *holder != installation.id);
        let Some(holder) = holder else { return Ok(true) };
        match self.look_up(&holder).await? {
            Some(open) if !open.is_uninstalled() && open.address_key(side).as_deref() == Some(key) => {
                if open.installation.shares_account(installation) {
                    return Ok(false);
                }
                let address = open.side(side).adapter.features().address.unwrap_or("address");
                let taken = Sentence::AddressTaken { side: side.word(), address };
                Err(ApiError::new(StatusCode::CONFLICT, "address_taken", taken))
            }
            _ => {
                self.store.release_address(key, &holder).await?;
                Ok(true)
            }
        }
    }

    /// Returns the calls that arrive at a side's URL for an address that no installation has.
    pub(super) async fn strays(&self, open: &OpenInstallation, side: Side) -> Result<Option<Stray>, ApiError> {
        let Some(noun) = open.side(side).adapter.features().address else { return Ok(None) };
        let Some(strays) = self.store.strays(&open.installation.id, side).await? else { return Ok(None) };
        if self.store.holder_of_address(&strays.address).await?.is_some() {
            return Ok(None);
        }
        let id = strays.address.rsplit_once('/').map_or("", |(_, id)| id).to_owned();
        Ok(Some(Stray { side, noun, id, latest_at: strays.latest_at }))
    }

    /// Returns an installation with its adapters and without secrets.
    pub(super) fn opened(&self, installation: &Installation) -> Result<OpenInstallation, ApiError> {
        Ok(OpenInstallation::new(installation.clone(), std::sync::Arc::default(), &self.public_url)?)
    }
}
