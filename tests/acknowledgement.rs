//! With `Ack::Delivered` a handler runs once the destination has confirmed its opening, and not at all where
//! it has not. The trail never holds a lone opening.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::async_yields_async, reason = "tasks are spawned inside a scope and awaited outside")]

mod fleet;

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use events::{
    Ack, Batches, BoxFuture, Builder, Delivery, Destination, Event, EventDetails, EventId, EventManager, Href, Journal,
    Operation, Outcomes, Phase, Policy, RefusedKind, Seq, Sequenced, action, assert_events, emit,
    memory::{Fault, MemoryStore},
    scope, spawn,
};
use fleet::{Answer, Deployment, LIMIT, Nuvlabox, Problem, jane, nuvlabox, patient, until};

#[action(event = "nuvlabox.reboot")]
async fn reboot(id: Href<Nuvlabox>, ran: Arc<AtomicUsize>) -> Result<Answer, Problem> {
    ran.fetch_add(1, Ordering::SeqCst);
    Ok(Answer(202))
}

#[action(event = "deployment.start")]
async fn start(id: Href<Deployment>, body: impl Future<Output = Result<Answer, Problem>>) -> Result<Answer, Problem> {
    body.await
}

#[action(event = "nuvlabox.check")]
async fn check(id: Href<Nuvlabox>, status: u16) -> Result<Answer, Problem> {
    Ok(Answer(status))
}

#[derive(EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox)]
struct StateChanged {
    new_state: &'static str,
}

/// A journal and a destination, both in memory.
struct Pair {
    journal: MemoryStore,
    there: MemoryStore,
}

impl Pair {
    fn new() -> Self {
        Self { journal: MemoryStore::new(), there: MemoryStore::new() }
    }

    fn builder(&self) -> Builder {
        let builder = patient(self.journal.clone()).relay_to(self.there.clone());
        builder.acknowledge(Ack::Delivered("memory"))
    }

    fn manager(&self) -> EventManager {
        self.builder().with_limits(|limits| limits.opening = LIMIT).build().unwrap()
    }

    /// A manager that gives up soon.
    fn impatient(&self) -> EventManager {
        self.builder().with_limits(|limits| limits.opening = Duration::from_secs(3)).build().unwrap()
    }
}

