//! The meaning of Bird's errors: the codes in answers and in failed events.

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::{
    FROM, REFUSED_TEMPLATE, TEMPLATE_VERSION,
    wire::{DELETE_WEBHOOK, GET_TEMPLATE, LIST_WEBHOOKS, Product, SEND_MESSAGE},
};
use crate::{
    adapter::{self, Fact, Failure, Known, Learned, retry_after},
    channel::{
        codes::Class::{self, Account, Later, Message, OptOut, Receiver},
        corrected, encoded, sent,
        template::{self, Template},
    },
    model::message::Receipt,
    tools::{sentences::Sentence, vendor_words},
};

/// The codes of failed messages, and the names of refused calls.
#[rustfmt::skip]
pub(super) const CODES: &[(&str, Class, &str)] = &[
    ("invalid_destination", Receiver, "this is not an address that Bird can reach"),
    ("unreachable", Receiver, "the phone cannot be reached; it may be switched off"),
    ("landline_unreachable", Receiver, "this number takes no text messages"),
    ("undeliverable", Receiver, "the contact cannot be reached on this channel"),
    ("blocked_by_carrier", Message, "the carrier has filtered the message"),
    ("blocked_by_fraud_protection", Message, "Bird's fraud protection has stopped the message"),
    ("blocked_by_recipient", OptOut, "the contact has blocked the sender"),
    ("content_rejected", Message, "the carrier does not take the text"),
    ("sender_unregistered", Account, "the sender is not registered for the contact's country"),
    ("recipient_opted_out", OptOut, "the contact has opted out"),
    ("recipient_suppressed", OptOut, "the contact does not want messages of this sender"),
    ("provider_unavailable", Later, "the carrier cannot be reached"),
    ("insufficient_balance", Account, "the balance at Bird is used up"),
    ("price_not_found", Account, "Bird has no price for this contact's country"),
    ("service_window_expired", Message, "more than 24 hours have passed since the contact's last message, and WhatsApp then takes approved templates only: write /template followed by its slug"),
    ("rate_limited", Later, "Bird asks to wait"),
    ("internal_error", Later, "something went wrong at Bird"),
    ("media_rejected", Message, "the channel does not take the file"),
    ("apple:404", Receiver, "the contact has closed the conversation in Messages"),
    ("bird:business_not_registered", Account, "the business is not registered with Apple"),
    ("SMSInvalidRecipient", Receiver, "this is not a number that Bird can reach"),
    ("SMSSenderNotConfigured", Account, "the sender in `from` does not belong to the workspace"),
    ("SenderCategoryNotPermitted", Account, "the sender's registration does not cover service messages"),
    ("AMBMessageSourceNotPermitted", Account, "the API key may not write for Apple Messages"),
];

/// Reads the answer to a message. After a refusal of a template for a reason that the table does not list, the
/// template's description is requested, so that the agent reads what it takes.
pub(super) fn delivered(contact: &str, is_template: bool, answer: &Response<Bytes>) -> Learned {
    let body = match read(SEND_MESSAGE, answer) {
        Err(Failure::Rejected { reason, .. }) if is_template && is_unlisted(answer) => {
            return Ok(vec![Fact::memo(REFUSED_TEMPLATE, reason)]);
        }
        read => read?,
    };
    let to = body.get("to").and_then(|to| to.as_str().map(str::to_owned).or_else(|| word(to, "phone_number")));
    Ok(sent(Ok(word(&body, "id")))?.into_iter().chain(corrected(contact, to)).collect())
}

/// Returns whether an answer refuses a message for a reason that the table does not list.
fn is_unlisted(answer: &Response<Bytes>) -> bool {
    let body = serde_json::from_slice::<Value>(answer.body()).unwrap_or_default();
    let at = |path: &str| body.pointer(path).and_then(Value::as_str);
    let is_refusal = matches!(answer.status().as_u16(), 400 | 404 | 422);
    is_refusal && find(at("/error/name")).or_else(|| find(at("/error/code"))).is_none()
}

