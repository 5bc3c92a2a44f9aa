//! Rates that an installation or a contact shares between all functions: token buckets in the table.

use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;

use super::{Changes, Store, StoreError, key, links::contact_pk, number, unavailable};

impl Store {
    /// Takes `want` tokens from the contact's or (with no contact) the installation's bucket of this name, which holds
    /// `capacity` tokens per `period`. Gives how long to wait when the bucket does not hold that many.
    ///
    /// Windows are fixed: the bucket is full again when its window has passed.
    ///
    /// # Errors
    /// The table failed.
    pub async fn take_quota(
        &self,
        (installation, contact): (&str, Option<&str>),
        name: &str,
        want: u32,
        (capacity, period): (u32, Duration),
        now: i64,
    ) -> Result<Option<Duration>, StoreError> {
        let pk = contact.map_or_else(|| format!("I#{installation}"), |contact| contact_pk(installation, contact));
        let sk = format!("QUOTA#{name}");
        let period_ms = i64::try_from(period.as_millis()).unwrap_or(i64::MAX).max(1);
        let window = now.saturating_sub(now.rem_euclid(period_ms));
        // A bucket of this window with room in it, else a bucket of an earlier window, which starts anew.
        let mut more = Changes::default();
        more.set("expires_at", number(window.saturating_add(period_ms).saturating_div(1000).saturating_add(86_400)));
        more.set.push("#taken = #taken + :want".into());
        more.name("taken").name("window").value("want", number(want)).value("window", number(window));
        more.value("room", number(i64::from(capacity).saturating_sub(i64::from(want))));
        let mut anew = Changes::default();
        anew.set("window", number(window)).set("taken", number(want));
        anew.set("expires_at", number(window.saturating_add(period_ms).saturating_div(1000).saturating_add(86_400)));
        let room = "#window = :window AND #taken <= :room";
        let stale = "attribute_not_exists(#window) OR #window < :window";
        // Somebody else may have begun the window between the first try and the second.
        for (changes, condition) in [(&more, room), (&anew, stale), (&more, room)] {
            let result = self
                .client
                .update_item()
                .table_name(&self.table)
                .set_key(Some(key(&pk, &sk)))
                .update_expression(changes.expression())
                .condition_expression(condition)
                .set_expression_attribute_names(Some(changes.names.clone()))
                .set_expression_attribute_values(Some(changes.values.clone()))
                .send()
                .await;
            match result {
                Ok(_) => return Ok(None),
                Err(error) => match error.as_service_error() {
                    Some(UpdateItemError::ConditionalCheckFailedException(_)) => {}
                    _ => return Err(unavailable("UpdateItem", error)),
                },
            }
        }
        let left = window.saturating_add(period_ms).saturating_sub(now).max(1);
        Ok(Some(Duration::from_millis(left.unsigned_abs())))
    }
}
