//! Every field of every sample, missing, null, of another type and doubled: what a customer or an agent wrote arrives, is
//! kept as unread, or is left out for a reason that [`JUSTIFIED`] lists.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::Method;
use serde_json::{Value, json};

use super::{ARRIVED, Side, fixtures, webhook};
use crate::{
    adapter::{
        authenticate, standard_webhooks,
        webhook::{Ignored, Parsed, WebhookRequest},
    },
    channel::{CHANNELS, channel},
    helpdesk::{HELPDESKS, helpdesk},
    model::message::{ChannelEvent, ChannelEventKind, HelpdeskEvent, HelpdeskEventKind, Part},
    tools::crypto::{hmac_sha1, hmac_sha256, sha256_hex},
};

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const URL: &str = "https://bridge.example.com/channels/i/t";
const FORM: &str = "application/x-www-form-urlencoded";

/// The samples of calls that an adapter receives.
struct Samples {
    kind: &'static str,
    /// The folder of the adapter, and how the names of its samples of calls begin.
    folder: &'static str,
    family: &'static str,
    /// The settings that name the account as the samples do.
    settings: &'static [(&'static str, &'static str)],
    /// Signs a body as the vendor does. The first argument is the name of the sample.
    sign: fn(&str, Vec<u8>) -> WebhookRequest,
}

const SAMPLES: &[Samples] = &[
    Samples {
        kind: "apple",
        folder: "channel/bird",
        family: "inbound/apple",
        settings: &[("from", "b52d6267-0000-4000-8000-0533d0f1dc07")],
        sign: standard,
    },
    Samples {
        kind: "bird",
        folder: "channel/bird",
        family: "inbound/sms",
        settings: &[("product", "sms"), ("from", "+447700900170")],
        sign: standard,
    },
    Samples {
        kind: "bird",
        folder: "channel/bird",
        family: "inbound/whatsapp",
        settings: &[("product", "whatsapp"), ("from", "+447700900170")],
        sign: standard,
    },
    Samples { kind: "custom", folder: "channel/custom", family: "in_", settings: &[], sign: standard },
    Samples {
        kind: "instagram",
        folder: "channel/messenger",
        family: "instagram/inbound/",
        settings: &[("instagram_id", "17841400000000001")],
        sign: meta,
    },
    Samples {
        kind: "line",
        folder: "channel/line",
        family: "in_",
        settings: &[("bot_user_id", "Ub4c1e79a02d58f36c7a91e05d3f82b64")],
        sign: line,
    },
    Samples {
        kind: "messagebird",
        folder: "channel/messagebird",
        family: "inbound/",
        settings: &[],
        sign: messagebird,
    },
    Samples {
        kind: "messenger",
        folder: "channel/messenger",
        family: "inbound/",
        settings: &[("page_id", "100000000000001")],
        sign: meta,
    },
    Samples { kind: "rcs", folder: "channel/rcs", family: "inbound/decoded_", settings: &[], sign: rcs },
    Samples { kind: "telegram", folder: "channel/telegram", family: "in_", settings: &[], sign: telegram },
    Samples { kind: "twilio", folder: "channel/twilio", family: "inbound/", settings: &[], sign: twilio },
    Samples { kind: "twilio", folder: "channel/twilio", family: "status/", settings: &[], sign: twilio },
    Samples { kind: "viber", folder: "channel/viber", family: "in_", settings: &[], sign: viber },
    Samples { kind: "whatsapp", folder: "channel/whatsapp", family: "inbound/", settings: &[], sign: meta },
    Samples { kind: "whatsapp", folder: "channel/whatsapp", family: "status/", settings: &[], sign: meta },
    Samples { kind: "deskie", folder: "helpdesk/deskie", family: "webhook_", settings: &[], sign: unsigned },
    Samples { kind: "freshchat", folder: "helpdesk/freshchat", family: "on_", settings: &[], sign: unsigned },
    Samples { kind: "freshchat", folder: "helpdesk/freshchat", family: "webhook_", settings: &[], sign: unsigned },
    Samples {
        kind: "is_messenger",
        folder: "helpdesk/is_messenger",
        family: "out_",
        settings: &[("id_type", "phone")],
        sign: bearer,
    },
];

fn standard(_: &str, body: Vec<u8>) -> WebhookRequest {
    let signed = standard_webhooks::sign(KEY, "msg_1", ARRIVED, &body);
    let headers: Vec<(&str, &str)> = signed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    webhook(&headers, body)
}

