//! What a customer says in Apple Messages.

use serde_json::Value;

use super::{notice, text};
use crate::message::Part;

/// The parts of a message.
pub(super) fn parts(message: &Value) -> Vec<Part> {
    let mut parts: Vec<Part> = ["/content/subject", "/content/body"]
        .into_iter()
        .filter_map(|path| text(message, path))
        // This marks the place of an attachment.
        .map(|words| words.replace('\u{fffc}', "").trim().to_owned())
        .filter(|words| !words.is_empty())
        .map(Part::text)
        .collect();
    for attachment in list(message, "/content/attachments") {
        // Under which path the file lies is not published.
        let name = text(attachment, "/name").map(str::to_owned);
        parts.push(Part::Unsupported { what: "attachment".to_owned(), text: name });
    }
    if let Some(data) = message.pointer("/content/interactive_data") {
        parts.extend(reply(data).map(Part::text));
    }
    if parts.is_empty() {
        parts.push(notice(text(message, "/kind").unwrap_or("unknown message")));
    }
    parts
}

/// What was chosen, in the words that the customer saw.
fn reply(data: &Value) -> Option<String> {
    let bubble = || {
        let paths = ["/reply_message/title", "/data/reply_message/title", "/received_message/title"];
        paths.into_iter().find_map(|path| text(data, path)).map(str::to_owned)
    };
    if let Some(quick) = data.pointer("/data/quick_reply") {
        return chosen(quick).map(str::to_owned).or_else(bubble);
    }
    let selections = list(data, "/data/dynamic/data/selections");
    if !selections.is_empty() {
        return Some(selections.iter().map(answered).collect::<Vec<_>>().join("\n"));
    }
    // The sections can hold rows that were not selected, so the bubble comes first.
    bubble()
        .or_else(|| joined(list(data, "/data/list_picker/sections").iter().flat_map(|it| list(it, "/items")), "/title"))
        .or_else(|| joined(list(data, "/data/event/timeslots").iter(), "/start_at"))
        .or_else(|| text(data, "/data/event/title").map(str::to_owned))
}

/// The title of the quick reply that was chosen.
fn chosen(quick: &Value) -> Option<&str> {
    let items = list(quick, "/items");
    let by_id = || {
        let id = text(quick, "/selected_identifier")?;
        items.iter().find(|item| text(item, "/identifier") == Some(id))
    };
    let by_index = || items.get(usize::try_from(quick.get("selected_index")?.as_u64()?).ok()?);
    text(by_id().or_else(by_index)?, "/title")
}

/// A page of a form: its title, and what was answered.
fn answered(page: &Value) -> String {
    let answers = joined(list(page, "/items").iter(), "/title").unwrap_or_default();
    match text(page, "/title").or_else(|| text(page, "/subtitle")) {
        Some(title) => format!("{title}: {answers}"),
        None => answers,
    }
}

fn joined<'a>(values: impl Iterator<Item = &'a Value>, path: &str) -> Option<String> {
    let texts: Vec<&str> = values.filter_map(|value| text(value, path)).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
