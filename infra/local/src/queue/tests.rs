//! Tests of the queue with the AWS SDK over HTTP.

use std::{path::Path, time::Duration};

use aws_sdk_sqs::{
    Client,
    error::ProvideErrorMetadata,
    operation::receive_message::ReceiveMessageOutput,
    types::{
        ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message, MessageAttributeValue,
        MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry,
    },
};
use tokio::{net::TcpListener, time::Instant};

use super::{QueueServer, QueueSettings, Queues};
use byoc_vendors::fault::{Fault, How};

use crate::{clock::Clock, testing};

struct Bench {
    server: QueueServer,
    client: Client,
    url: String,
}

impl Bench {
    async fn start() -> Self {
        Self::with(None).await
    }

    async fn with(directory: Option<&Path>) -> Self {
        let main = QueueSettings::new("main.fifo").with_redrive("dead.fifo", 3);
        let settings = vec![main, QueueSettings::new("dead.fifo"), QueueSettings::new("plain")];
        let queues = Queues::open(settings, directory, Clock::new()).unwrap();
        let server = queues.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
        Self { client: testing::sqs(&server.endpoint()), url: server.url("main.fifo"), server }
    }

    fn queues(&self) -> &Queues {
        self.server.queues()
    }

    fn advance(&self, seconds: u64) {
        self.queues().clock().advance(Duration::from_secs(seconds));
    }

    async fn send(&self, group: &str, body: &str) -> String {
        self.send_as(group, body, body).await
    }

    async fn send_as(&self, group: &str, deduplication: &str, body: &str) -> String {
        let send = self.client.send_message().queue_url(&self.url).message_body(body);
        let sent = send.message_group_id(group).message_deduplication_id(deduplication).send().await.unwrap();
        sent.message_id.unwrap()
    }

    async fn receive(&self, max: i32) -> Vec<Message> {
        self.receive_from("main.fifo", max).await
    }

    async fn receive_from(&self, queue: &str, max: i32) -> Vec<Message> {
        let url = self.server.url(queue);
        let receive = self.client.receive_message().queue_url(url).max_number_of_messages(max);
        messages(receive.message_system_attribute_names(MessageSystemAttributeName::All).send().await.unwrap())
    }

    async fn bodies(&self, max: i32) -> Vec<String> {
        self.receive(max).await.into_iter().map(|message| message.body.unwrap()).collect()
    }

    async fn delete(&self, message: &Message) -> Result<(), String> {
        let delete = self.client.delete_message().queue_url(&self.url);
        let done = delete.receipt_handle(message.receipt_handle().unwrap()).send().await;
        done.map(drop).map_err(|error| format!("{} {}", error.code().unwrap(), error.message().unwrap()))
    }

    async fn hide(&self, message: &Message, seconds: i32) -> Result<(), String> {
        let change = self.client.change_message_visibility().queue_url(&self.url).visibility_timeout(seconds);
        let done = change.receipt_handle(message.receipt_handle().unwrap()).send().await;
        done.map(drop).map_err(|error| error.code().unwrap().to_owned())
    }
}

fn messages(output: ReceiveMessageOutput) -> Vec<Message> {
    output.messages.unwrap_or_default()
}

fn attribute(message: &Message, name: MessageSystemAttributeName) -> &str {
    message.attributes().unwrap().get(&name).unwrap()
}

fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    let entry = SendMessageBatchRequestEntry::builder().id(id).message_body(body);
    entry.message_group_id("g").message_deduplication_id(format!("{id}{}", body.len())).build().unwrap()
}

#[tokio::test]
async fn a_group_hands_out_nothing_more_while_one_of_its_messages_is_in_flight() {
    let bench = Bench::start().await;
    for (group, body) in [("a", "a1"), ("a", "a2"), ("b", "b1"), ("a", "a3")] {
        bench.send(group, body).await;
    }
    let first = bench.receive(1).await;
    assert_eq!(first[0].body(), Some("a1"));
    let second = bench.receive(10).await;
    assert_eq!(second.len(), 1);
    assert_eq!(second[0].body(), Some("b1"));
    assert_eq!(bench.bodies(10).await, [""; 0]);
    bench.delete(&first[0]).await.unwrap();
    assert_eq!(bench.bodies(10).await, ["a2", "a3"]);
}

