//! Tests that no call within a kind's size limit makes its adapter use many times the call's size in memory. A webhook
//! function has 256 MB for all calls that it handles at the same time.
//!
//! Every kind of the registries is tested with its own samples. Each place in each sample is filled up to the limit:
//! lists with many small items, objects with many fields, and any other value with a list that does not belong there.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its samples has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::Instant,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use byoc::{
    adapter::{Account, Adapter, Verified, settings::Form, webhook::WebhookRequest},
    channel::CHANNELS,
    helpdesk::HELPDESKS,
    model::installation::Options,
    tools::{millis::Millis, secret::Secrets},
};
use http::{HeaderMap, HeaderValue, Method};
use peak_alloc::PeakAlloc;
use serde_json::Value;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The calls of the first round are this many times smaller than the limit.
const SIZE_DIVISOR: usize = 64;
/// The number of places whose worst call is measured again at the full limit, at least and at most.
const FULL_SIZE_PLACES: RangeInclusive<usize> = 3..=30;

/// The highest allowed ratio of the memory that a call uses to the size of the call.
const MAX_RATIO: f64 = 12.0;

/// The lock that keeps the tests of this file apart, because the allocator counts for all of them.
static ALLOCATOR: Mutex<()> = Mutex::new(());

/// A function that parses a call for an account and returns its number of events, or `None` if the call is refused.
type Parse<'a> = dyn Fn(&Account<'_>, Verified<'_>) -> Option<usize> + 'a;

#[test]
fn no_call_of_a_channel_takes_many_times_its_size() {
    let alone = ALLOCATOR.lock().unwrap_or_else(PoisonError::into_inner);
    let worst = CHANNELS.iter().map(|(kind, channel)| {
        let parse =
            |account: &Account<'_>, request: Verified<'_>| Some(channel.parse(account, request).ok()?.events.len());
        Trial::new("channel", kind, *channel, &parse).run()
    });
    check(worst.collect());
    drop(alone);
}

#[test]
fn no_call_of_a_helpdesk_takes_many_times_its_size() {
    let alone = ALLOCATOR.lock().unwrap_or_else(PoisonError::into_inner);
    let worst = HELPDESKS.iter().map(|(kind, helpdesk)| {
        let parse =
            |account: &Account<'_>, request: Verified<'_>| Some(helpdesk.parse(account, request).ok()?.events.len());
        Trial::new("helpdesk", kind, *helpdesk, &parse).run()
    });
    check(worst.collect());
    drop(alone);
}

fn check(worst: Vec<Worst>) {
    let report: Vec<String> = worst
        .iter()
        .map(|it| format!("{}: {:.1} times, {} ({} calls, {:.1} s)", it.kind, it.times, it.call, it.calls, it.seconds))
        .collect();
    assert!(worst.iter().all(|worst| worst.times <= MAX_RATIO), "{}", report.join("\n"));
}

/// The call that used the most memory.
#[derive(Debug, Default)]
struct Worst {
    kind: String,
    /// The memory that the call used, as a multiple of its size.
    times: f64,
    /// A description of the call.
    call: String,
    calls: usize,
    seconds: f64,
}

/// The test of one kind.
struct Trial<'a> {
    kind: &'a str,
    /// The kind of the channel that the helpdesk is joined to, or the channel itself.
    channel: &'a str,
    limit: usize,
    /// The values of settings with which the account may accept a sample.
    choices: Vec<(&'static str, &'static str)>,
    parse: &'a Parse<'a>,
    samples: BTreeMap<PathBuf, Vec<u8>>,
    /// Whether the samples are those of other kinds too, because this kind has no folder of its own.
    is_shared: bool,
    /// The number of samples that the adapter accepted.
    accepted: usize,
    /// The calls of the first round, each with the memory that it used as a multiple of its size.
    calls: Vec<(f64, Call)>,
}

/// A call in which one place is filled with copies of `piece`.
#[derive(Clone, Default)]
struct Call {
    name: String,
    place: String,
    around: Around,
    head: String,
    /// The repeated piece. `%` stands for the number of the copy.
    piece: String,
    between: &'static str,
    tail: String,
}

