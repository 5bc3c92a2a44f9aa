//! Telegram's proof of who calls.

use http::Method;

use crate::{
    adapter::{
        Account,
        webhook::{Proof, VerifyError, WebhookRequest},
    },
    tools::crypto::same,
};

/// The header with the secret token.
const HEADER: &str = "x-telegram-bot-api-secret-token";

/// Checks that the call carries the secret token that [`Task::Register`](crate::adapter::Task::Register) told Telegram:
/// <https://core.telegram.org/bots/api#setwebhook>. It proves who calls and not what the body is; Telegram signs none.
pub(super) fn verify(account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
    let given = request.headers.get(HEADER).filter(|_| request.method == Method::POST).ok_or(VerifyError::Missing)?;
    let token = account.signing_key(super::SECRET_TOKEN)?;
    if same(given.as_bytes(), token.as_bytes()) { Ok(Proof::Signed) } else { Err(VerifyError::Wrong) }
}
