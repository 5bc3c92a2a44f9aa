//! What an answer that is no success means. Deskie's own code in the body overrules the HTTP status.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::wire;
use crate::{
    adapter::{Failure, retry_after},
    tools::vendor_words,
};

/// The wait when Deskie does not say how long: the allowance is one of a minute.
const A_WHILE: Duration = Duration::from_secs(20);
/// With so few calls left of the minute, what can wait does.
const RESERVE: u64 = 3;

/// Whether a call did what it should: a 2xx status, JSON, and no error in it.
pub(super) fn is_ok(answer: &Response<Bytes>) -> bool {
    answer.status().is_success()
        && matches!(wire::read(answer.body()), Some(Value::Object(_) | Value::Array(_)))
        && code(answer).is_none()
}

/// Deskie's error code, in lower case.
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

/// Whether the answer says that the case, or whatever else stands in the path, does not exist.
pub(super) fn is_missing(answer: &Response<Bytes>) -> bool {
    match code(answer) {
        Some(code) => code.ends_with("not_found"),
        None => answer.status().as_u16() == 404,
    }
}

/// Whether the answer says that the user does not exist.
pub(super) fn is_user_missing(answer: &Response<Bytes>) -> bool {
    code(answer).is_some_and(|code| code == "user_not_found")
}

/// Whether the answer complains of the contact's address or telephone number.
pub(super) fn is_about_contact(answer: &Response<Bytes>) -> bool {
    code(answer).is_some_and(|code| {
        matches!(code.as_str(), "wrong_email" | "email_already_exist" | "phone_already_exist" | "wrong_phone")
            || code.starts_with("incorrect_user_")
    })
}

/// Whether the answer complains of an agent.
pub(super) fn is_about_staff(answer: &Response<Bytes>) -> bool {
    code(answer).is_some_and(|code| code.starts_with("staff_") || code.starts_with("incorrect_staff"))
}

/// Whether hardly any call of this minute is left.
pub(super) fn is_scarce(answer: &Response<Bytes>) -> bool {
    header(answer, "api_calls_left").is_some_and(|left| left < RESERVE)
}

/// What a call that failed means; `what` completes "Deskie refused …".
///
/// Being too fast and failures of Deskie's own are tried again, wrong credentials and a wrong address need a person, any
/// other refusal is final and told by its code.
pub(super) fn failure(what: &str, answer: &Response<Bytes>) -> Failure {
    let status = answer.status().as_u16();
    let code = code(answer);
    if is_throttled(answer, code.as_deref()) {
        return Failure::Retry {
            wait: Some(wait(answer).unwrap_or(A_WHILE)),
            reason: "Deskie takes no more calls for the moment".to_owned(),
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
        (401, _) => blocked("Deskie refused the API key (HTTP 401)".to_owned()),
        (403, _) => blocked("Deskie refused the e-mail address or its access to the API (HTTP 403)".to_owned()),
        (_, Some(words)) => match vendor_words::code(&words) {
            Some(code) => Failure::rejected(format!("Deskie refused {what} (HTTP {status}, {code})")),
            None => Failure::rejected_as(format!("Deskie refused {what} (HTTP {status})"), words),
        },
        (404 | 300..=399, None) => {
            blocked(format!("Deskie's API is not where `api_url` says (HTTP {status}); check it"))
        }
        // A page of some proxy, say. What was sent may be there all the same.
        (200..=299, None) => Failure::Retry {
            wait: None,
            reason: "Deskie's answer is not what its API answers".to_owned(),
            doubtful: true,
        },
        (_, None) => Failure::rejected(format!("Deskie refused {what} (HTTP {status})")),
    }
}

/// 429, or the 403 of old with its wording, or a refusal that says when to come again.
fn is_throttled(answer: &Response<Bytes>, code: Option<&str>) -> bool {
    let status = answer.status();
    let says_so = code.is_some_and(|code| code.contains("rate limit") || code.contains("rate_limit"));
    status.as_u16() == 429 || says_so || (status.is_client_error() && header(answer, "retry_after").is_some())
}

/// How long Deskie wants us to wait.
fn wait(answer: &Response<Bytes>) -> Option<Duration> {
    header(answer, "retry_after").map(Duration::from_secs).or_else(|| retry_after(answer))
}

/// A number in a header; Deskie's have underscores.
fn header(answer: &Response<Bytes>, name: &str) -> Option<u64> {
    answer.headers().get(name)?.to_str().ok()?.trim().parse().ok()
}
