//! The views that admins get as JSON. A test compares the fields of the structs with `infra/openapi.yaml`.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Serialize, Serializer};

use super::{
    Access, Admin, HeardView,
    findings::{Closed, Dead, Facts, Finding, Standing, Stray, target},
    heard,
};
use crate::{
    adapter::{Fact, Learned, Urls},
    installations::OpenInstallation,
    model::{
        heard::HeardSides,
        installation::{Installation, InstallationState, Options, Problem, Route, Side, SideSettings},
        steps::NextStep,
    },
    store::{DeadMessage, JournalKey, Listed, MessageSummary, Page},
    tools::answer::ApiError,
};

/// An installation without its secrets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InstallationView {
    /// The installation's id: 32 hex digits.
    pub id: String,
    /// The state of the installation.
    pub state: InstallationState,
    /// The channel's kind and settings.
    pub channel: SideView,
    /// The helpdesk's kind and settings.
    pub helpdesk: SideView,
    /// What the vendors call the accounts, as far as their checks tell.
    pub account_names: AccountNames,
    /// The options of the bridge's behaviour.
    #[serde(serialize_with = "every_option")]
    pub settings: Options,
    /// The URL that the channel calls; absent once the installation is uninstalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_webhook_url: Option<String>,
    /// The URL that the helpdesk calls; absent once the installation is uninstalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helpdesk_webhook_url: Option<String>,
    /// The URL of the admin's page with the settings key; absent once the installation is uninstalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings_url: Option<String>,
    /// The steps left to do by hand, one sentence each; absent once the installation is uninstalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_steps: Option<Vec<String>>,
    /// The steps of `next_steps` as data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<NextStep>>,
    /// The credentials that this request generated and that somebody else needs too, by the name of the setting.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub generated_secrets: BTreeMap<String, String>,
    /// When each side was last heard, and which of its calls were refused.
    pub heard: HeardView,
    /// The problem that needs a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// The number of dead letters that this uninstall removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_letters_removed: Option<u32>,
    /// The time at which the installation was made, as RFC 3339.
    pub created_at: String,
    /// The time of the last change, as RFC 3339.
    pub updated_at: String,
}

impl InstallationView {
    /// Returns the view for the holder of a key. The holder of a settings key does not get the page's URL, since it
    /// contains the settings key, which may have been replaced after the caller's key was checked.
    #[must_use]
    pub fn seen_with(self, access: &Access) -> Self {
        match access {
            Access::Admin | Access::Enrolment(_) => self,
            Access::Settings => Self { settings_url: None, ..self },
        }
    }
}

/// Writes all options, also those that the table holds only if they differ from their default.
fn every_option<S: Serializer>(options: &Options, serializer: S) -> Result<S::Ok, S::Error> {
    options.whole().serialize(serializer)
}

/// One side of an installation: its kind and its settings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SideView {
    /// The name of the kind.
    pub kind: String,
    /// The settings that are not secret.
    #[serde(flatten)]
    pub settings: BTreeMap<String, String>,
}

impl SideView {
    fn of(installation: &Installation, side: Side) -> Self {
        let SideSettings { kind, settings } = installation.side(side).clone();
        Self { kind, settings }
    }
}

/// What the vendors call the accounts of both sides, as far as their checks tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AccountNames {
    /// The channel's account: the bot, the page, the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The helpdesk's account or topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub helpdesk: Option<String>,
}

/// An installation at a glance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InstallationSummary {
    /// The installation's id: 32 hex digits.
    pub id: String,
    /// The state of the installation.
    pub state: InstallationState,
    /// How the installation stands, as far as this list tells.
    pub standing: Standing,
    /// The steps of the set-up.
    pub steps: Progress,
    /// The problem that needs a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// The channel's kind and account.
    pub channel: AccountView,
    /// The helpdesk's kind and account.
    pub helpdesk: AccountView,
    /// When each side was last heard, and which of its calls were refused.
    pub heard: HeardView,
    /// The number of dead letters, at most 1,000.
    pub dead_letters: u32,
}

/// The account of one side at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountView {
    /// The name of the kind.
    pub kind: String,
    /// What the vendor calls the account, if its check tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
}

impl AccountView {
    fn of(installation: &Installation, side: Side) -> Self {
        let account_name = installation.account_name(side).map(str::to_owned);
        Self { kind: installation.side(side).kind.clone(), account_name }
    }
}

/// A page of the list of installations, in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct InstallationList {
    /// The installations, without those that are uninstalled.
    pub installations: Vec<InstallationSummary>,
    /// Where the next page begins, for the query parameter `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The steps of the set-up of which the bridge sees whether they are done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// The number of these steps.
    pub all: usize,
    /// The number of those that are left.
    pub left: usize,
}

