//! What the four functions' `main` have in common: logging, and the way from a Lambda event to a handler and back.

use std::process::ExitCode;

use base64::Engine;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use lambda_http::{
    Adapter, Body, Error, LambdaEvent, Request, RequestExt, Response, Service,
    request::{LambdaRequest, RequestContext},
    service_fn,
};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::{
    outside::config::Environment,
    tools::sentences::Sentence,
    tools::{
        answer::{Answer, ApiError},
        json::Json,
    },
};

/// Starts logging: one JSON line per event, filtered by `RUST_LOG`, else from `info` up.
pub fn start_logging(environment: &Environment) {
    let filter = log_filter(environment.log_filter(), LevelFilter::INFO);
    let lines =
        tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false);
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}

/// The crates that know what must not be logged.
const OURS: [&str; 5] = ["byoc", "channel_webhook", "product_events", "install_hook", "relay"];

/// What `RUST_LOG` asks for, else `default`. Libraries never log more than warnings, whatever it says: further down they
/// log events as they came, with keys and with what people write.
pub fn log_filter(asked: Option<&str>, default: LevelFilter) -> Targets {
    let asked = asked.and_then(|filter| filter.parse::<Targets>().ok());
    let asked = asked.unwrap_or_else(|| Targets::new().with_default(default));
    let all = asked.default_level().unwrap_or(LevelFilter::OFF);
    let is_ours = |target: &str| OURS.iter().any(|ours| target == *ours || target.starts_with(&format!("{ours}::")));
    let single = asked
        .iter()
        .map(|(target, level)| (target.to_owned(), if is_ours(target) { level } else { level.min(LevelFilter::WARN) }));
    Targets::new()
        .with_default(all.min(LevelFilter::WARN))
        .with_targets(OURS.map(|target| (target, all)))
        .with_targets(single)
}

/// How a function's process ends: what stopped it is logged in plain words, such as the variable that is missing.
pub fn exit_code(result: Result<(), Error>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = %error, "the function stops");
            ExitCode::FAILURE
        }
    }
}

/// An event as a function's handler sees it.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and it is never stored")]
pub enum Invocation {
    /// An HTTP call.
    Http(http::Request<Bytes>),
    /// Anything else, as the text that came: a direct invocation. It has up to 6 MB, and a tree of it would not fit.
    Direct(String),
}

/// What a handler answers.
#[derive(Debug)]
pub enum Reply {
    /// To an HTTP call.
    Http(Answer),
    /// To a direct invocation.
    Direct(Value),
}

/// Serves HTTP and direct invocations with one handler until Lambda ends the process. `Err` of the handler is a failure
/// of ours: an HTTP caller gets its answer, an invocation ends with a function error, so that it is tried again.
///
/// # Errors
/// The Runtime API failed.
pub async fn serve<H, F>(handler: H) -> Result<(), Error>
where
    H: Fn(Invocation) -> F + Send + Sync,
    F: Future<Output = Result<Reply, ApiError>> + Send,
{
    let handler = &handler;
    let adapter = Adapter::from(service_fn(move |request: Request| {
        let invocation = invocation(request);
        async move { respond(handler(invocation).await) }
    }));
    lambda_runtime::run(service_fn(move |event: LambdaEvent<LambdaRequest>| {
        let LambdaEvent { payload, context } = event;
        adapter.clone().call(LambdaEvent { payload: sanitized(payload), context })
    }))
    .await
}

fn invocation(request: Request) -> Invocation {
    let is_http = !matches!(request.request_context_ref(), Some(RequestContext::PassThrough) | None);
    let path = request.raw_http_path().to_owned();
    let (mut parts, body) = request.into_parts();
    let body = match body {
        // The library hands the event on as a text.
        Body::Text(event) if !is_http => return Invocation::Direct(event),
        Body::Text(text) => Bytes::from(text),
        Body::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::new(),
    };
    if !is_http {
        return Invocation::Direct(String::from_utf8_lossy(&body).into_owned());
    }
    // The stage is no part of our paths.
    if let Ok(uri) = [path.as_str(), parts.uri.query().unwrap_or_default()].join("?").trim_end_matches('?').parse() {
        parts.uri = uri;
    }
    Invocation::Http(http::Request::from_parts(parts, body))
}

fn respond(reply: Result<Reply, ApiError>) -> Result<Response<Body>, Error> {
    match reply {
        Ok(Reply::Http(answer)) => {
            let (parts, body) = answer.into_parts();
            let body = match String::from_utf8(body.into()) {
                Ok(text) if text.is_empty() => Body::Empty,
                Ok(text) => Body::Text(text),
                Err(bytes) => Body::Binary(bytes.into_bytes()),
            };
            Ok(Response::from_parts(parts, body))
        }
        Ok(Reply::Direct(value)) => Ok(Response::new(Body::Text(value.to_string()))),
        Err(error) => Err(error.to_string().into()),
    }
}

/// What must not stand in a URI as it is; everything else stays as the caller wrote it, since some platforms sign it.
const STRAY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b'#');

/// The library builds a URI of what the caller wrote and does not expect that to fail; so nothing that could make it
/// fail gets there.
fn sanitized(payload: LambdaRequest) -> LambdaRequest {
    let LambdaRequest::ApiGatewayV2(mut event) = payload else { return payload };
    if event.is_base64_encoded
        && event.body.as_ref().is_some_and(|body| base64::engine::general_purpose::STANDARD.decode(body).is_err())
    {
        event.is_base64_encoded = false;
    }
    let tame = |text: String| utf8_percent_encode(&text, STRAY).to_string();
    event.raw_query_string = event.raw_query_string.take().map(tame);
    event.raw_path = event.raw_path.take().map(|path| tame(path).replace('?', "%3F"));
    if event.raw_path.as_deref().is_none_or(|path| !path.starts_with('/')) {
        event.raw_path = Some("/".to_owned());
    }
    // Nobody here needs them; the public URL is a setting.
    for name in [header::HOST.as_str(), "x-forwarded-proto"] {
        event.headers.remove(name);
    }
    event.request_context.domain_name = None;
    LambdaRequest::ApiGatewayV2(event)
}

