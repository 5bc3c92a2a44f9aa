//! The engine that runs an adapter's task: it asks for the next call, makes the call, lets the adapter read the answer,
//! and notifies the listener.
//!
//! [`drive`] is that loop. It calls neither the queue nor the table: a [`Listener`] waits for permits of a rate
//! limit, and records what each answer taught before the next call is made.

pub mod ask;

use std::{pin::pin, time::Duration};

use bytes::Bytes;
use http::Response;

use crate::{
    adapter::{Body, Call, Fact, Failure, Known, Learned, RenderError, Repeat, Step, Task},
    installations::OpenSide,
    outside::http::{HttpClient, UploadFile},
    store::StoreError,
    tools::sentences::Sentence,
};

/// The maximum number of calls of a task. An adapter that asks for more is broken.
const CALL_LIMIT: usize = 60;
/// The time after which a call that goes on counts as a sign of trouble.
pub(crate) const SLOW: Duration = Duration::from_secs(3);

/// The reason why [`drive`] stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    Failure(Failure),
    Store(StoreError),
    /// The next call has to wait for a permit; the task should be resumed after this time.
    Postponed(Duration),
    /// The time that is left is too short for the next call.
    OutOfTime,
}

impl From<RenderError> for Stop {
    fn from(error: RenderError) -> Self {
        Self::Failure(render_failure(error))
    }
}

/// Converts the error of a task that could not be turned into a call, and logs an error of ours.
pub(crate) fn render_failure(error: RenderError) -> Failure {
    if error.is_ours {
        tracing::error!(error = %error, "an adapter does not know what it was asked for");
    }
    error.into()
}

/// Observes an attempt. The default implementation does nothing, which is right for setup tasks.
pub(crate) trait Listener {
    /// Waits until the next call may be made.
    async fn wait_for_permit(&mut self) -> Result<(), Stop> {
        Ok(())
    }
    /// Returns the effect of making this call twice.
    fn repeat_of(&self, call: &Call) -> Repeat {
        call.repeat
    }
    /// Runs before a call is made, with the effect of making the call twice. An error stops the task before the call.
    fn before_call(&mut self, _repeat: Repeat, _known: &Known) -> Result<(), Stop> {
        Ok(())
    }
    /// Runs once when a call has taken three seconds and goes on.
    async fn is_slow(&self) {}
    /// Runs when the vendor did not answer a call, or answered with a 5xx.
    fn had_trouble(&mut self) {}
    /// Runs after a call, with its result in plain words and its duration.
    fn after_call(&mut self, _call: &'static str, _result: String, _took: Duration) {}
    /// Runs after an answer has taught these facts; `is_last` says that nothing is left to do.
    async fn learned(&mut self, _known: &Known, _facts: &[Fact], _is_last: bool) -> Result<(), StoreError> {
        Ok(())
    }
    /// Returns the bytes of a part.
    fn file(&self, _part: usize) -> Option<UploadFile> {
        None
    }
}

/// Makes the calls of a task until nothing is left to do.
///
/// # Errors
/// Returns [`Stop::Failure`] if a call failed or could not be made, [`Stop::Store`] if the listener could not record an
/// answer, and [`Stop::Postponed`] or [`Stop::OutOfTime`] if the listener does not permit the next call now.
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
            Step::Download(_) | Step::DownloadAny(_) => {
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
        listener.wait_for_permit().await?;
        let repeat = listener.repeat_of(&call);
        listener.before_call(repeat, known)?;
        let (name, began) = (call.name, tokio::time::Instant::now());
        let (learned, is_trouble) = {
            let mut made = pin!(make_call(http, side, task, known, call, repeat, |part| listener.file(part)));
            match tokio::time::timeout(SLOW, &mut made).await {
                Ok(made) => made,
                Err(_) => {
                    listener.is_slow().await;
                    made.await
                }
            }
        };
        if is_trouble {
            listener.had_trouble();
        }
        listener.after_call(name, describe(&learned), began.elapsed());
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
///
/// # Errors
/// Returns the reason why the call did not work.
pub(crate) async fn once(
    http: &HttpClient,
    side: OpenSide<'_>,
    task: &Task<'_>,
    known: &mut Known,
    call: Call,
) -> Result<(), Failure> {
    let repeat = call.repeat;
    let (learned, _) = make_call(http, side, task, known, call, repeat, |_| None).await;
    let facts = learned?;
    known.learn(&facts);
    Ok(())
}

/// Makes a call and lets the adapter read the answer. The flag says that there was none, or a 5xx.
async fn make_call(
    http: &HttpClient,
    side: OpenSide<'_>,
    task: &Task<'_>,
    known: &Known,
    call: Call,
    repeat: Repeat,
    file: impl Fn(usize) -> Option<UploadFile>,
) -> (Learned, bool) {
    let name = call.name;
    let answered = http.call(call.request, file).await;
    let is_trouble = match &answered {
        Ok(answer) => answer.status().is_server_error(),
        Err(error) => !error.permanent,
    };
    let read = |answer: &Response<Bytes>| match Failure::of_page(name, answer) {
        Some(failure) => Err(failure),
        None => side.adapter.read(&side.account, task, known, answer),
    };
    let learned = match answered {
        Ok(answer) => match read(&answer) {
            // A call that may be repeated leaves no doubt.
            Err(Failure::Retry { wait, reason, .. }) if repeat != Repeat::Doubles => {
                Err(Failure::Retry { wait, reason, doubtful: false })
            }
            learned => learned,
        },
        // An address that we must not call stays forbidden until somebody changes the settings.
        Err(error) if error.permanent => Err(Failure::Blocked { reason: error.reason.into() }),
        Err(error) => Err(Failure::Retry {
            wait: None,
            reason: error.reason.into(),
            doubtful: error.doubtful && repeat == Repeat::Doubles,
        }),
    };
    (learned, is_trouble)
}

/// Returns the result of a call for the trace. The length is bounded, because the items of the journal are.
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
