//! Which call comes next, from nothing but what is known. [`calls`](super::calls) turns a plan into a request,
//! [`answers`](super::answers) reads what came back; both start from the same plan.

use super::{
    parts::FileRef,
    profile,
    render::{self, Upload},
    search,
};
use crate::{
    adapter::{Account, Delivery, FetchContext, Known, RenderError, Task},
    model::{
        installation::OnResolved,
        message::{Contact, ConversationState, Media, MediaSource},
    },
};

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plan {
    Done,
    /// `GET /accounts/configuration`
    CheckAccount,
    /// `GET /channels`: is the topic there?
    CheckTopic,
    /// `GET /users?reference_id=`
    FindUser,
    /// `POST /users`; `plain` with nothing but the name.
    CreateUser {
        plain: bool,
    },
    /// `GET /users/{id}/conversations`, to find the contact's.
    ListConversations {
        user: String,
    },
    /// `GET /conversations/{id}`, one of those.
    ReadConversation {
        id: String,
    },
    /// `GET /conversations/{id}/messages`: is the message in doubt where it should be?
    LookInConversation {
        id: String,
    },
    /// `GET /users/{id}/conversations`: could it be in another one?
    ListInDoubt {
        user: String,
    },
    /// `GET /conversations/{id}/messages`, one of those.
    LookInCandidate {
        id: String,
    },
    /// `POST /images/upload`
    UploadImage {
        index: usize,
    },
    /// `POST /files/upload`
    UploadFile {
        index: usize,
    },
    /// `POST /conversations/{id}/messages`
    Post {
        conversation: String,
        user: String,
    },
    /// `POST /conversations`
    Create {
        user: String,
    },
    /// `PUT /users/{id}`
    UpdateUser {
        user: String,
    },
    /// `POST /conversations/{id}/messages`, privately.
    PostNote {
        conversation: String,
    },
    /// `GET /conversations/{id}/messages`: is the note in doubt there?
    LookForNote {
        conversation: String,
    },
    /// `GET /agents/{id}`
    ReadAgent {
        agent: String,
    },
    /// `GET /users/{id}`
    ReadUser {
        user: String,
    },
    /// `GET /conversations/{id}/messages`, for a file's link.
    FindFile {
        conversation: String,
    },
    /// The file itself.
    Download {
        url: String,
    },
}

/// Notes of a task, by what they are about.
pub(super) mod notes {
    /// The user: [`ABSENT`], [`PLAIN`], [`EXISTS`], [`LOST`], [`FOUND`] or [`CREATED`].
    pub(in super::super) const USER: &str = "user";
    /// There is none; it has to be created.
    pub(in super::super) const ABSENT: &str = "absent";
    /// The same, and Freshchat objected to some of its fields.
    pub(in super::super) const PLAIN: &str = "plain";
    /// Freshchat says that it exists already.
    pub(in super::super) const EXISTS: &str = "exists";
    /// Freshchat does not know the one that the link names.
    pub(in super::super) const LOST: &str = "lost";
    /// It was found.
    pub(in super::super) const FOUND: &str = "found";
    /// We made it.
    pub(in super::super) const CREATED: &str = "created";
    /// The conversation: [`NONE`], or [`REPLACED`] and its id.
    pub(in super::super) const CONVERSATION: &str = "conversation";
    /// None of the user's is of use.
    pub(in super::super) const NONE: &str = "none";
    /// The stored one takes no messages any more.
    pub(in super::super) const REPLACED: &str = "replaced:";
    /// The user's conversations and what we saw of them.
    pub(in super::super) const CANDIDATES: &str = "candidates";
    /// The user's conversations, and whether the message in doubt is there.
    pub(in super::super) const DOUBT: &str = "doubt";
    /// The conversation in which the message in doubt is not.
    pub(in super::super) const LOOKED: &str = "looked";
    /// The profile could not be updated now; another message's turn.
    pub(in super::super) const PROFILE: &str = "profile";
    /// The credentials lead to an account.
    pub(in super::super) const ACCOUNT: &str = "account";
    /// The page of a list that comes next, where it is not the first.
    pub(in super::super) const PAGE: &str = "page";
    /// A task with nothing else to remember is done.
    pub(in super::super) const DONE: &str = "done";
    /// The link to a file.
    pub(in super::super) const URL: &str = "url";
}

