//! Tests of quotes and read marks.

use std::time::{Duration, Instant};

use byoc::{
    model::message::{
        Author, AuthorKind, ENVELOPE_VERSION, Envelope, Event, HelpdeskEvent, HelpdeskEventKind, Part, Quote,
    },
    outside::{clock::now, queue::Outgoing},
};
use byoc_local::bridge::{QUEUE, TABLE};
use byoc_tests::{Rig, eventually, every_channel, every_pair};
use byoc_vendors::{
    fault::{Fault, How},
    people::{Saying, Seen},
};
use serde_json::{Value, json};

/// Returns a customer of a channel who can quote: at Twilio, one on WhatsApp.
fn customer(rig: &Rig) -> &'static str {
    if rig.bridge.channel.kind() == "twilio" { "whatsapp:+447700900123" } else { rig.bridge.channel.customer() }
}

/// Writes as a customer who answers the message with this id.
async fn quote(rig: &Rig, customer: &str, text: &str, message: &str) {
    let saying = rig.bridge.channel.quoting(text, message).expect("a channel with quotes");
    let said = rig.bridge.channel.say(customer, saying).await.expect("a webhook call");
    assert_eq!(said.status, 200, "{}", said.body);
}

/// Returns every item of the table as text.
async fn table(rig: &Rig) -> String {
    let items = rig.aws().await.dynamodb().scan().table_name(TABLE).send().await.unwrap();
    format!("{:?}", items.items())
}

