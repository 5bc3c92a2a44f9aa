//! Sample events: the files of `tests/events`, and events that are made to fit an installation.

use std::time::Duration;

use axum::http::{Method, Request, Uri};
use base64::Engine;
use byoc::{
    install::{is_app_event, is_scheduled},
    model::message::{ChannelEvent, ChannelEventKind, Contact, ENVELOPE_VERSION, Envelope, Event, Part},
    outside::{config::Environment, queue::Outgoing},
    tools::answer::ApiError,
};
use byoc_vendors::people::{ChannelSim, Saying, WebhookCall};
use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use crate::bridge::Functions;

/// The sample events of a helpdesk's Marketplace app, as they are in `tests/events`.
pub const PRODUCT_EVENTS: &[(&str, &str)] = &[
    ("on_conversation_create.json", include_str!("../../../../tests/events/on_conversation_create.json")),
    ("on_conversation_update.json", include_str!("../../../../tests/events/on_conversation_update.json")),
    (
        "on_conversation_update_resolved.json",
        include_str!("../../../../tests/events/on_conversation_update_resolved.json"),
    ),
    ("on_external_event.json", include_str!("../../../../tests/events/on_external_event.json")),
    ("on_external_event_v3.json", include_str!("../../../../tests/events/on_external_event_v3.json")),
    ("on_message_create.json", include_str!("../../../../tests/events/on_message_create.json")),
    (
        "on_message_create_agent_buttons.json",
        include_str!("../../../../tests/events/on_message_create_agent_buttons.json"),
    ),
    ("on_message_create_agent_file.json", include_str!("../../../../tests/events/on_message_create_agent_file.json")),
    (
        "on_message_create_agent_file_url_pending.json",
        include_str!("../../../../tests/events/on_message_create_agent_file_url_pending.json"),
    ),
    ("on_message_create_agent_image.json", include_str!("../../../../tests/events/on_message_create_agent_image.json")),
    (
        "on_message_create_agent_long_text_as_file.json",
        include_str!("../../../../tests/events/on_message_create_agent_long_text_as_file.json"),
    ),
    (
        "on_message_create_agent_no_actor_in_message.json",
        include_str!("../../../../tests/events/on_message_create_agent_no_actor_in_message.json"),
    ),
    (
        "on_message_create_agent_null_parts.json",
        include_str!("../../../../tests/events/on_message_create_agent_null_parts.json"),
    ),
    (
        "on_message_create_agent_private.json",
        include_str!("../../../../tests/events/on_message_create_agent_private.json"),
    ),
    ("on_message_create_agent_text.json", include_str!("../../../../tests/events/on_message_create_agent_text.json")),
    (
        "on_message_create_agent_two_messages.json",
        include_str!("../../../../tests/events/on_message_create_agent_two_messages.json"),
    ),
    ("on_message_create_agent_v3.json", include_str!("../../../../tests/events/on_message_create_agent_v3.json")),
    (
        "on_message_create_bot_carousel.json",
        include_str!("../../../../tests/events/on_message_create_bot_carousel.json"),
    ),
    ("on_message_create_system.json", include_str!("../../../../tests/events/on_message_create_system.json")),
    (
        "on_message_create_system_says_user.json",
        include_str!("../../../../tests/events/on_message_create_system_says_user.json"),
    ),
    ("on_message_create_user_echo.json", include_str!("../../../../tests/events/on_message_create_user_echo.json")),
    ("on_user_create.json", include_str!("../../../../tests/events/on_user_create.json")),
    ("on_user_update.json", include_str!("../../../../tests/events/on_user_update.json")),
];

/// The event of the schedule by which installations catch up.
const SCHEDULED: &str = include_str!("../../../../tests/events/scheduled_event.json");

/// The time that an invocation of the relay may take.
const RELAY_TIMEOUT: Duration = Duration::from_secs(30);

/// An installation that events are made for.
#[derive(Clone, Copy)]
pub struct Installed<'a> {
    /// The channel.
    pub channel: &'a dyn ChannelSim,
    /// The id of the installation.
    pub id: &'a str,
    /// The install request.
    pub request: &'a Value,
}

