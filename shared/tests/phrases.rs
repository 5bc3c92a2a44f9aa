//! Tests of what adapters say to people: every text of theirs has a phrase in each language, and every phrase is used.
#![expect(clippy::unwrap_used, reason = "a test that cannot read the repository has failed")]

use std::{collections::BTreeSet, path::Path};

use byoc::{
    adapter::{Adapter, settings::API_URL},
    channel::CHANNELS,
    helpdesk::HELPDESKS,
    tools::{language::Language, phrases::Catalogue},
};

mod source;

use self::source::{literals, root};

/// Kinds whose adapter is in the folder of another kind.
const GUESTS: &[(&str, &str)] = &[("apple", "bird"), ("instagram", "messenger")];

/// Texts that no phrase translates, each with the file that holds it: the words of vendors by which adapters recognize
/// an answer, what only programs and developers read, and what stands in a message for something that it has.
#[rustfmt::skip]
const UNSAID: &[(&str, &[&str])] = &[
    ("channel/custom/parse.rs", &[
        "a number from 1 to 200", "a list of at most 500 lines",
    ]),
    ("channel/line/classify.rs", &[
        "Invalid reply token", "retry key", "Failed to send messages", "webhook endpoint", "monthly limit",
    ]),
    ("channel/messagebird/calls.rs", &[
        "AccessKey {}",
    ]),
    ("channel/messagebird/mod.rs", &[
        "curl https://conversations.messagebird.com/v1/webhooks -H 'Authorization: AccessKey YOUR_ACCESS_KEY' -H 'Content-Type: application/json' -d '{body}'",
    ]),
    ("channel/messenger/classify.rs", &[
        "allowed window", "isn't receiving messages", "isn’t receiving messages", "not receiving messages",
    ]),
    ("channel/messenger/instagram.rs", &[
        "allowed window", "isn't receiving messages", "isn’t receiving messages", "not receiving messages",
    ]),
    ("channel/rcs/parse.rs", &[
        "an event",
    ]),
    ("channel/telegram/classify.rs", &[
        "chat not found", "user not found", "have no rights to send a message", "business connection not found",
        "not enough rights", "message thread not found", "blocked by the user", "user is deactivated",
        "can't initiate conversation", "was kicked", "message text is empty", "message is too long",
        "caption is too long", "can't parse entities", "file is too big", "wrong file_id",
        "file is temporarily unavailable", "wrong HTTP URL", "failed to get HTTP URL content",
        "wrong type of the web page content", "bad webhook",
    ]),
    ("channel/template.rs", &[
        "button{number}=<end of the link>", "/template {name} {}",
    ]),
    ("channel/twilio/classify.rs", &[
        "/template {} {}",
    ]),
    ("channel/viber/classify.rs", &[
        "> HttpResponse[HTTP/",
    ]),
    ("channel/viber/parse.rs", &[
        "the name of an event", "empty link",
    ]),
    ("channel/whatsapp/parse.rs", &[
        "\\n{quantity} × {product} ({price} {currency})",
    ]),
    ("helpdesk/deskie/answers.rs", &[
        "without a key", "without a title",
    ]),
    ("helpdesk/deskie/classify.rs", &[
        "rate limit",
    ]),
    ("helpdesk/freshchat/classify.rs", &[
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT",
        "not the latest conversation", "fragment not supported", "channel not found",
    ]),
    ("helpdesk/freshchat/profile.rs", &[
        "{} user",
    ]),
];

/// The adapters of one folder, and its files.
struct Folder {
    path: String,
    adapters: Vec<&'static dyn Adapter>,
}

fn folders() -> Vec<Folder> {
    let channels: Vec<_> = CHANNELS.iter().map(|(kind, channel)| (*kind, *channel as &dyn Adapter)).collect();
    let helpdesks: Vec<_> = HELPDESKS.iter().map(|(kind, helpdesk)| (*kind, *helpdesk as &dyn Adapter)).collect();
    let folder = |kind: &'static str| GUESTS.iter().find(|(guest, _)| *guest == kind).map_or(kind, |(_, host)| host);
    let mut found = Vec::new();
    for (side, adapters) in [("channel", &channels), ("helpdesk", &helpdesks)] {
        let names: BTreeSet<&str> = adapters.iter().map(|(kind, _)| folder(kind)).collect();
        for name in names {
            let own = adapters.iter().filter(|(kind, _)| folder(kind) == name).map(|(_, adapter)| *adapter).collect();
            found.push(Folder { path: format!("{side}/{name}"), adapters: own });
        }
        found.push(Folder { path: side.to_owned(), adapters: adapters.iter().map(|(_, adapter)| *adapter).collect() });
    }
    let of_own_api = [&channels, &helpdesks].into_iter().flatten().filter(|(kind, _)| *kind == "custom");
    found.push(Folder { path: "adapter/own_api".to_owned(), adapters: of_own_api.map(|(_, it)| *it).collect() });
    found
}

/// Returns the path and the texts of every file in a folder in which adapters speak to people. What the parsers of
/// helpdesks say goes to those who program the caller.
fn files(folder: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(root().join("shared/src").join(folder)).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let is_source = Path::new(name).extension().is_some_and(|extension| extension == "rs");
        let is_for_programs = matches!(name, "tests.rs" | "wire.rs" | "phrases.rs")
            || !folder.starts_with("channel") && matches!(name, "parse.rs" | "form.rs");
        if is_source && !is_for_programs {
            let source = std::fs::read_to_string(&path).unwrap();
            found.push((format!("{folder}/{name}"), literals(&source).into_iter().filter_map(said).collect()));
        }
    }
    found
}