/// Puts an agent's message into the queue, which answers a message of the helpdesk.
async fn answer(rig: &Rig, author: AuthorKind, parts: Vec<Part>, quote: Option<Quote>) {
    let kind = HelpdeskEventKind::Message { author: Author { kind: author, name: None, id: None }, parts };
    let (contact, user, conversation, repeat_key) = (Some(customer(rig).to_owned()), None, None, None);
    let group = customer(rig).to_owned();
    let id = format!("answer-{}-{}", now(), rig.at_channel().len());
    let event = HelpdeskEvent { id, at: now(), group, contact, user, conversation, repeat_key, kind, quote };
    let installation = rig.bridge.installation_id().to_owned();
    let envelope = Envelope { v: ENVELOPE_VERSION, installation, received_at: now(), event: Event::Helpdesk(event) };
    rig.queue(QUEUE).await.send_one(&Outgoing::pack(&envelope).unwrap(), None).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_read_which_message_a_customer_answers() {
    let can_quote = every_pair(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        let customer = customer(&rig);
        rig.say(customer, "Do you have\nred lamps?").await;
        let first = rig.bridge.channel.newest(customer);
        rig.exactly_at_helpdesk(1).await;
        rig.agent_says("We have a blue one.").await;
        let answered = rig.exactly_at_channel(1).await;
        let first = first.filter(|first| rig.bridge.channel.quoting("", first).is_some())?;
        quote(&rig, customer, "This one", &answered[0].id).await;
        let seen = rig.exactly_at_helpdesk(2).await;
        let author = match (channel, helpdesk) {
            ("telegram", _) => "Shop",
            // The system tells the agent's name with every message.
            (_, "custom") => "Ines Halvorsund",
            _ => "Agent",
        };
        let expected = format!("> {author}: “We have a blue one.”");
        let text = &seen[1].text;
        assert!(text.contains(&expected) && text.ends_with("This one"), "{channel} {helpdesk}: {text}");
        quote(&rig, customer, "My first question", &first).await;
        let text = &rig.exactly_at_helpdesk(3).await[2].text;
        assert!(text.contains("“Do you have red lamps?”") && text.ends_with("My first question"), "{channel}: {text}");
        // An unknown message.
        if let Some(saying) = rig.bridge.channel.quoting("Yes", "wamid.unknown") {
            rig.bridge.channel.say(customer, saying).await.unwrap();
            let text = &rig.exactly_at_helpdesk(4).await[3].text;
            assert!(text.contains("> (in reply to an earlier message)") && text.ends_with("Yes"), "{channel}: {text}");
        }
        assert_eq!(rig.notes(), [], "{channel} {helpdesk}");
        Some(channel)
    })
    .await;
    let mut can_quote: Vec<&str> = can_quote.into_iter().flatten().collect();
    can_quote.sort_unstable();
    can_quote.dedup();
    if byoc_tests::variable("BYOC_CHANNEL").is_none() {
        assert_eq!(can_quote, ["custom", "instagram", "line", "messenger", "telegram", "twilio", "whatsapp"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_up_is_made_only_for_a_quote() {
    let rig = Rig::start("line", "freshchat").await;
    let (customer, table) = (customer(&rig), rig.bridge.table.calls());
    let counts = async |number: usize| {
        rig.exactly_at_helpdesk(number).await;
        rig.settled().await;
        let counts = ["BatchGetItem", "UpdateItem", "TransactWriteItems", "GetItem"].map(|call| table.count(call));
        table.reset();
        counts
    };
    rig.say(customer, "one").await;
    let first = rig.bridge.channel.newest(customer).unwrap();
    rig.exactly_at_helpdesk(1).await;
    // The helpdesk's first call, about the message that was posted, notes that the helpdesk was heard.
    rig.installation_shows("a helpdesk that was heard", |shown| !shown["heard"]["helpdesk"].is_null()).await;
    counts(1).await;
    rig.say(customer, "two").await;
    assert_eq!(counts(2).await, [1, 1, 1, 0]);
    quote(&rig, customer, "three", &first).await;
    assert_eq!(counts(3).await, [1, 1, 1, 2], "the look-up and the quoted message");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quote_never_crosses_contacts() {
    for (channel, other) in [("whatsapp", "16505550177"), ("line", "U00000000000000000000000000000001")] {
        let rig = Rig::start(channel, "freshchat").await;
        rig.customer_says("my card is 4111").await;
        let theirs = rig.bridge.channel.newest(customer(&rig)).unwrap();
        rig.exactly_at_helpdesk(1).await;
        rig.agent_says("your code is 4242").await;
        let answered = rig.exactly_at_channel(1).await;
        for (number, message) in [(2, &theirs), (3, &answered[0].id)] {
            quote(&rig, other, "and?", message).await;
            let text = &rig.exactly_at_helpdesk(number).await[number - 1].text;
            assert!(text.contains("(in reply to an earlier message)") && !text.contains("4111"), "{channel}: {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_no_words_are_stored() {
    for (channel, remember) in [("whatsapp", true), ("whatsapp", false), ("line", false), ("viber", true)] {
        let rig = Rig::start_with(channel, "freshchat", |settings| {
            settings.options = json!({"remember_quotes": remember});
        })
        .await;
        rig.customer_says("words of the customer").await;
        let first = rig.bridge.channel.newest(customer(&rig));
        rig.exactly_at_helpdesk(1).await;
        rig.agent_says("words of the agent").await;
        rig.exactly_at_channel(1).await;
        rig.settled().await;
        // Viber has no quotes, so that nothing is stored there either.
        let is_stored = remember && channel == "whatsapp";
        assert_eq!(table(&rig).await.contains("words of the customer"), is_stored, "{channel}");
        assert_eq!(table(&rig).await.contains("words of the agent"), is_stored, "{channel}");
        if let Some(first) = first.filter(|_| !remember) {
            quote(&rig, customer(&rig), "this", &first).await;
            let text = &rig.exactly_at_helpdesk(2).await[1].text;
            assert!(text.contains("> (in reply to an earlier message)"), "{channel}: {text}");
            assert!(!table(&rig).await.contains("words of the customer"), "{channel}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_of_one_push_can_be_quoted() {
    let rig = Rig::start("line", "deskie").await;
    rig.customer_says("hello").await;
    rig.exactly_at_helpdesk(1).await;
    answer(&rig, AuthorKind::Agent, vec![Part::text("one"), Part::text("two")], None).await;
    let seen = rig.exactly_at_channel(2).await;
    quote(&rig, customer(&rig), "that", &seen[1].id).await;
    let text = &rig.exactly_at_helpdesk(2).await[1].text;
    assert!(text.contains("> Agent: “one two”"), "{text}");
}

/// Returns the id of the message that a customer sees as quoted.
fn quoted(seen: &Seen) -> Option<String> {
    let pointers = ["/context/message_id", "/reply_to/mid", "/quoteToken", "/quote/message"];
    let found = pointers.iter().find_map(|pointer| seen.raw.pointer(pointer)?.as_str().map(str::to_owned));
    let telegram = || Some(format!("{}:{}", seen.contact, seen.raw.pointer("/reply_parameters/message_id")?));
    found.or_else(telegram)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_sees_which_message_an_agent_answers() {
    for channel in ["custom", "instagram", "line", "messenger", "telegram", "twilio", "whatsapp"] {
        let rig = Rig::start(channel, "freshchat").await;
        let customer = customer(&rig);
        rig.say(customer, "Do you have red lamps?").await;
        let first = rig.bridge.channel.newest(customer).unwrap();
        let at_helpdesk = rig.exactly_at_helpdesk(1).await;
        let quote = Some(Quote::of(&at_helpdesk[0].id));
        answer(&rig, AuthorKind::Agent, vec![Part::text("Yes"), Part::text("Two")], quote.clone()).await;
        let seen = rig.exactly_at_channel(if channel == "custom" { 1 } else { 2 }).await;
        let first = if channel == "line" { format!("q-{first}") } else { first };
        if channel == "twilio" {
            // WhatsApp at Twilio has no field for a quote.
            assert!(seen[0].text.ends_with("“Do you have red lamps?”\nYes"), "{}", seen[0].text);
        } else {
            assert_eq!(quoted(&seen[0]), Some(first), "{channel}: {seen:?}");
            assert!(seen[0].text.starts_with("Yes"), "{channel}: {seen:?}");
            assert!(seen.get(1).is_none_or(|seen| quoted(seen).is_none()), "{channel}: {seen:?}");
        }
        // A message that nobody remembers.
        let before = seen.len();
        answer(&rig, AuthorKind::Agent, vec![Part::text("Three")], Some(Quote::of("unknown"))).await;
        let seen = rig.exactly_at_channel(before + 1).await;
        assert_eq!((quoted(&seen[before]), seen[before].text.as_str()), (None, "Three"), "{channel}");
        assert_eq!(rig.notes(), [], "{channel}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_refused_for_its_quote_arrives_without_it() {
    let rig = Rig::start("whatsapp", "freshchat").await;
    rig.customer_says("Do you have red lamps?").await;
    let at_helpdesk = rig.exactly_at_helpdesk(1).await;
    rig.agent_says("Wait").await;
    rig.exactly_at_channel(1).await;
    rig.settled().await;
    // WhatsApp no longer knows what the customer wrote.
    let mut memory = rig.bridge.channel.snapshot();
    memory["written"] = json!({});
    rig.bridge.channel.restore(memory);
    answer(&rig, AuthorKind::Agent, vec![Part::text("Yes")], Some(Quote::of(&at_helpdesk[0].id))).await;
    let seen = rig.exactly_at_channel(2).await;
    assert_eq!(quoted(&seen[1]), None);
    assert!(seen[1].text.ends_with("“Do you have red lamps?”\nYes"), "{}", seen[1].text);
    assert_eq!(rig.notes(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_answer_of_an_agent_marks_the_newest_message_as_read_once() {
    every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        let (sim, customer) = (rig.bridge.channel.clone(), customer(&rig));
        let marks = channel == "twilio" || sim.shows_reading();
        let mut expected = Vec::new();
        for (round, texts) in [["one", "two"], ["three", "four"]].into_iter().enumerate() {
            for text in texts {
                rig.say(customer, text).await;
            }
            rig.exactly_at_helpdesk(round * 2 + 2).await;
            assert_eq!(sim.marked(), expected, "{channel}: before an agent answers");
            expected.extend(sim.newest(customer).filter(|_| marks));
            rig.agent_says(&format!("answer {round}")).await;
            rig.exactly_at_channel(round * 2 + 1).await;
            let (sim, wanted) = (sim.clone(), expected.clone());
            eventually("the read mark", async || (sim.marked() == wanted).then_some(())).await;
            rig.agent_says(&format!("another answer {round}")).await;
            rig.exactly_at_channel(round * 2 + 2).await;
            rig.settled().await;
            assert_eq!(sim.marked(), expected, "{channel}: one message is marked once");
        }
        assert_eq!(rig.notes(), [], "{channel} {helpdesk}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_bot_nor_the_setting_marks_anything() {
    let rig = Rig::start_with("whatsapp", "freshchat", |settings| settings.options = json!({"mark_read": false})).await;
    rig.customer_says("hello").await;
    rig.exactly_at_helpdesk(1).await;
    rig.agent_says("an answer").await;
    rig.exactly_at_channel(1).await;
    rig.settled().await;
    assert_eq!(rig.bridge.channel.marked(), Vec::<String>::new());

    let rig = Rig::start("whatsapp", "freshchat").await;
    rig.customer_says("hello").await;
    rig.exactly_at_helpdesk(1).await;
    answer(&rig, AuthorKind::Bot, vec![Part::text("I am a bot")], None).await;
    rig.exactly_at_channel(1).await;
    rig.settled().await;
    assert_eq!(rig.bridge.channel.marked(), Vec::<String>::new());
    // The bot's answer leaves the mark to the agent.
    rig.agent_says("an answer").await;
    rig.exactly_at_channel(2).await;
    eventually("the read mark", async || (rig.bridge.channel.marked().len() == 1).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_mark_that_fails_or_hangs_has_no_effect_on_the_answer() {
    // LINE's marks have a path of their own.
    for how in [How::Status(500), How::Status(401), How::Quote(400), How::Reset, How::Hang(Duration::from_secs(20))] {
        let rig = Rig::start("line", "freshchat").await;
        for number in 1..=6 {
            let customer = format!("U{number:032}");
            rig.say(&customer, "hello").await;
            rig.exactly_at_helpdesk(number).await;
        }
        rig.settled().await;
        rig.bridge.channel.faults().add(Fault::next(how.clone()).at("markAsRead").times(6));
        let began = Instant::now();
        for number in 1..=6 {
            let contact = format!("line:U{number:032}");
            rig.bridge.helpdesk.answer(&contact, Saying::Text("an answer".into())).await.unwrap();
        }
        rig.exactly_at_channel(6).await;
        assert!(began.elapsed() < Duration::from_secs(8), "{how:?}: {:?}", began.elapsed());
        rig.settled().await;
        let journal = rig.journal().await;
        let is_fine = |entry: &Value| entry["state"] == "done" && entry["attempts"] == 1;
        assert!(journal.iter().all(is_fine), "{how:?}: {journal:?}");
        // Neither a brake nor a problem came of it.
        let shown = rig.installation_shows("no problem", |shown| shown["problem"].is_null()).await;
        assert!(!table(&rig).await.contains("BRAKE#channel"), "{how:?}: {shown}");
        assert_eq!((rig.bridge.channel.marked(), rig.notes()), (Vec::new(), Vec::new()), "{how:?}");
    }
}
