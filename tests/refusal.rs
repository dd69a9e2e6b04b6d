//! What cannot be recorded does not run: the caller is refused with a kind, nothing is left half recorded,
//! and recording goes on by itself.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fleet;

use std::{
    borrow::Cow,
    future::pending,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use events::{
    Attribute, Context, Designates, EventDetails, EventManager, Filter, Href, Journal, Refused, RefusedKind, Registry,
    Resource, ResourceDeclaration, Viewer, action, assert_events, emit,
    memory::{Fault, MemoryStore},
    scope,
    sqlite::SqliteStore,
};
use fleet::{Answer, Deployment, LIMIT, Nuvlabox, Problem, Store, jane, nuvlabox, patient, recording, until};

#[action(event = "nuvlabox.reboot")]
async fn reboot(id: Href<Nuvlabox>, ran: &AtomicUsize) -> Result<Answer, Problem> {
    ran.fetch_add(1, Ordering::SeqCst);
    Ok(Answer(202))
}

#[action(event = "nuvlabox.hold")]
async fn hold(id: Href<Nuvlabox>) -> Result<Answer, Problem> {
    pending().await
}

#[action(event = "deployment.start")]
async fn start(id: Href<Deployment>, body: impl Future<Output = Result<Answer, Problem>>) -> Result<Answer, Problem> {
    body.await
}

#[action(event = "nuvlabox.ping", on_nested_failure = continue)]
async fn ping(id: Href<Nuvlabox>, ran: &AtomicUsize) -> Result<Answer, Problem> {
    ran.fetch_add(1, Ordering::SeqCst);
    Ok(Answer(202))
}

#[action(event = "nuvlabox.rename", resource = name)]
async fn rename(name: String) -> Result<Answer, Problem> {
    Ok(Answer(200))
}

#[derive(EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox)]
struct StateChanged {
    new_state: &'static str,
}

/// A nuvlabox, as a client names it.
struct Named(&'static str);

impl Designates for Named {
    type Resource = Nuvlabox;

    const DECLARATION: Option<&'static ResourceDeclaration> = Some(Nuvlabox::DECLARATION);

    fn href(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.0)
    }
}

/// A manager that gives up soon.
fn impatient(journal: impl Journal) -> EventManager {
    let builder = patient(journal).with_limits(|limits| limits.opening = Duration::from_secs(3));
    builder.build().unwrap()
}

async fn refused_reboot(manager: &EventManager) -> Refused {
    let ran = AtomicUsize::new(0);
    let answer = manager.scope(scope(jane(), reboot(nuvlabox("1"), &ran))).await;
    assert_eq!(ran.into_inner(), 0, "the handler must not run");
    answer.unwrap_err().refusal()
}

async fn recorded_reboot(manager: &EventManager) {
    let ran = AtomicUsize::new(0);
    manager.scope(scope(jane(), reboot(nuvlabox("2"), &ran))).await.unwrap();
    assert_eq!(ran.into_inner(), 1);
}

async fn until_nothing_waits(manager: &EventManager) {
    until("nothing waits for the store", || {
        let metrics = manager.metrics();
        metrics.waiting_events == 0 && metrics.open_operations == 0
    })
    .await;
}

/// What a trail may hold of an operation that was refused.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Leaves {
    Nothing,
    OpeningAndRefused,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_fails_refuses_and_leaves_no_lone_opening() {
    let table = [
        (Fault::Full, "no space left", Leaves::Nothing),
        (Fault::ReadOnly, "read-only", Leaves::Nothing),
        (Fault::Failed, "failed", Leaves::Nothing),
        (Fault::CommittedButReported, "unknown", Leaves::OpeningAndRefused),
        (Fault::Hang, "not stored within", Leaves::OpeningAndRefused),
    ];
    for (fault, said, leaves) in table {
        println!("{fault:?}");
        let store = MemoryStore::new();
        let manager = impatient(store.clone());
        let mut trail = store.trail().within(LIMIT);

        store.faults().fail_all(fault);
        let refused = refused_reboot(&manager).await;
        assert_eq!(refused.kind, RefusedKind::Storage);
        assert!(refused.kind.retry_after().is_some(), "trying again helps");
        assert!(refused.to_string().contains(said), "{refused}");

        store.faults().heal();
        until_nothing_waits(&manager).await;
        match leaves {
            Leaves::Nothing => assert_events!(trail),
            Leaves::OpeningAndRefused => assert_events!(trail, "nuvlabox.reboot nuvlabox/1" => failed(refused)),
        }
        recorded_reboot(&manager).await;
        assert_events!(trail, "nuvlabox.reboot nuvlabox/2" => completed);
        assert_eq!(manager.metrics().refused, 1);

        drop(manager);
        let restarted = impatient(store.clone());
        assert_events!(trail);
        assert_eq!(restarted.metrics().swept, 0, "nothing was left open");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_that_no_batch_took_in_time_is_withdrawn() {
    for store in Store::each() {
        println!("{}", store.name);
        let manager = store.builder().with_limits(|limits| limits.opening = Duration::from_secs(3)).build().unwrap();
        let mut trail = store.trail().within(LIMIT);
        store.gate.close();
        let behind = async {
            until("the store has the first", || store.gate.holds()).await;
            refused_reboot(&manager).await
        };
        let (first, second) = tokio::join!(refused_reboot(&manager), behind);
        assert_eq!((first.kind, second.kind), (RefusedKind::Storage, RefusedKind::Storage));
        let waiting = || manager.metrics().waiting_events;
        until("what was withdrawn is gone before the store answers", || waiting() == 2).await;

        store.gate.open();
        until_nothing_waits(&manager).await;
        // The store had the first one already; the second never reached it.
        assert_events!(trail, "nuvlabox.reboot nuvlabox/1" => failed(refused));
        recorded_reboot(&manager).await;
        assert_events!(trail, "nuvlabox.reboot nuvlabox/2" => completed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_cannot_be_stored_yet_survives_a_store_that_fails_for_long() {
    let store = MemoryStore::new();
    let manager = impatient(store.clone());
    store.faults().fail_all(Fault::Full);
    store.faults().fail_append(1, Fault::CommittedButReported);
    refused_reboot(&manager).await;
    until("the closing was tried again", || manager.metrics().append_failures >= 3).await;

    store.faults().heal();
    assert_events!(store.trail().within(LIMIT), "nuvlabox.reboot nuvlabox/1" => failed(refused));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nested_operation_is_refused_and_its_caller_goes_on() {
    let store = MemoryStore::new();
    let manager = impatient(store.clone());
    let body = async {
        store.faults().fail_append(1, Fault::Full);
        let ran = AtomicUsize::new(0);
        let refused = reboot(nuvlabox("1"), &ran).await.unwrap_err().refusal();
        assert_eq!((refused.kind, ran.into_inner()), (RefusedKind::Storage, 0));
        Ok(Answer(200))
    };
    manager.scope(scope(jane(), start("7".parse().unwrap(), body))).await.unwrap();
    assert_events!(store.trail(), "deployment.start deployment/7" => completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_event_outside_an_operation_is_refused_when_it_cannot_be_stored() {
    let store = MemoryStore::new();
    let manager = impatient(store.clone());
    let changed = || StateChanged { new_state: "ACTIVATED" };
    store.faults().fail_append(1, Fault::Full);
    let id = nuvlabox("1");
    let refused = manager.scope(scope(jane(), emit(&id, changed()))).await.unwrap_err();
    assert_eq!(refused.kind, RefusedKind::Storage);
    manager.scope(scope(jane(), emit(&id, changed()))).await.unwrap();
    assert_events!(store.trail(), "nuvlabox.state-changed nuvlabox/1");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_context_nothing_is_recorded_silently_as_anonymous() {
    let store = MemoryStore::new();
    let manager = impatient(store.clone());
    let ran = AtomicUsize::new(0);
    let refused = manager.scope(reboot(nuvlabox("1"), &ran)).await.unwrap_err().refusal();
    assert_eq!(refused.kind, RefusedKind::NoContext);
    assert!(refused.to_string().contains("events::scope"), "it says what to do: {refused}");
    assert_eq!(ran.into_inner(), 0);
    assert!(store.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_manager_nothing_runs() {
    let ran = AtomicUsize::new(0);
    let refused = scope(jane(), reboot(nuvlabox("1"), &ran)).await.unwrap_err().refusal();
    assert_eq!(refused.kind, RefusedKind::Unregistered);
    assert!(refused.to_string().contains("EventManager::builder"), "it says what to do: {refused}");
    assert_eq!(ran.into_inner(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_href_of_another_type_is_a_bad_document() {
    let store = MemoryStore::new();
    let manager = impatient(store.clone());
    for name in ["deployment/1", "nuvlabox/a b", "nuvlabox/", "nuvlabox/1\u{7}"] {
        let refused = manager.scope(scope(jane(), rename(name.into()))).await.unwrap_err().refusal();
        assert_eq!(refused.kind, RefusedKind::BadDocument, "{name}");
        assert_eq!(refused.kind.status(), 500);
    }
    assert!(store.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn new_root_operations_are_refused_beyond_the_limit_and_nested_ones_never() {
    let store = MemoryStore::new();
    let builder = patient(store.clone()).with_limits(|limits| limits.open_operations = 2);
    let manager = builder.build().unwrap();
    let held = tokio::spawn(manager.scope(scope(jane(), hold(nuvlabox("1")))));
    until("one is open", || store.len() == 1).await;

    let body = async {
        // Two are open: no third root.
        let refused = tokio::spawn({
            let manager = manager.clone();
            async move { refused_reboot(&manager).await }
        });
        assert_eq!(refused.await.unwrap().kind, RefusedKind::TooManyOpen);
        let ran = AtomicUsize::new(0);
        reboot(nuvlabox("2"), &ran).await
    };
    manager.scope(scope(jane(), start("7".parse().unwrap(), body))).await.unwrap();
    recorded_reboot(&manager).await;
    held.abort();
}

/// Below an event that another process recorded.
fn elsewhere() -> Context {
    let recorded = "event/01980000-0000-7000-8000-000000000000".parse().unwrap();
    jane().under(recorded, recorded)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_below_an_event_of_another_process_is_a_root_here() {
    let store = MemoryStore::new();
    let builder = patient(store.clone()).with_limits(|limits| limits.open_operations = 1);
    let manager = builder.build().unwrap();
    let ran = AtomicUsize::new(0);
    // Nothing here waits for it, so nothing here needs it to go on unrecorded.
    store.faults().fail_append(1, Fault::Full);
    let refused = manager.scope(scope(elsewhere(), ping(nuvlabox("1"), &ran))).await.unwrap_err().refusal();
    assert_eq!(refused.kind, RefusedKind::Storage);

    let held = tokio::spawn(manager.scope(scope(jane(), hold(nuvlabox("1")))));
    until("one is open", || store.len() == 1).await;
    let refused = manager.scope(scope(elsewhere(), reboot(nuvlabox("1"), &ran))).await.unwrap_err().refusal();
    assert_eq!(refused.kind, RefusedKind::TooManyOpen);

    assert!(!manager.shutdown(Duration::from_millis(20)).await, "one is open");
    let refused = manager.scope(scope(elsewhere(), reboot(nuvlabox("1"), &ran))).await.unwrap_err().refusal();
    assert_eq!((refused.kind, ran.into_inner()), (RefusedKind::ShuttingDown, 0));
    held.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_is_counted() {
    let unregistered = EventManager::builder(MemoryStore::new()).registry(Registry::default()).build().unwrap();
    let stopped = EventManager::builder(MemoryStore::new()).build().unwrap();
    stopped.shutdown(LIMIT).await;
    let store = MemoryStore::new();
    let full = impatient(store.clone());
    store.faults().fail_all(Fault::Full);
    let none = EventManager::builder(MemoryStore::new()).build().unwrap();
    let table = [
        (RefusedKind::Storage, &full, Some(jane()), "1"),
        (RefusedKind::NoContext, &none, None, "1"),
        (RefusedKind::BadDocument, &none, Some(jane()), "a b"),
        (RefusedKind::Unregistered, &unregistered, Some(jane()), "1"),
        (RefusedKind::ShuttingDown, &stopped, Some(jane()), "1"),
    ];
    for (kind, manager, context, name) in table {
        println!("{kind:?}");
        let both = async {
            let renamed = rename(name.to_owned()).await.unwrap_err().refusal();
            let emitted = emit(&Named(name), StateChanged { new_state: "ACTIVATED" }).await.unwrap_err();
            assert_eq!((renamed.kind, emitted.kind), (kind, kind));
        };
        let before = manager.metrics().refused;
        match context {
            Some(context) => manager.scope(scope(context, both)).await,
            None => manager.scope(both).await,
        }
        assert_eq!(manager.metrics().refused - before, 2, "the operation and the direct event");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_an_opening_that_was_not_stored_is_dropped_and_counted() {
    let store = MemoryStore::new();
    let manager = impatient(store.clone());
    store.faults().fail_append(1, Fault::Doubtful);
    let refused = refused_reboot(&manager).await;
    assert!(refused.to_string().contains("unknown"), "{refused}");
    until_nothing_waits(&manager).await;
    assert!(store.is_empty(), "no opening, no closing");
    assert_eq!(manager.metrics().dropped_closings, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_that_shuts_down_takes_nothing_new_and_drains_the_rest() {
    let (store, manager) = recording();
    let held = tokio::spawn(manager.scope(scope(jane(), hold(nuvlabox("1")))));
    until("one is open", || store.len() == 1).await;
    let down = tokio::spawn({
        let manager = manager.clone();
        async move { manager.shutdown(LIMIT).await }
    });
    let mut kind = None;
    while kind.is_none() {
        let ran = AtomicUsize::new(0);
        let answer = manager.scope(scope(jane(), reboot(nuvlabox("2"), &ran))).await;
        kind = answer.err().map(|problem| problem.refusal().kind);
    }
    assert_eq!(kind, Some(RefusedKind::ShuttingDown));
    held.abort();
    assert!(down.await.unwrap(), "everything is stored");
    let mut events = store.events();
    events.retain(|event| event.resource.href.as_deref() == Some("nuvlabox/1"));
    assert_eq!(events.len(), 2);
}

/// Fills the store until it refuses, gives it space, and looks at what it holds.
async fn fill_and_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let manager = patient(SqliteStore::open(folder.path()).unwrap()).build().unwrap();
    let ran = AtomicUsize::new(0);
    let mut refused = None;
    while refused.is_none() {
        let answer = manager.scope(scope(jane(), reboot(nuvlabox("1"), &ran))).await;
        refused = answer.err().map(Problem::refusal);
    }
    let refused = refused.unwrap();
    assert_eq!(refused.kind, RefusedKind::Storage);
    assert!(refused.to_string().contains("no space left"), "it says exactly what is wrong: {refused}");
    assert!(manager.count(&Filter::everything(), &Viewer::admin()).await.unwrap().events > 0, "searches are served");

    let give_space =
        Command::new("prlimit").args(["--fsize=unlimited:", "--pid", &std::process::id().to_string()]).status();
    assert!(give_space.unwrap().success());
    until_nothing_waits(&manager).await;
    let before = ran.load(Ordering::SeqCst);
    manager.scope(scope(jane(), reboot(nuvlabox("1"), &ran))).await.unwrap();
    assert_eq!(ran.load(Ordering::SeqCst), before + 1);
    assert!(manager.shutdown(LIMIT).await);
    drop(manager);

    let reopened = patient(SqliteStore::open(folder.path()).unwrap()).build().unwrap();
    assert_eq!(reopened.metrics().swept, 0, "no lone opening was left");
    let count = async |event_type: &str| {
        let filter = Filter::is(Attribute::EventType, event_type);
        usize::try_from(reopened.count(&filter, &Viewer::admin()).await.unwrap().events).unwrap()
    };
    let (openings, completed) = (count("nuvlabox.reboot").await, count("nuvlabox.reboot.completed").await);
    assert_eq!(completed, ran.into_inner(), "what ran is recorded, what was refused did not run");
    assert_eq!(openings, completed + count("nuvlabox.reboot.failed").await);
}

#[test]
fn a_full_disk_refuses_and_recording_goes_on_when_there_is_space() {
    const INSIDE: &str = "EVENTS_ON_A_FULL_DISK";
    if std::env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        return runtime.block_on(fill_and_go_on());
    }
    // A limit on the size of files stands for a full disk: writing fails, and does not kill.
    let limited = "trap '' XFSZ && ulimit -S -f 8192 && exec \"$0\" --exact \"$1\" --nocapture";
    let mut child = Command::new("sh");
    child.args(["-c", limited]).arg(std::env::current_exe().unwrap());
    child.arg("a_full_disk_refuses_and_recording_goes_on_when_there_is_space");
    let output = child.env(INSIDE, "1").output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out.contains("1 passed"), "{}\n{out}\n{err}", output.status);
}
