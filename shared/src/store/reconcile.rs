//! The installations that catch up by schedule, and how far each of them has come.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::{Changes, Store, StoreError, key, number, number_of, owned, text, text_of, unavailable};
use crate::{model::installation::Installation, tools::millis::Millis};

/// The partition of these items.
const PK: &str = "RECONCILE";

/// How far an installation has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    /// The id of the installation.
    pub installation: String,
    /// The moment up to which everything was read.
    pub since: Millis,
    /// When the next round is due. It has begun if there is a place to continue.
    pub due_at: Millis,
    /// The place in the journal where the current round continues.
    pub after: Option<String>,
    /// When the current round began.
    pub began_at: Option<Millis>,
}

impl Store {
    /// Returns all installations that catch up by schedule.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails.
    pub async fn reconciliations(&self) -> Result<Vec<Reconciliation>, StoreError> {
        let mut found = Vec::new();
        let mut from = None;
        loop {
            let query = self.client.query().table_name(&self.table).key_condition_expression("pk = :pk");
            let query = query.expression_attribute_values(":pk", text(PK)).consistent_read(true);
            let answer =
                query.set_exclusive_start_key(from).send().await.map_err(|error| unavailable("Query", error))?;
            found.extend(answer.items.unwrap_or_default().iter().filter_map(|item| {
                Some(Reconciliation {
                    installation: text_of(item, "sk")?.to_owned(),
                    since: number_of(item, "since")?,
                    due_at: number_of(item, "due_at").unwrap_or_default(),
                    after: owned(item, "after"),
                    began_at: number_of(item, "began_at"),
                })
            }));
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(found);
            }
        }
    }

    /// Records how far an installation has come, unless it does not catch up any more.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn note_reconciliation(&self, at: &Reconciliation) -> Result<(), StoreError> {
        let mut changes = Changes::default();
        changes.set("since", number(at.since)).set("due_at", number(at.due_at));
        match &at.after {
            Some(after) => changes.set("after", text(after)),
            None => changes.remove("after"),
        };
        match at.began_at {
            Some(began_at) => changes.set("began_at", number(began_at)),
            None => changes.remove("began_at"),
        };
        self.update(key(PK, &at.installation), changes, "attribute_exists(pk)").await?;
        Ok(())
    }

    /// Returns the write that lets an installation catch up by schedule from now on, or ends that.
    pub(super) fn reconciles(&self, installation: &Installation) -> Result<TransactWriteItem, StoreError> {
        if installation.options.reconcile_hours == 0 || installation.state.is_uninstalled() {
            return self.delete(PK, &installation.id, None);
        }
        let mut changes = Changes::default();
        changes.set_if_absent("since", number(installation.updated_at));
        self.update_in(key(PK, &installation.id), changes, None)
    }
}
