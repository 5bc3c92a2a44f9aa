//! What a message of Telegram's consists of: <https://core.telegram.org/bots/api#message>.

use super::wire::{File, Message, Place, Poll, Quote, Sticker, joined};
use crate::{
    limits::{TextLimit, TextUnit},
    message::{Media, MediaKind, MediaSource, Part},
    text,
};

/// How much of a quoted message is shown.
const QUOTE: TextLimit = TextLimit { max: 200, unit: TextUnit::Chars };

/// Fields that every message may have beside what it is.
const ENVELOPE: &[&str] = &[
    "message_id",
    "message_thread_id",
    "direct_messages_topic",
    "sender_chat",
    "sender_boost_count",
    "sender_business_bot",
    "sender_tag",
    "business_connection_id",
    "is_topic_message",
    "is_automatic_forward",
    "external_reply",
    "reply_to_story",
    "reply_to_checklist_task_id",
    "via_bot",
    "has_protected_content",
    "is_from_offline",
    "is_paid_post",
    "media_group_id",
    "author_signature",
    "paid_star_count",
    "entities",
    "link_preview_options",
    "suggested_post_info",
    "effect_id",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    "forward_from",
    "forward_from_chat",
    "forward_from_message_id",
    "forward_signature",
    "forward_sender_name",
    "forward_date",
    "guest_query_id",
];

/// What Telegram itself says about the chat rather than the contact.
const SERVICE: &[&str] = &[
    "new_chat_members",
    "left_chat_member",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "message_auto_delete_timer_changed",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "users_shared",
    "chat_shared",
    "gift",
    "unique_gift",
    "connected_website",
    "write_access_allowed",
    "proximity_alert_triggered",
    "boost_added",
    "chat_background_set",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "giveaway_created",
    "giveaway_completed",
    "video_chat_scheduled",
    "video_chat_started",
    "video_chat_ended",
    "video_chat_participants_invited",
];

/// The parts of a message; nothing where it is no message of the contact's.
pub(super) fn parts(message: &Message, is_edit: bool) -> Option<Vec<Part>> {
    let mut part = part(message)?;
    let mut head = Vec::new();
    if let Some(quote) = message.quote.as_ref().or(message.reply_to_message.as_ref()).and_then(quoted) {
        head.push(format!("> {quote}"));
    }
    if let Some(origin) = &message.forward_origin {
        head.push(origin.name().map_or_else(|| "(forwarded)".to_owned(), |name| format!("(forwarded from {name})")));
    }
    if is_edit {
        head.push("(edited)".to_owned());
    }
    let Some(last) = head.pop() else { return Some(vec![part]) };
    // The mark of an edit stands before the text, the others above it.
    let marked = |text: &str| {
        let end = if is_edit { " " } else { "\n" };
        head.iter().map(|line| format!("{line}\n")).collect::<String>() + &last + end + text
    };
    match &mut part {
        Part::Text { text } => *text = marked(text),
        Part::Media(Media { caption: Some(caption), .. }) => *caption = marked(caption),
        _ => return Some(vec![Part::text(marked("").trim_end()), part]),
    }
    Some(vec![part])
}

/// The contact's own number, where this message shares it.
pub(super) fn own_number(message: &Message) -> Option<String> {
    let (card, from) = (message.contact.as_ref()?, message.from.as_ref()?);
    if card.user_id != Some(from.id) {
        return None;
    }
    international(card.phone_number.as_deref()?).filter(|number| number.starts_with('+'))
}

