//! What a [`Destination`] promises.

use super::{
    Check, Generator, Subject as Fresh, entry, promises,
    sample::{closing, damaged, direct, opening},
    wait,
};
use crate::{
    destination::{Delivery, Destination},
    event::Event,
    id::EventId,
    journal::{Entry, Seq, Sequenced},
};

/// Makes the destinations that the suite examines, and reads what they hold.
pub trait Subject: Fresh<Store: Destination> {
    /// What a reader finds at the destination, in its order: each id once.
    fn delivered(&self, store: &Self::Store) -> Vec<(EventId, Vec<u8>)>;

    /// Whether the destination knows what it holds, and so tells new from repeated events. A topic does not.
    fn remembers(&self) -> bool {
        true
    }
}

/// Examines every promise.
///
/// # Panics
/// One is broken; the message names each of them.
pub fn run_all<S: Subject>(subject: &S) {
    super::run_all("destination", &checks::<S>(), subject);
}

/// The promises, one by one.
pub fn checks<S: Subject>() -> Vec<Check<S>> {
    promises![
        it_has_a_name_for_configuration,
        an_empty_batch_is_answered_with_nothing,
        batches_are_delivered_whole_and_in_order,
        a_batch_delivered_again_changes_nothing,
        an_event_twice_in_one_batch_is_there_once,
        other_bytes_under_an_id_are_rejected,
        a_closing_is_taken_without_its_opening,
        a_poison_event_does_not_block_the_rest,
        a_cancelled_delivery_can_be_repeated,
        a_document_of_ten_mebibytes_is_answered,
    ]
}

fn numbered(entries: &[Entry], from: u64) -> Vec<Sequenced> {
    let numbered =
        |(entry, seq): (&Entry, u64)| Sequenced { seq: Seq(seq), id: entry.id, document: entry.document.clone() };
    entries.iter().zip(from..).map(numbered).collect()
}

fn deliver(store: &impl Destination, batch: &[Sequenced]) -> Vec<Delivery> {
    let answers = wait(store.deliver(batch));
    assert_eq!(answers.len(), batch.len(), "there is one answer for each event");
    answers
}

fn assert_holds<S: Subject>(subject: &S, store: &S::Store, batch: &[Sequenced]) {
    let delivered = subject.delivered(store);
    assert_eq!(delivered.len(), batch.len(), "as many events are there as were delivered");
    for (there, event) in delivered.iter().zip(batch) {
        assert!(there.0 == event.id && *there.1 == *event.document, "{} is there as it was delivered", event.id);
    }
}

fn it_has_a_name_for_configuration<S: Subject>(subject: &S) {
    let name = subject.fresh().name().to_owned();
    assert!(!name.is_empty() && !name.contains(char::is_whitespace), "`{name}` is no name");
}

fn an_empty_batch_is_answered_with_nothing<S: Subject>(subject: &S) {
    assert_eq!(deliver(&subject.fresh(), &[]), []);
}

fn batches_are_delivered_whole_and_in_order<S: Subject>(subject: &S) {
    let store = subject.fresh();
    let events = numbered(&Generator::new(1).events(500), 1);
    for batch in events.chunks(64) {
        assert_eq!(deliver(&store, batch), vec![Delivery::Stored; batch.len()]);
    }
    assert_holds(subject, &store, &events);
}

fn a_batch_delivered_again_changes_nothing<S: Subject>(subject: &S) {
    let store = subject.fresh();
    let events = numbered(&Generator::new(2).events(60), 1);
    deliver(&store, &events[..40]);
    // As behind a lost position: from the middle of what was delivered on.
    let answers = deliver(&store, &events[20..]);
    if subject.remembers() {
        let expected = [vec![Delivery::AlreadyThere; 20], vec![Delivery::Stored; 20]].concat();
        assert_eq!(answers, expected);
    }
    let there = |answer: &Delivery| matches!(answer, Delivery::Stored | Delivery::AlreadyThere);
    assert!(answers.iter().all(there), "what is delivered again counts as delivered: {answers:?}");
    assert_holds(subject, &store, &events);
}

fn an_event_twice_in_one_batch_is_there_once<S: Subject>(subject: &S) {
    let store = subject.fresh();
    let mut batch = numbered(&[entry(&direct(1))], 1);
    batch.push(batch[0].clone());
    let answers = deliver(&store, &batch);
    if subject.remembers() {
        assert_eq!(answers, [Delivery::Stored, Delivery::AlreadyThere]);
    }
    assert_holds(subject, &store, &batch[..1]);
}

fn other_bytes_under_an_id_are_rejected<S: Subject>(subject: &S) {
    if !subject.remembers() {
        return;
    }
    let store = subject.fresh();
    let batch = numbered(&[entry(&direct(1))], 1);
    deliver(&store, &batch);
    let other = Event { message: Some("another".to_owned()), ..direct(1) };
    let answers = deliver(&store, &numbered(&[entry(&other), entry(&direct(2))], 2));
    assert!(matches!(answers[..], [Delivery::Rejected { .. }, Delivery::Stored]), "{answers:?}");
    assert_holds(subject, &store, &[batch, numbered(&[entry(&direct(2))], 3)].concat());
}

/// The opening may be older than what was ever delivered there.
fn a_closing_is_taken_without_its_opening<S: Subject>(subject: &S) {
    let store = subject.fresh();
    let batch = numbered(&[entry(&closing(&opening(1), None))], 7);
    assert_eq!(deliver(&store, &batch), [Delivery::Stored]);
    assert_holds(subject, &store, &batch);
}

fn a_poison_event_does_not_block_the_rest<S: Subject>(subject: &S) {
    let store = subject.fresh();
    let batch = numbered(&[entry(&direct(1)), damaged(2), entry(&direct(3))], 1);
    let answers = deliver(&store, &batch);
    assert_eq!((&answers[0], &answers[2]), (&Delivery::Stored, &Delivery::Stored));
    let answered = !matches!(answers[1], Delivery::Retry { .. });
    assert!(answered, "what will never be stored is not to be tried again: {:?}", answers[1]);
}

fn a_cancelled_delivery_can_be_repeated<S: Subject>(subject: &S) {
    let store = subject.fresh();
    let events = numbered(&Generator::new(3).events(100), 1);
    wait(async {
        let delivery = store.deliver(&events);
        // Polled once at most, then dropped: any part of it may be there.
        drop(tokio::time::timeout(std::time::Duration::ZERO, delivery).await);
    });
    deliver(&store, &events);
    assert_holds(subject, &store, &events);
}

fn a_document_of_ten_mebibytes_is_answered<S: Subject>(subject: &S) {
    let store = subject.fresh();
    let payload = Some(serde_json::json!({ "log": "0123456789abcde\n".repeat(640 * 1_024) }));
    let batch = numbered(&[entry(&Event { payload, ..direct(1) }), entry(&direct(2))], 1);
    let answers = deliver(&store, &batch);
    let final_answer = !matches!(answers[0], Delivery::Retry { .. });
    assert!(final_answer, "it is taken or rejected, not tried for ever: {:?}", answers[0]);
    assert_eq!(answers[1], Delivery::Stored);
}
