//! Parses Deskie's calls into events: the channel's messages to the customer, and what the account's own rules tell
//! about cases, in the form that the README asks for.

use std::borrow::Cow;

use bytes::Bytes;
use http::header;
use serde::Deserialize;

use super::{
    form, html, search,
    wire::{self, Attachment, Message, RuleCall, Webhook, WebhookMessage, Word},
};
use crate::{
    adapter::{
        Account, Fact, Known, Verified,
        webhook::{ParseError, ParsedHelpdesk, WebhookRequest, may_be_written},
    },
    helpdesk::is_link,
    model::message::{
        Author, AuthorKind, ConversationState, Happened, HelpdeskEvent, HelpdeskEventKind, Media, MediaKind,
        MediaSource, News, Part,
    },
    tools::{
        crypto::sha256_hex,
        file_type::content_type_of,
        json::{self, Json},
        millis::Millis,
    },
};

/// The maximum length of an id. Ids are numbers, and none is longer.
const MAX_ID: usize = 64;
/// The maximum number of files that the bridge takes from a message. All of them together have at most 50 MB.
const FILES: usize = 200;

pub(super) fn parse(account: &Account<'_>, verified: Verified<'_>) -> Result<ParsedHelpdesk, ParseError> {
    let request = verified.request();
    let body = body(request)?;
    let body = Json::read(&body).map_err(|error| ParseError::json(&error))?;
    let Ok(webhook) = Webhook::deserialize(body) else {
        return Err(ParseError::bad("the body", "an object"));
    };
    let kind = webhook.r#type.text().ok_or_else(|| ParseError::missing("type"))?;
    if let Some((what, state)) = happened(kind) {
        return rule(account, request, RuleCall::deserialize(body).unwrap_or_default(), what, state);
    }
    if !webhook.object.is_object() {
        return Err(ParseError::missing("object"));
    }
    let mut message = WebhookMessage::deserialize(webhook.object).unwrap_or_default();
    message.b_from_api.0 |= webhook.b_from_api.0;
    let id = id(&message, request);
    if kind != "message_new" {
        return Ok(ParsedHelpdesk::ignored(id, "unsupported"));
    }
    Ok(match event(account, (&message, webhook.object), &id, request.received_at) {
        // Without an id of its own, the same bytes within a short time are a repeat.
        Ok(event) => ParsedHelpdesk::events(vec![HelpdeskEvent {
            repeat_key: own_id(&message).is_none().then(|| sha256_hex(&request.body)),
            ..event
        }]),
        Err(reason) => ParsedHelpdesk::ignored(id, reason),
    })
}

/// Returns the messages of a page of a case with their times: for each message that the webhook would have reported,
/// its event. `None` if the page is no list. A message without an id counts as one that cannot be read, because nobody
/// could tell whether it was delivered before.
pub(super) fn history(
    account: &Account<'_>,
    known: &Known,
    page: &Bytes,
    (case, contact): (&str, &str),
) -> Option<Vec<(Option<Millis>, Option<Fact>)>> {
    let text = json::text_of(page);
    let page = Json::read(&text).ok().filter(|page| page.is_object() || page.is_array())?;
    let read = |entry: Json<'_>| {
        let Some(entry) = entry.get("message").filter(|entry| entry.is_object()) else {
            return (None, Some(Fact::Unread(String::new())));
        };
        let record = Message::deserialize(entry).unwrap_or_default();
        let at = record.created_at.text().and_then(search::date);
        if search::is_by_customer(&record) {
            return (at, None);
        }
        let mut message = WebhookMessage::deserialize(entry).unwrap_or_default();
        // Only a rule writes without a person. Records need not say so, as calls do.
        message.sent_via_rule.0 |= record.staff_id.id().is_none();
        message.custom_user_id = Word::of(account.reference(contact));
        message.user_id = known.link.user.as_deref().map(Word::of).unwrap_or_default();
        message.case_id = Word::of(case);
        let id = own_id(&message).map(str::to_owned);
        let fact = match event(account, (&message, entry), id.as_deref().unwrap_or_default(), at.unwrap_or(account.now))
        {
            Ok(event) if id.is_some() => Some(Fact::Written(Box::new(event))),
            Err(reason) if !may_be_written(reason) => None,
            Ok(_) | Err(_) => Some(Fact::Unread(id.or_else(|| record.created_at.owned()).unwrap_or_default())),
        };
        (at, fact)
    };
    Some(wire::entries(page).into_iter().map(read).collect())
}

