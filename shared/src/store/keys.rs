//! The items of enrolment keys.

use aws_sdk_dynamodb::types::ReturnValue;

use super::{Item, Store, StoreError, key, number, number_of, owned, text, unavailable};
use crate::{model::enrolment::EnrolmentKey, tools::millis::Millis};

/// The partition of all enrolment keys. There are a few, and only installs read them.
const KEYS: &str = "KEYS";

impl Store {
    /// Stores a new enrolment key.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn put_enrolment_key(&self, enrolment: &EnrolmentKey) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(&self.table).set_item(Some(write(enrolment)));
        put.send().await.map_err(|error| unavailable("PutItem", error))?;
        Ok(())
    }

    /// Returns the enrolment key with this id.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails or the item is damaged.
    pub async fn enrolment_key(&self, id: &str) -> Result<Option<EnrolmentKey>, StoreError> {
        self.item(KEYS, id).await?.as_ref().map(read).transpose()
    }

    /// Returns all enrolment keys, the oldest first.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails or an item is damaged.
    pub async fn enrolment_keys(&self) -> Result<Vec<EnrolmentKey>, StoreError> {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let query = self.client.query().table_name(&self.table).key_condition_expression("pk = :pk");
            let query = query.expression_attribute_values(":pk", text(KEYS)).set_exclusive_start_key(start);
            let answer = query.send().await.map_err(|error| unavailable("Query", error))?;
            for item in answer.items.unwrap_or_default() {
                found.push(read(&item)?);
            }
            start = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                break;
            }
        }
        found.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(found)
    }

    /// Deletes an enrolment key and returns it, or `None` if there is none with this id.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails or the item is damaged.
    pub async fn delete_enrolment_key(&self, id: &str) -> Result<Option<EnrolmentKey>, StoreError> {
        let delete = self.client.delete_item().table_name(&self.table).set_key(Some(key(KEYS, id)));
        let delete = delete.return_values(ReturnValue::AllOld);
        let answer = delete.send().await.map_err(|error| unavailable("DeleteItem", error))?;
        answer.attributes.filter(|item| !item.is_empty()).as_ref().map(read).transpose()
    }
}

fn write(enrolment: &EnrolmentKey) -> Item {
    let EnrolmentKey { id, sha256, kind, host, label, created_at } = enrolment;
    let mut item = key(KEYS, id);
    item.extend([
        ("sha256".to_owned(), text(sha256)),
        ("kind".to_owned(), text(kind)),
        ("host".to_owned(), text(host)),
        ("created_at".to_owned(), number(created_at.get())),
    ]);
    item.extend(label.as_ref().map(|label| ("label".to_owned(), text(label))));
    item
}

fn read(item: &Item) -> Result<EnrolmentKey, StoreError> {
    let part = |name: &'static str| owned(item, name).ok_or(StoreError::Damaged(name));
    Ok(EnrolmentKey {
        id: part("sk")?,
        sha256: part("sha256")?,
        kind: part("kind")?,
        host: part("host")?,
        label: owned(item, "label"),
        created_at: Millis::new(number_of(item, "created_at").ok_or(StoreError::Damaged("created_at"))?),
    })
}
