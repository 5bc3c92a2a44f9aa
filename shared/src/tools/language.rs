//! The languages in which people read the bridge.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

use super::words::words;

/// A language of the [table of sentences](super::sentences).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English, which is also the language of logs, of the journal and of the API.
    #[default]
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
    /// French.
    French,
    /// Russian.
    Russian,
    /// Ukrainian.
    Ukrainian,
    /// Japanese.
    Japanese,
}

words!(Language {
    English = "en",
    German = "de",
    Spanish = "es",
    French = "fr",
    Russian = "ru",
    Ukrainian = "uk",
    Japanese = "ja",
});

impl Language {
    /// All languages.
    pub const ALL: [Self; 7] =
        [Self::English, Self::German, Self::Spanish, Self::French, Self::Russian, Self::Ukrainian, Self::Japanese];

    /// All languages but English, in the order of [`ALL`](Self::ALL).
    pub const OTHERS: [Self; 6] =
        [Self::German, Self::Spanish, Self::French, Self::Russian, Self::Ukrainian, Self::Japanese];

    /// Returns what the speakers of the language call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Spanish => "Español",
            Self::French => "Français",
            Self::Russian => "Русский",
            Self::Ukrainian => "Українська",
            Self::Japanese => "日本語",
        }
    }

    /// Returns the language of a tag such as `de` or `de-AT`, if the bridge speaks it.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::from_word(&primary.to_ascii_lowercase())
    }

    /// Returns the language that a reader likes best, from the value of `Accept-Language`: of those that the bridge
    /// speaks, the one with the highest weight, and the first of equal ones. English if there is none.
    pub fn from_accept_language(header: &str) -> Self {
        let mut best = (0.0, Self::English);
        for range in header.split(',') {
            let mut pieces = range.split(';');
            let Some(language) = pieces.next().and_then(Self::from_tag) else { continue };
            let weight = pieces.find_map(|piece| piece.trim().strip_prefix("q="));
            let weight = weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0));
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }

    /// Returns the language that a reader likes best, from the headers of a request.
    pub fn of_request(headers: &HeaderMap) -> Self {
        let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        header.map_or_else(Self::default, Self::from_accept_language)
    }

    /// Returns whether this is English, which stored options leave out.
    pub fn is_english(&self) -> bool {
        *self == Self::English
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_a_language_with_or_without_a_region() {
        for (tag, expected) in [
            ("de", Some(Language::German)),
            ("de-AT", Some(Language::German)),
            ("FR_ca", Some(Language::French)),
            (" uk ", Some(Language::Ukrainian)),
            ("ja-Jpan-JP", Some(Language::Japanese)),
            ("den", None),
            ("*", None),
            ("", None),
        ] {
            assert_eq!(Language::from_tag(tag), expected, "{tag}");
        }
    }

    #[test]
    fn the_reader_gets_the_best_liked_language_that_the_bridge_speaks() {
        for (header, expected) in [
            ("ja", Language::Japanese),
            ("de-AT,de;q=0.9,en;q=0.8", Language::German),
            ("en;q=0.1, ru;q=0.7, uk;q=0.8", Language::Ukrainian),
            ("nl, pl;q=0.9, es;q=0.2", Language::Spanish),
            ("fr;q=0, en;q=0.5", Language::English),
            ("fr ; q=0.4, de ; q=0.5", Language::German),
            ("fr;q=much", Language::English),
            ("fr;level=1;q=0.5", Language::French),
            ("zh, *", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::from_accept_language(header), expected, "{header}");
        }
    }

    #[test]
    fn a_language_has_one_word_in_json() {
        for language in Language::ALL {
            let json = serde_json::to_string(&language).unwrap();
            assert_eq!(json, format!("{:?}", language.word()));
            assert_eq!(serde_json::from_str::<Language>(&json).unwrap(), language);
        }
        assert!(serde_json::from_str::<Language>(r#""xx""#).is_err());
    }
}
