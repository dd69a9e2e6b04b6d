//! Full disks, damaged files, a second process: what is refused, what is set aside, what goes on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use events_core::{
    Aggregation, Appended, Attribute, Claim, Entry, EntryKind, EventId, Filter, Journal, JournalError, Position, Query,
    Search, SearchError, Seq, Sequenced, Viewer,
    conformance::{Generator, Naive, Questions},
};
use events_sqlite::{Options, SqliteStore};

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn store_all(store: &SqliteStore, entries: &[Entry]) {
    for batch in entries.chunks(50) {
        let answers = store.append(batch).unwrap();
        assert!(answers.iter().all(|answer| matches!(answer, Appended::Stored(_))), "{answers:?}");
    }
}

/// All segment files, by name.
fn segment_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder.join("segments"))
        .unwrap()
        .flat_map(|month| fs::read_dir(month.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
}

fn small_segments() -> Options {
    Options::new().segment_events(100).tail_events(400).merge_parts(1_000)
}

#[test]
fn a_second_writer_is_told_so_and_a_reader_is_welcome() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let Err(JournalError::InUse(which)) = SqliteStore::open(folder.path()) else { panic!("two may not write") };
    assert!(which.contains(folder.path().to_str().unwrap()), "{which}");
    SqliteStore::open_read_only(folder.path()).unwrap();
    drop(store);
    SqliteStore::open(folder.path()).unwrap();
}

#[test]
fn a_closed_store_refuses_and_can_be_opened_again_beside_old_handles() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let search = store.search();
    let entries = Generator::new(1).events(20);
    store_all(&store, &entries[..10]);
    store.close();
    assert!(!store.append(&entries[10..]).unwrap_err().unknown);
    let count = |search: &dyn Search| wait(search.count(&Filter::everything(), &Viewer::admin(), None)).unwrap().events;
    assert_eq!(count(&*search), 10);
    let again = SqliteStore::open(folder.path()).unwrap();
    store_all(&again, &entries[10..]);
    assert_eq!(count(&*again.search()), 20);
}

#[test]
fn a_reader_beside_the_writer_sees_every_acknowledged_event() {
    let folder = tempfile::tempdir().unwrap();
    let entries = Generator::new(2).events(3_000);
    let naive = Naive::of(&entries).unwrap();
    let store = Options::new().segment_events(64).tail_events(200).merge_parts(4).open(folder.path()).unwrap();
    store_all(&store, &entries[..50]);
    let reader = SqliteStore::open_read_only(folder.path()).unwrap();
    for (index, batch) in entries[50..].chunks(50).enumerate() {
        store_all(&store, batch);
        let stored = 50 * (index as u64 + 2);
        let count = wait(reader.count(&Filter::everything(), &Viewer::admin(), None)).unwrap();
        assert_eq!(count.events, stored);
        let last = reader.read(Seq(stored), 10, usize::MAX).unwrap();
        assert_eq!(last.len(), 1);
        assert_eq!(last[0].id, batch[49].id);
    }
    let viewer = Viewer::with_claims(["user/u3".parse::<Claim>().unwrap(), "group/nuvla-anon".parse().unwrap()]);
    let query = Query::new(viewer).limit(5_000);
    let found = wait(reader.search(&query)).unwrap();
    assert_eq!(found.events.len(), naive.search(&query.filter, &query.viewer).len());
    drop(store);
    assert_eq!(reader.read(Seq(1), 5_000, usize::MAX).unwrap().len(), 3_000);
}

/// Asserts that searches that need the damaged segment say so and all else goes on.
fn assert_set_aside(folder: &Path, entries: &[Entry], damaged: &Path) {
    let store = small_segments().open(folder).unwrap();
    let search = store.search();
    let newest = wait(search.search(&Query::new(Viewer::admin()).limit(5))).unwrap();
    assert_eq!(newest.events.len(), 5, "what does not need the damaged segment is found");
    let count = wait(search.count(&Filter::everything(), &Viewer::admin(), None));
    // A segment whose tables are whole is counted without its documents.
    if let Err(error) = &count {
        let SearchError::Unavailable(cause) = error else { panic!("{error}") };
        assert!(cause.to_string().contains("damaged"), "{cause}");
    }
    let Err(JournalError::Damaged { what, .. }) = store.read(Seq(1), 100_000, usize::MAX) else {
        panic!("nothing is skipped silently")
    };
    assert_eq!(Path::new(&what), damaged);
    assert!(!damaged.exists(), "it is set aside");
    assert!(segment_files(folder).iter().any(|file| file.to_str().unwrap().ends_with(".damaged-1")));
    store_all(&store, &entries[entries.len() - 10..]);
    store.seal_now().unwrap();
    drop(search);
    drop(store);
    let store = small_segments().open(folder).unwrap();
    assert!(matches!(store.read(Seq(1), 100_000, usize::MAX), Err(JournalError::Damaged { .. })), "also afterwards");
}

