//! Files: fetched from the side that wrote them, and converted to the form in which the other side takes them.

use std::{
    collections::HashMap,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use super::{
    Failure, Message, Relay,
    brakes::{Lane, Permission},
};
use crate::{
    adapter::{FetchContext, Known, Progress, Step, Task},
    engine::{SLOW, once, render_failure},
    installations::OpenSide,
    model::{
        features::{Features, MediaBy, MediaLimit},
        fit,
        message::{Media, MediaKind, MediaSource, Part},
    },
    outside::http::UploadFile,
    store::{Braked, StoreError},
    tools::{
        file_type::{content_type_of, extension_in, extension_of, spelled},
        language::Language,
        length, preview,
        sentences::Sentence,
    },
};

/// The memory budget for all files of all messages in one process, in KiB.
const BUDGET_KIB: usize = 96 * 1024;
/// The largest file that is held in memory, in bytes. A larger file is streamed into the object store.
const MAX_IN_MEMORY: u64 = 50 << 20;
/// The number of failed attempts after which a file is given up, so that it does not hold up the contact's later
/// messages.
const MAX_FILE_ATTEMPTS: u32 = 4;
/// The time limit for all files of one attempt together; the rest of the relay's 30 s is for the calls. Without the
/// limit, two slow files would outlast the function, and nothing would ever be recorded.
const FETCH_TIME_LIMIT: Duration = Duration::from_secs(8);

/// The time limit for making the preview of a picture.
const PREVIEW_TIME_LIMIT: Duration = Duration::from_secs(5);

/// The memory budget for files.
#[derive(Debug)]
pub(super) struct Budget(Arc<Semaphore>);

impl Default for Budget {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(BUDGET_KIB)))
    }
}

/// The files of one message that are in memory.
#[derive(Debug, Default)]
pub(crate) struct Files(HashMap<usize, (UploadFile, OwnedSemaphorePermit)>);

impl Files {
    pub(crate) fn get(&self, part: usize) -> Option<UploadFile> {
        self.0.get(&part).map(|(file, _)| file.clone())
    }
}

/// The side that wrote a file, and the deadline for the download.
struct Source<'a> {
    side: OpenSide<'a>,
    until: Instant,
    host: &'a Host,
    language: Language,
}

/// How the host of the files of one attempt behaves.
#[derive(Debug, Default)]
struct Host {
    /// Whether the brake forbids downloads.
    is_braked: bool,
    /// Whether a download failed that may work later.
    fails: AtomicBool,
    /// Whether a download worked, or the host said that there is no such file.
    answers: AtomicBool,
}

/// The result of a download.
enum Fetched {
    Whole {
        bytes: Bytes,
        permit: OwnedSemaphorePermit,
        extension: String,
    },
    /// The file was too large and is in the object store.
    Stored {
        url: String,
        size: u64,
        extension: String,
    },
}

impl Relay {
    /// Returns the parts in the form in which the target takes them, and the bytes of the parts that the target takes
    /// as uploads. The result for each file is stored in `progress`, so that a later attempt renders the same message.
    ///
    /// Downloads have a brake of their own. While it is closed, a download fails at once, and uses up an attempt of its
    /// file as a download that takes too long does.
    pub(super) async fn prepare(
        &self,
        message: &Message<'_>,
        progress: &mut Progress,
        features: &Features,
        context: &FetchContext<'_>,
    ) -> Result<Result<(Vec<Part>, Files), Failure>, StoreError> {
        if !message.parts.iter().any(|part| matches!(part, Part::Media(_))) {
            return Ok(Ok((message.parts.to_vec(), Files::default())));
        }
        let braked = Braked::Downloads(message.direction.source());
        let brake = self.store.brake(&message.open.installation.id, braked).await?;
        let lane = message.lane(braked, brake);
        let is_braked = self.permission(&lane, message.record).await? != Permission::Go;
        let host = Host { is_braked, ..Host::default() };
        let prepared =
            self.noting_trouble(&lane, &host, self.prepare_parts(message, progress, features, context, &host));
        Ok(prepared.await)
    }

    /// Notes a host of files whose downloads take three seconds as one in trouble, and takes that back when it answers.
    async fn noting_trouble<T>(&self, lane: &Lane<'_>, host: &Host, downloads: impl Future<Output = T>) -> T {
        let mut downloads = pin!(downloads);
        let (result, is_noted) = match tokio::time::timeout(SLOW, &mut downloads).await {
            Ok(result) => (result, false),
            Err(_) => {
                self.had_trouble(lane, &Sentence::FileTooSlow.to_string()).await;
                (downloads.await, true)
            }
        };
        if host.answers.load(Ordering::Relaxed) && !host.fails.load(Ordering::Relaxed) {
            self.went_well(lane, is_noted).await;
        }
        result
    }

