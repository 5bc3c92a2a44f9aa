//! Signing in with the admin key, and signing out.

use bytes::Bytes;
use http::{Request, StatusCode};
use maud::html;

use super::{Fields, Page, Pages, Shown};
use crate::tools::{answer::ApiError, language::Language, sentences::Sentence};

impl Pages<'_> {
    /// Opens a session for whoever sends the admin key.
    pub(super) async fn sign_in(self, request: &Request<Bytes>) -> Result<Shown, ApiError> {
        let form = Fields::of_form(request)?;
        let key = form.get("admin_key").unwrap_or_default().trim();
        match self.admin.sign_in(key).await? {
            Some((_, cookie)) => Ok(Shown::Elsewhere { path: "/".to_owned(), cookie: Some(cookie) }),
            None => {
                let mut page = form_page(Some(Sentence::WrongAdminKey), self.language);
                page.status = StatusCode::UNAUTHORIZED;
                Ok(page.into())
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
pub(super) fn page(mistake: Option<Sentence<'_>>, language: Language) -> Shown {
    form_page(mistake, language).into()
}

fn form_page(mistake: Option<Sentence<'_>>, language: Language) -> Page {
    let body = html! {
        main {
            section .narrow {
                h1 { (language.say(Sentence::SignIn)) }
                p { (language.say(Sentence::SignInAdvice)) }
                form method="post" action="/login" {
                    label for="admin_key" { (language.say(Sentence::AdminKey)) }
                    input #admin_key name="admin_key" type="password" autocomplete="current-password" required autofocus
                        aria-describedby=[mistake.map(|_| "mistake")] aria-invalid=[mistake.map(|_| "true")];
                    @if let Some(mistake) = mistake { p #mistake .mistake role="alert" { (language.say(mistake)) } }
                    button .main type="submit" { (language.say(Sentence::SignIn)) }
                }
            }
        }
    };
    Page::new(language.say(Sentence::SignIn), body)
}
