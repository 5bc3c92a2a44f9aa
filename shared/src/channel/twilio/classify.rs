//! The meaning of Twilio's answers and error codes (<https://www.twilio.com/docs/api/errors>).

use bytes::Bytes;
use http::Response;

use super::{
    ACCOUNT_SID, FROM, MESSAGING_SERVICE_SID, REFUSED_TEMPLATE,
    wire::{Answer, CREATE_MESSAGE, FETCH_ACCOUNT, FETCH_CONTENT},
};
use crate::{
    adapter::{self, Fact, Failure, Learned, retry_after},
    channel::{
        codes::{
            self,
            Class::{Account, Later, Message, OptOut, Receiver},
            Code,
        },
        corrected, sent,
        template::Template,
    },
    model::message::Receipt,
    tools::sentences::Sentence,
};

/// Reads the answer to a message.
///
/// After a refusal of a template's values, the template's description is requested, so that the agent reads what the
/// template takes.
pub(super) fn delivered(contact: &str, is_template: bool, answer: &Response<Bytes>) -> Learned {
    let code = || serde_json::from_slice::<Answer>(answer.body()).ok()?.code;
    let answer = match read(CREATE_MESSAGE, answer) {
        Err(Failure::Rejected { reason, .. }) if is_template && matches!(code(), Some(21656 | 63028)) => {
            return Ok(vec![Fact::memo(REFUSED_TEMPLATE, reason)]);
        }
        read => read?,
    };
    Ok(sent(Ok(answer.sid))?.into_iter().chain(corrected(contact, answer.to)).collect())
}

/// Returns the refusal of a template, with the variables that its description names.
pub(super) fn described(reason: &str, template: &Template<'_>, answer: &Response<Bytes>) -> Failure {
    let Ok(found) = read(FETCH_CONTENT, answer) else { return Failure::rejected(reason) };
    let Some(variables) = found.variables.as_object() else { return Failure::rejected(reason) };
    let variable = |name: &String| match name.parse::<u32>() {
        Ok(_) => format!("<{name}>"),
        Err(_) => format!("{name}=<text>"),
    };
    let mut names: Vec<&String> = variables.keys().collect();
    names.sort_by_key(|name| (name.parse::<u32>().unwrap_or(u32::MAX), name.as_str()));
    let values: Vec<String> = names.into_iter().map(variable).collect();
    let usage = format!("/template {} {}", template.name, values.join(" | "));
    Failure::rejected(Sentence::TemplateTakes { reason, usage: usage.trim_end() })
}

/// Reads the answer to the check. The account and the sender identify the installation.
pub(super) fn checked(account: &adapter::Account<'_>, answer: &Response<Bytes>) -> Learned {
    read(FETCH_ACCOUNT, answer)?;
    let sid = account.require(ACCOUNT_SID)?;
    let sender = account.setting(MESSAGING_SERVICE_SID).map_or_else(|| account.require(FROM), Ok)?;
    let name = Fact::AccountName(sender.to_owned());
    Ok(vec![Fact::Identity(format!("{sid} {sender}")), Fact::AccountId(sid.to_owned()), name])
}