    async fn prepare_parts(
        &self,
        message: &Message<'_>,
        progress: &mut Progress,
        features: &Features,
        context: &FetchContext<'_>,
        host: &Host,
    ) -> Result<(Vec<Part>, Files), Failure> {
        let side = message.open.side(message.direction.source());
        let mut parts = Vec::with_capacity(message.parts.len());
        let mut files = Files::default();
        let mut failed = None;
        let end = Instant::now() + FETCH_TIME_LIMIT;
        let mut left = message.parts.iter().filter(|part| matches!(part, Part::Media(_))).count();
        for (index, part) in message.parts.iter().enumerate() {
            let Part::Media(media) = part else {
                parts.push(part.clone());
                continue;
            };
            let context = FetchContext { part: index, ..*context };
            let share = end.saturating_duration_since(Instant::now()) / u32::try_from(left).unwrap_or(u32::MAX).max(1);
            left = left.saturating_sub(1);
            let (until, language) = (Instant::now() + share, message.open.language());
            let source = Source { side, until, host, language };
            match self.prepare_file(progress, features, &source, media, &context, &mut files).await {
                Ok(part) => parts.push(part),
                // The other files are fetched all the same, so that every file uses up its own attempts.
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        failed.map_or(Ok((parts, files)), Err)
    }

    async fn prepare_file(
        &self,
        progress: &mut Progress,
        features: &Features,
        source: &Source<'_>,
        media: &Media,
        context: &FetchContext<'_>,
        files: &mut Files,
    ) -> Result<Part, Failure> {
        if let (Some(limit), MediaSource::Link { url }) = (features.media(media.kind), &media.source)
            && limit.by == MediaBy::Link
            && let Some(size) = media.size.filter(|size| limit.takes(extension_in(url), *size))
        {
            if is_complete(features, media, size) {
                return Ok(Part::Media(media.clone()));
            }
            // What a video lacks takes none of its bytes.
            if media.kind == MediaKind::Video {
                let file = progress.files.entry(context.part).or_default();
                if file.placed.is_none() {
                    let media = self.completed(features, media, Some(limit), &Bytes::new(), size).await?;
                    file.placed = Some(Part::Media(media));
                }
                return Ok(file.placed.clone().unwrap_or_else(|| Part::Media(media.clone())));
            }
        }
        // A file that is too large for its kind may still be sent as a plain file.
        let max_bytes = [media.kind, MediaKind::File].into_iter().filter_map(|kind| features.media(kind));
        let max_bytes = max_bytes.map(|limit| limit.max_bytes).max().unwrap_or_default().min(MAX_IN_MEMORY);
        let file = progress.files.entry(context.part).or_default();
        let part = match file.placed.clone() {
            // The bytes are gone with the process that fetched them. If they were not used yet, they are fetched again.
            Some(Part::Media(earlier)) if earlier.source == MediaSource::Fetched => {
                let missed = file.missed;
                // The attempts that had the bytes had no time left to use them.
                if missed >= MAX_FILE_ATTEMPTS {
                    let part = Part::text(missing_notice(media, source.language));
                    file.placed = Some(part.clone());
                    return Ok(part);
                }
                match self.fetch_in_time(source, media, max_bytes, context, files).await {
                    Ok(Fetched::Whole { bytes, permit, .. }) => {
                        files.0.insert(context.part, (upload(&earlier, bytes), permit));
                        return Ok(Part::Media(earlier));
                    }
                    // The target has asked for the file, so it does not have the file yet.
                    Ok(Fetched::Stored { url, size, extension }) if missed > 0 => {
                        linked(media, url, size, &extension, (None, source.language))
                    }
                    Err(_) if missed + 1 >= MAX_FILE_ATTEMPTS => Part::text(missing_notice(media, source.language)),
                    Ok(Fetched::Stored { .. }) | Err(_) => return Ok(Part::Media(earlier)),
                }
            }
            Some(part) => return Ok(part),
            None => match self.fetch_in_time(source, media, max_bytes, context, files).await {
                Ok(fetched) => self.place(features, media, fetched, (context.part, source.language), files).await?,
                Err(failure) => {
                    file.tries = file.tries.saturating_add(1);
                    if file.tries < MAX_FILE_ATTEMPTS
                        && matches!(failure, Failure::Retry { .. } | Failure::Blocked { .. })
                    {
                        let reason =
                            Sentence::FileNotFetched { kind: media.kind.word(), reason: failure.reason() }.into();
                        // A link that is not ready yet says when to come back.
                        let wait = if let Failure::Retry { wait, .. } = failure { wait } else { None };
                        return Err(Failure::Retry { wait, reason, doubtful: false });
                    }
                    Part::text(missing_notice(media, source.language))
                }
            },
        };
        file.placed = Some(part.clone());
        Ok(part)
    }

    /// Decides in which form the target gets a file.
    async fn place(
        &self,
        features: &Features,
        media: &Media,
        fetched: Fetched,
        (index, language): (usize, Language),
        files: &mut Files,
    ) -> Result<Part, Failure> {
        let (bytes, permit, extension) = match fetched {
            Fetched::Stored { url, size, extension } => {
                let accepted =
                    accepting_limit(features, media.kind, &extension, size).filter(|limit| limit.by == MediaBy::Link);
                let media = &self.completed(features, media, accepted, &Bytes::new(), size).await?;
                return Ok(linked(media, url, size, &extension, (accepted, language)));
            }
            Fetched::Whole { bytes, permit, extension } => (bytes, permit, extension),
        };
        let size = bytes.len() as u64;
        // In this order: as its own kind, as a plain file, as a link in the text.
        let accepted = accepting_limit(features, media.kind, &extension, size);
        let Some(limit) = accepted.filter(|limit| limit.by == MediaBy::Upload) else {
            let media = &self.completed(features, media, accepted, &bytes, size).await?;
            let url = self.put(bytes, &extension).await?;
            return Ok(linked(media, url, size, &extension, (accepted, language)));
        };
        let placed = described(media, limit.kind, MediaSource::Fetched, size, &extension);
        files.0.insert(index, (upload(&placed, bytes), permit));
        Ok(Part::Media(placed))
    }

    /// Adds to a file what the target wants beside it: a small preview, or the length of a recording. What cannot be
    /// found out stays absent, and the target then gets a plain link. `bytes` is empty if the file is not in memory.
    async fn completed(
        &self,
        features: &Features,
        media: &Media,
        limit: Option<&MediaLimit>,
        bytes: &Bytes,
        size: u64,
    ) -> Result<Media, Failure> {
        let mut media = media.clone();
        let Some(limit) = limit.filter(|_| !is_complete(features, &media, size)) else { return Ok(media) };
        match (limit.kind, features.preview) {
            (MediaKind::Image, Some(max_bytes)) => {
                if let Some(preview) = preview_of(bytes.clone(), max_bytes).await {
                    media.thumbnail = Some(self.put(preview.into(), "jpg").await?);
                }
            }
            (MediaKind::Video, Some(_)) => {
                media.thumbnail = Some(self.put(Bytes::from_static(preview::VIDEO), "png").await?);
            }
            (MediaKind::Audio, _) => media.seconds = length::seconds(bytes),
            _ => {}
        }
        Ok(media)
    }

    async fn put(&self, bytes: Bytes, extension: &str) -> Result<String, Failure> {
        self.media.put(bytes, extension).await.map_err(|error| Failure::retry(error.to_string()))
    }

    async fn fetch_in_time(
        &self,
        source: &Source<'_>,
        media: &Media,
        max_bytes: u64,
        context: &FetchContext<'_>,
        files: &Files,
    ) -> Result<Fetched, Failure> {
        let too_slow = || Err(Failure::retry(Sentence::FileTooSlow));
        if source.host.is_braked {
            return too_slow();
        }
        let fetched = self.fetch(source, media, max_bytes, context, !files.0.is_empty());
        let fetched = tokio::time::timeout_at(source.until, fetched).await.unwrap_or_else(|_| too_slow());
        let behaviour = match &fetched {
            Ok(_) | Err(Failure::Rejected { .. } | Failure::Gone { .. }) => &source.host.answers,
            Err(Failure::Retry { .. } | Failure::Blocked { .. }) => &source.host.fails,
        };
        behaviour.store(true, Ordering::Relaxed);
        fetched
    }

    /// Downloads a file: into memory if the target may take it whole, or else into the object store. A message that
    /// already holds memory (`holds_memory`) does not wait for more, because two such messages would wait for each
    /// other.
    async fn fetch(
        &self,
        source: &Source<'_>,
        media: &Media,
        max_bytes: u64,
        context: &FetchContext<'_>,
        holds_memory: bool,
    ) -> Result<Fetched, Failure> {
        let requests = self.locate(source, media, context).await?;
        let last = requests.len().saturating_sub(1);
        let mut found = None;
        for (index, request) in requests.into_iter().enumerate() {
            let response = self.http.download(request).await.map_err(|error| {
                if error.permanent { Failure::rejected(error.reason) } else { Failure::retry(error.reason) }
            })?;
            let is_elsewhere = last > 0 && matches!(response.status().as_u16(), 400 | 404 | 405 | 422);
            if !is_elsewhere {
                found = Some(response);
                break;
            }
            if index == last {
                return Err(Failure::rejected(Sentence::FileGone));
            }
        }
        let response = found.ok_or_else(|| Failure::rejected(Sentence::FileGone))?;
        // Other success codes carry no file: 202 says that the file is still being prepared.
        if response.status() != http::StatusCode::OK {
            return Err(Failure::retry(Sentence::FileAnswered { status: response.status().as_u16() }));
        }
        let header = response.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        // What stands between us and the file, or an address that wants more than it got, answers with a page.
        let is_page = |kind: &str| kind.trim_start().to_ascii_lowercase().starts_with("text/html");
        if header.is_some_and(is_page) && is_no_page(media) {
            return Err(Failure::retry(Sentence::FileIsPage));
        }
        let is_telling = |kind: &str| !kind.ends_with("/octet-stream");
        let content_type = header.filter(|kind| is_telling(kind)).or(media.content_type.as_deref()).map(str::to_owned);
        let expected = response.content_length().or(media.size).unwrap_or(max_bytes).min(max_bytes);
        let permits = u32::try_from(expected / 1024 + 1).unwrap_or(u32::MAX);
        let budget = &self.budget.0;
        let (mut permit, max_bytes) = match budget.clone().try_acquire_many_owned(permits) {
            Ok(permit) => (permit, max_bytes),
            Err(_) => {
                let (permits, max_bytes) = if holds_memory { (0, 0) } else { (permits, max_bytes) };
                let permit = budget.clone().acquire_many_owned(permits).await;
                (permit.map_err(|_| Failure::retry(Sentence::NoMemory))?, max_bytes)
            }
        };
        let mut stream = response.bytes_stream();
        let mut bytes = BytesMut::new();
        let extension = |bytes: &[u8]| extension_of(bytes, media.name.as_deref(), content_type.as_deref());
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| Failure::retry(Sentence::FileBrokeOff))?;
            bytes.extend_from_slice(&chunk);
            let length = bytes.len() as u64;
            // The file may be longer than its headers said.
            let missing = (length / 1024 + 1).saturating_sub(permit.num_permits() as u64);
            let more =
                u32::try_from(missing).ok().and_then(|missing| budget.clone().try_acquire_many_owned(missing).ok());
            match more.filter(|_| length <= max_bytes) {
                Some(more) => permit.merge(more),
                None => {
                    let extension = extension(&bytes);
                    let head = futures_util::stream::iter([Ok(bytes.freeze())]);
                    let stored = self.media.put_stream(head.chain(stream), &extension).await;
                    let (url, size) = stored.map_err(|error| Failure::retry(error.to_string()))?;
                    return Ok(Fetched::Stored { url, size, extension });
                }
            }
        }
        // Some vendors answer so while they still prepare the file.
        if bytes.is_empty() {
            return Err(Failure::retry(Sentence::FileEmpty));
        }
        let extension = extension(&bytes);
        // Some hosts call everything a stream of bytes.
        if extension == "html" && media.kind != MediaKind::File {
            return Err(Failure::retry(Sentence::FileIsPage));
        }
        Ok(Fetched::Whole { bytes: bytes.freeze(), permit, extension })
    }

