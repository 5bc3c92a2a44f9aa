//! Every sample of the wire contract has a row here; a sample without a row fails.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    adapter::{Call, webhook::id_of},
    channel::{codes::Class, twilio::classify::CODES},
    model::message::{Button, Media, Part},
    testing::{
        self, Side, agent, answer, assert_shown, body, changed_samples, contact, delivery, drive, file, fixture,
        fixtures, outcome, read_mark, request, shown, take, webhook,
    },
};

const FOLDER: &str = "channel/twilio";
const SID: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "test-twilio-auth-token-0001";
const URL: &str = "https://bridge.example.com/channels/i/t";

fn side(settings: &[(&str, &str)]) -> Side {
    let all: Vec<(&str, &str)> = [("account_sid", SID)].into_iter().chain(settings.iter().copied()).collect();
    Side::new("twilio", &all, &[("auth_token", TOKEN)])
}

/// Returns a call that is signed by the documented rule, written down independently of the product code.
fn signed(body: &[u8]) -> WebhookRequest {
    let mut pairs: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    pairs.sort();
    pairs.dedup();
    let base = pairs.iter().fold(URL.to_owned(), |base, (name, value)| base + name + value);
    let signature = STANDARD.encode(crate::tools::crypto::hmac_sha1(TOKEN.as_bytes(), base.as_bytes()));
    let headers = [("x-twilio-signature", &*signature), ("content-type", "application/x-www-form-urlencoded")];
    webhook(&headers, body.to_vec())
}

fn parsed(bytes: &[u8]) -> Value {
    let mut shown = shown(take(&Twilio, &side(&[]), &signed(bytes)).unwrap());
    let answer = shown.as_object_mut().unwrap().remove("answer");
    let empty = String::from_utf8(fixtures(FOLDER)["webhook_responses/empty_twiml.xml"].clone()).unwrap();
    let empty = json!([200, "text/xml", empty]);
    assert!(answer.is_none_or(|answer| answer == empty));
    shown
}

#[test]
fn every_call_becomes_what_the_table_says() {
    let samples =
        fixtures(FOLDER).into_iter().filter(|(name, _)| name.ends_with(".form") && !name.starts_with("send/"));
    let table: BTreeMap<String, Value> = samples.map(|(name, bytes)| (name, parsed(&bytes))).collect();
    assert_shown!("inbound", table);
}

#[test]
fn a_call_that_lacks_something_delivers_the_rest() {
    let receipt = |id: &str, to: &str| {
        json!({"at": crate::testing::ARRIVED, "id": id, "contact": {"id": to},
        "kind": {"type": "receipt", "message": "SM1", "receipt": {"status": id.split(':').next().unwrap()}}})
    };
    let says = |id: &str, parts: Value| {
        json!({"at": crate::testing::ARRIVED, "id": id,
        "contact": {"id": "+12025550123", "phone": "+12025550123"}, "kind": {"type": "message", "parts": parts}})
    };
    let notice = |what: &str, text: Value| json!({"part": "unsupported", "what": what, "text": text});
    let from = "From=%2B12025550123";
    let no_id = id_of(&format!("SmsStatus=received&{from}&Body=Hi"));
    for (form, expected) in [
        ("MessageSid=SM1&MessageStatus=delivered".to_owned(), json!({"events": [receipt("delivered:SM1", "")]})),
        ("SmsSid=SM1&SmsStatus=sent&To=".to_owned(), json!({"events": [receipt("sent:SM1", "")]})),
        ("MessageStatus=delivered&To=%2B1".to_owned(), json!({"ignored": [{"id": "", "reason": "no_id"}]})),
        (
            "MessageSid=SM1&SmsStatus=received&Body=Hi".to_owned(),
            json!({"ignored": [{"id": "SM1", "reason": "nobody"}]}),
        ),
        (
            format!("SmsStatus=received&{from}&Body=Hi"),
            json!({"events": [says(&format!("message:{no_id}"), json!([{"part": "text", "text": "Hi"}]))]}),
        ),
        (
            format!("MessageSid=SM1&SmsStatus=received&{from}&NumMedia=2&Body=Hi"),
            json!({"events": [says("message:SM1", json!([{"part": "text", "text": "Hi"}, notice("file", Value::Null)]))]}),
        ),
        (
            format!("MessageSid=SM1&SmsStatus=received&{from}&Latitude=91&Longitude=x&Label=Shop&NumMedia=x"),
            json!({"events": [says("message:SM1", json!([notice("location", json!("Shop"))]))]}),
        ),
        ("a=b".to_owned(), json!({"refused": "missing_field", "message": "the field `MessageSid` is missing"})),
    ] {
        assert_eq!(parsed(form.as_bytes()), expected, "{form}");
    }
}

