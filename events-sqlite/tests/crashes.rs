//! A process that dies at any step leaves every acknowledged event, each once, and nothing half done.
//!
//! Each test runs this file again as a child process that records events, with segments so small that it
//! seals, merges and drops all the time, and aborts at one step. What it was told is stored it writes to a
//! file of its own first.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::{BTreeMap, HashSet},
    fs::{self, File},
    io::Write,
    path::Path,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use events_core::{
    Appended, Entry, EntryKind, EventId, Filter, Journal, Month, Query, Seq, Sequenced, Viewer, conformance::Generator,
};
use events_sqlite::{Options, SqliteStore, Step};

const STEP: &str = "EVENTS_TEST_STEP";
const OCCURRENCE: &str = "EVENTS_TEST_OCCURRENCE";
const FOLDER: &str = "EVENTS_TEST_FOLDER";
const START: &str = "EVENTS_TEST_START";

/// The child drops this month, so its events may be there or not.
const DROPPED: Month = Month { year: 2026, month: 1 };

fn options() -> Options {
    Options::new().segment_events(16).tail_events(64).merge_parts(3)
}

/// When the first event happens: enough before the end of the month for segments and merged ones of it.
const BEFORE: &str = "2026-01-31T23:00:00Z";

/// The first segment that is sealed has events of both months, so it becomes two files.
const AT_THE_END: &str = "2026-01-31T23:59:30Z";

/// Events around the end of a month, so that closings and openings fall into different ones.
fn generator(start: &str) -> Generator {
    let start = start.parse().expect("a timestamp");
    Generator::new(11).starting(start).every(Duration::from_secs(5)).resources(10).users(4)
}

/// Not a test of its own: what the child process does. Without a step to die at it does nothing.
#[test]
fn child() {
    let variable = |name| std::env::var(name).ok();
    let (Some(step), Some(occurrence), Some(folder), Some(start)) =
        (variable(STEP), variable(OCCURRENCE), variable(FOLDER), variable(START))
    else {
        return;
    };
    let occurrence: usize = occurrence.parse().unwrap();
    let folder = Path::new(&folder);
    let mut acknowledged = File::options().create(true).append(true).open(folder.join("acknowledged")).unwrap();
    let seen: &'static AtomicUsize = Box::leak(Box::new(AtomicUsize::new(0)));
    let mut generator = generator(&start);
    for round in 0..6 {
        let step = step.clone();
        let store = options()
            .observe(move |at| {
                if at.as_str() == step && seen.fetch_add(1, Ordering::SeqCst) + 1 == occurrence {
                    std::process::abort();
                }
            })
            .open(folder.join("store"))
            .unwrap();
        for batch in generator.events(400).chunks(7) {
            for (answer, entry) in store.append(batch).unwrap().into_iter().zip(batch) {
                let Appended::Stored(seq) = answer else { panic!("a new event was answered with {answer:?}") };
                writeln!(acknowledged, "{seq} {:x}", entry.id.as_u128()).unwrap();
            }
        }
        store.settle();
        if round == 3 {
            store.seal_now().unwrap();
            store.drop_month(DROPPED).unwrap();
        }
    }
}

fn dies_at(step: Step, occurrence: usize, start: &str, folder: &Path) {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(STEP, step.as_str())
        .env(OCCURRENCE, occurrence.to_string())
        .env(FOLDER, folder)
        .env(START, start)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    assert!(!status.success(), "the child never came to occurrence {occurrence} of {step}");
}

fn acknowledged(folder: &Path) -> Vec<(Seq, EventId)> {
    let text = fs::read_to_string(folder.join("acknowledged")).unwrap();
    let line = |line: &str| {
        let (seq, id) = line.split_once(' ')?;
        Some((Seq(seq.parse().ok()?), EventId::from_u128(u128::from_str_radix(id, 16).ok()?)))
    };
    // The last line may be cut.
    text.split_inclusive('\n').filter(|text| text.ends_with('\n')).filter_map(|text| line(text.trim_end())).collect()
}

