//! Access to everything outside the process, one file each: clock, environment, AWS, HTTP, queue, vault, object store,
//! metrics, Lambda.

pub mod aws;
pub mod clock;
pub mod config;
pub mod http;
pub mod lambda;
pub mod media;
pub mod metrics;
pub mod queue;
pub mod vault;
