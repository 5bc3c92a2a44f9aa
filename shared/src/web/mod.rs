//! The pages for people: the admin's home, the form of a new installation, and the page of an installation.
//!
//! The pages are HTML from the server. Every action is a form, so that the pages work without JavaScript; the script only
//! copies, writes times as the reader's browser does, and keeps the page fresh. A page is opened by the admin key (as a
//! session in a cookie), or by the settings key in the link of an installation.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{
    install::{Admin, SESSION, Session},
    tools::{
        answer::{Answer, ApiError},
        crypto::random_id,
        language::Language,
        sentences::Sentence,
    },
};

mod form;
mod home;
mod installation;
mod login;
mod pieces;

pub use self::pieces::with_names;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
/// The name of the session's cookie.
const COOKIE: &str = "byoc_session";
/// The maximum length of a form, in bytes.
const FORM_LIMIT: usize = 256 * 1024;
/// The content type of forms.
const FORM: &[u8] = b"application/x-www-form-urlencoded";

/// A page in the look of the product's own pages, before it gets its frame.
pub struct Framed<'a> {
    /// The title.
    pub title: &'a str,
    /// The body.
    pub body: &'a Markup,
    /// The styles besides those that all pages share.
    pub style: &'a str,
    /// The script.
    pub script: &'a str,
    /// The sources of images, in the words of a Content-Security-Policy.
    pub images: &'a str,
    /// The language of the page.
    pub language: Language,
}

impl Framed<'_> {
    /// Returns the page with its headers: nothing runs or is loaded but what the page itself names.
    pub fn answer(&self) -> Answer {
        let Ok(nonce) = random_id() else { return ApiError::unavailable().answer() };
        let Self { title, body, style, script, images, language } = self;
        let html = html! {
            (DOCTYPE)
            html lang=(language.word()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="referrer" content="no-referrer";
                    link rel="icon" href="data:,";
                    title { (title) " · BYOC" }
                    style nonce=(nonce) { (PreEscaped(STYLE)) (PreEscaped(style)) }
                }
                body {
                    (body)
                    script nonce=(nonce) { (PreEscaped(script)) }
                }
            }
        };
        let policy = format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; img-src \
             {images}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        );
        let mut answer = Response::new(Bytes::from(html.into_string()));
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.word()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        answer
    }
}

/// Answers the requests for pages.
#[derive(Clone, Copy, Debug)]
pub struct Pages<'a> {
    admin: &'a Admin,
    /// Whether http URLs are allowed in forms, and cookies on http.
    allow_http: bool,
    /// The language of the reader.
    language: Language,
}

/// A page before it gets its frame.
struct Page {
    status: StatusCode,
    title: String,
    body: Markup,
    /// The value of the session's cookie to set; an empty one ends the session.
    cookie: Option<String>,
}

impl Page {
    fn new(title: impl Into<String>, body: Markup) -> Self {
        Self { status: StatusCode::OK, title: title.into(), body, cookie: None }
    }
}

/// Whoever opened a page.
#[derive(Clone, Debug)]
enum Viewer {
    /// An admin with a session.
    Admin(Session),
    /// The holder of an installation's link.
    Link {
        /// The settings key.
        key: String,
    },
}

impl Viewer {
    /// Returns the hidden field that every form of this viewer carries.
    fn word(&self) -> Markup {
        html! { @if let Self::Admin(session) = self { input type="hidden" name="word" value=(session.word); } }
    }
}

/// The fields of a form, or of a query.
#[derive(Clone, Debug, Default)]
struct Fields(Vec<(String, String)>);

impl Fields {
    fn of_query(request: &Request<Bytes>) -> Self {
        Self::parse(request.uri().query().unwrap_or_default().as_bytes())
    }

    fn of_form(request: &Request<Bytes>) -> Result<Self, ApiError> {
        let body = request.body();
        if body.len() > FORM_LIMIT {
            let message = Sentence::FormTooLong { limit_kib: FORM_LIMIT / 1024 };
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message));
        }
        let content_type = request.headers().get(header::CONTENT_TYPE).map_or(FORM, HeaderValue::as_bytes);
        // Everything that is not ASCII is escaped in the body of a form.
        if !content_type.starts_with(FORM) || !body.is_ascii() {
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "no_form", Sentence::FormOfText));
        }
        Ok(Self::parse(body))
    }

    fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// Returns a field that is there and not empty.
    fn get(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(field, _)| field == name);
        field.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

impl<'a> Pages<'a> {
    /// Makes the pages of an install hook.
    pub fn new(admin: &'a Admin, allow_http: bool) -> Self {
        Self { admin, allow_http, language: Language::English }
    }

    /// Answers a request for a page; `None` if the request is not for a page.
    pub async fn answer(self, request: &Request<Bytes>) -> Option<Answer> {
        let pages = Self { language: Language::of_request(request.headers()), ..self };
        pages.answer_in_language(request).await
    }

    async fn answer_in_language(self, request: &Request<Bytes>) -> Option<Answer> {
        let path: Vec<&str> = request.uri().path().split('/').skip(1).collect();
        let (is_get, is_post) = (request.method() == Method::GET, request.method() == Method::POST);
        let page = match path.as_slice() {
            [""] if is_get => self.home(request).await,
            ["login"] if is_get => Ok(login::page(request, self.language)),
            ["login"] if is_post => self.sign_in(request).await,
            ["logout"] if is_post => self.sign_out(request).await,
            ["install"] if is_get => self.form(request).await,
            ["install"] if is_post => self.send_form(request).await,
            ["installations", id, "settings"] if is_get => self.installation(id, request).await,
            ["installations", id, "settings"] if is_post => self.act(id, request).await,
            _ => return None,
        };
        Some(match page {
            Ok(Shown::Elsewhere { cookie: None, .. }) if is_get && is_program(request) => {
                ApiError::unauthorized(Sentence::SendAdminKey).answer()
            }
            Err(error) if is_program(request) => error.answer(),
            page => self.framed(page),
        })
    }

