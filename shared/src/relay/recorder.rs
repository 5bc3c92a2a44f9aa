//! The recorder of an attempt: what each answer taught is in the table before the next call is made.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use tokio::time::Instant;

use super::{Relay, brakes::Lane, files::Files, pace::Permits};
use crate::{
    adapter::{Call, Fact, Known, Link, Repeat},
    engine::{Listener, Stop},
    outside::{
        clock::now,
        http::{CALL_TIMEOUT, UploadFile},
    },
    store::{Claimed, LinkChange, Owed, Sent, Settlement, Store, StoreError, Trace},
    tools::{
        millis::Millis,
        rules::{self, Rule},
        sentences::Sentence,
    },
};

/// The time that a call needs beyond its own time limit, so that its answer is recorded before the invocation ends.
const RECORD_TIME: Duration = Duration::from_secs(2);

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
    limits: Limits,
    relay: &'a Relay,
    lane: &'a Lane<'a>,
    /// Whether the lane was noted as one in trouble while a call went on.
    is_noted: AtomicBool,
    /// Whether the last call got no answer or a 5xx.
    pub(super) is_trouble: bool,
    /// The number of requests whose look-ups are written, and of further ids.
    looked_up: (usize, usize),
    /// The look-up of the message that is delivered, for quotes, until it is written with the first part that arrived.
    own: Option<Sent>,
    is_settled: bool,
    /// When the last call was begun.
    began: Millis,
}

/// What the next call of an attempt depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The end of the invocation.
    pub(crate) deadline: Instant,
    /// Whether the vendor has forgotten the idempotency keys of this message by now.
    pub(crate) keys_are_gone: bool,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(
        (relay, lane): (&'a Relay, &'a Lane<'a>),
        claimed: Claimed,
        link: Link,
        files: Files,
        permits: Permits<'a>,
        limits: Limits,
    ) -> Self {
        let looked_up = (claimed.progress.sent.len(), 0);
        let store = &relay.store;
        let (is_noted, is_trouble) = (AtomicBool::new(false), false);
        Self {
            relay,
            lane,
            is_noted,
            is_trouble,
            store,
            claimed,
            link,
            files,
            permits,
            limits,
            looked_up,
            own: None,
            is_settled: false,
            began: now(),
        }
    }

    /// Adds the look-up of the message that is delivered.
    pub(super) fn with(self, own: Option<Sent>) -> Self {
        Self { own, ..self }
    }

    /// Returns whether the lane was noted as one in trouble while a call went on.
    pub(super) fn was_noted(&self) -> bool {
        self.is_noted.load(Ordering::Relaxed)
    }

    /// Settles a delivery that has nothing left to do, unless the record of its last call has already settled it.
    pub(crate) async fn settle_done(mut self, known: &Known) -> Result<Claimed, StoreError> {
        if !self.is_settled {
            self.learned(known, &[], true).await?;
        }
        Ok(self.claimed)
    }

    /// Returns the claim with the progress so far, and what the next record writes beside it.
    pub(crate) fn into_claimed(mut self, known: &Known) -> (Claimed, Owed) {
        let beside = self.note(known);
        (self.claimed, beside)
    }

    /// Takes over what is known by now. Returns what the next record writes beside the journal.
    fn note(&mut self, known: &Known) -> Owed {
        self.claimed.progress = known.progress.clone();
        if !known.doubtful {
            self.claimed.doubts = 0;
        }
        let side = self.claimed.key.direction.target();
        let new = known.progress.sent.get(self.looked_up.0..).unwrap_or_default();
        let others = known.other_ids.get(self.looked_up.1..).unwrap_or_default();
        let own = if new.is_empty() { None } else { self.own.take() };
        let sent = new.iter().chain(others).filter(|id| !id.is_empty()).map(|id| Sent { side, id: id.clone() });
        let sent = sent.chain(own).collect();
        Owed { link: LinkChange::between(&self.link, &known.link), sent }
    }
}

impl Listener for Recorder<'_> {
    async fn wait_for_permit(&mut self) -> Result<(), Stop> {
        wait_for_permit(&mut self.permits).await
    }

    fn repeat_of(&self, call: &Call) -> Repeat {
        if call.repeat == Repeat::Keyed && self.limits.keys_are_gone { Repeat::Doubles } else { call.repeat }
    }

    fn before_call(&mut self, repeat: Repeat, known: &Known) -> Result<(), Stop> {
        self.began = now();
        if repeat != Repeat::Doubles {
            return Ok(());
        }
        let left = self.limits.deadline.saturating_duration_since(Instant::now());
        if left < CALL_TIMEOUT + RECORD_TIME && rules::holds(Rule::DeadlineFirst) {
            return Err(Stop::OutOfTime);
        }
        // An adapter that can look first has done so by now and has settled the doubt. A call whose key has expired may
        // repeat an earlier attempt that left no doubt while the key was good.
        if known.doubtful || self.limits.keys_are_gone && self.claimed.attempt > 1 {
            self.claimed.doubled = rules::holds(Rule::DoubledIsMarked);
        }
        Ok(())
    }

    async fn is_slow(&self) {
        self.is_noted.store(true, Ordering::Relaxed);
        self.relay.had_trouble(self.lane, &Sentence::NoAnswer.to_string()).await;
    }

    fn had_trouble(&mut self) {
        self.is_trouble = true;
    }

    fn after_call(&mut self, call: &'static str, result: String, took: Duration) {
        let attempt = self.claimed.attempt;
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.claimed.trace.push(Trace { at: self.began, attempt, call: call.to_owned(), result, ms });
    }

    async fn learned(&mut self, known: &Known, _facts: &[Fact], is_last: bool) -> Result<(), StoreError> {
        let beside = self.note(known);
        // The vendor has accepted the call. Without the record, a later attempt would repeat it.
        for pause in [Some(200), Some(1_000), None] {
            let written = if is_last {
                self.store.settle(&self.claimed, &Settlement::Done, &beside, now()).await.map(|()| Owed::default())
            } else {
                self.store.record(&self.claimed, &beside, now()).await
            };
            match (written, pause) {
                (Ok(owed), _) => {
                    self.claimed.owed = owed;
                    break;
                }
                (Err(StoreError::Unavailable { .. }), Some(pause)) => {
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
                (Err(error), _) => {
                    if matches!(error, StoreError::Conflict) && known.progress.sent.len() > self.looked_up.0 {
                        self.relay.mark_overtaken(&self.claimed.key).await;
                    }
                    return Err(error);
                }
            }
        }
        self.link = known.link.clone();
        self.looked_up = (known.progress.sent.len(), known.other_ids.len());
        self.is_settled = is_last;
        Ok(())
    }

    fn file(&self, part: usize) -> Option<UploadFile> {
        self.files.get(part)
    }
}