/// Returns the text of a literal that may be a sentence or a part of one: it has several words, not all of them
/// arguments.
fn said(literal: &str) -> Option<String> {
    let mut lines = literal.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    let text = lines.fold(first, |text, line| text + line.trim_start()).replace("\\\"", "\"");
    let text = text.trim_start_matches([':', ';']).trim();
    let own = text.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, own)| own));
    let is_sentence = text.contains(' ') && own.collect::<String>().contains(|c: char| c.is_ascii_lowercase());
    is_sentence.then(|| text.to_owned())
}

/// Returns a text with something in place of each of its arguments.
fn filled(text: &str, vendor: &str, with: impl Fn(&str) -> String) -> String {
    let mut pieces = text.split('{');
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('}').unwrap_or_default();
        filled += &if name == "vendor" { vendor.to_owned() } else { with(name) };
        filled += rest;
    }
    filled
}

/// Returns the English texts of the phrases that a text needs, or `None` if there is no such phrase and no sentence of
/// the bridge either.
fn phrases_of(text: &str, catalogue: &Catalogue) -> Option<Vec<&'static str>> {
    let named = filled(text, catalogue.vendor, |name| format!("‹{name}›"));
    let without = filled(text, catalogue.vendor, |_| String::new());
    let found: Vec<&str> = [&named, &without].into_iter().filter_map(|it| Some(catalogue.find(it)?.english)).collect();
    let is_sentence = Language::German.translate(&named) != named;
    (catalogue.find(&named).is_some() || is_sentence).then_some(found)
}

/// Returns the texts that an adapter shows for reading only, in the documents of this project.
fn documented(adapter: &dyn Adapter) -> BTreeSet<String> {
    let features = adapter.features();
    features.parts.iter().map(|part| format!("{part:?}")).chain([format!("{:?}", features.title)]).collect()
}

#[test]
fn every_text_of_an_adapter_has_a_phrase_and_every_phrase_is_used() {
    let (mut used, mut lacking, mut unsaid) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    for folder in folders() {
        for adapter in &folder.adapters {
            let helps = adapter.settings().iter().map(|setting| setting.help);
            let notices = adapter.features().notices.iter().flat_map(|notice| [notice.cause, notice.fix]);
            for text in helps.chain(notices).chain([API_URL.help]) {
                match phrases_of(text, adapter.phrases()) {
                    Some(found) => used.extend(found),
                    None => lacking.push(format!("{}: {text}", folder.path)),
                }
            }
        }
        let documented: BTreeSet<String> = folder.adapters.iter().flat_map(|adapter| documented(*adapter)).collect();
        for (path, texts) in files(&folder.path) {
            let exempt = UNSAID.iter().find(|(file, _)| *file == path).map_or(&[][..], |(_, texts)| texts);
            for text in texts {
                let found = folder.adapters.iter().filter_map(|it| phrases_of(&text, it.phrases()));
                let found: Vec<_> = found.collect();
                let is_documented = documented.iter().any(|it| it.contains(&format!("{text:?}")));
                let is_name_of_call = text.ends_with("'s {call}") || text.ends_with("'s {method}");
                if let Some(exempt) = exempt.iter().find(|exempt| **exempt == text) {
                    unsaid.insert((path.clone(), *exempt));
                } else if found.is_empty() && !is_documented && !is_name_of_call {
                    lacking.push(format!("{path}: {text}"));
                }
                used.extend(found.into_iter().flatten());
            }
        }
    }
    assert!(lacking.is_empty(), "these texts have no phrase in the folder's phrases.rs: {lacking:#?}");
    let all = UNSAID.iter().flat_map(|(path, texts)| texts.iter().map(move |text| ((*path).to_owned(), *text)));
    let gone: Vec<_> = all.filter(|exempt| !unsaid.contains(exempt)).collect();
    assert!(gone.is_empty(), "no source holds these texts any more: {gone:#?}");
    let unused: BTreeSet<&str> = phrases().map(|(_, english, _)| english).filter(|it| !used.contains(it)).collect();
    assert!(unused.is_empty(), "no source says what these phrases translate: {unused:#?}");
}

/// Returns the vendor, the English text and the other languages of every phrase.
fn phrases() -> impl Iterator<Item = (&'static str, &'static str, [&'static str; 6])> {
    let adapters = folders().into_iter().flat_map(|folder| folder.adapters);
    let of = |adapter: &'static dyn Adapter| {
        let Catalogue { vendor, tables } = adapter.phrases();
        tables.iter().copied().flatten().map(move |phrase| (*vendor, phrase.english, phrase.others))
    };
    adapters.flat_map(of)
}

/// Returns the names of the arguments of a text.
fn arguments(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

#[test]
fn a_phrase_has_the_same_arguments_in_each_language() {
    let mut wrong = BTreeSet::new();
    for (_, english, others) in phrases() {
        for (language, other) in Language::OTHERS.into_iter().zip(others) {
            let is_same = arguments(english) == arguments(other);
            let is_clean = other.trim() == other && !other.contains("  ") && !other.is_empty();
            let is_copy = english == other && english.split_whitespace().count() > 3;
            let names = |text: &str| text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
            if !is_same || !is_clean || is_copy || names(english) != names(other) {
                wrong.insert(format!("{}: {english} / {other}", language.word()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_phrase_is_twice_in_a_catalogue() {
    for adapter in folders().into_iter().flat_map(|folder| folder.adapters) {
        let mut seen = BTreeSet::new();
        let catalogue = adapter.phrases();
        for phrase in catalogue.tables.iter().copied().flatten() {
            let english = phrase.english.replace("{vendor}", catalogue.vendor);
            assert!(seen.insert(english), "{}: {}", catalogue.vendor, phrase.english);
        }
    }
}
