//! Reads the webhooks (<https://developers.facebook.com/docs/messenger-platform/reference/webhook-events>).

use std::borrow::Cow;

use super::Messenger;
use crate::{
    adapter::{
        Account, Verified,
        webhook::{Addresses, Batch, ParseError, ParsedChannel, UNREADABLE, WebhookRequest, id_of},
    },
    channel::{meta, readable},
    model::message::{
        ChannelEvent, ChannelEventKind, Contact, Media, MediaKind, MediaSource, MessageNames, Part, Quote, Receipt,
    },
    tools::{
        crypto::{UUID_RANDOM, uuid_version},
        json::{self, Json},
        language::Language,
        millis::Millis,
        sentences::Sentence,
    },
};

/// The stickers of the thumbs-up button, in three sizes.
const THUMBS: &[u64] = &[369_239_263_222_822, 369_239_343_222_814, 369_239_383_222_810];

/// The kinds of shared content that may have a title and no link that can be opened.
const SHARED: &[&str] = &["fallback", "template", "reel", "ig_reel", "share", "post", "ig_post", "ig_story"];

/// The maximum length of a contact's id, in bytes. Every receipt of an event takes a copy of the id.
const ID: usize = 256;
/// The maximum number of attachments in a message.
const ATTACHMENTS: usize = 100;

/// Returns the events in a call. One malformed event never affects the others.
pub(super) fn parse(
    platform: &Messenger,
    account: &Account<'_>,
    verified: Verified<'_>,
) -> Result<ParsedChannel, ParseError> {
    let request = verified.request();
    let whole = json::text_of(&request.body);
    let body = Json::read(&whole).map_err(|error| ParseError::json(&error))?;
    let [object, entries] = body.pick(["object", "entry"]);
    if !entries.is_array() {
        return Err(ParseError::missing("entry"));
    }
    let mut batch = Batch::new();
    if object.text().ok_or_else(|| ParseError::missing("object"))? != platform.object {
        batch.ignore("", "other_object");
        return Ok(batch.done());
    }
    let ours = account.setting(platform.account_id.name);
    batch.each(entries, |batch, entry| {
        let [page, standby, messaging, changes] = entry.pick(["id", "standby", "messaging", "changes"]);
        let page = page.text();
        let is_ours = verified.is_for(page.as_deref(), ours);
        let page = page.unwrap_or_default();
        if !is_ours {
            return batch.ignore(page, "other_page");
        }
        if !standby.is_null() {
            batch.ignore(&*page, "standby");
        }
        // Comments, mentions below posts and the like are no messages.
        if !changes.is_null() {
            batch.ignore(page, "other_field");
        }
        batch.each(messaging, |batch, event| Event::of(platform, account, event, request.received_at).read(batch));
    });
    if batch.is_empty() {
        batch.ignore("", "nothing");
    }
    Ok(batch.done())
}

/// Returns the Pages or accounts that the entries of a call name.
pub(super) fn addresses(account: &Account<'_>, request: &WebhookRequest) -> Addresses {
    let mut addresses = Addresses::default();
    let whole = json::text_of(&request.body);
    let entries = Json::read(&whole).ok().and_then(|body| body.get("entry")).unwrap_or_default();
    entries.each(|entry| {
        let page = entry.text_at("/id");
        addresses.extend(page.and_then(|page| account.address(meta::API_URL, &page)));
    });
    addresses
}

struct Event<'a> {
    platform: &'a Messenger,
    whole: Json<'a>,
    at: Millis,
    /// The contact's id; empty if it cannot be read.
    contact: String,
    message: Json<'a>,
    /// The language of remarks on what agents read.
    language: Language,
}

