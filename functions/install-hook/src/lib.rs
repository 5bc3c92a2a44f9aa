//! The install hook: creates, changes and removes installations, through the admin's routes and page and through the
//! set-up events of a Marketplace app. By schedule, it lets installations catch up with what agents wrote.

use byoc::{
    ingest::health,
    install::{Access, Admin, CatchUp, Discard, InstallationView, Installed, Redrive, Wanted, is_scheduled},
    outside::{
        config::Environment,
        lambda::{Invocation, Reply, bearer, method_not_allowed, refusal, unreadable},
    },
    start::StartError,
    tools::{
        answer::{Answer, ApiError, json_answer, ok_answer},
        sentences::Sentence,
    },
    web::Pages,
};
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

/// The maximum length of a request body, in bytes.
const BODY_LIMIT: usize = 256 * 1024;

/// The function's state.
#[derive(Debug)]
pub struct InstallHook {
    admin: Admin,
    /// Whether install requests may contain http URLs, for local runs.
    allow_http: bool,
}

impl InstallHook {
    /// Makes the function from the environment, and opens the connection that every call needs.
    ///
    /// # Errors
    /// Returns an error that names the variable if a variable is missing or malformed.
    pub async fn from_environment(environment: &Environment) -> Result<Self, StartError> {
        let (admin, allow_http) = (Admin::from_environment(environment).await?, environment.allow_private_addresses()?);
        admin.warm_up().await;
        Ok(Self { admin, allow_http })
    }

    /// Handles one event.
    ///
    /// # Errors
    /// Returns an error if an invocation fails because of us; the caller should retry it.
    pub async fn handle(&self, invocation: Invocation) -> Result<Reply, ApiError> {
        match invocation {
            Invocation::Http(request) => Ok(Reply::Http(self.http(request).await)),
            Invocation::Direct(event) => self.direct(&event).await.map(Reply::Direct),
        }
    }

    /// Answers an HTTP call.
    pub async fn http(&self, request: Request<Bytes>) -> Answer {
        let pages = Pages::new(&self.admin, self.allow_http);
        if let Some(page) = pages.answer(&request).await {
            return page;
        }
        let headers = request.headers().clone();
        self.route(request).await.unwrap_or_else(|error| pages.refusal(&headers, &error))
    }

    async fn direct(&self, event: &str) -> Result<Value, ApiError> {
        if let Some(answer) = unreadable(event) {
            return Ok(answer);
        }
        if event.len() > BODY_LIMIT {
            return Ok(refusal(&too_large()));
        }
        let event: Value = serde_json::from_str(event).unwrap_or_default();
        if is_scheduled(&event) {
            return Ok(json!(self.admin.reconcile().await?));
        }
        Ok(json!(self.admin.app_event(&event).await?))
    }

