//! Buttons under a message (<https://developers.viber.com/docs/tools/keyboards/>).

use super::wire::{Key, Keyboard};
use crate::model::{
    features::{TextLimit, TextUnit},
    message::Button,
    text,
};

/// The maximum number of rows on a keyboard.
const ROWS: usize = 24;
/// The maximum length, in characters, of two labels that stand side by side.
const NARROW: usize = 14;
/// The maximum length of the text on a button, including its markup.
pub(super) const LABEL: usize = 250;

/// The keyboard for a list of choices.
#[derive(Debug)]
pub(super) struct Layout {
    /// The keyboard; `None` if it would be empty.
    pub(super) keyboard: Option<Keyboard>,
    /// The buttons that are on the keyboard.
    pub(super) shown: Vec<Button>,
    /// The buttons that are not, in order.
    pub(super) others: Vec<Button>,
}

/// Arranges short replies two in a row and all other buttons across the whole width. Buttons with an invalid link and
/// buttons below the last row go to `others`. A reply without any text is left out.
pub(super) fn layout(buttons: &[Button]) -> Layout {
    let (mut shown, mut others): (Vec<Button>, Vec<Button>) = buttons.iter().cloned().partition(works);
    let mut keys = Vec::new();
    let mut rest = shown.as_slice();
    for _ in 0..ROWS {
        let Some((first, behind)) = rest.split_first() else { break };
        match behind.split_first().filter(|(second, _)| is_narrow(first) && is_narrow(second)) {
            Some((second, behind)) => {
                keys.extend([key(first, 3), key(second, 3)]);
                rest = behind;
            }
            None => {
                keys.push(key(first, 6));
                rest = behind;
            }
        }
    }
    others.extend(rest.iter().cloned());
    others.retain(|button| matches!(button, Button::Link { .. }) || works(button));
    shown.truncate(keys.len());
    let keyboard = (!keys.is_empty()).then_some(Keyboard { kind: "keyboard", default_height: false, buttons: keys });
    Layout { keyboard, shown, others }
}

/// Returns whether a button does something, as Viber requires.
pub(super) fn works(button: &Button) -> bool {
    match button {
        Button::Reply { label, text, .. } => !(label.trim().is_empty() && text.trim().is_empty()),
        Button::Link { url, .. } => is_link(url),
    }
}

/// Returns whether Viber can open or show the link.
pub(super) fn is_link(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn is_narrow(button: &Button) -> bool {
    matches!(button, Button::Reply { label, .. } if label.chars().count() <= NARROW)
}

/// Returns a button that is one row high.
pub(super) fn key(button: &Button, columns: u8) -> Key {
    let filled = |text: &str, other: &str| if text.trim().is_empty() { other.to_owned() } else { text.to_owned() };
    let (action_type, action_body, label) = match button {
        Button::Reply { label, text, .. } => ("reply", filled(text, label), filled(label, text)),
        Button::Link { label, url } => ("open-url", url.clone(), filled(label, url)),
    };
    Key {
        columns,
        rows: 1,
        action_type,
        action_body,
        text: Some(escaped_within(&label, LABEL)),
        text_size: Some("regular"),
        text_h_align: None,
        image: None,
        silent: action_type == "open-url",
    }
}

/// Escapes a label, which is a small subset of HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Returns an escaped label of at most `most` characters, never cut inside an escape.
fn escaped_within(text: &str, most: usize) -> String {
    let mut max = most;
    loop {
        let label = escaped(&text::truncate(text, TextLimit { max, unit: TextUnit::Chars }));
        let over = label.chars().count().saturating_sub(most);
        if over == 0 {
            return label;
        }
        max = max.saturating_sub(over.div_ceil(5).max(1));
    }
}
