//! Commits of which nobody knows how they ended, and panics in the middle of things.
//!
//! A deferred foreign key that a trigger breaks makes a commit fail in a way that the store knows nothing of.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use events_core::{Appended, Entry, EntryKind, Journal, Seq, conformance::Generator};
use events_sqlite::{Options, SqliteStore, Step};

fn small_segments() -> Options {
    Options::new().segment_events(100).tail_events(400).merge_parts(1_000)
}

fn store_all(store: &SqliteStore, entries: &[Entry]) {
    for batch in entries.chunks(50) {
        let answers = store.append(batch).unwrap();
        assert!(answers.iter().all(|answer| matches!(answer, Appended::Stored(_))), "{answers:?}");
    }
}

fn sql(folder: &Path, statements: &str) {
    let connection = rusqlite::Connection::open(folder.join("journal.db")).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection.execute_batch(statements).unwrap();
}

/// From now on commits after `what` fail, and nobody can say whether they are durable.
fn make_doubtful(folder: &Path, what: &str) {
    sql(
        folder,
        &format!(
            "CREATE TABLE nobody (id INTEGER PRIMARY KEY);
             CREATE TABLE broken (id REFERENCES nobody DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER breaks AFTER {what} BEGIN INSERT INTO broken VALUES (1); END;"
        ),
    );
}

fn make_certain(folder: &Path) {
    sql(folder, "DROP TRIGGER breaks; DROP TABLE broken; DROP TABLE nobody");
}

fn segment_files(folder: &Path) -> usize {
    let months = fs::read_dir(folder.join("segments")).unwrap();
    months.map(|month| fs::read_dir(month.unwrap().path()).unwrap().count()).sum()
}

fn until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what} did not come");
        std::thread::yield_now();
    }
}

/// Panics once at a step, when it is told to.
fn panicking_at(step: Step) -> (Options, Arc<AtomicBool>) {
    let armed = Arc::new(AtomicBool::new(false));
    let trigger = Arc::clone(&armed);
    let options = small_segments().observe(move |at| {
        if at == step && trigger.swap(false, Ordering::SeqCst) {
            panic!("a panic for the test");
        }
    });
    (options, armed)
}

#[test]
fn an_opening_of_unknown_fate_that_is_absent_has_no_opening_for_its_closing() {
    let folder = tempfile::tempdir().unwrap();
    let entries = Generator::new(1).events(200);
    let store = small_segments().open(folder.path()).unwrap();
    store_all(&store, &entries[..100]);
    let opening = entries[100..].iter().find(|entry| matches!(entry.kind, EntryKind::Opening { .. })).unwrap();
    make_doubtful(folder.path(), "INSERT ON journal");
    let error = store.append(std::slice::from_ref(opening)).unwrap_err();
    assert!(error.unknown, "{error:?}");
    make_certain(folder.path());
    let closing = Entry { id: opening.id.closing(), document: opening.document.clone(), kind: EntryKind::Closing };
    assert_eq!(store.append(&[closing]).unwrap(), [Appended::NoOpening]);
    assert_eq!(store.append(std::slice::from_ref(opening)).unwrap(), [Appended::Stored(Seq(101))]);
}

#[test]
fn the_file_of_a_merge_of_unknown_fate_stays_until_a_durable_commit() {
    let folder = tempfile::tempdir().unwrap();
    let entries = Generator::new(2).events(500);
    let store = small_segments().merge_parts(4).open(folder.path()).unwrap();
    store_all(&store, &entries[..300]);
    store.seal_now().unwrap();
    assert_eq!(segment_files(folder.path()), 3);
    make_doubtful(folder.path(), "DELETE ON segment");
    store_all(&store, &entries[300..400]);
    store.seal_now().unwrap();
    until("the merged file", || segment_files(folder.path()) >= 5);
    store.settle();
    assert!(segment_files(folder.path()) >= 5, "it may be registered after a crash");
    make_certain(folder.path());
    store_all(&store, &entries[400..401]);
    assert_eq!(segment_files(folder.path()), 4, "it is of no use any more");
    assert_eq!(store.read(Seq(1), 1_000, usize::MAX).unwrap().len(), 401);
}

