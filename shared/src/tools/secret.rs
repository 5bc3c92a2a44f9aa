//! Values that must not be shown.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// A credential. `Debug` hides the text; only [`Secret::reveal`] returns it.
#[derive(Clone, Deserialize, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps the text of a credential.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text, for a request or a signature check.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hidden]")
    }
}

/// Credentials by the name of their setting.
pub type Secrets = BTreeMap<String, Secret>;
