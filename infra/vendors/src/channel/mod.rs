//! The simulated channels, a folder each.

pub mod bird;
pub mod custom;
pub mod line;
pub mod messagebird;
mod messenger;
pub mod meta;
pub mod rcs;
pub mod telegram;
pub mod twilio;
pub mod viber;
mod whatsapp;
