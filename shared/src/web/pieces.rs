//! Pieces that several pages share.

use maud::{Markup, html};

use super::Viewer;
use crate::{
    install::{Progress, Standing},
    tools::{language::Language, sentences::Sentence},
};

/// Renders the bar above the pages of a session.
pub(super) fn bar(viewer: &Viewer, language: Language) -> Markup {
    html! {
        header .bar {
            @match viewer {
                Viewer::Admin(_) => {
                    nav aria-label="BYOC" { a href="/" { (language.say(Sentence::Installations)) } }
                    form method="post" action="/logout" { (viewer.word()) button type="submit" { (language.say(Sentence::SignOut)) } }
                }
                Viewer::Link { .. } => { span { "BYOC" } }
            }
        }
    }
}

/// Returns the CSS class and the headline for how an installation stands.
pub(super) fn standing(standing: Standing, Progress { all, left }: Progress) -> (&'static str, Sentence<'static>) {
    match standing {
        Standing::Removed => ("bad", Sentence::Removed),
        Standing::NeedsAttention => ("bad", Sentence::NeedsAttention),
        Standing::NotRegistered => ("bad", Sentence::NotRegistered),
        Standing::Registering => ("wait", Sentence::Registering),
        Standing::InTrouble => ("bad", Sentence::InTrouble),
        Standing::GivenUp => ("bad", Sentence::MessagesGivenUp),
        Standing::StepsLeft => ("wait", Sentence::StepsLeft { left, all }),
        Standing::Waiting => ("wait", Sentence::InTrouble),
        Standing::NothingYet => ("wait", Sentence::WaitingForFirst),
        Standing::Halfway => ("wait", Sentence::HalfwayThere),
        Standing::Working => ("good", Sentence::Working),
    }
}

/// Renders a time, which the script writes as the reader's browser does.
pub(super) fn time(at: &str) -> Markup {
    html! { time datetime=(at) { (at) } }
}

/// Renders a time, or that there was none yet.
pub(super) fn time_or_never(at: Option<&str>, language: Language) -> Markup {
    html! { @match at { Some(at) => { (time(at)) } None => { (language.say(Sentence::NotHeardYet)) } } }
}

/// Returns a platform with the name of the account.
pub(super) fn named(title: &str, account: Option<&str>) -> String {
    account.map_or_else(|| title.to_owned(), |name| format!("{title} ({name})"))
}

/// Renders a text in which backticks surround names.
pub fn with_names(text: &str) -> Markup {
    html! {
        @for (index, piece) in text.split('`').enumerate() {
            @if index % 2 == 0 { (piece) } @else { code { (piece) } }
        }
    }
}

/// Renders a text to copy with its button.
pub(super) fn copy(text: &str, language: Language) -> Markup {
    html! {
        div .copy {
            code { (text) }
            button type="button" data-copy=(text) hidden { (language.say(Sentence::Copy)) }
        }
    }
}
