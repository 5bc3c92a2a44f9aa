//! What Bird's errors mean: codes of answers and of failed events.

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use crate::{
    adapter::{Outcome, retry_after},
    channel::codes::Class::{self, Account, Later, Message, OptOut, Receiver},
};

/// The codes that messages meet.
#[rustfmt::skip]
const CODES: &[(&str, Class, &str)] = &[
    ("invalid_destination", Receiver, "this is not an address that Bird can reach"),
    ("unreachable", Receiver, "the phone cannot be reached; it may be switched off"),
    ("undeliverable", Receiver, "the contact cannot be reached on this channel"),
    ("blocked_by_carrier", Message, "the carrier has filtered the message"),
    ("recipient_opted_out", OptOut, "the contact has opted out"),
    ("recipient_suppressed", OptOut, "the contact does not want messages of this sender"),
    ("insufficient_balance", Account, "the balance at Bird is used up"),
    ("service_window_expired", Message, "more than 24 hours have passed since the contact's last message, and WhatsApp then takes approved templates only: write /template followed by its slug"),
    ("rate_limited", Later, "Bird asks to wait"),
    ("media_rejected", Message, "the channel does not take the file"),
    ("apple:404", Receiver, "the contact has closed the conversation in Messages"),
];

/// Why a message failed late, in words that stand in a sentence.
pub(super) fn reason(code: Option<&str>) -> String {
    let row = CODES.iter().find(|(listed, ..)| Some(*listed) == code);
    row.map_or_else(|| "Bird could not deliver it".to_owned(), |(.., reason)| (*reason).to_owned())
}

/// The answer to a call that worked, or what its failure means.
pub(super) fn read(call: &'static str, answer: &Response<Bytes>) -> Result<Value, Outcome> {
    let what = format!("Bird's {call}");
    let status = answer.status();
    let body = serde_json::from_slice::<Value>(answer.body());
    match (status.as_u16(), body) {
        (204, _) => Ok(Value::Null),
        (200..=299, Ok(body)) => Ok(body),
        // The same idempotency key with another body.
        (409, _) => Err(Outcome::rejected("Bird has taken another message under this id")),
        (501, _) => Err(Outcome::rejected("Bird cannot do this")),
        (400 | 404 | 422, Ok(body)) => {
            let code = body.pointer("/error/code").and_then(Value::as_str);
            let row = CODES.iter().find(|(listed, ..)| Some(*listed) == code);
            Err(match row {
                Some((_, class, reason)) => class.outcome((*reason).to_owned(), retry_after(answer)),
                None => {
                    let field = body.pointer("/error/details/0/param").and_then(Value::as_str);
                    let field = field.map_or_else(String::new, |field| format!(" (`{field}`)"));
                    Outcome::Rejected { reason: format!("Bird does not accept this message{field}") }
                }
            })
        }
        (401 | 403, _) => Err(Outcome::Blocked {
            reason: "Bird does not accept the API key; make a new one in its dashboard".to_owned(),
        }),
        (200..=299, Err(_)) => {
            Err(Outcome::Retry { wait: None, reason: format!("{what} answered without JSON"), doubtful: true })
        }
        _ => Err(Outcome::from_status(&what, answer, None)),
    }
}
