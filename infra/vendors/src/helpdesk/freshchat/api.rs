//! The API v2. <https://developers.freshchat.com/api/>

use std::collections::HashMap;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Multipart, Path, Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    FreshchatSim, TOKEN, TOPICS,
    rules::{Refusal, invalid, json_response, missing, user_fields},
    store::{Conversation, File, GROUP, Place, Store, new_id, text},
};
use crate::{json::put, rules::is_authorized};

/// The size of the largest upload, in bytes.
const MAX_FILE: usize = 25_000_000;

type Answer = Result<Response, Refusal>;

pub(super) fn router(sim: FreshchatSim) -> Router {
    let api = Router::new()
        .route("/accounts/configuration", get(configuration))
        .route("/channels", get(channels))
        .route("/agents/{id}", get(agent))
        .route("/users", get(find_users).post(create_user))
        .route("/users/{id}", get(read_user).put(update_user))
        .route("/users/{id}/conversations", get(user_conversations))
        .route("/conversations", post(create_conversation))
        .route("/conversations/{id}", get(read_conversation).put(update_conversation))
        .route("/conversations/{id}/messages", get(list_messages).post(post_message))
        .route("/csat/{conversation}", post(rate))
        .route("/business-hours/within-bh", get(business_hours))
        .route("/images/upload", post(upload_image))
        .route("/files/upload", post(upload_file))
        .fallback(|| async { missing("NOT_FOUND", "resource") })
        .layer(middleware::from_fn(authorized))
        .layer(DefaultBodyLimit::max(MAX_FILE + 64 * 1024));
    Router::new()
        .nest("/v2", api)
        .route("/files/{name}", get(download))
        .route("/images/{name}", get(download))
        .with_state(sim)
}

async fn authorized(request: Request, next: Next) -> Response {
    if is_authorized(request.headers(), &format!("Bearer {TOKEN}")) {
        return next.run(request).await;
    }
    Refusal(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "invalid token".to_owned()).into_response()
}

fn ok(value: &Value) -> Answer {
    Ok(json_response(StatusCode::OK, value))
}

fn parsed(headers: &HeaderMap, body: &Bytes) -> Result<Value, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(Refusal(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "send application/json".to_owned(),
        ));
    }
    serde_json::from_slice(body).map_err(|_| invalid("the body is not JSON"))
}

async fn configuration(State(sim): State<FreshchatSim>) -> Answer {
    ok(&sim.store().configuration())
}

async fn channels(State(sim): State<FreshchatSim>) -> Answer {
    let store = sim.store();
    let topics: Vec<Value> = TOPICS.into_iter().filter(|id| store.has_topic(id)).map(Store::channel).collect();
    let pages = json!({"total_items": topics.len(), "total_pages": 1, "current_page": 1});
    ok(&json!({"channels": topics, "pagination": pages, "links": {}}))
}

async fn agent(Path(id): Path<String>) -> Answer {
    if id == super::store::AGENT { ok(&Store::agent()) } else { Err(missing("AGENT_NOT_FOUND", "agent")) }
}

async fn find_users(State(sim): State<FreshchatSim>, Query(query): Query<HashMap<String, String>>) -> Answer {
    let filters = [("reference_id", "reference_id"), ("email", "email"), ("phone_no", "phone")];
    let used: Vec<_> = filters.iter().filter_map(|(name, field)| Some((*field, query.get(*name)?))).collect();
    if used.is_empty() {
        return Err(invalid("a filter is required"));
    }
    if used.len() < query.len() {
        return Err(invalid("unknown parameter"));
    }
    let store = sim.store();
    let found: Vec<&Value> =
        store.users.iter().filter(|user| used.iter().all(|(field, value)| text(user, field) == **value)).collect();
    ok(&json!({"users": found}))
}

async fn create_user(State(sim): State<FreshchatSim>, headers: HeaderMap, body: Bytes) -> Answer {
    let body = parsed(&headers, &body)?;
    // A repeated reference is accepted, since the real one has duplicates too.
    let mut store = sim.store();
    let user = store.create_user(user_fields(&body, true)?);
    sim.send_product_event(&store, "onUserCreate", json!({"user": user, "actor": {}, "associations": {}}));
    ok(&user)
}

