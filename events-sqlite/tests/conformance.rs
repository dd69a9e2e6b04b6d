//! The store keeps the promises of every journal and every search, with the usual sizes and with segments
//! so small that sealing and merging go on all the time.

use std::path::PathBuf;

use events_core::{
    AppendError, Appended, Bytes, Entry, EventId, Journal, JournalError, OpenOperation, Search, Seq, Sequenced,
    conformance::{self, Subject},
};
use events_sqlite::{Options, SqliteStore};
use std::sync::Arc;

/// A store in a folder that goes with it.
struct Temporary {
    store: Option<SqliteStore>,
    folder: tempfile::TempDir,
}

impl Temporary {
    fn store(&self) -> &SqliteStore {
        self.store.as_ref().expect("closed only to be opened again")
    }

    fn folder(&self) -> PathBuf {
        self.folder.path().join("events")
    }
}

impl Journal for Temporary {
    fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, AppendError> {
        self.store().append(entries)
    }

    fn get(&self, id: EventId) -> Result<Option<Bytes>, JournalError> {
        self.store().get(id)
    }

    fn read(&self, from: Seq, limit: usize, bytes: usize) -> Result<Vec<Sequenced>, JournalError> {
        self.store().read(from, limit, bytes)
    }

    fn last_seq(&self) -> Seq {
        self.store().last_seq()
    }

    fn open_operations(&self) -> Result<Vec<OpenOperation>, JournalError> {
        self.store().open_operations()
    }

    fn note(&self, operation: EventId) -> Result<Option<Bytes>, JournalError> {
        self.store().note(operation)
    }

    fn search(&self) -> Arc<dyn Search> {
        self.store().search()
    }

    fn bookmarks(&self) -> Arc<dyn events_core::Bookmarks> {
        self.store().bookmarks()
    }
}

/// Stores with certain settings.
struct Stores(fn() -> Options);

impl Subject for Stores {
    type Store = Temporary;

    fn fresh(&self) -> Temporary {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = (self.0)().open(folder.path().join("events")).expect("an empty folder can be opened");
        Temporary { store: Some(store), folder }
    }

    fn reopen(&self, mut store: Temporary) -> Option<Temporary> {
        drop(store.store.take());
        store.store = Some((self.0)().open(store.folder()).expect("a closed store can be opened"));
        Some(store)
    }
}

fn tiny() -> Options {
    // The tables of one segment stay in memory, no more.
    Options::new().segment_events(60).tail_events(200).merge_parts(4).table_memory(1)
}

#[test]
fn the_journal_keeps_its_promises() {
    conformance::journal::run_all(&Stores(Options::new));
}

#[test]
fn the_journal_keeps_its_promises_while_it_seals_and_merges() {
    conformance::journal::run_all(&Stores(tiny));
}

#[test]
fn searches_keep_their_promises() {
    conformance::search::run_all(&Stores(Options::new));
}

#[test]
fn ten_thousand_written_filters_are_answered_as_they_read() {
    conformance::search::written_filters(&Stores(tiny), 10_000);
}

#[test]
fn searches_keep_their_promises_while_it_seals_and_merges() {
    conformance::search::run_all(&Stores(tiny));
}