async fn refused_reboot(manager: &EventManager) -> String {
    let ran = Arc::new(AtomicUsize::new(0));
    let answer = manager.scope(scope(jane(), reboot(nuvlabox("1"), ran.clone()))).await;
    assert_eq!(ran.load(Ordering::SeqCst), 0, "the handler must not run");
    let refused = answer.unwrap_err().refusal();
    assert_eq!(refused.kind, RefusedKind::Storage);
    refused.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_handler_runs_only_after_the_destination_has_confirmed_its_opening() {
    let pair = Pair::new();
    let manager = pair.manager();
    pair.there.faults().fail_append(1, Fault::Hang);
    let ran = Arc::new(AtomicUsize::new(0));
    let counter = ran.clone();
    let handler = manager.scope(scope(jane(), async { spawn(reboot(nuvlabox("1"), counter)) })).await;
    assert!(pair.there.faults().wait_until_hanging(1, LIMIT));
    assert_eq!((pair.journal.len(), ran.load(Ordering::SeqCst)), (1, 0), "the journal alone is not enough");
    pair.there.faults().release();
    handler.await.unwrap().unwrap();
    assert_eq!(ran.load(Ordering::SeqCst), 1);
    assert_events!(pair.journal.trail(), "nuvlabox.reboot nuvlabox/1" => completed);
    assert!(manager.shutdown(LIMIT).await);
    assert_eq!(pair.there.events(), pair.journal.events());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_that_hangs_longer_than_the_limit_refuses_and_leaves_no_lone_opening() {
    for fault in [Fault::Hang, Fault::Failed] {
        let pair = Pair::new();
        let manager = pair.impatient();
        let mut trail = pair.journal.trail().within(LIMIT);
        pair.there.faults().fail_all(fault);
        let refused = refused_reboot(&manager).await;
        assert!(refused.contains("not confirmed by `memory` within 3s"), "{refused}");
        assert_events!(trail, "nuvlabox.reboot nuvlabox/1" => failed(refused));
        until("nothing is open", || manager.metrics().open_operations == 0).await;

        pair.there.faults().heal();
        let ran = Arc::new(AtomicUsize::new(0));
        until("it recovers", || pair.there.len() == 2).await;
        manager.scope(scope(jane(), reboot(nuvlabox("2"), ran.clone()))).await.unwrap();
        assert_events!(trail, "nuvlabox.reboot nuvlabox/2" => completed);
        assert!(manager.shutdown(LIMIT).await);
        assert_eq!(pair.there.events(), pair.journal.events(), "both hold the same in the end");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_that_is_away_from_the_start_refuses_until_it_is_there() {
    let pair = Pair::new();
    pair.there.faults().fail_all(Fault::Failed);
    let manager = pair.impatient();
    refused_reboot(&manager).await;
    refused_reboot(&manager).await;
    pair.there.faults().heal();
    until("it recovers", || pair.there.len() == 4).await;
    manager.scope(scope(jane(), reboot(nuvlabox("2"), Arc::default()))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opening_that_the_destination_refuses_for_good_does_not_run() {
    let pair = Pair::new();
    let manager = patient(pair.journal.clone())
        .relay_to(Refusing { there: pair.there.clone() })
        .acknowledge(Ack::Delivered("refusing"))
        .build()
        .unwrap();
    let refused = refused_reboot(&manager).await;
    assert!(refused.contains("`refusing` refused it: no openings here"), "{refused}");
    assert_events!(pair.journal.trail().within(LIMIT), "nuvlabox.reboot nuvlabox/1" => failed(refused));
    let letters = manager.dead_letters("refusing", Seq(0), 10).await.unwrap();
    assert_eq!(letters.iter().map(|letter| letter.seq).collect::<Vec<_>>(), [Seq(1)]);
    assert!(manager.shutdown(LIMIT).await);
    assert_eq!(pair.there.len(), 1, "its closing is there");
}

/// Takes everything but openings.
struct Refusing {
    there: MemoryStore,
}

impl Destination for Refusing {
    fn name(&self) -> &str {
        "refusing"
    }

    fn deliver<'d>(&'d self, batch: &'d [Sequenced]) -> BoxFuture<'d, Vec<Delivery>> {
        Box::pin(async move {
            let mut answers = Vec::new();
            for event in batch {
                match Event::from_document(&event.document).unwrap().phase {
                    Phase::Requested => answers.push(Delivery::Rejected { reason: "no openings here".to_owned() }),
                    _ => answers.append(&mut self.there.deliver(std::slice::from_ref(event)).await),
                }
            }
            answers
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_direct_event_waits_outside_an_operation_and_not_inside_one() {
    let pair = Pair::new();
    let manager = pair.impatient();
    let id = nuvlabox("1");
    let changed = || emit(&id, StateChanged { new_state: "ACTIVATED" });
    manager.scope(scope(jane(), changed())).await.unwrap();
    assert_eq!(pair.there.len(), 1, "it is there when `emit` returns");

    let body = async {
        assert_eq!(pair.there.len(), 2, "the opening is there");
        pair.there.faults().fail_all(Fault::Hang);
        changed().await.unwrap();
        Ok(Answer(200))
    };
    // Neither the event inside nor the closing waits for the destination.
    let begun = Instant::now();
    manager.scope(scope(jane(), start("1".parse().unwrap(), body))).await.unwrap();
    assert!(begun.elapsed() < LIMIT / 2);
    assert_eq!(pair.journal.len(), 4);

    let refused = manager.scope(scope(jane(), changed())).await.unwrap_err();
    assert!(refused.to_string().contains("whether it is stored is unknown"), "{refused}");
    pair.there.faults().heal();
    assert!(manager.shutdown(LIMIT).await);
    assert_eq!(pair.there.events(), pair.journal.events());
}

#[tokio::test(flavor = "multi_thread")]
async fn nested_operations_wait_too() {
    let pair = Pair::new();
    let manager = pair.impatient();
    let ran = Arc::new(AtomicUsize::new(0));
    let body = async {
        pair.there.faults().fail_all(Fault::Hang);
        let refused = reboot(nuvlabox("1"), ran.clone()).await.unwrap_err().refusal();
        assert_eq!((refused.kind, ran.load(Ordering::SeqCst)), (RefusedKind::Storage, 0));
        pair.there.faults().heal();
        until("it recovers", || pair.there.len() == 3).await;
        reboot(nuvlabox("2"), ran.clone()).await
    };
    manager.scope(scope(jane(), start("7".parse().unwrap(), body))).await.unwrap();
    assert_eq!(ran.load(Ordering::SeqCst), 1);
    assert_events!(pair.journal.trail(), "deployment.start deployment/7" => completed {
        "nuvlabox.reboot nuvlabox/1" => failed(refused),
        "nuvlabox.reboot nuvlabox/2" => completed,
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_only_at_its_end_waits_for_nobody() {
    let pair = Pair::new();
    let policy = Policy::new().only("nuvlabox.check", Outcomes::Failed);
    let manager = pair.builder().policy(policy).build().unwrap();
    pair.there.faults().fail_all(Fault::Hang);
    let begun = Instant::now();
    let checked = async { (check(nuvlabox("1"), 200).await, check(nuvlabox("1"), 500).await) };
    manager.scope(scope(jane(), checked)).await.0.unwrap();
    assert!(begun.elapsed() < LIMIT / 2);
    until("both are stored", || pair.journal.len() == 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_when_the_manager_stops_is_answered() {
    let pair = Pair::new();
    let manager = pair.builder().with_limits(|limits| limits.opening = Duration::from_secs(3_600)).build().unwrap();
    pair.there.faults().fail_all(Fault::Hang);
    let ran = Arc::new(AtomicUsize::new(0));
    let counter = ran.clone();
    let handler = manager.scope(scope(jane(), async { spawn(reboot(nuvlabox("1"), counter)) })).await;
    assert!(pair.there.faults().wait_until_hanging(1, LIMIT));
    assert!(!manager.shutdown(Duration::from_millis(50)).await, "something is not delivered");
    let refused = tokio::time::timeout(LIMIT, handler).await.expect("it is answered").unwrap().unwrap_err().refusal();
    assert!(refused.to_string().contains("stopped before `memory` confirmed it"), "{refused}");
    assert_eq!(ran.load(Ordering::SeqCst), 0);
    drop(manager);

    // Its closing came too late for this process: the next start closes what it left.
    pair.there.faults().heal();
    let manager = pair.manager();
    assert!(manager.shutdown(LIMIT).await);
    let phases: Vec<Phase> = pair.journal.events().iter().map(|event| event.phase).collect();
    assert_eq!(phases, [Phase::Requested, Phase::Failed]);
    assert_eq!(pair.there.events(), pair.journal.events());
}

/// A destination that takes a few events at a time, is slow, and fails now and then.
#[derive(Clone)]
struct Moody {
    there: MemoryStore,
    deliveries: Arc<AtomicUsize>,
}

impl Destination for Moody {
    fn name(&self) -> &str {
        "moody"
    }

    fn deliver<'d>(&'d self, batch: &'d [Sequenced]) -> BoxFuture<'d, Vec<Delivery>> {
        Box::pin(async move {
            let retry = |_| Delivery::Retry { reason: "not now".to_owned() };
            match self.deliveries.fetch_add(1, Ordering::SeqCst) % 7 {
                1 => batch.iter().map(retry).collect(),
                3 => {
                    // What it takes of them is confirmed later.
                    self.there.deliver(&batch[..batch.len() / 2]).await;
                    batch.iter().map(retry).collect()
                }
                5 => {
                    let mut answers = self.there.deliver(&batch[..batch.len() / 2]).await;
                    answers.extend(batch[answers.len()..].iter().map(retry));
                    answers
                }
                _ => {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                    self.there.deliver(batch).await
                }
            }
        })
    }

    fn batches(&self) -> Batches {
        Batches { events: 16, in_flight: 3, ..Batches::default() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn under_load_every_handler_that_runs_has_its_opening_there() {
    let (journal, there) = (MemoryStore::new(), MemoryStore::new());
    let moody = Moody { there: there.clone(), deliveries: Arc::default() };
    let builder = patient(journal.clone()).relay_to(moody).acknowledge(Ack::Delivered("moody"));
    let manager = builder.with_limits(|limits| limits.opening = LIMIT).build().unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let there = there.clone();
        let operations = async move {
            for _ in 0..20 {
                let body = async {
                    let id: EventId = Operation::current().id().unwrap();
                    assert!(Journal::get(&there, id).unwrap().is_some(), "the opening of a handler that runs is there");
                    Ok(Answer(200))
                };
                start("1".parse().unwrap(), body).await.unwrap();
            }
        };
        tasks.spawn(manager.scope(scope(jane(), operations)));
    }
    tasks.join_all().await;
    assert!(manager.shutdown(LIMIT).await, "{:?}", manager.relays());
    let ids = |store: &MemoryStore| {
        let mut ids: Vec<EventId> = store.events().iter().map(|event| event.id).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!(ids(&journal).len(), 2 * 32 * 20);
    assert_eq!(ids(&there), ids(&journal));
}
