//! Tests of conversations that agents begin: the customer has never written.

use std::sync::Arc;

use byoc_tests::{Rig, eventually, every_pair, texts};
use byoc_vendors::{helpdesk::is_messenger::IsMessengerSim, people::Saying};

const PHONE: &str = "+447700900555";
/// The channels whose contacts are telephone numbers, and may be written to first.
const PHONE_CHANNELS: [&str; 4] = ["bird", "messagebird", "rcs", "twilio"];

fn text(text: &str) -> Saying {
    Saying::Text(text.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_begins_with_a_telephone_number_and_the_customer_answers_there() {
    for (channel, helpdesk) in PHONE_CHANNELS.iter().flat_map(|channel| [(*channel, "freshchat"), (*channel, "deskie")])
    {
        let rig = Rig::start(channel, helpdesk).await;
        let digits: String = rig.bridge.channel.customer().chars().filter(char::is_ascii_digit).collect();
        let written = format!("00{} {}", &digits[..4], &digits[4..]);
        rig.bridge.helpdesk.begin(Some(&written), text("Hello, your parcel is here.")).await.unwrap();
        let seen = rig.exactly_at_channel(1).await;
        assert!(seen[0].text.contains("your parcel is here"), "{channel} {helpdesk}: {:?}", texts(&seen));
        assert!(seen[0].contact.contains(&digits), "{channel} {helpdesk}: {seen:?}");
        assert_eq!(rig.bridge.helpdesk.failures(), [] as [&str; 0], "{channel} {helpdesk}");
        rig.bridge.channel.say(&seen[0].contact, text("Thank you!")).await.unwrap();
        let arrived = rig.exactly_at_helpdesk(1).await;
        assert_eq!(texts(&arrived), ["Thank you!"], "{channel} {helpdesk}");
        if helpdesk == "freshchat" {
            // The user has the contact's name now.
            let reference = format!("{channel}:{}", seen[0].contact);
            rig.bridge.helpdesk.answer(&reference, text("You are welcome.")).await.unwrap();
            rig.exactly_at_channel(2).await;
        }
        let made = rig.bridge.helpdesk.made();
        assert_eq!(
            (made.users, made.conversations),
            (1, 1),
            "{channel} {helpdesk}: the agent's own stay the only ones"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_begins_on_whatsapp_with_a_template() {
    for helpdesk in ["freshchat", "deskie"] {
        let rig = Rig::start("whatsapp", helpdesk).await;
        let number = format!("+{}", rig.bridge.channel.customer());
        rig.bridge.helpdesk.begin(Some(&number), text("Hello!")).await.unwrap();
        let told = eventually("the note", async || rig.notes().into_iter().next()).await;
        assert!(told.text.contains("/template"), "{helpdesk}: {}", told.text);
        let rig = Rig::start("whatsapp", helpdesk).await;
        rig.bridge
            .helpdesk
            .begin(Some(&number), text("/template order_ready:en customer_name=Ana | order_id=4711"))
            .await
            .unwrap();
        let seen = rig.exactly_at_channel(1).await;
        assert_eq!(format!("+{}", seen[0].contact), number, "{helpdesk}");
        rig.bridge.channel.say(&seen[0].contact, text("Thank you!")).await.unwrap();
        assert_eq!(texts(&rig.exactly_at_helpdesk(1).await), ["Thank you!"], "{helpdesk}");
        let made = rig.bridge.helpdesk.made();
        assert_eq!((made.users, made.conversations), (1, 1), "{helpdesk}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_written_to_is_told_to_the_agent() {
    let bad_numbers = [
        (None, "has no telephone number"),
        (Some("020 7946 0000"), "with its country code"),
        (Some("call me"), "with its country code"),
    ];
    let only = "only the customer can begin";
    let others = [("viber", Some(PHONE), only), ("telegram", None, only)];
    let of_channel = |channel| bad_numbers.iter().map(move |(phone, reason)| (channel, *phone, *reason));
    for (channel, phone, reason) in PHONE_CHANNELS.into_iter().chain(["whatsapp"]).flat_map(of_channel).chain(others) {
        for helpdesk in ["freshchat", "deskie"] {
            let rig = Rig::start(channel, helpdesk).await;
            rig.bridge.helpdesk.begin(phone, text("Hello?")).await.unwrap();
            let told = eventually("the note", async || rig.notes().into_iter().next()).await;
            assert!(told.text.contains(reason), "{channel} {helpdesk}: {}", told.text);
            assert!(!told.text.contains("Hello?"), "{channel} {helpdesk}: {}", told.text);
            assert_eq!(rig.at_channel(), [], "{channel} {helpdesk}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_the_bridges_answer_reads_there_that_a_number_is_none() {
    for number in ["call me", "020 7946 0000", "+44", ""] {
        let rig = Rig::start_with("twilio", "is_messenger", |settings| {
            settings.helpdesk = Arc::new(IsMessengerSim::demo().unwrap().with_phone_ids());
        })
        .await;
        for rig in [rig, Rig::start("twilio", "custom").await] {
            let kind = rig.bridge.helpdesk.kind();
            let said = rig.bridge.helpdesk.begin(Some(number), text("Hello?")).await.unwrap();
            assert_eq!(said.status, 400, "{kind} {number}: {}", said.body);
            assert!(said.body.contains("contact"), "{kind} {number}: {}", said.body);
            rig.wait_for_surplus().await;
            assert_eq!(rig.at_channel(), [], "{kind} {number}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_begins_arrives_or_is_explained_on_every_channel() {
    every_pair(|channel, helpdesk| async move {
        let is_phone_channel = channel == "whatsapp" || PHONE_CHANNELS.contains(&channel);
        let rig = Rig::start_with(channel, helpdesk, |settings| {
            if helpdesk == "is_messenger" && is_phone_channel {
                settings.helpdesk = Arc::new(IsMessengerSim::demo().unwrap().with_phone_ids());
            }
        })
        .await;
        let digits: String = rig.bridge.channel.customer().chars().filter(char::is_ascii_digit).collect();
        let phone = if is_phone_channel { format!("+{digits}") } else { PHONE.to_owned() };
        let said = match rig.bridge.helpdesk.begin(Some(&phone), text("Hello, your parcel is here.")).await {
            Ok(said) => said,
            // IS-Messenger itself lets nobody begin with a contact that has no telephone number.
            Err(_) if helpdesk == "is_messenger" && !is_phone_channel => return,
            Err(error) => panic!("{channel} {helpdesk}: {error}"),
        };
        let reason = if channel == "whatsapp" { "/template" } else { "only" };
        if PHONE_CHANNELS.contains(&channel) {
            let seen = rig.exactly_at_channel(1).await;
            assert!(seen[0].text.contains("your parcel is here"), "{channel} {helpdesk}: {:?}", texts(&seen));
            assert_eq!(rig.bridge.helpdesk.failures(), [] as [&str; 0], "{channel} {helpdesk}");
            return;
        }
        let told = eventually("the reason", async || {
            let refusal = Some(said.body.clone()).filter(|_| said.status >= 400);
            refusal.or_else(|| rig.bridge.helpdesk.failures().pop())
        })
        .await;
        assert!(told.contains(reason), "{channel} {helpdesk}: {told}");
        assert_eq!(rig.at_channel(), [], "{channel} {helpdesk}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_writes_is_the_user_that_somebody_entered_with_the_number() {
    let rig = Rig::start("twilio", "freshchat").await;
    let digits: String = rig.bridge.channel.customer().chars().filter(char::is_ascii_digit).collect();
    rig.bridge.helpdesk.begin(Some(&digits), text("Hello?")).await.unwrap();
    eventually("the note", async || rig.notes().into_iter().next()).await;
    rig.customer_says("Is anybody there?").await;
    let seen = eventually("the message", async || rig.at_helpdesk().into_iter().find(|seen| !seen.private)).await;
    assert_eq!(seen.text, "Is anybody there?");
    let made = rig.bridge.helpdesk.made();
    assert_eq!((made.users, made.conversations), (1, 1));
    rig.agent_says("Now I can write.").await;
    rig.exactly_at_channel(1).await;
}
