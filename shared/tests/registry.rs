//! Tests of the registries of channels and helpdesks, and of the documents and sources that must agree with them.
#![expect(clippy::unwrap_used, reason = "a test that cannot read the repository has failed")]

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use byoc::{
    adapter::{
        Adapter,
        settings::{API_URL, Form, Setting},
    },
    channel::CHANNELS,
    helpdesk::{HELPDESKS, helpdesk, of_marketplace},
    install::Wanted,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

mod source;

use self::source::{literals, product, root};

/// Returns every kind of both sides, each with the word for its side.
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

/// Names of kinds and settings that sources outside the adapters' folders may quote because they also mean something
/// else, each with the path where this is allowed.
const OTHER_MEANINGS: &[(&str, &str)] = &[
    // The only setting that every kind accepts.
    ("shared/src/adapter/settings.rs", "api_url"),
    // The word for a side.
    ("shared/src/", "channel"),
    // A value in a condition for the table.
    ("shared/src/store/", "from"),
];

/// The kinds whose names are ordinary words, which a message may contain.
const ORDINARY_WORDS: &[&str] = &["custom", "line"];

/// Returns the names that a source quotes although only an adapter should: names of kinds, even inside a sentence, and
/// names of settings.
fn quoted_names(source: &str) -> BTreeSet<&str> {
    let kinds: Vec<&str> = kinds().iter().map(|(_, kind, _)| *kind).collect();
    let settings: Vec<&str> =
        kinds_settings().into_iter().map(|(_, name)| name).filter(|name| !kinds.contains(name)).collect();
    let mut found = BTreeSet::new();
    for literal in literals(source) {
        let words: Vec<String> =
            literal.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').map(str::to_ascii_lowercase).collect();
        let says = |kind: &str| match ORDINARY_WORDS.contains(&kind) {
            true => literal == kind,
            false => words.iter().any(|word| word == kind),
        };
        found.extend(kinds.iter().copied().filter(|kind| says(kind)));
        found.extend(settings.iter().copied().filter(|setting| literal == *setting));
    }
    found
}

/// Returns every setting with its kind.
fn kinds_settings() -> Vec<(&'static str, &'static str)> {
    let of = |(_, kind, adapter): (_, &'static str, &'static dyn Adapter)| {
        adapter.settings().iter().map(move |setting| (kind, setting.name))
    };
    kinds().into_iter().flat_map(of).collect()
}

/// Collects the sources below a folder with their paths in the repository, without the adapters' folders and tests.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        // The vendors' folders, the registries, and what several vendors share.
        let side = folder.file_name().is_some_and(|name| name == "channel" || name == "helpdesk");
        let is_vendors = side && (path.is_dir() || matches!(name, "mod.rs" | "meta.rs" | "phrases.rs"));
        if is_vendors || matches!(name, "tests" | "tests.rs" | "testing" | "testing.rs") {
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
        for word in quoted_names(source) {
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
        assert_eq!(quoted_names(source).into_iter().collect::<Vec<_>>(), words, "{source}");
    }
}

/// The pieces of text that pages may hold in every language: the product's name and units.
const SAME_EVERYWHERE: [&str; 4] = ["BYOC", " · BYOC", " ms", " s"];

/// Returns the literals in the `html!` blocks of a source that people read: the content of elements, and the attributes
/// that browsers show or read out. What stands in parentheses is code.
fn shown_literals(source: &str) -> Vec<&str> {
    let source = product(source);
    let mut found = Vec::new();
    for block in source.split("html! {").skip(1) {
        let (mut braces, mut parentheses, mut before, mut at) = (vec![true], 0_i32, "", 0);
        while let Some(c) = block.get(at..).and_then(|rest| rest.chars().next()) {
            let rest = block.get(at + c.len_utf8()..).unwrap_or_default();
            let mut taken = c.len_utf8();
            match c {
                // A brace behind an equals sign holds the value of an attribute.
                '{' => braces.push(!before.ends_with('=')),
                '}' => drop(braces.pop()),
                '(' | '[' => parentheses += 1,
                ')' | ']' => parentheses -= 1,
                '/' if rest.starts_with('/') => taken = rest.find('\n').map_or(block.len() - at, |end| end + 1),
                '"' => {
                    let literal = rest.split('"').next().unwrap_or_default();
                    taken += literal.len() + 1;
                    let is_content = !before.ends_with('=') && braces.last() == Some(&true);
                    let is_shown =
                        ["aria-label=", "title=", "alt=", "placeholder="].iter().any(|it| before.ends_with(it));
                    let letters = literal.chars().filter(|c| c.is_alphabetic()).count();
                    if parentheses == 0 && (is_content || is_shown) && letters > 0 {
                        found.push(literal);
                    }
                }
                _ => {}
            }
            if braces.is_empty() {
                break;
            }
            at += taken;
            before = block.get(..at).unwrap_or_default().trim_end();
        }
    }
    found
}

#[test]
fn no_page_says_anything_outside_the_table_of_sentences() {
    let mut sources = Vec::new();
    self::sources(&root().join("shared/src/web"), &mut sources);
    assert!(sources.len() > 4, "{}", sources.len());
    for (path, source) in &sources {
        let shown: Vec<&str> =
            shown_literals(source).into_iter().filter(|literal| !SAME_EVERYWHERE.contains(literal)).collect();
        assert_eq!(shown, Vec::<&str>::new(), "{path}");
    }
}

#[test]
fn a_literal_on_a_page_is_found_and_one_in_code_is_not() {
    let source = r##"fn page() { html! {
        p .note title="Hint" { "Hello" @if let Some("true") = it { b { "there" } } } // "not this"
        input id={ "key_" (field) } type="text" value=(if it { "a" } else { "b" });
        @for (name, text) in [("rotate", Sentence::Done)] { (text) " · " "5" }
    } } fn other() { "no page" }"##;
    assert_eq!(shown_literals(source), ["Hint", "Hello", "there"]);
}

