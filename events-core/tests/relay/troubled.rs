//! A journal in memory whose bookmarks fail, and parts of which are damaged, on demand.

use std::{
    ops::RangeInclusive,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use events_core::{
    AppendError, Appended, Bookmarks, DeadLetter, Entry, EventId, Journal, JournalError, JournalIdentity,
    OpenOperation, Position, Search, Seq, Sequenced, memory::MemoryStore,
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
}

impl Troubled {
    pub(crate) fn fill_disk(&self, full: bool) {
        self.shared.disk_is_full.store(full, Ordering::SeqCst);
    }

    /// Whether reading panics.
    pub(crate) fn panic(&self, panics: bool) {
        self.shared.panics.store(panics, Ordering::SeqCst);
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

    fn get(&self, id: EventId) -> Result<Option<Arc<[u8]>>, JournalError> {
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

    fn note(&self, operation: EventId) -> Result<Option<Arc<[u8]>>, JournalError> {
        self.store.note(operation)
    }

    fn open_operations(&self) -> Result<Vec<OpenOperation>, JournalError> {
        self.store.open_operations()
    }

    fn search(&self) -> Arc<dyn Search> {
        Journal::search(&self.store)
    }

    fn bookmarks(&self) -> Arc<dyn Bookmarks> {
        Arc::new(self.clone())
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
