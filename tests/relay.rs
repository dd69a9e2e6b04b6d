//! What one embedded store records is delivered to another: through outages, over the end of a month, and
//! whenever the process is killed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod fleet;

use std::{
    env, fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use events::{
    Ack, Batches, DeadLetter, Entry, EntryKind, EventManager, Href, Journal, JournalError, ManualClock, Operation,
    Position, Query, RelayState, Seq, SqliteStore, Viewer, action, conformance::Generator, scope, sqlite::Options,
};
use fleet::{Answer, LIMIT, Log, Nuvlabox, OtherStore, Problem, documents, everything, jane, nuvlabox, patient, until};
use tracing::Level;

const FOLDER: &str = "EVENTS_TEST_FOLDER";

/// Segments so small that sealing and merging go on all the time.
fn options() -> Options {
    Options::new().segment_events(32).tail_events(128).merge_parts(3)
}

#[action(event = "nuvlabox.reboot")]
async fn reboot(id: Href<Nuvlabox>) -> Result<Answer, Problem> {
    Ok(Answer(202))
}

#[action(event = "nuvlabox.commission")]
async fn commission(id: Href<Nuvlabox>, takes: Duration) -> Result<Answer, Problem> {
    tokio::time::sleep(takes).await;
    Ok(Answer(200))
}

/// Both hold the same events, each once, the same bytes, in the same order.
#[track_caller]
fn assert_same(what: &str, journal: &SqliteStore, other: &SqliteStore) {
    let (here, there) = (everything(journal), everything(other));
    assert_eq!(here.len(), there.len(), "{what}: as many are there");
    for (here, there) in here.iter().zip(&there) {
        assert!(here.id == there.id && here.document == there.document, "{what}: {} is there as {}", here.id, there.id);
    }
}

struct Folders {
    folder: tempfile::TempDir,
}

impl Folders {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn journal(&self) -> SqliteStore {
        options().open(self.folder.path().join("events")).unwrap()
    }

    fn other(&self) -> OtherStore {
        OtherStore::of(options().open(self.folder.path().join("other")).unwrap())
    }
}

/// Events over the end of a month, far more than the newest that a store keeps in memory.
fn over_a_months_end() -> Vec<Entry> {
    let start = "2026-01-31T23:30:00Z".parse().unwrap();
    let entries = Generator::new(3).starting(start).every(Duration::from_millis(600)).events(6_000);
    entries.into_iter().map(|entry| Entry { kind: EntryKind::Direct, ..entry }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_far_longer_than_the_tail_and_over_a_months_end_is_caught_up() {
    let folders = Folders::new();
    let (mut journal, mut other) = (folders.journal(), folders.other());
    for batch in over_a_months_end().chunks(100) {
        journal.append(batch).unwrap();
    }
    // The second round begins with nothing, in several batches at once.
    for (round, in_flight) in [(1, 1), (2, 4)] {
        other.batches = Batches { events: 100, in_flight, ..Batches::default() };
        let manager = patient(journal.clone()).relay_to(other.clone()).build().unwrap();
        until("all of it", || manager.relays()[0].behind == 0).await;
        drop(manager);
        journal = folders.journal();
        assert_same(&format!("round {round}"), &journal, &other.store);
        journal.bookmarks().set_position("other", Position::BEGINNING).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_go_on_while_the_destination_is_away_and_everything_arrives() {
    let folders = Folders::new();
    let (journal, other) = (folders.journal(), folders.other());
    let manager = patient(journal.clone()).relay_to(other.clone()).build().unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let operations = async {
            for _ in 0..60 {
                reboot(nuvlabox("1")).await.unwrap();
            }
        };
        tasks.spawn(manager.scope(scope(jane(), operations)));
    }
    // There and away, all the time.
    let mut away = false;
    while !tasks.is_empty() {
        away = !away;
        other.set_away(away);
        let _ = tokio::time::timeout(Duration::from_millis(20), tasks.join_next()).await;
    }
    other.set_away(false);
    assert!(manager.shutdown(LIMIT).await, "{:?}", manager.relays());
    assert_eq!(journal.last_seq(), Seq(2 * 16 * 60));
    drop(manager);
    assert_same("there and away", &journal, &other.store);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_delivered_at_once_although_nothing_else_comes() {
    let folders = Folders::new();
    let (journal, other) = (folders.journal(), folders.other());
    let manager = patient(journal).relay_to(other.clone()).build().unwrap();
    for number in 1..=20 {
        manager.scope(scope(jane(), reboot(nuvlabox("1")))).await.unwrap();
        let begun = Instant::now();
        until("both events", || other.store.last_seq() == Seq(2 * number)).await;
        assert!(begun.elapsed() < Duration::from_secs(5), "nobody waits for a timer");
    }
    let status = manager.relays().remove(0);
    assert_eq!((status.redelivered, status.state), (0, RelayState::Delivering));
}

/// Looks for its own opening.
#[action(event = "nuvlabox.find", resource = id)]
async fn find(id: Href<Nuvlabox>, manager: &EventManager) -> Result<Answer, Problem> {
    let opening = Operation::current().id().unwrap();
    let found = manager.get(opening, &Viewer::admin()).await.unwrap();
    assert_eq!(found.map(|found| found.event().unwrap().id), Some(opening));
    Ok(Answer(200))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledged_event_is_found_by_its_id_before_it_is_delivered() {
    let folders = Folders::new();
    let (journal, other) = (folders.journal(), folders.other());
    other.set_away(true);
    let builder = patient(journal.clone()).relay_to(other.clone()).search_in("other");
    let manager = builder.build().unwrap();
    manager.scope(scope(jane(), find(nuvlabox("1"), &manager))).await.unwrap();
    let query = Query::new(Viewer::admin());
    assert!(manager.search(&query).await.unwrap().events.is_empty(), "searches go where nothing is yet");
    other.set_away(false);
    until("both are delivered", || journal.last_seq() == Seq(2) && manager.relays()[0].behind == 0).await;
    assert_eq!(manager.search(&query).await.unwrap().events.len(), 2);

    // What only the other store has is found there.
    let foreign = over_a_months_end().remove(0);
    other.store.append(std::slice::from_ref(&foreign)).unwrap();
    assert!(manager.get(foreign.id, &Viewer::admin()).await.unwrap().is_some());
    assert!(Journal::get(&journal, foreign.id).unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_month_is_dropped_before_a_relay_has_passed_it() {
    let folders = Folders::new();
    let (journal, other) = (folders.journal(), folders.other());
    let entries = over_a_months_end();
    journal.append(&entries).unwrap();
    journal.seal_now().unwrap();
    other.set_away(true);
    let month = entries[0].id.timestamp().month();
    let manager = patient(journal.clone()).relay_to(other.clone()).build().unwrap();
    let error = journal.drop_month(month).unwrap_err();
    assert!(matches!(&error, JournalError::Undelivered { relay, .. } if relay == "other"), "{error}");

    assert!(journal.drop_month_undelivered(month).unwrap() > 0);
    // It delivers nothing any more that it had read before.
    manager.shutdown(Duration::from_millis(1)).await;
    until("the relay stops", || manager.relays()[0].state == RelayState::Stopped).await;
    drop(manager);
    other.set_away(false);
    let journal = folders.journal();
    let manager = patient(journal.clone()).relay_to(other.clone()).build().unwrap();
    until("what is left", || manager.relays()[0].behind == 0).await;
    assert!(manager.shutdown(LIMIT).await);
    drop((manager, journal));
    let journal = folders.journal();
    assert_same("what was not dropped", &journal, &other.store);
    assert!(journal.drop_month(entries[5_999].id.timestamp().month()).unwrap() > 0, "it has passed all of it");
}

/// Changes a byte in a row of a journal that is closed.
fn damage_row(journal: &Path) {
    let journal = rusqlite::Connection::open(journal.join("journal.db")).unwrap();
    let damage = "UPDATE journal SET events = CAST(substr(events, 1, 100) || X'00' || substr(events, 102) AS BLOB)";
    assert_eq!(journal.execute(&format!("{damage} WHERE first_seq = 381"), []).unwrap(), 1);
}

/// Seals all of a journal that is closed, and cuts a segment.
fn damage_segment(journal: &Path) {
    options().merge_parts(1_000).open(journal).unwrap().seal_now().unwrap();
    let mut months = fs::read_dir(journal.join("segments")).unwrap();
    let month = months.next().unwrap().unwrap().path();
    let segment = fs::read_dir(month).unwrap().map(|segment| segment.unwrap().path()).max().unwrap();
    fs::File::options().write(true).open(segment).unwrap().set_len(100).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_that_is_damaged_is_named_and_the_others_are_delivered_again() {
    let log = Log::install();
    for damage in [damage_row, damage_segment] {
        let folders = Folders::new();
        let folder = folders.folder.path().join("events");
        let (journal, entries) = (SqliteStore::open(&folder).unwrap(), over_a_months_end()[..400].to_vec());
        for batch in entries.chunks(20) {
            journal.append(batch).unwrap();
        }
        let letter = |(place, entry): (usize, &Entry)| DeadLetter {
            seq: Seq(place as u64 + 1),
            id: entry.id,
            reason: "too large".to_owned(),
            refused: "2026-02-01T00:00:00Z".parse().unwrap(),
        };
        let letters: Vec<DeadLetter> = entries.iter().enumerate().map(letter).collect();
        journal.bookmarks().add_dead_letters("other", &letters).unwrap();
        journal.bookmarks().set_position("other", Position { through: Seq(400), id: entries[399].id }).unwrap();
        drop(journal);
        damage(&folder);

        let (journal, other) = (SqliteStore::open(&folder).unwrap(), folders.other());
        let manager = patient(journal).relay_to(other.clone()).build().unwrap();
        until("it is ready", || manager.relays()[0].state == RelayState::Delivering).await;
        let replayed = manager.replay_dead_letters("other", Seq(0), usize::MAX).await.unwrap();
        assert!(replayed.later > 0 && replayed.delivered > 300, "{replayed:?}");
        let left = manager.dead_letters("other", Seq(0), usize::MAX).await.unwrap();
        assert_eq!((left.len() as u64, replayed.delivered + replayed.later), (replayed.later, 400));
        assert!(left.iter().all(|letter| log.says(Level::ERROR, &letter.id.to_string())), "each is named");
        drop(manager);
        let there = documents(&everything(&other.store));
        let is_left = |entry: &Entry| left.iter().any(|letter| letter.id == entry.id);
        assert!(entries.iter().all(|entry| there.contains_key(&entry.id) != is_left(entry)), "all others are there");
    }
}

/// A clock that crosses the end of a month within a few hundred operations.
fn clock() -> ManualClock {
    ManualClock::at("2026-11-30T23:59:58.000Z".parse().unwrap())
}

/// What the child process does; without a folder it is no test.
#[test]
fn child() {
    let Ok(folder) = env::var(FOLDER) else { return };
    let folder = Path::new(&folder);
    let other = OtherStore::of(options().open(folder.join("other")).unwrap());
    let journal = options().open(folder.join("events")).unwrap();
    let clock = clock();
    let builder = patient(journal).clock(clock.clone()).relay_to(other);
    let builder =
        if env::var("EVENTS_TEST_ACK").is_ok() { builder.acknowledge(Ack::Delivered("other")) } else { builder };
    let manager = builder.build().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..16_u64 {
            let clock = clock.clone();
            let operations = async move {
                for _ in 0..5_000 {
                    clock.advance(Duration::from_millis(3));
                    let _ = reboot(nuvlabox("1")).await;
                    let _ = commission(nuvlabox("2"), Duration::from_millis(number)).await;
                }
            };
            tasks.spawn(manager.scope(scope(jane(), operations)));
        }
        tasks.join_all().await
    });
}

fn start(folder: &Path, ack: Ack) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "child", "--nocapture"]).env(FOLDER, folder);
    if ack != Ack::Journal {
        command.env("EVENTS_TEST_ACK", "other");
    }
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Kills processes that relay, each a little later, and compares at the end.
async fn killed_while_relaying(ack: Ack) {
    let folders = Folders::new();
    let folder = folders.folder.path();
    let mut delivered = 0;
    for round in 0..8_u64 {
        let mut child = start(folder, ack);
        let deadline = Instant::now() + LIMIT;
        let target = delivered + 100 + 37 * round;
        while delivered < target {
            assert!(Instant::now() < deadline, "the child does not get on");
            assert!(child.try_wait().unwrap().is_none(), "the child ended by itself");
            // The file is made by the child.
            if let Ok(reader) = SqliteStore::open_read_only(folder.join("other")) {
                let from = Seq(delivered + 1);
                delivered += reader.read(from, 10_000, usize::MAX).map_or(0, |read| read.len() as u64);
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let (journal, other) = (folders.journal(), folders.other());
        let here = documents(&everything(&journal));
        let there = everything(&other.store);
        delivered = there.len() as u64;
        for event in &there {
            assert_eq!(here.get(&event.id), Some(&event.document), "round {round}: what is there is in the journal");
        }
    }
    let (journal, other) = (folders.journal(), folders.other());
    let manager = patient(journal.clone()).relay_to(other.clone()).build().unwrap();
    assert!(manager.shutdown(LIMIT).await, "{:?}", manager.relays());
    drop(manager);
    assert!(journal.last_seq() > Seq(1_000));
    // A process that dies after it delivered and before it said so does not deliver in the same place again.
    assert_same("killed", &journal, &other.store);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_while_it_relays_loses_and_doubles_nothing() {
    killed_while_relaying(Ack::Journal).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_while_it_waits_for_confirmations_loses_and_doubles_nothing() {
    killed_while_relaying(Ack::Delivered("other")).await;
}
