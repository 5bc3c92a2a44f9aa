//! The page of an installation: whether it works, what is left to do, what waits, what was given up.

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;
use http::{Request, StatusCode};
use maud::{Markup, html};
use serde_json::json;

use super::{Fields, Page, Pages, Shown, Viewer, accepts, pieces};
use crate::{
    install::{CheckReport, DeadLetter, Discard, Finding, Overview, Progress, Redrive, SideReport, Standing},
    installations::OpenInstallation,
    model::{
        installation::{InstallationState, Route, Side},
        steps::NextStep,
    },
    relay::RETRY_WAITS,
    store::{KEEP_DAYS, MessageSummary, Page as JournalPage},
    tools::{answer::ApiError, language::Language, millis::Millis, phrases::Translator, sentences::Sentence},
};

/// The page that a form was sent from, and where its links lead.
struct Place {
    id: String,
    viewer: Viewer,
    /// The language of the reader.
    language: Language,
    /// What says English texts in the reader's language.
    translator: Translator,
}

impl Place {
    /// Returns an English text in the reader's language.
    fn translate<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.translator.translate(text)
    }

    /// Returns the address of this page with some more fields.
    fn address(&self, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Viewer::Link { key } = &self.viewer {
            query.append_pair("key", key);
        }
        query.extend_pairs(more);
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/installations/{}/settings{mark}{query}", self.id)
    }

    /// Renders a form with one button.
    fn button(&self, action: &str, more: &[(&str, &str)], text: Sentence<'_>) -> Markup {
        html! {
            form .inline method="post" action=(self.address(&[])) {
                (self.viewer.word())
                input type="hidden" name="action" value=(action);
                @for (name, value) in more { input type="hidden" name=(name) value=(value); }
                button type="submit" { (self.language.say(text)) }
            }
        }
    }
}

