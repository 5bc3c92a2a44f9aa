//! Verifies Twilio's signature (<https://www.twilio.com/docs/usage/webhooks/webhooks-security>).

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;

use super::{AUTH_TOKEN, SHARED_KEY};
use crate::{
    adapter::{
        Account,
        webhook::{Proof, VerifyError, WebhookRequest},
    },
    tools::crypto::{hmac_sha1, hmac_sha256, same, sha256_hex},
};

/// The header that names the key and algorithm of a signature, if they are not the auth token and SHA-1.
const SETTINGS: &str = "x-twilio-webhooks-signature-settings";

/// The maximum number of fields. Twilio sends some dozens. In a call with more fields the rest is not read, so the
/// signature is wrong: sorting them would take many times their size.
const FIELDS: usize = 1_000;
/// The maximum length of a query that is tried in several spellings.
const QUERY: usize = 10_000;

/// Checks that the URL and all fields were signed with the account's auth token, or with the shared key if the call
/// says so.
pub(super) fn verify(account: &Account<'_>, request: &WebhookRequest) -> Result<Proof, VerifyError> {
    let given = request.headers.get("x-twilio-signature").ok_or(VerifyError::Missing)?;
    let mut fields = String::new();
    match request.query_value("bodySHA256") {
        Some(hash) if !is_form(request) => {
            let right = sha256_hex(&request.body);
            if !same(hash.to_ascii_lowercase().as_bytes(), right.as_bytes()) {
                return Err(VerifyError::Wrong);
            }
        }
        _ if request.method == Method::GET => {}
        _ => {
            // The pairs are sorted by name, then by value, and each pair counts once.
            let pairs: BTreeSet<_> = form_urlencoded::parse(&request.body).take(FIELDS).collect();
            for (name, value) in pairs {
                fields.push_str(&name);
                fields.push_str(&value);
            }
        }
    }
    let (key, algorithm) = signer(account, request)?;
    let is_right = |url: &str| {
        let right = STANDARD.encode(algorithm(key.as_bytes(), format!("{url}{fields}").as_bytes()));
        same(given.as_bytes(), right.as_bytes())
    };
    let urls = spellings(&request.url).into_iter();
    let respelled = |url: String| if request.method == Method::GET { queries(url) } else { vec![url] };
    if urls.flat_map(respelled).any(|url| is_right(&url)) { Ok(Proof::Signed) } else { Err(VerifyError::Wrong) }
}

/// Returns whether a call's body is a form, as it is in all but a few of Twilio's calls.
fn is_form(request: &WebhookRequest) -> bool {
    request.header("content-type").is_none_or(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// Makes the signature of a message with a key.
type Algorithm = fn(&[u8], &[u8]) -> Vec<u8>;

/// Returns the key and the algorithm that sign this call.
fn signer<'a>(account: &Account<'a>, request: &WebhookRequest) -> Result<(&'a str, Algorithm), VerifyError> {
    match request.header(SETTINGS) {
        None => Ok((account.signing_key(AUTH_TOKEN)?, hmac_sha1)),
        Some(settings) if settings.split(',').any(|setting| setting.trim() == "algorithm=HMAC_SHA256") => {
            Ok((account.signing_key(SHARED_KEY)?, hmac_sha256))
        }
        Some(_) => Err(VerifyError::Wrong),
    }
}

/// Returns the URL with its query as it came, and with some characters escaped or not, because Twilio signs a query in
/// another spelling than it sends.
fn queries(url: String) -> Vec<String> {
    let Some((place, query)) = url.split_once('?').filter(|(_, query)| query.len() <= QUERY) else { return vec![url] };
    let respelled = |characters: &str, escapes: bool| {
        let query = characters.chars().fold(query.to_owned(), |query, c| {
            let code = u32::from(c);
            if escapes {
                query.replace(c, &format!("%{code:02X}"))
            } else {
                query.replace(&format!("%{code:02X}"), &c.to_string()).replace(&format!("%{code:02x}"), &c.to_string())
            }
        });
        format!("{place}?{query}")
    };
    let all = ["'", ":@", "':@", "':@!()*,;/$"];
    let others = all.iter().flat_map(|characters| [respelled(characters, false), respelled(characters, true)]);
    std::iter::once(url.clone()).chain(others).collect()
}

/// Returns the URL with and without its port, because Twilio signs either.
fn spellings(url: &str) -> Vec<String> {
    let mut spellings = vec![url.to_owned()];
    let Some((scheme, rest)) = url.split_once("://") else { return spellings };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.rsplit_once(':') {
        Some((_, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            let bare = authority.strip_suffix(port).and_then(|rest| rest.strip_suffix(':')).unwrap_or(authority);
            spellings.push(format!("{scheme}://{bare}{path}"));
        }
        _ => {
            let port = if scheme == "http" { 80 } else { 443 };
            spellings.push(format!("{scheme}://{authority}:{port}{path}"));
        }
    }
    spellings
}
