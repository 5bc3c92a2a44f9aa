//! The delivery of receipts to the helpdesk, and the messages that only repeat another.

use std::{sync::Arc, time::Duration};

use super::{
    Failure, Record, Relay, Silence, Verdict, done_or,
    ending::{Ending, Later},
    failure, news,
    pace::Permits,
    recorder,
    waits::Waits,
};
use crate::{
    adapter::{Known, Task},
    engine::{Listener, Stop, drive},
    installations::OpenInstallation,
    model::{
        installation::Side,
        message::{Contact, Envelope, Event, HelpdeskEvent, Receipt, ReceiptEvent},
    },
    outside::clock::now,
    store::{Direction, IncomingCall, JournalKey, JournalState, ReceiptNoted, Sent, SentMessage, StoreError},
    tools::millis::Millis,
};

/// The waits of a receipt for the journal item of its message, in seconds. After the last wait, the receipt is dropped.
pub(super) const RECEIPT_WAITS: [u64; 3] = [1, 5, 30];
/// The receive at which an echo whose id is still unknown counts as one of somebody else's message.
const ECHO_RECEIVES: u32 = 3;
/// The age from which a receipt that could not be delivered is dropped.
const MAX_RECEIPT_AGE: Duration = Duration::from_secs(86_400);

/// A receipt, and the message of the queue that carries it.
struct IncomingReceipt<'a> {
    open: &'a Arc<OpenInstallation>,
    record: &'a Record,
    contact: &'a Contact,
    receipt: &'a Receipt,
    at: Millis,
}

impl Relay {
    /// Handles a channel's receipt for a message that we sent. The contact is taken from the journal, because some
    /// receipts name no contact and some name the same contact by another id.
    pub(super) async fn channel_receipt(
        &self,
        open: &Arc<OpenInstallation>,
        record: &Record,
        message: &str,
        (receipt, at): (&Receipt, Millis),
    ) -> Result<Verdict, StoreError> {
        let sent = Sent { side: Side::Channel, id: message.to_owned() };
        let journal = self.store.message_of(&open.installation.id, &sent).await?;
        // A contact's own message is found by its id too, for quotes.
        let Some(journal) = journal.filter(|journal| journal.direction == Direction::Outbound) else {
            // The receipt may have overtaken the answer to our own send call.
            return Ok(receipt_wait(record).map_or(Verdict::Done, Verdict::from));
        };
        let contact = &Contact { id: journal.contact.clone(), ..Contact::default() };
        let noted = self.store.note_receipt(&journal, receipt, now()).await?;
        if let Receipt::Failed { reason, account: true, .. } = receipt {
            self.report_blocked(open, Direction::Outbound, reason).await;
        }
        // Agents know nothing of what the bridge itself writes to contacts.
        if news::is_news(&journal.event) {
            return Ok(Verdict::Done);
        }
        if open.helpdesk.features().receipts {
            return self
                .deliver_to_repeats(&IncomingReceipt { open, record, contact, receipt, at }, &journal.event, noted)
                .await;
        }
        if let Some(reason) = receipt.failure() {
            let text = failure::not_delivered(open, &reason);
            return Ok(done_or(self.send_note(open, &contact.id, &journal.event, None, text).await));
        }
        Ok(Verdict::Done)
    }

    /// Handles a channel's receipt for everything that we sent to a contact up to a time, or up to a message. Where the
    /// helpdesk shows receipts, each message gets one of its own.
    pub(super) async fn channel_receipt_up_to(
        &self,
        open: &Arc<OpenInstallation>,
        record: &Record,
        contact: &str,
        (until, message): (Millis, Option<&str>),
        receipt: &Receipt,
    ) -> Result<Verdict, StoreError> {
        let installation = &open.installation.id;
        let sent = self.store.sent_to(installation, contact).await?;
        let mut until = until;
        if let Some(id) = message {
            let last = self.store.message_of(installation, &Sent { side: Side::Channel, id: id.to_owned() }).await?;
            let last = last.and_then(|last| sent.iter().find(|message| message.key == last)?.sent_at);
            match (last, receipt_wait(record)) {
                (Some(at), _) => until = at,
                // The receipt may have overtaken the answer to our own send call.
                (None, Some(later)) => return Ok(later.into()),
                // Somebody else sent the message.
                (None, None) => {}
            }
        }
        let is_due = |message: &&SentMessage| message.lacks(receipt) && message.sent_at.is_some_and(|at| at <= until);
        for message in sent.iter().filter(is_due) {
            if !open.helpdesk.features().receipts || news::is_news(&message.key.event) {
                self.store.note_receipt(&message.key, receipt, now()).await?;
            } else if let Err(later) =
                self.queue_receipt(open, contact, &message.key.event, None, receipt.clone()).await
            {
                return Ok(later.into());
            }
        }
        // A message whose send call is not answered yet may be among those that the receipt is for.
        let is_early = sent.iter().any(|message| message.sent_at.is_none() && message.received_at <= until);
        Ok(receipt_wait(record).filter(|_| is_early).map_or(Verdict::Done, Verdict::from))
    }

