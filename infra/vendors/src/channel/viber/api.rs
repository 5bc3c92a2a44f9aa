//! The calls of Viber's API. The answer to each has HTTP status 200; `status` in its body says what is wrong.

use axum::{Json, Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use serde_json::{Map, Value, json};

use super::{
    FILTERED, HOST, UNFILTERED, Viber, Webhook, now,
    rules::{self, Refusal},
    token,
};
use crate::{
    json::{merge, put},
    rules::is_callable,
};

/// The largest body of a message, in bytes.
const LARGEST: usize = 30 * 1024;
/// The number of messages that a customer gets in a clock hour without writing.
const UNANSWERED: u32 = 100;
/// The rate limit of calls for a customer's details: the number of calls, and the period in milliseconds.
const LOOKUPS: (usize, i64) = (2, 12 * 3_600 * 1_000);

type Answer = Result<Value, Refusal>;
type Fields = Map<String, Value>;

pub(super) fn router(viber: Viber) -> Router {
    Router::new()
        .route("/pa/set_webhook", post(set_webhook))
        .route("/pa/send_message", post(send_message))
        .route("/pa/broadcast_message", post(broadcast_message))
        .route("/pa/get_account_info", post(account_info))
        .route("/pa/get_user_details", post(user_details))
        .route("/pa/get_online", post(online))
        .with_state(viber)
}

async fn set_webhook(State(viber): State<Viber>, headers: HeaderMap, body: Bytes) -> Json<Value> {
    let answer = match viber.authorized(&headers, &body) {
        Ok(fields) => viber.set_webhook(&fields).await,
        Err(refusal) => Err(refusal),
    };
    finish("set_webhook", answer)
}

async fn send_message(State(viber): State<Viber>, headers: HeaderMap, body: Bytes) -> Json<Value> {
    let answer = viber.authorized(&headers, &body).and_then(|fields| viber.take(&fields, body.len()));
    finish("send_message", answer)
}

/// Refuses the call, which is only for accounts that Viber has chosen.
async fn broadcast_message(State(viber): State<Viber>, headers: HeaderMap, body: Bytes) -> Json<Value> {
    let refusal = Refusal(19, "cannotSendBroadcast", "this account may not");
    finish("broadcast_message", viber.authorized(&headers, &body).and(Err(refusal)))
}

async fn account_info(State(viber): State<Viber>, headers: HeaderMap, body: Bytes) -> Json<Value> {
    finish("get_account_info", viber.authorized(&headers, &body).map(|_| viber.account()))
}

async fn user_details(State(viber): State<Viber>, headers: HeaderMap, body: Bytes) -> Json<Value> {
    let answer = viber.authorized(&headers, &body).and_then(|fields| viber.details(&fields));
    finish("get_user_details", answer)
}

async fn online(State(viber): State<Viber>, headers: HeaderMap, body: Bytes) -> Json<Value> {
    let answer = viber.authorized(&headers, &body).and_then(|fields| {
        let ids = fields.get("ids").and_then(Value::as_array).ok_or(Refusal::missing("ids"))?;
        if ids.len() > 100 {
            return Err(Refusal::bad("at most 100 ids"));
        }
        let status = |id: &Value| json!({ "id": id, "online_status": 0, "online_status_message": "online" });
        Ok(json!({ "users": ids.iter().map(status).collect::<Vec<_>>() }))
    });
    finish("get_online", answer)
}

fn finish(call: &str, answer: Answer) -> Json<Value> {
    let mut body = match answer {
        Ok(body) => body,
        Err(Refusal(status, name, why)) => {
            tracing::warn!(call, status, why, "the simulated Viber refused a call");
            return Json(json!({ "status": status, "status_message": name, "chat_hostname": HOST }));
        }
    };
    if let Some(fields) = body.as_object_mut() {
        fields.entry("status").or_insert_with(|| 0.into());
        fields.entry("status_message").or_insert_with(|| "ok".into());
        fields.insert("chat_hostname".to_owned(), HOST.into());
    }
    Json(body)
}

impl Viber {
    /// Reads the fields of a call that carries the account's token, in the header or among the fields.
    fn authorized(&self, headers: &HeaderMap, body: &[u8]) -> Result<Fields, Refusal> {
        let fields = serde_json::from_slice::<Value>(body).ok().and_then(|body| body.as_object().cloned());
        let in_header = headers.get("x-viber-auth-token").map(|token| token.as_bytes());
        let in_fields = fields.as_ref().and_then(|fields| fields.get("auth_token")).and_then(Value::as_str);
        let given: Vec<&[u8]> = in_header.into_iter().chain(in_fields.map(str::as_bytes)).collect();
        if given.is_empty() {
            return Err(Refusal(2, "missing_auth_token", "neither header nor field"));
        }
        if given.iter().any(|token| *token != self.token.as_bytes()) {
            return Err(Refusal(2, "invalidAuthToken", "not this account's"));
        }
        fields.ok_or(Refusal::bad("not a JSON object"))
    }

    /// Calls the URL before setting it, while the caller waits.
    async fn set_webhook(&self, fields: &Fields) -> Answer {
        let url = fields.get("url").and_then(Value::as_str).ok_or(Refusal::missing("url"))?;
        if url.is_empty() {
            self.lock().webhook = None;
            return Ok(json!({}));
        }
        if !is_callable(url) {
            return Err(Refusal(1, "invalidUrl", "it should be https"));
        }
        let event_types = match fields.get("event_types") {
            None => FILTERED.iter().map(|event| (*event).to_owned()).collect(),
            Some(listed) => event_types(listed).ok_or(Refusal::bad("event_types"))?,
        };
        let flag = |name: &str| match fields.get(name) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or(Refusal::bad("send_name and send_photo are true or false")),
        };
        let (send_name, send_photo) = (flag("send_name")?, flag("send_photo")?);
        let call = self.signed(url, json!({ "event": "webhook" }));
        let failure = match call.send_once(&self.base.http).await {
            Ok((200, _)) => None,
            Ok((status, _)) => {
                let path = reqwest::Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default();
                let request = format!("HttpRequest[POST {path} HTTP/1.1]@1");
                Some(format!("Result[{request} > HttpResponse[HTTP/1.1 {status} unknown]@2] null"))
            }
            Err(_) => Some("java.net.ConnectException: Connection refused".to_owned()),
        };
        if let Some(dump) = failure {
            tracing::warn!(dump, "the simulated Viber could not call the webhook");
            return Ok(json!({ "status": 1, "status_message": dump }));
        }
        let echo: Vec<&str> = UNFILTERED.iter().copied().chain(event_types.iter().map(String::as_str)).collect();
        let answer = json!({ "event_types": echo });
        self.lock().webhook = Some(Webhook { url: url.to_owned(), event_types, send_name, send_photo });
        Ok(answer)
    }

    /// Delivers a message to its customer.
    fn take(&self, fields: &Fields, length: usize) -> Answer {
        let mut state = self.lock();
        if state.webhook.is_none() {
            return Err(Refusal(10, "webhookNotSet", "no webhook is set"));
        }
        if length > LARGEST {
            return Err(Refusal::bad("the request is larger than 30 KB"));
        }
        let receiver = fields.get("receiver").and_then(Value::as_str).filter(|id| !id.is_empty());
        let receiver = receiver.ok_or(Refusal::missing("receiver"))?.to_owned();
        let version = rules::check(fields)?;
        let Some(customer) = state.customers.get_mut(&receiver) else {
            return Err(Refusal(5, "receiverNotRegistered", "nobody has this id"));
        };
        if !customer.is_subscribed {
            return Err(Refusal(6, "notSubscribed", "the customer has not written, or has unsubscribed"));
        }
        if customer.api_version < version {
            return Err(Refusal(13, "apiVersionNotSupported", "the customer's Viber is too old"));
        }
        let hour = now().get() / 3_600_000;
        if customer.hour != hour {
            (customer.hour, customer.unanswered) = (hour, 0);
        }
        if customer.unanswered >= UNANSWERED {
            let words = "maximum messages from Public Account to Viber user without reply exceeded.";
            return Err(Refusal(12, words, "100 messages in this hour"));
        }
        customer.unanswered += 1;
        let message = token();
        state.seen.push(rules::seen(&message.to_string(), &receiver, fields));
        drop(state);
        self.report(&receiver, &message.to_string());
        Ok(json!({ "message_token": message, "billing_status": 1 }))
    }

    fn account(&self) -> Value {
        let webhook = self.lock().webhook.clone();
        let mut account = json!({
            "id": "pa:58120937466120385914",
            "name": "Example shop",
            "uri": "exampleshop",
            "icon": "https://cdn.example.com/icon.jpg",
            "background": "https://cdn.example.com/bg.jpg",
            "category": "Companies, Brands & Products",
            "subcategory": "Retail",
            "location": { "lon": 30.5234, "lat": 50.4501 },
            "country": "UA",
            "subscribers_count": self.lock().customers.values().filter(|customer| customer.is_subscribed).count(),
            "members": [],
        });
        if let Some(webhook) = webhook {
            put(&mut account, "webhook", webhook.url);
            put(&mut account, "event_types", webhook.event_types);
        }
        account
    }

    fn details(&self, fields: &Fields) -> Answer {
        let id = fields.get("id").and_then(Value::as_str).ok_or(Refusal::missing("id"))?;
        let mut state = self.lock();
        let Some(customer) = state.customers.get_mut(id) else {
            return Err(Refusal(5, "receiverNotRegistered", "nobody has this id"));
        };
        let (most, period) = LOOKUPS;
        customer.lookups.retain(|at| at.saturating_add(period) > now().get());
        if customer.lookups.len() >= most {
            return Err(Refusal(12, "tooManyRequests", "two questions in twelve hours"));
        }
        customer.lookups.push(now().get());
        let mut user = customer.shown(id, true, true);
        let device = json!({
            "primary_device_os": "android 14", "viber_version": "24.1.0", "mcc": 255, "mnc": 1,
            "device_type": "SM-G991B",
        });
        merge(&mut user, device);
        Ok(json!({ "message_token": token(), "user": user }))
    }
}

fn event_types(listed: &Value) -> Option<Vec<String>> {
    let listed: Vec<&str> = listed.as_array()?.iter().map(Value::as_str).collect::<Option<_>>()?;
    let is_known = |event: &&str| FILTERED.contains(event) || UNFILTERED.contains(event);
    listed
        .iter()
        .all(is_known)
        .then(|| listed.iter().filter(|event| FILTERED.contains(event)).map(|event| (*event).to_owned()).collect())
}
