//! Chooses the next call. [`helpdesk`](crate::helpdesk) explains how plans, calls, answers and memos work together.

use super::{
    memo,
    parts::FileRef,
    profile, search,
    uploads::{self, Upload},
};
use crate::{
    adapter::{Account, Delivery, FetchContext, Known, RenderError, Task},
    model::{
        installation::OnResolved,
        message::{Contact, ConversationState, Media, MediaSource},
    },
    tools::millis::Millis,
};

/// The next step of a task.
#[derive(Debug)]
pub(super) enum Plan<'a> {
    Done,
    /// `GET /accounts/configuration`
    CheckAccount,
    /// `GET /channels`, to find the topic.
    CheckTopic,
    /// `GET /users?reference_id=`
    FindUser {
        contact: &'a Contact,
        for_note: bool,
    },
    /// `POST /users`; with `plain`, only the reference and the first name.
    CreateUser {
        contact: &'a Contact,
        plain: bool,
    },
    /// `GET /users/{id}`
    ReadUser {
        user: &'a str,
    },
    /// `GET /users?phone_no=`
    FindByPhone {
        phone: &'a str,
    },
    /// `PUT /users/{id}` with the `reference_id` of a contact.
    NameUser {
        user: &'a str,
        contact: &'a str,
    },
    /// The same, for a contact who has written.
    AdoptUser {
        user: &'a str,
        contact: &'a Contact,
    },
    /// `GET /agents/{id}`
    ReadAgent {
        agent: &'a str,
    },
    /// `GET /users/{id}/conversations`, to find the contact's conversation.
    ListConversations {
        user: &'a str,
    },
    /// `GET /conversations/{id}`, for one of those.
    ReadConversation {
        conversation: String,
        for_note: bool,
    },
    /// `POST /images/upload`
    UploadImage {
        index: usize,
    },
    /// `POST /files/upload`
    UploadFile {
        media: &'a Media,
        index: usize,
    },
    /// `GET /conversations/{id}/messages`, to find the message in doubt in the conversation where it should be.
    LookForPost {
        delivery: &'a Delivery<'a>,
        conversation: &'a str,
    },
    /// `GET /users/{id}/conversations`, to find other conversations that may contain the message in doubt.
    ListInDoubt {
        user: &'a str,
    },
    /// `GET /conversations/{id}/messages`, for one of those.
    LookInCandidate {
        delivery: &'a Delivery<'a>,
        conversation: String,
    },
    /// `POST /conversations`
    Create {
        delivery: &'a Delivery<'a>,
        user: &'a str,
    },
    /// `POST /conversations/{id}/messages`
    Post {
        delivery: &'a Delivery<'a>,
        conversation: &'a str,
        user: &'a str,
    },
    /// `PUT /users/{id}`
    UpdateUser {
        user: &'a str,
        contact: &'a Contact,
    },
    /// `GET /conversations/{id}/messages`, to find the note in doubt.
    LookForNote {
        conversation: &'a str,
        text: &'a str,
        /// When the note was written.
        at: Millis,
    },
    /// `POST /conversations/{id}/messages`, for agents only.
    PostNote {
        conversation: &'a str,
        text: &'a str,
    },
    /// `GET /conversations/{id}/messages`, to find a file's link.
    FindFile {
        conversation: String,
        file: FileRef,
    },
    /// `GET /conversations/{id}/messages?from_time=`, to read what agents wrote.
    ReadHistory {
        conversation: &'a str,
        since: Millis,
    },
    /// The download of a file.
    Download {
        url: &'a str,
    },
}

