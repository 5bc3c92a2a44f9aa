//! The HTTP client for vendors: time-outs, no requests to private addresses, no redirects with credentials.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::{Request, Response, header};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

use crate::{
    adapter::Body,
    outside::clock::now,
    tools::{
        address::{is_public, leads_outside},
        millis::Millis,
        sentences::Sentence,
    },
};

/// The time limit of one call to a vendor.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// The time limit of the whole download of a file.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(8);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The longest time for which an idle connection is kept. Lambda freezes the process between
/// invocations, so a connection that the vendor has closed meanwhile looks alive.
const MAX_IDLE: Duration = Duration::from_secs(4);
/// The maximum length of an answer, in bytes. No vendor's API sends a longer one.
const MAX_ANSWER: usize = 2 << 20;
const MAX_REDIRECTS: usize = 5;

/// Makes the TLS configuration of every client: one cryptography provider, and root certificates that are compiled in
/// instead of read at start.
pub fn tls() -> rustls::ClientConfig {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    match rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions() {
        Ok(builder) => builder.with_root_certificates(roots).with_no_client_auth(),
        // The provider supports both protocol versions, so this arm is unreachable.
        Err(_) => rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth(),
    }
}

/// The error of a call that got no answer.
#[derive(Debug, Error)]
#[error("{reason}")]
pub struct TransportError {
    /// The reason, without any part of the URL or the body.
    pub reason: Sentence<'static>,
    /// Whether the vendor may have received the request all the same.
    pub doubtful: bool,
    /// Whether a retry is pointless, because the address is not allowed or the request cannot be built.
    pub permanent: bool,
}

/// The client for calls to vendors.
#[derive(Debug)]
pub struct HttpClient {
    pool: Mutex<Pool>,
    tls: rustls::ClientConfig,
    allow_private: bool,
}

#[derive(Debug, Default)]
struct Pool {
    client: Option<reqwest::Client>,
    used_at: Millis,
}

impl HttpClient {
    /// Makes a client. `allow_private` permits http and loopback addresses, for local runs and tests.
    pub fn new(allow_private: bool) -> Self {
        Self { pool: Mutex::default(), tls: tls(), allow_private }
    }

    /// Makes one call and reads the whole answer. `file` returns the bytes of a part that the body uploads.
    ///
    /// # Errors
    /// Returns an error if there was no answer. The error says whether the vendor may have received the request.
    pub async fn call(
        &self,
        request: Request<Body>,
        file: impl Fn(usize) -> Option<UploadFile>,
    ) -> Result<Response<Bytes>, TransportError> {
        #[cfg(feature = "simulation")]
        if let Some(world) = crate::tools::simulation::world() {
            return simulated(&*world, request).await;
        }
        let (parts, body) = request.into_parts();
        let mut outgoing = self.request(&parts.method, &parts.uri)?.headers(parts.headers);
        outgoing = match body {
            Body::Empty => outgoing,
            Body::Bytes(bytes) => outgoing.body(bytes),
            Body::Upload { fields, files } => outgoing.multipart(multipart(fields, files, file)?),
        };
        let response = outgoing.timeout(CALL_TIMEOUT).send().await.map_err(|error| failure(&error))?;
        let mut answer = Response::new(Bytes::new());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = response.headers().clone();
        let mut body = BytesMut::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| failure(&error))?;
            if body.len().saturating_add(chunk.len()) > MAX_ANSWER {
                return Err(doubtful(Sentence::AnswerTooLong));
            }
            body.extend_from_slice(&chunk);
        }
        *answer.body_mut() = body.freeze();
        Ok(answer)
    }

    /// Starts the download of a file, and follows up to five redirects. The headers are sent to the first host only.
    ///
    /// # Errors
    /// Returns an error if there was no answer, if an address is not allowed, or if the redirects lead nowhere.
    pub async fn download(&self, request: Request<()>) -> Result<reqwest::Response, TransportError> {
        #[cfg(feature = "simulation")]
        if crate::tools::simulation::world().is_some() {
            return Err(permanent(Sentence::NoConnection));
        }
        let (parts, ()) = request.into_parts();
        let mut uri = parts.uri;
        let mut headers = parts.headers;
        for _ in 0..=MAX_REDIRECTS {
            let outgoing = self.request(&http::Method::GET, &uri)?.headers(headers.clone());
            let response = outgoing.timeout(DOWNLOAD_TIMEOUT).send().await.map_err(|error| failure(&error))?;
            let target = response.headers().get(header::LOCATION).and_then(|target| target.to_str().ok());
            let Some(target) = target.filter(|_| response.status().is_redirection()) else { return Ok(response) };
            let next: http::Uri = response
                .url()
                .join(target)
                .ok()
                .and_then(|url| url.as_str().parse().ok())
                .ok_or_else(|| permanent(Sentence::FileRedirectsNowhere))?;
            if next.authority() != uri.authority() || next.scheme() != uri.scheme() {
                headers.clear();
            }
            uri = next;
        }
        Err(permanent(Sentence::FileRedirectsTooOften))
    }

    fn request(&self, method: &http::Method, uri: &http::Uri) -> Result<reqwest::RequestBuilder, TransportError> {
        let url = url::Url::parse(&uri.to_string()).map_err(|_| permanent(Sentence::NoUrl))?;
        self.check(&url)?;
        Ok(self.client()?.request(method.clone(), url))
    }

    /// Returns the pooled client, or a new one if the pool has been idle for so long that its connections may be dead.
    fn client(&self) -> Result<reqwest::Client, TransportError> {
        let now = now();
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if now.since(pool.used_at) > MAX_IDLE {
            pool.client = None;
        }
        pool.used_at = now;
        if let Some(client) = &pool.client {
            return Ok(client.clone());
        }
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(MAX_IDLE)
            .user_agent(concat!("byoc/", env!("CARGO_PKG_VERSION")));
        if !self.allow_private {
            builder = builder.dns_resolver(PublicOnly);
        }
        let client = builder.build().map_err(|_| permanent(Sentence::NoClient))?;
        pool.client = Some(client.clone());
        Ok(client)
    }

    /// Refuses URLs that must never be called. The check reads the very URL that is called, because a URL can write an
    /// address in other ways than as four numbers (`https://2130706433/` is `127.0.0.1`). The resolver checks names
    /// again, once it has their addresses.
    fn check(&self, url: &url::Url) -> Result<(), TransportError> {
        match url.scheme() {
            "https" => {}
            "http" if self.allow_private => {}
            _ => return Err(permanent(Sentence::NotHttps)),
        }
        if self.allow_private || leads_outside(url) { Ok(()) } else { Err(permanent(Sentence::NotPublic)) }
    }
}

