//! What adapters say to people, in each language.
//!
//! The English text stands where the adapter uses it, since the journal, the log and the API are English. It is the key
//! of a [`Phrase`] in the adapter's own folder, which holds the same text in every other language. A [`Translator`]
//! finds the sentence or the phrase that an English text was made of.

use std::borrow::Cow;

use super::{language::Language, sentences::ENGLISH, template::Template};

/// A text of an adapter in every language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The English text as the adapter writes it, with its arguments in braces. `{vendor}` stands for
    /// [`Catalogue::vendor`].
    pub english: &'static str,
    /// The text in the other languages, in the order of [`Language::OTHERS`].
    pub others: [&'static str; 6],
}

/// Makes a list of [`Phrase`]s. One that lacks a language does not compile.
macro_rules! phrases {
    ($($english:literal {
        de: $de:literal, es: $es:literal, fr: $fr:literal, ru: $ru:literal, uk: $uk:literal, ja: $ja:literal $(,)?
    })+) => {
        &[$($crate::tools::phrases::Phrase { english: $english, others: [$de, $es, $fr, $ru, $uk, $ja] }),+]
    };
}
pub(crate) use phrases;

/// The phrases of an adapter.
#[derive(Clone, Copy, Debug)]
pub struct Catalogue {
    /// The name that the texts call the vendor by.
    pub vendor: &'static str,
    /// The phrases: the adapter's own, and those that it shares with other adapters.
    pub tables: &'static [&'static [Phrase]],
}

impl Catalogue {
    /// Returns the phrase that an English text was made of.
    pub fn find(&self, text: &str) -> Option<&'static Phrase> {
        self.read(text).max_by_key(|read| read.literal).map(|read| read.phrase)
    }

    fn read<'t>(&self, text: &'t str) -> impl Iterator<Item = PhraseRead<'t>> {
        let vendor = self.vendor;
        self.tables.iter().copied().flatten().filter_map(move |phrase| {
            let template = Template::of_vendor(phrase.english, Some(vendor));
            Some(PhraseRead { phrase, literal: template.literal(), arguments: template.read(text)? })
        })
    }
}

/// A phrase, and the arguments with which it makes a text.
struct PhraseRead<'t> {
    phrase: &'static Phrase,
    literal: usize,
    arguments: Arguments<'t>,
}

/// The names and the values of arguments.
type Arguments<'t> = Vec<(&'static str, &'t str)>;

/// The number of texts that are looked up for one translation. A vendor's own words may look like sentences within
/// sentences without end.
const READS: u32 = 64;

/// Says English texts of the bridge and of some adapters in a language.
#[derive(Clone, Copy, Debug)]
pub struct Translator {
    language: Language,
    catalogues: [Option<&'static Catalogue>; 2],
}

impl Translator {
    /// Makes a translator that knows the sentences of the bridge only.
    pub fn new(language: Language) -> Self {
        Self { language, catalogues: [None, None] }
    }

    /// Adds the phrases of the adapters of both sides, as far as they are known.
    #[must_use]
    pub fn with_sides(self, channel: Option<&'static Catalogue>, helpdesk: Option<&'static Catalogue>) -> Self {
        Self { catalogues: [channel, helpdesk], ..self }
    }

    /// Adds the phrases of one adapter.
    #[must_use]
    pub fn with(self, catalogue: &'static Catalogue) -> Self {
        self.with_sides(Some(catalogue), None)
    }

    /// Returns an English text in the language, with its arguments, if they are known too. Any other text, such as a
    /// vendor's own words, stays as it is.
    pub fn translate(self, text: &str) -> Cow<'_, str> {
        match self.language {
            Language::English => Cow::Borrowed(text),
            _ => {
                let mut reads = READS;
                match self.read(text, &mut reads) {
                    // What remains is at least the sentence around the words, with its first reason.
                    _ if reads == 0 => self.translated(text, &mut 4).map_or(Cow::Borrowed(text), Cow::Owned),
                    read => read,
                }
            }
        }
    }

