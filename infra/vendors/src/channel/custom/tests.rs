//! Tests of what the simulated app refuses.

use byoc::adapter::standard_webhooks;

use super::*;

#[test]
fn it_takes_signed_messages_once() {
    let app = App::demo().unwrap();
    let call = |body: &Value, secret: &str| {
        let body = body.to_string();
        let mut headers =
            HeaderMap::from_iter([("content-type".parse().unwrap(), "application/json".parse().unwrap())]);
        for (name, value) in standard_webhooks::sign(secret, "msg_1", now(), body.as_bytes()) {
            headers.insert(name, value.parse().unwrap());
        }
        app.take(&headers, body.as_bytes()).map_err(|Refusal(status, _)| status)
    };
    let message = json!({"type": "message", "id": "1", "at": 1, "contact": {"id": "c"}, "parts": [{"type": "text", "text": "x"}]});
    assert_eq!(call(&message, SECRET), Err(410));
    app.base.memory.lock().reachable.insert("c".to_owned());
    assert_eq!(call(&message, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Err(401));
    for (pointer, wrong) in
        [("/type", json!("x")), ("/id", json!("")), ("/parts", json!([])), ("/parts/0", json!({"type": "x"}))]
    {
        let mut message = message.clone();
        *message.pointer_mut(pointer).unwrap() = wrong;
        assert_eq!(call(&message, SECRET), Err(400), "{pointer}");
    }
    assert_eq!(app.base.memory.received(None), []);
}
