//! Tests of the pages in a real browser: they tell the truth, work without a mouse, and their pictures are the ones of
//! the documentation.

mod bad_input;
mod browser;
mod keyboard;
mod studio;

use browser::{Browser, ENTER, WIDTHS};
use byoc_tests::Rig;
use serde_json::{Value, json};

/// The time scale by which three days pass in a quarter of a second.
const SHORT_LIFE: f64 = 1e-6;

fn link(rig: &Rig) -> String {
    rig.bridge.installation["settings_url"].as_str().unwrap().to_owned()
}

async fn status(url: &str) -> u16 {
    byoc_tests::http_client().get(url).send().await.unwrap().status().as_u16()
}

async fn headline(browser: &Browser) -> String {
    browser.find(".standing h1, .standing h2").await.text().await
}

/// Signs in as a person without a mouse does.
async fn sign_in(browser: &Browser, rig: &Rig) {
    browser.open(&rig.bridge.url, WIDTHS[1], false).await;
    browser.focused().await.type_in(&format!("{}{ENTER}", rig.bridge.admin_key)).await;
    browser.shows("Add an installation").await;
}

fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_counts_the_steps_that_are_left_and_ticks_them() {
    let Some(browser) = Browser::start().await else { return };
    let rig = Rig::start("whatsapp", "freshchat").await;
    browser.open(&link(&rig), WIDTHS[1], false).await;
    assert_eq!(headline(&browser).await, "4 of 4 steps left");
    assert!(!browser.text().await.contains("from your own phone"));
    browser.inspect("page-steps-left").await;

    rig.customer_says("Hi").await;
    rig.exactly_at_helpdesk(1).await;
    rig.agent_says("Hello").await;
    rig.exactly_at_channel(1).await;
    // The page keeps itself fresh.
    browser.shows("Messages come through in both directions.").await;
    assert_eq!(headline(&browser).await, "Working");
    assert_eq!(browser.all(".steps .done").await.len(), 4);
    browser.inspect("page-working").await;

    browser.find("tbody a").await.click().await;
    browser.shows("Calls").await;
    assert!(browser.text().await.contains("customer") || browser.text().await.contains("agent"));
    browser.inspect("message").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_trouble_says_why_and_sends_the_dead_again() {
    let Some(browser) = Browser::start().await else { return };
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.retry_time_scale = SHORT_LIFE).await;
    rig.customer_says("before").await;
    rig.exactly_at_helpdesk(1).await;
    rig.loses_a_message().await;
    browser.open(&link(&rig), WIDTHS[1], false).await;
    let text = browser.text().await;
    assert_eq!(headline(&browser).await, "Messages were given up");
    assert!(text.contains("Given up") && text.contains("answered 500"), "{text}");
    assert!(!text.contains("Where is my parcel?"), "the page shows what a customer wrote");
    browser.inspect("page-in-trouble").await;

    browser.button("Send again").await.type_in(ENTER).await;
    browser.shows("Messages that were sent again: 1.").await;
    rig.many_at_helpdesk(std::time::Duration::from_secs(20), 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_home_lists_installs_and_removes() {
    let Some(browser) = Browser::start().await else { return };
    let rig = Rig::start("telegram", "freshchat").await;
    for (number, channel) in ["line", "whatsapp"].into_iter().enumerate() {
        let other = Rig::start(channel, "freshchat").await;
        let mut request = other.bridge.request.clone();
        request["helpdesk"] = rig.bridge.request["helpdesk"].clone();
        let (status, answer) = rig.bridge.admin("POST", "/installations", Some(&request)).await.unwrap();
        assert_eq!(status, 201, "{number}: {answer}");
    }
    // A wrong key is told beside the field, and opens nothing.
    browser.open(&rig.bridge.url, WIDTHS[1], false).await;
    browser.focused().await.type_in(&format!("wrong{ENTER}")).await;
    browser.shows("this is not the admin key").await;
    browser.inspect("sign-in").await;
    sign_in(&browser, &rig).await;
    let cards = browser.all(".cards li").await.len();
    assert_eq!(cards, 3);
    browser.inspect("home").await;
    assert_eq!(browser.run("return document.cookie").await, "", "a script can read the session");

    // The form: three mistakes at once, each beside its field.
    let form = format!("{}/install?channel=viber&helpdesk=freshchat", rig.bridge.url);
    browser.open(&form, WIDTHS[1], false).await;
    browser.find("form[action='/install'][method=post] button.main").await.click().await;
    browser.shows("Fields to correct").await;
    let wrong = browser.all("[aria-invalid=true]").await.len();
    assert!(wrong >= 3, "{wrong} fields are marked");
    browser.inspect("install-mistakes").await;

    // What is right is kept, and what is secret has to be entered again.
    let viber = Rig::start("viber", "freshchat").await;
    let mut wanted = viber.bridge.request.clone();
    wanted["helpdesk"] = rig.bridge.request["helpdesk"].clone();
    for side in ["helpdesk", "channel"] {
        for (name, value) in wanted[side].as_object().unwrap() {
            for field in browser.all(&format!("#{side}_{name}")).await {
                field.clear().await;
                field.type_in(&value.as_str().unwrap().replace('\n', " ")).await;
            }
        }
    }
    browser.find("form[action='/install'][method=post] button.main").await.click().await;
    browser.shows("Set-up").await;
    let path = browser.path().await;
    assert!(path.starts_with("/installations/"), "{path}");

    // Uninstalling asks first.
    let button = "return [...document.querySelectorAll('details')].at(-1).open = true";
    browser.run(button).await;
    browser.find("#sure_uninstall_").await.click().await;
    browser.button("Uninstall").await.click().await;
    browser.shows("its URLs answer nobody any more").await;
    browser.open(&rig.bridge.url, WIDTHS[1], false).await;
    assert_eq!(browser.all(".cards li").await.len(), 3);
    browser.button("Sign out").await.click().await;
    browser.shows("Enter the admin key").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_link_says_how_to_get_a_new_one_and_tells_nothing_else() {
    let Some(browser) = Browser::start().await else { return };
    let rig = Rig::start("viber", "deskie").await;
    let old = link(&rig);
    let path = format!("/installations/{}/rotate", rig.bridge.installation_id());
    let (status_code, _) = rig.bridge.admin("POST", &path, Some(&json!({"urls": ["settings"]}))).await.unwrap();
    assert_eq!((status_code, status(&old).await), (200, 404));
    browser.open(&old, WIDTHS[1], false).await;
    let expired = browser.text().await;
    assert!(expired.contains("This link has expired") && expired.contains("new link"), "{expired}");
    browser.inspect("link-expired").await;
    let unknown = format!("{}/installations/{}/settings?key=x", rig.bridge.url, "0".repeat(32));
    browser.open(&unknown, WIDTHS[1], false).await;
    assert_eq!(browser.text().await, expired, "an unknown id answers otherwise");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_form_of_another_site_does_anything() {
    let rig = Rig::start("viber", "freshchat").await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let cookie = rig.session_cookie().await;
    for part in ["HttpOnly", "SameSite=Strict", "Max-Age=3600"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let session = cookie.split(';').next().unwrap();
    let page = format!("{}/installations/{}/settings", rig.bridge.url, rig.bridge.installation_id());
    let post = async |word: Option<&str>, cookie: &str| {
        let mut fields = vec![("action", "uninstall"), ("sure", "yes")];
        fields.extend(word.map(|word| ("word", word)));
        let request = client.post(&page).header("cookie", cookie).body(form(&fields));
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(post(None, session).await, 403);
    assert_eq!(post(Some("0123456789abcdef0123456789abcdef"), session).await, 403);
    assert_eq!(post(None, "").await, 401);
    // A changed cookie is none.
    let changed = session.replacen("byoc_session=AQ", "byoc_session=Ag", 1);
    assert_eq!(client.get(&page).header("cookie", &changed).send().await.unwrap().status(), 404);
    let browser = client.get(&page).header("cookie", changed).header("accept", "text/html");
    let answer = browser.send().await.unwrap();
    let login = answer.headers()["location"].to_str().unwrap();
    assert!(answer.status() == 303 && login.starts_with("/login?next=%2Finstallations%2F"), "{login}");
    // The link alone removes nothing: that takes the admin key.
    let answer = client.post(link(&rig)).body(form(&[("action", "uninstall"), ("sure", "yes")])).send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("this is not the admin key"));
    let (_, shown) = rig
        .bridge
        .admin("GET", page.strip_prefix(&rig.bridge.url).unwrap().trim_end_matches("/settings"), None)
        .await
        .unwrap();
    assert_eq!(shown["state"], "active");
    let fields = [("action", "uninstall"), ("sure", "yes"), ("admin_key", rig.bridge.admin_key.as_str())];
    let answer = client.post(link(&rig)).body(form(&fields)).send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("URLs answer nobody any more"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misspelled_setting_is_told_with_the_right_one() {
    let rig = Rig::start("viber", "freshchat").await;
    let mut request = rig.bridge.request.clone();
    let token = request["channel"].as_object_mut().unwrap().remove("auth_token").unwrap();
    request["channel"]["auth_tokn"] = token;
    let (status, answer) = rig.bridge.admin("POST", "/installations", Some(&request)).await.unwrap();
    assert_eq!((status, &answer["error"]["code"]), (422, &json!("unknown_setting")), "{answer}");
    let message = answer["error"]["message"].as_str().unwrap();
    assert_eq!(message, "`channel.auth_tokn` is not known; did you mean `auth_token`?");
    let mut request: Value = rig.bridge.request.clone();
    request["channel"]["zzz"] = json!("1");
    let (_, answer) = rig.bridge.admin("POST", "/installations", Some(&request)).await.unwrap();
    assert_eq!(answer["error"]["message"], "`channel.zzz` is not known; remove it");
}
