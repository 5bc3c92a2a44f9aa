//! Notes to agents, and the other events that the bridge itself puts into the queue.

use super::{
    Attempt, Idle, Message, NO_NAMES, OUR_FAILURE_BACKOFF, Passage, Relay, Tasks, Verdict, delivery_key, ending::Later,
    failure, files,
};
use crate::{
    adapter::{Delivery, Link, Task},
    installations::OpenInstallation,
    model::{
        message::{Contact, Details, ENVELOPE_VERSION, Envelope, Event, HelpdeskEvent, NoteEvent, Part, Receipt},
        transcript,
    },
    outside::{clock::now, queue::Outgoing},
    store::{Direction, Owed, StoreError},
    tools::sentences::Sentence,
};

impl Relay {
    pub(super) async fn note(&self, passage: &Passage<'_>, note: &NoteEvent) -> Result<Verdict, StoreError> {
        let Passage { open, record, envelope, read } = *passage;
        let contact = Contact { id: note.contact.clone(), ..Contact::default() };
        let message = Message {
            open,
            record,
            read,
            direction: Direction::Note,
            event: &note.id,
            at: envelope.received_at,
            echo: true,
            contact: &contact,
            parts: &[],
            author: None,
            user: None,
            conversation: None,
            received_at: envelope.received_at,
            names: &NO_NAMES,
            quote: None,
            details: Details::NONE,
            news: None,
        };
        let Attempt { claimed, link, lane } = match self.claim(&message).await? {
            Ok(attempt) => attempt,
            Err(Idle::Braked { wait, .. }) => return Ok(Verdict::Again(wait)),
            Err(Idle::Finished(_)) => return Ok(Verdict::Done),
        };
        if failure::may_have_arrived_too_often(claimed.doubts) {
            let buried = self.bury(&message, &claimed, &Owed::default(), Sentence::MayHaveArrived.into()).await;
            return buried.map(Verdict::from);
        }
        let link = Link {
            user: link.user.or_else(|| note.user.clone()),
            conversation: link.conversation.or_else(|| note.conversation.clone()),
            ..link
        };
        let failed = note.message.as_deref().filter(|_| open.helpdesk.features().receipts);
        let receipt = Receipt::failed(note.text.clone());
        let parts = [Part::text(open.language().say(Sentence::Note { text: &note.text }))];
        let (id, at, key) = (note.id.as_str(), envelope.received_at, delivery_key(&claimed.key));
        let echo = Delivery {
            id,
            at,
            echo: true,
            contact: &contact,
            parts: &parts,
            author: None,
            key: &key,
            quote: None,
            details: Details::NONE,
            language: open.language(),
        };
        let task = match failed {
            Some(failed) => Task::Receipt { contact: &contact, message: failed, receipt: &receipt, at },
            None if !open.helpdesk.features().notes => Task::Deliver(&echo),
            None => Task::Note { contact: &contact, text: &note.text, at },
        };
        let attempt = Attempt { claimed, link, lane };
        let tasks = Tasks { task, instead: None };
        self.attempt(&message, attempt, tasks, files::Files::default()).await.map(Verdict::from)
    }

    /// Puts a private note about a contact into the queue, once per event that the note is about.
    pub(super) async fn send_note(
        &self,
        open: &OpenInstallation,
        contact: &str,
        about: &str,
        message: Option<String>,
        text: String,
    ) -> Result<(), Later> {
        let id = format!("about:{about}");
        self.enqueue(
            open,
            Event::Note(NoteEvent { id, contact: contact.to_owned(), message, user: None, conversation: None, text }),
        )
        .await
    }

    /// Tells the author of a message that it cannot arrive, although its user stands for no contact of the channel.
    pub(super) async fn note_unreachable(
        &self,
        open: &OpenInstallation,
        event: &HelpdeskEvent,
        reason: Sentence<'_>,
    ) -> Result<(), Later> {
        // Whoever the note is about has no id of the channel.
        let contact = event.contact.as_ref().or(event.user.as_ref()).or(event.conversation.as_ref());
        let note = NoteEvent {
            id: format!("about:{}", event.id),
            contact: contact.unwrap_or(&event.group).clone(),
            message: Some(event.id.clone()),
            user: event.user.clone(),
            conversation: event.conversation.clone(),
            text: failure::not_delivered(open, &reason.to_string()),
        };
        self.enqueue(open, Event::Note(note)).await
    }

    /// Tells the agents what was said before a message. The note follows the message, because a conversation begins with
    /// one. Only then may the message leave the queue.
    pub(super) async fn note_transcript(&self, message: &Message<'_>) -> Result<(), Later> {
        let Details { transcript, group, .. } = message.details;
        if message.direction != Direction::Inbound || transcript.is_empty() {
            return Ok(());
        }
        let text = transcript::text(transcript, group.as_deref(), message.open.language());
        self.send_note(message.open, &message.contact.id, &format!("transcript:{}", message.event), None, text).await
    }

    /// Puts an event of the bridge's own into the queue.
    pub(super) async fn enqueue(&self, open: &OpenInstallation, event: Event) -> Result<(), Later> {
        let installation = open.installation.id.clone();
        let envelope = Envelope { v: ENVELOPE_VERSION, installation, received_at: now(), event };
        let sent = match Outgoing::pack(&envelope) {
            Ok(outgoing) => self.queue.send_one(&outgoing, None).await,
            Err(error) => Err(error),
        };
        sent.map_err(|error| {
            tracing::error!(
                error = %error,
                installation.id = %open.installation.id,
                "an event of our own could not be stored"
            );
            Later(OUR_FAILURE_BACKOFF)
        })
    }
}
