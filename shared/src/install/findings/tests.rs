//! Tests of what an admin is told about an installation in each state.

use super::*;
use crate::{
    install::apply::blank,
    model::{heard::Heard, installation::SideSettings},
    tools::language::Language,
};

const CHANNEL_STEP: &str = "subscribe";

/// An installation whose facts a test changes.
struct Given {
    installation: Installation,
    heard: HeardSides,
    steps: Vec<NextStep>,
    messages: Vec<MessageSummary>,
    dead: Option<Dead>,
    brakes: Vec<Closed>,
    strays: Vec<Stray>,
    accounts: Vec<(Side, Learned)>,
}

impl Given {
    /// Both sides were heard, messages pass in both directions, and all steps are done.
    fn good() -> Self {
        let mut installation = blank(String::new(), now()).unwrap();
        installation.state = InstallationState::Active;
        installation.channel = SideSettings { kind: "whatsapp".into(), ..SideSettings::default() };
        installation.helpdesk = SideSettings { kind: "freshchat".into(), ..SideSettings::default() };
        let heard = || Heard { latest_at: Some(now()), ..Heard::default() };
        let step = |id, side| NextStep {
            done: true,
            ..NextStep::new(id, "Subscribe the app to the field messages.").shown_by(ShownBy::Call(side))
        };
        Self {
            installation,
            heard: HeardSides { channel: heard(), helpdesk: heard() },
            steps: vec![
                step(CHANNEL_STEP, Side::Channel),
                step("paste", Side::Helpdesk),
                NextStep::new("unseen", "Something that the bridge cannot see."),
            ],
            messages: vec![message("inbound", "done"), message("outbound", "done")],
            dead: None,
            brakes: Vec::new(),
            strays: Vec::new(),
            accounts: vec![(Side::Channel, Ok(Vec::new())), (Side::Helpdesk, Ok(Vec::new()))],
        }
    }

    fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut given = Self::good();
        change(&mut given);
        given
    }

    fn findings(&self) -> Vec<Finding> {
        let accounts: Vec<(Side, &Learned)> = self.accounts.iter().map(|(side, answer)| (*side, answer)).collect();
        Facts {
            steps: &self.steps,
            messages: (&self.messages, true),
            dead: self.dead.clone(),
            brakes: &self.brakes,
            strays: &self.strays,
            accounts: &accounts,
            ..Facts::new(&self.installation, &self.heard)
        }
        .findings()
    }

    /// Nothing was ever heard, as right after the install.
    fn unheard(&mut self) {
        self.heard = HeardSides::default();
        self.messages.clear();
    }

    fn undo_steps(&mut self) {
        self.steps.iter_mut().for_each(|step| step.done = false);
    }

    fn refuse(&mut self, reason: Refusal) {
        let calls = RefusedCalls { reason, count: 412, since: now(), latest_at: now() };
        self.heard.channel.refused.push(calls);
    }
}

fn message(direction: &'static str, state: &'static str) -> MessageSummary {
    let mut message = MessageSummary::default();
    message.direction = direction;
    message.state = state;
    message
}

