//! The simulated helpdesks, a folder each.

pub mod deskie;
pub mod freshchat;
pub mod is_messenger;
