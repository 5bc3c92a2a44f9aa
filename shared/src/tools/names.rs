//! Names of people, files and choices.

/// Returns a name on one line, without control characters, overrides of the writing direction and what is invisible;
/// `None` if nothing that can be seen is left. Joiners stay, because they shape letters and emoji.
pub fn name(text: &str) -> Option<String> {
    let is_hidden = |c: char| {
        matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
        )
    };
    let kept = text.chars().filter(|c| !is_hidden(*c)).map(|c| if c.is_control() { ' ' } else { c });
    let kept = kept.collect::<String>();
    let name = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_seen = |c: char| !c.is_whitespace() && !matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    name.contains(is_seen).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_loses_what_cannot_be_seen_and_no_letter() {
        for (given, shown) in [
            ("Ana\u{202e}txt.exe", Some("Anatxt.exe")),
            ("A\u{0}n\ta\r\nB", Some("A n a B")),
            ("\u{200b}\u{feff}\u{2066}", None),
            ("\u{3164}", None),
            ("\u{200d}\u{fe0f} ", None),
            ("می\u{200c}خواهم", Some("می\u{200c}خواهم")),
            ("👩\u{200d}🔧 Łucja", Some("👩\u{200d}🔧 Łucja")),
            ("", None),
        ] {
            assert_eq!(name(given).as_deref(), shown, "{given:?}");
        }
    }
}
