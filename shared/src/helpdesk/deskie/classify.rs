//! The meaning of answers that are not successes. Deskie's own code in the body overrules the HTTP status.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::wire;
use crate::{
    adapter::{Failure, is_json, retry_after},
    tools::vendor_words,
};

/// The wait if Deskie does not say how long: the allowance is counted per minute.
const A_WHILE: Duration = Duration::from_secs(20);
/// With fewer calls than this left of the minute, calls that can wait do.
const RESERVE: u64 = 3;

/// Returns whether a call worked: a 2xx status, JSON, and no error in it.
pub(super) fn is_ok(answer: &Response<Bytes>) -> bool {
    answer.status().is_success()
        && matches!(wire::read(answer.body()), Some(Value::Object(_) | Value::Array(_)))
        && code(answer).is_none()
}

/// Returns Deskie's error code, in lower case.
pub(super) fn code(answer: &Response<Bytes>) -> Option<String> {
    let body = wire::read(answer.body())?;
    let code = match body.get("error")? {
        Value::String(code) => code.as_str(),
        Value::Object(error) => {
            ["code", "message"].iter().find_map(|field| error.get(*field)?.as_str()).unwrap_or("error")
        }
        Value::Null | Value::Bool(false) => return None,
        _ => "error",
    };
    let code = code.trim().to_ascii_lowercase();
    (!code.is_empty()).then(|| code.chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect())
}

/// Returns whether the answer says that the case, or any other object in the path, does not exist.
pub(super) fn is_missing(answer: &Response<Bytes>) -> bool {
    match code(answer) {
        Some(code) => code.ends_with("not_found"),
        None => answer.status().as_u16() == 404 && is_json(answer),
    }
}

/// Returns whether the answer says that the user does not exist.
pub(super) fn is_user_missing(answer: &Response<Bytes>) -> bool {
    code(answer).is_some_and(|code| code == "user_not_found")
}

/// Returns whether the answer complains about the contact's e-mail address or telephone number.
pub(super) fn is_about_contact(answer: &Response<Bytes>) -> bool {
    code(answer).is_some_and(|code| {
        matches!(code.as_str(), "wrong_email" | "email_already_exist" | "phone_already_exist" | "wrong_phone")
            || code.starts_with("incorrect_user_")
    })
}

/// Returns whether the answer complains about an agent.
pub(super) fn is_about_staff(answer: &Response<Bytes>) -> bool {
    code(answer).is_some_and(|code| code.starts_with("staff_") || code.starts_with("incorrect_staff"))
}

/// Returns whether hardly any call of this minute is left.
pub(super) fn is_scarce(answer: &Response<Bytes>) -> bool {
    header(answer, "api_calls_left").is_some_and(|left| left < RESERVE)
}

/// Returns what a failed call means. `what` completes "Deskie refused …".
///
/// Rate limits and Deskie's own failures are retried. Wrong credentials and a wrong address need a person. Any other
/// refusal is final, and its reason contains Deskie's code.
pub(super) fn failure(what: &str, answer: &Response<Bytes>) -> Failure {
    let status = answer.status().as_u16();
    let code = code(answer);
    if is_throttled(answer, code.as_deref()) {
        return Failure::Retry {
            wait: Some(wait(answer).unwrap_or(A_WHILE)),
            reason: "Deskie accepts no more calls at the moment".to_owned(),
            doubtful: false,
        };
    }
    let blocked = |reason: String| Failure::Blocked { reason };
    match (status, code) {
        (408 | 500.., _) => match Failure::of_status("Deskie", answer, wait(answer)) {
            Failure::Retry { wait: theirs, reason, doubtful } => {
                Failure::Retry { wait: theirs.or(wait(answer)), reason, doubtful }
            }
            other => other,
        },
        (_, Some(words)) if words.starts_with("staff_") => {
            let code = vendor_words::code(&words).unwrap_or("staff_error");
            blocked(format!("Deskie refused {what} ({code}); give the agent of the API key access to the channel"))
        }
        (300..=499, None) if !is_json(answer) => Failure::of_stranger("Deskie", answer),
        (401, _) => blocked("Deskie refused the API key (HTTP 401)".to_owned()),
        (403, _) => blocked("Deskie refused the e-mail address or its access to the API (HTTP 403)".to_owned()),
        (_, Some(words)) => match vendor_words::code(&words) {
            Some(code) => Failure::rejected(format!("Deskie refused {what} (HTTP {status}, {code})")),
            None => Failure::rejected_as(format!("Deskie refused {what} (HTTP {status})"), words),
        },
        (404 | 300..=399, None) => {
            blocked(format!("Deskie's API is not where `api_url` says (HTTP {status}); check it"))
        }
        // The answer may be the page of a proxy. The message may have been posted all the same.
        (200..=299, None) => Failure::Retry {
            wait: None,
            reason: "the answer does not come from Deskie's API".to_owned(),
            doubtful: true,
        },
        (_, None) => Failure::rejected(format!("Deskie refused {what} (HTTP {status})")),
    }
}

/// Returns whether the answer is a rate limit: a 429, the wording of an older 403, or a refusal that says when to
/// retry.
fn is_throttled(answer: &Response<Bytes>, code: Option<&str>) -> bool {
    let status = answer.status();
    let says_so = code.is_some_and(|code| code.contains("rate limit") || code.contains("rate_limit"));
    status.as_u16() == 429 || says_so || (status.is_client_error() && header(answer, "retry_after").is_some())
}

/// Returns how long Deskie asks the bridge to wait.
fn wait(answer: &Response<Bytes>) -> Option<Duration> {
    header(answer, "retry_after").map(Duration::from_secs).or_else(|| retry_after(answer))
}

/// Returns the number in a header. Deskie's header names contain underscores.
fn header(answer: &Response<Bytes>, name: &str) -> Option<u64> {
    answer.headers().get(name)?.to_str().ok()?.trim().parse().ok()
}
