//! Tests of what people do wrong on the pages: each mistake gets a sentence that says what to do, and leaves nothing
//! half-made behind.

use byoc_tests::{Rig, http_client};
use byoc_vendors::fault::{Fault, How};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::{SHORT_LIFE, form, link};

const FORM: &str = "application/x-www-form-urlencoded";

/// A person at a browser, signed in or not.
struct Person<'a> {
    rig: &'a Rig,
    client: reqwest::Client,
    cookie: String,
}

/// A page as the person sees it.
struct Seen {
    status: u16,
    html: String,
    /// Where the answer leads instead of a page.
    location: Option<String>,
    /// The cookie that the answer sets.
    cookie: Option<String>,
}

impl Seen {
    /// Checks the status, and that the page says this.
    #[track_caller]
    fn says(&self, status: u16, text: &str) -> &Self {
        assert_eq!(self.status, status, "{}", self.html);
        assert!(self.html.contains(text), "no {text} in {}", self.html);
        self
    }

    /// Returns the hidden word that proves that a form is of this session.
    fn word(&self) -> String {
        let value = self.html.split_once("name=\"word\" value=\"").expect("a form").1;
        value.split_once('"').unwrap().0.to_owned()
    }
}

impl<'a> Person<'a> {
    fn nobody(rig: &'a Rig) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { rig, client, cookie: String::new() }
    }

    async fn signed_in(rig: &'a Rig) -> Self {
        let cookie = rig.session_cookie().await;
        Self { cookie: cookie.split(';').next().unwrap().to_owned(), ..Self::nobody(rig) }
    }

    async fn see(&self, request: reqwest::RequestBuilder) -> Seen {
        let answer = request.header("cookie", &self.cookie).header("accept", "text/html").send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (location, cookie) = (header("location"), header("set-cookie"));
        Seen { status: answer.status().as_u16(), location, cookie, html: answer.text().await.unwrap() }
    }

    async fn open(&self, path: &str) -> Seen {
        self.see(self.client.get(format!("{}{path}", self.rig.bridge.url))).await
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let request = self.client.post(format!("{}{path}", self.rig.bridge.url)).header("content-type", FORM);
        self.see(request.body(form(fields))).await
    }

    /// Presses a button of the installation's page.
    async fn press(&self, action: &str, more: &[(&str, &str)]) -> Seen {
        let path = page_of(self.rig);
        let word = self.open(&path).await.word();
        let mut fields = vec![("word", word.as_str()), ("action", action)];
        fields.extend(more);
        self.send(&path, &fields).await
    }
}

fn page_of(rig: &Rig) -> String {
    format!("/installations/{}/settings", rig.bridge.installation_id())
}

/// Returns the fields of the install form that make an installation, without the session's word.
fn install_fields(request: &Value) -> Vec<(String, String)> {
    let side = |side: &'static str| {
        let settings = request[side].as_object().unwrap();
        settings.iter().map(move |(name, value)| (format!("{side}_{name}"), value.as_str().unwrap().to_owned()))
    };
    side("helpdesk").chain(side("channel")).collect()
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

async fn number_of_installations(rig: &Rig) -> usize {
    let (_, list) = rig.bridge.admin("GET", "/installations", None).await.unwrap();
    list["installations"].as_array().unwrap().len()
}

