//! Measuring, splitting and shortening text: lengths in the units that vendors count, cuts where a reader would make
//! them.

use std::{borrow::Cow, iter::Peekable, ops::Range, vec};

use unicode_segmentation::{UWordBoundIndices, UnicodeSegmentation};

use crate::model::features::{TextLimit, TextUnit};

/// Returns the length of a text in the vendor's unit.
pub fn len(text: &str, unit: TextUnit) -> usize {
    match unit {
        TextUnit::Chars => text.chars().count(),
        TextUnit::Utf16 => text.chars().map(char::len_utf16).sum(),
        TextUnit::Bytes => text.len(),
        TextUnit::Gsm7 => match text.chars().map(septets).sum::<Option<usize>>() {
            Some(septets) => septets,
            None => len(text, TextUnit::Utf16),
        },
    }
}

/// Returns whether a text is within a limit.
pub fn fits(text: &str, limit: TextLimit) -> bool {
    len(text, limit.unit) <= limit.max
}

/// Returns the limit for one piece of text that is sent as an SMS of up to `parts` parts, in the alphabet that `text`
/// needs: 153 septets a part in the GSM 03.38 alphabet, or else 67 UTF-16 units a part. A character of two units is
/// never split between two parts, so if the text has such characters, one unit of each part is left unused.
pub fn sms_limit(text: &str, parts: usize) -> TextLimit {
    let widths = text.chars().map(septets).collect::<Option<Vec<_>>>();
    let (unit, part, has_wide) = match widths {
        Some(widths) => (TextUnit::Gsm7, 153, widths.contains(&2)),
        None => (TextUnit::Utf16, 67, text.chars().any(|c| c.len_utf16() == 2)),
    };
    TextLimit { max: parts.saturating_mul(part - usize::from(has_wide)), unit }
}

/// Splits a text into pieces that fit, where a reader would: at the end of a paragraph, or else of a line, of a
/// sentence, at a space, at a word boundary.
///
/// A text that fits is one piece, unchanged. From a longer text, only the whitespace at its ends and at the cuts is
/// dropped. A grapheme cluster (an emoji family, a flag, a letter with its marks) stays in one piece unless it is
/// longer than the limit by itself; the same holds for a URL. A code point that is longer than the limit by itself
/// becomes a piece that does not fit, because the vendor's refusal is better than silence. Blank text gives no piece.
///
/// The time is linear in the length of the text.
pub fn split(text: &str, limit: TextLimit) -> Vec<&str> {
    if fits(text, limit) {
        return if text.trim().is_empty() { Vec::new() } else { vec![text] };
    }
    let mut pieces = Vec::new();
    let mut rest = skip_blank(text);
    while !rest.is_empty() {
        let cut = cut(rest, limit);
        let piece = prefix(rest, cut.end);
        if !is_blank(piece) {
            pieces.push(piece);
        }
        rest = skip_blank(suffix(rest, cut.next));
    }
    pieces
}

/// Shortens a text to a limit, for names and captions. A text that is too long ends in `…`, never inside a grapheme
/// cluster; the result is empty if not even the `…` fits.
pub fn truncate(text: &str, limit: TextLimit) -> Cow<'_, str> {
    const ELLIPSIS: char = '…';
    if fits(text, limit) {
        return Cow::Borrowed(text);
    }
    let Some(max) = limit.max.checked_sub(weight(ELLIPSIS, limit.unit)) else {
        return Cow::Borrowed("");
    };
    let window = window(text, TextLimit { max, unit: limit.unit });
    let kept = boundaries(text, window).last().unwrap_or_default();
    let mut short = prefix(text, kept).trim_end().to_owned();
    short.push(ELLIPSIS);
    Cow::Owned(short)
}

/// A place to cut: the piece ends at `end`, the text continues at `next`, and only whitespace is between the two.
#[derive(Clone, Copy)]
struct Cut {
    end: usize,
    next: usize,
}

/// The reason that makes a place suitable for a cut, from worst to best.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    Grapheme,
    Word,
    Space,
    Sentence,
    Line,
    Paragraph,
}

