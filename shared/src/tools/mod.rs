//! Pure helpers that know nothing of channels and helpdesks.

pub mod answer;
pub mod crypto;
pub mod json;
pub mod secret;
pub mod standard_webhooks;
pub mod vendor_words;
pub(crate) mod words;
