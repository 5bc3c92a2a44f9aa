//! Shows one side that the other side's person is typing. Nothing waits for that, nothing depends on it, and a failure
//! is forgotten: a message that follows says more.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::{Passage, Relay};
use crate::{
    adapter::Task,
    engine::ask,
    model::{installation::Side, message::Contact},
    outside::clock::now,
};

/// The age from which nobody is typing any more.
const LASTS: Duration = Duration::from_secs(10);
/// The longest time that the call may take.
const CALL: Duration = Duration::from_secs(3);

impl Relay {
    /// Shows the side that the event is for that somebody is typing, unless that side is in trouble or the contact has
    /// stopped the business from writing. Never asks to come again.
    pub(super) async fn typing(&self, passage: &Passage<'_>, mut contact: Contact) {
        let Passage { open, record, envelope, read } = *passage;
        let target = envelope.event.target();
        let Some((link, brake)) = read else { return };
        let is_out = target == Side::Channel;
        let has_stopped = is_out && (link.stopped_at.is_some() || link.moved_to.is_some());
        let is_late = now().since(envelope.received_at) >= LASTS;
        let is_shown = open.side(target).adapter.features_for(&contact.id).typing;
        if !is_shown || is_late || has_stopped || brake.is_closed_for(open.installation.version) {
            return;
        }
        if is_out {
            contact.thread.clone_from(&link.thread);
        }
        let task = Task::Typing { contact: &contact, message: link.to_mark.as_deref().filter(|_| is_out) };
        let left = record.deadline.saturating_duration_since(Instant::now());
        // On the heap, as the other calls are.
        let call = Box::pin(ask::run(&self.http, open.side(target), &task));
        match timeout(CALL.min(left / 2), call).await {
            Ok(Ok(_)) => {}
            Ok(Err(failure)) => tracing::debug!(reason = failure.reason(), "typing could not be shown"),
            Err(_) => tracing::debug!("typing could not be shown in time"),
        }
    }
}
