//! Tests of the simulator's strictness over real HTTP.

use serde_json::{Value, json};

use super::*;
use crate::testing;

/// A served simulator.
struct Served {
    sim: DeskieSim,
    base: String,
    http: reqwest::Client,
}

async fn serve(sim: DeskieSim) -> Served {
    let base = testing::serve(sim.router()).await;
    sim.install(&base);
    Served { sim, base, http: reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap() }
}

impl Served {
    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = self.http.request(method.parse().unwrap(), format!("{}/api/{path}", self.base));
        let request = request.basic_auth(EMAIL, Some(KEY));
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
    }

    /// Makes a case and returns it.
    async fn case(&self, custom_id: &str, more: Value) -> Value {
        let mut case = json!({"user_custom_id": custom_id, "channel": CHANNEL, "subject": "Chat", "content": "hi"});
        case.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, answer) = self.call("POST", "cases.json", Some(json!({ "case": case }))).await;
        assert_eq!(status, 200, "{answer}");
        answer["case"].clone()
    }

    async fn refuses(&self, method: &str, path: &str, body: Value, word: &str) {
        let (status, answer) = self.call(method, path, Some(body)).await;
        assert!((400..500).contains(&status), "{path} {status}");
        assert_eq!(answer, json!({ "error": word }), "{path}");
    }
}

fn ids(list: &Value, kind: &str, id: &str) -> Vec<Value> {
    (0..).map_while(|at| list.get(at.to_string())).map(|record| record[kind][id].clone()).collect()
}

#[tokio::test]
async fn nobody_gets_in_without_the_credentials() {
    let deskie = serve(DeskieSim::demo().unwrap()).await;
    for password in ["", "wrong"] {
        let url = format!("{}/api/cases.json", deskie.base);
        let answer = deskie.http.get(url).basic_auth(EMAIL, Some(password)).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 401);
    }
}

#[tokio::test]
async fn what_a_case_needs_must_be_there() {
    let deskie = serve(DeskieSim::demo().unwrap()).await;
    let whole = json!({"user_custom_id": "c", "channel": CHANNEL, "subject": "Chat", "content": "hi"});
    let rows = [
        ("user_custom_id", json!(""), "user_custom_id_required"),
        ("subject", Value::Null, "subject_required"),
        ("channel", json!("cch1"), "wrong_channel"),
        ("content", json!(" "), "empty_content"),
        ("user_email", json!("nobody"), "incorrect_user_email"),
    ];
    for (field, value, word) in rows {
        let mut case = whole.clone();
        case[field] = value;
        deskie.refuses("POST", "cases.json", json!({ "case": case }), word).await;
    }
    deskie.refuses("POST", "cases.json", whole, "bad_request").await;
    assert_eq!(deskie.call("GET", "cases.json?show_active_chats=true", None).await.1, json!({"total_count": 0}));
}

#[tokio::test]
async fn a_message_is_either_the_customers_or_an_agents() {
    let deskie = serve(DeskieSim::demo().unwrap()).await;
    let case = deskie.case("c", json!({})).await;
    let path = format!("cases/{}/messages.json", case["case_id"]);
    let user = &case["user_id"];
    let other = deskie.case("d", json!({})).await;
    let rows = [
        (json!({"content": "x"}), "user_id_or_staff_id"),
        (json!({"content": "x", "user_id": user, "staff_id": STAFF}), "user_id_or_staff_id"),
        (json!({"content": "x", "user_id": other["user_id"]}), "wrong_user"),
        (json!({"content": "x", "user_id": 1}), "user_not_found"),
        (json!({"content": "x", "staff_id": 1}), "staff_not_active"),
        (json!({"user_id": user}), "empty_content"),
    ];
    for (message, word) in rows {
        deskie.refuses("POST", &path, json!({ "message": message }), word).await;
    }
    let message = json!({"message": {"content": "x", "user_id": user}});
    deskie.refuses("POST", "cases/1/messages.json", message.clone(), "case_not_found").await;
    let (status, answer) = deskie.call("POST", &path, Some(message)).await;
    assert_eq!((status, &answer["message"]["user_id"], &answer["message"]["staff_id"]), (200, user, &json!(0)));
}