#[test]
fn wherever_the_damage_is_answers_are_right_or_name_it() {
    let entries = Generator::new(3).events(500);
    let naive = Naive::of(&entries).unwrap();
    let mut named = 0;
    for part in 0..40 {
        let folder = tempfile::tempdir().unwrap();
        let store = small_segments().open(folder.path()).unwrap();
        store_all(&store, &entries);
        store.seal_now().unwrap();
        drop(store);
        let file = segment_files(folder.path()).remove(part % 5);
        let mut bytes = fs::read(&file).unwrap();
        // Every fourth change hits the tables at the end, the others all kinds of parts.
        let at = if part % 4 == 0 { bytes.len() - 1 - 3 * part } else { bytes.len() * part / 40 };
        bytes[at] ^= 0x10;
        fs::write(&file, bytes).unwrap();

        let store = small_segments().open(folder.path()).unwrap();
        let search = store.search();
        let mut questions = Questions::about(&entries, part as u64);
        for _ in 0..20 {
            let query = questions.query().limit(1_000);
            match wait(search.search(&query)) {
                Ok(page) => {
                    let expected = naive.search(&query.filter, &query.viewer);
                    let found: Vec<_> = page.events.iter().map(|found| found.stored().clone()).collect();
                    let expected: Vec<_> = expected.iter().map(|expected| expected.document.clone()).collect();
                    assert!(found == expected, "byte {at} of {}, {query:?}", file.display());
                }
                Err(error) => {
                    named += 1;
                    let SearchError::Unavailable(cause) = error else { panic!("{error}") };
                    assert!(cause.to_string().contains(file.to_str().unwrap()), "{cause}");
                }
            }
        }
        for entry in entries.iter().step_by(9) {
            if let Ok(found) = store.get(entry.id) {
                assert!(found.as_deref() == Some(&*entry.document), "byte {at} of {}", file.display());
            }
        }
    }
    assert!(named > 40, "damage was noticed by {named} of 800 searches only");
}

#[test]
fn a_missing_or_cut_segment_is_named() {
    let entries = Generator::new(4).events(1_000);
    for cut in [0, 7, 5_000] {
        let folder = tempfile::tempdir().unwrap();
        let store = small_segments().open(folder.path()).unwrap();
        store_all(&store, &entries[..990]);
        store.seal_now().unwrap();
        drop(store);
        let file = segment_files(folder.path()).remove(0);
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..cut]).unwrap();
        assert_set_aside(folder.path(), &entries, &file);
    }
}

#[test]
fn a_damaged_segment_never_stops_recording() {
    let entries = Generator::new(8).events(700);
    for cut in [0, 10, 10_000] {
        let folder = tempfile::tempdir().unwrap();
        let store = small_segments().open(folder.path()).unwrap();
        store_all(&store, &entries[..500]);
        store.seal_now().unwrap();
        drop(store);
        let file = fs::File::options().write(true).open(segment_files(folder.path()).remove(1)).unwrap();
        file.set_len(file.metadata().unwrap().len().saturating_sub(cut)).unwrap();
        if cut == 0 {
            file.set_len(0).unwrap();
        }
        let store = small_segments().open(folder.path()).unwrap();
        // Closed long ago, in the damaged segment, and closed again; then as if the clock had gone back.
        let closing = entries[150..200].iter().find(|entry| entry.kind == EntryKind::Closing).unwrap().clone();
        let between = EventId::from_u128((entries[150].id.as_u128() + (4 << 1)) & !1);
        let direct = Entry { id: between, document: entries[499].document.clone(), kind: EntryKind::Direct };
        let mut batch = vec![closing, direct];
        batch.extend_from_slice(&entries[500..510]);
        let answers = store.append(&batch).unwrap();
        assert_eq!(answers[0], Appended::NoOpening);
        assert!(answers[1..].iter().all(|answer| matches!(answer, Appended::Stored(_))), "{answers:?}");
        store_all(&store, &entries[510..]);
    }
}

