//! The store: everything that the bridge remembers, in one DynamoDB table. It answers domain questions and hides table
//! operations.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | installation | `I#<id>` | `META` |
//! | account index | `A#<helpdesk kind>#<account key>` | `I#<id>` |
//! | address index | `A#<side>#<kind>#<address>` | `META` |
//! | calls for no installation | `I#<id>` | `STRAYS#<side>` |
//! | last heard and refused calls | `I#<id>` | `HEARD#<side>` |
//! | identity | `U#<hash>` | `META` |
//! | link | `I#<id>#C#<contact>` | `LINK` |
//! | user's way back | `I#<id>#HU#<helpdesk user id>` | `LINK` |
//! | conversation's way back | `I#<id>#HC#<helpdesk conversation id>` | `LINK` |
//! | way back, only read | `I#<id>#H#<helpdesk user or conversation id>` | `LINK` |
//! | journal | `I#<id>#C#<contact>` | `M#<direction>#<event id>` |
//! | dead message | as its journal item | `X#<direction>#<event id>#<life>.<piece>` |
//! | receipt lookup | `I#<id>#R#<side>#<message id>` | `R` |
//! | repeats | `I#<id>#C#<contact>` | `REPEAT#<hash of what is repeated>` |
//! | brake | `I#<id>` | `BRAKE#<side>`, of downloads `BRAKE#<side>.files` |
//! | schedule of catching up | `RECONCILE` | `<id>` |
//! | enrolment key | `KEYS` | its id |
//! | quota | `I#<id>` or `I#<id>#C#<contact>` | `QUOTA#<name>` |

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    error::SdkError,
    operation::{
        transact_write_items::TransactWriteItemsError,
        update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    },
    types::{AttributeValue, Put, ReturnValue, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update},
};
use thiserror::Error;

use crate::tools::{
    answer::{ApiError, CONFLICT},
    millis::Millis,
    sentences::Sentence,
};
use http::StatusCode;

mod accounts;
mod brakes;
mod dead;
mod heard;
mod journal;
mod keys;
mod links;
mod list;
mod overview;
mod quota;
mod reconcile;
mod repeats;
mod siblings;

pub use brakes::{Brake, Braked};
pub use dead::{DEAD_COUNT_LIMIT, DEAD_KEEP_DAYS, DeadEnvelope, DeadMessage, DeadPage, StoredEnvelope};
pub use journal::{
    Claim, Claimed, Direction, Finished, JournalKey, JournalState, Owed, PastMessage, Quotable, ReceiptNoted,
    Remembered, Sent, SentMessage, Settlement, Trace,
};
pub use links::{HelpdeskId, LinkChange};
pub use list::Listed;
pub use overview::{MessageSummary, Page, PageFrom};
pub use quota::Bucket;
pub use reconcile::Reconciliation;
pub use repeats::{IncomingCall, RepeatStatus};
pub use siblings::Strays;

/// The name of the index that lists an installation's journal by time.
pub const BY_INSTALLATION: &str = "by_installation";
/// The number of partitions of the index over which the journal of one installation is spread.
pub const INDEX_SHARDS: u8 = 8;
/// The number of days for which journal items and receipt lookups are kept. The queue keeps a message no longer either.
pub const KEEP_DAYS: i64 = 14;

/// A client of the table.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table: String,
}

/// The error of a call to the table.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The table did not answer, or refused for a reason of its own.
    #[error("the table failed in {operation}: {message}")]
    Unavailable {
        /// The operation that failed.
        operation: &'static str,
        /// The reason of the failure.
        message: String,
    },
    /// The table refused a write for good: the item is too large, or the request is malformed.
    #[error("the table refused the write in {operation}: {message}")]
    Refused {
        /// The operation that was refused.
        operation: &'static str,
        /// The reason of the refusal.
        message: String,
    },
    /// The items of a write stayed in use by others.
    #[error("the items are in use by other writes")]
    Busy,
    /// The system gave no random numbers.
    #[error("the system gave no random numbers")]
    NoRandomness,
    /// Somebody else changed the item in the meantime.
    #[error("the item was changed by somebody else meanwhile")]
    Conflict,
    /// An item lacks an attribute that it should have.
    #[error("an item lacks the attribute {0}")]
    Damaged(&'static str),
}