/// A field of the Marketplace app's settings page.
#[derive(Clone, Debug, Serialize)]
struct Field {
    name: &'static str,
    help: &'static str,
    required: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    secret: bool,
    /// Whether the bridge makes the value when the field stays empty.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    made: bool,
    /// Whether the value is the topic, for which the page shows a list.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    topic: bool,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<&'static [&'static str]>,
}

impl Field {
    fn of(setting: &'static Setting) -> Self {
        let (r#type, max, options) = match setting.form {
            Form::Text(max) => ("text", Some(max), None),
            Form::Url => ("url", None, None),
            Form::Token => ("text", None, None),
            Form::Key => ("paragraph", None, None),
            Form::Choice(words) => ("choice", None, Some(words)),
        };
        let Setting { name, help, required, secret, .. } = *setting;
        Self {
            name,
            help,
            required,
            secret,
            made: setting.made.is_some(),
            topic: setting.topic.is_some(),
            r#type,
            max,
            options,
        }
    }
}

/// The settings of a kind, as the page of the Marketplace app asks for them.
#[derive(Clone, Debug, Serialize)]
struct Kind {
    kind: &'static str,
    settings: Vec<Field>,
}

impl Kind {
    /// Lists the settings that a request may contain. What an install must provide comes first.
    fn of(kind: &'static str, adapter: &dyn Adapter) -> Self {
        let open = adapter.settings().iter().filter(|setting| !setting.internal);
        let (mut settings, optional): (Vec<_>, Vec<_>) = open.map(Field::of).partition(|field| field.required);
        settings.extend(optional);
        if settings.iter().all(|field| field.name != API_URL.name) {
            settings.push(Field::of(&API_URL));
        }
        Self { kind, settings }
    }
}

const FIELDS: &str = "infra/freshworks-app/config/assets/fields.js";

/// Returns the script that gives the settings of every kind to the page of the Marketplace app.
fn fields() -> String {
    let marketplace = of_marketplace().unwrap();
    let helpdesk = Kind::of(marketplace, helpdesk(marketplace).unwrap());
    let channels: Vec<Kind> = CHANNELS.iter().map(|(kind, channel)| Kind::of(kind, *channel)).collect();
    let fields = serde_json::to_string_pretty(&json!({ "helpdesk": helpdesk, "channels": channels })).unwrap();
    format!(
        "// Written from the adapters' settings by BYOC_UPDATE=1 cargo test -p byoc --test registry.\nconst FIELDS = \
         {fields};\n"
    )
}

