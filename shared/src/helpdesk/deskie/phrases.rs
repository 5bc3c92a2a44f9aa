//! What the adapter says to people, in each language.

use crate::{adapter::phrases::COMMON, tools::phrases::Catalogue};

pub(super) static PHRASES: Catalogue = Catalogue { vendor: "Deskie", tables: &[COMMON] };
