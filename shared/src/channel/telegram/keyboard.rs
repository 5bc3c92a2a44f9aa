//! Buttons under a message (<https://core.telegram.org/bots/api#inlinekeyboardmarkup>).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::model::{
    features::{TextLimit, TextUnit},
    message::Button,
    text,
};

/// The maximum number of buttons on a keyboard.
const BUTTONS: usize = 100;
/// The maximum length, in characters, of two labels that stand side by side.
const NARROW: usize = 14;
/// The maximum length of a label.
const LABEL: TextLimit = TextLimit { max: 200, unit: TextUnit::Chars };
/// The maximum length of the data that a button sends back.
const DATA: TextLimit = TextLimit { max: 64, unit: TextUnit::Bytes };

/// The keyboard for a list of choices.
#[derive(Debug)]
pub(super) struct Layout {
    /// The `reply_markup`; `None` if the keyboard would be empty.
    pub(super) markup: Option<Value>,
    /// The buttons that Telegram would not accept, in order.
    pub(super) others: Vec<Button>,
}

/// Arranges short replies two in a row and all other buttons across the whole width. A reply without any text is left
/// out.
pub(super) fn layout(buttons: &[Button]) -> Layout {
    let mut used = BTreeSet::new();
    let mut rows: Vec<Vec<Value>> = Vec::new();
    let mut others = Vec::new();
    let mut is_open = false;
    for (index, button) in buttons.iter().filter(|button| says_something(button)).enumerate() {
        if index >= BUTTONS || matches!(button, Button::Link { url, .. } if !is_link(url)) {
            others.push(button.clone());
            continue;
        }
        let is_narrow = matches!(button, Button::Reply { label, .. } if label.chars().count() <= NARROW);
        let key = key(button, &mut used);
        match rows.last_mut().filter(|_| is_open && is_narrow) {
            Some(row) => {
                row.push(key);
                is_open = false;
            }
            None => {
                rows.push(vec![key]);
                is_open = is_narrow;
            }
        }
    }
    Layout { markup: (!rows.is_empty()).then(|| json!({"inline_keyboard": rows})), others }
}

fn says_something(button: &Button) -> bool {
    match button {
        Button::Reply { label, text, .. } => !(label.trim().is_empty() && text.trim().is_empty()),
        Button::Link { .. } => true,
    }
}

/// Returns whether Telegram can open this link: Telegram requires a real host.
pub(super) fn is_link(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| host.contains('.'))
    })
}

fn key(button: &Button, used: &mut BTreeSet<String>) -> Value {
    let filled =
        |text: &str, other: &str| text::truncate(if text.trim().is_empty() { other } else { text }, LABEL).into_owned();
    match button {
        Button::Reply { label, text, .. } => {
            let label = filled(label, text);
            json!({"text": label, "callback_data": data(if text.trim().is_empty() { &label } else { text }, used)})
        }
        Button::Link { label, url } => json!({"text": filled(label, url), "url": url}),
    }
}

/// Returns the data that a button sends back: the button's text, cut if it is too long. Each button's data is unique,
/// because the pressed button is found by it.
fn data(text: &str, used: &mut BTreeSet<String>) -> String {
    let mut data = text::truncate(text, DATA).into_owned();
    let mut number = 1;
    while !used.insert(data.clone()) {
        number += 1;
        let short = text::truncate(text, TextLimit { max: DATA.max.saturating_sub(4), ..DATA });
        data = format!("{short}#{number}");
    }
    data
}
