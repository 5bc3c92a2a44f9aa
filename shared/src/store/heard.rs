//! When each side of an installation was last heard, and the calls that were not taken.

use aws_sdk_dynamodb::config::{Config, retry::RetryConfig};

use super::{Changes, Store, StoreError, key, number, number_of, text_of, unavailable};
use crate::{
    model::{
        heard::{Heard, HeardSides, Refusal, RefusedCalls},
        installation::Side,
    },
    tools::millis::Millis,
};

/// The names of the attributes of the calls that were refused for one reason.
struct Names {
    count: String,
    since: String,
    latest_at: String,
}

impl Names {
    fn of(reason: Refusal) -> Self {
        let word = reason.word();
        Self { count: format!("refused_{word}"), since: format!("since_{word}"), latest_at: format!("latest_{word}") }
    }
}

impl Store {
    /// Adds calls to what is known about a side of an installation. The write is tried once, because nothing depends on
    /// it: retries would use up what the process may spend on them, while the table is in trouble.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn add_heard(&self, id: &str, side: Side, heard: &Heard) -> Result<(), StoreError> {
        let mut changes = Changes::default();
        if let Some(at) = heard.latest_at {
            changes.set("heard_at", number(at));
        }
        if let Some(at) = heard.handshake_at {
            changes.set("handshake_at", number(at));
        }
        for calls in &heard.refused {
            let names = Names::of(calls.reason);
            changes
                .add(&names.count, number(calls.count))
                .set_if_absent(&names.since, number(calls.since))
                .set(&names.latest_at, number(calls.latest_at));
        }
        if !changes.is_empty() {
            let once = Config::builder().retry_config(RetryConfig::disabled());
            let request = self.update_of(heard_key(id, side), changes).customize().config_override(once);
            request.send().await.map_err(|error| unavailable("UpdateItem", error))?;
        }
        Ok(())
    }

    /// Returns what is known about the calls of both sides of an installation.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn heard(&self, id: &str) -> Result<HeardSides, StoreError> {
        let keys = [Side::Channel, Side::Helpdesk].map(|side| heard_key(id, side));
        Ok(read_sides(&self.items(keys.to_vec(), None).await?))
    }

    /// Forgets the refused calls of a side, because an admin has changed what they may have been refused for.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn forget_refused(&self, id: &str, side: Side) -> Result<(), StoreError> {
        let mut changes = Changes::default();
        for names in Refusal::ALL.map(Names::of) {
            changes.remove(&names.count).remove(&names.since).remove(&names.latest_at);
        }
        self.update(heard_key(id, side), changes, "attribute_exists(pk)").await?;
        Ok(())
    }
}

/// Reads what is known about both sides out of the items of an installation.
pub(super) fn read_sides(items: &[super::Item]) -> HeardSides {
    let side = |side: Side| items.iter().find(|item| text_of(item, "sk") == Some(&sk(side))).map(read);
    HeardSides { channel: side(Side::Channel).unwrap_or_default(), helpdesk: side(Side::Helpdesk).unwrap_or_default() }
}

fn read(item: &super::Item) -> Heard {
    let refused = |reason| {
        let names = Names::of(reason);
        Some(RefusedCalls {
            reason,
            count: number_of(item, &names.count)?,
            since: Millis::new(number_of(item, &names.since)?),
            latest_at: Millis::new(number_of(item, &names.latest_at)?),
        })
    };
    Heard {
        handshake_at: number_of(item, "handshake_at").map(Millis::new),
        latest_at: number_of(item, "heard_at").map(Millis::new),
        refused: Refusal::ALL.into_iter().filter_map(refused).collect(),
    }
}

pub(super) fn heard_key(id: &str, side: Side) -> super::Item {
    key(&format!("I#{id}"), &sk(side))
}

fn sk(side: Side) -> String {
    format!("HEARD#{}", side.word())
}
