//! What must not matter: vendors that fail, functions that die, a table that hangs.

use std::time::{Duration, Instant};

use byoc_local::bridge::DEAD_LETTERS;
use byoc_tests::{Rig, eventually, eventually_within, every_pair, texts};
use byoc_vendors::{
    fault::{Fault, How},
    helpdesk::freshchat::FreshchatSim,
    helpdesks,
    people::Made,
};
use rand::RngExt;

/// One user with one conversation.
const ONE: Made = Made { users: 1, conversations: 1 };

#[tokio::test(flavor = "multi_thread")]
async fn twenty_contacts_keep_their_order_through_random_faults() {
    every_pair(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        // Three failures in a row at most, here and below: with many more in a row a single message outlasts the test's
        // patience now and then, since its waits grow to hours.
        for number in 0..150 {
            let after = rand::rng().random_range(usize::from(number % 3 == 0)..6);
            rig.bridge.helpdesk.faults().add(random_fault().after(after));
        }
        let hurry = rig.hurry();
        let contacts: Vec<String> = (0..20).map(|number| format!("contact{number:02}")).collect();
        for message in 0..20 {
            for contact in &contacts {
                rig.say(contact, &format!("{contact} message {message}")).await;
            }
        }
        // A helpdesk that takes twenty a second takes its time.
        let patience = Duration::from_secs(240);
        let all = || Some(rig.at_helpdesk()).filter(|seen| seen.len() >= 400);
        let all = eventually_within(patience, "all messages", all).await;
        for contact in &contacts {
            let theirs: Vec<String> = texts(&all).into_iter().filter(|text| text.contains(contact.as_str())).collect();
            let expected: Vec<String> = (0..20).map(|message| format!("{contact} message {message}")).collect();
            assert_eq!(theirs, expected, "{channel} {helpdesk}");
        }
        assert_eq!(all.len(), 400, "{channel} {helpdesk}");
        assert_eq!(rig.bridge.helpdesk.made(), Made { users: 20, conversations: 20 }, "{channel} {helpdesk}");
        // The other direction, in one conversation.
        for number in 0..12 {
            let after = rand::rng().random_range(usize::from(number % 3 == 0)..4);
            rig.bridge.channel.faults().add(Fault::next(How::Status(503)).after(after));
        }
        for message in 0..20 {
            rig.agent_says(&format!("answer {message}")).await;
        }
        drop(hurry);
        let hurry = rig.hurry();
        let seen = rig.exactly_at_channel(20).await;
        let expected: Vec<String> = (0..20).map(|message| format!("answer {message}")).collect();
        assert_eq!(texts(&seen), expected, "{channel} {helpdesk}");
        drop(hurry);
    })
    .await;
}

fn random_fault() -> Fault {
    match rand::rng().random_range(0..5) {
        0 => Fault::next(How::Status(500)),
        1 => Fault::next(How::Status(503)),
        2 => Fault::next(How::TooMany(1)),
        3 => Fault::next(How::Reset),
        _ => Fault::next(How::Status(502)).with_effect(),
    }
}

