//! Everything that the functions of the BYOC bridge share.
//!
//! The modules are rooms, and a room imports only from the rooms before it: [`tools`], [`model`] (the neutral model),
//! [`adapter`] (the seam between the bridge and the vendors), [`channel`] and [`helpdesk`] (one folder per vendor),
//! [`outside`], [`store`], [`installations`], [`start`], [`engine`] (which runs an adapter's task), [`ingest`] (from the
//! webhook to the queue), [`relay`] (from the queue to the vendor), [`install`], and [`web`] (the admin's
//! pages).
//!
//! Adapters have no effects; whatever calls a vendor goes through the engine. ARCHITECTURE.md at the top of the
//! repository is the map.

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
pub mod web;
