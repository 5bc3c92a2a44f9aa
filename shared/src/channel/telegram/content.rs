//! Reads the content of a Telegram message (<https://core.telegram.org/bots/api#message>).

use std::borrow::Cow;

use crate::{
    channel::readable,
    model::{
        message::{Media, MediaKind, MediaSource, Part, Quote},
        quote,
    },
    tools::{json::Json, language::Language, millis::Millis, sentences::Sentence},
};

/// The maximum depth and the maximum length of a rich message that is shown, and of the lists in messages.
const DEPTH: usize = 16;
const RICH: usize = 40_000;
const FILES: usize = 20;
const TASKS: usize = 200;
const LINKS: usize = 200;

/// The fields that every message may have beside its content.
const ENVELOPE: &[&str] = &[
    "from",
    "chat",
    "date",
    "edit_date",
    "text",
    "caption",
    "quote",
    "reply_to_message",
    "forward_origin",
    "reply_markup",
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
    "guest_query_id",
    "guest_bot_caller_user",
    "guest_bot_caller_chat",
    "reply_to_poll_option_id",
];

/// The fields of Telegram's own messages about the chat, which are not the contact's.
const SERVICE: &[&str] = &[
    "new_chat_members",
    "left_chat_member",
    "chat_owner_left",
    "chat_owner_changed",
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
    "gift_upgrade_sent",
    "passport_data",
    "checklist_tasks_done",
    "checklist_tasks_added",
    "direct_message_price_changed",
    "paid_message_price_changed",
    "managed_bot_created",
    "poll_option_added",
    "poll_option_deleted",
    "suggested_post_approved",
    "suggested_post_approval_failed",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "giveaway",
    "giveaway_winners",
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

/// Returns the parts of a message, or `None` if the message is not the contact's.
pub(super) fn parts(message: Json<'_>, is_edit: bool, language: Language) -> Option<Vec<Part>> {
    let mut part = part(message)?;
    let mut head = Vec::new();
    let origin = message.get("forward_origin").unwrap_or_default();
    if !origin.is_null() {
        let name = origin_of(origin);
        let forwarded = name.as_deref().map_or(Sentence::Forwarded, |name| Sentence::ForwardedFrom { name });
        head.push(language.say(forwarded).to_string());
    }
    if is_edit {
        head.push(language.say(Sentence::Edited).to_string());
    }
    let mut files = Vec::new();
    rich_files(message.get("rich_message").unwrap_or_default(), 0, &mut files);
    let Some(last) = head.pop() else { return Some(std::iter::once(part).chain(files).collect()) };
    // The mark of an edit stands before the text, the others above it.
    let marked = |text: &str| {
        let end = if is_edit { " " } else { "\n" };
        head.iter().map(|line| format!("{line}\n")).collect::<String>() + &last + end + text
    };
    match &mut part {
        Part::Text { text } => *text = marked(text),
        Part::Media(Media { caption: Some(caption), .. }) => *caption = marked(caption),
        _ => return Some([Part::text(marked("").trim_end()), part].into_iter().chain(files).collect()),
    }
    Some(std::iter::once(part).chain(files).collect())
}

/// Returns the contact's own number, if this message shares it.
pub(super) fn own_number(message: Json<'_>) -> Option<String> {
    let [card, from] = message.pick(["contact", "from"]);
    let [owner, phone] = card.pick(["user_id", "phone_number"]);
    if owner.i64()? != from.get("id")?.i64()? {
        return None;
    }
    international(&phone.text()?).filter(|number| number.starts_with('+'))
}

/// Returns the name that people see for a user.
pub(super) fn name(user: Json<'_>) -> Option<String> {
    let [first, last, username] = user.pick(["first_name", "last_name", "username"]);
    joined([first, last], " ").or_else(|| string(username))
}

fn part(message: Json<'_>) -> Option<Part> {
    let field = |name: &str| message.get(name).unwrap_or_default();
    let caption = || given(field("caption")).map(|text| with_links(text, field("caption_entities")));
    let media = |kind, file| media(kind, file, caption()).map(Part::Media);
    let first_of = |kind, names: &[&str]| names.iter().find_map(|name| media(kind, field(name)));
    if let Some(text) = given(field("text")) {
        return Some(Part::text(with_links(text, field("entities"))));
    }
    let rich = field("rich_message");
    if let Some(text) = rich_text(rich) {
        return Some(Part::text(text));
    }
    let mut largest = None;
    field("photo").each(|size| largest = media(MediaKind::Image, size).or(largest.take()));
    let known = largest
        // Telegram sends an animation as a document too.
        .or_else(|| first_of(MediaKind::Video, &["animation", "video", "video_note"]))
        .or_else(|| first_of(MediaKind::Audio, &["voice", "audio"]))
        .or_else(|| media(MediaKind::File, field("document")))
        .or_else(|| picture(field("sticker")))
        // Telegram sends a venue as a location too.
        .or_else(|| {
            let [location, title, address] = field("venue").pick(["location", "title", "address"]);
            place(location, joined([title, address], "\n"))
        })
        .or_else(|| place(field("location"), None))
        .or_else(|| card(field("contact")))
        .or_else(|| {
            let [emoji, value] = field("dice").pick(["emoji", "value"]);
            Some(Part::text(format!("{} {}", emoji.text()?, value.i64()?)))
        })
        .or_else(|| Some(Part::Unsupported { what: "poll".to_owned(), text: Some(choices(field("poll"))?) }))
        .or_else(|| Some(Part::text(checklist(field("checklist"))?)))
        .or_else(|| {
            let [button, data] = field("web_app_data").pick(["button_text", "data"]);
            Some(Part::text(format!("{}\n{}", button.text()?, data.text()?)))
        });
    known.or_else(|| notice(message))
}

/// Returns a notice that names the content of a message, or `None` if the message is Telegram's own.
fn notice(message: Json<'_>) -> Option<Part> {
    let (mut what, mut is_service) = (None::<String>, false);
    message.each_field(|name, _| {
        is_service |= SERVICE.contains(&name.as_str());
        // The notice names the alphabetically first of several fields, so that it is always the same one.
        if !ENVELOPE.contains(&name.as_str()) && what.as_ref().is_none_or(|what| name < *what) {
            what = Some(name);
        }
    });
    if is_service {
        return None;
    }
    let file = what.as_deref().and_then(|what| message.get(what)?.get("file_name"));
    let text = joined([message.get("caption").unwrap_or_default(), file.unwrap_or_default()], "\n");
    let text = text.or_else(|| readable(message.get(what.as_deref()?)?));
    Some(Part::Unsupported { what: what.map_or_else(|| "empty message".to_owned(), |name| words(&name)), text })
}

/// Returns a file. Only this bot can fetch the file, because its address contains the bot's token.
fn media(kind: MediaKind, file: Json<'_>, caption: Option<String>) -> Option<Media> {
    let [id, name, content_type, size, seconds] =
        file.pick(["file_id", "file_name", "mime_type", "file_size", "duration"]);
    Some(Media {
        name: given(name),
        content_type: string(content_type),
        size: size.u64(),
        seconds: seconds.u64(),
        caption,
        ..Media::new(kind, MediaSource::Reference { id: string(id)? })
    })
}

/// Returns a sticker as a picture with its emoji. For a moving sticker, the picture is its small thumbnail.
fn picture(sticker: Json<'_>) -> Option<Part> {
    let [id, emoji, is_animated, is_video, thumbnail] =
        sticker.pick(["file_id", "emoji", "is_animated", "is_video", "thumbnail"]);
    let emoji = string(emoji);
    let still = if is_animated.is_true() || is_video.is_true() { thumbnail } else { sticker };
    let picture = media(MediaKind::Image, still, emoji.clone()).map(Part::Media);
    picture.or_else(|| emoji.map(Part::text)).or_else(|| Some(Part::Sticker { id: string(id)?, url: None }))
}

fn place(place: Json<'_>, label: Option<String>) -> Option<Part> {
    let [latitude, longitude] = place.pick(["latitude", "longitude"]);
    Some(Part::Location {
        latitude: latitude.f64().filter(|degrees| degrees.abs() <= 90.0)?,
        longitude: longitude.f64().filter(|degrees| degrees.abs() <= 180.0)?,
        label,
    })
}

/// The maximum number of details of a contact card.
const DETAILS: usize = 20;

fn card(card: Json<'_>) -> Option<Part> {
    let [first, last, phone, vcard] = card.pick(["first_name", "last_name", "phone_number", "vcard"]);
    let phone = phone.text().and_then(|phone| international(&phone));
    let more = vcard.text().map_or_else(Vec::new, |vcard| details(&vcard, phone.as_deref()));
    card.is_object().then(|| Part::ContactCard { name: joined([first, last], " "), phone, more })
}

/// Returns the numbers, addresses and companies of a vCard, except `phone`.
fn details(vcard: &str, phone: Option<&str>) -> Vec<String> {
    let digits = |number: &str| number.chars().filter(char::is_ascii_digit).collect::<String>();
    let mut found: Vec<String> = Vec::new();
    for (name, value) in vcard.lines().filter_map(|line| line.split_once(':')) {
        // `item1.TEL;TYPE=cell`
        let name = name.split(';').next().unwrap_or_default();
        let name = name.rsplit('.').next().unwrap_or_default().to_ascii_uppercase();
        let value = value.trim().trim_end_matches(';').replace(";", ", ");
        let is_new = match name.as_str() {
            "TEL" => phone.is_none_or(|phone| digits(phone) != digits(&value)),
            "EMAIL" | "ORG" => true,
            _ => false,
        };
        if is_new && !value.is_empty() && found.len() < DETAILS && !found.contains(&value) {
            found.push(value);
        }
    }
    found
}

/// Joins the texts that are not blank, trimmed.
fn joined(texts: [Json<'_>; 2], between: &str) -> Option<String> {
    let texts: Vec<String> = texts.into_iter().filter_map(given).map(|text| text.trim().to_owned()).collect();
    (!texts.is_empty()).then(|| texts.join(between))
}

/// Returns a number in international form. Telegram usually leaves out the plus sign.
fn international(number: &str) -> Option<String> {
    let number = number.trim();
    let is_bare = number.len() >= 7 && number.bytes().all(|byte| byte.is_ascii_digit());
    Some(if is_bare { format!("+{number}") } else { number.to_owned() }).filter(|number| !number.is_empty())
}

fn choices(poll: Json<'_>) -> Option<String> {
    let [question, options] = poll.pick(["question", "options"]);
    let mut text = string(question)?;
    options.each(|option| {
        if let Some(option) = option.get("text").and_then(Json::text) {
            text.push_str("\n- ");
            text.push_str(&option);
        }
    });
    Some(text)
}

/// Returns the author of a forwarded message, if Telegram names one
/// (<https://core.telegram.org/bots/api#messageorigin>).
fn origin_of(origin: Json<'_>) -> Option<String> {
    let [user, user_name, sender_chat, chat] = origin.pick(["sender_user", "sender_user_name", "sender_chat", "chat"]);
    let chat = if sender_chat.is_null() { chat } else { sender_chat };
    name(user).or_else(|| string(user_name)).or_else(|| string(chat.get("title")?))
}

/// Returns the message that a message answers. Telegram sends the words along: those that the contact chose, or the
/// whole message. The first message of a topic, which every message of the topic names, is no answer.
pub(super) fn quote(contact: &str, message: Json<'_>) -> Option<Quote> {
    let [chosen, answered, elsewhere] = message.pick(["quote", "reply_to_message", "external_reply"]);
    let other = if answered.is_null() { elsewhere } else { answered };
    if other.is_null() {
        return None;
    }
    let [id, from, origin, date] = other.pick(["message_id", "from", "origin", "date"]);
    let chosen = chosen.get("text").and_then(string).as_deref().and_then(quote::words);
    let text = match chosen {
        None => {
            let [text, caption] = other.pick(["text", "caption"]);
            let words = text.text().or_else(|| caption.text()).as_deref().and_then(quote::words);
            words.or_else(|| quote::words_of(&[part(other)?], Language::English).filter(|_| has_content(other)))
        }
        chosen => chosen,
    };
    if text.is_none() && part(other).is_none() {
        return None;
    }
    let id = id.i64().filter(|_| !answered.is_null());
    Some(Quote {
        id: id.map(|id| name_of(contact, id)),
        text,
        author: name(from).or_else(|| origin_of(origin)),
        at: date.i64().filter(|date| *date > 0).map(Millis::from_seconds),
    })
}

/// Returns the bridge's name of a message in the chat with a contact, which is the same for the contact's messages and
/// for the bot's own. In a chat with a business account the same number is another message than in the bot's own chat.
pub(super) fn name_of(contact: &str, message: i64) -> String {
    format!("{contact}:{message}")
}

/// Returns whether a message has any field beside those that every message may have. A message that Telegram no longer
/// stores has none.
fn has_content(message: Json<'_>) -> bool {
    let mut has_content = false;
    message.each_field(|name, _| has_content |= !ENVELOPE.contains(&name.as_str()) && name != "origin");
    has_content
}

/// Writes the addresses of links behind the words that stand for them. Telegram counts in units of UTF-16.
fn with_links(text: String, entities: Json<'_>) -> String {
    let mut links = Vec::new();
    entities.each(|entity| {
        let [kind, offset, length, url] = entity.pick(["type", "offset", "length", "url"]);
        if kind.text().as_deref() == Some("text_link")
            && let (Some(offset), Some(length), Some(url)) = (offset.u64(), length.u64(), url.filled_text())
        {
            links.push((offset.saturating_add(length), url));
        }
    });
    if links.is_empty() || links.len() > LINKS {
        return text;
    }
    links.sort_by_key(|(end, _)| *end);
    let mut links = links.into_iter().peekable();
    let (mut out, mut at) = (String::with_capacity(text.len()), 0_u64);
    for c in text.chars() {
        while let Some((_, url)) = links.next_if(|(end, _)| *end <= at) {
            link_behind(&mut out, &url);
        }
        out.push(c);
        at = at.saturating_add(c.len_utf16() as u64);
    }
    links.for_each(|(_, url)| link_behind(&mut out, &url));
    out
}

/// Adds the address of a link, unless the words before it are the address.
fn link_behind(text: &mut String, url: &str) {
    if !text.ends_with(url.trim_end_matches('/')) && !text.ends_with(url) {
        text.push_str(&format!(" ({url})"));
    }
}

/// Returns the title and the tasks of a checklist.
fn checklist(checklist: Json<'_>) -> Option<String> {
    let [title, tasks] = checklist.pick(["title", "tasks"]);
    let mut lines: Vec<String> = given(title).into_iter().collect();
    tasks.each(|task| {
        let [text, done] = task.pick(["text", "completion_date"]);
        let mark = if done.i64().is_some_and(|at| at > 0) { "☑" } else { "☐" };
        lines.extend(given(text).filter(|_| lines.len() < TASKS).map(|text| format!("{mark} {text}")));
    });
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Returns the words of a rich message (<https://core.telegram.org/bots/api#richmessage>), one block per line.
fn rich_text(rich: Json<'_>) -> Option<String> {
    let mut out = String::new();
    blocks(rich.get("blocks")?, 0, &mut out);
    let lines = out.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let text = lines.collect::<Vec<_>>().join("\n");
    (!text.is_empty()).then_some(text)
}

/// Adds the words of blocks. A block of an unknown kind is read by the names that all kinds share.
fn blocks(list: Json<'_>, depth: usize, out: &mut String) {
    list.each(|block| {
        if depth >= DEPTH || out.len() >= RICH {
            return;
        }
        let names = ["label", "summary", "text", "caption", "expression", "blocks", "items", "cells", "is_checked"];
        let [label, summary, text, caption, expression, inner, items, cells, checked] = block.pick(names);
        if let Some(label) = given(label) {
            out.push_str(&format!("{label} "));
        }
        if checked.is_true() {
            out.push_str("☑ ");
        }
        for words in [summary, text, caption, expression] {
            if !words.is_null() {
                inline(words, depth + 1, out);
                out.push('\n');
            }
        }
        cells.each(|row| {
            let mut is_first = true;
            row.each(|cell| {
                if !std::mem::take(&mut is_first) {
                    out.push_str(" | ");
                }
                inline(cell.get("text").unwrap_or_default(), depth + 1, out);
            });
            out.push('\n');
        });
        blocks(inner, depth + 1, out);
        blocks(items, depth + 1, out);
    });
}

/// Adds a text of a rich message: a text, a list of texts, or an object around a text.
fn inline(text: Json<'_>, depth: usize, out: &mut String) {
    if depth >= DEPTH || out.len() >= RICH {
        return;
    }
    if let Some(text) = text.text() {
        return out.push_str(&text);
    }
    if text.is_array() {
        return text.each(|text| inline(text, depth + 1, out));
    }
    let [inner, url, alternative, expression] = text.pick(["text", "url", "alternative_text", "expression"]);
    inline(
        [inner, alternative, expression].into_iter().find(|text| !text.is_null()).unwrap_or_default(),
        depth + 1,
        out,
    );
    if let Some(url) = given(url) {
        link_behind(out, &url);
    }
}

/// Adds the files in the blocks of a rich message.
fn rich_files(rich: Json<'_>, depth: usize, files: &mut Vec<Part>) {
    rich.get("blocks").unwrap_or_default().each(|block| {
        if depth >= DEPTH || files.len() >= FILES {
            return;
        }
        let [photo, video, animation, audio, voice] =
            block.pick(["photo", "video", "animation", "audio", "voice_note"]);
        let mut largest = None;
        photo.each(|size| largest = media(MediaKind::Image, size, None).or(largest.take()));
        let file = largest
            .or_else(|| [video, animation].into_iter().find_map(|file| media(MediaKind::Video, file, None)))
            .or_else(|| [audio, voice].into_iter().find_map(|file| media(MediaKind::Audio, file, None)));
        files.extend(file.map(Part::Media));
        rich_files(block, depth + 1, files);
    });
}

fn string(value: Json<'_>) -> Option<String> {
    value.text().map(Cow::into_owned)
}

/// Returns a text that is not blank.
fn given(value: Json<'_>) -> Option<String> {
    string(value).filter(|text| !text.trim().is_empty())
}

/// Returns the name of a field as words.
fn words(name: &str) -> String {
    let clean: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).take(40).collect();
    let words = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { "unknown message".to_owned() } else { words }
}
