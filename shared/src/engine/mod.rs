//! Running a task of an adapter: ask for the next call, make it, let the adapter read the answer, tell the listener.
//!
//! [`drive`] is that loop. It knows neither the queue nor the table: a [`Listener`] waits for the turn of a call and
//! records what each answer taught before the next call is made.

pub mod ask;

use std::time::Duration;

use crate::{
    adapter::{Body, Call, Fact, Failure, Known, Learned, RenderError, Repeat, Step, Task},
    installations::OpenSide,
    outside::http::{HttpClient, UploadFile},
    store::StoreError,
    tools::sentences::Sentence,
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
pub(crate) fn not_rendered(error: RenderError) -> Failure {
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
    side: OpenSide<'_>,
    task: &Task<'_>,
    known: &mut Known,
    listener: &mut impl Listener,
) -> Result<(), Stop> {
    let OpenSide { adapter, account } = side;
    let mut step = adapter.next(&account, task, known)?;
    for _ in 0..CALL_LIMIT {
        let call = match step {
            Step::Done => return Ok(()),
            Step::Call(call) => call,
            Step::Download(_) => {
                return Err(Stop::Failure(Failure::rejected(Sentence::FileNotHere)));
            }
        };
        if let Body::Upload { files, .. } = call.request.body()
            && let Some((_, part)) = files.iter().find(|(_, part)| listener.file(*part).is_none())
        {
            let file = known.progress.files.entry(*part).or_default();
            file.missed = file.missed.saturating_add(1);
            return Err(Stop::Failure(Failure::retry(Sentence::FileNotFetchedAgain)));
        }
        listener.turn().await?;
        listener.before(&call, known);
        let (name, began) = (call.name, tokio::time::Instant::now());
        let learned = make(http, side, task, known, call, |part| listener.file(part)).await;
        listener.after(name, describe(&learned), began.elapsed());
        let facts = learned.map_err(Stop::Failure)?;
        known.learn(&facts);
        if facts.iter().any(|fact| matches!(fact, Fact::Sent(_))) {
            known.doubtful = false;
        }
        step = adapter.next(&account, task, known)?;
        listener.learned(known, &facts, matches!(step, Step::Done)).await.map_err(Stop::Store)?;
    }
    Err(Stop::Failure(Failure::rejected(Sentence::TooManyCalls)))
}

/// Makes one call of a task that keeps no record.
pub(crate) async fn once(
    http: &HttpClient,
    side: OpenSide<'_>,
    task: &Task<'_>,
    known: &mut Known,
    call: Call,
) -> Result<(), Failure> {
    let facts = make(http, side, task, known, call, |_| None).await?;
    known.learn(&facts);
    Ok(())
}

async fn make(
    http: &HttpClient,
    side: OpenSide<'_>,
    task: &Task<'_>,
    known: &Known,
    call: Call,
    file: impl Fn(usize) -> Option<UploadFile>,
) -> Learned {
    let (repeat, only_reads) = (call.repeat, call.request.method().is_safe());
    match http.call(call.request, file).await {
        Ok(answer) => match side.adapter.read(&side.account, task, known, &answer) {
            // Whatever became of a call that only reads, it made nothing.
            Err(Failure::Retry { wait, reason, .. }) if only_reads => {
                Err(Failure::Retry { wait, reason, doubtful: false })
            }
            learned => learned,
        },
        // An address that we may not call does not get better by itself; somebody has to change the settings.
        Err(error) if error.permanent => Err(Failure::Blocked { reason: error.reason.into() }),
        Err(error) => Err(Failure::Retry {
            wait: None,
            reason: error.reason.into(),
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
