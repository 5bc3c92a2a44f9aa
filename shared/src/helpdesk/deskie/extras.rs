//! What a new case gets besides its message, as the installation's settings say: group, priority, labels, language and
//! custom fields.

use serde_json::{Map, Value};

use super::{CUSTOM_FIELDS, GROUP_ID, LABELS, LANGUAGE_ID, PRIORITY, wire::Record};
use crate::{adapter::Account, model::message::Contact};

/// Adds the fields of a new case.
pub(super) fn fill(account: &Account<'_>, contact: &Contact, case: Record) -> Record {
    let number = |text: &str| text.parse::<u64>().ok();
    let language = account.setting(LANGUAGE_ID).and_then(|map| language(map, contact.language.as_deref()));
    case.with("group_id", account.setting(GROUP_ID).and_then(number))
        .with("priority", account.setting(PRIORITY))
        .with("language_id", language)
        .with("custom_fields", account.setting(CUSTOM_FIELDS).and_then(custom_fields))
        .with("labels", account.setting(LABELS).and_then(labels))
}

/// Returns whether the settings give new cases anything.
pub(super) fn are_set(account: &Account<'_>) -> bool {
    [GROUP_ID, PRIORITY, LABELS, LANGUAGE_ID, CUSTOM_FIELDS].iter().any(|name| account.setting(name).is_some())
}

/// Reads a list of numbers with commas between them.
pub(super) fn labels(text: &str) -> Option<Vec<u64>> {
    text.split(',').map(|label| label.trim().parse().ok()).collect()
}

/// Reads fields with their values, with semicolons between them.
pub(super) fn custom_fields(text: &str) -> Option<Map<String, Value>> {
    let field = |field: &str| {
        let (name, value) = field.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        let is_name = name.strip_prefix("cf_").is_some_and(|number| number.parse::<u64>().is_ok());
        is_name.then(|| (name.to_owned(), Value::from(value)))
    };
    text.split(';').filter(|piece| !piece.trim().is_empty()).map(field).collect()
}

/// Returns whether a text is the number of a language, or the numbers of several by their codes.
pub(super) fn is_language(text: &str) -> bool {
    text.parse::<u64>().is_ok() || text.split(',').all(|pair| pair_of(pair).is_some())
}

/// Returns the number of a contact's language: of the whole code, or else of its first part (`de` of `de-AT`).
fn language(text: &str, code: Option<&str>) -> Option<u64> {
    if let Ok(all) = text.parse() {
        return Some(all);
    }
    let code = code?.to_ascii_lowercase().replace('_', "-");
    let find = |wanted: &str| text.split(',').filter_map(pair_of).find(|(code, _)| code == wanted);
    find(&code).or_else(|| find(code.split('-').next()?)).map(|(_, number)| number)
}

fn pair_of(pair: &str) -> Option<(String, u64)> {
    let (code, number) = pair.split_once('=')?;
    Some((code.trim().to_ascii_lowercase().replace('_', "-"), number.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_are_lists_are_read() {
        assert_eq!(labels("101, 7"), Some(vec![101, 7]));
        assert_eq!([labels("a"), labels("1,,2")], [None, None]);
        let fields = custom_fields("cf_20=gold; cf_21 = a=b;").unwrap();
        assert_eq!(Value::from(fields), serde_json::json!({"cf_20": "gold", "cf_21": "a=b"}));
        assert_eq!([custom_fields("gold"), custom_fields("x_1=2")], [None, None]);
        for (text, is_good) in [("2", true), ("en=2, de=3", true), ("en", false), ("en=x", false)] {
            assert_eq!(is_language(text), is_good, "{text}");
        }
        let of = |code| language("en=2, de=3, pt-br=4", code);
        let rows = [(Some("de_AT"), Some(3)), (Some("pt-BR"), Some(4)), (Some("pt"), None), (None, None)];
        for (code, number) in rows {
            assert_eq!(of(code), number, "{code:?}");
        }
        assert_eq!(language("2", None), Some(2));
    }
}
