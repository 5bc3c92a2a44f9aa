//! The items of installations, and the indexes that find an installation.

use aws_sdk_dynamodb::{
    primitives::Blob,
    types::{AttributeValue, Delete, Put, TransactWriteItem},
};

use super::{Changes, Item, Store, StoreError, incomplete, key, number, number_of, owned, text, text_of, unavailable};
use crate::model::installation::{Installation, InstallationState, Problem};

impl Store {
    /// Returns the installation with this id.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails or the item is damaged.
    pub async fn installation(&self, id: &str) -> Result<Option<Installation>, StoreError> {
        self.item(&pk(id), "META").await?.as_ref().map(read).transpose()
    }

    /// Returns the id of the installation that joins the accounts with this identity.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn installation_id_of_identity(&self, identity: &str) -> Result<Option<String>, StoreError> {
        Ok(self.item(&format!("U#{identity}"), "META").await?.and_then(|item| owned(&item, "installation")))
    }

    /// Returns the ids of a helpdesk account's installations.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn installation_ids_of_account(&self, kind: &str, account: &str) -> Result<Vec<String>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(account_pk(kind, account)))
            .send()
            .await
            .map_err(|error| unavailable("Query", error))?;
        let items = answer.items.unwrap_or_default();
        Ok(items.iter().filter_map(|item| text_of(item, "sk")?.strip_prefix("I#").map(str::to_owned)).collect())
    }

    /// Stores an installation with its indexes. `stale_keys` are account keys that the installation no longer has.
    ///
    /// # Errors
    /// Returns [`StoreError::Conflict`] if somebody has changed the installation, or taken its identity, since it was
    /// read. The installation carries the version that it was read with, which is 0 for a new one.
    pub async fn put_installation(&self, installation: &Installation, stale_keys: &[String]) -> Result<(), StoreError> {
        let id = &installation.id;
        let is_uninstalled = installation.state.is_uninstalled();
        let unchanged = if installation.version == 0 { "attribute_not_exists(pk)" } else { "version = :version" };
        let mut meta =
            Put::builder().table_name(&self.table).set_item(Some(write(installation)?)).condition_expression(unchanged);
        if installation.version > 0 {
            meta = meta.expression_attribute_values(":version", number(installation.version));
        }
        let mut writes = vec![TransactWriteItem::builder().put(meta.build().map_err(incomplete)?).build()];
        let identity_pk = format!("U#{}", installation.identity);
        writes.push(if is_uninstalled {
            self.delete(&identity_pk, "META", Some(id))?
        } else {
            self.put_owned(&identity_pk, id)?
        });
        writes.push(if is_uninstalled {
            self.delete(&list_pk_of(id), &pk(id), None)?
        } else {
            self.put_in(key(&list_pk_of(id), &pk(id)))?
        });
        let kind = &installation.helpdesk.kind;
        for account in &installation.account_keys {
            let item = key(&account_pk(kind, account), &pk(id));
            writes.push(if is_uninstalled {
                self.delete(&account_pk(kind, account), &pk(id), None)?
            } else {
                self.put_in(item)?
            });
        }
        for address in &installation.addresses {
            let write = if is_uninstalled { self.drop_address(address, id)? } else { self.take_address(address, id)? };
            writes.push(write);
        }
        writes.push(self.reconciles(installation)?);
        for account in stale_keys {
            writes.push(self.delete(&account_pk(kind, account), &pk(id), None)?);
        }
        self.transact(writes).await
    }

    /// Sets or clears the problem that needs a person, and changes nothing else.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn set_problem(&self, id: &str, problem: Option<&Problem>) -> Result<(), StoreError> {
        let mut changes = Changes::default();
        match problem {
            Some(problem) => changes.set("problem", text(write_problem(problem))),
            None => changes.remove("problem"),
        };
        self.update(key(&pk(id), "META"), changes, "attribute_exists(pk)").await?;
        Ok(())
    }

    /// Returns the write that gives an item of an index to an installation, unless another one has it.
    pub(super) fn put_owned(&self, pk: &str, id: &str) -> Result<TransactWriteItem, StoreError> {
        let mut item = key(pk, "META");
        item.insert("installation".into(), text(id));
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR installation = :id")
            .expression_attribute_values(":id", text(id));
        Ok(TransactWriteItem::builder().put(put.build().map_err(incomplete)?).build())
    }

    pub(super) fn delete(&self, pk: &str, sk: &str, of: Option<&str>) -> Result<TransactWriteItem, StoreError> {
        let mut delete = Delete::builder().table_name(&self.table).set_key(Some(key(pk, sk)));
        if let Some(id) = of {
            delete = delete
                .condition_expression("attribute_not_exists(pk) OR installation = :id")
                .expression_attribute_values(":id", text(id));
        }
        Ok(TransactWriteItem::builder().delete(delete.build().map_err(incomplete)?).build())
    }
}

/// The number of partitions that hold the list of all installations.
pub(super) const LIST_SHARDS: u8 = 4;

/// Returns the key of a partition of the list.
pub(super) fn list_pk(shard: u8) -> String {
    format!("ALL#{shard}")
}

/// Returns the key of the partition that lists an installation.
fn list_pk_of(id: &str) -> String {
    let digit = id.bytes().next().and_then(|first| char::from(first).to_digit(16)).unwrap_or_default();
    list_pk(u8::try_from(digit).unwrap_or_default() % LIST_SHARDS)
}

fn pk(id: &str) -> String {
    format!("I#{id}")
}

fn account_pk(kind: &str, account: &str) -> String {
    format!("A#{kind}#{account}")
}

fn write(installation: &Installation) -> Result<Item, StoreError> {
    let mut item = key(&pk(&installation.id), "META");
    let record = serde_json::to_string(installation).map_err(|_| StoreError::Damaged("record"))?;
    item.insert("record".into(), text(record));
    item.insert("state".into(), text(installation.state.word()));
    item.insert("version".into(), number(installation.version.saturating_add(1)));
    if !installation.sealed.is_empty() {
        item.insert("sealed".into(), AttributeValue::B(Blob::new(installation.sealed.clone())));
    }
    if let Some(problem) = &installation.problem {
        item.insert("problem".into(), text(write_problem(problem)));
    }
    Ok(item)
}

fn write_problem(problem: &Problem) -> String {
    serde_json::to_string(problem).unwrap_or_default()
}

pub(super) fn read(item: &Item) -> Result<Installation, StoreError> {
    let record = text_of(item, "record").ok_or(StoreError::Damaged("record"))?;
    let mut installation: Installation = serde_json::from_str(record).map_err(|_| StoreError::Damaged("record"))?;
    installation.state =
        text_of(item, "state").and_then(InstallationState::from_word).ok_or(StoreError::Damaged("state"))?;
    installation.version = number_of(item, "version").ok_or(StoreError::Damaged("version"))?;
    installation.problem = text_of(item, "problem").and_then(|problem| serde_json::from_str(problem).ok());
    if let Some(AttributeValue::B(sealed)) = item.get("sealed") {
        installation.sealed = sealed.clone().into_inner();
    }
    Ok(installation)
}
