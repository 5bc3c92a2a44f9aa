//! Pieces that the pages share.

use byoc::model::installation::Side;
use maud::{Markup, html};

use super::pair::{Entry, Next, Pair, State};

/// The place that a page shows.
pub(super) struct Place<'a> {
    pub(super) pair: &'a Pair,
    pub(super) state: &'a State,
    /// The message that was chosen.
    pub(super) message: Option<&'a str>,
}

impl Place<'_> {
    /// Returns the address of the page that shows the hops of a message.
    pub(super) fn address(&self, message: &str) -> String {
        format!("/try?pair={}&message={message}#hops", self.pair.name)
    }
}

/// Renders the bar above the pages.
pub(super) fn bar(here: &str, pair: &Pair) -> Markup {
    let places = [("/try", "Simulator"), ("/web/test", "Event test")];
    html! {
        header .bar.wide {
            nav aria-label="BYOC" {
                @for (path, title) in places {
                    a href={ (path) "?pair=" (pair.name) } aria-current=[(path == here).then_some("page")] { (title) } " "
                }
                a href={ "/try/installation?pair=" (pair.name) } { "Installation" }
            }
            span { "everything runs on this machine" }
        }
    }
}

/// Returns the vendor's name.
pub(super) fn title(side: Side, pair: &Pair) -> &'static str {
    match side {
        Side::Channel => {
            byoc::channel::channel(pair.channel.kind()).map_or(pair.channel.kind(), |it| it.features().title)
        }
        Side::Helpdesk => {
            byoc::helpdesk::helpdesk(pair.helpdesk.kind()).map_or(pair.helpdesk.kind(), |it| it.features().title)
        }
    }
}

/// Renders links to the running pairs.
pub(super) fn tabs(path: &str, pair: &Pair, names: &[String]) -> Markup {
    html! {
        nav .tabs aria-label="Running pairs" {
            @for name in names {
                a .badge href={ (path) "?pair=" (name) } aria-current=[(*name == pair.name).then_some("page")] { (name) }
            }
        }
    }
}

/// Renders what became of a message.
pub(super) fn outcome(entry: &Entry, is_read: bool) -> Markup {
    let inbound = entry.direction == "inbound";
    let (class, word) = match (entry.state.as_str(), entry.receipt.as_deref()) {
        ("rejected", _) | ("done", Some("failed")) => ("dead", "✗ not delivered"),
        ("dead", _) => ("dead", "✗ given up"),
        ("discarded", _) => ("dead", "✗ discarded"),
        ("done", Some("read")) => ("done", "✓✓ read"),
        ("done", _) if is_read => ("done", "✓✓ read"),
        ("done", Some("delivered")) => ("done", "✓✓ delivered"),
        ("done", _) if inbound => ("done", "✓ arrived"),
        ("done", _) => ("done", "✓ sent"),
        _ if entry.error.is_some() => ("claimed", "waiting"),
        _ => ("claimed", "on its way"),
    };
    html! { span .state.(class) { (word) } }
}

/// Renders when a waiting message is tried again.
pub(super) fn next(place: &Place<'_>, entry: &Entry) -> Markup {
    let next = entry.received().and_then(|at| place.state.next.get(&at));
    let attempt = entry.attempts + 1;
    html! {
        @match next {
            Some(Next::At(at)) => {
                span .next data-due=(at.get()) data-attempt=(attempt) {
                    "attempt " (attempt) " in " (at.since(byoc::outside::clock::now()).as_secs()) " s"
                }
            }
            Some(Next::Running) if entry.attempts > 0 => { span .next { "attempt " (entry.attempts) " runs" } }
            _ => {}
        }
    }
}
