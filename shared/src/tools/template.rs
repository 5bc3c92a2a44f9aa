//! The templates of texts: reads the arguments out of a text, and fills them in.

use std::borrow::Cow;

/// The text of a sentence, cut at its arguments.
pub(super) struct Template<'t>(Vec<Piece<'t>>);

/// A piece of a template.
enum Piece<'t> {
    Text(String),
    Argument(&'t str),
}

impl<'t> Template<'t> {
    /// Cuts a template such as `{left} of {all} steps left`. Doubled braces are text.
    pub(super) fn of(template: &'t str) -> Self {
        Self::of_vendor(template, None)
    }

    /// Cuts a template in which the argument `vendor`, if there is one, is known.
    pub(super) fn of_vendor(template: &'t str, vendor: Option<&str>) -> Self {
        let mut pieces = Vec::new();
        let (mut text, mut rest) = (String::new(), template);
        while let Some((before, after)) = rest.split_once(['{', '}']) {
            text.push_str(before);
            let escaped = after.strip_prefix('{').map(|after| ('{', after));
            if let Some((brace, after)) = escaped.or_else(|| after.strip_prefix('}').map(|after| ('}', after))) {
                text.push(brace);
                rest = after;
            } else if let (Some(after), Some(vendor)) = (after.strip_prefix("vendor}"), vendor) {
                text.push_str(vendor);
                rest = after;
            } else if let Some((name, after)) = after.split_once('}') {
                if !text.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                }
                pieces.push(Piece::Argument(name));
                rest = after;
            } else {
                rest = after;
            }
        }
        text.push_str(rest);
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        Self(pieces)
    }

    /// Returns the length of the text that is the sentence's own.
    pub(super) fn literal(&self) -> usize {
        let lengths = self.0.iter().map(|piece| if let Piece::Text(text) = piece { text.len() } else { 0 });
        lengths.sum()
    }

    /// Returns the arguments with which this template makes a text, if it does.
    pub(super) fn read<'s>(&self, text: &'s str) -> Option<Vec<(&'t str, &'s str)>> {
        let (mut arguments, mut argument, mut rest) = (Vec::new(), None, text);
        for (index, piece) in self.0.iter().enumerate() {
            match (piece, argument) {
                (Piece::Argument(name), _) => argument = Some(*name),
                (Piece::Text(text), None) => rest = rest.strip_prefix(text.as_str())?,
                (Piece::Text(text), Some(name)) => {
                    let is_last = index + 1 == self.0.len();
                    let (value, after) = match is_last {
                        true => (rest.strip_suffix(text.as_str())?, ""),
                        false => rest.split_once(text.as_str())?,
                    };
                    arguments.push((name, value));
                    (argument, rest) = (None, after);
                }
            }
        }
        if let Some(name) = argument {
            arguments.push((name, std::mem::take(&mut rest)));
        }
        (rest.is_empty() && arguments.iter().all(|(_, value)| !value.is_empty())).then_some(arguments)
    }

    /// Returns the text with these values of its arguments.
    pub(super) fn fill<'v>(&self, mut value: impl FnMut(&str) -> Option<Cow<'v, str>>) -> String {
        let piece = |piece: &Piece<'_>| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Argument(name) => value(name).unwrap_or_default().into_owned(),
        };
        self.0.iter().map(piece).collect()
    }
}