pub(crate) type Item = HashMap<String, AttributeValue>;

/// The result of a write with a condition.
#[derive(Debug)]
struct Updated {
    /// Whether the condition held and the changes are written.
    is_written: bool,
    /// The item against which the condition was checked; empty if there was none.
    before: Item,
}

impl Store {
    /// Makes a client of the table with this name.
    pub fn new(client: Client, table: impl Into<String>) -> Self {
        Self { client, table: table.into() }
    }

    /// Makes one cheap call, so that the connection is up before the first message. A failure has no effect.
    pub async fn warm_up(&self) {
        let _ = self.client.get_item().table_name(&self.table).set_key(Some(key("W", "W"))).send().await;
    }

    async fn item(&self, pk: &str, sk: &str) -> Result<Option<Item>, StoreError> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key(pk, sk))).consistent_read(true);
        Ok(request.send().await.map_err(|error| unavailable("GetItem", error))?.item)
    }

    /// Writes changes to one item if `condition` holds.
    async fn update(&self, key: Item, changes: Changes, condition: &str) -> Result<Updated, StoreError> {
        let result = self
            .update_of(key, changes)
            .condition_expression(condition)
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match result {
            Ok(answer) => Ok(Updated { is_written: true, before: answer.attributes.unwrap_or_default() }),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Updated { is_written: false, before: failed.item().cloned().unwrap_or_default() })
                }
                _ => Err(unavailable("UpdateItem", error)),
            },
        }
    }

    /// Returns the request that writes changes to one item.
    fn update_of(&self, key: Item, changes: Changes) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key))
            .update_expression(changes.expression())
            .set_expression_attribute_names(Some(changes.names))
            .set_expression_attribute_values((!changes.values.is_empty()).then_some(changes.values))
    }

    /// Returns an update of one item as part of a transaction.
    fn update_in(&self, key: Item, changes: Changes, condition: Option<&str>) -> Result<TransactWriteItem, StoreError> {
        let update = Update::builder()
            .table_name(&self.table)
            .set_key(Some(key))
            .update_expression(changes.expression())
            .set_condition_expression(condition.map(str::to_owned))
            .set_expression_attribute_names(Some(changes.names))
            .set_expression_attribute_values((!changes.values.is_empty()).then_some(changes.values));
        Ok(TransactWriteItem::builder().update(update.build().map_err(incomplete)?).build())
    }

    /// Returns the write of a whole item as part of a transaction.
    fn put_in(&self, item: Item) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        Ok(TransactWriteItem::builder().put(put.build().map_err(incomplete)?).build())
    }

    /// Writes all items or none. Pauses and retries if another transaction touches one of the items or
    /// the table throttles.
    async fn transact(&self, writes: Vec<TransactWriteItem>) -> Result<(), StoreError> {
        for pause_ms in [20, 80, 200, 0] {
            let request = self.client.transact_write_items().set_transact_items(Some(writes.clone()));
            let Err(error) = request.send().await else { return Ok(()) };
            let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error()
            else {
                return Err(unavailable("TransactWriteItems", error));
            };
            let codes: Vec<&str> = cancelled.cancellation_reasons().iter().filter_map(|reason| reason.code()).collect();
            if codes.contains(&"ConditionalCheckFailed") {
                return Err(StoreError::Conflict);
            }
            let refused = |code: &&str| matches!(*code, "ValidationError" | "ItemCollectionSizeLimitExceeded");
            if codes.iter().any(refused) {
                let message = crate::outside::aws::reason(&error);
                return Err(StoreError::Refused { operation: "TransactWriteItems", message });
            }
            // All other reasons pass: a conflict with another transaction, and throttling under its several names.
            if pause_ms > 0 {
                tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            }
        }
        Err(StoreError::Busy)
    }
}