/// The codes of refused and failed messages.
#[rustfmt::skip]
pub(super) const CODES: &[Code] = &[
    (20003, Account, "Twilio does not accept the credentials; copy the Account SID and the auth token from the console again"),
    (20404, Account, "Twilio does not find this account or sender"),
    (20429, Later, "Twilio asks to wait"),
    (20500, Later, "Twilio failed"),
    (20503, Later, "Twilio is not available"),
    (21211, Receiver, "this is not a telephone number that Twilio can reach"),
    (21212, Account, "Twilio does not accept the sender; check `from`"),
    (21214, Receiver, "this telephone number cannot be reached"),
    (21408, Account, "sending to this country is switched off in the Twilio console (Messaging Geographic Permissions)"),
    (21601, Account, "this Twilio number cannot send text messages"),
    (21602, Message, "the message is empty"),
    (21603, Account, "the sender is missing"),
    (21604, Account, "the receiver is missing"),
    (21606, Account, "this Twilio number does not belong to the account or cannot send text messages"),
    (21607, Account, "a trial account of Twilio cannot use this sender"),
    (21608, Account, "a trial account of Twilio writes to verified numbers only"),
    (21610, OptOut, "the contact has opted out with STOP and has to write START first"),
    (21611, Later, "too many messages of this sender wait at Twilio"),
    (21612, Account, "Twilio cannot deliver from this sender to this number"),
    (21614, Receiver, "this is not a mobile telephone number"),
    (21616, Account, "the sender in `from` fits several numbers of the account"),
    (21617, Message, "the text is longer than 1,600 characters"),
    (21620, Message, "Twilio cannot fetch the file"),
    (21621, Account, "this Twilio number cannot send files"),
    (21623, Message, "the message has more files than Twilio accepts"),
    (21654, Account, "Twilio wants a template (ContentSid) from this sender"),
    (21655, Message, "Twilio does not know this template"),
    (21656, Message, "the values do not fit the template"),
    (21659, Account, "the sender in `from` is not a number of this account or country"),
    (21660, Account, "the sender in `from` belongs to another Twilio account"),
    (21701, Account, "the messaging service does not exist"),
    (21702, Account, "the messaging service cannot be used"),
    (21703, Account, "the messaging service has no sender"),
    (21704, Account, "the messaging service has no sender for this number"),
    (21705, Account, "the messaging service does not exist"),
    (21709, Account, "Twilio does not take the alphanumeric sender"),
    (30001, Later, "too many messages wait at Twilio"),
    (30002, Account, "the Twilio account is suspended"),
    (30003, Receiver, "the phone cannot be reached; it may be switched off"),
    (30004, Message, "the carrier blocks the message"),
    (30005, Receiver, "the telephone number does not exist"),
    (30006, Receiver, "this is a landline, or a carrier that cannot be reached"),
    (30007, Message, "the carrier has filtered the message"),
    (30008, Message, "the carrier gave no reason"),
    (30017, Later, "the carrier's network is busy"),
    (30022, Later, "the sender is over its rate"),
    (30023, Account, "the campaign has used up its messages for the day"),
    (30024, Account, "the sender is not set up at the carrier of this number"),
    (30032, Account, "the toll-free number is not verified; verify it in the Twilio console"),
    (30034, Account, "the US number has no A2P 10DLC registration; register it in the Twilio console"),
    (30410, Later, "the carrier did not answer in time"),
    (63001, Account, "the channel does not accept Twilio's credentials; set up the sender again"),
    (63002, Account, "Twilio does not find the channel's sender; check `from`"),
    (63003, Receiver, "the contact cannot be found on this channel"),
    (63005, Message, "the channel does not accept this content"),
    (63007, Account, "Twilio does not find the WhatsApp sender; check `from`"),
    (63008, Account, "the channel is not set up correctly in the Twilio console"),
    (63009, Later, "the channel failed"),
    (63010, Later, "the channel failed"),
    (63011, Later, "the channel failed"),
    (63012, Later, "WhatsApp failed"),
    (63013, Message, "the message breaks a rule of the channel"),
    (63014, OptOut, "the contact has blocked the sender or opted out"),
    (63015, Account, "the WhatsApp sandbox writes only to people who have joined it"),
    (63016, Message, "more than 24 hours have passed since the contact's last message, and WhatsApp then takes approved templates only: write /template followed by its Content SID"),
    (63017, Later, "WhatsApp asks to wait"),
    (63018, Later, "the WhatsApp sender is over its rate"),
    (63019, Later, "the file could not be fetched"),
    (63020, Account, "Twilio was not invited to the business account at Meta, or the account is not verified"),
    (63022, Account, "the display name of the WhatsApp number is not certified"),
    (63024, Receiver, "this number is not on WhatsApp"),
    (63027, Message, "the template does not exist in this language"),
    (63028, Message, "the number of values does not fit the template"),
    (63029, Message, "the contact's app did not load the template"),
    (63030, Message, "the channel does not take a value in this message"),
    (63031, Receiver, "the contact is the sender itself"),
    (63032, Message, "WhatsApp limits messages to this contact"),
    (63033, Message, "the contact does not accept marketing messages on WhatsApp"),
    (63034, Message, "the file is too large for the channel"),
    (63035, Account, "the RCS agent is not launched"),
    (63036, Receiver, "the contact cannot be reached by RCS"),
    (63037, Later, "the file could not be uploaded to the channel for the moment"),
    (63038, Account, "the account's messages at Twilio are used up for the day"),
    (63040, Message, "the template was refused"),
    (63041, Message, "the template is paused"),
    (63119, Later, "the channel asks to wait"),
];

/// Returns the receipt of a message with a failed status. Twilio's own words explain a code that the table does not
/// list.
pub(super) fn receipt(code: Option<u32>, words: Option<&str>) -> Receipt {
    let (class, reason) = match (codes::find(CODES, code), code) {
        (Some((_, class, reason)), _) => return class.receipt((*reason).to_owned(), None),
        (None, Some(code)) => (Message, format!("Twilio could not deliver it (error {code})")),
        (None, None) => (Message, "Twilio could not deliver it".to_owned()),
    };
    class.receipt(reason, words)
}

/// Returns whether a code says that the contact does not want messages from this business.
pub(super) fn is_opt_out(code: u32) -> bool {
    CODES.iter().any(|(listed, class, _)| *listed == code && *class == OptOut)
}

/// Reads an answer: returns the body of a call that succeeded, or the failure. Faults of the account also come with a
/// 5xx.
fn read(call: &'static str, answer: &Response<Bytes>) -> Result<Answer, Failure> {
    let status = answer.status();
    let body = serde_json::from_slice::<Answer>(answer.body()).ok();
    let what = format!("Twilio's {call}");
    let Some(body) = body else {
        return Err(Failure::of_stranger(&what, answer));
    };
    if status.is_success() {
        return Ok(body);
    }
    let row = codes::find(CODES, body.code);
    // Another error of a server that failed may not be true of the message.
    if status.is_server_error() && !row.is_some_and(|(_, class, _)| *class == Account) {
        return Err(Failure::of_status(&what, answer, None));
    }
    let Some((_, class, reason)) = row else {
        let Some(code) = body.code else { return Err(Failure::of_stranger(&what, answer)) };
        return Err(match Failure::of_status(&what, answer, None) {
            Failure::Rejected { .. } => Failure::rejected(format!("Twilio does not accept it (error {code})"))
                .with_details(body.message.as_deref()),
            failure => failure,
        });
    };
    Err(class.failure((*reason).to_owned(), retry_after(answer)))
}