fn meta(_: &str, body: Vec<u8>) -> WebhookRequest {
    let signature = format!("sha256={}", hex::encode(hmac_sha256(KEY.as_bytes(), &body)));
    webhook(&[("x-hub-signature-256", &signature)], body)
}

fn line(_: &str, body: Vec<u8>) -> WebhookRequest {
    webhook(&[("x-line-signature", &STANDARD.encode(hmac_sha256(KEY.as_bytes(), &body)))], body)
}

fn viber(_: &str, body: Vec<u8>) -> WebhookRequest {
    webhook(&[("x-viber-content-signature", &hex::encode(hmac_sha256(KEY.as_bytes(), &body)))], body)
}

fn telegram(_: &str, body: Vec<u8>) -> WebhookRequest {
    webhook(&[("x-telegram-bot-api-secret-token", KEY)], body)
}

fn rcs(_: &str, event: Vec<u8>) -> WebhookRequest {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA512, KEY.as_bytes());
    let signature = STANDARD.encode(aws_lc_rs::hmac::sign(&key, &event));
    let body = json!({"message": {"data": STANDARD.encode(event), "messageId": "1"}, "subscription": "x"});
    webhook(&[("x-goog-signature", &signature)], body.to_string())
}

fn twilio(_: &str, body: Vec<u8>) -> WebhookRequest {
    let pairs: BTreeSet<_> = form_urlencoded::parse(&body).into_owned().collect();
    let base = pairs.iter().fold(URL.to_owned(), |base, (name, value)| base + name + value);
    let signature = STANDARD.encode(hmac_sha1(KEY.as_bytes(), base.as_bytes()));
    webhook(&[("x-twilio-signature", &signature), ("content-type", FORM)], body)
}

fn messagebird(name: &str, body: Vec<u8>) -> WebhookRequest {
    let (query, body) = if name.ends_with(".query") { (body, Vec::new()) } else { (Vec::new(), body) };
    let query = String::from_utf8(query).unwrap();
    let url = if query.is_empty() { URL.to_owned() } else { format!("{URL}?{query}") };
    let now = ARRIVED.seconds();
    let mut claims = json!({"iss": "MessageBird", "nbf": now, "exp": now + 60, "url_hash": sha256_hex(url.as_bytes())});
    if !body.is_empty() {
        claims["payload_hash"] = json!(sha256_hex(&body));
    }
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = format!("{}.{}", encode(&json!({"alg": "HS256"})), encode(&claims));
    let token = format!("{head}.{}", URL_SAFE_NO_PAD.encode(hmac_sha256(KEY.as_bytes(), head.as_bytes())));
    let is_query = !query.is_empty();
    let content_type = if name.ends_with(".json") { "application/json" } else { FORM };
    let mut request = webhook(&[("messagebird-signature-jwt", &token), ("content-type", content_type)], body);
    request.method = if is_query { Method::GET } else { Method::POST };
    (request.url, request.query) = (url, query);
    request
}

fn bearer(_: &str, body: Vec<u8>) -> WebhookRequest {
    webhook(&[("authorization", &format!("Bearer {KEY}"))], body)
}

fn unsigned(name: &str, body: Vec<u8>) -> WebhookRequest {
    webhook(&[("content-type", if name.ends_with(".form") { FORM } else { "application/json" })], body)
}

/// What a call is parsed into.
#[derive(Debug)]
enum Outcome {
    /// The events in a few words, and the reasons for what was left out.
    Taken { events: Vec<&'static str>, ignored: Vec<&'static str>, parts: usize, has_notice: bool },
    /// The call cannot be read. It is kept as unread, or its developer reads the error.
    Unread(String),
}

