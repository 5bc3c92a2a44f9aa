//! The ids in calls: those of contacts, of either ID type, and those of messages.
//!
//! IS-Messenger accepts `A-Z a-z 0-9 _ = + / @` in custom contact ids, and at most 50 of them. An id that fits stays as
//! it is. Any other becomes `=` and its base64 or, if even that is too long, `=` and 40 hex digits of its SHA-256, from
//! which only the stored link leads back to the contact.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::ID_TYPE;
use crate::{
    adapter::{Account, Known, RenderError},
    channel::channel,
    helpdesk::Named,
    model::{features::ContactIds, message::Contact},
    tools::{crypto::sha256_hex, phone::is_e164},
};

/// The maximum length of a contact id and of a message id.
const MAX: usize = 50;
/// The number of hex digits that are kept of a hash.
const HASH: usize = 40;

/// The type of contact ids with which the custom channel was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdType {
    /// Telephone numbers with `+` and country code.
    Phone,
    /// Any id within the rules above.
    Custom,
}

impl IdType {
    pub(super) fn of(account: &Account<'_>) -> Self {
        if account.setting(ID_TYPE) == Some("phone") { Self::Phone } else { Self::Custom }
    }

    /// Returns whether IS-Messenger accepts `id` as a contact id.
    pub(super) fn takes(self, id: &str) -> bool {
        match self {
            Self::Phone => is_e164(id),
            Self::Custom => (1..=MAX).contains(&id.len()) && id.bytes().all(is_custom),
        }
    }
}

/// Returns the kind of ids by which the installation's channel knows its users.
pub(super) fn channel_ids(account: &Account<'_>) -> ContactIds {
    channel(account.channel_kind).map_or(ContactIds::Opaque, |channel| channel.features().contact_ids)
}

/// Returns IS-Messenger's id of a contact: the id that IS-Messenger knows already, or one made from the channel's id.
pub(super) fn contact_id(account: &Account<'_>, contact: &Contact, known: &Known) -> Result<String, RenderError> {
    let id_type = IdType::of(account);
    if let Some(user) = known.link.user.as_ref().filter(|user| id_type.takes(user)) {
        return Ok(user.clone());
    }
    match id_type {
        IdType::Custom => Ok(encode(&contact.id)),
        IdType::Phone => phone_of(contact).ok_or_else(|| {
            RenderError::new(
                "the contact has no telephone number, and this custom channel knows contacts by nothing else",
            )
        }),
    }
}

/// Returns whom an id itself names.
///
/// A stored link takes precedence, since the channel may know the contact by another id than the telephone number. This
/// function serves only if there is none.
pub(super) fn contact_by_id(account: &Account<'_>, id: &str) -> Option<Named> {
    match IdType::of(account) {
        IdType::Custom => decode(id).map(Named::Contact),
        IdType::Phone => is_e164(id).then(|| Named::Phone(id.to_owned())),
    }
}

/// Returns the id of the `index`-th message of an event: the event's own id for the first message if it fits, and
/// otherwise a hash. The id is stable, because a repeat must carry the same one.
pub(super) fn m_id(event: &str, index: usize) -> String {
    let fits = (1..=MAX).contains(&event.len())
        && event.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if fits && index == 0 { event.to_owned() } else { hash(&format!("{event}\n{index}")) }
}

/// Returns whether an id is one of those from which only the stored link leads back to the contact.
pub(super) fn is_hashed(id: &str) -> bool {
    id.strip_prefix('=').is_some_and(is_hash)
}

fn encode(id: &str) -> String {
    if IdType::Custom.takes(id) && !id.starts_with('=') {
        return id.to_owned();
    }
    let coded = STANDARD.encode(id);
    // A base64 text that would read as a hash is hashed instead.
    if coded.len() < MAX && !coded.is_empty() && !is_hash(&coded) {
        format!("={coded}")
    } else {
        format!("={}", hash(id))
    }
}

/// Reverses [`encode`]. Returns `None` for a hash, and for an id that `encode` never makes.
fn decode(id: &str) -> Option<String> {
    let plain = match id.strip_prefix('=') {
        None => id.to_owned(),
        Some(coded) => String::from_utf8(STANDARD.decode(coded).ok()?).ok()?,
    };
    (encode(&plain) == id).then_some(plain)
}

fn phone_of(contact: &Contact) -> Option<String> {
    // If the id has a prefix (`whatsapp:+…`), only a number that begins with a plus sign is a telephone number.
    let number = match contact.id.split_once(':') {
        Some((_, number)) => number.to_owned(),
        None if contact.id.starts_with('+') => contact.id.clone(),
        None => format!("+{}", contact.id),
    };
    Some(number).filter(|number| is_e164(number)).or_else(|| contact.phone.clone().filter(|phone| is_e164(phone)))
}

fn is_custom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'=' | b'+' | b'/' | b'@')
}

fn is_hash(text: &str) -> bool {
    text.len() == HASH && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn hash(text: &str) -> String {
    sha256_hex(text.as_bytes()).chars().take(HASH).collect()
}