/// What the adapter needs besides a sample to accept it.
#[derive(Clone, Default)]
struct Around {
    settings: BTreeMap<String, String>,
    /// Whether the sample is sent as base64 inside a message of a message broker.
    is_wrapped: bool,
}

impl<'a> Trial<'a> {
    fn new(side: &str, kind: &'a str, adapter: &dyn Adapter, parse: &'a Parse<'a>) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(side);
        let folder = root.join(kind);
        let is_shared = !folder.exists();
        let mut samples = BTreeMap::new();
        gather(if is_shared { &root } else { &folder }, &mut samples);
        assert!(!samples.is_empty(), "{kind}");
        let choices = adapter.settings().iter().filter_map(|setting| match setting.form {
            Form::Choice(words) => Some(words.iter().map(|word| (setting.name, *word))),
            _ => None,
        });
        let choices = std::iter::once(("", "")).chain(choices.flatten()).collect();
        Self {
            kind,
            channel: if side == "helpdesk" { "telegram" } else { kind },
            limit: adapter.features().body,
            choices,
            parse,
            samples,
            is_shared,
            accepted: 0,
            calls: Vec::new(),
        }
    }

    /// Measures every call at a small size, and the worst ones again at the full limit.
    fn run(mut self) -> Worst {
        let started = Instant::now();
        let mut tried = BTreeSet::new();
        for (place, head, piece, between, tail) in [
            ("nested lists", "", "[", "", ""),
            ("nested objects", "", "{\"a\":", "", ""),
            ("list", "[", "{}", ",", "]"),
            ("form", "", "a=", "&", ""),
        ] {
            let [name, place, head, piece, tail] = ["no sample", place, head, piece, tail].map(str::to_owned);
            self.probe(Call { name, place, head, piece, between, tail, ..Call::default() });
        }
        for (path, bytes) in std::mem::take(&mut self.samples) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            match serde_json::from_slice::<Value>(&bytes) {
                Ok(sample @ Value::Object(_)) => self.fill(&name, &sample, &mut tried),
                _ if bytes.contains(&b'=') && !self.is_shared => self.fill_form(&name, &bytes),
                _ => {}
            }
        }
        assert!(self.accepted > 0, "no sample of {} is accepted", self.kind);
        let mut worst = Worst { kind: self.kind.to_owned(), calls: self.calls.len(), ..Worst::default() };
        let mut places = BTreeMap::<&str, &(f64, Call)>::new();
        for call in &self.calls {
            let most = places.entry(&call.1.place).or_insert(call);
            if call.0 > most.0 {
                *most = call;
            }
        }
        let mut places: Vec<&(f64, Call)> = places.into_values().collect();
        places.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let suspicious = places.iter().filter(|(times, _)| *times > MAX_RATIO).count();
        for (_, call) in places.into_iter().take(suspicious.clamp(*FULL_SIZE_PLACES.start(), *FULL_SIZE_PLACES.end())) {
            let started = Instant::now();
            let times = self.measure(call, self.limit);
            if times > worst.times {
                let seconds = started.elapsed().as_secs_f64();
                worst.times = times;
                worst.call = format!("{} of {} in {} ({seconds:.1} s)", call.piece, call.place, call.name);
            }
        }
        worst.seconds = started.elapsed().as_secs_f64();
        worst
    }

    /// Fills every place in a sample, and in the sample reduced to the fields that the adapter needs.
    fn fill(&mut self, name: &str, sample: &Value, tried: &mut BTreeSet<String>) {
        let around = self.around(sample);
        if around.is_none() && self.is_shared {
            return;
        }
        self.accepted += usize::from(around.is_some());
        let around = around.unwrap_or_default();
        let small = self.reduced(sample, &around);
        let mut places = Vec::new();
        walk(sample, &mut Vec::new(), &mut places);
        for place in places {
            let value = at(sample, &place).unwrap();
            let items: Vec<String> = match value {
                Value::Array(items) => {
                    // The smallest accepted item, if the reduced sample has this place.
                    let first = at(&small, &place).and_then(|list| list.get(0)).or(items.first()).map(Value::to_string);
                    ["{}", "{\"\":0}", "\"%\"", "[]"].map(str::to_owned).into_iter().chain(first).collect()
                }
                Value::Object(_) => vec!["\"%\":0".to_owned()],
                _ => vec!["{}".to_owned()],
            };
            for item in items {
                if tried.insert(format!("{} {item}", place.concat())) {
                    for document in [sample, &small] {
                        if let Some(call) = filled(name, document, &place, &item, &around) {
                            self.probe(call);
                        }
                    }
                }
            }
        }
    }

    /// Repeats every field of a form, and adds many unknown ones.
    fn fill_form(&mut self, name: &str, form: &[u8]) {
        let mut names: BTreeSet<String> = form_urlencoded::parse(form).map(|(name, _)| name.into_owned()).collect();
        names.insert("%".to_owned());
        for field in names {
            let head = format!("{}&", String::from_utf8_lossy(form).trim());
            let piece = if field == "%" { "%=".to_owned() } else { format!("{field}=%") };
            self.probe(Call { name: name.to_owned(), place: field, head, piece, between: "&", ..Call::default() });
        }
    }

    fn probe(&mut self, call: Call) {
        let times = self.measure(&call, self.limit / SIZE_DIVISOR);
        self.calls.push((times, call));
    }

    /// Returns the memory that a call of this size uses, as a multiple of the size.
    fn measure(&self, call: &Call, limit: usize) -> f64 {
        let body = call.body(limit);
        assert!(body.len() <= self.limit, "{}", call.name);
        let size = body.len().max(limit / 2);
        let used = call.around.with(self.channel, body, |account, request| {
            let before = MEMORY.current_usage();
            MEMORY.reset_peak_usage();
            (self.parse)(account, request);
            MEMORY.peak_usage() - before
        });
        used as f64 / size as f64
    }

    /// Returns settings and a wrapping with which the adapter accepts the sample, if there are any.
    fn around(&self, sample: &Value) -> Option<Around> {
        let mut texts = vec![String::new()];
        strings(sample, &mut texts);
        for is_wrapped in [false, true] {
            for text in &texts {
                for choice in &self.choices {
                    // Some accounts hear of others too, and leave out what is not addressed to them.
                    let settings =
                        [("from", text.as_str()), *choice].into_iter().filter(|(_, value)| !value.is_empty());
                    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
                    let around = Around { settings: settings.collect(), is_wrapped };
                    if self.events(&around, &around.body(sample.to_string())).is_some_and(|events| events > 0) {
                        return Some(around);
                    }
                }
            }
        }
        None
    }

    /// Removes every field that is not needed to make an event of the sample.
    fn reduced(&self, sample: &Value, around: &Around) -> Value {
        let needed =
            |value: &Value| self.events(around, &around.body(value.to_string())).is_some_and(|events| events > 0);
        let mut small = sample.clone();
        if !needed(&small) {
            return small;
        }
        let mut places = Vec::new();
        walk(sample, &mut Vec::new(), &mut places);
        for place in places {
            let Some((last, parent)) = place.split_last() else { continue };
            let mut smaller = small.clone();
            match at_mut(&mut smaller, parent) {
                Some(Value::Object(fields)) => drop(fields.remove(last.trim_start_matches('/'))),
                _ => continue,
            }
            if needed(&smaller) {
                small = smaller;
                continue;
            }
            let mut smaller = small.clone();
            if let Some(text @ Value::String(_)) = at_mut(&mut smaller, &place) {
                *text = Value::String("a".to_owned());
                if needed(&smaller) {
                    small = smaller;
                }
            }
        }
        small
    }

    fn events(&self, around: &Around, body: &[u8]) -> Option<usize> {
        around.with(self.channel, body.to_vec(), |account, request| (self.parse)(account, request))
    }
}