impl Pages<'_> {
    /// Shows an installation, the trace of one of its messages, or a page of its older messages.
    pub(super) async fn installation(self, id: &str, request: &Request<Bytes>) -> Result<Shown, ApiError> {
        let query = Fields::of_query(request);
        let (place, open) = match self.opened(id, request, &query).await {
            Err(error) if error.status == StatusCode::UNAUTHORIZED && accepts(request.headers(), "text/html") => {
                return Ok(Self::to_login(request));
            }
            // Only a browser has a reader who could sign in.
            Err(error) if error.status == StatusCode::UNAUTHORIZED => return Err(ApiError::not_found()),
            opened => opened?,
        };
        if let Some(message) = query.get("message") {
            return match self.admin.message(id, message).await {
                Ok(message) => Ok(Page::new(self.language.say(Sentence::Message), trace(&place, &message)).into()),
                Err(error) if error.status.is_client_error() => {
                    Ok(shown(&place, &self.admin.overview(&open).await?, Some(&Err(about_a_message(error)))))
                }
                Err(error) => Err(error),
            };
        }
        if let Some(after) = query.get("older") {
            let page = self.admin.messages(id, Some(after)).await?;
            return Ok(Page::new(self.language.say(Sentence::OlderMessages), older_messages(&place, &page)).into());
        }
        Ok(shown(&place, &self.admin.overview(&open).await?, None))
    }

    /// Carries out the action of a form, and shows the installation with the outcome.
    pub(super) async fn act(self, id: &str, request: &Request<Bytes>) -> Result<Shown, ApiError> {
        let form = Fields::of_form(request)?;
        let (mut place, before) = self.opened(id, request, &Fields::of_query(request)).await?;
        if let Viewer::Admin(_) = place.viewer {
            self.sender(request, &form).await?;
        }
        let outcome = match self.done(&mut place, &form).await {
            Ok(done) => Ok(done),
            Err(error) if error.status.is_client_error() => Err(about_a_message(error)),
            Err(error) => return Err(error),
        };
        // The action may have changed the installation.
        let open = self.admin.installation(id).await.unwrap_or(before);
        let mut overview = self.admin.overview(&open).await?;
        let outcome = outcome.map(|Done { text, findings }| {
            // What the vendors have just answered is news to the overview.
            overview.findings = findings.unwrap_or_else(|| std::mem::take(&mut overview.findings));
            text
        });
        Ok(shown(&place, &overview, Some(&outcome)))
    }

    /// Returns the installation, for the holder of the link or for an admin. Nobody else learns whether it exists.
    async fn opened(
        self,
        id: &str,
        request: &Request<Bytes>,
        query: &Fields,
    ) -> Result<(Place, Arc<OpenInstallation>), ApiError> {
        let (id, language) = (id.to_owned(), self.language);
        if let Some(key) = query.get("key") {
            let open = self.admin.linked(&id, key).await?;
            let translator = open.translator(language);
            return Ok((Place { id, viewer: Viewer::Link { key: key.to_owned() }, language, translator }, open));
        }
        let session = self.session(request.headers()).await;
        let session = session.ok_or_else(|| ApiError::unauthorized(Sentence::SessionEnded))?;
        let open = self.admin.installation(&id).await?;
        let translator = open.translator(language);
        Ok((Place { id, viewer: Viewer::Admin(session), language, translator }, open))
    }

    /// Carries out an action. Returns what happened.
    async fn done(self, place: &mut Place, form: &Fields) -> Result<Done, ApiError> {
        let (id, language) = (place.id.as_str(), self.language);
        let message = form.get("message").map(str::to_owned);
        let is_confirmed = || {
            let key = form.get("admin_key").map(str::trim);
            let is_admin =
                matches!(place.viewer, Viewer::Admin(_)) || key.is_some_and(|key| self.admin.is_admin_key(key));
            match (is_admin, form.get("sure")) {
                (false, _) => Err(ApiError::unauthorized(Sentence::WrongAdminKey)),
                (true, None) => Err(ApiError::unprocessable("not_confirmed", Sentence::TickTheBox)),
                (true, Some(_)) => Ok(()),
            }
        };
        let text = match form.get("action") {
            Some("check") => {
                let report = self.admin.check(id).await?;
                return Ok(Done { text: checked(place, &report), findings: Some(report.findings) });
            }
            Some("register") => match self.admin.register(id).await?.problem {
                Some(problem) => html! { p { (place.translate(&problem.message)) } },
                None => html! { p { (language.say(Sentence::RegisteredAgain)) } },
            },
            Some("retry") => {
                self.admin.retry(id).await?;
                html! { p { (language.say(Sentence::TriesNow)) } }
            }
            Some("redrive") => {
                let report = self.admin.redrive(id, &Redrive { message, ..Redrive::default() }).await?;
                html! { p { (language.say(Sentence::SentAgainCount { count: report.redriven })) } }
            }
            Some("discard") => {
                let reason = form.get("reason").unwrap_or_default().to_owned();
                let report = self.admin.discard(id, &Discard { message, reason, ..Discard::default() }).await?;
                html! { p { (language.say(Sentence::DiscardedCount { count: report.discarded })) } }
            }
            Some("rotate") => {
                is_confirmed()?;
                let urls = form.get("urls").unwrap_or_default();
                let renewed = self.admin.rotate(id, Some(&json!([urls]))).await?;
                let link = renewed.settings_url.filter(|_| urls == Route::Settings.word());
                if let (Some(link), Viewer::Link { key }) = (&link, &mut place.viewer) {
                    // The old link has ended, and so have those on a page that was opened by it.
                    *key = link.rsplit_once("key=").map_or(link.as_str(), |(_, key)| key).to_owned();
                }
                html! {
                    p { (language.say(Sentence::UrlRenewed)) }
                    @if let Some(link) = &link { (pieces::copy(link, language)) }
                }
            }
            Some("uninstall") => {
                is_confirmed()?;
                self.admin.uninstall(id).await?;
                html! { p { (language.say(Sentence::RemovedForGood)) } }
            }
            _ => return Err(ApiError::unprocessable("bad_setting", Sentence::UnknownAction)),
        };
        Ok(Done { text, findings: None })
    }
}

/// The outcome of an action.
struct Done {
    text: Markup,
    /// What a check of both accounts has found.
    findings: Option<Vec<Finding>>,
}

/// Returns why an action or a look at a message failed, for a reader to whom the installation itself is no secret.
fn about_a_message(error: ApiError) -> ApiError {
    if error.status != StatusCode::NOT_FOUND {
        return error;
    }
    ApiError { message: Sentence::NoSuchMessage { days: KEEP_DAYS }.into(), ..error }
}

