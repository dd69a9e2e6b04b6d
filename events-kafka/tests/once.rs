//! Whoever ends in the middle of delivery, and however often: the topic holds each event once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod topics;

use std::{
    collections::{HashMap, HashSet},
    env,
    hash::{BuildHasher, RandomState},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use events::{Entry, EntryKind, EventId, EventManager, Journal, Position, RelayState, SqliteStore};
use events_core::{
    Caller, Context, Delivery, Destination, Event, Posted, Registry, Seq, Sequenced,
    conformance::{self, Generator},
};
use events_kafka::{KafkaTopic, Options};
use tokio::{runtime::Handle, task::block_in_place};
use topics::{LIMIT, Topic};

/// Events of operations that nobody leaves open: a manager would close them first.
fn events(seed: u64, count: usize) -> Vec<Entry> {
    Generator::new(seed).events(count).into_iter().map(|entry| Entry { kind: EntryKind::Direct, ..entry }).collect()
}

fn numbered(entries: &[Entry], from: u64) -> Vec<Sequenced> {
    let numbered =
        |(entry, seq): (&Entry, u64)| Sequenced { seq: Seq(seq), id: entry.id, document: entry.document.clone() };
    entries.iter().zip(from..).map(numbered).collect()
}

/// A number below a limit, another one each time.
fn any(below: u64) -> u64 {
    RandomState::new().hash_one(0) % below
}

/// A journal in a folder, with these events.
fn record(folder: &Path, entries: &[Entry]) {
    let store = SqliteStore::open(folder).unwrap();
    entries.chunks(1_000).for_each(|entries| drop(store.append(entries).unwrap()));
    store.close();
}

fn relaying(folder: &Path, topic: &Topic, options: Options) -> EventManager {
    let begun = Instant::now();
    let store = loop {
        match SqliteStore::open(folder) {
            Ok(store) => break store,
            // One that was dropped ends in a moment.
            Err(error) => assert!(begun.elapsed() < LIMIT, "{error}"),
        }
        thread::sleep(Duration::from_millis(5));
    };
    let destination = options.connect(&topic.brokers, &topic.name).unwrap();
    EventManager::builder(store).registry(Registry::of([])).relay_to(destination).build().unwrap()
}

/// Delivers what is left.
async fn deliver_the_rest(folder: &Path, topic: &Topic) {
    let manager = block_in_place(|| relaying(folder, topic, Options::new()));
    assert!(manager.shutdown(LIMIT).await, "{:?}", manager.relays());
}

/// How far the relay is, as it is kept.
fn kept(folder: &Path) -> (Position, String) {
    let bookmarks = SqliteStore::open(folder).unwrap().bookmarks();
    (bookmarks.position("kafka").unwrap().unwrap(), bookmarks.landmark("kafka").unwrap().unwrap())
}

/// How many events the relay knows to be there.
fn passed(folder: &Path) -> u64 {
    let bookmarks = SqliteStore::open(folder).unwrap().bookmarks();
    bookmarks.position("kafka").unwrap().map_or(0, |position| position.through.0)
}

fn put_back(folder: &Path, (position, landmark): (Position, String)) {
    let bookmarks = SqliteStore::open(folder).unwrap().bookmarks();
    bookmarks.set_position("kafka", position).unwrap();
    bookmarks.set_landmark("kafka", &landmark).unwrap();
}

/// What the topic holds, none of it twice.
#[track_caller]
fn ids_once_each(topic: &Topic) -> HashSet<EventId> {
    let read = topic.read();
    let ids: HashSet<EventId> = read.iter().map(topics::Read::id).collect();
    assert_eq!(read.len(), ids.len(), "messages, and events among them");
    ids
}

/// The topic holds each of these once, those of a key in their order.
#[track_caller]
fn assert_once(topic: &Topic, recorded: &[Vec<Entry>]) {
    let read = topic.read();
    let mut by_key: HashMap<&str, Vec<EventId>> = HashMap::new();
    read.iter().for_each(|message| by_key.entry(&message.key).or_default().push(message.id()));
    let mut expected: HashMap<String, Vec<EventId>> = HashMap::new();
    for entry in recorded.iter().flatten() {
        let root = Event::from_document(&entry.document).unwrap().root.unwrap_or(entry.id);
        expected.entry(root.to_string()).or_default().push(entry.id);
    }
    let events = recorded.iter().map(Vec::len).sum();
    let distinct: HashSet<EventId> = read.iter().map(topics::Read::id).collect();
    assert_eq!((read.len(), distinct.len()), (events, events), "messages, and events among them");
    assert!(expected.iter().all(|(key, ids)| by_key.get(&**key) == Some(ids)), "the order of each key");
}

const FOLDER: &str = "EVENTS_TEST_FOLDER";

/// What the child process does, until it is killed; without a folder it is no test.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_relays() {
    let (Ok(folder), Ok(brokers), Ok(name)) =
        (env::var(FOLDER), env::var("EVENTS_TEST_BROKERS"), env::var("EVENTS_TEST_TOPIC"))
    else {
        return;
    };
    let topic = Topic::known(&brokers, &name, 3);
    let _manager = block_in_place(|| relaying(folder.as_ref(), &topic, Options::new()));
    std::future::pending().await
}

