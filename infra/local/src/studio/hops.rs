//! Every hop of a message: the webhook call, the neutral event, each call to the vendor, and when it is tried again.

use std::{collections::BTreeMap, time::Duration};

use byoc::model::installation::Side;
use maud::{Markup, html};

use super::{
    events::pretty,
    pair::{Call, Entry, received_at},
    pieces::{Place, next, outcome},
};
use crate::recorder::Exchange;

/// The number of characters of a body that are shown.
const BODY_SHOWN: usize = 1_500;
/// The number of attempts that are shown, the latest ones.
const ATTEMPTS: usize = 12;
/// The number of calls whose bodies are shown, the latest ones.
const CALLS_WITH_BODIES: usize = 6;
/// How much later either end of a call may note it.
const TOLERANCE: Duration = Duration::from_millis(30);

/// Renders the hops of a message.
pub(super) fn render(place: &Place<'_>, entry: Option<&Entry>) -> Markup {
    let Some(entry) = entry else {
        return html! {
            h2 { "Every hop of a message" }
            p .empty { "Once somebody has written, every hop of the message stands here." }
        };
    };
    let exchanges = place.pair.recorder.exchanges();
    let came = webhook(entry, &exchanges);
    html! {
        h2 { "Every hop of the " @if place.message.is_none() { "newest " } "message" }
        p .id {
            (direction(&entry.direction)) " · " (outcome(entry, false)) " · "
            a href={ "/try/installation?pair=" (place.pair.name) "&message=" (entry.id) } { "on the installation’s page" }
            @if place.message.is_some() { " · " a href={ "/try?pair=" (place.pair.name) "#hops" } { "follow the newest" } }
        }
        ol .hops {
            li {
                h3 { "The webhook call" }
                @match came {
                    Some(call) => { (exchange(place, call, "webhook")) }
                    None => { p .empty { "The bridge wrote this message itself, or the call is no longer recorded." } }
                }
            }
            li {
                h3 { "The neutral event in the queue" }
                @match event(place, entry) {
                    Some(event) => { details data-key="event" { summary { "Event" } pre tabindex="0" { (event) } } }
                    None => { p .empty { "The event is no longer recorded." } }
                }
            }
            li {
                h3 { "The delivery" }
                (attempts(place, entry, &exchanges))
            }
        }
    }
}

fn direction(word: &str) -> &'static str {
    match word {
        "inbound" => "from the customer to the agents",
        "outbound" => "from the agent to the customer",
        _ => "a note of the bridge to the agents",
    }
}

/// Returns the call that brought a message: the bridge received the message while it answered that call.
fn webhook<'a>(entry: &Entry, exchanges: &'a [Exchange]) -> Option<&'a Exchange> {
    let side = match entry.direction.as_str() {
        "inbound" => Side::Channel,
        "outbound" => Side::Helpdesk,
        _ => return None,
    };
    let received = entry.received()?;
    exchanges
        .iter()
        .rev()
        .find(|call| !call.by_bridge && call.side == side && (call.began..=call.ended).contains(&received))
}

fn event(place: &Place<'_>, entry: &Entry) -> Option<String> {
    let received = entry.received()?;
    let events = place.pair.recorder.events();
    let body = events.into_iter().rev().find(|body| received_at(body) == Some(received))?;
    Some(shown(place, &body))
}

/// Renders the attempts as a timeline that ends with what comes next.
fn attempts(place: &Place<'_>, entry: &Entry, exchanges: &[Exchange]) -> Markup {
    let mut attempts: BTreeMap<u64, Vec<(usize, &Call)>> = BTreeMap::new();
    for (index, call) in entry.calls.iter().enumerate() {
        attempts.entry(call.attempt).or_default().push((index, call));
    }
    let skipped = attempts.len().saturating_sub(ATTEMPTS);
    let with_bodies = entry.calls.len().saturating_sub(CALLS_WITH_BODIES);
    let side = if entry.direction == "outbound" { Side::Channel } else { Side::Helpdesk };
    html! {
        ol .timeline {
            @if skipped > 0 { li { (skipped) " earlier attempts" } }
            @for (number, calls) in attempts.iter().skip(skipped) {
                li {
                    strong { "Attempt " (number) }
                    @if let Some((_, first)) = calls.first() { " · " time datetime=(first.at.rfc3339()) { (first.at.rfc3339()) } }
                    @for (index, call) in calls {
                        p .call {
                            code { (call.call) } ": " (place.pair.mask.text(&call.result)) " "
                            span .soft { "(" (call.ms) " ms)" }
                        }
                        @if *index >= with_bodies && let Some(made) = made(call, side, exchanges) {
                            (exchange(place, made, &format!("call-{index}")))
                        }
                    }
                }
            }
            (last(place, entry))
        }
    }
}

/// Renders the end of the timeline.
fn last(place: &Place<'_>, entry: &Entry) -> Markup {
    html! {
        @match entry.state.as_str() {
            "claimed" | "" => {
                li .pending {
                    strong { (next(place, entry)) }
                    @if let Some(error) = &entry.error { p .call { "Last error: " (place.pair.mask.text(error)) } }
                }
            }
            "done" => { li .done { strong { "Delivered" } " " span .soft { "after " (entry.took_ms) " ms" } } }
            _ => { li .failed { strong { (outcome(entry, false)) } @if let Some(error) = &entry.error { p .call { (place.pair.mask.text(error)) } } } }
        }
    }
}

/// Returns the recorded call of an entry in the trace, which notes when the answer was read.
fn made<'a>(call: &Call, side: Side, exchanges: &'a [Exchange]) -> Option<&'a Exchange> {
    let began = call.at.minus(Duration::from_millis(call.ms));
    let (from, until) = (began.minus(TOLERANCE), call.at.plus(TOLERANCE));
    exchanges
        .iter()
        .filter(|made| made.by_bridge && made.side == side && (from..=until).contains(&made.began))
        .min_by_key(|made| made.began.millis_since(began).max(began.millis_since(made.began)))
}

/// Renders a call with its answer, without secrets.
fn exchange(place: &Place<'_>, call: &Exchange, key: &str) -> Markup {
    let mask = &place.pair.mask;
    let answer = shown(place, &call.answer);
    html! {
        details data-key=(key) {
            summary {
                @if call.status == 0 { "The connection broke" } @else { "HTTP " (call.status) }
                ": " (call.method) " " code { (mask.text(&call.target)) }
            }
            pre tabindex="0" aria-label="Request" {
                (call.method) " " (mask.text(&call.target)) "\n" (mask.headers(&call.headers)) "\n\n" (shown(place, &call.body))
            }
            @if !answer.is_empty() { pre tabindex="0" aria-label="Answer" { (answer) } }
        }
    }
}

/// Returns a body as people read it, without secrets.
fn shown(place: &Place<'_>, body: &str) -> String {
    let body = place.pair.mask.text(&pretty(body));
    match body.char_indices().nth(BODY_SHOWN) {
        Some((end, _)) => format!("{}…", body.get(..end).unwrap_or_default()),
        None => body,
    }
}
