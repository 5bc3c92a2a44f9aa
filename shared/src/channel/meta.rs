//! The parts that WhatsApp, Messenger and Instagram share, as all are platforms of Meta: the handshake, the signature,
//! and the shape of errors (<https://developers.facebook.com/docs/graph-api/webhooks/getting-started>).

use bytes::Bytes;
use http::{Method, Response};
use serde_json::Value;

use super::codes::{self, Class, Code};
use crate::{
    adapter::{
        Account, Call, CallBuilder, Failure, RenderError, Urls, retry_after,
        settings::{Form, Made, Setting},
        webhook::{Ack, HANDSHAKE, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::{
        message::Receipt,
        steps::{NextStep, ShownBy},
    },
    tools::{
        crypto::{hmac_sha256, same},
        json::Json,
        sentences::Sentence,
    },
};

/// The settings that all these channels have.
pub(super) const APP_SECRET: &str = "app_secret";
pub(super) const VERIFY_TOKEN: &str = "verify_token";
pub(super) const VERIFY_TOKEN_SETTING: Setting = Setting::optional(
    VERIFY_TOKEN,
    Form::Token,
    "a word that Meta sends along when you enter the URL; without it the bridge makes one",
)
.secret()
.made(Made::Hex { prefix: "bridge-" })
.shown_once();

/// The base of the Graph API.
pub(super) const API_URL: &str = "https://graph.facebook.com/v25.0";

/// Checks the signature of an event, or the token of the handshake with which Meta confirms that the URL belongs to the
/// bridge.
pub(super) fn verify(account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
    if request.method == Method::GET {
        let given = request.query_value("hub.verify_token").ok_or(VerifyError::Missing)?;
        let token = account.signing_key(VERIFY_TOKEN)?;
        let is_right = same(given.as_bytes(), token.as_bytes());
        let subscribes = request.query_value("hub.mode").as_deref() == Some("subscribe");
        return if is_right && subscribes { Ok(Proof::Signed) } else { Err(VerifyError::Handshake) };
    }
    let given = request.headers.get("x-hub-signature-256").ok_or(VerifyError::Missing)?;
    let key = account.signing_key(APP_SECRET)?;
    let right = format!("sha256={}", hex::encode(hmac_sha256(key.as_bytes(), &request.body)));
    if same(given.as_bytes(), right.as_bytes()) { Ok(Proof::Signed) } else { Err(VerifyError::Wrong) }
}

/// Returns the steps with which the admin enters the bridge's URL at `place` of Meta's dashboard. A verify token that
/// the bridge generated is shown; a token that the admin gave is not, since the admin knows it.
pub(super) fn callback_steps(account: &Account<'_>, urls: &Urls<'_>, place: &str, docs: &'static str) -> Vec<NextStep> {
    let token = account.secret(VERIFY_TOKEN).map(|token| token.reveal());
    let token = match token.filter(|token| VERIFY_TOKEN_SETTING.is_made(token)) {
        Some(token) => NextStep::paste("verify_token", "this word", token, |token| {
            format!("Beside it, enter {token} as the verify token, then press Verify and save.")
        }),
        None => NextStep::new(
            "verify_token",
            "Beside it, enter the verify token that was given at install, then press Verify and save.",
        ),
    };
    let url = NextStep::paste("channel_webhook", "this URL", urls.channel, |url| {
        format!("{place}, and enter {url} as the callback URL.")
    });
    [url, token].map(|step| step.docs(docs).shown_by(ShownBy::Handshake)).to_vec()
}

/// Starts a call to the Graph API with the access token in the secret `token`.
pub(super) fn to(
    account: &Account<'_>,
    token: &str,
    name: &'static str,
    method: Method,
    path: &str,
) -> Result<CallBuilder, RenderError> {
    let call = Call::to(name, method, format!("{}/{path}", account.api_url(API_URL)));
    Ok(call.bearer(account.require_secret(token)?))
}

/// Returns the answer to a handshake, or `None` if the request is not a handshake.
pub(super) fn handshake(request: &WebhookRequest) -> Option<ParsedChannel> {
    (request.method == Method::GET).then(|| {
        let challenge = request.query_value("hub.challenge").unwrap_or_default();
        ParsedChannel::ignored("handshake", HANDSHAKE).answered(Ack::text(challenge))
    })
}

/// What a platform of Meta's answers to calls that it refuses.
#[derive(Debug)]
pub(super) struct Errors {
    /// The name that people know the vendor by.
    pub(super) vendor: &'static str,
    pub(super) codes: &'static [Code],
    /// The subcodes, which are more specific than their codes.
    pub(super) subcodes: &'static [Code],
    /// Pieces of error texts that tell what a code of `vague` means, in lower case.
    pub(super) words: &'static [(&'static str, Class, &'static str)],
    /// The codes that mean several things. One that comes with an unknown subcode concerns the message only.
    pub(super) vague: &'static [u32],
}

impl Errors {
    /// Reads an answer: returns the body of a call that succeeded, or the failure.
    ///
    /// A known subcode counts first, then the words of a vague code, then the code, then the HTTP status. Faults of the
    /// account also come with a 5xx.
    pub(super) fn read(&self, call: &'static str, answer: &Response<Bytes>) -> Result<Value, Failure> {
        let vendor = self.vendor;
        let what = format!("{vendor}'s {call}");
        let Ok(body) = serde_json::from_slice::<Value>(answer.body()) else {
            return Err(Failure::of_stranger(&what, answer));
        };
        // Some errors come with HTTP status 200.
        let Some(error) = body.get("error").filter(|error| error.is_object()) else {
            return if answer.status().is_success() { Ok(body) } else { Err(Failure::of_stranger(&what, answer)) };
        };
        let number = |name: &str| error.get(name).and_then(Value::as_u64).and_then(|code| u32::try_from(code).ok());
        let text = |pointer: &str| error.pointer(pointer).and_then(Value::as_str);
        let (code, subcode) = (number("code"), number("error_subcode").filter(|subcode| *subcode != 0));
        let row = self.row(code, subcode, text("/message").unwrap_or_default());
        if answer.status().is_server_error() && !row.is_some_and(|(class, _)| class == Class::Account) {
            return Err(Failure::of_status(&what, answer, None));
        }
        if let Some((class, reason)) = row {
            let failure = class.failure(reason.to_owned(), retry_after(answer));
            return Err(failure.with_details(text("/error_data/details")));
        }
        let status = answer.status().as_u16();
        if error.get("is_transient").and_then(Value::as_bool) == Some(true) || status == 429 {
            let reason = Sentence::Answered { call: &what, status }.into();
            return Err(Failure::Retry { wait: retry_after(answer), reason, doubtful: false });
        }
        let forbids = matches!(code, Some(200..=299)) || matches!(status, 401 | 403);
        if forbids && !self.is_of_message(code, subcode) {
            let reason = format!("{vendor} does not allow this to the access token");
            return Err(Failure::Blocked { reason });
        }
        let reason = match (code, subcode) {
            (Some(code), Some(subcode)) => format!("{vendor} does not accept it (error {code}/{subcode})"),
            (Some(code), None) => format!("{vendor} does not accept it (error {code})"),
            (None, _) => Sentence::Answered { call: &what, status }.into(),
        };
        let details = ["/error_data/details", "/error_user_msg", "/message"].into_iter().find_map(text);
        Err(Failure::rejected(reason).with_details(details))
    }

    fn row(&self, code: Option<u32>, subcode: Option<u32>, message: &str) -> Option<(Class, &'static str)> {
        if let Some((_, class, reason)) = codes::find(self.subcodes, subcode) {
            return Some((*class, reason));
        }
        if code.is_some_and(|code| self.vague.contains(&code)) {
            let message = message.to_lowercase();
            if let Some((_, class, reason)) = self.words.iter().find(|(words, ..)| message.contains(words)) {
                return Some((*class, reason));
            }
        }
        if self.is_of_message(code, subcode) {
            return None;
        }
        codes::find(self.codes, code).map(|(_, class, reason)| (*class, *reason))
    }

    /// Returns whether an error concerns the message only, because its code is vague and its subcode is unknown.
    fn is_of_message(&self, code: Option<u32>, subcode: Option<u32>) -> bool {
        subcode.is_some() && code.is_some_and(|code| self.vague.contains(&code))
    }

    /// Returns the receipt of a message with a failed status, which holds errors of the same form. The vendor's own words
    /// explain a code that the table does not list.
    pub(super) fn receipt(&self, error: Json<'_>) -> Receipt {
        let code = error.get("code").and_then(|code| code.u64().or_else(|| code.text()?.parse().ok()));
        let code = code.and_then(|code| u32::try_from(code).ok());
        let text = |pointer: &str| error.text_at(pointer).filter(|text| !text.trim().is_empty());
        let details = text("/error_data/details");
        if let Some((_, class, reason)) = codes::find(self.codes, code) {
            return class.receipt((*reason).to_owned(), details.as_deref());
        }
        let vendor = self.vendor;
        let reason = match code {
            Some(code) => format!("{vendor} could not deliver it (error {code})"),
            None => format!("{vendor} could not deliver it"),
        };
        let words = [text("/title").or_else(|| text("/message")), details].into_iter().flatten();
        let words = words.collect::<Vec<_>>().join(": ");
        Class::Message.receipt(reason, Some(&words))
    }
}