/// Compares a file with the expected text, or writes the text if `BYOC_UPDATE` is set.
#[expect(clippy::disallowed_methods, reason = "this is no setting of the product")]
fn hold(path: &str, should_be: &str) {
    if std::env::var_os("BYOC_UPDATE").is_some() {
        std::fs::write(root().join(path), should_be).unwrap();
    } else {
        let found = std::fs::read_to_string(root().join(path)).unwrap();
        assert_eq!(found, should_be, "{path} is stale: BYOC_UPDATE=1 cargo test -p byoc --test registry");
    }
}

#[test]
fn the_marketplaces_page_offers_every_channel_with_every_setting() {
    hold(FIELDS, &fields());
}

#[test]
fn the_bridge_takes_what_the_marketplaces_page_sends() {
    let marketplace = of_marketplace().unwrap();
    let filled = |kind: Kind| {
        let fields = kind.settings.into_iter().map(|field| {
            let value = match field.options {
                Some(words) => words[0],
                None if field.r#type == "url" => "https://vendor.example/v2",
                None => "x",
            };
            (field.name.to_owned(), json!(value))
        });
        fields.chain([("kind".to_owned(), json!(kind.kind))]).collect::<Map<String, Value>>()
    };
    for (kind, channel) in CHANNELS {
        let sent = json!({
            "helpdesk": filled(Kind::of(marketplace, helpdesk(marketplace).unwrap())),
            "channel": filled(Kind::of(kind, *channel)),
            "settings": {
                "on_resolved": "new", "agent_name": true, "relay_bot_messages": true, "marketplace": true,
            },
        });
        // A flat form shows the fields of every kind, and sends those of other kinds empty.
        let all = CHANNELS.iter().flat_map(|(kind, channel)| Kind::of(kind, *channel).settings);
        let mut flat: Map<String, Value> = all.map(|field| (format!("channel_{}", field.name), json!(""))).collect();
        for side in ["helpdesk", "channel"] {
            let given = sent[side].as_object().unwrap().iter();
            flat.extend(given.map(|(name, value)| (format!("{side}_{name}"), value.clone())));
        }
        for request in [sent, flat.into()] {
            let wanted = Wanted::from_post(&request, false);
            assert!(wanted.is_ok(), "{kind}: {}", wanted.unwrap_err().message);
        }
    }
}

