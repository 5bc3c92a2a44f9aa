//! Every sample of the wire contract has a row here; a sample without one fails.

use std::{collections::BTreeMap, path::PathBuf};

use http::HeaderMap;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    adapter::{authenticate, webhook::Ack},
    channel::{Channel, channel},
    model::{
        installation::Options,
        message::{Author, AuthorKind, Button, Card, ChannelEventKind, Part, Receipt},
        text,
    },
    tools::secret::{Secret, Secrets},
};

mod answers;
mod inbound;
mod outbound;

const TOKEN: &str = "4f1d0c0ffee00001-0123456789abcdef-fedcba9876543210";
const USER: &str = "q7Vd2/Hk0m+9sLxTz4Wc1A==";

/// An installation's Viber side, to borrow an [`Account`] from.
struct Side {
    settings: BTreeMap<String, String>,
    secrets: Secrets,
    options: Options,
}

impl Side {
    fn new(settings: &[(&str, &str)]) -> Self {
        Self {
            settings: settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            secrets: Secrets::from([("auth_token".to_owned(), Secret::new(TOKEN))]),
            options: Options::default(),
        }
    }

    fn account(&self) -> Account<'_> {
        Account {
            channel_kind: "viber",
            settings: &self.settings,
            secrets: &self.secrets,
            options: &self.options,
            webhook_url: None,
            now: 0,
        }
    }
}

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/channel/viber/fixtures");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

fn fixture(name: &str) -> Value {
    let (_, bytes) = fixtures().into_iter().find(|(file, _)| file == name).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// Fails when a sample of this family has no row, or a row no sample.
fn covers(prefix: &str, rows: &[&str]) {
    let files: Vec<String> =
        fixtures().into_iter().map(|(name, _)| name).filter(|name| name.starts_with(prefix)).collect();
    let mut rows: Vec<&str> = rows.to_vec();
    rows.sort_unstable();
    assert_eq!(files, rows);
}

fn callback(body: impl Into<Bytes>) -> WebhookRequest {
    let body = body.into();
    let mut headers = HeaderMap::new();
    let signature = hex::encode(crate::tools::crypto::hmac_sha256(TOKEN.as_bytes(), &body));
    headers.insert("x-viber-content-signature", signature.parse().unwrap());
    WebhookRequest {
        method: Method::POST,
        url: "https://bridge.example.com/channels/i/t".to_owned(),
        query: String::new(),
        rest: String::new(),
        headers,
        body,
        received_at: 1_785_312_099_000,
        id: "0".repeat(32),
    }
}

fn parse(side: &Side, body: impl Into<Bytes>) -> Result<ParsedChannel, ParseError> {
    let request = callback(body);
    let verified = authenticate(&Viber, &side.account(), &request).unwrap();
    Viber.parse(&side.account(), verified)
}

fn contact() -> Contact {
    Contact { id: USER.to_owned(), ..Contact::default() }
}

#[test]
fn every_sample_belongs_to_a_family_with_a_table() {
    let others = ["forbidden_file_extensions.json", "signatures.json", "status_codes.json", "welcome_reply_body.json"];
    for (name, _) in fixtures() {
        let is_known = ["in_", "req_", "resp_"].iter().any(|family| name.starts_with(family));
        assert!(is_known || others.contains(&name.as_str()), "{name} has no row in any table");
    }
}

#[test]
fn the_registry_knows_viber() {
    assert!(channel("viber").is_some());
}

#[test]
fn a_sender_name_of_more_than_28_characters_fails_at_install() {
    let setting = Viber.settings().iter().find(|setting| setting.name == "sender_name").unwrap();
    assert!(setting.check(&"я".repeat(28), false).is_ok());
    let error = setting.check(&"я".repeat(29), false).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`sender_name` should be the name above your messages, at most 28 characters; without it they come from “Support”"
    );
}

#[test]
fn the_refused_extensions_are_the_documented_ones() {
    assert_eq!(fixture("forbidden_file_extensions.json")["extensions"], json!(FILE.refused));
}
