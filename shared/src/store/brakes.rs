//! Brakes: what is known about the trouble of one side of an installation, so that its messages wait without calls.

use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};

use super::{
    Changes, Item, Store, StoreError, Updated, expires_at, key, links::contact_pk, number, number_of, owned, text,
    unavailable,
};
use crate::{adapter::Link, model::installation::Side, tools::millis::Millis};

/// The time within which lanes in trouble are counted together.
const COUNTED: Duration = Duration::from_secs(600);
/// The number of times that a lane is noted, if others are noted at the same moment.
const NOTES: usize = 5;
/// The number of times that unprocessed keys are read again.
const READS: usize = 3;

/// What a brake holds back, on one side of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Braked {
    /// The messages for this side.
    Messages(Side),
    /// The downloads of files that this side wrote.
    Downloads(Side),
}

impl Braked {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Messages(Side::Channel),
        Self::Messages(Side::Helpdesk),
        Self::Downloads(Side::Channel),
        Self::Downloads(Side::Helpdesk),
    ];

    /// Returns the side.
    pub fn side(self) -> Side {
        match self {
            Self::Messages(side) | Self::Downloads(side) => side,
        }
    }

    /// Returns the word for logs and keys.
    pub fn word(self) -> &'static str {
        match self {
            Self::Messages(side) => side.word(),
            Self::Downloads(Side::Channel) => "channel.files",
            Self::Downloads(Side::Helpdesk) => "helpdesk.files",
        }
    }
}

impl From<Side> for Braked {
    fn from(side: Side) -> Self {
        Self::Messages(side)
    }
}

/// A brake of an installation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brake {
    /// The version of the installation for which the brake holds. A changed installation has no brake.
    pub version: u64,
    /// The lanes whose calls got no answer or a 5xx.
    pub lanes: Vec<String>,
    /// The lanes whose calls were refused because the account is blocked.
    pub blocked: Vec<String>,
    /// When the first of the lanes was noted.
    pub since: Millis,
    /// Until when no call is made; `None` while the brake is open.
    pub closed_until: Option<Millis>,
    /// How long the brake was closed the last time.
    pub closed_for: Duration,
    /// Until when a message tries whether the trouble is over.
    pub probe_until: Option<Millis>,
    /// Why the brake closed.
    pub reason: String,
}

impl Brake {
    /// Returns whether messages of an installation with this version wait for the brake.
    pub fn is_closed_for(&self, version: u64) -> bool {
        self.closed_until.is_some() && self.version == version
    }
}

impl Store {
    /// Returns the link of a contact and the brake of a side, in one call.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails or leaves an item out.
    pub async fn link_and_brake(
        &self,
        installation: &str,
        contact: &str,
        side: Side,
    ) -> Result<(Link, Brake), StoreError> {
        let link_key = key(&contact_pk(installation, contact), "LINK");
        let mut pending = vec![link_key.clone(), brake_key(installation, side.into())];
        let (mut link, mut brake) = (Link::default(), Brake::default());
        for _ in 0..READS {
            let wanted = KeysAndAttributes::builder().set_keys(Some(pending)).consistent_read(true).build();
            let request = self.client.batch_get_item().request_items(&self.table, wanted.map_err(super::incomplete)?);
            let answer = request.send().await.map_err(|error| unavailable("BatchGetItem", error))?;
            for item in answer.responses.unwrap_or_default().into_values().flatten() {
                if item.get("sk") == link_key.get("sk") {
                    link = super::links::read(&item);
                } else {
                    brake = read(&item);
                }
            }
            let left = answer.unprocessed_keys.and_then(|mut left| left.remove(&self.table)).map(|left| left.keys);
            match left.filter(|left| !left.is_empty()) {
                Some(left) => pending = left,
                None => return Ok((link, brake)),
            }
        }
        Err(StoreError::Busy)
    }

