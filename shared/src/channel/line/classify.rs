//! What LINE's answers mean: <https://developers.line.biz/en/reference/messaging-api/#error-responses>.

use bytes::Bytes;
use http::Response;

use super::wire::Answer;
use crate::{
    adapter::{Failure, retry_after},
    tools::vendor_words,
};

/// The answer to a call that worked, or what its failure means. 409 for its retry key is a success: an
/// earlier attempt with the same key was taken (<https://developers.line.biz/en/docs/messaging-api/retrying-api-request/>).
pub(super) fn read(call: &'static str, answer: &Response<Bytes>) -> Result<Answer, Failure> {
    let status = answer.status().as_u16();
    let body: Option<Answer> = serde_json::from_slice(answer.body()).ok();
    let what = format!("LINE's {call} answered {status}");
    match (status, body) {
        (200..=299, Some(body)) => Ok(body),
        (409, Some(body)) if body.message.contains("retry key") => Ok(body),
        (200..=299, None) => Err(Failure::Retry { wait: None, reason: format!("{what} without JSON"), doubtful: true }),
        (_, body) => Err(failure(status, &body.unwrap_or_default(), what, answer)),
    }
}

fn failure(status: u16, body: &Answer, what: String, answer: &Response<Bytes>) -> Failure {
    match status {
        400 if body.message.contains("Failed to send messages") => {
            Failure::Gone { reason: "LINE cannot reach the contact, who may have blocked the account".to_owned() }
        }
        400 if body.message.contains("'to'") => {
            Failure::Gone { reason: "LINE does not know the contact's id".to_owned() }
        }
        400 if body.message.contains("webhook endpoint") => {
            Failure::rejected("LINE does not take the bridge's URL: it wants https and a public address")
        }
        400 => {
            // The names of fields are LINE's own; its messages may quote ours.
            let fields = body.details.iter().filter_map(|detail| detail.property.as_deref()).take(5);
            let fields: Vec<&str> = fields.filter_map(vendor_words::code).collect();
            let fields = if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(", ")) };
            Failure::rejected(format!("LINE does not accept the form of this message{fields}"))
        }
        401 => Failure::Blocked {
            reason: "LINE does not accept the channel access token; issue a new one in the LINE Developers console"
                .to_owned(),
        },
        403 => Failure::Blocked { reason: "this account's plan at LINE does not allow it".to_owned() },
        404 => Failure::rejected("LINE does not find it"),
        410 => Failure::rejected("LINE does not have this file any more"),
        413 => Failure::rejected("the message is too large for LINE"),
        415 => Failure::rejected("LINE does not take this kind of file"),
        429 if body.message.contains("monthly limit") => {
            Failure::Blocked { reason: "the account's messages at LINE are used up for this month".to_owned() }
        }
        429 => Failure::Retry { wait: retry_after(answer), reason: "LINE asks to wait".to_owned(), doubtful: false },
        408 | 500.. => Failure::Retry { wait: retry_after(answer), reason: what, doubtful: true },
        _ => Failure::rejected(what),
    }
}
