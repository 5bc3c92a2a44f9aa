//! `POST /message`: who may call, and what is refused at once.

use serde_json::json;

use super::*;
use crate::tools::secret::{Secret, Secrets};

#[test]
fn only_the_bearer_token_opens() {
    let side = custom("viber");
    let check =
        |headers: &[(&str, &str)]| IsMessenger.verify(&side.account(), &webhook(headers, text(HERE, "out_text.json")));
    for right in ["Bearer the-api-token", "bearer the-api-token", "BEARER  the-api-token "] {
        assert_eq!(check(&[("authorization", right)]), Ok(Proof::Signed), "{right}");
    }
    for wrong in ["Bearer the-api-toke", "Bearer the-api-tokenx", "Bearer The-api-token", "Bearer x"] {
        assert_eq!(check(&[("authorization", wrong)]), Err(VerifyError::Wrong), "{wrong}");
    }
    for missing in ["", "Bearer", "Bearer ", "the-api-token", "Basic the-api-token", "Bearerthe-api-token"] {
        assert_eq!(check(&[("authorization", missing)]), Err(VerifyError::Missing), "{missing}");
    }
    assert_eq!(check(&[]), Err(VerifyError::Missing));
    assert_eq!(check(&[("x-api-token", "the-api-token")]), Err(VerifyError::Missing));
    let twice = [("authorization", "Bearer x"), ("authorization", "Bearer the-api-token")];
    assert_eq!(check(&twice), Err(VerifyError::Missing));
    // Without a token in the installation no token is right, not even an empty one.
    for secrets in [Secrets::new(), [("api_token".to_owned(), Secret::new(""))].into()] {
        let side = Side { secrets, ..custom("viber") };
        let request = webhook(&[("authorization", "Bearer x")], "");
        assert_eq!(IsMessenger.verify(&side.account(), &request), Err(VerifyError::Wrong));
    }
}

#[test]
fn every_call_gets_an_id_and_the_same_bytes_the_same_key() {
    let side = custom("viber");
    let event = |name: &str| parse(&side, text(HERE, name)).map(only).expect("a message");
    let (first, again, other) = (event("out_text.json"), event("out_text.json"), event("out_text_no_channel_id.json"));
    assert_eq!((first.id.as_str(), first.at, first.group.as_str()), (CALL, ARRIVED, "+447700900238"));
    assert_eq!(first.repeat_key, again.repeat_key);
    assert!(first.repeat_key.is_some() && first.repeat_key != other.repeat_key);
}

#[test]
fn what_cannot_be_sent_is_refused_at_once() {
    let side = custom("viber");
    let whole = |message: Value| json!({"contactId": "abc", "message": message}).to_string();
    let file = |kind: &str, url: &str| json!({"type": "attachment", "attachment": {"type": kind, "url": url}});
    for (body, code, named) in [
        ("{".to_owned(), "not_json", "line"),
        (String::new(), "not_json", "line"),
        ("[]".to_owned(), "missing_field", "contactId"),
        (json!({"message": {"type": "text", "text": "x"}}).to_string(), "missing_field", "contactId"),
        (json!({"contactId": 7}).to_string(), "bad_field", "contactId"),
        (json!({"contactId": "a-b"}).to_string(), "bad_field", "contactId"),
        (json!({"contactId": "=YQ=="}).to_string(), "bad_field", "contactId"),
        (json!({"contactId": "abc"}).to_string(), "missing_field", "message"),
        (json!({"contactId": "abc", "message": null}).to_string(), "missing_field", "message"),
        (whole(json!("text")), "missing_field", "message.type"),
        (whole(json!({"type": "text"})), "missing_field", "message.text"),
        (whole(json!({"type": "text", "text": " \n"})), "bad_field", "message.text"),
        (whole(json!({"type": "text", "text": {}})), "bad_field", "message.text"),
        (whole(json!({"type": "email", "text": "x"})), "unsupported", "message.type"),
        (whole(json!({"type": "attachment"})), "missing_field", "message.attachment.type"),
        (whole(file("sticker", "https://x.example/a")), "bad_field", "message.attachment.type"),
        (whole(file("image", "ftp://x.example/a")), "bad_field", "message.attachment.url"),
        (whole(file("image", "a.png")), "bad_field", "message.attachment.url"),
        (whole(json!({"type": "location", "latitude": 1.0})), "missing_field", "message.longitude"),
        (whole(json!({"type": "location", "latitude": 91, "longitude": 0})), "bad_field", "message.latitude"),
        (whole(json!({"type": "location", "latitude": "NaN", "longitude": 0})), "bad_field", "message.latitude"),
        (whole(json!({"type": "quick_reply", "title": "x"})), "bad_field", "message.replies"),
        (whole(json!({"type": "quick_reply", "replies": ["x"]})), "missing_field", "message.title"),
        (whole(json!({"type": "quick_reply", "title": "x", "replies": [1]})), "bad_field", "message.replies"),
    ] {
        let error = parse(&side, body.clone()).expect_err(&body);
        assert_eq!(error.code, code, "{body}");
        assert!(error.message.contains(named), "{body}: {error}");
    }
}

#[test]
fn a_telephone_number_goes_by_the_stored_link_first() {
    let side = phone("whatsapp");
    let event = parse(&side, text(HERE, "out_text.json")).map(only).expect("a message");
    assert_eq!((event.contact, event.user.as_deref()), (None, Some("+447700900238")));
    assert_eq!(IsMessenger.contact_by_id(&side.account(), "+447700900238"), Some(Named::Phone("+447700900238".into())));
    assert_eq!(parse(&side, text(HERE, "out_text_custom_id.json")).expect_err("no number").code, "bad_field");
}

#[test]
fn a_hashed_id_names_only_the_user() {
    let id = format!("={}", "0123456789".repeat(4));
    let body = json!({"contactId": id, "message": {"type": "text", "text": "x"}}).to_string();
    let event = parse(&custom("viber"), body).map(only).expect("a message");
    assert_eq!((event.contact, event.user), (None, Some(id)));
}

proptest::proptest! {
    #[test]
    fn any_bytes_give_an_answer(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let _ = parse(&custom("viber"), bytes);
    }

    #[test]
    fn any_json_gives_an_answer(kind in "text|attachment|location|quick_reply|x", junk in "\\PC{0,20}", number in proptest::num::f64::ANY) {
        for value in [json!(junk), json!(number), json!([junk]), json!({"type": junk, "url": junk}), json!(null)] {
            let message = json!({"type": kind, "text": value, "attachment": value, "location": value, "latitude": value,
                                 "longitude": value, "title": value, "replies": value});
            let _ = parse(&custom("viber"), json!({"contactId": junk, "message": message}).to_string());
            let _ = parse(&custom("viber"), json!({"contactId": "a", "message": message}).to_string());
        }
    }
}
