//! The simulator: a phone, the agents' inbox, trouble on either side, and the hops of a message.

use byoc::model::installation::Side;
use byoc_vendors::fault::Faults;
use maud::{Markup, html};

use super::{
    hops,
    pair::{Entry, Line, Pair, Who},
    pieces::{Place, bar, next, outcome, tabs, title},
};

/// What the agent asks with buttons.
pub(super) const QUESTION: &str = "When shall we bring it?";
/// The buttons.
pub(super) const ANSWERS: [&str; 2] = ["Today", "Tomorrow"];
/// The number of lines that a screen shows.
const LINES: usize = 40;
/// The troubles, as forms name them and as people read them.
const TROUBLES: [(&str, &str); 4] = [
    ("500", "answers 500"),
    ("429", "answers 429: too many calls"),
    ("hang", "does not answer (time-out)"),
    ("reset", "breaks the connection"),
];

/// Renders the whole page.
pub(super) fn page(place: &Place<'_>, entry: Option<&Entry>, names: &[String]) -> Markup {
    let pair = place.pair;
    let message = place.message.map(|message| format!("&message={message}")).unwrap_or_default();
    let can_quote = pair.channel.can_quote();
    let can_ask = pair.helpdesk.asking(QUESTION, &ANSWERS).is_some();
    html! {
        (bar("/try", pair))
        main .wide data-live={ "/try/events?pair=" (pair.name) (message) } {
            div .head {
                h1 { "Simulator" }
                (pair_choice(pair, names))
            }
            div #notice role="status" { (notice(place)) }
            div .screens {
                section .phone aria-labelledby="phone-title" {
                    h2 #phone-title { (title(Side::Channel, pair)) " " small { "the customer" } }
                    div .log #phone role="log" aria-labelledby="phone-title" tabindex="0" { (screen(place, Side::Channel)) }
                    (writing(pair, Side::Channel, "Write as the customer", html! {
                        @if can_quote { button name="what" value="quote" { "Send as a quote" } }
                    }))
                }
                section .inbox aria-labelledby="inbox-title" {
                    h2 #inbox-title { (title(Side::Helpdesk, pair)) " " small { "the agents’ inbox" } }
                    div .log #inbox role="log" aria-labelledby="inbox-title" tabindex="0" { (screen(place, Side::Helpdesk)) }
                    (writing(pair, Side::Helpdesk, "Answer as the agent", html! {
                        @if can_ask { button name="what" value="question" { "Ask with buttons" } }
                        button formaction="/try/resolve" { "Resolve" }
                    }))
                }
            }
            section aria-labelledby="trouble-title" {
                h2 #trouble-title { "Trouble" }
                div .troubles {
                    (trouble(pair, Side::Channel))
                    (trouble(pair, Side::Helpdesk))
                }
            }
            section #hops aria-live="off" { (hops::render(place, entry)) }
        }
    }
}

/// Renders the parts that change while the page is open, with their ids.
pub(super) fn parts(place: &Place<'_>, entry: Option<&Entry>) -> Vec<(&'static str, Markup)> {
    vec![
        ("hops", hops::render(place, entry)),
        ("trouble-channel", left(place.pair.faults(Side::Channel))),
        ("trouble-helpdesk", left(place.pair.faults(Side::Helpdesk))),
        ("inbox", screen(place, Side::Helpdesk)),
        ("phone", screen(place, Side::Channel)),
        ("notice", notice(place)),
    ]
}

/// Renders the running pairs and the form for another one.
fn pair_choice(pair: &Pair, names: &[String]) -> Markup {
    let channels = byoc_vendors::channels();
    let channels = channels.map(|kind| (kind, byoc::channel::channel(kind).map_or(kind, |it| it.features().title)));
    let helpdesks = byoc_vendors::helpdesks();
    let helpdesks = helpdesks.map(|kind| (kind, byoc::helpdesk::helpdesk(kind).map_or(kind, |it| it.features().title)));
    html! {
        @if names.len() > 1 { (tabs("/try", pair, names)) }
        form .start method="post" action="/try/pairs" {
            input type="hidden" name="pair" value=(pair.name);
            div {
                label for="channel" { "Channel" }
                select #channel name="channel" {
                    @for (kind, title) in channels { option value=(kind) selected[kind == pair.channel.kind()] { (title) } }
                }
            }
            div {
                label for="helpdesk" { "Helpdesk" }
                select #helpdesk name="helpdesk" {
                    @for (kind, title) in helpdesks { option value=(kind) selected[kind == pair.helpdesk.kind()] { (title) } }
                }
            }
            button type="submit" { "Start this pair" }
        }
    }
}

fn notice(place: &Place<'_>) -> Markup {
    html! { @if let Some(notice) = &place.state.notice { p .note { (notice) } } }
}

fn writing(pair: &Pair, side: Side, label: &str, more: Markup) -> Markup {
    let field = format!("write-{}", side.word());
    html! {
        form .write data-stay method="post" action="/try/write" {
            input type="hidden" name="pair" value=(pair.name);
            input type="hidden" name="side" value=(side.word());
            label for=(field) { (label) }
            input id=(field) name="text" autocomplete="off" maxlength="4000";
            div .actions {
                button .main name="what" value="text" { "Send" }
                button name="what" value="picture" { "Send a picture" }
                (more)
            }
        }
    }
}