/// Returns where the first piece of a text ends. The text must not start with whitespace.
///
/// Reads no further than the piece can reach, plus the whitespace after it, plus a few characters.
fn cut(text: &str, limit: TextLimit) -> Cut {
    let window = window(text, limit);
    if window == text.len() {
        return Cut { end: text.trim_end().len(), next: window };
    }
    let spaces = suffix(text, window);
    let reach = window + spaces.len() - spaces.trim_start().len();

    // The best cut in the second half wins. A cut in the first half is used only if there is no other, since a lone
    // heading is no reason to send a nearly empty message.
    let mut late: Option<(Reason, Cut)> = None;
    let mut early: Option<Cut> = None;
    let mut last: Option<Cut> = None;
    for (reason, cut) in Places::new(text, reach) {
        if cut.end > window {
            break;
        }
        last = Some(cut);
        if reason == Reason::Grapheme {
            continue;
        }
        early = Some(cut);
        if cut.next * 2 >= window && late.is_none_or(|(best, _)| reason >= best) {
            late = Some((reason, cut));
        }
    }
    late.map(|(_, cut)| cut).or(early).or(last).unwrap_or_else(|| {
        let first = text.chars().next().map_or(0, char::len_utf8);
        let end = window.max(first);
        Cut { end, next: end }
    })
}

/// All places up to `reach` where a text may be cut, in order.
struct Places<'a> {
    text: &'a str,
    graphemes: vec::IntoIter<usize>,
    words: Peekable<UWordBoundIndices<'a>>,
    urls: Peekable<vec::IntoIter<Range<usize>>>,
    /// The start of the next grapheme.
    at: usize,
    /// The end of the last grapheme that is not whitespace.
    end: usize,
    /// Whether the text up to `end` finishes a sentence.
    sentence: Sentence,
    /// The number of line ends since `end`.
    lines: usize,
}

/// Whether a text ends a sentence.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sentence {
    /// The text ends in the middle of a sentence.
    Open,
    /// The text ends with a mark that ends a sentence if a space follows.
    Ended,
    /// The text ends with a mark that ends a sentence without a space, as in Chinese.
    EndedWide,
}

impl<'a> Places<'a> {
    /// The number of characters after `reach` that are read to see whether a word or a URL continues there.
    const AHEAD: usize = 16;

    fn new(text: &'a str, reach: usize) -> Self {
        let ahead = suffix(text, reach).char_indices().nth(Self::AHEAD).map_or(text.len(), |(at, _)| reach + at);
        let seen = prefix(text, ahead);
        Self {
            text,
            graphemes: boundaries(text, reach).collect::<Vec<_>>().into_iter(),
            words: seen.split_word_bound_indices().peekable(),
            urls: urls(seen).into_iter().peekable(),
            at: 0,
            end: 0,
            sentence: Sentence::Open,
            lines: 0,
        }
    }

    /// Processes the grapheme between `self.at` and `next`.
    fn step(&mut self, next: usize) {
        let grapheme = self.text.get(self.at..next).unwrap_or_default();
        self.at = next;
        if is_blank(grapheme) {
            self.lines += usize::from(grapheme.contains(['\n', '\r', '\u{85}', '\u{2028}']));
            self.lines += 2 * usize::from(grapheme.contains('\u{2029}'));
            return;
        }
        self.end = next;
        self.lines = 0;
        self.sentence = match grapheme.chars().next().unwrap_or_default() {
            '。' | '！' | '？' | '｡' | '।' | '॥' | '။' | '។' => Sentence::EndedWide,
            '.' | '!' | '?' | '…' | '؟' | '۔' | '։' | '።' => self.sentence.max(Sentence::Ended),
            closing if clings(closing) => self.sentence,
            _ => Sentence::Open,
        };
    }

    /// Returns the reason to cut at `self.at`.
    fn reason(&mut self) -> Reason {
        let at = self.at;
        while self.words.next_if(|(word, _)| *word < at).is_some() {}
        while self.urls.next_if(|url| url.end <= at).is_some() {}
        let url = self.urls.peek();
        if self.end < at {
            return match (self.lines, self.sentence) {
                (2.., _) => Reason::Paragraph,
                (1, _) => Reason::Line,
                (_, Sentence::Open) => Reason::Space,
                _ => Reason::Sentence,
            };
        }
        if url.is_some_and(|url| url.start < at) {
            return Reason::Grapheme;
        }
        if url.is_some_and(|url| url.start == at) {
            return Reason::Word;
        }
        if suffix(self.text, at).chars().next().is_some_and(clings) {
            return Reason::Grapheme;
        }
        if self.sentence == Sentence::EndedWide {
            return Reason::Sentence;
        }
        if self.words.peek().is_some_and(|(word, _)| *word == at) { Reason::Word } else { Reason::Grapheme }
    }
}

