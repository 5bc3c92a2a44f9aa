//! What the `main` functions of the four Lambda functions have in common: logging, and the conversion between Lambda
//! events and handlers.

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
    tools::{
        answer::{Answer, ApiError},
        json::Json,
        sentences::Sentence,
    },
};

/// Starts logging: one JSON line per event, filtered by `RUST_LOG`, or from `info` up by default.
pub fn start_logging(environment: &Environment) {
    let filter = log_filter(environment.log_filter(), LevelFilter::INFO);
    let lines =
        tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false).with_span_list(false);
    let _ = tracing_subscriber::registry().with(filter).with(lines).try_init();
}

/// The crates that keep secrets and message texts out of their log lines.
const OUR_CRATES: [&str; 5] = ["byoc", "channel_webhook", "product_events", "install_hook", "relay"];

/// Makes the filter that `RUST_LOG` requests, or else `default`. Libraries never log more than warnings, whatever
/// `RUST_LOG` says: on lower levels they log events as they came, with keys and with what people write.
pub fn log_filter(requested: Option<&str>, default: LevelFilter) -> Targets {
    let requested = requested.and_then(|filter| filter.parse::<Targets>().ok());
    let requested = requested.unwrap_or_else(|| Targets::new().with_default(default));
    let all = requested.default_level().unwrap_or(LevelFilter::OFF);
    let is_ours =
        |target: &str| OUR_CRATES.iter().any(|ours| target == *ours || target.starts_with(&format!("{ours}::")));
    let single = requested
        .iter()
        .map(|(target, level)| (target.to_owned(), if is_ours(target) { level } else { level.min(LevelFilter::WARN) }));
    Targets::new()
        .with_default(all.min(LevelFilter::WARN))
        .with_targets(OUR_CRATES.map(|target| (target, all)))
        .with_targets(single)
}

/// Converts a function's result to an exit code, and logs the error that stopped the function, such as a missing
/// variable.
pub fn exit_code(result: Result<(), Error>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = %error, "the function stops");
            ExitCode::FAILURE
        }
    }
}

/// An event, in the form in which a function's handler takes it.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one at a time, and it is never stored")]
pub enum Invocation {
    /// An HTTP call.
    Http(http::Request<Bytes>),
    /// Any other event, which is a direct invocation, as the text that arrived. The text can have up to 6 MB, and a
    /// tree of values of it would not fit into memory.
    Direct(String),
}

/// The answer of a handler.
#[derive(Debug)]
pub enum Reply {
    /// The answer to an HTTP call.
    Http(Answer),
    /// The answer to a direct invocation.
    Direct(Value),
}

/// Serves HTTP calls and direct invocations with one handler until Lambda ends the process. An `Err` of the handler is
/// a failure of ours: it becomes a function error, so that the invocation is retried. Handlers answer HTTP calls
/// themselves and keep `Err` for direct invocations.
///
/// # Errors
/// Returns an error if the Runtime API fails.
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
        // The library passes the event on as text.
        Body::Text(event) if !is_http => return Invocation::Direct(event),
        Body::Text(text) => Bytes::from(text),
        Body::Binary(bytes) => Bytes::from(bytes),
        _ => Bytes::new(),
    };
    if !is_http {
        return Invocation::Direct(String::from_utf8_lossy(&body).into_owned());
    }
    // The stage is not part of our paths.
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

/// The characters that must be escaped in a URI. Everything else stays as the caller wrote it, because some platforms
/// sign it.
const ESCAPED: &AsciiSet = &CONTROLS
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

/// Changes an event so that the library can build a URI from it. The library does not expect that to fail, so nothing
/// that could make it fail may reach the library.
fn sanitized(payload: LambdaRequest) -> LambdaRequest {
    let LambdaRequest::ApiGatewayV2(mut event) = payload else { return payload };
    if event.is_base64_encoded
        && event.body.as_ref().is_some_and(|body| base64::engine::general_purpose::STANDARD.decode(body).is_err())
    {
        event.is_base64_encoded = false;
    }
    let escape = |text: String| utf8_percent_encode(&text, ESCAPED).to_string();
    event.raw_query_string = event.raw_query_string.take().map(escape);
    event.raw_path = event.raw_path.take().map(|path| escape(path).replace('?', "%3F"));
    if event.raw_path.as_deref().is_none_or(|path| !path.starts_with('/')) {
        event.raw_path = Some("/".to_owned());
    }
    // The bridge does not use these: its public URL is a setting.
    for name in [header::HOST.as_str(), "x-forwarded-proto"] {
        event.headers.remove(name);
    }
    event.request_context.domain_name = None;
    LambdaRequest::ApiGatewayV2(event)
}

/// Returns the bearer token of a call, if the call carries one.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Returns the answer to an HTTP event that could not be read as one; `None` if the event is not an HTTP event.
pub fn unreadable(event: &str) -> Option<Value> {
    Json::read(event).ok()?.get("requestContext").map(|_| {
        let error = ApiError::new(StatusCode::BAD_REQUEST, "bad_request", Sentence::BadRequest);
        http_reply(error.status, &error.body())
    })
}

/// Returns the answer to an invocation that is refused.
pub fn refusal(error: &ApiError) -> Value {
    json!({"ok": false, "error": {"code": error.code, "message": error.message}})
}

/// Makes a JSON answer to an HTTP event, for functions whose library does not make it.
pub fn http_reply(status: StatusCode, body: &Value) -> Value {
    json!({
        "statusCode": status.as_u16(),
        "headers": {"content-type": "application/json"},
        "body": body.to_string(),
        "isBase64Encoded": false,
    })
}

/// Makes the answer for a route that exists, but not with this method.
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
        for requested in
            ["trace", "debug", "lambda_runtime=trace,hyper=debug,byoc=trace", "h2=trace,info", "=trace", "TRACE"]
        {
            let filter = log_filter(Some(requested), LevelFilter::INFO);
            for library in ["lambda_runtime", "lambda_http", "hyper::proto", "aws_smithy_runtime", "h2", "reqwest"] {
                assert!(!filter.would_enable(library, &Level::INFO), "{requested}: {library}");
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
