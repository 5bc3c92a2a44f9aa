//! Reads the content of Apple Messages.

use std::borrow::Cow;

use super::wire::{APPLE, notice, text};
use crate::{
    channel::{encoded, readable},
    model::message::{Media, MediaKind, MediaSource, Part},
    tools::json::Json,
};

/// The maximum number of attachments that the bridge lists for a message.
const ATTACHMENTS: usize = 100;

/// Returns the parts of a message.
pub(super) fn parts(message: Json<'_>) -> Vec<Part> {
    let mut parts: Vec<Part> = ["/content/subject", "/content/body"]
        .into_iter()
        .filter_map(|path| text(message, path))
        // U+FFFC marks the place of an attachment.
        .map(|words| words.replace('\u{fffc}', "").trim().to_owned())
        .filter(|words| !words.is_empty())
        .map(Part::text)
        .collect();
    // What is of another type than documented is there all the same.
    let content = message.get("content").unwrap_or_default();
    let is_odd = |name: &str| content.get(name).is_some_and(|value| !value.is_null() && value.text().is_none());
    if !parts.is_empty() && ["subject", "body"].into_iter().any(is_odd) {
        parts.push(notice("text", None));
    }
    let attachments = list(message, "/content/attachments");
    let mut count = 0_usize;
    attachments.each(|_| count += 1);
    let id = text(message, "/id").filter(|_| count == 1);
    attachments.each(|attachment| {
        if parts.len() < ATTACHMENTS {
            parts.push(file(id.as_deref(), attachment));
        }
    });
    if let Some(data) = message.pointer("/content/interactive_data") {
        parts.extend(reply(data).map(Part::text));
    }
    if parts.is_empty() {
        let rest = message.get("content").and_then(readable);
        parts.push(notice(&text(message, "/kind").unwrap_or("unknown message".into()), rest));
    }
    parts
}

/// Returns an attachment. Bird has two calls that return its bytes, by the position in its `message` and by its own id,
/// and publishes no path of theirs; the paths are those of its other products. It is unknown from which number
/// positions count, so they are used only where a message has a single attachment.
fn file(message: Option<&str>, attachment: Json<'_>) -> Part {
    let name = text(attachment, "/name").map(Cow::into_owned);
    let content_type = text(attachment, "/mime_type").map(Cow::into_owned);
    let by_position = message.map(|message| format!("{APPLE}/messages/{}/attachments/0", encoded(message)));
    let by_id = text(attachment, "/attachment_id").map(|id| format!("{APPLE}/attachments/{}/content", encoded(&id)));
    let paths: Vec<String> = by_position.into_iter().chain(by_id).collect();
    if paths.is_empty() {
        return Part::Unsupported { what: "attachment".to_owned(), text: name.or(content_type) };
    }
    let kind = content_type.as_deref().map_or(MediaKind::File, MediaKind::of);
    Part::Media(Media {
        name,
        content_type,
        size: attachment.get("size").and_then(Json::u64),
        ..Media::new(kind, MediaSource::Reference { id: paths.join(" ") })
    })
}

/// Returns the customer's choice, in the words that the customer saw.
fn reply(data: Json<'_>) -> Option<String> {
    let bubble = || {
        let paths = ["/reply_message/title", "/data/reply_message/title", "/received_message/title"];
        paths.into_iter().find_map(|path| text(data, path)).map(Cow::into_owned)
    };
    if let Some(quick) = data.pointer("/data/quick_reply") {
        return chosen(quick).map(Cow::into_owned).or_else(bubble);
    }
    let mut answers = String::new();
    list(data, "/data/dynamic/data/selections").each(|page| append(&mut answers, "\n", &answered(page)));
    if !answers.is_empty() {
        return Some(answers);
    }
    // The sections can hold rows that were not selected, so the bubble comes first.
    let rows = || {
        let mut rows = String::new();
        list(data, "/data/list_picker/sections").each(|section| titles(&mut rows, list(section, "/items"), "/title"));
        (!rows.is_empty()).then_some(rows)
    };
    let times = || {
        let mut times = String::new();
        titles(&mut times, list(data, "/data/event/timeslots"), "/start_at");
        (!times.is_empty()).then_some(times)
    };
    bubble().or_else(rows).or_else(times).or_else(|| text(data, "/data/event/title").map(Cow::into_owned))
}

/// Returns the title of the chosen quick reply.
fn chosen(quick: Json<'_>) -> Option<Cow<'_, str>> {
    let items = list(quick, "/items");
    let by_id = || {
        let id = text(quick, "/selected_identifier")?;
        items.find(|item| (text(item, "/identifier")? == id).then_some(item))
    };
    let by_index = || items.item(usize::try_from(quick.get("selected_index")?.u64()?).ok()?);
    text(by_id().or_else(by_index)?, "/title")
}

/// Returns one page of a form: its title and the answers.
fn answered(page: Json<'_>) -> String {
    let mut answers = String::new();
    titles(&mut answers, list(page, "/items"), "/title");
    match text(page, "/title").or_else(|| text(page, "/subtitle")) {
        Some(title) => format!("{title}: {answers}"),
        None => answers,
    }
}

/// Appends the texts of a list.
fn titles(to: &mut String, list: Json<'_>, path: &str) {
    list.each(|item| append(to, ", ", &text(item, path).unwrap_or_default()));
}

fn append(to: &mut String, between: &str, text: &str) {
    if !text.is_empty() {
        if !to.is_empty() {
            to.push_str(between);
        }
        to.push_str(text);
    }
}

fn list<'a>(value: Json<'a>, pointer: &str) -> Json<'a> {
    value.pointer(pointer).unwrap_or_default()
}