#[test]
fn a_call_with_more_fields_than_any_of_twilios_is_refused_before_they_are_sorted() {
    let many: String = (0..2_000).map(|number| format!("{number}=&")).collect();
    assert_eq!(take(&Twilio, &side(&[]), &signed(many.as_bytes())).unwrap_err(), VerifyError::Wrong);
}

#[test]
fn every_answer_means_what_the_table_says() {
    let (side, contact, parts) = (side(&[("from", "+1")]), contact("+12025550123"), [Part::text("hi")]);
    let delivery = delivery(&contact, &parts, None);
    let mut table = BTreeMap::new();
    for (name, bytes) in fixtures(FOLDER).into_iter().filter(|(name, _)| name.starts_with("responses/")) {
        let status = name.split('_').find_map(|word| word.parse().ok()).unwrap_or(200);
        let answer = answer(status, std::str::from_utf8(&bytes).unwrap());
        let read = Twilio.read(&side.account(), &Task::Deliver(&delivery), &Known::default(), &answer);
        table.insert(name, outcome(&read));
    }
    assert_shown!("answers", table);
}

#[test]
fn every_documented_code_has_its_class() {
    for (class, codes) in [
        (
            Class::Later,
            &[20429, 20500, 20503, 21611, 30001, 30017, 30022, 30410, 63010, 63012, 63017, 63018, 63019][..],
        ),
        (Class::Receiver, &[21211, 21214, 21614, 30003, 30005, 30006, 63003, 63024, 63036]),
        (Class::OptOut, &[21610, 63014]),
        (Class::Message, &[21602, 21617, 21620, 21623, 21655, 21656, 30004, 30007, 63005, 63013, 63016, 63032, 63033]),
        (
            Class::Account,
            &[20003, 20404, 21408, 21601, 21603, 21604, 21606, 21608, 21612, 21703, 21704, 21705, 30002, 63007],
        ),
    ] {
        for code in codes {
            let listed = CODES.iter().find(|(listed, ..)| listed == code).unwrap();
            assert_eq!(listed.1, class, "{code}");
        }
    }
}

#[test]
fn a_signature_is_right_or_wrong_as_the_vectors_say() {
    for vector in fixture(FOLDER, "signatures.json")["vectors"].as_array().unwrap() {
        let text = |name: &str| vector[name].as_str().unwrap_or_default();
        let secrets = [("auth_token", text("auth_token")), ("webhook_shared_key", text("shared_key_secret"))];
        let side = Side::new("twilio", &[], &secrets);
        let mut headers = vec![("content-type", text("content_type"))];
        if let Some(signature) = vector["signature"].as_str() {
            headers.push(("x-twilio-signature", signature));
        }
        for (name, value) in vector["extra_headers"].as_object().into_iter().flatten() {
            headers.push((name, value.as_str().unwrap()));
        }
        headers.retain(|(_, value)| !value.is_empty());
        let mut request = webhook(&headers, text("body").to_owned());
        request.method = text("method").parse().unwrap();
        text("url").clone_into(&mut request.url);
        request.query = request.url.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
        let verified = verify::verify(&side.account(), &request);
        assert_eq!(verified.is_ok(), vector["valid"].as_bool().unwrap(), "{}", text("name"));
    }
}

