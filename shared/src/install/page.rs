//! The admin's page: where things stand, what to paste where, and what came through lately.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::Admin;
use crate::{
    installations::OpenInstallation,
    model::{installation::InstallationState, steps::NextStep},
    store::MessageSummary,
    tools::answer::ApiError,
};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A page and what its Content-Security-Policy should be.
#[derive(Debug)]
pub struct SettingsPage {
    /// The HTML.
    pub html: String,
    /// The policy's text; it admits the page's own style and script and nothing else.
    pub policy: String,
}

impl Admin {
    /// The page of the installation that this settings key opens.
    ///
    /// # Errors
    /// 404 for a wrong key and an unknown installation alike.
    pub async fn page(&self, id: &str, key: Option<&str>) -> Result<SettingsPage, ApiError> {
        let key = key.ok_or_else(ApiError::not_found)?;
        let open = self.opened_by(id, key).await?.ok_or_else(ApiError::not_found)?;
        let messages = self.store.latest(id, None, 20).await?.messages;
        let nonce = crate::tools::crypto::random_id()?;
        let html = self.render(&open, &messages, &nonce).into_string();
        let policy = format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        Ok(SettingsPage { html, policy })
    }

    fn render(&self, open: &OpenInstallation, messages: &[MessageSummary], nonce: &str) -> Markup {
        let installation = &open.installation;
        let (mark, headline, advice) = standing(open, messages);
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
                    header { h1 { (title) } p .id { "Installation " code { (installation.id) } } }
                    main {
                        section .standing.(mark) aria-live="polite" {
                            h2 { (headline) }
                            p { (advice) }
                        }
                        @if !open.is_uninstalled() {
                            section {
                                h2 { "Set-up" }
                                ol .steps { @for step in self.next_steps(open) { li { (todo(&step)) } } }
                                div .actions {
                                    button type="button" data-action="check" { "Check both accounts" }
                                    @if open.channel.features().registers {
                                        button type="button" data-action="register" { "Register the webhook again" }
                                    }
                                }
                                p #report role="status" {}
                            }
                            section {
                                h2 { "Latest messages" }
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

/// The mark, the headline and the advice for where an installation stands.
fn standing(open: &OpenInstallation, messages: &[MessageSummary]) -> (&'static str, &'static str, String) {
    let installation = &open.installation;
    if let Some(problem) = &installation.problem {
        return ("bad", "Needs your attention", problem.message.clone());
    }
    let came = |direction| messages.iter().any(|message| message.direction == direction && message.state == "done");
    match (installation.state, came("inbound"), came("outbound")) {
        (InstallationState::Registering, ..) => {
            ("wait", "Registering", "The channel is being told the webhook URL.".into())
        }
        (InstallationState::RegistrationFailed, ..) => {
            ("bad", "The channel did not take the URL", "Register the webhook again below.".into())
        }
        (InstallationState::Uninstalled, ..) => {
            ("bad", "Uninstalled", "This installation was removed; its URLs answer nobody any more.".into())
        }
        (_, true, true) => ("good", "Working", "Messages come through in both directions.".into()),
        (_, true, false) => (
            "wait",
            "Halfway there",
            "A customer's message reached the helpdesk. Answer it there and watch this page; if nothing shows, the \
             helpdesk does not call its webhook URL yet."
                .into(),
        ),
        (_, false, true) => (
            "wait",
            "Halfway there",
            "An agent's message reached the channel. Write to the channel from your own phone and watch this page."
                .into(),
        ),
        (_, false, false) => (
            "wait",
            "Waiting for the first message",
            "No message has come through yet. Write to the channel from your own phone and watch this page.".into(),
        ),
    }
}

/// Something to do, with exactly what is to be pasted.
fn todo(step: &NextStep) -> Markup {
    html! {
        // Names of settings stand between backticks.
        @for (index, piece) in step.text.split('`').enumerate() {
            @if index % 2 == 0 { (piece) } @else { code { (piece) } }
        }
        @if let Some(url) = step.docs_url {
            " " a href=(url) target="_blank" rel="noreferrer" { "Documentation" }
        }
        @if let Some(copy) = &step.copy {
            div .copy {
                code { (copy) }
                button type="button" data-copy=(copy) { "Copy" }
            }
        }
    }
}

fn table(messages: &[MessageSummary]) -> Markup {
    html! {
        @if messages.is_empty() {
            p .empty { "Nothing yet." }
        } @else {
            div .scroll {
                table {
                    thead { tr { th { "Received" } th { "Direction" } th { "State" } th { "Took" } th { "Note" } } }
                    tbody {
                        @for message in messages {
                            tr {
                                td { time datetime=(message.received_at) { (message.received_at) } }
                                td { (message.direction) }
                                td { span .state.(message.state) { (message.receipt.as_deref().unwrap_or(message.state)) } }
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
        notes.push(format!("{} attempts", message.attempts));
    }
    if message.possibly_doubled {
        notes.push("may have arrived twice".into());
    }
    notes.join("; ")
}
