//! A simulated Deskie account: one custom channel, its users, cases and files, and an agent who answers.
//!
//! It refuses what Deskie refuses: wrong credentials, unknown channels and cases, records without their required fields,
//! files over 25 MB, and (where a test wants it) more calls than the plan allows. Whatever is written through the API
//! comes back on the webhook with `b_from_api=1` when it speaks for an agent, as the real one does.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Multipart, Path, Query, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Faults, HelpdeskSim, Said, Saying, Seen};

/// The agent's address, which is the name in the credentials.
pub const EMAIL: &str = "ines.halvorsund@example.com";
/// The API key.
pub const KEY: &str = "simulated-deskie-key";
/// The key of the custom channel.
pub const CHANNEL: &str = "cch207";
/// The agent's number and name.
const STAFF: u64 = 4118;
const STAFF_NAME: &str = "Ines Halvorsund";
/// No file is larger.
const MAX_FILE: usize = 25_000_000;
/// How often a webhook call is made until it is acknowledged; whether the real one repeats is not documented.
const ATTEMPTS: u32 = 5;

/// The simulated Deskie.
#[derive(Clone)]
pub struct DeskieSim {
    account: Arc<Mutex<Account>>,
    recent: Arc<Mutex<VecDeque<Instant>>>,
    http: reqwest::Client,
    faults: Faults,
    sends_json: bool,
    rate: usize,
}

/// What is remembered.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Account {
    base: String,
    webhook: Option<String>,
    last_id: u64,
    users: BTreeMap<u64, User>,
    cases: BTreeMap<u64, Case>,
    files: BTreeMap<u64, File>,
}

#[derive(Clone, Deserialize, Serialize)]
struct User {
    custom_id: String,
    name: String,
    email: String,
    phone: String,
}

#[derive(Clone, Deserialize, Serialize)]
struct Case {
    user: u64,
    status: String,
    created: String,
    messages: Vec<Message>,
}

#[derive(Clone, Deserialize, Serialize)]
struct Message {
    id: u64,
    staff: u64,
    text: String,
    html: String,
    note: bool,
    created: String,
    files: Vec<u64>,
    raw: Value,
}

#[derive(Clone, Deserialize, Serialize)]
struct File {
    name: String,
    content_type: String,
    bytes: Vec<u8>,
}

/// A refusal: the status and Deskie's word for it.
struct Refusal(StatusCode, &'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, axum::Json(json!({"error": self.1}))).into_response()
    }
}

type Answer = Result<axum::Json<Value>, Refusal>;

