//! The recorder of an attempt: what each answer taught is in the table before the next call is made.

use std::time::Duration;

use super::{done, files::Files, pace::Permits};
use crate::{
    adapter::{Call, Fact, Known, Link, Repeat},
    engine::{Listener, Stop},
    outside::{clock::now, http::UploadFile},
    store::{Claimed, LinkChange, Store, StoreError, Trace},
};

/// Waits for a permit.
pub(crate) async fn wait_for_permit(permits: &mut Permits<'_>) -> Result<(), Stop> {
    match permits.take().await {
        Ok(None) => Ok(()),
        Ok(Some(wait)) => Err(Stop::Postponed(wait)),
        Err(error) => Err(Stop::Store(error)),
    }
}

/// Writes what an attempt learns into the journal.
pub(crate) struct Recorder<'a> {
    store: &'a Store,
    claimed: Claimed,
    link: Link,
    files: Files,
    permits: Permits<'a>,
    is_settled: bool,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(store: &'a Store, claimed: Claimed, link: Link, files: Files, permits: Permits<'a>) -> Self {
        Self { store, claimed, link, files, permits, is_settled: false }
    }

    /// Settles a delivery that has nothing left to do, unless the record of its last call has already settled it.
    pub(crate) async fn settle_done(mut self, known: &Known) -> Result<Claimed, StoreError> {
        if !self.is_settled {
            self.learned(known, &[], true).await?;
        }
        Ok(self.claimed)
    }

    /// Returns the claim with the progress so far, and what changed in the link since the link was last written.
    pub(crate) fn into_claimed(mut self, known: &Known) -> (Claimed, LinkChange) {
        self.claimed.progress = known.progress.clone();
        // A doubt that is not settled yet outlives this attempt.
        self.claimed.doubtful = known.doubtful;
        let change = LinkChange::between(&self.link, &known.link);
        (self.claimed, change)
    }
}

impl Listener for Recorder<'_> {
    async fn wait_for_permit(&mut self) -> Result<(), Stop> {
        wait_for_permit(&mut self.permits).await
    }

    fn before_call(&mut self, call: &Call, known: &Known) {
        // An adapter that can look first has done so by now and has settled the doubt.
        if known.doubtful && call.repeat == Repeat::Doubles {
            self.claimed.doubled = true;
        }
    }

    fn after_call(&mut self, call: &'static str, result: String, took: Duration) {
        let attempt = self.claimed.attempt;
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.claimed.trace.push(Trace { at: now(), attempt, call: call.to_owned(), result, ms });
    }

    async fn learned(&mut self, known: &Known, _facts: &[Fact], is_last: bool) -> Result<(), StoreError> {
        self.claimed.progress = known.progress.clone();
        let change = LinkChange::between(&self.link, &known.link);
        // The vendor has accepted the call. Without the record, a later attempt would repeat it.
        for pause in [Some(200), Some(1_000), None] {
            let written = if is_last {
                let settlement = done(&known.progress, self.claimed.key.direction);
                self.store.settle(&self.claimed, &settlement, &change, now()).await
            } else {
                self.store.record(&self.claimed, &change, now()).await
            };
            match (written, pause) {
                (Ok(()), _) => break,
                (Err(StoreError::Unavailable { .. }), Some(pause)) => {
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
                (Err(error), _) => return Err(error),
            }
        }
        self.link = known.link.clone();
        self.is_settled = is_last;
        Ok(())
    }

    fn file(&self, part: usize) -> Option<UploadFile> {
        self.files.get(part)
    }
}