    /// Answers a request that failed and that is not for a page: with a page if a browser asks, and with JSON otherwise.
    pub fn refusal(self, headers: &HeaderMap, error: &ApiError) -> Answer {
        if !accepts(headers, "text/html") || headers.contains_key(header::AUTHORIZATION) {
            return error.answer();
        }
        let language = Language::of_request(headers);
        let page = match error.status {
            StatusCode::NOT_FOUND => Self::no_such_page(language),
            StatusCode::UNAUTHORIZED => failure(&ApiError::unauthorized(Sentence::SignInFirst), language),
            _ => failure(error, language),
        };
        Self { language, ..self }.frame(page)
    }

    fn no_such_page(language: Language) -> Page {
        let headline = language.say(Sentence::NoSuchPage);
        message(StatusCode::NOT_FOUND, headline.to_string(), language.say(Sentence::NoSuchPageAdvice).into(), language)
    }

    /// Leads to the page where the admin signs in, and from there back to where the request wanted to go.
    fn to_login(request: &Request<Bytes>) -> Shown {
        let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
        let query = if wanted == "/" {
            String::new()
        } else {
            format!("?{}", form_urlencoded::Serializer::new(String::new()).append_pair("next", wanted).finish())
        };
        Shown::Elsewhere { path: format!("/login{query}"), cookie: None }
    }

    /// Returns the session of a request, if it has one.
    async fn session(self, headers: &HeaderMap) -> Option<Session> {
        self.admin.session(cookie(headers)?).await
    }

    /// Returns the session of a form that was sent from one of the session's own pages.
    async fn sender(self, request: &Request<Bytes>, form: &Fields) -> Result<Session, ApiError> {
        let session = self.session(request.headers()).await;
        let session = session.ok_or_else(|| ApiError::unauthorized(Sentence::SignInFirst))?;
        if session.sent(form.get("word")) {
            return Ok(session);
        }
        Err(ApiError::new(StatusCode::FORBIDDEN, "forbidden", Sentence::FormOfOtherPage))
    }

    fn framed(self, page: Result<Shown, ApiError>) -> Answer {
        match page {
            Ok(Shown::Page(page)) => self.frame(*page),
            Ok(Shown::Elsewhere { path, cookie }) => {
                let mut answer = Response::new(Bytes::new());
                *answer.status_mut() = StatusCode::SEE_OTHER;
                if let Ok(path) = HeaderValue::from_str(&path) {
                    answer.headers_mut().insert(header::LOCATION, path);
                }
                self.set_cookie(&mut answer, cookie.as_deref());
                answer
            }
            Err(error) => self.frame(failure(&error, self.language)),
        }
    }

    fn frame(self, page: Page) -> Answer {
        let Page { status, title, body, cookie } = page;
        let language = self.language;
        let framed = Framed { title: &title, body: &body, style: "", script: SCRIPT, images: "data:", language };
        let mut answer = framed.answer();
        if answer.status() == StatusCode::OK {
            *answer.status_mut() = status;
        }
        self.set_cookie(&mut answer, cookie.as_deref());
        answer
    }

    fn set_cookie(self, answer: &mut Answer, value: Option<&str>) {
        let Some(value) = value else { return };
        let age = if value.is_empty() { 0 } else { SESSION.as_secs() };
        let secure = if self.allow_http { "" } else { "; Secure" };
        let cookie = format!("{COOKIE}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Strict{secure}");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            answer.headers_mut().insert(header::SET_COOKIE, cookie);
        }
    }
}

/// The outcome of a request for a page.
enum Shown {
    Page(Box<Page>),
    /// Another page, with the session's cookie to set.
    Elsewhere {
        path: String,
        cookie: Option<String>,
    },
}

impl From<Page> for Shown {
    fn from(page: Page) -> Self {
        Self::Page(Box::new(page))
    }
}

/// Returns whether a program asks, which cannot read pages.
fn is_program(request: &Request<Bytes>) -> bool {
    accepts(request.headers(), "application/json") && !accepts(request.headers(), "text/html")
}

/// Returns whether the caller names this type among those that it can read.
fn accepts(headers: &HeaderMap, wanted: &str) -> bool {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut types = values.flat_map(|value| value.split(',')).filter_map(|range| range.split(';').next());
    types.any(|it| it.trim().eq_ignore_ascii_case(wanted))
}

/// Returns the value of the session's cookie.
fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

/// Makes the page of a request that failed.
fn failure(error: &ApiError, language: Language) -> Page {
    let headline = match error.status {
        StatusCode::NOT_FOUND => Sentence::LinkExpired,
        StatusCode::UNAUTHORIZED => Sentence::SignedOut,
        StatusCode::GONE => Sentence::Removed,
        _ => Sentence::NotDone,
    };
    let advice: String = match error.status {
        StatusCode::NOT_FOUND => language.say(Sentence::LinkExpiredAdvice).into(),
        _ => language.translate(&error.message).into_owned(),
    };
    message(error.status, language.say(headline).to_string(), advice, language)
}

/// Makes a page that says what is wrong and what to do.
fn message(status: StatusCode, headline: String, advice: String, language: Language) -> Page {
    let body = html! {
        main {
            section .standing.bad role="alert" {
                h1 { (headline) }
                p { (pieces::with_names(&advice)) }
                p { a href="/" { (language.say(Sentence::ToHome)) } }
            }
        }
    };
    Page { status, ..Page::new(headline, body) }
}
