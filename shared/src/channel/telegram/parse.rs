//! Reads Telegram's updates (<https://core.telegram.org/bots/api#update>).

use std::borrow::Cow;

use serde_json::json;

use super::{BOT_TOKEN, CONNECTION, content};
use crate::{
    adapter::{
        Account,
        webhook::{Ack, ParseError, ParsedChannel, UNREADABLE, WebhookRequest, id_of},
    },
    model::message::{ChannelEvent, ChannelEventKind, Contact, MessageNames, Part},
    tools::{
        json::{self, Json},
        language::Language,
        millis::Millis,
        sentences::Sentence,
    },
};

/// Returns the events in an update.
///
/// Types of updates that Telegram adds later are acknowledged, because a refused update holds back all later ones of
/// its chat for a day.
pub(super) fn parse(account: &Account<'_>, request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let whole = json::text_of(&request.body);
    let body = Json::read(&whole).map_err(|error| ParseError::json(&error))?;
    let names = ["update_id", "message", "edited_message", "callback_query", "my_chat_member"];
    let [id, message, edited, query, member] = body.pick(names);
    if id.is_null() && [message, edited, query, member].into_iter().all(Json::is_null) {
        return Err(ParseError::missing("update_id"));
    }
    let id = id.i64().map_or_else(|| id_of(body.raw()), |id| id.to_string());
    let bot = account.secret(BOT_TOKEN).and_then(|token| token.reveal().split_once(':')?.0.parse().ok());
    let language = account.options.language;
    let update = Update { id: format!("update:{id}"), received_at: request.received_at, bot, language };
    if !message.is_null() {
        return Ok(update.message(message, false));
    }
    if !edited.is_null() {
        return Ok(update.message(edited, true));
    }
    if !query.is_null() {
        return Ok(update.pressed(query));
    }
    if !member.is_null() {
        return Ok(update.member(member));
    }
    let business = ["business_message", "edited_business_message", "deleted_business_messages", "business_connection"];
    let [written, edited, deleted, connection] = body.pick(business);
    if !written.is_null() {
        return Ok(update.message(written, false));
    }
    if !edited.is_null() {
        return Ok(update.message(edited, true));
    }
    if !deleted.is_null() {
        return Ok(update.deleted(deleted));
    }
    if !connection.is_null() {
        return Ok(update.connection(connection));
    }
    let is_post = ["channel_post", "edited_channel_post"].iter().any(|name| body.get(name).is_some());
    Ok(update.ignored(if is_post { "channel_post" } else { "unknown_update" }))
}

/// An update that is being read.
struct Update {
    /// The id, the same for every redelivery: by <https://core.telegram.org/bots/api#update>, the number grows per bot.
    id: String,
    received_at: Millis,
    /// The bot's own id, which its token begins with.
    bot: Option<i64>,
    /// The language of remarks on what agents read.
    language: Language,
}

impl Update {
    fn message(&self, message: Json<'_>, is_edit: bool) -> ParsedChannel {
        let names = ["chat", "from", "migrate_to_chat_id", "location", "edit_date", "date"];
        let [chat, from, moved, location, edit_date, date] = message.pick(names);
        let [topic, is_topic] = message.pick(["message_thread_id", "is_topic_message"]);
        let Some(chat) = Chat::of(chat) else { return self.ignored("nobody") };
        if !chat.is_private {
            return self.ignored(if moved.is_null() { "group" } else { "group_moved" });
        }
        if is_edit && !location.is_null() {
            // The contact moves while sharing a live location; agents have received the first position.
            return self.ignored("live_location");
        }
        let Some(parts) = content::parts(message, is_edit, self.language) else {
            return self.ignored("service_message");
        };
        let contact = Contact {
            phone: content::own_number(message),
            // Without the flag, the id is that of a mere thread of replies.
            thread: topic.i64().filter(|_| is_topic.is_true()).map(|topic| topic.to_string()),
            ..contact(&chat, message, from)
        };
        let date = edit_date.i64().filter(|_| is_edit).or_else(|| date.i64());
        let id = message.get("message_id").and_then(Json::i64).map(|id| content::name_of(&contact.id, id));
        let names = MessageNames { id, ..MessageNames::default() };
        let quote = content::quote(&contact.id, message);
        let said = |kind| ParsedChannel::events(vec![self.event(contact, date, kind).with(names, quote)]);
        let [connection, sender, bot] = message.pick(["business_connection_id", "from", "sender_business_bot"]);
        if connection.is_null() {
            return said(ChannelEventKind::Message { parts });
        }
        let bot = bot.get("id").and_then(Json::i64);
        if bot.is_some() && bot == self.bot {
            return self.ignored("own_echo");
        }
        // In a chat with the business's own account, the other person is the business.
        let is_theirs = bot.is_none() && sender.get("id").and_then(Json::i64).is_none_or(|sender| sender == chat.id);
        said(match is_theirs {
            true => ChannelEventKind::Message { parts },
            false => ChannelEventKind::BusinessEcho { parts, message: None },
        })
    }

    /// Tells that messages in a chat with a business account were deleted. Telegram does not say by whom.
    fn deleted(&self, deleted: Json<'_>) -> ParsedChannel {
        let [chat, messages] = deleted.pick(["chat", "message_ids"]);
        let Some(chat) = Chat::of(chat) else { return self.ignored("nobody") };
        if !chat.is_private {
            return self.ignored("group");
        }
        let mut count = 0_usize;
        messages.each(|_| count += 1);
        let remark = match count {
            0 => return self.ignored("nothing_to_show"),
            1 => Sentence::MessageDeleted,
            count => Sentence::MessagesDeleted { count },
        };
        let kind = ChannelEventKind::Message { parts: vec![Part::text(self.language.say(remark))] };
        ParsedChannel::events(vec![self.event(contact(&chat, deleted, Json::default()), None, kind)])
    }

