//! A gate in front of a journal: closed, appends wait before it.

use std::sync::{Arc, Condvar, Mutex};

use events::{
    AppendError, Appended, Bytes, Entry, EventId, Journal, JournalError, OpenOperation, Search, Seq, Sequenced,
};

/// Holds appends back while it is closed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gate(Arc<(Mutex<State>, Condvar)>);

#[derive(Debug, Default)]
struct State {
    closed: bool,
    waiting: usize,
    slipped_in: Vec<Entry>,
}

impl Gate {
    pub(crate) fn close(&self) {
        self.0.0.lock().unwrap().closed = true;
    }

    pub(crate) fn open(&self) {
        self.0.0.lock().unwrap().closed = false;
        self.0.1.notify_all();
    }

    /// Whether an append waits before it.
    pub(crate) fn holds(&self) -> bool {
        self.0.0.lock().unwrap().waiting > 0
    }

    /// Adds an event that nobody recorded, with the next append.
    pub(crate) fn slip_in(&self, entry: Entry) {
        self.0.0.lock().unwrap().slipped_in.push(entry);
    }

    /// Answers what slips in.
    fn pass(&self) -> Vec<Entry> {
        let mut state = self.0.0.lock().unwrap();
        state.waiting += 1;
        state = self.0.1.wait_while(state, |state| state.closed).unwrap();
        state.waiting -= 1;
        std::mem::take(&mut state.slipped_in)
    }
}

/// A journal behind a gate.
struct Gated {
    journal: Arc<dyn Journal>,
    gate: Gate,
}

/// A journal behind a gate.
pub(crate) fn gated(journal: impl Journal, gate: &Gate) -> impl Journal {
    Gated { journal: Arc::new(journal), gate: gate.clone() }
}

impl Journal for Gated {
    fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, AppendError> {
        let slipped_in = self.gate.pass();
        if !slipped_in.is_empty() {
            self.journal.append(&slipped_in)?;
        }
        self.journal.append(entries)
    }

    fn get(&self, id: EventId) -> Result<Option<Bytes>, JournalError> {
        self.journal.get(id)
    }

    fn read(&self, from: Seq, limit: usize, bytes: usize) -> Result<Vec<Sequenced>, JournalError> {
        self.journal.read(from, limit, bytes)
    }

    fn last_seq(&self) -> Seq {
        self.journal.last_seq()
    }

    fn open_operations(&self) -> Result<Vec<OpenOperation>, JournalError> {
        self.journal.open_operations()
    }

    fn note(&self, operation: EventId) -> Result<Option<Bytes>, JournalError> {
        self.journal.note(operation)
    }

    fn search(&self) -> Arc<dyn Search> {
        self.journal.search()
    }

    fn bookmarks(&self) -> Arc<dyn events::Bookmarks> {
        self.journal.bookmarks()
    }

    fn close(&self) {
        self.journal.close();
    }
}
