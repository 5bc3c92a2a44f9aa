//! Tests of faults that must not matter: vendors that fail, functions that die, a table that hangs.

use std::time::{Duration, Instant};

use byoc::tools::millis::Millis;
use byoc_local::bridge::DEAD_LETTERS;
use byoc_tests::{Rig, eventually, every_channel, every_helpdesk, every_pair, texts};
use byoc_vendors::{
    fault::{Fault, How},
    helpdesk::freshchat::FreshchatSim,
    people::Made,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::Value;

/// Returns whether an entry of the journal is an agent's message that was delivered.
fn is_done_answer(entry: &Value) -> bool {
    entry["direction"] == "outbound" && entry["state"] == "done"
}

/// One user with one conversation.
const ONE: Made = Made { users: 1, conversations: 1 };

#[tokio::test(flavor = "multi_thread")]
async fn twenty_contacts_keep_their_order_through_random_faults_of_every_helpdesk() {
    let dice = Dice::of_this_run();
    every_helpdesk(move |channel, helpdesk| order_survives(dice, channel, helpdesk, 20)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_contacts_keep_their_order_through_random_faults_on_every_channel() {
    let dice = Dice::of_this_run();
    every_channel(move |channel, helpdesk| order_survives(dice, channel, helpdesk, 5)).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes many minutes: .ci/run soak"]
async fn twenty_contacts_keep_their_order_through_random_faults_of_every_pair() {
    let dice = Dice::of_this_run();
    every_pair(move |channel, helpdesk| order_survives(dice, channel, helpdesk, 20)).await;
}

/// Twenty contacts write `each` messages each to a helpdesk that fails at random. Then an agent answers one of them on
/// a channel that fails at random.
async fn order_survives(dice: Dice, channel: &'static str, helpdesk: &'static str, each: usize) {
    let mut dice = dice.of_pair(channel, helpdesk);
    let rig = Rig::start(channel, helpdesk).await;
    // At most three failures in a row, here and below. With many more, a single message would sometimes outlast the
    // test's timeout, since its backoff grows to hours.
    for number in 0..each * 15 / 2 {
        let after = dice.0.random_range(usize::from(number % 3 == 0)..6);
        rig.bridge.helpdesk.faults().add(dice.fault(CAN_BE_ASKED.contains(&helpdesk)).after(after));
    }
    let fast = rig.fast_time();
    let contacts: Vec<String> = (0..20).map(|number| format!("contact{number:02}")).collect();
    for message in 0..each {
        for contact in &contacts {
            rig.say(contact, &format!("{contact} message {message}")).await;
        }
    }
    // A helpdesk with a limit of twenty calls a second needs its time.
    let all = tokio::select! {
        all = rig.many_at_helpdesk(Duration::from_secs(240), 20 * each) => all,
        () = opens_brakes(&rig) => unreachable!("an admin never tires"),
    };
    for contact in &contacts {
        let theirs: Vec<String> = texts(&all).into_iter().filter(|text| text.contains(contact.as_str())).collect();
        let expected: Vec<String> = (0..each).map(|message| format!("{contact} message {message}")).collect();
        assert_eq!(theirs, expected, "{channel} {helpdesk}");
    }
    assert_eq!(all.len(), 20 * each, "{channel} {helpdesk}");
    assert_eq!(rig.bridge.helpdesk.made(), Made { users: 20, conversations: 20 }, "{channel} {helpdesk}");
    // The other direction in one conversation.
    for number in 0..12 {
        let after = dice.0.random_range(usize::from(number % 3 == 0)..4);
        rig.bridge.channel.faults().add(Fault::next(How::Status(503)).after(after));
    }
    for message in 0..20 {
        rig.agent_says(&format!("answer {message}")).await;
    }
    let seen = rig.exactly_at_channel(20).await;
    let expected: Vec<String> = (0..20).map(|message| format!("answer {message}")).collect();
    assert_eq!(texts(&seen), expected, "{channel} {helpdesk}");
    drop(fast);
}

/// Lets all messages try now and then, as an admin may: the time of the queue runs fast here, and that of brakes does not.
async fn opens_brakes(rig: &Rig) {
    let path = format!("/installations/{}/retry", rig.bridge.installation_id());
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(rig.bridge.admin("POST", &path, None).await.unwrap().0, 200);
    }
}

/// The helpdesks that can be asked whether a message arrived. At the others, a message whose fate stays unknown three
/// times is given up, which would end these tests.
const CAN_BE_ASKED: [&str; 2] = ["deskie", "freshchat"];

/// The source of the random faults. A failing test prints the seed; the variable `BYOC_SEED` sets it, and then the same
/// faults are injected. Which of the messages in progress they hit depends on the network.
#[derive(Clone, Copy)]
struct Dice(u64);

impl Dice {
    /// Makes the dice of this run, from a new seed unless one is set.
    fn of_this_run() -> Self {
        let seed = byoc_tests::variable("BYOC_SEED").map(|seed| seed.parse().expect("BYOC_SEED is a number"));
        let seed = seed.unwrap_or_else(|| rand::rng().random());
        // The test harness shows this line if the test fails.
        println!("BYOC_SEED={seed}");
        Self(seed)
    }

    /// Returns the dice of one pair, which do not depend on the pairs that run at the same time.
    fn of_pair(self, channel: &str, helpdesk: &str) -> PairDice {
        let mix = |seed: u64, byte: u8| seed.wrapping_mul(31).wrapping_add(byte.into());
        PairDice(StdRng::seed_from_u64(format!("{channel} {helpdesk}").bytes().fold(self.0, mix)))
    }
}

struct PairDice(StdRng);

impl PairDice {
    /// Returns a random fault. Without `leaves_doubt`, the caller knows that a call took no effect.
    fn fault(&mut self, leaves_doubt: bool) -> Fault {
        match self.0.random_range(0..if leaves_doubt { 5 } else { 2 }) {
            0 => Fault::next(How::Status(503)),
            1 => Fault::next(How::TooMany(1)),
            2 => Fault::next(How::Status(500)),
            3 => Fault::next(How::Reset),
            _ => Fault::next(How::Status(502)).with_effect(),
        }
    }
}

/// Waits until a call is struck or the relay has finished all its work. Returns whether a call was struck.
async fn strikes(rig: &Rig, struck: impl Fn() -> bool) -> bool {
    eventually("a call that is struck, or an empty queue", async || {
        if struck() { Some(true) } else { rig.is_idle().then_some(false) }
    })
    .await
}

/// Kills the relay while the vendor hangs in its `index`-th call. Returns whether there was such a call.
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
    let struck = strikes(rig, || faults.waiting() == 0).await;
    faults.clear();
    if struck {
        // The fault is removed before the call takes effect, and nothing shows that the call has.
        tokio::time::sleep(Duration::from_millis(50)).await;
        rig.relay_dies().await;
    }
    struck
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_dies_in_any_call_of_a_first_message_is_made_up_for() {
    every_helpdesk(|channel, helpdesk| async move {
        for takes_effect in [false, true] {
            for index in 0.. {
                let mut rig = Rig::start(channel, helpdesk).await;
                let struck = dies_in_vendor_call(&mut rig, index, takes_effect, true, "first").await;
                let seen = rig.exactly_at_helpdesk(1).await;
                assert!(seen[0].text.contains("first"), "{channel} {helpdesk} call {index}: {seen:?}");
                // The link is complete: a second message goes into the same conversation, and an answer comes back.
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

/// Lets a new contact write while the `index`-th call takes effect and its answer is lost. Returns `false` if there was
/// no such call.
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
    let whichever_is_lost = |how: How| {
        every_helpdesk(move |_, helpdesk| {
            let how = how.clone();
            async move {
                for index in 0.. {
                    if !loses_an_answer(helpdesk, how.clone(), index).await {
                        assert!(index > 0, "{helpdesk} {how:?}: no call was struck");
                        break;
                    }
                }
            }
        })
    };
    // The last fault hangs for longer than any client waits for an answer.
    tokio::join!(
        whichever_is_lost(How::Status(500)),
        whichever_is_lost(How::Status(502)),
        whichever_is_lost(How::Status(504)),
        whichever_is_lost(How::Reset),
        whichever_is_lost(How::Hang(Duration::from_secs(60))),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_fails_is_no_reason_to_take_an_old_message_for_the_new_one() {
    let freshchat = std::sync::Arc::new(FreshchatSim::demo().unwrap());
    // The second bridge does not know the contact, but the helpdesk does.
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
    every_channel(|channel, helpdesk| async move {
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
                let outbound = rig.journal_shows("the delivered answer", is_done_answer).await;
                rig.wait_for_surplus().await;
                let (seen, marked) = (rig.at_channel(), outbound["possibly_doubled"] == true);
                // Where the channel offers no way to know, the message may come twice and is marked.
                assert!(
                    seen.len() == 1 || (takes_effect && seen.len() == 2 && marked),
                    "{channel} {helpdesk}: {seen:?} {outbound}"
                );
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_dies_in_any_call_to_the_table_is_made_up_for() {
    every_channel(|channel, helpdesk| async move {
        for takes_effect in [false, true] {
            for index in 0.. {
                let mut rig = Rig::start(channel, helpdesk).await;
                // The relay knows the installation already, so only its own calls are left.
                rig.customer_says("warm").await;
                rig.exactly_at_helpdesk(1).await;
                let fault = Fault::next(How::Hang(Duration::from_secs(600))).after(index);
                rig.bridge.table.calls().add(if takes_effect { fault.with_effect() } else { fault });
                let before = rig.bridge.table.calls().struck();
                rig.customer_says("second").await;
                let calls = rig.bridge.table.calls().clone();
                let struck = strikes(&rig, || calls.struck() > before).await;
                calls.clear();
                if struck {
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
        let fast = rig.fast_time();
        let seen = rig.exactly_at_helpdesk(3).await;
        drop(fast);
        assert!(seen[2].text.contains("after"), "{channel} {helpdesk}: {seen:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_side_stays_a_problem_while_the_other_side_works() {
    every_helpdesk(|channel, helpdesk| async move {
        let rig = Rig::start_with(channel, helpdesk, |settings| settings.retry_time_scale = 0.01).await;
        rig.customer_says("before").await;
        rig.exactly_at_helpdesk(1).await;
        rig.bridge.helpdesk.faults().add(Fault::next(How::Status(401)));
        rig.customer_says("blocked").await;
        let is_blocked = |shown: &Value| shown["problem"]["code"] == "helpdesk_blocked";
        rig.installation_shows("a problem", is_blocked).await;
        rig.bridge.helpdesk.faults().add(Fault::next(How::Status(401)));
        rig.agent_says("answer").await;
        rig.exactly_at_channel(1).await;
        let own = format!("/installations/{}", rig.bridge.installation_id());
        let (_, shown) = rig.bridge.admin("GET", &own, None).await.unwrap();
        assert!(is_blocked(&shown), "{channel} {helpdesk}: {shown}");
        let fast = rig.fast_time();
        rig.exactly_at_helpdesk(2).await;
        drop(fast);
        rig.installation_shows("no problem", |shown| shown.get("problem").is_none()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_attempt_renders_the_same_author() {
    // Only Freshchat is asked for the names of agents; the other helpdesks have none.
    every_channel(|channel, _| async move {
        let helpdesk = "freshchat";
        let options = serde_json::json!({"agent_name": true});
        let mut rig = Rig::start_with(channel, helpdesk, |settings| settings.options = options).await;
        rig.customer_says("Hi").await;
        rig.exactly_at_helpdesk(1).await;
        rig.agent_says("one").await;
        let named = rig.exactly_at_channel(1).await[0].from.clone();
        // A new process, which knows no names yet.
        rig.relay_dies().await;
        rig.bridge.channel.faults().add(Fault::next(How::Status(503)));
        rig.agent_says("two").await;
        rig.journal_shows("the failed send", |entry| entry["error"].as_str().is_some_and(|it| it.contains("503")))
            .await;
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
    every_helpdesk(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        rig.customer_says("before").await;
        rig.exactly_at_helpdesk(1).await;
        let faults = rig.bridge.helpdesk.faults().clone();
        for _ in 0..1_000 {
            faults.add(Fault::next(How::Status(503)));
        }
        let outage = tokio::spawn(async move {
            // The outage lasts a second.
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
    every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        rig.customer_says("warm").await;
        rig.exactly_at_helpdesk(1).await;
        rig.bridge.helpdesk.faults().add(Fault::next(How::Slow(Duration::from_secs(4))));
        let began = Instant::now();
        rig.customer_says("quick").await;
        assert!(began.elapsed() < Duration::from_secs(2), "{channel} {helpdesk}: {:?}", began.elapsed());
        rig.exactly_at_helpdesk(2).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_queue_fails_the_platform_is_told_to_come_again() {
    every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        // More failures than the SDK retries.
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

/// The time scale by which the three days after which a message is given up pass in a quarter of a second.
const SHORT_LIFE: f64 = 1e-6;

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_for_days_is_dead_and_can_be_redriven() {
    every_channel(|channel, helpdesk| async move {
        let rig = Rig::start_with(channel, helpdesk, |settings| settings.retry_time_scale = SHORT_LIFE).await;
        rig.customer_says("before").await;
        rig.exactly_at_helpdesk(1).await;
        rig.bridge.channel.faults().add(Fault::next(How::Status(503)).times(1_000));
        rig.agent_says("late").await;
        let fast = rig.fast_time();
        let path = format!("/installations/{}/dead-letters", rig.bridge.installation_id());
        let dead = eventually("a dead letter", async || {
            let (_, body) = rig.bridge.admin("GET", &path, None).await.unwrap();
            body["messages"].as_array().filter(|dead| !dead.is_empty()).cloned()
        })
        .await;
        drop(fast);
        assert_eq!(dead.len(), 1, "{channel} {helpdesk}: {:?}", rig.journal().await);
        assert!(dead[0]["error"].as_str().is_some_and(|error| error.contains("503")), "{dead:?}");
        assert_eq!(rig.at_channel(), []);
        // Both helpdesks with notes and helpdesks with statuses report it.
        rig.agents_are_told().await;
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
    every_helpdesk(|channel, helpdesk| async move {
        let rig = Rig::start_with(channel, helpdesk, |settings| settings.retry_time_scale = SHORT_LIFE).await;
        rig.customer_says("before").await;
        rig.exactly_at_helpdesk(1).await;
        // The message is too old for another try when its only try ends.
        let late = Fault::next(How::Hang(Duration::from_millis(500))).with_effect();
        rig.bridge.helpdesk.faults().add(late);
        rig.customer_says("late").await;
        rig.journal_shows("the dead letter", |entry| entry["direction"] == "inbound" && entry["state"] == "dead").await;
        let redrive = format!("/installations/{}/redrive", rig.bridge.installation_id());
        assert_eq!(rig.bridge.admin("POST", &redrive, None).await.unwrap().1["redriven"], 1, "{helpdesk}");
        let all_done = |journal: &[Value]| {
            journal.iter().filter(|entry| entry["direction"] == "inbound").all(|entry| entry["state"] == "done")
        };
        rig.journal_is("nothing but delivered messages of customers", all_done).await;
        // What agents are told may be a message of its own.
        let seen = rig.at_helpdesk();
        assert_eq!(seen.iter().filter(|seen| seen.text == "late").count(), 1, "{helpdesk}: {:?}", texts(&seen));
    })
    .await;
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
            received_at: Millis::new(1),
            event: byoc::model::message::Event::Channel(byoc::model::message::ChannelEvent::new(
                format!("e{number}"),
                Millis::new(1),
                contact,
                byoc::model::message::ChannelEventKind::Message {
                    parts: vec![byoc::model::message::Part::text("dead")],
                },
            )),
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
