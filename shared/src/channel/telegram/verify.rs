//! Verifies the caller of Telegram's updates.

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

/// Checks that the call carries the secret token that [`Task::Register`](crate::adapter::Task::Register) gave Telegram
/// (<https://core.telegram.org/bots/api#setwebhook>). The token proves the caller and not the body, which Telegram does
/// not sign.
pub(super) fn verify(account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
    let given = request.headers.get(HEADER).filter(|_| request.method == Method::POST).ok_or(VerifyError::Missing)?;
    let token = account.signing_key(super::SECRET_TOKEN)?;
    if same(given.as_bytes(), token.as_bytes()) { Ok(Proof::Signed) } else { Err(VerifyError::Wrong) }
}