fn read_all(store: &SqliteStore) -> Vec<Sequenced> {
    let mut all: Vec<Sequenced> = Vec::new();
    loop {
        let from = all.last().map_or(Seq(0), |last| last.seq.next());
        let more = store.read(from, 100, usize::MAX).unwrap();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

fn search_all(store: &SqliteStore) -> Vec<EventId> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let search = store.search();
    let query = Query::new(Viewer::admin()).limit(100_000);
    let page = runtime.block_on(search.search(&query)).unwrap();
    let count = runtime.block_on(search.count(&Filter::everything(), &Viewer::admin(), None)).unwrap();
    assert_eq!(count.events, page.events.len() as u64);
    page.events.iter().map(|found| found.event().unwrap().id).collect()
}

fn assert_whole(folder: &Path, start: &str, context: &str) {
    let store = options().open(folder.join("store")).unwrap();
    let stored = read_all(&store);
    assert!(stored.is_sorted_by(|one, next| one.seq < next.seq), "{context}: numbers grow");
    let by_seq: BTreeMap<Seq, EventId> = stored.iter().map(|event| (event.seq, event.id)).collect();
    let ids: HashSet<EventId> = stored.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), stored.len(), "{context}: no event stands twice");
    let told = acknowledged(folder);
    for (seq, id) in &told {
        match by_seq.get(seq) {
            Some(have) => assert_eq!(have, id, "{context}: the number {seq} names one event"),
            None => assert_eq!(id.timestamp().month(), DROPPED, "{context}: {id} was acknowledged and is gone"),
        }
    }

    let found: HashSet<EventId> = search_all(&store).into_iter().collect();
    assert_eq!(found, ids, "{context}: searches find what is stored");

    let closed: HashSet<EventId> = ids.iter().filter(|id| **id != id.opening()).map(|id| id.opening()).collect();
    let open: HashSet<EventId> = store.open_operations().unwrap().iter().map(|operation| operation.id).collect();
    let told_kinds: HashSet<EventId> = generator(start).events(2_400).iter().filter_map(opened).collect();
    let expected: HashSet<EventId> =
        ids.iter().filter(|id| told_kinds.contains(id) && !closed.contains(id)).copied().collect();
    let kept = |id: &&EventId| id.timestamp().month() != DROPPED;
    assert_eq!(
        open.iter().filter(kept).collect::<HashSet<_>>(),
        expected.iter().filter(kept).collect::<HashSet<_>>(),
        "{context}: open operations are those without a closing"
    );

    let next = Generator::new(99).events(1);
    let [Appended::Stored(seq)] = store.append(&next).unwrap()[..] else { panic!("{context}: recording goes on") };
    let largest = told.iter().map(|(seq, _)| *seq).chain(by_seq.keys().copied()).max().unwrap_or_default();
    assert!(seq > largest, "{context}: no number is used again");

    drop(store);
    let segments = fs::read_dir(folder.join("store/segments")).unwrap();
    let files: usize = segments.map(|month| fs::read_dir(month.unwrap().path()).unwrap().count()).sum();
    let connection = rusqlite::Connection::open(folder.join("store/journal.db")).unwrap();
    let registered: usize = connection.query_row("SELECT count(*) FROM segment", [], |row| row.get(0)).unwrap();
    assert_eq!(files, registered, "{context}: no file is left that nothing refers to");
}

fn opened(entry: &Entry) -> Option<EventId> {
    matches!(entry.kind, EntryKind::Opening { .. }).then_some(entry.id)
}

#[test]
fn a_process_that_dies_at_any_step_loses_and_doubles_nothing() {
    for step in Step::ALL {
        let is_drop = matches!(step, Step::DropRegistered | Step::DropCommitted);
        let occurrences: &[_] = if is_drop { &[(1, BEFORE)] } else { &[(1, AT_THE_END), (3, BEFORE)] };
        for (occurrence, start) in occurrences {
            let folder = tempfile::tempdir().unwrap();
            dies_at(*step, *occurrence, start, folder.path());
            if matches!(step, Step::SealRegistered) && *start == AT_THE_END {
                assert_eq!(months(folder.path()), 2, "what was sealed at once is of two months");
            }
            assert_whole(folder.path(), start, &format!("{step}, occurrence {occurrence}"));
        }
    }
}

/// Of how many months there are segments.
fn months(folder: &Path) -> usize {
    fs::read_dir(folder.join("store/segments")).unwrap().count()
}

#[test]
fn what_was_durable_when_the_process_died_is_answered_as_stored() {
    let folder = tempfile::tempdir().unwrap();
    dies_at(Step::AppendCommitted, 5, BEFORE, folder.path());
    let store = options().open(folder.path().join("store")).unwrap();
    let entries = generator(BEFORE).events(35);
    let answers = store.append(&entries).unwrap();
    assert!(answers.iter().all(|answer| *answer == Appended::AlreadyStored), "{answers:?}");
}