impl<'a> Event<'a> {
    fn of(platform: &'a Messenger, account: &Account<'_>, whole: Json<'a>, received_at: Millis) -> Self {
        let [sender, recipient, timestamp, message] = whole.pick(["sender", "recipient", "timestamp", "message"]);
        let contact = if is(message, "is_echo") { recipient } else { sender };
        let contact = contact.get("id").and_then(Json::filled_text).filter(|id| id.len() <= ID).unwrap_or_default();
        Self {
            platform,
            whole,
            at: time(timestamp).unwrap_or(received_at),
            contact,
            message,
            language: account.options.language,
        }
    }

    fn push(&self, batch: &mut Batch, id: String, kind: ChannelEventKind) {
        let contact = Contact { id: self.contact.clone(), ..Contact::default() };
        let (names, quote) = self.names_and_quote(&kind);
        batch.push(ChannelEvent::new(id, self.at, contact, kind).with(names, quote));
    }

    /// Returns Messenger's names for the message, and the message that it answers. Only the id of that one comes along.
    fn names_and_quote(&self, kind: &ChannelEventKind) -> (MessageNames, Option<Quote>) {
        let is_theirs = matches!(kind, ChannelEventKind::Message { .. });
        let is_written = is_theirs || matches!(kind, ChannelEventKind::BusinessEcho { .. });
        if !is_written || is(self.message, "is_deleted") {
            return Default::default();
        }
        let id = self.message.get("mid").and_then(Json::filled_text);
        let names = MessageNames { to_mark: id.clone().filter(|_| is_theirs), id, token: None };
        (names, self.message.text_at("/reply_to/mid").filter(|mid| !mid.is_empty()).map(Quote::of))
    }

    /// Returns the id of the message that a field of the event is about, or a made-up id if it is missing.
    fn mid(&self, of: Json<'_>) -> String {
        of.get("mid").and_then(Json::filled_text).unwrap_or_else(|| id_of(self.whole.raw()))
    }

    fn read(&self, batch: &mut Batch) {
        let names = ["delivery", "message_edit", "postback", "reaction", "read", "referral", "optin"];
        let [delivery, edit, postback, reaction, read, referral, optin] = self.whole.pick(names);
        let mids = delivery.get("mids").filter(|_| self.message.is_null()).unwrap_or_default();
        let mut names_any = false;
        // Each message's own id finds the message, so the contact may be missing.
        mids.each(|mid| {
            let Some(message) = mid.filled_text() else { return };
            names_any = true;
            let id = format!("delivered:{message}");
            self.push(batch, id, ChannelEventKind::Receipt { message, receipt: Receipt::Delivered });
        });
        if names_any {
            return;
        }
        let is_written = [self.message, edit, postback, reaction].into_iter().any(|event| !event.is_null());
        if self.contact.is_empty() && is_written {
            return batch.ignore("", "nobody");
        }
        let said = |part: Part| ChannelEventKind::Message { parts: vec![part] };
        if !self.message.is_null() {
            self.message(batch);
        } else if !edit.is_null() {
            let times = edit.get("num_edit").and_then(Json::u64).unwrap_or_default();
            let text = edit.get("text").unwrap_or_default();
            let is_readable = edit.is_object() && (text.is_null() || text.text().is_some());
            let Some(text) = text.filled_text() else {
                return batch.ignore(self.mid(edit), if is_readable { "nothing_to_show" } else { UNREADABLE });
            };
            let part = Part::text(format!("{} {text}", self.language.say(Sentence::Edited)));
            self.push(batch, format!("edit:{}:{times}", self.mid(edit)), said(part));
        } else if !postback.is_null() {
            let [mid, title, payload] = postback.pick(["mid", "title", "payload"]);
            let words = title.text().or_else(|| payload.text());
            let id = mid.filled_text().unwrap_or_else(|| format!("postback:{}:{}", self.contact, self.at));
            self.push(batch, id, said(words.map_or_else(|| notice("pressed button"), Part::text)));
        } else if !reaction.is_null() {
            let [action, emoji] = reaction.pick(["action", "emoji"]);
            let mid = self.mid(reaction);
            match emoji.text().filter(|_| action.text().as_deref() == Some("react")) {
                Some(emoji) => {
                    let id = format!("reaction:{mid}:{}", self.at);
                    self.push(batch, id, said(Part::text(self.language.say(Sentence::ReactedWith { emoji: &emoji }))));
                }
                None => batch.ignore(mid, "nothing_to_show"),
            }
        } else if !read.is_null() {
            self.receipt_up_to(batch, read, Receipt::Read);
        } else if !delivery.is_null() {
            self.receipt_up_to(batch, delivery, Receipt::Delivered);
        } else {
            let why = match () {
                () if !referral.is_null() || !optin.is_null() => "referral",
                () => "unknown_event",
            };
            batch.ignore(&*self.contact, why);
        }
    }

