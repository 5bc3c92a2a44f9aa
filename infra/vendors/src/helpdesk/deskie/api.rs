//! The calls of Deskie's API.

use std::{
    collections::BTreeMap,
    sync::PoisonError,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Query, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use super::{
    CHANNEL, DeskieSim, EMAIL, KEY, STAFF, STAFF_NAME,
    rules::{Refusal, Sent, missing, refused},
    store::{Case, User, now},
};
use crate::rules::is_authorized;

type Answer = Result<axum::Json<Value>, Refusal>;

/// Returns the routes of Deskie: the API behind the credentials, and files for anybody.
pub(super) fn router(sim: DeskieSim) -> Router {
    let api = Router::new()
        .route("/api/custom_channels.json", get(channels))
        .route("/api/cases.json", get(list_cases).post(create_case))
        .route("/api/cases/{id}", get(read_case))
        .route("/api/cases/{id}/messages.json", post(add_message).get(list_messages))
        .route("/api/staff/{id}", get(read_staff))
        .route("/api/users.json", get(list_users))
        .route("/api/users/{id}", get(read_user).put(update_user))
        .route("/api/users/{id}/link.json", put(link_user))
        .layer(axum::middleware::from_fn_with_state(sim.clone(), guard));
    api.route("/files/{id}", get(file)).layer(DefaultBodyLimit::max(64 << 20)).with_state(sim)
}

type Asked = BTreeMap<String, String>;

/// Returns the requested page of a list in Deskie's form, which is an object with numbered keys.
fn list(kind: &str, records: Vec<Value>, asked: &Asked) -> Answer {
    let number = |name: &str, default: usize, most: usize| match asked.get(name) {
        None => Ok(default),
        Some(text) => text.parse().ok().filter(|number| (1..=most).contains(number)).ok_or(refused("wrong_parameter")),
    };
    let (page, limit) = (number("page", 1, 500)?, number("limit", 100, 100)?);
    let shown = records.iter().skip((page - 1) * limit).take(limit).enumerate();
    let mut listed: Map<String, Value> = shown.map(|(at, record)| (at.to_string(), json!({kind: record}))).collect();
    listed.insert("total_count".into(), records.len().into());
    Ok(axum::Json(Value::Object(listed)))
}

fn id_in(path: &str) -> u64 {
    path.strip_suffix(".json").unwrap_or(path).parse().unwrap_or_default()
}

async fn guard(State(sim): State<DeskieSim>, request: Request, next: Next) -> Response {
    let expected = format!("Basic {}", STANDARD.encode(format!("{EMAIL}:{KEY}")));
    if !is_authorized(request.headers(), &expected) {
        return Refusal(StatusCode::UNAUTHORIZED, "unauthorized").into_response();
    }
    let (calls, period) = sim.rate;
    let (left, wait) = {
        let mut recent = sim.recent.lock().unwrap_or_else(PoisonError::into_inner);
        while recent.front().is_some_and(|at| at.elapsed() > period) {
            recent.pop_front();
        }
        let left = calls.saturating_sub(recent.len());
        if left > 0 {
            recent.push_back(Instant::now());
        }
        (left, recent.front().map_or(Duration::ZERO, |at| period.saturating_sub(at.elapsed())))
    };
    let mut answer = match left {
        0 => {
            let mut refused = Refusal(StatusCode::TOO_MANY_REQUESTS, "rate limit exceeded").into_response();
            refused.headers_mut().insert("retry_after", HeaderValue::from(wait.as_secs() + 1));
            refused
        }
        _ => next.run(request).await,
    };
    let headers = answer.headers_mut();
    headers.insert("rate_limit_per_minute", HeaderValue::from(calls));
    headers.insert("api_calls_left", HeaderValue::from(left.saturating_sub(1)));
    answer
}

async fn channels(State(sim): State<DeskieSim>, Query(asked): Query<Asked>) -> Answer {
    let channel = |id: u64, key: &str, title: &str, kind: &str, active: bool| json!({"channel_id": id, "channel_api_key": key, "title": title, "channel_type": kind, "active": active});
    let all = vec![
        channel(101, CHANNEL, "Mobile app", if sim.is_async { "async" } else { "sync" }, true),
        channel(102, "cch208", "Forum", "async", false),
    ];
    list("custom_channel", all, &asked)
}

async fn create_case(State(sim): State<DeskieSim>, request: Request) -> Answer {
    let sent = Sent::read(request, "case").await?;
    let custom_id = sent.text("user_custom_id");
    if custom_id.is_empty() {
        return Err(refused("user_custom_id_required"));
    }
    if sent.text("subject").is_empty() {
        return Err(refused("subject_required"));
    }
    if sent.text("channel") != CHANNEL {
        return Err(refused("wrong_channel"));
    }
    let given = given(&sent)?;
    let (email, phone) = (sent.text("user_email"), sent.text("user_phone"));
    if !email.is_empty() && !email.contains('@') {
        return Err(refused("incorrect_user_email"));
    }
    let mut store = sim.lock();
    let user = match store.user_of(&custom_id) {
        Some(user) => user,
        None => {
            let (name, company) = (sent.text("user_full_name"), sent.text("company_name"));
            // An address of another user is left out instead of refused.
            let free = |address: String| if store.is_taken(&address, None) { String::new() } else { address };
            let (email, phone) = (free(email), free(phone));
            let id = store.fresh_id();
            store.users.insert(id, User { custom_id, name, email, phone, company });
            id
        }
    };
    let id = store.fresh_id();
    store.cases.insert(id, Case { user, status: "open".into(), created: now(), messages: Vec::new(), given });
    if let Err(refusal) = store.write(id, sent, 0) {
        store.cases.remove(&id);
        return Err(refusal);
    }
    let case = store.cases.get(&id).map(|case| store.case_json(id, case)).unwrap_or_default();
    drop(store);
    sim.report_api_write(id, 0);
    Ok(axum::Json(json!({"case": case})))
}

/// Returns the fields of a new case that say where it belongs. Those that the account does not have are refused.
fn given(sent: &Sent) -> Result<Map<String, Value>, Refusal> {
    let mut given = Map::new();
    for (name, value) in &sent.fields {
        let is_good = match (name.as_str(), value) {
            ("subject", _) => true,
            ("group_id", value) => value.as_u64() == Some(44),
            ("priority", value) => matches!(value.as_str(), Some("low" | "normal" | "high" | "critical")),
            ("language_id", value) => value.as_u64().is_some_and(|id| (1..=20).contains(&id)),
            ("labels", Value::Array(labels)) => labels.iter().all(|label| label == 101),
            ("custom_fields", Value::Object(fields)) => fields.keys().all(|name| name == "cf_20"),
            ("labels" | "custom_fields", _) => false,
            _ => continue,
        };
        if !is_good {
            return Err(refused("wrong_parameter"));
        }
        given.insert(name.clone(), value.clone());
    }
    Ok(given)
}

async fn list_cases(State(sim): State<DeskieSim>, Query(asked): Query<Asked>) -> Answer {
    let store = sim.lock();
    let user = asked.get("user_id").and_then(|id| id.parse::<u64>().ok());
    if user.is_some_and(|user| !store.users.contains_key(&user)) {
        return Err(missing("user_not_found"));
    }
    let shows_active = asked.get("show_active_chats").is_some_and(|flag| flag == "true");
    // Active chats are left out unless the caller asks for them.
    let shown = store
        .cases
        .iter()
        .filter(|(_, case)| user.is_none_or(|user| case.user == user) && (shows_active || case.status == "closed"));
    let mut cases: Vec<Value> = shown.map(|(id, case)| store.case_json(*id, case)).collect();
    match asked.get("sort").map(String::as_str) {
        None | Some("created_at_asc") => {}
        Some("created_at_desc") => cases.reverse(),
        Some(_) => return Err(refused("wrong_parameter")),
    }
    list("case", cases, &asked)
}

async fn read_case(State(sim): State<DeskieSim>, Path(id): Path<String>) -> Answer {
    let (store, id) = (sim.lock(), id_in(&id));
    let case = store.cases.get(&id).ok_or(missing("case_not_found"))?;
    Ok(axum::Json(json!({"case": store.case_json(id, case)})))
}

async fn add_message(State(sim): State<DeskieSim>, Path(id): Path<u64>, request: Request) -> Answer {
    let sent = Sent::read(request, "message").await?;
    let mut store = sim.lock();
    let user = store.cases.get(&id).ok_or(missing("case_not_found"))?.user;
    let is_note = sent.fields.contains_key("note");
    let staff = match (sent.number("user_id"), sent.number("staff_id")) {
        (Some(by), None) if by == user => 0,
        (Some(by), None) if !store.users.contains_key(&by) => return Err(missing("user_not_found")),
        (Some(_), None) => return Err(refused("wrong_user")),
        (None, Some(STAFF)) => STAFF,
        (None, Some(_)) => return Err(refused("staff_not_active")),
        (None, None) if is_note => STAFF,
        _ => return Err(refused("user_id_or_staff_id")),
    };
    let message = store.write(id, sent, staff)?;
    drop(store);
    sim.report_api_write(id, staff);
    Ok(axum::Json(json!({"message": message})))
}

async fn list_messages(State(sim): State<DeskieSim>, Path(id): Path<u64>, Query(asked): Query<Asked>) -> Answer {
    let store = sim.lock();
    let case = store.cases.get(&id).ok_or(missing("case_not_found"))?;
    let mut messages: Vec<Value> = case.messages.iter().map(|message| store.message_json(case.user, message)).collect();
    match asked.get("order").map(String::as_str) {
        None | Some("asc") => {}
        Some("desc") => messages.reverse(),
        Some(_) => return Err(refused("wrong_parameter")),
    }
    list("message", messages, &asked)
}

async fn list_users(State(sim): State<DeskieSim>, Query(asked): Query<Asked>) -> Answer {
    let store = sim.lock();
    let is_wanted = |user: &User| match asked.get("user_custom_id") {
        None => true,
        Some(text) => match text.strip_prefix('^').and_then(|text| text.strip_suffix('^')) {
            Some(exact) => user.custom_id == exact,
            None => user.custom_id.contains(text.as_str()),
        },
    };
    let is_here = asked.get("user_custom_channel").is_none_or(|channel| channel == sim.channel_of_users());
    let found = store.users.iter().filter(|(_, user)| is_here && is_wanted(user));
    list("user", found.map(|(id, user)| user_json(*id, user, sim.channel_of_users())).collect(), &asked)
}

async fn read_user(State(sim): State<DeskieSim>, Path(id): Path<String>) -> Answer {
    let (store, id) = (sim.lock(), id_in(&id));
    let user = store.users.get(&id).ok_or(missing("user_not_found"))?;
    Ok(axum::Json(json!({"user": user_json(id, user, sim.channel_of_users())})))
}

async fn read_staff(Path(id): Path<String>) -> Answer {
    if id_in(&id) != STAFF {
        return Err(missing("staff_not_found"));
    }
    let staff = json!({"staff_id": STAFF, "staff_email": EMAIL, "staff_full_name": STAFF_NAME, "active": true});
    Ok(axum::Json(json!({ "staff": staff })))
}

async fn update_user(State(sim): State<DeskieSim>, Path(id): Path<String>, request: Request) -> Answer {
    let sent = Sent::read(request, "user").await?;
    let (mut store, id) = (sim.lock(), id_in(&id));
    let user = store.users.get_mut(&id).ok_or(missing("user_not_found"))?;
    for (name, field) in [("user_full_name", &mut user.name), ("company_name", &mut user.company)] {
        if sent.fields.contains_key(name) {
            *field = sent.text(name);
        }
    }
    let shown = user_json(id, user, sim.channel_of_users());
    Ok(axum::Json(json!({"user": shown})))
}

async fn link_user(State(sim): State<DeskieSim>, Path(id): Path<u64>, body: Bytes) -> Answer {
    let body: Value = serde_json::from_slice(&body).map_err(|_| refused("bad_request"))?;
    let mut store = sim.lock();
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    for (name, word) in [("user_email", "email_already_exist"), ("user_phone", "phone_already_exist")] {
        if text(name).is_some_and(|address| store.is_taken(&address, Some(id))) {
            return Err(refused(word));
        }
    }
    let user = store.users.get_mut(&id).ok_or(missing("user_not_found"))?;
    match (text("user_email"), text("user_phone")) {
        (Some(email), _) => user.email = email,
        (_, Some(phone)) => user.phone = phone,
        _ => return Err(refused("bad_request")),
    }
    let shown = user_json(id, user, sim.channel_of_users());
    Ok(axum::Json(json!({"user": shown})))
}

pub(super) fn user_json(id: u64, user: &User, channel: &str) -> Value {
    json!({
        "user_id": id, "user_full_name": user.name, "user_email": user.email, "user_phone": user.phone,
        "company_name": user.company, "type": "custom",
        "user_custom_id": user.custom_id, "user_custom_channel": channel, "linked_users": [id],
    })
}

async fn file(State(sim): State<DeskieSim>, Path(id): Path<u64>) -> Response {
    match sim.lock().files.get(&id) {
        Some(file) => ([(header::CONTENT_TYPE, file.content_type.clone())], file.bytes.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