/// An event to send to a function.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    /// The name of its file.
    pub(super) name: &'static str,
    /// The event as JSON.
    pub(super) json: String,
}

/// The samples of one kind.
#[derive(Clone, Debug)]
pub(super) struct Samples {
    /// The title of the kind.
    pub(super) title: &'static str,
    /// The samples.
    pub(super) samples: Vec<Sample>,
}

impl Installed<'_> {
    /// Makes the events for `cargo lambda invoke` that fit the installation, by file name.
    pub fn files(self) -> Map<String, Value> {
        let fitting = [self.queue_event(), Some(self.app_event("onAppInstall")), self.webhook_call()];
        let names = ["relay_sqs.json", "install_hook_on_app_install.json", "channel_webhook_text.json"];
        let files = names.into_iter().zip(fitting);
        files.filter_map(|(name, event)| Some((name.to_owned(), event?))).collect()
    }

    /// Returns all samples, made to fit the installation.
    pub(super) fn all(self) -> Vec<Samples> {
        let sample =
            |(name, event): (&'static str, Option<Value>)| Some(Sample { name, json: pretty(&event?.to_string()) });
        let product = PRODUCT_EVENTS.iter().map(|(name, text)| Sample { name, json: self.product_event(text) });
        let set_up = [
            ("install_hook_on_app_install.json", Some(self.app_event("onAppInstall"))),
            ("install_hook_after_app_update.json", Some(self.app_event("afterAppUpdate"))),
            ("install_hook_on_app_uninstall_unknown.json", Some(uninstall_of_nobody())),
            ("scheduled_event.json", serde_json::from_str(SCHEDULED).ok()),
        ];
        let webhooks = [("channel_webhook_text.json", self.webhook_call())];
        let queue = [("relay_sqs.json", self.queue_event())];
        vec![
            Samples { title: "Product events", samples: product.collect() },
            Samples { title: "Set-up events", samples: set_up.into_iter().filter_map(sample).collect() },
            Samples { title: "Channel webhooks", samples: webhooks.into_iter().filter_map(sample).collect() },
            Samples { title: "Queue", samples: queue.into_iter().filter_map(sample).collect() },
        ]
    }

    /// Returns a product event that names this installation, so that the account need not be the right one.
    fn product_event(self, text: &str) -> String {
        pretty(&text.replacen('{', &format!("{{\"installation\": \"{}\",", self.id), 1))
    }

    fn app_event(self, name: &str) -> Value {
        let now = byoc::outside::clock::now();
        json!({"event": name, "region": "US", "timestamp": now, "iparams": self.request})
    }

    fn webhook_call(self) -> Option<Value> {
        let saying = Saying::Text("Hello from a sample webhook call".into());
        Some(http_event(&self.channel.sign(self.channel.customer(), saying)?))
    }

    fn queue_event(self) -> Option<Value> {
        let customer = self.channel.customer();
        let now = byoc::outside::clock::now();
        let event = Envelope {
            v: ENVELOPE_VERSION,
            installation: self.id.to_owned(),
            received_at: now,
            event: Event::Channel(ChannelEvent::new(
                format!("sample-{now}"),
                now,
                Contact { id: customer.to_owned(), name: Some("Lorna Featherby".into()), ..Contact::default() },
                ChannelEventKind::Message { parts: vec![Part::text("Hello from a sample event")] },
            )),
        };
        Some(sqs_event(&Outgoing::pack(&event).ok()?))
    }
}

/// Returns the event of an app that is removed from an account without an installation.
fn uninstall_of_nobody() -> Value {
    let helpdesk = json!({"kind": byoc::helpdesk::of_marketplace(), "api_url": "https://nobody.example.com/v2"});
    json!({"event": "onAppUninstall", "region": "US", "iparams": {"helpdesk": helpdesk}})
}

fn sqs_event(message: &Outgoing) -> Value {
    json!({"Records": [{
        "messageId": "00000000-0000-4000-8000-000000000001",
        "receiptHandle": "sample",
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1764000000000",
            "SequenceNumber": "1",
            "MessageGroupId": message.group,
            "MessageDeduplicationId": message.deduplication,
            "SenderId": "sample",
            "ApproximateFirstReceiveTimestamp": "1764000000001",
        },
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:byoc.fifo",
        "awsRegion": "us-east-1",
    }]})
}

