//! The store in memory fails as it is told, and no other way.

use std::{thread, time::Duration};

use events_core::{
    Appended, Delivery, Destination, Entry, Journal, JournalError, Seq, Sequenced,
    conformance::Generator,
    memory::{Fault, MemoryStore},
};

const LIMIT: Duration = Duration::from_secs(10);

fn events(count: usize) -> Vec<Entry> {
    Generator::new(1).events(count)
}

fn batch(count: usize) -> Vec<Sequenced> {
    let numbered = |(entry, seq): (Entry, u64)| Sequenced { seq: Seq(seq), id: entry.id, document: entry.document };
    events(count).into_iter().zip(1..).map(numbered).collect()
}

#[test]
fn a_fault_before_storing_leaves_nothing_and_names_its_kind() {
    let store = MemoryStore::new();
    let fails = |fault| {
        store.faults().fail_append(1, fault);
        let error = store.append(&events(3)).expect_err("a fault was injected");
        assert!(!error.unknown, "{fault:?}");
        assert!(store.is_empty(), "{fault:?}");
        error.cause
    };
    assert!(matches!(fails(Fault::Full), JournalError::Full(_)));
    assert!(matches!(fails(Fault::ReadOnly), JournalError::ReadOnly(_)));
    assert!(matches!(fails(Fault::Failed), JournalError::Failed(_)));
}

#[test]
fn only_the_append_that_was_named_fails() {
    let store = MemoryStore::new();
    store.faults().fail_append(3, Fault::Full);
    store.faults().fail_append(4, Fault::Failed);
    let outcomes: Vec<bool> = events(6).chunks(1).map(|entry| store.append(entry).is_ok()).collect();
    assert_eq!(outcomes, [true, true, false, false, true, true]);
    assert_eq!(store.faults().begun(), 6);
}

#[test]
fn everything_fails_until_it_is_healed() {
    let store = MemoryStore::new();
    store.faults().fail_all(Fault::ReadOnly);
    for _ in 0..3 {
        assert!(store.append(&events(1)).is_err());
    }
    store.faults().heal();
    assert!(store.append(&events(1)).is_ok());
}

#[test]
fn what_was_committed_but_reported_failed_is_stored_and_found_by_the_retry() {
    let store = MemoryStore::new();
    store.faults().fail_append(1, Fault::CommittedButReported);
    let error = store.append(&events(2)).expect_err("a fault was injected");
    assert!(error.unknown);
    assert_eq!(store.len(), 2);
    assert_eq!(store.append(&events(2)).expect("healthy again"), vec![Appended::AlreadyStored; 2]);
}

#[test]
fn a_batch_taken_twice_is_stored_once() {
    let store = MemoryStore::new();
    store.faults().fail_all(Fault::AnswerTwice);
    assert_eq!(store.append(&events(2)).expect("it answers"), vec![Appended::AlreadyStored; 2]);
    assert_eq!(store.len(), 2);
}

#[test]
fn what_hangs_goes_on_when_it_is_released() {
    let store = MemoryStore::new();
    store.faults().fail_append(1, Fault::Hang);
    thread::scope(|scope| {
        let hanging = scope.spawn(|| store.append(&events(2)));
        assert!(store.faults().wait_until_hanging(1, LIMIT));
        assert!(store.is_empty());
        store.faults().release();
        assert!(hanging.join().expect("no panic").is_ok());
    });
    assert_eq!((store.len(), store.faults().hanging()), (2, 0));
}

#[test]
fn healing_releases_what_hangs() {
    let store = MemoryStore::new();
    store.faults().fail_all(Fault::Hang);
    thread::scope(|scope| {
        let store = &store;
        let hanging: Vec<_> = batch(3).into_iter().map(|event| scope.spawn(move || deliver(store, event))).collect();
        assert!(store.faults().wait_until_hanging(3, LIMIT));
        store.faults().heal();
        hanging.into_iter().for_each(|thread| thread.join().expect("no panic"));
    });
    assert_eq!(store.len(), 3);
}

/// A delivery needs no opening, so any order is right.
fn deliver(store: &MemoryStore, event: Sequenced) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime of one thread");
    assert_eq!(runtime.block_on(store.deliver(&[event])), [Delivery::Stored]);
}

#[test]
fn a_slow_store_stores_after_its_time() {
    let store = MemoryStore::new();
    store.faults().fail_append(1, Fault::Slow(Duration::from_millis(20)));
    let begun = std::time::Instant::now();
    assert!(store.append(&events(1)).is_ok());
    assert!(begun.elapsed() >= Duration::from_millis(20));
}

#[tokio::test]
async fn a_destination_answers_faults_with_retry() {
    let store = MemoryStore::new();
    let batch = batch(2);
    let retries = |answers: &[Delivery]| answers.iter().all(|answer| matches!(answer, Delivery::Retry { .. }));
    for fault in [Fault::Full, Fault::ReadOnly, Fault::Failed] {
        store.faults().fail_append(1, fault);
        assert!(retries(&store.deliver(&batch).await), "{fault:?}");
        assert!(store.is_empty(), "{fault:?}");
    }
    store.faults().fail_append(1, Fault::CommittedButReported);
    assert!(retries(&store.deliver(&batch).await));
    assert_eq!(store.deliver(&batch).await, vec![Delivery::AlreadyThere; 2]);
    store.faults().fail_append(1, Fault::AnswerTwice);
    assert_eq!(store.deliver(&batch).await, vec![Delivery::AlreadyThere; 2]);
    assert_eq!(store.len(), 2);
}

#[tokio::test]
async fn a_hanging_delivery_can_be_cancelled() {
    let store = MemoryStore::new();
    store.faults().fail_append(1, Fault::Hang);
    let batch = batch(2);
    tokio::select! {
        biased;
        _ = store.deliver(&batch) => panic!("it hangs"),
        () = async { assert_eq!(store.faults().hanging(), 1) } => {}
    }
    assert_eq!(store.faults().hanging(), 0);
    assert_eq!(store.deliver(&batch).await, vec![Delivery::Stored; 2]);
}

#[test]
fn waiting_ends_when_the_events_are_there() {
    let store = MemoryStore::new();
    thread::scope(|scope| {
        scope.spawn(|| events(20).chunks(1).for_each(|entry| drop(store.append(entry))));
        let events = store.wait_until(LIMIT, |events| events.len() >= 15).expect("they come");
        assert!(events.len() >= 15);
    });
}

#[test]
fn waiting_in_vain_says_what_is_stored() {
    let store = MemoryStore::new();
    let nothing = store.wait_until(Duration::ZERO, |_| false).expect_err("nothing comes");
    assert!(nothing.to_string().ends_with("stored are: no events"), "{nothing}");
    store.append(&events(1)).expect("healthy");
    let error = store.wait_until(Duration::ZERO, |_| false).expect_err("nothing else comes");
    assert!(error.to_string().ends_with(store.events()[0].event_type.as_str()), "{error}");
}
