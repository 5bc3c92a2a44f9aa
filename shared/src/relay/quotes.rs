//! Quotes and read marks: what a message answers, what is remembered of it for the case that another one quotes it, and
//! the mark that agents' answers leave on the contact's message.

use std::{pin::pin, time::Duration};

use tokio::time::{Instant, timeout};

use super::{Message, Relay, ending::Ending};
use crate::{
    adapter::{Link, Progress, Task},
    channel::asks_for_template,
    engine::ask,
    model::{
        features::{Features, Quotes},
        installation::Side,
        message::{AuthorKind, MessageNames, Part, Quote},
        quote,
    },
    store::{Claimed, Direction, JournalKey, Quotable, Remembered, Sent, StoreError},
    tools::sentences::Sentence,
};

/// The memo that the channel refused a message together with its quote.
pub(super) const REFUSED: &str = "quote.refused";
/// The time that a read mark may still take after its message is delivered and recorded.
const MARK_GRACE: Duration = Duration::from_secs(1);

impl Relay {
    /// Returns the message that this one answers, with the words and, for a side that shows quotes, the id that the table
    /// knows. An earlier attempt may have looked them up, so that every attempt shows the same. A failed look-up finds nothing.
    pub(super) async fn quote_of(&self, message: &Message<'_>, progress: &mut Progress) -> Option<Quote> {
        let told = message.quote?.clone();
        let needs_id = message.target_quotes() != Quotes::AsText || message.direction == Direction::Outbound;
        let has_words = told.text.as_deref().and_then(quote::words).is_some();
        let options = &message.open.installation.options;
        if !needs_id && (has_words || !options.remember_quotes) {
            return Some(told);
        }
        let found = match (&progress.quote, &told.id) {
            (Some(found), _) => found.clone(),
            (None, None) => Quote::default(),
            (None, Some(id)) => {
                let found = self.look_up(message, id).await.unwrap_or_else(|error| {
                    tracing::warn!(error = %error, "a quoted message could not be looked up");
                    None
                });
                let found = found.unwrap_or_default();
                let found = if options.remember_quotes { found } else { Quote { text: None, author: None, ..found } };
                progress.quote = Some(found.clone());
                found
            }
        };
        Some(Quote {
            id: if needs_id { found.id } else { told.id },
            text: if has_words { told.text } else { found.text },
            author: told.author.or(found.author),
            at: told.at.or(found.at),
        })
    }

    /// Looks up a quoted message by the id that the writing side gave. Only a message of the same contact is found.
    async fn look_up(&self, message: &Message<'_>, id: &str) -> Result<Option<Quote>, StoreError> {
        let (installation, contact) = (&message.open.installation.id, message.contact);
        let sent = Sent { side: message.direction.source(), id: id.to_owned() };
        let by_id = self.store.message_of(installation, &sent).await?;
        let is_theirs = |key: &JournalKey| key.contact == contact.id || contact.alias.as_ref() == Some(&key.contact);
        let key = match (by_id, message.direction) {
            (Some(key), _) => Some(key).filter(is_theirs),
            (None, Direction::Outbound) => Some((Direction::Outbound, id.to_owned())).map(|of| message.key_of(of)),
            (None, _) => message.open.channel.event_of(id).map(|event| message.key_of((Direction::Inbound, event))),
        };
        let Some(key) = key else { return Ok(None) };
        let Some(Remembered { quotable, sent, at }) = self.store.remembered(&key).await? else { return Ok(None) };
        let names = quotable.names;
        let id = match (message.target_quotes(), key.direction) {
            (Quotes::AsText, _) => None,
            // The helpdesk knows its own message by the event's id, and the contact's by the id that it gave.
            (_, Direction::Outbound) if message.direction == Direction::Inbound => Some(key.event.clone()),
            (_, Direction::Inbound) if message.direction == Direction::Inbound => sent,
            (Quotes::ById | Quotes::Whole, Direction::Inbound) => names.id,
            (Quotes::ByToken, Direction::Inbound) => names.token,
            (Quotes::ById | Quotes::Whole, Direction::Outbound) => sent,
            (Quotes::ByToken, Direction::Outbound) | (_, Direction::Note) => None,
        };
        // A contact reads an agent's name only if the installation shows names.
        let is_agents = key.direction == Direction::Outbound && message.direction == Direction::Outbound;
        let shows_author = !is_agents || message.open.installation.options.agent_name;
        Ok(Some(Quote { id, text: quotable.text, author: quotable.author.filter(|_| shows_author), at }))
    }