/// Returns a webhook call as API Gateway hands it to a function (payload 2.0).
fn http_event(call: &WebhookCall) -> Value {
    let (path, query) = call.target.split_once('?').unwrap_or((&call.target, ""));
    let headers: Map<String, Value> = call
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), Value::from(value.to_str().ok()?))))
        .collect();
    json!({
        "version": "2.0",
        "routeKey": "ANY /channels/{installation}/{token}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000", "apiId": "sample", "domainName": "127.0.0.1", "domainPrefix": "127",
            "http": {
                "method": call.method.as_str(), "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1",
                "userAgent": "sample",
            },
            "requestId": "sample", "routeKey": "ANY /channels/{installation}/{token}", "stage": "$default",
            "time": "25/Nov/2026:00:00:00 +0000", "timeEpoch": 0,
        },
        "body": String::from_utf8_lossy(&call.body),
        "isBase64Encoded": false,
    })
}

/// What came of sending an event to a function.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// The function.
    pub(super) function: &'static str,
    /// The answer of the function; its reason if it failed.
    pub(super) result: Result<String, String>,
    /// The answer as JSON.
    pub(super) answer: String,
}

/// Sends an event to the function that it is for, as `cargo lambda invoke` does.
pub(super) async fn simulate(functions: &Functions, environment: &Environment, event: &Value) -> Outcome {
    if event.get("Records").is_some() {
        return relay(environment, event).await;
    }
    if event.get("requestContext").is_some() {
        return http(functions, event).await;
    }
    let text = event.to_string();
    let (function, reply) = if is_app_event(event) || is_scheduled(event) {
        ("install-hook", functions.invoke_install_hook(text).await)
    } else {
        ("product-events", functions.invoke_product_events(text).await)
    };
    direct(function, reply)
}

fn direct(function: &'static str, reply: Result<Value, ApiError>) -> Outcome {
    let answer = match reply {
        Ok(answer) => answer,
        Err(error) => json!({"ok": false, "error": {"code": error.code, "message": error.message}}),
    };
    let why = |path: &str| answer.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let result = match why("/error/details").or_else(|| why("/error/message")) {
        Some(why) => Err(why),
        None => Ok(done(&answer)),
    };
    Outcome { function, result, answer: pretty(&answer.to_string()) }
}

/// Says what the answer of a function means.
fn done(answer: &Value) -> String {
    let ignored = answer.get("ignored").and_then(Value::as_array);
    let reasons = ignored.into_iter().flatten().filter_map(|event| event.get("reason")?.as_str());
    let reasons: Vec<&str> = reasons.collect();
    match answer.get("queued").and_then(Value::as_u64) {
        Some(0) if !reasons.is_empty() => {
            format!("The handler worked and had nothing to relay: {}.", reasons.join(", "))
        }
        Some(queued) => format!("The handler worked; events that it put into the queue: {queued}."),
        None => "The handler worked.".to_owned(),
    }
}

async fn http(functions: &Functions, event: &Value) -> Outcome {
    let text = |path: &str| event.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let function = match text("/rawPath").split('/').nth(1) {
        Some("channels" | "media") => "channel-webhook",
        Some("helpdesks") => "product-events",
        _ => "install-hook",
    };
    let failed = |why: String| Outcome { function, result: Err(why), answer: String::new() };
    let request = match request(event) {
        Ok(request) => request,
        Err(why) => return failed(format!("this is no HTTP event that API Gateway sends: {why}")),
    };
    let answer = functions.http(request).await;
    let (status, body) = (answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned());
    let shown = json!({"statusCode": status, "body": body});
    let told: Value = serde_json::from_str(&body).unwrap_or_default();
    let why = told.pointer("/error/message").and_then(Value::as_str).unwrap_or("the call was refused");
    let result = if status < 400 {
        Ok(format!("The handler answered HTTP {status}."))
    } else {
        Err(format!("HTTP {status}: {why}"))
    };
    Outcome { function, result, answer: pretty(&shown.to_string()) }
}

