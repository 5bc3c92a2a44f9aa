//! The call to RBM that carries no message, and the authorization of every call.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    AGENT_ID, KEY,
    wire::{API_URL, AUDIENCE, MARK_READ, ServiceAccount, TOKEN_TIME, TYPING},
};
use crate::{
    adapter::{Account, Call, RenderError, Step},
    channel::encoded,
    tools::crypto::{rsa_sha256, uuid_from},
};

/// Tells the contact that a message, and with it all earlier ones, was read
/// (<https://developers.google.com/business-communications/rcs-business-messaging/reference/rest/v1/phones.agentEvents>).
pub(super) fn mark_read(account: &Account<'_>, contact: &str, message: &str) -> Result<Step, RenderError> {
    let id = uuid_from(&format!("read\n{contact}\n{message}"));
    event(account, MARK_READ, contact, &id, &json!({"eventType": "READ", "messageId": message}))
}

/// Shows the contact that an agent is typing.
pub(super) fn typing(account: &Account<'_>, contact: &str) -> Result<Step, RenderError> {
    let id = uuid_from(&format!("typing\n{contact}\n{}", account.now.get()));
    event(account, TYPING, contact, &id, &json!({"eventType": "IS_TYPING"}))
}

/// Sends an event of the agent with this id.
fn event(
    account: &Account<'_>,
    name: &'static str,
    contact: &str,
    id: &str,
    body: &Value,
) -> Result<Step, RenderError> {
    let (base, phone, agent) = (account.api_url(API_URL), encoded(contact), encoded(account.require(AGENT_ID)?));
    let url = format!("{base}/v1/phones/{phone}/agentEvents?eventId={id}&agentId={agent}");
    Call::post(name, url).bearer(&token(account)?).json(body).harmless().step()
}

/// Returns a token that names the service account and is signed with its key.
pub(super) fn token(account: &Account<'_>) -> Result<String, RenderError> {
    let bad = || RenderError::new("the key of the service account is not a JSON key file");
    let key: ServiceAccount = serde_json::from_str(account.require_secret(KEY)?).map_err(|_| bad())?;
    let now = account.now.seconds();
    let head = json!({"alg": "RS256", "typ": "JWT", "kid": key.private_key_id});
    let claims = json!({
        "iss": key.client_email, "sub": key.client_email, "aud": AUDIENCE, "iat": now,
        "exp": now.saturating_add(TOKEN_TIME),
    });
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&head), encode(&claims));
    let tag = rsa_sha256(&key.private_key, signed.as_bytes()).ok_or_else(bad)?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag)))
}
