//! Renders neutral messages as the system's JSON.

use super::wire::{Content, Customer};
use crate::{
    adapter::{
        Account, Delivery, Known,
        own_api::wire::{Chosen, Person, Piece, Quoted},
    },
    model::{
        installation::OnResolved,
        message::{Choice, Contact, ConversationState, Details, Writer},
    },
};

/// Returns the content of a message.
pub(super) fn content(account: &Account<'_>, delivery: &Delivery<'_>, known: &Known) -> Content {
    let Details { writer, choice, group, .. } = delivery.details.clone();
    Content {
        conversation: (!delivery.echo).then(|| conversation(account, known)),
        author: writer.map(|Writer { id, name }| Person { id, name, ..Person::default() }),
        choice: choice.map(|Choice { label, payload, .. }| Chosen { label, payload }),
        group,
        quote: delivery.quote.cloned().map(Quoted::from),
        parts: delivery.parts.iter().map(|part| Piece::from((part, delivery.language))).collect(),
    }
}

/// Returns what a message does to the contact's conversation.
fn conversation(account: &Account<'_>, known: &Known) -> &'static str {
    match (&known.link.conversation, known.link.state, account.options.on_resolved) {
        (None, ..) | (_, Some(ConversationState::Resolved), OnResolved::New) => "new",
        (_, Some(ConversationState::Resolved), OnResolved::Reopen) => "reopened",
        _ => "open",
    }
}

/// Returns the id by which the system knows a contact. It stays when the channel gives the contact another one.
pub(super) fn reference(account: &Account<'_>, known: &Known, contact: &str) -> String {
    known.link.user.clone().unwrap_or_else(|| account.reference(contact))
}

/// Returns the contact with everything that the channel told.
pub(super) fn customer<'a>(account: &Account<'a>, known: &Known, contact: &Contact) -> Customer<'a> {
    let Contact { id, name, avatar, phone, email, company, language, country, verified, .. } = contact.clone();
    let person =
        Person { id: reference(account, known, &id), name, email, phone, company, avatar, language, country, verified };
    Customer { channel: account.channel_kind, person }
}