    /// Reads a receipt that names a time, or the last message that it is for.
    fn receipt_up_to(&self, batch: &mut Batch, event: Json<'_>, receipt: Receipt) {
        let [watermark, mid] = event.pick(["watermark", "mid"]);
        let (until, message) = (time(watermark), mid.filled_text());
        let id = match (&message, until) {
            (Some(message), _) => message.clone(),
            (None, Some(until)) => format!("{}:{until}", self.contact),
            (None, None) => return batch.ignore(&*self.contact, "nothing_to_show"),
        };
        let id = format!("{}:{id}", receipt.word());
        self.push(batch, id, ChannelEventKind::ReceiptUpTo { until: until.unwrap_or(self.at), message, receipt });
    }

    fn message(&self, batch: &mut Batch) {
        let mid = self.mid(self.message);
        let (is_echo, is_deleted) = (is(self.message, "is_echo"), is(self.message, "is_deleted"));
        // The bridge's own messages come back with the UUID that it sent as metadata. Other tools send other metadata,
        // and where it is a UUID, it is a random one.
        let metadata = self.message.get("metadata").and_then(Json::text);
        let version = metadata.and_then(|metadata| uuid_version(&metadata));
        if is_echo && self.platform.has_metadata && version.is_some_and(|version| version != UUID_RANDOM) {
            return batch.ignore(mid, "echo");
        }
        if is_echo && is_deleted {
            return batch.ignore(mid, "nothing_to_show");
        }
        let (id, kind) = if is_echo {
            // Without metadata, only the id tells whether the message is one of the bridge's.
            let message = (!self.platform.has_metadata).then(|| mid.clone());
            (
                format!("echo:{mid}"),
                ChannelEventKind::BusinessEcho { parts: parts(self.message, self.language), message },
            )
        } else if is_deleted {
            let parts = vec![Part::text(self.language.say(Sentence::TookBack))];
            (format!("deleted:{mid}"), ChannelEventKind::Message { parts })
        } else {
            (mid, ChannelEventKind::Message { parts: parts(self.message, self.language) })
        };
        self.push(batch, id, kind);
    }
}

fn parts(message: Json<'_>, language: Language) -> Vec<Part> {
    let [text, attachments] = message.pick(["text", "attachments"]);
    let mut parts: Vec<Part> = text.filled_text().map(Part::text).into_iter().collect();
    let (mut seen, mut is_cut) = (Vec::new(), false);
    attachments.each(|attachment| {
        let sticker = attachment.pointer("/payload/sticker_id").and_then(Json::u64);
        // For a while, Messenger sent a sticker as an image too.
        if sticker.is_some_and(|id| seen.contains(&id)) {
            return;
        }
        if parts.len() >= ATTACHMENTS {
            is_cut = true;
            return;
        }
        seen.extend(sticker);
        let part = match sticker {
            Some(id) if THUMBS.contains(&id) => Part::text("👍"),
            Some(id) => Part::Sticker { id: id.to_string(), url: link(attachment) },
            None => part(attachment, language),
        };
        // A link arrives both as text and as a preview of itself.
        if parts.last() != Some(&part) {
            parts.push(part);
        }
    });
    if is_cut {
        parts.push(notice("more attachments"));
    }
    if let Some(url) = message.text_at("/reply_to/story/url").filter(|url| is_link(url)) {
        parts.push(Part::text(language.say(Sentence::StoryReplyAt { url: &url })));
    } else if message.pointer("/reply_to/story").is_some_and(|story| story.is_object()) {
        parts.push(Part::text(language.say(Sentence::StoryReply)));
    }
    if let Some(title) = message.text_at("/referral/ads_context_data/ad_title") {
        parts.push(Part::text(language.say(Sentence::CameFrom { from: &title })));
    }
    // What is of another type than documented is there all the same.
    if !text.is_null() && text.text().is_none() && !parts.is_empty() {
        parts.insert(0, notice("text"));
    }
    if !attachments.is_null() && !attachments.is_array() && !parts.is_empty() {
        parts.push(notice("attachment"));
    }
    if parts.is_empty() {
        let is_unsupported = is(message, "is_unsupported");
        parts.push(notice(if is_unsupported { "unsupported message" } else { "empty message" }));
    }
    parts
}

