//! A topic that others write to.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod topics;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use events::{EventManager, SqliteStore};
use events_core::{Caller, Context, Destination, Posted, Registry};
use events_kafka::{Key, Options};
use tokio::task::block_in_place;
use topics::{LIMIT, Topic};

/// Otherwise all that others write would have to be read after a crash.
#[tokio::test(flavor = "multi_thread")]
async fn the_landmark_of_a_relay_that_moves_follows_what_others_write_to_partitions_that_it_does_not() {
    let Some(brokers) = events_test_servers::kafka() else { return };
    let topic = Topic::create(&brokers, 3, &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    // All that it writes is in one partition.
    let destination = Arc::new(Options::new().key(Key::Resource).connect(&brokers, &topic.name).unwrap());
    let builder = EventManager::builder(store).registry(Registry::of([])).relay_to(Arc::clone(&destination));
    let manager = block_in_place(|| builder.build().unwrap());
    topic.filled_by_others(500).await;

    let jane = Context::new(Caller::user("user/jane").unwrap());
    let event = serde_json::json!({ "event-type": "backup.finished", "resource": { "href": "backup/1" } });
    let event = event.as_object().unwrap();
    let begun = Instant::now();
    loop {
        manager.post(Posted::new(event.clone()), &jane).await.unwrap();
        let landmark = destination.landmark(manager.relays()[0].through).unwrap_or_default();
        let landmark: serde_json::Value = serde_json::from_str(&landmark).unwrap_or_default();
        let is_behind = |partition| landmark["offsets"][partition].as_i64().is_some_and(|offset| offset >= 500);
        if ["0", "1", "2"].into_iter().all(is_behind) {
            break;
        }
        assert!(begun.elapsed() < LIMIT, "{landmark}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(manager.shutdown(LIMIT).await, "{:?}", manager.relays());
}
