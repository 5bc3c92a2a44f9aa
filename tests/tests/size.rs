//! Tests of the pages of a large bridge: 500 installations, 10,000 messages.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::{
    Client,
    types::{AttributeValue, PutRequest, WriteRequest},
};
use byoc::{
    model::installation::Installation,
    outside::queue::Outgoing,
    store::{Claim, Direction, INDEX_SHARDS, JournalKey, Owed, Settlement, Store},
    tools::{crypto::sha256, millis::Millis},
};
use byoc_local::bridge::TABLE;
use byoc_tests::{Rig, http_client};
use serde_json::Value;

const INSTALLATIONS: usize = 500;
const MESSAGES: usize = 10_000;
const DEAD: usize = 60;
/// The time within which a page answers, in a debug build.
const FAST: Duration = Duration::from_millis(300);
/// The weight of a page in bytes.
const LIGHT: usize = 60 * 1_024;
/// The number of times that a page is opened. The machine may be busy with something else once.
const TRIES: usize = 3;

/// A reader of pages who is signed in, and a caller of the API.
struct Reader<'a> {
    rig: &'a Rig,
    client: reqwest::Client,
    cookie: String,
}

impl Reader<'_> {
    async fn get(&self, path: &str) -> String {
        let request = self.client.get(format!("{}{path}", self.rig.bridge.url));
        let request = request.bearer_auth(&self.rig.bridge.admin_key).header("cookie", &self.cookie);
        // Cyrillic letters take two bytes.
        let request = request.header("accept-language", "ru");
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert_eq!(status, 200, "{path}: {text}");
        text
    }

    /// Opens a page, which has to be fast, light, and cheap at the table. Returns it.
    async fn opens(&self, name: &str, path: &str, most_calls: usize) -> String {
        let (calls, meter) = (self.rig.bridge.table.calls(), self.rig.bridge.table.meter());
        let (mut best, mut page) = (Duration::MAX, String::new());
        for _ in 0..TRIES {
            calls.reset();
            meter.read();
            let began = Instant::now();
            page = self.get(path).await;
            best = best.min(began.elapsed());
        }
        eprintln!("{name}: {best:?}, {} bytes, {} calls, {:?}", page.len(), calls.total(), meter.read());
        assert!(best <= FAST, "{name} took {best:?}");
        assert!(page.len() <= LIGHT, "{name} has {} bytes", page.len());
        assert!(calls.total() <= most_calls, "{name}: {:?}", calls.counts());
        page
    }

    /// Follows the links to the next page from `first` on. Returns what `read` finds on all pages.
    async fn follows(&self, first: &str, read: impl Fn(&str) -> Vec<String>) -> Vec<String> {
        let (mut found, mut path) = (Vec::new(), Some(first.to_owned()));
        while let Some(here) = path {
            let page = self.get(&here).await;
            found.extend(read(&page));
            path = next_page(&page);
        }
        found
    }
}

/// Returns the address of the next page.
fn next_page(page: &str) -> Option<String> {
    let link = page.split_once("rel=\"next\" href=\"")?.1.split_once('"')?.0;
    Some(link.replace("&amp;", "&"))
}

/// Returns what stands between two words, each time.
fn between(page: &str, begin: &str, end: &str) -> Vec<String> {
    page.split(begin).skip(1).filter_map(|rest| Some(rest.split_once(end)?.0.to_owned())).collect()
}

fn message_links(page: &str) -> Vec<String> {
    let table = page.split_once("<tbody>").map_or("", |(_, table)| table);
    between(table, "settings?message=", "\"")
}

fn card_ids(page: &str) -> Vec<String> {
    between(page, "href=\"/installations/", "/settings\"")
}

/// Checks that all of these were found, none of them twice.
fn each_once(found: &[String], expected: usize) {
    let distinct: BTreeSet<&String> = found.iter().collect();
    assert_eq!((found.len(), distinct.len()), (expected, expected));
}

