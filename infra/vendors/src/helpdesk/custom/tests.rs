//! Tests of what the simulated system refuses.

use byoc::adapter::standard_webhooks;

use super::*;

#[test]
fn it_takes_signed_calls_once() {
    let system = System::demo().unwrap();
    let call = |id: &str, body: &Value, secret: &str| {
        let body = body.to_string();
        let mut headers =
            HeaderMap::from_iter([("content-type".parse().unwrap(), "application/json".parse().unwrap())]);
        for (name, value) in standard_webhooks::sign(secret, id, now(), body.as_bytes()) {
            headers.insert(name, value.parse().unwrap());
        }
        system.take(&headers, body.as_bytes()).map(drop).map_err(|Refusal(status, _)| status)
    };
    let message = json!({
        "type": "message", "id": "1", "at": 1, "contact": {"id": "viber:c", "channel": "viber"}, "conversation": "new",
        "parts": [{"type": "text", "text": "x"}],
    });
    assert_eq!(call("1", &message, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Err(401));
    assert_eq!(call("1", &message, SECRET), Ok(()));
    assert_eq!((call("1", &message, SECRET), system.repeats()), (Ok(()), 1));
    for (pointer, wrong) in [
        ("/type", json!("x")),
        ("/id", json!("")),
        ("/contact/id", json!("c")),
        ("/conversation", json!("closed")),
        ("/parts", json!([])),
        ("/parts/0", json!({"type": "x"})),
    ] {
        let mut message = message.clone();
        *message.pointer_mut(pointer).unwrap() = wrong;
        assert_eq!(call(pointer, &message, SECRET), Err(400), "{pointer}");
    }
    let receipt = json!({
        "type": "receipt", "id": "2", "at": 1, "contact": {"id": "viber:c", "channel": "viber"}, "message": "unknown",
        "status": "sent",
    });
    assert_eq!(call("2", &receipt, SECRET), Err(400));
    assert_eq!((system.received(None).len(), system.made().conversations), (1, 1));
}
