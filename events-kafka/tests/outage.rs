//! A broker that is killed and comes back in the middle of delivery.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod topics;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use events::prelude::*;
use events_core::{
    Delivery, Destination, Entry, EntryKind, Event, Journal, Posted, Seq, Sequenced,
    conformance::{self, Generator},
    scope,
};
use events_test_servers::Disposable;
use topics::Topic;

/// Two outages, each of a patience and a start of the broker, on a machine that is busy.
const LIMIT: Duration = Duration::from_secs(240);

/// What the delivering task has come to.
#[derive(Debug, Default)]
struct Progress {
    stored: AtomicUsize,
    /// Deliveries after which something was to be tried again.
    retried: AtomicUsize,
    cancelled: AtomicUsize,
    /// It waits here until the broker is killed: so many are left for afterwards.
    enough: AtomicUsize,
}

/// Delivers as a relay does: batch by batch, again what is to be tried again; and gives up every seventh
/// delivery in the middle.
async fn deliver_all(destination: &KafkaTopic, events: &[Sequenced], progress: &Progress) {
    let begun = Instant::now();
    let mut deliveries = 0;
    for batch in events.chunks(200) {
        until("it may go on", || progress.stored.load(Ordering::Relaxed) <= progress.enough.load(Ordering::Relaxed))
            .await;
        let mut left = batch.to_vec();
        while !left.is_empty() {
            assert!(begun.elapsed() < LIMIT, "{progress:?}");
            deliveries += 1;
            let limit = if deliveries % 7 == 0 { Duration::from_millis(2) } else { Duration::from_secs(60) };
            let Ok(answers) = tokio::time::timeout(limit, destination.deliver(&left)).await else {
                progress.cancelled.fetch_add(1, Ordering::Relaxed);
                continue;
            };
            let stored = answers.iter().filter(|answer| **answer == Delivery::Stored).count();
            progress.stored.fetch_add(stored, Ordering::Relaxed);
            let again = |(event, answer): (Sequenced, Delivery)| match answer {
                Delivery::Retry { .. } => Some(event),
                Delivery::Stored => None,
                other => panic!("{}: {other:?}", event.id),
            };
            left = left.into_iter().zip(answers).filter_map(again).collect();
            if !left.is_empty() {
                progress.retried.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// An edge device.
#[resource(events)]
struct Nuvlabox;

#[action(event = "nuvlabox.reboot")]
async fn reboot(id: Href<Nuvlabox>) -> Result<(), Refused> {
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_go_on_while_the_broker_is_killed_and_the_topic_then_equals_the_store() {
    let Some(mut broker) = Disposable::kafka(&[]) else { return };
    let topic = Topic::create(broker.address(), 3, &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let manager = EventManager::builder(store.clone())
        .relay_to(KafkaTopic::connect(broker.address(), &topic.name).unwrap())
        .with_limits(|limits| limits.opening = LIMIT)
        .build()
        .unwrap();

    let ended = Arc::new(AtomicBool::new(false));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let ended = Arc::clone(&ended);
        let operations = async move {
            while !ended.load(Ordering::Relaxed) {
                reboot("nuvlabox/1".parse().unwrap()).await.unwrap();
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let jane = Context::new(Caller::user("user/jane").unwrap());
        tasks.spawn(manager.scope(scope(jane, operations)));
    }
    let delivered = || manager.relays()[0].delivered;
    until("the topic has some", || delivered() > 200).await;
    tokio::task::block_in_place(|| broker.kill());
    until("some wait", || manager.relays()[0].behind > 500).await;
    tokio::task::block_in_place(|| broker.restart());
    let before = delivered();
    until("the topic has what waited, and more", || delivered() > before + 1_000).await;
    ended.store(true, Ordering::Relaxed);
    tasks.join_all().await;
    assert!(manager.shutdown(LIMIT).await, "{:?}", manager.relays());

    let mut stored = HashMap::new();
    loop {
        let events = store.read(Seq(stored.len() as u64 + 1), 10_000, usize::MAX).unwrap();
        if events.is_empty() {
            break;
        }
        stored.extend(events.into_iter().map(|event| (event.id, event.document)));
    }
    let read = topic.read();
    assert_eq!(read.len(), stored.len(), "each event once");
    for message in &read {
        assert_eq!(message.document(), *stored[&message.id()]);
    }
    // Opening and closing, in one partition.
    let mut by_key: HashMap<&str, Vec<EventId>> = HashMap::new();
    read.iter().for_each(|message| by_key.entry(&message.key).or_default().push(message.id()));
    assert!(by_key.iter().all(|(key, ids)| matches!(ids[..], [a, b] if a.to_string() == *key && b == a.closing())));
}

async fn until(what: &str, reached: impl Fn() -> bool) {
    let begun = Instant::now();
    while !reached() {
        assert!(begun.elapsed() < LIMIT, "never: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_killed_twice_in_the_middle_of_delivery_has_every_event_once_and_in_order_of_its_key() {
    let Some(mut broker) = Disposable::kafka(&[]) else { return };
    let topic = Topic::create(broker.address(), 3, &[]).await;
    let entries = Generator::new(7).events(30_000);
    let numbered = |(entry, seq): (Entry, u64)| Sequenced { seq: Seq(seq), id: entry.id, document: entry.document };
    let events: Arc<[Sequenced]> = entries.into_iter().zip(1..).map(numbered).collect();

    const PARTS: [usize; 2] = [5_000, 15_000];
    /// Some batches are free to be under way when the broker is killed.
    const MORE: usize = 2_000;
    let progress = Arc::new(Progress { enough: (PARTS[0] + MORE).into(), ..Progress::default() });
    let delivering = tokio::spawn({
        let destination = KafkaTopic::connect(broker.address(), &topic.name).unwrap();
        let (events, progress) = (Arc::clone(&events), Arc::clone(&progress));
        async move { deliver_all(&destination, &events, &progress).await }
    });
    for (stored, then, longer_than_a_delivery_waits) in
        [(PARTS[0], PARTS[1] + MORE, false), (PARTS[1], events.len(), true)]
    {
        until("as many are stored", || progress.stored.load(Ordering::Relaxed) >= stored).await;
        tokio::task::block_in_place(|| broker.kill());
        progress.enough.store(then, Ordering::Relaxed);
        if longer_than_a_delivery_waits {
            let before = progress.retried.load(Ordering::Relaxed);
            until("a delivery is to be repeated", || progress.retried.load(Ordering::Relaxed) > before).await;
        }
        tokio::task::block_in_place(|| broker.restart());
    }
    delivering.await.unwrap();
    assert!(progress.cancelled.load(Ordering::Relaxed) > 0);

    let read = topic.read();
    assert_eq!(read.len(), events.len(), "each event once");
    let mut by_key: HashMap<String, Vec<EventId>> = HashMap::new();
    for event in events.iter() {
        let key = Event::from_document(&event.document).unwrap().root.unwrap_or(event.id);
        by_key.entry(key.to_string()).or_default().push(event.id);
    }
    let mut read_by_key: HashMap<String, Vec<EventId>> = HashMap::new();
    for message in &read {
        read_by_key.entry(message.key.clone()).or_default().push(message.id());
    }
    assert!(by_key == read_by_key, "the events of each key, in the order of the journal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_that_cannot_be_delivered_again_now_holds_up_no_landmark() {
    let Some(mut broker) = Disposable::kafka(&[]) else { return };
    let topic = Topic::create(broker.address(), 1, &[("max.message.bytes", "70000")]).await;
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let mut poison = Event::from_document(&Generator::new(8).events(1)[0].document).unwrap();
    poison.payload = Some(topics::noise(20_000).into());
    store.append(&[Entry { kind: EntryKind::Direct, ..conformance::entry(&poison) }]).unwrap();
    let destination = Arc::new(KafkaTopic::connect(broker.address(), &topic.name).unwrap());
    let builder = EventManager::builder(store).relay_to(Arc::clone(&destination));
    let manager = builder.build().unwrap();
    until("it is refused", || manager.relays()[0].dead_letters == 1 && manager.relays()[0].behind == 0).await;
    tokio::task::block_in_place(|| broker.kill());
    let replayed = manager.replay_dead_letters("kafka", Seq(0), 10).await.unwrap();
    assert_eq!((replayed.delivered, replayed.refused, replayed.later), (0, 0, 1));
    tokio::task::block_in_place(|| broker.restart());

    let jane = Context::new(Caller::user("user/jane").unwrap());
    let event = serde_json::json!({ "event-type": "backup.finished" });
    manager.post(Posted::new(event.as_object().unwrap().clone()), &jane).await.unwrap();
    until("the next is there", || manager.relays()[0].behind == 0).await;
    until("the landmark is behind it", || {
        let landmark = destination.landmark(manager.relays()[0].through).unwrap();
        let landmark: serde_json::Value = serde_json::from_str(&landmark).unwrap();
        landmark["offsets"]["0"] == 1
    })
    .await;
    assert!(manager.shutdown(LIMIT).await, "{:?}", manager.relays());
}