/// Parses a call of one of the samples' adapter, or returns the panic.
fn outcome(samples: &Samples, side: &Side, name: &str, body: Vec<u8>) -> Result<Outcome, String> {
    fn taken<E>(parsed: Parsed<E>, word: fn(&E) -> (&'static str, usize, bool)) -> Outcome {
        assert_eq!(parsed.ack.status, 200);
        Outcome::Taken {
            events: parsed.events.iter().map(|event| word(event).0).collect(),
            parts: parsed.events.iter().map(|event| word(event).1).sum(),
            has_notice: parsed.events.iter().any(|event| word(event).2),
            ignored: parsed.ignored.iter().map(|left| left.reason).collect(),
        }
    }
    let request = (samples.sign)(name, body);
    let result = catch_unwind(AssertUnwindSafe(|| match (channel(samples.kind), helpdesk(samples.kind)) {
        (Some(channel), _) => {
            let verified = authenticate(channel, &side.account(), &request).map_err(|error| error.to_string())?;
            let parsed = channel.parse(&side.account(), verified);
            Ok(parsed.map_or_else(|error| Outcome::Unread(error.message), |parsed| taken(parsed, channel_word)))
        }
        (None, Some(helpdesk)) => {
            let verified = authenticate(helpdesk, &side.account(), &request).map_err(|error| error.to_string())?;
            let parsed = helpdesk.parse(&side.account(), verified);
            Ok(parsed.map_or_else(|error| Outcome::Unread(error.message), |parsed| taken(parsed, helpdesk_word)))
        }
        (None, None) => Err("no such kind".to_owned()),
    }));
    result.unwrap_or_else(|_| Err("a panic".to_owned()))
}

fn is_notice(part: &Part) -> bool {
    matches!(part, Part::Unsupported { .. })
}

fn channel_word(event: &ChannelEvent) -> (&'static str, usize, bool) {
    assert!(!event.id.is_empty());
    match &event.kind {
        ChannelEventKind::Message { parts } | ChannelEventKind::BusinessEcho { parts, .. } => {
            assert!(!parts.is_empty(), "{event:?}");
            ("message", parts.iter().filter(|part| !is_notice(part)).count(), parts.iter().any(is_notice))
        }
        ChannelEventKind::Receipt { .. } | ChannelEventKind::ReceiptUpTo { .. } => ("receipt", 0, false),
        _ => ("news", 0, false),
    }
}

fn helpdesk_word(event: &HelpdeskEvent) -> (&'static str, usize, bool) {
    match &event.kind {
        HelpdeskEventKind::Message { parts, .. } => {
            assert!(!parts.is_empty(), "{event:?}");
            ("message", parts.iter().filter(|part| !is_notice(part)).count(), parts.iter().any(is_notice))
        }
        _ => ("news", 0, false),
    }
}

/// One change of one field.
#[derive(Clone, Debug)]
enum Change {
    Missing,
    /// Another value, as it is written.
    Other(String),
    /// The field comes twice, with two values. In an array, the item is followed by the second value.
    Twice(String, String),
}

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Item(usize),
}

/// Writes a value as JSON, with a change at a path.
fn write(value: &Value, path: &[Step], change: &Change, out: &mut String) {
    let Some((step, rest)) = path.split_first() else { unreachable!("the parent makes the change") };
    let items: Vec<(Option<&String>, &Value, bool)> = match (value, step) {
        (Value::Object(fields), Step::Key(at)) => {
            fields.iter().map(|(key, value)| (Some(key), value, key == at)).collect()
        }
        (Value::Array(items), Step::Item(at)) => {
            items.iter().enumerate().map(|(index, value)| (None, value, index == *at)).collect()
        }
        _ => unreachable!("a path of this value"),
    };
    let mut written = Vec::new();
    for (key, value, is_here) in items {
        let named = |value: String| key.map_or_else(|| value.clone(), |key| format!("{}:{value}", json!(key)));
        match (is_here, rest.is_empty(), change) {
            (false, ..) => written.push(named(value.to_string())),
            (true, false, _) => {
                let mut inner = String::new();
                write(value, rest, change, &mut inner);
                written.push(named(inner));
            }
            (true, true, Change::Missing) => {}
            (true, true, Change::Other(other)) => written.push(named(other.clone())),
            (true, true, Change::Twice(first, second)) => {
                written.push(named(first.clone()));
                written.push(named(second.clone()));
            }
        }
    }
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    out.push(open);
    out.push_str(&written.join(","));
    out.push(close);
}

/// Returns the paths of all fields and items below a value.
fn paths(value: &Value, here: &[Step], found: &mut Vec<(Vec<Step>, Value)>) {
    let steps: Vec<(Step, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(key, value)| (Step::Key(key.clone()), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (Step::Item(at), value)).collect(),
        _ => return,
    };
    for (step, inner) in steps {
        let path: Vec<Step> = here.iter().cloned().chain([step]).collect();
        found.push((path.clone(), inner.clone()));
        paths(inner, &path, found);
    }
}

