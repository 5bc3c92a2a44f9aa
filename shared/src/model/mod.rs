//! The neutral model: what both sides speak in between.

pub mod features;
pub mod fit;
pub mod installation;
pub mod message;
pub mod steps;
pub mod text;
