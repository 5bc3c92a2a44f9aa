//! How a turn of a message ends. A message ends delivered, or somebody is told why not, or there is a named reason why
//! nobody has to be told: there is no other way to end one.

use std::time::Duration;

use crate::{
    model::message::{Event, HelpdeskEvent, HelpdeskEventKind},
    outside::metrics,
    tools::words::words,
};

/// The message comes back after this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Later(pub(super) Duration);

/// How a turn of a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The other side has the message.
    Delivered,
    /// The message does not arrive. The agents are told, or, about a note, the list of the dead tells the admin.
    Told,
    /// The message does not arrive, and nobody has to be told.
    Silent(Silence),
    /// The event carries no message.
    NoMessage,
    /// The message is not finished.
    Later(Later),
}

impl Ending {
    /// Returns the ending of a message about which a word was put into the queue, if the queue took it.
    pub(super) fn told(stored: Result<(), Later>) -> Self {
        stored.map_or_else(Self::Later, |()| Self::Told)
    }

    pub(super) fn after(wait: Duration) -> Self {
        Self::Later(Later(wait))
    }
}

/// Why nobody is told that a message does not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The installation was removed, and with it everything that could tell somebody.
    Uninstalled,
    /// The helpdesk's user is a person of another channel, who reads the answer there.
    OtherChannel,
    /// The bridge posted the message itself.
    OwnPost,
    /// The message repeats another one within a short time, whose receipts it shares.
    Repeat,
    /// The message came to its end before: it arrived, or somebody was told, or an admin discarded it.
    Finished,
}

words!(Silence {
    Uninstalled = "uninstalled",
    OtherChannel = "other_channel",
    OwnPost = "own_post",
    Repeat = "repeat",
    Finished = "finished",
});

impl Silence {
    /// All reasons.
    pub const ALL: [Self; 5] = [Self::Uninstalled, Self::OtherChannel, Self::OwnPost, Self::Repeat, Self::Finished];

    /// Logs and counts an agent's message that ended so.
    pub(super) fn note(self, installation: &str, event: &Event) {
        if is_message(event) {
            tracing::info!(installation.id = %installation, silence = self.word(), "an agent's message was not sent");
            metrics::message_silent();
        }
    }
}

/// Returns whether an event is a message of an agent or a bot.
pub(super) fn is_message(event: &Event) -> bool {
    matches!(event, Event::Helpdesk(HelpdeskEvent { kind: HelpdeskEventKind::Message { .. }, .. }))
}
