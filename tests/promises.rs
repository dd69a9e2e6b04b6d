//! Code of others that panics, asks back or outlives what it was started in takes no promise with it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::async_yields_async, reason = "tasks are spawned inside a scope and awaited outside")]

mod fleet;

use std::{
    future::{pending, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    task::{Context as Task, Poll, Wake, Waker},
    thread,
    time::Duration,
};

use events::{
    Acl, AnyHref, AppendError, Appended, BoxFuture, Bytes, Clock, Context, Ending, Entry, Event, EventDetails, EventId,
    EventManager, Filter, Href, Journal, JournalError, OpenOperation, Operation, Outcome, Outcomes, Phase, Policy,
    Record, Recorder, RefusedKind, ResourceDirectory, Search, Seq, Sequenced, SystemClock, Timestamp, Viewer, action,
    assert_events, emit,
    memory::{Fault, MemoryStore},
    scope, spawn,
};
use fleet::{
    Answer, Deployment, LIMIT, Nuvlabox, Problem, Store, context, jane, job, nuvlabox, patient, recording, until,
};
use tokio::{sync::oneshot, task::JoinSet};

#[action(event = "nuvlabox.reboot")]
async fn reboot(id: Href<Nuvlabox>, body: impl Future<Output = ()>) -> Result<Answer, Problem> {
    body.await;
    Ok(Answer(202))
}

#[action(event = "deployment.start")]
async fn start(id: Href<Deployment>, body: impl Future<Output = ()>) -> Result<Answer, Problem> {
    body.await;
    Ok(Answer(202))
}

#[action(event = "job.add", resource = id)]
async fn submit(id: Href<fleet::Job>) -> Result<Answer, Problem> {
    Ok(Answer(201))
}

#[derive(EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox)]
struct StateChanged {
    new_state: &'static str,
}

fn deployment() -> Href<Deployment> {
    "7".parse().unwrap()
}

/// Waits for what must not hang.
async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, future).await.unwrap_or_else(|_| panic!("{what} hangs"))
}

/// Runs what could block a thread for ever on one of its own.
fn on_a_thread<F: Future<Output = ()>>(what: &str, body: impl FnOnce() -> F + Send + 'static) {
    let (done, finished) = mpsc::channel();
    thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(body());
        done.send(()).unwrap();
    });
    finished.recv_timeout(LIMIT).unwrap_or_else(|_| panic!("{what} blocks its thread or panics"));
}

/// Polls a future once, as an executor that panics when it is woken.
fn poll_with_a_waker_that_panics<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("on purpose");
        }
    }
    future.poll(&mut Task::from_waker(&Waker::from(Arc::new(Panics))))
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_and_closing_that_are_stored_together_stay_so_while_the_store_fails() {
    for failures in 1..=4 {
        println!("{failures}");
        let store = MemoryStore::new();
        let policy = Policy::new().only("nuvlabox.reboot", Outcomes::Completed);
        let manager = patient(store.clone()).policy(policy).build().unwrap();
        for nth in 1..=failures {
            store.faults().fail_append(nth, Fault::Failed);
        }
        manager.scope(scope(jane(), reboot(nuvlabox("1"), async {}))).await.unwrap();
        assert_events!(store.trail().within(LIMIT), "nuvlabox.reboot nuvlabox/1" => completed);
    }
}

/// A journal that cannot store what is about nuvlabox 0 and still lives, and takes its time for the rest.
#[derive(Default)]
struct Choosy {
    store: MemoryStore,
    /// It panics once, when it is asked what is open.
    panics: Arc<AtomicBool>,
    /// It panics whenever it is asked for the newest number.
    panics_at_the_end: Arc<AtomicBool>,
    /// It stores a batch, and fails with an error that nobody can print.
    fails_unprintably: Arc<AtomicBool>,
}

/// Panics when it is printed.
#[derive(Debug)]
struct Unprintable;

impl std::fmt::Display for Unprintable {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("on purpose")
    }
}

impl std::error::Error for Unprintable {}

impl Journal for Choosy {
    fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, AppendError> {
        let is_poison = |entry: &Entry| {
            let event = Event::from_document(&entry.document).unwrap();
            event.resource.href.as_deref() == Some("nuvlabox/0") && event.phase == Phase::Completed
        };
        if entries.iter().any(is_poison) {
            return Err(JournalError::Failed("it does not like one of them".into()).not_stored());
        }
        thread::sleep(Duration::from_millis(20));
        let stored = self.store.append(entries)?;
        match self.fails_unprintably.swap(false, Ordering::SeqCst) {
            true => Err(JournalError::Failed(Box::new(Unprintable)).unknown()),
            false => Ok(stored),
        }
    }