fn start(folder: &Path, topic: &Topic) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "a_process_that_relays"]).env(FOLDER, folder);
    command.env("EVENTS_TEST_BROKERS", &topic.brokers).env("EVENTS_TEST_TOPIC", &topic.name);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_share_a_topic_and_are_killed_again_and_again_leave_each_event_there_once() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    let topic = Topic::create(&brokers, 3, &[]).await;
    let mut recorded = [events(1, 15_000), events(2, 15_000)];
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    folders.iter().zip(&recorded).for_each(|(folder, entries)| record(folder.path(), entries));
    let sent = topic.counter();
    let kill = |child: &mut Child| {
        child.kill().unwrap();
        child.wait().unwrap();
    };
    let left = block_in_place(|| {
        let mut left = Vec::new();
        let mut children = folders.each_ref().map(|folder| start(folder.path(), &topic));
        for round in 0..10 {
            let all = recorded.iter().map(Vec::len).sum::<usize>() as i64;
            let (begun, enough) = (Instant::now(), all.min(sent() + 1 + any(2_000) as i64));
            while sent() < enough && begun.elapsed() < LIMIT {
                thread::yield_now();
            }
            let child = round % 2;
            kill(&mut children[child]);
            if round % 3 == 0 {
                // What neither knows that it has sent.
                kill(&mut children[1 - child]);
                let known: u64 = folders.iter().map(|folder| passed(folder.path())).sum();
                left.push(sent() - known as i64);
                // Also where they were fast there is something to deliver.
                for ((folder, recorded), seed) in folders.iter().zip(&mut recorded).zip(100 + 2 * round as u64..) {
                    let more = events(seed, 2_000);
                    record(folder.path(), &more);
                    recorded.extend(more);
                }
                children[1 - child] = start(folders[1 - child].path(), &topic);
            }
            children[child] = start(folders[child].path(), &topic);
        }
        children.iter_mut().for_each(kill);
        left
    });
    for folder in &folders {
        deliver_the_rest(folder.path(), &topic).await;
    }
    assert_once(&topic, &recorded);
    assert!(left.iter().any(|left| *left > 0), "something had to be found: {left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_ends_with_messages_under_way_and_begins_again_sends_none_twice() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    let topic = Topic::create(&brokers, 3, &[]).await;
    let entries = events(3, 20_000);
    let folder = tempfile::tempdir().unwrap();
    record(folder.path(), &entries);
    let sent = topic.counter();
    for _ in 0..5 {
        block_in_place(|| {
            let manager = relaying(folder.path(), &topic, Options::new());
            let (begun, before) = (Instant::now(), sent());
            while sent() == before && begun.elapsed() < LIMIT {
                thread::yield_now();
            }
            drop(manager);
        });
    }
    deliver_the_rest(folder.path(), &topic).await;
    assert_once(&topic, &[entries]);
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_that_are_added_while_nobody_delivers_are_read_too() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    let topic = Topic::create(&brokers, 1, &[]).await;
    let entries = events(4, 4_000);
    let folder = tempfile::tempdir().unwrap();
    record(folder.path(), &entries[..1_000]);
    deliver_the_rest(folder.path(), &topic).await;
    let topic = topic.grow(3).await;
    record(folder.path(), &entries[1_000..]);
    // Another process has what one has that was killed before it could keep anything.
    let kept = kept(folder.path());
    deliver_the_rest(folder.path(), &topic).await;
    put_back(folder.path(), kept);
    deliver_the_rest(folder.path(), &topic).await;

    assert_eq!(ids_once_each(&topic).len(), entries.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_marks_of_transactions_that_others_leave_at_the_ends_are_not_waited_for() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    let topic = Topic::create(&brokers, 3, &[]).await;
    let entries = events(10, 3_000);
    let folder = tempfile::tempdir().unwrap();
    record(folder.path(), &entries[..1_000]);
    deliver_the_rest(folder.path(), &topic).await;
    let kept = kept(folder.path());
    record(folder.path(), &entries[1_000..2_000]);
    deliver_the_rest(folder.path(), &topic).await;
    topic.marked_by_others().await;
    put_back(folder.path(), kept);
    record(folder.path(), &entries[2_000..]);
    deliver_the_rest(folder.path(), &topic).await;
    assert_once(&topic, &[entries]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_is_made_again_gets_what_comes_from_then_on_once() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    let topic = Topic::create(&brokers, 3, &[]).await;
    let entries = events(5, 3_000);
    let folder = tempfile::tempdir().unwrap();
    record(folder.path(), &entries[..2_000]);
    deliver_the_rest(folder.path(), &topic).await;
    topic.delete().await;
    topic.make_again().await;
    record(folder.path(), &entries[2_000..]);
    let kept = kept(folder.path());
    deliver_the_rest(folder.path(), &topic).await;
    put_back(folder.path(), kept);
    deliver_the_rest(folder.path(), &topic).await;
    assert_once(&topic, &[entries[2_000..].to_vec()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_topic_refuses_and_takes_later_is_there_once_and_so_is_what_stood_beside_it() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    let topic = Topic::create(&brokers, 3, &[("max.message.bytes", "70000")]).await;
    let mut entries = events(8, 6_000);
    let poison: Vec<usize> = (0..12).map(|number| number * 500 + any(500) as usize).collect();
    for at in &poison {
        let mut event = Event::from_document(&entries[*at].document).unwrap();
        event.payload = Some(topics::noise(20_000).into());
        entries[*at] = Entry { kind: EntryKind::Direct, ..conformance::entry(&event) };
    }
    let folder = tempfile::tempdir().unwrap();
    record(folder.path(), &entries);
    let manager = block_in_place(|| relaying(folder.path(), &topic, Options::new()));
    until("all the rest is there", || manager.relays()[0].behind == 0).await;
    let letters = manager.dead_letters("kafka", Seq(0), 100).await.unwrap();
    let refused: Vec<EventId> = letters.iter().map(|letter| letter.id).collect();
    assert_eq!(refused, poison.iter().map(|at| entries[*at].id).collect::<Vec<_>>());

    topic.takes("10000000").await;
    until("they are taken", || {
        let replayed = block_in_place(|| Handle::current().block_on(manager.replay_dead_letters("kafka", Seq(0), 100)));
        replayed.unwrap();
        manager.relays()[0].dead_letters == 0
    })
    .await;
    assert!(manager.shutdown(LIMIT).await);
    assert_eq!(ids_once_each(&topic).len(), entries.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_producer_that_loses_its_session_with_the_topic_sends_none_twice_when_it_is_made_again() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    let topic = Topic::create(&brokers, 3, &[]).await;
    let entries = events(9, 30_000);
    let event = serde_json::json!({ "event-type": "backup.finished" }).as_object().unwrap().clone();
    let folder = tempfile::tempdir().unwrap();
    record(folder.path(), &entries);
    let sent = topic.counter();
    // Otherwise it hopes for the topic for half a minute.
    let options = Options::new().property("topic.metadata.propagation.max.ms", "1");
    let manager = block_in_place(|| relaying(folder.path(), &topic, options));
    until("some are there", || sent() > 2_000).await;
    topic.delete().await;
    // Whether or not it has delivered everything.
    let jane = Context::new(Caller::user("user/jane").unwrap());
    let mut last = None;
    until("it is missed", || {
        let posted = manager.post(Posted::new(event.clone()), &jane);
        last = Some(block_in_place(|| Handle::current().block_on(posted)).unwrap());
        matches!(manager.relays()[0].state, RelayState::Failing { .. })
    })
    .await;
    topic.make_again().await;
    until("the rest is there", || manager.relays()[0].behind == 0).await;
    assert!(manager.relays()[0].redelivered > 0);
    assert!(manager.shutdown(LIMIT).await);
    let there = ids_once_each(&topic);
    assert!(last.is_some_and(|last| there.contains(&last)), "{} are there", there.len());
}

async fn until(what: &str, mut reached: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !reached() {
        assert!(begun.elapsed() < LIMIT, "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Dead letters are delivered again between two attempts of a batch that waits for its reports.
#[tokio::test]
async fn what_is_delivered_between_two_attempts_of_a_batch_makes_none_of_it_twice() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    let entries = events(6, 600);
    let (old, new) = (numbered(&entries[..100], 1), numbered(&entries[100..], 101));
    let begun = Instant::now();
    let (topic, destination) = loop {
        assert!(begun.elapsed() < LIMIT, "the broker is always faster");
        let topic = Topic::create(&brokers, 3, &[]).await;
        let destination = KafkaTopic::connect(&brokers, &topic.name).unwrap();
        // Given up in the middle, unless the broker was faster.
        if tokio::time::timeout(Duration::ZERO, destination.deliver(&new)).await.is_err() {
            break (topic, destination);
        }
    };
    assert_eq!(destination.deliver(&old).await, vec![Delivery::Stored; 100]);
    assert_eq!(destination.deliver(&new).await, vec![Delivery::Stored; 500]);
    assert_eq!(ids_once_each(&topic).len(), entries.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_is_written_only_has_everything_at_least_once() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    let topic = Topic::create(&brokers, 3, &[]).await;
    let entries = events(7, 2_000);
    let folder = tempfile::tempdir().unwrap();
    record(folder.path(), &entries);
    for _ in 0..2 {
        let manager = block_in_place(|| relaying(folder.path(), &topic, Options::new().write_only()));
        assert!(manager.shutdown(LIMIT).await, "{:?}", manager.relays());
    }
    assert_once(&topic, &[entries]);
}