/// Fifty of all events cannot be read, so nobody knows whether a search would find them.
fn assert_searches_say_so(search: &dyn Search, events: u64) {
    let count = wait(search.count(&Filter::everything(), &Viewer::admin(), None)).unwrap();
    assert_eq!((count.events, count.unreadable), (events, 50));
    let page = wait(search.search(&Query::new(Viewer::admin()).limit(5))).unwrap();
    assert_eq!((page.events.len(), page.unreadable, page.cut), (5, 50, false));
    let aggregation = Aggregation {
        filter: Filter::everything(),
        viewer: Viewer::admin(),
        by: Attribute::Category.into(),
        size: 10,
        within: None,
    };
    assert_eq!(wait(search.aggregate(&aggregation)).unwrap().unreadable, 50);
}

#[test]
fn damaged_events_of_the_journal_are_set_aside_and_recording_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let entries = Generator::new(5).events(300);
    let store = SqliteStore::open(folder.path()).unwrap();
    store_all(&store, &entries[..200]);
    drop(store);
    let journal = rusqlite::Connection::open(folder.path().join("journal.db")).unwrap();
    let changed = journal
        .execute("UPDATE journal SET events = CAST(substr(events, 1, 100) || X'00' || substr(events, 102) AS BLOB) WHERE first_seq = 51", [])
        .unwrap();
    assert_eq!(changed, 1);
    drop(journal);
    let reader = SqliteStore::open_read_only(folder.path()).unwrap();
    assert!(matches!(reader.read(Seq(51), 1_000, usize::MAX), Err(JournalError::Damaged { .. })));
    assert_eq!(reader.read(Seq(101), 1_000, usize::MAX).unwrap().len(), 100);
    assert_searches_say_so(&reader, 150);
    drop(reader);
    let store = SqliteStore::open(folder.path()).unwrap();
    let assert_gap = |read: &dyn Fn(Seq) -> Result<Vec<Sequenced>, JournalError>| {
        assert_eq!(read(Seq(1)).unwrap().last().unwrap().seq, Seq(50));
        for from in [51, 100] {
            let Err(JournalError::Damaged { what, why, next }) = read(Seq(from)) else {
                panic!("a gap is not skipped")
            };
            assert!(what.ends_with("journal.db") && why.contains("51 to 100"), "{what}: {why}");
            assert_eq!(next, Some(Seq(101)), "it says where to read on");
        }
        read(Seq(101)).unwrap().len()
    };
    assert_eq!(assert_gap(&|from| store.read(from, 1_000, usize::MAX)), 100);
    assert_searches_say_so(&*store.search(), 150);
    assert!(matches!(store.append(&entries[200..201]).unwrap()[..], [Appended::Stored(Seq(201))]));
    drop(store);
    let store = SqliteStore::open(folder.path()).unwrap();
    store.seal_now().unwrap();
    assert_eq!(assert_gap(&|from| store.read(from, 1_000, usize::MAX)), 101);
    assert_searches_say_so(&*store.search(), 151);
}

#[test]
fn a_dropped_month_is_gone_with_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let start = "2026-01-31T23:50:00Z".parse().unwrap();
    let entries = Generator::new(6).starting(start).every(std::time::Duration::from_secs(1)).events(2_000);
    let store = small_segments().open(folder.path()).unwrap();
    store_all(&store, &entries);
    store.seal_now().unwrap();
    let month = "2026-01".parse().unwrap();
    let of_month = entries.iter().filter(|entry| entry.id.timestamp().month() == month).count();
    assert!(of_month > 100);
    assert_eq!(store.drop_month(month).unwrap(), of_month as u64);
    assert_eq!(store.read(Seq(1), 10_000, usize::MAX).unwrap().len(), 2_000 - of_month);
    let months = wait(store.search().partitions()).unwrap();
    assert!(months.iter().all(|partition| partition.month != month), "{months:?}");
    assert_eq!(fs::read_dir(folder.path().join("segments/2026-01")).unwrap().count(), 0);
    assert_eq!(store.drop_month(month).unwrap(), 0);
}

