//! Tests of the languages: what customers and agents of an installation read, and what readers of the pages do.

use std::sync::Arc;

use byoc::tools::{language::Language, sentences::Sentence};
use byoc_tests::{Rig, eventually, http_client};
use byoc_vendors::{
    channel::viber::Viber,
    fault::{Fault, How},
    people::Saying,
};
use http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, COOKIE, SET_COOKIE};
use serde_json::{Value, json};

/// Starts Viber and a helpdesk with an installation in German.
async fn german(helpdesk: &str) -> (Rig, Arc<Viber>) {
    let viber = Arc::new(Viber::demo().unwrap());
    let channel = viber.clone();
    let rig = Rig::start_with("viber", helpdesk, |settings| {
        settings.channel = channel;
        settings.options = json!({"language": "de"});
    })
    .await;
    (rig, viber)
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_of_a_german_installation_read_german() {
    for helpdesk in ["freshchat", "deskie", "is_messenger"] {
        let (rig, viber) = german(helpdesk).await;
        assert_eq!(rig.bridge.installation["settings"]["language"], "de");
        let poll = Saying::Raw(json!({"type": "poll", "text": "A oder B?"}));
        let said = rig.bridge.channel.say(rig.bridge.channel.customer(), poll).await.unwrap();
        assert_eq!(said.status, 200, "{helpdesk}: {}", said.body);
        let text = rig.exactly_at_helpdesk(1).await[0].text.clone();
        let shown = "[Umfrage: Diese Art von Nachricht kann hier nicht angezeigt werden]\nA oder B?";
        assert_eq!(text, shown, "{helpdesk}");

        viber.unsubscribe(rig.bridge.channel.customer()).await.unwrap();
        rig.settled().await;
        rig.agent_says("zu spät").await;
        let told = "Nicht zugestellt über viber: der Kontakt hat Nachrichten dieses Kontos abbestellt; Sie können \
                    antworten, sobald der Kontakt wieder schreibt.";
        let is_told = async || rig.bridge.helpdesk.failures().iter().any(|text| text.contains(told)).then_some(());
        eventually("the German note", is_told).await;
        // The journal and the API stay English.
        rig.journal_shows("the reason", |entry| {
            entry["error"].as_str().is_some_and(|error| error.starts_with("the contact has stopped messages"))
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_of_a_german_installation_read_german() {
    let (rig, _) = german("freshchat").await;
    rig.customer_says("Hallo").await;
    let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
    let host = byoc_tests::files(&[]).await;
    let url = format!("{}/weg.pdf", host.url());
    let gone = Saying::Media { kind: byoc::model::message::MediaKind::File, url, name: "weg.pdf".into(), size: 5 };
    rig.bridge.helpdesk.answer(&contact, gone).await.unwrap();
    let fast = rig.fast_time();
    let text = rig.exactly_at_channel(1).await[0].text.clone();
    drop(fast);
    assert!(text.starts_with("[weg.pdf: Datei konnte nicht abgerufen werden]"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_german_customer_is_asked_for_a_rating_in_german_and_agents_read_it_so() {
    let (rig, _) = german("freshchat").await;
    let path = format!("/installations/{}", rig.bridge.installation_id());
    let change = json!({"settings": {"ask_rating": true}});
    assert_eq!(rig.bridge.admin("PATCH", &path, Some(&change)).await.unwrap().0, 200);
    rig.customer_says("Hallo").await;
    let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
    rig.bridge.helpdesk.resolve(&contact).await.unwrap();
    let is_asked = async || {
        let seen = byoc_tests::texts(&rig.at_channel()).join("\n");
        seen.contains("Wählen Sie eine Zahl von 1 (gar nicht) bis 5 (sehr).").then_some(())
    };
    eventually("the German question", is_asked).await;
    rig.settled().await;
    rig.bridge.helpdesk.faults().add(Fault::next(How::Status(400)).at("csat"));
    rig.customer_says("4").await;
    let note = eventually("the German note", async || rig.notes().pop()).await;
    assert!(note.text.contains("Der Kunde hat diese Unterhaltung bewertet: 4 von 5."), "{note:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_language_is_refused_and_the_default_is_english() {
    let rig = Rig::start("viber", "freshchat").await;
    assert_eq!(rig.bridge.installation["settings"]["language"], "en");
    let path = format!("/installations/{}", rig.bridge.installation_id());
    let change = |language: &str| json!({"settings": {"language": language}});
    let (status, answer) = rig.bridge.admin("PATCH", &path, Some(&change("xx"))).await.unwrap();
    let message = answer["error"]["message"].as_str().or(answer["message"].as_str()).unwrap_or_default();
    assert_eq!(status, 422, "{answer}");
    assert!(message.contains("`settings.language`") && message.contains("uk, ja"), "{answer}");
    let (status, answer) = rig.bridge.admin("PATCH", &path, Some(&change("uk"))).await.unwrap();
    assert_eq!((status, &answer["settings"]["language"]), (200, &json!("uk")), "{answer}");
}

/// A reader with a browser in one language, signed in.
struct Reader<'a> {
    rig: &'a Rig,
    language: Language,
    cookie: String,
}

impl<'a> Reader<'a> {
    async fn sign_in(rig: &'a Rig, language: Language) -> Self {
        let no_redirects = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).redirect(no_redirects).build().unwrap();
        let form =
            form_urlencoded::Serializer::new(String::new()).append_pair("admin_key", &rig.bridge.admin_key).finish();
        let request = client.post(format!("{}/login", rig.bridge.url)).body(form);
        let answer = request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
        let cookie = answer.headers()[SET_COOKIE].to_str().unwrap();
        Self { rig, language, cookie: cookie.split(';').next().unwrap().to_owned() }
    }

    async fn open(&self, path: &str) -> String {
        let request = http_client().get(format!("{}{path}", self.rig.bridge.url)).header(COOKIE, &self.cookie);
        self.read(request).await
    }

    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let page = self.open("/install").await;
        let word = page.split("name=\"word\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        let mut form = form_urlencoded::Serializer::new(String::new());
        let form = form.extend_pairs(fields).append_pair("word", word).finish();
        let request = http_client().post(format!("{}{path}", self.rig.bridge.url)).body(form);
        let request = request.header("content-type", "application/x-www-form-urlencoded").header(COOKIE, &self.cookie);
        self.read(request).await
    }

    async fn read(&self, request: reqwest::RequestBuilder) -> String {
        let header = format!("{}-XX, en;q=0.5", self.language.word());
        let answer = request.header(ACCEPT_LANGUAGE, header).send().await.unwrap();
        assert_eq!(answer.headers()[CONTENT_LANGUAGE], self.language.word());
        let html = answer.text().await.unwrap();
        assert!(html.contains(&format!("<html lang=\"{}\">", self.language.word())), "{html}");
        html
    }

    /// Checks that a page says these sentences in the reader's language, and not in English.
    fn reads(&self, html: &str, sentences: &[Sentence<'_>]) {
        for sentence in sentences {
            let own = self.language.say(*sentence).to_string();
            assert!(html.contains(&own), "{own}: {html}");
            let english = sentence.to_string();
            assert!(english == own || !html.contains(&format!(">{english}<")), "{english}: {html}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_page_speaks_the_language_of_its_reader() {
    let rig = Rig::start("viber", "freshchat").await;
    rig.customer_says("Hi").await;
    rig.exactly_at_helpdesk(1).await;
    rig.settled().await;
    let message = rig.journal().await[0]["id"].as_str().unwrap().to_owned();
    let own = format!("/installations/{}/settings", rig.bridge.installation_id());
    for language in [Language::Japanese, Language::French] {
        let reader = Reader::sign_in(&rig, language).await;
        let login = reader.open("/login").await;
        reader.reads(&login, &[Sentence::SignIn, Sentence::SignInAdvice, Sentence::AdminKey]);
        let home = reader.open("/").await;
        reader.reads(&home, &[Sentence::Installations, Sentence::AddInstallation, Sentence::SignOut]);
        let form = reader.open("/install?helpdesk=freshchat&channel=viber").await;
        reader.reads(&form, &[Sentence::AddInstallation, Sentence::MoreOptions, Sentence::OptionLanguage]);
        let mistakes = reader.send("/install", &[("helpdesk_kind", "freshchat"), ("channel_kind", "viber")]).await;
        let token = Sentence::ShouldBe { name: "", should_be: "" }.in_language(language).to_string();
        let before_name = token.split('`').next().unwrap();
        assert!(mistakes.contains(before_name), "{before_name}: {mistakes}");
        reader.reads(&mistakes, &[Sentence::EnterSecretsAgain]);
        let page = reader.open(&own).await;
        let there =
            [Sentence::SetUp, Sentence::LastHeard, Sentence::LatestMessages, Sentence::Manage, Sentence::IAmSure];
        reader.reads(&page, &there);
        let checked = reader.send(&own, &[("action", "check")]).await;
        reader.reads(&checked, &[Sentence::Done, Sentence::Works]);
        let refused = reader.send(&own, &[("action", "uninstall")]).await;
        reader.reads(&refused, &[Sentence::NotDone, Sentence::TickTheBox]);
        let trace = reader.open(&format!("{own}?message={message}")).await;
        reader.reads(&trace, &[Sentence::Message, Sentence::Calls, Sentence::ToInstallation]);
        let expired = reader.open(&format!("{own}?key=old")).await;
        reader.reads(&expired, &[Sentence::LinkExpired, Sentence::LinkExpiredAdvice, Sentence::ToHome]);
    }
    let plain = http_client().get(format!("{}/login", rig.bridge.url)).send().await.unwrap().text().await.unwrap();
    assert!(plain.contains("<html lang=\"en\">") && plain.contains("Sign in"), "{plain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_journal_keeps_in_english_is_read_in_the_readers_language() {
    let viber = Arc::new(Viber::demo().unwrap());
    let channel = viber.clone();
    let rig = Rig::start_with("viber", "freshchat", |settings| settings.channel = channel).await;
    rig.customer_says("Hi").await;
    rig.exactly_at_helpdesk(1).await;
    viber.unsubscribe(rig.bridge.channel.customer()).await.unwrap();
    rig.settled().await;
    rig.agent_says("too late").await;
    rig.agents_are_told().await;
    rig.journal_shows("the refusal", |entry: &Value| entry["state"] == "rejected").await;
    let reader = Reader::sign_in(&rig, Language::Russian).await;
    let page = reader.open(&format!("/installations/{}/settings", rig.bridge.installation_id())).await;
    reader.reads(&page, &[Sentence::ContactStopped, Sentence::StateRejected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_adapters_say_is_read_in_the_readers_language() {
    let rig = Rig::start("viber", "freshchat").await;
    let reader = Reader::sign_in(&rig, Language::German).await;
    let page = reader.open(&format!("/installations/{}/settings", rig.bridge.installation_id())).await;
    assert!(page.contains("Öffnen Sie in Freshchat als Konto-Administrator"), "{page}");
    assert!(page.contains("fügen Sie diese URL in „Webhook“ ein") && !page.contains("In Freshchat,"), "{page}");
    // The API stays English.
    let steps = rig.bridge.installation["next_steps"].to_string();
    assert!(steps.contains("In Freshchat, as account admin, open"), "{steps}");

    let form = reader.open("/install?helpdesk=freshchat&channel=viber").await;
    assert!(form.contains("das Token des Bots, von seiner Seite im Viber-Admin-Panel"), "{form}");
    let sent = [("helpdesk_kind", "freshchat"), ("channel_kind", "viber"), ("channel_sender_avatar", "keine URL")];
    let mistakes = reader.send("/install", &sent).await;
    let mistake = "Erwartet für <code>sender_avatar</code>: die https-Adresse des Bildes neben Ihren Nachrichten";
    assert!(mistakes.contains(mistake), "{mistakes}");
    assert!(!mistakes.contains("the https address") && !mistakes.contains("the bot's token"), "{mistakes}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_of_a_vendor_is_read_in_the_readers_language() {
    let rig = Rig::start("messagebird", "deskie").await;
    let reader = Reader::sign_in(&rig, Language::Spanish).await;
    let own = format!("/installations/{}/settings", rig.bridge.installation_id());
    let page = reader.open(&own).await;
    assert!(page.contains("termina el 31 de diciembre de 2026: cree una clave de API en Bird"), "{page}");
    assert!(page.contains("abra «Numbers», su número, y reenvíe sus SMS a esta URL"), "{page}");
    let checked = reader.send(&own, &[("action", "check")]).await;
    assert!(checked.contains("la plataforma clásica de MessageBird"), "{checked}");
    assert!(!checked.contains("In Deskie") && !checked.contains("classic platform"), "{checked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_read_in_their_language_why_a_vendor_refused() {
    let (rig, viber) = german("freshchat").await;
    viber.introduce(rig.bridge.channel.customer(), None, 0);
    rig.customer_says("Hallo").await;
    rig.exactly_at_helpdesk(1).await;
    rig.agent_says("Guten Tag").await;
    let told = "Nicht zugestellt über viber: die Viber-Version des Kontakts ist zu alt für diese Nachricht.";
    let is_told = async || rig.bridge.helpdesk.failures().iter().any(|text| text.contains(told)).then_some(());
    eventually("the German note", is_told).await;
    rig.journal_shows("the reason", |entry| entry["error"] == "the contact's Viber is too old for this message").await;
}
