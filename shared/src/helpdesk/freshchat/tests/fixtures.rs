//! Every sample of the contract has a row here.

use std::time::Duration;

use serde_json::json;

use super::{parsing::parse, *};
use crate::{
    adapter::{self, Fact, Failure, FetchContext},
    model::message::{ConversationState, HelpdeskEvent, HelpdeskEventKind, Media, MediaKind, MediaSource},
};

enum Row {
    /// A call of Freshchat, and the resulting event in a few words.
    Event(&'static str),
    /// A call of the bridge, which is exactly the sample.
    Request(fn() -> Value),
    /// The same, but the call has more fields than the sample.
    MoreThan(fn() -> Value),
    /// An answer, and the facts that it teaches.
    Answer(u16, fn(&Response<Bytes>) -> adapter::Learned, Expected),
    /// A body that this adapter neither sends nor reads, and who does.
    Elsewhere(&'static str),
}

/// An expected outcome.
enum Expected {
    Learned(fn() -> Vec<Fact>),
    Rejected(&'static str),
    Wait(u64),
}

use Expected::{Learned, Rejected, Wait};
use Row::{Answer, Elsewhere, Event, MoreThan, Request};

const ROWS: &[(&str, Row)] = &[
    ("accepted.response.json", Answer(202, posted, Learned(|| vec![Fact::Sent(None)]))),
    ("accounts_configuration.response.json", Answer(200, checked, Learned(|| vec![Fact::AccountId("8830192".into())]))),
    ("after_app_update.json", Event("ignored afterAppUpdate: unsupported")),
    ("agent.response.json", Answer(200, author, Learned(|| vec![Fact::Author("Ines Halvorsund".into())]))),
    (
        "channels.response.json",
        Answer(
            200,
            listed_topics,
            Learned(|| vec![Fact::memo("topic", "1"), Fact::OwnsAddress, Fact::AccountName("Inbox".to_owned())]),
        ),
    ),
    ("create_conversation.request.json", Request(|| create("Is the pump under warranty?"))),
    (
        "create_conversation.response.json",
        Answer(
            200,
            created,
            Learned(|| {
                vec![
                    opened(),
                    Fact::LastMessage("ee0afa19-70fb-4bf5-aba7-ec128e921a35".into()),
                    Fact::Sent(Some("ee0afa19-70fb-4bf5-aba7-ec128e921a35".into())),
                ]
            }),
        ),
    ),
    ("create_conversation_bare.response.json", Answer(200, created, Learned(|| vec![opened(), Fact::Sent(None)]))),
    ("create_conversation_minimal.request.json", MoreThan(|| create("Is the pump under warranty?"))),
    ("create_csat.request.json", Elsewhere("the bridge asks for the number alone; see the flow test")),
    (
        "create_user.request.json",
        Request(|| {
            let mut made = create_user("absent");
            // The sample is from before the address became a property.
            made["properties"].as_array_mut().unwrap().retain(|property| property["name"] == "channel");
            made
        }),
    ),
    (
        "create_user.response.json",
        Answer(
            200,
            created_user,
            Learned(|| {
                vec![Fact::User(USER.into()), Fact::memo("user", "created"), Fact::ProfileShown(lorna().digest())]
            }),
        ),
    ),
    ("create_user_minimal.request.json", Request(|| create_user("plain"))),
    (
        "error_conversation_payload.response.json",
        Answer(
            400,
            posted,
            Rejected("Freshchat refused the message (HTTP 400, INVALID_VALUE): Conversation payload not valid"),
        ),
    ),
    (
        "error_fragment_not_supported.response.json",
        Answer(400, posted, Rejected("Freshchat takes no messages into this conversation, which is one of e-mails")),
    ),
    ("error_image_empty.response.json", Answer(400, posted, Learned(|| vec![Fact::memo("upload.0", "\"as_file\"")]))),
    ("error_not_found.response.json", Answer(404, posted, Learned(replaced))),
    ("error_not_latest_conversation.response.json", Answer(400, posted, Learned(replaced))),
    ("error_rate_limit.response.json", Answer(429, posted, Wait(0))),
    (
        "error_wrong_page.response.json",
        Answer(
            400,
            listed_messages,
            Rejected(
                "Freshchat refused to list the messages (HTTP 400, WRONG_PAGE): The page does not exist in the search result",
            ),
        ),
    ),
    (
        "file_upload.response.json",
        Answer(
            200,
            uploaded,
            Learned(|| {
                vec![Fact::memo(
                    "upload.0",
                    r#"{"part":{"file":{"name":"invoice.pdf","fileHash":"2f1c0e7a9b","fileSource":"FRESHCHAT","contentType":"application/pdf","file_extension":".pdf","file_size_in_bytes":48213}}}"#,
                )]
            }),
        ),
    ),
    (
        "file_upload_scan_pending.response.json",
        Answer(
            200,
            uploaded,
            Learned(|| {
                vec![Fact::memo(
                    "upload.0",
                    r#"{"part":{"file":{"name":"contract.docx","fileHash":"2f1c0e7a9c","fileSource":"FRESHCHAT","contentType":"application/vnd.openxmlformats-officedocument.wordprocessingml.document","file_extension":".docx","file_size_in_bytes":120400}}}"#,
                )]
            }),
        ),
    ),
    ("get_conversation_full.response.json", Answer(200, read_conversation, Learned(|| chosen(1_687_543_759_324)))),
    ("get_conversation_minimal.response.json", Answer(200, read_conversation, Learned(|| chosen(0)))),
    (
        "image_upload.response.json",
        Answer(
            200,
            uploaded_image,
            Learned(|| {
                vec![Fact::memo(
                    "upload.0",
                    r#"{"part":{"image":{"url":"https://chat.s3.amazonaws.com/f_marketingpicFull/u_example/img_1.png"}}}"#,
                )]
            }),
        ),
    ),
    (
        "list_messages.response.json",
        Answer(
            200,
            listed_messages,
            Learned(|| vec![Fact::memo("url", "https://bridge-example.freshchat.com/files/invoice.pdf?sig=example")]),
        ),
    ),
    ("on_app_install.json", Event("ignored onAppInstall: unsupported")),
    ("on_app_install_v3.json", Event("ignored onAppInstall: unsupported")),
    ("on_app_uninstall.json", Event("ignored onAppUninstall: unsupported")),
    ("on_contact_update.json", Event("ignored onContactUpdate: no_contact")),
    (
        "on_conversation_create.json",
        Event("onConversationCreate:8c65b83e-5be0-45f4-9645-9ddbbe015f4d:1564392319214: conversation Some(Open)"),
    ),
    (
        "on_conversation_update.json",
        Event(
            "onConversationUpdate:4ec945ec-6717-409d-9549-198d5d121bd1:1564394238524: conversation Some(Open) reopened",
        ),
    ),
    (
        "on_conversation_update_resolved.json",
        Event(
            "onConversationUpdate:bd9083fc-5629-4e55-bdda-8b11556dad8a:1687526080915: conversation Some(Resolved) resolved",
        ),
    ),
    ("on_external_event.json", Event("ignored onExternalEvent: unsupported")),
    ("on_external_event_v3.json", Event("ignored onExternalEvent: unsupported")),
    ("on_message_create.json", Event("ignored 17456eb1-4969-44a0-8c12-05b8b9604e7a: user")),
    (
        "on_message_create_agent_buttons.json",
        Event("33e7860b-ae6d-4c0f-a077-bb70500ace67: Ines Halvorsund writes Text Buttons"),
    ),
    ("on_message_create_agent_file.json", Event("958599b9-3aa6-4063-8b99-44ecf5c0657e: Ines Halvorsund writes File")),
    (
        "on_message_create_agent_file_url_pending.json",
        Event("ba758893-62ac-48a9-8b20-dee6df11a957: Ines Halvorsund writes File"),
    ),
    (
        "on_message_create_agent_image.json",
        Event("636add97-c4e3-4b81-95b2-dcec1dca1dcc: Ines Halvorsund writes Text Image"),
    ),
    (
        "on_message_create_agent_long_text_as_file.json",
        Event("3e218110-f8ba-48d5-ace2-de2937be4573: Ines Halvorsund writes File"),
    ),
    (
        "on_message_create_agent_no_actor_in_message.json",
        Event("305f664b-005e-470b-af9f-1a02400057ee: Ines Halvorsund writes Text"),
    ),
    (
        "on_message_create_agent_null_parts.json",
        Event("9bd33337-79c8-4aff-ba8f-583c0fc5cdf6: Ines Halvorsund writes Text"),
    ),
    ("on_message_create_agent_private.json", Event("ignored 8ddc8359-e2ed-4f45-9463-4d2257bdb9d9: private")),
    ("on_message_create_agent_text.json", Event("dcc5af92-21f8-4d83-8350-72b1e6d02c62: Ines Halvorsund writes Text")),
    (
        "on_message_create_agent_two_messages.json",
        Event(
            "05ef31f2-db93-4603-8571-567bbd510b2a: Ines Halvorsund writes Text; bba1a6be-f61e-45df-8eff-dd0d8759ad81: Ines Halvorsund writes Text",
        ),
    ),
    ("on_message_create_agent_v3.json", Event("7845852d-544a-4aaf-860a-8586b42ff3d3: Ines Halvorsund writes Text")),
    ("on_message_create_bot_carousel.json", Event("ignored 82fb13ce-94e1-4fcf-ba22-1d6a0dbaf481: bot")),
    ("on_message_create_system.json", Event("ignored cbcf2648-b7e1-427a-b926-85b9db3c0bf1: system")),
    ("on_message_create_system_says_user.json", Event("ignored ce81f4f2-e8fb-46da-bbbc-1748f06a7aaf: system")),
    ("on_message_create_user_echo.json", Event("ignored 02c0a041-3f5e-4d05-95e5-6d366a476874: user")),
    ("on_user_create.json", Event("ignored b3c2c92e-d650-4c40-bb7d-aeb3423cd4d2: acknowledged")),
    ("on_user_update.json", Event("onUserUpdate:b3c2c92e-d650-4c40-bb7d-aeb3423cd4d2:1571040876177: user")),
    ("rate_limit_headers.json", Answer(200, rate_limited, Wait(60))),
    ("render_data_failure.json", Elsewhere("the Marketplace's answer to an install hook")),
    ("send_message_user.request.json", Request(|| post(vec![Part::text("One more question")], &[]))),
    (
        "send_message_user.response.json",
        Answer(
            200,
            posted,
            Learned(|| {
                vec![
                    Fact::LastMessage("02c0a041-3f5e-4d05-95e5-6d366a476874".into()),
                    Fact::Sent(Some("02c0a041-3f5e-4d05-95e5-6d366a476874".into())),
                ]
            }),
        ),
    ),
    (
        "send_message_user_file.request.json",
        Request(|| {
            post(
                vec![fetched(MediaKind::File)],
                &[(
                    "upload.0",
                    r#"{"part":{"file":{"name":"invoice.pdf","fileHash":"2f1c0e7a9b","fileSource":"FRESHCHAT","contentType":"application/pdf","file_extension":".pdf","file_size_in_bytes":48213}}}"#,
                )],
            )
        }),
    ),
    (
        "send_message_user_image.request.json",
        Request(|| {
            post(vec![link(MediaKind::Image, "https://bridge.example.com/m/abc.jpg", Some("caption"), None)], &[])
        }),
    ),
    (
        "send_message_user_video.request.json",
        Request(|| {
            post(vec![link(MediaKind::Video, "https://bridge.example.com/m/abc.mp4", None, Some("video/mp4"))], &[])
        }),
    ),
    ("send_private_note_bot.request.json", Request(private_note)),
    ("update_conversation.response.json", Elsewhere("conversations are reopened by a message, not by hand")),
    ("update_conversation_reopen.request.json", Elsewhere("conversations are reopened by a message, not by hand")),
    ("update_conversation_resolve.request.json", Elsewhere("agents resolve conversations")),
    (
        "user_conversations.response.json",
        Answer(
            200,
            listed,
            Learned(|| {
                vec![Fact::memo("candidates", r#"[{"id":"0c941846-699f-4791-911c-db997befb058","seen":null}]"#)]
            }),
        ),
    ),
    (
        "user_conversations_empty.response.json",
        Answer(200, listed, Learned(|| vec![Fact::memo("candidates", "[]"), Fact::memo("conversation", "none")])),
    ),
    (
        "users_lookup_duplicates.response.json",
        Answer(
            200,
            looked_up,
            Learned(|| {
                vec![Fact::User(USER.into()), Fact::memo("user", "found"), Fact::ProfileShown(lorna().digest())]
            }),
        ),
    ),
    ("users_lookup_empty.response.json", Answer(200, looked_up, Learned(|| vec![Fact::memo("user", "absent")]))),
    (
        "users_lookup_found.response.json",
        Answer(
            200,
            looked_up,
            Learned(|| {
                vec![Fact::User(USER.into()), Fact::memo("user", "found"), Fact::ProfileShown(lorna().digest())]
            }),
        ),
    ),
    (
        "webhook_conversation_assignment.json",
        Event(
            "conversation_assignment:6dce5a1b-2140-46a8-833a-f8481495a956:2024-03-02T16:52:41.013Z: conversation Some(Open) assigned",
        ),
    ),
    (
        "webhook_conversation_reopen.json",
        Event(
            "conversation_reopen:a7827174-b0e8-4922-a532-e62732e0daee:2026-02-24T10:17:22.391Z: conversation Some(Open) reopened",
        ),
    ),
    (
        "webhook_conversation_resolution.json",
        Event(
            "conversation_resolution:4482fc0a-2c6f-481d-9b91-9a38d0fb1313:2024-03-01T19:17:08.798Z: conversation Some(Resolved) resolved",
        ),
    ),
    ("webhook_message_create_agent_2020.json", Event("f7886e18-716a-4163-aaf8-7c9dbd7d4b68: ? writes Text")),
    ("webhook_message_create_agent_2022.json", Event("bb5445b8-b9a0-4730-a617-9ece89951ccc: ? writes Text")),
    ("webhook_message_create_agent_private.json", Event("ignored d7226f35-3c47-4ebb-bd0c-d675606f35a5: private")),
    ("webhook_message_create_bots_private_note.json", Event("ignored 459b802f-8598-4458-a03a-e24e178ae2ba: private")),
    ("webhook_message_create_legacy_2018.json", Event("ignored m-2018: legacy")),
    ("webhook_message_create_user.json", Event("ignored 48b25c0c-7987-4f61-a7ff-5ad9275caa0e: user")),
    ("webhook_message_create_user_2020.json", Event("ignored 7aaf4d95-e598-4c69-b329-035a072b6ae8: user")),
    ("webhook_signed_vector_synthetic.json", Elsewhere("the table of signatures")),
];

#[test]
fn every_sample_has_a_row_and_every_row_a_sample() {
    let files: Vec<String> = fixtures(HERE).into_keys().collect();
    let rows: Vec<&str> = ROWS.iter().map(|(name, _)| *name).collect();
    assert_eq!(files, rows);
}

#[test]
fn every_sample_is_read_or_written_as_its_row_says() {
    for (name, row) in ROWS {
        match row {
            Event(expected) => {
                let parsed =
                    parse(&without_topic(), text(HERE, name)).unwrap_or_else(|error| panic!("{name}: {error}"));
                let ignored = parsed.ignored.iter().map(|it| format!("ignored {}: {}", it.id, it.reason));
                let found: Vec<String> = parsed.events.iter().map(describe).chain(ignored).collect();
                assert_eq!(found.join("; "), *expected, "{name}");
            }
            Request(made) => assert_eq!(made(), fixture(HERE, name), "{name}"),
            MoreThan(made) => assert!(holds(&made(), &fixture(HERE, name)), "{name}"),
            Answer(status, read, expected) => {
                let outcome = read(&answer(*status, &text(HERE, name)));
                match (outcome, expected) {
                    (Ok(facts), Learned(expected)) => assert_eq!(facts, expected(), "{name}"),
                    (Err(Failure::Rejected { reason, details }), Rejected(expected)) => {
                        let details = details.map_or_else(String::new, |words| format!(": {words}"));
                        assert_eq!(reason + &details, *expected, "{name}");
                    }
                    (Err(Failure::Retry { wait, doubtful: false, .. }), Wait(seconds)) => {
                        assert_eq!(wait.unwrap_or_default(), Duration::from_secs(*seconds), "{name}");
                    }
                    (outcome, _) => panic!("{name}: {outcome:?}"),
                }
            }
            Elsewhere(why) => assert!(!why.is_empty()),
        }
    }
}

fn describe(event: &HelpdeskEvent) -> String {
    let what = match &event.kind {
        HelpdeskEventKind::Message { author, parts } => {
            let kinds: Vec<String> = parts.iter().map(|part| format!("{:?}", part.kind())).collect();
            format!("{} writes {}", author.name.as_deref().unwrap_or("?"), kinds.join(" "))
        }
        HelpdeskEventKind::Typing => "typing".to_owned(),
        HelpdeskEventKind::Conversation { state, news } => {
            let news = news.as_ref().map(|news| format!(" {}", news.what.word())).unwrap_or_default();
            format!("conversation {state:?}{news}")
        }
        HelpdeskEventKind::UserUpdated { .. } => "user".to_owned(),
    };
    format!("{}: {what}", event.id)
}

/// Returns whether `made` holds everything that `sample` holds.
fn holds(made: &Value, sample: &Value) -> bool {
    match (made, sample) {
        (Value::Object(made), Value::Object(sample)) => {
            sample.iter().all(|(key, value)| made.get(key).is_some_and(|made| holds(made, value)))
        }
        (Value::Array(made), Value::Array(sample)) => {
            made.len() == sample.len() && made.iter().zip(sample).all(|(made, sample)| holds(made, sample))
        }
        _ => made == sample,
    }
}

fn opened() -> Fact {
    Fact::Conversation { id: CONVERSATION.to_owned(), state: Some(ConversationState::Open) }
}

fn replaced() -> Vec<Fact> {
    vec![Fact::NoConversation, Fact::memo("conversation", format!("replaced:{CONVERSATION}"))]
}

fn chosen(time: i64) -> Vec<Fact> {
    let seen =
        format!(r#"[{{"id":"{CONVERSATION}","seen":{{"ours":true,"resolved":false,"time":{time},"found":null}}}}]"#);
    vec![Fact::memo("candidates", seen), opened()]
}

fn fetched(kind: MediaKind) -> Part {
    Part::Media(Media::new(kind, MediaSource::Fetched))
}

fn link(kind: MediaKind, url: &str, caption: Option<&str>, content_type: Option<&str>) -> Part {
    Part::Media(Media {
        caption: caption.map(str::to_owned),
        content_type: content_type.map(str::to_owned),
        ..Media::new(kind, MediaSource::Link { url: url.to_owned() })
    })
}

/// Returns what is known once the user is known and, if wanted, the conversation.
fn known(conversation: bool, memo: &[(&str, &str)]) -> Known {
    let mut known = Known::default();
    known.link.user = Some(USER.to_owned());
    known.link.conversation = conversation.then(|| CONVERSATION.to_owned());
    for (key, value) in memo {
        known.progress.memo.insert((*key).to_owned(), (*value).to_owned());
    }
    known
}

fn made(parts: &[Part], known: &Known) -> Value {
    let contact = lorna();
    let delivery = delivery(&contact, parts, None);
    body(&call(side().next(&Freshchat, &Task::Deliver(&delivery), known)))
}

fn read(parts: &[Part], known: &Known, answer: &Response<Bytes>) -> adapter::Learned {
    let contact = lorna();
    let delivery = delivery(&contact, parts, None);
    side().read(&Freshchat, &Task::Deliver(&delivery), known, answer)
}

fn post(parts: Vec<Part>, memo: &[(&str, &str)]) -> Value {
    made(&parts, &known(true, memo))
}

fn create(text: &str) -> Value {
    made(&[Part::text(text)], &known(false, &[("conversation", "none")]))
}

fn create_user(memo: &str) -> Value {
    let mut known = known(false, &[("user", memo)]);
    known.link.user = None;
    made(&[Part::text("hi")], &known)
}

fn private_note() -> Value {
    let contact = lorna();
    let task = Task::Note {
        contact: &contact,
        text: "Delivery to Viber failed: user has blocked the service",
        at: crate::tools::millis::Millis::MIN,
    };
    body(&call(side().next(&Freshchat, &task, &known(true, &[]))))
}

const IMAGE: &str = r#"{"part":{"image":{"url":"https://chat.s3.amazonaws.com/img_1.png"}}}"#;

/// Returns what the answer to a message with an image teaches.
fn posted(answer: &Response<Bytes>) -> adapter::Learned {
    read(&[fetched(MediaKind::Image)], &known(true, &[("upload.0", IMAGE)]), answer)
}

fn created(answer: &Response<Bytes>) -> adapter::Learned {
    read(&[Part::text("Is the pump under warranty?")], &known(false, &[("conversation", "none")]), answer)
}

fn created_user(answer: &Response<Bytes>) -> adapter::Learned {
    let mut known = known(false, &[("user", "absent")]);
    known.link.user = None;
    read(&[Part::text("hi")], &known, answer)
}

fn looked_up(answer: &Response<Bytes>) -> adapter::Learned {
    read(&[Part::text("hi")], &Known::default(), answer)
}

fn listed(answer: &Response<Bytes>) -> adapter::Learned {
    read(&[Part::text("hi")], &known(false, &[]), answer)
}

fn read_conversation(answer: &Response<Bytes>) -> adapter::Learned {
    let candidates = format!(r#"[{{"id":"{CONVERSATION}","seen":null}}]"#);
    read(&[Part::text("hi")], &known(false, &[("candidates", &candidates)]), answer)
}

fn uploaded(answer: &Response<Bytes>) -> adapter::Learned {
    read(&[fetched(MediaKind::File)], &known(true, &[]), answer)
}

fn uploaded_image(answer: &Response<Bytes>) -> adapter::Learned {
    read(&[fetched(MediaKind::Image)], &known(true, &[]), answer)
}

fn checked(answer: &Response<Bytes>) -> adapter::Learned {
    side().read(&Freshchat, &Task::Check, &Known::default(), answer)
}

fn author(answer: &Response<Bytes>) -> adapter::Learned {
    side().read(&Freshchat, &Task::FindAuthor { author: "a1" }, &Known::default(), answer)
}

fn listed_topics(answer: &Response<Bytes>) -> adapter::Learned {
    let known = Known { answered: 1, ..Known::default() };
    side().read(&Freshchat, &Task::Check, &known, answer)
}

fn listed_messages(answer: &Response<Bytes>) -> adapter::Learned {
    let message = "958599b9-3aa6-4063-8b99-44ecf5c0657e";
    let id = json!({"conversation": CONVERSATION, "message": message, "position": 0, "hash": null});
    let media = Media::new(MediaKind::File, MediaSource::Reference { id: id.to_string() });
    side().read(&Freshchat, &Task::Fetch(&media, &FetchContext::default()), &Known::default(), answer)
}

fn rate_limited(headers: &Response<Bytes>) -> adapter::Learned {
    let headers: std::collections::BTreeMap<String, String> = serde_json::from_slice(headers.body()).unwrap();
    let mut builder = Response::builder().status(429).header("Date", "Tue, 14 Nov 2023 22:13:20 GMT");
    for (name, value) in headers {
        builder = builder.header(name, value);
    }
    read(&[Part::text("hi")], &known(true, &[]), &builder.body(Bytes::new()).unwrap())
}
