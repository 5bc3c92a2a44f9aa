//! The form of a new installation, made from the settings of the adapters.

use bytes::Bytes;
use http::{Request, StatusCode};
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::{Fields, Page, Pages, Shown, Viewer, login, pieces};
use crate::{
    adapter::{
        Adapter,
        settings::{Form, Setting},
    },
    install::{Installed, Mistake, Wanted, all_settings, kind_of, kinds},
    model::installation::{MAX_TEXT, Side},
    tools::{answer::ApiError, language::Language, phrases::Translator, sentences::Sentence},
};

/// The number of characters that are shown of a kind that there is not.
const KIND_SHOWN: usize = 40;

/// What is wrong with a form.
#[derive(Default)]
struct Wrong {
    fields: Vec<Mistake>,
    whole: Option<String>,
}

impl Pages<'_> {
    /// Asks for the kinds of both sides, and then for their settings.
    pub(super) async fn form(self, request: &Request<Bytes>) -> Result<Shown, ApiError> {
        let Some(session) = self.session(request.headers()).await else {
            return Ok(Self::to_login(request));
        };
        let viewer = Viewer::Admin(session);
        Ok(Page::new(
            self.language.say(Sentence::AddInstallation),
            render(&viewer, &chosen(&Fields::of_query(request)), &Wrong::default(), self.language),
        )
        .into())
    }

    /// Makes the installation of a form.
    pub(super) async fn send_form(self, request: &Request<Bytes>) -> Result<Shown, ApiError> {
        let fields = Fields::of_form(request)?;
        let viewer = match self.sender(request, &fields).await {
            Ok(session) => Viewer::Admin(session),
            Err(_) => return self.show_again(request, &fields).await,
        };
        let (wanted, language) = (object(&fields), self.language);
        let refused = |wrong: Wrong, status| {
            let page = Page::new(language.say(Sentence::AddInstallation), render(&viewer, &fields, &wrong, language));
            Ok(Page { status, ..page }.into())
        };
        if unknown_kinds(&fields).next().is_some() {
            return refused(Wrong::default(), StatusCode::UNPROCESSABLE_ENTITY);
        }
        let mistakes = Wanted::mistakes(&wanted, self.allow_http);
        if !mistakes.is_empty() {
            return refused(Wrong { fields: mistakes, whole: None }, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let made = match Wanted::from_post(&Value::Object(wanted), self.allow_http) {
            Ok(wanted) => self.admin.install(wanted).await,
            Err(error) => Err(error),
        };
        match made {
            Ok(Installed { is_new, installation })
                if installation.generated_secrets.is_empty() && (is_new || !leaves_out_generated(&fields)) =>
            {
                Ok(Shown::Elsewhere { path: format!("/installations/{}/settings", installation.id), cookie: None })
            }
            Ok(installed) => {
                Ok(Page::new(language.say(Sentence::Installed), secrets(&viewer, &installed, language)).into())
            }
            Err(error) if error.status.is_server_error() && error.retry_after.is_none() => Err(error),
            Err(error) => refused(Wrong { fields: Vec::new(), whole: Some(error.message) }, error.status),
        }
    }

    /// Answers a form that was not sent from a page of the session: the session has ended, or another one has begun.
    /// Nothing is installed, and what was typed is kept for whoever has the admin key.
    async fn show_again(self, request: &Request<Bytes>, fields: &Fields) -> Result<Shown, ApiError> {
        let language = self.language;
        let (session, cookie) = match self.session(request.headers()).await {
            Some(session) => (session, None),
            None => match self.admin.sign_in(fields.get("admin_key").unwrap_or_default().trim()).await? {
                Some((session, cookie)) => (session, Some(cookie)),
                None => return Ok(login::page_keeping(&kept(fields), fields.get("admin_key").is_some(), language)),
            },
        };
        let status = if cookie.is_some() { StatusCode::OK } else { StatusCode::FORBIDDEN };
        let wrong = Wrong { fields: Vec::new(), whole: Some(Sentence::FormOfOldSession.to_string()) };
        let body = render(&Viewer::Admin(session), fields, &wrong, language);
        Ok(Page { status, cookie, ..Page::new(language.say(Sentence::AddInstallation), body) }.into())
    }
}

/// Returns whether a form leaves a credential to the bridge that somebody else needs too.
fn leaves_out_generated(fields: &Fields) -> bool {
    [Side::Channel, Side::Helpdesk].into_iter().any(|side| {
        let adapter = chosen_kind(fields, side).and_then(|kind| kind_of(side, kind));
        let mut settings = adapter.into_iter().flat_map(|(_, adapter)| adapter.settings());
        settings.any(|setting| {
            setting.made.is_some() && setting.shown_once && fields.get(&id_of(side, setting.name)).is_none()
        })
    })
}

/// Returns what was typed into a form, without secrets.
fn kept(fields: &Fields) -> Vec<(&str, &str)> {
    let is_kept = |name: &str| {
        let side = [Side::Channel, Side::Helpdesk].into_iter().find_map(|side| Some((side, setting_name(side, name)?)));
        match side {
            Some((_, "kind")) => true,
            Some((side, setting)) => {
                let adapter = chosen_kind(fields, side).and_then(|kind| kind_of(side, kind));
                adapter.is_some_and(|(_, it)| all_settings(it).any(|known| known.name == setting && !known.secret))
            }
            None => !matches!(name, "word" | "admin_key"),
        }
    };
    let fields = fields.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    fields.filter(|(name, _)| is_kept(name)).collect()
}

/// Returns the setting that a field of a side is for.
fn setting_name(side: Side, field: &str) -> Option<&str> {
    field.strip_prefix(side.word())?.strip_prefix('_')
}

/// Returns a sentence for each side of which the form names a kind that there is not.
fn unknown_kinds(fields: &Fields) -> impl Iterator<Item = Sentence<'_>> {
    [Side::Helpdesk, Side::Channel].into_iter().filter_map(|side| {
        let kind = chosen_kind(fields, side).filter(|kind| kind_of(side, kind).is_none())?;
        let kind = kind.char_indices().nth(KIND_SHOWN).map_or(kind, |(end, _)| kind.get(..end).unwrap_or_default());
        Some(match side {
            Side::Channel => Sentence::NoSuchChannel { kind },
            Side::Helpdesk => Sentence::NoSuchHelpdesk { kind },
        })
    })
}