impl DeskieSim {
    /// An account with one custom channel, whose webhook is form-encoded.
    ///
    /// # Errors
    /// No HTTP client could be made.
    pub fn new() -> Result<Self, String> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build();
        let http = http.map_err(|error| format!("no HTTP client could be made: {error}"))?;
        let faults = Faults::default();
        Ok(Self { account: Arc::default(), recent: Arc::default(), http, faults, sends_json: false, rate: 100_000 })
    }

    /// The same with a webhook in JSON.
    #[must_use]
    pub fn with_json_webhook(self) -> Self {
        Self { sends_json: true, ..self }
    }

    /// The same with a plan that allows so many calls a minute.
    #[must_use]
    pub fn with_rate(self, rate: usize) -> Self {
        Self { rate, ..self }
    }

    /// An agent merges a contact's latest case into a new one.
    pub fn merge(&self, contact: &str) {
        let mut account = self.lock();
        let Some(id) = account.latest_case(contact) else { return };
        if let Some(case) = account.cases.remove(&id) {
            let id = account.fresh_id();
            account.cases.insert(id, case);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls the webhook until it is acknowledged.
    async fn tell(&self, object: Vec<(String, String)>, id: u64) -> Result<Said, String> {
        let url = self.lock().webhook.clone().ok_or("no webhook is pasted, so Deskie has nowhere to call")?;
        let (content_type, body) = if self.sends_json {
            let object: Map<String, Value> = object.into_iter().map(|(name, value)| (name, value.into())).collect();
            ("application/json", json!({"type": "message_new", "object": object}).to_string())
        } else {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.append_pair("type", "message_new");
            for (name, value) in object {
                form.append_pair(&bracketed(&name), &value);
            }
            ("application/x-www-form-urlencoded", form.finish())
        };
        let mut wait = Duration::from_millis(200);
        let mut attempts = 0;
        loop {
            attempts += 1;
            let request = self.http.post(&url).header("content-type", content_type).body(body.clone());
            match request.send().await {
                Ok(answer) => {
                    let status = answer.status().as_u16();
                    let body = answer.text().await.unwrap_or_default();
                    if status == 200 || attempts == ATTEMPTS {
                        return Ok(Said { id: id.to_string(), status, body, attempts });
                    }
                }
                Err(error) if attempts == ATTEMPTS => return Err(error.without_url().to_string()),
                Err(_) => {}
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
    }
}

/// `attachments[0][url]` as `object[attachments][0][url]`.
fn bracketed(name: &str) -> String {
    match name.split_once('[') {
        Some((first, rest)) => format!("object[{first}][{rest}"),
        None => format!("object[{name}]"),
    }
}

impl Account {
    fn fresh_id(&mut self) -> u64 {
        // Ids of Deskie pass 32 bits.
        self.last_id = self.last_id.max(6_120_847_000) + 1;
        self.last_id
    }

    fn user_of(&self, custom_id: &str) -> Option<u64> {
        self.users.iter().find(|(_, user)| user.custom_id == custom_id).map(|(id, _)| *id)
    }

    fn latest_case(&self, contact: &str) -> Option<u64> {
        let user = self.user_of(contact)?;
        self.cases.iter().rfind(|(_, case)| case.user == user).map(|(id, _)| *id)
    }

    fn case_json(&self, id: u64, case: &Case) -> Value {
        json!({
            "case_id": id, "case_number": format!("518-{id}"), "subject": "Chat", "user_id": case.user, "staff_id": 0,
            "group_id": 44, "status": case.status, "priority": "normal", "channel": CHANNEL, "deleted": false,
            "spam": false, "created_at": case.created, "updated_at": case.created,
            "language_id": 2, "custom_fields": {}, "labels": [],
        })
    }

    fn message_json(&self, user: u64, message: &Message) -> Value {
        let files: Vec<Value> = message.files.iter().filter_map(|id| self.file_json(*id)).collect();
        json!({
            "message_id": message.id, "user_id": if message.staff == 0 { user } else { 0 }, "staff_id": message.staff,
            "content": message.text, "content_html": message.html, "attachments": files, "note": message.note,
            "created_at": message.created,
        })
    }

    fn file_json(&self, id: u64) -> Option<Value> {
        let file = self.files.get(&id)?;
        Some(json!({
            "file_id": id, "file_name": file.name, "file_size": file.bytes.len(), "mime_type": file.content_type,
            "url": format!("{}/files/{id}", self.base),
        }))
    }

    /// Checks a message and keeps it.
    fn write(&mut self, case: u64, sent: Sent, staff: u64) -> Result<Value, Refusal> {
        let text = sent.text("content");
        let html = sent.text("content_html");
        let note = matches!(sent.fields.get("note"), Some(Value::Number(number)) if number.as_u64() == Some(1))
            || sent.text("note") == "1";
        if text.trim().is_empty() && html.trim().is_empty() && sent.files.is_empty() {
            return Err(Refusal(StatusCode::BAD_REQUEST, "empty_content"));
        }
        if sent.files.iter().any(|file| file.bytes.len() > MAX_FILE)
            || sent.files.iter().map(|file| file.bytes.len()).sum::<usize>() > 2 * MAX_FILE
        {
            return Err(Refusal(StatusCode::BAD_REQUEST, "file_too_large"));
        }
        let mut files = Vec::new();
        for file in sent.files {
            let id = self.fresh_id();
            self.files.insert(id, file);
            files.push(id);
        }
        let id = self.fresh_id();
        let message = Message { id, staff, text, html, note, created: now(), files, raw: Value::Object(sent.fields) };
        let Some(user) = self.cases.get(&case).map(|case| case.user) else {
            return Err(Refusal(StatusCode::NOT_FOUND, "case_not_found"));
        };
        let shown = self.message_json(user, &message);
        if let Some(case) = self.cases.get_mut(&case) {
            if staff == 0 && !note {
                case.status = "open".to_owned();
            }
            case.messages.push(message);
        }
        Ok(shown)
    }
}

/// What a write carries, however it is encoded.
struct Sent {
    fields: Map<String, Value>,
    files: Vec<File>,
}

impl Sent {
    /// Reads JSON or a form, whose fields are `wrapper[name]` and `wrapper[attachments][N]`.
    async fn read(request: Request, wrapper: &str) -> Result<Self, Refusal> {
        let bad = || Refusal(StatusCode::BAD_REQUEST, "bad_request");
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !content_type.is_some_and(|value| value.starts_with("multipart/form-data")) {
            let body = Bytes::from_request(request, &()).await.map_err(|_| bad())?;
            let mut body: Value = serde_json::from_slice(&body).map_err(|_| bad())?;
            let fields = body.get_mut(wrapper).and_then(Value::as_object_mut).ok_or_else(bad)?;
            return Ok(Self { fields: std::mem::take(fields), files: Vec::new() });
        }
        let mut form = Multipart::from_request(request, &()).await.map_err(|_| bad())?;
        let (mut fields, mut files) = (Map::new(), Vec::new());
        while let Some(field) = form.next_field().await.map_err(|_| bad())? {
            let name = field.name().unwrap_or_default().to_owned();
            let inner = name.strip_prefix(wrapper).and_then(|name| name.strip_prefix('[')).ok_or_else(bad)?.to_owned();
            if inner.starts_with("attachments]") {
                let name = field.file_name().ok_or_else(bad)?.to_owned();
                let content_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
                let bytes = field.bytes().await.map_err(|_| bad())?.to_vec();
                files.push(File { name, content_type, bytes });
            } else {
                let name = inner.strip_suffix(']').ok_or_else(bad)?.to_owned();
                fields.insert(name, field.text().await.map_err(|_| bad())?.into());
            }
        }
        Ok(Self { fields, files })
    }

    fn text(&self, name: &str) -> String {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    fn number(&self, name: &str) -> Option<u64> {
        let value = self.fields.get(name)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }
}

/// The list form of Deskie: an object with numbered keys.
fn list(kind: &str, records: Vec<Value>) -> axum::Json<Value> {
    let mut listed: Map<String, Value> =
        records.iter().enumerate().map(|(at, record)| (at.to_string(), json!({kind: record}))).collect();
    listed.insert("total_count".into(), records.len().into());
    axum::Json(Value::Object(listed))
}

/// The time as Deskie writes it.
fn now() -> String {
    let now = time::OffsetDateTime::from_unix_timestamp(byoc::clock::now_ms() / 1_000).ok();
    now.and_then(|now| now.format(&time::format_description::well_known::Rfc2822).ok()).unwrap_or_default()
}

fn id_in(path: &str) -> u64 {
    path.strip_suffix(".json").unwrap_or(path).parse().unwrap_or_default()
}

async fn guard(State(sim): State<DeskieSim>, request: Request, next: Next) -> Response {
    let expected = format!("Basic {}", STANDARD.encode(format!("{EMAIL}:{KEY}")));
    if request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()) != Some(expected.as_str()) {
        return Refusal(StatusCode::UNAUTHORIZED, "unauthorized").into_response();
    }
    let left = {
        let mut recent = sim.recent.lock().unwrap_or_else(PoisonError::into_inner);
        while recent.front().is_some_and(|at| at.elapsed() > Duration::from_secs(60)) {
            recent.pop_front();
        }
        let left = sim.rate.saturating_sub(recent.len());
        if left > 0 {
            recent.push_back(Instant::now());
        }
        left
    };
    let mut answer = match left {
        0 => {
            let mut refused = Refusal(StatusCode::TOO_MANY_REQUESTS, "rate limit exceeded").into_response();
            refused.headers_mut().insert("retry_after", HeaderValue::from_static("2"));
            refused
        }
        _ => next.run(request).await,
    };
    let headers = answer.headers_mut();
    headers.insert("rate_limit_per_minute", HeaderValue::from(sim.rate));
    headers.insert("api_calls_left", HeaderValue::from(left.saturating_sub(1)));
    answer
}

async fn channels() -> axum::Json<Value> {
    let channel = |id: u64, key: &str, title: &str, kind: &str, active: bool| json!({"channel_id": id, "channel_api_key": key, "title": title, "channel_type": kind, "active": active});
    let all = vec![channel(101, CHANNEL, "Mobile app", "sync", true), channel(102, "cch208", "Forum", "async", false)];
    list("custom_channel", all)
}

async fn create_case(State(sim): State<DeskieSim>, request: Request) -> Answer {
    let sent = Sent::read(request, "case").await?;
    let bad = |word| Err(Refusal(StatusCode::BAD_REQUEST, word));
    let custom_id = sent.text("user_custom_id");
    if custom_id.is_empty() {
        return bad("user_custom_id_required");
    }
    if sent.text("subject").is_empty() {
        return bad("subject_required");
    }
    if sent.text("channel") != CHANNEL {
        return bad("wrong_channel");
    }
    let mut account = sim.lock();
    let user = match account.user_of(&custom_id) {
        Some(user) => user,
        None => {
            let (name, email, phone) = (sent.text("user_full_name"), sent.text("user_email"), sent.text("user_phone"));
            let id = account.fresh_id();
            account.users.insert(id, User { custom_id, name, email, phone });
            id
        }
    };
    let id = account.fresh_id();
    account.cases.insert(id, Case { user, status: "open".into(), created: now(), messages: Vec::new() });
    if let Err(refusal) = account.write(id, sent, 0) {
        account.cases.remove(&id);
        return Err(refusal);
    }
    let case = account.cases.get(&id).map(|case| account.case_json(id, case)).unwrap_or_default();
    Ok(axum::Json(json!({"case": case})))
}

async fn list_cases(State(sim): State<DeskieSim>, Query(query): Query<BTreeMap<String, String>>) -> axum::Json<Value> {
    let account = sim.lock();
    let user = query.get("user_id").and_then(|id| id.parse::<u64>().ok());
    let shows_active = query.get("show_active_chats").is_some_and(|flag| flag == "true");
    // Active chats are left out unless they are asked for.
    let shown = account
        .cases
        .iter()
        .rev()
        .filter(|(_, case)| user.is_none_or(|user| case.user == user) && (shows_active || case.status == "closed"));
    let cases = shown.map(|(id, case)| account.case_json(*id, case)).collect();
    list("case", cases)
}

async fn read_case(State(sim): State<DeskieSim>, Path(id): Path<String>) -> Answer {
    let (account, id) = (sim.lock(), id_in(&id));
    let case = account.cases.get(&id).ok_or(Refusal(StatusCode::NOT_FOUND, "case_not_found"))?;
    Ok(axum::Json(json!({"case": account.case_json(id, case)})))
}

async fn add_message(State(sim): State<DeskieSim>, Path(id): Path<u64>, request: Request) -> Answer {
    let sent = Sent::read(request, "message").await?;
    let mut account = sim.lock();
    let user = account.cases.get(&id).ok_or(Refusal(StatusCode::NOT_FOUND, "case_not_found"))?.user;
    let is_note = sent.fields.contains_key("note");
    let staff = match (sent.number("user_id"), sent.number("staff_id")) {
        (Some(by), None) if by == user => 0,
        (Some(_), None) => return Err(Refusal(StatusCode::BAD_REQUEST, "wrong_user")),
        (None, Some(STAFF)) => STAFF,
        (None, Some(_)) => return Err(Refusal(StatusCode::BAD_REQUEST, "staff_not_active")),
        (None, None) if is_note => STAFF,
        _ => return Err(Refusal(StatusCode::BAD_REQUEST, "user_id_or_staff_id")),
    };
    let message = account.write(id, sent, staff)?;
    drop(account);
    if staff != 0 {
        let (object, id) = sim.object(id, true);
        tokio::spawn(async move { sim.tell(object, id).await });
    }
    Ok(axum::Json(json!({"message": message})))
}

async fn list_messages(State(sim): State<DeskieSim>, Path(id): Path<u64>) -> Answer {
    let account = sim.lock();
    let case = account.cases.get(&id).ok_or(Refusal(StatusCode::NOT_FOUND, "case_not_found"))?;
    let messages = case.messages.iter().rev().map(|message| account.message_json(case.user, message)).collect();
    Ok(list("message", messages))
}

async fn list_users(State(sim): State<DeskieSim>, Query(query): Query<BTreeMap<String, String>>) -> axum::Json<Value> {
    let account = sim.lock();
    let wanted = query.get("user_custom_id").map(|id| id.trim_matches('^').to_owned());
    let found = account.users.iter().filter(|(_, user)| wanted.as_ref().is_none_or(|id| user.custom_id == *id));
    list("user", found.map(|(id, user)| user_json(*id, user)).collect())
}

async fn read_user(State(sim): State<DeskieSim>, Path(id): Path<String>) -> Answer {
    let (account, id) = (sim.lock(), id_in(&id));
    let user = account.users.get(&id).ok_or(Refusal(StatusCode::NOT_FOUND, "user_not_found"))?;
    Ok(axum::Json(json!({"user": user_json(id, user)})))
}

async fn update_user(State(sim): State<DeskieSim>, Path(id): Path<String>, request: Request) -> Answer {
    let sent = Sent::read(request, "user").await?;
    let (mut account, id) = (sim.lock(), id_in(&id));
    let user = account.users.get_mut(&id).ok_or(Refusal(StatusCode::NOT_FOUND, "user_not_found"))?;
    user.name = sent.text("user_full_name");
    let shown = user_json(id, user);
    Ok(axum::Json(json!({"user": shown})))
}

async fn link_user(State(sim): State<DeskieSim>, Path(id): Path<u64>, body: Bytes) -> Answer {
    let body: Value = serde_json::from_slice(&body).map_err(|_| Refusal(StatusCode::BAD_REQUEST, "bad_request"))?;
    let mut account = sim.lock();
    let user = account.users.get_mut(&id).ok_or(Refusal(StatusCode::NOT_FOUND, "user_not_found"))?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    match (text("user_email"), text("user_phone")) {
        (Some(email), _) => user.email = email,
        (_, Some(phone)) => user.phone = phone,
        _ => return Err(Refusal(StatusCode::BAD_REQUEST, "bad_request")),
    }
    let shown = user_json(id, user);
    Ok(axum::Json(json!({"user": shown})))
}

fn user_json(id: u64, user: &User) -> Value {
    json!({
        "user_id": id, "user_full_name": user.name, "user_email": user.email, "user_phone": user.phone, "type": "custom",
        "user_custom_id": user.custom_id, "user_custom_channel": CHANNEL, "linked_users": [id],
    })
}

async fn file(State(sim): State<DeskieSim>, Path(id): Path<u64>) -> Response {
    match sim.lock().files.get(&id) {
        Some(file) => ([(header::CONTENT_TYPE, file.content_type.clone())], file.bytes.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl DeskieSim {
    /// Keeps what an agent writes in the contact's latest case; gives the case, and what the webhook says of a file that is
    /// gone by the time somebody asks for it.
    fn write_answer(
        &self,
        contact: &str,
        saying: Saying,
        fetched: Option<Vec<u8>>,
    ) -> Result<(u64, Vec<(String, String)>), String> {
        let mut account = self.lock();
        let case = account.latest_case(contact).ok_or("this contact has no case")?;
        let (mut sent, mut gone) = (Sent { fields: Map::new(), files: Vec::new() }, Vec::new());
        match (saying, fetched) {
            (Saying::Text(text), _) => drop(sent.fields.insert("content".into(), text.into())),
            (Saying::Raw(fields), _) => sent.fields = fields.as_object().cloned().unwrap_or_default(),
            (Saying::Media { kind, name, .. }, Some(bytes)) => {
                let content_type = if kind == "image" { "image/png" } else { "text/plain" }.to_owned();
                sent.files.push(File { name, content_type, bytes });
            }
            (Saying::Media { url, name, .. }, None) => {
                sent.fields.insert("content_html".into(), "<p> </p>".into());
                gone = vec![("attachments[0][url]".to_owned(), url), ("attachments[0][file_name]".to_owned(), name)];
            }
        }
        account.write(case, sent, STAFF).map_err(|refusal| refusal.1.to_owned())?;
        Ok((case, gone))
    }

    /// The webhook's object for the last message of a case.
    fn object(&self, case: u64, from_api: bool) -> (Vec<(String, String)>, u64) {
        let account = self.lock();
        let Some((kept, message)) = account.cases.get(&case).and_then(|case| Some((case, case.messages.last()?)))
        else {
            return (Vec::new(), 0);
        };
        let custom_id = account.users.get(&kept.user).map(|user| user.custom_id.clone()).unwrap_or_default();
        let flag = |on: bool| u8::from(on).to_string();
        let mut object: Vec<(String, String)> = [
            ("message_id", message.id.to_string()),
            ("case_id", case.to_string()),
            ("staff_id", message.staff.to_string()),
            ("user_id", kept.user.to_string()),
            ("custom_user_id", custom_id),
            ("content", message.text.clone()),
            ("content_html", message.html.clone()),
            ("note", flag(message.note)),
            ("sent_via_rule", flag(false)),
            ("b_from_api", flag(from_api)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        for (at, id) in message.files.iter().enumerate() {
            for (name, value) in account.file_json(*id).as_ref().and_then(Value::as_object).into_iter().flatten() {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                object.push((format!("attachments[{at}][{name}]"), value));
            }
        }
        (object, message.id)
    }
}

impl HelpdeskSim for DeskieSim {
    fn kind(&self) -> &'static str {
        "deskie"
    }

    fn router(&self) -> Router {
        let api = Router::new()
            .route("/api/custom_channels.json", get(channels))
            .route("/api/cases.json", get(list_cases).post(create_case))
            .route("/api/cases/{id}", get(read_case))
            .route("/api/cases/{id}/messages.json", post(add_message).get(list_messages))
            .route("/api/users.json", get(list_users))
            .route("/api/users/{id}", get(read_user).put(update_user))
            .route("/api/users/{id}/link.json", put(link_user))
            .layer(axum::middleware::from_fn_with_state(self.clone(), guard));
        api.route("/files/{id}", get(file)).layer(DefaultBodyLimit::max(64 << 20)).with_state(self.clone())
    }

    fn faults(&self) -> &Faults {
        &self.faults
    }

    fn install(&self, base: &str) -> Value {
        let base = base.trim_end_matches('/');
        self.lock().base = base.to_owned();
        json!({"kind": "deskie", "api_url": format!("{base}/api/"), "email": EMAIL, "api_key": KEY, "channel": "Mobile app"})
    }

    fn paste_webhook(&self, url: &str) {
        self.lock().webhook = Some(url.to_owned());
    }

    fn answer<'a>(&'a self, contact: &'a str, saying: Saying) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move {
            let fetched = match &saying {
                Saying::Media { url, .. } => {
                    let answer = self.http.get(url).send().await.ok().filter(|answer| answer.status().is_success());
                    match answer {
                        Some(answer) => answer.bytes().await.ok().map(|bytes| bytes.to_vec()),
                        None => None,
                    }
                }
                Saying::Text(_) | Saying::Raw(_) => None,
            };
            let (case, gone) = self.write_answer(contact, saying, fetched)?;
            let (mut object, id) = self.object(case, false);
            object.extend(gone);
            self.tell(object, id).await
        })
    }

    fn resolve<'a>(&'a self, contact: &'a str) -> BoxFuture<'a, Result<Said, String>> {
        Box::pin(async move {
            let mut account = self.lock();
            let case = account.latest_case(contact).ok_or("this contact has no case")?;
            if let Some(case) = account.cases.get_mut(&case) {
                case.status = "closed".to_owned();
            }
            // Deskie tells nobody.
            Ok(Said { id: case.to_string(), status: 200, body: String::new(), attempts: 0 })
        })
    }

    fn received(&self, contact: Option<&str>) -> Vec<Seen> {
        let account = self.lock();
        let mut seen: Vec<(u64, Seen)> = Vec::new();
        for (id, case) in &account.cases {
            let Some(user) = account.users.get(&case.user) else { continue };
            if contact.is_some_and(|contact| user.custom_id != contact) {
                continue;
            }
            for message in case.messages.iter().filter(|message| message.staff == 0 || message.note) {
                let files = message.files.iter().map(|id| format!("[file] {}/files/{id}", account.base));
                let text: Vec<String> =
                    Some(message.text.clone()).filter(|text| !text.is_empty()).into_iter().chain(files).collect();
                let from = if message.staff == 0 { user.name.clone() } else { STAFF_NAME.to_owned() };
                let shown = Seen {
                    id: message.id.to_string(),
                    contact: user.custom_id.clone(),
                    conversation: Some(id.to_string()),
                    from,
                    text: text.join("\n"),
                    private: message.note,
                    raw: message.raw.clone(),
                };
                seen.push((message.id, shown));
            }
        }
        seen.sort_by_key(|(id, _)| *id);
        seen.into_iter().map(|(_, seen)| seen).collect()
    }

    fn snapshot(&self) -> Value {
        serde_json::to_value(&*self.lock()).unwrap_or_default()
    }

    fn restore(&self, snapshot: Value) {
        match serde_json::from_value(snapshot) {
            Ok(account) => *self.lock() = account,
            Err(error) => tracing::warn!(error = %error, "the simulated Deskie starts without its memory"),
        }
    }
}
