//! HTML as readable text, and text as HTML.
//!
//! The HTML comes from an agent's editor: paragraphs, lists, links, pictures. Of the crates for this, `html2text`
//! depends on html5ever and a dozen more and keeps no link's address beside its text, and `nanohtml2text`, which has no
//! dependencies, loses list numbers and pictures. This module reads tags one after the other, never fails, and never
//! drops words that a person would see.

/// Returns HTML that shows the text unchanged.
pub(super) fn from_text(text: &str) -> String {
    let mut html = String::from("<p>");
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\n' => html.push_str("<br>"),
            '\r' => {}
            c => html.push(c),
        }
    }
    html.push_str("</p>");
    html
}

/// Returns HTML that shows the text as mail does: the lines at its beginning that quote another message are a quotation.
pub(super) fn from_mail(text: &str) -> String {
    let quoted: Vec<&str> = text.lines().map_while(|line| line.strip_prefix('>')).map(str::trim).collect();
    if quoted.is_empty() {
        return from_text(text);
    }
    let rest = text.lines().skip(quoted.len()).collect::<Vec<_>>().join("\n");
    format!("<blockquote>{}</blockquote>{}", from_text(&quoted.join("\n")), from_text(rest.trim_start()))
}

/// Returns HTML as readable text. Paragraphs, lists and the addresses of links survive.
pub(super) fn to_text(html: &str) -> String {
    written(html).finish()
}

/// Returns the addresses of the pictures in HTML, without those that stand for a character.
pub(super) fn pictures(html: &str) -> Vec<String> {
    written(html).pictures
}

fn written(html: &str) -> Writer {
    let mut writer = Writer::default();
    // No tag can end behind the last `>`, so the end is not searched for again and again.
    let last_end = html.rfind('>').unwrap_or_default();
    let mut rest = html;
    while !rest.is_empty() {
        let (text, markup) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
        writer.text(&decoded(text));
        let may_end = html.len() - markup.len() < last_end;
        rest = match Markup::read(markup, may_end) {
            Some((Markup::Nothing, behind)) => behind,
            Some((Markup::Tag(tag), behind)) => {
                let hidden = !tag.closes && matches!(tag.name.as_str(), "script" | "style" | "head" | "title");
                writer.tag(&tag);
                if hidden { behind_closing(behind, &tag.name) } else { behind }
            }
            // A bracket that opens no tag is text.
            None => {
                writer.text(markup.get(..1).unwrap_or_default());
                markup.get(1..).unwrap_or_default()
            }
        };
    }
    writer
}

/// Markup that starts with a `<`.
enum Markup {
    /// A comment, a declaration or an instruction.
    Nothing,
    Tag(Tag),
}

#[derive(Debug)]
struct Tag {
    /// The name, in lower case.
    name: String,
    closes: bool,
    attributes: String,
}

impl Markup {
    /// Reads one piece of markup, and returns it with the text behind it.
    fn read(html: &str, may_end: bool) -> Option<(Self, &str)> {
        let inside = html.strip_prefix('<')?;
        if let Some(comment) = inside.strip_prefix("!--") {
            return Some((Self::Nothing, comment.split_once("-->").map_or("", |(_, behind)| behind)));
        }
        if !may_end {
            return None;
        }
        if inside.starts_with(['!', '?']) {
            return inside.split_once('>').map(|(_, behind)| (Self::Nothing, behind));
        }
        let (closes, named) = inside.strip_prefix('/').map_or((false, inside), |named| (true, named));
        if !named.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let end = end_of_tag(named)?;
        let (tag, behind) = (named.get(..end)?, named.get(end + 1..)?);
        let name_end = tag.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(tag.len());
        let (name, attributes) = tag.split_at(name_end);
        let tag = Tag { name: name.to_ascii_lowercase(), closes, attributes: attributes.to_owned() };
        Some((Self::Tag(tag), behind))
    }
}

/// Returns the position of a tag's `>`. A `>` inside quotes does not count, unless the quote is never closed.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in tag.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    tag.find('>')
}

/// Returns the text behind the closing tag of an element whose content is invisible.
fn behind_closing<'a>(html: &'a str, name: &str) -> &'a str {
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once("</") {
        // The end is searched for in this tag only, so that no text is searched again and again.
        if tag.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return tag.split_once('>').map_or("", |(_, behind)| behind);
        }
        rest = tag;
    }
    ""
}

impl Tag {
    /// Returns an attribute's value, decoded.
    fn attribute(&self, wanted: &str) -> Option<String> {
        let mut rest = self.attributes.as_str();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            let name_end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '/')).unwrap_or(rest.len());
            let (name, behind) = rest.split_at(name_end);
            if name.is_empty() && behind.is_empty() {
                return None;
            }
            let (value, behind) = match behind.trim_start().strip_prefix('=') {
                None => ("", behind),
                Some(value) => {
                    let value = value.trim_start();
                    match value.chars().next() {
                        Some(quote @ ('"' | '\'')) => {
                            let inside = value.get(1..).unwrap_or_default();
                            inside.split_once(quote).unwrap_or((inside, ""))
                        }
                        _ => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
                    }
                }
            };
            if name.eq_ignore_ascii_case(wanted) {
                return Some(decoded(value).trim().to_owned());
            }
            rest = behind;
        }
    }
}