#[tokio::test]
async fn lists_honour_order_limit_and_page() {
    let deskie = serve(DeskieSim::demo().unwrap()).await;
    let first = deskie.case("c", json!({})).await;
    let second = deskie.case("c", json!({})).await;
    deskie.case("d", json!({})).await;
    let path = format!("cases/{}/messages.json", first["case_id"]);
    for _ in 0..2 {
        let message = json!({"message": {"content": "x", "user_id": first["user_id"]}});
        deskie.call("POST", &path, Some(message)).await;
    }
    let rising = ids(&deskie.call("GET", &path, None).await.1, "message", "message_id");
    assert!(rising.len() == 3 && rising[0].as_u64() < rising[2].as_u64(), "{rising:?}");
    let newest = deskie.call("GET", &format!("{path}?order=desc&limit=1"), None).await.1;
    assert_eq!((ids(&newest, "message", "message_id"), &newest["total_count"]), (vec![rising[2].clone()], &json!(3)));
    let behind = deskie.call("GET", &format!("{path}?limit=2&page=2"), None).await.1;
    assert_eq!(ids(&behind, "message", "message_id"), [rising[2].clone()]);
    for odd in ["order=up", "limit=0", "limit=101", "page=501", "page=x"] {
        assert_eq!(deskie.call("GET", &format!("{path}?{odd}"), None).await.0, 400, "{odd}");
    }
    let cases = format!("cases.json?user_id={}&show_active_chats=true&sort=created_at_desc", first["user_id"]);
    let listed = ids(&deskie.call("GET", &cases, None).await.1, "case", "case_id");
    assert_eq!(listed, [second["case_id"].clone(), first["case_id"].clone()]);
    // Active chats are shown only on request.
    let quiet = cases.replace("&show_active_chats=true", "");
    assert_eq!(deskie.call("GET", &quiet, None).await.1, json!({"total_count": 0}));
}

#[tokio::test]
async fn a_search_is_exact_between_its_marks_only() {
    let deskie = serve(DeskieSim::demo().unwrap()).await;
    for custom_id in ["viber:1", "viber:12"] {
        deskie.case(custom_id, json!({})).await;
    }
    let rows = [("%5Eviber:1%5E", 1), ("viber:1", 2), ("%5Eviber:%5E", 0)];
    for (text, count) in rows {
        let path = format!("users.json?user_custom_id={text}&user_custom_channel={CHANNEL}");
        assert_eq!(deskie.call("GET", &path, None).await.1["total_count"], count, "{text}");
    }
    let elsewhere = "users.json?user_custom_id=viber:1&user_custom_channel=cch208";
    assert_eq!(deskie.call("GET", elsewhere, None).await.1["total_count"], 0);
}

#[tokio::test]
async fn an_address_is_one_users() {
    let deskie = serve(DeskieSim::demo().unwrap()).await;
    let maria = deskie.case("c", json!({"user_email": "maria@example.com", "company_name": "Lopez"})).await;
    let other = deskie.case("d", json!({"user_email": "maria@example.com"})).await;
    let user = deskie.call("GET", &format!("users/{}.json", other["user_id"]), None).await.1;
    assert_eq!(user["user"]["user_email"], "");
    let link = format!("users/{}/link.json", other["user_id"]);
    deskie.refuses("PUT", &link, json!({"user_email": "maria@example.com"}), "email_already_exist").await;
    assert_eq!(deskie.call("PUT", &link, Some(json!({"user_phone": "+447700900238"}))).await.0, 200);
    let path = format!("users/{}.json", maria["user_id"]);
    let renamed = deskie.call("PUT", &path, Some(json!({"user": {"user_full_name": "Maria"}}))).await.1;
    assert_eq!(
        [&renamed["user"]["user_full_name"], &renamed["user"]["company_name"]],
        ["Maria", "Lopez"],
        "what is not sent stays"
    );
}

#[tokio::test]
async fn the_plan_allows_so_many_calls_and_says_when_there_are_more() {
    let deskie = serve(DeskieSim::demo().unwrap().with_rate(2, Duration::from_secs(1))).await;
    let call = || async {
        let request = deskie.http.get(format!("{}/api/cases.json", deskie.base)).basic_auth(EMAIL, Some(KEY));
        let answer = request.send().await.unwrap();
        let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), header("api_calls_left"), header("retry_after"))
    };
    assert_eq!(call().await, (200, Some("1".into()), None));
    assert_eq!(call().await, (200, Some("0".into()), None));
    assert_eq!(call().await, (429, Some("0".into()), Some("1".into())));
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    assert_eq!(call().await.0, 200);
}

