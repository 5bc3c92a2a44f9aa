//! Cards side by side
//! (<https://developers.viber.com/docs/api/rest-bot-api/#rich-media-message--carousel-content-message>).

use super::{
    keyboard::{LABEL, escaped, is_link, key, works},
    wire::{Content, Key, RichMedia},
};
use crate::model::{
    features::{TextLimit, TextUnit},
    fit,
    message::{Button, Card},
    text,
};

/// The columns of a card. Cells flow from one card into the next, so each card must fill its columns and [`ROWS`]
/// exactly.
const COLUMNS: u8 = 6;
/// The rows of a card; see [`COLUMNS`].
const ROWS: u8 = 7;
/// The maximum number of cards in a message.
const CARDS: usize = 6;
/// The maximum number of buttons on a card, which leaves two rows for the card's picture and text.
const BUTTONS: usize = 5;
/// The maximum length of the text for Viber versions that show no cards.
const ALTERNATIVE: TextLimit = TextLimit { max: 7_000, unit: TextUnit::Chars };

/// Returns the cards in groups, each with the message that shows it, or with `None` if the group must become text.
pub(super) fn contents(cards: &[Card]) -> Vec<(Option<Content>, &[Card])> {
    let fits = |card: &Card| cells(card).is_some();
    cards
        .chunk_by(|one, next| fits(one) == fits(next))
        .flat_map(|run| run.chunks(CARDS))
        .map(|group| (content(group), group))
        .collect()
}

fn content(cards: &[Card]) -> Option<Content> {
    let buttons: Vec<Key> = cards.iter().map(cells).collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
    let plain = fit::plain_cards(cards);
    Some(Content::RichMedia {
        alt_text: text::truncate(&plain, ALTERNATIVE).into_owned(),
        rich_media: RichMedia {
            kind: "rich_media",
            buttons_group_columns: COLUMNS,
            buttons_group_rows: ROWS,
            bg_color: "#FFFFFF",
            buttons,
        },
    })
}

/// Returns the cells of a card from top to bottom: its picture, its text, its buttons.
fn cells(card: &Card) -> Option<Vec<Key>> {
    let words = words(card);
    let is_shown = words.as_ref().is_none_or(|words| words.chars().count() <= LABEL)
        && card.image.as_deref().is_none_or(is_link)
        && card.buttons.len() <= BUTTONS
        && card.buttons.iter().all(works)
        && (words.is_some() || card.image.is_some());
    if !is_shown {
        return None;
    }
    let free = ROWS.checked_sub(u8::try_from(card.buttons.len()).ok()?)?;
    let text_rows = match (&words, &card.image) {
        (None, _) => 0,
        (Some(_), None) => free,
        (Some(_), Some(_)) if free >= 4 => 2,
        (Some(_), Some(_)) => 1,
    };
    let link = card.buttons.iter().find_map(|button| match button {
        Button::Link { url, .. } => Some(url.as_str()),
        Button::Reply { .. } => None,
    });
    let mut cells = Vec::new();
    if let Some(image) = &card.image {
        cells.push(Key { image: Some(image.clone()), ..cell(free - text_rows, link) });
    }
    if let Some(words) = words {
        let text_h_align = Some("left");
        cells.push(Key { text: Some(words), text_size: Some("regular"), text_h_align, ..cell(text_rows, link) });
    }
    cells.extend(card.buttons.iter().map(|button| key(button, COLUMNS)));
    Some(cells)
}

/// Returns a cell that opens the card's link, if the card has one.
fn cell(rows: u8, link: Option<&str>) -> Key {
    Key {
        columns: COLUMNS,
        rows,
        action_type: if link.is_some() { "open-url" } else { "none" },
        action_body: link.unwrap_or("none").to_owned(),
        text: None,
        text_size: None,
        text_h_align: None,
        image: None,
        silent: true,
    }
}

fn words(card: &Card) -> Option<String> {
    let given = |text: &Option<String>| text.as_deref().filter(|text| !text.trim().is_empty()).map(escaped);
    match (given(&card.title), given(&card.text)) {
        (None, None) => None,
        (Some(title), None) => Some(format!("<b>{title}</b>")),
        (None, Some(text)) => Some(text),
        (Some(title), Some(text)) => Some(format!("<b>{title}</b><br>{text}")),
    }
}