fn trouble(pair: &Pair, side: Side) -> Markup {
    let (how, times) = (format!("how-{}", side.word()), format!("times-{}", side.word()));
    html! {
        form data-stay method="post" action="/try/trouble" {
            h3 { (title(side, pair)) }
            input type="hidden" name="pair" value=(pair.name);
            input type="hidden" name="side" value=(side.word());
            div .choice {
                div {
                    label for=(how) { "How its API fails" }
                    select id=(how) name="how" { @for (word, text) in TROUBLES { option value=(word) { (text) } } }
                }
                div {
                    label for=(times) { "How many calls" }
                    input id=(times) name="times" type="number" min="1" max="1000" value="2" data-keep;
                }
                div .actions {
                    button .danger name="what" value="start" { "Break" }
                    button name="what" value="repair" { "Repair" }
                }
            }
            p .left id={ "trouble-" (side.word()) } role="status" { (left(pair.faults(side))) }
        }
    }
}

fn left(faults: &Faults) -> Markup {
    html! {
        @match faults.left() {
            0 => { span .state.done { "Works" } }
            1 => { span .state.dead { "The next call fails" } }
            left => { span .state.dead { "The next " (left) " calls fail" } }
        }
    }
}

fn screen(place: &Place<'_>, side: Side) -> Markup {
    let lines: Vec<&Line> = place.state.lines.iter().filter(|line| line.side == side).collect();
    let begin = lines.len().saturating_sub(LINES);
    html! {
        @if lines.is_empty() {
            p .empty {
                @match side {
                    Side::Channel => "Nothing yet. Write something below; it arrives in the inbox.",
                    Side::Helpdesk => "Nothing yet. Answers of the agent arrive on the phone.",
                }
            }
        }
        @for line in lines.iter().skip(begin) { (bubble(place, line)) }
    }
}

fn bubble(place: &Place<'_>, line: &Line) -> Markup {
    let entry = place.state.entry_of(line);
    let class = match line.who {
        Who::Here => "here",
        Who::There => "there",
        Who::Bridge => "private",
    };
    html! {
        div .line.(class) {
            @match line.who {
                Who::Here => {}
                Who::There => { @if !line.from.is_empty() { p .from { (line.from) } } }
                Who::Bridge => { p .from { "Private note of the bridge" } }
            }
            (content(place.pair, line))
            p .receipt {
                time datetime=(line.at.rfc3339()) { (line.at.rfc3339()) }
                @if line.who == Who::Here { " · " (receipt(place, line, entry)) }
                @if let Some(entry) = entry { " · " a href=(place.address(&entry.id)) aria-label={ "Details of the message " (line.number) } { "details" } }
            }
        }
    }
}

/// A piece of what stands in a message.
#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Text(&'a str),
    /// A button that answers.
    Button(&'a str),
    /// A file, a place or something else that is described by a word.
    Other {
        word: &'a str,
        rest: &'a str,
    },
}

fn parts_of(text: &str) -> impl Iterator<Item = Piece<'_>> {
    text.lines().filter(|line| !line.is_empty()).map(|line| {
        let described = line.strip_prefix('[').and_then(|line| line.split_once(']'));
        match described.filter(|(word, _)| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase())) {
            Some(("button", label)) => Piece::Button(label.trim()),
            Some((word, rest)) => Piece::Other { word, rest: rest.trim() },
            None => Piece::Text(line),
        }
    })
}

/// Returns the address of the picture in a message.
pub(super) fn picture_url(text: &str) -> Option<&str> {
    parts_of(text).find_map(|piece| match piece {
        Piece::Other { word: "image" | "picture" | "photo" | "sticker" | "file" | "media" | "attachment", rest } => {
            rest.split_whitespace().find(|word| word.starts_with("http"))
        }
        _ => None,
    })
}

fn content(pair: &Pair, line: &Line) -> Markup {
    let picture = picture_url(&line.text);
    html! {
        @for (index, piece) in parts_of(&line.text).enumerate() {
            @match piece {
                Piece::Text(text) => { p { (text) } }
                Piece::Button(label) if line.side == Side::Channel => {
                    form .press data-stay method="post" action="/try/write" {
                        input type="hidden" name="pair" value=(pair.name);
                        input type="hidden" name="side" value="channel";
                        input type="hidden" name="text" value=(label) data-keep;
                        button id={ "press-" (line.number) "-" (index) } name="what" value="text" { (label) }
                    }
                }
                Piece::Button(label) => { p .chip { "▢ " (label) } }
                Piece::Other { word: "choice", rest } => { p .chip { "▢ " (rest) } }
                Piece::Other { word, rest } => {
                    @if picture.is_some_and(|url| rest.contains(url)) {
                        img src={ "/try/picture?pair=" (pair.name) "&line=" (line.number) } alt={ "A " (word) } width="240" height="160";
                    } @else { p .chip { (word) " " (rest) } }
                }
            }
        }
    }
}

/// Renders what became of a message that was written on this screen.
fn receipt(place: &Place<'_>, line: &Line, entry: Option<&Entry>) -> Markup {
    if let Some(problem) = &line.problem {
        return html! { span .state.dead { "not taken: " (problem) } };
    }
    let Some(entry) = entry else {
        return html! { span .state { @if line.id.is_some() { "taken by the bridge" } @else { "sending…" } } };
    };
    let is_marked = line.id.as_ref().is_some_and(|id| place.pair.channel.marked().contains(id));
    html! {
        (outcome(entry, line.side == Side::Channel && is_marked))
        @if entry.state == "claimed" { " " (next(place, entry)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_falls_into_its_pieces() {
        let text = "When?\n[button] Today\n[picture] http://127.0.0.1:1/x.png\n[No] button";
        let expected = [
            Piece::Text("When?"),
            Piece::Button("Today"),
            Piece::Other { word: "picture", rest: "http://127.0.0.1:1/x.png" },
            Piece::Text("[No] button"),
        ];
        assert_eq!(parts_of(text).collect::<Vec<_>>(), expected);
        assert_eq!(picture_url(text), Some("http://127.0.0.1:1/x.png"));
    }
}