fn part(attachment: Json<'_>, language: Language) -> Part {
    let [kind, title, payload] = attachment.pick(["type", "title", "payload"]);
    let kind = kind.text().unwrap_or("unknown message".into());
    let media = |kind| link(attachment).map(|url| Part::Media(Media::new(kind, MediaSource::ShortLink { url })));
    // Shared content has its title and link beside the payload, which is null then.
    let heading = || payload.get("title").and_then(Json::filled_text).or_else(|| title.filled_text());
    let known = match &*kind {
        "image" => media(MediaKind::Image),
        "video" => media(MediaKind::Video),
        "audio" => media(MediaKind::Audio),
        "file" => media(MediaKind::File),
        "location" => {
            let [latitude, longitude] = payload.get("coordinates").unwrap_or_default().pick(["lat", "long"]);
            let degrees = |value: Json<'_>, most: f64| value.f64().filter(|value| value.abs() <= most);
            degrees(latitude, 90.0).zip(degrees(longitude, 180.0)).map(|(latitude, longitude)| Part::Location {
                latitude,
                longitude,
                label: title.text().map(Cow::into_owned),
            })
        }
        "like_heart" => Some(Part::text("❤️")),
        // The media of the story may not be stored, so agents get its link, which works as long as the story.
        "story_mention" => {
            let url = link(attachment).map(|url| format!("\n{url}")).unwrap_or_default();
            Some(Part::text(format!("{}{url}", language.say(Sentence::StoryMention))))
        }
        // Whatever else is shared has a title or a link that can be opened, under ever more names.
        _ => {
            let product = payload.pointer("/product/elements/0").unwrap_or_default();
            let [name, subtitle] = product.pick(["title", "subtitle"]).map(Json::filled_text);
            let is_shared = SHARED.contains(&&*kind) || link(attachment).is_some();
            let words: Vec<String> = [heading(), name, subtitle, link(attachment)].into_iter().flatten().collect();
            (is_shared && !words.is_empty()).then(|| Part::text(words.join("\n")))
        }
    };
    known.unwrap_or_else(|| {
        let what: String = kind.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).take(40).collect();
        Part::Unsupported { what, text: readable(attachment) }
    })
}

/// Returns the link of an attachment, if it is an http or https URL.
fn link(attachment: Json<'_>) -> Option<String> {
    let url = attachment.text_at("/payload/url").or_else(|| attachment.text_at("/url"))?;
    is_link(&url).then(|| url.into_owned())
}

fn is_link(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn notice(what: &str) -> Part {
    Part::Unsupported { what: what.to_owned(), text: None }
}

fn is(value: Json<'_>, flag: &str) -> bool {
    value.get(flag).is_some_and(Json::is_true)
}

/// Returns a time. Some events have seconds.
fn time(timestamp: Json<'_>) -> Option<Millis> {
    let number = timestamp.i64().filter(|number| *number > 0)?;
    Some(if number < 1_000_000_000_000 { Millis::from_seconds(number) } else { Millis::new(number) })
}