/// The text that is being written.
#[derive(Default)]
struct Writer {
    pictures: Vec<String>,
    out: String,
    /// The number of line breaks before the next word.
    breaks: usize,
    /// Whether a space stands before the next word.
    space: bool,
    /// Whether nothing follows the mark of a list item yet.
    marked: bool,
    /// The number of open `pre` elements.
    pre: usize,
    /// The open lists, each with the number of its next item if its items have numbers.
    lists: Vec<Option<usize>>,
    /// The open link: its address, and the position where its text starts.
    link: Option<(String, usize)>,
}

impl Writer {
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\n' if self.pre > 0 => self.line(),
                '\r' => {}
                c if c.is_whitespace() => self.space = true,
                c => self.put(c),
            }
        }
    }

    fn put(&mut self, c: char) {
        if !self.out.is_empty() {
            if self.breaks > 0 {
                (0..self.breaks).for_each(|_| self.out.push('\n'));
            } else if self.space {
                self.out.push(' ');
            }
        }
        self.breaks = 0;
        self.space = false;
        self.marked = false;
        self.out.push(c);
    }

    fn words(&mut self, words: &str) {
        words.chars().for_each(|c| self.put(c));
    }

    /// Adds a line break, up to one empty line.
    fn line(&mut self) {
        self.breaks = (self.breaks + 1).min(2);
    }

    fn block(&mut self, breaks: usize) {
        if !self.marked {
            self.breaks = self.breaks.max(breaks);
        }
    }

    fn tag(&mut self, tag: &Tag) {
        match (tag.name.as_str(), tag.closes) {
            ("br", _) => self.line(),
            ("p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "blockquote" | "table" | "hr", _) => self.block(2),
            ("pre", closes) => {
                self.block(2);
                self.pre = if closes { self.pre.saturating_sub(1) } else { self.pre + 1 };
            }
            ("ul" | "ol", closes) => {
                self.block(if self.lists.len() > usize::from(closes) { 1 } else { 2 });
                if closes {
                    self.lists.pop();
                } else {
                    self.lists.push((tag.name == "ol").then_some(1));
                }
            }
            ("li", false) => {
                self.block(1);
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}.", *number - 1)
                    }
                    _ => "-".to_owned(),
                };
                self.words(&mark);
                self.space = true;
                self.marked = true;
            }
            (
                "div" | "li" | "tr" | "dt" | "dd" | "section" | "article" | "header" | "footer" | "address" | "body",
                _,
            ) => {
                self.block(1);
            }
            ("td" | "th", _) => self.space = true,
            ("img", false) => self.image(tag),
            ("a", false) => {
                self.end_link();
                let address = tag.attribute("href").filter(|address| is_address(address));
                self.link = address.map(|address| (address, self.out.len()));
            }
            ("a", true) => self.end_link(),
            _ => {}
        }
    }

    /// Adds the address of a link behind its text, unless the text contains the address already.
    fn end_link(&mut self) {
        let Some((address, start)) = self.link.take() else { return };
        let text = self.out.get(start..).unwrap_or_default().trim();
        let bare = |address: &str| {
            let address =
                ["https://", "http://", "mailto:", "tel:"].iter().find_map(|scheme| address.strip_prefix(scheme));
            address.unwrap_or_default().trim_end_matches('/').to_lowercase()
        };
        let said = text.to_lowercase();
        if said.trim_end_matches('/').ends_with(&bare(&address)) {
            return;
        }
        if !text.is_empty() {
            self.words(":");
            self.space = true;
        }
        self.words(&address);
    }

    /// Adds an image. An emoji is an image whose description is the emoji itself; for any other image, the address is
    /// shown.
    fn image(&mut self, tag: &Tag) {
        let description = tag.attribute("alt").filter(|description| !description.is_empty());
        let is_emoji = |text: &String| text.chars().count() <= 8 && !text.contains(|c: char| c.is_ascii_graphic());
        if let Some(emoji) = description.as_ref().filter(|text| is_emoji(text)) {
            return self.text(emoji);
        }
        let address = tag.attribute("src").filter(|address| is_address(address));
        let Some(address) = address else { return self.text(&description.unwrap_or_default()) };
        self.space = true;
        self.text(&description.unwrap_or_else(|| "image".to_owned()));
        self.words(":");
        self.space = true;
        self.words(&address);
        self.pictures.push(address);
        self.space = true;
    }

    fn finish(mut self) -> String {
        self.end_link();
        self.out.trim().to_owned()
    }
}

/// Returns whether an address has a meaning outside the page.
fn is_address(address: &str) -> bool {
    let address = address.to_ascii_lowercase();
    ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| address.starts_with(scheme))
        && !address.contains(char::is_whitespace)
}

