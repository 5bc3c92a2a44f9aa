//! The queues on disk. Every change is committed before it is acknowledged.
//!
//! The database is SQLite in WAL mode with `synchronous = NORMAL`: a commit survives the death of the process at any
//! moment. A power failure may lose the last commits, which a local bridge does not promise to keep. Times are stored
//! by the wall clock, without the time that a test has fast-forwarded.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, Row, params};

use super::message::Message;
use crate::clock::Time;

/// The database. Without a path it is in memory, so that both ways of running use the same code.
#[derive(Debug)]
pub(super) struct Store(Connection);

/// A deduplication id of the last five minutes.
#[derive(Clone, Debug)]
pub(super) struct Recent {
    /// The group, if the queue deduplicates per group.
    pub(super) scope: Option<String>,
    pub(super) deduplication: String,
    pub(super) id: String,
    pub(super) sequence: u64,
    pub(super) until: u64,
}

impl Store {
    pub(super) fn open(path: Option<&Path>) -> rusqlite::Result<Self> {
        let connection = match path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        connection.busy_timeout(Duration::from_secs(2))?;
        // Two bridges on one directory would hand out every message twice.
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(
            "BEGIN IMMEDIATE;
             CREATE TABLE IF NOT EXISTS messages (
                 queue TEXT NOT NULL, sequence INTEGER NOT NULL, id TEXT NOT NULL, grp TEXT, deduplication TEXT,
                 body TEXT NOT NULL, attributes TEXT NOT NULL, sent INTEGER NOT NULL, given_up_in TEXT,
                 receives INTEGER NOT NULL, first_received INTEGER, deferred_until INTEGER NOT NULL,
                 PRIMARY KEY (queue, sequence)) WITHOUT ROWID;
             CREATE TABLE IF NOT EXISTS recent (
                 queue TEXT NOT NULL, scope TEXT, deduplication TEXT NOT NULL, id TEXT NOT NULL,
                 sequence INTEGER NOT NULL, until INTEGER NOT NULL);
             CREATE INDEX IF NOT EXISTS recent_until ON recent (until);
             COMMIT;",
        )?;
        Ok(Self(connection))
    }