/// The text of the bearer token, where a call carries one.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The answer to an HTTP event that could not be read as one.
pub fn unreadable(event: &str) -> Option<Value> {
    Json::read(event).ok()?.get("requestContext").map(|_| {
        let error = ApiError::new(StatusCode::BAD_REQUEST, "bad_request", Sentence::BadRequest);
        http_reply(error.status, &error.body())
    })
}

/// What an invocation is told that is refused.
pub fn refusal(error: &ApiError) -> Value {
    json!({"ok": false, "error": {"code": error.code, "message": error.message}})
}

/// A JSON answer to an HTTP event, for where no library makes it.
pub fn http_reply(status: StatusCode, body: &Value) -> Value {
    json!({
        "statusCode": status.as_u16(),
        "headers": {"content-type": "application/json"},
        "body": body.to_string(),
        "isBase64Encoded": false,
    })
}

/// What a route is told that exists, but not with this method.
pub fn method_not_allowed(method: &Method, allowed: &str) -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        Sentence::WrongMethod { method: method.as_str(), allowed },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(path: &str, query: &str) -> LambdaRequest {
        serde_json::from_value(json!({
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
            "headers": {"host": "bad <host>:99999", "x-forwarded-proto": "h t", "x-viber-content-signature": "00"},
            "requestContext": {"http": {"method": "POST", "path": path}, "stage": "$default", "domainName": "a b"},
            "body": "hällo", "isBase64Encoded": false,
        }))
        .unwrap()
    }

    #[test]
    fn no_url_makes_the_library_panic() {
        for path in ["", "/", "/a b", "//", "/\u{0}", "/ä<>\"#?", "x", "/%zz", "/{}|\\^`", "@evil:99999/"] {
            for query in ["", "a=<b>", "ä=ö\u{0} #", "??", "a=%3c&b", "\"{}|\\^`"] {
                let request: Request = sanitized(event(path, query)).into();
                let Invocation::Http(request) = invocation(request) else { panic!("no HTTP event: {path} {query}") };
                assert_eq!(request.body().as_ref(), "hällo".as_bytes());
            }
        }
    }

    #[test]
    fn a_body_that_is_no_base64_makes_nothing_panic() {
        for body in ["%%%", "a", "aGk=\n", "ä"] {
            let LambdaRequest::ApiGatewayV2(mut event) = event("/channels/i/t", "") else { panic!("no HTTP event") };
            (event.is_base64_encoded, event.body) = (true, Some(body.to_owned()));
            let request: Request = sanitized(LambdaRequest::ApiGatewayV2(event)).into();
            assert!(matches!(invocation(request), Invocation::Http(request) if request.body() == body));
        }
    }

    #[test]
    fn what_callers_wrote_stays_where_it_can() {
        let request: Request = sanitized(event("/channels/i/t", "sig=ab%2B&x=1+2")).into();
        let Invocation::Http(request) = invocation(request) else { panic!("no HTTP event") };
        assert_eq!(request.uri().path(), "/channels/i/t");
        assert_eq!(request.uri().query(), Some("sig=ab%2B&x=1+2"));
    }

    #[test]
    fn libraries_never_log_more_than_warnings() {
        use tracing::Level;
        for asked in
            ["trace", "debug", "lambda_runtime=trace,hyper=debug,byoc=trace", "h2=trace,info", "=trace", "TRACE"]
        {
            let filter = log_filter(Some(asked), LevelFilter::INFO);
            for library in ["lambda_runtime", "lambda_http", "hyper::proto", "aws_smithy_runtime", "h2", "reqwest"] {
                assert!(!filter.would_enable(library, &Level::INFO), "{asked}: {library}");
            }
        }
        let filter = log_filter(Some("trace"), LevelFilter::INFO);
        for ours in ["byoc::relay", "relay", "channel_webhook", "product_events", "install_hook"] {
            assert!(filter.would_enable(ours, &Level::TRACE), "{ours}");
        }
        assert!(log_filter(Some("error"), LevelFilter::INFO).would_enable("hyper", &Level::ERROR));
        assert!(!log_filter(Some("error"), LevelFilter::INFO).would_enable("byoc", &Level::WARN));
        assert!(!log_filter(Some("byoc::relay=debug,off"), LevelFilter::INFO).would_enable("hyper", &Level::WARN));
        let usual = log_filter(None, LevelFilter::INFO);
        assert!(usual.would_enable("byoc::ingest", &Level::INFO) && usual.would_enable("hyper", &Level::WARN));
        assert!(!usual.would_enable("byoc", &Level::DEBUG));
    }

    #[test]
    fn other_events_come_as_they_are() {
        let event = r#"{"event":"onMessageCreate", "data":{"cut": "\ud83d"}}"#;
        let request: LambdaRequest = serde_json::from_str(event).unwrap();
        assert!(matches!(invocation(request.into()), Invocation::Direct(text) if text == event));
    }

    #[test]
    fn an_http_event_that_cannot_be_read_is_answered_as_one() {
        assert_eq!(unreadable(r#"{"requestContext": null}"#).unwrap()["statusCode"], 400);
        for event in ["{}", "[]", "", r#"{"data": {"requestContext": {}}}"#] {
            assert_eq!(unreadable(event), None, "{event}");
        }
    }
}
