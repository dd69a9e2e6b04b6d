//! A journal that answers only while its gate is open, and stores nothing: between the two the queue
//! takes events over without anybody being woken.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use events::{
    AppendError, Appended, Bytes, Entry, EventId, Journal, JournalError, OpenOperation, Search, Seq, Sequenced,
    memory::MemoryStore,
};

#[derive(Debug, Default)]
struct State {
    closed: bool,
    /// The manager's thread waits at the gate.
    waiting: bool,
    events: u64,
    bytes: u64,
}

/// See the module. A clone is another handle to the same gate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate(Arc<(Mutex<State>, Condvar)>);

impl Gate {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while(&self, condition: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let unmet = |state: &mut State| condition(state);
        self.0.1.wait_while(self.lock(), unmet).unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn close(&self) {
        self.lock().closed = true;
    }

    pub(crate) fn open(&self) {
        self.lock().closed = false;
        self.0.1.notify_all();
    }

    /// Whether the manager's thread waits at the closed gate.
    pub(crate) fn is_held(&self) -> bool {
        self.lock().waiting
    }

    /// Blocks until so many events went through in all.
    pub(crate) fn wait_for(&self, events: u64) {
        drop(self.wait_while(|state| state.events < events));
    }

    /// Bytes of an event, on average.
    pub(crate) fn mean_bytes(&self) -> u64 {
        let state = self.lock();
        state.bytes / state.events.max(1)
    }
}

impl Journal for Gate {
    fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, AppendError> {
        self.lock().waiting = true;
        let mut state = self.wait_while(|state| state.closed);
        state.waiting = false;
        let first = state.events + 1;
        state.events += entries.len() as u64;
        state.bytes += entries.iter().map(|entry| entry.document.len() as u64).sum::<u64>();
        let answers = (first..=state.events).map(|seq| Appended::Stored(Seq(seq))).collect();
        drop(state);
        self.0.1.notify_all();
        Ok(answers)
    }

    fn get(&self, _: EventId) -> Result<Option<Bytes>, JournalError> {
        Ok(None)
    }

    fn read(&self, _: Seq, _: usize, _: usize) -> Result<Vec<Sequenced>, JournalError> {
        Ok(Vec::new())
    }

    fn last_seq(&self) -> Seq {
        Seq(0)
    }

    fn open_operations(&self) -> Result<Vec<OpenOperation>, JournalError> {
        Ok(Vec::new())
    }

    fn note(&self, _operation: EventId) -> Result<Option<Bytes>, JournalError> {
        Ok(None)
    }

    fn search(&self) -> Arc<dyn Search> {
        Journal::search(&MemoryStore::new())
    }

    fn bookmarks(&self) -> Arc<dyn events::Bookmarks> {
        MemoryStore::new().bookmarks()
    }
}
