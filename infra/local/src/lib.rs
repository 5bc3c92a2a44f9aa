//! The whole bridge on one machine: the functions' real handlers behind an HTTP front, an embedded DynamoDB engine, a
//! queue, and a simulated vendor of [`byoc_vendors`] on each side.

pub mod bridge;
pub mod clock;
pub mod event_source;
#[cfg(test)]
mod killed;
pub mod log;
pub mod queue;
pub mod recorder;
pub mod server;
pub mod studio;
pub mod table;
#[cfg(test)]
mod testing;
