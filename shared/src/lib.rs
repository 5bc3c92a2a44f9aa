//! What every function of the BYOC bridge shares.
//!
//! Start at [`adapter`] for the seam between the bridge and the vendors, at [`message`] for the neutral model, and at
//! [`relay`] for the one place that has effects. ARCHITECTURE.md at the top of the repository is the map.

pub mod adapter;
pub mod answer;
pub mod aws;
pub mod channel;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod fit;
pub mod helpdesk;
pub mod http;
pub mod ingest;
pub mod install;
pub mod installation;
pub mod json;
pub mod lambda;
pub mod limits;
pub mod media;
pub mod message;
pub mod queue;
pub mod relay;
pub mod secret;
pub mod settings;
pub mod standard_webhooks;
pub mod start;
pub mod steps;
pub mod store;
#[cfg(test)]
pub(crate) mod testing;
pub mod text;
pub mod vault;
pub mod vendor_words;
pub mod webhook;
mod words;
