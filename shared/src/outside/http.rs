//! The one HTTP client: time-outs, no request to private addresses, no redirects with credentials.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::{Request, Response, header};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

use crate::{adapter::Body, outside::clock::now_ms};

/// How long a vendor may take for one call.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the whole download of a file may take.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(18);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Lambda freezes between invocations; a connection that the vendor closed meanwhile looks alive. One that idled
/// longer than this is not used again.
const IDLE_LIMIT_MS: i64 = 4_000;
/// No answer of a vendor's API is longer.
const ANSWER_LIMIT: usize = 2 << 20;
const REDIRECTS: usize = 5;

/// One TLS configuration for every client: one cryptography provider, and roots that are compiled in instead of read
/// at start.
pub fn tls() -> rustls::ClientConfig {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    match rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions() {
        Ok(builder) => builder.with_root_certificates(roots).with_no_client_auth(),
        // The provider supports both protocol versions; this arm cannot be reached with it.
        Err(_) => rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth(),
    }
}

/// A call that got no answer.
#[derive(Debug, Error)]
#[error("{reason}")]
pub struct TransportError {
    /// What happened, without any part of the URL or the body.
    pub reason: &'static str,
    /// Whether the vendor may have got the request all the same.
    pub doubtful: bool,
    /// Whether another try is pointless: the address is not allowed, or the request cannot be built.
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
    used_at: i64,
}

impl HttpClient {
    /// `allow_private` permits http and loopback addresses, for local runs and tests.
    pub fn new(allow_private: bool) -> Self {
        Self { pool: Mutex::default(), tls: tls(), allow_private }
    }

