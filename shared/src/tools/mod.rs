//! Pure helpers that know nothing about channels and helpdesks.

pub mod address;
pub mod answer;
pub mod crypto;
pub mod file_type;
pub mod json;
pub mod language;
pub mod length;
pub mod millis;
pub mod names;
pub mod phone;
pub mod phrases;
pub mod preview;
pub mod rules;
pub mod secret;
pub mod sentences;
#[cfg(feature = "simulation")]
pub mod simulation;
mod template;
pub mod vendor_words;
pub(crate) mod words;