    /// Returns what has become of the connection to a business account, which concerns no contact. If the account
    /// disconnects the bot or does not let it reply, the next answer tells its agent.
    fn connection(&self, connection: Json<'_>) -> ParsedChannel {
        let [is_enabled, rights] = connection.pick(["is_enabled", "rights"]);
        self.ignored(match () {
            () if !is_enabled.is_true() => "business_disconnected",
            () if rights.get("can_reply").is_some_and(Json::is_true) => "business_connected",
            () => "business_connected_without_reply",
        })
    }

    /// Returns the text of the pressed button, as if the contact had written it.
    ///
    /// The answer to this call also tells Telegram that the press was received; otherwise the button would keep
    /// spinning (<https://core.telegram.org/bots/api#making-requests-when-getting-updates>).
    fn pressed(&self, query: Json<'_>) -> ParsedChannel {
        let [id, from, message, data] = query.pick(["id", "from", "message", "data"]);
        let [inline, game] = query.pick(["inline_message_id", "game_short_name"]);
        let id = id.text().or_else(|| id.f64().map(|_| id.raw().into()));
        let heard = id.map_or_else(Ack::empty, |id| {
            Ack::json(&json!({"method": "answerCallbackQuery", "callback_query_id": id}))
        });
        let parsed = match (message.get("chat").and_then(Chat::of), data.text()) {
            (None, _) => self.ignored(if inline.is_null() { "nobody" } else { "inline_message" }),
            (Some(chat), _) if !chat.is_private => self.ignored("group"),
            (Some(_), None) => self.ignored(if game.is_null() { UNREADABLE } else { "game" }),
            (Some(chat), Some(data)) => {
                // A message that Telegram no longer stores arrives without its buttons.
                let text = label(message, &data).unwrap_or(data);
                let part = if text.trim().is_empty() {
                    Part::Unsupported { what: "pressed button".to_owned(), text: None }
                } else {
                    Part::text(text)
                };
                let [topic, is_topic] = message.pick(["message_thread_id", "is_topic_message"]);
                let thread = topic.i64().filter(|_| is_topic.is_true()).map(|topic| topic.to_string());
                let contact = Contact { thread, ..contact(&chat, message, from) };
                let said = ChannelEventKind::Message { parts: vec![part] };
                ParsedChannel::events(vec![self.event(contact, None, said)])
            }
        };
        parsed.answered(heard)
    }

    fn member(&self, member: Json<'_>) -> ParsedChannel {
        let [chat, from, date] = member.pick(["chat", "from", "date"]);
        let Some(chat) = Chat::of(chat) else { return self.ignored("nobody") };
        if !chat.is_private {
            return self.ignored("group");
        }
        let kind = match member.text_at("/new_chat_member/status").as_deref() {
            Some("kicked") => ChannelEventKind::Unsubscribed,
            Some("member") => ChannelEventKind::Subscribed,
            _ => return self.ignored("unknown_status"),
        };
        ParsedChannel::events(vec![self.event(contact(&chat, Json::default(), from), date.i64(), kind)])
    }

    fn event(&self, contact: Contact, date: Option<i64>, kind: ChannelEventKind) -> ChannelEvent {
        let at = date.filter(|date| *date > 0).map(Millis::from_seconds).unwrap_or(self.received_at);
        ChannelEvent::new(&self.id, at, contact, kind)
    }

    fn ignored(&self, reason: &'static str) -> ParsedChannel {
        ParsedChannel::ignored(self.id.clone(), reason)
    }
}

/// The fields of a chat that decide whose message it is.
struct Chat {
    id: i64,
    /// Whether this is one person's chat with the bot.
    is_private: bool,
}

impl Chat {
    fn of(chat: Json<'_>) -> Option<Self> {
        let [id, kind] = chat.pick(["id", "type"]);
        let id = id.i64()?;
        // Telegram's own examples leave the type out.
        Some(Self { id, is_private: kind.text().map_or(id > 0, |kind| kind == "private") })
    }
}

/// Returns the label of the button that sends this data.
fn label<'a>(message: Json<'a>, data: &str) -> Option<Cow<'a, str>> {
    let rows = message.pointer("/reply_markup/inline_keyboard")?;
    rows.find(|row| {
        row.find(|key| {
            let [text, callback_data] = key.pick(["text", "callback_data"]);
            text.text().filter(|_| callback_data.text().as_deref() == Some(data))
        })
    })
}

/// Returns the contact of a private chat, whose id is the person's id. The chat of the same person with a business
/// account is another one than that with the bot; its id carries the connection to the account.
fn contact(chat: &Chat, message: Json<'_>, user: Json<'_>) -> Contact {
    let connection = message.text_at("/business_connection_id").filter(|id| !id.is_empty());
    let [id, language] = user.pick(["id", "language_code"]);
    let is_theirs = id.i64() == Some(chat.id);
    // Telegram writes IETF language tags.
    let code = language.text().and_then(|tag| tag.split('-').next().map(str::to_ascii_lowercase));
    Contact {
        id: connection.map_or_else(|| chat.id.to_string(), |id| format!("{}{CONNECTION}{id}", chat.id)),
        name: content::name(user).filter(|_| is_theirs),
        language: code.filter(|code| is_theirs && !code.is_empty()),
        ..Contact::default()
    }
}
