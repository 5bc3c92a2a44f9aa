//! What an admin should know about an installation, and what to do about it: one list, from which the answer to a check,
//! the page of an installation and its headline are made.

use std::{borrow::Cow, time::Duration};

use serde::Serialize;

use super::{heard::refused_lately, kind_of};
use crate::{
    adapter::{Adapter, Fact, Failure, Learned, settings::Setting},
    model::{
        heard::{HeardSides, Refusal, RefusedCalls},
        installation::{Installation, InstallationState, Problem, Side},
        steps::{NextStep, Notice, ShownBy},
    },
    outside::clock::now,
    store::{Braked, MessageSummary},
    tools::{millis::Millis, sentences::Sentence, words::words},
};

/// How long the journal certainly has every message.
const JOURNALED: Duration = Duration::from_secs(13 * 24 * 3_600);
/// The number of refused messages, among the latest, from which a side counts as one that refuses all.
const REFUSED: usize = 3;
/// The code of the finding that a brake is closed.
const BRAKE_CLOSED: &str = "brake_closed";
/// The code of the problem that the channel did not take the URL.
pub(super) const REGISTRATION_FAILED: &str = "registration_failed";

/// A fact that an admin should know, with what to do about it. Cause and fix are without a full stop.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// A stable word for programs. The finding about a step has the step's id.
    pub code: Cow<'static, str>,
    /// The side that the finding is about.
    pub side: Side,
    /// Who has to do something.
    pub state: FindingState,
    /// The fact.
    pub cause: Cow<'static, str>,
    /// The remedy.
    pub fix: Cow<'static, str>,
    /// How the installation stands, going by this finding alone.
    #[serde(skip)]
    pub standing: Standing,
}

impl Finding {
    /// Returns whether messages wait behind a brake, which an admin can take off.
    pub fn is_brake(&self) -> bool {
        self.code == BRAKE_CLOSED
    }

    fn new(
        code: impl Into<Cow<'static, str>>,
        side: Side,
        (state, standing): (FindingState, Standing),
        cause: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let clause = |text: String| match text.strip_suffix('.') {
            Some(clause) => clause.to_owned().into(),
            None => text.into(),
        };
        Self { code: code.into(), side, state, cause: clause(cause.into()), fix: clause(fix.into()), standing }
    }
}

/// Who has to do something about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingState {
    /// A person has to do something now: messages do not pass, or were given up.
    Error,
    /// A person has to do something before messages can pass, or before it is known that they do.
    Todo,
    /// The bridge waits, and goes on by itself.
    Waiting,
    /// Messages pass, but a person should look at it.
    Warning,
}

words!(FindingState { Error = "error", Todo = "todo", Waiting = "waiting", Warning = "warning" });

/// How an installation stands, in one word. The first that a finding tells is the one that counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// The installation is uninstalled.
    Removed,
    /// Something needs a person.
    NeedsAttention,
    /// The channel did not take the URL.
    NotRegistered,
    /// The channel is being told the URL.
    Registering,
    /// A vendor is in trouble, and messages wait.
    InTrouble,
    /// Messages were given up.
    GivenUp,
    /// Steps of the set-up are left.
    StepsLeft,
    /// Messages wait for another try.
    Waiting,
    /// No message has come through yet.
    NothingYet,
    /// Messages have come through in one direction.
    Halfway,
    /// Messages come through in both directions.
    #[default]
    Working,
}

words!(Standing {
    Removed = "uninstalled",
    NeedsAttention = "needs_attention",
    NotRegistered = "registration_failed",
    Registering = "registering",
    InTrouble = "in_trouble",
    GivenUp = "given_up",
    StepsLeft = "steps_left",
    Waiting = "waiting",
    NothingYet = "nothing_yet",
    Halfway = "halfway",
    Working = "working",
});

impl Standing {
    /// Returns how an installation with these findings stands.
    pub fn of(state: InstallationState, findings: &[Finding]) -> Self {
        let worst = findings.iter().map(|finding| finding.standing).min();
        if state.is_uninstalled() { Self::Removed } else { worst.unwrap_or_default() }
    }
}

/// Returns whether a list of findings leaves a person nothing to do.
pub(super) fn is_ok(findings: &[Finding]) -> bool {
    !findings.iter().any(|finding| matches!(finding.state, FindingState::Error | FindingState::Todo))
}

/// A brake that is closed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Closed {
    pub(super) braked: Braked,
    pub(super) until: Millis,
    pub(super) reason: String,
}

/// Calls that arrive for an address that no installation has.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stray {
    pub(super) side: Side,
    /// What the platform calls such an address.
    pub(super) noun: &'static str,
    pub(super) id: String,
    pub(super) latest_at: Millis,
}

