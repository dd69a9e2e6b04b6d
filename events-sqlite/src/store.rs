//! The store as a [`Journal`].

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use events_core::{
    AppendError, Appended, Bookmarks, Bytes, Entry, EventId, Journal, JournalError, Month, OpenOperation, Search, Seq,
    Sequenced,
};

use crate::{
    bookmarks::RelaysFile,
    derive_ahead,
    error::StoreError,
    event_keys::KeyDeriver,
    find::View,
    journal_file::Durability,
    lock::lock,
    merge,
    options::Options,
    pool::Pool,
    reader::SqliteReader,
    seal,
    searcher::{Searcher, Viewable},
    segment::Segment,
    shared::Shared,
    startup,
    step::Step,
    thread,
};

/// An embedded, durable store of events in a folder.
///
/// Clones are handles of one open store. It closes with [`Journal::close`], or when the last handle and
/// the last [`Search`] of it are dropped. One process writes; [`SqliteStore::open_read_only`] reads beside it.
///
/// ```
/// use events_core::{Journal, Seq};
/// use events_sqlite::SqliteStore;
///
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let store = SqliteStore::open(folder)?;
/// assert!(store.read(Seq(1), 10, usize::MAX)?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    handle: Arc<Handle>,
}

/// The threads of an open store.
pub(crate) struct Handle {
    shared: Arc<Shared>,
    pool: Arc<Pool>,
    relays: Arc<RelaysFile>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl SqliteStore {
    /// Opens the store in a folder, which is created where it is missing, with the default settings.
    ///
    /// # Errors
    /// Another process writes to it ([`JournalError::InUse`]), or the folder cannot be read or written.
    /// A damaged segment is no error: it is set aside when it is needed.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, JournalError> {
        Options::new().open(folder)
    }

    /// Settings to open a store with.
    pub fn options() -> Options {
        Options::new()
    }

    /// Opens the store in a folder for searching and reading, beside the process that writes to it.
    ///
    /// # Errors
    /// There is no store, or it cannot be read.
    pub fn open_read_only(folder: impl AsRef<Path>) -> Result<SqliteReader, JournalError> {
        SqliteReader::open(folder.as_ref())
    }

    pub(crate) fn open_with(folder: &Path, options: Options) -> Result<Self, JournalError> {
        let pool = Arc::new(Pool::start(options.readers)?);
        let shared = Arc::new(startup::open(folder, options)?);
        let relays = Arc::new(RelaysFile::new(folder));
        let handle = Handle { shared, pool, relays, threads: Mutex::default() };
        handle.spawn("events-keys", derive_ahead::run)?;
        handle.spawn("events-seal", seal::run)?;
        handle.spawn("events-merge", merge::run)?;
        Ok(Self { handle: Arc::new(handle) })
    }

