//! The text of what was said before a message, for agents.

use super::message::Spoken;
use crate::tools::sentences::Sentence;

/// The maximum length of the text, in characters. The newest lines count most.
const MOST: usize = 20_000;

/// Returns the text of a note with everything that was said, and the group that was wished.
pub fn text(lines: &[Spoken], group: Option<&str>) -> String {
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
    let told = Sentence::Transcript { said: &said }.to_string();
    match group {
        Some(group) => format!("{told}\n{}", Sentence::WishedGroup { group }),
        None => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_lines_of_a_long_talk_are_kept() {
        let spoken = |author: Option<&str>, text: &str| Spoken { author: author.map(str::to_owned), text: text.into() };
        let short = [spoken(Some("Iryna"), "Hi"), spoken(None, "Hello! ")];
        assert!(text(&short, None).ends_with("Iryna: Hi\nHello!"));
        assert!(text(&short, Some("Sales")).ends_with("Sales"));
        let mut long = vec![spoken(None, "first"), spoken(None, &"x".repeat(MOST - 4))];
        long.push(spoken(None, "end"));
        let shown = text(&long, None);
        assert!(shown.ends_with("…\nend") && !shown.contains("first"), "{}", shown.len());
    }
}
