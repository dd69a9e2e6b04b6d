//! The SQLite file that events are durable in first, and that knows which segments are valid.
//!
//! One row holds the events of one commit. A segment is valid once its row stands here: its registration
//! and the removal of its events from the journal are one transaction, so an event is never in both or
//! in neither, whatever moment a crash takes.

use std::{
    cell::Cell,
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use events_core::{Cursor, EventId, Month, OpenOperation, ProcessId, Seq, Timestamp};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::{error::StoreError, journal_row::JournalRow, read::Gap, segment::SegmentRow};

/// The version of the tables and of the segments.
const FORMAT: i64 = 3;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS journal (first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, events BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS damaged_journal (first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, events BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS open_operation (id BLOB PRIMARY KEY, seq INTEGER NOT NULL, process INTEGER NOT NULL, deadline INTEGER) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS note (operation BLOB PRIMARY KEY, bytes BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS segment (
        number INTEGER PRIMARY KEY, month TEXT NOT NULL, events INTEGER NOT NULL, bytes INTEGER NOT NULL,
        first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
        oldest_time INTEGER NOT NULL, oldest_id BLOB NOT NULL, newest_time INTEGER NOT NULL, newest_id BLOB NOT NULL,
        first_id BLOB NOT NULL, last_id BLOB NOT NULL
    );
    CREATE TABLE IF NOT EXISTS obsolete (number INTEGER PRIMARY KEY);
";

const INSERT_EVENTS: &str = "INSERT INTO journal (first_seq, last_seq, events) VALUES (?1, ?2, ?3)";

/// An open connection.
#[derive(Debug)]
pub(crate) struct JournalFile {
    folder: PathBuf,
    connection: Connection,
    /// What commits wait for; none where that is not known.
    durability: Cell<Option<Durability>>,
    access: Access,
}

/// How the file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Write,
    /// Beside whoever writes.
    Read,
    /// Where nobody writes and nothing may be written, not even what readers tell each other; and when somebody wrote last.
    ReadAlone(Option<SystemTime>),
}

/// What is stored beside the events.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meta {
    pub(crate) hash_key: [u8; 16],
    /// The largest number of a sealed event.
    pub(crate) sealed_through: Seq,
    pub(crate) next_segment: u64,
}

impl JournalFile {
    /// Opens the file for writing; makes it, and its tables, where they are missing.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(path(folder)).map_err(|error| StoreError::sqlite_write(folder, error))?;
        Self { folder: folder.to_owned(), connection, durability: Cell::new(None), access: Access::Write }.made_ready()
    }

    /// Opens the file of a folder that has segments, for writing: without it nobody knows what they are.
    pub(crate) fn open_of_segments(folder: &Path) -> Result<Self, StoreError> {
        let path = path(folder);
        let lost = |why| {
            StoreError::damaged(
                &path,
                format!(
                    "it {why}, but there are segments beside it: put back the journal.db that belongs to them, or move them away"
                ),
            )
        };
        match path.metadata() {
            Ok(file) if file.len() == 0 => return Err(lost("is empty")),
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(lost("is missing")),
            Err(error) => return Err(StoreError::io(&path, error)),
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(&path, flags).map_err(|error| StoreError::sqlite_write(folder, error))?;
        let file = Self { folder: folder.to_owned(), connection, durability: Cell::new(None), access: Access::Write };
        let tables: u64 = file
            .connection
            .query_row("SELECT count(*) FROM sqlite_master WHERE name IN ('meta', 'segment')", [], |row| row.get(0))
            .map_err(|error| file.failed(error))?;
        if tables < 2 {
            return Err(lost("has no tables of a store"));
        }
        file.made_ready()
    }

    fn made_ready(self) -> Result<Self, StoreError> {
        let file = self;
        file.run("PRAGMA page_size = 16384; PRAGMA busy_timeout = 10000;")?;
        // The log is checkpointed at 32 MiB: larger logs stall longer, smaller ones more often (measured).
        file.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000;")?;
        file.run("PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 134217728;")?;
        file.run("BEGIN IMMEDIATE")?;
        file.run(TABLES)?;
        file.run(&format!(
            "INSERT OR IGNORE INTO meta VALUES ('format', {FORMAT}), ('hash-key', randomblob(16)), \
             ('sealed-through', 0), ('next-segment', 1)"
        ))?;
        file.run("COMMIT")?;
        file.check_format()?;
        Ok(file)
    }

    /// Opens the file for reading, beside a writer.
    pub(crate) fn open_read_only(folder: &Path) -> Result<Self, StoreError> {
        let path = path(folder);
        if !path.try_exists().map_err(|error| StoreError::io(&path, error))? {
            let folder = folder.display();
            return Err(StoreError::failed(format!(
                "there is no store in {folder}: the process that records events makes it"
            )));
        }
        Self::open_to_read(folder, Access::Read).or_else(|error| {
            if log(folder).exists() {
                return Err(error);
            }
            // A log to read beside would have to be made first, and this process may not.
            Self::open_to_read(folder, Access::ReadAlone(written(folder))).map_err(|_| error)
        })
    }

    fn open_to_read(folder: &Path, access: Access) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match access {
            Access::ReadAlone(_) => {
                let flags = flags | OpenFlags::SQLITE_OPEN_URI;
                Connection::open_with_flags(format!("file:{}?immutable=1", uri_path(&path(folder))), flags)
            }
            Access::Read | Access::Write => Connection::open_with_flags(path(folder), flags),
        };
        let connection = connection.map_err(|error| StoreError::sqlite(folder, error))?;
        let file = Self { folder: folder.to_owned(), connection, durability: Cell::new(None), access };
        file.run("PRAGMA busy_timeout = 10000;")?;
        file.check_format()?;
        Ok(file)
    }

    /// Whether somebody writes, or has written, to a file that was opened as one that nobody writes to.
    pub(crate) fn is_outlived(&self) -> bool {
        let Access::ReadAlone(when) = self.access else { return false };
        log(&self.folder).exists() || written(&self.folder) != when
    }

    fn check_format(&self) -> Result<(), StoreError> {
        let format: i64 = self.meta_value("format")?;
        if format == FORMAT {
            return Ok(());
        }
        let folder = self.folder.display();
        Err(StoreError::failed(format!(
            "{folder} has the format {format}, this version reads {FORMAT}: use the version that wrote it"
        )))
    }

    fn failed(&self, error: rusqlite::Error) -> StoreError {
        match self.access {
            Access::Write => StoreError::sqlite_write(&self.folder, error),
            Access::Read | Access::ReadAlone(_) => StoreError::sqlite(&self.folder, error),
        }
    }

    fn run(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(|error| self.failed(error))
    }

    fn step(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(drop)
    }

    fn meta_value<T: rusqlite::types::FromSql>(&self, name: &str) -> Result<T, StoreError> {
        self.connection
            .query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))
            .map_err(|error| self.failed(error))
    }

    pub(crate) fn meta(&self) -> Result<Meta, StoreError> {
        Ok(Meta {
            hash_key: self.meta_value("hash-key")?,
            sealed_through: Seq(self.meta_value("sealed-through")?),
            next_segment: self.meta_value("next-segment")?,
        })
    }

    /// Begins a transaction that will write, after whatever a panic left begun.
    pub(crate) fn begin(&self, durability: Durability) -> Result<(), StoreError> {
        self.rollback();
        if self.durability.get() != Some(durability) {
            self.durability.set(None);
            self.run(match durability {
                Durability::Now => "PRAGMA synchronous = FULL",
                Durability::WithTheNext => "PRAGMA synchronous = NORMAL",
            })?;
            self.durability.set(Some(durability));
        }
        self.step("BEGIN IMMEDIATE").map_err(|error| self.failed(error))
    }

    /// Whether what is committed now is durable when that returns.
    pub(crate) fn is_durable_now(&self) -> bool {
        self.durability.get() == Some(Durability::Now)
    }

    /// Begins a transaction that sees one moment.
    pub(crate) fn begin_read(&self) -> Result<(), StoreError> {
        self.step("BEGIN").map_err(|error| self.failed(error))
    }

    /// Commits. `Err(CommitError { unknown: true, .. })` where nobody can say whether it is durable.
    pub(crate) fn commit(&self) -> Result<(), CommitError> {
        self.step("COMMIT").map_err(|error| {
            let code = error.sqlite_error().map(|failure| failure.extended_code);
            // A log that could not be written has no commit mark; one that could not be synced may have.
            let unknown = !matches!(
                code,
                Some(rusqlite::ffi::SQLITE_FULL | rusqlite::ffi::SQLITE_BUSY | rusqlite::ffi::SQLITE_IOERR_WRITE)
            );
            CommitError { cause: self.failed(error), unknown }
        })
    }

    /// Ends a transaction that failed, if SQLite has not done so itself.
    pub(crate) fn rollback(&self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.step("ROLLBACK")
        {
            tracing::error!(%error, "a failed transaction could not be rolled back");
        }
    }

    /// Adds a row of events, inside a transaction.
    pub(crate) fn insert_events(&self, first_seq: Seq, last_seq: Seq, bytes: &[u8]) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(INSERT_EVENTS)
            .and_then(|mut insert| insert.execute(params![first_seq.0, last_seq.0, bytes]))
            .map(drop)
            .map_err(|error| self.failed(error))
    }

    /// The rows of the journal, from a number on.
    pub(crate) fn rows(&self, from: Seq) -> Result<Vec<JournalRow>, StoreError> {
        let rows = || -> rusqlite::Result<Vec<JournalRow>> {
            let mut select = self.connection.prepare_cached(
                "SELECT first_seq, last_seq, events FROM journal WHERE first_seq >= ?1 ORDER BY first_seq",
            )?;
            let rows = select.query_map([from.0], |row| {
                Ok(JournalRow { first_seq: Seq(row.get(0)?), last_seq: Seq(row.get(1)?), bytes: row.get(2)? })
            })?;
            rows.collect()
        };
        rows().map_err(|error| self.failed(error))
    }

    /// The largest number there is a row for, damaged ones included.
    pub(crate) fn last_seq(&self) -> Result<Option<Seq>, StoreError> {
        self.connection
            .query_row(
                "SELECT max(last_seq) FROM (SELECT last_seq FROM journal UNION ALL SELECT last_seq FROM damaged_journal)",
                [],
                |row| row.get::<_, Option<u64>>(0),
            )
            .map(|last| last.map(Seq))
            .map_err(|error| self.failed(error))
    }

    /// Puts a row that cannot be read where it harms nobody.
    pub(crate) fn set_row_aside(&self, first_seq: Seq) -> Result<(), StoreError> {
        self.begin(Durability::Now)?;
        let moved = self.run(&format!(
            "INSERT OR REPLACE INTO damaged_journal SELECT * FROM journal WHERE first_seq = {0}; \
             DELETE FROM journal WHERE first_seq = {0}; COMMIT",
            first_seq.0
        ));
        moved.inspect_err(|_| self.rollback())
    }

    /// Changes something, inside a transaction, so that its commit writes over the log of one that failed.
    pub(crate) fn note_doubt(&self) -> Result<(), StoreError> {
        self.step("INSERT INTO meta VALUES ('doubts', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1")
            .map_err(|error| self.failed(error))
    }

    /// Whether a segment is registered.
    pub(crate) fn has_segment(&self, number: u64) -> Result<bool, StoreError> {
        self.connection
            .query_row("SELECT 1 FROM segment WHERE number = ?1", [number], |_| Ok(()))
            .optional()
            .map(|found| found.is_some())
            .map_err(|error| self.failed(error))
    }

    /// What was set aside.
    pub(crate) fn gaps(&self) -> Result<Vec<Gap>, StoreError> {
        let gaps = || -> rusqlite::Result<Vec<Gap>> {
            let mut select = self.connection.prepare_cached("SELECT first_seq, last_seq FROM damaged_journal")?;
            let gaps = select.query_map([], |row| {
                Ok(Gap { first: Seq(row.get(0)?), last: Seq(row.get(1)?), journal: path(&self.folder) })
            })?;
            gaps.collect()
        };
        gaps().map_err(|error| self.failed(error))
    }

    /// The operations that were open when events were sealed last.
    pub(crate) fn open_operations(&self) -> Result<Vec<OpenOperation>, StoreError> {
        let rows = || -> rusqlite::Result<Vec<OpenOperation>> {
            let mut select = self.connection.prepare("SELECT id, seq, process, deadline FROM open_operation")?;
            let rows = select.query_map([], |row| {
                Ok(OpenOperation {
                    id: id(row.get(0)?),
                    seq: Seq(row.get(1)?),
                    process: ProcessId::from_u64(row.get::<_, i64>(2)? as u64),
                    deadline: row.get::<_, Option<i64>>(3)?.map(Timestamp::from_millis),
                })
            })?;
            rows.collect()
        };
        rows().map_err(|error| self.failed(error))
    }

    /// Writes down which operations are open, inside a transaction.
    pub(crate) fn change_open_operations<'o>(
        &self,
        closed: impl Iterator<Item = EventId>,
        opened: impl Iterator<Item = &'o OpenOperation>,
    ) -> Result<(), StoreError> {
        let change = || -> rusqlite::Result<()> {
            let mut delete = self.connection.prepare_cached("DELETE FROM open_operation WHERE id = ?1")?;
            for id in closed {
                delete.execute([id.as_u128().to_be_bytes()])?;
            }
            let mut insert = self.connection.prepare_cached(
                "INSERT OR REPLACE INTO open_operation (id, seq, process, deadline) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for operation in opened {
                insert.execute(params![
                    operation.id.as_u128().to_be_bytes(),
                    operation.seq.0,
                    operation.process.as_u64() as i64,
                    operation.deadline.map(Timestamp::millis)
                ])?;
            }
            Ok(())
        };
        change().map_err(|error| self.failed(error))
    }

    /// Writes notes of operations, and removes those of which nothing is left, inside a transaction.
    pub(crate) fn change_notes<'n>(
        &self,
        notes: impl Iterator<Item = (EventId, Option<&'n [u8]>)>,
    ) -> Result<(), StoreError> {
        let change = |(operation, note): (EventId, Option<&[u8]>)| -> rusqlite::Result<()> {
            let operation = operation.as_u128().to_be_bytes();
            match note {
                Some(note) => self
                    .connection
                    .prepare_cached("INSERT OR REPLACE INTO note (operation, bytes) VALUES (?1, ?2)")?
                    .execute(params![operation, note]),
                None => self.connection.prepare_cached("DELETE FROM note WHERE operation = ?1")?.execute([operation]),
            }
            .map(drop)
        };
        let mut notes = notes;
        notes.try_for_each(change).map_err(|error| self.failed(error))
    }

    /// The note of an operation.
    pub(crate) fn note(&self, operation: EventId) -> Result<Option<Vec<u8>>, StoreError> {
        self.connection
            .prepare_cached("SELECT bytes FROM note WHERE operation = ?1")
            .and_then(|mut select| select.query_row([operation.as_u128().to_be_bytes()], |row| row.get(0)).optional())
            .map_err(|error| self.failed(error))
    }

    /// The operations that have notes.
    pub(crate) fn noted(&self) -> Result<HashSet<EventId>, StoreError> {
        let noted = || -> rusqlite::Result<HashSet<EventId>> {
            let mut select = self.connection.prepare("SELECT operation FROM note")?;
            select.query_map([], |row| row.get(0).map(id))?.collect()
        };
        noted().map_err(|error| self.failed(error))
    }

    /// Removes the rows up to a number, whose events are sealed now, inside a transaction.
    pub(crate) fn delete_through(&self, through: Seq) -> Result<(), StoreError> {
        let delete = || -> rusqlite::Result<()> {
            self.connection.prepare_cached("DELETE FROM journal WHERE first_seq <= ?1")?.execute([through.0])?;
            self.connection
                .prepare_cached("UPDATE meta SET value = max(value, ?1) WHERE name = 'sealed-through'")?
                .execute([through.0])?;
            Ok(())
        };
        delete().map_err(|error| self.failed(error))
    }

    /// The segments, oldest number first.
    pub(crate) fn segments(&self) -> Result<Vec<SegmentRow>, StoreError> {
        let rows = || -> rusqlite::Result<Vec<SegmentRow>> {
            let mut select = self.connection.prepare_cached("SELECT * FROM segment ORDER BY number")?;
            let rows = select.query_map([], |row| {
                let cursor = |time: &str, name: &str| -> rusqlite::Result<Cursor> {
                    Ok(Cursor { timestamp: Timestamp::from_millis(row.get(time)?), id: id(row.get(name)?) })
                };
                let month: String = row.get("month")?;
                Ok(SegmentRow {
                    number: row.get("number")?,
                    month: month.parse::<Month>().unwrap_or_else(|_| Timestamp::MIN.month()),
                    events: row.get("events")?,
                    bytes: row.get("bytes")?,
                    first_seq: Seq(row.get("first_seq")?),
                    last_seq: Seq(row.get("last_seq")?),
                    oldest: cursor("oldest_time", "oldest_id")?,
                    newest: cursor("newest_time", "newest_id")?,
                    first_id: id(row.get("first_id")?),
                    last_id: id(row.get("last_id")?),
                })
            })?;
            rows.collect()
        };
        rows().map_err(|error| self.failed(error))
    }

    /// Segments that are not valid any more and whose files may still be there.
    pub(crate) fn obsolete(&self) -> Result<HashSet<u64>, StoreError> {
        let numbers = || -> rusqlite::Result<HashSet<u64>> {
            let mut select = self.connection.prepare("SELECT number FROM obsolete")?;
            select.query_map([], |row| row.get(0))?.collect()
        };
        numbers().map_err(|error| self.failed(error))
    }

    /// The files of all obsolete segments are gone.
    pub(crate) fn forget_obsolete(&self) -> Result<(), StoreError> {
        self.run("DELETE FROM obsolete")
    }

    /// Registers segments and forgets others, whose files may go then, inside a transaction.
    pub(crate) fn change_segments(
        &self,
        added: &[SegmentRow],
        removed: &[u64],
        next_segment: u64,
    ) -> Result<(), StoreError> {
        let change = || -> rusqlite::Result<()> {
            let mut insert = self
                .connection
                .prepare_cached("INSERT INTO segment VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")?;
            for row in added {
                insert.execute(params![
                    row.number,
                    row.month.to_string(),
                    row.events,
                    row.bytes,
                    row.first_seq.0,
                    row.last_seq.0,
                    row.oldest.timestamp.millis(),
                    row.oldest.id.as_u128().to_be_bytes(),
                    row.newest.timestamp.millis(),
                    row.newest.id.as_u128().to_be_bytes(),
                    row.first_id.as_u128().to_be_bytes(),
                    row.last_id.as_u128().to_be_bytes()
                ])?;
            }
            let mut delete = self.connection.prepare_cached("DELETE FROM segment WHERE number = ?1")?;
            let mut obsolete = self.connection.prepare_cached("INSERT OR IGNORE INTO obsolete VALUES (?1)")?;
            for number in removed {
                delete.execute([number])?;
                obsolete.execute([number])?;
            }
            self.connection
                .prepare_cached("UPDATE meta SET value = max(value, ?1) WHERE name = 'next-segment'")?
                .execute([next_segment])?;
            Ok(())
        };
        change().map_err(|error| self.failed(error))
    }
}

/// When a commit is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// When it returns.
    Now,
    /// With the next one that is durable when it returns, if nothing happens before.
    WithTheNext,
}

/// A commit that failed.
#[derive(Debug)]
pub(crate) struct CommitError {
    pub(crate) cause: StoreError,
    pub(crate) unknown: bool,
}

impl From<StoreError> for CommitError {
    /// Of what failed before the commit.
    fn from(cause: StoreError) -> Self {
        Self { cause, unknown: false }
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("journal.db")
}

/// What is committed and not in the file itself yet.
fn log(folder: &Path) -> PathBuf {
    folder.join("journal.db-wal")
}

/// When the file itself was written last.
fn written(folder: &Path) -> Option<SystemTime> {
    fs::metadata(path(folder)).and_then(|file| file.modified()).ok()
}

/// A path in the address that SQLite takes settings with.
fn uri_path(path: &Path) -> String {
    path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

fn id(bytes: [u8; 16]) -> EventId {
    EventId::from_u128(u128::from_be_bytes(bytes))
}
