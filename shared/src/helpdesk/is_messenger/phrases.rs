//! What the adapter says to people, in each language.

use crate::{adapter::phrases::COMMON, tools::phrases::Catalogue};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "IS-Messenger", tables: &[COMMON] };