    async fn route(&self, request: Request<Bytes>) -> Result<Answer, ApiError> {
        let path = request.uri().path().to_owned();
        let pieces: Vec<&str> = path.split('/').skip(1).collect();
        let method = request.method().clone();
        match (&method, pieces.as_slice()) {
            (&Method::GET, ["health"]) => return Ok(ok_answer(health())),
            (_, ["keys", ..]) => return self.keys(pieces.get(1..).unwrap_or_default(), &request).await,
            (_, ["installations", ..]) => {}
            _ => return Err(ApiError::not_found()),
        }
        let id = pieces.get(1).copied().filter(|id| !id.is_empty());
        let access = self.admin.authorize(bearer(request.headers()), id).await?;
        let only_owner = |act: &str| match access {
            Access::Admin | Access::Enrolment(_) => Ok(()),
            Access::Settings => Err(forbidden(Sentence::SettingsKeyCannot { act })),
        };
        let shown = |view: InstallationView| ok_answer(view.seen_with(&access));
        match (&method, pieces.as_slice()) {
            (&Method::POST, ["installations"]) => {
                let wanted = Wanted::from_post(&body(&request)?.unwrap_or_default(), self.allow_http)?;
                let Installed { is_new, installation } = match &access {
                    Access::Enrolment(key) => self.admin.enrol(wanted, key).await?,
                    Access::Admin | Access::Settings => self.admin.install(wanted).await?,
                };
                Ok(json_answer(if is_new { StatusCode::CREATED } else { StatusCode::OK }, &installation))
            }
            (&Method::GET, ["installations"]) => {
                self.admin.list(after(&request).as_deref(), &access).await.map(ok_answer)
            }
            (&Method::GET, ["installations", id]) => self.admin.show(id).await.map(shown),
            (&Method::PATCH, ["installations", id]) => {
                only_owner("change an installation")?;
                self.admin.update(id, &body(&request)?.unwrap_or_default()).await.map(shown)
            }
            (&Method::DELETE, ["installations", id]) => {
                only_owner("remove an installation")?;
                self.admin.uninstall(id).await.map(shown)
            }
            (&Method::POST, ["installations", id, "rotate"]) => {
                let body = body(&request)?.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
                // A mistyped name must not renew every URL.
                if body.as_object().is_none_or(|body| body.keys().any(|name| name != "urls")) {
                    return Err(ApiError::unprocessable("bad_setting", Sentence::ObjectOfUrls));
                }
                let urls = body.get("urls");
                if urls.and_then(Value::as_array).is_some_and(|urls| urls.contains(&"settings".into())) {
                    only_owner("make a new settings key")?;
                }
                self.admin.rotate(id, urls).await.map(shown)
            }
            (&Method::POST, ["installations", id, "register"]) => self.admin.register(id).await.map(shown),
            (&Method::POST, ["installations", id, "check"]) => self.admin.check(id).await.map(ok_answer),
            (&Method::POST, ["installations", id, "retry"]) => self.admin.retry(id).await.map(ok_answer),
            (&Method::GET, ["installations", id, "messages"]) => {
                self.admin.messages(id, after(&request).as_deref()).await.map(ok_answer)
            }
            (&Method::GET, ["installations", id, "messages", message]) => {
                self.admin.message(id, message).await.map(ok_answer)
            }
            (&Method::GET, ["installations", id, "dead-letters"]) => {
                self.admin.dead_letters(id, after(&request).as_deref()).await.map(ok_answer)
            }
            (&Method::POST, ["installations", id, "redrive"] | ["installations", id, "dead-letters", "redrive"]) => {
                let wanted = match body(&request)? {
                    None => Redrive::default(),
                    Some(body) => serde_json::from_value(body)
                        .map_err(|_| ApiError::unprocessable("bad_setting", Sentence::ObjectOfRedrive))?,
                };
                self.admin.redrive(id, &wanted).await.map(ok_answer)
            }
            (&Method::POST, ["installations", id, "discard"]) => {
                let wanted: Discard = serde_json::from_value(body(&request)?.unwrap_or_default())
                    .map_err(|_| ApiError::unprocessable("bad_setting", Sentence::ObjectOfDiscard))?;
                self.admin.discard(id, &wanted).await.map(ok_answer)
            }
            (&Method::POST, ["installations", id, "catch-up"]) => {
                let wanted: CatchUp = match body(&request)? {
                    None => CatchUp::default(),
                    Some(body) => serde_json::from_value(body)
                        .map_err(|_| ApiError::unprocessable("bad_setting", Sentence::ObjectOfCatchUp))?,
                };
                self.admin.catch_up(id, &wanted).await.map(ok_answer)
            }
            (_, ["installations"]) => Err(method_not_allowed(&method, "GET or POST")),
            (_, ["installations", _]) => Err(method_not_allowed(&method, "GET, PATCH or DELETE")),
            (
                _,
                ["installations", _, "rotate" | "register" | "check" | "redrive" | "retry" | "discard" | "catch-up"],
            ) => Err(method_not_allowed(&method, "POST")),
            (_, ["installations", _, "messages" | "dead-letters" | "settings", ..]) => {
                Err(method_not_allowed(&method, "GET"))
            }
            _ => Err(ApiError::not_found()),
        }
    }

    /// Answers the routes of enrolment keys. `pieces` is the path after `/keys`.
    async fn keys(&self, pieces: &[&str], request: &Request<Bytes>) -> Result<Answer, ApiError> {
        if self.admin.authorize(bearer(request.headers()), None).await? != Access::Admin {
            return Err(forbidden(Sentence::EnrolmentKeyCannot { act: "make, list or delete keys" }));
        }
        let method = request.method();
        match (method, pieces) {
            (&Method::GET, []) => self.admin.keys().await.map(ok_answer),
            (&Method::POST, []) => {
                let made = self.admin.make_key(&body(request)?.unwrap_or_default()).await?;
                Ok(json_answer(StatusCode::CREATED, &made))
            }
            (&Method::DELETE, [id]) => self.admin.delete_key(id).await.map(ok_answer),
            (_, []) => Err(method_not_allowed(method, "GET or POST")),
            (_, [_]) => Err(method_not_allowed(method, "DELETE")),
            _ => Err(ApiError::not_found()),
        }
    }
}

/// Returns the JSON of a body, or `None` for an empty body.
fn body(request: &Request<Bytes>) -> Result<Option<Value>, ApiError> {
    let body = request.body();
    if body.len() > BODY_LIMIT {
        return Err(too_large());
    }
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    serde_json::from_slice(body)
        .map(Some)
        .map_err(|error| ApiError::from(byoc::adapter::webhook::ParseError::json(&error)))
}

fn forbidden(message: Sentence<'_>) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "forbidden", message)
}

fn too_large() -> ApiError {
    let message = Sentence::AdminBodyTooLong { limit_kib: BODY_LIMIT / 1024 };
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
}

/// Returns where a page of a list begins.
fn after(request: &Request<Bytes>) -> Option<String> {
    let query = request.uri().query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "after").map(|(_, after)| after.into_owned())
}
