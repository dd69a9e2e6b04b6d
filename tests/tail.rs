//! Following the trail: nothing missed, nothing twice, whoever is slow.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use events::{
    Context, EventManager, Filter, Posted, Seq, SqliteStore, Tail, TailError, Viewer,
    memory::{Fault, MemoryStore},
};
use events_core::{Attribute, Caller, Claim};
use serde_json::json;
use tokio::task::JoinSet;

const LIMIT: Duration = Duration::from_secs(60);

fn claim(text: &str) -> Claim {
    text.parse().unwrap()
}

async fn post(manager: &EventManager, number: usize, owner: &str) {
    let document = json!({
        "event-type": "backup.finished", "details": { "number": number }, "acl": { "owners": [owner] },
    });
    let jane = Context::new(Caller::user("user/jane").unwrap());
    let posted = Posted::new(document.as_object().unwrap().clone());
    manager.post(posted, &jane).await.expect("it is stored");
}

/// The numbers of the next events, and that their places grow.
async fn numbers(tail: &mut Tail, count: usize) -> Vec<usize> {
    let mut numbers = Vec::with_capacity(count);
    let mut last = Seq(0);
    while numbers.len() < count {
        let next = tokio::time::timeout(LIMIT, tail.next()).await.expect("it comes").expect("it can be read");
        let followed = next.expect("the manager runs");
        assert!(followed.seq > last, "in order");
        last = followed.seq;
        assert_eq!(tail.passed(), last.max(tail.passed()));
        let event = followed.event.event().unwrap();
        numbers.push(event.details["number"].as_u64().unwrap() as usize);
    }
    numbers
}

fn everything(manager: &EventManager) -> Tail {
    manager.tail(Filter::everything(), Viewer::admin()).expect("it records")
}

#[tokio::test]
async fn tails_end_when_they_are_told_and_everything_else_goes_on() {
    let manager = EventManager::builder(MemoryStore::new()).build().unwrap();
    let mut tail = everything(&manager);
    post(&manager, 0, "user/jane").await;
    manager.end_tails();
    let mut given = Vec::new();
    while let Some(followed) = tokio::time::timeout(LIMIT, tail.next()).await.expect("it ends").unwrap() {
        given.push(followed.seq);
    }
    assert!(given.len() <= 1 && given.iter().all(|seq| *seq <= tail.passed()), "{given:?}");
    assert!(matches!(manager.tail(Filter::everything(), Viewer::admin()), Err(TailError::Stopped)));
    post(&manager, 1, "user/jane").await;
    let count = manager.count(&Filter::everything(), &Viewer::admin()).await.unwrap();
    assert_eq!(count.events, 2);
    assert!(manager.shutdown(LIMIT).await);
}

