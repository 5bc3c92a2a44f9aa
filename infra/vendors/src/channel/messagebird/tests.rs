//! Tests of what the simulated MessageBird refuses.

use super::*;

#[test]
fn it_refuses_what_messagebird_refuses() {
    let bird = MessageBird::demo().unwrap();
    let message = |name: &str, value: Value| {
        let mut message = json!({"originator": NUMBER, "recipients": ["447700900161"], "body": "x", "reference": "r",
            "datacoding": "auto", "reportUrl": "https://x.example/"});
        message[name] = value;
        message
    };
    for (body, code) in [
        (message("originator", json!("1")), 10),
        (message("recipients", json!([])), 9),
        (message("body", json!("")), 10),
        (message("body", json!("x".repeat(1_378))), 10),
        (message("body", json!("ж".repeat(604))), 10),
        (message("datacoding", json!("morse")), 10),
        (message("colour", json!("red")), 10),
        (message("reportUrl", json!("ftp://x")), 10),
        (message("reference", json!("")), 10),
        (message("recipients", json!(["447700900999"])), 9),
    ] {
        let Err(Refusal(422, answer)) = bird.take(&body) else { panic!("{body} was taken") };
        assert_eq!(answer["errors"][0]["code"], code, "{body}");
    }
}
