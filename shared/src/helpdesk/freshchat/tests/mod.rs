//! Tables over every sample of the wire contract, and flows run by hand.

mod fixtures;
mod flows;
mod parsing;
mod signatures;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::Freshchat;
use crate::{
    adapter::{Adapter, Body, Known, Step, Task},
    model::message::{Contact, Part},
    testing::{Exchange, Side, answer, body, call, contact, delivery, fixture, fixtures, only, parts, text, webhook},
};

const HERE: &str = "helpdesk/freshchat";
const TOPIC: &str = "808a2713-3875-4003-bc7f-6923baec92a4";
const USER: &str = "e33b0fac-1dd6-4a76-ae68-cd0a92f12a65";
const CONVERSATION: &str = "0c941846-699f-4791-911c-db997befb058";
const CONTACT: &str = "hR4s0P/m2Vq+8LxTc61WdA==";

/// Returns an installation for tests.
fn side() -> Side {
    without_topic().with("channel_id", TOPIC)
}

/// Returns the same without a topic, for samples of other topics.
fn without_topic() -> Side {
    Side::new("viber", &[("api_url", "https://bridge-example.freshchat.com/v2")], &[("token", "the-token")])
}

fn lorna() -> Contact {
    Contact {
        name: Some("Lorna Featherby".to_owned()),
        avatar: Some("https://avatars.example.com/u/lorna.png".to_owned()),
        phone: Some("+12025550123".to_owned()),
        email: Some("lorna.featherby@example.com".to_owned()),
        ..contact(CONTACT)
    }
}
