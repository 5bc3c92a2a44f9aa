//! Two vendors for every tenant: a channel with Viber's rules and a helpdesk with Freshchat's, with the people in front
//! of them.

use std::time::Duration;

use byoc::tools::simulation::Broken;
use bytes::Bytes;
use http::{Method, Request, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    checks::{Lane, Way},
    faults::{self, Fate},
    world::{State, log, with},
};

/// The topic of every helpdesk.
pub const TOPIC: &str = "808a2713-3875-4003-bc7f-6923baec92a4";
/// The agent who answers.
pub const AGENT: &str = "cee3c2fb-d626-4da2-bf09-1ed6dbb1cce7";

/// A tenant: one installation with a channel and a helpdesk of its own.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Tenant {
    /// The id of the installation.
    pub installation: String,
    /// The URL that the channel calls.
    pub channel_hook: String,
    /// The URL that the helpdesk calls.
    pub helpdesk_hook: String,
    users: Vec<Value>,
    conversations: Vec<Value>,
    messages: Vec<Value>,
    next: u64,
    /// The number of calls that arrived at both vendors.
    pub calls: u64,
    /// Whether the installation was removed.
    pub is_gone: bool,
}

/// Returns the token of a tenant's channel account.
pub fn channel_token(tenant: usize) -> String {
    format!("4f1d0c0ffee0{tenant:04}-0123456789abcdef-fedcba9876543210")
}

/// Returns the name of a contact, as the channel names it.
pub fn contact_id(contact: usize) -> String {
    format!("customer{contact:06}+{contact:06}==")
}

fn contact_of(id: &str) -> Option<usize> {
    id.rsplit(':').next()?.strip_prefix("customer")?.split('+').next()?.parse().ok()
}

/// Returns whether the installation of a tenant was removed.
pub fn is_gone(tenant: usize) -> bool {
    with(|state| state.tenants.get(tenant).is_some_and(|us| us.is_gone))
}

/// Returns the install request of a tenant.
pub fn install(tenant: usize) -> Value {
    json!({
        "channel": {
            "kind": "viber", "auth_token": channel_token(tenant), "sender_name": "Acme Support",
            "api_url": format!("http://channel{tenant}.example/pa"),
        },
        "helpdesk": {
            "kind": "freshchat", "api_url": format!("http://helpdesk{tenant}.example/v2"),
            "token": format!("token-of-{tenant}"), "channel_id": TOPIC,
        },
    })
}

struct Done {
    status: u16,
    body: Value,
}

fn ok(body: Value) -> Done {
    Done { status: 200, body }
}

fn refused(status: u16, message: &str) -> Done {
    Done { status, body: json!({ "code": status, "status": "REFUSED", "message": message }) }
}