    /// Seals everything that was stored before, also what is less than a segment, and waits for it.
    ///
    /// Recording does not need it: what is not sealed is as durable and as visible as what is. It makes
    /// tests and measurements repeatable.
    ///
    /// # Errors
    /// A segment cannot be written.
    pub fn seal_now(&self) -> Result<(), JournalError> {
        let shared = &self.handle.shared;
        let mut state = shared.state();
        let through = state.last_seq;
        state.seal_through = state.seal_through.max(through);
        shared.work.notify_all();
        while state.tail.first_seq().is_some_and(|first| first <= through) {
            if state.closing {
                return Err(StoreError::closed().into());
            }
            if let Some(trouble) = &state.trouble {
                return Err(trouble.clone().into());
            }
            state = shared.progress.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    /// Waits until no segments are left to merge.
    pub fn settle(&self) {
        let shared = &self.handle.shared;
        let mut state = shared.state();
        while !state.merged && !state.closing {
            state = shared.progress.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Deletes the sealed events of a month, whatever refers to them, and gives their space back; operations
    /// that are open since then are so no more. Returns
    /// how many there were. What is kept, and for how long, is for the caller to know.
    ///
    /// # Errors
    /// A relay has not delivered all of them ([`JournalError::Undelivered`]), also one that does not run now.
    /// Nothing was deleted; where its commit failed in an unknown way that shows at the next start.
    pub fn drop_month(&self, month: Month) -> Result<u64, JournalError> {
        // The files go at the end of this statement, when no lock is held.
        Ok(self.unregister(month, Undelivered::IsKept)?.iter().map(|segment| segment.row.events as u64).sum())
    }

    /// The same, whatever relays have delivered: what they have not will never get there. The log says which
    /// relay that concerns; the relay counts what it misses.
    ///
    /// # Errors
    /// As for [`drop_month`](Self::drop_month), but for relays.
    pub fn drop_month_undelivered(&self, month: Month) -> Result<u64, JournalError> {
        Ok(self.unregister(month, Undelivered::IsDropped)?.iter().map(|segment| segment.row.events as u64).sum())
    }

    /// Forgets how far a relay is that will not run again, and its dead letters: it keeps no month any more.
    ///
    /// # Errors
    /// Nothing was forgotten.
    pub fn forget_relay(&self, relay: &str) -> Result<(), JournalError> {
        tracing::warn!(relay, "a relay is forgotten: what it has not delivered is kept for it no longer");
        self.handle.relays.forget(relay)
    }

    /// The segments of a month, which nothing refers to any more.
    fn unregister(&self, month: Month, undelivered: Undelivered) -> Result<Vec<Arc<Segment>>, JournalError> {
        let shared = &self.handle.shared;
        let mut writer = shared.writer.lock();
        let writer = writer.as_mut().ok_or_else(StoreError::closed)?;
        let segments: Vec<Arc<Segment>> = shared.state().of_month(month).cloned().collect();
        let last = segments.iter().map(|segment| segment.row.last_seq).max().unwrap_or_default();
        if let Some((relay, through)) = self.handle.relays.behind(last)? {
            match undelivered {
                Undelivered::IsKept => return Err(JournalError::Undelivered { relay, through, last }),
                Undelivered::IsDropped => {
                    tracing::warn!(relay, %through, %last, %month, "a month is dropped before all of it was delivered");
                }
            }
        }
        let numbers: Vec<u64> = segments.iter().map(|segment| segment.row.number).collect();
        let open = writer.open.sealed_in(month);
        let change = || -> Result<(), StoreError> {
            writer.file.begin(Durability::Now)?;
            writer.file.change_segments(&[], &numbers, writer.next_segment)?;
            writer.file.change_open_operations(open.iter().copied(), std::iter::empty())?;
            writer.file.change_notes(open.iter().map(|operation| (*operation, None)))?;
            shared.options.observer.at(Step::DropRegistered);
            Ok(())
        };
        change().inspect_err(|_| writer.file.rollback())?;
        writer.commit().map_err(|error| error.cause)?;
        writer.open.forget(&open);
        shared.state().replace_segments([], &numbers);
        shared.progress.notify_all();
        shared.options.observer.at(Step::DropCommitted);
        Ok(segments)
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("folder", &self.handle.shared.folder).finish_non_exhaustive()
    }
}

/// What becomes of events that a relay has not delivered, when their month is dropped.
#[derive(Clone, Copy, Debug)]
enum Undelivered {
    IsKept,
    IsDropped,
}

/// Background work that keeps a processor busy must not keep it from whoever answers requests and from the
/// commits they wait for: with as many cores as busy threads this makes a sixth of the throughput (measured).
fn give_way() {
    // A higher number is a lower priority, and nobody needs a permission for it.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(10) {
        tracing::debug!(%error, "a background thread keeps its priority");
    }
}

impl Handle {
    fn spawn(&self, name: &str, run: fn(&Shared)) -> Result<(), StoreError> {
        let shared = Arc::clone(&self.shared);
        let mut has_given_way = false;
        let thread = thread::start(name.to_owned(), move || {
            if !std::mem::replace(&mut has_given_way, true) {
                give_way();
            }
            run(&shared);
        })?;
        lock(&self.threads).push(thread);
        Ok(())
    }

    /// Ends recording: what is durable stays so, nothing is left to finish.
    fn close(&self) {
        self.shared.state().closing = true;
        self.shared.work.notify_all();
        self.shared.progress.notify_all();
        self.shared.room.notify_all();
        for thread in std::mem::take(&mut *lock(&self.threads)) {
            if thread.join().is_err() {
                tracing::error!("a thread of the store panicked");
            }
        }
        // The connection first, then the lock.
        drop(self.shared.writer.lock().take());
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.close();
    }
}

impl Viewable for Shared {
    fn view(&self) -> Result<View, StoreError> {
        Ok(Shared::view(self))
    }

    fn document(&self, id: EventId) -> Result<Option<Bytes>, StoreError> {
        Shared::document(self, id)
    }

    fn deriver(&self) -> &KeyDeriver {
        &self.deriver
    }

    fn search_limit(&self) -> Duration {
        self.options.search_limit
    }
}

impl Journal for SqliteStore {
    fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, AppendError> {
        self.handle.shared.append(entries)
    }

    fn get(&self, id: EventId) -> Result<Option<Bytes>, JournalError> {
        Ok(self.handle.shared.document(id)?)
    }

    fn read(&self, from: Seq, limit: usize, bytes: usize) -> Result<Vec<Sequenced>, JournalError> {
        Ok(self.handle.shared.view().read(from, limit, bytes)?)
    }

    fn last_seq(&self) -> Seq {
        self.handle.shared.state().last_seq
    }

    fn open_operations(&self) -> Result<Vec<OpenOperation>, JournalError> {
        Ok(self.handle.shared.open_operations()?)
    }

    fn note(&self, operation: EventId) -> Result<Option<Bytes>, JournalError> {
        Ok(self.handle.shared.note(operation)?.map(Bytes::from))
    }

    /// Searching this store. It stays open as long as the answer lives.
    fn search(&self) -> Arc<dyn Search> {
        let Handle { shared, pool, .. } = &*self.handle;
        Arc::new(Searcher::new(Arc::clone(shared), Arc::clone(pool), Some(Arc::clone(&self.handle))))
    }

    fn bookmarks(&self) -> Arc<dyn Bookmarks> {
        self.handle.relays.clone()
    }

    fn close(&self) {
        self.handle.close();
    }
}
