//! A contact as a Freshchat user, and back: both directions go through [`shown`], so that the fingerprint of what we
//! wrote equals the fingerprint of what Freshchat tells us it now holds, and an agent's edit is told from our own.

use super::wire::{Link, NewUser, Property, User, Word};
use crate::{adapter::Account, model::message::Contact};

/// What Freshchat shows of a contact once we wrote it: one space between names, and a stand-in where there is no name,
/// since a user without any is hard to find for agents.
pub(super) fn shown(account: &Account<'_>, contact: &Contact) -> Contact {
    let name = contact.name.as_deref().map(tidy).filter(|name| !name.is_empty());
    let stand_in = || contact.phone.clone().unwrap_or_else(|| format!("{} user", account.channel_kind));
    Contact { name: Some(name.unwrap_or_else(stand_in)), ..contact.clone() }
}

/// What Freshchat holds of a user, in the same form.
pub(super) fn held(user: &User) -> Contact {
    Contact {
        name: full_name(&user.first_name, &user.last_name),
        phone: user.phone.owned(),
        email: user.email.owned(),
        ..Contact::default()
    }
}

/// The user to create. `plain` leaves out all that Freshchat could object to, after it objected to something.
pub(super) fn new_user(account: &Account<'_>, contact: &Contact, plain: bool) -> NewUser {
    let reference_id = Some(account.reference(&contact.id));
    let changed = change(account, contact);
    if plain {
        return NewUser { reference_id, first_name: changed.first_name, ..NewUser::default() };
    }
    NewUser {
        reference_id,
        properties: vec![Property { name: "channel", value: account.channel_kind.to_owned() }],
        ..changed
    }
}

/// The fields of a user that we know.
pub(super) fn change(account: &Account<'_>, contact: &Contact) -> NewUser {
    let name = shown(account, contact).name.unwrap_or_default();
    let (first, last) = match name.split_once(' ') {
        Some((first, last)) => (first.to_owned(), Some(last.to_owned())),
        None => (name, None),
    };
    let avatar = contact.avatar.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    NewUser {
        reference_id: None,
        first_name: Some(first),
        last_name: last,
        email: contact.email.clone(),
        phone: contact.phone.clone(),
        avatar: avatar.map(|url| Link { url }),
        properties: Vec::new(),
    }
}

/// A person's name as one text.
pub(super) fn full_name(first: &Word, last: &Word) -> Option<String> {
    let name = tidy(&format!("{} {}", first.text().unwrap_or_default(), last.text().unwrap_or_default()));
    Some(name).filter(|name| !name.is_empty())
}

fn tidy(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}