impl Iterator for Places<'_> {
    type Item = (Reason, Cut);

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.graphemes.next()?;
        self.step(next);
        let reason = self.reason();
        Some((reason, Cut { end: self.end, next: self.at }))
    }
}

/// Returns the ends of the grapheme clusters of a text, up to and including `reach`.
///
/// One code point decides whether a cluster continues, so nothing after it needs to be read.
fn boundaries(text: &str, reach: usize) -> impl Iterator<Item = usize> {
    let ahead = suffix(text, reach).chars().next().map_or(0, char::len_utf8);
    prefix(text, reach + ahead)
        .grapheme_indices(true)
        .map(|(at, grapheme)| at + grapheme.len())
        .take_while(move |end| *end <= reach)
}

/// Returns the URLs in a text, each with the punctuation that follows it. A URL that reaches the end of the text may
/// continue after it.
fn urls(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut from = 0;
    for run in text.split_inclusive(ends_url) {
        if let Some(start) = url_start(run) {
            let end = run.trim_end_matches(ends_url).len();
            found.push(from + start..from + end);
        }
        from += run.len();
    }
    found
}

fn url_start(run: &str) -> Option<usize> {
    if let Some((before, _)) = run.split_once("://") {
        let in_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        return Some(before.trim_end_matches(in_scheme).trim_end_matches(['(', '[', '{', '\'']).len());
    }
    let (before, _) = run.split_once("www.")?;
    (!before.ends_with(char::is_alphanumeric)).then_some(before.len())
}

/// Returns whether a character cannot be part of a URL. Letters of any script can, because people paste them unescaped.
fn ends_url(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '<' | '>' | '"' | '«' | '»' | '“' | '”' | '，' | '、' | '。' | '！' | '？' | '；' | '：')
        || matches!(c, '（' | '）' | '「' | '」' | '『' | '』' | '【' | '】' | '《' | '》')
}

/// Returns whether a punctuation mark belongs to the text before it, so that no piece should start with the mark.
fn clings(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '}' | '"' | '\'' | '%' | '…' | '”' | '’' | '»')
        || matches!(
            c,
            '，' | '、' | '。' | '！' | '？' | '；' | '：' | '）' | '」' | '』' | '】' | '》' | '｡' | '､' | 'ー'
        )
        || matches!(c, '،' | '؛' | '؟' | '۔' | '।' | '॥')
}

/// Returns a text without its leading whitespace. A space that carries a combining mark is not whitespace.
fn skip_blank(text: &str) -> &str {
    let spaces = text.len() - text.trim_start().len();
    suffix(text, boundaries(text, spaces).last().unwrap_or_default())
}

fn is_blank(grapheme: &str) -> bool {
    grapheme.chars().all(char::is_whitespace)
}

/// Returns how many bytes of a text fit, even if the end falls inside a grapheme cluster, a word or a URL.
fn window(text: &str, limit: TextLimit) -> usize {
    let mut left = limit.max;
    for (at, c) in text.char_indices() {
        match left.checked_sub(weight(c, limit.unit)) {
            Some(rest) => left = rest,
            None => return at,
        }
    }
    text.len()
}

/// Returns the most that a character can add to the length of a text. In GSM this is one too much for `€` and its like
/// in a text that is sent as UTF-16 because of other characters, and exact in all other cases.
fn weight(c: char, unit: TextUnit) -> usize {
    match unit {
        TextUnit::Chars => 1,
        TextUnit::Utf16 => c.len_utf16(),
        TextUnit::Bytes => c.len_utf8(),
        TextUnit::Gsm7 => septets(c).unwrap_or(c.len_utf16()),
    }
}

/// Returns how many septets a character takes in the default alphabet of GSM 03.38 and its extension table; `None` if
/// it is in neither.
///
/// <https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding>
fn septets(c: char) -> Option<usize> {
    match c {
        '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '€' | '\u{c}' => Some(2),
        '`' => None,
        '\n' | '\r' | ' '..='~' => Some(1),
        '£' | '¥' | 'è' | 'é' | 'ù' | 'ì' | 'ò' | 'Ç' | 'Ø' | 'ø' | 'Å' | 'å' => Some(1),
        'Δ' | 'Φ' | 'Γ' | 'Λ' | 'Ω' | 'Π' | 'Ψ' | 'Σ' | 'Θ' | 'Ξ' => Some(1),
        'Æ' | 'æ' | 'ß' | 'É' | '¤' | '¡' | 'Ä' | 'Ö' | 'Ñ' | 'Ü' | '§' | '¿' | 'ä' | 'ö' | 'ñ' | 'ü' | 'à' => {
            Some(1)
        }
        _ => None,
    }
}