    /// Returns the requests of which the first whose address has the file downloads it: its link, or what the side that
    /// wrote the file finds for its reference.
    async fn locate(
        &self,
        source: &Source<'_>,
        media: &Media,
        context: &FetchContext<'_>,
    ) -> Result<Vec<http::Request<()>>, Failure> {
        let gone = || Failure::rejected(Sentence::FileGone);
        let OpenSide { adapter, account } = &source.side;
        match &media.source {
            MediaSource::Link { url } | MediaSource::ShortLink { url } => {
                return adapter.follow(account, url).map(|request| vec![request]).map_err(render_failure);
            }
            MediaSource::Reference { .. } => {}
            // The bytes are gone with the process that fetched them.
            MediaSource::Fetched => return Err(gone()),
        }
        let task = Task::Fetch(media, context);
        let mut known = Known::default();
        for _ in 0..8 {
            let call = match adapter.next(account, &task, &known).map_err(render_failure)? {
                Step::Download(request) => return Ok(vec![request]),
                Step::DownloadAny(requests) => return Ok(requests),
                Step::Done => return Err(gone()),
                Step::Call(call) => call,
            };
            once(&self.http, source.side, &task, &mut known, call).await?;
        }
        Err(Failure::rejected(Sentence::FileNotFound))
    }
}

