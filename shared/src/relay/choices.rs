//! Which of the offered choices a contact made: what the writing side waits for comes back beside the contact's words,
//! and a number of a list as the line of that number.

use super::Message;
use crate::{
    adapter::{Link, Offered, Progress},
    model::{
        features::Support,
        fit,
        message::{Button, Choice, Details, Part, PartKind},
    },
    store::Direction,
};

/// The limits of what is remembered: the number of choices, and the bytes of all their texts.
const CHOICES: usize = 100;
const BYTES: usize = 16_000;
/// From how many characters on the beginning of a text is the whole: channels cut what is on a button.
const BEGINNING: usize = 12;

/// Returns what a contact has been offered once a message with these parts has reached them.
pub(super) fn offered(parts: &[Part], before: Option<Offered>) -> Option<Offered> {
    let buttons = parts.iter().flat_map(|part| match part {
        Part::Buttons { buttons } => buttons.iter().collect(),
        Part::Carousel { cards } => cards.iter().flat_map(|card| &card.buttons).collect(),
        _ => Vec::new(),
    });
    let mut left = BYTES;
    let choices = buttons.filter_map(|button| match button {
        Button::Reply { label, text, payload } => {
            Some(Choice { label: label.clone(), text: text.clone(), payload: payload.clone() })
        }
        Button::Link { .. } => None,
    });
    let fits = |choice: &Choice| {
        let bytes = choice.label.len() + choice.text.len() + choice.payload.as_ref().map_or(0, String::len);
        left = left.saturating_sub(bytes);
        left > 0
    };
    let choices: Vec<Choice> = choices.take(CHOICES).take_while(fits).collect();
    match choices.is_empty() {
        false => Some(Offered { choices, is_newest: true }),
        true => before.map(|before| Offered { is_newest: false, ..before }),
    }
}

/// Returns the choice that a text makes, and whether the text is its number in a list.
fn made<'o>(offered: &'o Offered, said: &str, has_numbers: bool) -> Option<(&'o Choice, bool)> {
    let said = said.trim();
    let is_same = |text: &str| text.trim().to_lowercase() == said.to_lowercase();
    let begins = |text: &str| {
        let said = said.trim_end_matches(['…', '.']);
        said.chars().count() >= BEGINNING && text.trim().starts_with(said)
    };
    let choices = &offered.choices;
    let by_text = choices.iter().find(|choice| is_same(&choice.label) || is_same(&choice.text));
    let by_text = by_text.or_else(|| choices.iter().find(|choice| begins(&choice.label) || begins(&choice.text)));
    if let Some(choice) = by_text {
        return Some((choice, false));
    }
    let number = said.trim_end_matches(['.', ')']).parse::<usize>().ok()?.checked_sub(1)?;
    Some((choices.get(number).filter(|_| has_numbers && offered.is_newest)?, true))
}

impl Message<'_> {
    /// Returns the details of a contact's message, with the choice that it makes. The choice is stored in `progress`, so
    /// that every attempt tells the same.
    pub(super) fn with_choice(&self, link: &Link, progress: &mut Progress) -> Details {
        let mut details = self.details.clone();
        let is_contacts = self.direction == Direction::Inbound && !self.echo;
        if let (true, None, Some(offered), [Part::Text { text }]) =
            (is_contacts, &details.choice, &link.offered, self.parts)
        {
            let buttons = self.open.channel.features_for(&self.contact.id).support(PartKind::Buttons);
            let made = made(offered, text, buttons != Support::Exact);
            progress.choice = progress.choice.take().or_else(|| made.map(|(choice, _)| choice.clone()));
        }
        details.choice = details.choice.or_else(|| progress.choice.clone());
        details
    }

    /// Returns the parts as people read them at a helpdesk that shows neither the choice nor the writer itself: a number
    /// is followed by the words of its choice, and the writer's name stands before the text. `None` if nothing changes.
    pub(super) fn as_people_read(&self, parts: &[Part], details: &Details) -> Option<Vec<Part>> {
        if self.direction != Direction::Inbound || self.echo || self.open.helpdesk.features().details {
            return None;
        }
        let mut shown = parts.to_vec();
        if let (Some(choice), [Part::Text { text }]) = (&details.choice, shown.as_mut_slice()) {
            let number = text.trim().trim_end_matches(['.', ')']);
            if number.parse::<usize>().is_ok() && !choice.label.trim().eq_ignore_ascii_case(number) {
                *text = format!("{number}. {}", choice.label);
            }
        }
        if let Some(writer) = &details.writer {
            shown = fit::written_by(writer.shown(), shown);
        }
        (shown != parts).then_some(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(label: &str, payload: &str) -> Choice {
        Choice { label: label.into(), text: label.into(), payload: Some(payload.into()) }
    }

    #[test]
    fn a_choice_is_known_by_its_words_and_its_number_only_while_the_list_is_the_newest() {
        let choices = vec![choice("Yes", "y"), choice("No", "n"), choice("Something else entirely", "other")];
        let newest = Offered { choices: choices.clone(), is_newest: true };
        let older = Offered { choices, is_newest: false };
        let payload = |offered: &Offered, said: &str, has_numbers| {
            made(offered, said, has_numbers).map(|(choice, _)| choice.payload.clone().unwrap_or_default())
        };
        for (said, expected) in [
            ("Yes", Some("y")),
            (" no ", Some("n")),
            ("Something else …", Some("other")),
            ("2", Some("n")),
            ("3.", Some("other")),
            ("0", None),
            ("4", None),
            ("Yes, please", None),
            ("Some", None),
        ] {
            assert_eq!(payload(&newest, said, true).as_deref(), expected, "{said}");
        }
        assert_eq!(payload(&newest, "2", false), None);
        assert_eq!(payload(&older, "2", true), None);
        assert_eq!(payload(&older, "no", true).as_deref(), Some("n"));
    }

    #[test]
    fn what_was_offered_stays_until_something_else_is() {
        let reply = |label: &str| Button::Reply { label: label.into(), text: label.into(), payload: None };
        let buttons = [Part::text("?"), Part::Buttons { buttons: vec![reply("Yes"), reply("No")] }];
        let first = offered(&buttons, None).unwrap();
        assert_eq!((first.choices.len(), first.is_newest), (2, true));
        let later = offered(&[Part::text("or call us")], Some(first)).unwrap();
        assert_eq!((later.choices.len(), later.is_newest), (2, false));
        assert_eq!(offered(&[Part::text("hello")], None), None);
        let long = vec![Button::Reply { label: "x".repeat(BYTES), text: String::new(), payload: None }];
        assert_eq!(offered(&[Part::Buttons { buttons: long }], None), None);
    }
}
