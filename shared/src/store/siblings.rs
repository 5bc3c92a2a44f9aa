//! The index that finds an installation by the address that an event names, and the calls that found none.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::{Changes, Store, StoreError, expires_at, key, number, number_of, owned, text, unavailable};
use crate::{model::installation::Side, tools::millis::Millis};

/// The number of days for which a call without an installation is remembered.
const KEEP_STRAYS_DAYS: i64 = 14;

/// The calls that arrived at an installation's URL for an address that no installation has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strays {
    /// The key of the address that the latest of them named.
    pub address: String,
    /// The number of calls that were counted. A busy URL counts one a minute.
    pub count: u64,
    /// When the latest of them arrived.
    pub latest_at: Millis,
}

impl Store {
    /// Returns the id of the installation that has an address.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn holder_of_address(&self, address: &str) -> Result<Option<String>, StoreError> {
        Ok(self.item(&pk(address), "META").await?.and_then(|item| owned(&item, "installation")))
    }

    /// Removes an address from the index if `installation` still has it.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn release_address(&self, address: &str, installation: &str) -> Result<(), StoreError> {
        let delete = self.delete(&pk(address), "META", Some(installation))?;
        match self.transact(vec![delete]).await {
            Ok(()) | Err(StoreError::Conflict) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Returns the write that gives an address to an installation, unless another one has it.
    pub(super) fn take_address(&self, address: &str, installation: &str) -> Result<TransactWriteItem, StoreError> {
        self.put_owned(&pk(address), installation)
    }

    /// Returns the write that removes the address of an installation that is uninstalled.
    pub(super) fn drop_address(&self, address: &str, installation: &str) -> Result<TransactWriteItem, StoreError> {
        self.delete(&pk(address), "META", Some(installation))
    }

    /// Counts a call to an installation's URL for an address that no installation has.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn count_stray(&self, id: &str, side: Side, address: &str, at: Millis) -> Result<(), StoreError> {
        let mut changes = Changes::default();
        changes
            .set("address", text(address))
            .set("latest_at", number(at.get()))
            .set("expires_at", number(expires_at(at, KEEP_STRAYS_DAYS)))
            .add("calls", number(1));
        self.update(strays(id, side), changes, "attribute_not_exists(pk) OR attribute_exists(pk)").await?;
        Ok(())
    }

    /// Returns the calls that arrived at an installation's URL for an address that no installation has.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn strays(&self, id: &str, side: Side) -> Result<Option<Strays>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(strays(id, side)));
        let item: HashMap<_, _> =
            request.send().await.map_err(|error| unavailable("GetItem", error))?.item.unwrap_or_default();
        let read = || {
            Some(Strays {
                address: owned(&item, "address")?,
                count: number_of(&item, "calls")?,
                latest_at: Millis::new(number_of(&item, "latest_at")?),
            })
        };
        Ok(read())
    }
}

fn pk(address: &str) -> String {
    format!("A#{address}")
}

fn strays(id: &str, side: Side) -> super::Item {
    key(&format!("I#{id}"), &format!("STRAYS#{}", side.word()))
}
