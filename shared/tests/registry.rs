//! What the registries of channels and helpdesks say, and what other places have to say after them.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use byoc::{adapter::Adapter, channel::CHANNELS, helpdesk::HELPDESKS, install::Wanted};
use serde_json::json;

/// Every kind of either side with the word for its side.
fn kinds() -> Vec<(&'static str, &'static str, &'static dyn Adapter)> {
    let channels = CHANNELS.iter().map(|(kind, channel)| ("channel", *kind, *channel as &dyn Adapter));
    let helpdesks = HELPDESKS.iter().map(|(kind, helpdesk)| ("helpdesk", *kind, *helpdesk as &dyn Adapter));
    channels.chain(helpdesks).collect()
}

#[test]
fn what_the_bridge_makes_is_a_secret_that_an_install_may_leave_out() {
    for (_, kind, adapter) in kinds() {
        for setting in adapter.settings() {
            let is_made = setting.made.is_some();
            assert!(!is_made || setting.secret && !setting.required, "{kind} {}", setting.name);
            assert!(is_made || !setting.internal && !setting.shown_once, "{kind} {}", setting.name);
        }
    }
}

#[test]
fn no_install_request_carries_what_is_between_the_bridge_and_the_platform() {
    let helpdesk = json!({
        "kind": "freshchat", "api_url": "https://acme.freshchat.com/v2", "token": "t", "channel_id": "7",
    });
    let internal = kinds().into_iter().flat_map(|(side, kind, adapter)| {
        let internal = adapter.settings().iter().filter(|setting| setting.internal);
        internal.map(move |setting| (side, kind, setting.name))
    });
    let internal: Vec<_> = internal.collect();
    assert!(!internal.is_empty());
    for (side, kind, name) in internal {
        let mut request = json!({ "helpdesk": helpdesk });
        request[side]["kind"] = kind.into();
        request[side][name] = "x".into();
        let refused = Wanted::from_post(&request, false).unwrap_err();
        assert_eq!(refused.code, "unknown_setting", "{kind} {name}: {}", refused.message);
    }
}

#[test]
fn every_kind_says_how_long_a_text_may_be() {
    for (_, kind, adapter) in kinds() {
        assert!(adapter.features().text.max > 0, "{kind}");
    }
}

/// The root of the repository.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What the sources outside the adapters' folders may quote although a kind or a setting has the same name, and where.
const OTHER_MEANINGS: &[(&str, &str)] = &[
    // The one setting that every kind takes.
    ("shared/src/adapter/settings.rs", "api_url"),
    // The word for a side.
    ("shared/src/", "channel"),
    // A value in a condition of the table.
    ("shared/src/store/", "from"),
];

/// Kinds whose names are ordinary words, which a message may say.
const ORDINARY: &[&str] = &["custom", "line"];

/// What a source quotes that an adapter alone should say: names of kinds, also inside a sentence, and of settings.
fn vendors_words(source: &str) -> BTreeSet<&str> {
    let kinds: Vec<&str> = kinds().iter().map(|(_, kind, _)| *kind).collect();
    let settings: Vec<&str> =
        kinds_settings().into_iter().map(|(_, name)| name).filter(|name| !kinds.contains(name)).collect();
    let mut found = BTreeSet::new();
    for literal in literals(source) {
        let words: Vec<String> =
            literal.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').map(str::to_ascii_lowercase).collect();
        let says = |kind: &str| match ORDINARY.contains(&kind) {
            true => literal == kind,
            false => words.iter().any(|word| word == kind),
        };
        found.extend(kinds.iter().copied().filter(|kind| says(kind)));
        found.extend(settings.iter().copied().filter(|setting| literal == *setting));
    }
    found
}

/// Every setting with the kind it belongs to.
fn kinds_settings() -> Vec<(&'static str, &'static str)> {
    let of = |(_, kind, adapter): (_, &'static str, &'static dyn Adapter)| {
        adapter.settings().iter().map(move |setting| (kind, setting.name))
    };
    kinds().into_iter().flat_map(of).collect()
}

/// The string literals of a source, without its comments and its module of tests.
fn literals(source: &str) -> Vec<&str> {
    let mut rest = source.split("\n#[cfg(test)]\nmod ").next().unwrap();
    let mut found = Vec::new();
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let from = &rest[at..];
        rest = if from.starts_with("//") {
            &from[from.find('\n').unwrap_or(from.len())..]
        } else if from.starts_with("'\"'") {
            &from[3..]
        } else if let Some(text) = from.strip_prefix('"') {
            let mut is_escaped = false;
            let end = text.find(|c| {
                let ends = c == '"' && !is_escaped;
                is_escaped = c == '\\' && !is_escaped;
                ends
            });
            let end = end.unwrap_or(text.len());
            found.push(&text[..end]);
            text.get(end + 1..).unwrap_or_default()
        } else {
            &from[1..]
        };
    }
    found
}

/// The sources below a folder, without adapters' folders and tests, by their path in the repository.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        if matches!(name, "channel" | "helpdesk" | "tests" | "tests.rs" | "testing.rs") {
            continue;
        }
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn only_an_adapters_folder_says_the_names_of_its_kind_and_settings() {
    let mut found = Vec::new();
    sources(&root().join("shared/src"), &mut found);
    for function in std::fs::read_dir(root().join("functions")).unwrap().map(|entry| entry.unwrap().path()) {
        sources(&function.join("src"), &mut found);
    }
    assert!(found.len() > 60, "{}", found.len());
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for (path, source) in &found {
        for word in vendors_words(source) {
            let meaning = OTHER_MEANINGS.iter().find(|(place, other)| path.starts_with(place) && *other == word);
            match meaning {
                Some(meaning) => _ = used.insert(meaning),
                None => wrong.push(format!("{path}: {word}")),
            }
        }
    }
    assert!(wrong.is_empty(), "an adapter's table should say this, see `Features` and `Setting`: {wrong:#?}");
    let unused: Vec<_> = OTHER_MEANINGS.iter().filter(|meaning| !used.contains(meaning)).collect();
    assert!(unused.is_empty(), "no source says this any more: {unused:?}");
}

#[test]
fn a_name_in_a_source_is_found_and_one_in_a_comment_or_a_test_is_not() {
    for (source, words) in [
        (r#"kind.unwrap_or("freshchat")"#, &["freshchat"][..]),
        (r#"settings.get("bot_token") // "viber""#, &["bot_token"]),
        (r#"let quote = '"'; f("In Viber, press \"Save\""); g("line")"#, &["line", "viber"]),
        (r#"/// Not "telegram" and no line of a custom app."#, &[]),
        (r#"f("a line of a custom text", "my bot_token", "viberation")"#, &[]),
        ("f();\n#[cfg(test)]\nmod tests { \"viber\" }", &[]),
    ] {
        assert_eq!(vendors_words(source).into_iter().collect::<Vec<_>>(), words, "{source}");
    }
}