    /// Returns the highest sequence number in use.
    pub(super) fn last_sequence(&self) -> rusqlite::Result<u64> {
        self.0.query_row(
            "SELECT max(coalesce((SELECT max(sequence) FROM messages), 0),
                        coalesce((SELECT max(sequence) FROM recent), 0))",
            [],
            |row| row.get(0),
        )
    }

    /// Returns the messages of a queue in order.
    pub(super) fn messages(&self, queue: &str, time: Time) -> rusqlite::Result<Vec<Message>> {
        let mut select = self.0.prepare(
            "SELECT sequence, id, grp, deduplication, body, attributes, sent, given_up_in, receives, first_received,
                    deferred_until
             FROM messages WHERE queue = ? ORDER BY sequence",
        )?;
        select.query_map([queue], |row| message(row, time))?.collect()
    }

    /// Returns the deduplication ids that a queue must not accept again.
    pub(super) fn recent(&self, queue: &str, time: Time) -> rusqlite::Result<Vec<Recent>> {
        let mut select =
            self.0.prepare("SELECT scope, deduplication, id, sequence, until FROM recent WHERE queue = ?")?;
        let recent = |row: &Row<'_>| {
            let (scope, deduplication, id, sequence) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
            Ok(Recent { scope, deduplication, id, sequence, until: time.of_wall(row.get(4)?) })
        };
        select.query_map([queue], recent)?.collect()
    }

    /// Stores a message that was sent.
    pub(super) fn sent(
        &mut self,
        queue: &str,
        message: &Message,
        recent: Option<&Recent>,
        time: Time,
    ) -> rusqlite::Result<()> {
        let transaction = self.0.transaction()?;
        insert(&transaction, queue, message, time)?;
        if let Some(recent) = recent {
            transaction.prepare_cached("DELETE FROM recent WHERE until < ?")?.execute([time.to_wall(time.now)])?;
            transaction.prepare_cached("INSERT INTO recent VALUES (?, ?, ?, ?, ?, ?)")?.execute(params![
                queue,
                recent.scope,
                recent.deduplication,
                recent.id,
                recent.sequence,
                time.to_wall(recent.until)
            ])?;
        }
        transaction.commit()
    }

    /// Stores that messages were received. Receipts are not stored, so a restart makes the messages visible.
    pub(super) fn received(&mut self, queue: &str, sequences: &[u64], time: Time) -> rusqlite::Result<()> {
        let transaction = self.0.transaction()?;
        for sequence in sequences {
            transaction
                .prepare_cached(
                    "UPDATE messages SET receives = receives + 1, deferred_until = 0,
                                         first_received = coalesce(first_received, ?)
                     WHERE queue = ? AND sequence = ?",
                )?
                .execute(params![time.to_wall(time.now), queue, sequence])?;
        }
        transaction.commit()
    }

    /// Stores that a receiver deferred a message. The message stays deferred over a restart.
    pub(super) fn deferred(&mut self, queue: &str, sequence: u64, until: u64, time: Time) -> rusqlite::Result<()> {
        self.0
            .prepare_cached("UPDATE messages SET deferred_until = ? WHERE queue = ? AND sequence = ?")?
            .execute(params![time.to_wall(until), queue, sequence])?;
        Ok(())
    }

    pub(super) fn deleted(&mut self, queue: &str, sequence: u64) -> rusqlite::Result<()> {
        self.0
            .prepare_cached("DELETE FROM messages WHERE queue = ? AND sequence = ?")?
            .execute(params![queue, sequence])?;
        Ok(())
    }

    /// Stores that a message moved from one queue to another, where it becomes `message`.
    pub(super) fn moved(
        &mut self,
        (from, sequence): (&str, u64),
        to: &str,
        message: &Message,
        time: Time,
    ) -> rusqlite::Result<()> {
        let transaction = self.0.transaction()?;
        transaction.execute("DELETE FROM messages WHERE queue = ? AND sequence = ?", params![from, sequence])?;
        insert(&transaction, to, message, time)?;
        transaction.commit()
    }

    pub(super) fn purged(&mut self, queue: &str) -> rusqlite::Result<()> {
        self.0.execute("DELETE FROM messages WHERE queue = ?", [queue])?;
        Ok(())
    }
}

fn insert(connection: &Connection, queue: &str, message: &Message, time: Time) -> rusqlite::Result<()> {
    let attributes = serde_json::to_string(&message.attributes)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    connection.prepare_cached("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?.execute(params![
        queue,
        message.sequence,
        message.id,
        message.group,
        message.deduplication,
        message.body,
        attributes,
        time.to_wall(message.sent),
        message.given_up_in,
        message.receives,
        message.first_received.map(|at| time.to_wall(at)),
        time.to_wall(message.visible_at)
    ])?;
    Ok(())
}

fn message(row: &Row<'_>, time: Time) -> rusqlite::Result<Message> {
    let attributes: String = row.get(5)?;
    let deferred: u64 = row.get(10)?;
    Ok(Message {
        sequence: row.get(0)?,
        id: row.get(1)?,
        group: row.get(2)?,
        deduplication: row.get(3)?,
        body: row.get(4)?,
        attributes: serde_json::from_str(&attributes).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(5, rusqlite::types::Type::Text, Box::new(error))
        })?,
        sent: time.of_wall(row.get(6)?),
        given_up_in: row.get(7)?,
        receives: row.get(8)?,
        first_received: row.get::<_, Option<u64>>(9)?.map(|at| time.of_wall(at)),
        visible_at: if deferred == 0 { 0 } else { time.of_wall(deferred) },
        receipt: None,
    })
}
