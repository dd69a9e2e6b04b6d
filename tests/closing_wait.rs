//! When a closing cannot be stored the response goes out after a while, and the closing is stored when the
//! store recovers: none is ever dropped, and what waits is bounded.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fleet;

use std::{
    collections::HashSet,
    sync::LazyLock,
    time::{Duration, Instant},
};

use events::{
    EventManager, Href, Operation, Phase, RefusedKind, action, assert_events,
    memory::{Fault, MemoryStore},
    scope,
};
use fleet::{Answer, LIMIT, Log, Nuvlabox, Problem, Store, jane, nuvlabox, until};
use tokio::{sync::watch, task::JoinSet};
use tracing::Level;

static LOG: LazyLock<Log> = LazyLock::new(Log::install);

#[action(event = "nuvlabox.reboot")]
async fn reboot(id: Href<Nuvlabox>, body: impl Future<Output = Result<Answer, Problem>>) -> Result<Answer, Problem> {
    body.await
}

/// Runs until it is told to go on, and says something long.
#[action(event = "nuvlabox.update")]
async fn update(id: Href<Nuvlabox>, mut go_on: watch::Receiver<bool>) -> Result<Answer, Problem> {
    go_on.wait_for(|go_on| *go_on).await.unwrap();
    Operation::current().payload("report", &"all is well ".repeat(20));
    Ok(Answer(200))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_does_not_wait_for_a_store_that_fails() {
    let log = &*LOG;
    for fault in [Fault::Full, Fault::ReadOnly, Fault::Failed, Fault::CommittedButReported] {
        println!("{fault:?}");
        let store = MemoryStore::new();
        let manager = EventManager::builder(store.clone()).build().unwrap();
        let mut trail = store.trail().within(LIMIT);
        let body = async {
            store.faults().fail_all(fault);
            Ok(Answer(202))
        };
        // It returns although the store never says that it has taken the closing.
        let answer = manager.scope(scope(jane(), reboot(nuvlabox("1"), body))).await;
        assert_eq!(answer, Ok(Answer(202)), "the operation stands");
        until("only the closing waits", || manager.metrics().waiting_events == 1).await;
        let metrics = manager.metrics();
        assert_eq!((metrics.late_closings, metrics.open_operations), (1, 1));
        assert!(log.says(Level::WARN, "a response goes out before its closing event is stored"));
        until("a failed append", || manager.metrics().append_failures > 0).await;
        let said = || log.says(Level::ERROR, "the event store did not take a batch");
        until("the log says so", said).await;

        store.faults().heal();
        assert_events!(trail, "nuvlabox.reboot nuvlabox/1" => completed);
        until("it no longer counts as open", || manager.metrics().open_operations == 0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_does_not_wait_for_a_store_that_hangs() {
    for store in Store::each() {
        println!("{}", store.name);
        let builder = store.builder().with_limits(|limits| limits.closing_wait = Duration::from_millis(250));
        let manager = builder.build().unwrap();
        let gate = store.gate.clone();
        let body = async {
            gate.close();
            Ok(Answer(202))
        };
        manager.scope(scope(jane(), reboot(nuvlabox("1"), body))).await.unwrap();
        assert_eq!(manager.metrics().late_closings, 1);
        assert_eq!(store.trail().events().len(), 1, "only its opening is stored");

        store.gate.open();
        assert_events!(store.trail().within(LIMIT), "nuvlabox.reboot nuvlabox/1" => completed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_waits_for_its_closing_where_the_store_is_only_slow() {
    let store = MemoryStore::new();
    let builder = EventManager::builder(store.clone()).with_limits(|limits| limits.closing_wait = LIMIT);
    let manager = builder.build().unwrap();
    let body = async {
        store.faults().fail_append(1, Fault::Slow(Duration::from_millis(300)));
        Ok(Answer(202))
    };
    manager.scope(scope(jane(), reboot(nuvlabox("1"), body))).await.unwrap();
    assert_eq!(store.len(), 2, "the closing is stored when the response goes out");
    assert_eq!(manager.metrics().late_closings, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_closings_that_wait_for_a_store_are_bounded_and_none_is_dropped() {
    const IN_FLIGHT: usize = 10_000;
    let store = MemoryStore::new();
    let builder = EventManager::builder(store.clone()).with_limits(|limits| {
        limits.open_operations = IN_FLIGHT;
        limits.opening = LIMIT;
    });
    let manager = builder.build().unwrap();
    let (go_on, wait) = watch::channel(false);
    let mut running = JoinSet::new();
    for number in 0..IN_FLIGHT {
        let handler = update(nuvlabox(&number.to_string()), wait.clone());
        running.spawn(manager.scope(scope(jane(), handler)));
    }
    until("all are open", || store.len() == IN_FLIGHT).await;

    store.faults().fail_all(Fault::Full);
    go_on.send(true).unwrap();
    let began = Instant::now();
    // All responses go out while the store takes nothing.
    while let Some(answer) = running.join_next().await {
        assert_eq!(answer.unwrap(), Ok(Answer(200)));
    }
    assert!(began.elapsed() < LIMIT, "they waited side by side, not one after the other");
    until("only the closings wait", || manager.metrics().waiting_events == IN_FLIGHT as u64).await;
    let metrics = manager.metrics();
    assert_eq!((metrics.late_closings, metrics.open_operations), (IN_FLIGHT as u64, IN_FLIGHT as u64));
    // What waits counts as open: so it is bounded.
    let body = async { panic!("it must not run") };
    let one_more = manager.scope(scope(jane(), reboot(nuvlabox("more"), body))).await;
    assert_eq!(one_more.unwrap_err().refusal().kind, RefusedKind::TooManyOpen);

    store.faults().heal();
    until("all are stored", || store.len() == 2 * IN_FLIGHT).await;
    let events = store.events();
    let closed: HashSet<_> =
        events.iter().filter(|event| event.phase == Phase::Completed).map(|event| event.id).collect();
    assert_eq!(closed.len(), IN_FLIGHT, "each operation is closed once");
    until("nothing is open", || manager.metrics().open_operations == 0).await;
}