/// Kills the relay while the vendor hangs in its `index`-th call; `true` when there was such a call.
async fn dies_in_vendor_call(rig: &mut Rig, index: usize, takes_effect: bool, inbound: bool, text: &str) -> bool {
    let fault = Fault::next(How::Hang(Duration::from_secs(600))).after(index);
    let fault = if takes_effect { fault.with_effect() } else { fault };
    let faults = if inbound { rig.bridge.helpdesk.faults() } else { rig.bridge.channel.faults() }.clone();
    faults.add(fault);
    if inbound {
        rig.customer_says(text).await;
    } else {
        rig.agent_says(text).await;
    }
    let began = Instant::now();
    while faults.waiting() > 0 && began.elapsed() < Duration::from_millis(600) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let struck = faults.waiting() == 0;
    faults.clear();
    if struck {
        // What takes effect has done so by now.
        tokio::time::sleep(Duration::from_millis(50)).await;
        rig.relay_dies().await;
    }
    struck
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_dies_in_any_call_of_a_first_message_is_made_up_for() {
    every_pair(|channel, helpdesk| async move {
        for takes_effect in [false, true] {
            for index in 0.. {
                let mut rig = Rig::start(channel, helpdesk).await;
                let struck = dies_in_vendor_call(&mut rig, index, takes_effect, true, "first").await;
                let seen = rig.exactly_at_helpdesk(1).await;
                assert!(seen[0].text.contains("first"), "{channel} {helpdesk} call {index}: {seen:?}");
                // The pairing is whole: a second message goes into the same conversation, an answer comes back.
                rig.customer_says("second").await;
                let seen = rig.exactly_at_helpdesk(2).await;
                assert_eq!(seen[0].conversation, seen[1].conversation, "{channel} {helpdesk} call {index}");
                assert_eq!(rig.bridge.helpdesk.made(), ONE, "{channel} {helpdesk} call {index}");
                rig.agent_says("answer").await;
                rig.exactly_at_channel(1).await;
                if !struck {
                    assert!(index > 0, "{channel} {helpdesk}: no call was struck");
                    break;
                }
            }
        }
    })
    .await;
}

/// A new contact writes while the `index`-th call takes effect and its answer is lost; `false` when there was no such
/// call.
async fn loses_an_answer(helpdesk: &str, how: How, index: usize) -> bool {
    let what = format!("{helpdesk} {how:?} call {index}");
    let rig = Rig::start("viber", helpdesk).await;
    let faults = rig.bridge.helpdesk.faults();
    faults.add(Fault::next(how).after(index).with_effect());
    rig.customer_says("first").await;
    rig.exactly_at_helpdesk(1).await;
    let struck = faults.waiting() == 0;
    faults.clear();
    // The second message has to wait until the first one is done.
    rig.customer_says("second").await;
    let seen = rig.exactly_at_helpdesk(2).await;
    assert_eq!(texts(&seen), ["first", "second"], "{what}");
    assert_eq!(seen[0].conversation, seen[1].conversation, "{what}");
    assert_eq!(rig.bridge.helpdesk.made(), ONE, "{what}");
    struck
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_message_makes_one_user_and_one_conversation_whichever_answer_is_lost() {
    let mut running = tokio::task::JoinSet::new();
    for helpdesk in helpdesks() {
        // The last of them is longer than anybody waits for an answer.
        let hang = How::Hang(Duration::from_secs(60));
        for how in [How::Status(500), How::Status(502), How::Status(504), How::Reset, hang] {
            running.spawn(async move {
                for index in 0.. {
                    if !loses_an_answer(helpdesk, how.clone(), index).await {
                        assert!(index > 0, "{helpdesk} {how:?}: no call was struck");
                        break;
                    }
                }
            });
        }
    }
    while let Some(ended) = running.join_next().await {
        if let Err(error) = ended {
            std::panic::resume_unwind(error.into_panic());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_fails_is_no_reason_to_take_an_old_message_for_the_new_one() {
    let freshchat = std::sync::Arc::new(FreshchatSim::demo().unwrap());
    // The second bridge has never heard of the contact, whom the helpdesk knows.
    for (before, path) in [(0, None), (1, Some("/users")), (2, Some("/conversations"))] {
        let helpdesk = freshchat.clone();
        let rig = Rig::start_with("viber", "freshchat", |settings| settings.helpdesk = helpdesk).await;
        if let Some(path) = path {
            rig.bridge.helpdesk.faults().add(Fault::next(How::Status(502)).at(path));
        }
        assert_eq!(rig.at_helpdesk().len(), before);
        rig.customer_says("Hi").await;
        rig.exactly_at_helpdesk(before + 1).await;
        assert_eq!((rig.bridge.helpdesk.made(), rig.bridge.helpdesk.faults().waiting()), (ONE, 0), "{path:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_dies_in_any_call_of_an_answer_is_made_up_for() {
    every_pair(|channel, helpdesk| async move {
        for takes_effect in [false, true] {
            for index in 0.. {
                let mut rig = Rig::start(channel, helpdesk).await;
                rig.customer_says("Hi").await;
                rig.exactly_at_helpdesk(1).await;
                let struck = dies_in_vendor_call(&mut rig, index, takes_effect, false, "answer").await;
                if !struck {
                    assert!(index > 0, "{channel} {helpdesk}: no call was struck");
                    break;
                }
                let seen = eventually("the answer", || {
                    let seen = rig.at_channel();
                    (!seen.is_empty()).then_some(seen)
                })
                .await;
                tokio::time::sleep(Duration::from_millis(300)).await;
                let journal = rig.journal().await;
                let outbound = journal.iter().find(|entry| entry["direction"] == "outbound").unwrap();
                let (count, marked) = (rig.at_channel().len(), outbound["possibly_doubled"] == true);
                // Where the channel leaves no way to know, it may come twice, and is marked.
                assert!(
                    count == 1 || (takes_effect && count == 2 && marked),
                    "{channel} {helpdesk}: {seen:?} {outbound}"
                );
                assert_eq!(outbound["state"], "done");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_dies_in_any_call_to_the_table_is_made_up_for() {
    every_pair(|channel, helpdesk| async move {
        for takes_effect in [false, true] {
            for index in 0.. {
                let mut rig = Rig::start(channel, helpdesk).await;
                // The relay knows the installation already; its own calls are what is left.
                rig.customer_says("warm").await;
                rig.exactly_at_helpdesk(1).await;
                let fault = Fault::next(How::Hang(Duration::from_secs(600))).after(index);
                rig.bridge.table.calls().add(if takes_effect { fault.with_effect() } else { fault });
                let before = rig.bridge.table.calls().struck();
                rig.customer_says("second").await;
                let began = Instant::now();
                let struck = loop {
                    if rig.bridge.table.calls().struck() > before {
                        break true;
                    }
                    if began.elapsed() > Duration::from_millis(500) {
                        break false;
                    }
                    tokio::time::sleep(Duration::from_millis(5)).await;
                };
                rig.bridge.table.calls().clear();
                if struck {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    rig.relay_dies().await;
                }
                let seen = rig.exactly_at_helpdesk(2).await;
                assert!(seen[1].text.contains("second"), "{channel} {helpdesk} call {index}: {seen:?}");
                if !struck {
                    assert!(index > 0, "{channel} {helpdesk}: no call was struck");
                    break;
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_vanishes_between_two_tries_does_not_hold_up_what_follows() {
    every_pair(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        rig.customer_says("before").await;
        rig.exactly_at_helpdesk(1).await;
        let host = byoc_tests::file_that_is_there_once("photo.png", "image/png", b"\x89PNG\r\n\x1a\n0000").await;
        let photo = byoc_vendors::people::Saying::Media {
            kind: byoc::model::message::MediaKind::Image,
            url: format!("{}/photo.png", host.url()),
            name: "photo.png".into(),
            size: 12,
        };
        rig.bridge.helpdesk.faults().add(Fault::next(How::Status(503)));
        let said = rig.bridge.channel.say(rig.bridge.channel.customer(), photo).await.unwrap();
        assert_eq!(said.status, 200, "{channel} {helpdesk}: {said:?}");
        rig.customer_says("after").await;
        let hurry = rig.hurry();
        let seen = rig.exactly_at_helpdesk(3).await;
        drop(hurry);
        assert!(seen[2].text.contains("after"), "{channel} {helpdesk}: {seen:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_side_stays_a_problem_while_the_other_side_works() {
    every_pair(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        rig.customer_says("before").await;
        rig.exactly_at_helpdesk(1).await;
        let own = format!("/installations/{}", rig.bridge.installation_id());
        let problem = async || rig.bridge.admin("GET", &own, None).await.unwrap().1["problem"]["code"].clone();
        rig.bridge.helpdesk.faults().add(Fault::next(How::Status(401)));
        rig.customer_says("blocked").await;
        let began = Instant::now();
        while problem().await.is_null() {
            assert!(began.elapsed() < Duration::from_secs(10), "{channel} {helpdesk}: no problem is shown");
        }
        rig.bridge.helpdesk.faults().add(Fault::next(How::Status(401)));
        rig.agent_says("answer").await;
        rig.exactly_at_channel(1).await;
        assert_eq!(problem().await, "helpdesk_blocked", "{channel} {helpdesk}");
        let hurry = rig.hurry();
        rig.exactly_at_helpdesk(2).await;
        drop(hurry);
        assert!(problem().await.is_null(), "{channel} {helpdesk}: {}", problem().await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_attempt_renders_the_same_author() {
    every_pair(|channel, helpdesk| async move {
        let options = serde_json::json!({"agent_name": true});
        let mut rig = Rig::start_with(channel, helpdesk, |settings| settings.options = options).await;
        rig.customer_says("Hi").await;
        rig.exactly_at_helpdesk(1).await;
        rig.agent_says("one").await;
        let named = rig.exactly_at_channel(1).await[0].from.clone();
        // Another process, which knows no names yet.
        rig.relay_dies().await;
        rig.bridge.channel.faults().add(Fault::next(How::Status(503)));
        rig.agent_says("two").await;
        let faults = rig.bridge.channel.faults().clone();
        eventually("the failed send", || (faults.waiting() == 0).then_some(())).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        for _ in 0..20 {
            rig.bridge.helpdesk.faults().add(Fault::next(How::Status(500)).at("/agents/"));
        }
        rig.relay_dies().await;
        assert_eq!(rig.exactly_at_channel(2).await[1].from, named, "{channel} {helpdesk}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_a_second_costs_at_most_five() {
    every_pair(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        rig.customer_says("before").await;
        rig.exactly_at_helpdesk(1).await;
        let faults = rig.bridge.helpdesk.faults().clone();
        for _ in 0..1_000 {
            faults.add(Fault::next(How::Status(503)));
        }
        let outage = tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            faults.clear();
        });
        let began = Instant::now();
        rig.customer_says("during").await;
        rig.exactly_at_helpdesk(2).await;
        outage.await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(6), "{channel} {helpdesk}: {:?}", began.elapsed());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_acknowledgement_does_not_wait_for_a_slow_vendor() {
    every_pair(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        rig.customer_says("warm").await;
        rig.exactly_at_helpdesk(1).await;
        rig.bridge.helpdesk.faults().add(Fault::next(How::Slow(Duration::from_secs(6))));
        let began = Instant::now();
        rig.customer_says("quick").await;
        assert!(began.elapsed() < Duration::from_secs(2), "{channel} {helpdesk}: {:?}", began.elapsed());
        rig.exactly_at_helpdesk(2).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_queue_fails_the_platform_is_told_to_come_again() {
    every_pair(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        // More than the SDK tries by itself.
        rig.bridge.queues.queues().calls().add(Fault::next(How::Status(500)).at("SendMessage").times(4));
        let said = rig
            .bridge
            .channel
            .say(rig.bridge.channel.customer(), byoc_vendors::people::Saying::Text("again".into()))
            .await;
        let said = said.unwrap();
        assert_eq!(said.status, 200, "{channel} {helpdesk}: {said:?}");
        assert!(said.attempts > 1, "{channel} {helpdesk}: {said:?}");
        rig.exactly_at_helpdesk(1).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_for_a_day_is_dead_and_can_be_redriven() {
    every_pair(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        rig.customer_says("before").await;
        rig.exactly_at_helpdesk(1).await;
        for _ in 0..15 {
            rig.bridge.channel.faults().add(Fault::next(How::Status(503)));
        }
        rig.agent_says("late").await;
        let path = format!("/installations/{}/dead-letters", rig.bridge.installation_id());
        for left in (0..15).rev() {
            eventually("the next try", || (rig.bridge.channel.faults().waiting() == left).then_some(())).await;
            // The try is recorded and its wait is set; the longest is three hours and a fifth.
            tokio::time::sleep(Duration::from_millis(150)).await;
            rig.clock.advance(Duration::from_secs(13_000));
        }
        let mut dead = Vec::new();
        for _ in 0..400 {
            let (_, body) = rig.bridge.admin("GET", &path, None).await.unwrap();
            dead = body["messages"].as_array().cloned().unwrap_or_default();
            if !dead.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert_eq!(dead.len(), 1, "{channel} {helpdesk}: {:?}", rig.journal().await);
        assert!(dead[0]["error"].as_str().is_some_and(|error| error.contains("503")), "{dead:?}");
        assert_eq!(rig.at_channel(), []);
        // Both helpdesks with notes and helpdesks with statuses say it.
        eventually("a note or a failed status", || {
            let failures = rig.bridge.helpdesk.failures();
            failures.iter().any(|text| text.contains("ot delivered")).then_some(())
        })
        .await;
        rig.bridge.channel.faults().clear();
        let redrive = format!("/installations/{}/redrive", rig.bridge.installation_id());
        let dry = serde_json::json!({"dry_run": true});
        let (_, body) = rig.bridge.admin("POST", &redrive, Some(&dry)).await.unwrap();
        assert_eq!((&body["redriven"], &body["more"]), (&1.into(), &false.into()), "{channel} {helpdesk}: {body}");
        let other = serde_json::json!({"contact": "somebody else"});
        let (_, body) = rig.bridge.admin("POST", &redrive, Some(&other)).await.unwrap();
        assert_eq!(body["redriven"], 0, "{channel} {helpdesk}: {body}");
        let (_, body) = rig.bridge.admin("POST", &redrive, None).await.unwrap();
        assert_eq!(body["redriven"], 1, "{channel} {helpdesk}: {body}");
        assert!(rig.exactly_at_channel(1).await[0].text.contains("late"));
        let (_, body) = rig.bridge.admin("GET", &path, None).await.unwrap();
        assert_eq!(body["messages"], serde_json::json!([]), "{channel} {helpdesk}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_took_effect_in_its_last_try_is_not_made_again_by_a_redrive() {
    for helpdesk in helpdesks() {
        let rig = Rig::start("viber", helpdesk).await;
        rig.customer_says("before").await;
        rig.exactly_at_helpdesk(1).await;
        let faults = rig.bridge.helpdesk.faults();
        for _ in 0..14 {
            faults.add(Fault::next(How::Status(503)));
        }
        faults.add(Fault::next(How::Status(502)).with_effect());
        rig.customer_says("late").await;
        for left in (0..15).rev() {
            eventually("the next try", || (faults.waiting() == left).then_some(())).await;
            tokio::time::sleep(Duration::from_millis(150)).await;
            rig.clock.advance(Duration::from_secs(13_000));
        }
        let late = |entry: &serde_json::Value| entry["direction"] == "inbound" && entry["state"] != "done";
        let state = async || rig.journal().await.into_iter().find(late).unwrap_or_default()["state"].clone();
        let began = Instant::now();
        while state().await != "dead" {
            assert!(began.elapsed() < Duration::from_secs(10), "{helpdesk}: {:?}", rig.journal().await);
        }
        let redrive = format!("/installations/{}/redrive", rig.bridge.installation_id());
        assert_eq!(rig.bridge.admin("POST", &redrive, None).await.unwrap().1["redriven"], 1, "{helpdesk}");
        let began = Instant::now();
        while !state().await.is_null() {
            assert!(began.elapsed() < Duration::from_secs(10), "{helpdesk}: {:?}", rig.journal().await);
        }
        // What agents are told may be a message of its own.
        let seen = rig.at_helpdesk();
        assert_eq!(seen.iter().filter(|seen| seen.text == "late").count(), 1, "{helpdesk}: {:?}", texts(&seen));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_dead_letters_does_not_stand_before_another_tenants() {
    let (channel, helpdesk) = ("viber", "freshchat");
    let rig = Rig::start(channel, helpdesk).await;
    rig.customer_says("before").await;
    rig.exactly_at_helpdesk(1).await;
    let letters = rig.queue(DEAD_LETTERS).await;
    let letter = |installation: &str, number: usize| {
        let contact = byoc::model::message::Contact { id: format!("c{number}"), ..Default::default() };
        byoc::outside::queue::Outgoing::pack(&byoc::model::message::Envelope {
            v: byoc::model::message::ENVELOPE_VERSION,
            installation: installation.to_owned(),
            received_at: 1,
            event: byoc::model::message::Event::Channel(byoc::model::message::ChannelEvent {
                id: format!("e{number}"),
                at: 1,
                contact,
                kind: byoc::model::message::ChannelEventKind::Message {
                    parts: vec![byoc::model::message::Part::text("dead")],
                },
            }),
        })
        .unwrap()
    };
    for number in 0..320 {
        letters.send_one(&letter(&"f".repeat(32), number), Some("theirs")).await.unwrap();
    }
    letters.send_one(&letter(rig.bridge.installation_id(), 0), None).await.unwrap();
    let redrive = format!("/installations/{}/redrive", rig.bridge.installation_id());
    let mut redriven = 0;
    for _ in 0..3 {
        let (status, body) = rig.bridge.admin("POST", &redrive, None).await.unwrap();
        assert_eq!(status, 200, "{body}");
        redriven += body["redriven"].as_u64().unwrap();
        if body["more"] == false {
            break;
        }
    }
    assert_eq!(redriven, 1);
    rig.exactly_at_helpdesk(2).await;
}
