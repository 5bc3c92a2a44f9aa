//! What an answer that is no success means. The HTTP status gives the default; Freshchat's own words overrule it.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use time::{PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::wire::{self, Refusal};
use crate::{
    adapter::{Failure, retry_after},
    tools::vendor_words,
};

/// `Date: Sun, 06 Nov 1994 08:49:37 GMT`.
const HTTP_DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// What a call that failed means; `what` completes "Freshchat refused …".
///
/// 429 and 5xx are tried again, 401 and 403 need a person, any other refusal is final and told in Freshchat's words.
pub(super) fn failure(what: &str, answer: &Response<Bytes>) -> Failure {
    let status = answer.status().as_u16();
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

/// Whether a call worked.
pub(super) fn is_ok(answer: &Response<Bytes>) -> bool {
    answer.status().is_success()
}

/// Whether there is no such thing.
pub(super) fn is_missing(answer: &Response<Bytes>) -> bool {
    answer.status() == StatusCode::NOT_FOUND
}

/// `Conversation is not the latest conversation of the user`: only these words are known of the answer.
pub(super) fn is_not_latest(answer: &Response<Bytes>) -> bool {
    answer.status() == StatusCode::BAD_REQUEST && says(answer, "not the latest conversation")
}

/// Freshchat could not take a picture: its URL could not be fetched, or its content is empty.
pub(super) fn is_image_refused(answer: &Response<Bytes>) -> bool {
    answer.status() == StatusCode::BAD_REQUEST && says(answer, "image")
}

/// The user is unknown, for example because an agent deleted them.
pub(super) fn is_user_unknown(answer: &Response<Bytes>) -> bool {
    answer.status() == StatusCode::NOT_FOUND && says(answer, "user")
}

/// An e-mail conversation, into which text cannot be posted. The message may have gone out all the same.
pub(super) fn is_email_conversation(answer: &Response<Bytes>) -> bool {
    answer.status() == StatusCode::BAD_REQUEST && says(answer, "fragment not supported")
}

fn says(answer: &Response<Bytes>, what: &str) -> bool {
    let refusal: Refusal = wire::read(answer.body());
    refusal.message.lower().contains(what) || refusal.status.lower().contains(what)
}

/// How long until the rate limit is reset. Freshchat tells the time of the reset, not the wait, and adapters read no
/// clock: the answer's own `Date` is the other end.
fn until_reset(answer: &Response<Bytes>) -> Option<Duration> {
    if answer.status() != StatusCode::TOO_MANY_REQUESTS || retry_after(answer).is_some() {
        return None;
    }
    let headers = answer.headers();
    let reset: i64 = headers.get("x-ratelimit-reset")?.to_str().ok()?.trim().parse().ok()?;
    let wait = reset.checked_sub(date(answer)?)?;
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or_default().max(1)))
}

/// When Freshchat answered, by its own clock, in seconds since 1970.
pub(super) fn date(answer: &Response<Bytes>) -> Option<i64> {
    let date = answer.headers().get(header::DATE)?.to_str().ok()?;
    Some(PrimitiveDateTime::parse(date, HTTP_DATE).ok()?.assume_utc().unix_timestamp())
}
