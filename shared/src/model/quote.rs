//! Quotes: what is remembered of a message, and how people read which message another one answers.

use crate::{
    model::{
        features::{TextLimit, TextUnit},
        fit,
        message::{Media, Part, Quote},
        text,
    },
    tools::{language::Language, sentences::Sentence},
};

/// The longest beginning of a message that is remembered and shown.
const WORDS: TextLimit = TextLimit { max: 200, unit: TextUnit::Chars };

/// Returns the beginning of a text on one line, or `None` if the text is blank.
pub fn words(text: &str) -> Option<String> {
    // No word of the beginning stands behind this many others.
    let line = text.split_whitespace().take(WORDS.max).collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then(|| text::truncate(&line, WORDS).into_owned())
}

/// Returns the beginning of a message on one line. A file is named, and its address left out.
pub fn words_of(parts: &[Part], language: Language) -> Option<String> {
    let texts = parts.iter().take(WORDS.max).map(|part| match part {
        Part::Media(media) => {
            let name = fit::name(media, language);
            format!("[{name}] {}", media.caption.as_deref().unwrap_or_default())
        }
        Part::Sticker { .. } => language.say(Sentence::Sticker).into(),
        other => fit::as_text(other, language),
    });
    words(&texts.collect::<Vec<_>>().join(" "))
}

/// Returns the line that tells people which message is quoted: its words, or that it is an earlier message.
pub fn line(quote: &Quote, language: Language) -> String {
    let text = quote.text.as_deref().and_then(words);
    let line = match (&text, &quote.author) {
        (Some(text), Some(author)) => Sentence::QuotedBy { author, text },
        (Some(text), None) => Sentence::Quoted { text },
        (None, _) => Sentence::QuotedEarlier,
    };
    language.say(line).into()
}

/// Returns parts with a line above them: in the first text or caption, or else as a text of its own.
pub fn above(line: &str, parts: &[Part]) -> Vec<Part> {
    let mut parts = parts.to_vec();
    match parts.first_mut() {
        Some(Part::Text { text } | Part::Media(Media { caption: Some(text), .. })) => *text = format!("{line}\n{text}"),
        _ => parts.insert(0, Part::text(line)),
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::message::{MediaKind, MediaSource};

    #[test]
    fn a_quote_is_one_line_above_the_message() {
        let quote = |text: Option<&str>, author: Option<&str>| Quote {
            text: text.map(str::to_owned),
            author: author.map(str::to_owned),
            ..Quote::default()
        };
        let long = "word ".repeat(100);
        for (quote, expected) in [
            (quote(Some("two\n lines"), Some("Anna")), "> Anna: “two lines”".to_owned()),
            (quote(Some("words"), None), "> “words”".to_owned()),
            (quote(Some(" \n"), Some("Anna")), "> (in reply to an earlier message)".to_owned()),
            (quote(None, None), "> (in reply to an earlier message)".to_owned()),
            (quote(Some(&long), None), format!("> “{}…”", "word ".repeat(39) + "word")),
        ] {
            assert_eq!(line(&quote, Language::English), expected);
        }
        assert_eq!(above("> x", &[Part::text("a"), Part::text("b")]), [Part::text("> x\na"), Part::text("b")]);
        let file = Media::new(MediaKind::Image, MediaSource::Reference { id: "1".into() });
        let captioned = |caption: &str| Part::Media(Media { caption: Some(caption.into()), ..file.clone() });
        assert_eq!(above("> x", &[captioned("c")]), [captioned("> x\nc")]);
        assert_eq!(above("> x", &[Part::Media(file.clone())]), [Part::text("> x"), Part::Media(file)]);
        assert_eq!(above("> x", &[]), [Part::text("> x")]);
    }

    #[test]
    fn the_words_of_a_message_hold_no_address_of_a_file() {
        let file = Media {
            caption: Some("look\nhere".into()),
            ..Media::new(MediaKind::Image, MediaSource::ShortLink { url: "https://files.example/secret".into() })
        };
        let named = Media { name: Some("a.pdf".into()), caption: None, ..file.clone() };
        let sticker = Part::Sticker { id: "1".into(), url: Some("https://files.example/s".into()) };
        let parts = [Part::Media(file), Part::Media(named), sticker, Part::text("bye")];
        assert_eq!(words_of(&parts, Language::English).unwrap(), "[image] look here [a.pdf] [sticker] bye");
        assert_eq!(words_of(&[], Language::English), None);
    }
}
