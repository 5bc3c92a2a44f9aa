//! What the adapter says to people, in each language.

use crate::{adapter::phrases::COMMON, channel::phrases::SHARED, tools::phrases::Catalogue};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "Messenger", tables: &[SHARED, COMMON] };

pub(super) static PHRASES_OF_INSTAGRAM: Catalogue = Catalogue { vendor: "Instagram", tables: &[SHARED, COMMON] };
