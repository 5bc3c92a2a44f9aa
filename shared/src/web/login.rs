//! Signing in with the admin key, and signing out.

use bytes::Bytes;
use http::{Request, StatusCode};
use maud::html;

use super::{Fields, Page, Pages, Shown};
use crate::tools::{answer::ApiError, language::Language, sentences::Sentence};

/// What the page that asks for the admin key knows.
#[derive(Default)]
struct Asked<'a> {
    /// Whether the key that was sent is wrong.
    is_wrong: bool,
    /// The address of the page to open afterwards.
    next: Option<&'a str>,
    /// What was typed into a form before the session ended.
    kept: &'a [(&'a str, &'a str)],
}

impl Pages<'_> {
    /// Opens a session for whoever sends the admin key.
    pub(super) async fn sign_in(self, request: &Request<Bytes>) -> Result<Shown, ApiError> {
        let form = Fields::of_form(request)?;
        let key = form.get("admin_key").unwrap_or_default().trim();
        let next = form.get("next").filter(|next| is_ours(next));
        match self.admin.sign_in(key).await? {
            Some((_, cookie)) => Ok(Shown::Elsewhere { path: next.unwrap_or("/").to_owned(), cookie: Some(cookie) }),
            None => {
                let page = form_page(&Asked { is_wrong: true, next, kept: &[] }, self.language);
                Ok(Page { status: StatusCode::UNAUTHORIZED, ..page }.into())
            }
        }
    }

    /// Ends the session.
    pub(super) async fn sign_out(self, request: &Request<Bytes>) -> Result<Shown, ApiError> {
        self.sender(request, &Fields::of_form(request)?).await?;
        Ok(Shown::Elsewhere { path: "/login".to_owned(), cookie: Some(String::new()) })
    }
}

/// Makes the page that asks for the admin key.
pub(super) fn page(request: &Request<Bytes>, language: Language) -> Shown {
    let query = Fields::of_query(request);
    let next = query.get("next").filter(|next| is_ours(next));
    form_page(&Asked { next, ..Asked::default() }, language).into()
}

/// Makes the page that asks for the admin key because the session has ended, and keeps what was typed.
pub(super) fn page_keeping(kept: &[(&str, &str)], is_wrong: bool, language: Language) -> Shown {
    let page = form_page(&Asked { is_wrong, next: None, kept }, language);
    Page { status: StatusCode::UNAUTHORIZED, ..page }.into()
}

/// Returns whether this is the address of a page that asks for a session.
fn is_ours(next: &str) -> bool {
    next.starts_with("/installations/") || next == "/install" || next.starts_with("/install?") || next.starts_with("/?")
}

fn form_page(asked: &Asked<'_>, language: Language) -> Page {
    let mistake = asked.is_wrong.then_some("mistake");
    let action = if asked.kept.is_empty() { "/login" } else { "/install" };
    let body = html! {
        main {
            section .narrow {
                h1 { (language.say(Sentence::SignIn)) }
                @if asked.kept.is_empty() {
                    p { (language.say(Sentence::SignInAdvice)) }
                } @else {
                    p role="alert" { strong { (language.say(Sentence::SessionEndedKept)) } }
                }
                @if asked.next.is_some_and(|next| next.starts_with("/installations/")) {
                    p { (language.say(Sentence::SignInOrLink)) }
                }
                form method="post" action=(action) {
                    @if let Some(next) = asked.next { input type="hidden" name="next" value=(next); }
                    @for (name, value) in asked.kept { input type="hidden" name=(name) value=(value); }
                    label for="admin_key" { (language.say(Sentence::AdminKey)) }
                    input #admin_key name="admin_key" type="password" autocomplete="current-password" required autofocus
                        aria-describedby=[mistake] aria-invalid=[mistake.map(|_| "true")];
                    @if asked.is_wrong { p #mistake .mistake role="alert" { (language.say(Sentence::WrongAdminKey)) } }
                    button .main type="submit" { (language.say(Sentence::SignIn)) }
                }
            }
        }
    };
    Page::new(language.say(Sentence::SignIn), body)
}
