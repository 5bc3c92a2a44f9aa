//! Verifies the signature, which is the same for all platforms of Meta.

pub(super) use crate::channel::meta::verify;