/// Renders the result of a check.
fn checked(place: &Place, report: &CheckReport) -> Markup {
    let language = place.language;
    let side = |title: Sentence<'static>, report: &SideReport| {
        html! {
            li {
                (language.say(title)) ": "
                (language.say(if report.ok { Sentence::Works } else { Sentence::WorksNot }))
                @if let Some((left, limit)) = report.quota.and_then(|quota| quota.left.zip(quota.limit)) {
                    "; " (language.say(Sentence::QuotaLeft { left, limit }))
                }
            }
        }
    };
    html! {
        ul {
            (side(Sentence::Channel, &report.channel))
            (side(Sentence::Helpdesk, &report.helpdesk))
            @for finding in report.findings.iter().filter(|finding| finding.standing != Standing::StepsLeft) {
                li { (found(place, finding)) }
            }
        }
    }
}

/// Renders the cause of a finding and what to do about it.
fn found(place: &Place, finding: &Finding) -> Markup {
    let Finding { side, cause, fix, .. } = finding;
    let (cause, fix) = (place.translate(cause), place.translate(fix));
    let side = if *side == Side::Channel { Sentence::Channel } else { Sentence::Helpdesk };
    html! { (place.language.say(side)) ": " (pieces::with_names(&cause)) "; " (pieces::with_names(&fix)) "." }
}

/// Returns the CSS class, the headline and the advice for an installation.
fn status(overview: &Overview, language: Language) -> (&'static str, String, Option<String>) {
    let installation = &overview.installation;
    let standing = Standing::of(installation.state, &overview.findings);
    let progress = Progress::of(installation.steps.as_deref().unwrap_or_default());
    let (mark, headline) = pieces::standing(standing, progress);
    let latest = &overview.latest.messages;
    let came = |direction| latest.iter().any(|message| message.direction == direction && message.state == "done");
    let advice = match standing {
        Standing::Removed => Some(Sentence::RemovedForGood),
        Standing::InTrouble | Standing::Waiting => Some(Sentence::InTroubleAdvice),
        Standing::GivenUp => Some(Sentence::MessagesGivenUpAdvice),
        Standing::StepsLeft => Some(Sentence::StepsLeftAdvice),
        Standing::Working if came("inbound") && came("outbound") => Some(Sentence::BothDirectionsWork),
        Standing::Working => Some(Sentence::LatelyOneWay),
        Standing::NeedsAttention
        | Standing::NotRegistered
        | Standing::Registering
        | Standing::NothingYet
        | Standing::Halfway => None,
    };
    (mark, language.say(headline).into(), advice.map(|advice| language.say(advice).into()))
}

/// Returns whether messages wait for a vendor that is in trouble.
fn is_braked(overview: &Overview) -> bool {
    overview.findings.iter().any(Finding::is_brake)
}

