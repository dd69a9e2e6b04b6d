//! Where events become durable first.

use std::{fmt, sync::Arc};

use bytes::Bytes;

use crate::{
    bookmarks::Bookmarks,
    id::{EventId, ProcessId},
    search::Search,
    timestamp::Timestamp,
};

/// The number of an event in its journal: from 1, without reuse, kept for ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub u64);

impl Seq {
    /// The number behind this one.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A durable, ordered store of events: SQLite, memory.
///
/// All methods block and are called from threads of the manager or of the store, never from a runtime.
/// [`append`](Journal::append) is called by one thread at a time, the others by any number.
///
/// [`conformance::journal`](crate::conformance::journal) says in code what an implementation promises.
pub trait Journal: Send + Sync + 'static {
    /// Stores the entries in their order, all or none, durably. Answers for each.
    ///
    /// A closing is stored only for an open operation, or for an opening that is stored and has no
    /// closing. *Already stored* means the same bytes under the same id; other bytes are a conflict.
    ///
    /// A note is no event: it has no number, and nobody reads or finds it. It is kept with an open operation,
    /// whose id it has, until that is closed; a later one takes its place.
    ///
    /// # Errors
    /// Nothing was stored, or nobody knows: see [`AppendError::unknown`].
    fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, AppendError>;

    /// The stored event with this id, whatever its age.
    ///
    /// # Errors
    /// The store cannot be read.
    fn get(&self, id: EventId) -> Result<Option<Bytes>, JournalError>;

    /// Events in the order of their numbers, from `from` on: at most `limit` events and about `bytes`
    /// bytes, at least one event where there is one.
    ///
    /// # Errors
    /// The store cannot be read. What is damaged is an error of the read that begins there, and says where to
    /// read on.
    fn read(&self, from: Seq, limit: usize, bytes: usize) -> Result<Vec<Sequenced>, JournalError>;

    /// The number of the newest event that a read finds; 0 before the first. Relays take what a read from then on
    /// does not find up to there for dropped. Known without reading, any thread may ask.
    fn last_seq(&self) -> Seq;

    /// Operations that have an opening and no closing, oldest first.
    ///
    /// # Errors
    /// The store cannot be read.
    fn open_operations(&self) -> Result<Vec<OpenOperation>, JournalError>;

    /// The note that is kept with an open operation.
    ///
    /// # Errors
    /// The store cannot be read.
    fn note(&self, operation: EventId) -> Result<Option<Bytes>, JournalError>;

    /// Searching in what this journal stores.
    fn search(&self) -> Arc<dyn Search>;

    /// What relays remember beside it.
    fn bookmarks(&self) -> Arc<dyn Bookmarks>;

    /// Finishes background work and closes files. Called once, after the last append.
    fn close(&self) {}
}

/// A shared journal is a journal.
impl<J: Journal + ?Sized> Journal for Arc<J> {
    fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, AppendError> {
        (**self).append(entries)
    }

    fn get(&self, id: EventId) -> Result<Option<Bytes>, JournalError> {
        (**self).get(id)
    }

    fn read(&self, from: Seq, limit: usize, bytes: usize) -> Result<Vec<Sequenced>, JournalError> {
        (**self).read(from, limit, bytes)
    }

    fn last_seq(&self) -> Seq {
        (**self).last_seq()
    }

    fn open_operations(&self) -> Result<Vec<OpenOperation>, JournalError> {
        (**self).open_operations()
    }

    fn note(&self, operation: EventId) -> Result<Option<Bytes>, JournalError> {
        (**self).note(operation)
    }

    fn search(&self) -> Arc<dyn Search> {
        (**self).search()
    }

    fn bookmarks(&self) -> Arc<dyn Bookmarks> {
        (**self).bookmarks()
    }

    fn close(&self) {
        (**self).close();
    }
}

/// An event on its way into a journal.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The id in the document; of a note, that of its operation.
    pub id: EventId,
    /// The event, one JSON document; what a note is, whoever made it knows.
    pub document: Bytes,
    /// What it is to its operation.
    pub kind: EntryKind,
}

/// What an event is to its operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// Opens an operation.
    Opening {
        /// The process that records it.
        process: ProcessId,
        /// When it is overdue, if it is deferred.
        deadline: Option<Timestamp>,
    },
    /// Closes the operation that `id.opening()` opened.
    Closing,
    /// Stands alone.
    Direct,
    /// No event: what is kept with an open operation, for whoever closes it.
    Note,
}

/// What became of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// Stored now.
    Stored(Seq),
    /// The same bytes were stored before.
    AlreadyStored,
    /// Other bytes are stored under this id: for a closing, by whoever closed the operation first.
    Conflict {
        /// What is stored.
        stored: Bytes,
    },
    /// A closing whose opening is not stored, or a note of an operation that is not open.
    NoOpening,
    /// A note is kept now.
    Noted,
}

/// A stored event with its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequenced {
    /// Its number.
    pub seq: Seq,
    /// Its id.
    pub id: EventId,
    /// Its document: it may be a slice of up to 32 KiB, which stay in memory as long as it does. Copy what is kept for long.
    pub document: Bytes,
}

/// An operation without a closing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenOperation {
    /// The id of its opening.
    pub id: EventId,
    /// The number of its opening.
    pub seq: Seq,
    /// The process that records it.
    pub process: ProcessId,
    /// When it is overdue, if it is deferred.
    pub deadline: Option<Timestamp>,
}

/// Why a batch was not stored.
#[derive(Debug, thiserror::Error)]
#[error("{cause}{}", if *.unknown { " (whether the batch was stored is unknown)" } else { "" })]
pub struct AppendError {
    /// What went wrong.
    #[source]
    pub cause: JournalError,
    /// Whether the batch may be stored nevertheless.
    pub unknown: bool,
}

/// What goes wrong in a journal.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// There is no space left.
    #[error("no space left for events: {0}; free some space, recording goes on by itself [EVT110]")]
    Full(String),
    /// The store may not be written.
    #[error("the event store is read-only: {0}; make it writable, recording goes on by itself [EVT111]")]
    ReadOnly(String),
    /// Another process writes to it.
    #[error("{0} is in use by another process: open it read-only, or stop the other [EVT112]")]
    InUse(String),
    /// Something stored cannot be read.
    #[error("{what} is damaged: {why}{}; restore it from a backup, or from where a relay delivered [EVT113]", read_on(*.next))]
    Damaged {
        /// Which part.
        what: String,
        /// What is wrong with it.
        why: String,
        /// Where reading in order goes on behind it, if it was met there.
        next: Option<Seq>,
    },
    /// It was to be dropped, and a relay has not delivered it.
    #[error(
        "relay `{relay}` has delivered everything through {through} only, and what is to be dropped reaches to {last}: \
         wait until it has, or drop it knowingly [EVT115]"
    )]
    Undelivered {
        /// The relay.
        relay: String,
        /// How far it is.
        through: Seq,
        /// The newest event that was to be dropped.
        last: Seq,
    },
    /// Anything else.
    #[error("the event store failed: {0} [EVT114]")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

fn read_on(next: Option<Seq>) -> String {
    next.map(|next| format!(", read on from {next}")).unwrap_or_default()
}

impl JournalError {
    /// Nothing of the batch is stored.
    pub fn not_stored(self) -> AppendError {
        AppendError { cause: self, unknown: false }
    }

    /// Nobody knows whether the batch is stored.
    pub fn unknown(self) -> AppendError {
        AppendError { cause: self, unknown: true }
    }
}
