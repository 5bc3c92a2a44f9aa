//! Viber.