#[tokio::test]
async fn a_merged_case_is_gone_and_its_messages_are_in_another() {
    let deskie = serve(DeskieSim::demo().unwrap()).await;
    let earlier = deskie.case("c", json!({})).await;
    let later = deskie.case("c", json!({})).await;
    deskie.sim.merge("c");
    assert_eq!(deskie.call("GET", &format!("cases/{}.json", later["case_id"]), None).await.0, 404);
    let path = format!("cases/{}/messages.json", earlier["case_id"]);
    assert_eq!(deskie.call("GET", &path, None).await.1["total_count"], 2);
    deskie.sim.merge("c");
    assert_eq!(deskie.call("GET", &format!("cases/{}.json", earlier["case_id"]), None).await.0, 404);
    assert_eq!(deskie.sim.received(Some("c")).len(), 2, "merged into a new one");
}

#[tokio::test]
async fn both_webhooks_say_the_same() {
    async fn told(sim: DeskieSim) -> (String, String) {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
        let hook = axum::Router::new().fallback(move |headers: axum::http::HeaderMap, body: String| async move {
            let content_type = headers.get("content-type").unwrap().to_str().unwrap().to_owned();
            sender.send((content_type, body)).await.unwrap();
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, hook).await });
        let deskie = serve(sim).await;
        deskie.case("c", json!({})).await;
        deskie.sim.paste_webhook(&url);
        let (said, told) = tokio::join!(deskie.sim.answer("c", Saying::Text("A & b".into())), receiver.recv());
        assert_eq!(said.unwrap().status, 200);
        told.unwrap()
    }
    let (content_type, form) = told(DeskieSim::demo().unwrap()).await;
    assert_eq!(content_type, "application/x-www-form-urlencoded");
    assert!(form.contains("type=message_new&") && form.contains("object%5Bcontent%5D=A+%26+b"), "{form}");
    let (content_type, body) = told(DeskieSim::demo().unwrap().with_json_webhook()).await;
    assert_eq!(content_type, "application/json");
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&body["type"], &body["object"]["content"]), (&json!("message_new"), &json!("A & b")));
    assert_eq!([&body["object"]["note"], &body["object"]["b_from_api"]], ["0", "0"]);
}

#[tokio::test]
async fn only_a_rule_of_the_account_tells_what_happens_to_a_case() {
    async fn told(sim: DeskieSim) -> Option<String> {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        let hook = axum::Router::new().fallback(move |body: String| async move { drop(sender.send(body)) });
        let url = format!("{}/hook", testing::serve(hook).await);
        let deskie = serve(sim).await;
        deskie.case("c", json!({})).await;
        deskie.sim.paste_webhook(&url);
        assert_eq!(deskie.sim.resolve("c").await.unwrap().status, 200);
        assert!(deskie.sim.resolve("nobody").await.is_err());
        assert_eq!(deskie.sim.cases()[0]["status"], "closed");
        receiver.try_recv().ok()
    }
    assert_eq!(told(DeskieSim::demo().unwrap()).await, None);
    let form = told(DeskieSim::demo().unwrap().with_rules()).await.unwrap();
    assert!(form.starts_with("type=case_closed&case_id=") && form.contains("&status=closed&"), "{form}");
    let body = told(DeskieSim::demo().unwrap().with_rules().with_json_webhook()).await.unwrap();
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&body["type"], &body["custom_user_id"]), (&json!("case_closed"), &json!("c")));
}

#[tokio::test]
async fn a_case_takes_only_what_the_account_has() {
    let deskie = serve(DeskieSim::demo().unwrap()).await;
    let case = deskie
        .case(
            "a",
            json!({"group_id": 44, "priority": "high", "labels": [101], "language_id": 3,
        "custom_fields": {"cf_20": "gold"}}),
        )
        .await;
    assert_eq!((&case["priority"], &case["labels"], &case["language_id"]), (&json!("high"), &json!([101]), &json!(3)));
    for more in [
        json!({"group_id": 45}),
        json!({"priority": "urgent"}),
        json!({"labels": [7]}),
        json!({"labels": "101"}),
        json!({"language_id": "de"}),
        json!({"custom_fields": {"cf_21": "x"}}),
    ] {
        let mut case = json!({"user_custom_id": "b", "channel": CHANNEL, "subject": "Chat", "content": "hi"});
        case.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        deskie.refuses("POST", "cases.json", json!({ "case": case }), "wrong_parameter").await;
    }
    let (status, staff) = deskie.call("GET", &format!("staff/{STAFF}.json"), None).await;
    assert_eq!((status, &staff["staff"]["staff_full_name"]), (200, &json!(STAFF_NAME)));
    assert_eq!(deskie.call("GET", "staff/1.json", None).await.0, 404);
}
