//! The text of what was said before a message, for agents.

use super::message::Spoken;
use crate::tools::{language::Language, sentences::Sentence};

/// The maximum length of the text, in characters. The newest lines count most.
const MOST: usize = 20_000;

/// Returns the text of a note with everything that was said, and the group that was wished.
pub fn text(lines: &[Spoken], group: Option<&str>, language: Language) -> String {
    let line = |spoken: &Spoken| match &spoken.author {
        Some(author) => format!("{author}: {}", spoken.text.trim()),
        None => spoken.text.trim().to_owned(),
    };
    let mut left = MOST;
    let mut shown: Vec<String> = Vec::new();
    for line in lines.iter().rev().map(line) {
        let length = line.chars().count() + 1;
        if length > left {
            shown.push("…".to_owned());
            break;
        }
        left -= length;
        shown.push(line);
    }
    shown.reverse();
    let said = shown.join("\n");
    let told = language.say(Sentence::Transcript { said: &said });
    match group {
        Some(group) => format!("{told}\n{}", language.say(Sentence::WishedGroup { group })),
        None => told.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_lines_of_a_long_talk_are_kept() {
        let spoken = |author: Option<&str>, text: &str| Spoken { author: author.map(str::to_owned), text: text.into() };
        let short = [spoken(Some("Iryna"), "Hi"), spoken(None, "Hello! ")];
        assert!(text(&short, None, Language::English).ends_with("Iryna: Hi\nHello!"));
        assert!(text(&short, Some("Sales"), Language::English).ends_with("Sales"));
        assert_eq!(
            text(&short, Some("Sales"), Language::German),
            "Bisheriger Verlauf:\nIryna: Hi\nHello!\nGruppe, die antworten soll: Sales"
        );
        let mut long = vec![spoken(None, "first"), spoken(None, &"x".repeat(MOST - 4))];
        long.push(spoken(None, "end"));
        let shown = text(&long, None, Language::English);
        assert!(shown.ends_with("…\nend") && !shown.contains("first"), "{}", shown.len());
    }
}