#[test]
fn a_month_that_a_relay_has_not_passed_is_dropped_knowingly_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let store = small_segments().open(folder.path()).unwrap();
    let entries = Generator::new(16).events(300);
    store_all(&store, &entries);
    store.seal_now().unwrap();
    let month = entries[0].id.timestamp().month();
    let through = |seq: u64| Position { through: Seq(seq), id: entries[seq as usize - 1].id };
    let bookmarks = store.bookmarks();
    bookmarks.set_position("ahead", through(300)).unwrap();
    bookmarks.set_position("behind", through(299)).unwrap();
    bookmarks.set_position("new", Position::BEGINNING).unwrap();
    let refused_for = |expected: &str, at: u64| {
        let error = store.drop_month(month).unwrap_err();
        let JournalError::Undelivered { relay, through, last } = &error else { panic!("{error}") };
        assert_eq!((relay.as_str(), *through, *last), (expected, Seq(at), Seq(300)));
        assert_eq!(store.read(Seq(1), 1_000, usize::MAX).unwrap().len(), 300, "nothing was dropped");
    };
    refused_for("new", 0);
    store.forget_relay("new").unwrap();
    refused_for("behind", 299);
    drop(store);
    let store = small_segments().open(folder.path()).unwrap();
    assert!(store.drop_month(month).is_err(), "also where the relay does not run");
    assert_eq!(store.drop_month_undelivered(month).unwrap(), 300);
    assert!(store.read(Seq(1), 1_000, usize::MAX).unwrap().is_empty());
}

/// Not a test of its own: a process under a limit on the size of its files. It says `full` when it was
/// refused, waits for a line, and ends well when it records again.
#[test]
fn child_with_little_space() {
    let Ok(folder) = std::env::var("EVENTS_TEST_FOLDER") else { return };
    let store = SqliteStore::open(&folder).unwrap();
    let entries = Generator::new(7).events(20_000);
    let mut batches = entries.chunks(40);
    let mut stored = 0;
    let refused = loop {
        let batch = batches.next().expect("the limit comes first");
        match store.append(batch) {
            Ok(_) => stored += batch.len(),
            Err(error) => break (batch, error),
        }
    };
    let (batch, error) = refused;
    assert!(matches!(error.cause, JournalError::Full(_)), "{error:?}");
    assert!(!error.unknown, "{error:?}");
    let count = || wait(store.search().count(&Filter::everything(), &Viewer::admin(), None)).unwrap().events;
    assert_eq!(count(), stored as u64, "searches are served, and see nothing of what was refused");
    let mut out = std::io::stdout();
    writeln!(out, "\nfull").unwrap();
    out.flush().unwrap();
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let answers = store.append(batch).unwrap();
    assert!(answers.iter().all(|answer| matches!(answer, Appended::Stored(_))), "{answers:?}");
    drop(store);
    let store = SqliteStore::open(&folder).unwrap();
    let ids: Vec<EventId> =
        store.read(Seq(1), 100_000, usize::MAX).unwrap().into_iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), stored + batch.len());
    writeln!(out, "\nrecorded").unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_refuses_and_recording_goes_on_once_there_is_space() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new("sh")
        // 1 MiB a file; the signal that goes with it is ignored, as servers do.
        .args(["-c", "trap '' XFSZ; ulimit -S -f 2048; exec \"$0\" --exact child_with_little_space --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .env("EVENTS_TEST_FOLDER", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line == "full"), "the child was never refused");
    let raised =
        Command::new("prlimit").args(["--fsize=unlimited:unlimited", "--pid", &child.id().to_string()]).status();
    assert!(raised.unwrap().success());
    child.stdin.take().unwrap().write_all(b"go on\n").unwrap();
    assert!(lines.any(|line| line == "recorded"), "the child did not record again");
    assert!(child.wait().unwrap().success());
}

#[test]
fn an_event_of_the_last_moment_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut entry = Generator::new(9).events(1).remove(0);
    let mut document: serde_json::Value = serde_json::from_slice(&entry.document).unwrap();
    document["timestamp"] = "9999-12-31T23:59:59.999Z".into();
    entry.document = serde_json::to_vec(&document).unwrap().into();
    let store = SqliteStore::open(folder.path()).unwrap();
    store_all(&store, &[entry]);
    for _ in 0..2 {
        assert_eq!(wait(store.search().count(&Filter::everything(), &Viewer::admin(), None)).unwrap().events, 1);
        assert_eq!(wait(store.search().search(&Query::new(Viewer::admin()))).unwrap().events.len(), 1);
        store.seal_now().unwrap();
    }
}