/// Returns the event of a message, which was read from `object`, or the reason why the message is left out.
fn event(
    account: &Account<'_>,
    (message, object): (&WebhookMessage<'_>, Json<'_>),
    id: &str,
    at: Millis,
) -> Result<HelpdeskEvent, &'static str> {
    // A note is for agents, whatever else it is.
    if message.note.0 {
        return Err("private");
    }
    // Both agents and customers can write through the API. A message that neither an agent nor a rule wrote is in the
    // customer's name and never goes back to the customer. This recognizes the bridge's own message even if its id is
    // unknown, as when it created the case.
    if message.b_from_api.0 && message.staff_id.id().is_none() && !message.sent_via_rule.0 {
        return Err("echo");
    }
    let parts = parts(message, object);
    if parts.is_empty() {
        return Err("empty");
    }
    let custom = message.custom_user_id.or(&message.user_custom_id);
    // A case that is read names the user and the contact, also of a user whom an agent entered and whose calls name no
    // contact. Both ways have to use the same lane.
    let group = message.user_id.id().or(custom.text()).or(message.case_id.id()).ok_or("nobody")?;
    // The relay compares a message from a program or a rule with the bridge's own posts. A rule's message never is one
    // of them, so it is always delivered.
    let by_machine = message.b_from_api.0 || message.sent_via_rule.0;
    let author = match message.staff_id.id().filter(|_| !by_machine) {
        Some(staff) => Author { kind: AuthorKind::Agent, name: None, id: Some(staff.to_owned()) },
        None => Author { kind: if by_machine { AuthorKind::Bot } else { AuthorKind::Agent }, name: None, id: None },
    };
    Ok(HelpdeskEvent {
        repeat_key: None,
        id: id.to_owned(),
        at,
        group: group.to_owned(),
        contact: custom.text().and_then(|custom| account.contact_of(custom)).map(str::to_owned),
        user: message.user_id.id().map(str::to_owned),
        conversation: message.case_id.id().map(str::to_owned),
        kind: HelpdeskEventKind::Message { author, parts },
        // Deskie does not tell which message an agent answers.
        quote: None,
    })
}

/// Returns what the type of a rule's call means. The types are those that the README asks admins to write.
fn happened(kind: &str) -> Option<(Happened, ConversationState)> {
    match kind {
        "case_assigned" => Some((Happened::Assigned, ConversationState::Open)),
        "case_closed" => Some((Happened::Resolved, ConversationState::Resolved)),
        "case_reopened" => Some((Happened::Reopened, ConversationState::Open)),
        _ => None,
    }
}

/// Reads the call of a rule. It has no id, and whether Deskie repeats it is not known; the relay tells the same news only
/// once in a row.
fn rule(
    account: &Account<'_>,
    request: &WebhookRequest,
    call: RuleCall,
    what: Happened,
    state: ConversationState,
) -> Result<ParsedHelpdesk, ParseError> {
    // A variable that Deskie did not replace is no number.
    let is_number = |word: &&Word| word.number().is_some() && word.id().is_some_and(|id| id.len() <= MAX_ID);
    let number = |word: &Word| Some(word).filter(is_number).and_then(Word::id).map(str::to_owned);
    let case = number(&call.case_id).ok_or_else(|| match call.case_id.text() {
        Some(_) => ParseError::bad("case_id", "the number of the case, which the rule's variable stands for"),
        None => ParseError::missing("case_id"),
    })?;
    let state = call.status.text().map_or(state, |_| wire::state(&call.status));
    let user = number(&call.user_id);
    let custom =
        call.custom_user_id.or(&call.user_custom_id).text().filter(|custom| account.contact_of(custom).is_some());
    let staff = number(&call.staff_id);
    let name = call.staff_name.owned().filter(|_| staff.is_some());
    let agent = staff.map(|id| Author { kind: AuthorKind::Agent, name, id: Some(id) });
    let is_news = what != Happened::Assigned || agent.is_some();
    let news = is_news.then(|| Box::new(News { what, agent, contact: None }));
    Ok(ParsedHelpdesk::events(vec![HelpdeskEvent {
        id: format!("call:{}", request.id),
        at: request.received_at,
        group: user.clone().or_else(|| custom.map(str::to_owned)).unwrap_or_else(|| case.clone()),
        contact: custom.and_then(|custom| account.contact_of(custom)).map(str::to_owned),
        user,
        conversation: Some(case),
        repeat_key: None,
        kind: HelpdeskEventKind::Conversation { state: Some(state), news },
        quote: None,
    }]))
}