/// Messages that were given up.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Dead {
    /// The side for which the latest of them was.
    pub(super) side: Side,
    pub(super) reason: Option<String>,
}

/// What is known about an installation. Whoever looks at many at once leaves the lists empty.
#[derive(Clone, Debug)]
pub(super) struct Facts<'a> {
    pub(super) installation: &'a Installation,
    pub(super) heard: &'a HeardSides,
    pub(super) steps: &'a [NextStep],
    /// The latest messages, and whether there are no others.
    pub(super) messages: (&'a [MessageSummary], bool),
    pub(super) dead: Option<Dead>,
    pub(super) brakes: &'a [Closed],
    pub(super) strays: &'a [Stray],
    /// What the vendors just answered to the credentials.
    pub(super) accounts: &'a [(Side, &'a Learned)],
}

impl<'a> Facts<'a> {
    /// Returns the facts that a list of installations shows.
    pub(super) fn new(installation: &'a Installation, heard: &'a HeardSides) -> Self {
        Self {
            installation,
            heard,
            steps: &[],
            messages: (&[], false),
            dead: None,
            brakes: &[],
            strays: &[],
            accounts: &[],
        }
    }

    /// Returns what an admin should know, the most urgent first.
    pub(super) fn findings(&self) -> Vec<Finding> {
        if self.installation.state.is_uninstalled() {
            return Vec::new();
        }
        let mut findings: Vec<Finding> = self.problems().collect();
        findings.extend(self.accounts.iter().filter_map(|(side, answer)| account(*side, answer)));
        findings.extend(self.brakes.iter().map(brake));
        findings.extend(self.dead.as_ref().map(dead));
        findings.extend(self.steps.iter().filter_map(step));
        findings.extend([Side::Channel, Side::Helpdesk].into_iter().filter_map(|side| self.waiting(side)));
        findings.extend([Side::Channel, Side::Helpdesk].into_iter().filter_map(|side| self.refuses(side)));
        findings.extend(self.unproven());
        findings.extend(refused_lately(self.heard).map(|(side, calls)| self.refused(side, calls)));
        findings.extend(self.strays.iter().map(stray));
        for side in [Side::Channel, Side::Helpdesk] {
            let notices = self.adapter(side).map(|adapter| adapter.features().notices);
            findings.extend(notices.into_iter().flatten().map(|it| notice(side, it)));
        }
        findings.sort_by_key(|finding| (finding.state, finding.standing));
        findings
    }