    /// Runs an attempt, and marks the contact's message beside it if `mark` names one. The mark starts first, so that a
    /// contact does not see an agent typing behind the answer. It has no effect on the attempt: it neither fails it nor
    /// holds it up, and whether it worked is not looked at.
    pub(super) async fn with_read_mark(
        &self,
        message: &Message<'_>,
        mark: Option<String>,
        attempt: impl Future<Output = Result<Ending, StoreError>>,
    ) -> Result<Ending, StoreError> {
        let Some(mark) = mark else { return attempt.await };
        let contact = &message.contact.id;
        let marking = async {
            let task = Task::MarkRead { contact, message: &mark };
            if let Err(failure) = ask::run(&self.http, message.open.side(Side::Channel), &task).await {
                tracing::debug!(reason = failure.reason(), "a message could not be marked as read");
            }
        };
        // On the heap, because two calls at once would need more than a thread's stack.
        let (mut marking, mut attempt) = (Box::pin(marking), pin!(attempt));
        tokio::select! {
            biased;
            () = &mut marking => {}
            done = &mut attempt => {
                if !matches!(done, Ok(Ending::Later(_)) | Err(_)) {
                    let left = message.record.deadline.saturating_duration_since(Instant::now());
                    let _ = timeout(MARK_GRACE.min(left / 2), marking).await;
                }
                return done;
            }
        }
        attempt.await
    }
}

impl Message<'_> {
    fn channel_features(&self) -> &'static Features {
        self.open.channel.features_for(&self.contact.id)
    }

    /// Returns how the side that the message goes to shows quotes.
    fn target_quotes(&self) -> Quotes {
        match self.direction.target() {
            Side::Channel => self.channel_features().quotes,
            Side::Helpdesk => self.open.helpdesk.features().quotes,
        }
    }

    fn key_of(&self, (direction, event): (Direction, String)) -> JournalKey {
        JournalKey { direction, event, ..self.key() }
    }

    /// Returns what is remembered of this message. Its words are only remembered for channels whose quotes lack them.
    pub(super) fn quotable(&self) -> Quotable {
        let (features, language) = (self.channel_features(), self.open.language());
        let is_outbound = self.direction == Direction::Outbound;
        let can_be_quoted = is_outbound || self.names.id.is_some();
        let keeps_words = features.quotes_by_id && can_be_quoted && self.open.installation.options.remember_quotes;
        let author = match (is_outbound, self.author) {
            (true, author) => author
                .and_then(|author| author.name.clone())
                .or_else(|| Some(language.say(Sentence::Agent).to_string())),
            (false, _) => {
                let writer = self.details.writer.as_ref().map(|writer| writer.shown().to_owned());
                writer.or_else(|| self.contact.name.clone()).filter(|_| !self.echo)
            }
        };
        Quotable {
            text: quote::words_of(self.parts, language).filter(|_| keeps_words),
            author: author.filter(|_| keeps_words),
            names: MessageNames {
                to_mark: None,
                ..if features.quotes == Quotes::AsText { MessageNames::default() } else { self.names.clone() }
            },
        }
    }

    /// Returns the id under which a later quote looks for this message, if the message's event does not tell it.
    pub(super) fn look_up_id(&self) -> Option<Sent> {
        let id = self.names.id.as_ref().filter(|_| self.channel_features().quotes_by_id)?;
        let is_told = self.open.channel.event_of(id).as_deref() == Some(self.event);
        let is_kept = self.open.installation.options.remember_quotes && !is_told;
        is_kept.then(|| Sent { side: Side::Channel, id: id.clone() })
    }

    /// Returns whether the side that the message goes to shows this quote itself.
    pub(super) fn shows(&self, quote: &Quote, progress: &Progress) -> bool {
        let shows = match self.target_quotes() {
            Quotes::AsText => false,
            Quotes::ById | Quotes::ByToken => quote.id.is_some(),
            Quotes::Whole => true,
        };
        shows && !progress.memo.contains_key(REFUSED)
    }

    /// Returns parts with a quote above them as text. A contact does not read that there is an earlier message of which
    /// nothing is known, and a template has no room for a quote. If the parts keep their places, which are also those of
    /// their files, a quote that needs a part of its own is left out.
    pub(super) fn quoting(&self, quote: &Quote, parts: &[Part], keeps_places: bool) -> Vec<Part> {
        let is_empty = quote.text.as_deref().and_then(quote::words).is_none();
        let is_template = matches!(parts.first(), Some(Part::Text { text }) if asks_for_template(text));
        if self.direction == Direction::Outbound && (is_empty || is_template) {
            return parts.to_vec();
        }
        let quoted = quote::above(&quote::line(quote, self.open.language()), parts);
        if keeps_places && quoted.len() != parts.len() { parts.to_vec() } else { quoted }
    }

    /// Returns the contact's message that this answer marks as read, if it does. Only the first attempt does, so that no
    /// message is marked twice, and only an agent's.
    pub(super) fn marks(&self, link: &Link, claimed: &Claimed) -> Option<String> {
        let is_first = claimed.attempt == 1 && self.is_answer();
        link.to_mark.clone().filter(|_| is_first && self.open.installation.options.mark_read)
    }

    /// Returns whether an agent wrote this message to the contact.
    pub(super) fn is_answer(&self) -> bool {
        self.direction == Direction::Outbound && self.author.is_some_and(|author| author.kind == AuthorKind::Agent)
    }
}
