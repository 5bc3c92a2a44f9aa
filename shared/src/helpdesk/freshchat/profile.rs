//! Converts a contact into a Freshchat user and back. Both directions go through [`shown`], so that the digest of what
//! the bridge wrote equals the digest of what Freshchat then reports, and an agent's edit can be told from the bridge's
//! own.

use super::wire::{Link, NewUser, Property, User, Word};
use crate::{adapter::Account, model::message::Contact};

/// Returns what Freshchat shows of a contact once the bridge has written it: one space between names, and a stand-in
/// for a missing name, because agents hardly find a user without any name.
pub(super) fn shown(account: &Account<'_>, contact: &Contact) -> Contact {
    let name = contact.name.as_deref().map(tidy).filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| stand_in(account, contact.phone.as_deref()));
    Contact { name: Some(name), ..contact.clone() }
}

/// Returns what stands in the place of a missing name.
pub(super) fn stand_in(account: &Account<'_>, phone: Option<&str>) -> String {
    phone.map_or_else(|| format!("{} user", account.channel_kind), str::to_owned)
}

/// Returns what Freshchat stores of a user, in the same form.
pub(super) fn held(user: &User) -> Contact {
    Contact {
        name: full_name(&user.first_name, &user.last_name),
        phone: user.phone.owned(),
        email: user.email.owned(),
        ..Contact::default()
    }
}

/// Returns the user to create. With `plain`, everything that Freshchat could refuse is left out, after it refused
/// something.
pub(super) fn new_user(account: &Account<'_>, contact: &Contact, plain: bool) -> NewUser {
    let reference_id = Some(account.reference(&contact.id));
    let changed = change(account, contact);
    if plain {
        return NewUser { reference_id, first_name: changed.first_name, ..NewUser::default() };
    }
    NewUser { reference_id, properties: properties(account, contact), ..changed }
}

/// Returns what the channel knows of a contact and Freshchat has no field for. Only a new user gets it: it is not known
/// whether a change replaces the properties that agents wrote.
fn properties(account: &Account<'_>, contact: &Contact) -> Vec<Property> {
    let known = [
        ("channel", Some(account.channel_kind)),
        ("channel_address", Some(contact.id.as_str())),
        ("language", contact.language.as_deref()),
        ("country", contact.country.as_deref()),
        ("company", contact.company.as_deref()),
    ];
    let property = |(name, value): (&'static str, Option<&str>)| Some(Property { name, value: value?.to_owned() });
    known.into_iter().filter_map(property).collect()
}

/// Returns the change by which a user stands for a contact.
pub(super) fn named(reference: &str) -> NewUser {
    NewUser { reference_id: Some(reference.to_owned()), ..NewUser::default() }
}

/// Returns the fields of a user that the bridge knows.
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

/// Returns a person's name as one text.
pub(super) fn full_name(first: &Word, last: &Word) -> Option<String> {
    let name = tidy(&format!("{} {}", first.text().unwrap_or_default(), last.text().unwrap_or_default()));
    Some(name).filter(|name| !name.is_empty())
}

fn tidy(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}