/// Returns the flat fields of a form as the object of an install request.
fn object(fields: &Fields) -> Map<String, Value> {
    let names = fields.0.iter().filter(|(name, _)| !matches!(name.as_str(), "word" | "admin_key"));
    names.map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
}

/// Returns the kinds that a query names, as the form calls them.
fn chosen(query: &Fields) -> Fields {
    let kind = |side: &str| Some((format!("{side}_kind"), query.get(side)?.to_owned()));
    Fields(["helpdesk", "channel"].into_iter().filter_map(kind).collect())
}

/// Returns the kind of a side that a form names.
fn chosen_kind(fields: &Fields, side: Side) -> Option<&str> {
    fields.get(&id_of(side, "kind"))
}

fn render(viewer: &Viewer, fields: &Fields, wrong: &Wrong, language: Language) -> Markup {
    let chosen = |side: Side| kind_of(side, chosen_kind(fields, side)?);
    let phrases = |side| Some(chosen(side)?.1.phrases());
    let translator = Translator::new(language).with_sides(phrases(Side::Channel), phrases(Side::Helpdesk));
    html! {
        (pieces::bar(viewer, language))
        main {
            h1 { (language.say(Sentence::AddInstallation)) }
            section { (choice(fields, language)) }
            (mistakes(fields, wrong, &translator, language))
            @if let (Some(helpdesk), Some(channel)) = (chosen(Side::Helpdesk), chosen(Side::Channel)) {
                form method="post" action="/install" novalidate {
                    (viewer.word())
                    @for (side, (kind, adapter)) in [(Side::Helpdesk, helpdesk), (Side::Channel, channel)] {
                        section {
                            h2 { (adapter.features().title) }
                            input type="hidden" name={ (side.word()) "_kind" } value=(kind);
                            @for setting in all_settings(adapter) { (field((side, adapter), setting, fields, wrong, language)) }
                        }
                    }
                    (options(fields, language))
                    button .main type="submit" { (language.say(Sentence::Install)) }
                }
            }
        }
    }
}