    /// Translates a text while `reads` are left.
    fn read<'t>(self, text: &'t str, reads: &mut u32) -> Cow<'t, str> {
        let own = self.several(text, reads).or_else(|| self.translated(text, reads));
        own.map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// Translates texts that semicolons join, if each of them is known and the whole is none.
    fn several(self, text: &str, reads: &mut u32) -> Option<String> {
        if self.catalogues.iter().flatten().any(|catalogue| catalogue.find(text).is_some()) {
            return None;
        }
        text.match_indices("; ").find_map(|(at, _)| {
            let (first, rest) = (text.get(..at)?, text.get(at + 2..)?);
            let first = self.translated(first, reads)?;
            let rest = self.several(rest, reads).or_else(|| self.translated(rest, reads))?;
            Some(format!("{first}; {rest}"))
        })
    }

    fn translated(self, text: &str, reads: &mut u32) -> Option<String> {
        *reads = reads.checked_sub(1)?;
        // Of all texts that this one may be, it is the one that says the most itself.
        let of_adapters = self.catalogues.into_iter().flatten().filter_map(|catalogue| {
            let read = catalogue.read(text).max_by_key(|read| read.literal)?;
            let own = Language::OTHERS.iter().zip(read.phrase.others).find(|(other, _)| **other == self.language);
            Some((read.literal, own.map(|(_, own)| own), Some(catalogue.vendor), read.arguments))
        });
        let of_bridge = ENGLISH.iter().filter_map(|(name, template)| {
            let template = Template::of(template);
            let arguments = template.read(text)?;
            Some((template.literal(), self.language.template(name), None, arguments))
        });
        let (_, own, vendor, arguments) = of_adapters.chain(of_bridge).max_by_key(|(literal, ..)| *literal)?;
        Some(Template::of_vendor(own?, vendor).fill(|name| {
            let (_, value) = arguments.iter().find(|(argument, _)| *argument == name)?;
            Some(self.read(value, reads))
        }))
    }
}

impl Language {
    /// Returns an English text of the bridge in this language; see [`Translator::translate`].
    pub fn translate(self, text: &str) -> Cow<'_, str> {
        Translator::new(self).translate(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static TEST: Catalogue = Catalogue {
        vendor: "Vendor",
        tables: &[phrases! {
            "{vendor} failed" {
                de: "Fehler bei {vendor}", es: "error de {vendor}", fr: "erreur de {vendor}", ru: "сбой {vendor}",
                uk: "збій {vendor}", ja: "{vendor}のエラー",
            }
            "the key is wrong; make a new one" {
                de: "der Schlüssel ist falsch; erstellen Sie einen neuen", es: "la clave es incorrecta; cree otra",
                fr: "la clé est incorrecte ; créez-en une autre", ru: "ключ неверный; создайте новый",
                uk: "ключ неправильний; створіть новий", ja: "キーが正しくありません。新しく作成してください",
            }
        }],
    };

    #[test]
    fn a_phrase_is_found_alone_and_inside_a_sentence() {
        let translator = Translator::new(Language::German).with(&TEST);
        for (english, german) in [
            ("Vendor failed", "Fehler bei Vendor"),
            ("the key is wrong; make a new one", "der Schlüssel ist falsch; erstellen Sie einen neuen"),
            (
                "the key is wrong; make a new one; Vendor failed",
                "der Schlüssel ist falsch; erstellen Sie einen neuen; Fehler bei Vendor",
            ),
            ("Vendor failed: no connection to the vendor", "Fehler bei Vendor: keine Verbindung zum Anbieter"),
            ("Not delivered on x: Vendor failed.", "Nicht zugestellt über x: Fehler bei Vendor."),
            // A vendor's own words stay, and so does what another vendor's adapter says.
            ("Something failed", "Something failed"),
            ("Other failed", "Other failed"),
        ] {
            assert_eq!(translator.translate(english), german);
            assert_eq!(Translator::new(Language::English).with(&TEST).translate(english), english);
        }
        assert_eq!(Language::German.translate("Vendor failed"), "Vendor failed");
    }

    #[test]
    fn words_that_look_like_endless_sentences_end() {
        let translator = Translator::new(Language::German).with(&TEST);
        let text = format!("Vendor failed: {}b{}", "a: ".repeat(100), "; x".repeat(100));
        let began = std::time::Instant::now();
        assert!(translator.translate(&text).contains("Fehler bei Vendor"), "{}", translator.translate(&text));
        assert!(began.elapsed() < std::time::Duration::from_secs(2), "{:?}", began.elapsed());
    }
}
