//! The meaning of Viber's answers.

use super::*;
use crate::channel::viber::classify::{Class, STATUSES};

fn send(known: &Known, answer: &Response<Bytes>) -> Learned {
    let (side, contact, parts) = (side_with(&[]), contact(USER), [Part::text("hi")]);
    let delivery = delivery(&contact, &parts, None);
    Viber.read(&side.account(), &Task::Deliver(&delivery), known, answer)
}

fn read(task: &Task<'_>, answer: &Response<Bytes>) -> Learned {
    Viber.read(&side_with(&[]).account(), task, &Known::default(), answer)
}

fn later(wait: Option<u64>, reason: &str, doubtful: bool) -> Learned {
    Err(Failure::Retry { wait: wait.map(Duration::from_secs), reason: reason.to_owned(), doubtful })
}

fn gone(reason: &str) -> Learned {
    Err(Failure::Gone { reason: reason.to_owned() })
}

fn blocked(reason: &str) -> Learned {
    Err(Failure::Blocked { reason: reason.to_owned() })
}

#[test]
fn answers_mean_what_the_samples_say() {
    let register = Task::Register { url: "https://bridge.example.com/v1/in/viber/acct-01" };
    let token = "Viber does not accept the auth token; copy it again from the bot's page in the Viber admin panel";
    let sends = [
        // The answer to a broadcast is the answer to a message plus a list. The bridge sends no broadcasts.
        ("resp_broadcast_partial.json", Ok(vec![Fact::Sent(Some("5912345678901239005".into()))])),
        ("resp_send_ok.json", Ok(vec![Fact::Sent(Some("5912345678901239001".into()))])),
        ("resp_err_02_invalid_auth_token.json", blocked(token)),
        ("resp_err_02_missing_auth_token.json", blocked(token)),
        ("resp_err_03_bad_data.json", Err(Failure::rejected("Viber does not accept the form of this message"))),
        ("resp_err_04_missing_data.json", Err(Failure::rejected("Viber finds this message incomplete"))),
        ("resp_err_05_receiver_not_registered.json", gone("the contact is not registered with Viber any more")),
        ("resp_err_06_not_subscribed.json", gone("the contact does not subscribe to this account on Viber")),
        ("resp_err_07_account_blocked.json", blocked("Viber has blocked this account")),
        ("resp_err_10_webhook_not_set.json", blocked("no webhook is set at Viber; register this installation again")),
        (
            "resp_err_11_no_suitable_device.json",
            Err(Failure::rejected("the contact has no device that can show this message")),
        ),
        (
            "resp_err_12_too_many_requests.json",
            later(
                Some(600),
                "Viber takes no more messages for this contact until they answer or the hour is over",
                false,
            ),
        ),
        ("resp_err_13_api_version.json", Err(Failure::rejected("the contact's Viber is too old for this message"))),
        ("resp_err_999_bad_receiver.json", Err(Failure::rejected("Viber does not know the contact's id"))),
        ("resp_err_99_general.json", later(None, "Viber's send_message failed with status 99", false)),
        ("resp_err_http_429.json", later(None, "Viber's send_message answered 429", false)),
        ("resp_err_http_502_not_json.json", later(None, "Viber's send_message answered 502", true)),
        ("resp_err_status_as_string.json", blocked(token)),
    ];
    let location = "Viber cannot call the bridge's webhook URL";
    let contact = Contact {
        id: USER.to_owned(),
        name: Some("Olena Yaskravets".to_owned()),
        avatar: Some(
            "https://media-direct.cdn.viber.com/download_photo?dlid=EXAMPLE0001&fltp=jpg&imsz=0000".to_owned(),
        ),
        language: Some("uk".to_owned()),
        country: Some("UA".to_owned()),
        ..Contact::default()
    };
    let account = "pa:58120937466120385914".to_owned();
    let others = [
        (
            "resp_get_account_info_ok.json",
            Task::Check,
            Ok(vec![
                Fact::Identity(account.clone()),
                Fact::AccountId(account),
                Fact::AccountName("Example shop".to_owned()),
            ]),
        ),
        // The bridge never asks who is online. As an answer to a check, this body names no account.
        (
            "resp_get_online_ok.json",
            Task::Check,
            Err(Failure::rejected("the answer of `api_url` names no account, so it is not Viber's API")),
        ),
        ("resp_get_user_details_ok.json", Task::Profile { contact: USER }, Ok(vec![Fact::Profile(contact)])),
        (
            "resp_get_user_details_too_many.json",
            Task::Profile { contact: USER },
            later(Some(43_200), "Viber tells no more about this contact for twelve hours", false),
        ),
        (
            "resp_set_webhook_endpoint_not_200.json",
            register,
            blocked(&format!("{location}: it answered 404, and Viber wants 200")),
        ),
        ("resp_set_webhook_no_status_message.json", register, blocked(location)),
        ("resp_set_webhook_ok.json", register, Ok(Vec::new())),
        ("resp_unset_webhook_ok.json", Task::Unregister, Ok(Vec::new())),
    ];
    let rows: Vec<&str> = sends.iter().map(|row| row.0).chain(others.iter().map(|row| row.0)).collect();
    covers(FOLDER, "resp_", &rows);
    for (name, expected) in sends {
        assert_eq!(send(&Known::default(), &answer_of(&fixture(FOLDER, name))), expected, "{name}");
    }
    for (name, task, expected) in others {
        assert_eq!(read(&task, &answer_of(&fixture(FOLDER, name))), expected, "{name}");
    }
}

