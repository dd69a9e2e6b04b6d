//! Segments as large as they are in practice: with dictionaries, full blocks of documents that merging copies,
//! and posting lists that many keys share.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs, path::Path};

use events_core::{
    Attribute, Entry, EntryKind, Event, Filter, Journal, Query, Search, SearchError, Seq, Viewer,
    conformance::{Generator, Naive},
};
use events_sqlite::{Options, SqliteStore};

/// Enough for a dictionary, and no multiple of what a block of documents has.
const SEGMENT: usize = 2_200;
/// Three full segments, and the rest.
const EVENTS: usize = 4 * SEGMENT;

fn large_segments() -> Options {
    Options::new().segment_events(SEGMENT).tail_events(2 * SEGMENT).merge_parts(3)
}

fn wait<T>(answer: impl Future<Output = Result<T, SearchError>>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(answer).unwrap()
}

fn segments(folder: &Path) -> usize {
    let months = fs::read_dir(folder.join("segments")).unwrap();
    months.map(|month| fs::read_dir(month.unwrap().path()).unwrap().count()).sum()
}

fn assert_reads_back(store: &SqliteStore, entries: &[Entry]) {
    let mut next = Seq(1);
    let mut read = 0;
    while let Some(last) = {
        let some = store.read(next, 1_000, usize::MAX).unwrap();
        for stored in &some {
            let entry = &entries[read];
            assert!(stored.id == entry.id && stored.document == entry.document, "event {read}");
            read += 1;
        }
        some.last().map(|stored| stored.seq)
    } {
        next = last.next();
    }
    assert_eq!(read, entries.len());
    for entry in entries.iter().step_by(37) {
        assert_eq!(store.get(entry.id).unwrap().as_ref(), Some(&entry.document));
    }
}

fn assert_found(search: &dyn Search, naive: &Naive, entries: &[Entry]) {
    let filters = [
        Filter::everything(),
        Filter::is(Attribute::Phase, "requested"),
        Filter::is(Attribute::Word, "asked"),
        Filter::is(Attribute::Word, "for"),
        Filter::is(Attribute::Outcome, "failed").and(Filter::is(Attribute::Severity, "high")),
        Filter::Not(Box::new(Filter::is(Attribute::Category, "crud"))),
        Filter::is(Attribute::Tag, "canary").and(Filter::is(Attribute::ResourceType, "nuvlabox")),
    ];
    let event = Event::from_document(&entries[0].document).unwrap();
    for viewer in [Viewer::admin(), Viewer::from(&event.authn_info)] {
        for filter in &filters {
            let found = naive.search(filter, &viewer).len();
            assert_eq!(wait(search.count(filter, &viewer, None)).events as usize, found, "{filter:?}");
            let page = wait(search.search(&Query::new(viewer.clone()).filter(filter.clone()).limit(10_000)));
            assert_eq!(page.events.len(), found, "{filter:?}");
        }
    }
}

/// Stores and seals events, then merges what was sealed.
fn sealed_and_merged(folder: &Path, entries: &[Entry], when_sealed: impl Fn(&SqliteStore)) -> SqliteStore {
    let store = large_segments().merge_parts(1_000).open(folder).unwrap();
    for batch in entries.chunks(100) {
        store.append(batch).unwrap();
    }
    store.seal_now().unwrap();
    let sealed = segments(folder);
    assert!(sealed >= 3, "{sealed} segments");
    when_sealed(&store);
    drop(store);
    let store = large_segments().open(folder).unwrap();
    store.settle();
    assert!(segments(folder) < sealed, "{} segments", segments(folder));
    store
}

#[test]
fn every_document_reads_back_sealed_and_merged() {
    let folder = tempfile::tempdir().unwrap();
    let mut entries = Generator::new(11).resources(200).users(30).events(EVENTS);
    // Some are no events, and hold what no event holds.
    for (number, entry) in entries.iter_mut().enumerate() {
        if entry.kind == EntryKind::Direct && number % 7 == 0 {
            entry.document = (0..=255).cycle().take(number % 600).collect();
        }
    }
    let store = sealed_and_merged(folder.path(), &entries, |sealed| assert_reads_back(sealed, &entries));
    assert_reads_back(&store, &entries);
}

#[test]
fn searches_are_right_sealed_and_merged() {
    let folder = tempfile::tempdir().unwrap();
    let entries = Generator::new(12).resources(200).users(30).events(EVENTS);
    let naive = Naive::of(&entries).unwrap();
    let store = sealed_and_merged(folder.path(), &entries, |sealed| assert_found(&*sealed.search(), &naive, &entries));
    assert_found(&*store.search(), &naive, &entries);
    // What was remembered is answered the same.
    assert_found(&*store.search(), &naive, &entries);
}
