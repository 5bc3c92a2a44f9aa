//! The services of AWS behind the seam: what a call does, and what goes wrong with it.

use std::time::Duration;

use byoc::tools::simulation::Broken;
use bytes::Bytes;
use http::{Request, Response};
use serde_json::json;

use crate::{
    faults::{self, Fate},
    queue, table,
    world::{log, with},
};

/// Answers a call to AWS.
///
/// # Errors
/// Returns an error if the call gets no answer.
pub async fn answer(request: Request<Bytes>) -> Result<Response<Bytes>, Broken> {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let (service, operation) = target.split_once('.').unwrap_or((target, ""));
    let (is_queue, operation) = (service == "AmazonSQS", operation.to_owned());
    let body = request.into_body();
    // A call takes a few milliseconds.
    tokio::time::sleep(Duration::from_millis(with(|state| state.rng.u64(2..8)))).await;
    let fate = faults::of_aws(&operation);
    let process = with(|state| state.process);
    if !matches!(fate, Fate::Works | Fate::Slow(_)) {
        with(|state| state.checks.in_doubt(process));
    }
    let act = || {
        with(|state| state.process = process);
        let done = if is_queue {
            queue::run(&operation, &body)
        } else {
            with(|state| {
                let (now, lag) = (state.elapsed(), state.faults.index_lag);
                let leaves_some = faults::strikes(state, state.faults.unprocessed);
                state.table.call(&operation, &body, now, lag, leaves_some)
            })
        };
        log(|| format!("{operation} {} {fate:?}", done.0));
        done
    };
    let refused = |status, code: &str| {
        if is_queue { queue::refused(status, code, "simulated") } else { table::refused(status, code, "simulated") }
    };
    let no_effect = || log(|| format!("{operation} - {fate:?}"));
    let (status, body) = match fate {
        Fate::Slow(delay) => {
            let done = act();
            tokio::time::sleep(delay).await;
            done
        }
        Fate::Refused => {
            no_effect();
            refused(500, "InternalServerError")
        }
        Fate::Throttled => {
            no_effect();
            if operation == "TransactWriteItems" {
                let code = with(|state| ["ThrottlingError", "TransactionConflict"][state.rng.usize(..2)]);
                let reasons = json!([{ "Code": code, "Message": "simulated" }]);
                let body = json!({
                    "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                    "Message": format!("Transaction cancelled, please refer cancellation reasons for specific reasons [{code}]"),
                    "CancellationReasons": reasons,
                });
                (400, body.to_string().into_bytes())
            } else if is_queue {
                queue::refused(400, "RequestThrottled", "simulated")
            } else {
                table::refused(400, "ProvisionedThroughputExceededException", "simulated")
            }
        }
        Fate::NoConnection => {
            no_effect();
            return Err(Broken::NoConnection);
        }
        Fate::Hangs => {
            no_effect();
            std::future::pending().await
        }
        Fate::ActsThenHangs => {
            act();
            std::future::pending().await
        }
        Fate::AnswerLost => {
            act();
            return Err(Broken::Lost);
        }
        Fate::ActsThenFails => {
            act();
            refused(500, "InternalServerError")
        }
        Fate::Works | Fate::Malformed | Fate::EqualId | Fate::Blocked => act(),
    };
    let answer = Response::builder().status(status).header("content-type", "application/x-amz-json-1.0");
    answer.body(Bytes::from(body)).map_err(|_| Broken::Lost)
}
