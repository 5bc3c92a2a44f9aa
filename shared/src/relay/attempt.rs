//! One attempt at a task: make the calls that the adapter asks for, and record what each taught before the next.

use std::time::Duration;

use super::{
    done,
    pace::Turns,
    prepare::{self, Files},
};
use crate::{
    adapter::{Account, Adapter, Body, Call, Fact, Failure, Known, Learned, Link, RenderError, Repeat, Step, Task},
    outside::{
        clock::now_ms,
        http::{HttpClient, UploadFile},
    },
    store::{Claimed, LinkChange, Store, StoreError, Trace},
};

/// No task takes so many calls; an adapter that wants more is broken.
const CALL_LIMIT: usize = 60;

/// Why [`drive`] stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    Failure(Failure),
    Store(StoreError),
    /// It is not our turn; come back after this long.
    NotYet(Duration),
}

impl From<RenderError> for Stop {
    fn from(error: RenderError) -> Self {
        Self::Failure(not_rendered(error))
    }
}

/// A task that could not be turned into a call.
pub(super) fn not_rendered(error: RenderError) -> Failure {
    if error.is_ours {
        tracing::error!(error = %error, "an adapter does not know what it was asked for");
    }
    error.into()
}

/// Hears what an attempt does. The default hears nothing, which is right for setup tasks.
pub(crate) trait Listener {
    /// Waits for the turn to make a call.
    async fn turn(&mut self) -> Result<(), Stop> {
        Ok(())
    }
    /// A call is about to be made.
    fn before(&mut self, _call: &Call, _known: &Known) {}
    /// A call came to this.
    fn after(&mut self, _call: &'static str, _result: String, _took: Duration) {}
    /// An answer taught this; `is_last` when nothing is left to do.
    async fn learned(&mut self, _known: &Known, _facts: &[Fact], _is_last: bool) -> Result<(), StoreError> {
        Ok(())
    }
    /// The bytes of a part.
    fn file(&self, _part: usize) -> Option<UploadFile> {
        None
    }
}

/// Makes the calls of a task until nothing is left to do.
pub(crate) async fn drive(
    http: &HttpClient,
    adapter: &dyn Adapter,
    account: &Account<'_>,
    task: &Task<'_>,
    known: &mut Known,
    listener: &mut impl Listener,
) -> Result<(), Stop> {
    let mut step = adapter.next(account, task, known)?;
    for _ in 0..CALL_LIMIT {
        let call = match step {
            Step::Done => return Ok(()),
            Step::Call(call) => call,
            Step::Download(_) => {
                return Err(Stop::Failure(Failure::rejected("the file cannot be fetched this way")));
            }
        };
        if let Body::Upload { files, .. } = call.request.body()
            && let Some((_, part)) = files.iter().find(|(_, part)| listener.file(*part).is_none())
        {
            prepare::missed(&mut known.progress, *part);
            let reason = "a file could not be fetched once more".to_owned();
            return Err(Stop::Failure(Failure::Retry { wait: None, reason, doubtful: false }));
        }
        listener.turn().await?;
        listener.before(&call, known);
        let (name, began) = (call.name, tokio::time::Instant::now());
        let learned = make(http, adapter, account, task, known, call, |part| listener.file(part)).await;
        listener.after(name, describe(&learned), began.elapsed());
        let facts = learned.map_err(Stop::Failure)?;
        known.learn(&facts);
        if facts.iter().any(|fact| matches!(fact, Fact::Sent(_))) {
            known.doubtful = false;
        }
        step = adapter.next(account, task, known)?;
        listener.learned(known, &facts, matches!(step, Step::Done)).await.map_err(Stop::Store)?;
    }
    Err(Stop::Failure(Failure::rejected("the delivery takes too many calls")))
}

/// Waits for a turn.
pub(crate) async fn turn(turns: &mut Turns<'_>) -> Result<(), Stop> {
    match turns.take().await {
        Ok(None) => Ok(()),
        Ok(Some(wait)) => Err(Stop::NotYet(wait)),
        Err(error) => Err(Stop::Store(error)),
    }
}

/// Makes one call of a task that keeps no record.
pub(crate) async fn once(
    http: &HttpClient,
    adapter: &dyn Adapter,
    account: &Account<'_>,
    task: &Task<'_>,
    known: &mut Known,
    call: Call,
) -> Result<(), Failure> {
    let facts = make(http, adapter, account, task, known, call, |_| None).await?;
    known.learn(&facts);
    Ok(())
}

async fn make(
    http: &HttpClient,
    adapter: &dyn Adapter,
    account: &Account<'_>,
    task: &Task<'_>,
    known: &Known,
    call: Call,
    file: impl Fn(usize) -> Option<UploadFile>,
) -> Learned {
    let (repeat, only_reads) = (call.repeat, call.request.method().is_safe());
    match http.call(call.request, file).await {
        Ok(answer) => match adapter.read(account, task, known, &answer) {
            // Whatever became of a call that only reads, it made nothing.
            Err(Failure::Retry { wait, reason, .. }) if only_reads => {
                Err(Failure::Retry { wait, reason, doubtful: false })
            }
            learned => learned,
        },
        // An address that we may not call does not get better by itself; somebody has to change the settings.
        Err(error) if error.permanent => Err(Failure::Blocked { reason: error.reason.to_owned() }),
        Err(error) => Err(Failure::Retry {
            wait: None,
            reason: error.reason.to_owned(),
            doubtful: error.doubtful && repeat == Repeat::Doubles,
        }),
    }
}

/// What a call came to, for its trace. The journal's items must not be of any length.
fn describe(learned: &Learned) -> String {
    let result = match learned {
        Ok(_) => return "ok".to_owned(),
        Err(Failure::Retry { reason, .. }) => format!("try again: {reason}"),
        Err(Failure::Rejected { reason, .. }) => format!("refused: {reason}"),
        Err(Failure::Gone { reason }) => format!("contact gone: {reason}"),
        Err(Failure::Blocked { reason }) => format!("blocked: {reason}"),
    };
    result.chars().take(500).collect()
}

/// Writes into the journal what an attempt learns.
pub(crate) struct Recorder<'a> {
    store: &'a Store,
    claimed: Claimed,
    link: Link,
    files: Files,
    turns: Turns<'a>,
    is_settled: bool,
}

