//! Tests of what the simulated RBM refuses.

use super::*;

#[tokio::test]
async fn it_refuses_what_rbm_refuses_and_takes_an_id_once() {
    let rcs = Rcs::demo().unwrap();
    rcs.base.memory.lock().reachable.insert(CUSTOMER.to_owned());
    let ids = |agent: &str| Ids { message_id: "1".to_owned(), agent_id: agent.to_owned() };
    let content = |content: Value| json!({"contentMessage": content});
    let label = json!([{"reply": {"text": "x".repeat(26), "postbackData": "x"}}]);
    for (phone, agent, body, code) in [
        (CUSTOMER, "x", content(json!({"text": "x"})), 403),
        (CUSTOMER, AGENT, content(json!({})), 400),
        (CUSTOMER, AGENT, content(json!({"text": "x".repeat(3_073)})), 400),
        (CUSTOMER, AGENT, content(json!({"text": "x", "suggestions": label})), 400),
        (CUSTOMER, AGENT, content(json!({"contentInfo": {"fileUrl": "x"}})), 400),
        (
            CUSTOMER,
            AGENT,
            content(json!({"richCard": {"carouselCard": {"cardWidth": "MEDIUM", "cardContents": []}}})),
            400,
        ),
        (
            CUSTOMER,
            AGENT,
            content(json!({"richCard": {"standaloneCard": {"cardOrientation": "VERTICAL", "cardContent": {}}}})),
            400,
        ),
        (CUSTOMER, AGENT, content(json!({"text": "x", "filler": "x".repeat(250_000)})), 400),
        ("+44", AGENT, content(json!({"text": "x"})), 404),
    ] {
        assert_eq!(rcs.take(phone, &ids(agent), &body).map_err(|Refusal(code, _)| code), Err(code), "{body}");
    }
    assert!(rcs.authorized(&HeaderMap::new()).is_err());
    for _ in 0..2 {
        assert!(rcs.take(CUSTOMER, &ids(AGENT), &content(json!({"text": "x"}))).is_ok());
    }
    assert_eq!(rcs.base.memory.received(None).len(), 1);
}