async fn many_installations(store: &Store, one: &Installation) {
    for number in 1..INSTALLATIONS {
        let installation = Installation {
            id: hex(&sha256(&number.to_le_bytes())),
            identity: format!("identity {number}"),
            account_keys: vec![format!("account {number}")],
            addresses: Vec::new(),
            channel_name: Some(format!("Shop {number}")),
            version: 0,
            ..one.clone()
        };
        store.put_installation(&installation, &[]).await.unwrap();
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Writes messages of many contacts into the journal, as copies of one that the bridge has delivered.
async fn many_messages(client: &Client, id: &str, contact: &str) {
    let scanned = client.query().table_name(TABLE).key_condition_expression("pk = :pk AND begins_with(sk, :m)");
    let pk = AttributeValue::S(format!("I#{id}#C#{contact}"));
    let scanned = scanned.expression_attribute_values(":pk", pk);
    let found = scanned.expression_attribute_values(":m", AttributeValue::S("M#".into())).send().await.unwrap();
    let one = found.items.unwrap().remove(0);
    let at: i64 = one["at"].as_n().unwrap().parse().unwrap();
    let numbers: Vec<usize> = (1..MESSAGES).collect();
    for numbers in numbers.chunks(25) {
        let writes = numbers.iter().map(|number| {
            let contact = format!("contact {}", number % 300);
            let shard = sha256(contact.as_bytes()).first().unwrap() % INDEX_SHARDS;
            let at = at - i64::try_from(*number).unwrap() * 40;
            let mut item = HashMap::clone(&one);
            let mut set = |name: &str, value: String| item.insert(name.to_owned(), AttributeValue::S(value));
            set("pk", format!("I#{id}#C#{contact}"));
            set("sk", format!("M#inbound#event-{number}"));
            set("by_pk", format!("I#{id}#{shard}"));
            set("by_sk", format!("{at:015}#{number:012}"));
            item.insert("at".into(), AttributeValue::N(at.to_string()));
            let put = PutRequest::builder().set_item(Some(item)).build().unwrap();
            WriteRequest::builder().put_request(put).build()
        });
        let written = client.batch_write_item().request_items(TABLE, writes.collect()).send().await.unwrap();
        assert!(written.unprocessed_items.unwrap_or_default().is_empty());
    }
}

/// Writes dead messages into the journal, older than all others.
async fn many_dead(store: &Store, id: &str) {
    for number in 0..DEAD {
        // Some platforms have long ids, which stand in every form.
        let event = format!("wamid.{number:0>80}");
        let key = JournalKey {
            installation: id.to_owned(),
            contact: format!("U{number:0>32}"),
            direction: Direction::Inbound,
            event: event.clone(),
        };
        let at = Millis::new(1_700_000_000_000);
        let Claim::Work(claimed) = store.claim(&key, at, at).await.unwrap() else { panic!("finished") };
        let message = Outgoing { group: "g".into(), deduplication: event, body: "body".into() };
        let now = byoc::outside::clock::now();
        let envelope = store.keep_envelope(&claimed, &message, now).await.unwrap();
        let dead = Settlement::Dead { reason: "the helpdesk answered 500 too often".into(), envelope };
        store.settle(&claimed, &dead, &Owed::default(), now).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_a_large_bridge_is_fast_and_light_and_leads_to_everything() {
    let rig = Rig::start("viber", "freshchat").await;
    rig.customer_says("one").await;
    rig.exactly_at_helpdesk(1).await;
    rig.settled().await;
    let id = rig.bridge.installation_id().to_owned();
    let dynamodb = rig.aws().await.dynamodb();
    let store = Store::new(dynamodb.clone(), TABLE);
    let began = Instant::now();
    let one = store.installation(&id).await.unwrap().unwrap();
    many_installations(&store, &one).await;
    many_messages(&dynamodb, &id, rig.bridge.channel.customer()).await;
    eprintln!("seeded in {:?}", began.elapsed());
    let cookie = rig.session_cookie().await;
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let reader = Reader { rig: &rig, client: http_client(), cookie };
    let page = format!("/installations/{id}/settings");

    // Four shards of the list, one batch of items, and the dead of each of the thirty on the page.
    reader.opens("home", "/", 35).await;
    reader.opens("list", "/installations", 35).await;
    // Eight shards of the journal and their items, the installation, both sides, four brakes, the markers of the dead,
    // the calls for other addresses.
    let healthy = reader.opens("installation", &page, 18).await;
    let older = next_page(&healthy).expect("a link to older messages");
    reader.opens("older messages", &older, 11).await;
    let message = format!("{page}?message={}", message_links(&healthy)[5]);
    reader.opens("message", &message, 3).await;
    let list = reader.opens("messages", &format!("/installations/{id}/messages"), 10).await;
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list["messages"].as_array().unwrap().len(), 50);

    many_dead(&store, &id).await;
    let page_in_trouble = reader.opens("installation with dead letters", &page, 20).await;
    assert_eq!(page_in_trouble.matches("value=\"discard\"").count(), 10);
    assert!(page_in_trouble.contains("Есть и другие."), "{page_in_trouble}");

    each_once(&reader.follows("/", card_ids).await, INSTALLATIONS);
    let found = reader.follows(&page, message_links).await;
    each_once(&found, MESSAGES + DEAD);
    // Programs go the same way.
    let (mut count, mut next) = (0, String::new());
    loop {
        let path = format!("/installations/{id}/messages{next}");
        let list: Value = serde_json::from_str(&reader.get(&path).await).unwrap();
        count += list["messages"].as_array().unwrap().len();
        let Some(place) = list["next"].as_str() else { break };
        next = format!("?after={}", place.replace('#', "%23"));
    }
    assert_eq!(count, MESSAGES + DEAD);
    // A place that no page has named begins at the beginning.
    for path in [format!("/?after={}", "f".repeat(3_000)), format!("{page}?older={}", "0".repeat(3_000))] {
        reader.get(&path).await;
    }
}
