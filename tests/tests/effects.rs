//! Tests of the calls that a message costs.

use byoc_local::table::Units;
use byoc_tests::{Rig, every_channel};
use byoc_vendors::fault::{Fault, How};

#[tokio::test(flavor = "multi_thread")]
async fn a_message_in_the_steady_state_costs_what_it_should() {
    every_channel(|channel, helpdesk| async move {
        let rig = Rig::start(channel, helpdesk).await;
        for text in ["first", "second"] {
            rig.customer_says(text).await;
        }
        rig.exactly_at_helpdesk(2).await;
        let (table, queue) = (rig.bridge.table.calls(), rig.bridge.queues.queues().calls());
        table.reset();
        queue.reset();
        rig.customer_says("third").await;
        rig.exactly_at_helpdesk(3).await;
        assert_eq!(queue.count("SendMessage"), 1, "{channel} {helpdesk}: {:?}", queue.counts());
        let limited = byoc::helpdesk::helpdesk(helpdesk).unwrap().features().rate.is_some();
        assert!(table.total() <= if limited { 4 } else { 3 }, "{channel} {helpdesk}: {:?}", table.counts());
        let journal = rig.journal().await;
        let path =
            format!("/installations/{}/messages/{}", rig.bridge.installation_id(), journal[0]["id"].as_str().unwrap());
        let (_, message) = rig.bridge.admin("GET", &path, None).await.unwrap();
        assert_eq!(message["calls"].as_array().unwrap().len(), 1, "{channel} {helpdesk}: {message}");
    })
    .await;
}

/// What a message may cost at most at the table, in request units. A first message makes the helpdesk's user and
/// conversation, and notes that the side was heard; the outbound one finds its contact by the conversation.
const MOST: [(&str, Units); 4] = [
    ("inbound text", Units { read: 2.0, write: 9.0 }),
    ("outbound text", Units { read: 3.0, write: 7.0 }),
    ("first message of a contact", Units { read: 4.0, write: 22.0 }),
    ("inbound text whose first try fails", Units { read: 5.0, write: 14.0 }),
];

/// The list prices in us-east-1, in dollars per million, and the number of units in a steady text message. The units of
/// the table are measured instead.
///
/// SQS: the send, the hold, and what Lambda does for us, receive and delete. Lambda: 20 ms of a webhook function with
/// 256 MB and 250 ms of the relay with 512 MB, most of it waiting for the vendor; in GB-seconds on arm64. Logs: our two
/// lines, Lambda's own of both invocations and the API's, in bytes.
const PRICES: [(&str, f64, f64); 7] = [
    ("DynamoDB write request units", 0.0, 0.625),
    ("DynamoDB read request units", 0.0, 0.125),
    ("SQS FIFO requests", 4.0, 0.50),
    ("Lambda GB-seconds", 0.25 * 0.020 + 0.5 * 0.250, 13.3334),
    ("API Gateway HTTP API requests", 1.0, 1.00),
    ("CloudWatch Logs bytes", 1_700.0, 0.0005),
    ("Lambda requests", 2.0, 0.20),
];

/// Prints the tables of ARCHITECTURE.md: `cargo test --workspace --test effects units -- --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the tables are to be copied")]
async fn a_message_costs_no_more_units_of_the_table_than_written_down() {
    let rig = Rig::start("viber", "freshchat").await;
    let (meter, text) = (rig.bridge.table.meter(), "a text of some forty characters, as usual");
    let measured = async |at_helpdesk: usize, at_channel: usize| {
        rig.exactly_at_helpdesk(at_helpdesk).await;
        rig.exactly_at_channel(at_channel).await;
        rig.settled().await;
        meter.read()
    };
    meter.read();
    rig.customer_says(text).await;
    let first = measured(1, 0).await;
    rig.customer_says(text).await;
    let inbound = measured(2, 0).await;
    rig.agent_says(text).await;
    let outbound = measured(2, 1).await;
    rig.bridge.helpdesk.faults().add(Fault::next(How::Status(503)));
    let fast = rig.fast_time();
    rig.customer_says(text).await;
    let retried = measured(3, 1).await;
    drop(fast);
    println!("| message | read units | write units |\n|---|---|---|");
    for ((what, most), seen) in MOST.into_iter().zip([inbound, outbound, first, retried]) {
        println!("| {what} | {} | {} |", seen.read, seen.write);
        assert!(seen.write > 0.0 && seen.read <= most.read && seen.write <= most.write, "{what}: {seen:?}");
    }
    println!("| line item | inbound | outbound |\n|---|---|---|");
    let mut sums = [0.0, 0.0];
    for (item, number, price) in PRICES {
        let number = |units: Units| match item {
            "DynamoDB write request units" => units.write,
            "DynamoDB read request units" => units.read,
            _ => number,
        };
        let costs = [inbound, outbound].map(|units| number(units) * price);
        sums = [sums[0] + costs[0], sums[1] + costs[1]];
        println!("| {item} | ${:.2} | ${:.2} |", costs[0], costs[1]);
    }
    println!("| together | ${:.2} | ${:.2} |", sums[0], sums[1]);
}
