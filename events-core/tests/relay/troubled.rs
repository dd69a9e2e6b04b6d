//! A journal in memory whose bookmarks fail, and parts of which are damaged, on demand.

use std::{
    ops::RangeInclusive,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use events_core::{
    Aggregation, AppendError, Appended, Bookmarks, BoxFuture, Buckets, Bytes, Count, DeadLetter, Entry, EventId,
    Filter, Found, Journal, JournalError, JournalIdentity, OpenOperation, Page, Partition, Position, Query, Search,
    SearchError, Seq, Sequenced, Viewer, memory::MemoryStore,
};

#[derive(Clone, Default)]
pub(crate) struct Troubled {
    pub(crate) store: MemoryStore,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    disk_is_full: AtomicBool,
    damaged: Mutex<Vec<RangeInclusive<u64>>>,
    panics: AtomicBool,
    searches_are_busy: AtomicBool,
}

impl Troubled {
    pub(crate) fn fill_disk(&self, full: bool) {
        self.shared.disk_is_full.store(full, Ordering::SeqCst);
    }

    /// Whether reading events and dead letters panics.
    pub(crate) fn panic(&self, panics: bool) {
        self.shared.panics.store(panics, Ordering::SeqCst);
    }

    /// Whether nothing can be looked up, for want of time.
    pub(crate) fn busy(&self, busy: bool) {
        self.shared.searches_are_busy.store(busy, Ordering::SeqCst);
    }

    pub(crate) fn damage(&self, numbers: RangeInclusive<u64>) {
        self.shared.damaged.lock().unwrap().push(numbers);
    }

    fn has_space(&self) -> Result<(), JournalError> {
        match self.shared.disk_is_full.load(Ordering::SeqCst) {
            true => Err(JournalError::Full("the disk".to_owned())),
            false => Ok(()),
        }
    }
}

impl Journal for Troubled {
    fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, AppendError> {
        self.store.append(entries)
    }

    fn get(&self, id: EventId) -> Result<Option<Bytes>, JournalError> {
        Journal::get(&self.store, id)
    }

    fn read(&self, from: Seq, limit: usize, bytes: usize) -> Result<Vec<Sequenced>, JournalError> {
        assert!(!self.shared.panics.load(Ordering::SeqCst), "the journal panics, as it was told");
        let mut events = self.store.read(from, limit, bytes)?;
        for damaged in self.shared.damaged.lock().unwrap().iter() {
            if damaged.contains(&from.0) {
                let what = "a segment".to_owned();
                return Err(JournalError::Damaged { what, why: "bits".to_owned(), next: Some(Seq(damaged.end() + 1)) });
            }
            events.retain(|event| event.seq.0 < *damaged.start() || from.0 > *damaged.end());
        }
        Ok(events)
    }

    fn last_seq(&self) -> Seq {
        self.store.last_seq()
    }

    fn note(&self, operation: EventId) -> Result<Option<Bytes>, JournalError> {
        self.store.note(operation)
    }

    fn open_operations(&self) -> Result<Vec<OpenOperation>, JournalError> {
        self.store.open_operations()
    }

    fn search(&self) -> Arc<dyn Search> {
        Arc::new(self.clone())
    }

    fn bookmarks(&self) -> Arc<dyn Bookmarks> {
        Arc::new(self.clone())
    }
}

impl Search for Troubled {
    fn get<'s>(
        &'s self,
        id: EventId,
        viewer: &'s Viewer,
        within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Option<Found>, SearchError>> {
        match self.shared.searches_are_busy.load(Ordering::SeqCst) {
            true => Box::pin(async { Err(SearchError::Busy("as it was told")) }),
            false => Search::get(&self.store, id, viewer, within),
        }
    }

    fn search<'s>(&'s self, query: &'s Query) -> BoxFuture<'s, Result<Page, SearchError>> {
        Search::search(&self.store, query)
    }

    fn count<'s>(
        &'s self,
        filter: &'s Filter,
        viewer: &'s Viewer,
        within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Count, SearchError>> {
        self.store.count(filter, viewer, within)
    }

    fn aggregate<'s>(&'s self, aggregation: &'s Aggregation) -> BoxFuture<'s, Result<Buckets, SearchError>> {
        self.store.aggregate(aggregation)
    }

    fn partitions(&self) -> BoxFuture<'_, Result<Vec<Partition>, SearchError>> {
        self.store.partitions()
    }
}

impl Bookmarks for Troubled {
    fn position(&self, relay: &str) -> Result<Option<Position>, JournalError> {
        self.store.bookmarks().position(relay)
    }

    fn set_position(&self, relay: &str, position: Position) -> Result<(), JournalError> {
        self.has_space()?;
        self.store.bookmarks().set_position(relay, position)
    }

    fn landmark(&self, relay: &str) -> Result<Option<String>, JournalError> {
        self.store.bookmarks().landmark(relay)
    }

    fn set_landmark(&self, relay: &str, landmark: &str) -> Result<(), JournalError> {
        self.has_space()?;
        self.store.bookmarks().set_landmark(relay, landmark)
    }

    fn add_dead_letters(&self, relay: &str, letters: &[DeadLetter]) -> Result<(), JournalError> {
        self.has_space()?;
        self.store.bookmarks().add_dead_letters(relay, letters)
    }

    fn dead_letters(&self, relay: &str, from: Seq, limit: usize) -> Result<Vec<DeadLetter>, JournalError> {
        assert!(!self.shared.panics.load(Ordering::SeqCst), "the journal panics, as it was told");
        self.store.bookmarks().dead_letters(relay, from, limit)
    }

    fn remove_dead_letters(&self, relay: &str, numbers: &[Seq]) -> Result<u64, JournalError> {
        self.has_space()?;
        self.store.bookmarks().remove_dead_letters(relay, numbers)
    }

    fn count_dead_letters(&self, relay: &str) -> Result<u64, JournalError> {
        self.store.bookmarks().count_dead_letters(relay)
    }

    fn identity(&self) -> Result<JournalIdentity, JournalError> {
        self.store.bookmarks().identity()
    }
}