pub(super) fn plan(account: &Account<'_>, task: &Task<'_>, known: &Known) -> Result<Plan, RenderError> {
    Ok(match task {
        Task::Deliver(delivery) => deliver(account, delivery, known),
        Task::Note { .. } => note(known),
        Task::Check if known.memo(notes::DONE).is_none() => match known.memo(notes::ACCOUNT) {
            None => Plan::CheckAccount,
            Some(_) => Plan::CheckTopic,
        },
        Task::FindContact { user } if known.memo(notes::DONE).is_none() => Plan::ReadUser { user: (*user).to_owned() },
        Task::FindAuthor { author } if known.memo(notes::DONE).is_none() => {
            Plan::ReadAgent { agent: (*author).to_owned() }
        }
        Task::Fetch(media, context) => fetch(media, context, known)?,
        // Asked already.
        Task::Check | Task::FindAuthor { .. } | Task::FindContact { .. } => Plan::Done,
        // Webhooks are pasted by hand, and Freshchat has no receipts.
        _ => return Err(RenderError::unknown(task)),
    })
}

fn deliver(account: &Account<'_>, delivery: &Delivery<'_>, known: &Known) -> Plan {
    if known.sent() > 0 {
        return update_user(account, delivery.contact, known);
    }
    if delivery.parts.is_empty() {
        return Plan::Done;
    }
    let user = match user(known) {
        Ok(user) => user,
        Err(plan) => return plan,
    };
    let place = match place(account, known, &user) {
        Ok(place) => place,
        Err(plan) => return plan,
    };
    for (index, part) in delivery.parts.iter().enumerate() {
        match render::upload(part, index, known) {
            Some(Upload::Image) => return Plan::UploadImage { index },
            Some(Upload::File) => return Plan::UploadFile { index },
            None => {}
        }
    }
    // Uploads are noted before the post, so that there is nothing to doubt before they are all there.
    if known.doubtful {
        return doubt(known, place, user);
    }
    match place {
        Some(conversation) => Plan::Post { conversation, user },
        None => Plan::Create { user },
    }
}

/// The user, or how to get one. In doubt a user is looked for again before it is created: Freshchat takes the same
/// reference twice.
fn user(known: &Known) -> Result<String, Plan> {
    match (known.memo(notes::USER), &known.link.user) {
        (Some(notes::ABSENT), _) if !known.doubtful => Err(Plan::CreateUser { plain: false }),
        (Some(notes::PLAIN), _) if !known.doubtful => Err(Plan::CreateUser { plain: true }),
        (None | Some(notes::FOUND | notes::CREATED), Some(user)) => Ok(user.clone()),
        _ => Err(Plan::FindUser),
    }
}

/// The conversation to post to, `None` for a new one, or how to find out.
fn place(account: &Account<'_>, known: &Known, user: &str) -> Result<Option<String>, Plan> {
    let anew = account.options.on_resolved == OnResolved::New && known.link.state == Some(ConversationState::Resolved);
    match usable(known) {
        Some(conversation) if !anew => Ok(Some(conversation)),
        Some(_) => Ok(None),
        None if known.memo(notes::CONVERSATION).is_some() => Ok(None),
        // Who was made a moment ago has no conversations, unless a look in doubt has shown some.
        None if is_new(known) && (known.doubtful || known.memo(notes::DOUBT).is_none()) => Ok(None),
        None => search(known, user).map_or(Ok(None), Err),
    }
}