#[test]
fn a_page_that_is_cut_before_its_first_event_goes_on_where_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    store_all(&store, &Generator::new(10).events(500));
    let first = wait(store.search().search(&Query::new(Viewer::admin()).limit(5))).unwrap();
    let mut query = Query::new(Viewer::admin()).limit(5).after(first.next.unwrap());
    query.within = Some(std::time::Duration::ZERO);
    let page = wait(store.search().search(&query)).unwrap();
    assert!(page.cut && page.events.is_empty() && page.next == first.next, "{page:?}");
}

#[test]
fn a_read_answers_what_comes_before_the_damage_and_then_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = small_segments().open(folder.path()).unwrap();
    store_all(&store, &Generator::new(11).events(300));
    store.seal_now().unwrap();
    drop(store);
    fs::write(&segment_files(folder.path())[1], "").unwrap();
    let store = small_segments().open(folder.path()).unwrap();
    assert_eq!(store.read(Seq(1), 1_000, usize::MAX).unwrap().len(), 100);
    for from in [101, 150] {
        let error = store.read(Seq(from), 1_000, usize::MAX).unwrap_err();
        assert!(matches!(error, JournalError::Damaged { next: Some(Seq(201)), .. }), "{error}");
    }
    assert_eq!(store.read(Seq(201), 1_000, usize::MAX).unwrap().len(), 100);
}

#[test]
fn a_read_loses_nothing_but_what_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let start = "2026-01-31T23:55:00Z".parse().unwrap();
    let entries = Generator::new(15).starting(start).every(std::time::Duration::from_secs(1)).events(600);
    let store = small_segments().open(folder.path()).unwrap();
    store_all(&store, &entries);
    store.seal_now().unwrap();
    drop(store);
    // A segment of the old month, between whose events stand those of the new one.
    let files = segment_files(folder.path());
    let old = files.iter().find(|file| file.ends_with("2026-01/00000004.segment")).unwrap();
    let reader = SqliteStore::open_read_only(folder.path()).unwrap();
    let all = reader.read(Seq(1), 10_000, usize::MAX).unwrap();
    drop(reader);
    let mut bytes = fs::read(old).unwrap();
    bytes[20] ^= 1;
    fs::write(old, bytes).unwrap();

    let store = small_segments().open(folder.path()).unwrap();
    let (mut read, mut from, mut damages) = (Vec::new(), Seq(1), 0);
    while from <= store.last_seq() {
        match store.read(from, 50, usize::MAX) {
            Ok(events) => {
                from = events.last().unwrap().seq.next();
                read.extend(events);
            }
            Err(JournalError::Damaged { what, next, .. }) => {
                assert_eq!(Path::new(&what), old);
                from = next.filter(|next| *next > from).expect("it goes on further behind");
                damages += 1;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(damages > 1, "others stand between the damaged ones");
    let missing: Vec<&Sequenced> = all.iter().filter(|event| !read.contains(event)).collect();
    assert!(!missing.is_empty() && missing.len() <= 100, "{} are missing", missing.len());
    assert!(missing.iter().all(|event| event.id.timestamp().month() == "2026-01".parse().unwrap()));
}

#[test]
fn the_operations_of_a_dropped_month_are_open_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = small_segments().open(folder.path()).unwrap();
    let entries = Generator::new(12).events(300);
    store_all(&store, &entries[..200]);
    store.seal_now().unwrap();
    let opens = |entry: &&Entry| matches!(entry.kind, EntryKind::Opening { .. });
    store_all(&store, &entries[200..].iter().filter(opens).cloned().collect::<Vec<_>>());
    let open = |store: &SqliteStore| -> Vec<Seq> {
        store.open_operations().unwrap().iter().map(|operation| operation.seq).collect()
    };
    let newer: Vec<Seq> = open(&store).into_iter().filter(|seq| *seq > Seq(200)).collect();
    assert!(open(&store).len() > newer.len() && !newer.is_empty());
    assert_eq!(store.drop_month(entries[0].id.timestamp().month()).unwrap(), 200);
    assert_eq!(open(&store), newer);
    drop(store);
    assert_eq!(open(&small_segments().open(folder.path()).unwrap()), newer);
}

#[test]
fn events_with_many_keys_are_sealed_before_those_fill_the_memory() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let mut entries = Generator::new(14).events(60);
    for (number, entry) in entries.iter_mut().enumerate() {
        let mut document: serde_json::Value = serde_json::from_slice(&entry.document).unwrap();
        document["details"] =
            serde_json::json!({ "numbers": (0..4_000).map(|n| number * 4_000 + n).collect::<Vec<_>>() });
        entry.document = serde_json::to_vec(&document).unwrap().into();
    }
    // A megabyte and a half, of the sixteen that are sealed at once; but 240,000 keys.
    store_all(&store, &entries);
    let start = Instant::now();
    while segment_files(folder.path()).is_empty() {
        assert!(start.elapsed() < Duration::from_secs(60), "nothing is sealed");
        thread::sleep(Duration::from_millis(10));
    }
    let query = Query::new(Viewer::admin()).detail("numbers", 123_456);
    assert_eq!(wait(store.search().search(&query)).unwrap().events.len(), 1);
}

