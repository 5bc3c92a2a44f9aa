//! The meaning of answers that are not successes. The HTTP status gives the default; Freshchat's own words overrule it.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use time::{PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::wire::{self, Refusal};
use crate::{
    adapter::{Failure, is_json, retry_after},
    tools::{millis::Millis, vendor_words},
};

/// The format of `Date: Sun, 06 Nov 1994 08:49:37 GMT`.
const HTTP_DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// Returns what a failed call means. `what` completes "Freshchat refused …".
///
/// 429 and 5xx are retried, 401 and 403 need a person, and any other refusal is final and has Freshchat's words as its
/// reason.
pub(super) fn failure(what: &str, answer: &Response<Bytes>) -> Failure {
    let status = answer.status().as_u16();
    if !is_json(answer) {
        return Failure::of_stranger("Freshchat", answer);
    }
    match Failure::of_status("Freshchat", answer, until_reset(answer)) {
        Failure::Rejected { .. } => {
            let refusal: Refusal = wire::read(answer.body());
            let code =
                refusal.status.text().and_then(vendor_words::code).map_or_else(String::new, |it| format!(", {it}"));
            let reason = format!("Freshchat refused {what} (HTTP {status}{code})");
            Failure::rejected_as(reason, refusal.message.text().unwrap_or_default())
        }
        Failure::Blocked { .. } => Failure::Blocked {
            reason: format!("Freshchat refused the API token (HTTP {status}); it may have expired or been withdrawn"),
        },
        other => other,
    }
}

/// Returns whether a call worked.
pub(super) fn is_ok(answer: &Response<Bytes>) -> bool {
    answer.status().is_success()
}

/// Returns whether the target of a call does not exist.
pub(super) fn is_missing(answer: &Response<Bytes>) -> bool {
    answer.status() == StatusCode::NOT_FOUND && is_json(answer)
}

/// Returns whether a conversation takes no more messages. Only the words of this answer are known: `Conversation is not
/// the latest conversation of the user`.
pub(super) fn is_not_latest(answer: &Response<Bytes>) -> bool {
    answer.status() == StatusCode::BAD_REQUEST && says(answer, "not the latest conversation")
}

/// Returns whether Freshchat refused a picture: its URL could not be fetched, or its content is empty.
pub(super) fn is_image_refused(answer: &Response<Bytes>) -> bool {
    answer.status() == StatusCode::BAD_REQUEST && says(answer, "image")
}

/// Returns whether the user is unknown, for example because an agent deleted the user.
pub(super) fn is_user_unknown(answer: &Response<Bytes>) -> bool {
    answer.status() == StatusCode::NOT_FOUND && says(answer, "user")
}

/// Returns whether the topic is unknown, for example because an admin deleted the topic.
pub(super) fn is_topic_unknown(answer: &Response<Bytes>) -> bool {
    let names = ["channel not found", "channel_not_found", "channel_id"];
    match answer.status() {
        StatusCode::NOT_FOUND => says(answer, "channel"),
        StatusCode::BAD_REQUEST => names.iter().any(|name| says(answer, name)),
        _ => false,
    }
}

/// Returns whether the conversation is an e-mail conversation, into which text cannot be posted. The message may have
/// been sent all the same.
pub(super) fn is_email_conversation(answer: &Response<Bytes>) -> bool {
    answer.status() == StatusCode::BAD_REQUEST && says(answer, "fragment not supported")
}

fn says(answer: &Response<Bytes>, what: &str) -> bool {
    let refusal: Refusal = wire::read(answer.body());
    refusal.message.lower().contains(what) || refusal.status.lower().contains(what)
}

/// Returns the time until the rate limit is reset. Freshchat states the time of the reset, not the wait, and adapters
/// read no clock, so the wait counts from the answer's own `Date`.
fn until_reset(answer: &Response<Bytes>) -> Option<Duration> {
    if answer.status() != StatusCode::TOO_MANY_REQUESTS || retry_after(answer).is_some() {
        return None;
    }
    let headers = answer.headers();
    let reset: i64 = headers.get("x-ratelimit-reset")?.to_str().ok()?.trim().parse().ok()?;
    Some(Millis::from_seconds(reset).since(date(answer)?).max(Duration::from_secs(1)))
}

/// Returns the time of the answer by Freshchat's own clock.
pub(super) fn date(answer: &Response<Bytes>) -> Option<Millis> {
    let date = answer.headers().get(header::DATE)?.to_str().ok()?;
    Millis::from_date_time(PrimitiveDateTime::parse(date, HTTP_DATE).ok()?.assume_utc())
}
