//! The neutral model: the types in which channels and helpdesks exchange messages.

pub mod fit;
pub mod installation;
pub mod limits;
pub mod message;
pub mod steps;
pub mod text;
