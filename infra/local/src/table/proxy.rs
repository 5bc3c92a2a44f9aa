//! A thin proxy, which is needed because the engine does not let others wrap its router.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};

/// The largest request that DynamoDB accepts.
const MAX_REQUEST: usize = 16 * 1024 * 1024;

/// The headers that belong to one connection and not to the message.
const HOP_BY_HOP: [HeaderName; 4] =
    [header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH, header::HOST];

#[derive(Clone, Debug)]
struct Proxy {
    client: reqwest::Client,
    target: String,
}

/// Forwards every request to `target`.
pub(super) fn router(target: String) -> reqwest::Result<Router> {
    let client =
        reqwest::Client::builder().no_proxy().tls_certs_only([]).redirect(reqwest::redirect::Policy::none()).build()?;
    let router = Router::new().fallback(any(pass_on)).layer(DefaultBodyLimit::max(MAX_REQUEST));
    Ok(router.with_state(Proxy { client, target }))
}

async fn pass_on(State(proxy): State<Proxy>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_REQUEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let mut headers = head.headers;
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    match proxy.ask(head.method, headers, body).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(%error, "the embedded DynamoDB engine did not answer");
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}

impl Proxy {
    async fn ask(
        &self,
        method: axum::http::Method,
        headers: header::HeaderMap,
        body: Bytes,
    ) -> reqwest::Result<Response> {
        let answer = self.client.request(method, &self.target).headers(headers).body(body).send().await?;
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        for name in HOP_BY_HOP {
            headers.remove(name);
        }
        let mut response = Response::new(Body::from(answer.bytes().await?));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}