/// Returns whether a file of this size has all that the target wants beside it.
fn is_complete(features: &Features, media: &Media, size: u64) -> bool {
    match media.kind {
        MediaKind::Image => media.thumbnail.is_some() || features.preview.is_none_or(|max_bytes| size <= max_bytes),
        MediaKind::Video => media.thumbnail.is_some() || features.preview.is_none(),
        MediaKind::Audio => media.seconds.is_some_and(|seconds| seconds > 0) || !features.length,
        MediaKind::File => true,
    }
}

/// Returns a small preview of a picture, or `None` if there can be none. A decoder that fails in any way costs only the
/// preview.
async fn preview_of(bytes: Bytes, max_bytes: u64) -> Option<Vec<u8>> {
    let made = tokio::task::spawn_blocking(move || preview::of_picture(&bytes, max_bytes));
    tokio::time::timeout(PREVIEW_TIME_LIMIT, made).await.ok()?.ok()?
}

/// Returns whether a file is known to be no page for browsers.
fn is_no_page(media: &Media) -> bool {
    let is_page = |extension: &str| matches!(spelled(extension).as_str(), "html" | "xhtml");
    let link = match &media.source {
        MediaSource::Link { url } | MediaSource::ShortLink { url } => extension_in(url),
        MediaSource::Reference { .. } | MediaSource::Fetched => "",
    };
    // The path of a link may end in anything, so only the extension of a known type says what it leads to.
    let is_known = |extension: &str| content_type_of(extension) != content_type_of("");
    match (&media.content_type, &media.name) {
        (Some(kind), _) if !kind.ends_with("/octet-stream") => !kind.contains("html"),
        (_, Some(name)) if !extension_in(name).is_empty() => !is_page(extension_in(name)),
        _ => media.kind != MediaKind::File || is_known(link) && !is_page(link),
    }
}

