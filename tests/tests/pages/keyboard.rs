//! Tests that everything on the pages is done with the keyboard alone.

use byoc_tests::{Rig, eventually};

use crate::{
    SHORT_LIFE,
    browser::{Browser, ENTER, WIDTHS},
    link, sign_in,
    studio::{shows, studio},
};

const SPACE: &str = " ";

#[tokio::test(flavor = "multi_thread")]
async fn the_tab_key_reaches_everything_on_an_admins_pages() {
    let Some(browser) = Browser::start().await else { return };
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.retry_time_scale = SHORT_LIFE).await;
    browser.open(&link(&rig), WIDTHS[1], false).await;
    browser.walk("page with steps left").await;
    rig.customer_says("before").await;
    rig.exactly_at_helpdesk(1).await;
    rig.loses_a_message().await;
    browser.open(&link(&rig), WIDTHS[1], false).await;
    browser.walk("page in trouble").await;
    browser.find("tbody a").await.click().await;
    browser.shows("Calls").await;
    browser.walk("message").await;

    browser.open(&format!("{}/login", rig.bridge.url), WIDTHS[1], false).await;
    browser.walk("sign-in").await;
    sign_in(&browser, &rig).await;
    browser.walk("home").await;
    browser.open(&format!("{}/install?channel=whatsapp&helpdesk=freshchat", rig.bridge.url), WIDTHS[1], false).await;
    browser.walk("install form").await;
    browser.inspect("install-form").await;
    browser.find("form[action='/install'][method=post] button.main").await.click().await;
    browser.shows("Fields to correct").await;
    browser.walk("install form with mistakes").await;
    browser.open(&format!("{}/nope", rig.bridge.url), WIDTHS[1], false).await;
    browser.shows("There is nothing at this address").await;
    browser.walk("nothing here").await;
    browser.inspect("nothing-here").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_is_made_and_removed_by_keyboard() {
    let Some(browser) = Browser::start().await else { return };
    let rig = Rig::start("viber", "freshchat").await;
    let other = Rig::start("telegram", "freshchat").await;
    sign_in(&browser, &rig).await;
    browser.tab_to("a.main").await;
    browser.press(ENTER).await;
    browser.shows("Continue").await;
    browser.tab_to("#kind_channel").await;
    browser.press("Telegram").await;
    browser.tab_to("#kind_helpdesk").await;
    browser.press("Freshchat").await;
    browser.tab_to("form.choice button").await;
    browser.press(SPACE).await;
    eventually("the form of both kinds", async || {
        let fields = browser.all("#channel_bot_token").await;
        (!fields.is_empty()).then_some(())
    })
    .await;
    // A missing field is marked, and the summary leads there.
    browser.tab_to("form[method=post] > button.main").await;
    browser.press(ENTER).await;
    browser.shows("Fields to correct").await;
    browser.tab_to("#mistakes a").await;
    browser.press(ENTER).await;
    let mut wanted = other.bridge.request.clone();
    wanted["helpdesk"] = rig.bridge.request["helpdesk"].clone();
    let mut fields: Vec<(String, String)> = Vec::new();
    for side in ["helpdesk", "channel"] {
        let settings = wanted[side].as_object().unwrap().iter().filter(|(name, _)| name.as_str() != "kind");
        fields.extend(settings.map(|(name, value)| (format!("{side}_{name}"), value.as_str().unwrap().to_owned())));
    }
    // The fields come in their own order.
    let stops = browser.all("form[action='/install'][method=post] :is(input, textarea):not([type=hidden])").await.len();
    browser.run("document.getElementById('kind_channel').focus()").await;
    for _ in 0..stops + 3 {
        browser.press(crate::browser::TAB).await;
        let id = browser.run("return document.activeElement.id").await;
        if let Some((_, value)) = fields.iter().find(|(name, _)| id == name.as_str()) {
            browser.press(value).await;
        }
    }
    browser.tab_to("form[method=post] > button.main").await;
    browser.press(ENTER).await;
    browser.shows("Set-up").await;
    let path = browser.path().await;
    assert!(path.starts_with("/installations/"), "{path}: {}", browser.text().await);

    browser.tab_to("details:last-of-type > summary").await;
    browser.press(ENTER).await;
    browser.tab_to("#sure_uninstall_").await;
    browser.press(SPACE).await;
    browser.tab_to("details:last-of-type button.danger").await;
    browser.press(SPACE).await;
    browser.shows("its URLs answer nobody any more").await;
    browser.inspect("removed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_talk_in_the_simulator_by_keyboard() {
    let Some(browser) = Browser::start().await else { return };
    let bridge = studio().await;
    browser.open(&format!("{}/try", bridge.url), WIDTHS[1], false).await;
    browser.walk("simulator").await;
    browser.tab_to("#write-channel").await;
    browser.press("Hello there").await;
    browser.press(ENTER).await;
    shows(&browser, "#inbox", "Hello there").await;
    browser.tab_to("#write-helpdesk").await;
    browser.press("Good morning").await;
    browser.tab_to(".inbox button.main").await;
    browser.press(SPACE).await;
    shows(&browser, "#phone", "Good morning").await;
    shows(&browser, "#inbox", "read").await;
    browser.walk("simulator with messages").await;
    // Trouble as well: an answer is the first thing that fails.
    browser.tab_to("#times-channel").await;
    browser.tab_to(".troubles button.danger").await;
    browser.press(ENTER).await;
    shows(&browser, "#trouble-channel", "The next 2 calls fail").await;
    // What is renewed while one reads it keeps the focus.
    browser.tab_to("#hops summary").await;
    browser.press(ENTER).await;
    bridge.channel.say(bridge.channel.customer(), byoc_vendors::people::Saying::Text("Another".into())).await.unwrap();
    shows(&browser, "#inbox", "Another").await;
    let has_focus = "return document.activeElement.closest('#hops') !== null";
    eventually("the focus", async || (browser.run(has_focus).await == true).then_some(())).await;

    browser.open(&format!("{}/web/test", bridge.url), WIDTHS[1], false).await;
    browser.walk("event test").await;
    browser.tab_to("#event button").await;
    browser.press(ENTER).await;
    browser.shows("Success").await;
}