/// Returns the changes of a field with this value.
fn changes(value: &Value) -> Vec<Change> {
    let own = value.to_string();
    let mut all = vec![Change::Missing];
    let others = ["null", "5", "-1", "1e300", "\"\"", "\"x\"", "true", "[]", "{}"];
    all.extend(others.iter().map(|other| Change::Other((*other).to_owned())));
    all.push(Change::Other(format!("[{own}]")));
    match value {
        Value::Number(number) => all.push(Change::Other(format!("\"{number}\""))),
        Value::String(text) if text.parse::<u64>().is_ok_and(|number| number.to_string() == *text) => {
            all.push(Change::Other(text.clone()));
        }
        _ => {}
    }
    all.push(Change::Twice("5".to_owned(), own.clone()));
    all.push(Change::Twice(own.clone(), "5".to_owned()));
    all.push(Change::Twice(own.clone(), "null".to_owned()));
    all.push(Change::Twice(own.clone(), own));
    all
}

fn pattern(path: &[Step]) -> String {
    let step = |step: &Step| match step {
        Step::Key(key) => key.clone(),
        Step::Item(_) => "*".to_owned(),
    };
    path.iter().map(step).collect::<Vec<_>>().join("/")
}

/// Returns all changed bodies of a sample: the field, the change and the body.
fn changed(name: &str, sample: &[u8]) -> Vec<(String, Change, Vec<u8>)> {
    if name.ends_with(".json") {
        let Ok(whole) = serde_json::from_slice::<Value>(sample) else { return Vec::new() };
        let mut fields = Vec::new();
        paths(&whole, &[], &mut fields);
        let bodies = fields.iter().flat_map(|(path, value)| changes(value).into_iter().map(move |it| (path, it)));
        return bodies
            .map(|(path, change)| {
                let mut body = String::new();
                write(&whole, path, &change, &mut body);
                (pattern(path), change, body.into_bytes())
            })
            .collect();
    }
    let pairs: Vec<(String, String)> = form_urlencoded::parse(sample).into_owned().collect();
    let mut all = Vec::new();
    for (at, (name, value)) in pairs.iter().enumerate() {
        let other = |other: &str| Change::Other(other.to_owned());
        let twice = |first: &str, second: &str| Change::Twice(first.to_owned(), second.to_owned());
        let changes = [
            Change::Missing,
            other(""),
            other("x"),
            other("5"),
            other("-1"),
            other("1e300"),
            twice("x", value),
            twice(value, "x"),
            twice(value, ""),
            twice(value, value),
        ];
        for change in changes {
            let values = match &change {
                Change::Missing => Vec::new(),
                Change::Other(other) => vec![other.clone()],
                Change::Twice(first, second) => vec![first.clone(), second.clone()],
            };
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(&pairs[..at]);
            form.extend_pairs(values.iter().map(|value| (name, value)));
            form.extend_pairs(&pairs[at + 1..]);
            all.push((name.clone(), change, form.finish().into_bytes()));
        }
    }
    all
}

fn side_of(samples: &Samples) -> Side {
    let settings = match (channel(samples.kind), helpdesk(samples.kind)) {
        (Some(channel), _) => channel.settings(),
        (_, Some(helpdesk)) => helpdesk.settings(),
        _ => panic!("{}", samples.kind),
    };
    let given = settings.iter().filter(|setting| setting.secret).map(|setting| setting.name);
    // The registration makes these.
    let secrets: Vec<(&str, &str)> = given.chain(["webhook_secret", "secret_token"]).map(|name| (name, KEY)).collect();
    let kind = if channel(samples.kind).is_some() { samples.kind } else { "viber" };
    Side::new(kind, samples.settings, &secrets)
}

/// Fields whose change may leave a message out, and the reasons that the adapter then gives.
struct Justified {
    kinds: &'static [&'static str],
    /// The fields, with `*` for the items of a list.
    fields: &'static [&'static str],
    reasons: &'static [&'static str],
    /// Whether the field has to be a word or a number: the adapter can read it, and it says something else now.
    says_something: bool,
}

const fn justified(
    kinds: &'static [&'static str],
    fields: &'static [&'static str],
    reasons: &'static [&'static str],
) -> Justified {
    Justified { kinds, fields, reasons, says_something: false }
}

const fn said(
    kinds: &'static [&'static str],
    fields: &'static [&'static str],
    reasons: &'static [&'static str],
) -> Justified {
    Justified { kinds, fields, reasons, says_something: true }
}

const META: &[&str] = &["whatsapp", "messenger", "instagram"];
const PAGES: &[&str] = &["messenger", "instagram"];

