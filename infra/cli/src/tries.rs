//! What becomes of messages that do not arrive at the first attempt, in words.

use std::{collections::BTreeMap, time::Duration};

use byoc::relay::RETRY_WAITS;
use serde_json::Value;

/// The attempts of which was told, by message.
#[derive(Debug, Default)]
pub(crate) struct Tries(BTreeMap<String, u64>);

impl Tries {
    /// Returns what is new in the journal's list of messages, oldest first: each attempt that failed, when the next one
    /// comes, and what was given up.
    pub(crate) fn news(&mut self, journal: &Value) -> Vec<String> {
        let messages = journal.get("messages").and_then(Value::as_array).into_iter().flatten().rev();
        let at = |message: &Value| {
            let is_outbound = message.get("direction").is_some_and(|direction| direction == "outbound");
            let side = if is_outbound { "channel" } else { "helpdesk" };
            journal.get(side).and_then(Value::as_str).unwrap_or(side)
        };
        messages.filter_map(|message| self.new_in(message, at(message))).collect()
    }

    fn new_in(&mut self, message: &Value, at: &str) -> Option<String> {
        let text = |name: &str| message.get(name).and_then(Value::as_str);
        let (id, error, state) = (text("id")?, text("error")?, text("state")?);
        let attempts = message.get("attempts").and_then(Value::as_u64)?;
        let is_over = state != "claimed";
        // The end of a message has a line of its own.
        let told = attempts.saturating_mul(2).saturating_add(u64::from(is_over));
        if state == "done" || self.0.get(id).is_some_and(|known| *known >= told) {
            return None;
        }
        self.0.insert(id.to_owned(), told);
        Some(match state {
            "claimed" => format!("attempt {attempts} at {at}: {error}; again in {}", wait_after(attempts)),
            "rejected" => format!("refused for good by {at}: {error}"),
            _ => format!("given up after attempt {attempts} at {at}: {error}"),
        })
    }
}

/// Returns about how long the bridge waits after an attempt, unless the vendor asks for another time.
fn wait_after(attempts: u64) -> String {
    let tries = usize::try_from(attempts).unwrap_or(usize::MAX);
    let wait = RETRY_WAITS.get(tries.saturating_sub(1)).or(RETRY_WAITS.last()).copied().unwrap_or_default();
    let wait = Duration::from_secs(wait);
    match wait.as_secs() {
        seconds @ 0..120 => format!("about {seconds} s"),
        seconds => format!("about {} min", seconds / 60),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn journal(attempts: u64, state: &str) -> Value {
        let waits = json!({"id": "a", "state": state, "attempts": attempts, "error": "send_message answered 500"});
        json!({"helpdesk": "freshchat", "messages": [{"id": "b", "state": "done", "attempts": 1}, waits]})
    }

    #[test]
    fn each_failed_attempt_is_told_once_with_the_wait() {
        let mut tries = Tries::default();
        assert_eq!(
            tries.news(&journal(1, "claimed")),
            ["attempt 1 at freshchat: send_message answered 500; again in about 1 s"]
        );
        assert_eq!(tries.news(&journal(1, "claimed")), Vec::<String>::new());
        assert_eq!(
            tries.news(&journal(2, "claimed")),
            ["attempt 2 at freshchat: send_message answered 500; again in about 5 s"]
        );
        assert_eq!(
            tries.news(&journal(2, "dead")),
            ["given up after attempt 2 at freshchat: send_message answered 500"]
        );
        assert_eq!(tries.news(&journal(2, "dead")), Vec::<String>::new());
        assert_eq!(tries.news(&journal(3, "done")), Vec::<String>::new());
    }
}
