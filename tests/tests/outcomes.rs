//! Tests of what people are told when a message cannot be delivered.

use std::sync::Arc;

use byoc_tests::{Rig, eventually, every_channel, every_helpdesk, every_pair, texts};
use byoc_vendors::{
    channel::{telegram::Telegram, viber::Viber},
    fault::{Fault, How},
    helpdesk::freshchat::{FreshchatSim, TOPIC},
    people::{Saying, Seen},
};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_account_shows_as_a_problem_and_loses_nothing() {
    every_helpdesk(|channel, helpdesk| async move {
        let rig = Rig::start_with(channel, helpdesk, |settings| settings.retry_time_scale = 0.01).await;
        rig.customer_says("before").await;
        rig.exactly_at_helpdesk(1).await;
        let faults = rig.bridge.helpdesk.faults();
        // The key was withdrawn, or is one of another account.
        for status in [401, 403] {
            faults.add(Fault::next(How::Status(status)));
        }
        rig.customer_says("during").await;
        let is_blocked = |shown: &Value| shown["problem"]["code"] == "helpdesk_blocked";
        let shown = rig.installation_shows("a problem", is_blocked).await;
        let page = shown["settings_url"].as_str().unwrap();
        let html = byoc_tests::http_client().get(page).send().await.unwrap().text().await.unwrap();
        assert!(html.contains("Needs your attention"), "{channel} {helpdesk}");
        // There is no note per message, since the agents cannot do anything about the problem.
        assert_eq!(rig.notes(), [], "{channel} {helpdesk}");
        let fast = rig.fast_time();
        rig.exactly_at_helpdesk(2).await;
        drop(fast);
        rig.installation_shows("no problem", |shown| shown.get("problem").is_none()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_topic_shows_as_a_problem_and_loses_nothing() {
    let freshchat = FreshchatSim::demo().unwrap();
    let helpdesk = Arc::new(freshchat.clone());
    let rig = Rig::start_with("viber", "freshchat", |settings| {
        settings.helpdesk = helpdesk;
        settings.retry_time_scale = 0.01;
    })
    .await;
    freshchat.delete_topic(TOPIC, true);
    rig.customer_says("during").await;
    let is_blocked = |shown: &Value| shown["problem"]["code"] == "helpdesk_blocked";
    let shown = rig.installation_shows("a problem", is_blocked).await;
    assert!(shown["problem"]["message"].as_str().unwrap().contains("topic"), "{shown}");
    let path = format!("/installations/{}", rig.bridge.installation_id());
    let (_, checked) = rig.bridge.admin("POST", &format!("{path}/check"), None).await.unwrap();
    assert!(checked["helpdesk"]["reason"].to_string().contains("no topic with the id"), "{checked}");
    // An install or a change with a topic of another account is refused at once.
    let other = serde_json::json!({"helpdesk": {"channel_id": "808a2713-0000-4003-bc7f-6923baec92a4"}});
    let (status, refused) = rig.bridge.admin("PATCH", &path, Some(&other)).await.unwrap();
    assert_eq!((status, &refused["error"]["code"]), (422, &Value::from("credentials_refused")), "{refused}");
    freshchat.delete_topic(TOPIC, false);
    let fast = rig.fast_time();
    assert_eq!(texts(&rig.exactly_at_helpdesk(1).await), ["during"]);
    drop(fast);
    rig.installation_shows("no problem", |shown| shown.get("problem").is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_whose_user_was_merged_away_writes_on_and_gets_every_answer() {
    for keeps_reference in [true, false] {
        let freshchat = FreshchatSim::demo().unwrap();
        let helpdesk = Arc::new(freshchat.clone());
        let rig = Rig::start_with("viber", "freshchat", |settings| settings.helpdesk = helpdesk).await;
        rig.customer_says("before").await;
        let contact = rig.exactly_at_helpdesk(1).await.remove(0).contact;
        freshchat.merge_user(&contact, keeps_reference);
        rig.customer_says("after").await;
        let seen = rig.exactly_at_helpdesk(2).await;
        assert_eq!(seen[1].contact, contact, "{keeps_reference}");
        let is_same = seen[0].conversation == seen[1].conversation;
        assert_eq!(is_same, keeps_reference, "{seen:?}");
        rig.agent_says("Hello").await;
        assert_eq!(texts(&rig.exactly_at_channel(1).await), ["Hello"], "{keeps_reference}");
        assert_eq!(rig.notes(), [], "{keeps_reference}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_the_vendors_place_is_no_verdict() {
    every_helpdesk(|channel, helpdesk| async move {
        let rig = Rig::start_with(channel, helpdesk, |settings| settings.retry_time_scale = 0.01).await;
        rig.customer_says("before").await;
        rig.exactly_at_helpdesk(1).await;
        for status in [401, 403, 404] {
            rig.bridge.helpdesk.faults().add(Fault::next(How::Page(status)));
            rig.bridge.channel.faults().add(Fault::next(How::Page(status)).at("send_message"));
        }
        rig.customer_says("during").await;
        rig.agent_says("answer").await;
        rig.exactly_at_helpdesk(2).await;
        rig.exactly_at_channel(1).await;
        rig.installation_shows("no problem", |shown| shown.get("problem").is_none()).await;
        assert_eq!(rig.notes(), [], "{channel} {helpdesk}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_becomes_a_notice_and_holds_nobody_up() {
    every_pair(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        rig.customer_says("Hi").await;
        let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
        let host = byoc_tests::files(&[]).await;
        let gone = Saying::Media {
            kind: byoc::model::message::MediaKind::File,
            url: format!("{}/gone.pdf", host.url()),
            name: "gone.pdf".into(),
            size: 5,
        };
        let said = rig.bridge.helpdesk.answer(&contact, gone).await.unwrap();
        assert_eq!(said.status, 200, "{channel} {helpdesk}: {}", said.body);
        rig.agent_says("after it").await;
        let fast = rig.fast_time();
        let seen = rig.exactly_at_channel(2).await;
        drop(fast);
        assert!(seen[0].text.contains("gone.pdf"), "{channel} {helpdesk}: {seen:?}");
        assert!(seen[1].text.contains("after it"), "{channel} {helpdesk}: {seen:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_somebody_who_left_is_told_to_the_agents_and_holds_nobody_up() {
    every_helpdesk(|_, helpdesk| async move {
        let viber = std::sync::Arc::new(Viber::demo().unwrap());
        let channel = viber.clone();
        let rig = Rig::start_with("viber", helpdesk, |settings| settings.channel = channel).await;
        rig.customer_says("Hi").await;
        rig.exactly_at_helpdesk(1).await;
        viber.unsubscribe(rig.bridge.channel.customer()).await.unwrap();
        rig.settled().await;
        let calls = rig.bridge.channel.faults().total();
        rig.agent_says("too late").await;
        rig.agents_are_told().await;
        rig.settled().await;
        let mut journal = rig.journal().await;
        journal.retain(|entry| entry["direction"] == "outbound");
        assert_eq!((journal.len(), &journal[0]["state"]), (1, &json!("rejected")), "{helpdesk}: {journal:?}");
        assert_eq!((rig.at_channel(), rig.bridge.channel.faults().total()), (Vec::new(), calls), "{helpdesk}");
        rig.customer_says("back again").await;
        rig.exactly_at_helpdesk(2).await;
        rig.agent_says("welcome back").await;
        assert!(rig.exactly_at_channel(1).await[0].text.contains("welcome back"), "{helpdesk}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telegram_button_is_pressed_and_a_stopped_bot_stays_silent() {
    let telegram = std::sync::Arc::new(Telegram::demo().unwrap());
    let channel = telegram.clone();
    let rig = Rig::start_with("telegram", "freshchat", |settings| settings.channel = channel).await;
    let customer = rig.bridge.channel.customer();
    rig.customer_says("Hi").await;
    let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
    let choices = json!([{"text": {"content": "Shall it come today?"}}, {"quick_reply_button": {"label": "Yes"}}]);
    rig.bridge.helpdesk.answer(&contact, Saying::Raw(choices)).await.unwrap();
    let has_button = async || rig.at_channel().iter().any(|seen| seen.raw.to_string().contains("Yes")).then_some(());
    eventually("the button", has_button).await;
    telegram.press(customer, "Yes").await.unwrap();
    assert!(rig.exactly_at_helpdesk(2).await[1].text.contains("Yes"));
    let before = rig.at_channel().len();

    telegram.set_blocked(customer, true).await.unwrap();
    rig.settled().await;
    rig.agent_says("too late").await;
    rig.agents_are_told().await;
    telegram.set_blocked(customer, false).await.unwrap();
    rig.settled().await;
    rig.agent_says("welcome back").await;
    let seen = rig.exactly_at_channel(before + 1).await;
    assert!(seen.last().unwrap().text.contains("welcome back"), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_read_what_the_chat_was_opened_with_once_and_with_the_first_message() {
    every_helpdesk(|_, helpdesk| async move {
        let viber = std::sync::Arc::new(Viber::demo().unwrap());
        let channel = viber.clone();
        let rig = Rig::start_with("viber", helpdesk, |settings| settings.channel = channel).await;
        let said = viber.open(rig.bridge.channel.customer(), Some("campaign=spring&order=1042")).await.unwrap();
        assert_eq!(said.status, 200, "{helpdesk}: {said:?}");
        rig.settled().await;
        assert_eq!(rig.at_helpdesk(), [], "{helpdesk}: nobody wrote yet");
        // The first attempt fails; the second must give the same reason.
        rig.bridge.helpdesk.faults().add(Fault::next(How::Status(503)));
        rig.customer_says("Hi").await;
        let fast = rig.fast_time();
        let has_arrived =
            |text: &str| rig.at_helpdesk().last().is_some_and(|seen| seen.text.contains(text)).then_some(());
        eventually("the first message", async || has_arrived("Hi")).await;
        rig.customer_says("again").await;
        eventually("the second message", async || has_arrived("again")).await;
        drop(fast);
        let all = byoc_tests::texts(&rig.at_helpdesk()).join("\n");
        let opened = "[The chat was opened with: campaign=spring&order=1042]";
        assert_eq!(all, format!("{opened}\nHi\nagain"), "{helpdesk}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_whose_other_id_becomes_known_stays_in_their_conversation() {
    every_helpdesk(|_, helpdesk| async move {
        let place = |seen: &Seen| (seen.contact.clone(), seen.conversation.clone());
        let rig = Rig::start("whatsapp", helpdesk).await;
        rig.customer_says("by number").await;
        rig.exactly_at_helpdesk(1).await;
        let by_user =
            json!({"type": "text", "text": {"body": "by user id"}, "from_user_id": "US.20817340965518273604"});
        let customer = rig.bridge.channel.customer();
        let said = rig.bridge.channel.say(customer, Saying::Raw(by_user)).await.unwrap();
        assert_eq!(said.status, 200, "{helpdesk}: {said:?}");
        let seen = rig.exactly_at_helpdesk(2).await;
        assert_eq!(place(&seen[0]), place(&seen[1]), "{helpdesk}: {seen:?}");
        rig.agent_says("answer").await;
        assert_eq!(byoc_tests::texts(&rig.exactly_at_channel(1).await), ["answer"], "{helpdesk}");
        // The next owner of the number is another person.
        let next = json!({"type": "text", "text": {"body": "new owner"}, "from_user_id": "US.999"});
        rig.bridge.channel.say(customer, Saying::Raw(next)).await.unwrap();
        let seen = rig.exactly_at_helpdesk(3).await;
        assert_ne!(place(&seen[1]), place(&seen[2]), "{helpdesk}: {seen:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_whose_id_changes_twice_stays_in_their_conversation() {
    every_helpdesk(|_, helpdesk| async move {
        let place = |seen: &Seen| (seen.contact.clone(), seen.conversation.clone());
        let rig = Rig::start("whatsapp", helpdesk).await;
        let customer = rig.bridge.channel.customer();
        let says = |content: Value| rig.bridge.channel.say(customer, Saying::Raw(content));
        let text = |user: &str| json!({"type": "text", "text": {"body": user}, "from_user_id": user});
        says(text("US.111")).await.unwrap();
        let first = place(&rig.exactly_at_helpdesk(1).await[0]);
        let mut seen = 1;
        for (before, now) in [("US.111", "US.222"), ("US.222", "US.111"), ("US.111", "US.333")] {
            let system = json!({"type": "user_changed_user_id", "user_id": now, "previous_user_id": before});
            let news = json!({"type": "system", "system": system, "from_user_id": before});
            assert_eq!(says(news).await.unwrap().status, 200, "{helpdesk}");
            rig.settled().await;
            says(text(now)).await.unwrap();
            seen += 1;
            let last = rig.exactly_at_helpdesk(seen).await.pop().unwrap();
            assert_eq!((last.text.as_str(), place(&last)), (now, first.clone()), "{helpdesk}");
            rig.agent_says(&format!("to {now}")).await;
            let answer = rig.exactly_at_channel(seen - 1).await.pop().unwrap();
            assert_eq!((answer.text, answer.contact), (format!("to {now}"), now.to_owned()), "{helpdesk}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_that_asks_to_wait_uses_up_no_tries() {
    every_helpdesk(|_, helpdesk| async move {
        let rig = Rig::start("viber", helpdesk).await;
        rig.customer_says("one").await;
        rig.exactly_at_helpdesk(1).await;
        // More often than a message is retried.
        for _ in 0..20 {
            rig.bridge.helpdesk.faults().add(Fault::next(How::TooMany(1)));
            rig.bridge.channel.faults().add(Fault::next(How::TooMany(1)).at("send_message"));
        }
        let fast = rig.fast_time();
        rig.customer_says("two").await;
        rig.agent_says("three").await;
        rig.exactly_at_helpdesk(2).await;
        rig.exactly_at_channel(1).await;
        drop(fast);
        assert_eq!(rig.bridge.helpdesk.failures(), Vec::<String>::new(), "{helpdesk}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_marketplace_installs_updates_and_removes() {
    every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        let (channel_url, helpdesk_url) = rig.bridge.vendor_urls();
        let nested = json!({
            "helpdesk": rig.bridge.helpdesk.install(&helpdesk_url),
            "channel": rig.bridge.channel.install(&channel_url),
        });
        let mut flat = serde_json::Map::new();
        for side in ["helpdesk", "channel"] {
            for (name, value) in nested[side].as_object().unwrap() {
                flat.insert(format!("{side}_{name}"), value.clone());
            }
        }
        flat.insert("on_resolved".into(), json!("new"));
        flat.insert("agent_name".into(), json!("true"));
        let event =
            |name: &str, iparams: Value| json!({"event": name, "account_id": "13", "region": "US", "iparams": iparams});
        let id = json!(rig.bridge.installation_id());
        let invoke = |event: Value| rig.bridge.invoke_install_hook(event);
        let answer = invoke(event("onAppInstall", nested)).await;
        assert_eq!(
            (&answer["ok"], &answer["installation"]["id"]),
            (&json!(true), &id),
            "{channel} {helpdesk}: {answer}"
        );
        let answer = invoke(event("afterAppUpdate", Value::Object(flat.clone()))).await;
        assert_eq!(answer["installation"]["settings"]["on_resolved"], "new", "{channel} {helpdesk}: {answer}");
        assert_eq!(answer["installation"]["settings"]["agent_name"], true, "{channel} {helpdesk}: {answer}");
        let answer = invoke(event("onAppInstall", json!({"viber_token": "x"}))).await;
        assert_eq!(answer["ok"], false);
        assert!(answer["error"]["message"].as_str().unwrap().chars().count() <= 60, "{answer}");
        let answer = invoke(event("onAppUninstall", Value::Object(flat))).await;
        assert_eq!(answer["installation"]["state"], "uninstalled", "{channel} {helpdesk}: {answer}");
        // Uninstalling an unknown installation succeeds, so that the app can be removed.
        let answer = invoke(event("onAppUninstall", json!({}))).await;
        assert_eq!(answer["ok"], true, "{answer}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_copies_exactly_what_is_to_be_pasted() {
    every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        let page = byoc_tests::http_client().get(rig.bridge.installation["settings_url"].as_str().unwrap());
        let page = page.send().await.unwrap();
        let html = page.text().await.unwrap();
        let buttons: Vec<String> = html
            .split("data-copy=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().replace("&quot;", "\"").replace("&amp;", "&"))
            .collect();
        let steps = rig.bridge.installation["steps"].as_array().unwrap();
        let pasted: Vec<&str> = steps.iter().filter_map(|step| step["copy"].as_str()).collect();
        assert_eq!(buttons, pasted, "{channel}");
        let url = rig.bridge.installation["channel_webhook_url"].as_str().unwrap();
        assert_eq!(pasted.contains(&url), channel != "twilio" && rig.bridge.installation["state"] == "manual");
        let sentences = rig.bridge.installation["next_steps"].as_array().unwrap();
        for (step, sentence) in steps.iter().zip(sentences) {
            let (sentence, copy) = (sentence.as_str().unwrap(), step["copy"].as_str().unwrap_or_default());
            assert!(sentence.contains(copy), "{channel}: {sentence}");
        }
        let own = format!("/installations/{}/check", rig.bridge.installation_id());
        let (status, report) = rig.bridge.admin("POST", &own, None).await.unwrap();
        let ends = report["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "platform_ends");
        assert_eq!((status, ends), (200, channel == "messagebird"), "{channel}: {report}");
    })
    .await;
}