pub(super) fn plan<'a>(account: &Account<'_>, task: &Task<'a>, known: &'a Known) -> Result<Plan<'a>, RenderError> {
    Ok(match *task {
        Task::Deliver(delivery) => deliver(account, delivery, known),
        Task::Note { contact, text, at } => note(contact, (text, at), known)?,
        Task::Check if known.answered == 0 => Plan::CheckAccount,
        Task::Check if known.memo(memo::TOPIC).is_none() => Plan::CheckTopic,
        Task::FindContact { user } if known.answered == 0 => Plan::ReadUser { user },
        Task::Pair { user, contact } if known.answered == 0 => Plan::NameUser { user, contact },
        Task::FindAuthor { author } if known.answered == 0 => Plan::ReadAgent { agent: author },
        Task::Fetch(media, context) => fetch(media, context, known)?,
        Task::History { since, .. } => match known.link.conversation.as_deref() {
            Some(conversation) if known.memo(memo::PAGE) != Some(memo::END) => {
                Plan::ReadHistory { conversation, since }
            }
            _ => Plan::Done,
        },
        // The call was answered.
        Task::Check | Task::FindAuthor { .. } | Task::FindContact { .. } | Task::Pair { .. } => Plan::Done,
        // Webhooks are entered by hand, and Freshchat has no receipts.
        _ => return Err(RenderError::unknown(task)),
    })
}

fn deliver<'a>(account: &Account<'_>, delivery: &'a Delivery<'a>, known: &'a Known) -> Plan<'a> {
    if known.sent() > 0 {
        return update_user(account, delivery.contact, known);
    }
    if delivery.parts.is_empty() {
        return Plan::Done;
    }
    let user = match user(delivery.contact, known, false) {
        Ok(user) => user,
        Err(plan) => return plan,
    };
    let place = match place(account, known, user) {
        Ok(place) => place,
        Err(plan) => return plan,
    };
    for (index, part) in delivery.parts.iter().enumerate() {
        match uploads::missing(part, index, known) {
            Some(Upload::Image) => return Plan::UploadImage { index },
            Some(Upload::File(media)) => return Plan::UploadFile { media, index },
            None => {}
        }
    }
    // Uploads are stored before the post, so nothing can be in doubt before all of them are there.
    if known.doubtful {
        return doubt(delivery, known, place, user);
    }
    match place {
        Some(conversation) => Plan::Post { delivery, conversation, user },
        None => Plan::Create { delivery, user },
    }
}

/// Returns the user, or the plan that gets one. In doubt, the user is searched for again before it is created, because
/// Freshchat accepts the same reference twice.
fn user<'a>(contact: &'a Contact, known: &'a Known, for_note: bool) -> Result<&'a str, Plan<'a>> {
    match (known.memo(memo::USER), &known.link.user) {
        (Some(memo::ABSENT), _) if !known.doubtful => Err(new_user(contact, known)),
        (Some(memo::PLAIN), _) if !known.doubtful => Err(Plan::CreateUser { contact, plain: true }),
        (None | Some(memo::FOUND | memo::CREATED), Some(user)) => Ok(user),
        _ => Err(Plan::FindUser { contact, for_note }),
    }
}

/// Returns the plan that gets a user for a contact without one: somebody whom an agent or an import entered with the
/// contact's number, or else a new user.
fn new_user<'a>(contact: &'a Contact, known: &'a Known) -> Plan<'a> {
    match (known.memo(memo::PHONE), contact.own_phone()) {
        (None, Some(phone)) => Plan::FindByPhone { phone },
        (Some(memo::BARE), Some(phone)) => Plan::FindByPhone { phone: phone.trim_start_matches('+') },
        (found, _) => match found.and_then(|found| found.strip_prefix(memo::MATCH)) {
            Some(user) => Plan::AdoptUser { user, contact },
            None => Plan::CreateUser { contact, plain: false },
        },
    }
}

/// Returns the conversation to post to, `None` for a new one, or the plan that finds out.
fn place<'a>(account: &Account<'_>, known: &'a Known, user: &'a str) -> Result<Option<&'a str>, Plan<'a>> {
    let anew = account.options.on_resolved == OnResolved::New && known.link.state == Some(ConversationState::Resolved);
    match usable(known) {
        Some(conversation) if !anew => Ok(Some(conversation)),
        Some(_) => Ok(None),
        None if known.memo(memo::CONVERSATION).is_some() => Ok(None),
        // A user that was just created has no conversations, unless a search in doubt has shown some.
        None if is_new(known) && (known.doubtful || known.memo(memo::DOUBT).is_none()) => Ok(None),
        None => search(known, user, false).map_or(Ok(None), Err),
    }
}

