//! How a store is opened.

use std::{path::Path, sync::Arc, time::Duration};

use events_core::JournalError;

use crate::{
    step::{Observer, Step},
    store::SqliteStore,
};

/// Settings of a store; the defaults suit servers.
///
/// ```no_run
/// let store = events_sqlite::Options::new().tail_events(2_048).open("data/events")?;
/// # let _ = store;
/// # Ok::<(), events_core::JournalError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) segment_events: usize,
    pub(crate) tail_events: usize,
    pub(crate) tail_bytes: usize,
    pub(crate) merge_parts: usize,
    pub(crate) readers: usize,
    pub(crate) search_limit: Duration,
    pub(crate) search_memory: usize,
    pub(crate) table_memory: usize,
    pub(crate) observer: Observer,
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            segment_events: 4_096,
            tail_events: 8_192,
            tail_bytes: 64 << 20,
            merge_parts: 16,
            readers: 2,
            search_limit: Duration::from_secs(5),
            search_memory: 64 << 20,
            table_memory: 256 << 20,
            observer: Observer::default(),
        }
    }

    /// How many events are sealed into one segment, 1 to 16,384; 4,096 by default.
    pub fn segment_events(mut self, events: usize) -> Self {
        self.segment_events = events.clamp(1, 16_384);
        self
    }

    /// How many un-sealed events are kept in memory before appending waits for sealing; 8,192 by default
    /// and at least twice [`segment_events`](Self::segment_events). One batch may go beyond.
    pub fn tail_events(mut self, events: usize) -> Self {
        self.tail_events = events;
        self
    }

    /// How many bytes of un-sealed events are kept in memory before appending waits for sealing;
    /// 64 MiB by default. One batch may go beyond.
    pub fn tail_bytes(mut self, bytes: usize) -> Self {
        self.tail_bytes = bytes.max(4_096);
        self
    }

    /// How many segments of a size are merged into one, at least 2; 16 by default.
    pub fn merge_parts(mut self, parts: usize) -> Self {
        self.merge_parts = parts.max(2);
        self
    }

    /// How many searches run at the same time, at least two; 2 by default. One thread never keeps a search that turns
    /// out to be long, so what an index serves does not wait for those. Look-ups by id have a thread of their own.
    pub fn readers(mut self, threads: usize) -> Self {
        self.readers = threads.max(2);
        self
    }

    /// How long a search may take that does not say so itself; 5 seconds by default. It counts from the moment when it
    /// is asked: one that has waited for half of it is not begun any more ([`SearchError::Busy`](events_core::SearchError::Busy)).
    pub fn search_limit(mut self, limit: Duration) -> Self {
        self.search_limit = limit;
        self
    }

    /// How many bytes may be remembered of what searches found out, for those that ask the same: 64 MiB by
    /// default. None makes every search as slow as the first of its kind.
    pub fn search_memory(mut self, bytes: usize) -> Self {
        self.search_memory = bytes;
        self
    }

    /// How many bytes of the tables of segments stay in memory, those used last: 256 MiB by default, enough for some
    /// twenty million events. Beyond that searches and look-ups of old ids read them again.
    pub fn table_memory(mut self, bytes: usize) -> Self {
        self.table_memory = bytes;
        self
    }

    /// Calls `observe` at every [`Step`], on the thread that takes it: for tests of crashes.
    pub fn observe(mut self, observe: impl Fn(Step) + Send + Sync + 'static) -> Self {
        self.observer = Observer(Some(Arc::new(observe)));
        self
    }

    /// Opens the store in a folder, which is created where it is missing.
    ///
    /// # Errors
    /// Another process writes to it ([`JournalError::InUse`]), or the folder cannot be read or written.
    /// A damaged segment is no error: it is set aside when it is needed.
    pub fn open(self, folder: impl AsRef<Path>) -> Result<SqliteStore, JournalError> {
        SqliteStore::open_with(folder.as_ref(), self.consistent())
    }

    /// Sealing must always be able to make room for appending.
    fn consistent(mut self) -> Self {
        self.tail_events = self.tail_events.max(2 * self.segment_events);
        self
    }

    /// How many bytes of documents are sealed although they are fewer events than a segment has.
    pub(crate) fn segment_bytes(&self) -> usize {
        self.tail_bytes / 4
    }
}
