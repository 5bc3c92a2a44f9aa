//! Tests that the views have the fields that `infra/openapi.yaml` describes.

use crate::tools::millis::Millis;
use std::collections::BTreeSet;

use super::*;
use crate::{
    adapter::Failure,
    install::{HeardSide, KeyView, Keys, NewKey, RefusedView},
    model::heard::Refusal,
};

const OPENAPI: &str = include_str!("../../../../infra/openapi.yaml");

/// Returns the fields that a schema of the document always has, and all fields that it can have.
fn described(schema: &str) -> [BTreeSet<String>; 2] {
    let schemas = OPENAPI.split_once("\n  schemas:").unwrap().1;
    let after = schemas.split_once(&format!("\n    {schema}:\n")).unwrap().1;
    let lines = || after.lines().take_while(|line| line.starts_with("      "));
    let required = lines().find_map(|line| line.strip_prefix("      required: [")?.strip_suffix(']')).unwrap();
    let properties = lines().skip_while(|line| *line != "      properties:").skip(1);
    let properties = properties.take_while(|line| line.starts_with("        "));
    let names = properties.filter_map(|line| line.strip_prefix("        ")?.split_once(':'));
    let names = names.map(|(name, _)| name).filter(|name| !name.starts_with(' '));
    [
        required.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        names.map(str::to_owned).collect(),
    ]
}

fn fields(answer: &impl Serialize) -> BTreeSet<String> {
    serde_json::to_value(answer).unwrap().as_object().unwrap().keys().cloned().collect()
}

fn holds<T: Serialize>(schema: &str, least: &T, most: &T) {
    assert_eq!([fields(least), fields(most)], described(schema), "{schema}");
}

#[test]
fn answers_have_the_fields_that_the_document_describes() {
    let problem = Problem { code: "x".into(), message: "x".into() };
    let side = SideView { kind: "x".into(), settings: BTreeMap::new() };
    let least = InstallationView {
        id: "x".into(),
        state: InstallationState::Uninstalled,
        channel: side.clone(),
        helpdesk: side,
        account_names: AccountNames::default(),
        settings: Options::default(),
        channel_webhook_url: None,
        helpdesk_webhook_url: None,
        settings_url: None,
        next_steps: None,
        steps: None,
        generated_secrets: BTreeMap::new(),
        heard: HeardView::default(),
        problem: None,
        dead_letters_removed: None,
        created_at: Millis::default().rfc3339(),
        updated_at: Millis::default().rfc3339(),
    };
    let url = || Some("https://x".to_owned());
    let most = InstallationView {
        channel_webhook_url: url(),
        helpdesk_webhook_url: url(),
        settings_url: url(),
        next_steps: Some(Vec::new()),
        steps: Some(Vec::new()),
        generated_secrets: [("x".to_owned(), "x".to_owned())].into(),
        problem: Some(problem.clone()),
        dead_letters_removed: Some(1),
        ..least.clone()
    };
    assert_eq!(most.clone().seen_with(&Access::Admin), most);
    assert_eq!(most.clone().seen_with(&Access::Settings), InstallationView { settings_url: None, ..most.clone() });
    holds("Installation", &least, &most);
    holds("Problem", &problem, &problem);
    let account = AccountView { kind: "x".into(), account_name: None };
    let named = AccountView { account_name: Some("x".into()), ..account.clone() };
    holds("Account", &account, &named);
    let both = AccountNames { channel: Some("x".into()), helpdesk: Some("x".into()) };
    holds("AccountNames", &AccountNames::default(), &both);
    let least = InstallationSummary {
        id: "x".into(),
        state: InstallationState::Active,
        standing: Standing::NothingYet,
        steps: Progress::default(),
        problem: None,
        channel: account.clone(),
        helpdesk: account,
        heard: HeardView::default(),
        dead_letters: 0,
    };
    holds("InstallationSummary", &least, &InstallationSummary { problem: Some(problem.clone()), ..least.clone() });
    holds("Progress", &Progress::default(), &Progress::default());
    let list = InstallationList::default();
    holds("InstallationList", &list, &InstallationList { next: Some("x".into()), ..list.clone() });
    let (id, kind, host) = ("x".to_owned(), "x".to_owned(), "x".to_owned());
    let least = KeyView { id, kind, host, label: None, created_at: Millis::default().rfc3339() };
    let most = KeyView { label: Some("x".into()), ..least.clone() };
    holds("Key", &least, &most);
    let made = |view: &KeyView| NewKey { view: view.clone(), key: "x".into() };
    holds("NewKey", &made(&least), &made(&most));
    holds("Keys", &Keys { keys: Vec::new() }, &Keys { keys: vec![most] });
    let at = || Millis::default().rfc3339();
    let reason = Refusal::SignatureWrong;
    let refused = RefusedView { reason, count: 1, since: at(), latest_at: at() };
    holds("RefusedCalls", &refused, &refused);
    holds("HeardSide", &HeardSide::default(), &HeardSide { handshake_at: Some(at()), ..HeardSide::default() });
    holds("Heard", &HeardView::default(), &HeardView::default());
    for reason in Refusal::ALL {
        assert!(OPENAPI.contains(reason.word()), "{}", reason.word());
    }

    let step = NextStep::new("x", "x");
    let paste = NextStep::paste("x", "x", "x", str::to_owned).docs("https://x");
    holds("Step", &step, &paste);

    let good = SideReport::from(Ok(Vec::new()));
    let bad = SideReport::from(Err(Failure::Blocked { reason: "x".into() }));
    let limited = SideReport::from(Ok(vec![Fact::Quota { limit: Some(200), used: 181 }]));
    let quota = limited.quota.unwrap();
    holds("SideReport", &good, &SideReport { quota: limited.quota, ..bad.clone() });
    holds("Quota", &quota, &quota);
    let report = CheckReport {
        ok: true,
        standing: Standing::Working,
        state: InstallationState::Active,
        problem: None,
        channel: good,
        helpdesk: bad,
        findings: Vec::new(),
        heard: HeardView::default(),
        latest_message_at: None,
    };
    holds("CheckReport", &report, &report);
    let redriven = RedriveReport { redriven: 0, more: false };
    holds("RedriveReport", &redriven, &redriven);
    let discarded = DiscardReport { discarded: 0, more: false };
    holds("DiscardReport", &discarded, &discarded);
    let report = CatchUpReport { conversations: 1, queued: 1, next: None };
    holds("CatchUpReport", &report, &CatchUpReport { next: Some("x".into()), ..report.clone() });
    let last = DeadLetters::default();
    holds("DeadLetters", &last, &DeadLetters { next: Some("x".into()), ..last.clone() });
}