/// Renders what is wrong with a form, with links to the fields.
fn mistakes(fields: &Fields, wrong: &Wrong, translator: &Translator, language: Language) -> Markup {
    let unknown: Vec<Sentence<'_>> = unknown_kinds(fields).collect();
    html! {
        @if !wrong.fields.is_empty() || wrong.whole.is_some() || !unknown.is_empty() {
            section .standing.bad role="alert" #mistakes tabindex="-1" {
                h2 {
                    @match wrong.fields.len() {
                        0 => { (language.say(Sentence::NotInstalled)) }
                        count => { (language.say(Sentence::MistakesFound { count })) }
                    }
                }
                @for sentence in unknown { p { (pieces::with_names(&language.say(sentence).to_string())) } }
                @if let Some(whole) = &wrong.whole { p { (pieces::with_names(&translator.translate(whole))) } }
                @if !wrong.fields.is_empty() {
                    ul {
                        @for mistake in &wrong.fields {
                            li { a href={ "#" (id_of(mistake.side, mistake.setting)) } { (language.translate(mistake.side.word())) ": " (mistake.setting) } }
                        }
                    }
                }
                p { (language.say(Sentence::EnterSecretsAgain)) }
            }
        }
    }
}

/// Renders the choice of both kinds.
fn choice(fields: &Fields, language: Language) -> Markup {
    html! {
        form .choice method="get" action="/install" {
            @for (side, label) in [(Side::Channel, Sentence::Channel), (Side::Helpdesk, Sentence::Helpdesk)] {
                @let name = side.word();
                @let chosen = chosen_kind(fields, side);
                div {
                    label for={ "kind_" (name) } { (language.say(label)) }
                    select id={ "kind_" (name) } name=(name) {
                        @for (kind, adapter) in kinds(side) {
                            option value=(kind) selected[chosen == Some(kind)] { (adapter.features().title) }
                        }
                    }
                }
            }
            button type="submit" { (language.say(Sentence::Continue)) }
        }
    }
}

fn id_of(side: Side, setting: &str) -> String {
    format!("{}_{setting}", side.word())
}

fn field(
    (side, adapter): (Side, &dyn Adapter),
    setting: &Setting,
    fields: &Fields,
    wrong: &Wrong,
    language: Language,
) -> Markup {
    let translator = Translator::new(language).with(adapter.phrases());
    let id = id_of(side, setting.name);
    let mistake = wrong.fields.iter().find(|mistake| mistake.side == side && mistake.setting == setting.name);
    // A page holds no secret, so a credential has to be entered again.
    let value = if setting.secret { None } else { fields.get(&id) };
    let described = format!("{id}_help");
    let invalid = mistake.map(|_| "true");
    html! {
        div .field {
            label for=(id) {
                code { (setting.name) }
                @if !setting.required { " " small { (language.say(Sentence::Optional)) } }
            }
            @match setting.form {
                Form::Choice(words) => {
                    select id=(id) name=(id) aria-describedby=(described) aria-invalid=[invalid] {
                        @if !setting.required { option value="" { "–" } }
                        @for word in words { option value=(word) selected[value == Some(*word)] { (word) } }
                    }
                }
                Form::Key => {
                    textarea id=(id) name=(id) rows="4" spellcheck="false" autocomplete="off" aria-describedby=(described)
                        aria-invalid=[invalid] { (value.unwrap_or_default()) }
                }
                Form::Text(_) | Form::Url | Form::Token => {
                    input id=(id) name=(id) type=(if setting.secret { "password" } else { "text" }) value=[value]
                        autocomplete="off" spellcheck="false" aria-describedby=(described) aria-invalid=[invalid];
                }
            }
            @if let Some(mistake) = mistake {
                p .mistake id=(described) {
                    @let should_be = translator.translate(mistake.should_be);
                    @let should_be = Sentence::ShouldBe { name: mistake.setting, should_be: &should_be };
                    (pieces::with_names(&language.say(should_be).to_string()))
                }
            } @else {
                p .help id=(described) { (pieces::with_names(&translator.translate(setting.help))) }
            }
        }
    }
}

