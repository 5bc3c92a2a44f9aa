//! Tests of what only one channel has: LINE's reply tokens, previews, lengths and quota, Telegram's
//! business accounts, and WhatsApp's templates.

use byoc::model::message::MediaKind;
use byoc_tests::{Rig, http_client};
use byoc_vendors::{
    channel::telegram::Telegram,
    fault::{Fault, How},
    people::Saying,
};
use serde_json::Value;

/// Makes a call to the bridge as the admin.
async fn check(rig: &Rig) -> Value {
    let url = format!("{}/installations/{}/check", rig.bridge.url, rig.bridge.installation_id());
    let answer = http_client().post(url).bearer_auth(&rig.bridge.admin_key).send().await.unwrap();
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

/// Returns how many replies and how many pushes arrived.
fn sent(rig: &Rig) -> [usize; 2] {
    let counts = rig.bridge.channel.faults().counts();
    ["/message/reply", "/message/push"]
        .map(|path| counts.iter().filter(|(name, _)| name.ends_with(path)).map(|(_, count)| count).sum())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quick_answer_costs_nothing_and_a_second_one_is_pushed() {
    let rig = Rig::start("line", "freshchat").await;
    rig.customer_says("Is it open?").await;
    rig.exactly_at_helpdesk(1).await;
    rig.agent_says("Yes").await;
    rig.exactly_at_channel(1).await;
    assert_eq!(sent(&rig), [1, 0]);
    rig.agent_says("Until six").await;
    rig.exactly_at_channel(2).await;
    assert_eq!(sent(&rig), [1, 1]);
    let report = check(&rig).await;
    assert_eq!(report["channel"]["quota"], serde_json::json!({"limit": 200, "used": 1, "left": 199}), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_without_an_answer_is_pushed_and_marked() {
    let rig = Rig::start_with("line", "freshchat", |settings| settings.retry_time_scale = 0.01).await;
    rig.customer_says("Is it open?").await;
    rig.exactly_at_helpdesk(1).await;
    rig.bridge.channel.faults().add(Fault::next(How::Reset).at("/message/reply").with_effect());
    rig.agent_says("Yes").await;
    let fast = rig.fast_time();
    // The reply took effect, and nobody could know.
    rig.exactly_at_channel(2).await;
    drop(fast);
    let is_marked = |entry: &Value| entry["direction"] == "outbound" && entry["possibly_doubled"] == true;
    rig.journal_shows("a message that may be doubled", is_marked).await;
    assert_eq!(sent(&rig), [1, 1]);
}

/// Returns a picture of noise with more than a megabyte.
fn large_picture() -> Vec<u8> {
    let mut state = 1_u32;
    let picture = image::RgbImage::from_fn(1_500, 1_000, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = state.to_be_bytes();
        image::Rgb([a, b, c])
    });
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90).encode_image(&picture).unwrap();
    assert!(bytes.len() > 1_000_000);
    bytes
}

/// Returns a recording of 13 seconds without any sound.
fn recording() -> Vec<u8> {
    let boxed = |kind: &[u8], content: &[u8]| {
        [&u32::try_from(content.len() + 8).unwrap().to_be_bytes()[..], kind, content].concat()
    };
    let header = [&[0; 12][..], &1_000_u32.to_be_bytes(), &13_000_u32.to_be_bytes(), &[0; 80]].concat();
    [boxed(b"ftyp", b"M4A \0\0\0\0"), boxed(b"moov", &boxed(b"mvhd", &header))].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_videos_and_recordings_arrive_as_what_they_are() {
    let (picture, recording, clip) = (large_picture(), recording(), b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec());
    let files: [(&str, &str, &[u8]); 4] = [
        ("photo.jpg", "image/jpeg", &picture),
        ("broken.jpg", "image/jpeg", &picture[..picture.len() / 2].iter().map(|byte| byte ^ 1).collect::<Vec<_>>()),
        ("clip.mp4", "video/mp4", &clip),
        ("voice.m4a", "audio/mp4", &recording),
    ];
    let host = byoc_tests::files(&files).await;
    let rig = Rig::start("line", "freshchat").await;
    rig.customer_says("Hi").await;
    let contact = rig.exactly_at_helpdesk(1).await[0].contact.clone();
    for (number, (name, content_type, bytes)) in files.iter().enumerate() {
        let saying = Saying::Media {
            kind: MediaKind::of(content_type),
            url: format!("{}/{name}", host.url()),
            name: (*name).to_owned(),
            size: bytes.len() as u64,
        };
        assert_eq!(rig.bridge.helpdesk.answer(&contact, saying).await.unwrap().status, 200, "{name}");
        let shown = rig.exactly_at_channel(number + 1).await.pop().unwrap().raw;
        let text = |field: &str| shown[field].as_str().unwrap_or_default().to_owned();
        match *name {
            "photo.jpg" => {
                assert_eq!(text("type"), "image");
                let preview = http_client().get(text("previewImageUrl")).send().await.unwrap().bytes().await.unwrap();
                assert!(preview.len() < 1_000_000 && preview.starts_with(b"\xff\xd8"), "{}", preview.len());
                assert_ne!(text("previewImageUrl"), text("originalContentUrl"));
            }
            "clip.mp4" => {
                assert_eq!(text("type"), "video");
                let preview = http_client().get(text("previewImageUrl")).send().await.unwrap().bytes().await.unwrap();
                assert!(preview.starts_with(b"\x89PNG"));
            }
            "voice.m4a" => assert_eq!((text("type").as_str(), &shown["duration"]), ("audio", &13_000.into())),
            _ => assert_eq!(text("type"), "text", "{shown}"),
        }
    }
    assert_eq!(rig.notes(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_account_on_telegram_is_answered_for() {
    let telegram = std::sync::Arc::new(Telegram::demo().unwrap());
    let channel = telegram.clone();
    let rig = Rig::start_with("telegram", "freshchat", |settings| settings.channel = channel).await;
    // The same person writes to the bot and to the business account.
    rig.customer_says("to the bot").await;
    rig.exactly_at_helpdesk(1).await;
    let customer = rig.bridge.channel.customer();
    assert_eq!(telegram.business_says(customer, "to the shop", false).await.unwrap().status, 200);
    let seen = rig.exactly_at_helpdesk(2).await;
    assert_ne!(seen[0].conversation, seen[1].conversation, "{seen:?}");
    rig.agent_says("from the shop").await;
    let shown = rig.exactly_at_channel(1).await.pop().unwrap();
    assert_eq!(
        (shown.contact.as_str(), &shown.raw["business_connection_id"]),
        ("7312345678@EXAMPLEbc", &"EXAMPLEbc".into())
    );

    telegram.business_says(customer, "by the owner", true).await.unwrap();
    let is_told = async || rig.notes().iter().any(|seen| seen.text.contains("by the owner")).then_some(());
    byoc_tests::eventually("a note", is_told).await;

    assert_eq!(telegram.set_business_right(false).await.unwrap().status, 200);
    rig.agent_says("in vain").await;
    rig.agents_are_told().await;
    assert!(rig.bridge.helpdesk.failures().iter().any(|text| text.contains("permit replies")));
    rig.exactly_at_channel(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_on_whatsapp_takes_named_values_and_a_refusal_tells_them() {
    let rig = Rig::start("whatsapp", "freshchat").await;
    rig.customer_says("hi").await;
    rig.exactly_at_helpdesk(1).await;
    rig.agent_says("/template order_ready:en customer_name=Ana | order_id=4711").await;
    let seen = rig.exactly_at_channel(1).await;
    assert_eq!(seen[0].text, "[template] order_ready Ana 4711");
    rig.agent_says("/template order_ready:en Ana | 4711").await;
    rig.agents_are_told().await;
    let told = rig.bridge.helpdesk.failures().join(" ");
    assert!(told.contains("write it so: /template order_ready:en customer_name=<text> | order_id=<text>"), "{told}");
    rig.exactly_at_channel(1).await;
}