/// Converts the SDK's error for a write without a table or an item.
fn incomplete<E>(_: E) -> StoreError {
    StoreError::Damaged("pk")
}

fn unavailable<E, R>(operation: &'static str, error: SdkError<E, R>) -> StoreError
where
    E: aws_sdk_dynamodb::error::ProvideErrorMetadata,
    SdkError<E, R>: aws_sdk_dynamodb::error::ProvideErrorMetadata,
{
    let message = crate::outside::aws::reason(&error);
    // Another request of the same form would be refused as well.
    match aws_sdk_dynamodb::error::ProvideErrorMetadata::code(&error) {
        Some("ValidationException" | "ValidationError" | "ItemCollectionSizeLimitExceededException") => {
            StoreError::Refused { operation, message }
        }
        _ => StoreError::Unavailable { operation, message },
    }
}

fn key(pk: &str, sk: &str) -> Item {
    HashMap::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// Returns the TTL attribute, in seconds since 1970, of an item that may be deleted `days` after `at`.
fn expires_at(at: Millis, days: i64) -> i64 {
    at.seconds().saturating_add(days.saturating_mul(86_400))
}

fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn text_of<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

fn owned(item: &Item, name: &str) -> Option<String> {
    text_of(item, name).map(str::to_owned)
}

fn number_of<N: std::str::FromStr>(item: &Item, name: &str) -> Option<N> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

fn flag_of(item: &Item, name: &str) -> bool {
    item.get(name).and_then(|value| value.as_bool().ok()).copied().unwrap_or_default()
}

/// Builds an update expression: `SET #a = :a, …`.
#[derive(Debug, Default)]
struct Changes {
    set: Vec<String>,
    remove: Vec<String>,
    add: Vec<String>,
    names: HashMap<String, String>,
    values: Item,
}

impl Changes {
    fn set(&mut self, name: &str, value: AttributeValue) -> &mut Self {
        self.set.push(format!("#{name} = :{name}"));
        self.name(name).value(name, value)
    }

    /// Sets an attribute only if it is not set yet.
    fn set_if_absent(&mut self, name: &str, value: AttributeValue) -> &mut Self {
        self.set.push(format!("#{name} = if_not_exists(#{name}, :{name})"));
        self.name(name).value(name, value)
    }

    /// Sets an attribute to the value that another has before the update; empty if the other is missing.
    fn keep_if_present(&mut self, name: &'static str, other: &'static str) -> &mut Self {
        self.set.push(format!("#{name} = if_not_exists(#{other}, :empty)"));
        self.name(name).name(other).value("empty", text(""))
    }

    fn remove(&mut self, name: &str) -> &mut Self {
        self.remove.push(format!("#{name}"));
        self.name(name)
    }

    /// Adds to a number, which starts at 0, or to a set.
    fn add(&mut self, name: &str, value: AttributeValue) -> &mut Self {
        self.add.push(format!("#{name} :{name}"));
        self.name(name).value(name, value)
    }

    fn name(&mut self, name: &str) -> &mut Self {
        self.names.insert(format!("#{name}"), name.to_owned());
        self
    }

    fn value(&mut self, name: &str, value: AttributeValue) -> &mut Self {
        self.values.insert(format!(":{name}"), value);
        self
    }

    fn expression(&self) -> String {
        let clauses = [("SET", &self.set), ("REMOVE", &self.remove), ("ADD", &self.add)];
        let clauses = clauses.into_iter().filter(|(_, parts)| !parts.is_empty());
        clauses.map(|(verb, parts)| format!("{verb} {} ", parts.join(", "))).collect()
    }

    fn is_empty(&self) -> bool {
        self.set.is_empty() && self.remove.is_empty() && self.add.is_empty()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::new(StatusCode::CONFLICT, CONFLICT, Sentence::Conflict),
            _ => Self::our_failure(&error),
        }
    }
}
