//! Everything that the functions of the BYOC bridge share.
//!
//! Start at [`adapter`] for the interface between the bridge and the vendors, at [`model::message`] for the neutral
//! model, and at [`relay`] for the one place that has effects. ARCHITECTURE.md at the top of the repository is the map.

pub mod adapter;
pub mod channel;
pub mod engine;
pub mod helpdesk;
pub mod ingest;
pub mod install;
pub mod installations;
pub mod model;
pub mod outside;
pub mod relay;
pub mod start;
pub mod store;
#[cfg(test)]
pub(crate) mod testing;
pub mod tools;
