//! Telegram's updates: <https://core.telegram.org/bots/api#update>.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{
    content,
    wire::{CallbackQuery, Message, MyChatMember, User},
};
use crate::{
    message::{ChannelEvent, ChannelEventKind, Contact, Part},
    webhook::{Ack, ParseError, ParsedChannel, WebhookRequest, decode},
};

/// Updates about what the business does on Telegram with an account of its own.
const BUSINESS: &[&str] =
    &["business_connection", "business_message", "edited_business_message", "deleted_business_messages"];

/// What an update contains.
///
/// Whatever Telegram adds some day is acknowledged: an update that is refused holds back everything later of its chat
/// for a day.
pub(super) fn parse(request: &WebhookRequest) -> Result<ParsedChannel, ParseError> {
    let update: Map<String, Value> = decode(&request.body)?;
    let id = update.get("update_id").ok_or_else(|| ParseError::missing("update_id"))?;
    let id = id.as_i64().ok_or_else(|| ParseError::bad("update_id", "a whole number"))?;
    let update = Update { id: format!("update:{id}"), received_at: request.received_at, fields: &update };
    if let Some(message) = update.field::<Message>("message")? {
        return update.message(&message, false);
    }
    if let Some(message) = update.field::<Message>("edited_message")? {
        return update.message(&message, true);
    }
    if let Some(query) = update.field::<CallbackQuery>("callback_query")? {
        return Ok(update.pressed(&query));
    }
    if let Some(member) = update.field::<MyChatMember>("my_chat_member")? {
        return Ok(update.member(&member));
    }
    let has = |names: &[&str]| names.iter().any(|name| update.fields.contains_key(*name));
    Ok(update.ignored(match () {
        () if has(&["channel_post", "edited_channel_post"]) => "channel_post",
        () if has(BUSINESS) => "business_account",
        () => "unknown_update",
    }))
}

/// An update while it is read.
struct Update<'a> {
    /// Equal for every redelivery: <https://core.telegram.org/bots/api#update> has the number grow per bot.
    id: String,
    received_at: i64,
    fields: &'a Map<String, Value>,
}

impl Update<'_> {
    fn field<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ParseError> {
        let Some(value) = self.fields.get(name) else { return Ok(None) };
        T::deserialize(value).map(Some).map_err(|_| ParseError::bad(name, "of the type that Telegram documents"))
    }

    fn message(&self, message: &Message, is_edit: bool) -> Result<ParsedChannel, ParseError> {
        let name = if is_edit { "edited_message.chat.id" } else { "message.chat.id" };
        let chat = message.chat.as_ref().ok_or_else(|| ParseError::missing(name))?;
        if !chat.is_private() {
            return Ok(self.ignored(match message.others.contains_key("migrate_to_chat_id") {
                true => "group_moved",
                false => "group",
            }));
        }
        if is_edit && message.location.is_some() {
            // The contact moves while sharing the place; agents got the first one.
            return Ok(self.ignored("live_location"));
        }
        let Some(parts) = content::parts(message, is_edit) else { return Ok(self.ignored("service_message")) };
        let contact = Contact { phone: content::own_number(message), ..contact(chat.id, message.from.as_ref()) };
        let date = if is_edit { message.edit_date.or(message.date) } else { message.date };
        Ok(self.event(contact, date, ChannelEventKind::Message { parts }))
    }

    /// The text of the button, as if the contact had written it.
    ///
    /// The answer to this very call tells Telegram that the press was heard, or the button would go on spinning:
    /// <https://core.telegram.org/bots/api#making-requests-when-getting-updates>.
    fn pressed(&self, query: &CallbackQuery) -> ParsedChannel {
        let heard = match &query.id {
            id @ (Value::String(_) | Value::Number(_)) => {
                let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
                Ack::json(&json!({"method": "answerCallbackQuery", "callback_query_id": id}))
            }
            _ => Ack::empty(),
        };
        let chat = query.message.as_ref().and_then(|message| message.chat.as_ref());
        let parsed = match (chat, &query.data) {
            (None, _) => self.ignored("inline_message"),
            (Some(chat), _) if !chat.is_private() => self.ignored("group"),
            (Some(_), None) => self.ignored("game"),
            (Some(chat), Some(data)) => {
                let markup = query.message.as_ref().and_then(|message| message.reply_markup.as_ref());
                let mut buttons = markup.into_iter().flat_map(|markup| markup.inline_keyboard.iter().flatten());
                let button = buttons.find(|button| button.callback_data.as_ref() == Some(data));
                // A message that Telegram does not keep any more comes without its buttons.
                let text = button.map_or(data, |button| &button.text);
                let part = if text.trim().is_empty() {
                    Part::Unsupported { what: "pressed button".to_owned(), text: None }
                } else {
                    Part::text(text)
                };
                let contact = contact(chat.id, query.from.as_ref());
                self.event(contact, None, ChannelEventKind::Message { parts: vec![part] })
            }
        };
        parsed.answered(heard)
    }

    fn member(&self, member: &MyChatMember) -> ParsedChannel {
        if !member.chat.is_private() {
            return self.ignored("group");
        }
        let kind = match member.new_chat_member.status.as_str() {
            "kicked" => ChannelEventKind::Unsubscribed,
            "member" => ChannelEventKind::Subscribed,
            _ => return self.ignored("unknown_status"),
        };
        self.event(contact(member.chat.id, member.from.as_ref()), member.date, kind)
    }

    fn event(&self, contact: Contact, date: Option<i64>, kind: ChannelEventKind) -> ParsedChannel {
        let at = date.filter(|date| *date > 0).and_then(|date| date.checked_mul(1_000)).unwrap_or(self.received_at);
        ParsedChannel::events(vec![ChannelEvent { id: self.id.clone(), at, contact, kind }])
    }

    fn ignored(&self, reason: &'static str) -> ParsedChannel {
        ParsedChannel::ignored(self.id.clone(), reason)
    }
}

/// The contact of a private chat: the chat has its person's id.
fn contact(chat: i64, user: Option<&User>) -> Contact {
    let user = user.filter(|user| user.id == chat);
    Contact {
        id: chat.to_string(),
        name: user.and_then(User::name),
        language: user.and_then(User::language),
        ..Contact::default()
    }
}
