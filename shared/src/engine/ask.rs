//! Tasks that belong to no message: checks, registration, and lookups of profiles, agents and contacts.

use super::{Listener, Stop, drive};
use crate::{
    adapter::{Fact, Failure, Known, Learned, Task},
    installations::{OpenInstallation, OpenSide},
    model::{installation::Side, message::Contact},
    outside::http::HttpClient,
    store::StoreError,
    tools::sentences::Sentence,
};

/// Runs a task of one side to its end and returns the facts that its answers taught.
///
/// # Errors
/// Returns the reason why a call of the task did not work.
pub async fn run(http: &HttpClient, side: OpenSide<'_>, task: &Task<'_>) -> Learned {
    let mut facts = Collected::default();
    match drive(http, side, task, &mut Known::default(), &mut facts).await {
        Ok(()) => Ok(facts.0),
        Err(Stop::Failure(failure)) => Err(failure),
        // A listener that only collects facts does not fail.
        Err(Stop::Store(error)) => Err(Failure::Retry { wait: None, reason: error.to_string(), doubtful: false }),
        Err(Stop::OutOfTime) => Err(Failure::retry(Sentence::NotOurTurn)),
        Err(Stop::Postponed(wait)) => {
            Err(Failure::Retry { wait: Some(wait), reason: Sentence::NotOurTurn.into(), doubtful: false })
        }
    }
}

/// Returns what the channel knows about a contact.
pub(crate) async fn profile(http: &HttpClient, open: &OpenInstallation, contact: &str) -> Option<Contact> {
    let facts = run(http, open.side(Side::Channel), &Task::Profile { contact }).await.ok()?;
    facts.into_iter().find_map(|fact| if let Fact::Profile(contact) = fact { Some(contact) } else { None })
}

/// Returns an agent's name, if the helpdesk knows it.
pub(crate) async fn author(http: &HttpClient, open: &OpenInstallation, author: &str) -> Option<String> {
    let facts = run(http, open.side(Side::Helpdesk), &Task::FindAuthor { author }).await.ok()?;
    facts.into_iter().find_map(|fact| if let Fact::Author(name) = fact { Some(name) } else { None })
}

/// Whom a helpdesk's user stands for.
#[derive(Debug)]
pub(crate) enum Found {
    /// The contact with this id of the channel.
    Contact(String),
    /// Somebody whom the helpdesk's people entered, with this telephone number.
    MadeByHand {
        /// The number as it was written.
        phone: Option<String>,
    },
    /// Somebody of another channel.
    Stranger,
    /// The helpdesk does not tell, or does not know the user.
    Unknown,
}

/// Returns whom a helpdesk's user stands for. `Err` holds the reason for a retry.
pub(crate) async fn find_contact(http: &HttpClient, open: &OpenInstallation, user: &str) -> Result<Found, String> {
    let found = |fact| match fact {
        Fact::Contact(contact) => Some(Found::Contact(contact)),
        Fact::Stranger => Some(Found::Stranger),
        Fact::MadeByHand { phone } => Some(Found::MadeByHand { phone }),
        _ => None,
    };
    match run(http, open.side(Side::Helpdesk), &Task::FindContact { user }).await {
        Ok(facts) => Ok(facts.into_iter().find_map(found).unwrap_or(Found::Unknown)),
        Err(failure) => reason_for_retry(failure).map(|()| Found::Unknown),
    }
}

/// Lets a helpdesk's user stand for a contact. A helpdesk that refuses keeps the user as it is. `Err` holds the reason
/// for a retry.
pub(crate) async fn pair(http: &HttpClient, open: &OpenInstallation, user: &str, contact: &str) -> Result<(), String> {
    match run(http, open.side(Side::Helpdesk), &Task::Pair { user, contact }).await {
        Ok(_) => Ok(()),
        Err(failure) => reason_for_retry(failure),
    }
}

/// Returns the reason of a failure that another try may mend.
fn reason_for_retry(failure: Failure) -> Result<(), String> {
    match failure {
        Failure::Rejected { .. } | Failure::Gone { .. } => Ok(()),
        Failure::Retry { reason, .. } | Failure::Blocked { reason } => Err(reason),
    }
}

#[derive(Default)]
struct Collected(Vec<Fact>);

impl Listener for Collected {
    async fn learned(&mut self, _: &Known, facts: &[Fact], _: bool) -> Result<(), StoreError> {
        self.0.extend_from_slice(facts);
        Ok(())
    }
}
