//! Tests of catching up: agents wrote while no webhook arrived, and the bridge reads it at the helpdesk.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use byoc::store::{Direction, JournalKey, LinkChange, Store};
use byoc_local::bridge::TABLE;
use byoc_tests::{Rig, eventually, every_channel, texts};
use byoc_vendors::{
    fault::{Fault, How},
    helpdesk::{
        deskie::DeskieSim,
        freshchat::{FreshchatSim, Webhooks},
    },
    people::{HelpdeskSim, Saying},
};
use serde_json::{Value, json};

/// The helpdesks whose conversations can be read.
const HELPDESKS: [&str; 2] = ["deskie", "freshchat"];
/// Twenty seconds of the rate limit become one.
const FAST: f64 = 0.05;

fn text(text: &str) -> Saying {
    Saying::Text(text.to_owned())
}

/// Starts a bridge whose waits are short.
async fn start(helpdesk: &str) -> Rig {
    Rig::start_with("viber", helpdesk, |settings| settings.retry_time_scale = FAST).await
}

/// Starts a bridge with this helpdesk, whose waits are short.
async fn start_with(helpdesk: Arc<dyn HelpdeskSim>) -> Rig {
    let change = |settings: &mut byoc_local::bridge::Settings| {
        settings.helpdesk = helpdesk;
        settings.retry_time_scale = FAST;
    };
    Rig::start_with("viber", "freshchat", change).await
}

/// Calls the route. Returns the status and the answer.
async fn call(rig: &Rig, body: Option<Value>) -> (u16, Value) {
    let path = format!("/installations/{}/catch-up", rig.bridge.installation_id());
    rig.bridge.admin("POST", &path, body.as_ref()).await.expect("an answer")
}

/// Catches up, and waits until every conversation was read and everything found was delivered.
async fn catch_up(rig: &Rig) -> Value {
    let (status, answer) = call(rig, None).await;
    assert_eq!(status, 200, "{answer}");
    let fast = rig.fast_time();
    rig.settled().await;
    drop(fast);
    answer
}

/// Writes as an agent while the helpdesk calls nobody.
async fn lost(rig: &Rig, contact: &str, saying: Saying) {
    rig.bridge.helpdesk.paste_webhook("");
    rig.bridge.helpdesk.answer(contact, saying).await.expect_err("no webhook to call");
    rig.bridge.helpdesk.paste_webhook(rig.bridge.installation["helpdesk_webhook_url"].as_str().unwrap());
}

