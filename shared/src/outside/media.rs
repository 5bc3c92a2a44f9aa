//! The object store for files that a side can only take as a link: S3 on AWS, a folder locally.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::{HeaderValue, Method, Response, StatusCode, header};
use object_store::{
    Attribute, Attributes, ClientOptions, ObjectStore, ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload,
    WriteMultipart,
    aws::{AmazonS3, AmazonS3Builder},
    local::LocalFileSystem,
    path::Path,
    signer::Signer,
};
use thiserror::Error;

use crate::{
    outside::{clock::now, config::Environment},
    tools::{
        answer::{Answer, ApiError},
        crypto::{RandomError, is_id, random_id},
        file_type::content_type_of,
        millis::Millis,
    },
};

/// The number of days for which a stored file can be fetched.
pub const MEDIA_DAYS: u64 = 7;
/// The largest file that a function serves itself, in bytes. Lambda takes 6 MB, of which base64 uses a third.
const MAX_INLINE: u64 = 4 << 20;
/// The lifetime of a presigned link, which is long enough for any platform to follow the redirect.
const SIGNED_URL_LIFETIME: Duration = Duration::from_secs(900);

/// The object store.
#[derive(Clone, Debug)]
pub struct MediaStore {
    objects: Arc<dyn ObjectStore>,
    /// The signer of links to large files; `None` for the local folder, which is always served inline.
    signer: Option<Arc<AmazonS3>>,
    public_url: String,
}

/// The error of storing or reading a file.
#[derive(Debug, Error)]
pub enum MediaError {
    /// The object store failed. Its own message contains the file's name, which is as good as a key to the file.
    #[error("the object store failed ({})", kind(.0))]
    Store(#[source] object_store::Error),
    /// `MEDIA_URL` does not name a bucket or folder that can be used.
    #[error("{0}")]
    Url(String),
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// The stream of bytes broke off.
    #[error("the download broke off")]
    BrokenOff,
}

impl From<object_store::Error> for MediaError {
    fn from(error: object_store::Error) -> Self {
        Self::Store(error)
    }
}

fn kind(error: &object_store::Error) -> &'static str {
    use object_store::Error;
    match error {
        Error::NotFound { .. } => "not found",
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => "not permitted",
        Error::NotSupported { .. } | Error::NotImplemented { .. } => "not supported",
        _ => "it did not answer, or refused",
    }
}

/// Makes HTTP clients for the object store with the TLS configuration of all other clients.
#[derive(Debug)]
struct SharedTls;

impl object_store::client::HttpConnector for SharedTls {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<object_store::client::HttpClient> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(crate::outside::http::tls())
            .no_proxy()
            .connect_timeout(Duration::from_secs(1))
            .timeout(Duration::from_secs(20))
            .build()
            .map_err(|error| object_store::Error::Generic { store: "S3", source: Box::new(error) })?;
        Ok(object_store::client::HttpClient::new(client))
    }
}

impl MediaStore {
    /// Opens the object store that `MEDIA_URL` names. The first call is made with the first file.
    ///
    /// # Errors
    /// Returns an error if the URL or the folder cannot be used.
    pub fn new(url: &url::Url, public_url: &str, environment: &Environment) -> Result<Self, MediaError> {
        let public_url = public_url.to_owned();
        if url.scheme() == "file" {
            let folder = url.to_file_path().map_err(|()| MediaError::Url("it is no folder".into()))?;
            std::fs::create_dir_all(&folder).map_err(|error| MediaError::Url(error.to_string()))?;
            return Ok(Self { objects: Arc::new(LocalFileSystem::new_with_prefix(folder)?), signer: None, public_url });
        }
        let bucket = url.host_str().ok_or_else(|| MediaError::Url("it names no bucket".into()))?;
        let mut builder = AmazonS3Builder::new().with_bucket_name(bucket).with_http_connector(SharedTls);
        for (name, value) in environment.s3_settings() {
            builder = match name {
                "AWS_REGION" => builder.with_region(value),
                "AWS_ACCESS_KEY_ID" => builder.with_access_key_id(value),
                "AWS_SECRET_ACCESS_KEY" => builder.with_secret_access_key(value),
                "AWS_SESSION_TOKEN" => builder.with_token(value),
                _ => builder.with_endpoint(value).with_allow_http(value.starts_with("http:")),
            };
        }
        let store = Arc::new(builder.build()?);
        Ok(Self { objects: store.clone(), signer: Some(store), public_url })
    }

