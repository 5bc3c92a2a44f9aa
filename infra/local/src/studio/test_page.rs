//! The page that sends a sample event to its function.

use byoc::web::with_names;
use maud::{Markup, html};

use super::{
    events::{Outcome, Samples},
    pair::Pair,
    pieces,
};

/// What stands in the form.
pub(super) struct Filled<'a> {
    /// The name of the chosen sample.
    pub(super) event: &'a str,
    /// The edited event; the sample itself if nothing was sent yet.
    pub(super) json: Option<&'a str>,
    pub(super) outcome: Option<&'a Sent>,
}

/// What came of pressing the button.
pub(super) enum Sent {
    /// The function was invoked.
    Sent(Outcome),
    /// The text is no JSON, so that nothing was sent.
    Malformed(String),
}

/// Renders the whole page.
pub(super) fn page(pair: &Pair, form: &Filled<'_>, names: &[String]) -> Markup {
    let kinds = pair.installed().all();
    let samples = || kinds.iter().flat_map(|kind| &kind.samples);
    let chosen = samples().find(|sample| sample.name == form.event).or_else(|| samples().next());
    let name = chosen.map(|sample| sample.name).unwrap_or_default();
    let text = form.json.map(str::to_owned).or_else(|| chosen.map(|sample| sample.json.clone())).unwrap_or_default();
    let is_malformed = matches!(form.outcome, Some(Sent::Malformed(_)));
    html! {
        (pieces::bar("/web/test", pair))
        main {
            div .head {
                h1 { "Event test" }
                @if names.len() > 1 { (pieces::tabs("/web/test", pair, names)) }
            }
            p .facts {
                "Events go to the functions of " strong { (pair.name) } " as " code { "cargo lambda invoke" }
                " sends them. Each is made to fit this installation."
            }
            (outcome(form.outcome))
            section {
                form method="get" action="/web/test" {
                    input type="hidden" name="pair" value=(pair.name);
                    (choice(&kinds, name))
                }
                form #event method="post" action="/web/test" {
                    input type="hidden" name="pair" value=(pair.name);
                    input type="hidden" name="event" value=(name);
                    label for="json" { "Event" }
                    textarea #json name="json" rows="18" spellcheck="false" required
                        aria-invalid=[is_malformed.then_some("true")] aria-describedby="json-help" { (text) }
                    p .help #json-help role="status" { "JSON; edit it as you like." }
                    button .main type="submit" { "Simulate" }
                }
            }
        }
    }
}

fn choice(kinds: &[Samples], name: &str) -> Markup {
    html! {
        div .choice.two {
            div {
                label for="sample" { "Sample" }
                select #sample name="event" {
                    @for kind in kinds.iter().filter(|kind| !kind.samples.is_empty()) {
                        optgroup label=(kind.title) {
                            @for sample in &kind.samples {
                                option value=(sample.name) selected[sample.name == name] { (sample.name) }
                            }
                        }
                    }
                }
            }
            button type="submit" { "Load" }
        }
    }
}

fn outcome(sent: Option<&Sent>) -> Markup {
    html! {
        @match sent {
            None => {}
            Some(Sent::Malformed(why)) => {
                section .standing.bad #outcome role="alert" tabindex="-1" {
                    h2 { "Not sent" }
                    p { "This is no JSON: " (why) "." }
                }
            }
            Some(Sent::Sent(Outcome { function, result, answer })) => {
                @let (class, headline, words) = match result {
                    Ok(words) => ("good", "Success", words),
                    Err(words) => ("bad", "Failed", words),
                };
                section .standing.(class) #outcome role=(if class == "bad" { "alert" } else { "status" }) tabindex="-1" {
                    h2 { (headline) }
                    p { code { (function) } ": " (with_names(words)) }
                    @if !answer.is_empty() {
                        details open { summary { "Answer" } pre tabindex="0" { (answer) } }
                    }
                }
            }
        }
    }
}