async fn read_user(State(sim): State<FreshchatSim>, Path(id): Path<String>) -> Answer {
    ok(sim.store().user(&id).ok_or_else(|| missing("USER_NOT_FOUND", "user"))?)
}

async fn update_user(
    State(sim): State<FreshchatSim>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let body = parsed(&headers, &body)?;
    let changed = sim.store().update_user(&id, user_fields(&body, false)?);
    ok(&changed.ok_or_else(|| missing("USER_NOT_FOUND", "user"))?)
}

async fn user_conversations(State(sim): State<FreshchatSim>, Path(id): Path<String>) -> Answer {
    let store = sim.store();
    store.user(&id).ok_or_else(|| missing("USER_NOT_FOUND", "user"))?;
    let theirs = store.conversations.iter().filter(|conversation| conversation.user == id);
    ok(&json!({"conversations": theirs.map(|conversation| json!({"id": conversation.id})).collect::<Vec<_>>()}))
}

async fn create_conversation(State(sim): State<FreshchatSim>, headers: HeaderMap, body: Bytes) -> Answer {
    let body = parsed(&headers, &body)?;
    let topic = text(&body, "channel_id");
    if !sim.store().has_topic(&topic) {
        return Err(missing("CHANNEL_NOT_FOUND", "channel"));
    }
    if body.get("status").is_some_and(|status| !matches!(status.as_str(), Some("new" | "assigned"))) {
        return Err(invalid("Conversation payload not valid"));
    }
    conversation_fields(&body)?;
    let user = body.pointer("/users/0/id").and_then(Value::as_str).ok_or_else(|| invalid("users is required"))?;
    sim.store().user(user).ok_or_else(|| missing("USER_NOT_FOUND", "user"))?;
    let messages = body.get("messages").and_then(Value::as_array).filter(|messages| !messages.is_empty());
    let mut checked = Vec::new();
    for message in messages.ok_or_else(|| invalid("messages is required"))? {
        checked.push(sim.message(message, user).await?);
    }
    let mut store = sim.store();
    let mut conversation = match store.open_conversation(user, &topic).cloned() {
        Some(open) => open,
        None => {
            let new = store.create_conversation(user, &topic);
            sim.send_conversation_created(&store, &new);
            new
        }
    };
    let posted: Vec<Value> =
        checked.iter().map(|fields| said(&sim, &mut store, &conversation, fields, &body)).collect();
    for (name, value) in [("assigned_group_id", &mut conversation.group), ("priority", &mut conversation.priority)] {
        let given = body.get(name).or_else(|| body.pointer(&format!("/properties/{name}")));
        *value = given.and_then(Value::as_str).map(str::to_owned).or(value.take());
    }
    store.place_in(&conversation);
    let mut shown = conversation.shown();
    put(&mut shown, "freshchat_conversation_id", conversation.number.to_string());
    put(&mut shown, "users", json!([{"id": user}]));
    put(&mut shown, "messages", posted);
    ok(&shown)
}

/// Checks the fields of a new conversation: known names, a known group, and one of the priorities.
fn conversation_fields(body: &Value) -> Result<(), Refusal> {
    let not_valid = || invalid("Conversation payload not valid");
    let known =
        ["status", "app_id", "channel_id", "users", "messages", "assigned_group_id", "assigned_agent_id", "properties"];
    if body.as_object().into_iter().flatten().any(|(name, _)| !known.contains(&name.as_str())) {
        return Err(not_valid());
    }
    if body.get("assigned_group_id").is_some_and(|group| group != GROUP) {
        return Err(missing("GROUP_NOT_FOUND", "group"));
    }
    for (name, value) in body.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let is_priority = matches!(value.as_str(), Some("Low" | "Medium" | "High" | "Urgent"));
        if name != "priority" || !is_priority {
            return Err(not_valid());
        }
    }
    if body.get("properties").is_some_and(|properties| !properties.is_object()) { Err(not_valid()) } else { Ok(()) }
}