impl Progress {
    /// Counts steps.
    pub fn of(steps: &[NextStep]) -> Self {
        let seen = || steps.iter().filter(|step| step.shown_by.is_some());
        Self { all: seen().count(), left: seen().filter(|step| !step.done).count() }
    }
}

impl Admin {
    /// Returns what a list shows of an installation, without reading its secrets.
    fn summary(&self, Listed { installation, heard, dead }: Listed) -> InstallationSummary {
        let dead_letters = (dead > 0).then_some(Dead { side: Side::Helpdesk, reason: None });
        let steps = self.opened(&installation).map(|open| self.next_steps(&open, &heard)).unwrap_or_default();
        let facts = Facts { dead: dead_letters, steps: &steps, ..Facts::new(&installation, &heard) };
        let findings = facts.findings();
        InstallationSummary {
            steps: Progress::of(&steps),
            problem: heard::problem(&installation, &heard),
            state: installation.state,
            standing: Standing::of(installation.state, &findings),
            channel: AccountView::of(&installation, Side::Channel),
            helpdesk: AccountView::of(&installation, Side::Helpdesk),
            heard: HeardView::from(&heard),
            dead_letters: dead,
            id: installation.id,
        }
    }
}

/// The result of an install.
#[derive(Clone, Debug, PartialEq)]
pub struct Installed {
    /// Whether nothing joined these accounts before.
    pub is_new: bool,
    /// The installation.
    pub installation: InstallationView,
}

/// The result of checking both accounts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckReport {
    /// Whether both accounts accept their credentials and a person has nothing to do: no finding is an error or left to
    /// do.
    pub ok: bool,
    /// How the installation stands.
    pub standing: Standing,
    /// The state of the installation.
    pub state: InstallationState,
    /// The problem that needs a person.
    pub problem: Option<Problem>,
    /// The result of the channel's check.
    pub channel: SideReport,
    /// The result of the helpdesk's check.
    pub helpdesk: SideReport,
    /// What an admin should know, the most urgent first.
    pub findings: Vec<Finding>,
    /// When each side was last heard, and which of its calls were refused.
    pub heard: HeardView,
    /// The time at which the latest message was received.
    pub latest_message_at: Option<String>,
}

/// The result of checking the credentials of one side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SideReport {
    /// Whether the side accepts its credentials.
    pub ok: bool,
    /// The reason why the side refused them or could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The messages of this month, where the vendor tells how many the plan includes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
}

impl From<Learned> for SideReport {
    fn from(result: Learned) -> Self {
        match result {
            Ok(facts) => Self { ok: true, reason: None, quota: facts.iter().find_map(Quota::of) },
            Err(failure) => Self { ok: false, reason: Some(failure.explained([])), quota: None },
        }
    }
}

/// The messages that an account may send in this month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Quota {
    /// The number of messages that the plan includes; `null` if there is no limit.
    pub limit: Option<u64>,
    /// The number of messages that were sent.
    pub used: u64,
    /// The number of messages that are left; `null` if there is no limit.
    pub left: Option<u64>,
}

impl Quota {
    fn of(fact: &Fact) -> Option<Self> {
        let Fact::Quota { limit, used } = *fact else { return None };
        Some(Self { limit, used, left: limit.map(|limit| limit.saturating_sub(used)) })
    }
}

/// A message that the relay gave up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeadLetter {
    /// The journal item of the message.
    #[serde(flatten)]
    pub summary: MessageSummary,
    /// Whether a piece of the message is missing. Such a message can only be discarded.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub damaged: bool,
}

impl From<DeadMessage> for DeadLetter {
    fn from(DeadMessage { summary, damaged, .. }: DeadMessage) -> Self {
        Self { summary, damaged }
    }
}

/// A page of dead letters, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DeadLetters {
    /// The dead letters.
    pub messages: Vec<DeadLetter>,
    /// Where the next page begins, for the query parameter `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The result of removing dead letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DiscardReport {
    /// The number of messages that were removed, or would have been in a dry run.
    pub discarded: u32,
    /// Whether there may be more; then call again.
    pub more: bool,
}

/// The result of sending dead letters again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RedriveReport {
    /// The number of messages that were sent again, or would have been in a dry run.
    pub redriven: u32,
    /// Whether there may be more; then call again.
    pub more: bool,
}

/// The result of a call to catch up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CatchUpReport {
    /// The number of conversations that this call found in the journal.
    pub conversations: usize,
    /// The number of those that were put into the queue and will be read.
    pub queued: usize,
    /// Where the next call continues, for its `after`; left out if there are no more conversations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The answer to an event of the schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReconcileReport {
    /// Always true.
    pub ok: bool,
    /// The number of installations whose conversations will be read.
    pub installations: usize,
    /// The number of conversations that were put into the queue.
    pub queued: usize,
}