fn request(event: &Value) -> Result<Request<Bytes>, String> {
    let text = |path: &str| event.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let (path, query) = (text("/rawPath"), text("/rawQueryString"));
    let uri = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let uri: Uri = uri.parse().map_err(|_| "rawPath and rawQueryString are no address")?;
    let method: Method = text("/requestContext/http/method").parse().map_err(|_| "requestContext.http.method")?;
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in event.get("headers").and_then(Value::as_object).into_iter().flatten() {
        request = request.header(name, value.as_str().unwrap_or_default());
    }
    let body = text("/body").to_owned();
    let body = match event.get("isBase64Encoded").and_then(Value::as_bool) {
        Some(true) => base64::engine::general_purpose::STANDARD.decode(body).map_err(|_| "the body is no Base64")?,
        _ => body.into_bytes(),
    };
    request.body(Bytes::from(body)).map_err(|error| error.to_string())
}

async fn relay(environment: &Environment, event: &Value) -> Outcome {
    let function = "relay";
    let failed = |why: String| Outcome { function, result: Err(why), answer: String::new() };
    let invocation = match serde_json::from_value(event.clone()) {
        Ok(invocation) => invocation,
        Err(error) => return failed(format!("this is no batch of the queue: {error}")),
    };
    let relay = match relay::Function::from_environment(environment).await {
        Ok(relay) => relay,
        Err(error) => return failed(error.to_string()),
    };
    match relay.handle(invocation, tokio::time::Instant::now() + RELAY_TIMEOUT).await {
        Ok(reply) => {
            let answer = serde_json::to_value(reply).unwrap_or_default();
            let again = answer.get("batchItemFailures").and_then(Value::as_array).map_or(0, Vec::len);
            let result = match again {
                0 => Ok("The relay finished every message of the batch.".to_owned()),
                again => Err(format!("messages that the relay wants to see again: {again}; the journal says why")),
            };
            Outcome { function, result, answer: pretty(&answer.to_string()) }
        }
        Err(error) => failed(error.to_string()),
    }
}

/// Returns JSON as people read it, with its fields in the order in which they came; another text as it is.
pub(super) fn pretty(json: &str) -> String {
    if serde_json::from_str::<IgnoredAny>(json).is_err() {
        return json.to_owned();
    }
    let (mut out, mut depth, mut in_string, mut is_escaped) = (String::new(), 0_usize, false, false);
    let line = |depth: usize| format!("\n{}", "  ".repeat(depth));
    for character in json.chars() {
        if in_string {
            out.push(character);
            in_string = is_escaped || character != '"';
            is_escaped = character == '\\' && !is_escaped;
            continue;
        }
        match character {
            '{' | '[' => {
                depth += 1;
                out.push(character);
                out.push_str(&line(depth));
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                out.truncate(out.trim_end().len());
                if !out.ends_with(['{', '[']) {
                    out.push_str(&line(depth));
                }
                out.push(character);
            }
            ',' => {
                out.push(',');
                out.push_str(&line(depth));
            }
            ':' => out.push_str(": "),
            '"' => {
                in_string = true;
                out.push('"');
            }
            space if space.is_ascii_whitespace() => {}
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn json_is_indented_in_its_own_order() {
        let json = r#"{"b":[1, "a,\"}\\"],"a":{},"c":{"d": null }}"#;
        let expected =
            "{\n  \"b\": [\n    1,\n    \"a,\\\"}\\\\\"\n  ],\n  \"a\": {},\n  \"c\": {\n    \"d\": null\n  }\n}";
        assert_eq!(pretty(json), expected);
        assert_eq!(pretty("a=b&c"), "a=b&c");
    }

    #[test]
    fn every_file_of_the_sample_events_is_here() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/events");
        let there: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name.ends_with(".json"))
            .collect();
        let mut here: BTreeSet<String> = PRODUCT_EVENTS.iter().map(|(name, _)| (*name).to_owned()).collect();
        here.insert("scheduled_event.json".to_owned());
        assert_eq!(here, there);
    }
}