#[test]
fn a_query_is_taken_in_the_spelling_in_which_twilio_signed_it() {
    let side = side(&[("from", "whatsapp:+447700900999")]);
    let escaped = "Body=it%27s%20a%40b&From=whatsapp%3A%2B14155551901&MessageSid=SM1&SmsStatus=received";
    for (sent, signed, is_right) in [
        (escaped, escaped.to_owned(), true),
        (escaped, escaped.replace("%27", "'"), true),
        (escaped, escaped.replace("%3A", ":").replace("%40", "@"), true),
        (escaped, escaped.replace("%27", "'").replace("%3A", ":").replace("%40", "@"), true),
        (&escaped.replace("%27", "'"), escaped.to_owned(), true),
        (escaped, escaped.replace("SM1", "SM2"), false),
    ] {
        let signature = crate::tools::crypto::hmac_sha1(TOKEN.as_bytes(), format!("{URL}?{signed}").as_bytes());
        let mut request = webhook(&[("x-twilio-signature", &STANDARD.encode(signature))], "");
        request.method = http::Method::GET;
        request.url = format!("{URL}?{sent}");
        sent.clone_into(&mut request.query);
        assert_eq!(verify::verify(&side.account(), &request).is_ok(), is_right, "{sent} {signed}");
    }
}