const JUSTIFIED: &[Justified] = &[
    // The field says what kind of event this is, and platforms add kinds that are no messages.
    said(&["bird", "apple"], &["type"], &["unknown_event"]),
    said(&["line"], &["events/*/type"], &["unknown_event"]),
    said(&["viber"], &["event"], &["unknown_event"]),
    said(&["messagebird"], &["type"], &["conversation"]),
    said(&["twilio"], &["SmsStatus"], &["unknown_status"]),
    said(META, &["object"], &["other_object"]),
    said(&["whatsapp"], &["entry/*/changes/*/field"], &["other_field"]),
    said(&["deskie"], &["type"], &["unsupported"]),
    said(&["freshchat"], &["action", "event"], &["unsupported"]),
    // The field names the account or the room that the event belongs to, and this one names another.
    said(&["apple"], &["data/message/to"], &["other_sender"]),
    said(&["bird"], &["data/to", "data/to/phone_number", "data/from/phone_number"], &["other_sender"]),
    said(PAGES, &["entry/*/id"], &["other_page"]),
    said(&["line"], &["destination"], &["other_bot"]),
    said(&["line"], &["events/*/source/type"], &["group"]),
    said(
        &["telegram"],
        &[
            "message/chat/type",
            "edited_message/chat/type",
            "business_message/chat/type",
            "edited_business_message/chat/type",
            "deleted_business_messages/chat/type",
            "callback_query/message/chat/type",
        ],
        &["group"],
    ),
    // The field says which of the two ids is the business's.
    justified(&["bird"], &["data/direction"], &["other_sender"]),
    // The field says who wrote the message or who may read it. In doubt, the contact does not see it.
    justified(&["deskie"], &["object/note", "object[note]"], &["private"]),
    justified(&["deskie"], &["object/staff_id", "object[staff_id]"], &["echo"]),
    justified(&["freshchat"], &["data/message/message_type", "data/message/messages/*/message_type"], &["unsupported"]),
    justified(&["freshchat"], &["data/message/botsPrivateNote"], &["private"]),
    justified(&["freshchat"], &["actor/actor_type", "data/actor/type"], &["unsupported"]),
    // The field is all that the message consists of, and is empty now.
    justified(
        &["deskie"],
        &["object/content", "object[content]", "object/content_html", "object[content_html]"],
        &["empty"],
    ),
    justified(&["deskie"], &["object/attachments", "object/attachments/*", "object[attachments][0][url]"], &["empty"]),
    justified(
        &["freshchat"],
        &[
            "data/message/message_parts",
            "data/message/message_parts/*",
            "data/message/messages/*/message_parts",
            "data/message/messages/*/message_parts/*",
        ],
        &["empty"],
    ),
    // A reaction without an emoji takes one back, and an edit without words changes none.
    justified(&["bird"], &["data/emoji"], &["nothing_to_show"]),
    justified(
        &["whatsapp"],
        &["entry/*/changes/*/value/messages/*/reaction", "entry/*/changes/*/value/messages/*/reaction/emoji"],
        &["nothing_to_show"],
    ),
    justified(
        PAGES,
        &[
            "entry/*/messaging/*/reaction",
            "entry/*/messaging/*/reaction/action",
            "entry/*/messaging/*/reaction/emoji",
            "entry/*/messaging/*/message_edit/text",
        ],
        &["nothing_to_show"],
    ),
    // Nobody wrote anything: the event only counts deleted messages.
    justified(
        &["telegram"],
        &["deleted_business_messages/message_ids", "deleted_business_messages/message_ids/*"],
        &["nothing_to_show"],
    ),
    // The field only adds that the contact stopped or started messages; the message or the receipt still comes.
    justified(&["twilio"], &["OptOutType", "ErrorCode", "To"], &[]),
    justified(&["messagebird"], &["statusErrorCode", "recipient"], &[]),
];

