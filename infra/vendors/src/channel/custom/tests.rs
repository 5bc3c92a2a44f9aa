//! Tests of what the simulated app refuses.

use byoc::adapter::standard_webhooks;

use super::*;

/// Calls the app, and returns the status of a refusal.
fn call(app: &App, body: &Value, secret: &str) -> Result<Value, u16> {
    let body = body.to_string();
    let mut headers = HeaderMap::from_iter([("content-type".parse().unwrap(), "application/json".parse().unwrap())]);
    for (name, value) in standard_webhooks::sign(secret, "msg_1", now(), body.as_bytes()) {
        headers.insert(name, value.parse().unwrap());
    }
    app.take(&headers, body.as_bytes()).map_err(|Refusal(status, _)| status)
}

#[test]
fn it_takes_signed_messages_once() {
    let app = App::demo().unwrap();
    let call = |body: &Value, secret: &str| call(&app, body, secret);
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

#[test]
fn it_takes_states_of_conversations_once_and_only_if_it_asked_for_them() {
    let state = json!({"type": "conversation", "id": "1", "at": 1, "contact": {"id": "c"}, "state": "resolved"});
    let app = App::demo().unwrap();
    app.base.memory.lock().reachable.insert("c".to_owned());
    assert_eq!(call(&app, &state, SECRET), Err(400));
    let app = app.with_states();
    for (name, wrong) in [("state", json!("open")), ("state", json!(null)), ("more", json!(1))] {
        let mut state = state.clone();
        put(&mut state, name, wrong);
        assert_eq!(call(&app, &state, SECRET), Err(400), "{name}");
    }
    let mut stranger = state.clone();
    put(&mut stranger, "contact", json!({"id": "d"}));
    assert_eq!(call(&app, &stranger, SECRET), Err(410));
    assert_eq!(app.states(), []);
    for _ in 0..2 {
        assert!(call(&app, &state, SECRET).is_ok());
    }
    assert_eq!(app.states(), [("c".to_owned(), "resolved".to_owned())]);
}
