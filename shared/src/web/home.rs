//! The admin's home: all installations at a glance.

use bytes::Bytes;
use http::Request;
use maud::{Markup, html};

use super::{Fields, Page, Pages, Shown, Viewer, pieces};
use crate::{
    install::{Access, AccountView, InstallationList, InstallationSummary, Standing, kind_of},
    model::installation::Side,
    tools::{answer::ApiError, language::Language, phrases::Translator, sentences::Sentence},
};

impl Pages<'_> {
    /// Shows all installations, or the way to sign in.
    pub(super) async fn home(self, request: &Request<Bytes>) -> Result<Shown, ApiError> {
        let Some(session) = self.session(request.headers()).await else {
            return Ok(Self::to_login(request));
        };
        let query = Fields::of_query(request);
        let list = self.admin.list(query.get("after"), &Access::Admin).await?;
        Ok(Page::new(self.language.say(Sentence::Installations), render(&list, &Viewer::Admin(session), self.language))
            .into())
    }
}

fn render(list: &InstallationList, viewer: &Viewer, language: Language) -> Markup {
    html! {
        (pieces::bar(viewer, language))
        main {
            div .head {
                h1 { (language.say(Sentence::Installations)) }
                a .button.main href="/install" { (language.say(Sentence::AddInstallation)) }
            }
            @if list.installations.is_empty() {
                section { p .empty { (language.say(Sentence::NoInstallations)) } }
            } @else {
                ul .cards {
                    @for installation in &list.installations { li { (card(installation, language)) } }
                }
            }
            @if let Some(next) = &list.next {
                p { a rel="next" href={ "/?after=" (next) } { (language.say(Sentence::NextPage)) } }
            }
        }
    }
}

fn card(installation: &InstallationSummary, language: Language) -> Markup {
    // The list does not tell whether messages wait, so that it does not say that they pass.
    let (mark, state) = match installation.standing {
        Standing::Working => ("good", Sentence::Registered),
        standing => pieces::standing(standing, installation.steps),
    };
    html! {
        section .standing.(mark) {
            h2 {
                a href={ "/installations/" (installation.id) "/settings" } {
                    (title(Side::Channel, &installation.channel)) " ⇄ "
                    (title(Side::Helpdesk, &installation.helpdesk))
                }
                " " span .badge.(mark) { (language.say(state)) }
            }
            @if let Some(problem) = &installation.problem { p { (translator(installation, language).translate(&problem.message)) } }
            p .facts {
                (language.say(Sentence::LastHeard)) ": "
                (language.say(Sentence::Channel)) " " (pieces::time_or_never(installation.heard.channel.latest_at.as_deref(), language)) " · "
                (language.say(Sentence::Helpdesk)) " " (pieces::time_or_never(installation.heard.helpdesk.latest_at.as_deref(), language))
                @if installation.dead_letters > 0 {
                    " · " strong .bad { (language.say(Sentence::GivenUpCount { count: installation.dead_letters })) }
                }
            }
            p .id { code { (installation.id) } }
        }
    }
}

/// Returns what says English texts of both sides in a language.
fn translator(installation: &InstallationSummary, language: Language) -> Translator {
    let phrases = |side, account: &AccountView| Some(kind_of(side, &account.kind)?.1.phrases());
    let channel = phrases(Side::Channel, &installation.channel);
    Translator::new(language).with_sides(channel, phrases(Side::Helpdesk, &installation.helpdesk))
}

/// Returns what people call an account: the platform, and the account's name if the vendor tells it.
fn title(side: Side, account: &AccountView) -> String {
    let title = kind_of(side, &account.kind);
    let title = title.map_or(account.kind.as_str(), |(_, adapter)| adapter.features().title);
    pieces::named(title, account.account_name.as_deref())
}
