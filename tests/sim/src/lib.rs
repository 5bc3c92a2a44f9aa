//! A seeded simulation of the whole bridge.
//!
//! The product's own functions run in one thread on virtual time. The table, the queue and the vendors are models in the
//! same process, and a seed decides about every fault. The same seed gives the same log of events. See [`run`].

pub mod admin;
pub mod aws;
pub mod bridge;
pub mod checks;
pub mod faults;
pub mod process;
pub mod queue;
pub mod run;
pub mod snapshot;
pub mod table;
pub mod vendors;
pub mod world;