/// Stores a message and sends its echo.
fn said(
    sim: &FreshchatSim,
    store: &mut Store,
    conversation: &Conversation,
    fields: &Map<String, Value>,
    raw: &Value,
) -> Value {
    let mut fields = fields.clone();
    fields.insert("message_source".to_owned(), "api".into());
    let message = store.add_message(conversation, &fields, Some(raw));
    sim.send_later(store, sim.message_created(store, &message));
    message
}

async fn read_conversation(State(sim): State<FreshchatSim>, Path(id): Path<String>) -> Answer {
    let store = sim.store();
    ok(&store.conversation(&id).ok_or_else(|| missing("CONVERSATION_NOT_FOUND", "conversation"))?.shown())
}

async fn update_conversation(
    State(sim): State<FreshchatSim>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let body = parsed(&headers, &body)?;
    let status = text(&body, "status");
    if !matches!(status.as_str(), "new" | "assigned" | "resolved" | "reopened") {
        return Err(invalid("Conversation payload not valid"));
    }
    let group = body.get("assigned_group_id").map(|group| group.as_str().unwrap_or_default());
    if group.is_some_and(|group| group != GROUP) {
        return Err(invalid("Conversation payload not valid"));
    }
    if let Some(group) = group {
        sim.store().assign_group(&id, group);
    }
    let changed = sim.store().set_status(&id, &status, body.get("assigned_agent_id").and_then(Value::as_str));
    ok(&changed.ok_or_else(|| missing("CONVERSATION_NOT_FOUND", "conversation"))?.shown())
}

/// Reads a time in UTC.
fn utc_time(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok().filter(|time| time.offset().is_utc())
}

async fn list_messages(
    State(sim): State<FreshchatSim>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let number = |name: &str, default: usize| query.get(name).map_or(Some(default), |text| text.parse().ok());
    let (Some(page @ 1..), Some(size @ 1..=50)) = (number("page", 1), number("items_per_page", 10)) else {
        return Err(invalid("page or items_per_page is not valid"));
    };
    let from = match query.get("from_time") {
        Some(text) => Some(utc_time(text).ok_or_else(|| invalid("from_time is not valid"))?),
        None => None,
    };
    let store = sim.store();
    let guid = store.conversation(&id).ok_or_else(|| missing("CONVERSATION_NOT_FOUND", "conversation"))?.id.clone();
    let is_theirs = |message: &&Value| {
        text(message, "conversation_id") == guid
            && from.is_none_or(|from| utc_time(&text(message, "created_time")).is_some_and(|at| at >= from))
    };
    let mut theirs: Vec<&Value> = store.messages.iter().rev().map(|message| &message.shown).filter(is_theirs).collect();
    let skipped = if sim.endless_history && !theirs.is_empty() {
        let first = (page - 1) % theirs.len();
        theirs.rotate_left(first);
        0
    } else {
        (page - 1) * size
    };
    let shown: Vec<&Value> = theirs.into_iter().skip(skipped).take(size).collect();
    let href = format!("/v2/conversations/{guid}/messages?page={}&items_per_page={size}", page + 1);
    ok(&json!({"messages": shown, "link": {"rel": "self", "href": href}}))
}

async fn post_message(
    State(sim): State<FreshchatSim>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let body = parsed(&headers, &body)?;
    let not_found = || missing("CONVERSATION_NOT_FOUND", "conversation");
    let conversation = sim.store().conversation(&id).cloned().ok_or_else(not_found)?;
    let fields = sim.message(&body, &conversation.user).await?;
    let mut store = sim.store();
    let conversation = store.conversation(&id).cloned().ok_or_else(not_found)?;
    if text(&body, "actor_type") != "user" {
        return ok(&said(&sim, &mut store, &conversation, fields, &body));
    }
    let conversation = match store.place(&conversation, sim.when_resolved) {
        Place::NotLatest => return Err(invalid("Conversation is not the latest conversation of the user")),
        Place::Another => store.create_conversation(&conversation.user, &conversation.channel),
        Place::Here { reopened: false } => conversation,
        Place::Here { reopened: true } => {
            let reopened = store.set_status(&conversation.id, "new", None).unwrap_or(conversation.clone());
            sim.send_later(&store, sim.state_changed(&store, (&conversation, &reopened), "user"));
            reopened
        }
    };
    ok(&said(&sim, &mut store, &conversation, fields, &body))
}