/// How each state is told: the headline, whether all is well, and the code, side and state of each finding.
#[test]
fn each_state_has_its_findings_and_its_headline() {
    use FindingState::{Error, Todo, Waiting, Warning};
    use Side::{Channel, Helpdesk};
    let problem = |code: &str| Some(Problem { code: code.into(), message: "the token is too old".into() });
    let blocked = || Failure::Blocked { reason: "the token is too old".into() };
    let brake = |braked| Closed { braked, until: now(), reason: "Freshchat answered 500".into() };
    let waiting = || {
        let mut waiting = message("inbound", "claimed");
        waiting.error = Some("x answered 500".into());
        waiting
    };
    type Told = (&'static str, Side, FindingState);
    let cases: Vec<(&str, Given, Standing, bool, Vec<Told>)> = vec![
        ("good", Given::good(), Standing::Working, true, vec![]),
        (
            "nothing heard, steps left",
            Given::with(|it| {
                it.unheard();
                it.undo_steps();
            }),
            Standing::StepsLeft,
            false,
            vec![(CHANNEL_STEP, Channel, Todo), ("paste", Helpdesk, Todo)],
        ),
        (
            "nothing heard, no step that can be seen",
            Given::with(|it| {
                it.unheard();
                it.steps.truncate(0);
            }),
            Standing::NothingYet,
            false,
            vec![("never_heard", Channel, Todo), ("never_heard", Helpdesk, Todo)],
        ),
        (
            "the customer's side works, the helpdesk has a step left",
            Given::with(|it| {
                it.heard.helpdesk = Heard::default();
                it.steps[1].done = false;
                it.messages.truncate(1);
            }),
            Standing::StepsLeft,
            false,
            vec![("paste", Helpdesk, Todo)],
        ),
        (
            "half",
            Given::with(|it| {
                it.heard.helpdesk = Heard::default();
                it.messages.truncate(1);
                it.steps.truncate(1);
            }),
            Standing::Halfway,
            false,
            vec![("never_heard", Helpdesk, Todo)],
        ),
        (
            "both called, and no message of an agent has passed",
            Given::with(|it| it.messages.truncate(1)),
            Standing::Halfway,
            false,
            vec![("nothing_delivered", Helpdesk, Todo)],
        ),
        (
            "an old installation that is quiet",
            Given::with(|it| {
                it.messages.clear();
                it.installation.created_at = Millis::default();
            }),
            Standing::Working,
            true,
            vec![],
        ),
        (
            "refused calls",
            Given::with(|it| it.refuse(Refusal::SignatureWrong)),
            Standing::Working,
            true,
            vec![("refused_calls", Channel, Warning)],
        ),
        (
            "dropped calls",
            Given::with(|it| it.refuse(Refusal::UnreadTooMany)),
            Standing::NeedsAttention,
            false,
            vec![("refused_calls", Channel, Error)],
        ),
        (
            "braked",
            Given::with(|it| {
                it.brakes.push(brake(Braked::Messages(Helpdesk)));
                it.messages.push(waiting());
            }),
            Standing::InTrouble,
            true,
            vec![("brake_closed", Helpdesk, Waiting)],
        ),
        (
            "a message waits",
            Given::with(|it| it.messages.push(waiting())),
            Standing::Waiting,
            true,
            vec![("messages_waiting", Helpdesk, Waiting)],
        ),
        (
            "dead",
            Given::with(|it| it.dead = Some(Dead { side: Channel, reason: Some("x answered 500".into()) })),
            Standing::GivenUp,
            false,
            vec![("dead_letters", Channel, Error)],
        ),
        (
            "registering",
            Given::with(|it| it.installation.state = InstallationState::Registering),
            Standing::Registering,
            true,
            vec![("registering", Channel, Waiting)],
        ),
        (
            "registration failed",
            Given::with(|it| {
                it.installation.state = InstallationState::RegistrationFailed;
                it.installation.problem = problem(REGISTRATION_FAILED);
            }),
            Standing::NotRegistered,
            false,
            vec![("registration_failed", Channel, Error)],
        ),
        (
            "registration failed, then blocked",
            Given::with(|it| {
                it.installation.state = InstallationState::RegistrationFailed;
                it.installation.problem = problem("helpdesk_blocked");
            }),
            Standing::NeedsAttention,
            false,
            vec![("helpdesk_blocked", Helpdesk, Error), ("registration_failed", Channel, Error)],
        ),
        (
            "credentials refused",
            Given::with(|it| it.accounts[1].1 = Err(blocked())),
            Standing::NeedsAttention,
            false,
            vec![("credentials_refused", Helpdesk, Error)],
        ),
        (
            "no answer of a vendor",
            Given::with(|it| it.accounts[0].1 = Err(Failure::retry(Sentence::NoAnswer))),
            Standing::InTrouble,
            true,
            vec![("vendor_unavailable", Channel, Waiting)],
        ),
        (
            "every answer is refused",
            Given::with(|it| {
                let mut refused = message("outbound", "rejected");
                refused.error = Some("the number is no mobile number".into());
                it.messages = vec![message("inbound", "done"), refused.clone(), refused.clone(), refused];
            }),
            Standing::NeedsAttention,
            false,
            vec![("messages_refused", Channel, Error), ("nothing_delivered", Helpdesk, Todo)],
        ),
        (
            "quota, stray calls",
            Given::with(|it| {
                it.accounts[0].1 = Ok(vec![Fact::Quota { limit: Some(200), used: 181 }]);
                it.strays.push(Stray { side: Helpdesk, noun: "topic", id: "t-2".into(), latest_at: now() });
            }),
            Standing::Working,
            true,
            vec![("quota_nearly_used", Channel, Warning), ("stray_calls", Helpdesk, Warning)],
        ),
        (
            "uninstalled",
            Given::with(|it| {
                it.unheard();
                it.installation.state = InstallationState::Uninstalled;
            }),
            Standing::Removed,
            true,
            vec![],
        ),
    ];
    for (name, given, standing, ok, told) in cases {
        let findings = given.findings();
        assert_eq!(Standing::of(given.installation.state, &findings), standing, "{name}: {findings:?}");
        assert_eq!(is_ok(&findings), ok, "{name}: {findings:?}");
        let seen: Vec<_> = findings.iter().map(|finding| (&*finding.code, finding.side, finding.state)).collect();
        assert_eq!(seen, told, "{name}: {findings:?}");
        for Finding { cause, fix, .. } in &findings {
            assert!(!cause.is_empty() && !fix.is_empty() && !cause.ends_with('.') && !fix.ends_with('.'), "{name}");
        }
    }
}

/// Nobody is told to write while a step is left.
#[test]
fn steps_come_before_writing() {
    let given = Given::with(|it| {
        it.unheard();
        it.steps[1].done = false;
    });
    let findings = given.findings();
    let of_channel = findings.iter().find(|finding| finding.code == "never_heard").unwrap();
    assert_eq!((of_channel.side, &*of_channel.fix), (Side::Channel, Sentence::StepsFirst.to_string().as_str()));
    assert!(!findings.iter().any(|finding| finding.fix.contains("your own phone")), "{findings:?}");
}

#[test]
fn a_quota_that_is_nearly_used_is_a_finding() {
    let finding = |limit, used| quota(Side::Channel, &Fact::Quota { limit, used });
    assert_eq!((finding(None, 9_000), finding(Some(200), 180)), (None, None));
    assert_eq!(finding(Some(200), 181).unwrap().cause, "19 of 200 messages of this month are left");
}

#[test]
fn causes_and_remedies_are_read_in_the_readers_language() {
    let given = Given::with(|it| {
        it.dead = Some(Dead { side: Side::Channel, reason: Some(Sentence::NoConnection.to_string()) });
    });
    let finding = given.findings().remove(0);
    let german = |text: &str| Language::German.translate(text).into_owned();
    assert_eq!(
        german(&finding.cause),
        "Nachrichten wurden aufgegeben, die letzte aus diesem Grund: keine Verbindung zum Anbieter"
    );
    assert_eq!(german(&finding.fix), Language::German.say(Sentence::DeadFix).to_string());
}
