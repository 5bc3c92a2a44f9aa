//! The texts of a vendor's refusals.
//!
//! A vendor may quote what the customer wrote. Therefore only a stable code is logged and stored, and agents read the
//! explanation without the quotation.

use std::{collections::HashSet, iter};

/// The maximum length of an explanation, in characters.
const MAX_EXPLANATION: usize = 200;
/// The number of characters of a vendor's text that are processed.
const MAX_SCANNED: usize = 2_000;
/// The number of consecutive letters and digits of the message that count as a quotation.
const QUOTATION_LENGTH: usize = 6;
/// The characters that people and programs put around a quotation.
const QUOTATION_MARKS: &str = "\"'`“”„‘’‚«»";

/// Returns the text if it is a vendor's error code or the name of a field, which may be logged. Returns `None` for
/// anything else, such as a sentence or a number.
pub fn code(word: &str) -> Option<&str> {
    let is_code = (1..=60).contains(&word.len())
        && word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'[' | b']'))
        && !word.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() >= QUOTATION_LENGTH);
    is_code.then_some(word)
}

/// Returns a vendor's explanation on one line and shortened, without the parts that quote `written`, the texts of the
/// message. Returns `None` if nothing else is left.
pub fn explanation<'a>(words: &str, written: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: Vec<char> = words.chars().take(MAX_SCANNED).collect();
    // A quotation may differ in case, spaces and punctuation; its letters and digits stay.
    let positions: Vec<usize> =
        (0..words.len()).filter(|at| words.get(*at).is_some_and(|c| c.is_alphanumeric())).collect();
    let letters: Vec<char> = positions.iter().filter_map(|at| words.get(*at)).map(|c| fold_case(*c)).collect();
    let mut is_quoted = vec![false; words.len()];
    let at = |position: Option<usize>| position.and_then(|position| words.get(position)).copied();
    for (text, is_single_word) in
        written.into_iter().flat_map(|text| iter::once((text, false)).chain(short_words(text)))
    {
        let text: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).map(fold_case).collect();
        let length = text.len().min(QUOTATION_LENGTH);
        if length == 0 {
            continue;
        }
        let pieces: HashSet<&[char]> = text.windows(length).collect();
        for (piece, span) in letters.windows(length).zip(positions.windows(length)) {
            let (Some(first), Some(last)) = (span.first(), span.last()) else { continue };
            let around = [at(first.checked_sub(1)), at(last.checked_add(1))];
            // A short text counts as a quotation only if it stands as a word of its own. A short word of a longer text
            // counts only if it also is a number or stands in quotation marks.
            let stands_alone = !around.iter().flatten().any(|c| c.is_alphanumeric());
            let is_marked = || around.iter().all(|c| c.is_some_and(|c| QUOTATION_MARKS.contains(c)));
            let is_number = || piece.iter().any(char::is_ascii_digit);
            let is_short = stands_alone && (!is_single_word || is_number() || is_marked());
            if pieces.contains(piece) && (length == QUOTATION_LENGTH || is_short) {
                is_quoted.iter_mut().take(last + 1).skip(*first).for_each(|quoted| *quoted = true);
            }
        }
    }
    let mut out = String::new();
    for (c, is_quoted) in words.into_iter().zip(is_quoted) {
        match is_quoted {
            true if out.ends_with('…') => {}
            true => out.push('…'),
            false => out.push(c),
        }
    }
    let out: String = out.chars().take(MAX_EXPLANATION).collect();
    out.contains(char::is_alphanumeric).then(|| out.trim().to_owned())
}

/// Returns the words of a text that are too short to be told from the vendor's own words by their letters alone.
fn short_words(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| (3..QUOTATION_LENGTH).contains(&word.chars().count())).map(|word| (word, true))
}

/// Maps all cases of a letter to one character.
fn fold_case(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_of_fields_may_be_logged_and_sentences_and_numbers_may_not() {
        for word in ["INVALID_VALUE", "user_not_found", "message.content", "messages[0].text", "error_4001"] {
            assert_eq!(code(word), Some(word));
        }
        for word in ["", "my card is 4111", "4111111111111111", "x4111111111111111", "_x", "naïve", &"x".repeat(61)] {
            assert_eq!(code(word), None, "{word}");
        }
    }

    #[test]
    fn agents_read_the_explanation_and_not_what_it_quotes() {
        let written = "My card is 4111 1111 1111 1111, please book it";
        for (words, shown) in [
            ("message_parts[0].content is too long", Some("message_parts[0].content is too long")),
            ("'My card is 4111 1111 1111 1111, please book it' is not allowed", Some("'…' is not allowed")),
            ("content \"MY CARD IS 4111-1111-1111-1111\" has a number", Some("content \"…\" has a number")),
            ("4111111111111111", None),
            ("My card is 4111 1111", None),
            ("", None),
        ] {
            assert_eq!(explanation(words, [written]).as_deref(), shown, "{words}");
        }
        assert_eq!(explanation("the word 'no' is not known", ["no"]).as_deref(), Some("the word '…' is not known"));
        assert_eq!(explanation("PIN 4711 is wrong", ["hi", "4711"]).as_deref(), Some("PIN … is wrong"));
        // A filter names the one word that it does not like.
        let written = "My PIN is 4711, you fools";
        for (words, shown) in [
            ("4711 is a number", "… is a number"),
            ("‘Fools’ may not be said", "‘…’ may not be said"),
            ("you may not say \"fools\"", "you may not say \"…\""),
            ("the value 47110 is too large", "the value 47110 is too large"),
        ] {
            assert_eq!(explanation(words, [written]).as_deref(), Some(shown), "{words}");
        }
        assert_eq!(explanation("a\nb\tc", []).as_deref(), Some("a b c"));
        assert_eq!(explanation(&"x ".repeat(500), []).map(|words| words.len()), Some(199));
    }
}