    /// Returns what to do with a message of the business that may be one of ours: nothing if it is one, and wait if the
    /// answer to our send call, which tells its id, may not be recorded yet. `None` if somebody else sent it.
    pub(super) async fn own_echo(
        &self,
        open: &OpenInstallation,
        record: &Record,
        message: &str,
    ) -> Result<Option<Verdict>, StoreError> {
        let sent = Sent { side: Side::Channel, id: message.to_owned() };
        if self.store.message_of(&open.installation.id, &sent).await?.is_some() {
            return Ok(Some(Verdict::Done));
        }
        // The contact's own messages wait behind this one, so it does not take the longest wait.
        Ok(receipt_wait(record).filter(|_| record.receive_count < ECHO_RECEIVES).map(Verdict::from))
    }

    /// Handles a receipt that the bridge itself created.
    pub(super) async fn own_receipt(
        &self,
        open: &Arc<OpenInstallation>,
        record: &Record,
        envelope: &Envelope,
        event: &ReceiptEvent,
    ) -> Result<Verdict, StoreError> {
        let contact = Contact { id: event.contact.clone(), ..Contact::default() };
        let incoming =
            IncomingReceipt { open, record, contact: &contact, receipt: &event.receipt, at: envelope.received_at };
        if event.original.is_some() {
            return self.deliver_receipts(&incoming, &[event.message.as_str()], &[&event.receipt]).await;
        }
        let journal = JournalKey {
            installation: open.installation.id.clone(),
            contact: event.contact.clone(),
            direction: Direction::Outbound,
            event: event.message.clone(),
        };
        let noted = self.store.note_receipt(&journal, &event.receipt, now()).await?;
        self.deliver_to_repeats(&incoming, &event.message, noted).await
    }

    /// Delivers a receipt to the message and its repeats, unless a receipt of the same or a later stage was noted
    /// before and the queue hands this one out for the first time.
    async fn deliver_to_repeats(
        &self,
        incoming: &IncomingReceipt<'_>,
        message: &str,
        noted: ReceiptNoted,
    ) -> Result<Verdict, StoreError> {
        if !noted.is_news && incoming.record.receive_count <= 1 {
            return Ok(Verdict::Done);
        }
        let messages: Vec<&str> = std::iter::once(message).chain(noted.repeats.iter().map(String::as_str)).collect();
        // The channel's receipt may overtake our own receipt that the channel accepted the message.
        let overtook = noted.is_first && matches!(incoming.receipt, Receipt::Delivered | Receipt::Read);
        let receipts = if overtook { vec![&Receipt::Sent, incoming.receipt] } else { vec![incoming.receipt] };
        self.deliver_receipts(incoming, &messages, &receipts).await
    }

    async fn deliver_receipts(
        &self,
        incoming: &IncomingReceipt<'_>,
        messages: &[&str],
        receipts: &[&Receipt],
    ) -> Result<Verdict, StoreError> {
        let IncomingReceipt { open, record, contact, at, .. } = *incoming;
        let link = self.store.link(&open.installation.id, &contact.id).await?;
        let mut listener = Unrecorded { permits: self.permits(open, Direction::Note, record) };
        let side = open.side(Side::Helpdesk);
        for message in messages {
            for receipt in receipts {
                let task = Task::Receipt { contact, message, receipt, at };
                let mut known = Known { link: link.clone(), ..Known::default() };
                match drive(&self.http, side, &task, &mut known, &mut listener).await {
                    Ok(()) => {}
                    Err(Stop::Postponed(wait)) => return Ok(Verdict::Again(wait)),
                    Err(Stop::Store(error)) => return Err(error),
                    // No call of this task has to end before the invocation does.
                    Err(Stop::OutOfTime) => return Ok(Verdict::Again(Duration::from_secs(1))),
                    Err(Stop::Failure(failure)) => return Ok(receipt_failed(self.waits, open, record, at, &failure)),
                }
            }
        }
        Ok(Verdict::Done)
    }

