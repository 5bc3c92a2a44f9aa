//! Pictures, videos and files. Viber fetches them from a link and requires their size and kind beforehand
//! (<https://developers.viber.com/docs/api/rest-bot-api/#message-types>).

use super::{FILE, PICTURE, VIDEO, wire::Content};
use crate::model::{
    features::{TextLimit, TextUnit},
    message::{Media, MediaKind, MediaSource},
    text,
};

/// The maximum length of a video, in seconds. A longer video is sent as a file.
const VIDEO_SECONDS: u64 = 180;
/// The maximum length of a file's name.
const NAME: usize = 256;
/// The maximum length of an extension. A longer ending is not an extension.
const EXTENSION: usize = 16;

/// Returns the message for a file, as its own kind or else as a plain file, and the caption if it must be a text of its
/// own. Returns `None` if Viber would refuse the file.
pub(super) fn content(media: &Media) -> Option<(Content, Option<&str>)> {
    let MediaSource::Link { url } = &media.source else { return None };
    let extension = extension(url)?;
    let caption = media.caption.as_deref().filter(|caption| !caption.trim().is_empty());
    let thumbnail = media.thumbnail.clone().filter(|url| is_picture(url));
    match (media.kind, media.size) {
        // A picture is sent without its size.
        (MediaKind::Image, size) if PICTURE.takes(&extension, size.unwrap_or_default()) => {
            let limit = TextLimit { max: PICTURE.caption, unit: TextUnit::Chars };
            let (inside, behind) = match caption {
                Some(caption) if text::fits(caption, limit) => (caption, None),
                other => ("", other),
            };
            Some((Content::Picture { text: inside.to_owned(), media: url.clone(), thumbnail }, behind))
        }
        (MediaKind::Video, Some(size))
            if VIDEO.takes(&extension, size) && media.seconds.is_none_or(|seconds| seconds <= VIDEO_SECONDS) =>
        {
            Some((Content::Video { media: url.clone(), size, duration: media.seconds, thumbnail }, caption))
        }
        (_, Some(size)) if FILE.takes(&extension, size) => {
            let file_name = name(media.name.as_deref(), url, &extension);
            Some((Content::File { media: url.clone(), size, file_name }, caption))
        }
        _ => None,
    }
}

/// Returns whether Viber accepts the file behind a link as a picture.
pub(super) fn is_picture(url: &str) -> bool {
    extension(url).is_some_and(|extension| PICTURE.accepted.contains(&extension.as_str()))
}

/// Returns the extension at the end of a link's path, in lower case.
fn extension(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let (_, extension) = url.path_segments()?.next_back()?.rsplit_once('.')?;
    Some(extension.to_ascii_lowercase()).filter(|extension| (1..=EXTENSION).contains(&extension.len()))
}

/// Returns a file name that ends in an extension that Viber accepts.
fn name(given: Option<&str>, url: &str, extension: &str) -> String {
    let given = given.map(|name| name.chars().filter(|c| !c.is_control()).collect::<String>());
    let given = given.filter(|name| !name.trim().is_empty());
    let in_link = || url.split(['?', '#']).next().and_then(|path| path.rsplit('/').next()).unwrap_or("file").to_owned();
    let name = given.unwrap_or_else(in_link);
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, own)) if !stem.is_empty() && (1..=EXTENSION).contains(&own.len()) && FILE.takes(own, 0) => {
            (stem, own)
        }
        _ => (name.as_str(), extension),
    };
    let max = NAME.saturating_sub(extension.chars().count() + 1);
    format!("{}.{extension}", text::truncate(stem, TextLimit { max, unit: TextUnit::Chars }))
}
