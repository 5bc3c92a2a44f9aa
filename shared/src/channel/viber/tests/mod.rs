//! Every sample of the wire contract has a row here; a sample without a row fails.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    adapter::{Body, Call, Fact, Failure, Repeat, webhook::Ack},
    model::{
        message::{Author, Card, ChannelEventKind, Contact, Media, MediaSource, Part, Receipt},
        text,
    },
    testing::{
        self, Side, agent, answer, answer_of, assert_shown, contact, covers, delivery, drive, fixture, fixtures, open,
        reply, take, webhook,
    },
    tools::{crypto::hmac_sha256, secret::Secret},
};

mod answers;
mod inbound;
mod outbound;

const FOLDER: &str = "channel/viber";
const TOKEN: &str = "4f1d0c0ffee00001-0123456789abcdef-fedcba9876543210";
const USER: &str = "q7Vd2/Hk0m+9sLxTz4Wc1A==";
const SIGNATURE: &str = "x-viber-content-signature";

/// Returns Viber's side of an installation with these settings.
fn side_with(settings: &[(&str, &str)]) -> Side {
    Side::new("viber", settings, &[("auth_token", TOKEN)])
}

fn callback(body: impl Into<Bytes>) -> WebhookRequest {
    let body = body.into();
    let signature = hex::encode(hmac_sha256(TOKEN.as_bytes(), &body));
    webhook(&[(SIGNATURE, &signature)], body)
}

fn received(side: &Side, body: impl Into<Bytes>) -> Result<ParsedChannel, ParseError> {
    take(&Viber, side, &callback(body)).unwrap()
}

#[test]
fn every_sample_belongs_to_a_family_with_a_table() {
    let others = ["forbidden_file_extensions.json", "signatures.json", "status_codes.json", "welcome_reply_body.json"];
    for name in fixtures(FOLDER).into_keys() {
        let is_known = ["in_", "req_", "resp_"].iter().any(|family| name.starts_with(family));
        assert!(is_known || others.contains(&name.as_str()), "{name} has no row in any table");
    }
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
    assert_eq!(fixture(FOLDER, "forbidden_file_extensions.json")["extensions"], json!(FILE.refused));
}