#[tokio::test]
async fn a_message_that_was_put_off_blocks_its_group_until_its_time_comes() {
    let bench = Bench::start().await;
    bench.send("a", "a1").await;
    bench.send("a", "a2").await;
    let held = bench.receive(1).await;
    bench.hide(&held[0], 3_600).await.unwrap();
    bench.advance(3_590);
    assert_eq!(bench.bodies(10).await, [""; 0]);
    assert!(bench.queues().peek("main.fifo")[0].hidden_for > Duration::from_secs(5));
    bench.advance(10);
    let again = bench.receive(1).await;
    assert_eq!(again[0].body(), Some("a1"));
    assert_eq!(attribute(&again[0], MessageSystemAttributeName::ApproximateReceiveCount), "2");
    bench.hide(&again[0], 0).await.unwrap();
    assert_eq!(bench.bodies(1).await, ["a1"]);
}

#[tokio::test]
async fn a_batch_of_one_group_blocks_it_until_all_are_deleted_or_visible() {
    let bench = Bench::start().await;
    for body in ["1", "2", "3"] {
        bench.send("a", body).await;
    }
    let held = bench.receive(2).await;
    bench.hide(&held[0], 0).await.unwrap();
    assert_eq!(bench.bodies(10).await, [""; 0], "2 is in flight, so 1 must wait for it");
    bench.hide(&held[1], 0).await.unwrap();
    assert_eq!(bench.bodies(10).await, ["1", "2", "3"]);
}

#[tokio::test]
async fn a_receipt_handle_expires_with_the_visibility_and_with_the_next_receive() {
    let bench = Bench::start().await;
    bench.send("a", "1").await;
    let first = bench.receive(1).await;
    bench.advance(181);
    assert!(bench.delete(&first[0]).await.unwrap_err().contains("InvalidParameterValue"));
    let second = bench.receive(1).await;
    assert!(bench.delete(&first[0]).await.unwrap_err().contains("expired"));
    assert_eq!(bench.hide(&first[0], 5).await.unwrap_err(), "InvalidParameterValue");
    assert_eq!(bench.hide(&second[0], 43_201).await.unwrap_err(), "InvalidParameterValue");
    bench.delete(&second[0]).await.unwrap();
    bench.delete(&second[0]).await.expect("deleting again is no error");
    assert_eq!(bench.hide(&second[0], 5).await.unwrap_err(), "InvalidParameterValue");
    let garbage = Message::builder().receipt_handle("garbage").build();
    assert!(bench.delete(&garbage).await.unwrap_err().contains("ReceiptHandleIsInvalid"));
}

#[tokio::test]
async fn a_deduplication_id_counts_for_five_minutes_and_per_group() {
    let bench = Bench::start().await;
    let first = bench.send_as("a", "d", "1").await;
    assert_eq!(bench.send_as("a", "d", "other").await, first);
    assert_ne!(bench.send_as("b", "d", "2").await, first);
    let held = bench.receive(1).await;
    bench.delete(&held[0]).await.unwrap();
    bench.advance(290);
    assert_eq!(bench.send_as("a", "d", "3").await, first, "also once the message is gone");
    bench.advance(11);
    assert_ne!(bench.send_as("a", "d", "4").await, first);
    assert_eq!(bench.queues().peek("main.fifo").len(), 2);
}

#[tokio::test]
async fn a_message_received_too_often_goes_to_the_dead_letter_queue() {
    let bench = Bench::start().await;
    let id = bench.send("a", "poison").await;
    bench.send("a", "next").await;
    for _ in 0..3 {
        assert_eq!(bench.bodies(1).await, ["poison"]);
        bench.advance(180);
    }
    assert_eq!(bench.bodies(1).await, ["next"]);
    let dead = bench.receive_from("dead.fifo", 1).await;
    assert_eq!(dead[0].message_id(), Some(id.as_str()));
    assert_eq!(attribute(&dead[0], MessageSystemAttributeName::MessageGroupId), "a");
    let source = attribute(&dead[0], MessageSystemAttributeName::DeadLetterQueueSourceArn);
    assert_eq!(source, "arn:aws:sqs:us-east-1:000000000000:main.fifo");
}

#[tokio::test]
async fn a_message_older_than_the_retention_period_is_gone() {
    let bench = Bench::start().await;
    bench.send("a", "1").await;
    bench.advance(13 * 24 * 3_600);
    bench.send("a", "2").await;
    bench.advance(2 * 24 * 3_600);
    assert_eq!(bench.bodies(10).await, ["2"]);
}