#[test]
fn the_marketplaces_app_is_of_the_helpdesk_that_has_a_marketplace() {
    let marketplaces = HELPDESKS.iter().filter(|(_, helpdesk)| helpdesk.features().marketplace).count();
    assert_eq!(marketplaces, 1, "an event of the Marketplace that names no helpdesk must mean one");
    let manifest = std::fs::read_to_string(root().join("infra/freshworks-app/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let modules: BTreeSet<&str> = manifest["modules"].as_object().unwrap().keys().map(String::as_str).collect();
    let is_freshchats = |module: &&str| module.starts_with("chat_") || matches!(*module, "common" | "contact");
    assert!(modules.iter().all(is_freshchats), "{modules:?} should be modules of {}", of_marketplace().unwrap());
}

const README: &str = "README.md";
const TABLE: &str = "<!-- settings ";
const TABLE_END: &str = "<!-- /settings -->";

/// Returns the settings of a kind as a Markdown table for people.
fn settings_table(adapter: &dyn Adapter) -> String {
    let mut table = "| setting | | |\n|---|---|---|\n".to_owned();
    let is_usual = |setting: &Setting| setting.name == API_URL.name && !setting.required;
    for setting in adapter.settings().iter().filter(|setting| !setting.internal && !is_usual(setting)) {
        let facts = [
            (setting.required, "required"),
            (!setting.required, "optional"),
            (setting.secret, "secret"),
            (setting.made.is_some(), "made when absent"),
            (setting.shown_once, "shown once"),
        ];
        let facts: Vec<&str> = facts.into_iter().filter_map(|(holds, fact)| holds.then_some(fact)).collect();
        table += &format!("| `{}` | {} | {} |\n", setting.name, facts.join(", "), setting.help.replace('|', "\\|"));
    }
    table
}

/// Returns the path of the page of a kind.
fn page(side: &str, kind: &str) -> String {
    format!("docs/{side}s/{kind}.md")
}

#[test]
fn every_kind_has_a_page_with_its_settings() {
    let mut pages: Vec<String> = Vec::new();
    for (side, kind, adapter) in kinds() {
        let path = page(side, kind);
        let text = std::fs::read_to_string(root().join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert!(text.starts_with("# "), "{path} begins with its title");
        let begin = format!("{TABLE}{side} {kind} -->\n");
        let marks = "has one section between `<!-- settings <side> <kind> -->` and `<!-- /settings -->`";
        let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("{path} {marks}"));
        let (_, after) = rest.split_once(TABLE_END).unwrap_or_else(|| panic!("{path} {marks}"));
        hold(&path, &format!("{before}{begin}{}{TABLE_END}{after}", settings_table(adapter)));
        pages.push(path);
    }
    for side in ["channel", "helpdesk"] {
        for file in std::fs::read_dir(root().join(format!("docs/{side}s"))).unwrap() {
            let path = format!("docs/{side}s/{}", file.unwrap().file_name().to_string_lossy());
            assert!(pages.contains(&path), "{path} is the page of no kind");
        }
    }
}

#[test]
fn the_readme_lists_every_kind_near_its_start() {
    let readme = std::fs::read_to_string(root().join(README)).unwrap();
    for (side, chapter, registered) in [
        ("channel", "Channels", CHANNELS.iter().map(|(kind, _)| *kind).collect::<BTreeSet<_>>()),
        ("helpdesk", "Helpdesks", HELPDESKS.iter().map(|(kind, _)| *kind).collect()),
    ] {
        let row = readme.lines().find(|line| line.starts_with(&format!("| **{chapter}** |"))).unwrap();
        let links: BTreeSet<&str> = row.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        let pages: Vec<String> = registered.iter().map(|kind| page(side, kind)).collect();
        assert_eq!(links, pages.iter().map(String::as_str).collect(), "the links of {chapter} near the start");
        // The values of the option are in the parentheses after its name.
        let (_, rest) = readme.split_once(&format!("`--{side}` (")).unwrap();
        let options = rest.split(')').next().unwrap();
        let options: BTreeSet<&str> = options.split(", ").map(|option| option.trim_matches('`')).collect();
        assert_eq!(options, registered, "the values of `--{side}`");
    }
}

/// Returns the anchors that GitHub makes from the headings of a page.
fn anchors(text: &str) -> BTreeSet<String> {
    let anchor = |heading: &str| -> String {
        let kept = heading.trim().to_lowercase().replace(' ', "-");
        kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
    };
    text.lines().filter(|line| line.starts_with('#')).map(|line| anchor(line.trim_start_matches('#'))).collect()
}

#[test]
fn every_link_of_the_documentation_leads_somewhere() {
    let mut pages: Vec<PathBuf> = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].map(|page| root().join(page)).into();
    for folder in ["docs", "docs/channels", "docs/helpdesks"] {
        let files = std::fs::read_dir(root().join(folder)).unwrap().map(|file| file.unwrap().path());
        pages.extend(files.filter(|file| file.extension().is_some_and(|extension| extension == "md")));
    }
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            assert!(target.exists(), "{}: {link}", page.display());
            if !anchor.is_empty() {
                let there = anchors(&std::fs::read_to_string(&target).unwrap());
                assert!(there.contains(anchor), "{}: {link}", page.display());
            }
        }
    }
}

#[test]
fn every_adapter_spells_file_types_in_the_same_way() {
    use byoc::tools::file_type::{content_type_of, spelled};
    let channels = CHANNELS.iter().map(|(kind, channel)| (*kind, channel.features()));
    let helpdesks = HELPDESKS.iter().map(|(kind, helpdesk)| (*kind, helpdesk.features()));
    for (kind, features) in channels.chain(helpdesks) {
        for limit in features.media {
            for word in limit.accepted.iter().chain(limit.refused) {
                assert_eq!(spelled(word), *word, "{kind}");
            }
            for word in limit.accepted {
                assert_ne!(content_type_of(word), "application/octet-stream", "{kind}: {word}");
            }
        }
    }
}
