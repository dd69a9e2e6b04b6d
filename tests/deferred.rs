//! Operations that stay open when their handlers return are closed once: by their job, by the sweeper when
//! they are overdue, at the next start when their process died.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fleet;

use std::{collections::HashSet, future::pending, time::Duration};

use events::{
    Acl, Caller, CloseError, Closed, Closing, Ending, Event, EventId, EventManager, Failure, Href, ManualClock,
    OpenOperation, Operation, Phase, Reason, RefusedKind, Right, Scoped, Timestamp, Viewer, action, assert_events,
    memory::{Fault, MemoryStore},
    scope,
    sqlite::SqliteStore,
};
use fleet::{Answer, Deployment, LIMIT, Nuvlabox, Problem, Store, jane, job, nuvlabox, patient, recording, until};
use tokio::task::JoinSet;

#[action(event = "deployment.start", deferred(within = "1h"), details(release: u32 = 7))]
async fn start(id: Href<Deployment>, body: impl Future<Output = Result<Answer, Problem>>) -> Result<Answer, Problem> {
    body.await
}

#[action(event = "deployment.stop", deferred)]
async fn stop(id: Href<Deployment>) -> Result<Answer, Problem> {
    Ok(Answer(202))
}

#[action(event = "nuvlabox.hold")]
async fn hold(id: Href<Nuvlabox>, body: impl Future<Output = Result<Answer, Problem>>) -> Result<Answer, Problem> {
    body.await
}

fn deployment(id: &str) -> Href<Deployment> {
    id.parse().unwrap()
}

async fn accepted() -> Result<Answer, Problem> {
    Ok(Answer(202))
}

fn by_jane<F: Future>(manager: &EventManager, handler: F) -> Scoped<Scoped<F>> {
    manager.scope(scope(jane(), handler))
}

async fn only_open(manager: &EventManager) -> OpenOperation {
    let open = manager.open_operations().await.unwrap();
    let [operation] = open[..] else { panic!("{} operations are open", open.len()) };
    operation
}

/// Starts a deployment and answers its operation.
async fn started(manager: &EventManager) -> EventId {
    by_jane(manager, start(deployment("1"), accepted())).await.unwrap();
    only_open(manager).await.id
}

fn noon() -> ManualClock {
    ManualClock::at("2026-11-24T12:00:00.000Z".parse::<Timestamp>().unwrap())
}

fn with_clock(store: &Store, clock: &ManualClock) -> EventManager {
    // The sweeper of the manager looks only when it is asked.
    let builder = store.builder().clock(clock.clone()).with_limits(|limits| limits.sweep = Duration::from_secs(3_600));
    builder.build().unwrap()
}

const HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test(flavor = "multi_thread")]
async fn a_deferred_operation_stays_open_until_its_job_closes_it() {
    for store in Store::each() {
        println!("{}", store.name);
        let manager = store.manager();
        let mut trail = store.trail();
        let id = started(&manager).await;
        assert_events!(trail, "deployment.start deployment/1" => open);
        assert_eq!(manager.metrics().open_operations, 0, "it takes no place among those that run");

        assert_eq!(manager.close(id, Ending::COMPLETED).await.unwrap(), Closed::Now);
        assert_events!(trail, "deployment.start.completed deployment/1");
        assert!(manager.open_operations().await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deferred_operation_that_does_not_return_ok_is_closed_at_once() {
    let store = MemoryStore::new();
    let manager = patient(store.clone()).build().unwrap();
    let mut trail = store.trail().within(LIMIT);
    let broken = async { Err(Problem::Broken("no space")) };
    by_jane(&manager, start(deployment("1"), broken)).await.unwrap_err();
    assert_events!(trail, "deployment.start deployment/1" => failed(error));

    let rejected = async { Ok(Answer(409)) };
    by_jane(&manager, start(deployment("1"), rejected)).await.unwrap();
    assert_events!(trail, "deployment.start deployment/1" => failed(status));

    let limited = events::timeout(Duration::from_millis(5), start(deployment("1"), pending()));
    by_jane(&manager, limited).await.unwrap_err();
    assert_events!(trail, "deployment.start deployment/1" => failed(timeout));
    assert!(manager.open_operations().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_close_an_operation_one_does_and_the_others_learn_how() {
    for store in Store::each() {
        println!("{}", store.name);
        let manager = store.manager();
        let id = started(&manager).await;
        let mut closers = JoinSet::new();
        for number in 0..16 {
            let manager = manager.clone();
            let closing = Closing::new(Ending::COMPLETED).detail("job", &number);
            closers.spawn(async move { manager.close(id, closing).await.unwrap() });
        }
        let answers = closers.join_all().await;
        assert_eq!(answers.iter().filter(|answer| **answer == Closed::Now).count(), 1);
        let stored = store.trail().events();
        assert_eq!(stored.len(), 2);
        for answer in answers {
            assert!(matches!(&answer, Closed::Now) || answer == Closed::Before(Box::new(stored[1].clone())));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_again_answers_how_it_was_closed_and_records_nothing() {
    let store = Store::memory();
    let manager = store.manager();
    let id = started(&manager).await;
    let failed = Ending::Failed(Failure::new(Reason::Error).because("no space on the device"));
    assert_eq!(manager.close(id, failed.clone()).await.unwrap(), Closed::Now);
    // Also where the same ending comes again, and by the id of the closing.
    for (id, ending) in [(id, Ending::COMPLETED), (id, failed), (id.closing(), Ending::COMPLETED)] {
        let Closed::Before(closing) = manager.close(id, ending).await.unwrap() else { panic!("it was closed before") };
        assert_eq!(closing.failure.unwrap().message.as_deref(), Some("no space on the device"));
    }
    assert_events!(store.trail(), "deployment.start deployment/1" => failed(error));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_nobody_recorded_cannot_be_closed() {
    let manager = Store::memory().manager();
    let id: EventId = "event/01980000-0000-7000-8000-000000000000".parse().unwrap();
    let error = manager.close(id, Ending::COMPLETED).await.unwrap_err();
    assert!(matches!(error, CloseError::Unknown(unknown) if unknown == id), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_job_says_goes_to_the_closing() {
    let store = Store::memory();
    let manager = store.manager();
    let id = started(&manager).await;
    let job_runner = Caller::user("user/runner").unwrap();
    let closing = Closing::new(Ending::COMPLETED)
        .link(&job("17"))
        .detail("attempts", &2_u32)
        .message("started at the second attempt")
        .by(job_runner.clone())
        .visible_to("user/steve".parse().unwrap());
    manager.close(id, closing).await.unwrap();
    let events = store.trail().events();
    let [opening, closing] = &events[..] else { panic!("{events:?}") };
    assert_eq!(closing.linked_identifiers, ["job/17"]);
    assert_eq!(closing.details["attempts"], 2);
    assert_eq!(closing.details["release"], 7, "what the opening has stays");
    assert_eq!(closing.message.as_deref(), Some("started at the second attempt"));
    assert_eq!(closing.authn_info, job_runner);
    assert_eq!(closing.acl, opening.acl.clone().granting(Right::ViewData, "user/steve".parse().unwrap()));
    assert_eq!((closing.parent, closing.root), (Some(opening.id), opening.root));
    assert_ne!(opening.acl, Acl::default());
}

/// Everything a handler may say.
async fn accepted_with_words() -> Result<Answer, Problem> {
    let operation = Operation::current();
    operation.link(&job("17"));
    operation.tag("night");
    operation.detail("attempts", &1_u32);
    operation.payload("plan", &["pull", "start"]);
    operation.content(&["image: a"]);
    operation.message("accepted");
    operation.identified(Caller::user("user/robot").unwrap());
    operation.visible_to("user/steve".parse().unwrap());
    accepted().await
}

fn assert_said(closing: &Event) {
    assert_eq!(closing.linked_identifiers, ["job/17"]);
    assert_eq!(closing.tags, ["night"]);
    assert_eq!((&closing.details["attempts"], &closing.details["release"]), (&1.into(), &7.into()));
    assert_eq!(closing.payload.as_ref().unwrap()["plan"], serde_json::json!(["pull", "start"]));
    assert_eq!(closing.resource.content, Some(serde_json::json!(["image: a"])));
    assert_eq!(closing.message.as_deref(), Some("accepted"));
    assert_eq!(closing.authn_info, Caller::user("user/robot").unwrap());
    assert_eq!(closing.acl.rights[&Right::ViewData], ["user/steve".parse().unwrap()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_handler_said_goes_to_the_closing_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let start_up = || patient(SqliteStore::open(folder.path()).unwrap()).build().unwrap();
    let before = start_up();
    by_jane(&before, start(deployment("1"), accepted_with_words())).await.unwrap();
    let id = only_open(&before).await.id;
    assert!(before.shutdown(LIMIT).await);

    let after = start_up();
    assert_eq!(
        after.close(id, Closing::new(Ending::COMPLETED).link(&job("18")).link(&job("17"))).await.unwrap(),
        Closed::Now
    );
    let closing = after.get(id.closing(), &Viewer::admin()).await.unwrap().unwrap().event().unwrap();
    assert_eq!(closing.linked_identifiers, ["job/17", "job/18"]);
    assert_said(&Event { linked_identifiers: vec!["job/17".to_owned()], ..closing });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_handler_said_goes_to_a_timeout_after_a_restart() {
    let (store, clock) = (Store::memory(), noon());
    let before = with_clock(&store, &clock);
    by_jane(&before, start(deployment("1"), accepted_with_words())).await.unwrap();
    let after = with_clock(&store, &clock);
    clock.advance(2 * HOUR);
    assert_eq!(after.sweep().await.unwrap(), 1);
    assert_said(store.trail().events().last().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_done_before_the_store_knows_what_the_handler_said_knows_it_nevertheless() {
    for store in Store::each() {
        println!("{}", store.name);
        let builder = store.builder().with_limits(|limits| limits.closing_wait = Duration::from_millis(250));
        let manager = builder.build().unwrap();
        let body = async {
            store.gate.close();
            accepted_with_words().await
        };
        by_jane(&manager, start(deployment("1"), body)).await.unwrap();
        let id = store.trail().events()[0].id;
        let closing = manager.close(id, Ending::COMPLETED).await;
        assert!(matches!(closing, Err(CloseError::Pending)), "{closing:?}");
        store.gate.open();
        let mut events = Vec::new();
        until("it is closed", || {
            events = store.trail().events();
            events.len() == 2
        })
        .await;
        assert_said(&events[1]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closing_that_cannot_be_stored_yet_is_kept() {
    let store = MemoryStore::new();
    let manager = EventManager::builder(store.clone()).build().unwrap();
    let mut trail = store.trail().within(LIMIT);
    let id = started(&manager).await;
    store.faults().fail_all(Fault::Full);
    let error = manager.close(id, Ending::COMPLETED).await.unwrap_err();
    assert!(matches!(error, CloseError::Pending), "{error}");
    store.faults().heal();
    assert_events!(trail, "deployment.start deployment/1" => completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closing_that_the_manager_stops_before_is_not_promised() {
    for fault in [Fault::Full, Fault::Doubtful] {
        println!("{fault:?}");
        let (store, manager) = recording();
        let id = started(&manager).await;
        // Its opening may be counted a moment longer than it waits.
        until("nothing waits", || manager.metrics().waiting_events == 0).await;
        store.faults().fail_all(fault);
        let closer = manager.clone();
        let closing = tokio::spawn(async move { closer.close(id, Ending::COMPLETED).await });
        until("it waits", || manager.metrics().waiting_events == 1).await;
        assert!(!manager.shutdown(Duration::from_millis(50)).await, "it is not stored");
        let error = closing.await.unwrap().unwrap_err();
        assert!(matches!(error, CloseError::Stopped), "{error}");

        store.faults().heal();
        let after = patient(store.clone()).build().unwrap();
        assert_eq!(after.close(id, Ending::COMPLETED).await.unwrap(), Closed::Now);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_that_never_looks_for_overdue_operations_answers() {
    let builder = Store::memory().builder().with_limits(|limits| limits.sweep = Duration::MAX);
    let manager = builder.build().unwrap();
    let id = started(&manager).await;
    assert_eq!(manager.close(id, Ending::COMPLETED).await.unwrap(), Closed::Now);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overdue_operation_is_closed_as_timed_out_once() {
    for store in Store::each() {
        println!("{}", store.name);
        let clock = noon();
        let manager = with_clock(&store, &clock);
        let mut trail = store.trail();
        let id = started(&manager).await;
        by_jane(&manager, stop(deployment("2"))).await.unwrap();
        assert_events!(trail, "deployment.start deployment/1" => open, "deployment.stop deployment/2" => open);

        assert_eq!(manager.sweep().await.unwrap(), 0);
        clock.advance(HOUR - Duration::from_millis(1));
        assert_eq!(manager.sweep().await.unwrap(), 0, "not before its deadline");
        clock.advance(Duration::from_millis(1));
        assert_eq!(manager.sweep().await.unwrap(), 1);
        assert_eq!(manager.sweep().await.unwrap(), 0, "once");
        let events = trail.events();
        let [timeout] = &events[..] else { panic!("{events:?}") };
        assert_eq!(timeout.event_type.as_str(), "deployment.start.failed");
        assert_eq!(timeout.failure.as_ref().unwrap().reason, Reason::Timeout);
        assert_eq!((timeout.parent, timeout.duration_ms), (Some(id), Some(3_600_000)));

        // The default deadline of one that names none.
        clock.advance(23 * HOUR);
        assert_eq!(manager.sweep().await.unwrap(), 1);
        assert_eq!(manager.metrics().swept, 2);
        assert_events!(trail, "deployment.stop.failed deployment/2");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_very_many_overdue_operations_a_part_waits_for_the_store_at_a_time() {
    const OVERDUE: usize = 5_000;
    let store = MemoryStore::new();
    let clock = noon();
    let builder = EventManager::builder(store.clone()).clock(clock.clone());
    let builder = builder.with_limits(|limits| (limits.sweep, limits.opening) = (24 * HOUR, LIMIT));
    let manager = builder.build().unwrap();
    let mut running = JoinSet::new();
    for number in 0..OVERDUE {
        running.spawn(by_jane(&manager, start(deployment(&number.to_string()), accepted())));
    }
    for answer in running.join_all().await {
        answer.unwrap();
    }
    clock.advance(2 * HOUR);
    until("nothing waits", || manager.metrics().waiting_events == 0).await;
    store.faults().fail_all(Fault::Full);
    for _ in 0..2 {
        manager.sweep().await.unwrap();
        assert!(manager.metrics().waiting_events < OVERDUE as u64);
    }
    store.faults().heal();
    until("the first are closed", || manager.metrics().waiting_events == 0).await;
    manager.sweep().await.unwrap();
    assert_eq!(manager.metrics().swept, OVERDUE as u64);
    until("all are closed", || store.len() == 2 * OVERDUE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sweeper_looks_by_itself() {
    let store = Store::memory();
    let clock = noon();
    let builder = store.builder().clock(clock.clone()).with_limits(|limits| limits.sweep = Duration::from_millis(5));
    let manager = builder.build().unwrap();
    started(&manager).await;
    clock.advance(HOUR);
    assert_events!(store.trail().within(LIMIT), "deployment.start deployment/1" => failed(timeout));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_true_ending_after_a_timeout_is_kept_once_beside_it() {
    for store in Store::each() {
        println!("{}", store.name);
        let clock = noon();
        let manager = with_clock(&store, &clock);
        let id = started(&manager).await;
        clock.advance(2 * HOUR);
        manager.sweep().await.unwrap();
        for ending in [Ending::COMPLETED, Ending::COMPLETED, Ending::failed(Reason::Error)] {
            let Closed::Before(closing) = manager.close(id, ending).await.unwrap() else { panic!("it was closed") };
            assert_eq!(closing.failure.unwrap().reason, Reason::Timeout);
        }
        let events = store.trail().events();
        assert_events!(store.trail(),
            "deployment.start deployment/1" => failed(timeout) {
                "deployment.start.late-ending deployment/1",
            },
        );
        let late = events.last().unwrap();
        assert_eq!((late.phase, late.success, late.root), (Phase::Occurred, Some(true), Some(id)));
        assert!(late.id != id && late.id != id.closing(), "an id of its own");
    }
}

fn by_reason(events: &[Event], reason: Reason) -> HashSet<EventId> {
    let failed = |event: &&Event| event.failure.as_ref().is_some_and(|failure| failure.reason == reason);
    events.iter().filter(failed).map(|event| event.id.opening()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_of_a_dead_process_are_abandoned_at_the_next_start_and_deferred_ones_stay() {
    let store = Store::memory();
    let clock = noon();
    // The first process never says that it ends: for the journal it is as good as dead.
    let dead = with_clock(&store, &clock);
    let deferred = started(&dead).await;
    let mut running = JoinSet::new();
    for id in 0..100 {
        running.spawn(by_jane(&dead, hold(nuvlabox(&id.to_string()), pending())));
    }
    until("all are open", || store.trail().events().len() == 101).await;
    let opened: HashSet<EventId> =
        store.trail().events().iter().map(|event| event.id).filter(|id| *id != deferred).collect();

    clock.advance(Duration::from_secs(60));
    let next = with_clock(&store, &clock);
    let events = store.trail().events();
    assert_eq!(by_reason(&events, Reason::Abandoned), opened, "before anything else is recorded");
    assert_eq!(next.metrics().swept, 100);
    let open = only_open(&next).await;
    assert_eq!((open.id, open.deadline), (deferred, Some(noon_plus_an_hour())));

    // It keeps its deadline.
    clock.advance(HOUR);
    assert_eq!(next.sweep().await.unwrap(), 1);
    assert_eq!(by_reason(&store.trail().events(), Reason::Timeout), HashSet::from([deferred]));
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_starts_although_the_store_takes_nothing_and_closes_what_another_left_open_first() {
    for fault in [Fault::Full, Fault::CommittedButReported] {
        println!("{fault:?}");
        let store = MemoryStore::new();
        let dead = patient(store.clone()).build().unwrap();
        let mut running = JoinSet::new();
        for id in ["1", "2", "3"] {
            running.spawn(by_jane(&dead, hold(nuvlabox(id), pending())));
        }
        until("all are open", || store.len() == 3).await;

        store.faults().fail_all(fault);
        let next = patient(store.clone()).build().unwrap();
        until("it was tried again", || next.metrics().append_failures > 0).await;
        store.faults().heal();
        if let Err(problem) = by_jane(&next, hold(nuvlabox("4"), accepted())).await {
            // By an attempt that began before: there is no other.
            assert_eq!(problem.refusal().kind, RefusedKind::Storage);
            by_jane(&next, hold(nuvlabox("4"), accepted())).await.unwrap();
        }
        let types: Vec<String> = store.events().iter().map(|event| event.event_type.to_string()).collect();
        let opening = || "nuvlabox.hold".to_owned();
        let abandoned = || "nuvlabox.hold.failed".to_owned();
        let mut expected = vec![opening(), opening(), opening(), abandoned(), abandoned(), abandoned()];
        expected.extend([opening(), "nuvlabox.hold.completed".to_owned()]);
        assert_eq!(types, expected, "each is closed once, before anything new");
        assert!(next.open_operations().await.unwrap().is_empty());
        running.shutdown().await;
    }
}

fn noon_plus_an_hour() -> Timestamp {
    "2026-11-24T13:00:00.000Z".parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_closes_what_this_one_deferred() {
    let store = Store::memory();
    let before = store.manager();
    let id = started(&before).await;
    assert!(before.shutdown(LIMIT).await);
    let after = store.manager();
    assert_eq!(after.close(id, Ending::COMPLETED).await.unwrap(), Closed::Now);
    assert_events!(store.trail(), "deployment.start deployment/1" => completed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_true_ending_after_abandoned_is_kept_beside_it() {
    let store = Store::memory();
    let thought_dead = store.manager();
    let body = async {
        // Another process starts on the same journal while this one is only slow.
        let next = store.manager();
        assert_eq!(next.metrics().swept, 1);
        Ok(Answer(200))
    };
    by_jane(&thought_dead, hold(nuvlabox("1"), body)).await.unwrap();
    assert_events!(store.trail(),
        "nuvlabox.hold nuvlabox/1" => failed(abandoned) { "nuvlabox.hold.late-ending nuvlabox/1" },
    );
    let metrics = thought_dead.metrics();
    assert_eq!((metrics.lost_closings, metrics.late_endings), (1, 1));
}
