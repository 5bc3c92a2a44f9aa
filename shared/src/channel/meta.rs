//! The parts that WhatsApp and Messenger share, as both are platforms of Meta: the handshake, the signature, and the
//! shape of errors (<https://developers.facebook.com/docs/graph-api/webhooks/getting-started>).

use bytes::Bytes;
use http::{Method, Response};
use serde_json::Value;

use super::codes::{self, Code};
use crate::{
    adapter::{
        Account, Call, CallBuilder, Failure, RenderError, Urls, retry_after,
        settings::{Form, Made, Setting},
        webhook::{Ack, ParsedChannel, Proof, VerifyError, WebhookRequest},
    },
    model::steps::NextStep,
    tools::crypto::{hmac_sha256, same},
};

/// The settings that both channels have.
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
    vec![url.docs(docs), token.docs(docs)]
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
        ParsedChannel::ignored("handshake", "handshake").answered(Ack::text(challenge))
    })
}

/// Reads an answer: returns the body of a call that succeeded, or the failure. `vendor` is the name that people know
/// the vendor by. Codes outside the table are judged by their range.
pub(super) fn read(
    vendor: &str,
    codes: &'static [Code],
    call: &'static str,
    answer: &Response<Bytes>,
) -> Result<Value, Failure> {
    let what = format!("{vendor}'s {call}");
    let Ok(body) = serde_json::from_slice::<Value>(answer.body()) else {
        return Err(Failure::of_status(&what, answer, None));
    };
    // Some errors come with HTTP status 200.
    let Some(error) = body.get("error").filter(|error| error.is_object()) else {
        return if answer.status().is_success() { Ok(body) } else { Err(Failure::of_status(&what, answer, None)) };
    };
    if answer.status().is_server_error() {
        return Err(Failure::of_status(&what, answer, None));
    }
    let number = |name: &str| error.get(name).and_then(Value::as_u64).and_then(|code| u32::try_from(code).ok());
    let (code, subcode) = (number("code"), number("error_subcode"));
    let row = codes::find(codes, subcode).or_else(|| codes::find(codes, code));
    if let Some((_, class, reason)) = row {
        return Err(class.failure((*reason).to_owned(), retry_after(answer)));
    }
    let is_transient = error.get("is_transient").and_then(Value::as_bool) == Some(true);
    let reason = match code {
        Some(code) => format!("{vendor} does not accept it (error {code})"),
        None => format!("{what} answered {}", answer.status().as_u16()),
    };
    Err(match code {
        _ if is_transient || answer.status().as_u16() == 429 => {
            Failure::Retry { wait: retry_after(answer), reason, doubtful: false }
        }
        _ if matches!(answer.status().as_u16(), 401 | 403) => {
            Failure::Blocked { reason: format!("{vendor} does not allow this to the access token") }
        }
        Some(200..=299) => Failure::Blocked { reason: format!("{vendor} does not allow this to the access token") },
        _ => Failure::rejected(reason),
    })
}

/// Returns the explanation of a failed status's code, in words that fit into a sentence.
pub(super) fn reason(vendor: &str, codes: &'static [Code], code: Option<u32>) -> String {
    match (codes::find(codes, code), code) {
        (Some((.., reason)), _) => (*reason).to_owned(),
        (None, Some(code)) => format!("{vendor} could not deliver it (error {code})"),
        (None, None) => format!("{vendor} could not deliver it"),
    }
}
