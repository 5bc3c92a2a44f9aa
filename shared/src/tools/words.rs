//! Enums whose variants have one word each, the same in keys, URLs, logs and JSON.

/// Implements `word`, `from_word` and serde's traits for an enum without fields.
macro_rules! words {
    ($kind:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $kind {
            /// Returns the word for the variant in keys, logs and JSON.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word),+
                }
            }

            /// Returns the variant for a [`word`](Self::word); `None` for an unknown word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl serde::Serialize for $kind {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }

        impl<'de> serde::Deserialize<'de> for $kind {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                Self::from_word(&word).ok_or_else(|| serde::de::Error::unknown_variant(&word, &[$($word),+]))
            }
        }
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use crate::{
        model::{
            installation::{InstallationState, Route},
            message::{ConversationState, Receipt},
        },
        store::JournalState,
    };

    #[test]
    fn a_word_is_the_same_in_keys_and_in_json() {
        assert_eq!(JournalState::from_word("rejected"), Some(JournalState::Rejected));
        assert_eq!(JournalState::from_word("Rejected"), None);
        assert_eq!(serde_json::to_string(&InstallationState::RegistrationFailed).unwrap(), r#""registration_failed""#);
        assert_eq!(serde_json::from_str::<Route>(r#""settings""#).unwrap(), Route::Settings);
        assert!(serde_json::from_str::<ConversationState>(r#""ajar""#).is_err());
    }

    /// A receipt has fields, so its words are written in two places.
    #[test]
    fn a_receipt_has_the_same_word_in_the_journal_and_in_json() {
        for receipt in [Receipt::Sent, Receipt::Delivered, Receipt::Read, Receipt::failed("blocked")] {
            assert_eq!(serde_json::to_value(&receipt).unwrap()["status"], receipt.word());
        }
    }
}