#[tokio::test]
async fn a_tail_begins_now_and_shows_what_its_viewer_sees_and_its_filter_finds() {
    let manager = EventManager::builder(MemoryStore::new()).build().unwrap();
    post(&manager, 0, "user/joe").await;
    let mut all = everything(&manager);
    let mut joe = manager.tail(Filter::everything(), Viewer::with_claims([claim("user/joe")])).unwrap();
    let third = Filter::is(Attribute::Detail("number".into()), "3");
    let mut filtered = manager.tail(third, Viewer::admin()).unwrap();
    for number in 1..=4 {
        post(&manager, number, if number % 2 == 0 { "user/joe" } else { "user/bill" }).await;
    }
    assert_eq!(numbers(&mut all, 4).await, [1, 2, 3, 4]);
    assert_eq!(numbers(&mut joe, 2).await, [2, 4]);
    assert_eq!(numbers(&mut filtered, 1).await, [3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_slower_than_the_window_misses_nothing() {
    let store = MemoryStore::new();
    let manager = EventManager::builder(store.clone()).with_limits(|limits| limits.tail_events = 4).build().unwrap();
    let (mut quick, mut slow) = (everything(&manager), everything(&manager));
    let writing = async {
        let mut writers = JoinSet::new();
        for writer in 0..8 {
            let manager = manager.clone();
            writers.spawn(async move {
                for number in 0..100 {
                    post(&manager, writer * 100 + number, "user/joe").await;
                }
            });
        }
        writers.join_all().await;
    };
    let (_, mut seen) = tokio::join!(writing, numbers(&mut quick, 800));
    let behind = numbers(&mut slow, 800).await;
    assert_eq!(seen, behind, "in the same order");
    seen.sort_unstable();
    assert_eq!(seen, (0..800).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_tails_each_see_everything_once() {
    let manager = EventManager::builder(MemoryStore::new()).build().unwrap();
    let mut tails = JoinSet::new();
    for _ in 0..1_000 {
        let mut tail = everything(&manager);
        tails.spawn(async move { numbers(&mut tail, 300).await });
    }
    let mut writers = JoinSet::new();
    for writer in 0..3 {
        let manager = manager.clone();
        writers.spawn(async move {
            for number in 0..100 {
                post(&manager, writer * 100 + number, "user/joe").await;
            }
        });
    }
    writers.join_all().await;
    for mut seen in tails.join_all().await {
        seen.sort_unstable();
        assert_eq!(seen, (0..300).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_tail_goes_on_behind_its_place_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let open = || EventManager::builder(SqliteStore::open(folder.path()).unwrap()).build().unwrap();
    let manager = open();
    let mut tail = everything(&manager);
    for number in 0..3 {
        post(&manager, number, "user/joe").await;
    }
    assert_eq!(numbers(&mut tail, 2).await, [0, 1]);
    let place = tail.passed();
    assert!(manager.shutdown(LIMIT).await);
    drop((tail, manager));

    let manager = open();
    post(&manager, 3, "user/joe").await;
    let mut tail = everything(&manager).after(place).unwrap();
    post(&manager, 4, "user/joe").await;
    assert_eq!(numbers(&mut tail, 3).await, [2, 3, 4]);
    let mut whole = everything(&manager).after(Seq(0)).unwrap();
    assert_eq!(numbers(&mut whole, 5).await, [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn what_the_store_took_and_denied_is_shown_too() {
    let store = MemoryStore::new();
    let manager = EventManager::builder(store.clone()).build().unwrap();
    let mut tail = everything(&manager);
    for (number, fault) in [(0, Fault::CommittedButReported), (1, Fault::AnswerTwice)] {
        store.faults().fail_append(1, fault);
        let document = json!({ "event-type": "backup.finished", "details": { "number": number } });
        let admin = Context::internal("test");
        let mut document = document.as_object().unwrap().clone();
        document.insert("category".to_owned(), json!("system"));
        // It may say that it is unknown whether it is stored.
        let _ = manager.post(Posted::new(document), &admin).await;
        assert_eq!(numbers(&mut tail, 1).await, [number]);
    }
}

#[tokio::test]
async fn a_tail_ends_with_its_manager_and_cannot_begin_in_the_future() {
    let manager = EventManager::builder(MemoryStore::new()).build().unwrap();
    post(&manager, 0, "user/joe").await;
    assert!(matches!(everything(&manager).after(Seq(2)), Err(TailError::Ahead { asked: Seq(2), newest: Seq(1) })));
    let mut tail = everything(&manager);
    let ended = tokio::spawn(async move { tail.next().await.unwrap().is_none() });
    assert!(manager.shutdown(LIMIT).await);
    assert!(tokio::time::timeout(LIMIT, ended).await.unwrap().unwrap());
    assert!(matches!(manager.tail(Filter::everything(), Viewer::admin()), Err(TailError::Stopped)));
    let disabled = EventManager::disabled();
    assert!(matches!(disabled.tail(Filter::everything(), Viewer::admin()), Err(TailError::Stopped)));
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_is_passed_over_where_its_end_is_known_and_otherwise_ends_the_tail() {
    let damaged = async |next| {
        let store = MemoryStore::new();
        let manager = EventManager::builder(store.clone()).build().unwrap();
        for number in 1..=9 {
            post(&manager, number, "user/joe").await;
        }
        store.faults().damage(Seq(3), next);
        manager
    };
    let manager = damaged(Some(Seq(6))).await;
    let mut tail = everything(&manager).after(Seq(0)).unwrap();
    assert_eq!(numbers(&mut tail, 6).await, [1, 2, 6, 7, 8, 9]);

    let manager = damaged(None).await;
    let mut tail = everything(&manager).after(Seq(0)).unwrap();
    tail.check().await.unwrap();
    assert_eq!(numbers(&mut tail, 2).await, [1, 2]);
    for _ in 0..2 {
        let error = tail.next().await.unwrap_err();
        assert!(matches!(error, TailError::Damaged { from: Seq(3), .. }), "{error}");
        assert!(error.to_string().contains("follow from now on"), "{error}");
    }
    let error = everything(&manager).after(Seq(4)).unwrap().check().await.unwrap_err();
    assert!(matches!(error, TailError::Damaged { from: Seq(5), .. }), "{error}");
    // Whoever follows from now on is not concerned.
    let mut tail = everything(&manager);
    tail.check().await.unwrap();
    post(&manager, 10, "user/joe").await;
    assert_eq!(numbers(&mut tail, 1).await, [10]);
}
