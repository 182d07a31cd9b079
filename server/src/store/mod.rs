//! The store: a SQLite database. All SQL is here. Each area has a folder and a small struct (`db.rs`).
//!
//! One connection writes, and a few read (WAL mode). A write is on disk when its commit returns (`synchronous=FULL`).

mod accounts;
pub mod audit;
mod booking;
mod bots;
mod customers;
mod db;
mod events;
mod log;
mod mails;
mod maintenance;
mod names;
mod profiles;
mod queue;
mod secrets;
mod sender_key;
mod settings;

#[cfg(test)]
mod audit_tests;
#[cfg(test)]
mod audited_tests;
#[cfg(test)]
mod batch_tests;
#[cfg(test)]
mod bot_tests;
#[cfg(test)]
mod converting_tests;
#[cfg(test)]
mod customer_tests;
#[cfg(test)]
mod draft_tests;
#[cfg(test)]
mod event_people_tests;
#[cfg(test)]
mod key_tests;
#[cfg(test)]
mod mail_tests;
#[cfg(test)]
mod people_tests;
#[cfg(test)]
mod profile_list_tests;
#[cfg(test)]
mod queue_tests;
#[cfg(test)]
mod replay_tests;
#[cfg(test)]
mod retention_tests;
#[cfg(test)]
mod strangers_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod text_tests;

use std::{borrow::Cow, fs, io, path::Path, str::FromStr as _, sync::Arc, time::Duration};

use sqlx::{
    Connection as _, SqliteConnection, SqlitePool,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{Notify, broadcast};

pub use self::{
    accounts::{
        User,
        links::{Invitation, LinkKind, NewInvitation, NewLink},
        members::Member,
        second_factors::SecondFactor,
        sessions::{NewSession, OpenSession, SessionRow},
        sign_in_failures::{MANY_CODES, SignInFailures},
    },
    audit::AuditFilter,
    booking::{BookingRecord, UpdateSource},
    bots::{Bot, BotRecord, EditedBooking, EditedBot, Entered, ExportedBot},
    customers::{
        BookingRow, Contact,
        reading::{CustomerBooking, CustomerDelivery, CustomerFilter, CustomerRow, Subscription},
        sandbox_talk::SandboxTalk,
    },
    db::{
        Accounts, Audit, Booking, Bots, Customers, Events, Log, Mails, Maintenance, Profiles, Queue, Secrets, Settings,
        Store,
    },
    events::{
        AcceptedEvent, EventRecord, NewDelivery, Reason, Received, TokenSource,
        booking::NewBooking,
        known_tokens::KnownTokens,
        past::PastEvent,
        payloads::{DuplicateScope, Packed, fingerprint},
        rejections::Rejection,
        replay::{EventReplay, RefusedEvent},
        strangers::Stateless,
    },
    log::{
        LogFilter, LogRows, Logged,
        health::{LatestCalls, MailHealth, QueueHealth},
        last_event::{DeliverySummary, LastEvent},
        unreachable::Unreachable,
    },
    mails::{ClaimedMail, Concerned, FailureRow, MailChange, MailContent, MailRecord, addresses::Standing},
    maintenance::{
        SweepPlace, Swept,
        erasing::{Erasure, Stored},
        people::Filled,
    },
    profiles::{
        StoredProfile, Test,
        changes::OldKey,
        drafts::DraftRecord,
        list::{ListedEvent, ListedProfile, ListedState},
        sandbox::{SandboxMessage, SandboxRow},
    },
    queue::{
        Claimed, DeliveryRecord, Totals,
        attempts::Attempt,
        bulk::Bulk,
        heads::Head,
        outcomes::{DeliveryChange, Recorded},
        replays::{Ask, ReplaySource, Wish},
    },
    secrets::{
        KeyState,
        locked::LockedSecrets,
        resealing::{Column, Locked, Resealed},
    },
    sender_key::SenderKey,
};
use self::{
    db::Db,
    events::{accepting::Acceptor, rejections::Rejections},
    mails::addresses::Addresses,
    profiles::cache::ProfileCache,
};
use crate::secrets::{
    private,
    seal::{KeySource, SealError, Sealer},
};

/// The size in bytes to which SQLite truncates the write-ahead log: about the amount written between two checkpoints.
const WAL_KEEPS: &str = "4194304";

/// The writer's page cache. A negative number is a size in KiB. The indexes with random insert positions must fit into
/// it while many events are stored.
const WRITERS_CACHE: &str = "-8192";

/// The number of ended sessions that a slow subscriber may lag behind before it misses some.
const ENDED: usize = 64;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// Where the data, the database and the encryption keys are.
#[derive(Clone, Copy, Debug)]
pub struct Location<'a> {
    /// The data folder.
    pub data_dir: &'a Path,
    /// The database's URL, or `None` for the file in the data folder.
    pub database: Option<&'a str>,
    /// The encryption keys given by the environment, or `None` for the key file in the data folder.
    pub key: Option<&'a KeySource>,
}

