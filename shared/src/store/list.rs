//! The list of all installations, with what admins see of each at a glance.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::Select;
use futures_util::future::try_join_all;

use super::{
    DEAD_COUNT_LIMIT, Item, Store, StoreError, accounts, heard, key, overview::place, text, text_of, unavailable,
};
use crate::model::{
    heard::HeardSides,
    installation::{Installation, Side},
};

/// An installation in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The installation.
    pub installation: Installation,
    /// When each side was last heard, and which of its calls were refused.
    pub heard: HeardSides,
    /// The number of dead letters, at most [`DEAD_COUNT_LIMIT`].
    pub dead: u32,
}

impl Store {
    /// Returns a page of the installations that are not uninstalled, ordered by their ids, which are random, and where
    /// the next page begins.
    ///
    /// # Errors
    /// Returns an error if a call to the table fails or an item is damaged.
    pub async fn installations(
        &self,
        after: Option<&str>,
        limit: u16,
    ) -> Result<(Vec<Listed>, Option<String>), StoreError> {
        let shards = (0..accounts::LIST_SHARDS).map(|shard| self.ids_of_shard(shard, after, limit));
        let mut ids: Vec<String> = try_join_all(shards).await?.into_iter().flatten().collect();
        ids.sort();
        let limit = usize::from(limit);
        let next = if ids.len() > limit { ids.get(limit.saturating_sub(1)).cloned() } else { None };
        ids.truncate(limit);
        let keys = ids.iter().flat_map(|id| {
            let heard = [Side::Channel, Side::Helpdesk].map(|side| heard::heard_key(id, side));
            std::iter::once(key(&format!("I#{id}"), "META")).chain(heard)
        });
        let mut items: BTreeMap<String, Vec<Item>> = BTreeMap::new();
        for item in self.items(keys.collect(), None).await? {
            let Some(id) = text_of(&item, "pk").and_then(|pk| pk.strip_prefix("I#")) else { continue };
            items.entry(id.to_owned()).or_default().push(item);
        }
        let counts = try_join_all(ids.iter().map(|id| self.dead_count(id))).await?;
        let mut listed = Vec::with_capacity(ids.len());
        for (id, dead) in ids.iter().zip(counts) {
            let of_this = items.get(id).map(Vec::as_slice).unwrap_or_default();
            // An installation that was just removed leaves the list a moment later.
            let Some(meta) = of_this.iter().find(|item| text_of(item, "sk") == Some("META")) else { continue };
            let heard = heard::read_sides(of_this);
            listed.push(Listed { installation: accounts::read(meta)?, heard, dead });
        }
        Ok((listed, next))
    }

    async fn ids_of_shard(&self, shard: u8, after: Option<&str>, limit: u16) -> Result<Vec<String>, StoreError> {
        let after = place(after).map_or_else(|| "I#".to_owned(), |id| format!("I#{id}"));
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk > :after")
            .expression_attribute_values(":pk", text(accounts::list_pk(shard)))
            .expression_attribute_values(":after", text(after))
            .limit(i32::from(limit).saturating_add(1))
            .send()
            .await
            .map_err(|error| unavailable("Query", error))?;
        let items = answer.items.unwrap_or_default();
        Ok(items.iter().filter_map(|item| text_of(item, "sk")?.strip_prefix("I#").map(str::to_owned)).collect())
    }

    /// Returns the number of dead letters of an installation, at most [`DEAD_COUNT_LIMIT`]. Those of a process that
    /// stopped in between may be missing or counted a bit longer.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn dead_count(&self, installation: &str) -> Result<u32, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(super::dead::markers_pk(installation)))
            .select(Select::Count)
            .limit(i32::try_from(DEAD_COUNT_LIMIT).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(|error| unavailable("Query", error))?;
        Ok(u32::try_from(answer.count).unwrap_or_default())
    }
}