/// The answer to a set-up event of the Marketplace.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum AppAnswer {
    /// The event was carried out.
    Done {
        /// Always true.
        ok: bool,
        /// The installation, if there is one.
        installation: Option<Box<InstallationView>>,
    },
    /// The event was refused.
    Refused {
        /// Always false.
        ok: bool,
        /// The reason.
        error: AppError,
    },
}

/// The reason why a set-up event was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppError {
    /// A stable word for programs.
    pub code: &'static str,
    /// The message, shortened to what the Marketplace's form shows.
    pub message: String,
    /// The complete message.
    pub details: String,
}

/// The length of a page of the list of installations.
const LIST_PAGE: u16 = 30;
/// The numbers of messages and of dead letters on the page of an installation.
const PAGE_MESSAGES: u16 = 20;
const PAGE_DEAD: usize = 10;
/// The length of a page of the list of messages.
const MESSAGES_PAGE: u16 = 50;

/// What the page of an installation shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// The installation.
    pub installation: InstallationView,
    /// What the platforms are called.
    pub titles: AccountNames,
    /// Whether the channel has a call that sets the webhook URL.
    pub registers: bool,
    /// What an admin should know, the most urgent first.
    pub findings: Vec<Finding>,
    /// The latest messages, newest first, and where the older ones begin.
    pub latest: Page,
    /// The newest dead letters.
    pub dead: Vec<DeadLetter>,
    /// Whether there are more dead letters.
    pub has_more_dead: bool,
}

/// What the table knows about an installation.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) heard: HeardSides,
    steps: Vec<NextStep>,
    /// The latest messages, newest first, and where the older ones begin.
    pub(super) latest: Page,
    /// The newest dead letters.
    dead: Vec<DeadLetter>,
    has_more_dead: bool,
    brakes: Vec<Closed>,
    strays: Vec<Stray>,
}

impl Look {
    /// Returns what an admin should know, also about what the vendors just answered to the credentials.
    pub(super) fn findings(&self, installation: &Installation, accounts: &[(Side, &Learned)]) -> Vec<Finding> {
        let latest = self.dead.first().map(|letter| &letter.summary);
        let dead = latest.map(|latest| Dead { side: target(latest.direction), reason: latest.error.clone() });
        let is_all = self.latest.next.is_none();
        Facts {
            steps: &self.steps,
            messages: (&self.latest.messages, is_all),
            dead,
            brakes: &self.brakes,
            strays: &self.strays,
            accounts,
            ..Facts::new(installation, &self.heard)
        }
        .findings()
    }
}

impl Admin {
    /// Returns the installation whose page this settings key opens.
    ///
    /// # Errors
    /// 404 for a wrong key and for an unknown installation alike, 503 if one of our own services fails.
    pub async fn linked(&self, id: &str, key: &str) -> Result<Arc<OpenInstallation>, ApiError> {
        self.opened_by(id, key).await?.ok_or_else(ApiError::not_found)
    }

    /// Returns an installation for the holder of the admin key.
    ///
    /// # Errors
    /// 404 for an unknown installation, 503 if one of our own services fails.
    pub async fn installation(&self, id: &str) -> Result<Arc<OpenInstallation>, ApiError> {
        self.find(id).await
    }

    /// Returns what the page shows of an installation.
    ///
    /// # Errors
    /// 503 if one of our own services fails.
    pub async fn overview(&self, open: &OpenInstallation) -> Result<Overview, ApiError> {
        let look = self.look(open).await?;
        let title = |side| Some(open.side(side).adapter.features().title.to_owned());
        Ok(Overview {
            findings: look.findings(&open.installation, &[]),
            installation: self.view_of(open, &look.heard, look.steps),
            titles: AccountNames { channel: title(Side::Channel), helpdesk: title(Side::Helpdesk) },
            registers: open.channel.features().registers,
            latest: look.latest,
            dead: look.dead,
            has_more_dead: look.has_more_dead,
        })
    }

    /// Reads everything that findings are made of.
    pub(super) async fn look(&self, open: &OpenInstallation) -> Result<Look, ApiError> {
        let id = open.installation.id.as_str();
        // Each of these futures is large, and all of them together do not fit the stack of a debug build.
        let (heard, latest, (dead, has_more_dead), brakes, of_channel, of_helpdesk) = tokio::try_join!(
            Box::pin(async { Ok::<_, ApiError>(self.store.heard(id).await?) }),
            Box::pin(async { Ok(self.store.latest(id, None, PAGE_MESSAGES).await?) }),
            Box::pin(async { Ok(self.store.newest_dead(id, PAGE_DEAD).await?) }),
            Box::pin(async { Ok(self.closed_brakes(open).await?) }),
            Box::pin(self.strays(open, Side::Channel)),
            Box::pin(self.strays(open, Side::Helpdesk)),
        )?;
        let steps = self.next_steps(open, &heard);
        let strays = of_channel.into_iter().chain(of_helpdesk).collect();
        let dead = dead.into_iter().map(DeadLetter::from).collect();
        Ok(Look { heard, steps, latest, dead, has_more_dead, brakes, strays })
    }