#[tokio::test]
async fn attributes_and_checksums_are_those_of_sqs() {
    let bench = Bench::start().await;
    let text = MessageAttributeValue::builder().data_type("String").string_value("value").build().unwrap();
    let send = bench.client.send_message().queue_url(&bench.url).message_body("Hello").message_group_id("g");
    let send = send.message_deduplication_id("d").message_attributes("name", text.clone());
    let sent = send.send().await.unwrap();
    assert_eq!(sent.md5_of_message_body(), Some("8b1a9953c4611296a827abf8c47804d7"));
    let digest = sent.md5_of_message_attributes().unwrap().to_owned();
    assert_eq!(sent.sequence_number().unwrap().len(), 20);

    let receive = bench.client.receive_message().queue_url(&bench.url).message_attribute_names("All");
    let received = messages(receive.message_system_attribute_names("All".into()).send().await.unwrap());
    assert_eq!(received[0].md5_of_message_attributes(), Some(digest.as_str()));
    assert_eq!(received[0].message_attributes().unwrap()["name"], text);
    assert_eq!(attribute(&received[0], MessageSystemAttributeName::MessageDeduplicationId), "d");
    assert_eq!(attribute(&received[0], MessageSystemAttributeName::SequenceNumber), sent.sequence_number().unwrap());
    assert!(attribute(&received[0], MessageSystemAttributeName::SentTimestamp).parse::<u64>().unwrap() > 0);

    let get = bench.client.get_queue_attributes().queue_url(&bench.url);
    let attributes = get.attribute_names(QueueAttributeName::All).send().await.unwrap().attributes.unwrap();
    assert_eq!(attributes[&QueueAttributeName::FifoQueue], "true");
    assert_eq!(attributes[&QueueAttributeName::ApproximateNumberOfMessages], "0");
    assert_eq!(attributes[&QueueAttributeName::ApproximateNumberOfMessagesNotVisible], "1");
    assert!(attributes[&QueueAttributeName::RedrivePolicy].contains("dead.fifo"));
    let url = bench.client.get_queue_url().queue_name("main.fifo").send().await.unwrap();
    assert_eq!(url.queue_url(), Some(bench.url.as_str()));
    let urls = bench.client.list_queues().send().await.unwrap();
    assert_eq!(urls.queue_urls().len(), 3);
}

#[tokio::test]
async fn what_sqs_refuses_is_refused() {
    let bench = Bench::start().await;
    let send = || bench.client.send_message().queue_url(&bench.url).message_body("x");
    let code = |error: Option<&str>| error.unwrap().to_owned();
    let refused = send().message_deduplication_id("d").send().await.unwrap_err();
    assert_eq!(code(refused.code()), "MissingParameter");
    let refused = send().message_group_id("g").send().await.unwrap_err();
    assert_eq!(code(refused.code()), "InvalidParameterValue");
    for bad in ["", "has space", "ümlaut", &"x".repeat(129)] {
        let refused = send().message_group_id(bad).message_deduplication_id("d").send().await.unwrap_err();
        assert_eq!(code(refused.code()), "InvalidParameterValue", "{bad}");
    }
    let fifo = || send().message_group_id("g").message_deduplication_id("d");
    let refused = fifo().message_body("x".repeat(1_048_577)).send().await.unwrap_err();
    assert_eq!(code(refused.code()), "InvalidParameterValue");
    fifo().message_body("x".repeat(1_048_576)).send().await.unwrap();
    let refused = fifo().message_body("\u{1}").send().await.unwrap_err();
    assert!(refused.into_service_error().is_invalid_message_contents());
    let refused = fifo().message_body("").send().await.unwrap_err();
    assert_eq!(code(refused.code()), "MissingParameter");
    let refused = fifo().queue_url(bench.server.url("nowhere")).send().await.unwrap_err();
    assert!(refused.into_service_error().is_queue_does_not_exist());
    let refused = bench.client.get_queue_url().queue_name("nowhere").send().await.unwrap_err();
    assert!(refused.into_service_error().is_queue_does_not_exist());
    let refused = bench.client.receive_message().queue_url(&bench.url).max_number_of_messages(11).send().await;
    assert_eq!(code(refused.unwrap_err().code()), "InvalidParameterValue");
    let refused = bench.client.list_queue_tags().queue_url(&bench.url).send().await.unwrap_err();
    assert!(refused.into_service_error().is_unsupported_operation());
}