    fn adapter(&self, side: Side) -> Option<&'static dyn Adapter> {
        kind_of(side, &self.installation.side(side).kind).map(|(_, adapter)| adapter)
    }

    fn problems(&self) -> impl Iterator<Item = Finding> {
        let problem = self.installation.problem.as_ref();
        let of_problem = |problem: &Problem| {
            let code = problem.code.clone();
            if code == REGISTRATION_FAILED {
                return not_registered(problem.message.clone());
            }
            let is_helpdesk = code.starts_with(Side::Helpdesk.word());
            let side = if is_helpdesk { Side::Helpdesk } else { Side::Channel };
            let state = (FindingState::Error, Standing::NeedsAttention);
            Finding::new(code, side, state, problem.message.clone(), Sentence::BlockedFix)
        };
        let is_told = problem.is_some_and(|problem| problem.code == REGISTRATION_FAILED);
        let of_state = match self.installation.state {
            InstallationState::RegistrationFailed if !is_told => Some(not_registered(Sentence::UrlNotTaken.into())),
            InstallationState::Registering => {
                let state = (FindingState::Waiting, Standing::Registering);
                let (cause, fix) = (Sentence::ChannelIsTold, Sentence::RegisterIfStill);
                Some(Finding::new("registering", Side::Channel, state, cause, fix))
            }
            _ => None,
        };
        problem.map(of_problem).into_iter().chain(of_state)
    }

    /// Returns a finding if messages for a side wait for another try, and no brake tells of it.
    fn waiting(&self, side: Side) -> Option<Finding> {
        if self.brakes.iter().any(|closed| closed.braked == Braked::Messages(side)) {
            return None;
        }
        let (messages, _) = self.messages;
        let is_waiting = |message: &&MessageSummary| message.state == "claimed" && target(message.direction) == side;
        let reasons = || messages.iter().filter(is_waiting).filter_map(|message| message.error.as_deref());
        let cause = Sentence::MessagesWait { count: reasons().count(), reason: reasons().next()? };
        let state = (FindingState::Waiting, Standing::Waiting);
        Some(Finding::new("messages_waiting", side, state, cause, Sentence::TriesByItself))
    }

    /// Returns a finding if a side has refused all of the latest messages for it.
    fn refuses(&self, side: Side) -> Option<Finding> {
        let (messages, _) = self.messages;
        let of_side = || messages.iter().filter(|message| target(message.direction) == side);
        let is_refused = |message: &&MessageSummary| message.state == "rejected";
        if of_side().any(|message| message.state == "done") || of_side().filter(is_refused).count() < REFUSED {
            return None;
        }
        let reason = of_side().filter(is_refused).find_map(|message| message.error.as_deref())?;
        let state = (FindingState::Error, Standing::NeedsAttention);
        Some(Finding::new("messages_refused", side, state, Sentence::AllRefused { reason }, Sentence::AllRefusedFix))
    }

    /// Returns a finding for each side of which no message has come through yet.
    fn unproven(&self) -> Vec<Finding> {
        let missing = [Side::Channel, Side::Helpdesk].map(|side| Some((side, self.lacking(side)?)));
        let standing = if missing.iter().all(Option::is_some) { Standing::NothingYet } else { Standing::Halfway };
        let steps: Vec<Side> = self.steps.iter().filter_map(|step| side_of(step).filter(|_| !step.done)).collect();
        // That a side was not heard is what its own step says.
        let is_news = |(side, lacking): &(Side, Lacking)| *lacking == Lacking::Delivered || !steps.contains(side);
        let finding = |(side, lacking): (Side, Lacking)| {
            let (code, cause) = match (lacking, side) {
                (Lacking::Heard, Side::Channel) => ("never_heard", Sentence::ChannelNotHeard),
                (Lacking::Heard, Side::Helpdesk) => ("never_heard", Sentence::HelpdeskNotHeard),
                (Lacking::Delivered, Side::Channel) => ("nothing_delivered", Sentence::NoneToHelpdesk),
                (Lacking::Delivered, Side::Helpdesk) => ("nothing_delivered", Sentence::NoneToChannel),
            };
            let fix = match side {
                _ if !steps.is_empty() => Sentence::StepsFirst,
                Side::Channel => Sentence::WriteYourself,
                Side::Helpdesk => Sentence::AnswerYourself,
            };
            Finding::new(code, side, (FindingState::Todo, standing), cause, fix)
        };
        missing.into_iter().flatten().filter(is_news).map(finding).collect()
    }

    /// Returns what is lacking before it is known that messages of a side come through.
    fn lacking(&self, side: Side) -> Option<Lacking> {
        let (messages, is_all) = self.messages;
        let is_of_side = |message: &MessageSummary| source(message.direction) == Some(side);
        if messages.iter().any(|message| is_of_side(message) && message.state == "done") {
            return None;
        }
        if self.heard.side(side).latest_at.is_none() {
            return Some(Lacking::Heard);
        }
        let is_whole_life = is_all && now().since(self.installation.created_at) < JOURNALED;
        is_whole_life.then_some(Lacking::Delivered)
    }

    fn refused(&self, side: Side, calls: &RefusedCalls) -> Finding {
        let what = match calls.reason {
            Refusal::SignatureWrong => Sentence::WithWrongSignature,
            Refusal::SignatureMissing => Sentence::WithoutSignature,
            Refusal::SignatureStale => Sentence::WithStaleSignature,
            Refusal::HandshakeWrong => Sentence::WithWrongHandshake,
            Refusal::TooLarge => Sentence::WithLongBody,
            Refusal::Unreadable => Sentence::WithUnreadableBody,
            Refusal::UnreadTooMany => Sentence::UnreadBeyondLimit,
            Refusal::UnreadTooLong => Sentence::UnreadBeyondSize,
        };
        let (what, since, latest) = (what.to_string(), calls.since.rfc3339(), calls.latest_at.rfc3339());
        let cause = Sentence::RefusedCalls { count: calls.count, what: &what, since: &since, latest: &latest };
        let fix = match calls.reason {
            Refusal::SignatureWrong | Refusal::SignatureMissing => self.check_keys(side),
            Refusal::SignatureStale => Sentence::CheckClocks.into(),
            Refusal::HandshakeWrong => Sentence::CheckHandshake.into(),
            Refusal::TooLarge => Sentence::SendLess.into(),
            Refusal::Unreadable => Sentence::CheckCaller.into(),
            Refusal::UnreadTooMany | Refusal::UnreadTooLong => Sentence::UpdateBridge.into(),
        };
        let state = match calls.reason.is_dropped() {
            true => (FindingState::Error, Standing::NeedsAttention),
            false => (FindingState::Warning, Standing::Working),
        };
        Finding::new("refused_calls", side, state, cause, fix)
    }

    /// Names the settings by which the platform's calls are verified, which an admin may have copied from elsewhere.
    fn check_keys(&self, side: Side) -> String {
        let Some(adapter) = self.adapter(side) else { return Sentence::CheckCaller.into() };
        let is_given = |setting: &&Setting| setting.signs && !setting.internal;
        let keys: Vec<String> = adapter.settings().iter().filter(is_given).map(check_key).collect();
        if keys.is_empty() {
            let fix = if adapter.features().registers { Sentence::RegisterForKey } else { Sentence::CheckCaller };
            return fix.into();
        }
        keys.join("; ")
    }
}

