//! What a webhook function remembers about other installations, so that a busy URL costs few calls to the table.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{
    model::installation::Side,
    outside::clock::now,
    store::{Store, StoreError},
    tools::millis::Millis,
};

/// How long the holder of an address is remembered, also if there is none.
const CACHE: Duration = Duration::from_secs(60);
/// The shortest time between two writes that count calls for nobody, per installation.
const COUNT_INTERVAL: Duration = Duration::from_secs(60);
/// The longest time that such a write may take. Nothing depends on it, and the platform waits for its answer.
const COUNT_TIMEOUT: Duration = Duration::from_millis(100);
/// The maximum number of remembered entries. A full memory is emptied.
const LIMIT: usize = 10_000;

/// The holders of addresses, and when a call for nobody was last counted.
#[derive(Debug, Default)]
pub(super) struct Siblings {
    holders: Mutex<HashMap<String, (Option<String>, Millis)>>,
    counted: Mutex<HashMap<String, Millis>>,
}

impl Siblings {
    /// Returns the id of the installation that has an address.
    ///
    /// # Errors
    /// Returns an error if the holder is not remembered and the table fails.
    pub(super) async fn holder(&self, store: &Store, address: &str) -> Result<Option<String>, StoreError> {
        let remembered = self.holders.lock().unwrap_or_else(PoisonError::into_inner).get(address).cloned();
        if let Some((holder, _)) = remembered.filter(|(_, read_at)| now().since(*read_at) < CACHE) {
            return Ok(holder);
        }
        let read_at = now();
        let holder = store.holder_of_address(address).await?;
        let mut holders = self.holders.lock().unwrap_or_else(PoisonError::into_inner);
        if holders.len() >= LIMIT {
            holders.clear();
        }
        holders.insert(address.to_owned(), (holder.clone(), read_at));
        Ok(holder)
    }

    /// Counts a call for an address that no installation has, at most once a minute for the owner of the URL. A failure
    /// has no effect.
    pub(super) async fn count_stray(&self, store: &Store, owner: &str, side: Side, address: &str) {
        let at = now();
        {
            let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
            if counted.get(owner).is_some_and(|last| at.since(*last) < COUNT_INTERVAL) {
                return;
            }
            if counted.len() >= LIMIT {
                counted.clear();
            }
            counted.insert(owner.to_owned(), at);
        }
        let _ = tokio::time::timeout(COUNT_TIMEOUT, store.count_stray(owner, side, address, at)).await;
    }
}
