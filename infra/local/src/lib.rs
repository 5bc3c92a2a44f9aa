//! The whole bridge on one machine: the functions' real handlers behind an HTTP front, an embedded DynamoDB engine, a
//! queue, and a vendor of [`byoc_vendors`] on either side.

pub mod bridge;
pub mod clock;
pub mod event_source;
#[cfg(test)]
mod killed;
pub mod log;
pub mod queue;
pub mod server;
pub mod table;
#[cfg(test)]
mod testing;