async fn rate(State(sim): State<FreshchatSim>, Path(id): Path<String>, headers: HeaderMap, body: Bytes) -> Answer {
    let body = parsed(&headers, &body)?;
    let fields = body.as_object().ok_or_else(|| invalid("the body should be an object"))?;
    if let Some(key) = fields.keys().find(|key| !matches!(key.as_str(), "rating" | "comment")) {
        return Err(invalid(format!("unknown field {key}")));
    }
    let rating = fields.get("rating").and_then(Value::as_u64).filter(|rating| (1..=5).contains(rating));
    let rating = rating.ok_or_else(|| invalid("rating is not valid"))?;
    if fields.get("comment").is_some_and(|comment| !comment.is_string()) {
        return Err(invalid("comment is not valid"));
    }
    let mut store = sim.store();
    let id = store.conversation(&id).ok_or_else(|| missing("CONVERSATION_NOT_FOUND", "conversation"))?.id.clone();
    store.ratings.push((id, rating));
    ok(&json!({"rating": rating}))
}

async fn business_hours(State(sim): State<FreshchatSim>, Query(query): Query<HashMap<String, String>>) -> Answer {
    if query.keys().any(|name| name != "group_id") {
        return Err(invalid("unknown parameter"));
    }
    ok(&json!({"within_business_hours": !sim.store().is_closed}))
}

/// Returns the only file of an upload, which must have the right field name.
async fn uploaded(mut form: Multipart, field_name: &str) -> Result<(File, Bytes), Refusal> {
    let field = form.next_field().await.map_err(|_| invalid("the upload is malformed"))?;
    let field = field.filter(|field| field.name() == Some(field_name));
    let field = field.ok_or_else(|| invalid(format!("the form field {field_name} is required")))?;
    let name = field.file_name().filter(|name| !name.is_empty()).map(str::to_owned);
    let name = name.ok_or_else(|| invalid("the file has no name"))?;
    let content_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
    let bytes = field.bytes().await.map_err(|_| invalid("the upload is malformed"))?;
    if bytes.is_empty() || bytes.len() > MAX_FILE {
        return Err(invalid("the file is empty or too large"));
    }
    Ok((File { name, content_type, size: bytes.len(), bytes: STANDARD.encode(&bytes) }, bytes))
}

async fn upload_image(State(sim): State<FreshchatSim>, form: Multipart) -> Answer {
    let (file, _) = uploaded(form, "image").await?;
    if !file.content_type.starts_with("image/") {
        return Err(invalid("the image type is not supported"));
    }
    let id = new_id();
    let mut store = sim.store();
    let url = format!("{}/images/{id}", store.base);
    let answer =
        json!({"id": id, "name": file.name, "url": url, "content_type": file.content_type, "width": 1, "height": 1});
    store.files.insert(id, file);
    ok(&answer)
}

async fn upload_file(State(sim): State<FreshchatSim>, form: Multipart) -> Answer {
    let (file, bytes) = uploaded(form, "file").await?;
    let hash: String = byoc::tools::crypto::sha256_hex(&bytes).chars().take(32).collect();
    let answer = json!({
        "file_hash": hash, "file_name": file.name, "file_size": file.size, "file_content_type": file.content_type,
        "file_security_status": "SAFE_FILE",
    });
    sim.store().files.insert(hash, file);
    ok(&answer)
}

async fn download(State(sim): State<FreshchatSim>, Path(name): Path<String>) -> Answer {
    let file = sim.store().files.get(&name).cloned().ok_or_else(|| missing("FILE_NOT_FOUND", "file"))?;
    let bytes = STANDARD.decode(file.bytes).map_err(|_| missing("FILE_NOT_FOUND", "file"))?;
    Ok(([(header::CONTENT_TYPE, file.content_type)], bytes).into_response())
}