/// Answers a call to a vendor.
///
/// # Errors
/// Returns an error if the call gets no answer.
pub async fn answer(request: Request<Bytes>) -> Result<Response<Bytes>, Broken> {
    let host = request.uri().host().unwrap_or_default().to_owned();
    let (is_channel, tenant) = match (host.strip_prefix("channel"), host.strip_prefix("helpdesk")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return Err(Broken::NoConnection),
    };
    let Some(tenant) = tenant.strip_suffix(".example").and_then(|it| it.parse::<usize>().ok()) else {
        return Err(Broken::NoConnection);
    };
    let (path, query) = (request.uri().path().to_owned(), request.uri().query().unwrap_or_default().to_owned());
    let method = request.method().clone();
    let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    tokio::time::sleep(Duration::from_millis(with(|state| state.rng.u64(40..120)))).await;
    let fate = faults::of_vendor(tenant, &path);
    let process = with(|state| {
        if let Some(us) = state.tenants.get_mut(tenant) {
            us.calls += 1;
        }
        state.process
    });
    let lane = lane_of(tenant, is_channel, &method, &path, &body);
    let _working = lane.clone().map(|lane| Working::start(lane, process, fate));
    let name = if is_channel { "channel" } else { "helpdesk" };
    let act = || {
        with(|state| {
            state.process = process;
            let done = if is_channel {
                channel(state, tenant, &path, &body)
            } else {
                helpdesk(state, tenant, &method, &path, &query, &body)
            };
            state.note(format!("{name}{tenant} {method} {} {} {fate:?}", shape(&path), done.status));
            done
        })
    };
    let no_effect = || log(|| format!("{name}{tenant} {method} {} - {fate:?}", shape(&path)));
    let done = match fate {
        Fate::Works => act(),
        Fate::Slow(delay) => {
            let done = act();
            tokio::time::sleep(delay).await;
            done
        }
        Fate::Refused => {
            no_effect();
            refused(503, "unavailable")
        }
        Fate::Throttled => {
            no_effect();
            refused(429, "too many requests")
        }
        Fate::Blocked => {
            no_effect();
            if is_channel {
                ok(json!({ "status": 2, "status_message": "invalidAuthToken" }))
            } else {
                refused(401, "UNAUTHENTICATED")
            }
        }
        Fate::NoConnection => {
            no_effect();
            return Err(Broken::NoConnection);
        }
        Fate::Hangs => {
            no_effect();
            std::future::pending().await
        }
        Fate::ActsThenHangs => {
            act();
            std::future::pending().await
        }
        Fate::AnswerLost => {
            act();
            return Err(Broken::Lost);
        }
        Fate::ActsThenFails => {
            act();
            refused(504, "gateway timeout")
        }
        Fate::Malformed => {
            act();
            Done { status: 200, body: Value::String("<html>".to_owned()) }
        }
        Fate::EqualId => {
            let mut done = act();
            if is_channel && done.body.get("message_token").is_some() {
                done.body["message_token"] = json!(5_000_000_000_000_000_001_u64);
            }
            done
        }
    };
    let text = if fate == Fate::Malformed { "<html>".to_owned() } else { done.body.to_string() };
    let answer = Response::builder().status(done.status).header("content-type", "application/json");
    answer.body(Bytes::from(text)).map_err(|_| Broken::Lost)
}

/// Returns a path without ids, for the log.
fn shape(path: &str) -> String {
    path.split('/').map(|piece| if piece.len() > 25 { "_" } else { piece }).collect::<Vec<_>>().join("/")
}

/// Returns the lane whose message a call carries.
fn lane_of(tenant: usize, is_channel: bool, method: &Method, path: &str, body: &Value) -> Option<(Lane, String)> {
    if is_channel {
        let contact = contact_of(body["receiver"].as_str()?)?;
        return Some((Lane { tenant, contact, way: Way::Out }, body["text"].as_str()?.to_owned()));
    }
    let message = if path.ends_with("/conversations") { &body["messages"][0] } else { body };
    if method != Method::POST || message["actor_type"] != "user" {
        return None;
    }
    let text = message["message_parts"][0]["text"]["content"].as_str()?.to_owned();
    let user = message["actor_id"].as_str()?.to_owned();
    let reference = with(|state| {
        let user = state.tenants.get(tenant)?.users.iter().find(|it| it["id"] == user.as_str())?;
        user["reference_id"].as_str().map(str::to_owned)
    })?;
    Some((Lane { tenant, contact: contact_of(&reference)?, way: Way::In }, text))
}

/// A call that a vendor works on.
struct Working(Lane, u64);

impl Working {
    fn start((lane, text): (Lane, String), process: u64, fate: Fate) -> Self {
        with(|state| {
            let at = state.elapsed();
            state.checks.call_begins(&lane, &text, process, &state.frozen, at, fate);
        });
        Self(lane, process)
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        with(|state| state.checks.call_ends(&self.0, self.1));
    }
}

fn token(tenant: usize, number: u64) -> u64 {
    5_000_000_000_000_000_000_u64 + (tenant as u64) * 1_000_000 + number + 10
}

