//! Tests of the metrics: a message that dies makes one line in CloudWatch's embedded metric format, a delivered one none.

use byoc::outside::metrics::Metrics;
use byoc_tests::Rig;
use byoc_vendors::fault::{Fault, How};
use serde_json::Value;

/// The time scale by which the three days after which a message is given up pass in a quarter of a second.
const SHORT_LIFE: f64 = 1e-6;

/// Returns the lines since the last call. Panics unless each is what CloudWatch makes metrics of.
fn lines(metrics: &Metrics) -> Vec<Value> {
    let mut output = Vec::new();
    metrics.flush(&mut output).unwrap();
    String::from_utf8(output).unwrap().lines().map(|line| valid(serde_json::from_str(line).unwrap())).collect()
}

fn valid(line: Value) -> Value {
    assert!(line["_aws"]["Timestamp"].as_u64().is_some_and(|at| at > 1_700_000_000_000), "{line}");
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
    for directive in directives {
        assert_eq!(directive["Namespace"], "byoc");
        assert_eq!(directive["Dimensions"], serde_json::json!([["FunctionName", "Side"]]), "{line}");
        assert!(line["FunctionName"].is_string() && line["Side"].is_string(), "{line}");
        for metric in directive["Metrics"].as_array().unwrap() {
            let value = &line[metric["Name"].as_str().unwrap()];
            let is_number = |value: &Value| value.as_f64().is_some_and(|number| number >= 0.0);
            let numbers = value.as_array().map_or(1, Vec::len);
            assert!((1..=100).contains(&numbers), "{line}");
            assert!(value.as_array().map_or_else(|| is_number(value), |all| all.iter().all(is_number)), "{line}");
        }
    }
    line
}

// One test, since the metrics are those of the process.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_message_makes_one_line_and_a_delivered_one_none() {
    let metrics = Metrics::start("relay-of-this-stack").unwrap();
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.retry_time_scale = SHORT_LIFE).await;
    rig.customer_says("a text that is a secret").await;
    rig.exactly_at_helpdesk(1).await;
    rig.agent_says("an answer").await;
    rig.exactly_at_channel(1).await;
    rig.settled().await;
    assert_eq!(lines(&metrics), [] as [Value; 0]);

    // The channel refuses one answer until it is given up, which is one try that waits and one that is the last.
    rig.bridge.channel.faults().add(Fault::next(How::Status(503)).times(1_000));
    rig.agent_says("a text that is a secret").await;
    let fast = rig.fast_time();
    rig.journal_shows("a dead message", |entry| entry["state"] == "dead").await;
    rig.settled().await;
    drop(fast);
    let lines_of_death = lines(&metrics);
    let [line] = lines_of_death.as_slice() else { panic!("{lines_of_death:?}") };
    assert_eq!((&line["DeadMessages"], &line["Side"]), (&1.into(), &"channel".into()), "{line}");
    assert_eq!(line["FunctionName"], "relay-of-this-stack");
    let text = line.to_string();
    let installation = rig.bridge.installation_id();
    assert!(!text.contains("secret") && !text.contains(installation), "{text}");
    assert_eq!(lines(&metrics), [] as [Value; 0], "a line is written once");
}
