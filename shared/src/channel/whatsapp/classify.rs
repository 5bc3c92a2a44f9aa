//! WhatsApp's error codes (<https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes>).

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::{
    BUSINESS_ACCOUNT_ID, LINK, PHONE_NUMBER_ID, REFUSED_TEMPLATE,
    render::LANGUAGE,
    wire::{FILE_LINK, GET_MEDIA, GET_NUMBER, GET_TEMPLATE, SEND_MESSAGE, SENT_ID},
};
use crate::{
    adapter::{self, Fact, Failure, Learned},
    channel::{
        codes::{
            Class::{Account, Later, Message, OptOut, Receiver},
            Code,
        },
        meta, sent,
        template::{self, Template},
    },
    tools::sentences::Sentence,
};

/// Reads the answer to a message.
///
/// After a refusal of a template's values, the account's description of the template is requested if the account is
/// known, so that the agent reads what the template takes.
pub(super) fn delivered(
    account: &adapter::Account<'_>,
    contact: &str,
    is_template: bool,
    answer: &Response<Bytes>,
) -> Learned {
    let body = match read(SEND_MESSAGE, answer) {
        Err(Failure::Rejected { reason, .. })
            if is_template && account.setting(BUSINESS_ACCOUNT_ID).is_some() && is_about_template(answer) =>
        {
            return Ok(vec![Fact::memo(REFUSED_TEMPLATE, reason)]);
        }
        read => read?,
    };
    let is_number = contact.bytes().all(|byte| byte.is_ascii_digit());
    let number = text(&body, "/contacts/0/wa_id").filter(|_| is_number);
    let id = text(&body, "/contacts/0/user_id").or(number).filter(|id| !id.is_empty() && id != contact);
    Ok(sent(Ok(text(&body, SENT_ID)))?.into_iter().chain(id.map(Fact::ContactId)).collect())
}

/// Returns whether an answer refuses a template or its values.
fn is_about_template(answer: &Response<Bytes>) -> bool {
    let body = serde_json::from_slice::<Value>(answer.body()).unwrap_or_default();
    let code = body.pointer("/error/code").and_then(Value::as_u64);
    code.is_some_and(|code| matches!(code, 100 | 131_008 | 131_009 | 132_000 | 132_001 | 132_008 | 132_012 | 132_018))
}

/// Returns the refusal of a template, with what the account's description says that the template takes.
pub(super) fn described(reason: &str, template: &Template<'_>, answer: &Response<Bytes>) -> Failure {
    let Ok(found) = read(GET_TEMPLATE, answer) else { return Failure::rejected(reason) };
    let all = found.get("data").and_then(Value::as_array).cloned().unwrap_or_default();
    // The name in the question finds all templates that contain it.
    let same: Vec<&Value> = all.iter().filter(|it| it.get("name").is_some_and(|name| name == template.name)).collect();
    let language = |it: &Value| it.get("language").and_then(Value::as_str).unwrap_or_default().to_owned();
    let wanted = template.language.unwrap_or(LANGUAGE);
    let found = same.iter().find(|it| language(it) == wanted);
    Failure::rejected(match found {
        Some(found) => {
            let components = found.get("components").unwrap_or(&Value::Null);
            let usage = template::usage(template.name, wanted, components);
            Sentence::TemplateTakes { reason, usage: &usage }.to_string()
        }
        None if same.is_empty() => Sentence::TemplateUnknown { reason }.to_string(),
        None => {
            let languages = same.iter().map(|it| language(it)).collect::<Vec<_>>().join(", ");
            Sentence::TemplateLanguages { reason, languages: &languages }.to_string()
        }
    })
}

/// Reads the answer to the check. The business number identifies the installation.
pub(super) fn checked(account: &adapter::Account<'_>, answer: &Response<Bytes>) -> Learned {
    let found = read(GET_NUMBER, answer)?;
    let number = account.require(PHONE_NUMBER_ID)?.to_owned();
    let is_own = text(&found, "/id").as_ref() == Some(&number);
    let facts = [Fact::Identity(number.clone()), Fact::AccountId(number)];
    let names: Vec<String> =
        ["/verified_name", "/display_phone_number"].into_iter().filter_map(|at| text(&found, at)).collect();
    let name = (!names.is_empty()).then(|| Fact::AccountName(names.join(" ")));
    Ok(facts.into_iter().chain(is_own.then_some(Fact::OwnsAddress)).chain(name).collect())
}

/// Reads the link to a file.
pub(super) fn fetched(answer: &Response<Bytes>) -> Learned {
    match text(&read(GET_MEDIA, answer)?, FILE_LINK) {
        Some(link) => Ok(vec![Fact::Memo(LINK.to_owned(), link)]),
        None => Err(Failure::rejected("WhatsApp does not hand out this file")),
    }
}