    /// Makes one call and reads its whole answer. `file` gives the bytes of a part that the body asks for.
    ///
    /// # Errors
    /// There was no answer; the error says whether the vendor may have got the request.
    pub async fn call(
        &self,
        request: Request<Body>,
        file: impl Fn(usize) -> Option<UploadFile>,
    ) -> Result<Response<Bytes>, TransportError> {
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
            if body.len().saturating_add(chunk.len()) > ANSWER_LIMIT {
                return Err(doubtful("the vendor's answer is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        *answer.body_mut() = body.freeze();
        Ok(answer)
    }

    /// Starts the download of a file, following up to five redirects. Headers go to the first host only.
    ///
    /// # Errors
    /// There was no answer, or an address that is not allowed.
    pub async fn download(&self, request: Request<()>) -> Result<reqwest::Response, TransportError> {
        let (parts, ()) = request.into_parts();
        let mut uri = parts.uri;
        let mut headers = parts.headers;
        for _ in 0..=REDIRECTS {
            let outgoing = self.request(&http::Method::GET, &uri)?.headers(headers.clone());
            let response = outgoing.timeout(DOWNLOAD_TIMEOUT).send().await.map_err(|error| failure(&error))?;
            let target = response.headers().get(header::LOCATION).and_then(|target| target.to_str().ok());
            let Some(target) = target.filter(|_| response.status().is_redirection()) else { return Ok(response) };
            let next: http::Uri = response
                .url()
                .join(target)
                .ok()
                .and_then(|url| url.as_str().parse().ok())
                .ok_or_else(|| permanent("the file's address redirects to no address"))?;
            if next.authority() != uri.authority() || next.scheme() != uri.scheme() {
                headers.clear();
            }
            uri = next;
        }
        Err(permanent("the file's address redirects too often"))
    }

    fn request(&self, method: &http::Method, uri: &http::Uri) -> Result<reqwest::RequestBuilder, TransportError> {
        let url = url::Url::parse(&uri.to_string()).map_err(|_| permanent("the address is no URL"))?;
        self.check(&url)?;
        Ok(self.client()?.request(method.clone(), url))
    }

    /// The pooled client, or a fresh one when the pool has idled so long that its connections may be dead.
    fn client(&self) -> Result<reqwest::Client, TransportError> {
        let now = now_ms();
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_sub(pool.used_at) > IDLE_LIMIT_MS {
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
            .pool_idle_timeout(Duration::from_millis(IDLE_LIMIT_MS.unsigned_abs()))
            .user_agent(concat!("byoc/", env!("CARGO_PKG_VERSION")));
        if !self.allow_private {
            builder = builder.dns_resolver(PublicOnly);
        }
        let client = builder.build().map_err(|_| permanent("the HTTP client could not be built"))?;
        pool.client = Some(client.clone());
        Ok(client)
    }

    /// Refuses what must never be called. Looks at the very URL that is called, since a URL can write an address in
    /// other ways than as four numbers (`https://2130706433/` is `127.0.0.1`). Names are checked again by the resolver,
    /// where they become addresses.
    fn check(&self, url: &url::Url) -> Result<(), TransportError> {
        match url.scheme() {
            "https" => {}
            "http" if self.allow_private => {}
            _ => return Err(permanent("the address is not https")),
        }
        if self.allow_private || leads_outside(url) { Ok(()) } else { Err(permanent("the address is not public")) }
    }
}

/// Whether a URL's host may lie in the public internet, as far as can be said without asking for its name.
pub fn leads_outside(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            !name.is_empty() && name != "localhost" && !name.ends_with(".localhost")
        }
        Some(url::Host::Ipv4(address)) => is_public_v4(address),
        Some(url::Host::Ipv6(address)) => is_public_v6(address),
        None => false,
    }
}

/// The bytes of a file that a call uploads.
#[derive(Clone, Debug)]
pub struct UploadFile {
    /// Its name.
    pub name: String,
    /// Its MIME type.
    pub content_type: String,
    /// Its bytes.
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
        let file = file(part).ok_or(TransportError {
            reason: "the file to upload is not at hand",
            doubtful: false,
            permanent: false,
        })?;
        let length = file.bytes.len() as u64;
        let part = reqwest::multipart::Part::stream_with_length(file.bytes, length)
            .file_name(file.name)
            .mime_str(&file.content_type)
            .map_err(|_| permanent("the file's content type is malformed"))?;
        form = form.part(name, part);
    }
    Ok(form)
}

fn failure(error: &reqwest::Error) -> TransportError {
    if error.is_connect() {
        return TransportError { reason: "no connection to the vendor", doubtful: false, permanent: false };
    }
    if error.is_builder() {
        return permanent("the request could not be built");
    }
    doubtful(if error.is_timeout() {
        "the vendor did not answer in time"
    } else {
        "the connection to the vendor broke"
    })
}

fn doubtful(reason: &'static str) -> TransportError {
    TransportError { reason, doubtful: true, permanent: false }
}

fn permanent(reason: &'static str) -> TransportError {
    TransportError { reason, doubtful: false, permanent: true }
}

/// Resolves names to public addresses only, so that neither a name nor a redirect leads inside.
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

/// Whether an address lies in the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19)))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(mapped) = address.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let [a, b, c, d, _, _, g, h] = address.segments();
    let embedded = |high: u16, low: u16| {
        let [w, x] = high.to_be_bytes();
        let [y, z] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(w, x, y, z))
    };
    match (a, b) {
        (0x64, 0xff9b) => c == 0 && d == 0 && embedded(g, h),
        (0x2002, _) => embedded(b, c),
        // Global unicast without documentation, Teredo and the benchmarking and ORCHID ranges of 2001::/23.
        (0x2001, _) => b >= 0x200 && b != 0xdb8,
        (0x3fff, _) => b >= 0x1000,
        _ => a & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_addresses_are_not_public() {
        for address in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.0.8",
            "240.0.0.1",
            "224.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "ff02::1",
            "::127.0.0.1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn outer_addresses_are_public() {
        for address in ["1.1.1.1", "52.94.236.248", "2606:4700::1111", "2a00:1450:4001:81b::200e", "64:ff9b::101:101"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

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