/// Whether this delivery made the user.
fn is_new(known: &Known) -> bool {
    known.memo(notes::USER) == Some(notes::CREATED)
}

/// The page of a list that comes next.
pub(super) fn page(known: &Known) -> usize {
    known.memo(notes::PAGE).and_then(|page| page.parse().ok()).unwrap_or(1)
}

/// The link's conversation, unless it turned out to be of no use during this task.
fn usable(known: &Known) -> Option<String> {
    known.link.conversation.clone().filter(|id| replaced(known) != Some(id))
}

/// The conversation that turned out to be of no use.
pub(super) fn replaced(known: &Known) -> Option<&str> {
    known.memo(notes::CONVERSATION)?.strip_prefix(notes::REPLACED)
}

/// The next look for the contact's conversation, until all were looked at.
fn search(known: &Known, user: &str) -> Option<Plan> {
    match search::noted(known.memo(notes::CANDIDATES)) {
        None => Some(Plan::ListConversations { user: user.to_owned() }),
        Some(candidates) => search::unseen(&candidates).map(|id| Plan::ReadConversation { id: id.to_owned() }),
    }
}

/// The next look for a message that an earlier attempt may have posted: first where it should be, then wherever else
/// Freshchat may have put it. When nothing is left to look at, the doubt is settled and this is not asked again.
fn doubt(known: &Known, place: Option<String>, user: String) -> Plan {
    if let Some(id) = place.filter(|id| known.memo(notes::LOOKED) != Some(id)) {
        return Plan::LookInConversation { id };
    }
    let candidates = search::noted(known.memo(notes::DOUBT)).unwrap_or_default();
    match search::unseen(&candidates) {
        Some(id) => Plan::LookInCandidate { id: id.to_owned() },
        None => Plan::ListInDoubt { user },
    }
}

/// After the message: the profile, where Freshchat shows an old one and nobody edited it there. It is not worth a
/// second try, so that it never holds up the contact's next message.
fn update_user(account: &Account<'_>, contact: &Contact, known: &Known) -> Plan {
    let shows_old = known.link.profile.as_ref() != Some(&profile::shown(account, contact).digest());
    let wanted = contact.name.is_some() && shows_old && !known.link.profile_pinned;
    match &known.link.user {
        Some(user) if wanted && !known.doubtful && known.memo(notes::PROFILE).is_none() => {
            Plan::UpdateUser { user: user.clone() }
        }
        _ => Plan::Done,
    }
}

/// A note goes into the contact's conversation, resolved or not; where there is none, nobody would read it.
fn note(known: &Known) -> Plan {
    if known.sent() > 0 || known.memo(notes::CONVERSATION) == Some(notes::NONE) {
        return Plan::Done;
    }
    if let Some(conversation) = usable(known) {
        return if known.doubtful { Plan::LookForNote { conversation } } else { Plan::PostNote { conversation } };
    }
    match user(known) {
        Ok(user) => search(known, &user).unwrap_or(Plan::Done),
        Err(Plan::FindUser) if known.memo(notes::USER) != Some(notes::ABSENT) => Plan::FindUser,
        Err(_) => Plan::Done,
    }
}

fn fetch(media: &Media, context: &FetchContext<'_>, known: &Known) -> Result<Plan, RenderError> {
    let MediaSource::Reference { id } = &media.source else {
        return Err(RenderError::new("the file is none of Freshchat's"));
    };
    if let Some(url) = known.memo(notes::URL) {
        return Ok(Plan::Download { url: url.to_owned() });
    }
    let conversation = context.conversation.map(str::to_owned);
    Ok(Plan::FindFile { conversation: conversation.map_or_else(|| file_ref(id).map(|file| file.conversation), Ok)? })
}

/// How to find a file again, as [`parts`](super::parts) wrote it.
pub(super) fn file_ref(id: &str) -> Result<FileRef, RenderError> {
    serde_json::from_str(id).map_err(|_| RenderError::new("it is not known where the file is"))
}