/// Returns the limit under which the target takes a file: that of its own kind, or else that of plain files. Returns
/// `None` if the target takes it as neither.
fn accepting_limit(features: &Features, kind: MediaKind, extension: &str, size: u64) -> Option<&'static MediaLimit> {
    let kinds = [kind, MediaKind::File].into_iter();
    kinds.filter_map(|kind| features.media(kind)).find(|limit| limit.takes(extension, size))
}

/// Returns a file that the target gets as a link: as its own kind if the target takes such links, or else in a text.
fn linked(
    media: &Media,
    url: String,
    size: u64,
    extension: &str,
    (limit, language): (Option<&MediaLimit>, Language),
) -> Part {
    match limit {
        Some(limit) => Part::Media(described(media, limit.kind, MediaSource::Link { url }, size, extension)),
        None => Part::text(fit::as_text(
            &Part::Media(Media { source: MediaSource::Link { url }, ..media.clone() }),
            language,
        )),
    }
}

fn described(media: &Media, kind: MediaKind, source: MediaSource, size: u64, extension: &str) -> Media {
    let name = match &media.name {
        Some(name) if spelled(extension_in(name)) == spelled(extension) => name.clone(),
        Some(name) => format!("{name}.{extension}"),
        None => format!("{}.{extension}", media.kind.word()),
    };
    let content_type = Some(content_type_of(extension).to_owned());
    Media { kind, source, size: Some(size), name: Some(name), content_type, ..media.clone() }
}

fn upload(media: &Media, bytes: Bytes) -> UploadFile {
    UploadFile {
        name: media.name.clone().unwrap_or_else(|| media.kind.word().to_owned()),
        content_type: media.content_type.clone().unwrap_or_else(|| "application/octet-stream".to_owned()),
        bytes,
    }
}

/// Returns the text in place of a file that could not be fetched.
fn missing_notice(media: &Media, language: Language) -> String {
    let (name, kind) = (&fit::name(media, language), &language.translate(media.kind.word()));
    let mut text = language.say(Sentence::FileMissing { name, kind }).to_string();
    if let MediaSource::Link { url } = &media.source {
        text.push('\n');
        text.push_str(url);
    }
    if let Some(caption) = &media.caption {
        text.push('\n');
        text.push_str(caption);
    }
    text
}