/// Reads the description of a refused template: first which version is live and in which languages, then its content.
pub(super) fn described(reason: &str, template: &Template<'_>, known: &Known, answer: &Response<Bytes>) -> Learned {
    let found = match read(GET_TEMPLATE, answer) {
        Ok(found) => found,
        Err(_) if answer.status() == 404 => return Err(Failure::rejected(Sentence::TemplateUnknown { reason })),
        Err(_) => return Err(Failure::rejected(reason)),
    };
    if let Some(version) = known.memo(TEMPLATE_VERSION) {
        let language = version.rsplit('/').next().unwrap_or_default();
        let usage = template::usage(template.name, language, found.get("components").unwrap_or(&Value::Null));
        return Err(Failure::rejected(Sentence::TemplateTakes { reason, usage: &usage }));
    }
    let languages = found.get("available_languages").and_then(Value::as_array).into_iter().flatten();
    let languages: Vec<&str> = languages.filter_map(Value::as_str).collect();
    // Bird takes Meta's spelling of a language too.
    let wanted = template.language.map(|language| language.replace('_', "-"));
    let wanted = wanted.or_else(|| word(&found, "default_language")).unwrap_or_default();
    match word(&found, "live_version_id").filter(|_| languages.contains(&wanted.as_str())) {
        Some(version) => {
            let version = format!("{}/languages/{}", encoded(&version), encoded(&wanted).replace("%2D", "-"));
            Ok(vec![Fact::memo(TEMPLATE_VERSION, version)])
        }
        None => Err(Failure::rejected(Sentence::TemplateLanguages { reason, languages: &languages.join(", ") })),
    }
}

/// Reads the answer to the check. One number may serve several products, and each product is an installation of its
/// own.
pub(super) fn checked(product: Product, account: &adapter::Account<'_>, answer: &Response<Bytes>) -> Learned {
    read(LIST_WEBHOOKS, answer)?;
    let from = account.require(FROM)?;
    let name = Fact::AccountName(from.to_owned());
    Ok(vec![Fact::Identity(format!("{product:?} {from}")), Fact::AccountId(from.to_owned()), name])
}

/// Reads the answer to the deletion of the webhook. A webhook that no longer exists counts as deleted.
pub(super) fn unregistered(answer: &Response<Bytes>) -> Learned {
    match read(DELETE_WEBHOOK, answer) {
        Ok(_) | Err(Failure::Rejected { .. }) => Ok(Vec::new()),
        Err(failure) => Err(failure),
    }
}

/// Returns the row of a code or a name.
fn find(code: Option<&str>) -> Option<&'static (&'static str, Class, &'static str)> {
    CODES.iter().find(|(listed, ..)| Some(*listed) == code)
}

/// Returns the receipt of a message that failed after acceptance. Bird's own words explain a code that the table does
/// not list.
pub(super) fn receipt(code: Option<&str>, words: Option<&str>) -> Receipt {
    if let Some((_, class, reason)) = find(code) {
        return class.receipt((*reason).to_owned(), None);
    }
    let code = code.and_then(vendor_words::code).map_or_else(String::new, |code| format!(" ({code})"));
    Message.receipt(format!("Bird could not deliver it{code}"), words)
}

/// Reads an answer: returns the body of a call that succeeded, or the failure.
pub(super) fn read(call: &'static str, answer: &Response<Bytes>) -> Result<Value, Failure> {
    let what = format!("Bird's {call}");
    let status = answer.status();
    let body = serde_json::from_slice::<Value>(answer.body());
    let body = match (status.as_u16(), body) {
        (204, _) => return Ok(Value::Null),
        (200..=299, Ok(body)) => return Ok(body),
        (200..=299, Err(_)) => {
            return Err(Failure::Retry { wait: None, reason: format!("{what} answered without JSON"), doubtful: true });
        }
        (_, Ok(body)) => body,
        (_, Err(_)) => return Err(Failure::of_stranger(&what, answer)),
    };
    let at = |path: &str| body.pointer(path).and_then(Value::as_str);
    let row = find(at("/error/name")).or_else(|| find(at("/error/code")));
    // Another error of a server that failed may not be true of the message.
    if let Some((_, class, reason)) = row
        && (*class == Account || !status.is_server_error())
    {
        return Err(class.failure((*reason).to_owned(), retry_after(answer)));
    }
    Err(match status.as_u16() {
        // The same idempotency key came with another body.
        409 => Failure::rejected("Bird has taken another message under this id"),
        501 => Failure::rejected("Bird cannot do this"),
        402 => Failure::Blocked { reason: "the balance at Bird is used up".to_owned() },
        400 | 404 | 422 => {
            let field = at("/error/details/0/param").or_else(|| at("/error/param"));
            let field = field.and_then(vendor_words::code).map_or_else(String::new, |it| format!(" (`{it}`)"));
            Failure::rejected(format!("Bird does not accept the message{field}")).with_details(at("/error/message"))
        }
        401 | 403 => {
            Failure::Blocked { reason: "Bird does not accept the API key; make a new one in its dashboard".to_owned() }
        }
        _ => Failure::of_status(&what, answer, None),
    })
}

/// Returns a field of an answer, if it is a text.
pub(super) fn word(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}
