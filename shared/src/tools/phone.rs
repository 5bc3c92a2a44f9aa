//! Telephone numbers, in the form of E.164: a plus sign, the country code and the number, without anything else.

/// Returns whether a text is a telephone number in the form of E.164.
pub fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && digits.bytes().all(|digit| digit.is_ascii_digit())
            && !digits.starts_with('0')
    })
}

/// Returns the telephone number that somebody wrote, in the form of E.164. People write spaces and brackets in it, and
/// `00` for the plus sign. A number without its country code may belong to anybody, so it is no number here.
pub fn e164(written: &str) -> Option<String> {
    let is_digit_or_sign = |character: &char| !matches!(character, ' ' | '\u{a0}' | '-' | '.' | '/' | '(' | ')');
    let number: String = written.replace("(0)", "").chars().filter(is_digit_or_sign).collect();
    let number = number.strip_prefix("00").map_or(number.clone(), |rest| format!("+{rest}"));
    is_e164(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_numbers_in_many_ways_but_with_a_country_code() {
        for written in
            ["+447700900238", " +44 7700 900-238", "0044 7700 900238", "+44 (0) 7700.900238", "+44(7700)900238"]
        {
            assert_eq!(e164(written).as_deref(), Some("+447700900238"), "{written}");
        }
        for written in ["", "+", "7700900238", "07700 900238", "447700900238", "+0447700900238", "+44 77 ext. 5", "+1"]
        {
            assert_eq!(e164(written), None, "{written}");
        }
    }
}
