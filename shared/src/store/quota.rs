//! Rates that an installation or a contact shares between all functions: token buckets in the table.

use std::time::Duration;

use super::{Changes, Store, StoreError, key, links::contact_pk, number};
use crate::model::features::Rate;

/// The tokens that an installation, or one contact of it, has for one purpose.
///
/// Windows are fixed: the bucket is full again when its window has passed.
#[derive(Clone, Copy, Debug)]
pub struct Bucket<'a> {
    /// The installation.
    pub installation: &'a str,
    /// The channel's own id of the contact; the whole installation shares the bucket without one.
    pub contact: Option<&'a str>,
    /// What the tokens are for.
    pub name: &'a str,
    /// How many tokens there are in each window, and how long a window is.
    pub rate: Rate,
}

impl Bucket<'_> {
    fn pk(&self) -> String {
        self.contact
            .map_or_else(|| format!("I#{}", self.installation), |contact| contact_pk(self.installation, contact))
    }
}

impl Store {
    /// Takes `want` tokens. Gives how long to wait when the bucket does not hold that many.
    ///
    /// # Errors
    /// The table failed.
    pub async fn take_quota(&self, bucket: &Bucket<'_>, want: u32, now: i64) -> Result<Option<Duration>, StoreError> {
        self.take_quota_of(bucket, want, now, false).await
    }

    /// As [`take_quota`](Self::take_quota), in one write where the caller knows whether somebody has taken from this
    /// window already.
    ///
    /// # Errors
    /// The table failed.
    pub async fn take_quota_of(
        &self,
        bucket: &Bucket<'_>,
        want: u32,
        now: i64,
        has_begun: bool,
    ) -> Result<Option<Duration>, StoreError> {
        let Rate { calls, period } = bucket.rate;
        let (pk, sk) = (bucket.pk(), format!("QUOTA#{}", bucket.name));
        let period_ms = i64::try_from(period.as_millis()).unwrap_or(i64::MAX).max(1);
        let window = now.saturating_sub(now.rem_euclid(period_ms));
        let expires_at = number(window.saturating_add(period_ms).saturating_div(1000).saturating_add(86_400));
        // A bucket of this window with room in it, else a bucket of an earlier window, which starts anew.
        let mut more = Changes::default();
        more.add("taken", number(want)).set("expires_at", expires_at.clone());
        more.name("window").value("window", number(window));
        more.value("room", number(i64::from(calls).saturating_sub(i64::from(want))));
        let mut anew = Changes::default();
        anew.set("window", number(window)).set("taken", number(want)).set("expires_at", expires_at);
        let room = "#window = :window AND #taken <= :room";
        let stale = "attribute_not_exists(#window) OR #window < :window";
        // Most windows hold one take, so beginning one comes first; where that fails it has begun.
        let tries = [(anew, stale), (more, room)];
        for (changes, condition) in tries.into_iter().skip(usize::from(has_begun)) {
            if self.update(key(&pk, &sk), changes, condition).await?.is_written {
                return Ok(None);
            }
        }
        let left = window.saturating_add(period_ms).saturating_sub(now).max(1);
        Ok(Some(Duration::from_millis(left.unsigned_abs())))
    }
}