/// The error of a method of the store. Any method can return [`StoreError::Database`]; the `# Errors` sections name
/// only further cases.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite or the connection pool returned an error.
    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),
    /// A migration failed.
    #[error("the database could not be brought up to date: {0}")]
    Migration(#[source] MigrateError),
    /// A later version of the program has migrated the database.
    #[error("a later version has used the database: install that version, or restore a backup that was made before")]
    Newer,
    /// A secret could not be encrypted or decrypted.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The folder of the data or of the database cannot be used.
    #[error("the data folder {path} cannot be used: {source}")]
    Folder {
        /// The folder's path.
        path: String,
        /// The cause.
        source: io::Error,
    },
    /// A row contains a value that this version never writes.
    #[error("the database holds a value that cannot be read: {0}")]
    Corrupt(Cow<'static, str>),
    /// A name or address that must be unique is already in use.
    #[error("that name is taken")]
    Taken,
    /// A webhook key belongs to another profile.
    #[error("that key belongs to another profile")]
    KeyTaken,
    /// The data to be changed was changed by somebody else in the meantime.
    #[error("it has been changed by somebody else in the meantime")]
    Outdated,
    /// A profile refers to a bot that has no token here.
    #[error("there is no such bot")]
    NoSuchBot,
    /// The change would leave no admin.
    #[error("this is the last admin, who can be neither removed nor demoted")]
    LastAdmin,
    /// There is no such row.
    #[error("there is no such thing")]
    NotFound,
    /// Too many events wait to be stored; the caller may try again.
    #[error("too many events wait to be stored")]
    Busy,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { index, .. } => Self::Corrupt(index.into()),
            other => Self::Database(other),
        }
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(_) => Self::Newer,
            other => Self::Migration(other),
        }
    }
}

impl StoreError {
    /// The error for a column that contains a value which this version never writes.
    pub(crate) const fn corrupt(column: &'static str) -> Self {
        Self::Corrupt(Cow::Borrowed(column))
    }

    /// Whether the same call may succeed a little later: the database was busy, its disk full, or its pool exhausted.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Database(error) if !matches!(error, sqlx::Error::PoolClosed))
    }
}

impl Store {
    /// Opens the store of a data folder. Creates the data folder (mode 0700), the key file and the tables if they are
    /// missing.
    ///
    /// # Errors
    /// If the folder, the key or the database cannot be used.
    pub async fn open(location: Location<'_>) -> Result<Self, StoreError> {
        make_folder(location.data_dir)?;
        let sealer = match location.key {
            Some(KeySource::Text(keys)) => Sealer::from_base64(keys)?,
            Some(KeySource::File(path)) => Sealer::from_file(path)?,
            None => Sealer::from_folder(location.data_dir)?,
        };
        let options = match location.database {
            Some(url) => SqliteConnectOptions::from_str(url)?,
            // In a path, unlike in a URL, % ? # have no special meaning.
            None => SqliteConnectOptions::new().filename(location.data_dir.join("hookgram.db")),
        };
        let is_in_memory = location.database.is_some_and(|url| url.contains(":memory:") || url.contains("mode=memory"));
        if !is_in_memory {
            close_to_others(options.get_filename())?;
        }
        Self::connect_with(options, sealer).await
    }

    /// Opens a database by its URL.
    ///
    /// # Errors
    /// If it cannot be opened or brought up to date.
    pub async fn connect(url: &str, sealer: Sealer) -> Result<Self, StoreError> {
        Self::connect_with(SqliteConnectOptions::from_str(url)?, sealer).await
    }