/// Returns whether this delivery created the user.
fn is_new(known: &Known) -> bool {
    known.memo(memo::USER) == Some(memo::CREATED)
}

/// Returns the link's conversation, unless it turned out during this task that it takes no more messages.
fn usable(known: &Known) -> Option<&str> {
    known.link.conversation.as_deref().filter(|id| memo::replaced(known) != Some(id))
}

/// Returns the next search for the contact's conversation, or `None` once all were read.
fn search<'a>(known: &Known, user: &'a str, for_note: bool) -> Option<Plan<'a>> {
    let Some(candidates) = search::from_memo(known.memo(memo::CANDIDATES)) else {
        return Some(Plan::ListConversations { user });
    };
    search::unseen(&candidates).map(|id| Plan::ReadConversation { conversation: id.to_owned(), for_note })
}

/// Returns the next search for a message that an earlier attempt may have posted: first in the conversation where it
/// should be, then in all others where Freshchat may have put it. Once there is no conversation left to search, the
/// doubt is settled and the search does not start again.
fn doubt<'a>(delivery: &'a Delivery<'a>, known: &Known, place: Option<&'a str>, user: &'a str) -> Plan<'a> {
    if let Some(conversation) = place.filter(|id| known.memo(memo::LOOKED) != Some(id)) {
        return Plan::LookForPost { delivery, conversation };
    }
    let candidates = search::from_memo(known.memo(memo::DOUBT)).unwrap_or_default();
    match search::unseen(&candidates) {
        Some(id) => Plan::LookInCandidate { delivery, conversation: id.to_owned() },
        None => Plan::ListInDoubt { user },
    }
}

/// Returns the call that updates the profile after the message, if Freshchat shows an old one that nobody edited there.
/// The call is not retried, so that it never holds up the contact's next message.
fn update_user<'a>(account: &Account<'_>, contact: &'a Contact, known: &'a Known) -> Plan<'a> {
    let shows_old = known.link.profile.as_ref() != Some(&profile::shown(account, contact).digest());
    let wanted = contact.name.is_some() && shows_old && !known.link.profile_pinned;
    match &known.link.user {
        Some(user) if wanted && !known.doubtful && known.memo(memo::PROFILE).is_none() => {
            Plan::UpdateUser { user, contact }
        }
        _ => Plan::Done,
    }
}

/// Plans a note. It goes into the contact's conversation, resolved or not; without a conversation, nobody would read
/// it.
fn note<'a>(contact: &'a Contact, (text, at): (&'a str, Millis), known: &'a Known) -> Result<Plan<'a>, RenderError> {
    if known.sent() > 0 {
        return Ok(Plan::Done);
    }
    if known.memo(memo::CONVERSATION) == Some(memo::NONE) {
        return Err(RenderError::no_place());
    }
    match usable(known) {
        Some(conversation) if known.doubtful => Ok(Plan::LookForNote { conversation, text, at }),
        Some(conversation) => Ok(Plan::PostNote { conversation, text }),
        None => match user(contact, known, true) {
            Ok(user) => search(known, user, true).ok_or_else(RenderError::no_place),
            Err(plan @ Plan::FindUser { .. }) if known.memo(memo::USER) != Some(memo::ABSENT) => Ok(plan),
            Err(_) => Err(RenderError::no_place()),
        },
    }
}

/// Plans the download of a file. Its link has to be found first, through the reference that [`parts`](super::parts)
/// wrote.
fn fetch<'a>(media: &Media, context: &FetchContext<'_>, known: &'a Known) -> Result<Plan<'a>, RenderError> {
    let MediaSource::Reference { id } = &media.source else {
        return Err(RenderError::new("the file is not one of Freshchat's"));
    };
    if let Some(url) = known.memo(memo::URL) {
        return Ok(Plan::Download { url });
    }
    let file: FileRef = serde_json::from_str(id).map_err(|_| RenderError::new("it is not known where the file is"))?;
    Ok(Plan::FindFile { conversation: context.conversation.unwrap_or(&file.conversation).to_owned(), file })
}