/// What holds whole events. Without it there is no event, so that a call where it is missing, null or empty loses none.
const CONTAINERS: &[(&[&str], &[&str])] = &[
    (META, &["entry", "entry/*"]),
    (
        PAGES,
        &[
            "entry/*/messaging",
            "entry/*/messaging/*",
            "entry/*/messaging/*/message",
            "entry/*/messaging/*/message_edit",
            "entry/*/messaging/*/postback",
            "entry/*/messaging/*/reaction",
        ],
    ),
    (
        &["whatsapp"],
        &[
            "entry/*/changes",
            "entry/*/changes/*",
            "entry/*/changes/*/value",
            "entry/*/changes/*/value/messages",
            "entry/*/changes/*/value/messages/*",
            "entry/*/changes/*/value/message_echoes",
            "entry/*/changes/*/value/message_echoes/*",
            "entry/*/changes/*/value/statuses",
            "entry/*/changes/*/value/statuses/*",
        ],
    ),
    (&["line"], &["events", "events/*"]),
    (
        &["telegram"],
        &[
            "message",
            "edited_message",
            "business_message",
            "edited_business_message",
            "deleted_business_messages",
            "callback_query",
        ],
    ),
    (&["freshchat"], &["data/message/messages", "data/message/messages/*"]),
];

/// What a platform adds to a message, such as the advertisement that led to it. Nobody wrote it, so that no notice tells
/// that it cannot be read.
const BESIDE: &[&str] = &[
    "entry/*/messaging/*/message/reply_to",
    "entry/*/messaging/*/message/reply_to/story",
    "entry/*/messaging/*/message/referral",
    "entry/*/messaging/*/message/referral/ads_context_data",
    "entry/*/messaging/*/message/referral/ads_context_data/ad_title",
    "entry/*/changes/*/value/messages/*/referral",
    "entry/*/changes/*/value/messages/*/referral/source_url",
];

/// The fields that keep a message of the helpdesk from the contact. Without the field nothing tells that the message is
/// not for the contact.
const KEEPS_BACK: &[(&str, &[&str])] = &[
    ("deskie", &["object/note", "object[note]"]),
    (
        "freshchat",
        &[
            "data/message/botsPrivateNote",
            "data/message/message_type",
            "data/message/messages/*",
            "data/message/messages/*/message_type",
            // The sign of a call of the old form.
            "data/message/msg_parts",
        ],
    ),
];

/// Returns what is in `all` and not in `others`, each as often as it is missing there.
fn without<T: Clone + PartialEq>(all: &[T], others: &[T]) -> Vec<T> {
    let mut left = all.to_vec();
    for other in others {
        if let Some(at) = left.iter().position(|it| it == other) {
            left.remove(at);
        }
    }
    left
}

fn is_unreadable(reason: &'static str) -> bool {
    Ignored { id: String::new(), reason }.is_unreadable()
}