/// Returns text with its entities replaced. Unknown entities stay.
fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '#').unwrap_or(behind.len());
        let (name, after) = behind.split_at(end);
        match entity(name) {
            Some(c) => {
                out.push(c);
                rest = after.strip_prefix(';').unwrap_or(after);
            }
            None => {
                out.push('&');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Returns the character of an entity: one that editors write, or the number of any character.
fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let number = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return Some(char::from_u32(number).filter(|c| *c != '\0').unwrap_or('\u{fffd}'));
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "minus" => '−',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "bdquo" => '„',
        "laquo" => '«',
        "raquo" => '»',
        "bull" => '•',
        "middot" => '·',
        "euro" => '€',
        "pound" => '£',
        "yen" => '¥',
        "cent" => '¢',
        "sect" => '§',
        "para" => '¶',
        "deg" => '°',
        "plusmn" => '±',
        "times" => '×',
        "divide" => '÷',
        "frac12" => '½',
        "larr" => '←',
        "rarr" => '→',
        "check" => '✓',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn html_becomes_readable() {
        let rows = [
            ("", ""),
            ("It leaves the depot today.", "It leaves the depot today."),
            (
                "<p>It leaves the <b>depot</b> today.<br>See <a href=\"https://acme.example/t/7\">tracking</a></p>",
                "It leaves the depot today.\nSee tracking: https://acme.example/t/7",
            ),
            ("<p>One</p>\n<p>Two</p>", "One\n\nTwo"),
            ("<div>One</div><div>Two</div><div><br></div><div>Three</div>", "One\nTwo\n\nThree"),
            ("a<br/><br /><BR>b", "a\n\nb"),
            ("<ul><li>One</li><li>Two<ul><li>Deep</li></ul></li></ul>End", "- One\n- Two\n- Deep\n\nEnd"),
            ("<ol><li>One<li>Two</ol>", "1. One\n2. Two"),
            ("<ul><li><p>One</p></li><li><p>Two</p></li></ul>", "- One\n\n- Two"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
            ("a &amp; b &lt;c&gt; &quot;d&quot;&nbsp;&#8364; &#x20AC; &euro;", "a & b <c> \"d\" € € €"),
            ("AT&T &unknown; &#0; &", "AT&T &unknown; \u{fffd} &"),
            ("1 < 2 and 3 > 2 <- so", "1 < 2 and 3 > 2 <- so"),
            ("cut <b", "cut <b"),
            ("<!-- a > b --><!DOCTYPE html><?x ?>seen<!-- open", "seen"),
            ("<style>p > a { color: red }</style><SCRIPT>alert('</p>')</SCRIPT >seen", "seen"),
            ("<script>never closed", ""),
            ("<a href='https://acme.example/'>https://acme.example</a>", "https://acme.example"),
            ("<a href=https://acme.example/x>acme.example/x</a>", "acme.example/x"),
            ("<a href=\"mailto:a@acme.example\">a@acme.example</a>", "a@acme.example"),
            ("<a href=\"tel:+380441234567\">call us</a>", "call us: tel:+380441234567"),
            ("<a href=\"javascript:alert(1)\">click</a> <a href=\"/here\">here</a>", "click here"),
            (
                "<a href=\"https://acme.example/?a=1&amp;b=2\" title='x > y'>go</a> on",
                "go: https://acme.example/?a=1&b=2 on",
            ),
            ("<a href=\"https://acme.example/x\"></a>", "https://acme.example/x"),
            ("<a href=\"https://a.example/x\">never closed", "never closed: https://a.example/x"),
            ("Thanks <img class=emoji alt=\"🙂\" src=\"https://x.example/1.png\">!", "Thanks 🙂!"),
            ("<img src=\"https://x.example/1.png\" alt=\"The plan\">", "The plan: https://x.example/1.png"),
            ("<img src=\"data:image/png;base64,AAAA\">", ""),
            ("<pre>a\n  b</pre>", "a\nb"),
            ("<p>  много   пробелов \r\n тут </p>", "много пробелов тут"),
            ("<b>bo</b>ld", "bold"),
        ];
        for (html, text) in rows {
            assert_eq!(to_text(html), text, "{html}");
        }
    }

    #[test]
    fn text_survives_as_html() {
        assert_eq!(from_text("a < b\n\"c\" & d"), "<p>a &lt; b<br>&quot;c&quot; &amp; d</p>");
    }

    #[test]
    fn it_takes_time_in_proportion() {
        let began = std::time::Instant::now();
        for piece in ["<", "<a ", "</", "&", "<script>", "<!--", "<a href='", "<li>", "\"<p "] {
            to_text(&piece.repeat(40_000));
        }
        for (tag, end) in [("</", ""), ("</p", ">"), ("</script", "")] {
            to_text(&format!("<script>{}{end}", tag.repeat(400_000)));
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in "[^\u{0}\r\u{fffd}]{0,60}") {
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(words(&to_text(&from_text(&text))), words(&text));
        }

        #[test]
        fn nothing_panics(html in "([<>/&;#a-z\"'= \n!-]|<a href=|<p>|</a>|<li>|<ol>|&#|é|🙂){0,60}") {
            to_text(&html);
        }
    }
}
