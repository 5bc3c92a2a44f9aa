//! The simulated helpdesks, each in a folder of its own.

pub mod custom;
pub mod deskie;
pub mod freshchat;
pub mod is_messenger;
