//! Starting never removes what may be the only copy: files that the journal does not know.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use events_core::{Entry, Journal, JournalError, Seq, conformance::Generator};
use events_sqlite::{Options, SqliteStore};

fn small_segments() -> Options {
    Options::new().segment_events(100).tail_events(400).merge_parts(1_000)
}

fn seal(store: &SqliteStore, entries: &[Entry]) {
    for batch in entries.chunks(50) {
        store.append(batch).unwrap();
    }
    store.seal_now().unwrap();
}

/// Every file below the folder but the lock, with what is in it.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.append(&mut contents(&path));
        } else if path.extension().is_some_and(|extension| extension == "segment") || path.ends_with("journal.db") {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

fn assert_refused_and_untouched(folder: &Path, told: &str) {
    let before = contents(folder);
    let Err(JournalError::Damaged { what, why, .. }) = small_segments().open(folder) else {
        panic!("a journal that is not the one of the segments was taken for it")
    };
    assert!(what.ends_with("journal.db") && why.contains(told), "{what} is damaged: {why}");
    assert!(contents(folder) == before, "something was changed");
}

#[test]
fn a_missing_or_empty_journal_beside_segments_is_an_error_and_nothing_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let store = small_segments().open(folder.path()).unwrap();
    seal(&store, &Generator::new(1).events(1_000));
    drop(store);
    let journal = folder.path().join("journal.db");
    let aside = folder.path().join("aside");
    fs::rename(&journal, &aside).unwrap();
    assert_refused_and_untouched(folder.path(), "missing");
    fs::write(&journal, "").unwrap();
    assert_refused_and_untouched(folder.path(), "empty");
    fs::remove_file(&journal).unwrap();
    rusqlite::Connection::open(&journal).unwrap().execute_batch("CREATE TABLE other (name)").unwrap();
    assert_refused_and_untouched(folder.path(), "no tables");
    fs::rename(&aside, &journal).unwrap();
    let store = small_segments().open(folder.path()).unwrap();
    assert_eq!(store.read(Seq(1), 10_000, usize::MAX).unwrap().len(), 1_000);
}

#[test]
fn an_older_or_new_journal_beside_segments_is_an_error_and_nothing_is_touched() {
    let entries = Generator::new(2).events(1_000);
    for before in [0, 200] {
        let folder = tempfile::tempdir().unwrap();
        let store = small_segments().open(folder.path()).unwrap();
        seal(&store, &entries[..before]);
        drop(store);
        let journal = folder.path().join("journal.db");
        let older = fs::read(&journal).unwrap();
        let store = small_segments().open(folder.path()).unwrap();
        seal(&store, &entries[before..]);
        drop(store);
        let newer = fs::read(&journal).unwrap();
        fs::write(&journal, older).unwrap();
        assert_refused_and_untouched(folder.path(), "older");
        fs::write(&journal, newer).unwrap();
        let store = small_segments().open(folder.path()).unwrap();
        assert_eq!(store.read(Seq(1), 10_000, usize::MAX).unwrap().len(), 1_000);
    }
}

#[test]
fn an_unknown_segment_is_kept_under_another_name_unless_its_events_stand_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let store = small_segments().open(folder.path()).unwrap();
    let entries = Generator::new(3).events(1_000);
    seal(&store, &entries);
    let month = entries[0].id.timestamp().month();
    let of_month = folder.path().join("segments").join(month.to_string());
    drop(store);
    // What the journal has in a registered segment, in a file that was never finished, and what it never had.
    fs::copy(of_month.join("00000001.segment"), of_month.join("00000900.segment")).unwrap();
    fs::write(of_month.join("00000901.unfinished"), "evt").unwrap();
    fs::write(of_month.join("00000902.segment"), "not of ours").unwrap();
    let store = small_segments().open(folder.path()).unwrap();
    assert!(!of_month.join("00000900.segment").exists() && !of_month.join("00000901.unfinished").exists());
    assert!(!of_month.join("00000902.segment").exists());
    assert_eq!(fs::read(of_month.join("00000902.segment.orphan-1")).unwrap(), b"not of ours");
    assert_eq!(store.read(Seq(1), 10_000, usize::MAX).unwrap().len(), 1_000);
}

#[test]
fn the_file_of_a_dropped_month_that_came_back_is_removed_once_it_is_known_as_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let store = small_segments().open(folder.path()).unwrap();
    let entries = Generator::new(4).events(200);
    seal(&store, &entries);
    let month = entries[0].id.timestamp().month();
    let file = folder.path().join("segments").join(month.to_string()).join("00000001.segment");
    let bytes = fs::read(&file).unwrap();
    store.drop_month(month).unwrap();
    drop(store);
    assert!(!file.exists());
    // As if the process had died before it was removed.
    fs::write(&file, bytes).unwrap();
    let store = small_segments().open(folder.path()).unwrap();
    assert!(!file.exists());
    assert!(store.read(Seq(1), 10, usize::MAX).unwrap().is_empty());
}

#[test]
fn a_store_of_another_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = small_segments().open(folder.path()).unwrap();
    seal(&store, &Generator::new(8).events(250));
    drop(store);
    for format in [2, 4] {
        let journal = rusqlite::Connection::open(folder.path().join("journal.db")).unwrap();
        journal.execute("UPDATE meta SET value = ?1 WHERE name = 'format'", [format]).unwrap();
        drop(journal);
        let before = contents(folder.path());
        let refused = small_segments().open(folder.path()).unwrap_err().to_string();
        assert!(refused.contains(&format!("format {format}")), "{refused}");
        assert!(SqliteStore::open_read_only(folder.path()).is_err());
        assert!(contents(folder.path()) == before, "something was changed");
    }
}