/// Lets the usual customer write. Returns the contact as the helpdesk names it.
async fn conversation(rig: &Rig) -> String {
    rig.customer_says("Hello?").await;
    rig.exactly_at_helpdesk(1).await.remove(0).contact
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_webhook_reported_arrives_once_and_in_order() {
    let freshchat =
        |webhooks| -> Arc<dyn HelpdeskSim> { Arc::new(FreshchatSim::demo().unwrap().with_webhooks(webhooks)) };
    let deskie: Arc<dyn HelpdeskSim> = Arc::new(DeskieSim::demo().unwrap());
    for helpdesk in [freshchat(Webhooks::Classic), freshchat(Webhooks::Marketplace3), deskie] {
        let kind = helpdesk.kind();
        let marketplace = json!({"settings": {"marketplace": true}});
        let rig = start_with(helpdesk).await;
        let path = format!("/installations/{}", rig.bridge.installation_id());
        assert_eq!(rig.bridge.admin("PATCH", &path, Some(&marketplace)).await.unwrap().0, 200);
        let contact = conversation(&rig).await;
        rig.agent_says("delivered before").await;
        rig.exactly_at_channel(1).await;
        for number in 0..3 {
            lost(&rig, &contact, text(&format!("lost {number}"))).await;
        }
        rig.customer_says("Are you there?").await;
        rig.exactly_at_helpdesk(2).await;
        assert_eq!(catch_up(&rig).await, json!({"conversations": 1, "queued": 1}), "{kind}");
        let expected = ["delivered before", "lost 0", "lost 1", "lost 2"];
        assert_eq!(texts(&rig.exactly_at_channel(4).await), expected, "{kind}");
        // The next time there is nothing to do.
        catch_up(&rig).await;
        rig.agent_says("after").await;
        rig.exactly_at_channel(5).await;
        catch_up(&rig).await;
        assert_eq!(texts(&rig.exactly_at_channel(5).await)[1..], ["lost 0", "lost 1", "lost 2", "after"], "{kind}");
        assert_eq!(rig.notes(), [], "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_webhook_reported_arrives_on_every_channel() {
    every_channel(|channel, _| async move {
        for helpdesk in HELPDESKS {
            let rig = Rig::start_with(channel, helpdesk, |settings| settings.retry_time_scale = FAST).await;
            let contact = conversation(&rig).await;
            for number in 0..2 {
                lost(&rig, &contact, text(&format!("lost {number}"))).await;
            }
            for _ in 0..2 {
                assert_eq!(catch_up(&rig).await, json!({"conversations": 1, "queued": 1}), "{channel} {helpdesk}");
                let seen = rig.exactly_at_channel(2).await;
                let is_right = (0..).zip(&seen).all(|(number, seen)| seen.text.contains(&format!("lost {number}")));
                assert!(is_right, "{channel} {helpdesk}: {:?}", texts(&seen));
            }
            rig.customer_says("Thank you").await;
            rig.exactly_at_helpdesk(2).await;
            assert_eq!(rig.notes(), [], "{channel} {helpdesk}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_the_bridge_refused_five_times_arrives_after_all_and_never_twice() {
    for helpdesk in HELPDESKS {
        let rig = start(helpdesk).await;
        let contact = conversation(&rig).await;
        rig.bridge.queues.queues().calls().add(Fault::next(How::Status(500)).at("SendMessage").times(10));
        let said = rig.bridge.helpdesk.answer(&contact, text("Do not lose me")).await.unwrap();
        assert_eq!((said.status, said.attempts), (503, 5), "{helpdesk}");
        rig.bridge.queues.queues().calls().clear();
        assert_eq!(rig.exactly_at_channel(0).await, [], "{helpdesk}");
        catch_up(&rig).await;
        assert_eq!(texts(&rig.exactly_at_channel(1).await), ["Do not lose me"], "{helpdesk}");
        // It has the id that the webhook gave it, so that the same call is a repeat, even an hour later.
        let journal = rig.journal().await;
        let outbound: Vec<JournalKey> = journal
            .iter()
            .filter_map(|entry| JournalKey::from_public_id(rig.bridge.installation_id(), entry["id"].as_str()?))
            .filter(|key| key.direction == Direction::Outbound)
            .collect();
        assert_eq!(outbound.iter().map(|key| &key.event).collect::<Vec<_>>(), [&said.id], "{helpdesk}");
        rig.clock.advance(Duration::from_secs(3_600));
        let call = rig.bridge.traffic.calls("/helpdesks/").pop().expect("the refused call");
        assert_eq!(rig.bridge.repeat(&call).await.unwrap(), 200, "{helpdesk}");
        rig.exactly_at_channel(1).await;
        assert_eq!(rig.journal().await.len(), journal.len(), "{helpdesk}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_read_only_what_the_webhook_would_have_reported() {
    let part = |text: &str| json!([{"text": {"content": text}}]);
    let rig = start("freshchat").await;
    let contact = conversation(&rig).await;
    for (kind, actor) in [("private", "agent"), ("system", "system"), ("normal", "bot"), ("normal", "user")] {
        let message = json!({"message_type": kind, "actor_type": actor, "message_parts": part("secret")});
        lost(&rig, &contact, Saying::Raw(message)).await;
    }
    lost(&rig, &contact, Saying::Raw(json!({"message_parts": part("for you"), "botsPrivateNote": false}))).await;
    catch_up(&rig).await;
    assert_eq!(texts(&rig.exactly_at_channel(1).await), ["for you"]);

    let rig = start("deskie").await;
    let contact = conversation(&rig).await;
    lost(&rig, &contact, Saying::Raw(json!({"content": "secret", "note": 1}))).await;
    lost(&rig, &contact, text("for you")).await;
    catch_up(&rig).await;
    assert_eq!(texts(&rig.exactly_at_channel(1).await), ["for you"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_arrives_in_order_through_faults_and_the_death_of_the_relay() {
    for helpdesk in HELPDESKS {
        // Viber takes a hundred messages an hour.
        let mut rig = Rig::start_with("custom", helpdesk, |settings| settings.retry_time_scale = FAST).await;
        let contact = conversation(&rig).await;
        // More than a page of either helpdesk.
        let expected: Vec<String> = (0..110).map(|number| format!("lost {number}")).collect();
        for text in &expected {
            lost(&rig, &contact, Saying::Text(text.clone())).await;
        }
        rig.bridge.helpdesk.faults().add(Fault::next(How::Status(503)).at("/messages").after(1));
        rig.bridge.queues.queues().calls().add(Fault::next(How::Status(500)).at("SendMessage").after(40).times(4));
        assert_eq!(call(&rig, None).await.0, 200);
        let seen = rig.bridge.channel.clone();
        eventually("half of the messages", async || {
            rig.clock.advance(Duration::from_secs(1));
            (seen.received(None).len() > 40).then_some(())
        })
        .await;
        rig.relay_dies().await;
        let fast = rig.fast_time();
        let arrived = rig.exactly_at_channel(110).await;
        drop(fast);
        assert_eq!(texts(&arrived), expected, "{helpdesk}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_without_an_end_is_cut_and_the_agents_are_told() {
    let rig = start_with(Arc::new(FreshchatSim::demo().unwrap().with_endless_history())).await;
    let contact = conversation(&rig).await;
    for number in 0..3 {
        lost(&rig, &contact, text(&format!("lost {number}"))).await;
    }
    catch_up(&rig).await;
    let fast = rig.fast_time();
    assert_eq!(texts(&rig.exactly_at_channel(3).await), ["lost 0", "lost 1", "lost 2"]);
    let told = eventually("the note", async || rig.notes().into_iter().next()).await;
    drop(fast);
    assert!(told.text.contains("older ones may not have reached the customer"), "{}", told.text);
    // The note is posted to the same path.
    assert_eq!(messages_read(&rig), 20 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_cannot_be_read_is_told_once_and_holds_up_no_other() {
    let rig = start("freshchat").await;
    let contact = conversation(&rig).await;
    let odd = json!({"actor_type": {"kind": "agent"}, "message_parts": [{"text": {"content": "who wrote this?"}}]});
    for saying in [text("before"), Saying::Raw(odd), text("after")] {
        lost(&rig, &contact, saying).await;
    }
    for _ in 0..2 {
        catch_up(&rig).await;
        assert_eq!(texts(&rig.exactly_at_channel(2).await), ["before", "after"]);
        let told = eventually("the note", async || rig.notes().pop()).await;
        assert!(told.text.contains("could not be read"), "{}", told.text);
        rig.settled().await;
        assert_eq!(rig.notes().len(), 1);
    }
}

/// Returns the number of calls that read messages.
fn messages_read(rig: &Rig) -> usize {
    rig.bridge.helpdesk.faults().counts().iter().filter(|(path, _)| path.contains("/messages")).map(|(_, n)| n).sum()
}

/// Deletes a contact's conversation.
type Delete<'a> = &'a dyn Fn(&str);

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_conversation_holds_up_no_other() {
    let (freshchat, deskie) = (FreshchatSim::demo().unwrap(), DeskieSim::demo().unwrap());
    let sims: [(Arc<dyn HelpdeskSim>, Delete<'_>); 2] = [
        (Arc::new(freshchat.clone()), &|contact| freshchat.delete_conversation(contact)),
        (Arc::new(deskie.clone()), &|contact| deskie.delete_case(contact)),
    ];
    for (sim, delete) in sims {
        let kind = sim.kind();
        let rig = start_with(sim).await;
        for customer in ["ana", "ben", "eva"] {
            rig.say(customer, "Hello?").await;
        }
        rig.exactly_at_helpdesk(3).await;
        for customer in ["ana", "ben", "eva"] {
            lost(&rig, &format!("viber:{customer}"), text(&format!("for {customer}"))).await;
        }
        delete("viber:ben");
        assert_eq!(catch_up(&rig).await, json!({"conversations": 3, "queued": 3}), "{kind}");
        let mut arrived = texts(&rig.exactly_at_channel(2).await);
        arrived.sort();
        assert_eq!(arrived, ["for ana", "for eva"], "{kind}");
        assert_eq!(rig.notes(), [], "{kind}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_was_merged_is_read_where_it_is_now() {
    let deskie = DeskieSim::demo().unwrap();
    let rig = start_with(Arc::new(deskie.clone())).await;
    let contact = conversation(&rig).await;
    deskie.merge(&contact);
    lost(&rig, &contact, text("from the other case")).await;
    catch_up(&rig).await;
    assert_eq!(texts(&rig.exactly_at_channel(1).await), ["from the other case"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_contact_read_under_an_earlier_id_is_not_sent_again() {
    let rig = start("freshchat").await;
    let contact = conversation(&rig).await;
    rig.agent_says("read under the old id").await;
    rig.exactly_at_channel(1).await;
    // The simulated channel knows only whoever has written.
    rig.say("new-id", "Hello?").await;
    rig.exactly_at_helpdesk(2).await;
    // The channel moves the contact, as `Relay::take_over` records it.
    let (store, id) = (Store::new(rig.aws().await.dynamodb(), TABLE), rig.bridge.installation_id());
    let old = rig.bridge.channel.customer();
    let before = store.link(id, old).await.unwrap();
    let after = byoc::adapter::Link { moved_from: Some(old.to_owned()), ..before.clone() };
    let theirs = store.link(id, "new-id").await.unwrap();
    store.change_link(id, "new-id", &LinkChange::between(&theirs, &after)).await.unwrap();
    let moved = byoc::adapter::Link { moved_to: Some("new-id".to_owned()), ..before.clone() };
    store.change_link(id, old, &LinkChange::between(&before, &moved)).await.unwrap();
    lost(&rig, &contact, text("for the new id")).await;
    assert_eq!(catch_up(&rig).await, json!({"conversations": 1, "queued": 1}));
    let seen = rig.exactly_at_channel(2).await;
    assert_eq!(seen[1].text, "for the new id");
    assert_eq!(seen[1].contact, "new-id");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rate_limit_of_an_installation_holds() {
    let rig = start("freshchat").await;
    let customers: Vec<String> = (0..8).map(|number| format!("customer{number:02}")).collect();
    for customer in &customers {
        rig.say(customer, "Hello?").await;
    }
    rig.exactly_at_helpdesk(8).await;
    for customer in &customers {
        lost(&rig, &format!("viber:{customer}"), text("lost")).await;
    }
    let began = Instant::now();
    let fast = rig.fast_time();
    assert_eq!(call(&rig, None).await.1, json!({"conversations": 8, "queued": 8}));
    rig.exactly_at_channel(8).await;
    drop(fast);
    // Freshchat's list ends with an empty page, so that a conversation takes two calls. Sixteen calls touch at least four windows of five, of which two are whole; a window lasts a second here.
    assert!(began.elapsed().as_secs_f64() >= 2.0, "{:?}", began.elapsed());
    assert_eq!(messages_read(&rig), 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_from_before_the_given_time_are_left_alone() {
    for helpdesk in HELPDESKS {
        let rig = start(helpdesk).await;
        let contact = conversation(&rig).await;
        lost(&rig, &contact, text("too early")).await;
        // Deskie's times are whole seconds.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        let since = byoc::outside::clock::now();
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        lost(&rig, &contact, text("in time")).await;
        assert_eq!(call(&rig, Some(json!({"since": since.rfc3339()}))).await.0, 200, "{helpdesk}");
        assert_eq!(texts(&rig.exactly_at_channel(1).await), ["in time"], "{helpdesk}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_are_refused_with_a_reason() {
    let rig = start("freshchat").await;
    let bad = [
        json!({"since": "2999-01-01T00:00:00Z"}),
        json!({"since": "2020-01-01T00:00:00Z"}),
        json!({"since": "yesterday"}),
        json!({"since": 5}),
        json!({"until": "2026-01-01T00:00:00Z"}),
        json!({"after": "x".repeat(101)}),
        json!(["since"]),
    ];
    for body in bad {
        let (status, answer) = call(&rig, Some(body.clone())).await;
        assert_eq!((status, answer["error"]["code"].as_str()), (422, Some("bad_setting")), "{body}: {answer}");
    }
    for (method, path, status) in [
        ("POST", "/installations/00000000000000000000000000000000/catch-up".to_owned(), 404),
        ("POST", "/installations/none/catch-up".to_owned(), 404),
        ("GET", format!("/installations/{}/catch-up", rig.bridge.installation_id()), 405),
    ] {
        assert_eq!(rig.bridge.admin(method, &path, None).await.unwrap().0, status, "{method} {path}");
    }
    // Nobody has written yet.
    assert_eq!(call(&rig, None).await, (200, json!({"conversations": 0, "queued": 0})));
    // The settings key opens the route, and any other key does not.
    let http = byoc_tests::http_client();
    let url = format!("{}/installations/{}/catch-up", rig.bridge.url, rig.bridge.installation_id());
    let settings = rig.bridge.installation["settings_url"].as_str().unwrap();
    let key = settings.split_once("key=").unwrap().1;
    for (key, status) in [(key, 200), ("wrong", 401)] {
        assert_eq!(http.post(&url).bearer_auth(key).send().await.unwrap().status(), status);
    }
    let path = format!("/installations/{}", rig.bridge.installation_id());
    rig.bridge.admin("DELETE", &path, None).await.unwrap();
    assert_eq!(call(&rig, None).await.0, 410);

    let rig = start("is_messenger").await;
    let (status, answer) = call(&rig, None).await;
    assert_eq!((status, answer["error"]["code"].as_str()), (422, Some("not_supported")), "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains("is_messenger"), "{answer}");
    let path = format!("/installations/{}", rig.bridge.installation_id());
    let (status, answer) =
        rig.bridge.admin("PATCH", &path, Some(&json!({"settings": {"reconcile_hours": 1}}))).await.unwrap();
    assert_eq!((status, answer["error"]["code"].as_str()), (422, Some("bad_setting")), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schedule_catches_up_where_it_is_wanted() {
    let rig = start("freshchat").await;
    let contact = conversation(&rig).await;
    let event = || json!({"detail-type": "Scheduled Event", "source": "aws.events", "detail": {}});
    let path = format!("/installations/{}", rig.bridge.installation_id());
    let hours = async |hours: Value| {
        rig.bridge.admin("PATCH", &path, Some(&json!({"settings": {"reconcile_hours": hours}}))).await.unwrap().0
    };
    for bad in [json!(169), json!(-1), json!("1"), json!(1.5)] {
        assert_eq!(hours(bad.clone()).await, 422, "{bad}");
    }
    lost(&rig, &contact, text("lost while it was off")).await;
    let none = json!({"ok": true, "installations": 0, "queued": 0});
    assert_eq!(rig.bridge.invoke_install_hook(event()).await, none);
    assert_eq!(hours(json!(2)).await, 200);
    lost(&rig, &contact, text("lost")).await;
    assert_eq!(rig.bridge.invoke_install_hook(event()).await, json!({"ok": true, "installations": 1, "queued": 1}));
    assert_eq!(texts(&rig.exactly_at_channel(1).await), ["lost"]);
    // The next round is due in two hours.
    assert_eq!(rig.bridge.invoke_install_hook(event()).await, none);
    assert_eq!(hours(json!(0)).await, 200);
    assert_eq!(rig.bridge.invoke_install_hook(event()).await, none);
    // Switched on again, it begins anew.
    assert_eq!(hours(json!(1)).await, 200);
    assert_eq!(rig.bridge.invoke_install_hook(event()).await["installations"], 1);
    assert_eq!(hours(json!(0)).await, 200);
    assert_eq!(hours(json!(1)).await, 200);
    rig.bridge.admin("DELETE", &path, None).await.unwrap();
    assert_eq!(rig.bridge.invoke_install_hook(event()).await, none);
    // Events of the Marketplace are told apart.
    let other = rig.bridge.invoke_install_hook(json!({"event": "onScheduledEvent"})).await;
    assert_eq!(other["error"]["code"], "unknown_event", "{other}");
}
