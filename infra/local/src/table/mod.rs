//! The table: an embedded DynamoDB engine behind a proxy that counts calls and makes them fail.

mod proxy;
#[cfg(test)]
mod tests;

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use dynoxide::{Database, DynoxideError};
use serde_json::{Value, json};
use thiserror::Error;
use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::{JoinHandle, JoinSet},
};

use byoc_vendors::{
    fault::{Faults, with_faults},
    json::put,
};

use crate::server::Server;

pub use self::proxy::{Meter, Units};

/// What the engine is asked to make: the table of template.yaml, to which `.ci/template_check.py` compares the file.
const DESCRIPTION: &str = include_str!("../../../table.json");
/// The interval at which expired items are deleted. The real service takes up to days.
const SWEEP: Duration = Duration::from_secs(60);

/// A table that is being served. Dropping this value ends the serving; a table without a directory is then gone.
pub struct Table {
    server: Server,
    calls: Faults,
    meter: Meter,
    database: Database,
    /// The signal that stops the engine when it is dropped.
    stop: oneshot::Sender<()>,
    engine: JoinSet<()>,
    /// The task that deletes expired items.
    _sweeper: JoinSet<()>,
}

/// The error of a table that could not be started.
#[derive(Debug, Error)]
pub enum TableError {
    /// The directory could not be made.
    #[error("the directory {path} could not be made")]
    Directory {
        /// The path of the directory.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The path of the database is not UTF-8, as the engine requires.
    #[error("the path {0} is not UTF-8")]
    Path(PathBuf),
    /// The engine refused.
    #[error("the embedded DynamoDB engine refused")]
    Engine(#[from] DynoxideError),
    /// The engine could not read a table's description.
    #[error("the embedded DynamoDB engine does not understand the table's description")]
    Description(#[from] serde_json::Error),
    /// No listener could be opened on the loopback interface.
    #[error("the embedded DynamoDB engine could not be served")]
    Listen(#[from] io::Error),
    /// The proxy's client could not be made.
    #[error("the proxy in front of the embedded DynamoDB engine has no client")]
    Proxy(#[from] reqwest::Error),
}

impl Table {
    /// Opens the engine in memory or in the file `table.sqlite` of a directory, makes the table `name` if it does not
    /// exist, and serves the DynamoDB API on `listener`.
    ///
    /// # Errors
    /// Returns an error if the directory cannot be written or contains another kind of file, or if the network refuses.
    pub async fn start(name: &str, directory: Option<&Path>, listener: TcpListener) -> Result<Self, TableError> {
        let database = open(directory)?;
        make(&database, name)?;
        let inner = TcpListener::bind(("127.0.0.1", 0)).await?;
        let target = format!("http://{}/", inner.local_addr()?);
        let (stop, stopped) = oneshot::channel::<()>();
        let (mut engine, mut sweeper) = (JoinSet::new(), JoinSet::new());
        engine.spawn(run(inner, database.clone(), stopped));
        sweeper.spawn(sweep_again_and_again(database.clone()));
        let calls = Faults::of_aws();
        let meter = Meter::default();
        let server = Server::start(listener, with_faults(proxy::router(target, meter.clone())?, &calls))?;
        Ok(Self { server, calls, meter, database, stop, engine, _sweeper: sweeper })
    }

    /// Returns the endpoint for clients (`AWS_ENDPOINT_URL_DYNAMODB`).
    pub fn endpoint(&self) -> String {
        self.server.url()
    }

    /// Returns the call counter, which also injects faults.
    pub fn calls(&self) -> &Faults {
        &self.calls
    }

    /// Returns the meter of the units that calls consume.
    pub fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Deletes the items whose `expires_at` has passed. Returns their number. This happens every minute by itself.
    ///
    /// # Errors
    /// Returns an error if the engine cannot write.
    pub fn sweep(&self) -> Result<usize, TableError> {
        Ok(self.database.sweep_ttl()?)
    }

    /// Ends as a killed process does: connections break, nothing further takes effect, and the file can be opened
    /// again.
    pub async fn kill(mut self) {
        self.server.kill().await;
        drop(self.stop);
        // The engine's current work ends in an instant; a connection that stays open must not delay the kill.
        let _ended = tokio::time::timeout(Duration::from_secs(1), self.engine.join_next()).await;
    }
}

fn open(directory: Option<&Path>) -> Result<Database, TableError> {
    let Some(directory) = directory else { return Ok(Database::memory()?) };
    std::fs::create_dir_all(directory)
        .map_err(|source| TableError::Directory { path: directory.to_owned(), source })?;
    let path = directory.join("table.sqlite");
    let path = path.to_str().ok_or_else(|| TableError::Path(path.clone()))?;
    Ok(Database::new(path)?)
}

/// Makes the table as template.yaml defines it.
fn make(database: &Database, name: &str) -> Result<(), TableError> {
    let mut table: Value = serde_json::from_str(DESCRIPTION)?;
    put(&mut table, "TableName", name);
    match database.create_table(serde_json::from_value(table)?) {
        Ok(_) => {}
        Err(DynoxideError::ResourceInUseException(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    let expiry = json!({
        "TableName": name,
        "TimeToLiveSpecification": { "AttributeName": "expires_at", "Enabled": true },
    });
    database.update_time_to_live(serde_json::from_value(expiry)?)?;
    Ok(())
}

async fn run(listener: TcpListener, database: Database, stopped: oneshot::Receiver<()>) {
    let stopped = async move { drop(stopped.await) };
    if let Err(error) = dynoxide::server::serve_with_shutdown(listener, database, stopped).await {
        tracing::error!(error, "the embedded DynamoDB engine stopped");
    }
}

async fn sweep_again_and_again(database: Database) {
    loop {
        tokio::time::sleep(SWEEP).await;
        let database = database.clone();
        let swept: JoinHandle<_> = tokio::task::spawn_blocking(move || database.sweep_ttl());
        if let Ok(Err(error)) = swept.await {
            tracing::warn!(%error, "expired items could not be deleted");
        }
    }
}