/// Reads an answer: returns the body of a call that succeeded, or the failure.
fn read(call: &'static str, answer: &Response<Bytes>) -> Result<Value, Failure> {
    ERRORS.read(call, answer)
}

fn text(answer: &Value, pointer: &str) -> Option<String> {
    answer.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

/// The errors of refused and failed messages.
pub(super) const ERRORS: meta::Errors =
    meta::Errors { vendor: "WhatsApp", codes: CODES, subcodes: SUBCODES, words: &[], vague: &[100] };

/// The subcodes.
const SUBCODES: &[Code] = &[(33, Message, "WhatsApp does not find this")];

/// The codes.
#[rustfmt::skip]
pub(super) const CODES: &[Code] = &[
    (0, Account, "WhatsApp does not accept the access token; make a new one for the system user"),
    (1, Later, "WhatsApp failed"),
    (2, Later, "WhatsApp is not available"),
    (3, Account, "the app lacks a permission at Meta"),
    (4, Later, "the app is over its rate at Meta"),
    (10, Account, "the app lacks the permission whatsapp_business_messaging"),
    (33, Account, "the business's number does not exist any more at WhatsApp"),
    (100, Message, "WhatsApp does not accept the form of this message"),
    (190, Account, "the access token of WhatsApp has expired; make a new one for the system user"),
    (368, Account, "Meta has restricted the account for breaking a policy"),
    (80007, Later, "the WhatsApp account is over its rate"),
    (130403, Receiver, "the business has blocked this contact on WhatsApp"),
    (130429, Later, "the number is over its rate at WhatsApp"),
    (130472, Receiver, "WhatsApp does not deliver to this contact (an experiment of Meta's)"),
    (130497, Account, "the account may not write to this country"),
    (131000, Later, "WhatsApp failed"),
    (131005, Account, "the access token lacks a permission at WhatsApp"),
    (131008, Message, "WhatsApp finds the message incomplete"),
    (131009, Message, "WhatsApp does not accept a value in this message"),
    (131016, Later, "WhatsApp is not available"),
    (131021, Receiver, "the contact is the sender itself"),
    (131026, Receiver, "WhatsApp cannot deliver to this contact, who may not use WhatsApp"),
    (131030, Receiver, "the test number may not write to this contact"),
    (131031, Account, "Meta has locked the account"),
    (131037, Account, "the display name of the number is not approved"),
    (131042, Account, "the account's payment method does not work"),
    (131044, Account, "there is a problem with the account's payment at Meta"),
    (131045, Account, "the number is not registered with WhatsApp"),
    (131047, Message, "more than 24 hours have passed since the contact's last message, and WhatsApp then takes approved templates only: write /template name:language value | value"),
    (131048, Account, "Meta restricts the number, because too many of its messages were reported as spam"),
    (131049, Receiver, "WhatsApp limits what this contact gets"),
    (131050, OptOut, "the contact does not accept marketing messages"),
    (131051, Message, "WhatsApp does not take this kind of message"),
    (131052, Message, "WhatsApp could not fetch the contact's file"),
    (131053, Message, "WhatsApp could not fetch the file"),
    (131056, Later, "too many messages to this contact in a short time"),
    (131057, Later, "the WhatsApp account is under maintenance"),
    (131062, Message, "WhatsApp takes this message for a telephone number only, and the contact hides theirs"),
    (131063, Message, "marketing templates are switched off for the Cloud API; switch them on or use the Marketing Messages API"),
    (131064, Account, "Meta has cut the account's limit, because templates were in the wrong category"),
    (132000, Message, "the number of values does not fit the template"),
    (132001, Message, "WhatsApp does not know this template in this language"),
    (132005, Message, "the template is too long with these values"),
    (132007, Message, "the template breaks a policy of WhatsApp's"),
    (132008, Message, "the template is not complete"),
    (132012, Message, "a value has the wrong form for the template"),
    (132015, Message, "the template is paused"),
    (132016, Message, "the template was disabled"),
    (132018, Message, "the values do not fit the template"),
    (132068, Message, "the flow is blocked"),
    (132069, Later, "the flow is over its rate at WhatsApp"),
    (133004, Later, "WhatsApp is not available"),
    (133010, Account, "the number is not registered for the Cloud API; register it again at Meta"),
    (133016, Later, "the number was registered too often"),
    (135000, Message, "WhatsApp does not accept this message"),
    (137000, Message, "the contact's identity key has changed"),
];
