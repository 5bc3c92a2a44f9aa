//! Delivery news on its way to the helpdesk, and the messages that only repeat another.

use std::{sync::Arc, time::Duration};

use super::{Failure, RETRY_WAITS, Record, Relay, Verdict, failure, pace::Permits, recorder};
use crate::{
    adapter::{Known, Task},
    engine::{Listener, Stop, drive},
    installations::Live,
    model::{
        installation::Side,
        message::{Contact, Envelope, Event, HelpdeskEvent, Receipt, ReceiptEvent},
    },
    outside::clock::now_ms,
    store::{Direction, IncomingCall, JournalKey, JournalState, ReceiptNoted, Sent, StoreError},
};

/// How often a receipt waits for its message's journal item, in seconds; then it is dropped.
pub(super) const RECEIPT_WAITS: [u64; 3] = [1, 5, 30];
/// News that could not be told for so long is no news any more.
const NEWS_MS: i64 = 86_400_000;

/// News, and how it came.
struct News<'a> {
    live: &'a Arc<Live>,
    record: &'a Record,
    contact: &'a Contact,
    receipt: &'a Receipt,
    at: i64,
}

impl Relay {
    /// The channel's news about a message that we sent. The message tells whom it is about: some news names nobody, and
    /// some the same contact by another id.
    pub(super) async fn channel_receipt(
        &self,
        live: &Arc<Live>,
        record: &Record,
        message: &str,
        (receipt, at): (&Receipt, i64),
    ) -> Result<Verdict, StoreError> {
        let sent = Sent { side: Side::Channel, id: message.to_owned() };
        let Some(journal) = self.store.message_of(&live.installation.id, &sent).await? else {
            // It may have overtaken the answer to our own send call.
            return Ok(receipt_wait(record).unwrap_or(Verdict::Done));
        };
        let contact = &Contact { id: journal.contact.clone(), ..Contact::default() };
        let noted = self.store.note_receipt(&journal, receipt, now_ms()).await?;
        if live.helpdesk.features().receipts {
            return self.deliver_to_repeats(&News { live, record, contact, receipt, at }, &journal.event, noted).await;
        }
        if let Some(reason) = receipt.failure() {
            let text = failure::not_delivered(live, &reason);
            return Ok(self
                .send_note(live, &contact.id, &journal.event, None, text)
                .await
                .err()
                .unwrap_or(Verdict::Done));
        }
        Ok(Verdict::Done)
    }

    /// The bridge's own news about a message.
    pub(super) async fn own_receipt(
        &self,
        live: &Arc<Live>,
        record: &Record,
        envelope: &Envelope,
        event: &ReceiptEvent,
    ) -> Result<Verdict, StoreError> {
        let contact = Contact { id: event.contact.clone(), ..Contact::default() };
        let news = News { live, record, contact: &contact, receipt: &event.receipt, at: envelope.received_at };
        if event.original.is_some() {
            return self.deliver_receipts(&news, &[event.message.as_str()], &[&event.receipt]).await;
        }
        let journal = JournalKey {
            installation: live.installation.id.clone(),
            contact: event.contact.clone(),
            direction: Direction::Outbound,
            event: event.message.clone(),
        };
        let noted = self.store.note_receipt(&journal, &event.receipt, now_ms()).await?;
        self.deliver_to_repeats(&news, &event.message, noted).await
    }

    /// Tells news to the message and its repeats, unless it is old.
    async fn deliver_to_repeats(
        &self,
        news: &News<'_>,
        message: &str,
        noted: ReceiptNoted,
    ) -> Result<Verdict, StoreError> {
        if !noted.is_news && news.record.receive_count <= 1 {
            return Ok(Verdict::Done);
        }
        let messages: Vec<&str> = std::iter::once(message).chain(noted.repeats.iter().map(String::as_str)).collect();
        // The channel's own news may overtake ours that it took the message.
        let overtook = noted.is_first && matches!(news.receipt, Receipt::Delivered | Receipt::Read);
        let receipts = if overtook { vec![&Receipt::Sent, news.receipt] } else { vec![news.receipt] };
        self.deliver_receipts(news, &messages, &receipts).await
    }

    async fn deliver_receipts(
        &self,
        news: &News<'_>,
        messages: &[&str],
        receipts: &[&Receipt],
    ) -> Result<Verdict, StoreError> {
        let News { live, record, contact, at, .. } = *news;
        let link = self.store.link(&live.installation.id, &contact.id).await?;
        let mut listener = Unrecorded { turns: self.permits(live, Direction::Note, record) };
        let side = live.side(Side::Helpdesk);
        for message in messages {
            for receipt in receipts {
                let task = Task::Receipt { contact, message, receipt, at };
                let mut known = Known { link: link.clone(), ..Known::default() };
                match drive(&self.http, side, &task, &mut known, &mut listener).await {
                    Ok(()) => {}
                    Err(Stop::NotYet(wait)) => return Ok(Verdict::Again(wait)),
                    Err(Stop::Store(error)) => return Err(error),
                    Err(Stop::Failure(failure)) => return Ok(receipt_failed(live, record, at, &failure)),
                }
            }
        }
        Ok(Verdict::Done)
    }

