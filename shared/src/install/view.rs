//! What admins are shown. The structs hold `infra/openapi.yaml`: a test compares their fields with it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Access, Admin};
use crate::{
    adapter::Urls,
    installations::OpenInstallation,
    model::{
        features::Features,
        installation::{InstallationState, Options, Problem, Route, Side, SideSettings},
        steps::{NextStep, Notice},
    },
    relay::Failure,
    store::{JournalKey, MessageSummary, Page},
    tools::answer::ApiError,
};

/// An installation without its secrets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InstallationView {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub state: InstallationState,
    /// The channel's side.
    pub channel: SideView,
    /// The helpdesk's side.
    pub helpdesk: SideView,
    /// How the bridge behaves for it.
    pub settings: Options,
    /// Where the channel calls; absent once it is uninstalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_webhook_url: Option<String>,
    /// Where the helpdesk calls; absent once it is uninstalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helpdesk_webhook_url: Option<String>,
    /// The admin's page, with the settings key; absent once it is uninstalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings_url: Option<String>,
    /// What is left to do by hand, one sentence each; absent once it is uninstalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_steps: Option<Vec<String>>,
    /// The same as data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<NextStep>>,
    /// Credentials that this very request made and that somebody else needs as well, by setting name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub generated_secrets: BTreeMap<&'static str, String>,
    /// What needs a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// When it was made.
    pub created_at: String,
    /// When it was last changed.
    pub updated_at: String,
}

impl InstallationView {
    /// As the holder of a key may see it. The page's URL holds the settings key, which may have been replaced since the
    /// caller's was checked.
    #[must_use]
    pub fn seen_with(self, access: Access) -> Self {
        match access {
            Access::Admin => self,
            Access::Settings => Self { settings_url: None, ..self },
        }
    }
}

/// One side of an installation: its kind beside its settings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SideView {
    /// The name of the kind.
    pub kind: String,
    /// The settings that are no secrets.
    #[serde(flatten)]
    pub settings: BTreeMap<String, String>,
}

impl From<&SideSettings> for SideView {
    fn from(side: &SideSettings) -> Self {
        Self { kind: side.kind.clone(), settings: side.settings.clone() }
    }
}

/// What came of an install.
#[derive(Clone, Debug, PartialEq)]
pub struct Installed {
    /// Nothing joined these accounts before.
    pub is_new: bool,
    /// The installation.
    pub installation: InstallationView,
}

/// What a check of both accounts found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckReport {
    /// Both sides take their credentials, and nothing needs a person.
    pub ok: bool,
    /// Where the installation stands.
    pub state: InstallationState,
    /// What needs a person.
    pub problem: Option<Problem>,
    /// What the channel said.
    pub channel: SideReport,
    /// What the helpdesk said.
    pub helpdesk: SideReport,
    /// What an admin should know of these kinds.
    pub findings: Vec<Finding>,
    /// When the latest message came in.
    pub latest_message_at: Option<String>,
}

/// Whether a side takes its credentials.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SideReport {
    /// It does.
    pub ok: bool,
    /// Why it does not, or why it could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl<T> From<Result<T, Failure>> for SideReport {
    fn from(result: Result<T, Failure>) -> Self {
        Self { ok: result.is_ok(), reason: result.err().map(|failure| failure.explained([])) }
    }
}

/// Something that an admin should know, and what to do about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// A stable word.
    pub code: &'static str,
    /// The side that it is about.
    pub side: Side,
    /// How bad it is.
    pub state: FindingState,
    /// What is so.
    pub cause: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

impl Finding {
    /// What the vendors of both sides want everybody to know.
    pub(super) fn all(open: &OpenInstallation) -> Vec<Self> {
        let sides = [(Side::Channel, open.channel.features()), (Side::Helpdesk, open.helpdesk.features())];
        let of_side =
            |(side, limits): (Side, &Features)| limits.notices.iter().map(move |it| Self::from_notice(side, it));
        sides.into_iter().flat_map(of_side).collect()
    }

    fn from_notice(side: Side, notice: &Notice) -> Self {
        let Notice { code, cause, fix, .. } = *notice;
        Self { code, side, state: FindingState::Warning, cause, fix }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// It works, and will not for ever.
    Warning,
}

/// What came of sending dead letters again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RedriveReport {
    /// How many went back, or would have.
    pub redriven: u32,
    /// There may be more of them: ask again.
    pub more: bool,
}

/// The answer to one of the Marketplace's set-up events.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum AppAnswer {
    /// It was done.
    Done {
        /// Always true.
        ok: bool,
        /// The installation, where there is one.
        installation: Option<Box<InstallationView>>,
    },
    /// It cannot be done.
    Refused {
        /// Always false.
        ok: bool,
        /// Why.
        error: AppError,
    },
}

/// Why a set-up event cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppError {
    /// A stable word.
    pub code: &'static str,
    /// What to do, short enough for the Marketplace's form.
    pub message: String,
    /// The whole message.
    pub details: String,
}

impl Admin {
    /// The installation without its secrets.
    ///
    /// # Errors
    /// 404, or our own failure.
    pub async fn show(&self, id: &str) -> Result<InstallationView, ApiError> {
        Ok(self.view(self.find(id).await?.as_ref()))
    }

    /// The latest messages, newest first.
    ///
    /// # Errors
    /// 404, or our own failure.
    pub async fn messages(&self, id: &str) -> Result<Page, ApiError> {
        self.find(id).await?;
        Ok(self.store.latest(id, None, 50).await?)
    }

    /// One message with every call that was made for it.
    ///
    /// # Errors
    /// 404, or our own failure.
    pub async fn message(&self, id: &str, message: &str) -> Result<MessageSummary, ApiError> {
        self.find(id).await?;
        let key = JournalKey::from_public_id(id, message).ok_or_else(ApiError::not_found)?;
        self.store.message(&key).await?.ok_or_else(ApiError::not_found)
    }

    pub(super) fn next_steps(&self, open: &OpenInstallation) -> Vec<NextStep> {
        let (channel, helpdesk) = (self.url(open, Route::Channel), self.url(open, Route::Helpdesk));
        let urls = Urls { channel: &channel, helpdesk: &helpdesk };
        let mut steps = open.channel.next_steps(&open.account(Side::Channel), &urls);
        steps.extend(open.helpdesk.next_steps(&open.account(Side::Helpdesk), &urls));
        let notices = open.channel.features().notices.iter().chain(open.helpdesk.features().notices);
        steps.extend(notices.map(NextStep::from));
        steps
    }

    pub(super) fn view(&self, open: &OpenInstallation) -> InstallationView {
        let installation = &open.installation;
        let url = |route| (!open.is_uninstalled()).then(|| self.url(open, route));
        let steps = (!open.is_uninstalled()).then(|| self.next_steps(open));
        InstallationView {
            id: installation.id.clone(),
            state: installation.state,
            channel: SideView::from(&installation.channel),
            helpdesk: SideView::from(&installation.helpdesk),
            settings: installation.options.clone(),
            channel_webhook_url: url(Route::Channel),
            helpdesk_webhook_url: url(Route::Helpdesk),
            settings_url: url(Route::Settings),
            next_steps: steps.as_ref().map(|steps| steps.iter().map(|step| step.sentence.clone()).collect()),
            steps,
            generated_secrets: BTreeMap::new(),
            problem: installation.problem.clone(),
            created_at: installation.created_at.rfc3339(),
            updated_at: installation.updated_at.rfc3339(),
        }
    }
}

#[cfg(test)]
mod tests;