impl Call {
    fn body(&self, limit: usize) -> Vec<u8> {
        let room = if self.around.is_wrapped { limit / 4 * 3 - 100 } else { limit };
        let mut text = String::with_capacity(room);
        text.push_str(&self.head);
        let free = room.saturating_sub(text.len() + self.tail.len());
        if self.piece.contains('%') {
            let mut free = free;
            for number in 0_usize.. {
                let piece = self.piece.replace('%', &format!("{number:x}"));
                let Some(rest) = free.checked_sub(piece.len() + self.between.len()) else { break };
                if number > 0 {
                    text.push_str(self.between);
                }
                text.push_str(&piece);
                free = rest;
            }
        } else {
            // The text is filled at once, since adding piece by piece takes longer than the adapters do.
            let piece = format!("{}{}", self.piece, self.between);
            let pieces = piece.repeat(free / piece.len());
            text.push_str(pieces.strip_suffix(self.between).unwrap_or(&pieces));
        }
        text.push_str(&self.tail);
        self.around.body(text)
    }
}

impl Around {
    fn body(&self, text: String) -> Vec<u8> {
        match self.is_wrapped {
            true => format!(r#"{{"message":{{"data":"{}"}}}}"#, STANDARD.encode(text)).into_bytes(),
            false => text.into_bytes(),
        }
    }

    fn with<T>(&self, kind: &str, body: Vec<u8>, take: impl FnOnce(&Account<'_>, Verified<'_>) -> T) -> T {
        let form = !body.starts_with(b"{") && !body.starts_with(b"[");
        let content_type = if form { "application/x-www-form-urlencoded" } else { "application/json" };
        let request = WebhookRequest {
            method: Method::POST,
            url: "https://bridge.example.com/channels/i/t".to_owned(),
            query: String::new(),
            rest: String::new(),
            headers: HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type))]),
            body: body.into(),
            received_at: Millis::new(1_785_312_099_000),
            id: "0".repeat(32),
        };
        let (secrets, options) = (Secrets::new(), Options::default());
        let account = Account {
            channel_kind: kind,
            settings: &self.settings,
            secrets: &secrets,
            options: &options,
            webhook_url: None,
            now: request.received_at,
        };
        take(&account, Verified::invoked(&request))
    }
}