/// A file that a call uploads.
#[derive(Clone, Debug)]
pub struct UploadFile {
    /// The name of the file.
    pub name: String,
    /// The MIME type of the file.
    pub content_type: String,
    /// The bytes of the file.
    pub bytes: Bytes,
}

fn multipart(
    fields: Vec<(String, String)>,
    files: Vec<(String, usize)>,
    file: impl Fn(usize) -> Option<UploadFile>,
) -> Result<reqwest::multipart::Form, TransportError> {
    let mut form = reqwest::multipart::Form::new();
    for (name, value) in fields {
        form = form.text(name, value);
    }
    for (name, part) in files {
        let file =
            file(part).ok_or(TransportError { reason: Sentence::FileNotAtHand, doubtful: false, permanent: false })?;
        let length = file.bytes.len() as u64;
        let part = reqwest::multipart::Part::stream_with_length(file.bytes, length)
            .file_name(file.name)
            .mime_str(&file.content_type)
            .map_err(|_| permanent(Sentence::FileTypeMalformed))?;
        form = form.part(name, part);
    }
    Ok(form)
}

/// Lets a simulation answer a call to a vendor. Uploads go without their files.
#[cfg(feature = "simulation")]
async fn simulated(
    world: &dyn crate::tools::simulation::World,
    request: Request<Body>,
) -> Result<Response<Bytes>, TransportError> {
    use crate::tools::simulation::Broken;
    let request = request.map(|body| match body {
        Body::Bytes(bytes) => bytes,
        Body::Empty | Body::Upload { .. } => Bytes::new(),
    });
    match tokio::time::timeout(CALL_TIMEOUT, world.vendor(request)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(Broken::NoConnection)) => {
            Err(TransportError { reason: Sentence::NoConnection, doubtful: false, permanent: false })
        }
        Ok(Err(Broken::Lost)) => Err(doubtful(Sentence::ConnectionBroke)),
        Err(_) => Err(doubtful(Sentence::NoAnswer)),
    }
}

fn failure(error: &reqwest::Error) -> TransportError {
    if error.is_connect() {
        return TransportError { reason: Sentence::NoConnection, doubtful: false, permanent: false };
    }
    if error.is_builder() {
        return permanent(Sentence::NotBuilt { error: "its form is wrong" });
    }
    doubtful(if error.is_timeout() { Sentence::NoAnswer } else { Sentence::ConnectionBroke })
}

fn doubtful(reason: Sentence<'static>) -> TransportError {
    TransportError { reason, doubtful: true, permanent: false }
}

fn permanent(reason: Sentence<'static>) -> TransportError {
    TransportError { reason, doubtful: false, permanent: true }
}

/// Resolves names to public addresses only, so that neither a name nor a redirect leads into a private network.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err("the name leads to no public address".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_that_lead_inside_are_refused_before_a_socket_opens() {
        let client = HttpClient::new(false);
        for url in [
            "http://example.com/",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://localhost/x",
            "https://169.254.169.254/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://127.0.0.1./",
            "https://localhost./",
            "https://api.localhost/",
            "https://user@127.0.0.1/",
            "https://[::ffff:7f00:1]/",
        ] {
            let request = Request::get(url).body(Body::Empty).unwrap();
            assert!(client.call(request, |_| None).await.unwrap_err().permanent, "{url}");
            let request = Request::get(url).body(()).unwrap();
            assert!(client.download(request).await.unwrap_err().permanent, "{url}");
        }
    }
}