fn prefix(text: &str, end: usize) -> &str {
    text.get(..end).unwrap_or_default()
}

fn suffix(text: &str, start: usize) -> &str {
    text.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const UNITS: [TextUnit; 4] = [TextUnit::Chars, TextUnit::Utf16, TextUnit::Bytes, TextUnit::Gsm7];

    fn chars(max: usize) -> TextLimit {
        TextLimit { max, unit: TextUnit::Chars }
    }

    #[track_caller]
    fn check(text: &str, limit: TextLimit, pieces: &[&str]) {
        assert_eq!(split(text, limit), pieces);
    }

    #[test]
    fn lengths_are_counted_in_the_vendors_unit() {
        let rows = [
            ("", [0, 0, 0, 0]),
            ("abc", [3, 3, 3, 3]),
            ("é", [1, 1, 2, 1]),
            ("€", [1, 1, 3, 2]),
            ("{}", [2, 2, 2, 4]),
            ("Fr {5} €", [8, 8, 10, 11]),
            ("{ж}", [3, 3, 4, 3]),
            ("`", [1, 1, 1, 1]),
            ("{`}", [3, 3, 3, 3]),
            ("สวัสดี", [6, 6, 18, 6]),
            ("😀", [1, 2, 4, 2]),
            ("👨‍👩‍👧", [5, 8, 18, 8]),
        ];
        for (text, lengths) in rows {
            assert_eq!(UNITS.map(|unit| len(text, unit)), lengths, "{text}");
        }
    }

    #[test]
    fn a_text_that_fits_is_untouched() {
        check("  two\r\n\r\nlines \n", chars(17), &["  two\r\n\r\nlines \n"]);
        check("{ж}", TextLimit { max: 3, unit: TextUnit::Gsm7 }, &["{ж}"]);
    }

    #[test]
    fn blank_text_gives_no_piece() {
        check("", chars(5), &[]);
        check("", chars(0), &[]);
        check(" \r\n\t", chars(5), &[]);
        check(" \r\n\t", chars(1), &[]);
    }

    #[test]
    fn cuts_at_the_best_place_in_the_second_half() {
        check("One two.\n\nThree. Four\nfive six", chars(20), &["One two.", "Three. Four\nfive six"]);
        check("One two three\nfour. Five six", chars(21), &["One two three", "four. Five six"]);
        check("One two three. Four five six", chars(23), &["One two three.", "Four five six"]);
        check("One two three four five", chars(17), &["One two three", "four five"]);
        check("Hi\n\nOne two three four five", chars(19), &["Hi\n\nOne two three", "four five"]);
        check("He said \"stop.\" Then he left", chars(22), &["He said \"stop.\"", "Then he left"]);
    }

    #[test]
    fn a_space_behind_a_full_piece_is_no_reason_to_cut_earlier() {
        check("one two three", chars(7), &["one two", "three"]);
        check("one. two.    three", chars(9), &["one. two.", "three"]);
    }

    #[test]
    fn a_long_word_starts_a_piece_of_its_own() {
        check("a abcdefghijkl", chars(10), &["a", "abcdefghij", "kl"]);
    }

    #[test]
    fn crlf_counts_as_one_line_end() {
        check("one two\r\nthree\r\n\r\nfour five", chars(18), &["one two\r\nthree", "four five"]);
        check("ab\r\ncd", chars(3), &["ab", "cd"]);
    }

    #[test]
    fn thai_is_cut_between_clusters_and_at_spaces_where_there_are_any() {
        let clusters = "ที่นี่น้ำดี";
        let pieces = split(clusters, chars(4));
        assert_eq!(pieces, ["ที่", "นี่", "น้ำ", "ดี"]);
        check("สวัสดีครับ ขอบคุณครับ", chars(15), &["สวัสดีครับ", "ขอบคุณครับ"]);
    }

    #[test]
    fn chinese_is_cut_behind_sentences_else_between_words_and_never_before_a_comma() {
        check("你好。我想退货，可以吗？谢谢你", chars(13), &["你好。我想退货，可以吗？", "谢谢你"]);
        check("我们今天去北京，好吗", chars(7), &["我们今天去北", "京，好吗"]);
        check("他说「好的。」然后走了", chars(9), &["他说「好的。」", "然后走了"]);
    }

    #[test]
    fn right_to_left_text_is_cut_in_reading_order() {
        check("مرحبا كيف حالك؟ أريد المساعدة", chars(20), &["مرحبا كيف حالك؟", "أريد المساعدة"]);
        check("שלום, מה שלומך היום", chars(14), &["שלום, מה שלומך", "היום"]);
        check("שָׁלוֹם", chars(3), &["שָׁ", "לוֹ", "ם"]);
    }

    #[test]
    fn emoji_families_and_flags_stay_whole() {
        check("👨‍👩‍👧👨‍👩‍👧", chars(6), &["👨‍👩‍👧", "👨‍👩‍👧"]);
        check("🇨🇭🇩🇪🇫🇷", chars(5), &["🇨🇭🇩🇪", "🇫🇷"]);
        check("👍🏽👍🏽", TextLimit { max: 7, unit: TextUnit::Utf16 }, &["👍🏽", "👍🏽"]);
        check("e\u{301}e\u{301}", chars(3), &["e\u{301}", "e\u{301}"]);
    }

    #[test]
    fn a_cluster_longer_than_the_limit_is_cut_at_code_points() {
        check("👨‍👩‍👧", chars(2), &["👨\u{200d}", "👩\u{200d}", "👧"]);
        check("😀a", TextLimit { max: 1, unit: TextUnit::Utf16 }, &["😀", "a"]);
        check("ab", chars(0), &["a", "b"]);
    }

    #[test]
    fn urls_stay_whole_while_they_fit() {
        let url = "https://example.com/a-long/path.html?q=one,two";
        let text = format!("See the page {url} for more");
        check(&text, chars(50), &["See the page", &format!("{url} for"), "more"]);
        check(&format!("请看{url}，谢谢"), chars(47), &["请看", &format!("{url}，"), "谢谢"]);
        check(&format!("see ({url})."), chars(49), &["see", &format!("({url}).")]);
        check("go www.example.com/a-b-c", chars(21), &["go", "www.example.com/a-b-c"]);
        let cut = ["See the page", "https://example.com/", "a-long/path.html?q=", "one,two for more"];
        check(&text, chars(20), &cut);
    }

    #[test]
    fn gsm_text_is_cut_by_septets_and_other_text_by_utf16_units() {
        let gsm = |max| TextLimit { max, unit: TextUnit::Gsm7 };
        check("€€€ {}{}", gsm(8), &["€€€", "{}{}"]);
        check("{{{{{", gsm(5), &["{{", "{{", "{"]);
        check("жжж жжж", gsm(4), &["жжж", "жжж"]);
        assert!(fits(&"a".repeat(1600), gsm(1600)));
        assert!(!fits(&"€".repeat(801), gsm(1600)));
    }

    #[test]
    fn other_alphabets_leave_less_room_in_a_text_message() {
        for (text, max, unit) in [
            ("hello", 1_836, TextUnit::Gsm7),
            ("5 €", 1_824, TextUnit::Gsm7),
            ("привіт", 804, TextUnit::Utf16),
            ("hello 😀", 792, TextUnit::Utf16),
        ] {
            assert_eq!(sms_limit(text, 12), TextLimit { max, unit }, "{text}");
        }
    }

    #[test]
    fn shortened_text_ends_in_an_ellipsis_and_fits() {
        let rows = [
            ("short", chars(5), "short"),
            ("a longer name", chars(9), "a longer…"),
            ("a longer name", chars(8), "a longe…"),
            ("👨‍👩‍👧👨‍👩‍👧", chars(9), "👨‍👩‍👧…"),
            ("👨‍👩‍👧👨‍👩‍👧", chars(4), "…"),
            ("abcdef", TextLimit { max: 5, unit: TextUnit::Bytes }, "ab…"),
            ("abcdef", TextLimit { max: 2, unit: TextUnit::Bytes }, ""),
            ("abc", chars(0), ""),
            ("{{{{", TextLimit { max: 6, unit: TextUnit::Gsm7 }, "{{…"),
        ];
        for (text, limit, short) in rows {
            assert_eq!(truncate(text, limit), short, "{text} {limit:?}");
        }
    }

    /// Returns the time that this thread has computed, which other programs on the machine do not change; elsewhere than
    /// on Linux nothing, so that nothing is measured.
    fn spent() -> Duration {
        let spent = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        Duration::from_nanos(
            spent.split(' ').next().and_then(|nanoseconds| nanoseconds.parse().ok()).unwrap_or_default(),
        )
    }

    #[test]
    fn a_megabyte_takes_linear_time() {
        let seeds = [
            "a",
            " ",
            "\n",
            "a ",
            "a\n\n",
            "Word, word. ",
            "🇨🇭",
            "e\u{301}",
            "\u{301}",
            "https://",
            "x.",
            "ไทย",
            "a\u{600} ",
        ];
        for seed in seeds {
            for max in [1, 1000, 100_000] {
                let size = match max {
                    1 => 1 << 16,
                    1000 => 1 << 20,
                    _ => 1 << 18,
                };
                let text = seed.repeat(size / seed.len());
                let started = spent();
                split(&text, TextLimit { max, unit: TextUnit::Chars });
                let took = spent().saturating_sub(started);
                assert!(took < Duration::from_secs(5), "{seed:?} {max}: {took:?}");
            }
        }
    }

    /// Generates text from the pieces that make cutting hard.
    fn hard_text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            proptest::sample::select(vec![
                " ",
                "\n",
                "\r\n",
                "\r",
                "\n\n",
                "\u{2029}",
                "\u{301}",
                "\u{200d}",
                "\u{600}",
                "\u{fe0f}",
                "🇨",
                "🇭",
                "👨‍👩‍👧",
                "👍🏽",
                "क्ष",
                "น้ำ",
                "한",
                "ᄒ",
                "ᅡ",
                "{",
                "€",
                "`",
                "。",
                "」",
                "https://a.b/c?d=e",
                "://",
                "www.",
                ".",
                "!",
            ])
            .prop_map(str::to_owned),
            "[a-z]{1,9}",
            any::<char>().prop_map(String::from),
        ];
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_is_lost_but_whitespace_and_every_piece_fits(
            text in hard_text(), max in 0_usize..40, unit in proptest::sample::select(UNITS.to_vec()),
        ) {
            let limit = TextLimit { max, unit };
            let pieces = split(&text, limit);
            let clusters: Vec<_> = text.grapheme_indices(true).collect();
            let mut at = 0;
            for piece in &pieces {
                prop_assert!(!piece.trim().is_empty());
                prop_assert!(fits(piece, limit) || piece.chars().count() == 1, "{piece:?} does not fit");
                let (lost, _) = suffix(&text, at).split_once(piece).expect("pieces come in order");
                prop_assert!(is_blank(lost), "{lost:?} is lost");
                let start = at + lost.len();
                at = start + piece.len();
                for cut in [start, at] {
                    let cluster = clusters.iter().find(|(from, cluster)| *from < cut && cut < from + cluster.len());
                    if let Some((_, cluster)) = cluster {
                        let weight: usize = cluster.chars().map(|c| weight(c, unit)).sum();
                        prop_assert!(weight > max || is_blank(suffix(&text, cut)), "{cluster:?} is cut in {pieces:?}");
                    }
                }
            }
            prop_assert!(is_blank(suffix(&text, at)), "{:?} is lost", suffix(&text, at));
            if fits(&text, limit) {
                prop_assert!(pieces.len() <= 1);
            }
        }

        #[test]
        fn no_url_is_cut_that_fits(
            before in "[a-z .]{0,30}", path in "[a-z0-9./?=,-]{0,20}", after in "( [a-z .]{0,30})?",
        ) {
            let url = format!("https://{path}");
            let text = format!("{before} {url}{after}");
            let pieces = split(&text, chars(28));
            prop_assert!(pieces.iter().any(|piece| piece.contains(&url)), "{pieces:?}");
        }

        #[test]
        fn shortened_text_always_fits(
            text in hard_text(), max in 0_usize..40, unit in proptest::sample::select(UNITS.to_vec()),
        ) {
            let limit = TextLimit { max, unit };
            let short = truncate(&text, limit);
            prop_assert!(fits(&short, limit));
            let kept = short.strip_suffix('…').unwrap_or(&short);
            prop_assert!(text.starts_with(kept));
        }
    }
}