/// Returns the body as JSON, from either of the two encodings. Deskie is known to send forms.
fn body(request: &WebhookRequest) -> Result<Cow<'_, str>, ParseError> {
    let content_type = request.header(header::CONTENT_TYPE.as_str()).unwrap_or_default().to_ascii_lowercase();
    let looks_like_json = request.body.trim_ascii_start().first() == Some(&b'{');
    if content_type.contains("json") || looks_like_json {
        return Ok(json::text_of(&request.body));
    }
    form::read(&request.body).map(|form| Cow::Owned(form.to_string()))
}

fn id(message: &WebhookMessage<'_>, request: &WebhookRequest) -> String {
    own_id(message).map_or_else(|| format!("call:{}", request.id), str::to_owned)
}

fn own_id<'m>(message: &'m WebhookMessage<'_>) -> Option<&'m str> {
    message.message_id.id().filter(|id| id.len() <= MAX_ID)
}

fn parts(message: &WebhookMessage<'_>, object: Json<'_>) -> Vec<Part> {
    let text = match message.content.text() {
        Some(content) => content.replace("\r\n", "\n"),
        None => message.content_html.text().map(html::to_text).unwrap_or_default(),
    };
    let text = Some(text.trim()).filter(|text| !text.is_empty()).map(Part::text);
    let files = wire::entries(message.attachments);
    let others = (files.len() > FILES).then(|| Part::Unsupported { what: "more files".to_owned(), text: None });
    // The message has no content, or some that cannot be read.
    let is_word = |value: Json<'_>| value.is_null() || value.text().is_some() || value.f64().is_some();
    let has_odd_text =
        ["content", "content_html"].into_iter().filter_map(|name| object.get(name)).any(|it| !is_word(it));
    let odd_files = message.attachments;
    let has_odd_files = !(odd_files.is_null() || odd_files.is_array() || odd_files.is_object())
        && odd_files.text().is_none_or(|text| !matches!(text.trim(), "" | "0" | "-"));
    let has_none = !message.content.is_there() && !message.content_html.is_there();
    let is_lost = text.is_none() && (has_odd_text || has_odd_files || files.is_empty() && has_none);
    let lost = match (is_lost, has_odd_files) {
        (true, _) => Some("message"),
        (false, true) => Some("file"),
        (false, false) => None,
    };
    let lost = lost.map(|what| Part::Unsupported { what: what.to_owned(), text: None });
    // A picture that was pasted into the editor stands in the HTML only.
    let mut pictures = Vec::new();
    for url in message.content.text().and(message.content_html.text()).map(html::pictures).unwrap_or_default() {
        // A list of attachments may spell the same address with escapes.
        let name = url.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(&url);
        let is_attached = message.attachments.raw().contains(name);
        let is_shown = is_attached || message.content.text().is_some_and(|content| content.contains(&*url));
        if !is_shown && !pictures.contains(&url) && pictures.len() < FILES {
            pictures.push(url);
        }
    }
    let pictures = pictures.into_iter().map(|url| match media(&url, &Attachment::default()) {
        Part::Media(file) => Part::Media(Media { kind: MediaKind::Image, ..file }),
        other => other,
    });
    text.into_iter()
        .chain(pictures)
        .chain(files.into_iter().take(FILES).map(attachment))
        .chain(others)
        .chain(lost)
        .collect()
}

/// Reads an attachment. The lifetime of its link is not known, so the relay copies the file at once.
fn attachment(value: Json<'_>) -> Part {
    // A list may hold bare links.
    if let Some(url) = value.text() {
        return media(&url, &Attachment::default());
    }
    let file = Attachment::deserialize(value).unwrap_or_default();
    media(file.url.text().unwrap_or_default().trim(), &file)
}

fn media(url: &str, file: &Attachment) -> Part {
    if !is_link(url) {
        let text = file.file_name.owned().or_else(|| Some(url.to_owned()).filter(|url| !url.is_empty()));
        return Part::Unsupported { what: "file".to_owned(), text };
    }
    let name = file.file_name.owned().or_else(|| name_in(url));
    let extension = name.as_deref().and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension);
    let kind = file.mime_type.text().or_else(|| extension.map(content_type_of)).map_or(MediaKind::File, MediaKind::of);
    Part::Media(Media {
        name,
        content_type: file.mime_type.owned(),
        size: file.file_size.number(),
        ..Media::new(kind, MediaSource::ShortLink { url: url.to_owned() })
    })
}

/// Returns the name at the end of a link's path, if it looks like the name of a file.
fn name_in(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let name = url.path_segments()?.next_back()?;
    let (stem, extension) = name.rsplit_once('.')?;
    let is_name = !stem.is_empty() && (1..=8).contains(&extension.len());
    is_name.then(|| percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned())
}