impl<'a> Recorder<'a> {
    pub(crate) fn new(store: &'a Store, claimed: Claimed, link: Link, files: Files, turns: Turns<'a>) -> Self {
        Self { store, claimed, link, files, turns, is_settled: false }
    }

    /// Settles a delivery that has nothing left to do, unless its last call did.
    pub(crate) async fn settle_done(mut self, known: &Known) -> Result<Claimed, StoreError> {
        if !self.is_settled {
            self.learned(known, &[], true).await?;
        }
        Ok(self.claimed)
    }

    /// The claim with the progress so far, and what changed in the link since it was last written.
    pub(crate) fn into_claimed(mut self, known: &Known) -> (Claimed, LinkChange) {
        self.claimed.progress = known.progress.clone();
        // A doubt that nobody settled yet outlives this attempt.
        self.claimed.doubtful = known.doubtful;
        let change = LinkChange::between(&self.link, &known.link);
        (self.claimed, change)
    }
}

impl Listener for Recorder<'_> {
    async fn turn(&mut self) -> Result<(), Stop> {
        turn(&mut self.turns).await
    }

    fn before(&mut self, call: &Call, known: &Known) {
        // An adapter that can look first has done so by now, and settled the doubt.
        if known.doubtful && call.repeat == Repeat::Doubles {
            self.claimed.doubled = true;
        }
    }

    fn after(&mut self, call: &'static str, result: String, took: Duration) {
        let attempt = self.claimed.attempt;
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.claimed.trace.push(Trace { at: now_ms(), attempt, call: call.to_owned(), result, ms });
    }

    async fn learned(&mut self, known: &Known, _facts: &[Fact], is_last: bool) -> Result<(), StoreError> {
        self.claimed.progress = known.progress.clone();
        let change = LinkChange::between(&self.link, &known.link);
        // The vendor has done its part; losing the record now would mean doing it twice.
        for pause in [Some(200), Some(1_000), None] {
            let written = if is_last {
                let settlement = done(&known.progress, self.claimed.key.direction);
                self.store.settle(&self.claimed, &settlement, &change, now_ms()).await
            } else {
                self.store.record(&self.claimed, &change, now_ms()).await
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