/// What a test saw in the tables: the first field of a row, and the field.
type Used = BTreeSet<(&'static str, String)>;

/// Checks the outcome of a changed call against that of the sample.
fn check(
    kind: &str,
    field: &str,
    change: &Change,
    before: &Outcome,
    after: Result<Outcome, String>,
    used: &mut Used,
) -> Result<(), String> {
    let (left, reasons) = match after? {
        Outcome::Unread(message) => return if message.is_empty() { Err("no message".to_owned()) } else { Ok(()) },
        Outcome::Taken { events, ignored, parts, has_notice } => ((events, parts, has_notice), ignored),
    };
    let (left, left_parts, has_notice) = left;
    let Outcome::Taken { events, ignored, parts, .. } = before else { return Ok(()) };
    let reasons = without(&reasons, ignored);
    if events.is_empty() && helpdesk(kind).is_some() && left.contains(&"message") {
        let row = KEEPS_BACK.iter().find(|(of, fields)| *of == kind && fields.contains(&field));
        return match row {
            Some((_, fields)) => {
                used.insert((fields[0], field.to_owned()));
                Ok(())
            }
            None => Err(format!("a message for the contact, which was {ignored:?}")),
        };
    }
    let lost = without(events, &left);
    let is_kept = reasons.iter().any(|reason| is_unreadable(reason));
    let is_explained = !lost.contains(&"message") && (!reasons.is_empty() || left.len() >= events.len());
    if lost.is_empty() && left_parts < *parts && !has_notice && !is_nothing(change) && !BESIDE.contains(&field) {
        return Err(format!("of {parts} parts, {left_parts} are left"));
    }
    if lost.is_empty() || is_kept || is_explained {
        return Ok(());
    }
    let is_absent = match change {
        Change::Missing => true,
        Change::Other(other) => matches!(other.as_str(), "null" | "[]" | "{}"),
        Change::Twice(_, second) => second == "null",
    };
    let of_kind = |kinds: &[&str], fields: &[&str]| kinds.contains(&kind) && fields.contains(&field);
    let container = CONTAINERS.iter().find(|(kinds, fields)| is_absent && of_kind(kinds, fields));
    let value = match change {
        Change::Missing => "null",
        Change::Other(value) | Change::Twice(_, value) => value,
    };
    let says_something = !matches!(value, "null" | "true") && !value.starts_with(['[', '{']);
    let row = JUSTIFIED.iter().find(|it| {
        (says_something || !it.says_something)
            && of_kind(it.kinds, it.fields)
            && reasons.iter().all(|reason| it.reasons.contains(reason))
    });
    match container.map(|(_, fields)| fields).or(row.map(|row| &row.fields)) {
        Some(fields) => {
            used.insert((fields[0], field.to_owned()));
            Ok(())
        }
        None => Err(format!("lost {lost:?}, left out as {reasons:?}")),
    }
}

/// Returns whether the field is missing or holds nothing now.
fn is_nothing(change: &Change) -> bool {
    match change {
        Change::Missing => true,
        Change::Other(value) | Change::Twice(_, value) => {
            matches!(value.as_str(), "" | "\"\"" | "null" | "[]" | "{}")
        }
    }
}

/// Changes every field of every sample of a kind.
fn every_field_of(kind: &str) {
    let (mut count, mut faults, mut used) = (0, BTreeMap::new(), Used::new());
    let mut without_events = BTreeSet::new();
    for samples in SAMPLES.iter().filter(|samples| samples.kind == kind) {
        let side = side_of(samples);
        let of_family = fixtures(samples.folder).into_iter().filter(|(name, _)| name.starts_with(samples.family));
        for (name, sample) in of_family {
            let before = outcome(samples, &side, &name, sample.clone()).unwrap();
            if let Outcome::Taken { ignored, .. } = &before {
                assert!(!ignored.iter().any(|reason| is_unreadable(reason)), "{kind} {name}: {before:?}");
            }
            let says_nothing = matches!(&before, Outcome::Taken { events, .. } if events.is_empty());
            for (field, change, body) in changed(&name, &sample) {
                // One sample is enough for a change that can only break the parser.
                if says_nothing && !without_events.insert((field.clone(), format!("{before:?} {change:?}"))) {
                    continue;
                }
                count += 1;
                let after = outcome(samples, &side, &name, body);
                if let Err(fault) = check(kind, &field, &change, &before, after, &mut used) {
                    faults.entry((field, fault)).or_insert_with(Vec::new).push(format!("{name}: {change:?}"));
                }
            }
        }
    }
    let shown =
        faults.iter().map(|((field, fault), all)| format!("{field}: {fault} ({} times, {})", all.len(), all[0]));
    assert!(faults.is_empty(), "{kind}, {} of {count} calls:\n{}", faults.len(), shown.collect::<Vec<_>>().join("\n"));
    assert!(count > 1_000, "{kind}: only {count} calls");
    let rows = JUSTIFIED.iter().map(|row| (row.kinds, row.fields)).chain(CONTAINERS.iter().copied());
    let own = KEEPS_BACK.iter().filter(|(of, _)| *of == kind).map(|(_, fields)| *fields);
    for fields in rows.filter(|(kinds, _)| kinds.contains(&kind)).map(|(_, fields)| fields).chain(own) {
        for field in fields {
            assert!(used.contains(&(fields[0], (*field).to_owned())), "{kind}: {field} needs no justification");
        }
    }
}

#[test]
fn every_kind_has_samples() {
    let kinds = CHANNELS.iter().map(|(kind, _)| *kind).chain(HELPDESKS.iter().map(|(kind, _)| *kind));
    let with_samples: BTreeSet<&str> = SAMPLES.iter().map(|samples| samples.kind).collect();
    assert_eq!(kinds.collect::<BTreeSet<_>>(), with_samples);
}

/// Makes a test for each kind, so that they run side by side.
macro_rules! tests {
    ($($kind:ident)+) => {
        mod any_field_may_be_odd_in_calls_of {
            $(
                #[test]
                fn $kind() {
                    super::every_field_of(stringify!($kind));
                }
            )+

            #[test]
            fn every_kind() {
                let tested = [$(stringify!($kind)),+];
                assert!(super::SAMPLES.iter().all(|samples| tested.contains(&samples.kind)));
            }
        }
    };
}

tests! {
    apple bird custom deskie freshchat instagram is_messenger line messagebird messenger rcs telegram twilio viber
    whatsapp
}
