//! Renders a neutral message as Freshchat's message parts.

use super::{
    ASSIGNED_GROUP_ID, CHANNEL_ID, FEATURES, MAX_FILE, PRIORITY, memo,
    uploads::{self, Uploaded},
    wire::{Assignment, Id, Link, NewCallback, NewConversation, NewMessage, NewPart, NewVideo, Properties},
};
use crate::{
    adapter::{Account, Delivery, Known, RenderError},
    model::{
        fit,
        message::{Media, MediaKind, MediaSource, Part},
        text,
    },
    tools::{language::Language, sentences::Sentence},
};

/// Returns a new conversation in the account's topic, with its first message.
pub(super) fn conversation<'a>(
    account: &Account<'a>,
    delivery: &Delivery<'_>,
    known: &Known,
    user: &'a str,
) -> Result<NewConversation<'a>, RenderError> {
    let channel_id = account.require(CHANNEL_ID)?;
    let message = NewMessage { user_id: None, channel_id: Some(channel_id), ..message(delivery, known, user) };
    let is_placed = known.memo(memo::PLACED).is_none();
    let setting = |name: &str| account.setting(name).filter(|_| is_placed);
    Ok(NewConversation {
        status: "new",
        channel_id,
        assigned_group_id: setting(ASSIGNED_GROUP_ID),
        properties: setting(PRIORITY).map(|priority| Properties { priority }),
        users: [Id { id: user }],
        messages: [message],
    })
}

/// Returns whether new conversations get a group or a priority.
pub(super) fn is_placed(account: &Account<'_>) -> bool {
    [ASSIGNED_GROUP_ID, PRIORITY].iter().any(|name| account.setting(name).is_some())
}

/// Returns a message of the user's.
pub(super) fn message<'a>(delivery: &Delivery<'_>, known: &Known, user: &'a str) -> NewMessage<'a> {
    NewMessage {
        message_type: "normal",
        actor_type: "user",
        actor_id: Some(user),
        user_id: Some(user),
        channel_id: None,
        message_parts: message_parts(delivery, known).into_iter().chain(payload(delivery, known)).collect(),
    }
}

/// Returns what a bot of Freshchat waits for, if the contact made one of its choices. The choice's words stand in the
/// message's text.
pub(super) fn payload(delivery: &Delivery<'_>, known: &Known) -> Option<NewPart> {
    let choice = delivery.details.choice.as_ref().filter(|_| known.memo(memo::NO_PAYLOAD).is_none())?;
    let (label, payload) = (choice.label.clone(), choice.payload.clone()?);
    Some(NewPart::Callback(NewCallback { label, payload }))
}

/// Returns the body that gives a conversation to a group, which the helpdesk's rules then assign anew.
pub(super) fn assignment(group: &str) -> Assignment<'_> {
    Assignment { status: "new", assigned_group_id: group }
}

/// Returns a message for agents only.
pub(super) fn note(text: &str) -> NewMessage<'static> {
    NewMessage {
        message_type: "private",
        actor_type: "bot",
        actor_id: None,
        user_id: None,
        channel_id: None,
        message_parts: note_parts(text),
    }
}

/// Returns all parts of a message. Freshchat accepts several parts in one post, so a delivery is one post however long
/// its text is, and arrives as a whole or not at all.
pub(super) fn message_parts(delivery: &Delivery<'_>, known: &Known) -> Vec<NewPart> {
    let mut parts = Vec::new();
    for (index, part) in delivery.parts.iter().enumerate() {
        match part {
            Part::Media(media) => {
                texts(&mut parts, media.caption.as_deref().unwrap_or_default());
                file(&mut parts, media, (index, delivery.language), known);
            }
            Part::Sticker { url: Some(url), .. } if known.memo(memo::LINKS_AS_TEXT).is_none() => {
                parts.push(NewPart::Image(Link { url: url.clone() }));
            }
            other => texts(&mut parts, &fit::as_text(other, delivery.language)),
        }
    }
    if parts.is_empty() && !delivery.parts.is_empty() {
        texts(&mut parts, &delivery.language.say(Sentence::EmptyNotice).to_string());
    }
    parts
}

/// Returns the parts of a note.
pub(super) fn note_parts(text: &str) -> Vec<NewPart> {
    let mut parts = Vec::new();
    texts(&mut parts, text);
    parts
}

/// Returns whether a message holds something that Freshchat fetches from a link of the bridge during the call.
pub(super) fn has_links(parts: &[NewPart], delivery: &Delivery<'_>, known: &Known) -> bool {
    let uploaded: Vec<NewPart> = (0..delivery.parts.len())
        .filter_map(|index| match uploads::uploaded(known, index)? {
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

fn file(parts: &mut Vec<NewPart>, media: &Media, (index, language): (usize, Language), known: &Known) {
    let url = match &media.source {
        MediaSource::Fetched => {
            match uploads::uploaded(known, index) {
                Some(Uploaded::Part(part)) => parts.push(part),
                Some(Uploaded::Notice(notice)) => texts(parts, &language.translate(&notice)),
                Some(Uploaded::AsFile) | None => texts(parts, &format!("[{}]", fit::name(media, language))),
            }
            return;
        }
        MediaSource::Link { url } => Some(url.clone()),
        MediaSource::ShortLink { .. } | MediaSource::Reference { .. } => None,
    };
    let fits = known.memo(memo::LINKS_AS_TEXT).is_none() && media.size.is_none_or(|size| size <= MAX_FILE);
    match (url, media.kind) {
        (Some(url), MediaKind::Image) if fits => parts.push(NewPart::Image(Link { url })),
        // Recordings are sent as videos.
        (Some(url), MediaKind::Video | MediaKind::Audio) if fits => {
            parts.push(NewPart::Video(NewVideo { url, content_type: media.content_type.clone() }));
        }
        // The caption already stands before the file.
        _ => texts(parts, &fit::as_text(&Part::Media(Media { caption: None, ..media.clone() }), language)),
    }
}