fn part(message: &Message) -> Option<Part> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let caption = given(&message.caption);
    let media = |kind, file: &File| Some(Part::Media(media(kind, file, caption.clone())));
    if let Some(text) = given(&message.text) {
        return Some(Part::text(text));
    }
    if let Some(largest) = message.photo.as_ref().and_then(|sizes| sizes.last()) {
        return media(MediaKind::Image, largest);
    }
    // An animation comes as a document too.
    if let Some(video) = message.animation.as_ref().or(message.video.as_ref()).or(message.video_note.as_ref()) {
        return media(MediaKind::Video, video);
    }
    if let Some(audio) = message.voice.as_ref().or(message.audio.as_ref()) {
        return media(MediaKind::Audio, audio);
    }
    if let Some(document) = &message.document {
        return media(MediaKind::File, document);
    }
    if let Some(sticker) = &message.sticker {
        return Some(picture(sticker));
    }
    // A venue comes as a location too.
    if let Some(venue) = &message.venue {
        return Some(place(&venue.location, joined_lines(&[&venue.title, &venue.address])));
    }
    if let Some(location) = &message.location {
        return Some(place(location, None));
    }
    if let Some(card) = &message.contact {
        let name = joined(&[&card.first_name, &card.last_name]);
        return Some(Part::ContactCard { name, phone: card.phone_number.as_deref().and_then(international) });
    }
    if let Some(dice) = &message.dice {
        return Some(Part::text(format!("{} {}", dice.emoji, dice.value)));
    }
    if let Some(poll) = &message.poll {
        return Some(Part::Unsupported { what: "poll".to_owned(), text: Some(choices(poll)) });
    }
    if let Some(form) = &message.web_app_data {
        return Some(Part::text(format!("{}\n{}", form.button_text, form.data)));
    }
    if SERVICE.iter().any(|name| message.others.contains_key(*name)) {
        return None;
    }
    let what = message.others.keys().find(|name| !ENVELOPE.contains(&name.as_str()));
    Some(Part::Unsupported { what: what.map_or_else(|| "empty message".to_owned(), |name| words(name)), text: caption })
}

/// A file. Only this bot can fetch it, and its address has the bot's token in it.
fn media(kind: MediaKind, file: &File, caption: Option<String>) -> Media {
    Media {
        name: file.file_name.clone().filter(|name| !name.trim().is_empty()),
        content_type: file.mime_type.clone(),
        size: file.file_size,
        seconds: file.duration,
        caption,
        ..Media::new(kind, MediaSource::Reference { id: file.file_id.clone() })
    }
}

/// A sticker as a picture, with the emoji that it stands for; of one that moves its small still picture.
fn picture(sticker: &Sticker) -> Part {
    let emoji = sticker.emoji.clone();
    let still = if sticker.is_animated || sticker.is_video { sticker.thumbnail.as_ref() } else { Some(&sticker.file) };
    match (still, &emoji) {
        (Some(file), _) => Part::Media(media(MediaKind::Image, file, emoji)),
        (None, Some(emoji)) => Part::text(emoji),
        (None, None) => Part::Sticker { id: sticker.file.file_id.clone(), url: None },
    }
}

fn place(place: &Place, label: Option<String>) -> Part {
    Part::Location { latitude: place.latitude, longitude: place.longitude, label }
}

fn joined_lines(lines: &[&Option<String>]) -> Option<String> {
    let lines: Vec<&str> =
        lines.iter().filter_map(|line| line.as_deref()).map(str::trim).filter(|line| !line.is_empty()).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// A number as Telegram has it, which as a rule lacks the plus sign.
fn international(number: &str) -> Option<String> {
    let number = number.trim();
    let is_bare = number.len() >= 7 && number.bytes().all(|byte| byte.is_ascii_digit());
    Some(if is_bare { format!("+{number}") } else { number.to_owned() }).filter(|number| !number.is_empty())
}

fn choices(poll: &Poll) -> String {
    let options = poll.options.iter().filter_map(|option| option.text.as_ref());
    options.fold(poll.question.clone(), |text, option| format!("{text}\n- {option}"))
}

/// The start of a quoted text on one line.
fn quoted(quote: &Quote) -> Option<String> {
    let text = quote.text.as_ref().or(quote.caption.as_ref())?;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then(|| text::truncate(&line, QUOTE).into_owned())
}

/// The name of a field as words.
fn words(name: &str) -> String {
    let clean: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).take(40).collect();
    let words = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { "unknown message".to_owned() } else { words }
}