    /// Returns the view of an installation, without its secrets.
    ///
    /// # Errors
    /// 404 for an unknown installation, 503 if one of our own services fails.
    pub async fn show(&self, id: &str) -> Result<InstallationView, ApiError> {
        let open = self.find(id).await?;
        self.view(&open).await
    }

    /// Returns a page of the installations that are not uninstalled, and that an enrolment key has made if one asks.
    /// `after` is where the page before ended.
    ///
    /// # Errors
    /// 503 if one of our own services fails.
    pub async fn list(&self, after: Option<&str>, access: &Access) -> Result<InstallationList, ApiError> {
        let (listed, next) = self.store.installations(after, LIST_PAGE).await?;
        let is_shown = |listed: &Listed| match access {
            Access::Admin => true,
            Access::Enrolment(key) => listed.installation.enrolled_by.as_deref() == Some(key.id.as_str()),
            Access::Settings => false,
        };
        let installations = listed.into_iter().filter(is_shown).map(|listed| self.summary(listed)).collect();
        Ok(InstallationList { installations, next })
    }

    /// Returns the latest 50 messages, newest first. `after` is the `next` of the page before.
    ///
    /// # Errors
    /// 404 for an unknown installation, 503 if one of our own services fails.
    pub async fn messages(&self, id: &str, after: Option<&str>) -> Result<Page, ApiError> {
        self.find(id).await?;
        Ok(self.store.latest(id, after, MESSAGES_PAGE).await?)
    }

    /// Returns one message with every call that was made for it.
    ///
    /// # Errors
    /// 404 for an unknown installation or message, 503 if one of our own services fails.
    pub async fn message(&self, id: &str, message: &str) -> Result<MessageSummary, ApiError> {
        self.find(id).await?;
        let key = JournalKey::from_public_id(id, message).ok_or_else(ApiError::not_found)?;
        self.store.message(&key).await?.ok_or_else(ApiError::not_found)
    }

    pub(super) fn next_steps(&self, open: &OpenInstallation, heard: &HeardSides) -> Vec<NextStep> {
        let (channel, helpdesk) = (self.url(open, Route::Channel), self.url(open, Route::Helpdesk));
        let urls = Urls { channel: &channel, helpdesk: &helpdesk };
        let mut steps = open.channel.next_steps(&open.account(Side::Channel), &urls);
        steps.extend(open.helpdesk.next_steps(&open.account(Side::Helpdesk), &urls));
        let notices = open.channel.features().notices.iter().chain(open.helpdesk.features().notices);
        steps.extend(notices.map(NextStep::from));
        steps.into_iter().map(|step| step.seen(heard)).collect()
    }

    /// Returns the view of an installation that was just read or written.
    pub(super) async fn view(&self, open: &OpenInstallation) -> Result<InstallationView, ApiError> {
        let heard = self.store.heard(&open.installation.id).await?;
        Ok(self.view_of(open, &heard, self.next_steps(open, &heard)))
    }

    fn view_of(&self, open: &OpenInstallation, heard: &HeardSides, steps: Vec<NextStep>) -> InstallationView {
        let installation = &open.installation;
        let url = |route| (!open.is_uninstalled()).then(|| self.url(open, route));
        let steps = (!open.is_uninstalled()).then_some(steps);
        InstallationView {
            id: installation.id.clone(),
            state: installation.state,
            channel: SideView::of(installation, Side::Channel),
            helpdesk: SideView::of(installation, Side::Helpdesk),
            account_names: AccountNames {
                channel: installation.channel_name.clone(),
                helpdesk: installation.helpdesk_name.clone(),
            },
            settings: installation.options.clone(),
            channel_webhook_url: url(Route::Channel),
            helpdesk_webhook_url: url(Route::Helpdesk),
            settings_url: url(Route::Settings),
            next_steps: steps.as_ref().map(|steps| steps.iter().map(|step| step.sentence.clone()).collect()),
            steps,
            generated_secrets: BTreeMap::new(),
            problem: heard::problem(installation, heard),
            heard: HeardView::from(heard),
            dead_letters_removed: None,
            created_at: installation.created_at.rfc3339(),
            updated_at: installation.updated_at.rfc3339(),
        }
    }
}

#[cfg(test)]
mod tests;