    /// Returns a brake.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn brake(&self, installation: &str, braked: impl Into<Braked>) -> Result<Brake, StoreError> {
        let item = self.item(&format!("I#{installation}"), &sort_key(braked.into())).await?;
        Ok(item.map(|item| read(&item)).unwrap_or_default())
    }

    /// Adds a lane in trouble. Returns the brake with it.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn note_trouble(
        &self,
        installation: &str,
        braked: impl Into<Braked>,
        version: u64,
        lane: &str,
        is_blocked: bool,
        now: Millis,
    ) -> Result<Brake, StoreError> {
        let braked = braked.into();
        for _ in 0..NOTES {
            let noted = self.try_note_trouble(installation, braked, version, lane, is_blocked, now).await?;
            if let Some(brake) = noted {
                return Ok(brake);
            }
        }
        Err(StoreError::Busy)
    }

    /// Adds a lane in trouble; `None` if somebody else began to count at the same moment, as several calls do that hang
    /// since then.
    async fn try_note_trouble(
        &self,
        installation: &str,
        braked: Braked,
        version: u64,
        lane: &str,
        is_blocked: bool,
        now: Millis,
    ) -> Result<Option<Brake>, StoreError> {
        let name = if is_blocked { "blocked" } else { "lanes" };
        let lanes = AttributeValue::Ss(vec![lane.to_owned()]);
        let mut more = Changes::default();
        more.add(name, lanes.clone()).set("expires_at", number(expires_at(now, 1)));
        more.name("version").value("version", number(version));
        more.name("since").value("stale", number(now.minus(COUNTED)));
        let is_current = "#version = :version AND #since >= :stale";
        let Updated { is_written, before } = self.update(brake_key(installation, braked), more, is_current).await?;
        let mut brake = read(&before);
        if is_written {
            let lanes = if is_blocked { &mut brake.blocked } else { &mut brake.lanes };
            if !lanes.iter().any(|known| known == lane) {
                lanes.push(lane.to_owned());
            }
            return Ok(Some(brake));
        }
        // The lanes are counted anew; how long the brake was closed stays known while it holds for this version.
        if brake.version != version {
            brake = Brake::default();
        }
        let fresh = Brake {
            version,
            since: now,
            lanes: if is_blocked { Vec::new() } else { vec![lane.to_owned()] },
            blocked: if is_blocked { vec![lane.to_owned()] } else { Vec::new() },
            ..brake
        };
        let mut changes = Changes::default();
        changes
            .set("version", number(version))
            .set("since", number(now))
            .set(name, lanes)
            .remove(if is_blocked { "lanes" } else { "blocked" })
            .set("expires_at", number(expires_at(now, 1)));
        if fresh.closed_until.is_none() {
            changes.remove("closed_until").remove("closed_for").remove("probe_until").remove("reason");
        }
        changes.name("since").value("before", number(read(&before).since));
        let is_first = "attribute_not_exists(#since) OR #since = :before";
        let Updated { is_written, .. } = self.update(brake_key(installation, braked), changes, is_first).await?;
        Ok(is_written.then_some(fresh))
    }

    /// Closes a brake for a time.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn close_brake(
        &self,
        installation: &str,
        braked: impl Into<Braked>,
        version: u64,
        time: Duration,
        reason: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        let mut changes = Changes::default();
        changes
            .set("version", number(version))
            .set_if_absent("since", number(now))
            .set("closed_until", number(now.plus(time)))
            .set("closed_for", number(time.as_millis()))
            .set("reason", text(reason))
            .set("expires_at", number(expires_at(now, 1)))
            .remove("probe_until");
        // A process with yesterday's installation does not close the brake of today's.
        let is_current = "attribute_not_exists(#version) OR #version <= :version";
        self.update(brake_key(installation, braked.into()), changes, is_current).await?;
        Ok(())
    }

    /// Takes the right to try whether the trouble is over, until `until`. Returns `false` if somebody else has it.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn take_probe(
        &self,
        installation: &str,
        braked: impl Into<Braked>,
        until: Millis,
        now: Millis,
    ) -> Result<bool, StoreError> {
        let mut changes = Changes::default();
        changes.set("probe_until", number(until)).name("closed_until").value("now", number(now));
        let is_free = "#closed_until <= :now AND (attribute_not_exists(#probe_until) OR #probe_until <= :now)";
        Ok(self.update(brake_key(installation, braked.into()), changes, is_free).await?.is_written)
    }

    /// Takes a brake off. Returns whether it was closed.
    ///
    /// # Errors
    /// Returns an error if the call to the table fails.
    pub async fn release_brake(&self, installation: &str, braked: impl Into<Braked>) -> Result<bool, StoreError> {
        let request =
            self.client.delete_item().table_name(&self.table).set_key(Some(brake_key(installation, braked.into())));
        let answer = request
            .return_values(aws_sdk_dynamodb::types::ReturnValue::AllOld)
            .send()
            .await
            .map_err(|error| unavailable("DeleteItem", error))?;
        Ok(answer.attributes.is_some_and(|item| read(&item).closed_until.is_some()))
    }
}

fn sort_key(braked: Braked) -> String {
    format!("BRAKE#{}", braked.word())
}

fn brake_key(installation: &str, braked: Braked) -> Item {
    key(&format!("I#{installation}"), &sort_key(braked))
}

fn read(item: &Item) -> Brake {
    let lanes = |name: &str| item.get(name).and_then(|value| value.as_ss().ok()).cloned().unwrap_or_default();
    Brake {
        version: number_of(item, "version").unwrap_or_default(),
        lanes: lanes("lanes"),
        blocked: lanes("blocked"),
        since: number_of(item, "since").unwrap_or_default(),
        closed_until: number_of(item, "closed_until"),
        closed_for: Duration::from_millis(number_of(item, "closed_for").unwrap_or_default()),
        probe_until: number_of(item, "probe_until"),
        reason: owned(item, "reason").unwrap_or_default(),
    }
}
