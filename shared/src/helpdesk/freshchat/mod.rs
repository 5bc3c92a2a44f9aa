//! Freshchat.
