use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    adapter::{
        Verified, authenticate,
        webhook::{ParseError, ParsedHelpdesk},
    },
    helpdesk::{Helpdesk, Origin},
    model::message::{Button, Card, ConversationState, HelpdeskEvent, HelpdeskEventKind, MediaSource},
    testing::ARRIVED,
    tools::json::Json,
};

pub(super) fn parse(side: &Side, body: impl Into<Bytes>) -> Result<ParsedHelpdesk, ParseError> {
    let request = webhook(&[], body);
    Freshchat.parse(&side.account(), Verified::invoked(&request))
}

fn origin(body: &[u8]) -> Option<Origin> {
    Freshchat.origin(Json::read(std::str::from_utf8(body).unwrap()).unwrap())
}

fn parsed(side: &Side, name: &str) -> ParsedHelpdesk {
    parse(side, text(HERE, name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn edited(name: &str, edit: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut value = fixture(HERE, name);
    edit(&mut value);
    value.to_string().into_bytes()
}

#[test]
fn an_agents_text_becomes_one_event() {
    insta::assert_json_snapshot!(only(parsed(&side(), "on_message_create_agent_text.json")), @r#"
    {
      "id": "dcc5af92-21f8-4d83-8350-72b1e6d02c62",
      "at": 1687545453793,
      "group": "0c941846-699f-4791-911c-db997befb058",
      "contact": "hR4s0P/m2Vq+8LxTc61WdA==",
      "user": "e33b0fac-1dd6-4a76-ae68-cd0a92f12a65",
      "conversation": "0c941846-699f-4791-911c-db997befb058",
      "kind": {
        "type": "message",
        "author": {
          "kind": "agent",
          "name": "Ines Halvorsund"
        },
        "parts": [
          {
            "part": "text",
            "text": "Hello Lorna, what can we do for you?"
          }
        ]
      }
    }
    "#);
}

#[test]
fn all_wrappers_say_the_same() {
    let strip = |name: &str| {
        let event = only(parsed(&side(), name));
        (event.group, event.contact, event.user, event.conversation)
    };
    let expected = strip("on_message_create_agent_text.json");
    assert_eq!(strip("on_message_create_agent_v3.json"), expected);
    assert_eq!(strip("on_message_create_agent_null_parts.json"), expected);
    let (group, contact, user, conversation) = strip("on_message_create_agent_no_actor_in_message.json");
    assert_eq!((group, None, user, conversation), (expected.0, contact, expected.2, expected.3));
}

#[test]
fn several_messages_are_relayed_oldest_first() {
    let swapped = edited("on_message_create_agent_two_messages.json", |event| {
        event["data"]["message"]["messages"].as_array_mut().unwrap().reverse();
    });
    let found = parse(&side(), swapped).unwrap();
    let texts: Vec<_> = found.events.iter().map(|event| parts(event)[0].clone()).collect();
    assert_eq!(texts, [Part::text("first"), Part::text("second")]);
}

#[test]
fn buttons_that_stand_together_are_one_part() {
    let event = only(parsed(&side(), "on_message_create_agent_buttons.json"));
    insta::assert_json_snapshot!(parts(&event), @r#"
    [
      {
        "part": "text",
        "text": "Which one?"
      },
      {
        "part": "buttons",
        "buttons": [
          {
            "button": "link",
            "label": "Price list",
            "url": "https://example.com/prices"
          },
          {
            "button": "reply",
            "label": "Small",
            "text": "Small, please"
          },
          {
            "button": "reply",
            "label": "Large",
            "text": "Large"
          }
        ]
      }
    ]
    "#);
}

#[test]
fn a_bots_carousel_is_relayed_where_the_installation_says_so() {
    let mut side = side();
    side.options.relay_bot_messages = true;
    let event = only(parsed(&side, "on_message_create_bot_carousel.json"));
    insta::assert_json_snapshot!(event.kind, @r#"
    {
      "type": "message",
      "author": {
        "kind": "bot",
        "name": "Freddy"
      },
      "parts": [
        {
          "part": "text",
          "text": "Pick a plan"
        },
        {
          "part": "carousel",
          "cards": [
            {
              "title": "Starter",
              "text": "Two seats, one desk",
              "image": "https://example.com/card1.png",
              "buttons": [
                {
                  "button": "reply",
                  "label": "Choose",
                  "text": "Choose"
                }
              ]
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn a_file_without_a_link_is_a_reference_that_finds_it_again() {
    let event = only(parsed(&side(), "on_message_create_agent_file_url_pending.json"));
    let [Part::Media(media)] = parts(&event) else { panic!("one file") };
    assert_eq!(media.name.as_deref(), Some("invoice.pdf"));
    let MediaSource::Reference { id } = &media.source else { panic!("a reference") };
    let reference: Value = serde_json::from_str(id).unwrap();
    assert_eq!(
        reference,
        json!({"conversation": CONVERSATION, "message": event.id, "position": 0, "hash": "2f1c0e7a9b"})
    );
}

#[test]
fn every_kind_of_part_is_text_or_a_notice_at_least() {
    let part = |part: Value| {
        let body = edited("on_message_create_agent_text.json", |event| {
            event["data"]["message"]["messages"][0]["message_parts"] = json!([part]);
        });
        serde_json::to_value(parts(&only(parse(&side(), body).unwrap()))).unwrap()
    };
    let rows = [
        (
            json!({"video": {"url": "https://x/a.mp3", "content_type": "audio/mpeg"}}),
            json!([{"part": "media", "kind": "audio", "source": {"at": "short_link", "url": "https://x/a.mp3"}, "content_type": "audio/mpeg"}]),
        ),
        (
            json!({"callback": {"label": "Yes", "payload": "y=1"}}),
            json!([{"part": "buttons", "buttons": [{"button": "reply", "label": "Yes", "text": "Yes"}]}]),
        ),
        (json!({"url_button": {"label": "Broken", "url": null}}), json!([{"part": "text", "text": "Broken"}])),
        (
            json!({"collection": [{"quick_reply_button": {"label": "A"}}, {"text": {"content": "or"}}]}),
            json!([{"part": "buttons", "buttons": [{"button": "reply", "label": "A", "text": "A"}]}, {"part": "text", "text": "or"}]),
        ),
        (
            json!({"template_content": {"type": "quick_reply_dropdown", "sections": [{"name": "options", "parts": [
            {"quick_reply_button": {"label": "Mon"}}, {"quick_reply_button": {"label": "Tue", "custom_reply_text": "Tuesday"}}]}]}}),
            json!([{"part": "buttons", "buttons": [{"button": "reply", "label": "Mon", "text": "Mon"}, {"button": "reply", "label": "Tue", "text": "Tuesday"}]}]),
        ),
        (
            json!({"template_content": {"type": "carousel_card_default", "sections": [{"name": "title", "parts": [{"text": {"content": "T"}}]}]}}),
            json!([{"part": "carousel", "cards": [{"title": "T", "text": null, "image": null, "buttons": []}]}]),
        ),
        (
            json!({"template_content": {"type": "carousel", "sections": []}}),
            json!([{"part": "unsupported", "what": "carousel", "text": null}]),
        ),
        (
            json!({"faq": {"title": "Returns", "url": "https://x/faq"}}),
            json!([{"part": "text", "text": "Returns\nhttps://x/faq"}]),
        ),
        (json!({"reference": {"id": 5}}), json!([{"part": "unsupported", "what": "reference", "text": null}])),
        (
            json!({"csat": {"question": "How was it?"}}),
            json!([{"part": "unsupported", "what": "survey", "text": "How was it?"}]),
        ),
        (json!({"attachment_input": {}}), json!([{"part": "unsupported", "what": "attachment input", "text": null}])),
        (json!({"text": 5}), json!([{"part": "unsupported", "what": "message", "text": null}])),
        (json!({"text": null}), json!([{"part": "unsupported", "what": "message", "text": null}])),
        (json!(7), json!([{"part": "unsupported", "what": "message", "text": null}])),
    ];
    for (sent, expected) in rows {
        assert_eq!(part(sent.clone()), expected, "{sent}");
    }
}

#[test]
fn what_cannot_be_read_is_noticed_beside_what_can() {
    let beside = |part: Value| {
        let body = edited("on_message_create_agent_text.json", |event| {
            event["data"]["message"]["messages"][0]["message_parts"] = json!([part, {"text": {"content": "x"}}]);
        });
        let mut found = parts(&only(parse(&side(), body).unwrap())).to_vec();
        assert_eq!(found.pop(), Some(Part::text("x")));
        found
    };
    let notice = |what: &str| vec![Part::Unsupported { what: what.to_owned(), text: None }];
    let reply = |text: &str| {
        vec![Part::Buttons { buttons: vec![Button::Reply { label: text.to_owned(), text: text.to_owned() }] }]
    };
    let rows = [
        (json!("hello"), vec![Part::Unsupported { what: "message".to_owned(), text: Some("hello".to_owned()) }]),
        (json!({"text": {"content": 5}}), notice("message")),
        (json!({"text": "hello"}), vec![Part::text("hello")]),
        (json!({"template_content": {"type": "quick_reply_dropdown", "sections": []}}), notice("template")),
        (json!({"template_content": "t"}), notice("template")),
        (json!({"quick_reply_button": {"label": "", "custom_reply_text": "Yes"}}), reply("Yes")),
        (json!({"quick_reply_button": {"payload": "y"}}), notice("quick reply button")),
        (json!({"url_button": {}}), notice("url button")),
        // These parts are empty.
        (json!(null), Vec::new()),
        (json!({"text": {"content": " "}}), Vec::new()),
        (json!({"text": {"content": null}}), Vec::new()),
        (json!({"collection": {"sub_parts": []}}), Vec::new()),
    ];
    for (part, expected) in rows {
        assert_eq!(beside(part.clone()), expected, "{part}");
    }
}

#[test]
fn a_carousel_keeps_what_stands_beside_its_cards_and_every_file_in_them() {
    let image = |url: &str| json!({"image": {"url": url}});
    let card = json!({"template_content": {"type": "carousel_card_default", "sections": [
        {"name": "title", "parts": [{"text": {"content": "T"}}]},
        {"name": "hero_image", "parts": [image("https://x/1.png"), image("https://x/2.png"), {"video": {"url": "https://x/v.mp4"}}]},
    ]}});
    let body = edited("on_message_create_agent_text.json", |event| {
        event["data"]["message"]["messages"][0]["message_parts"] = json!([{"template_content": {"type": "carousel",
            "sections": [{"name": "cards", "parts": [card, {"text": {"content": "beside"}}]}]}}]);
    });
    let card = Card {
        title: Some("T".to_owned()),
        text: Some("https://x/2.png\nhttps://x/v.mp4".to_owned()),
        image: Some("https://x/1.png".to_owned()),
        buttons: Vec::new(),
    };
    let expected = [Part::Carousel { cards: vec![card] }, Part::text("beside")];
    assert_eq!(parts(&only(parse(&side(), body).unwrap())), expected);
}

#[test]
fn other_topics_and_other_channels_are_left_alone() {
    let reason = |side: &Side, body: Vec<u8>| parse(side, body).unwrap().ignored[0].reason;
    let elsewhere = side().with("channel_id", "another");
    for name in ["on_message_create_agent_text.json", "on_conversation_update.json", "webhook_conversation_reopen.json"]
    {
        assert_eq!(reason(&elsewhere, text(HERE, name).into_bytes()), "other_topic", "{name}");
    }
    let line = edited("on_message_create_agent_text.json", |event| {
        event["data"]["associations"]["user"]["reference_id"] = json!("line:U123");
    });
    assert_eq!(reason(&side(), line), "other_channel");
    // Agents merge users, so any other name proves nothing, and the stored link decides.
    let merged = edited("on_message_create_agent_text.json", |event| {
        event["data"]["associations"]["user"]["reference_id"] = json!("shop-4471");
    });
    let event = only(parse(&side(), merged).unwrap());
    assert_eq!((event.contact.as_deref(), event.user.as_deref()), (None, Some(USER)));
}

#[test]
fn a_colleague_who_steps_in_has_their_own_name() {
    let body = edited("on_message_create_agent_text.json", |event| {
        event["data"]["actor"] = json!({"type": "agent", "id": "someone-else", "first_name": "Otto"});
    });
    let HelpdeskEventKind::Message { author, .. } = only(parse(&side(), body).unwrap()).kind else { panic!() };
    assert_eq!(author.name.as_deref(), Some("Otto"));
}

#[test]
fn a_private_note_stays_private_however_its_flag_is_written() {
    let events = |flag: Value| {
        let body = edited("on_message_create_agent_text.json", |event| {
            event["data"]["message"]["messages"][0]["botsPrivateNote"] = flag;
        });
        parse(&side(), body).unwrap().events.len()
    };
    for private in [json!(true), json!("true"), json!("TRUE"), json!(1), json!("1"), json!({})] {
        assert_eq!(events(private.clone()), 0, "{private}");
    }
    for public in [json!(false), json!("false"), json!("False"), json!(0), json!(""), json!(null)] {
        assert_eq!(events(public.clone()), 1, "{public}");
    }
}

#[test]
fn nobody_hears_an_echo_of_their_own_words() {
    let body = edited("on_message_create_user_echo.json", |event| {
        event["data"]["actor"] = json!({"type": "agent", "id": "whoever"});
    });
    assert_eq!(parse(&side(), body).unwrap().ignored[0].reason, "user");
}

#[test]
fn an_updated_user_has_the_digest_of_what_we_would_have_written() {
    let update = |first: &str, last: Value, phone: Value| {
        let body = edited("on_user_update.json", |event| {
            event["data"]["user"] = json!({"id": USER, "reference_id": format!("viber:{CONTACT}"),
                "first_name": first, "last_name": last, "phone": phone, "email": "lorna.featherby@example.com"});
        });
        let event = only(parse(&side(), body).unwrap());
        assert_eq!((event.contact.as_deref(), event.group.as_str()), (Some(CONTACT), USER));
        event.kind
    };
    let ours = HelpdeskEventKind::UserUpdated { digest: lorna().digest() };
    assert_eq!(update("Lorna", json!("Featherby"), json!("+12025550123")), ours);
    assert_ne!(update("Dancing", json!("Wayfarer"), json!("+12025550123")), ours);
    assert_ne!(update("Lorna", json!("Featherby"), json!(null)), ours);
}

#[test]
fn events_about_conversations_tell_their_state() {
    let state = |name: &str| match only(parsed(&without_topic(), name)).kind {
        HelpdeskEventKind::Conversation { state } => state,
        other => panic!("{other:?}"),
    };
    use ConversationState::{Open, Resolved};
    assert_eq!(state("on_conversation_create.json"), Some(Open));
    assert_eq!(state("on_conversation_update.json"), Some(Open));
    assert_eq!(state("on_conversation_update_resolved.json"), Some(Resolved));
    assert_eq!(state("webhook_conversation_assignment.json"), Some(Open));
    assert_eq!(state("webhook_conversation_resolution.json"), Some(Resolved));
    assert_eq!(state("webhook_conversation_reopen.json"), Some(Open));
}

#[test]
fn a_body_that_is_none_of_freshchats_is_refused_with_a_word_and_a_field() {
    let rows: [(&str, &str, &str); 6] = [
        ("", "not_json", "line 1"),
        ("{\"action\": ", "not_json", "line 1"),
        ("[]", "bad_field", "(body)"),
        ("{}", "missing_field", "`action`"),
        (r#"{"event": ["onMessageCreate"]}"#, "bad_field", "`event`"),
        (r#"{"event": "onMessageCreate", "action": "x"}"#, "bad_field", "`action`"),
    ];
    for (body, code, field) in rows {
        let error = parse(&without_topic(), body).expect_err(body);
        assert_eq!(error.code, code, "{body}");
        assert!(error.message.contains(field), "{}: {body}", error.message);
    }
}

/// Returns whom a call is about and what it says.
fn told(body: &[u8]) -> String {
    let parsed = parse(&without_topic(), body.to_vec()).unwrap_or_else(|error| panic!("{error}"));
    let part = |part: &Part| match part {
        Part::Text { text } => text.clone(),
        Part::Unsupported { what, text } => format!("[{what}: {}]", text.as_deref().unwrap_or_default()),
        Part::Media(media) => format!("({:?} {})", media.kind, media.name.as_deref().unwrap_or_default()),
        other => format!("{other:?}"),
    };
    let event = |event: &HelpdeskEvent| {
        let who = match &event.group {
            group if group == CONVERSATION => "conversation",
            group if group == USER => "user",
            group => group,
        };
        let said = match &event.kind {
            HelpdeskEventKind::Message { parts, .. } => parts.iter().map(part).collect::<Vec<_>>().join(" "),
            other => format!("{other:?}"),
        };
        format!("{who}: {said}")
    };
    let ignored = parsed.ignored.iter().map(|ignored| format!("ignored: {}", ignored.reason));
    parsed.events.iter().map(event).chain(ignored).collect::<Vec<_>>().join("; ")
}

#[test]
fn what_cannot_be_read_of_a_call_takes_nothing_else_with_it() {
    let agent = "on_message_create_agent_text.json";
    let text = "conversation: Hello Lorna, what can we do for you?";
    let message = |key: &str, value: Value| edited(agent, |event| event["data"]["message"]["messages"][0][key] = value);
    let whole = |edit: fn(&mut Value)| edited(agent, |event| edit(&mut event["data"]));
    let body = |body: &str| body.as_bytes().to_vec();
    let rows: Vec<(Vec<u8>, &str)> = vec![
        // Changes of the content.
        (message("message_parts", json!("hello")), "conversation: [message: hello]"),
        (message("message_parts", json!(5)), "conversation: [message: ]"),
        (message("message_parts", json!({})), "conversation: [message: ]"),
        (message("message_parts", json!(null)), "conversation: [message: ]"),
        (message("message_parts", json!({"text": {"content": "x"}})), "conversation: x"),
        (message("message_parts", json!([])), "ignored: empty"),
        (message("message_parts", json!([{"text": null}])), "conversation: [message: ]"),
        (
            message("message_parts", json!([{"text": {"content": ["x"]}}, {"text": {"content": "y"}}])),
            "conversation: [message: ] y",
        ),
        (message("message_parts", json!([{"file": 7}])), "conversation: (File )"),
        (
            message("message_parts", json!([{"file": {"url": "file:///etc/passwd", "name": "a.pdf"}}])),
            "conversation: (File a.pdf)",
        ),
        (message("reply_parts", json!("hello")), "conversation: Hello Lorna, what can we do for you? [message: hello]"),
        // Changes of its context.
        (message("id", json!(null)), text),
        (message("id", json!({})), text),
        (message("id", json!("i".repeat(5_000))), text),
        (message("created_time", json!([])), text),
        (message("conversation_id", json!([])), text),
        (message("channel_id", json!({})), text),
        (message("actor_id", json!(7)), text),
        (edited(agent, |event| event["timestamp"] = json!("soon")), text),
        (edited(agent, |event| event["data"]["associations"] = json!("none")), text),
        (
            whole(|data| {
                data["message"]["conversation_id"] = json!([]);
                data["message"]["messages"][0]["conversation_id"] = json!([]);
            }),
            "user: Hello Lorna, what can we do for you?",
        ),
        (
            whole(|data| {
                data["message"]["conversation_id"] = json!(null);
                data["message"]["messages"][0] = json!({"id": "1", "message_parts": [{"file": {"name": "a.pdf"}}]});
            }),
            "user: [file: a.pdf]",
        ),
        // Changes of the author and the contact: nothing is guessed.
        (message("message_type", json!(["private"])), "ignored: unsupported"),
        (
            whole(|data| {
                data["actor"] = json!(7);
                data["message"]["messages"][0]["actor_type"] = json!({});
            }),
            "ignored: no_author",
        ),
        (
            body(
                r#"{"event": "onMessageCreate", "data": {"actor": {"type": "agent"}, "message": {"messages": [{"id": "1", "message_parts": [{"text": "x"}]}]}}}"#,
            ),
            "ignored: nobody",
        ),
        (body(r#"{"event": "onMessageCreate"}"#), "ignored: unreadable"),
        (body(r#"{"event": "onMessageCreate", "data": {"message": {"messages": 7}}}"#), "ignored: unreadable"),
        (body(r#"{"action": "message_create"}"#), "ignored: no_author"),
        (body(r#"{"action": "message_create", "data": {"message": "x"}}"#), "ignored: no_author"),
        (
            body(r#"{"action": "message_create", "actor": {"actor_type": "agent"}, "data": {"message": {}}}"#),
            "ignored: nobody",
        ),
        (body(r#"{"event": "onUserUpdate", "data": 5}"#), "ignored: no_contact"),
        (
            body(r#"{"event": "onContactUpdate", "data": {"contact": {"id": 7, "external_id": "viber:u1"}}}"#),
            r#"viber:u1: UserUpdated { digest: "b8c9e440ead3ddac" }"#,
        ),
        (
            body(r#"{"event": "onContactUpdate", "data": {"contact": {"id": 7, "external_id": "shop-1"}}}"#),
            "ignored: no_contact",
        ),
        (body(r#"{"event": "onConversationUpdate"}"#), "ignored: no_conversation"),
        (body(r#"{"action": "conversation_reopen", "data": {"reopen": []}}"#), "ignored: no_conversation"),
        // Changes of other messages in the call.
        (
            edited("on_message_create_agent_two_messages.json", |event| {
                let messages = event["data"]["message"]["messages"].as_array_mut().unwrap();
                messages[1]["message_parts"] = json!("odd");
                messages.insert(0, json!({"message_type": 5}));
            }),
            "conversation: first; conversation: [message: odd]; ignored: unsupported",
        ),
        // Of several fields of one name, the last counts.
        (
            body(
                r#"{"action": "x", "action": "message_create", "actor": {"actor_type": "user", "actor_type": "agent"},
                "data": {"message": {"conversation_id": "c", "id": 1, "id": "2", "message_parts": 5, "message_parts": [
                {"text": {"content": "x"}, "text": {"content": "y", "content": "z"}}]}}}"#,
            ),
            "c: z",
        ),
    ];
    for (body, expected) in rows {
        assert_eq!(told(&body), expected, "{}", String::from_utf8_lossy(&body));
    }
}

#[test]
fn an_event_without_an_id_has_one_that_its_redelivery_has_as_well() {
    let ids = |body: &[u8]| -> Vec<String> {
        let parsed = parse(&without_topic(), body.to_vec()).unwrap();
        parsed.events.into_iter().map(|event| event.id).collect()
    };
    let two = |text: &str| {
        edited("on_message_create_agent_two_messages.json", |event| {
            for message in event["data"]["message"]["messages"].as_array_mut().unwrap() {
                message["id"] = json!(null);
                message["message_parts"][0]["text"]["content"] = json!(text);
            }
        })
    };
    let resolved = |time: Value| edited("webhook_conversation_resolution.json", |event| event["action_time"] = time);
    for (this, that) in [(two("a"), two("b")), (resolved(json!(null)), resolved(json!({})))] {
        let (first, second) = (ids(&this), ids(&that));
        assert_eq!(ids(&this), first);
        let all: std::collections::BTreeSet<&String> = first.iter().chain(&second).collect();
        assert_eq!(all.len(), first.len() + second.len(), "{all:?}");
        assert!(all.iter().all(|id| id.len() < 200 && !id.contains(&ARRIVED.to_string())), "{all:?}");
    }
}

#[test]
fn a_classic_call_that_came_in_without_its_signature_is_not_read() {
    let keyless = without_topic();
    let request = webhook(&[], text(HERE, "webhook_message_create_agent_2022.json"));
    let verified = authenticate(&Freshchat, &keyless.account(), &request).unwrap();
    assert_eq!(Freshchat.parse(&keyless.account(), verified).unwrap().events.len(), 1);
    // The key was set between the check and the parsing.
    let keyed = without_topic().with("webhook_public_key", "whatever");
    assert_eq!(Freshchat.parse(&keyed.account(), verified).unwrap_err().code, "unsupported");
}

#[test]
fn the_origin_of_product_events_is_told() {
    let origin = |name: &str| origin(text(HERE, name).as_bytes());
    assert_eq!(
        origin("on_message_create_agent_text.json"),
        Some(Origin {
            account_id: Some("381907726450913".to_owned()),
            hosts: Vec::new(),
            topic: Some(TOPIC.to_owned()),
            user: Some(USER.to_owned()),
        })
    );
    assert_eq!(
        origin("on_message_create_agent_v3.json"),
        Some(Origin {
            account_id: None,
            hosts: vec![
                "bridge-example.freshchat.com:443".to_owned(),
                "bridge-example.myfreshworks.com:443".to_owned()
            ],
            topic: Some(TOPIC.to_owned()),
            user: Some(USER.to_owned()),
        })
    );
    let update = origin("on_user_update.json").unwrap();
    assert_eq!((update.topic, update.user.as_deref()), (None, Some("b3c2c92e-d650-4c40-bb7d-aeb3423cd4d2")));
    let conversation = origin("on_conversation_update.json").unwrap();
    assert_eq!(conversation.topic.as_deref(), Some("d2f99658-ff98-44b8-b5c1-3a19dbfe2a2d"));
    for body in [r#"{"action": "message_create"}"#, "[1]"] {
        assert_eq!(self::origin(body.as_bytes()), None);
    }
}

/// Returns a sample with one value replaced by another.
fn bent() -> impl Strategy<Value = Vec<u8>> {
    let names: Vec<String> =
        fixtures(HERE).into_keys().filter(|name| name.starts_with("on_") || name.starts_with("webhook_")).collect();
    let value = prop_oneof![
        Just(Value::Null),
        Just(json!([])),
        Just(json!({})),
        Just(json!([null])),
        Just(json!("")),
        Just(json!(-1)),
        Just(json!(1e300)),
        Just(json!(true)),
        "\\PC{0,20}".prop_map(Value::from),
        Just(json!({"sub_parts": [{"collection": {"sub_parts": [{"text": 1}]}}]})),
    ];
    (prop::sample::select(names), any::<prop::sample::Index>(), value).prop_map(|(name, index, value)| {
        let mut all: Value = serde_json::from_str(&text(HERE, &name)).unwrap();
        let mut pointers = Vec::new();
        collect(&all, String::new(), &mut pointers);
        *all.pointer_mut(&pointers[index.index(pointers.len())]).unwrap() = value;
        all.to_string().into_bytes()
    })
}

fn collect(value: &Value, path: String, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| collect(value, format!("{path}/{key}"), into)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, value)| collect(value, format!("{path}/{index}"), into))
        }
        _ => {}
    }
    into.push(path);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_bytes_are_an_answer(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&side(), body);
    }

    #[test]
    fn any_bent_sample_is_an_answer(body in bent()) {
        let mut side = without_topic();
        side.options.relay_bot_messages = true;
        if let Ok(parsed) = parse(&side, body.clone()) {
            prop_assert!(parsed.events.iter().all(|event| !event.id.is_empty() && !event.group.is_empty()));
        }
        let _ = origin(&body);
    }
}

#[test]
fn the_message_that_an_agent_answers_is_read_where_freshchat_tells_it() {
    let long = "x".repeat(201);
    for (told, quoted) in [
        (json!("8b1c"), Some("8b1c")),
        (json!(71), Some("71")),
        (json!(null), None),
        (json!(""), None),
        (json!({"id": "8b1c"}), None),
        (json!(long), None),
    ] {
        let body = edited("on_message_create_agent_text.json", |event| {
            event["data"]["message"]["messages"][0]["in_reply_to"] = told.clone();
        });
        let quote = only(parse(&side(), body).unwrap()).quote;
        assert_eq!(quote.and_then(|quote| quote.id).as_deref(), quoted, "{told}");
    }
}
