//! Values that must not be seen.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// A credential. `Debug` hides it; [`Secret::reveal`] is the only way to its text.
#[derive(Clone, Deserialize, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes a text into hiding.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for a request or a signature check.
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