#[tokio::test]
async fn a_batch_is_checked_as_a_whole_and_done_entry_by_entry() {
    let bench = Bench::start().await;
    let batch = |entries: Vec<_>| {
        let batch = bench.client.send_message_batch().queue_url(&bench.url);
        async { batch.set_entries(Some(entries)).send().await.map_err(|error| error.into_service_error()) }
    };
    assert!(batch(vec![]).await.unwrap_err().is_empty_batch_request());
    let eleven = (0..11).map(|n| entry(&n.to_string(), "x")).collect();
    assert!(batch(eleven).await.unwrap_err().is_too_many_entries_in_batch_request());
    assert!(batch(vec![entry("a", "x"), entry("a", "y")]).await.unwrap_err().is_batch_entry_ids_not_distinct());
    assert!(batch(vec![entry("a b", "x")]).await.unwrap_err().is_invalid_batch_entry_id());
    let half = "x".repeat(600_000);
    assert!(batch(vec![entry("a", &half), entry("b", &half)]).await.unwrap_err().is_batch_request_too_long());

    let no_group = SendMessageBatchRequestEntry::builder().id("b").message_body("x").build().unwrap();
    bench.queues().calls().add(Fault::next(How::Entries(vec![2])).at("SendMessageBatch"));
    let done = batch(vec![entry("a", "1"), no_group, entry("c", "3"), entry("d", "4")]).await.unwrap();
    let ids: Vec<_> = done.successful().iter().map(|entry| entry.id()).collect();
    assert_eq!(ids, ["a", "d"]);
    assert_eq!(done.successful()[0].md5_of_message_body(), "c4ca4238a0b923820dcc509a6f75849b");
    let failed: Vec<_> = done.failed().iter().map(|it| (it.id(), it.code(), it.sender_fault())).collect();
    assert_eq!(failed, [("b", "MissingParameter", true), ("c", "InternalFailure", false)]);

    let held = bench.receive(10).await;
    let handle = |at: usize| held[at].receipt_handle().unwrap();
    let change = ChangeMessageVisibilityBatchRequestEntry::builder().id("a").receipt_handle(handle(0));
    let change = change.visibility_timeout(100).build().unwrap();
    let changes = bench.client.change_message_visibility_batch().queue_url(&bench.url).entries(change);
    assert_eq!(changes.send().await.unwrap().successful().len(), 1);
    let deletion = |id: &str, handle: &str| {
        DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().unwrap()
    };
    let deletions = bench.client.delete_message_batch().queue_url(&bench.url);
    let deletions = deletions.entries(deletion("a", handle(0))).entries(deletion("b", "nonsense"));
    let done = deletions.entries(deletion("c", handle(1))).send().await.unwrap();
    assert_eq!((done.successful().len(), done.failed()[0].code()), (2, "ReceiptHandleIsInvalid"));
    assert!(bench.queues().peek("main.fifo").is_empty());
}

#[tokio::test]
async fn a_waiting_receive_is_woken_by_a_send_a_deletion_and_the_clock() {
    let bench = Bench::start().await;
    let wait = || {
        let receive = bench.client.receive_message().queue_url(&bench.url).wait_time_seconds(20);
        tokio::spawn(async move { (messages(receive.send().await.unwrap()), Instant::now()) })
    };
    let first = wait();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let sent = Instant::now();
    bench.send("a", "1").await;
    let (held, at) = first.await.unwrap();
    assert!(at - sent < Duration::from_millis(100), "{:?}", at - sent);

    bench.send("a", "2").await;
    let second = wait();
    tokio::time::sleep(Duration::from_millis(100)).await;
    bench.delete(&held[0]).await.unwrap();
    let (held, _) = second.await.unwrap();
    assert_eq!(held[0].body(), Some("2"));

    let third = wait();
    tokio::time::sleep(Duration::from_millis(100)).await;
    bench.advance(180);
    assert_eq!(third.await.unwrap().0[0].body(), Some("2"));

    let receive = bench.client.receive_message().queue_url(&bench.url).wait_time_seconds(1);
    let before = Instant::now();
    assert!(messages(receive.send().await.unwrap()).is_empty());
    assert!(before.elapsed() >= Duration::from_secs(1));
    bench.queues().calls().reset();
    bench.receive(1).await;
    assert_eq!(bench.queues().calls().count("ReceiveMessage"), 1);
}

#[tokio::test]
async fn a_receiver_that_is_gone_takes_nothing() {
    let bench = Bench::start().await;
    let receive = bench.client.receive_message().queue_url(&bench.url).wait_time_seconds(20);
    let abandoned = tokio::spawn(receive.send());
    tokio::time::sleep(Duration::from_millis(100)).await;
    abandoned.abort();
    tokio::time::sleep(Duration::from_millis(100)).await;
    bench.send("a", "1").await;
    assert_eq!(bench.bodies(1).await, ["1"]);
}