    /// Stores a whole file and returns its link, which ends in `extension`.
    ///
    /// # Errors
    /// Returns an error if the object store fails.
    pub async fn put(&self, bytes: Bytes, extension: &str) -> Result<String, MediaError> {
        let name = new_name(extension)?;
        let options = PutOptions { attributes: self.attributes(&name), ..PutOptions::default() };
        self.objects.put_opts(&Path::from(name.as_str()), PutPayload::from_bytes(bytes), options).await?;
        Ok(format!("{}/media/{name}", self.public_url))
    }

    /// Stores a file of any size as it arrives, and returns its link and its size.
    ///
    /// # Errors
    /// Returns an error if the object store fails or the stream breaks off. A broken upload leaves nothing behind.
    pub async fn put_stream<E>(
        &self,
        mut chunks: impl Stream<Item = Result<Bytes, E>> + Unpin,
        extension: &str,
    ) -> Result<(String, u64), MediaError> {
        let name = new_name(extension)?;
        let options = PutMultipartOptions { attributes: self.attributes(&name), ..PutMultipartOptions::default() };
        let upload = self.objects.put_multipart_opts(&Path::from(name.as_str()), options).await?;
        let mut upload = WriteMultipart::new(upload);
        let mut size = 0_u64;
        while let Some(chunk) = chunks.next().await {
            let Ok(chunk) = chunk else {
                upload.abort().await?;
                return Err(MediaError::BrokenOff);
            };
            size = size.saturating_add(chunk.len() as u64);
            upload.wait_for_capacity(2).await?;
            upload.put(chunk);
        }
        upload.finish().await?;
        Ok((format!("{}/media/{name}", self.public_url), size))
    }

    /// Returns the headers with which S3 serves a file after a redirect. A folder stores no such headers.
    fn attributes(&self, name: &str) -> Attributes {
        if self.signer.is_none() {
            return Attributes::new();
        }
        Attributes::from_iter([(Attribute::ContentType, served_type(name)), (Attribute::ContentDisposition, "inline")])
    }

    /// Answers `GET` and `HEAD /media/{name}`, with `Range`.
    pub async fn serve(&self, method: &Method, name: &str, range: Option<&str>) -> Answer {
        match self.answer(method, name, range).await {
            Ok(answer) => answer,
            Err(MediaError::Store(object_store::Error::NotFound { .. })) => ApiError::not_found().answer(),
            Err(error) => {
                tracing::error!(error = %error, "a stored file could not be served");
                ApiError::unavailable().answer()
            }
        }
    }