/// Makes a request for a second installation, of another channel's account with the rig's helpdesk.
async fn another(rig: &Rig) -> (Rig, Value) {
    let other = Rig::start("telegram", "freshchat").await;
    let mut request = other.bridge.request.clone();
    request["helpdesk"] = rig.bridge.request["helpdesk"].clone();
    (other, request)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_wrong_or_missing_leads_to_the_right_one() {
    let rig = Rig::start("viber", "freshchat").await;
    let nobody = Person::nobody(&rig);
    nobody.send("/login", &[("admin_key", "wrong")]).await.says(401, "this is not the admin key");
    nobody.send("/login", &[]).await.says(401, "this is not the admin key");
    let page = page_of(&rig);
    nobody.open(&format!("{page}?key=wrong")).await.says(404, "This link has expired");
    // Without any key, it may be an admin: from the sign-in, the way leads back.
    for path in [page.as_str(), "/install?channel=line&helpdesk=freshchat", "/?after=1"] {
        let login = nobody.open(path).await;
        assert_eq!(login.status, 303, "{path}");
        let login = nobody.open(&login.location.unwrap()).await;
        let next = path.replace('&', "&amp;");
        login.says(200, &format!("name=\"next\" value=\"{next}\""));
        assert_eq!(login.html.contains("complete link"), path == page, "{path}");
        let key = rig.bridge.admin_key.as_str();
        assert_eq!(nobody.send("/login", &[("admin_key", "x"), ("next", path)]).await.says(401, &next).location, None);
        let signed_in = nobody.send("/login", &[("admin_key", key), ("next", path)]).await;
        assert_eq!(signed_in.location.as_deref(), Some(path));
    }
    // It leads nowhere else.
    for next in ["https://example.com/", "//example.com/", "/\\example.com", "/installations", "\r\n/install", ""] {
        let key = rig.bridge.admin_key.as_str();
        let signed_in = nobody.send("/login", &[("admin_key", key), ("next", next)]).await;
        assert_eq!((signed_in.status, signed_in.location.as_deref()), (303, Some("/")), "{next:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_nothing_has_is_said_to_be_none() {
    let rig = Rig::start("viber", "freshchat").await;
    let admin = Person::signed_in(&rig).await;
    for id in [&"0".repeat(32), "x", "..%2F..", &"a".repeat(5_000)] {
        let path = format!("/installations/{id}/settings");
        admin.open(&path).await.says(404, "nothing is here");
        admin.send(&path, &[("action", "uninstall"), ("sure", "yes")]).await.says(404, "nothing is here");
    }
    for message in ["x", "63.inbound.65", "63.inbound.65.66", "ff.inbound.ff", ""] {
        let seen = admin.open(&format!("{}?message={message}", page_of(&rig))).await;
        if message.is_empty() {
            assert_eq!(seen.status, 200);
            continue;
        }
        seen.says(404, "the journal keeps a message for 14 days").says(404, "Set-up");
        for action in ["redrive", "discard"] {
            let seen = admin.press(action, &[("message", message), ("reason", "old")]).await;
            seen.says(404, "the journal keeps a message for 14 days");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_install_form_sent_twice_makes_one_installation() {
    let rig = Rig::start("viber", "freshchat").await;
    let admin = Person::signed_in(&rig).await;
    let (_other, request) = another(&rig).await;
    let mut fields = install_fields(&request);
    fields.push(("word".into(), admin.open("/install?channel=telegram&helpdesk=freshchat").await.word()));
    // One after the other, and at the same moment.
    let sent = borrowed(&fields);
    let first = admin.send("/install", &sent).await;
    let path = first.location.expect("the new installation");
    for _ in 0..3 {
        let both = tokio::join!(admin.send("/install", &sent), admin.send("/install", &sent));
        for seen in [both.0, both.1] {
            assert_eq!((seen.status, seen.location.as_deref()), (303, Some(path.as_str())), "{}", seen.html);
        }
        assert_eq!(number_of_installations(&rig).await, 2);
    }
    let id = path.split('/').nth(2).unwrap();
    let (_, shown) = rig.bridge.admin("GET", &format!("/installations/{id}"), None).await.unwrap();
    assert_eq!(shown["state"], "active", "{shown}");
    rig.bridge.admin("DELETE", &format!("/installations/{id}"), None).await.unwrap();
    // At the same moment, while there is none yet.
    let both = tokio::join!(admin.send("/install", &sent), admin.send("/install", &sent));
    assert_eq!((both.0.status, both.1.status, &both.0.location), (303, 303, &both.1.location));
    assert_eq!(number_of_installations(&rig).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_were_shown_once_are_said_to_have_been_shown() {
    let rig = Rig::start("custom", "freshchat").await;
    let admin = Person::signed_in(&rig).await;
    let request = &rig.bridge.request;
    let is_made = |name: &str| name.starts_with("channel_") && (name.contains("secret") || name.contains("token"));
    let mut fields: Vec<_> = install_fields(request).into_iter().filter(|(name, _)| !is_made(name)).collect();
    fields.push(("word".into(), admin.open("/install").await.word()));
    let seen = admin.send("/install", &borrowed(&fields)).await;
    seen.says(200, "showed them then").says(200, "/settings");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_sent_twice_is_done_once() {
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.retry_time_scale = SHORT_LIFE).await;
    let admin = Person::signed_in(&rig).await;
    rig.customer_says("before").await;
    rig.exactly_at_helpdesk(1).await;
    rig.bridge.helpdesk.faults().add(Fault::next(How::Status(500)).times(1_000));
    for text in ["one", "two"] {
        rig.customer_says(text).await;
    }
    let fast = rig.fast_time();
    let is_dead = |message: &&Value| message["state"] == "dead";
    let journal = rig.journal_is("two dead letters", |journal| journal.iter().filter(is_dead).count() == 2).await;
    drop(fast);
    rig.bridge.helpdesk.faults().clear();
    let ids: Vec<&str> = journal.iter().filter(is_dead).map(|message| message["id"].as_str().unwrap()).collect();

    admin.press("discard", &[("message", ids[0])]).await.says(422, "reason");
    admin.press("discard", &[("message", ids[0]), ("reason", "old")]).await.says(200, "discarded: 1.");
    admin.press("discard", &[("message", ids[0]), ("reason", "old")]).await.says(409, "That did not work");
    admin.press("redrive", &[("message", ids[0])]).await.says(409, "That did not work");
    let second = [("message", ids[1])];
    let twice = tokio::join!(admin.press("redrive", &second), admin.press("redrive", &second));
    let done = [&twice.0, &twice.1].into_iter().filter(|seen| seen.html.contains("sent again: 1.")).count();
    assert_eq!(done, 1, "{} {}", twice.0.html, twice.1.html);
    rig.exactly_at_helpdesk(2).await;
    admin.press("redrive", &[("message", ids[1])]).await.says(409, "That did not work");
    admin.press("redrive", &[]).await.says(200, "sent again: 0.");

    // Each renewal leaves the URLs before it valid for a day.
    for _ in 0..2 {
        admin.press("rotate", &[("urls", "channel"), ("sure", "yes")]).await.says(200, "The new URL is valid now.");
    }
    rig.customer_says("after").await;
    rig.exactly_at_helpdesk(3).await;
    admin.press("rotate", &[("urls", "channel")]).await.says(422, "tick the box");
    admin.press("rotate", &[("urls", "nonsense"), ("sure", "yes")]).await.says(422, "That did not work");

    let word = admin.open(&page_of(&rig)).await.word();
    let uninstall = [("word", word.as_str()), ("action", "uninstall"), ("sure", "yes")];
    for _ in 0..2 {
        admin.send(&page_of(&rig), &uninstall).await.says(200, "its URLs answer nobody any more");
    }
    assert_eq!(number_of_installations(&rig).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_renews_the_link_gets_the_new_one_and_can_go_on() {
    let rig = Rig::start("viber", "freshchat").await;
    let nobody = Person::nobody(&rig);
    let old = link(&rig).split_once("/installations").map(|(_, path)| format!("/installations{path}")).unwrap();
    let key = rig.bridge.admin_key.as_str();
    let renew = [("action", "rotate"), ("urls", "settings"), ("sure", "yes"), ("admin_key", key)];
    let seen = nobody.send(&old, &renew).await;
    let (_, shown) = rig.bridge.admin("GET", page_of(&rig).trim_end_matches("/settings"), None).await.unwrap();
    let new = shown["settings_url"].as_str().unwrap();
    seen.says(200, new);
    assert!(!seen.html.contains(old.rsplit('=').next().unwrap()), "the page still leads to the old link");
    // The form that was sent a second time says how to go on.
    nobody.send(&old, &renew).await.says(404, "Ask whoever runs the bridge for the new link");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_admins_at_once_do_not_mix_their_changes() {
    let rig = Rig::start("viber", "freshchat").await;
    let (one, two) = (Person::signed_in(&rig).await, Person::signed_in(&rig).await);
    let sure = |urls| [("urls", urls), ("sure", "yes")];
    for urls in ["channel", "helpdesk"] {
        let (first, second) = (sure(urls), sure(urls));
        let both = tokio::join!(one.press("rotate", &first), two.press("rotate", &second));
        for seen in [&both.0, &both.1] {
            let is_told = seen.status == 409 && seen.html.contains("somebody else changed this installation");
            assert!(is_told || seen.status == 200, "{}: {}", seen.status, seen.html);
        }
        assert!(both.0.status == 200 || both.1.status == 200);
    }
    rig.customer_says("still there?").await;
    rig.exactly_at_helpdesk(1).await;
    let (first, second) = (sure(""), sure("channel"));
    let both = tokio::join!(one.press("uninstall", &first), two.press("rotate", &second));
    assert!(both.0.status == 200 || both.0.status == 409, "{}", both.0.html);
    let removed = if both.0.status == 200 { both.0 } else { one.press("uninstall", &first).await };
    removed.says(200, "its URLs answer nobody any more");
    two.send(&page_of(&rig), &[]).await.says(403, "this form is not of your session");
    let word = two.open("/").await.word();
    let late = [("word", word.as_str()), ("action", "rotate"), ("urls", "channel"), ("sure", "yes")];
    two.send(&page_of(&rig), &late).await.says(410, "this installation was uninstalled");
    let (_, shown) = rig.bridge.admin("GET", page_of(&rig).trim_end_matches("/settings"), None).await.unwrap();
    assert_eq!((&shown["state"], shown.get("channel_webhook_url")), (&json!("uninstalled"), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_removed_installation_says_so() {
    let rig = Rig::start("viber", "freshchat").await;
    let (admin, nobody) = (Person::signed_in(&rig).await, Person::nobody(&rig));
    let path = link(&rig).split_once("/installations").map(|(_, path)| format!("/installations{path}")).unwrap();
    rig.bridge.admin("DELETE", page_of(&rig).trim_end_matches("/settings"), None).await.unwrap();
    for seen in [admin.open(&page_of(&rig)).await, nobody.open(&path).await] {
        seen.says(200, "Uninstalled").says(200, "its URLs answer nobody any more");
        assert!(!seen.html.contains("name=\"action\""), "the page still has buttons: {}", seen.html);
    }
    for action in ["check", "retry", "redrive", "register"] {
        nobody.send(&path, &[("action", action)]).await.says(410, "this installation was uninstalled");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http_url_is_marked_beside_its_field() {
    let mut rig = Rig::start("viber", "freshchat").await;
    // A bridge that is deployed permits no http.
    rig.bridge.environment.retain(|(name, _)| name != "ALLOW_PRIVATE_ADDRESSES");
    let hook = rig.bridge.another_install_hook().await.unwrap();
    let cookie = rig.session_cookie().await;
    let cookie = cookie.split(';').next().unwrap();
    let send = async |method: &str, path: &str, body: String| {
        let request = http::Request::builder().method(method).uri(path).header("cookie", cookie);
        let answer = hook.http(request.body(Bytes::from(body)).unwrap()).await;
        (answer.status().as_u16(), String::from_utf8(answer.body().to_vec()).unwrap())
    };
    let (_, page) = send("GET", "/install?channel=telegram&helpdesk=freshchat", String::new()).await;
    let word = page.split_once("name=\"word\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    let (_other, request) = another(&rig).await;
    let mut fields = install_fields(&request);
    assert!(fields.iter().any(|(name, value)| name == "channel_api_url" && value.starts_with("http://")));
    fields.push(("word".into(), word));
    let (status, page) = send("POST", "/install", form(&borrowed(&fields))).await;
    assert_eq!(status, 422, "{page}");
    for field in ["channel_api_url", "helpdesk_api_url"] {
        let input = page.split_once(&format!("<input id=\"{field}\"")).unwrap().1.split_once("</div>").unwrap().0;
        assert!(input.contains("aria-invalid") && input.contains("https"), "{field}: {input}");
    }
    assert_eq!(number_of_installations(&rig).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_or_a_huge_field_is_refused_before_it_is_read() {
    let rig = Rig::start("viber", "freshchat").await;
    let admin = Person::signed_in(&rig).await;
    let page = page_of(&rig);
    let post = async |path: &str, content_type: &str, body: Vec<u8>| {
        let request = admin.client.post(format!("{}{path}", rig.bridge.url)).header("content-type", content_type);
        admin.see(request.body(body)).await
    };
    let file =
        b"--x\r\nContent-Disposition: form-data; name=\"action\"; filename=\"a.png\"\r\n\r\nuninstall\r\n--x--\r\n";
    for path in ["/login", "/install", page.as_str()] {
        post(path, "multipart/form-data; boundary=x", file.to_vec()).await.says(415, "no files");
        post(path, FORM, b"\x89PNG\r\n\x1a\n\0\xff".to_vec()).await.says(415, "no files");
        post(path, "application/json", b"{\"action\":\"uninstall\"}".to_vec()).await.says(415, "no files");
        let huge = format!("admin_key={}", "x".repeat(300 * 1024));
        post(path, FORM, huge.into_bytes()).await.says(413, "shorten what you entered");
    }
    // What is not text, and a field that is far too long, are mistakes of their fields.
    let word = admin.open("/install?channel=telegram&helpdesk=freshchat").await.word();
    let (_other, request) = another(&rig).await;
    for bad in ["\u{fffd}\0\u{1}".to_owned(), "x".repeat(200 * 1024)] {
        let mut fields = install_fields(&request);
        for (_, value) in fields.iter_mut().filter(|(name, _)| name == "channel_bot_token") {
            value.clone_from(&bad);
        }
        fields.push(("word".into(), word.clone()));
        let seen = admin.send("/install", &borrowed(&fields)).await;
        seen.says(422, "Fields to correct: 1");
        assert!(!seen.html.contains(&bad), "a secret is on the page");
        let mut fields = install_fields(&request);
        fields.extend([("word".into(), word.clone()), ("text_on_assign".into(), bad)]);
        admin.send("/install", &borrowed(&fields)).await.says(422, "Not installed yet");
    }
    assert_eq!(number_of_installations(&rig).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_outlives_the_session() {
    let rig = Rig::start("viber", "freshchat").await;
    let nobody = Person::nobody(&rig);
    let (_other, request) = another(&rig).await;
    let mut fields = install_fields(&request);
    fields.extend([("agent_name".into(), "true".into()), ("text_on_assign".into(), "Hi <b>there</b>".into())]);
    fields.push(("word".into(), "0123456789abcdef0123456789abcdef".into()));
    let secret = request["channel"]["bot_token"].as_str().unwrap();

    let seen = nobody.send("/install", &borrowed(&fields)).await;
    seen.says(401, "Your session has ended").says(401, "Hi &lt;b&gt;there&lt;/b&gt;");
    assert!(!seen.html.contains(secret) && !seen.html.contains("name=\"word\""), "{}", seen.html);
    // The page's own form, with the wrong key and with the right one.
    let hidden = seen.html.split("<input type=\"hidden\" name=\"").skip(1).map(|rest| {
        let (name, rest) = rest.split_once("\" value=\"").unwrap();
        let value = rest.split_once('"').unwrap().0;
        (name.to_owned(), value.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    });
    let mut kept: Vec<(String, String)> = hidden.collect();
    kept.push(("admin_key".into(), "wrong".into()));
    let wrong = nobody.send("/install", &borrowed(&kept)).await;
    wrong.says(401, "this is not the admin key").says(401, "Hi &lt;b&gt;there&lt;/b&gt;");
    kept.last_mut().unwrap().1.clone_from(&rig.bridge.admin_key);
    let again = nobody.send("/install", &borrowed(&kept)).await;
    again.says(200, "check it and send it again").says(200, "Hi &lt;b&gt;there&lt;/b&gt;");
    again.says(200, request["channel"]["api_url"].as_str().unwrap());
    assert_eq!(number_of_installations(&rig).await, 1, "nothing is installed before the form was seen again");
    // With the credentials entered again, it is installed.
    let cookie = again.cookie.as_ref().unwrap().split(';').next().unwrap().to_owned();
    let person = Person { cookie, ..Person::nobody(&rig) };
    fields.last_mut().unwrap().1 = again.word();
    assert_eq!(person.send("/install", &borrowed(&fields)).await.status, 303);

    // A form of an earlier session of the same person is shown again as well.
    let other = Person::signed_in(&rig).await;
    let late = other.send("/install", &borrowed(&fields)).await;
    late.says(403, "this form was of an earlier session").says(403, "Hi &lt;b&gt;there&lt;/b&gt;");
    // Other actions say that nothing was done.
    for action in ["uninstall", "redrive"] {
        let seen = nobody.send(&page_of(&rig), &[("action", action), ("sure", "yes")]).await;
        seen.says(401, "You are not signed in").says(401, "nothing was done");
    }
    assert_eq!(number_of_installations(&rig).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_or_an_action_that_there_is_not_is_named() {
    let rig = Rig::start("viber", "freshchat").await;
    let admin = Person::signed_in(&rig).await;
    let seen = admin.open("/install?channel=pigeon&helpdesk=freshchat").await;
    seen.says(200, "There is no channel <code>pigeon</code>").says(200, "<option value=\"viber\"");
    let long = format!("/install?channel=viber&helpdesk={}", "x".repeat(3_000));
    let seen = admin.open(&long).await;
    seen.says(200, &format!("There is no helpdesk <code>{}</code>", "x".repeat(40)));
    assert!(!seen.html.contains(&"x".repeat(41)));
    let escaped = admin.open("/install?channel=%3Cscript%3E%27%22&helpdesk=freshchat").await;
    escaped.says(200, "&lt;script&gt;");
    let word = seen.word();
    let sent =
        admin.send("/install", &[("word", &word), ("channel_kind", "pigeon"), ("helpdesk_kind", "deskie")]).await;
    sent.says(422, "There is no channel <code>pigeon</code>");
    admin.send("/install", &[("word", &word)]).await.says(422, "Not installed yet");
    admin.press("explode", &[]).await.says(422, "this page has no such action");
    admin.press("", &[]).await.says(422, "this page has no such action");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_get_pages_in_their_language_and_programs_get_json() {
    let rig = Rig::start("viber", "freshchat").await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let get = async |path: &str, accept: &str| {
        let request = client.get(format!("{}{path}", rig.bridge.url)).header("accept", accept);
        let answer = request.header("accept-language", "de").send().await.unwrap();
        let kind = answer.headers().get("content-type").map_or("", |it| it.to_str().unwrap()).to_owned();
        (answer.status().as_u16(), kind, answer.text().await.unwrap())
    };
    const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (path, status, text) in [
        ("/nope", 404, "Unter dieser Adresse gibt es nichts"),
        ("/installations/x/nope", 401, "Sie sind nicht angemeldet"),
        ("/installations", 401, "Sie sind nicht angemeldet"),
        ("/keys", 401, "Sie sind nicht angemeldet"),
        ("/logout", 404, "Unter dieser Adresse gibt es nichts"),
        ("/installations/x/settings?key=1", 404, "Dieser Link ist abgelaufen"),
        ("/login", 200, "Anmelden"),
    ] {
        let (seen, kind, html) = get(path, BROWSER).await;
        assert_eq!((seen, kind.as_str()), (status, "text/html; charset=utf-8"), "{path}: {html}");
        assert!(html.contains(text) && html.contains("<html lang=\"de\">"), "{path}: {html}");
    }
    let programs = [("/", 401), ("/install", 401), ("/nope", 404), ("/installations/x/settings?key=1", 404)];
    for (path, status) in programs {
        let (seen, kind, json) = get(path, "application/json").await;
        assert_eq!((seen, kind.as_str()), (status, "application/json"), "{path}: {json}");
        assert!(serde_json::from_str::<Value>(&json).unwrap()["error"]["message"].is_string(), "{path}: {json}");
    }
    // Whoever says nothing, as most tools do, gets JSON from the API.
    let answer = http_client().get(format!("{}/nope", rig.bridge.url)).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
}
