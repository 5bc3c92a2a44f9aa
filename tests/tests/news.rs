//! Tests of what contacts read about their conversation: what happened to it, the question for a rating, the greeting.

use std::sync::Arc;

use byoc_tests::{Rig, eventually, every_channel, texts};
use byoc_vendors::{
    channel::{custom::App, viber::Viber},
    fault::{Fault, How},
    helpdesk::{
        deskie::DeskieSim,
        freshchat::{FreshchatSim, Webhooks},
    },
    people::{ChannelSim, HelpdeskSim, Saying},
};
use serde_json::{Value, json};

const QUESTION: &str = "How satisfied are you with our answer?";

/// Changes the installation.
async fn set(rig: &Rig, patch: Value) {
    let path = format!("/installations/{}", rig.bridge.installation_id());
    let (status, body) = rig.bridge.admin("PATCH", &path, Some(&patch)).await.unwrap();
    assert_eq!(status, 200, "{body}");
}

/// Returns a helpdesk of each kind that tells what happens to conversations, by each of its ways.
fn helpdesks() -> Vec<(&'static str, Arc<dyn HelpdeskSim>)> {
    let mut all: Vec<(&'static str, Arc<dyn HelpdeskSim>)> = Vec::new();
    for webhooks in [Webhooks::Classic, Webhooks::Marketplace2, Webhooks::Marketplace3] {
        all.push(("freshchat", Arc::new(FreshchatSim::demo().unwrap().with_webhooks(webhooks))));
    }
    all.push(("deskie", Arc::new(DeskieSim::demo().unwrap().with_rules())));
    all.push(("deskie", Arc::new(DeskieSim::demo().unwrap().with_rules().with_json_webhook())));
    all
}

async fn start(channel: &str, helpdesk: (&'static str, Arc<dyn HelpdeskSim>)) -> Rig {
    Rig::start_with(channel, helpdesk.0, |settings| settings.helpdesk = helpdesk.1).await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_texts_nothing_is_told() {
    for helpdesk in helpdesks() {
        let rig = start("viber", helpdesk).await;
        rig.customer_says("My pump leaks.").await;
        let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
        rig.bridge.helpdesk.assign(&contact).await.unwrap();
        rig.bridge.helpdesk.resolve(&contact).await.unwrap();
        rig.bridge.helpdesk.reopen(&contact).await.unwrap();
        rig.settled().await;
        rig.exactly_at_channel(0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_read_what_happens_to_their_question_once() {
    for helpdesk in helpdesks() {
        let kind = helpdesk.0;
        let rig = start("viber", helpdesk).await;
        let texts_of = json!({
            "text_on_assign": "{agent} takes care of you, {contact}.", "text_on_resolve": "Solved by {agent}.",
            "text_on_reopen": "We look again.",
        });
        set(&rig, json!({ "settings": texts_of })).await;
        rig.customer_says("My pump leaks.").await;
        let seen = rig.exactly_at_helpdesk(1).await.remove(0);
        let (contact, name) = (seen.contact, seen.from);
        rig.bridge.helpdesk.assign(&contact).await.unwrap();
        let mut expected = vec![format!("Ines Halvorsund takes care of you, {name}.")];
        assert_eq!(texts(&rig.exactly_at_channel(1).await), expected, "{kind}");
        for _ in 0..2 {
            rig.bridge.helpdesk.resolve(&contact).await.unwrap();
            // A repeat of the same is no news.
            rig.bridge.helpdesk.resolve(&contact).await.unwrap();
            rig.bridge.helpdesk.reopen(&contact).await.unwrap();
            expected.extend(["Solved by Ines Halvorsund.", "We look again."].map(str::to_owned));
            assert_eq!(texts(&rig.exactly_at_channel(expected.len()).await), expected, "{kind}");
        }
        assert_eq!(rig.notes(), [], "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_channel_shows_what_happens_to_a_question() {
    every_channel(|channel, _| async move {
        for helpdesk in [helpdesks().remove(0), helpdesks().remove(3)] {
            let kind = helpdesk.0;
            let rig = start(channel, helpdesk).await;
            let texts_of = json!({
                "text_on_assign": "{agent} answers.", "text_on_resolve": "Solved.", "text_on_reopen": "Open again.",
            });
            set(&rig, json!({ "settings": texts_of })).await;
            rig.customer_says("Hi").await;
            let contact = rig.exactly_at_helpdesk(1).await.remove(0).contact;
            rig.bridge.helpdesk.assign(&contact).await.unwrap();
            rig.bridge.helpdesk.resolve(&contact).await.unwrap();
            rig.bridge.helpdesk.reopen(&contact).await.unwrap();
            let seen = rig.exactly_at_channel(3).await;
            let expected = ["Ines Halvorsund answers.", "Solved.", "Open again."];
            let is_right = seen.iter().zip(expected).all(|(seen, text)| seen.text.contains(text));
            assert!(is_right, "{channel} {kind}: {:?}", texts(&seen));
            assert_eq!(rig.notes(), [], "{channel} {kind}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assignment_names_the_agent() {
    for helpdesk in helpdesks() {
        let kind = helpdesk.0;
        let rig = start("telegram", helpdesk).await;
        set(&rig, json!({"settings": {"text_on_assign": "{agent} answers you."}})).await;
        rig.customer_says("Hi").await;
        let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
        rig.bridge.helpdesk.assign(&contact).await.unwrap();
        assert_eq!(texts(&rig.exactly_at_channel(1).await), ["Ines Halvorsund answers you."], "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rating_goes_to_the_helpdesk_and_reopens_nothing() {
    every_channel(|channel, _| async move {
        for (kind, helpdesk) in [helpdesks().remove(0), helpdesks().remove(3)] {
            let rig = start(channel, (kind, helpdesk)).await;
            set(&rig, json!({"settings": {"ask_rating": true, "text_on_resolve": "Solved."}})).await;
            rig.customer_says("Hi").await;
            let seen = rig.exactly_at_helpdesk(1).await.remove(0);
            rig.bridge.helpdesk.resolve(&seen.contact).await.unwrap();
            let asked = eventually("the question", async || {
                let all = texts(&rig.at_channel()).join("\n");
                (all.contains("Solved.") && all.contains(QUESTION) && all.contains('5')).then_some(all)
            })
            .await;
            rig.settled().await;
            rig.customer_says("4").await;
            if kind == "freshchat" {
                let rated = eventually("the rating", async || rig.bridge.helpdesk.ratings().pop()).await;
                assert_eq!(rated, (seen.conversation.clone().unwrap(), 4), "{channel}: {asked}");
                rig.settled().await;
                assert_eq!(rig.notes(), [], "{channel}");
            } else {
                let note = eventually("the note", async || rig.notes().pop()).await;
                assert!(note.text.contains("4 of 5"), "{channel}: {note:?}");
            }
            rig.exactly_at_helpdesk(1).await;
            // The next number is an ordinary message.
            rig.customer_says("5").await;
            let last = rig.exactly_at_helpdesk(2).await.remove(1);
            assert_eq!(last.text, "5", "{channel} {kind}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rating_that_is_refused_becomes_a_note() {
    let freshchat = Arc::new(FreshchatSim::demo().unwrap());
    let rig = start("viber", ("freshchat", freshchat.clone())).await;
    set(&rig, json!({"settings": {"ask_rating": true, "rating_question": "Well?"}})).await;
    rig.customer_says("Hi").await;
    let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
    rig.bridge.helpdesk.resolve(&contact).await.unwrap();
    eventually("the question", async || texts(&rig.at_channel()).join("\n").contains("Well?").then_some(())).await;
    rig.settled().await;
    freshchat.faults().add(Fault::next(How::Status(400)).at("csat"));
    rig.customer_says("2").await;
    let note = eventually("the note", async || rig.notes().pop()).await;
    assert!(note.text.contains("2 of 5"), "{note:?}");
    assert_eq!(freshchat.ratings(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn anything_but_a_number_is_a_message_and_ends_the_question() {
    let rig = start("viber", helpdesks().remove(0)).await;
    set(&rig, json!({"settings": {"ask_rating": true}})).await;
    rig.customer_says("Hi").await;
    let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
    rig.bridge.helpdesk.resolve(&contact).await.unwrap();
    eventually("the question", async || texts(&rig.at_channel()).join("\n").contains(QUESTION).then_some(())).await;
    rig.settled().await;
    rig.customer_says("It leaks again.").await;
    rig.exactly_at_helpdesk(2).await;
    rig.customer_says("3").await;
    assert_eq!(texts(&rig.exactly_at_helpdesk(3).await), ["Hi", "It leaks again.", "3"]);
    assert_eq!(rig.bridge.helpdesk.ratings(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_channel_does_not_take_is_not_told_to_anybody() {
    every_channel(|channel, _| async move {
        let rig = start(channel, helpdesks().remove(0)).await;
        set(&rig, json!({"settings": {"text_on_resolve": "Solved."}})).await;
        rig.customer_says("Hi").await;
        let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
        rig.bridge.channel.faults().add(Fault::next(How::Status(400)));
        rig.bridge.helpdesk.resolve(&contact).await.unwrap();
        // What agents write arrives afterwards.
        rig.agent_says("Anything else?").await;
        eventually("the answer", async || {
            texts(&rig.at_channel()).iter().any(|text| text.contains("Anything else?")).then_some(())
        })
        .await;
        rig.settled().await;
        assert_eq!(rig.bridge.helpdesk.failures(), [] as [&str; 0], "{channel}");
    })
    .await;
}

/// Returns a bridge from the company's own app, which asks for what happens to conversations.
async fn with_app(helpdesk: (&'static str, Arc<dyn HelpdeskSim>), app: &App) -> Rig {
    let channel = Arc::new(app.clone());
    Rig::start_with("custom", helpdesk.0, |settings| {
        settings.channel = channel;
        settings.helpdesk = helpdesk.1;
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_asks_for_it_hears_what_happens_to_a_conversation() {
    for helpdesk in helpdesks() {
        let (kind, app) = (helpdesk.0, App::demo().unwrap().with_states());
        let rig = with_app(helpdesk, &app).await;
        rig.customer_says("My pump leaks.").await;
        let contact = rig.exactly_at_helpdesk(1).await.remove(0).contact;
        rig.bridge.helpdesk.assign(&contact).await.unwrap();
        rig.bridge.helpdesk.resolve(&contact).await.unwrap();
        rig.bridge.helpdesk.reopen(&contact).await.unwrap();
        let expected = ["assigned", "resolved", "reopened"].map(|state| (app.customer().to_owned(), state.to_owned()));
        eventually("the states", async || (app.states().len() >= expected.len()).then_some(())).await;
        rig.settled().await;
        assert_eq!(app.states(), expected, "{kind}");
        // The same news by another call are none.
        rig.bridge.helpdesk.reopen(&contact).await.unwrap();
        rig.settled().await;
        assert_eq!(app.states(), expected, "{kind}");
        // Customers and agents see nothing of it.
        rig.exactly_at_channel(0).await;
        assert_eq!(rig.notes(), [], "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_the_app_cannot_take_comes_again_and_what_it_refuses_holds_up_nothing() {
    for (how, expected) in [(How::Status(503), 1), (How::Status(400), 0)] {
        let app = App::demo().unwrap().with_states();
        let rig = with_app(helpdesks().remove(0), &app).await;
        rig.customer_says("Hi").await;
        let contact = rig.exactly_at_helpdesk(1).await.remove(0).contact;
        rig.bridge.channel.faults().add(Fault::next(how));
        rig.bridge.helpdesk.resolve(&contact).await.unwrap();
        let _fast = rig.fast_time();
        rig.agent_says("Anything else?").await;
        assert_eq!(texts(&rig.exactly_at_channel(1).await), ["Anything else?"]);
        assert_eq!(app.states().len(), expected, "{expected}");
        assert_eq!(rig.bridge.helpdesk.failures(), [] as [&str; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_opens_a_conversation_is_greeted_once() {
    let freshchat = Arc::new(FreshchatSim::demo().unwrap());
    let rig = start("viber", ("freshchat", freshchat.clone())).await;
    set(&rig, json!({"helpdesk": {"welcome": "yes", "text_when_closed": "We are closed until Monday."}})).await;
    rig.say("ana", "Hi").await;
    assert_eq!(texts(&rig.exactly_at_channel(1).await), ["Good day to you!"]);
    rig.say("ana", "Hello?").await;
    rig.exactly_at_helpdesk(2).await;
    rig.exactly_at_channel(1).await;
    freshchat.close(true);
    rig.say("boris", "Hi").await;
    let expected = ["Good day to you!", "Good day to you!", "We are closed until Monday."];
    assert_eq!(texts(&rig.exactly_at_channel(3).await), expected);
    assert_eq!(rig.notes(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_contact_is_told_nothing_and_nobody_hears_of_it() {
    let viber = Arc::new(Viber::demo().unwrap());
    let (channel, (kind, helpdesk)) = (viber.clone(), helpdesks().remove(0));
    let rig = Rig::start_with("viber", kind, |settings| {
        settings.channel = channel;
        settings.helpdesk = helpdesk;
    })
    .await;
    set(&rig, json!({"settings": {"text_on_resolve": "Solved.", "ask_rating": true}})).await;
    rig.customer_says("Hi").await;
    let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
    viber.unsubscribe(rig.bridge.channel.customer()).await.unwrap();
    rig.settled().await;
    rig.bridge.helpdesk.resolve(&contact).await.unwrap();
    rig.settled().await;
    rig.exactly_at_channel(0).await;
    assert_eq!(rig.bridge.helpdesk.failures(), [] as [&str; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_conversations_get_the_group_and_the_priority_of_the_installation() {
    let freshchat = Arc::new(FreshchatSim::demo().unwrap());
    let rig = start("viber", ("freshchat", freshchat.clone())).await;
    set(&rig, json!({"helpdesk": {"assigned_group_id": byoc_vendors::helpdesk::freshchat::GROUP, "priority": "High"}}))
        .await;
    rig.customer_says("Hi").await;
    rig.exactly_at_helpdesk(1).await;
    let conversation = freshchat.conversations().remove(0);
    assert_eq!(conversation["assigned_group_id"], byoc_vendors::helpdesk::freshchat::GROUP);
    assert_eq!(conversation["properties"]["priority"], "High");
    let properties = freshchat.users().remove(0)["properties"].clone();
    assert!(properties.to_string().contains("channel_address"), "{properties}");
    // What the account does not have costs nothing.
    let rig = start("viber", ("freshchat", Arc::new(FreshchatSim::demo().unwrap()))).await;
    set(&rig, json!({"helpdesk": {"assigned_group_id": "nobody"}})).await;
    rig.customer_says("Hi").await;
    rig.exactly_at_helpdesk(1).await;

    let deskie = Arc::new(DeskieSim::demo().unwrap());
    let rig = start("telegram", ("deskie", deskie.clone())).await;
    let settings = json!({"group_id": "44", "priority": "high", "labels": "101", "custom_fields": "cf_20=gold",
        "language_id": "en=3, de=4"});
    set(&rig, json!({ "helpdesk": settings })).await;
    rig.customer_says("Hi").await;
    rig.exactly_at_helpdesk(1).await;
    let case = deskie.cases().remove(0);
    assert_eq!((&case["priority"], &case["labels"]), (&json!("high"), &json!([101])), "{case}");
    assert_eq!(case["custom_fields"], json!({"cf_20": "gold"}));
}

/// Returns what a channel tells of its usual customer with the first message: the name, the telephone number, the
/// language and the country.
fn told_by(channel: &str) -> [Option<&'static str>; 4] {
    match channel {
        "apple" => [None; 4],
        "bird" | "messagebird" => [None, Some("+447700900161"), None, None],
        "custom" => [Some("Iryna Bondar"), None, None, None],
        "instagram" | "messenger" => [Some("Sam Example"), None, None, None],
        "line" => [Some("Mirai Hoshizora"), None, Some("ja"), None],
        "rcs" => [None, Some("+447700900123"), None, None],
        "telegram" => [Some("Iryna"), None, Some("uk"), None],
        "twilio" => [None, Some("+12025550123"), None, None],
        "viber" => [Some("Lorna Featherby"), None, Some("uk"), Some("UA")],
        "whatsapp" => [Some("Sam Example"), Some("+16505550123"), None, None],
        _ => panic!("{channel} needs a row here"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_channel_tells_of_a_customer_is_in_the_profile() {
    every_channel(|channel, _| async move {
        let [name, phone, language, country] = told_by(channel);
        let freshchat = Arc::new(FreshchatSim::demo().unwrap());
        let rig = start(channel, ("freshchat", freshchat.clone())).await;
        rig.customer_says("Hi").await;
        rig.exactly_at_helpdesk(1).await;
        let user = freshchat.users().remove(0);
        let names = [&user["first_name"], &user["last_name"]].map(|name| name.as_str().unwrap_or_default());
        let stand_in = phone.map_or_else(|| format!("{channel} user"), str::to_owned);
        assert_eq!(names.join(" ").trim(), name.unwrap_or(&stand_in), "{channel}");
        assert_eq!(user["phone"].as_str(), phone, "{channel}");
        let property = |wanted: &str| {
            let mut all = user["properties"].as_array().unwrap().iter();
            all.find(|property| property["name"] == wanted).and_then(|property| property["value"].as_str())
        };
        assert_eq!([property("language"), property("country")], [language, country], "{channel}");
        assert_eq!(
            [property("channel"), property("channel_address")],
            [Some(channel), Some(rig.bridge.channel.customer())]
        );

        let deskie = Arc::new(DeskieSim::demo().unwrap());
        let rig = start(channel, ("deskie", deskie.clone())).await;
        set(&rig, json!({"helpdesk": {"language_id": "uk=3, ja=4"}})).await;
        rig.customer_says("Hi").await;
        rig.exactly_at_helpdesk(1).await;
        let user = deskie.users().remove(0);
        assert_eq!(user["user_full_name"], name.unwrap_or_default(), "{channel}");
        assert_eq!(user["user_phone"], phone.unwrap_or_default(), "{channel}");
        let expected = language.map_or(2, |language| if language == "uk" { 3 } else { 4 });
        assert_eq!(deskie.cases()[0]["language_id"], expected, "{channel}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_edits_in_a_profile_stays_when_the_channel_tells_another_name() {
    let app = App::demo().unwrap();
    let freshchat = Arc::new(FreshchatSim::demo().unwrap().with_webhooks(Webhooks::Marketplace3));
    let rig = with_app(("freshchat", freshchat.clone()), &app).await;
    let named = |name: &str| {
        Saying::Raw(json!({"contact": {"id": app.customer(), "name": name}, "parts": [{"type": "text", "text": "Hi"}]}))
    };
    let name = || freshchat.users()[0]["first_name"].clone();
    for (count, written, shown) in [(1, "Iryna", "Iryna"), (2, "Ira", "Ira")] {
        rig.bridge.channel.say(app.customer(), named(written)).await.unwrap();
        rig.exactly_at_helpdesk(count).await;
        rig.settled().await;
        assert_eq!(name(), shown);
    }
    let contact = rig.at_helpdesk()[0].contact.clone();
    freshchat.edit_user(&contact, json!({"first_name": "Mrs Bondar"})).await.unwrap();
    rig.settled().await;
    rig.bridge.channel.say(app.customer(), named("Irka")).await.unwrap();
    rig.exactly_at_helpdesk(3).await;
    rig.settled().await;
    assert_eq!(name(), "Mrs Bondar");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_channel_like_mail_a_case_has_the_subject_of_its_message() {
    let deskie = Arc::new(DeskieSim::demo().unwrap().with_async_channel());
    let rig = start("viber", ("deskie", deskie.clone())).await;
    rig.customer_says("Where is my parcel?\nIt was due on Monday.").await;
    let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
    assert_eq!(deskie.cases()[0]["subject"], "Where is my parcel?");
    rig.bridge.helpdesk.resolve(&contact).await.unwrap();
    let shown = rig.installation_shows("the type", |shown| shown["helpdesk"]["channel_type"] == "async").await;
    assert_eq!(shown["helpdesk"]["channel"], "cch207");
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_have_names_at_deskie_too() {
    let rig = start("viber", ("deskie", Arc::new(DeskieSim::demo().unwrap()))).await;
    set(&rig, json!({"settings": {"agent_name": true}})).await;
    rig.customer_says("Hi").await;
    rig.exactly_at_helpdesk(1).await;
    rig.agent_says("Hello").await;
    let seen = rig.exactly_at_channel(1).await.remove(0);
    assert!(format!("{} {}", seen.from, seen.text).contains("Ines Halvorsund"), "{seen:?}");
}