fn channel(state: &mut State, tenant: usize, path: &str, body: &Value) -> Done {
    let at = state.elapsed();
    let Some(us) = state.tenants.get_mut(tenant) else { return refused(404, "no such account") };
    us.next += 1;
    let token = token(tenant, us.next);
    match path {
        "/pa/set_webhook" => {
            us.channel_hook = body["url"].as_str().unwrap_or_default().to_owned();
            ok(json!({ "status": 0, "status_message": "ok", "event_types": body["event_types"] }))
        }
        "/pa/get_account_info" => ok(json!({
            "status": 0, "status_message": "ok", "id": format!("pa:{tenant}"), "name": "Shop", "uri": "shop",
            "webhook": us.channel_hook, "event_types": ["delivered", "seen", "failed"],
        })),
        "/pa/get_user_details" => ok(json!({
            "status": 0, "status_message": "ok", "message_token": token,
            "user": { "id": body["id"], "name": "Lorna", "language": "uk", "country": "UA", "api_version": 10 },
        })),
        "/pa/send_message" => {
            let contact = contact_of(body["receiver"].as_str().unwrap_or_default());
            let Some(contact) = contact else {
                return ok(json!({ "status": 5, "status_message": "receiverNotRegistered" }));
            };
            let text = body["text"].as_str().unwrap_or_default().to_owned();
            state.note(format!("arrived out {tenant}/{contact} {}", text.get(..20).unwrap_or(&text)));
            state.checks.arrived(Lane { tenant, contact, way: Way::Out }, &text, at);
            ok(json!({ "status": 0, "status_message": "ok", "message_token": token, "billing_status": 1 }))
        }
        _ => refused(404, "no such call"),
    }
}

fn helpdesk(state: &mut State, tenant: usize, method: &Method, path: &str, query: &str, body: &Value) -> Done {
    let (at, now) = (state.elapsed(), instant(state.time()));
    let Some(us) = state.tenants.get_mut(tenant) else { return refused(404, "no such account") };
    let pieces: Vec<&str> = path.split('/').skip(2).collect();
    match (method.as_str(), pieces.as_slice()) {
        ("GET", ["accounts", "configuration"]) => {
            ok(json!({ "account_id": 38_190 + tenant, "app_id": "app", "organisation_id": 5 }))
        }
        ("GET", ["channels"]) => ok(json!({
            "channels": [{ "id": TOPIC, "name": "Inbox", "enabled": true }],
            "pagination": { "total_items": 1, "total_pages": 1, "current_page": 1 },
        })),
        ("GET", ["agents", id]) => ok(json!({ "id": id, "first_name": "Ines", "last_name": "Halvorsund" })),
        ("GET", ["users"]) => {
            let wanted = query.split('&').find_map(|pair| pair.strip_prefix("reference_id="));
            let wanted = wanted.unwrap_or_default().replace("%3A", ":").replace("%2B", "+").replace("%3D", "=");
            let found: Vec<&Value> = us.users.iter().filter(|user| user["reference_id"] == wanted.as_str()).collect();
            ok(json!({ "users": found }))
        }
        ("POST", ["users"]) => {
            let mut user = body.clone();
            user["id"] = us.id("user", tenant).into();
            user["created_time"] = now.into();
            us.users.push(user.clone());
            ok(user)
        }
        ("GET" | "PUT", ["users", id]) => {
            let Some(user) = us.users.iter_mut().find(|user| user["id"] == *id) else { return refused(404, "no user") };
            for (key, value) in body.as_object().into_iter().flatten() {
                user[key.as_str()] = value.clone();
            }
            ok(user.clone())
        }
        ("GET", ["users", id, "conversations"]) => {
            let theirs = us.conversations.iter().filter(|it| it["user_id"] == *id);
            let theirs: Vec<Value> = theirs.map(|it| json!({ "id": it["conversation_id"] })).collect();
            ok(json!({ "conversations": theirs }))
        }
        ("POST", ["conversations"]) => {
            let user = body["users"][0]["id"].as_str().unwrap_or_default().to_owned();
            let open = us.conversations.iter().rfind(|it| it["user_id"] == user.as_str()).cloned();
            let conversation = open.unwrap_or_else(|| {
                let id = us.id("conversation", tenant);
                let new = json!({
                    "conversation_id": id, "user_id": user, "channel_id": TOPIC, "status": "new", "created_time": now,
                });
                us.conversations.push(new.clone());
                new
            });
            let mut shown = conversation.clone();
            let mut posted = Vec::new();
            for message in body["messages"].as_array().into_iter().flatten() {
                posted.push(post(state, tenant, &conversation, message, at));
            }
            shown["messages"] = posted.into();
            ok(shown)
        }
        ("GET", ["conversations", id]) => match us.conversations.iter().find(|it| it["conversation_id"] == *id) {
            Some(found) => ok(found.clone()),
            None => refused(404, "no conversation"),
        },
        ("GET", ["conversations", id, "messages"]) => {
            let theirs = us.messages.iter().rev().filter(|it| it["conversation_id"] == *id).take(50);
            ok(json!({ "messages": theirs.collect::<Vec<_>>() }))
        }
        ("POST", ["conversations", id, "messages"]) => {
            let found = us.conversations.iter().find(|it| it["conversation_id"] == *id).cloned();
            let Some(conversation) = found else { return refused(404, "no conversation") };
            ok(post(state, tenant, &conversation, body, at))
        }
        _ => refused(404, "no such call"),
    }
}

