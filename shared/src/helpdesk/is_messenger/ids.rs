//! The ids that travel: contacts of either ID type, and messages.
//!
//! IS-Messenger takes `A-Z a-z 0-9 _ = + / @` in custom contact ids, up to 50 of them. An id that fits is left alone. Any
//! other becomes `=` + its base64, or, where even that is too long, `=` + 40 hex digits of its SHA-256, from which only
//! the stored link leads back.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::ID_TYPE;
use crate::{
    adapter::{Account, Known, RenderError},
    channel::channel,
    model::{features::ContactIds, message::Contact},
    tools::crypto::sha256_hex,
};

/// The longest contact id and the longest message id.
const MAX: usize = 50;
/// So much of a hash is kept.
const HASH: usize = 40;

/// What kind of contact ids the custom channel was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdType {
    /// Telephone numbers with `+` and country code.
    Phone,
    /// Anything within the rules above.
    Custom,
}

impl IdType {
    pub(super) fn of(account: &Account<'_>) -> Self {
        if account.setting(ID_TYPE) == Some("phone") { Self::Phone } else { Self::Custom }
    }

    /// Whether IS-Messenger takes `id` as a contact id.
    pub(super) fn takes(self, id: &str) -> bool {
        match self {
            Self::Phone => is_e164(id),
            Self::Custom => (1..=MAX).contains(&id.len()) && id.bytes().all(is_custom),
        }
    }
}

/// What the channel of the installation knows its users by.
pub(super) fn channel_ids(account: &Account<'_>) -> ContactIds {
    channel(account.channel_kind).map_or(ContactIds::Opaque, |channel| channel.features().contact_ids)
}

/// IS-Messenger's id of a contact: the one it was told before, else made of the channel's.
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

/// The contact for whom an id stands, where the id itself says it.
///
/// A telephone number may stand for a contact whom the channel names differently (`whatsapp:+…`), so a stored link comes
/// first and this only where there is none.
pub(super) fn contact_by_id(account: &Account<'_>, id: &str) -> Option<String> {
    match IdType::of(account) {
        IdType::Custom => decode(id),
        IdType::Phone => {
            let digits = id.strip_prefix('+').filter(|_| is_e164(id))?;
            Some(if channel_ids(account) == (ContactIds::Phone { plus: false }) { digits } else { id }.to_owned())
        }
    }
}

/// The message id of the `index`-th message that an event becomes: the event's own id where it fits and is the first,
/// else a hash. Stable, since a repeat must carry the same one.
pub(super) fn m_id(event: &str, index: usize) -> String {
    let fits = (1..=MAX).contains(&event.len())
        && event.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if fits && index == 0 { event.to_owned() } else { hash(&format!("{event}\n{index}")) }
}

/// Whether an id is one of those from which only the stored link leads back.
pub(super) fn is_hashed(id: &str) -> bool {
    id.strip_prefix('=').is_some_and(is_hash)
}

fn encode(id: &str) -> String {
    if IdType::Custom.takes(id) && !id.starts_with('=') {
        return id.to_owned();
    }
    let coded = STANDARD.encode(id);
    // What would read as a hash must be one.
    if coded.len() < MAX && !coded.is_empty() && !is_hash(&coded) {
        format!("={coded}")
    } else {
        format!("={}", hash(id))
    }
}

/// The opposite of [`encode`]; nothing for a hash and for what `encode` never makes.
fn decode(id: &str) -> Option<String> {
    let plain = match id.strip_prefix('=') {
        None => id.to_owned(),
        Some(coded) => String::from_utf8(STANDARD.decode(coded).ok()?).ok()?,
    };
    (encode(&plain) == id).then_some(plain)
}

fn phone_of(contact: &Contact) -> Option<String> {
    // Behind a prefix (`whatsapp:+…`) only what says that it is a number is one.
    let number = match contact.id.split_once(':') {
        Some((_, number)) => number.to_owned(),
        None if contact.id.starts_with('+') => contact.id.clone(),
        None => format!("+{}", contact.id),
    };
    Some(number).filter(|number| is_e164(number)).or_else(|| contact.phone.clone().filter(|phone| is_e164(phone)))
}

/// A telephone number with `+` and country code.
pub(super) fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_digit())
            && !digits.starts_with('0')
    })
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