fn sent(side: &Side, to: &str, parts: &[Part]) -> Vec<Call> {
    let (contact, ines) = (contact(to), agent("Ines"));
    let delivery = delivery(&contact, parts, Some(&ines));
    let taken = |_: &Call| answer(201, r#"{"sid":"SM1","status":"queued"}"#);
    drive(&Twilio, &side.account(), &Task::Deliver(&delivery), &mut Known::default(), taken).unwrap()
}

fn pairs(form: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(form.as_bytes()).into_owned().collect()
}

#[test]
fn requests_are_the_documented_ones() {
    let number = &[("from", "+12025550199")][..];
    let service = &[("messaging_service_sid", "MG4d8e0b7f2a6c4913b5d0e87f1c3a6920")][..];
    let whatsapp = &[("from", "whatsapp:+447700900999")][..];
    let (phone, ana) = ("+12025550123", "whatsapp:+447700900123");
    let place = Part::Location { latitude: 51.5007, longitude: -0.1246, label: Some("Westminster".into()) };
    for (name, settings, to, part) in [
        ("sms_text", number, phone, Part::text("Your order is ready.")),
        ("sms_text_status_callback", number, phone, Part::text("Your order is ready.")),
        ("sms_messaging_service", service, phone, Part::text("Sent through the pool")),
        (
            "mms_image_with_text",
            number,
            phone,
            file(MediaKind::Image, "https://files.example.com/a.jpg", Some("photo attached")),
        ),
        ("whatsapp_text", whatsapp, ana, Part::text("Hello Ana")),
        ("whatsapp_text_to_bsuid", whatsapp, "whatsapp:GB.13491208655302741918", Part::text("Hello")),
        ("whatsapp_document", whatsapp, ana, file(MediaKind::File, "https://files.example.com/invoice.pdf", None)),
        (
            "whatsapp_image_caption",
            whatsapp,
            ana,
            file(MediaKind::Image, "https://files.example.com/door.jpg", Some("the door in question")),
        ),
        ("whatsapp_location", whatsapp, ana, place),
        ("whatsapp_template", whatsapp, ana, Part::text("/template HX00000000000000000000000000000001 Ana | order 42")),
    ] {
        let calls = sent(&side(settings), to, &[part]);
        let sample = String::from_utf8(fixtures(FOLDER)[&format!("send/{name}.form")].clone()).unwrap();
        let without = |form: &str| {
            let mut pairs = pairs(form);
            // Every message names the bridge's URL for its status, and a location's name is its text as well.
            pairs.retain(|(name, value)| {
                name != "StatusCallback" && (name, value.as_str()) != (&"Body".into(), "Our shop")
            });
            pairs.sort();
            pairs
        };
        let form = body(&calls[0]).as_str().unwrap().to_owned();
        let mut ours = without(&form);
        if name == "whatsapp_location" {
            ours.retain(|(name, _)| name != "Body");
        }
        assert_eq!((calls.len(), ours), (1, without(&sample)), "{name}");
        assert!(pairs(&form).contains(&("StatusCallback".into(), URL.into())), "{name}");
        let url = format!("https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages.json");
        assert_eq!(calls[0].request.uri(), url.as_str());
        assert!(calls[0].request.headers()["authorization"].is_sensitive());
    }
}

#[test]
fn a_templates_variables_have_numbers_or_names_and_a_refusal_tells_them() {
    let side = side(&[("from", "whatsapp:+447700900999")]);
    let variables = |text: &str| {
        let calls = sent(&side, "whatsapp:+447700900123", &[Part::text(text)]);
        let pairs = pairs(body(&calls[0]).as_str().unwrap());
        pairs.into_iter().find(|(name, _)| name == "ContentVariables").map(|(_, value)| value)
    };
    assert_eq!(variables("/template HX01 Ana | 42").as_deref(), Some(r#"{"1":"Ana","2":"42"}"#));
    assert_eq!(variables("/template HX01 name=Ana | 2=42").as_deref(), Some(r#"{"2":"42","name":"Ana"}"#));
    assert_eq!(variables("/template HX01"), None);

    let (contact, parts) = (contact("whatsapp:+447700900123"), [Part::text("/template HX01 Ana")]);
    let delivery = delivery(&contact, &parts, None);
    let told = |side: &Side, content: &str| {
        let (mut known, mut urls) = (Known::default(), Vec::new());
        loop {
            let task = Task::Deliver(&delivery);
            let Step::Call(call) = Twilio.next(&side.account(), &task, &known).unwrap() else { panic!() };
            urls.push(call.request.uri().to_string());
            let reply = match call.name {
                "fetch_content" => answer(if content.is_empty() { 404 } else { 200 }, content),
                _ => answer(400, r#"{"code":21656,"message":"x"}"#),
            };
            match Twilio.read(&side.account(), &task, &known, &reply) {
                Ok(facts) => known.learn(&facts),
                Err(failure) => return (urls.pop().unwrap(), failure.explained([])),
            }
        }
    };
    let content = r#"{"sid":"HX01","variables":{"10":"x","2":"42","name":"Ana"}}"#;
    let (url, words) = told(&side, content);
    assert_eq!(url, "https://content.twilio.com/v1/Content/HX01");
    assert_eq!(words, "the values do not fit the template; write it so: /template HX01 <2> | <10> | name=<text>");
    assert_eq!(told(&side, "").1, "the values do not fit the template");
    // The main API's base says nothing about the host of templates.
    assert_eq!(told(&side.with("api_url", "https://api.twilio.com/"), content).0, url);
}

#[test]
fn a_text_that_whatsapp_would_drop_is_a_message_of_its_own() {
    let whatsapp = side(&[("from", "whatsapp:+447700900999")]);
    for (kind, count) in [(MediaKind::Image, 1), (MediaKind::Video, 1), (MediaKind::Audio, 2), (MediaKind::File, 2)] {
        let part = Part::Media(Media {
            caption: Some("see page 2".into()),
            ..Media::new(kind, MediaSource::Link { url: "https://files.example.com/a.bin".into() })
        });
        let calls = sent(&whatsapp, "whatsapp:+447700900123", std::slice::from_ref(&part));
        assert_eq!(calls.len(), count, "{kind:?}");
        let text = body(calls.last().unwrap());
        assert!(text.as_str().unwrap().contains("Body=see+page+2"), "{text}");
        assert_eq!(sent(&whatsapp, "+447700900123", &[part]).len(), 1, "{kind:?}");
    }
    let limit = |contact: &str| Twilio.features_for(contact).media(MediaKind::File).unwrap().max_bytes;
    assert_eq!((limit("whatsapp:+44"), limit("+44")), (16_000_000, 500_000));
}

#[test]
fn a_read_mark_is_the_documented_call() {
    let sample = fixture(FOLDER, "send/whatsapp_typing_indicator.json");
    let message = sample["messageId"].as_str().unwrap();
    for (api_url, url) in [
        (None, "https://messaging.twilio.com/v3/Indicators/Typing.json"),
        (Some("https://api.twilio.com/"), "https://messaging.twilio.com/v3/Indicators/Typing.json"),
        (Some("https://twilio.example/"), "https://twilio.example/v3/Indicators/Typing.json"),
    ] {
        let settings: Vec<_> = api_url.map(|url| ("api_url", url)).into_iter().collect();
        let call = read_mark(&Twilio, &side(&settings).account(), "whatsapp:+447700900123", message);
        assert_eq!((body(&call), call.request.uri().to_string().as_str()), (sample.clone(), url));
        assert!(call.request.headers()["authorization"].is_sensitive());
    }
}

#[test]
fn every_sample_has_a_row() {
    let unused = [
        "send/mms_three_media.form",                 // one file a message: each can fail by itself
        "webhook_responses/reply_message_twiml.xml", // an answer never says anything to the contact
    ];
    testing::every_sample_has_a_row(FOLDER, include_str!("tests.rs"), &["inbound/", "status/", "responses/"], &unused);
}

#[test]
fn long_things_and_what_a_text_message_cannot_show() {
    let mut side = side(&[("from", "+12025550199")]);
    side.options.agent_name = true;
    let parts = [
        Part::text("GSM text [with brackets] ".repeat(100)),
        Part::text("зі знаками ".repeat(160)),
        file(MediaKind::Image, "https://files.example.com/a.jpg", None),
        Part::Location { latitude: 1.5, longitude: 2.5, label: Some("Shop".into()) },
        Part::Buttons { buttons: vec![Button::Reply { label: "Yes".into(), text: "yes".into(), payload: None }] },
        Part::text("/template HX1 in a text message is a text"),
        Part::ContactCard { name: Some("Courier".into()), phone: None, more: Vec::new() },
    ];
    let calls: Vec<Value> = sent(&side, "+12025550123", &parts).iter().map(request).collect();
    assert_shown!("long_and_odd", calls);
}

#[test]
fn a_file_is_fetched_from_twilio_only() {
    let side = side(&[]);
    let fetch = |url: &str| {
        let media = Media::new(MediaKind::Image, MediaSource::Reference { id: url.to_owned() });
        let context = crate::adapter::FetchContext::default();
        Twilio.next(&side.account(), &Task::Fetch(&media, &context), &Known::default())
    };
    let Ok(Step::Download(request)) = fetch("https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1")
    else {
        panic!("no download")
    };
    assert!(request.headers()["authorization"].is_sensitive());
    for url in [
        "https://evil.example/x",
        "http://api.twilio.com/x",
        "https://api.twilio.com.evil.example/x",
        "file:///etc/passwd",
        "x",
    ] {
        assert!(fetch(url).is_err(), "{url}");
    }
}

#[test]
fn settings_that_need_one_another() {
    let check = |side: &Side| Twilio.check_settings(&side.account()).map_err(|error| error.setting);
    assert_eq!(check(&side(&[])), Err("from".to_owned()));
    assert_eq!(check(&side(&[("from", "+1"), ("api_key_sid", "SK1")])), Err("api_key_secret".to_owned()));
    assert_eq!(
        check(&Side::new("twilio", &[("account_sid", "AC/../x"), ("from", "+1")], &[])),
        Err("account_sid".to_owned())
    );
    assert_eq!(check(&side(&[("messaging_service_sid", "MG1")])), Ok(()));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        parsed(&bytes);
    }

    #[test]
    fn no_changed_sample_makes_it_panic((_, bytes) in changed_samples(FOLDER)) {
        parsed(&bytes);
    }
}

#[test]
fn the_url_is_copied_with_what_makes_twilio_try_again() {
    let urls = Urls { channel: "https://bridge.example/channels/i/t", helpdesk: "" };
    let steps = Twilio.next_steps(&side(&[]).account(), &urls);
    assert_eq!(steps.len(), 2);
    for step in steps {
        assert_eq!(step.copy.as_deref(), Some("https://bridge.example/channels/i/t#rc=3&rp=ct,rt,5xx"));
    }
}
