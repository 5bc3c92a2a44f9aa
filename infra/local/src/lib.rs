//! The whole bridge on one machine: the functions' real handlers behind an HTTP front, an embedded DynamoDB engine, a
//! queue, and simulated vendors.

pub mod bridge;
pub mod calls;
pub mod clock;
pub mod demo;
pub mod event_source;
#[cfg(test)]
mod killed;
pub mod log;
pub mod queue;
pub mod server;
pub mod sim;
pub mod table;
#[cfg(test)]
mod testing;
