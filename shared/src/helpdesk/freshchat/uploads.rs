//! Files that are uploaded before the message that shows them. Each upload's result is stored, so that after a crash
//! the uploads resume at the first missing one.

use bytes::Bytes;
use http::Response;
use serde::{Deserialize, Serialize};

use super::{
    FEATURES, memo,
    wire::{self, Attachment, Link, NewFile, NewPart},
};
use crate::{
    adapter::{Delivery, Fact, Known},
    model::message::{Media, MediaKind, MediaSource, Part},
    tools::sentences::Sentence,
};

/// The result of an upload.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Uploaded {
    /// This part shows the file.
    Part(NewPart),
    /// Freshchat refused the file; this text says so.
    Notice(String),
    /// Freshchat refused the file as an image; it has to be uploaded as a file.
    AsFile,
}

impl Uploaded {
    /// Returns the memo for the part at `index`.
    pub(super) fn memo(&self, index: usize) -> Fact {
        Fact::memo(memo::upload(index), serde_json::to_string(self).unwrap_or_default())
    }
}

/// Returns the upload's result for the part at `index`, if it was uploaded.
pub(super) fn uploaded(known: &Known, index: usize) -> Option<Uploaded> {
    serde_json::from_str(known.memo(&memo::upload(index))?).ok()
}

/// The way in which a part must be uploaded next.
pub(super) enum Upload<'a> {
    Image,
    File(&'a Media),
}

/// Returns the way in which a part must be uploaded next, or `None` if it needs no upload.
pub(super) fn missing<'a>(part: &'a Part, index: usize, known: &Known) -> Option<Upload<'a>> {
    let Part::Media(media @ Media { source: MediaSource::Fetched, .. }) = part else { return None };
    match (uploaded(known, index), media.kind) {
        (None, MediaKind::Image) => Some(Upload::Image),
        (None | Some(Uploaded::AsFile), _) => Some(Upload::File(media)),
        (Some(Uploaded::Part(_) | Uploaded::Notice(_)), _) => None,
    }
}

/// Returns the indexes of the parts that were uploaded as images.
pub(super) fn images(delivery: &Delivery<'_>, known: &Known) -> impl Iterator<Item = usize> {
    let parts = delivery.parts.iter().enumerate();
    parts
        .filter(|(index, part)| {
            is_image(part) && matches!(uploaded(known, *index), Some(Uploaded::Part(NewPart::Image(_))))
        })
        .map(|(index, _)| index)
}

fn is_image(part: &Part) -> bool {
    matches!(part, Part::Media(Media { kind: MediaKind::Image, source: MediaSource::Fetched, .. }))
}

/// Reads the answer to `POST /images/upload`.
pub(super) fn image(answer: &Response<Bytes>) -> Uploaded {
    let image: Attachment = wire::read(answer.body());
    image.url.owned().map_or(Uploaded::AsFile, |url| Uploaded::Part(NewPart::Image(Link { url })))
}

/// Reads the answer to `POST /files/upload`. `AV_PENDING` means that the virus scan is still running; the file can be
/// sent.
pub(super) fn file(media: &Media, answer: &Response<Bytes>) -> Uploaded {
    let file: Attachment = wire::read(answer.body());
    let safe = matches!(file.file_security_status.text(), None | Some("SAFE_FILE" | "AV_PENDING"));
    let Some(file_hash) = file.hash().owned().filter(|_| safe) else {
        return Uploaded::Notice(Sentence::FileUnsafe { name: name(media), by: FEATURES.title }.into());
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

/// Returns the result for a file that Freshchat refused.
pub(super) fn refused(media: &Media) -> Uploaded {
    Uploaded::Notice(Sentence::FileRefused { name: name(media), by: FEATURES.title }.into())
}

/// Returns the name of a file that cannot be shown.
pub(super) fn name(media: &Media) -> &str {
    media.name.as_deref().unwrap_or(media.kind.word())
}
