//! Chooses the next call. [`helpdesk`](crate::helpdesk) explains how plans, calls, answers and memos work together.

use super::{
    memo,
    profile::{self, Field},
    render::{self, Post},
};
use crate::{
    adapter::{Delivery, Known, RenderError, Task},
    model::message::{Contact, ConversationState},
    tools::millis::Millis,
};

/// The next step of a task.
#[derive(Debug)]
pub(super) enum Plan<'a> {
    Done,
    /// `GET custom_channels.json`
    CheckChannel,
    /// `GET users.json?user_custom_id=`; with `bare`, by the number of the channel alone.
    FindUser {
        contact: &'a Contact,
        bare: bool,
    },
    /// `GET users/{id}.json`
    ReadUser {
        user: &'a str,
    },
    /// `GET cases.json?user_id=`, to find the newest case.
    ListCases {
        user: &'a str,
    },
    /// `GET cases/{id}/messages.json`, to find the post in doubt.
    LookForPost {
        case: &'a str,
        post: Post,
    },
    /// `POST cases.json`
    Create {
        contact: &'a Contact,
        post: Post,
    },
    /// `POST cases/{id}/messages.json`
    Post {
        case: &'a str,
        user: &'a str,
        contact: &'a Contact,
        post: Post,
    },
    /// `PUT users/{id}/link.json`, or `PUT users/{id}.json` for the name and the company.
    UpdateUser {
        user: &'a str,
        contact: &'a Contact,
        field: Field,
    },
    /// `GET cases/{id}/messages.json`, to find the note in doubt.
    LookForNote {
        case: &'a str,
        text: &'a str,
    },
    /// `GET cases/{id}/messages.json`, to read what agents wrote.
    ReadHistory {
        case: &'a str,
        contact: &'a str,
        since: Millis,
    },
    /// `POST cases/{id}/messages.json`, for agents only.
    PostNote {
        case: &'a str,
        text: &'a str,
    },
}

pub(super) fn plan<'a>(task: &Task<'a>, known: &'a Known) -> Result<Plan<'a>, RenderError> {
    Ok(match *task {
        Task::Deliver(delivery) => deliver(delivery, known),
        Task::Note { contact, text, .. } => note(contact, text, known)?,
        Task::Check if known.answered == 0 => Plan::CheckChannel,
        Task::FindContact { user } if known.answered == 0 => Plan::ReadUser { user },
        Task::History { contact, since } => history(contact, since, known),
        // The call was answered.
        Task::Check | Task::FindContact { .. } => Plan::Done,
        // Deskie takes a `user_custom_id` only from the case that creates the user. The stored link leads to the contact.
        Task::Pair { .. } => Plan::Done,
        // Deskie's files are open links, its events name no agents, and its webhooks are entered by hand.
        _ => return Err(RenderError::unknown(task)),
    })
}

/// Plans to read a case. A case that is gone was deleted, or merged into the newest case of the user.
fn history<'a>(contact: &'a str, since: Millis, known: &'a Known) -> Plan<'a> {
    match (&known.link.conversation, &known.link.user) {
        _ if known.memo(memo::PAGE) == Some(memo::END) || known.memo(memo::USER) == Some(memo::GONE) => Plan::Done,
        (Some(case), _) => Plan::ReadHistory { case, contact, since },
        (None, Some(user)) if known.memo(memo::CASES).is_none() => Plan::ListCases { user },
        (None, _) => Plan::Done,
    }
}

fn deliver<'a>(delivery: &Delivery<'a>, known: &'a Known) -> Plan<'a> {
    let contact = delivery.contact;
    let Some(post) = render::posts(delivery, known).into_iter().nth(known.sent()) else {
        return update_user(contact, known);
    };
    let link = &known.link;
    let user = match (known.memo(memo::USER), &link.user) {
        (Some(memo::ABSENT), _) if !known.doubtful => return Plan::Create { contact, post },
        // In doubt, an absent user may have been created in the meantime.
        (Some(memo::GONE | memo::BARE | memo::ABSENT), _) => return find_user(contact, known),
        (_, Some(user)) => user.as_str(),
        // An earlier attempt that left no record may have created the user, and a contact with a case must have a user.
        (_, None) if known.doubtful || link.conversation.is_some() => return find_user(contact, known),
        (_, None) => return Plan::Create { contact, post },
    };
    if known.doubtful {
        return doubt(known, user, post);
    }
    match (&link.conversation, link.state) {
        (Some(case), Some(ConversationState::Open)) => Plan::Post { case, user, contact, post },
        (Some(_), Some(ConversationState::Resolved)) => Plan::Create { contact, post },
        (None, _) if known.memo(memo::CASES) == Some(memo::NONE) => Plan::Create { contact, post },
        _ => Plan::ListCases { user },
    }
}

fn find_user<'a>(contact: &'a Contact, known: &Known) -> Plan<'a> {
    Plan::FindUser { contact, bare: known.memo(memo::USER) == Some(memo::BARE) }
}

/// Returns the next search for a post that an earlier attempt may have made: in the open case that the post must have
/// gone into, or otherwise in the newest case, which the post may have created. Once there is no case left to search,
/// the doubt is settled and the search does not start again.
fn doubt<'a>(known: &'a Known, user: &'a str, post: Post) -> Plan<'a> {
    if let Some(case) = memo::list(known, memo::DOUBT).next() {
        return Plan::LookForPost { case, post };
    }
    match (&known.link.conversation, known.link.state) {
        (Some(case), Some(ConversationState::Open)) => Plan::LookForPost { case, post },
        _ => Plan::ListCases { user },
    }
}

/// Returns the call that tells Deskie, after the message, what became known about the contact. The call is not retried,
/// so that it never holds up the contact's next message.
fn update_user<'a>(contact: &'a Contact, known: &'a Known) -> Plan<'a> {
    let is_wanted = !known.doubtful && !known.link.profile_pinned && known.memo(memo::PROFILE).is_none();
    match (&known.link.user, profile::missing(known.link.profile.as_deref(), contact)) {
        (Some(user), Some(field)) if is_wanted => Plan::UpdateUser { user, contact, field },
        _ => Plan::Done,
    }
}

/// Plans a note. It goes into the contact's case, closed or not; without a case, nobody would read it.
fn note<'a>(contact: &'a Contact, text: &'a str, known: &'a Known) -> Result<Plan<'a>, RenderError> {
    if known.sent() > 0 {
        return Ok(Plan::Done);
    }
    if known.memo(memo::CASES) == Some(memo::NONE) {
        return Err(RenderError::no_place());
    }
    Ok(match (&known.link.conversation, &known.link.user) {
        (Some(case), _) if known.doubtful => Plan::LookForNote { case, text },
        (Some(case), _) => Plan::PostNote { case, text },
        (None, Some(user)) => Plan::ListCases { user },
        (None, None) if known.memo(memo::USER) == Some(memo::ABSENT) => return Err(RenderError::no_place()),
        (None, None) => find_user(contact, known),
    })
}
