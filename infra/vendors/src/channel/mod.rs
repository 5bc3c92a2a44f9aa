//! The simulated channels, each in a folder of its own.

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