/// What is lacking before it is known that messages of a side come through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lacking {
    /// The side has called.
    Heard,
    /// A message of the side was delivered.
    Delivered,
}

fn check_key(setting: &Setting) -> String {
    Sentence::CheckKey { name: setting.name, should_be: setting.help }.into()
}

/// Returns the side for which messages of a direction are.
pub(super) fn target(direction: &str) -> Side {
    if direction == "outbound" { Side::Channel } else { Side::Helpdesk }
}

/// Returns the side whose people wrote the messages of a direction.
fn source(direction: &str) -> Option<Side> {
    match direction {
        "inbound" => Some(Side::Channel),
        "outbound" => Some(Side::Helpdesk),
        _ => None,
    }
}

/// Returns the side on which the bridge sees that a step is done.
fn side_of(step: &NextStep) -> Option<Side> {
    Some(match step.shown_by? {
        ShownBy::Handshake => Side::Channel,
        ShownBy::Call(side) => side,
    })
}

fn step(step: &NextStep) -> Option<Finding> {
    let side = side_of(step).filter(|_| !step.done)?;
    let state = (FindingState::Todo, Standing::StepsLeft);
    Some(Finding::new(step.id, side, state, Sentence::StepToDo, step.sentence.clone()))
}

fn not_registered(cause: String) -> Finding {
    let state = (FindingState::Error, Standing::NotRegistered);
    Finding::new(REGISTRATION_FAILED, Side::Channel, state, cause, Sentence::RegisterFix)
}

fn account(side: Side, answer: &Learned) -> Option<Finding> {
    let state = (FindingState::Error, Standing::NeedsAttention);
    match answer {
        Ok(facts) => facts.iter().find_map(|fact| quota(side, fact)),
        Err(failure @ Failure::Retry { .. }) => {
            let state = (FindingState::Waiting, Standing::InTrouble);
            Some(Finding::new("vendor_unavailable", side, state, failure.explained([]), Sentence::AskAgain))
        }
        Err(failure) => {
            Some(Finding::new("credentials_refused", side, state, failure.explained([]), Sentence::CredentialsFix))
        }
    }
}

/// Returns the finding that less than a tenth of the messages of a month is left.
fn quota(side: Side, fact: &Fact) -> Option<Finding> {
    let Fact::Quota { limit: Some(limit), used } = *fact else { return None };
    let left = limit.saturating_sub(used);
    let state = (FindingState::Warning, Standing::Working);
    let is_low = left.saturating_mul(10) < limit;
    let cause = Sentence::QuotaLeft { left, limit };
    is_low.then(|| Finding::new("quota_nearly_used", side, state, cause, Sentence::QuotaFix))
}

fn brake(Closed { braked, until, reason }: &Closed) -> Finding {
    let until = until.max(&now()).rfc3339();
    let (until, reason) = (until.as_str(), reason.as_str());
    let cause = match braked {
        Braked::Messages(_) => Sentence::BrakeClosed { until, reason },
        Braked::Downloads(_) => Sentence::DownloadsBraked { until, reason },
    };
    let state = (FindingState::Waiting, Standing::InTrouble);
    Finding::new(BRAKE_CLOSED, braked.side(), state, cause, Sentence::BrakeOpens)
}

fn dead(Dead { side, reason }: &Dead) -> Finding {
    let cause = match reason {
        Some(reason) => Sentence::DeadBecause { reason },
        None => Sentence::DeadLetters,
    };
    Finding::new("dead_letters", *side, (FindingState::Error, Standing::GivenUp), cause, Sentence::DeadFix)
}

fn stray(Stray { side, noun, id, latest_at }: &Stray) -> Finding {
    let at = latest_at.rfc3339();
    let cause = Sentence::StrayCalls { noun, id, at: &at };
    let state = (FindingState::Warning, Standing::Working);
    Finding::new("stray_calls", *side, state, cause, Sentence::StrayFix { noun })
}

fn notice(side: Side, notice: &Notice) -> Finding {
    let Notice { code, cause, fix, .. } = *notice;
    Finding::new(code, side, (FindingState::Warning, Standing::Working), cause, fix)
}

#[cfg(test)]
mod tests;
