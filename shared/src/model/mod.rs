//! The neutral model: the types in which channels and helpdesks exchange messages.

pub mod enrolment;
pub mod features;
pub mod fit;
pub mod heard;
pub mod installation;
pub mod message;
pub mod quote;
pub mod steps;
pub mod text;
pub mod transcript;