impl Tenant {
    /// Makes an id in the form of a GUID.
    fn id(&mut self, what: &str, tenant: usize) -> String {
        self.next += 1;
        let kind = what.len();
        format!("{kind:08x}-0000-4000-8000-{tenant:04x}{:08x}", self.next)
    }

    /// Returns the channel's id of some message. Not every number became one.
    pub fn some_token(&self, tenant: usize, rng: &mut fastrand::Rng) -> u64 {
        token(tenant, rng.u64(..=self.next))
    }

    /// Returns the user and the latest conversation of a contact.
    pub fn conversation_of(&self, contact: usize) -> Option<(String, String)> {
        let reference = format!("viber:{}", contact_id(contact));
        let user = self.users.iter().filter(|user| user["reference_id"] == reference.as_str());
        let ids: Vec<&str> = user.filter_map(|user| user["id"].as_str()).collect();
        let latest =
            self.conversations.iter().rfind(|it| it["user_id"].as_str().is_some_and(|id| ids.contains(&id)))?;
        Some((latest["user_id"].as_str()?.to_owned(), latest["conversation_id"].as_str()?.to_owned()))
    }
}

fn post(state: &mut State, tenant: usize, conversation: &Value, message: &Value, at: u64) -> Value {
    let now = instant(state.time());
    let Some(us) = state.tenants.get_mut(tenant) else { return Value::Null };
    let mut shown = message.clone();
    shown["id"] = us.id("message", tenant).into();
    shown["created_time"] = now.into();
    shown["conversation_id"] = conversation["conversation_id"].clone();
    shown["user_id"] = conversation["user_id"].clone();
    shown["channel_id"] = TOPIC.into();
    us.messages.push(shown.clone());
    let user = us.users.iter().find(|user| user["id"] == conversation["user_id"]);
    let contact = user.and_then(|user| contact_of(user["reference_id"].as_str()?));
    let text = message["message_parts"][0]["text"]["content"].as_str().unwrap_or_default().to_owned();
    let Some(contact) = contact else { return shown };
    if message["actor_type"] == "user" {
        state.note(format!("arrived in {tenant}/{contact} {}", text.get(..20).unwrap_or(&text)));
        state.checks.arrived(Lane { tenant, contact, way: Way::In }, &text, at);
    } else {
        state.note(format!("note {tenant}/{contact}"));
        state.checks.note(Lane { tenant, contact, way: Way::Out }, &text);
    }
    shown
}

/// Makes an agent's answer in the latest conversation of a contact. Returns the body of the event and the message's id.
pub fn agent_says(tenant: usize, contact: usize, text: &str) -> Option<(String, String)> {
    with(|state| {
        let now = instant(state.time());
        let us = state.tenants.get_mut(tenant)?;
        let (user, conversation) = us.conversation_of(contact)?;
        let id = us.id("message", tenant);
        let message = json!({
            "id": id, "message_type": "normal", "actor_type": "agent", "actor_id": AGENT, "created_time": now,
            "channel_id": TOPIC, "conversation_id": conversation, "user_id": user, "botsPrivateNote": false,
            "message_parts": [{ "text": { "content": text } }],
        });
        us.messages.push(message.clone());
        let event = json!({
            "actor": { "actor_type": "agent", "actor_id": AGENT }, "action": "message_create", "action_time": now,
            "data": { "message": message },
        });
        Some((event.to_string(), id))
    })
}

fn instant(millis: u64) -> String {
    let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000);
    time.ok().and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
}