    /// Puts the news that the channel took a message into the queue, where the helpdesk shows such news. The message
    /// leaves the queue only afterwards, so that it cannot get lost between the two.
    pub(super) async fn confirm_sent(&self, live: &Live, contact: &str, message: &str) -> Result<(), Verdict> {
        if !live.helpdesk.features().receipts {
            return Ok(());
        }
        self.queue_receipt(live, contact, message, None, Receipt::Sent).await
    }

    /// Puts news into the queue; for `repeat` of a message where one is given, else for the message and all of its
    /// repeats.
    pub(super) async fn queue_receipt(
        &self,
        live: &Live,
        contact: &str,
        message: &str,
        repeat: Option<&str>,
        receipt: Receipt,
    ) -> Result<(), Verdict> {
        let heard_by = repeat.unwrap_or(message);
        let event = ReceiptEvent {
            id: format!("{}:{heard_by}", receipt.word()),
            contact: contact.to_owned(),
            message: heard_by.to_owned(),
            original: repeat.map(|_| message.to_owned()),
            receipt,
        };
        self.enqueue(live, Event::Receipt(event)).await
    }

    /// Whether a message only repeats another, by the rule for calls that carry no id; what to do with it then.
    ///
    /// It is dropped, and from now on hears the news of its original, the last of which it is told at once.
    pub(super) async fn repeated(
        &self,
        live: &Live,
        contact: &str,
        received_at: i64,
        event: &HelpdeskEvent,
    ) -> Result<Option<Verdict>, StoreError> {
        let window_ms = i64::from(live.installation.options.repeat_window_seconds).saturating_mul(1_000);
        let Some(repeat_key) = event.repeat_key.as_deref().filter(|_| window_ms > 0) else { return Ok(None) };
        let installation = &live.installation.id;
        let arrival = IncomingCall { installation, contact, repeat_key, event: &event.id, at: received_at };
        let Some(original) = self.store.original_of(&arrival, window_ms).await? else { return Ok(None) };
        let journal = JournalKey {
            installation: installation.clone(),
            contact: contact.to_owned(),
            direction: Direction::Outbound,
            event: original.clone(),
        };
        // An original that was never worked on cannot speak for anyone.
        let Some(standing) = self.store.join(&journal, &event.id).await? else { return Ok(None) };
        tracing::info!(installation.id = %installation, "a repeated message was dropped");
        if !live.helpdesk.features().receipts {
            return Ok(Some(Verdict::Done));
        }
        let failed =
            |reason: Option<String>| Receipt::failed(failure::not_delivered(live, &reason.unwrap_or_default()));
        let news = match (standing.state, standing.receipt) {
            (JournalState::Rejected | JournalState::Dead, _) => vec![failed(standing.error)],
            (_, Some(last @ (Receipt::Delivered | Receipt::Read))) => vec![Receipt::Sent, last],
            (_, Some(last)) => vec![last],
            // Whatever is told of the original from now on is told of this one too.
            (_, None) => Vec::new(),
        };
        for receipt in news {
            if let Err(verdict) = self.queue_receipt(live, contact, &original, Some(&event.id), receipt).await {
                return Ok(Some(verdict));
            }
        }
        Ok(Some(Verdict::Done))
    }
}

/// When to look again for something that should be there in a moment; nothing when it was looked for often enough.
pub(super) fn receipt_wait(record: &Record) -> Option<Verdict> {
    let earlier = usize::try_from(record.receive_count.saturating_sub(1)).unwrap_or(usize::MAX);
    RECEIPT_WAITS.get(earlier).map(|wait| Verdict::Again(Duration::from_secs(*wait)))
}

fn receipt_failed(live: &Live, record: &Record, at: i64, failure: &Failure) -> Verdict {
    tracing::warn!(installation.id = %live.installation.id, reason = failure.reason(), "a receipt could not be delivered");
    // Waiting for turns counts as being handed out, so the count alone does not say when to give up.
    let handed_out = usize::try_from(record.receive_count.saturating_sub(1)).unwrap_or(usize::MAX);
    let is_fresh = now_ms().saturating_sub(at) < NEWS_MS;
    let planned = RETRY_WAITS.get(handed_out).or_else(|| RETRY_WAITS.last().filter(|_| is_fresh));
    match (failure, planned) {
        (Failure::Retry { wait, .. }, Some(planned)) => Verdict::Again(wait.unwrap_or(Duration::from_secs(*planned))),
        (Failure::Blocked { .. }, Some(planned)) => Verdict::Again(Duration::from_secs(*planned)),
        _ => Verdict::Done,
    }
}

/// Calls that keep no record, and still wait for their turn.
struct Unrecorded<'a> {
    turns: Permits<'a>,
}

impl Listener for Unrecorded<'_> {
    async fn turn(&mut self) -> Result<(), Stop> {
        recorder::turn(&mut self.turns).await
    }
}