fn gather(folder: &Path, samples: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            gather(&path, samples);
        } else if path.components().any(|part| part.as_os_str() == "fixtures") {
            samples.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
}

/// Collects the places of a document, from the outside to the inside. Only the first item of each list is visited.
fn walk(value: &Value, here: &mut Vec<String>, places: &mut Vec<Vec<String>>) {
    places.push(here.clone());
    let children: Vec<(String, &Value)> = match value {
        Value::Array(items) => items.first().map(|item| ("/0".to_owned(), item)).into_iter().collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (format!("/{name}"), value)).collect(),
        _ => Vec::new(),
    };
    for (step, value) in children {
        here.push(step);
        walk(value, here, places);
        here.pop();
    }
}

fn at<'v>(value: &'v Value, place: &[String]) -> Option<&'v Value> {
    value.pointer(&place.concat())
}

fn at_mut<'v>(value: &'v mut Value, place: &[String]) -> Option<&'v mut Value> {
    value.pointer_mut(&place.concat())
}

fn strings(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() < 60 => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, texts)),
        Value::Object(fields) => fields.values().for_each(|value| strings(value, texts)),
        _ => {}
    }
}

/// Makes a document in which one place is filled with `item`: a field if the place is an object, otherwise a list item.
fn filled(name: &str, document: &Value, place: &[String], item: &str, around: &Around) -> Option<Call> {
    const MARK: &str = "-fill-";
    let mut document = document.clone();
    let value = at_mut(&mut document, place)?;
    let (mut open, close) = ("[".to_owned(), if value.is_object() { '}' } else { ']' });
    if let Some(fields) = value.as_object() {
        open = Value::Object(fields.clone()).to_string();
        open.pop();
        open.push_str(if fields.is_empty() { "" } else { "," });
    }
    *value = Value::String(MARK.to_owned());
    let text = document.to_string();
    let (head, tail) = text.split_once(&format!("\"{MARK}\""))?;
    Some(Call {
        name: name.to_owned(),
        place: place.concat(),
        around: around.clone(),
        head: format!("{head}{open}"),
        piece: item.to_owned(),
        between: ",",
        tail: format!("{close}{tail}"),
    })
}
