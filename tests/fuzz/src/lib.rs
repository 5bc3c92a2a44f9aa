//! The shared pieces of the fuzz targets: an account, and a call made from any bytes.

use std::collections::BTreeMap;

use byoc::{
    adapter::{Account, webhook::WebhookRequest},
    channel::CHANNELS,
    helpdesk::HELPDESKS,
    model::installation::Options,
    tools::secret::{Secret, Secrets},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// Credentials under every name that a kind of the registries asks for. The fuzzer cannot sign, so the parsers get the
/// bodies unsigned.
pub fn secrets() -> Secrets {
    let channels = CHANNELS.iter().map(|(_, channel)| channel.settings());
    let helpdesks = HELPDESKS.iter().map(|(_, helpdesk)| helpdesk.settings());
    let secrets = channels.chain(helpdesks).flatten().filter(|setting| setting.secret);
    secrets.map(|setting| (setting.name.to_owned(), Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))).collect()
}

/// Makes an account of a kind of channel.
pub fn account<'a>(
    kind: &'a str,
    settings: &'a BTreeMap<String, String>,
    secrets: &'a Secrets,
    options: &'a Options,
) -> Account<'a> {
    Account {
        channel_kind: kind,
        settings,
        secrets,
        options,
        webhook_url: None,
        now: byoc::tools::millis::Millis::new(1_785_312_099_000),
    }
}

/// Makes a call: the first byte selects the method and the content type; then come a line of headers and the body.
pub fn request(data: &[u8]) -> WebhookRequest {
    let (choice, rest) = data.split_first().unwrap_or((&0, &[]));
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (line, body) = rest.split_at(end);
    let mut headers = HeaderMap::new();
    for pair in line.split(|byte| *byte == b';') {
        let mut pair = pair.splitn(2, |byte| *byte == b':');
        let name = pair.next().and_then(|name| HeaderName::from_bytes(name).ok());
        let value = pair.next().and_then(|value| HeaderValue::from_bytes(value).ok());
        if let (Some(name), Some(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    let kind = if choice & 2 == 0 { "application/json" } else { "application/x-www-form-urlencoded" };
    headers.insert("content-type", HeaderValue::from_static(kind));
    let query = if choice & 4 == 0 { String::new() } else { String::from_utf8_lossy(body).into_owned() };
    WebhookRequest {
        method: if choice & 1 == 0 { Method::POST } else { Method::GET },
        url: format!("https://bridge.example/channels/i/t?{query}"),
        query,
        rest: if choice & 8 == 0 { String::new() } else { "message".to_owned() },
        headers,
        body: body.to_vec().into(),
        received_at: byoc::tools::millis::Millis::new(1_785_312_099_000),
        id: "0".repeat(32),
    }
}