/// Renders the options of the bridge's behaviour, which have good defaults.
fn options(fields: &Fields, language: Language) -> Markup {
    // Whoever reads the form in a language probably writes to customers in it.
    let chosen_language = fields.get("language").map_or(Some(language), Language::from_tag);
    let switches = [
        ("agent_name", Sentence::OptionAgentName),
        ("relay_bot_messages", Sentence::OptionBotMessages),
        ("ask_rating", Sentence::OptionAskRating),
        ("marketplace", Sentence::OptionMarketplace),
    ];
    let texts = [
        ("text_on_assign", Sentence::OptionTextOnAssign),
        ("text_on_resolve", Sentence::OptionTextOnResolve),
        ("text_on_reopen", Sentence::OptionTextOnReopen),
        ("rating_question", Sentence::OptionRatingQuestion),
    ];
    html! {
        section {
            details {
                summary { (language.say(Sentence::MoreOptions)) }
                div .field {
                    label for="on_resolved" { (language.say(Sentence::OptionOnResolved)) }
                    select #on_resolved name="on_resolved" {
                        option value="reopen" { (language.say(Sentence::OptionReopen)) }
                        option value="new" selected[fields.get("on_resolved") == Some("new")] { (language.say(Sentence::OptionNew)) }
                    }
                }
                div .field {
                    label for="language" { (language.say(Sentence::OptionLanguage)) }
                    select #language name="language" {
                        @for it in Language::ALL {
                            option value=(it.word()) lang=(it.word()) selected[chosen_language == Some(it)] { (it.name()) }
                        }
                    }
                }
                @for (name, text) in switches {
                    div .check {
                        input id=(name) name=(name) type="checkbox" value="true" checked[fields.get(name) == Some("true")];
                        label for=(name) { (language.say(text)) }
                    }
                }
                @for (name, text) in texts {
                    div .field {
                        label for=(name) { (language.say(text)) " " small { (language.say(Sentence::Optional)) } }
                        textarea id=(name) name=(name) rows="2" maxlength=(MAX_TEXT) { (fields.get(name).unwrap_or_default()) }
                    }
                }
                p .help { (pieces::with_names(&language.say(Sentence::OptionPlaceholders).to_string())) }
            }
        }
    }
}

/// Renders the credentials that the bridge has made, which are shown once.
fn secrets(viewer: &Viewer, Installed { installation, .. }: &Installed, language: Language) -> Markup {
    html! {
        (pieces::bar(viewer, language))
        main {
            section .standing.good {
                h1 { (language.say(Sentence::Installed)) }
                p {
                    @match installation.generated_secrets.is_empty() {
                        true => { (language.say(Sentence::ShownBefore)) }
                        false => { (language.say(Sentence::ShownOnce)) }
                    }
                }
                @for (name, secret) in &installation.generated_secrets {
                    h2 { code { (name) } }
                    (pieces::copy(secret, language))
                }
                p { a .button.main href={ "/installations/" (installation.id) "/settings" } { (language.say(Sentence::ToSteps)) } }
            }
        }
    }
}
