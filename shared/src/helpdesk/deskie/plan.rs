//! Which call comes next, from nothing but what is known. [`calls`](super::calls) turns a plan into a request,
//! [`answers`](super::answers) reads what came back; both start from the same plan.

use super::{
    profile::{self, Field},
    render,
};
use crate::{
    adapter::{Delivery, Known, RenderError, Task},
    model::message::{Contact, ConversationState},
};

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plan {
    Done,
    /// `GET custom_channels.json`
    CheckChannel,
    /// `GET users.json?user_custom_id=`; `bare` by the number of the channel alone.
    FindUser {
        bare: bool,
    },
    /// `GET users/{id}.json`
    ReadUser {
        user: String,
    },
    /// `GET cases.json?user_id=`: which case is the newest?
    ListCases {
        user: String,
    },
    /// `GET cases/{id}/messages.json`: is the post in doubt there?
    Look {
        case: String,
        post: usize,
    },
    /// `POST cases.json`
    Create {
        post: usize,
    },
    /// `POST cases/{id}/messages.json`
    Post {
        case: String,
        user: String,
        post: usize,
    },
    /// `POST cases/{id}/messages.json`, for agents only.
    PostNote {
        case: String,
    },
    /// `GET cases/{id}/messages.json`: is the note in doubt there?
    LookForNote {
        case: String,
    },
    /// `PUT users/{id}/link.json`, `PUT users/{id}.json` for the name.
    UpdateUser {
        user: String,
        field: Field,
    },
}

/// Notes of a task, by what they are about.
pub(super) mod notes {
    /// The user: [`BARE`], [`ABSENT`], [`GONE`] or [`FOUND`].
    pub(in super::super) const USER: &str = "user";
    /// Nobody is found by the channel's key (`cch207`); the bare number (`207`) is the other spelling that was seen.
    pub(in super::super) const BARE: &str = "bare";
    /// There is none.
    pub(in super::super) const ABSENT: &str = "absent";
    /// Deskie does not know the one of the link any more: an agent merged it into another, which is to be looked for.
    pub(in super::super) const GONE: &str = "gone";
    /// It was looked for and found.
    pub(in super::super) const FOUND: &str = "found";
    /// The user's cases: [`NONE`].
    pub(in super::super) const CASES: &str = "cases";
    /// None is of use.
    pub(in super::super) const NONE: &str = "none";
    /// Cases that Deskie does not know any more, with commas between.
    pub(in super::super) const LOST: &str = "lost";
    /// Where the post in doubt is still to be looked for, likewise.
    pub(in super::super) const DOUBT: &str = "doubt";
    /// Deskie dislikes the contact's address or telephone number.
    pub(in super::super) const PLAIN: &str = "plain";
    /// Deskie does not take notes in the name of the configured agent.
    pub(in super::super) const STAFF: &str = "staff";
    /// The profile is another message's turn.
    pub(in super::super) const PROFILE: &str = "profile";
    /// A task with nothing else to remember is done.
    pub(in super::super) const DONE: &str = "done";
}

pub(super) fn plan(task: &Task<'_>, known: &Known) -> Result<Plan, RenderError> {
    Ok(match task {
        Task::Deliver(delivery) => deliver(delivery, known),
        Task::Note { .. } => note(known),
        Task::Check if known.memo(notes::DONE).is_none() => Plan::CheckChannel,
        Task::FindContact { user } if known.memo(notes::DONE).is_none() => Plan::ReadUser { user: (*user).to_owned() },
        // Asked already.
        Task::Check | Task::FindContact { .. } => Plan::Done,
        // Deskie's files are open links, its events name no agents, and its webhooks are pasted by hand.
        _ => return Err(RenderError::unknown(task)),
    })
}

fn deliver(delivery: &Delivery<'_>, known: &Known) -> Plan {
    let post = known.sent();
    if post >= render::posts(delivery, known).len() {
        return update_user(delivery.contact, known);
    }
    let link = &known.link;
    let user = match (known.memo(notes::USER), &link.user) {
        (Some(notes::ABSENT), _) if !known.doubtful => return Plan::Create { post },
        // In doubt, the one who was not there may have been made meanwhile.
        (Some(notes::GONE | notes::BARE | notes::ABSENT), _) => return find_user(known),
        (_, Some(user)) => user.clone(),
        // An attempt without a record may have made the user, and whoever has a case is somebody.
        (_, None) if known.doubtful || link.conversation.is_some() => return find_user(known),
        (_, None) => return Plan::Create { post },
    };
    if known.doubtful {
        return doubt(known, user, post);
    }
    match (&link.conversation, link.state) {
        (Some(case), Some(ConversationState::Open)) => Plan::Post { case: case.clone(), user, post },
        (Some(_), Some(ConversationState::Resolved)) => Plan::Create { post },
        (None, _) if known.memo(notes::CASES) == Some(notes::NONE) => Plan::Create { post },
        _ => Plan::ListCases { user },
    }
}

fn find_user(known: &Known) -> Plan {
    Plan::FindUser { bare: known.memo(notes::USER) == Some(notes::BARE) }
}

/// The next look for a post that an earlier attempt may have made: in the open case that it must have gone into, else in
/// the newest case, which it may have made. When nothing is left to look at, the doubt is settled and this is not asked
/// again.
fn doubt(known: &Known, user: String, post: usize) -> Plan {
    if let Some(case) = noted(known, notes::DOUBT).next() {
        return Plan::Look { case: case.to_owned(), post };
    }
    match (&known.link.conversation, known.link.state) {
        (Some(case), Some(ConversationState::Open)) => Plan::Look { case: case.clone(), post },
        _ => Plan::ListCases { user },
    }
}

/// What stands in a note that has commas.
pub(super) fn noted<'a>(known: &'a Known, key: &str) -> impl Iterator<Item = &'a str> {
    known.memo(key).unwrap_or_default().split(',').filter(|entry| !entry.is_empty())
}

/// After the message: what became known of the contact since. It is not worth a second try, so that it never holds up
/// the contact's next message.
fn update_user(contact: &Contact, known: &Known) -> Plan {
    let is_wanted = !known.doubtful && !known.link.profile_pinned && known.memo(notes::PROFILE).is_none();
    match (&known.link.user, profile::missing(known.link.profile.as_deref(), contact)) {
        (Some(user), Some(field)) if is_wanted => Plan::UpdateUser { user: user.clone(), field },
        _ => Plan::Done,
    }
}

/// A note goes into the contact's case, closed or not; where there is none, nobody would read it.
fn note(known: &Known) -> Plan {
    if known.sent() > 0 || known.memo(notes::CASES) == Some(notes::NONE) {
        return Plan::Done;
    }
    match (&known.link.conversation, &known.link.user) {
        (Some(case), _) if known.doubtful => Plan::LookForNote { case: case.clone() },
        (Some(case), _) => Plan::PostNote { case: case.clone() },
        (None, Some(user)) => Plan::ListCases { user: user.clone() },
        (None, None) if known.memo(notes::USER) == Some(notes::ABSENT) => Plan::Done,
        (None, None) => find_user(known),
    }
}
