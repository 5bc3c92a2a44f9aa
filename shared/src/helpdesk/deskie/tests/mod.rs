//! Tables over every sample of the wire contract, and flows run by hand.

mod fixtures;
mod flows;
mod parsing;

use bytes::Bytes;
use http::Response;
use serde_json::Value;

use super::Deskie;
use crate::{
    adapter::{Adapter, Body, Known, Learned, Step, Task},
    model::message::{Contact, ConversationState, Part},
    testing::{ARRIVED, Exchange, Side, answer, body, call, contact, delivery, fixture, fixtures, only, text, webhook},
};

const HERE: &str = "helpdesk/deskie";
const CONTACT: &str = "9f2c41aa-7d0e-4b61-9a55-0c1e5d3b8f10";
const USER: &str = "6120847735";
const CASE: &str = "730214";
const OLDER: &str = "729655";
const BASE: &str = "https://acme.deskie.io/api/";

/// Returns an installation for tests.
fn side() -> Side {
    let settings = [("api_url", BASE), ("email", "agent@acme.example"), ("channel", "cch207")];
    Side::new("viber", &settings, &[("api_key", "the-key")])
}

fn nobody() -> Contact {
    contact(CONTACT)
}

fn maria() -> Contact {
    Contact { name: Some("Maria Lopez".to_owned()), ..nobody() }
}

fn reachable_maria() -> Contact {
    Contact {
        email: Some("maria@example.com".to_owned()),
        phone: Some("+447700900238".to_owned()),
        verified: true,
        ..maria()
    }
}

/// Returns what is known in the steady state.
fn linked() -> Known {
    let mut known = Known::default();
    known.link.user = Some(USER.to_owned());
    known.link.conversation = Some(CASE.to_owned());
    known.link.state = Some(ConversationState::Open);
    known.link.last_message = Some("53811400".to_owned());
    known
}

/// Returns the same with a state of the case that is too old.
fn stale() -> Known {
    let mut known = linked();
    known.link.state = None;
    known
}

fn in_doubt(known: Known) -> Known {
    Known { doubtful: true, ..known }
}
