//! A manager that shuts down leaves nobody waiting for it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::async_yields_async, reason = "tasks are spawned inside a scope and awaited outside")]

mod fleet;

use std::{future::Future, time::Duration};

use events::{
    CloseError, Ending, EventDetails, EventManager, Href, Operation, RefusedKind, action, emit,
    memory::{Fault, MemoryStore},
    scope, spawn,
};
use fleet::{Answer, Deployment, LIMIT, Nuvlabox, Problem, jane, nuvlabox, recording, until};
use tokio::sync::oneshot;

#[action(event = "nuvlabox.reboot")]
async fn reboot(id: Href<Nuvlabox>, body: impl Future<Output = ()>) -> Result<Answer, Problem> {
    body.await;
    Ok(Answer(202))
}

#[action(event = "deployment.start", deferred)]
async fn start(id: Href<Deployment>) -> Result<Answer, Problem> {
    Ok(Answer(202))
}

#[derive(EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox)]
struct StateChanged {
    new_state: &'static str,
}

/// Waits for what must not hang.
async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, future).await.unwrap_or_else(|_| panic!("{what} hangs"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_outlives_the_shutdown_still_answers() {
    let (store, manager) = recording();
    let (go_on, told) = oneshot::channel();
    let running = async { spawn(reboot(nuvlabox("1"), async { told.await.unwrap() })) };
    let handler = manager.scope(scope(jane(), running)).await;
    until("the opening", || store.len() == 1).await;
    assert!(!in_time("the shutdown", manager.shutdown(Duration::from_millis(50))).await, "a handler was still running");
    go_on.send(()).unwrap();
    assert_eq!(in_time("the handler", handler).await.unwrap(), Ok(Answer(202)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closing_that_waits_for_a_failing_store_is_let_go() {
    let (store, manager) = recording();
    let failing = store.clone();
    let body = async move { failing.faults().fail_all(Fault::Failed) };
    let running = async { spawn(reboot(nuvlabox("1"), body)) };
    let handler = manager.scope(scope(jane(), running)).await;
    until("a failed append", || manager.metrics().append_failures > 0).await;
    assert!(!in_time("the shutdown", manager.shutdown(Duration::from_millis(50))).await, "a closing is not stored");
    assert_eq!(in_time("the handler", handler).await.unwrap(), Ok(Answer(202)));
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_after_a_shutdown_while_the_store_hangs() {
    let store = MemoryStore::new();
    let manager = EventManager::builder(store.clone()).build().unwrap();
    let (go_on, told) = oneshot::channel();
    let running = async { spawn(reboot(nuvlabox("1"), async { told.await.unwrap() })) };
    let handler = manager.scope(scope(jane(), running)).await;
    until("its opening", || store.len() == 1).await;
    store.faults().fail_append(1, Fault::Hang);
    let waiting = manager.scope(scope(jane(), async { spawn(reboot(nuvlabox("2"), async {})) })).await;
    until("the other's opening waits", || store.faults().hanging() == 1).await;
    assert!(!in_time("the shutdown", manager.shutdown(Duration::from_millis(50))).await, "a handler was still running");
    go_on.send(()).unwrap();
    assert_eq!(in_time("the closing", handler).await.unwrap(), Ok(Answer(202)));
    let refused = in_time("the opening", waiting).await.unwrap().unwrap_err().refusal();
    assert_eq!(refused.kind, RefusedKind::Storage);
    store.faults().release();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_the_shutdown_is_refused() {
    let (_, manager) = recording();
    assert!(manager.shutdown(LIMIT).await);
    let after = async {
        let emitted = emit(&nuvlabox("1"), StateChanged { new_state: "ACTIVATED" }).await;
        let rebooted = reboot(nuvlabox("1"), async {}).await;
        (emitted.unwrap_err().kind, rebooted.unwrap_err().refusal().kind)
    };
    let refused = in_time("the refusal", manager.scope(scope(jane(), after))).await;
    assert_eq!(refused, (RefusedKind::ShuttingDown, RefusedKind::ShuttingDown));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_may_close_a_deferred_operation_while_the_manager_shuts_down() {
    let (store, manager) = recording();
    let (go_on, told) = oneshot::channel();
    let closer = manager.clone();
    let started = async {
        start("1".parse().unwrap()).await.unwrap();
    };
    manager.scope(scope(jane(), started)).await;
    let deferred = store.events()[0].id;
    let body = async move {
        told.await.unwrap();
        closer.close(deferred, Ending::COMPLETED).await.unwrap();
    };
    let running = async { spawn(reboot(nuvlabox("1"), body)) };
    let handler = manager.scope(scope(jane(), running)).await;
    until("both openings", || store.len() == 2).await;
    let stopping = manager.clone();
    let shutdown = tokio::spawn(async move { stopping.shutdown(LIMIT).await });
    go_on.send(()).unwrap();
    assert!(in_time("the shutdown", shutdown).await.unwrap(), "everything is stored");
    in_time("the handler", handler).await.unwrap().unwrap();
    assert_eq!(store.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_operation_is_closed_by_its_handler_alone() {
    let (store, manager) = recording();
    let closer = manager.clone();
    let body = async move {
        let id = Operation::current().id().unwrap();
        let closed = closer.close(id, Ending::COMPLETED).await;
        assert!(matches!(closed, Err(CloseError::NotDeferred(refused)) if refused == id), "{closed:?}");
    };
    manager.scope(scope(jane(), reboot(nuvlabox("1"), body))).await.unwrap();
    assert_eq!(store.len(), 2);
}
