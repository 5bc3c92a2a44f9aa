//! The admin's page: the state of the installation, the URLs to paste, and the latest messages.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Admin, heard, view::Finding};
use crate::{
    installations::OpenInstallation,
    model::{
        heard::HeardSides,
        installation::{InstallationState, Side},
        steps::NextStep,
    },
    store::MessageSummary,
    tools::{answer::ApiError, sentences::Sentence},
};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A page with its Content-Security-Policy.
#[derive(Debug)]
pub struct SettingsPage {
    /// The HTML.
    pub html: String,
    /// The text of the policy, which admits only the page's own style and script.
    pub policy: String,
}

impl Admin {
    /// Renders the page of the installation that this settings key opens.
    ///
    /// # Errors
    /// 404 for a wrong key and for an unknown installation alike.
    pub async fn page(&self, id: &str, key: Option<&str>) -> Result<SettingsPage, ApiError> {
        let key = key.ok_or_else(ApiError::not_found)?;
        let open = self.opened_by(id, key).await?.ok_or_else(ApiError::not_found)?;
        let messages = self.store.latest(id, 20).await?.messages;
        let heard = self.store.heard(id).await?;
        let mut findings = self.closed_brakes(&open).await?;
        findings.extend(heard::findings(&open, &heard));
        let nonce = crate::tools::crypto::random_id()?;
        let html = self.render(&open, &messages, (&findings, &heard), &nonce).into_string();
        let policy = format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        Ok(SettingsPage { html, policy })
    }

    fn render(
        &self,
        open: &OpenInstallation,
        messages: &[MessageSummary],
        (findings, heard): (&[Finding], &HeardSides),
        nonce: &str,
    ) -> Markup {
        let installation = &open.installation;
        let (mark, headline, advice) = status(open, heard, messages);
        let title = format!("{} ⇄ {}", installation.channel.kind, installation.helpdesk.kind);
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="referrer" content="no-referrer";
                    title { (title) }
                    style nonce=(nonce) { (PreEscaped(STYLE)) }
                }
                body data-installation=(installation.id) {
                    header { h1 { (title) } p .id { (Sentence::Installation) " " code { (installation.id) } } }
                    main {
                        section .standing.(mark) aria-live="polite" {
                            h2 { (headline) }
                            p { (advice) }
                            @for finding in findings {
                                p .brake { (finding.side.word()) ": " (finding.cause) "; " (finding.fix) "." }
                            }
                        }
                        @if !open.is_uninstalled() {
                            section {
                                h2 { (Sentence::LastHeard) }
                                @for side in [Side::Channel, Side::Helpdesk] {
                                    p .heard {
                                        (side.word()) ": "
                                        @match heard.side(side).latest_at {
                                            Some(at) => { time datetime=(at.rfc3339()) { (at.rfc3339()) } }
                                            None => { (Sentence::NotHeardYet) }
                                        }
                                    }
                                }
                            }
                            section {
                                h2 { (Sentence::SetUp) }
                                ol .steps { @for step in self.next_steps(open, heard) { li { (step_item(&step)) } } }
                                div .actions {
                                    button type="button" data-action="check" { (Sentence::CheckBothAccounts) }
                                    @if open.channel.features().registers {
                                        button type="button" data-action="register" { (Sentence::RegisterAgain) }
                                    }
                                }
                                p #report role="status" {}
                            }
                            section {
                                h2 { (Sentence::LatestMessages) }
                                (table(messages))
                            }
                        }
                    }
                    script nonce=(nonce) { (PreEscaped(SCRIPT)) }
                }
            }
        }
    }
}

/// Returns the CSS class, the headline and the advice for the state of an installation.
fn status(
    open: &OpenInstallation,
    heard: &HeardSides,
    messages: &[MessageSummary],
) -> (&'static str, Sentence<'static>, String) {
    let installation = &open.installation;
    if let Some(problem) = heard::problem(installation, heard) {
        return ("bad", Sentence::NeedsAttention, problem.message);
    }
    let came = |direction| messages.iter().any(|message| message.direction == direction && message.state == "done");
    match (installation.state, came("inbound"), came("outbound")) {
        (InstallationState::Registering, ..) => ("wait", Sentence::Registering, Sentence::RegisteringNow.into()),
        (InstallationState::RegistrationFailed, ..) => ("bad", Sentence::NotRegistered, Sentence::RegisterBelow.into()),
        (InstallationState::Uninstalled, ..) => ("bad", Sentence::Removed, Sentence::RemovedForGood.into()),
        (_, true, true) => ("good", Sentence::Working, Sentence::BothDirectionsWork.into()),
        (_, true, false) => ("wait", Sentence::HalfwayThere, Sentence::NowAnswer.into()),
        (_, false, true) => ("wait", Sentence::HalfwayThere, Sentence::NowWrite.into()),
        (_, false, false) => ("wait", Sentence::WaitingForFirst, Sentence::WriteFirst.into()),
    }
}

/// Renders a step of the set-up with the text to paste.
fn step_item(step: &NextStep) -> Markup {
    html! {
        // Backticks surround the names of settings.
        @for (index, piece) in step.text.split('`').enumerate() {
            @if index % 2 == 0 { (piece) } @else { code { (piece) } }
        }
        @if let Some(url) = step.docs_url {
            " " a href=(url) target="_blank" rel="noreferrer" { (Sentence::Documentation) }
        }
        @if let Some(copy) = &step.copy {
            div .copy {
                code { (copy) }
                button type="button" data-copy=(copy) { (Sentence::Copy) }
            }
        }
    }
}

/// The titles of the columns of the table of messages.
const COLUMNS: [Sentence<'static>; 5] =
    [Sentence::Received, Sentence::Direction, Sentence::State, Sentence::Took, Sentence::Remarks];

fn table(messages: &[MessageSummary]) -> Markup {
    html! {
        @if messages.is_empty() {
            p .empty { (Sentence::NoMessages) }
        } @else {
            div .scroll {
                table {
                    thead { tr { @for title in COLUMNS { th { (title) } } } }
                    tbody {
                        @for message in messages {
                            tr {
                                td { time datetime=(message.received_at) { (message.received_at) } }
                                td { (message.direction) }
                                td {
                                    span .state.(message.state) {
                                        (message.receipt.as_deref().unwrap_or(message.state))
                                    }
                                }
                                td { (message.took_ms) " ms" }
                                td { (note(message)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn note(message: &MessageSummary) -> String {
    let mut notes: Vec<String> = message.error.iter().filter(|_| message.state != "done").cloned().collect();
    if message.attempts > 1 {
        notes.push(Sentence::Attempts { attempts: message.attempts }.into());
    }
    if message.possibly_doubled {
        notes.push(Sentence::PossiblyDoubled.into());
    }
    notes.join("; ")
}