#[test]
fn the_file_of_a_sealing_of_unknown_fate_stays_until_a_durable_commit() {
    let folder = tempfile::tempdir().unwrap();
    let entries = Generator::new(3).events(200);
    let store = small_segments().open(folder.path()).unwrap();
    store_all(&store, &entries[..50]);
    make_doubtful(folder.path(), "INSERT ON segment");
    store.seal_now().unwrap_err();
    assert!(segment_files(folder.path()) >= 1, "it may be registered after a crash");
    make_certain(folder.path());
    store_all(&store, &entries[50..100]);
    until("sealing", || store.seal_now().is_ok());
    store_all(&store, &entries[100..101]);
    assert_eq!(store.read(Seq(1), 1_000, usize::MAX).unwrap().len(), 101);
    drop(store);
    let store = small_segments().open(folder.path()).unwrap();
    assert_eq!(store.read(Seq(1), 1_000, usize::MAX).unwrap().len(), 101);
}

#[test]
fn a_panic_while_appending_neither_loses_nor_doubles_nor_ends_recording() {
    for (step, stored) in [
        (Step::AppendBegun, false),
        (Step::AppendWritten, false),
        (Step::AppendCommitted, true),
        (Step::AppendVisible, true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let entries = Generator::new(4).events(30);
        let (options, armed) = panicking_at(step);
        let store = options.open(folder.path()).unwrap();
        store_all(&store, &entries[..10]);
        armed.store(true, Ordering::SeqCst);
        let appended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| store.append(&entries[10..20])));
        assert!(appended.is_err(), "{step}");
        let answers = store.append(&entries[10..20]).unwrap();
        assert!(answers.iter().all(|answer| (*answer == Appended::AlreadyStored) == stored), "{step}: {answers:?}");
        store_all(&store, &entries[20..]);
        let numbers = |store: &SqliteStore| -> Vec<u64> {
            store.read(Seq(1), 100, usize::MAX).unwrap().iter().map(|event| event.seq.0).collect()
        };
        assert_eq!(numbers(&store), (1..=30).collect::<Vec<_>>(), "{step}");
        drop(store);
        let store = small_segments().open(folder.path()).unwrap();
        assert_eq!(numbers(&store), (1..=30).collect::<Vec<_>>(), "{step}, after a restart");
    }
}

#[test]
fn a_panic_while_sealing_neither_loses_nor_doubles_nor_hangs_recording() {
    for step in [Step::SealBegun, Step::SealFileSynced, Step::SealRegistered, Step::SealCommitted] {
        let folder = tempfile::tempdir().unwrap();
        let entries = Generator::new(5).events(900);
        let (options, armed) = panicking_at(step);
        let store = options.open(folder.path()).unwrap();
        store_all(&store, &entries[..50]);
        armed.store(true, Ordering::SeqCst);
        // It may be told, and it is tried again.
        let _ = store.seal_now();
        until("sealing", || store.seal_now().is_ok());
        // More than what may wait for sealing; while there is trouble it is refused, and never hangs.
        for batch in entries[50..].chunks(50) {
            until("recording", || store.append(batch).is_ok());
        }
        store.seal_now().unwrap();
        drop(store);
        let store = small_segments().open(folder.path()).unwrap();
        let stored = store.read(Seq(1), 1_000, usize::MAX).unwrap();
        assert!(stored.iter().map(|event| event.seq.0).eq(1..=900), "{step}");
    }
}

#[test]
fn a_panic_while_merging_neither_loses_nor_hangs() {
    for step in [Step::MergeBegun, Step::MergeFileSynced, Step::MergeRegistered] {
        let folder = tempfile::tempdir().unwrap();
        let entries = Generator::new(6).events(1_200);
        let (options, armed) = panicking_at(step);
        let store = options.merge_parts(4).open(folder.path()).unwrap();
        armed.store(true, Ordering::SeqCst);
        store_all(&store, &entries);
        store.seal_now().unwrap();
        store.settle();
        drop(store);
        let store = small_segments().open(folder.path()).unwrap();
        let stored = store.read(Seq(1), 2_000, usize::MAX).unwrap();
        assert!(stored.iter().map(|event| event.seq.0).eq(1..=1_200), "{step}");
    }
}