#[test]
fn every_documented_status_has_its_class() {
    let codes = fixture(FOLDER, "status_codes.json");
    for code in codes["codes"].as_array().unwrap().iter().filter(|code| code["status"] != 0) {
        let expected = match code["class"].as_str().unwrap() {
            "account_config" => Class::Account,
            "permanent_request" => Class::Request,
            "permanent_receiver" => Class::Receiver,
            "retry_later" => Class::Later,
            other => panic!("{other} has no class"),
        };
        let (_, class, _) = STATUSES.iter().find(|(status, ..)| code["status"] == *status).unwrap();
        let stopped = [json!(5), json!(6)].contains(&code["status"]);
        assert_eq!(*class, if stopped { Class::Stopped } else { expected }, "{code}");
    }
}

#[test]
fn answers_that_no_sample_shows_are_judged_by_the_http_status() {
    let rows = [
        (answer(200, "<html>"), later(None, "Viber's send_message answered 200 in an unknown form", true)),
        (answer(200, "[]"), later(None, "Viber's send_message answered 200 in an unknown form", true)),
        (answer(200, "{}"), later(None, "Viber's send_message answered 200 in an unknown form", true)),
        (answer(200, r#"{"status":null}"#), later(None, "Viber's send_message answered 200 in an unknown form", true)),
        (answer(404, "nothing here"), later(None, "Viber's send_message answered 404 in an unknown form", false)),
        (answer(401, "nope"), later(None, "Viber's send_message answered 401 in an unknown form", false)),
        (answer(401, ""), blocked("Viber's send_message answered 401")),
        (answer(500, r#"{"status":7}"#), blocked("Viber has blocked this account")),
        (answer(503, "{}"), later(None, "Viber's send_message answered 503", false)),
        (answer(500, r#"{"status":0}"#), later(None, "Viber's send_message answered 500", true)),
        (answer(500, r#"{"status":3}"#), later(None, "Viber's send_message answered 500", true)),
        (answer(503, r#"{"status":6}"#), later(None, "Viber's send_message answered 503", false)),
        (answer(400, r#"{"status":3}"#), Err(Failure::rejected("Viber does not accept the form of this message"))),
        (answer(400, "{}"), Err(Failure::rejected("Viber's send_message answered 400"))),
        (answer(200, r#"{"status":-7}"#), later(None, "Viber's send_message failed with status -7", false)),
        (answer(200, r#"{"status":0}"#), Ok(vec![Fact::Sent(None)])),
        (answer(200, r#"{"status":"0","message_token":[1]}"#), Ok(vec![Fact::Sent(None)])),
        (
            answer(200, r#"{"status":0,"message_token":18446744073709551615}"#),
            Ok(vec![Fact::Sent(Some("18446744073709551615".into()))]),
        ),
    ];
    for (answer, expected) in rows {
        assert_eq!(send(&Known::default(), &answer), expected, "{answer:?}");
    }
    let tried = |tries| send(&Known { tries, ..Known::default() }, &answer(200, r#"{"status":99}"#));
    assert_eq!(tried(2), later(None, "Viber's send_message failed with status 99", false));
    assert_eq!(tried(3), Err(Failure::rejected("Viber's send_message failed with status 99")));
    let mut busy = answer(429, "slow down");
    busy.headers_mut().insert("retry-after", "7".parse().unwrap());
    assert_eq!(send(&Known::default(), &busy), later(Some(7), "Viber's send_message answered 429", false));
}

#[test]
fn a_failed_registration_says_what_viber_found_and_not_where() {
    let register = Task::Register { url: "https://bridge.example.com/channels/i/secret" };
    let rows = [
        (
            "Result[HttpRequest[POST /channels/i/secret HTTP/1.1]@1f > HttpResponse[HTTP/1.1 419 unknown status]@2] null",
            ": it answered 419, and Viber wants 200",
        ),
        (
            "javax.net.ssl.SSLHandshakeException: General SSLEngine problem",
            ": its certificate is not one of a public authority",
        ),
        ("java.net.ConnectException: /channels/i/secret", ": no connection could be made"),
        ("> HttpResponse[HTTP/", ""),
        ("something about /channels/i/secret", ""),
    ];
    for (dump, expected) in rows {
        let answer = answer(200, &json!({ "status": 1, "status_message": dump }).to_string());
        let reason = format!("Viber cannot call the bridge's webhook URL{expected}");
        assert_eq!(read(&register, &answer), blocked(&reason), "{dump}");
    }
}

proptest! {
    #[test]
    fn no_answer_makes_it_panic(status in 100..=599_u16, body in any::<Vec<u8>>(), code in any::<f64>()) {
        let tasks = [Task::Check, Task::Register { url: "https://x" }, Task::Unregister, Task::Profile { contact: USER }];
        for body in [body, json!({ "status": code, "status_message": code }).to_string().into_bytes()] {
            let answer = Response::builder().status(status).body(Bytes::from(body)).unwrap();
            let _ = send(&Known::default(), &answer);
            for task in &tasks {
                let _ = read(task, &answer);
            }
        }
    }
}