fn shown(place: &Place, overview: &Overview, outcome: Option<&Result<Markup, ApiError>>) -> Shown {
    let (installation, language) = (&overview.installation, place.language);
    let name = |title: &Option<String>, account: &Option<String>| {
        pieces::named(title.as_deref().unwrap_or_default(), account.as_deref())
    };
    let (titles, accounts) = (&overview.titles, &installation.account_names);
    let title =
        format!("{} ⇄ {}", name(&titles.channel, &accounts.channel), name(&titles.helpdesk, &accounts.helpdesk));
    let is_live = installation.state != InstallationState::Uninstalled;
    let body = html! {
        (pieces::bar(&place.viewer, language))
        main {
            h1 { (title) }
            p .id { (language.say(Sentence::Installation)) " " code { (installation.id) } }
            @if let Some(outcome) = outcome {
                @match outcome {
                    Ok(done) => { section .standing.good #outcome role="status" { h2 { (language.say(Sentence::Done)) } (done) } }
                    Err(why) => { section .standing.bad #outcome role="alert" { h2 { (language.say(Sentence::NotDone)) } p { (pieces::with_names(&place.translate(&why.message))) } } }
                }
            }
            // What an uninstall has just said needs no repetition.
            @if is_live || !matches!(outcome, Some(Ok(_))) {
                div data-live="standing" { (standing(place, overview)) }
            }
            @if is_live {
                div data-live="heard" { (heard(overview, language)) }
                div data-live="steps" { (steps(place, overview)) }
                div data-live="dead" { (dead(place, &overview.dead, overview.has_more_dead)) }
                div data-live="messages" { (messages(place, overview)) }
                (manage(place))
            }
        }
    };
    let status = outcome.and_then(|outcome| outcome.as_ref().err()).map_or(StatusCode::OK, |error| error.status);
    Page { status, ..Page::new(title, body) }.into()
}

fn standing(place: &Place, overview: &Overview) -> Markup {
    let language = place.language;
    let (mark, headline, advice) = status(overview, language);
    let steps = overview.installation.steps.as_deref().unwrap_or_default();
    // What is also a step stands among the steps.
    let is_step = |finding: &Finding| steps.iter().any(|step| step.id == finding.code);
    html! {
        section .standing.(mark) aria-live="polite" {
            h2 { (headline) }
            @if let Some(advice) = advice { p { (advice) } }
            @for finding in overview.findings.iter().filter(|finding| !is_step(finding)) {
                p .brake { (found(place, finding)) }
            }
            @if is_braked(overview) { (place.button("retry", &[], Sentence::TryNow)) }
        }
    }
}

fn heard(overview: &Overview, language: Language) -> Markup {
    let heard = &overview.installation.heard;
    html! {
        section {
            h2 { (language.say(Sentence::LastHeard)) }
            dl {
                @for (title, side) in [(Sentence::Channel, &heard.channel), (Sentence::Helpdesk, &heard.helpdesk)] {
                    dt { (language.say(title)) }
                    dd { (pieces::time_or_never(side.latest_at.as_deref(), language)) }
                }
            }
        }
    }
}

fn steps(place: &Place, overview: &Overview) -> Markup {
    let (steps, language) = (overview.installation.steps.as_deref().unwrap_or_default(), place.language);
    html! {
        section {
            h2 { (language.say(Sentence::SetUp)) }
            ol .steps { @for step in steps { (step_item(place, step)) } }
            div .actions {
                (place.button("check", &[], Sentence::CheckBothAccounts))
                @if overview.registers { (place.button("register", &[], Sentence::RegisterAgain)) }
            }
        }
    }
}

/// Renders a step of the set-up with the text to paste.
fn step_item(place: &Place, step: &NextStep) -> Markup {
    let language = place.language;
    html! {
        li .done[step.done] {
            @if step.done { span .tick { "✓ " (language.say(Sentence::StepDone)) } " " }
            (pieces::with_names(&place.translate(&step.text)))
            @if let Some(url) = step.docs_url {
                " " a href=(url) target="_blank" rel="noreferrer" { (language.say(Sentence::Documentation)) }
            }
            @if let Some(copy) = &step.copy { (pieces::copy(copy, language)) }
        }
    }
}

fn dead(place: &Place, letters: &[DeadLetter], has_more: bool) -> Markup {
    let language = place.language;
    html! {
        @if !letters.is_empty() {
            section {
                h2 { (language.say(Sentence::GivenUp)) }
                p { (language.say(Sentence::GivenUpAdvice)) }
                ul .letters {
                    @for letter in letters { li { (dead_item(place, letter)) } }
                }
                @if has_more { p { (language.say(Sentence::MoreGivenUp)) } }
                @if letters.len() > 1 { div .actions { (place.button("redrive", &[], Sentence::SendAllAgain)) } }
            }
        }
    }
}

fn dead_item(place: &Place, DeadLetter { summary, damaged }: &DeadLetter) -> Markup {
    let (field, language) = (format!("reason_{}", summary.id), place.language);
    let error = place.translate(summary.error.as_deref().unwrap_or_default());
    html! {
        p {
            (pieces::time(&summary.received_at)) " · " (language.say(direction(summary.direction))) " · "
            a href=(place.address(&[("message", &summary.id)])) { (language.say(Sentence::Details)) }
        }
        p .bad { (pieces::with_names(&error)) }
        div .actions {
            @if !damaged { (place.button("redrive", &[("message", &summary.id)], Sentence::SendAgain)) }
            details {
                summary { (language.say(Sentence::Discard)) }
                form method="post" action=(place.address(&[])) {
                    (place.viewer.word())
                    input type="hidden" name="action" value="discard";
                    input type="hidden" name="message" value=(summary.id);
                    label for=(field) { (language.say(Sentence::WhyDiscard)) }
                    input id=(field) name="reason" required maxlength="500";
                    button type="submit" { (language.say(Sentence::Discard)) }
                }
            }
        }
    }
}

/// The titles of the columns of the table of messages.
const COLUMNS: [Sentence<'static>; 5] =
    [Sentence::Received, Sentence::Direction, Sentence::State, Sentence::Took, Sentence::Remarks];

fn messages(place: &Place, overview: &Overview) -> Markup {
    let (messages, language) = (&overview.latest.messages, place.language);
    let waiting = messages.iter().filter(|message| message.state == "claimed").count();
    html! {
        section {
            h2 { (language.say(Sentence::LatestMessages)) }
            @if waiting > 0 { p { (language.say(Sentence::WaitingCount { count: waiting })) } }
            @if messages.is_empty() {
                p .empty { (language.say(Sentence::NoMessages)) }
            } @else {
                (table(place, messages, is_braked(overview), Sentence::LatestMessages))
                (older(place, &overview.latest))
            }
        }
    }
}

fn table(place: &Place, messages: &[MessageSummary], is_braked: bool, title: Sentence<'_>) -> Markup {
    let language = place.language;
    html! {
        div .scroll tabindex="0" role="region" aria-label=(language.say(title)) {
            table {
                thead { tr { @for title in COLUMNS { th scope="col" { (language.say(title)) } } } }
                tbody { @for message in messages { (row(place, message, is_braked)) } }
            }
        }
    }
}

/// Renders the link to the messages after those of a page.
fn older(place: &Place, page: &JournalPage) -> Markup {
    html! {
        @if let Some(next) = &page.next {
            p { a rel="next" href=(place.address(&[("older", next)])) { (place.language.say(Sentence::OlderMessages)) } }
        }
    }
}

/// Renders a page of older messages.
fn older_messages(place: &Place, page: &JournalPage) -> Markup {
    let language = place.language;
    html! {
        (pieces::bar(&place.viewer, language))
        main {
            p { a href=(place.address(&[])) { "← " (language.say(Sentence::ToInstallation)) } }
            h1 { (language.say(Sentence::OlderMessages)) }
            section {
                @if page.messages.is_empty() {
                    p .empty { (language.say(Sentence::NoMessages)) }
                } @else {
                    (table(place, &page.messages, false, Sentence::OlderMessages))
                    (older(place, page))
                }
            }
        }
    }
}

fn row(place: &Place, message: &MessageSummary, is_braked: bool) -> Markup {
    let language = place.language;
    html! {
        tr {
            td { a href=(place.address(&[("message", &message.id)])) { (pieces::time(&message.received_at)) } }
            td { (language.say(direction(message.direction))) }
            td { (state(message, language)) }
            td { (took(message.took_ms)) }
            td { (note(place, message)) @if !is_braked { (next_try(message, language)) } }
        }
    }
}

fn direction(word: &str) -> Sentence<'static> {
    match word {
        "inbound" => Sentence::FromCustomer,
        "outbound" => Sentence::FromAgent,
        _ => Sentence::NoteToAgents,
    }
}

fn state(message: &MessageSummary, language: Language) -> Markup {
    let word = match (message.state, message.receipt.as_deref()) {
        (_, Some("read")) => Sentence::StateRead,
        (_, Some("delivered")) => Sentence::StateDelivered,
        ("done", Some("failed")) | ("rejected", _) => Sentence::StateRejected,
        ("done", _) => Sentence::StateSent,
        ("dead", _) => Sentence::StateGivenUp,
        ("discarded", _) => Sentence::StateDiscarded,
        _ => Sentence::StateWaiting,
    };
    html! { span .state.(message.state) { (language.say(word)) } }
}

/// Writes how long a message took.
fn took(milliseconds: u64) -> Markup {
    html! {
        @if milliseconds < 10_000 { (milliseconds) " ms" } @else { (milliseconds / 1_000) " s" }
    }
}

/// Tells when a waiting message is tried again. The wait varies by a fifth, and a vendor may ask for another.
fn next_try(message: &MessageSummary, language: Language) -> Markup {
    let tries = usize::try_from(message.attempts).unwrap_or(usize::MAX);
    let wait = RETRY_WAITS.get(tries.saturating_sub(1)).or(RETRY_WAITS.last()).copied().unwrap_or_default();
    let last = Millis::from_rfc3339(&message.updated_at).filter(|_| message.state == "claimed");
    html! {
        @if let Some(last) = last {
            "; " (language.say(Sentence::NextTry)) " " (pieces::time(&last.plus(std::time::Duration::from_secs(wait)).rfc3339()))
        }
    }
}

fn note(place: &Place, message: &MessageSummary) -> String {
    let language = place.language;
    let error = message.error.as_deref().filter(|_| message.state != "done");
    let mut notes: Vec<String> = error.map(|error| place.translate(error).into_owned()).into_iter().collect();
    if message.attempts > 1 {
        notes.push(language.say(Sentence::Attempts { attempts: message.attempts }).into());
    }
    if message.possibly_doubled {
        notes.push(language.say(Sentence::PossiblyDoubled).into());
    }
    notes.join("; ")
}

/// Renders the ways to change and to remove the installation.
fn manage(place: &Place) -> Markup {
    let language = place.language;
    html! {
        section {
            h2 { (language.say(Sentence::Manage)) }
            @for (action, urls, summary, advice) in [
                ("rotate", "channel", Sentence::RenewChannelUrl, Sentence::RenewChannelAdvice),
                ("rotate", "helpdesk", Sentence::RenewHelpdeskUrl, Sentence::RenewHelpdeskAdvice),
                ("rotate", "settings", Sentence::RenewLink, Sentence::RenewLinkAdvice),
                ("uninstall", "", Sentence::Uninstall, Sentence::UninstallAdvice),
            ] {
                @let field = format!("{action}_{urls}");
                details {
                    summary { (language.say(summary)) }
                    form method="post" action=(place.address(&[])) {
                        p { (language.say(advice)) }
                        (place.viewer.word())
                        input type="hidden" name="action" value=(action);
                        input type="hidden" name="urls" value=(urls);
                        @if let Viewer::Link { .. } = place.viewer {
                            label for={ "key_" (field) } { (language.say(Sentence::AdminKey)) }
                            input id={ "key_" (field) } name="admin_key" type="password" autocomplete="off" required;
                        }
                        div .check {
                            input id={ "sure_" (field) } name="sure" type="checkbox" value="yes" required;
                            label for={ "sure_" (field) } { (language.say(Sentence::IAmSure)) }
                        }
                        button .danger type="submit" { (language.say(summary)) }
                    }
                }
            }
        }
    }
}

/// Renders everything that the journal knows about a message.
fn trace(place: &Place, message: &MessageSummary) -> Markup {
    let language = place.language;
    html! {
        (pieces::bar(&place.viewer, language))
        main {
            p { a href=(place.address(&[])) { "← " (language.say(Sentence::ToInstallation)) } }
            h1 { (language.say(Sentence::Message)) }
            section {
                dl {
                    dt { (language.say(Sentence::Direction)) } dd { (language.say(direction(message.direction))) }
                    dt { (language.say(Sentence::State)) } dd { (state(message, language)) }
                    dt { (language.say(Sentence::Received)) } dd { (pieces::time(&message.received_at)) }
                    dt { (language.say(Sentence::Changed)) } dd { (pieces::time(&message.updated_at)) }
                    dt { (language.say(Sentence::Contact)) } dd { code { (message.contact) } }
                    @if !note(place, message).is_empty() { dt { (language.say(Sentence::Remarks)) } dd { (note(place, message)) (next_try(message, language)) } }
                    @if !message.sent_as.is_empty() {
                        dt { (language.say(Sentence::SentAs)) }
                        dd { @for id in &message.sent_as { code { (id) } " " } }
                    }
                    dt { (language.say(Sentence::MessageId)) } dd { code { (message.id) } }
                    dt { (language.say(Sentence::LogId)) } dd { code { (message.log_id) } }
                }
                @if message.state == "dead" {
                    div .actions { (place.button("redrive", &[("message", &message.id)], Sentence::SendAgain)) }
                }
            }
            section {
                h2 { (language.say(Sentence::Calls)) }
                @if message.calls.is_empty() {
                    p .empty { (language.say(Sentence::NoCalls)) }
                } @else {
                    div .scroll tabindex="0" role="region" aria-label=(language.say(Sentence::Calls)) {
                        table {
                            thead { tr {
                                @for title in [Sentence::Time, Sentence::Attempt, Sentence::Call, Sentence::Outcome, Sentence::Took] {
                                    th scope="col" { (language.say(title)) }
                                }
                            } }
                            tbody {
                                @for call in &message.calls {
                                    tr {
                                        td { (pieces::time(&call.at.rfc3339())) }
                                        td { span .on-phone { (language.say(Sentence::Attempt)) " " } (call.attempt) }
                                        td { code { (call.call) } }
                                        td { (place.translate(&call.result)) }
                                        td { (call.ms) " ms" }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
