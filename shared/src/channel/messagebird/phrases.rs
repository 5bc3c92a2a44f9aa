//! What the adapter says to people, in each language.

use crate::{adapter::phrases::COMMON, channel::phrases::SHARED, tools::phrases::Catalogue};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "MessageBird", tables: &[SHARED, COMMON] };