    fn get(&self, id: EventId) -> Result<Option<Bytes>, JournalError> {
        Journal::get(&self.store, id)
    }

    fn read(&self, from: Seq, limit: usize, bytes: usize) -> Result<Vec<Sequenced>, JournalError> {
        self.store.read(from, limit, bytes)
    }

    fn last_seq(&self) -> Seq {
        assert!(!self.panics_at_the_end.load(Ordering::SeqCst), "on purpose");
        self.store.last_seq()
    }

    fn open_operations(&self) -> Result<Vec<OpenOperation>, JournalError> {
        assert!(!self.panics.swap(false, Ordering::SeqCst), "on purpose");
        self.store.open_operations()
    }

    fn note(&self, operation: EventId) -> Result<Option<Bytes>, JournalError> {
        self.store.note(operation)
    }

    fn search(&self) -> Arc<dyn Search> {
        Journal::search(&self.store)
    }

    fn bookmarks(&self) -> Arc<dyn events::Bookmarks> {
        self.store.bookmarks()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_does_not_wait_for_a_closing_that_the_store_refuses_while_it_takes_others() {
    let manager = EventManager::builder(Choosy::default()).build().unwrap();
    let mut others = JoinSet::new();
    for number in 1..=8 {
        let traffic = async move {
            loop {
                // Refused where it is in one batch with the other for the first time.
                drop(reboot(nuvlabox(&number.to_string()), async {}).await);
            }
        };
        others.spawn(manager.scope(scope(jane(), traffic)));
    }
    while manager.metrics().late_closings == 0 {
        let handler = manager.scope(scope(jane(), reboot(nuvlabox("0"), async {})));
        drop(in_time("the response", handler).await);
    }
    others.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closing_that_the_store_refuses_keeps_no_other_operation_from_running() {
    let manager = EventManager::builder(Choosy::default()).build().unwrap();
    manager.scope(scope(jane(), reboot(nuvlabox("0"), async {}))).await.unwrap();
    // From then on it is known which event it is.
    until("it fails alone", || manager.metrics().append_failures > 0).await;
    let failures = manager.metrics().append_failures;
    while manager.metrics().append_failures < failures + 10 {
        manager.scope(scope(jane(), reboot(nuvlabox("1"), async {}))).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_inside_an_operation_that_nobody_takes_any_more_is_refused() {
    let (store, manager) = recording();
    let (go_on, told) = oneshot::channel();
    let body = async {
        told.await.unwrap();
        // The manager may still be on its way to the end.
        let refused = loop {
            if let Err(refused) = emit(&nuvlabox("1"), StateChanged { new_state: "REBOOTING" }).await {
                break refused;
            }
        };
        assert_eq!(refused.kind, RefusedKind::ShuttingDown);
    };
    let handler = manager.scope(scope(jane(), async { spawn(reboot(nuvlabox("1"), body)) })).await;
    until("the opening", || store.len() == 1).await;
    manager.shutdown(Duration::from_millis(20)).await;
    go_on.send(()).unwrap();
    in_time("the handler", handler).await.unwrap().unwrap();
}

/// Says something of the operation while it is recorded itself.
struct Chatty;

impl Record for Chatty {
    fn record(&self, recorder: &mut Recorder<'_>) {
        Operation::current().tag("chatty");
        recorder.string("chatty");
    }
}

#[test]
fn a_value_may_say_something_of_the_operation_while_it_is_recorded() {
    on_a_thread("the handler", || async {
        let (store, manager) = recording();
        let body = async {
            Operation::current().detail("said", &Chatty);
            Operation::current().payload("said", &Chatty);
        };
        manager.scope(scope(jane(), reboot(nuvlabox("1"), body))).await.unwrap();
        let closing = store.events().pop().unwrap();
        assert_eq!((closing.tags, closing.details["said"].as_str()), (vec!["chatty".to_owned()], Some("chatty")));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_executor_that_panics_when_it_is_woken_harms_nobody_else() {
    let (store, manager) = recording();
    {
        // Woken by the thread that writes.
        let mut handler = pin!(manager.scope(scope(jane(), reboot(nuvlabox("1"), pending()))));
        assert!(poll_with_a_waker_that_panics(handler.as_mut()).is_pending());
        until("the opening", || store.len() == 1).await;
    }
    manager.scope(scope(jane(), reboot(nuvlabox("2"), async {}))).await.unwrap();

    // Woken by the thread that asks the journal, where that one does not answer before it is waited for.
    let mut asked = Box::pin(manager.open_operations());
    let mut answers_at_once = || {
        asked = Box::pin(manager.open_operations());
        poll_with_a_waker_that_panics(asked.as_mut()).is_ready()
    };
    until("it waits", || !answers_at_once()).await;
    in_time("a question to the journal", manager.open_operations()).await.unwrap();

    // Woken by the thread that follows.
    let mut tail = manager.tail(Filter::everything(), Viewer::admin()).unwrap();
    let mut other = manager.tail(Filter::everything(), Viewer::admin()).unwrap();
    let follows_too = tokio::spawn(async move {
        for _ in 0..3 {
            other.next().await.unwrap().unwrap();
        }
    });
    let follows_again_and_again = async {
        for _ in 0..3 {
            let mut next = pin!(tail.next());
            while poll_with_a_waker_that_panics(next.as_mut()).is_pending() {
                manager.scope(scope(jane(), reboot(nuvlabox("5"), async {}))).await.unwrap();
                tokio::task::yield_now().await;
            }
        }
    };
    in_time("the tail", follows_again_and_again).await;
    in_time("the other tail", follows_too).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_executor_that_panics_when_its_limit_is_over_harms_nobody_else() {
    let store = Store::memory();
    let builder = store.builder().with_limits(|limits| limits.opening = Duration::from_millis(50));
    let manager = builder.build().unwrap();
    store.gate.close();
    let mut handler = pin!(manager.scope(scope(jane(), reboot(nuvlabox("1"), pending()))));
    assert!(poll_with_a_waker_that_panics(handler.as_mut()).is_pending());
    let late = manager.scope(scope(jane(), reboot(nuvlabox("2"), async {})));
    let refused = in_time("the refusal", late).await.unwrap_err().refusal();
    assert_eq!(refused.kind, RefusedKind::Storage);
    store.gate.open();
}

/// A clock that panics while it is told to.
#[derive(Clone, Debug, Default)]
struct Moody(Arc<AtomicBool>);

impl Clock for Moody {
    fn now(&self) -> Timestamp {
        assert!(!self.0.load(Ordering::SeqCst), "on purpose");
        SystemClock.now()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_panics_is_not_the_last_one() {
    let journal = Choosy::default();
    let panics = journal.panics.clone();
    let builder = patient(journal);
    let manager = builder.with_limits(|limits| limits.sweep = Duration::from_millis(5)).build().unwrap();
    for _ in 0..2 {
        panics.store(true, Ordering::SeqCst);
        until("it has panicked", || !panics.load(Ordering::SeqCst)).await;
    }
    in_time("a question to the journal", manager.open_operations()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_panics_when_it_has_stored_a_batch_costs_no_event() {
    let journal = Choosy::default();
    let (store, panics) = (journal.store.clone(), journal.panics_at_the_end.clone());
    let manager = patient(journal).with_limits(|limits| limits.opening = LIMIT).build().unwrap();
    // Who follows is told of each batch.
    let mut tail = manager.tail(Filter::everything(), Viewer::admin()).unwrap();
    panics.store(true, Ordering::SeqCst);
    for number in ["1", "2"] {
        manager.scope(scope(jane(), reboot(nuvlabox(number), async {}))).await.unwrap();
    }
    let mut trail = store.trail().within(LIMIT);
    assert_events!(trail,
        "nuvlabox.reboot nuvlabox/1" => completed,
        "nuvlabox.reboot nuvlabox/2" => completed,
    );
    for event in store.events() {
        let told = in_time("a tail", tail.next()).await.unwrap().unwrap();
        assert_eq!(told.event.event().unwrap().id, event.id);
    }
    until("nothing is open", || manager.metrics().open_operations == 0).await;
    assert_eq!(manager.metrics().append_failures, 0);
    panics.store(false, Ordering::SeqCst);
    assert!(manager.shutdown(LIMIT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_that_panics_when_it_is_printed_costs_no_event() {
    let journal = Choosy::default();
    let (store, fails) = (journal.store.clone(), journal.fails_unprintably.clone());
    let manager = patient(journal).with_limits(|limits| limits.opening = LIMIT).build().unwrap();
    let body = async { fails.store(true, Ordering::SeqCst) };
    manager.scope(scope(jane(), reboot(nuvlabox("1"), body))).await.unwrap();
    fails.store(true, Ordering::SeqCst);
    let refused = manager.scope(scope(jane(), reboot(nuvlabox("2"), async {}))).await.unwrap_err().refusal();
    assert_eq!(refused.kind, RefusedKind::Storage);
    manager.scope(scope(jane(), reboot(nuvlabox("3"), async {}))).await.unwrap();
    let mut trail = store.trail().within(LIMIT);
    assert_events!(trail,
        "nuvlabox.reboot nuvlabox/1" => completed,
        "nuvlabox.reboot nuvlabox/2" => failed(refused),
        "nuvlabox.reboot nuvlabox/3" => completed,
    );
    assert!(manager.shutdown(LIMIT).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_panics_costs_no_event() {
    let (clock, store) = (Moody::default(), MemoryStore::new());
    let builder = patient(store.clone()).clock(clock.clone());
    let manager = builder.with_limits(|limits| limits.sweep = Duration::from_secs(3_600)).build().unwrap();
    let mut handler = Box::pin(manager.scope(scope(jane(), reboot(nuvlabox("1"), pending()))));
    let poll = |future: Pin<&mut _>| {
        let polled: Poll<Result<Answer, Problem>> = Future::poll(future, &mut Task::from_waker(Waker::noop()));
        polled.is_pending()
    };
    assert!(poll(handler.as_mut()));
    until("the opening", || store.len() == 1).await;
    clock.0.store(true, Ordering::SeqCst);
    assert!(catch_unwind(AssertUnwindSafe(move || drop(handler))).is_ok());
    // The time is that of the operating system.
    until("the closing", || store.len() == 2).await;
    manager.scope(scope(jane(), reboot(nuvlabox("2"), ready(())))).await.unwrap();
    until("both of the next one", || store.len() == 4 && manager.metrics().open_operations == 0).await;
}

/// A clock that records, which none may: it is asked while operations begin.
#[derive(Clone, Debug, Default)]
struct Meddling(Arc<Mutex<Option<Meddle>>>);

#[derive(Clone, Debug)]
enum Meddle {
    InAScope(EventManager),
    /// Where it is asked.
    Here,
}

impl Clock for Meddling {
    fn now(&self) -> Timestamp {
        let meddle = self.0.lock().unwrap().clone();
        let handler = reboot(nuvlabox("clock"), ready(()));
        let mut recording: Pin<Box<dyn Future<Output = _>>> = match meddle {
            Some(Meddle::InAScope(manager)) => Box::pin(manager.scope(scope(jane(), handler))),
            Some(Meddle::Here) => Box::pin(handler),
            None => return SystemClock.now(),
        };
        let _ = recording.as_mut().poll(&mut Task::from_waker(Waker::noop()));
        SystemClock.now()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_records_costs_no_event() {
    let (clock, store) = (Meddling::default(), MemoryStore::new());
    let builder = patient(store.clone()).clock(clock.clone()).resources(Hangs);
    let manager = builder.with_limits(|limits| limits.acl_lookup = Duration::from_millis(5)).build().unwrap();
    for (number, meddle) in [("1", Meddle::InAScope(manager.clone())), ("2", Meddle::Here)] {
        *clock.0.lock().unwrap() = Some(meddle);
        manager.scope(scope(jane(), reboot(nuvlabox(number), ready(())))).await.unwrap();
        *clock.0.lock().unwrap() = None;
        let href = format!("nuvlabox/{number}");
        let of_it = || store.events().into_iter().filter(|event| event.resource.href.as_ref() == Some(&href));
        until("both", || of_it().count() == 2).await;
    }
}

/// Starts nothing, and hands on where it ran.
#[action(event = "nuvlabox.check-in")]
async fn check_in(id: Href<Nuvlabox>) -> Result<Context, Problem> {
    Ok(Context::current().unwrap())
}

#[tokio::test]
async fn an_operation_keeps_none_of_those_that_it_follows_from() {
    let (_store, manager) = recording();
    let mut last = jane();
    for _ in 0..5_000 {
        last = manager.scope(scope(last, check_in(nuvlabox("1")))).await.unwrap();
    }
    assert!(manager.shutdown(LIMIT).await, "nobody else has the last one");
    // One inside the other, so many would not be dropped on so small a stack.
    thread::Builder::new().stack_size(64 * 1_024).spawn(move || drop(last)).unwrap().join().unwrap();
}

/// A directory that never answers.
struct Hangs;

impl ResourceDirectory for Hangs {
    fn acl<'d>(
        &'d self,
        _resource: &'d AnyHref,
    ) -> BoxFuture<'d, Result<Option<Acl>, Box<dyn std::error::Error + Send + Sync>>> {
        Box::pin(pending())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn polling_what_waits_for_a_limit_takes_no_memory() {
    struct Counted;
    impl Wake for Counted {
        fn wake(self: Arc<Self>) {}
    }
    let builder = patient(MemoryStore::new()).resources(Hangs);
    let manager = builder.with_limits(|limits| limits.acl_lookup = LIMIT).build().unwrap();
    let counted = Arc::new(Counted);
    let waker = Waker::from(counted.clone());
    let mut handler = pin!(manager.scope(scope(jane(), reboot(nuvlabox("1"), pending()))));
    for _ in 0..1_000 {
        assert!(handler.as_mut().poll(&mut Task::from_waker(&waker)).is_pending());
    }
    let kept = Arc::strong_count(&counted);
    assert!(kept < 10, "the waker is kept {kept} times");
}

/// An answer that cannot say what it is.
struct Unspeakable;

impl Outcome for Unspeakable {
    fn ending(&self) -> Ending {
        panic!("on purpose");
    }
}

#[action(event = "nuvlabox.check")]
async fn check(id: Href<Nuvlabox>) -> Result<Unspeakable, Problem> {
    Ok(Unspeakable)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_panics_when_it_is_read_ends_in_a_panic() {
    let (store, manager) = recording();
    let handler = manager.scope(scope(jane(), async { spawn(check(nuvlabox("1"))) })).await;
    assert!(handler.await.is_err_and(|error| error.is_panic()));
    assert_events!(store.trail().within(LIMIT), "nuvlabox.check nuvlabox/1" => failed(panic));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_inside_an_operation_stands_below_it() {
    let (store, manager) = recording();
    fn robot() -> events::Context {
        context("user/robot")
    }
    let made_outside = scope(robot(), submit(job("2")));
    let body = async {
        scope(robot(), submit(job("1"))).await.unwrap();
        // Where it is awaited counts, not where it was made.
        made_outside.await.unwrap();
        // What was carried along keeps its place.
        spawn(async { scope(robot(), submit(job("3"))).await.unwrap() }).await.unwrap();
    };
    manager.scope(scope(jane(), start(deployment(), body))).await.unwrap();
    assert_events!(store.trail(),
        "deployment.start deployment/7" => completed {
            "job.add job/1" => completed,
            "job.add job/2" => completed,
            "job.add job/3" => completed,
        },
    );
    let events = store.events();
    let by = |event: &Event| event.authn_info.user_id.clone().unwrap().to_string();
    assert_eq!((by(&events[0]), by(&events[1])), ("user/jane".to_owned(), "user/robot".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_outlives_the_operation_that_started_it_is_nested_no_more() {
    let store = MemoryStore::new();
    let builder = patient(store.clone()).with_limits(|limits| limits.open_operations = 1);
    let manager = builder.build().unwrap();
    let (go_on, told) = oneshot::channel();
    let (left_behind, taken_over) = oneshot::channel();
    let body = async {
        let left = spawn(async {
            told.await.unwrap();
            submit(job("1")).await
        });
        left_behind.send(left).unwrap();
    };
    manager.scope(scope(jane(), start(deployment(), body))).await.unwrap();
    let left = taken_over.await.unwrap();

    let (end, ended) = oneshot::channel::<()>();
    let holding = reboot(nuvlabox("1"), async { drop(ended.await) });
    let held = manager.scope(scope(jane(), async { spawn(holding) })).await;
    until("the other is open", || store.len() == 3).await;
    go_on.send(()).unwrap();
    let refused = left.await.unwrap().unwrap_err().refusal();
    assert_eq!(refused.kind, RefusedKind::TooManyOpen, "nobody needs it to go on");
    drop(end);
    held.await.unwrap().unwrap();
}
