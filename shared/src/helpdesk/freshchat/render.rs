//! A neutral message as Freshchat message parts.

use http::Response;
use serde::{Deserialize, Serialize};

use bytes::Bytes;

use super::{
    FEATURES, MAX_FILE,
    wire::{self, Attachment, Link, NewFile, NewPart, NewVideo},
};
use crate::{
    adapter::{Delivery, Known},
    model::{
        fit,
        message::{Media, MediaKind, MediaSource, Part},
        text,
    },
};

/// What became of a file that was uploaded, as it stands in the delivery's notes under [`upload_note`].
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Uploaded {
    /// This part shows it.
    Part(NewPart),
    /// Freshchat does not take it; this says so.
    Notice(String),
    /// Freshchat does not take it as an image: it has to be uploaded as a file.
    AsFile,
}

impl Uploaded {
    pub(super) fn note(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// The note that keeps what became of the upload of a part.
pub(super) fn upload_note(index: usize) -> String {
    format!("upload.{index}")
}

/// The note that says that images and videos behind links must not be sent as such.
pub(super) const LINKS_AS_TEXT: &str = "links_as_text";

pub(super) fn uploaded(known: &Known, index: usize) -> Option<Uploaded> {
    serde_json::from_str(known.memo(&upload_note(index))?).ok()
}

/// How a part must be uploaded next, if it must.
pub(super) enum Upload {
    Image,
    File,
}

pub(super) fn upload(part: &Part, index: usize, known: &Known) -> Option<Upload> {
    let Part::Media(Media { kind, source: MediaSource::Fetched, .. }) = part else { return None };
    match (uploaded(known, index), kind) {
        (None, MediaKind::Image) => Some(Upload::Image),
        (None | Some(Uploaded::AsFile), _) => Some(Upload::File),
        (Some(Uploaded::Part(_) | Uploaded::Notice(_)), _) => None,
    }
}

/// All parts of one message. Freshchat takes several in one post, so a delivery is one post however long its text is,
/// and is there as a whole or not at all.
pub(super) fn message_parts(delivery: &Delivery<'_>, known: &Known) -> Vec<NewPart> {
    let mut parts = Vec::new();
    for (index, part) in delivery.parts.iter().enumerate() {
        match part {
            Part::Media(media) => {
                texts(&mut parts, media.caption.as_deref().unwrap_or_default());
                file(&mut parts, media, index, known);
            }
            Part::Sticker { url: Some(url), .. } if known.memo(LINKS_AS_TEXT).is_none() => {
                parts.push(NewPart::Image(Link { url: url.clone() }));
            }
            other => texts(&mut parts, &fit::plain(other)),
        }
    }
    if parts.is_empty() && !delivery.parts.is_empty() {
        texts(&mut parts, "[empty message]");
    }
    parts
}

/// A private note.
pub(super) fn note_parts(text: &str) -> Vec<NewPart> {
    let mut parts = Vec::new();
    texts(&mut parts, text);
    parts
}

/// Whether a message holds something that Freshchat fetches from our link during the call.
pub(super) fn has_links(parts: &[NewPart], delivery: &Delivery<'_>, known: &Known) -> bool {
    let uploaded: Vec<NewPart> = (0..delivery.parts.len())
        .filter_map(|index| match uploaded(known, index)? {
            Uploaded::Part(part) => Some(part),
            _ => None,
        })
        .collect();
    parts.iter().any(|part| matches!(part, NewPart::Image(_) | NewPart::Video(_)) && !uploaded.contains(part))
}

fn texts(parts: &mut Vec<NewPart>, content: &str) {
    let pieces = text::split(content, FEATURES.text).into_iter().filter(|piece| !piece.trim().is_empty());
    parts.extend(pieces.map(|piece| NewPart::Text { content: piece.to_owned() }));
}

fn file(parts: &mut Vec<NewPart>, media: &Media, index: usize, known: &Known) {
    let url = match &media.source {
        MediaSource::Fetched => {
            match uploaded(known, index) {
                Some(Uploaded::Part(part)) => parts.push(part),
                Some(Uploaded::Notice(notice)) => texts(parts, &notice),
                Some(Uploaded::AsFile) | None => texts(parts, &format!("[{}]", name(media))),
            }
            return;
        }
        MediaSource::Link { url } => Some(url.clone()),
        MediaSource::ShortLink { .. } | MediaSource::Reference { .. } => None,
    };
    let fits = known.memo(LINKS_AS_TEXT).is_none() && media.size.is_none_or(|size| size <= MAX_FILE);
    match (url, media.kind) {
        (Some(url), MediaKind::Image) if fits => parts.push(NewPart::Image(Link { url })),
        // Recordings travel as videos.
        (Some(url), MediaKind::Video | MediaKind::Audio) if fits => {
            parts.push(NewPart::Video(NewVideo { url, content_type: media.content_type.clone() }));
        }
        // The caption stands before it already.
        _ => texts(parts, &fit::plain(&Part::Media(Media { caption: None, ..media.clone() }))),
    }
}

/// What the answer to `POST /images/upload` says.
pub(super) fn image_uploaded(answer: &Response<Bytes>) -> Uploaded {
    let image: Attachment = wire::read(answer.body());
    image.url.owned().map_or(Uploaded::AsFile, |url| Uploaded::Part(NewPart::Image(Link { url })))
}

/// What the answer to `POST /files/upload` says. `AV_PENDING` means that the virus scan runs; the file can be sent.
pub(super) fn file_uploaded(media: &Media, answer: &Response<Bytes>) -> Uploaded {
    let file: Attachment = wire::read(answer.body());
    let safe = matches!(file.file_security_status.text(), None | Some("SAFE_FILE" | "AV_PENDING"));
    let Some(file_hash) = file.hash().owned().filter(|_| safe) else {
        return Uploaded::Notice(format!("[{}: Freshchat did not take this file as safe]", name(media)));
    };
    let name = file.name().owned().unwrap_or_else(|| name(media).to_owned());
    let content_type = file.content_type().owned().or_else(|| media.content_type.clone());
    Uploaded::Part(NewPart::File(NewFile {
        file_hash,
        file_source: "FRESHCHAT".to_owned(),
        content_type: content_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
        file_extension: name.rsplit_once('.').map(|(_, extension)| format!(".{extension}")),
        file_size_in_bytes: file.size().or(media.size),
        name,
    }))
}

/// A file that Freshchat refused to take.
pub(super) fn file_refused(media: &Media) -> Uploaded {
    Uploaded::Notice(format!("[{}: Freshchat refused this file]", name(media)))
}

fn name(media: &Media) -> &str {
    media.name.as_deref().unwrap_or(media.kind.word())
}
