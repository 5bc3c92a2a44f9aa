//! Rate limits that an installation or a contact shares between all functions, as token buckets in the table.

use std::time::Duration;

use super::{Changes, Store, StoreError, expires_at, key, links::contact_pk, number};
use crate::{model::features::Rate, tools::millis::Millis};

/// The bucket of tokens that an installation, or one of its contacts, has for one purpose.
///
/// Windows are fixed: the bucket is full again when its window has passed.
#[derive(Clone, Copy, Debug)]
pub struct Bucket<'a> {
    /// The id of the installation.
    pub installation: &'a str,
    /// The channel's own id of the contact; `None` for a bucket that the whole installation shares.
    pub contact: Option<&'a str>,
    /// The purpose of the tokens.
    pub name: &'a str,
    /// The number of tokens in each window, and the length of a window.
    pub rate: Rate,
}

impl Bucket<'_> {
    fn pk(&self) -> String {
        self.contact
            .map_or_else(|| format!("I#{}", self.installation), |contact| contact_pk(self.installation, contact))
    }
}

impl Store {
    /// Takes `want` tokens. Returns how long to wait if the bucket does not hold that many.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn take_quota(
        &self,
        bucket: &Bucket<'_>,
        want: u32,
        now: Millis,
    ) -> Result<Option<Duration>, StoreError> {
        self.take_quota_of(bucket, want, now, false).await
    }

    /// Takes tokens like [`take_quota`](Self::take_quota). `has_begun` says that somebody has already taken tokens from
    /// this window, which saves a write.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn take_quota_of(
        &self,
        bucket: &Bucket<'_>,
        want: u32,
        now: Millis,
        has_begun: bool,
    ) -> Result<Option<Duration>, StoreError> {
        let Rate { calls, period } = bucket.rate;
        let (pk, sk) = (bucket.pk(), format!("QUOTA#{}", bucket.name));
        let window = now.window_start(period);
        let end = window.plus(period);
        let expires_at = number(expires_at(end, 1));
        // Either the bucket is of this window and has room, or it is of an earlier window and starts again.
        let mut same_window = Changes::default();
        same_window.add("taken", number(want)).set("expires_at", expires_at.clone());
        same_window.name("window").value("window", number(window));
        same_window.value("room", number(i64::from(calls).saturating_sub(i64::from(want))));
        let mut new_window = Changes::default();
        new_window.set("window", number(window)).set("taken", number(want)).set("expires_at", expires_at);
        let room = "#window = :window AND #taken <= :room";
        let stale = "attribute_not_exists(#window) OR #window < :window";
        // Most windows serve one take, so the start of a new window is tried first. If that fails, the window has
        // begun.
        let tries = [(new_window, stale), (same_window, room)];
        for (changes, condition) in tries.into_iter().skip(usize::from(has_begun)) {
            if self.update(key(&pk, &sk), changes, condition).await?.is_written {
                return Ok(None);
            }
        }
        Ok(Some(end.since(now).max(Duration::from_millis(1))))
    }
}