#[test]
fn large_events_behind_a_few_small_ones_are_sealed_before_they_fill_the_memory() {
    const LARGE: usize = 400_000;
    let folder = tempfile::tempdir().unwrap();
    let store = Options::new().tail_bytes(2 << 20).open(folder.path()).unwrap();
    let mut generator = Generator::new(3);
    // A chunk that is full, and too little to be sealed.
    store_all(&store, &generator.events(256));
    let (done, stored) = mpsc::channel();
    thread::spawn(move || {
        for entry in generator.events(20) {
            let mut event: serde_json::Value = serde_json::from_slice(&entry.document).unwrap();
            event["details"] = serde_json::json!({ "log": "x".repeat(LARGE) });
            let document = event.to_string().into_bytes().into();
            store.append(&[Entry { document, kind: EntryKind::Direct, ..entry }]).unwrap();
        }
        done.send(store.last_seq()).unwrap();
    });
    assert_eq!(stored.recv_timeout(Duration::from_secs(60)), Ok(Seq(276)), "it waits for room that nobody makes");
}

#[test]
fn a_reader_where_no_store_is_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let error = SqliteStore::open_read_only(folder.path()).unwrap_err();
    assert!(error.to_string().contains("there is no store in"), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written");
}

#[test]
#[cfg(target_os = "linux")]
fn a_reader_lets_go_of_files_that_are_removed() {
    for is_alone in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let mut store = small_segments().open(folder.path()).unwrap();
        let entries = Generator::new(13).events(500);
        store_all(&store, &entries);
        store.seal_now().unwrap();
        if is_alone {
            store.close();
        }
        let reader = SqliteStore::open_read_only(folder.path()).unwrap();
        assert_eq!(reader.read(Seq(1), 1_000, usize::MAX).unwrap().len(), 500);
        if is_alone {
            store = small_segments().open(folder.path()).unwrap();
        }
        store.drop_month(entries[0].id.timestamp().month()).unwrap();
        assert!(reader.read(Seq(1), 1_000, usize::MAX).unwrap().is_empty());
        let files = fs::read_dir("/proc/self/fd").unwrap().filter_map(|file| fs::read_link(file.unwrap().path()).ok());
        let is_held = |file: &PathBuf| file.starts_with(folder.path()) && file.to_string_lossy().ends_with("(deleted)");
        let held: Vec<PathBuf> = files.filter(is_held).collect();
        assert!(held.is_empty(), "alone: {is_alone}, {held:?}");
    }
}