    async fn answer(&self, method: &Method, name: &str, range: Option<&str>) -> Result<Answer, MediaError> {
        if !is_name(name) {
            return Ok(ApiError::not_found().answer());
        }
        let path = Path::from(name);
        let meta = self.objects.head(&path).await?;
        let age = now().since(Millis::new(meta.last_modified.timestamp_millis()));
        if age > Duration::from_secs(MEDIA_DAYS * 86_400) {
            return Ok(ApiError::not_found().answer());
        }
        let size = meta.size;
        let requested = match range.map(|range| parse_range(range, size)) {
            None | Some(RequestedRange::Whole) => None,
            Some(RequestedRange::Part(first, last)) => Some((first, last)),
            Some(RequestedRange::Impossible) => {
                let mut answer = Response::new(Bytes::new());
                *answer.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
                set(&mut answer, header::CONTENT_RANGE, &format!("bytes */{size}"));
                return Ok(answer);
            }
        };
        let (first, end) = requested.map_or((0, size), |(first, last)| (first, last.saturating_add(1)));
        let mut answer = Response::new(Bytes::new());
        if method != Method::HEAD {
            if let Some(signer) = self.signer.as_ref().filter(|_| end.saturating_sub(first) > MAX_INLINE) {
                let url = signer.signed_url(Method::GET, &path, SIGNED_URL_LIFETIME).await?;
                *answer.status_mut() = StatusCode::FOUND;
                set(&mut answer, header::LOCATION, url.as_str());
                return Ok(answer);
            }
            // An empty file has no range.
            if first < end {
                *answer.body_mut() = self.objects.get_range(&path, first..end).await?;
            }
        }
        if requested.is_some() {
            *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
            set(&mut answer, header::CONTENT_RANGE, &format!("bytes {first}-{}/{size}", end.saturating_sub(1)));
        }
        set(&mut answer, header::CONTENT_LENGTH, &end.saturating_sub(first).to_string());
        set(&mut answer, header::ACCEPT_RANGES, "bytes");
        set(&mut answer, header::CONTENT_TYPE, served_type(name));
        set(&mut answer, header::CONTENT_DISPOSITION, "inline");
        set(&mut answer, header::CACHE_CONTROL, "private, max-age=3600");
        set(&mut answer, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(&mut answer, header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
        Ok(answer)
    }
}

fn set(answer: &mut Answer, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

/// Returns a new name: 128 random bits in hex, a dot and the extension.
fn new_name(extension: &str) -> Result<String, RandomError> {
    let extension: String =
        extension.chars().filter(char::is_ascii_alphanumeric).take(8).collect::<String>().to_ascii_lowercase();
    Ok(format!("{}.{}", random_id()?, if extension.is_empty() { "bin" } else { &extension }))
}

fn is_name(name: &str) -> bool {
    name.split_once('.').is_some_and(|(id, extension)| {
        is_id(id)
            && (1..=8).contains(&extension.len())
            && extension.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

/// Returns the content type for an extension. Types that a browser would run as a page of ours are served as text.
fn served_type(name: &str) -> &'static str {
    let extension = name.rsplit('.').next().unwrap_or_default();
    match content_type_of(extension) {
        active if active.contains("html") || active.contains("xml") || active.contains("javascript") => "text/plain",
        passive => passive,
    }
}

/// The part of a file that a `Range` header requests.
#[derive(Debug, PartialEq, Eq)]
enum RequestedRange {
    Whole,
    /// The first and the last byte.
    Part(u64, u64),
    Impossible,
}

/// Parses one range by RFC 9110 section 14. Anything else, including several ranges, requests the whole file.
fn parse_range(range: &str, size: u64) -> RequestedRange {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return RequestedRange::Whole;
    };
    let last_byte = size.saturating_sub(1);
    match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), _) if first >= size => RequestedRange::Impossible,
        (Ok(first), Ok(last)) if first <= last => RequestedRange::Part(first, last.min(last_byte)),
        (Ok(first), Err(_)) if last.trim().is_empty() => RequestedRange::Part(first, last_byte),
        (Err(_), Ok(0)) if first.trim().is_empty() => RequestedRange::Impossible,
        (Err(_), Ok(count)) if first.trim().is_empty() && size > 0 => {
            RequestedRange::Part(size.saturating_sub(count), last_byte)
        }
        _ => RequestedRange::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn store() -> (tempfile::TempDir, MediaStore) {
        let folder = tempfile::tempdir().unwrap();
        let url = url::Url::from_directory_path(folder.path()).unwrap();
        let none: [(&str, &str); 0] = [];
        let store = MediaStore::new(&url, "https://bridge.example", &Environment::of(none)).unwrap();
        (folder, store)
    }

    fn name(url: &str) -> &str {
        url.rsplit('/').next().unwrap()
    }

    #[tokio::test]
    async fn a_stored_file_is_served_inline_with_ranges_and_head() {
        let (_folder, store) = store().await;
        let url = store.put(Bytes::from_static(b"0123456789"), "png").await.unwrap();
        assert!(url.starts_with("https://bridge.example/media/") && url.ends_with(".png"));
        let whole = store.serve(&Method::GET, name(&url), None).await;
        assert_eq!((whole.status(), whole.body().as_ref()), (StatusCode::OK, b"0123456789".as_slice()));
        assert_eq!(whole.headers()[header::CONTENT_TYPE], "image/png");
        assert_eq!(whole.headers()[header::CONTENT_DISPOSITION], "inline");
        let part = store.serve(&Method::GET, name(&url), Some("bytes=2-4")).await;
        assert_eq!((part.status(), part.body().as_ref()), (StatusCode::PARTIAL_CONTENT, b"234".as_slice()));
        assert_eq!(part.headers()[header::CONTENT_RANGE], "bytes 2-4/10");
        let head = store.serve(&Method::HEAD, name(&url), None).await;
        assert_eq!((head.status(), head.body().len()), (StatusCode::OK, 0));
        assert_eq!(head.headers()[header::CONTENT_LENGTH], "10");
        assert_eq!(
            store.serve(&Method::GET, name(&url), Some("bytes=10-")).await.status(),
            StatusCode::RANGE_NOT_SATISFIABLE
        );
    }

    #[tokio::test]
    async fn names_that_we_never_made_are_not_found() {
        let (_folder, store) = store().await;
        for name in
            ["", "x", "../secret", "00000000000000000000000000000000.png", "0000000000000000000000000000000g.png"]
        {
            assert_eq!(store.serve(&Method::GET, name, None).await.status(), StatusCode::NOT_FOUND, "{name}");
        }
    }

    #[tokio::test]
    async fn a_page_is_never_served_as_a_page() {
        let (_folder, store) = store().await;
        let url = store.put(Bytes::from_static(b"<script>"), "html").await.unwrap();
        assert_eq!(store.serve(&Method::GET, name(&url), None).await.headers()[header::CONTENT_TYPE], "text/plain");
    }

    #[test]
    fn s3_is_told_what_a_file_is() {
        let environment = Environment::of([("AWS_REGION", "us-east-1")]);
        let store = MediaStore::new(&"s3://bucket".parse().unwrap(), "https://bridge.example", &environment).unwrap();
        let attributes = store.attributes("00000000000000000000000000000000.mp4");
        assert_eq!(attributes.get(&Attribute::ContentType).map(|value| value.as_ref()), Some("video/mp4"));
        let page = store.attributes("00000000000000000000000000000000.html");
        assert_eq!(page.get(&Attribute::ContentType).map(|value| value.as_ref()), Some("text/plain"));
    }

    #[tokio::test]
    async fn an_empty_file_is_served() {
        let (_folder, store) = store().await;
        let url = store.put(Bytes::new(), "txt").await.unwrap();
        for range in [None, Some("bytes=-5")] {
            let whole = store.serve(&Method::GET, name(&url), range).await;
            assert_eq!((whole.status(), whole.body().len()), (StatusCode::OK, 0), "{range:?}");
        }
        assert_eq!(
            store.serve(&Method::GET, name(&url), Some("bytes=0-")).await.status(),
            StatusCode::RANGE_NOT_SATISFIABLE
        );
    }

    #[tokio::test]
    async fn an_error_does_not_give_a_name_away() {
        let (_folder, store) = store().await;
        let missing = new_name("png").unwrap();
        let error = MediaError::from(store.objects.head(&Path::from(missing.as_str())).await.unwrap_err());
        assert_eq!(error.to_string(), "the object store failed (not found)");
    }

    #[tokio::test]
    async fn a_stream_that_breaks_off_leaves_nothing_behind() {
        let (_folder, store) = store().await;
        let chunks = futures_util::stream::iter([Ok(Bytes::from_static(b"abc")), Err(())]);
        assert!(store.put_stream(chunks, "bin").await.is_err());
        assert_eq!(store.objects.list(None).count().await, 0);
        let whole =
            futures_util::stream::iter([Ok::<_, ()>(Bytes::from_static(b"abc")), Ok(Bytes::from_static(b"de"))]);
        assert_eq!(store.put_stream(whole, "bin").await.unwrap().1, 5);
    }

    #[test]
    fn ranges_follow_the_standard() {
        for (range, requested) in [
            ("bytes=0-0", RequestedRange::Part(0, 0)),
            ("bytes=5-", RequestedRange::Part(5, 9)),
            ("bytes=-3", RequestedRange::Part(7, 9)),
            ("bytes=-30", RequestedRange::Part(0, 9)),
            ("bytes=3-99", RequestedRange::Part(3, 9)),
            ("bytes=4-3", RequestedRange::Whole),
            ("bytes=-0", RequestedRange::Impossible),
            ("bytes=10-11", RequestedRange::Impossible),
            ("lines=1-2", RequestedRange::Whole),
            ("bytes=0-1,3-4", RequestedRange::Whole),
            ("bytes=99999999999999999999999-", RequestedRange::Whole),
        ] {
            assert_eq!(parse_range(range, 10), requested, "{range}");
        }
    }
}