#[tokio::test]
async fn an_invisible_message_becomes_visible_by_itself_while_somebody_waits() {
    let bench = Bench::start().await;
    bench.send("a", "1").await;
    let held = bench.receive(1).await;
    bench.hide(&held[0], 1).await.unwrap();
    let receive = bench.client.receive_message().queue_url(&bench.url).wait_time_seconds(20);
    let before = Instant::now();
    assert_eq!(messages(receive.send().await.unwrap()).len(), 1);
    assert!((Duration::from_millis(900)..Duration::from_millis(2_000)).contains(&before.elapsed()));
}

#[tokio::test]
async fn a_killed_queue_loses_nothing_and_keeps_its_order_its_counts_and_its_memory() {
    let directory = tempfile::tempdir().unwrap();
    let bench = Bench::with(Some(directory.path())).await;
    let first = bench.send("a", "a1").await;
    bench.send("a", "a2").await;
    bench.send("b", "b1").await;
    bench.send("c", "c1").await;
    let held = bench.receive(1).await;
    let later = bench.receive(1).await;
    assert_eq!(later[0].body(), Some("b1"));
    bench.hide(&later[0], 600).await.unwrap();
    let deleted = bench.receive(1).await;
    bench.delete(&deleted[0]).await.unwrap();
    bench.server.kill().await;
    assert!(bench.client.list_queues().send().await.is_err());

    let bench = Bench::with(Some(directory.path())).await;
    assert_eq!(bench.send_as("a", "a1", "again").await, first);
    assert!(bench.delete(&held[0]).await.is_err(), "its holder is dead");
    let again = bench.receive(10).await;
    let bodies: Vec<_> = again.iter().map(|message| message.body().unwrap()).collect();
    assert_eq!(bodies, ["a1", "a2"], "b1 stays put off");
    assert_eq!(attribute(&again[0], MessageSystemAttributeName::ApproximateReceiveCount), "2");
    bench.advance(600);
    assert!(bench.bodies(10).await.contains(&"b1".to_owned()));
}

#[tokio::test]
async fn two_bridges_cannot_open_the_same_directory() {
    let directory = tempfile::tempdir().unwrap();
    let queues = Queues::open(vec![], Some(directory.path()), Clock::new()).unwrap();
    assert!(Queues::open(vec![], Some(directory.path()), Clock::new()).is_err());
    queues.close();
    Queues::open(vec![], Some(directory.path()), Clock::new()).unwrap();
}

#[tokio::test]
async fn calls_fail_on_demand_with_and_without_effect() {
    let bench = Bench::start().await;
    let calls = bench.queues().calls();
    let send = |body: &str| {
        let send = bench.client.send_message().queue_url(&bench.url).message_body(body).message_group_id("g");
        send.message_deduplication_id(body).send()
    };
    calls.add(Fault::next(How::Status(500)).at("SendMessage").after(1).times(2));
    send("1").await.unwrap();
    assert_eq!(send("2").await.unwrap_err().raw_response().unwrap().status().as_u16(), 500);
    send("3").await.unwrap_err();
    send("4").await.unwrap();
    assert_eq!((calls.count("SendMessage"), calls.struck(), calls.waiting()), (4, 2, 0));

    calls.add(Fault::next(How::Reset).at("SendMessage").with_effect());
    assert!(send("5").await.unwrap_err().raw_response().is_none());
    calls.add(Fault::next(How::Reset));
    assert!(send("6").await.unwrap_err().raw_response().is_none());
    calls.add(Fault::next(How::Hang(Duration::from_secs(60))).at("SendMessage").with_effect());
    let hanging = tokio::spawn(send("7"));
    calls.until_struck(5).await;
    hanging.abort();
    let bodies: Vec<_> = bench.queues().peek("main.fifo").into_iter().map(|message| message.body).collect();
    assert_eq!(bodies, ["1", "4", "5", "7"]);
}

#[tokio::test]
async fn a_standard_queue_has_no_groups_and_forgives_late_deletions() {
    let mut bench = Bench::start().await;
    bench.url = bench.server.url("plain");
    for body in ["1", "2"] {
        bench.client.send_message().queue_url(&bench.url).message_body(body).send().await.unwrap();
    }
    let first = bench.receive_from("plain", 1).await;
    assert_eq!(bench.receive_from("plain", 10).await.len(), 1);
    bench.advance(61);
    bench.delete(&first[0]).await.unwrap();
    bench.client.purge_queue().queue_url(&bench.url).send().await.unwrap();
    assert!(bench.queues().peek("plain").is_empty());
}