    async fn connect_with(options: SqliteConnectOptions, sealer: Sealer) -> Result<Self, StoreError> {
        let options = options
            .create_if_missing(true)
            // Takes effect only before the first table is created.
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            // The size that the write-ahead log file may keep after a checkpoint.
            .pragma("journal_size_limit", WAL_KEEPS)
            // Overwrites deleted content only if that costs no extra page write. Erasing a person turns full
            // overwriting on.
            .pragma("secure_delete", "FAST")
            .busy_timeout(Duration::from_secs(5));
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(10))
            .after_release(|connection, _| Box::pin(is_usable(connection)))
            .connect_with(options.clone().pragma("cache_size", WRITERS_CACHE))
            .await?;
        MIGRATIONS.run(&write).await?;
        profiles::folding::fill_in(&write).await?;
        secrets::begin(&write, &sealer).await?;
        bots::moving::move_tokens(&write, &sealer).await?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(10))
            // All writes use `write`.
            .connect_with(options.create_if_missing(false).pragma("query_only", "ON"))
            .await?;
        Ok(Self::over(write, read, sealer))
    }

    /// Opens a store in memory, which is lost when the process ends.
    ///
    /// # Errors
    /// If the database cannot be created.
    pub async fn in_memory() -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str("sqlite::memory:")?.foreign_keys(true);
        // A single connection, because each connection would have its own in-memory database.
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
        MIGRATIONS.run(&pool).await?;
        let sealer = Sealer::ephemeral()?;
        Ok(Self::over(pool.clone(), pool, sealer))
    }

    fn over(write: SqlitePool, read: SqlitePool, sealer: Sealer) -> Self {
        let stored = Arc::new(Notify::new());
        Self::of(Db {
            acceptor: Acceptor::start(write.clone(), sealer.clone(), stored.clone()),
            rejections: Rejections::start(write.clone(), stored.clone()),
            stored,
            profile_cache: ProfileCache::default(),
            addresses: Addresses::default(),
            write,
            read,
            sealer,
            ended: broadcast::Sender::new(ENDED),
        })
    }

    /// Checks that the database responds.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1 FROM users LIMIT 1").fetch_optional(&self.db.read).await?;
        Ok(())
    }

    /// Writes a consistent copy of the database to a file that does not exist yet.
    ///
    /// # Errors
    /// If the file exists or cannot be written.
    pub async fn backup(&self, file: &Path) -> Result<(), StoreError> {
        // SQLite writes into an existing empty file and keeps its mode.
        private::create(file).map_err(sqlx::Error::Io)?;
        let done =
            sqlx::query("VACUUM INTO ?1").bind(file.to_string_lossy().into_owned()).execute(&self.db.write).await;
        if done.is_err() {
            let _ = fs::remove_file(file);
        }
        done?;
        Ok(())
    }

    /// Closes every connection, so that SQLite moves the write-ahead log into the database.
    pub async fn close(&self) {
        self.db.read.close().await;
        self.db.write.close().await;
    }
}

/// Whether a connection may be returned to the pool. If the disk was full, SQLite has rolled the transaction back by
/// itself. sqlx still counts the connection as inside that transaction, so no new one could begin on it.
async fn is_usable(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // Waits for a rollback that is in progress.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

/// Restricts the database file to the server's own user and creates it if it is missing. Logs a warning if others may
/// replace files in its folder.
fn close_to_others(database: &Path) -> Result<(), StoreError> {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let fault = |source| StoreError::Folder { path: folder.display().to_string(), source };
    private::create_or_restrict(database).map_err(fault)?;
    // SQLite gives its new side files the mode of the database. Existing ones may be older.
    for end in ["-wal", "-shm"] {
        let mut beside = database.as_os_str().to_owned();
        beside.push(end);
        private::restrict(Path::new(&beside));
    }
    private::warn_of_open_folder(folder);
    Ok(())
}

/// Creates the data folder (mode 0700) if it is missing.
///
/// # Errors
/// [`StoreError::Folder`].
pub(crate) fn make_folder(path: &Path) -> Result<(), StoreError> {
    let fault = |source| StoreError::Folder { path: path.display().to_string(), source };
    if path.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(path).map_err(fault)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(fault)?;
    }
    Ok(())
}

/// Maps the violation of a unique index to `taken`; other errors stay as they are.
fn unique(error: sqlx::Error, taken: StoreError) -> StoreError {
    match &error {
        sqlx::Error::Database(database) if database.is_unique_violation() => taken,
        _ => StoreError::Database(error),
    }
}
