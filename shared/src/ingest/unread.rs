//! How many signed calls that cannot be read are kept.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{
    model::features::Rate,
    outside::clock::now,
    store::{Bucket, Store},
    tools::millis::Millis,
};

/// The maximum length of a body that is kept, in bytes. As Base64 it fits into a message of the queue.
pub(super) const MAX_BODY: usize = 600 * 1024;
/// The number of calls that are kept for an installation.
const A_DAY: Rate = Rate { calls: 100, period: Duration::from_secs(86_400) };
/// The longest time that the look at the number may take, since the platform waits for its answer.
const TIMEOUT: Duration = Duration::from_millis(400);
/// The maximum number of remembered installations. A full memory is emptied.
const LIMIT: usize = 10_000;

/// The installations for which no more calls are kept for now.
#[derive(Debug, Default)]
pub(super) struct Limit {
    full_until: Mutex<HashMap<String, Millis>>,
}

impl Limit {
    /// Returns whether another call may be kept. If the table does not tell, it may: a call is rather kept than lost.
    pub(super) async fn permits(&self, store: &Store, installation: &str) -> bool {
        let at = now();
        if self.full_until.lock().unwrap_or_else(PoisonError::into_inner).get(installation).is_some_and(|it| at < *it) {
            return false;
        }
        let bucket = Bucket { installation, contact: None, name: "unread", rate: A_DAY };
        let Ok(Ok(Some(wait))) = tokio::time::timeout(TIMEOUT, store.take_quota(&bucket, 1, at)).await else {
            return true;
        };
        let mut full = self.full_until.lock().unwrap_or_else(PoisonError::into_inner);
        if full.len() >= LIMIT {
            full.clear();
        }
        full.insert(installation.to_owned(), at.plus(wait));
        false
    }
}
