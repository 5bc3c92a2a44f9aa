//! The neutral model: what both sides speak in between.

pub mod fit;
pub mod installation;
pub mod limits;
pub mod message;
pub mod steps;
pub mod text;
