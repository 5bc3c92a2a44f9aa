//! The profile that Deskie shows for a contact, field by field, so that each change costs only the one call that it
//! needs, and an event that lacks a field changes nothing.

use serde_json::{Value, json};

use crate::{model::message::Contact, tools::crypto::sha256_hex};

/// A field of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Email,
    Phone,
    Name,
    Company,
}

impl Field {
    const ALL: [Self; 4] = [Self::Email, Self::Phone, Self::Name, Self::Company];

    fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Name => "name",
            Self::Company => "company",
        }
    }

    /// Returns the contact's value of this field. An address or a number joins the user with whoever has it already, so
    /// only one for which the channel vouches counts: another's history must not open to somebody who merely claims it.
    pub(super) fn of(self, contact: &Contact) -> Option<&str> {
        let field = match self {
            Self::Email => contact.own_email(),
            Self::Phone => contact.own_phone(),
            Self::Name => contact.name.as_deref(),
            Self::Company => contact.company.as_deref(),
        };
        field.map(str::trim).filter(|text| !text.is_empty())
    }

    /// Returns whether Deskie keeps the field as a linked address of the user, not in the user itself.
    pub(super) fn is_link(self) -> bool {
        matches!(self, Self::Email | Self::Phone)
    }
}

/// Returns the body of the call that updates one field of Deskie's user.
pub(super) fn change(contact: &Contact, field: Field) -> Value {
    let value = field.of(contact);
    match field {
        Field::Email => json!({"user_email": value}),
        Field::Phone => json!({"user_phone": value}),
        Field::Name => json!({"user": {"user_full_name": value}}),
        Field::Company => json!({"user": {"company_name": value}}),
    }
}

/// Returns the first field that the bridge knows and, according to the link, Deskie does not show.
pub(super) fn missing(shown: Option<&str>, contact: &Contact) -> Option<Field> {
    Field::ALL
        .into_iter()
        .find(|field| field.of(contact).is_some_and(|value| remembered(shown, *field) != Some(&fingerprint(value))))
}

/// Returns the value for the link once Deskie shows these fields of the contact, besides what it showed before.
pub(super) fn with(shown: Option<&str>, contact: &Contact, fields: &[Field]) -> String {
    let entry = |field: Field| {
        let new = field.of(contact).filter(|_| fields.contains(&field)).map(fingerprint);
        let value = new.or_else(|| remembered(shown, field).map(str::to_owned))?;
        Some(format!("{}={value}", field.word()))
    };
    Field::ALL.into_iter().filter_map(entry).collect::<Vec<_>>().join(";")
}

/// Returns the same with every field that the contact has.
pub(super) fn with_all(shown: Option<&str>, contact: &Contact) -> String {
    with(shown, contact, &Field::ALL)
}

fn remembered(shown: Option<&str>, field: Field) -> Option<&str> {
    let mut entries = shown?.split(';').filter_map(|entry| entry.split_once('='));
    entries.find(|(name, _)| *name == field.word()).map(|(_, value)| value)
}

fn fingerprint(value: &str) -> String {
    sha256_hex(value.as_bytes()).chars().take(12).collect()
}
