//! Everything that a bridge leaves behind when it stops: the table, the queues, the vendors, and what the checks know.
//!
//! The snapshots in `previous/` were made by the version before. A bridge of this version continues from them, as it
//! does after an upgrade.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    checks::Checks,
    queue::Queues,
    table::NAME,
    vendors::Tenant,
    world::{State, with},
};

/// The snapshots of the version before.
const PREVIOUS: &[&str] = &[
    include_str!("../previous/seed-11.json"),
    include_str!("../previous/seed-36.json"),
    include_str!("../previous/seed-56.json"),
    include_str!("../previous/seed-74.json"),
    include_str!("../previous/seed-78.json"),
    include_str!("../previous/seed-79.json"),
    include_str!("../previous/seed-97.json"),
    include_str!("../previous/seed-112.json"),
    include_str!("../previous/seed-129.json"),
    include_str!("../previous/seed-216.json"),
    include_str!("../previous/seed-217.json"),
    include_str!("../previous/seed-262.json"),
];

/// What a bridge left behind.
#[derive(Debug, Deserialize, Serialize)]
pub struct Snapshot {
    /// The time that has passed since the start of the simulation, in milliseconds.
    elapsed: u64,
    /// The items of the table.
    items: Vec<Value>,
    queues: Queues,
    tenants: Vec<Tenant>,
    checks: Checks,
}

impl Snapshot {
    /// Returns the snapshot of the version before that belongs to a seed.
    ///
    /// # Errors
    /// Returns the reason if the snapshot cannot be read.
    pub fn previous(seed: u64) -> Result<Self, String> {
        let count = PREVIOUS.len().max(1);
        let number = usize::try_from(seed).unwrap_or_default() % count;
        let text = PREVIOUS.get(number).ok_or("there is no snapshot")?;
        serde_json::from_str(&expanded(text)).map_err(|error| error.to_string())
    }

    /// Takes a snapshot of a world whose processes have all stopped.
    pub fn take() -> Self {
        with(|state| {
            state.checks.all_in_doubt();
            let (_, found) = state.table.run("Scan", &json!({ "TableName": NAME }).to_string().into());
            let mut found: Value = serde_json::from_slice(&found).unwrap_or_default();
            assert!(found.get("LastEvaluatedKey").is_none(), "the table is too large for one page");
            Self {
                elapsed: state.elapsed(),
                items: serde_json::from_value(found["Items"].take()).unwrap_or_default(),
                queues: state.queues.clone(),
                tenants: state.tenants.clone(),
                checks: state.checks.clone(),
            }
        })
    }

    /// Puts this snapshot into a new world.
    ///
    /// # Errors
    /// Returns the answer of the table if it refuses an item.
    pub fn restore(self) -> Result<(), String> {
        with(|state: &mut State| {
            for item in &self.items {
                let (status, answer) =
                    state.table.run("PutItem", &json!({ "TableName": NAME, "Item": item }).to_string().into());
                if status != 200 {
                    return Err(String::from_utf8_lossy(&answer).into_owned());
                }
            }
            (state.before, state.queues, state.tenants, state.checks) =
                (self.elapsed, self.queues, self.tenants, self.checks);
            state.checks.upgraded();
            Ok(())
        })
    }

    /// Returns the snapshot as text, with one line for each item and message.
    pub fn to_text(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        shortened(&lines(&value, 3))
    }
}

/// Writes a value with a line for each entry of its outer levels.
fn lines(value: &Value, levels: usize) -> String {
    match value {
        Value::Object(fields) if levels > 0 => {
            let fields = fields.iter().map(|(name, value)| format!("{name:?}: {}", lines(value, levels - 1)));
            format!("{{\n{}\n}}", fields.collect::<Vec<_>>().join(",\n"))
        }
        Value::Array(entries) if levels > 0 && !entries.is_empty() => {
            let entries = entries.iter().map(Value::to_string);
            format!("[\n{}\n]", entries.collect::<Vec<_>>().join(",\n"))
        }
        _ => value.to_string(),
    }
}

/// Replaces each run of words of one message by its first and its last word: `ot0c1n2w0..ot0c1n2w699`.
fn shortened(text: &str) -> String {
    let mut short = String::new();
    let mut run: Option<(&str, u64, u64)> = None;
    let end = |short: &mut String, run: Option<(&str, u64, u64)>| match run {
        Some((head, first, last)) if last > first => short.push_str(&format!("{head}w{first}..{head}w{last}")),
        Some((head, first, _)) => short.push_str(&format!("{head}w{first}")),
        None => {}
    };
    for piece in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let (word, separator) = piece.split_at(piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()).len());
        let numbered = word
            .rsplit_once('w')
            .filter(|(head, _)| head.starts_with("it") || head.starts_with("ot"))
            .and_then(|(head, number)| Some((head, number.parse::<u64>().ok()?)));
        match (numbered, run) {
            (Some((head, number)), Some((before, first, last))) if head == before && number == last + 1 => {
                run = Some((head, first, number));
            }
            (Some((head, number)), _) => {
                if run.is_some() {
                    end(&mut short, run.take());
                    short.push(' ');
                }
                run = Some((head, number, number));
            }
            (None, _) => {
                if run.is_some() {
                    end(&mut short, run.take());
                    short.push(' ');
                }
                short.push_str(piece);
                continue;
            }
        }
        if separator != " " {
            end(&mut short, run.take());
            short.push_str(separator);
        }
    }
    end(&mut short, run);
    short
}

/// Undoes [`shortened`].
fn expanded(text: &str) -> String {
    let mut pieces = text.split("..");
    let mut long = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let numbered = |word: &str| {
            let (head, number) = word.rsplit_once('w')?;
            Some((head.to_owned(), number.parse::<u64>().ok()?))
        };
        let is_end = |c: char| !c.is_ascii_alphanumeric();
        let first = numbered(long.rsplit(is_end).next().unwrap_or_default());
        let last = numbered(piece.split(is_end).next().unwrap_or_default());
        match (first, last) {
            (Some((head, first)), Some((other, last))) if head == other => {
                for number in first + 1..last {
                    long.push_str(&format!(" {head}w{number}"));
                }
                long.push(' ');
            }
            _ => long.push_str(".."),
        }
        long.push_str(piece);
    }
    long
}

/// Maps whose keys are no texts, as lists of pairs.
pub mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes a map.
    ///
    /// # Errors
    /// Returns the error of the serializer.
    pub fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    /// Reads a map.
    ///
    /// # Errors
    /// Returns the error of the deserializer.
    pub fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortened_text_can_be_expanded() {
        for (long, short) in [
            ("say \"it0c1n2w0 it0c1n2w1 it0c1n2w2\" .. now", "say \"it0c1n2w0..it0c1n2w2\" .. now"),
            ("it0c1n2w0 it0c1n2w2 it0c1n3w3", "it0c1n2w0 it0c1n2w2 it0c1n3w3"),
            ("ot0c1n2w7 ot0c1n2w8 two", "ot0c1n2w7..ot0c1n2w8 two"),
        ] {
            assert_eq!(shortened(long), short);
            assert_eq!(expanded(short), long);
        }
    }
}
