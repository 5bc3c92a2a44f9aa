//! Masking of what must not be shown: the secrets of an installation wherever they occur, and headers that carry any.

use axum::http::{HeaderMap, header};
use byoc::adapter::settings::Setting;
use serde_json::Value;

use crate::bridge::Bridge;

/// What stands where a secret was.
const MASKED: &str = "•••";
/// The pieces of header names that make a header's value secret.
const SECRET_HEADERS: [&str; 7] = ["auth", "sign", "token", "secret", "key", "cookie", "hmac"];
/// The headers that say nothing about a call.
const DULL_HEADERS: [header::HeaderName; 5] =
    [header::HOST, header::ACCEPT, header::CONTENT_LENGTH, header::CONNECTION, header::ACCEPT_ENCODING];

/// The secrets of an installation.
pub(super) struct Mask(Vec<String>);

impl Mask {
    /// Collects the secrets of a bridge's installation.
    pub(super) fn of(bridge: &Bridge) -> Self {
        let kind = |side: &str| {
            let request = bridge.request.get(side)?;
            Some((request, request.get("kind")?.as_str()?))
        };
        let channel =
            kind("channel").and_then(|(request, kind)| Some((request, byoc::channel::channel(kind)?.settings())));
        let helpdesk =
            kind("helpdesk").and_then(|(request, kind)| Some((request, byoc::helpdesk::helpdesk(kind)?.settings())));
        let mut secrets = vec![bridge.admin_key.clone()];
        for (request, settings) in [channel, helpdesk].into_iter().flatten() {
            let is_secret = |setting: &&Setting| setting.secret;
            let values = settings.iter().filter(is_secret).filter_map(|setting| request.get(setting.name)?.as_str());
            secrets.extend(values.map(str::to_owned));
        }
        for url in ["channel_webhook_url", "helpdesk_webhook_url"] {
            let url = bridge.installation.get(url).and_then(Value::as_str).unwrap_or_default();
            secrets.extend(url.split('/').nth(5).map(str::to_owned));
        }
        let made = bridge.installation.get("generated_secrets").and_then(Value::as_object);
        secrets.extend(made.into_iter().flatten().filter_map(|(_, secret)| secret.as_str().map(str::to_owned)));
        let encoded = |secret: &String| form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>();
        secrets.extend(secrets.iter().map(encoded).collect::<Vec<_>>());
        secrets.retain(|secret| secret.len() >= 6);
        // A secret that contains another one is masked as a whole.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Self(secrets)
    }

    /// Returns a text without secrets.
    pub(super) fn text(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, MASKED))
    }

    /// Returns headers as lines without secrets.
    pub(super) fn headers(&self, headers: &HeaderMap) -> String {
        let told = headers.iter().filter(|(name, _)| !DULL_HEADERS.contains(name));
        let lines = told.map(|(name, value)| {
            let is_secret = SECRET_HEADERS.iter().any(|word| name.as_str().contains(word));
            let value =
                if is_secret { MASKED.to_owned() } else { self.text(&String::from_utf8_lossy(value.as_bytes())) };
            format!("{name}: {value}")
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}
