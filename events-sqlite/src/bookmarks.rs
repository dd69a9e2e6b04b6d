//! What relays remember, in a SQLite file beside the journal.
//!
//! Not in the journal's own file: what relays write must never keep an append waiting. A position need not
//! be durable at once, for what is delivered again is there already; a dead letter has to be.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Mutex,
    time::UNIX_EPOCH,
};

use events_core::{Bookmarks, DeadLetter, EventId, JournalError, JournalIdentity, Position, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::{error::StoreError, lock::lock};

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS position (relay TEXT PRIMARY KEY, through INTEGER NOT NULL, id BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS landmark (relay TEXT PRIMARY KEY, landmark TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS dead_letter (
        relay TEXT NOT NULL, seq INTEGER NOT NULL, id BLOB NOT NULL, reason TEXT NOT NULL, refused INTEGER NOT NULL,
        PRIMARY KEY (relay, seq)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS identity (id TEXT NOT NULL);
";

/// The file, opened when it is first needed: who relays nothing has none.
#[derive(Debug)]
pub(crate) struct RelaysFile {
    folder: PathBuf,
    connection: Mutex<Option<Connection>>,
}

impl RelaysFile {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), connection: Mutex::default() }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Result<T, JournalError> {
        let failed = |error| StoreError::sqlite_write(&self.folder, error);
        let mut slot = lock(&self.connection);
        let connection = match &mut *slot {
            Some(connection) => connection,
            none => none.insert(open(&self.path()).map_err(failed)?),
        };
        Ok(work(connection).map_err(failed)?)
    }

    /// The relay that is furthest behind and has not passed a number, and how far it is.
    pub(crate) fn behind(&self, seq: Seq) -> Result<Option<(String, Seq)>, JournalError> {
        if !self.path().exists() {
            return Ok(None);
        }
        self.with(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT relay, through FROM position WHERE through < ?1 ORDER BY through, relay LIMIT 1",
            )?;
            statement.query_row([seq.0], |row| Ok((row.get(0)?, Seq(row.get(1)?)))).optional()
        })
    }

    /// Forgets everything of a relay.
    pub(crate) fn forget(&self, relay: &str) -> Result<(), JournalError> {
        self.durably(|transaction| {
            transaction.execute("DELETE FROM position WHERE relay = ?1", [relay])?;
            transaction.execute("DELETE FROM landmark WHERE relay = ?1", [relay])?;
            transaction.execute("DELETE FROM dead_letter WHERE relay = ?1", [relay])?;
            Ok(())
        })
    }

    fn path(&self) -> PathBuf {
        self.folder.join("relays.db")
    }

    /// In one transaction that is durable when this returns.
    fn durably<T>(&self, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, JournalError> {
        self.with(|connection| {
            connection.pragma_update(None, "synchronous", "FULL")?;
            let transaction = connection.transaction()?;
            let done = work(&transaction)?;
            transaction.commit().map(|()| done)
        })
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch("PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL;")?;
    connection.execute_batch(TABLES)?;
    Ok(connection)
}

impl Bookmarks for RelaysFile {
    fn position(&self, relay: &str) -> Result<Option<Position>, JournalError> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached("SELECT through, id FROM position WHERE relay = ?1")?;
            let position = |row: &rusqlite::Row<'_>| {
                Ok(Position { through: Seq(row.get(0)?), id: EventId::from_u128(u128::from_be_bytes(row.get(1)?)) })
            };
            statement.query_row([relay], position).optional()
        })
    }

    fn set_position(&self, relay: &str, position: Position) -> Result<(), JournalError> {
        self.with(|connection| {
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            let mut statement = connection.prepare_cached(
                "INSERT INTO position (relay, through, id) VALUES (?1, ?2, ?3)
                 ON CONFLICT (relay) DO UPDATE SET through = excluded.through, id = excluded.id",
            )?;
            statement.execute(params![relay, position.through.0, position.id.as_u128().to_be_bytes()])?;
            Ok(())
        })
    }

    fn landmark(&self, relay: &str) -> Result<Option<String>, JournalError> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached("SELECT landmark FROM landmark WHERE relay = ?1")?;
            statement.query_row([relay], |row| row.get(0)).optional()
        })
    }

    /// Written behind the position, so a crash loses it first.
    fn set_landmark(&self, relay: &str, landmark: &str) -> Result<(), JournalError> {
        self.with(|connection| {
            connection.pragma_update(None, "synchronous", "NORMAL")?;
            let mut statement = connection.prepare_cached(
                "INSERT INTO landmark (relay, landmark) VALUES (?1, ?2)
                 ON CONFLICT (relay) DO UPDATE SET landmark = excluded.landmark",
            )?;
            statement.execute(params![relay, landmark]).map(drop)
        })
    }

    fn add_dead_letters(&self, relay: &str, letters: &[DeadLetter]) -> Result<(), JournalError> {
        self.durably(|transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT OR REPLACE INTO dead_letter (relay, seq, id, reason, refused) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for letter in letters {
                let id = letter.id.as_u128().to_be_bytes();
                statement.execute(params![relay, letter.seq.0, id, letter.reason, letter.refused.millis()])?;
            }
            Ok(())
        })
    }

    fn dead_letters(&self, relay: &str, from: Seq, limit: usize) -> Result<Vec<DeadLetter>, JournalError> {
        // No event has so high a number.
        let Ok(from) = i64::try_from(from.0) else { return Ok(Vec::new()) };
        self.with(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT seq, id, reason, refused FROM dead_letter WHERE relay = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3",
            )?;
            let letter = |row: &rusqlite::Row<'_>| {
                Ok(DeadLetter {
                    seq: Seq(row.get(0)?),
                    id: EventId::from_u128(u128::from_be_bytes(row.get(1)?)),
                    reason: row.get(2)?,
                    refused: Timestamp::from_millis(row.get(3)?),
                })
            };
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let letters = statement.query_map(params![relay, from, limit], letter)?;
            letters.collect()
        })
    }

    fn remove_dead_letters(&self, relay: &str, numbers: &[Seq]) -> Result<u64, JournalError> {
        self.durably(|transaction| {
            let mut statement = transaction.prepare_cached("DELETE FROM dead_letter WHERE relay = ?1 AND seq = ?2")?;
            // What is no number here is of no event.
            let numbers = numbers.iter().filter_map(|seq| i64::try_from(seq.0).ok());
            numbers.map(|seq| Ok(statement.execute(params![relay, seq])? as u64)).sum()
        })
    }

    fn count_dead_letters(&self, relay: &str) -> Result<u64, JournalError> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached("SELECT count(*) FROM dead_letter WHERE relay = ?1")?;
            statement.query_row([relay], |row| row.get(0))
        })
    }

    fn identity(&self) -> Result<JournalIdentity, JournalError> {
        self.durably(|transaction| {
            let missing =
                "INSERT INTO identity SELECT lower(hex(randomblob(16))) WHERE NOT EXISTS (SELECT 1 FROM identity)";
            transaction.execute(missing, []).map(drop)
        })?;
        let id = self.with(|connection| connection.query_row("SELECT id FROM identity", [], |row| row.get(0)))?;
        let file = self.folder.join("relays.db");
        let place = place(&file).map_err(|error| JournalError::Failed(Box::new(error)))?;
        Ok(JournalIdentity { id, place })
    }
}

/// What a file keeps when its folder is renamed and its disk is put into another machine, and what a copy
/// of it does not have.
fn place(file: &Path) -> io::Result<String> {
    let about = fs::metadata(file)?;
    // Not every file system knows when a file was made.
    let made = about.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let made = made.map(|made| made.as_nanos()).unwrap_or_default();
    #[cfg(unix)]
    let number = std::os::unix::fs::MetadataExt::ino(&about);
    #[cfg(not(unix))]
    let number = fs::canonicalize(file)?.display().to_string();
    Ok(format!("{number}-{made}"))
}