    /// Puts the receipt that the channel accepted a message into the queue, if the helpdesk shows receipts. The message
    /// leaves the queue only afterwards, so that the receipt cannot get lost.
    pub(super) async fn confirm_sent(
        &self,
        open: &OpenInstallation,
        contact: &str,
        message: &str,
    ) -> Result<(), Later> {
        if !open.helpdesk.features().receipts {
            return Ok(());
        }
        self.queue_receipt(open, contact, message, None, Receipt::Sent).await
    }

    /// Puts a receipt into the queue: for `repeat`, a repeat of the message, if one is given, or else for the message
    /// and all of its repeats.
    pub(super) async fn queue_receipt(
        &self,
        open: &OpenInstallation,
        contact: &str,
        message: &str,
        repeat: Option<&str>,
        receipt: Receipt,
    ) -> Result<(), Later> {
        let recipient = repeat.unwrap_or(message);
        let event = ReceiptEvent {
            id: format!("{}:{recipient}", receipt.word()),
            contact: contact.to_owned(),
            message: recipient.to_owned(),
            original: repeat.map(|_| message.to_owned()),
            receipt,
        };
        self.enqueue(open, Event::Receipt(event)).await
    }

    /// Drops a message that only repeats another, by the rule for calls that carry no id. Returns `None` if the message
    /// is not a repeat.
    ///
    /// From now on the repeat gets the receipts of its original, and it gets the original's last receipt at once.
    pub(super) async fn drop_repeat(
        &self,
        open: &OpenInstallation,
        contact: &str,
        received_at: Millis,
        event: &HelpdeskEvent,
    ) -> Result<Option<Ending>, StoreError> {
        let window = Duration::from_secs(open.installation.options.repeat_window_seconds.into());
        let Some(repeat_key) = event.repeat_key.as_deref().filter(|_| !window.is_zero()) else { return Ok(None) };
        let installation = &open.installation.id;
        let call = IncomingCall { installation, contact, repeat_key, event: &event.id, at: received_at };
        let Some(original) = self.store.original_of(&call, window).await? else { return Ok(None) };
        let journal = JournalKey {
            installation: installation.clone(),
            contact: contact.to_owned(),
            direction: Direction::Outbound,
            event: original.clone(),
        };
        // An original without a journal item has no receipts to share.
        let Some(status) = self.store.join(&journal, &event.id).await? else { return Ok(None) };
        if !open.helpdesk.features().receipts {
            return Ok(Some(Ending::Silent(Silence::Repeat)));
        }
        let failed =
            |reason: Option<String>| Receipt::failed(failure::not_delivered(open, &reason.unwrap_or_default()));
        let receipts = match (status.state, status.receipt) {
            (JournalState::Rejected | JournalState::Dead | JournalState::Discarded, _) => vec![failed(status.error)],
            (_, Some(last @ (Receipt::Delivered | Receipt::Read))) => vec![Receipt::Sent, last],
            (_, Some(last)) => vec![last],
            // Future receipts of the original are delivered for the repeat too.
            (_, None) => Vec::new(),
        };
        for receipt in receipts {
            if let Err(later) = self.queue_receipt(open, contact, &original, Some(&event.id), receipt).await {
                return Ok(Some(Ending::Later(later)));
            }
        }
        Ok(Some(Ending::Silent(Silence::Repeat)))
    }
}

/// Returns when to look again for something that should soon be there; `None` after the last wait.
pub(super) fn receipt_wait(record: &Record) -> Option<Later> {
    let earlier = usize::try_from(record.receive_count.saturating_sub(1)).unwrap_or(usize::MAX);
    RECEIPT_WAITS.get(earlier).map(|wait| Later(Duration::from_secs(*wait)))
}

fn receipt_failed(waits: Waits, open: &OpenInstallation, record: &Record, at: Millis, failure: &Failure) -> Verdict {
    tracing::warn!(
        installation.id = %open.installation.id,
        reason = failure.reason(),
        "a receipt could not be delivered"
    );
    failure::next_try(waits, record, (at, MAX_RECEIPT_AGE), failure).map_or(Verdict::Done, Verdict::from)
}

/// Observes calls that keep no record but wait for permits.
struct Unrecorded<'a> {
    permits: Permits<'a>,
}

impl Listener for Unrecorded<'_> {
    async fn wait_for_permit(&mut self) -> Result<(), Stop> {
        recorder::wait_for_permit(&mut self.permits).await
    }
}
