//! What a [`Journal`] promises.
//!
//! The suite knows a store through its trait alone, so faults of disks and processes are not part of it:
//! a store that can lose power has tests of its own.

use std::{collections::HashSet, thread};

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    Check, Generator, Subject, entry, promises,
    sample::{self, HOSTILE, PROCESS, closing, damaged, direct, entries, opening},
    wait,
};
use crate::{
    event::Event,
    id::EventId,
    identity::Viewer,
    journal::{Appended, Entry, EntryKind, Journal, OpenOperation, Seq, Sequenced},
    outcome::Reason,
    query::Query,
};

/// Examines every promise.
///
/// # Panics
/// One is broken; the message names each of them.
pub fn run_all<S: Subject<Store: Journal>>(subject: &S) {
    super::run_all("journal", &checks::<S>(), subject);
}

/// The promises, one by one.
pub fn checks<S: Subject<Store: Journal>>() -> Vec<Check<S>> {
    let mut checks = promises![
        a_fresh_journal_holds_nothing,
        an_empty_batch_stores_nothing,
        numbers_start_at_one_and_grow,
        events_stand_in_the_order_of_their_batches,
        everything_is_read_in_order_whatever_the_limits,
        a_read_answers_at_least_one_event_and_keeps_its_limits,
        the_same_bytes_again_are_already_stored,
        other_bytes_are_a_conflict_that_shows_what_is_stored,
        a_closing_without_its_opening_is_not_stored,
        a_direct_event_cannot_be_closed,
        an_operation_is_opened_and_closed_in_one_batch,
        the_second_closing_learns_who_closed_first,
        an_entry_that_is_not_stored_does_not_keep_the_others,
        a_batch_that_cannot_be_stored_leaves_nothing,
        open_operations_are_those_without_a_closing_oldest_first,
        an_opening_stored_again_does_not_open_a_closed_operation,
        events_of_any_age_are_found_by_id,
        a_document_of_ten_mebibytes_is_stored,
        every_string_comes_back_as_it_was,
        an_event_with_thousands_of_keys_is_stored,
        an_appended_event_is_searchable_at_once,
        a_reader_beside_a_writer_misses_nothing,
        everything_survives_reopening,
        numbers_are_not_used_again_after_reopening,
        open_operations_survive_reopening,
        an_operation_is_closed_after_reopening,
        a_note_is_kept_with_its_operation_until_that_is_closed,
        a_note_is_no_event,
        a_note_of_an_operation_that_is_not_open_is_not_kept,
        a_later_note_takes_the_place_of_an_earlier_one,
        notes_survive_reopening,
        the_newest_number_is_known,
    ];
    checks.extend(super::bookmarks::checks());
    checks
}

/// More than one page of any store's index.
const MANY: usize = 5_000;

const NO_LIMIT: usize = usize::MAX;

fn append(journal: &impl Journal, entries: &[Entry]) -> Vec<Appended> {
    let answers = journal.append(entries).expect("a healthy journal stores what it is given");
    assert_eq!(answers.len(), entries.len(), "there is one answer for each entry");
    answers
}

fn append_new(journal: &impl Journal, entries: &[Entry]) -> Vec<Seq> {
    let seq = |answer| match answer {
        Appended::Stored(seq) => seq,
        other => panic!("a new event was answered with {other:?}"),
    };
    append(journal, entries).into_iter().map(seq).collect()
}

fn read_all(journal: &impl Journal, limit: usize, bytes: usize) -> Vec<Sequenced> {
    let mut all: Vec<Sequenced> = Vec::new();
    loop {
        let from = all.last().map_or(Seq(0), |last| last.seq.next());
        let next = journal.read(from, limit, bytes).expect("a healthy journal can be read");
        if next.is_empty() {
            return all;
        }
        all.extend(next);
    }
}

/// The journal holds exactly these events, in this order.
fn assert_holds(journal: &impl Journal, entries: &[Entry]) {
    let read = read_all(journal, 1_000, NO_LIMIT);
    assert_eq!(read.len(), entries.len(), "as many events are read as were stored");
    for (stored, entry) in read.iter().zip(entries) {
        assert_eq!(stored.id, entry.id, "events are read in the order in which they were stored");
        assert!(stored.document == entry.document, "the document of {} is read as it was stored", entry.id);
    }
    assert!(read.is_sorted_by(|one, next| one.seq < next.seq), "numbers grow");
}

fn get(journal: &impl Journal, id: EventId) -> Option<Bytes> {
    journal.get(id).expect("a healthy journal can be read")
}

fn open(journal: &impl Journal) -> Vec<OpenOperation> {
    journal.open_operations().expect("a healthy journal can be read")
}

fn a_fresh_journal_holds_nothing<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    assert_holds(&journal, &[]);
    assert_eq!(open(&journal), []);
    assert_eq!(get(&journal, direct(1).id), None);
}

fn an_empty_batch_stores_nothing<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    assert_eq!(append(&journal, &[]), []);
    assert_holds(&journal, &[]);
}

fn numbers_start_at_one_and_grow<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let batch: Vec<Entry> = (1..=6).map(|number| entry(&direct(number))).collect();
    let mut seqs = append_new(&journal, &batch[..1]);
    assert_eq!(seqs, [Seq(1)]);
    seqs.extend(append_new(&journal, &batch[1..]));
    assert!(seqs.is_sorted_by(|one, next| one < next), "{seqs:?} grow");
    let read: Vec<Seq> = read_all(&journal, NO_LIMIT, NO_LIMIT).into_iter().map(|event| event.seq).collect();
    assert_eq!(read, seqs, "an event is read with the number that its append was answered with");
}

fn events_stand_in_the_order_of_their_batches<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    // Neither by id nor by time: the order is that of arrival.
    let batch: Vec<Entry> = [5, 2, 9, 1, 7, 3].map(|number| entry(&direct(number))).into();
    append_new(&journal, &batch[..4]);
    append_new(&journal, &batch[4..]);
    assert_holds(&journal, &batch);
}

fn everything_is_read_in_order_whatever_the_limits<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let stored = Generator::new(1).events(700);
    for batch in stored.chunks(97) {
        append_new(&journal, batch);
    }
    for (limit, bytes) in [(1, NO_LIMIT), (7, NO_LIMIT), (NO_LIMIT, 1), (NO_LIMIT, 10_000), (NO_LIMIT, NO_LIMIT)] {
        let read: Vec<EventId> = read_all(&journal, limit, bytes).into_iter().map(|event| event.id).collect();
        let expected: Vec<EventId> = stored.iter().map(|entry| entry.id).collect();
        assert!(read == expected, "everything is read {limit} events and {bytes} bytes at a time");
    }
}

fn a_read_answers_at_least_one_event_and_keeps_its_limits<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let stored = Generator::new(2).events(300);
    let seqs = append_new(&journal, &stored);
    let read = |from, limit, bytes| journal.read(from, limit, bytes).expect("a healthy journal can be read");
    assert_eq!(read(seqs[10], 20, NO_LIMIT).len(), 20);
    assert_eq!(read(seqs[10], 20, NO_LIMIT)[0].seq, seqs[10], "`from` is part of what is read");
    assert_eq!(read(seqs[299].next(), 20, NO_LIMIT), [], "nothing is read behind the last event");
    assert!(!read(seqs[0], 1, 1).is_empty(), "an event larger than the limit is read nevertheless");
    let bounded = read(seqs[0], NO_LIMIT, 20_000).len();
    assert!(bounded < 100, "a limit of 20,000 bytes keeps a read far below 300 KB: {bounded} events");
}

fn the_same_bytes_again_are_already_stored<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let opened = opening(1);
    let batch = entries([&opened, &closing(&opened, None), &direct(2)]);
    append_new(&journal, &batch);
    assert_eq!(append(&journal, &batch), vec![Appended::AlreadyStored; 3]);
    let twice = [entry(&direct(3)), entry(&direct(3))];
    let answers = append(&journal, &twice);
    assert!(
        matches!(answers[..], [Appended::Stored(_), Appended::AlreadyStored]),
        "also within one batch: {answers:?}"
    );
    assert_holds(&journal, &[&batch[..], &twice[..1]].concat());
}

fn other_bytes_are_a_conflict_that_shows_what_is_stored<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let stored = entries([&direct(1), &opening(2)]);
    append_new(&journal, &stored);
    let other = entries([
        &Event { message: Some("another".to_owned()), ..direct(1) },
        &Event { message: Some("another".to_owned()), ..opening(2) },
    ]);
    for (answer, stored) in append(&journal, &other).into_iter().zip(&stored) {
        assert_eq!(answer, Appended::Conflict { stored: stored.document.clone() });
    }
    assert_holds(&journal, &stored);
}

fn a_closing_without_its_opening_is_not_stored<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let opened = opening(1);
    let alone = entry(&closing(&opened, None));
    assert_eq!(append(&journal, std::slice::from_ref(&alone)), [Appended::NoOpening]);
    assert_eq!(append(&journal, &[alone.clone(), entry(&opened)])[0], Appended::NoOpening, "order counts in a batch");
    assert_holds(&journal, &entries([&opened]));
    assert_eq!(get(&journal, alone.id), None);
    append_new(&journal, &[alone]);
}

fn a_direct_event_cannot_be_closed<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let alone = entry(&direct(1));
    append_new(&journal, std::slice::from_ref(&alone));
    let answers = append(&journal, &[entry(&closing(&opening(1), None))]);
    assert_eq!(answers, [Appended::NoOpening]);
    assert_holds(&journal, &[alone]);
}

fn an_operation_is_opened_and_closed_in_one_batch<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let opened = opening(1);
    let batch = entries([&opened, &closing(&opened, Some(Reason::Refused))]);
    append_new(&journal, &batch);
    assert_eq!(open(&journal), []);
    assert_holds(&journal, &batch);
}

fn the_second_closing_learns_who_closed_first<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let (one, other) = (opening(1), opening(2));
    let first = entry(&closing(&one, Some(Reason::Abandoned)));
    append_new(&journal, &[entry(&one)]);
    append_new(&journal, std::slice::from_ref(&first));
    let conflict = Appended::Conflict { stored: first.document.clone() };
    assert_eq!(append(&journal, &[entry(&closing(&one, None))]), [conflict]);

    let race = entries([&other, &closing(&other, None), &closing(&other, Some(Reason::Timeout))]);
    let answers = append(&journal, &race);
    let conflict = Appended::Conflict { stored: race[1].document.clone() };
    assert_eq!(answers[2], conflict, "also within one batch");
    assert_holds(&journal, &[entry(&one), first, race[0].clone(), race[1].clone()]);
}

fn an_entry_that_is_not_stored_does_not_keep_the_others<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    append_new(&journal, &[entry(&direct(1))]);
    let answers = append(
        &journal,
        &[
            entry(&direct(2)),
            entry(&closing(&opening(3), None)),
            entry(&Event { message: Some("another".to_owned()), ..direct(1) }),
            entry(&direct(1)),
            entry(&direct(4)),
        ],
    );
    let expected = matches!(
        answers[..],
        [
            Appended::Stored(_),
            Appended::NoOpening,
            Appended::Conflict { .. },
            Appended::AlreadyStored,
            Appended::Stored(_)
        ]
    );
    assert!(expected, "{answers:?}");
    assert_holds(&journal, &entries([&direct(1), &direct(2), &direct(4)]));
}

/// What is no event may be refused or taken, but never takes a part of its batch with it.
fn a_batch_that_cannot_be_stored_leaves_nothing<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let opened = opening(2);
    let batch = [entry(&direct(1)), entry(&opened), damaged(3), entry(&direct(4))];
    let refused = journal.append(&batch).is_err();
    let held = if refused { Vec::new() } else { batch.to_vec() };
    assert_holds(&journal, &held);
    assert_eq!(open(&journal).len(), usize::from(!refused));
    append_new(&journal, &[entry(&direct(5))]);
    assert_holds(&journal, &[held, entries([&direct(5)])].concat());
}

fn open_operations_are_those_without_a_closing_oldest_first<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let deadline = sample::at(3_600);
    let mut openings = entries([&opening(4), &opening(1), &opening(3), &opening(2)]);
    openings[2].kind = EntryKind::Opening { process: PROCESS, deadline: Some(deadline) };
    let seqs = append_new(&journal, &openings);
    append_new(&journal, &entries([&direct(9), &closing(&opening(1), None)]));
    let operation =
        |at: usize, deadline| OpenOperation { id: openings[at].id, seq: seqs[at], process: PROCESS, deadline };
    assert_eq!(open(&journal), [operation(0, None), operation(2, Some(deadline)), operation(3, None)]);
}

fn an_opening_stored_again_does_not_open_a_closed_operation<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let opened = opening(1);
    append_new(&journal, &entries([&opened, &closing(&opened, None)]));
    append(&journal, &entries([&opened]));
    append(&journal, &entries([&closing(&opened, Some(Reason::Panic))]));
    assert_eq!(open(&journal), []);
}

fn events_of_any_age_are_found_by_id<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let stored = Generator::new(3).events(MANY);
    for batch in stored.chunks(256) {
        append_new(&journal, batch);
    }
    for entry in stored.iter().step_by(13) {
        let found = get(&journal, entry.id);
        assert!(found.as_deref() == Some(&*entry.document), "{} is found", entry.id);
    }
    assert_eq!(get(&journal, direct(1).id), None);
    assert_holds(&journal, &stored);
    let closed: HashSet<EventId> =
        stored.iter().filter(|entry| entry.kind == EntryKind::Closing).map(|entry| entry.id.opening()).collect();
    let expected: Vec<EventId> = stored
        .iter()
        .filter(|entry| matches!(entry.kind, EntryKind::Opening { .. }) && !closed.contains(&entry.id))
        .map(|entry| entry.id)
        .collect();
    let found: Vec<EventId> = open(&journal).into_iter().map(|operation| operation.id).collect();
    assert_eq!(found, expected, "operations stay open among many events");
}

fn a_document_of_ten_mebibytes_is_stored<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let payload = json!({ "log": "0123456789abcde\n".repeat(640 * 1_024) });
    let batch = entries([&direct(1), &Event { payload: Some(payload), ..direct(2) }, &direct(3)]);
    append_new(&journal, &batch);
    assert_holds(&journal, &batch);
    assert!(get(&journal, batch[1].id).as_deref() == Some(&*batch[1].document));
}

fn every_string_comes_back_as_it_was<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let hostile = |(number, text): (usize, &&str)| Event {
        message: Some((*text).to_owned()),
        tags: vec![(*text).to_owned()],
        details: [((*text).to_owned(), Value::from(*text))].into_iter().collect(),
        ..direct(number as u64)
    };
    let batch = entries(&HOSTILE.iter().enumerate().map(hostile).collect::<Vec<_>>());
    append_new(&journal, &batch);
    assert_holds(&journal, &batch);
}

fn an_event_with_thousands_of_keys_is_stored<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let event = Event {
        tags: (0..2_000).map(|number| format!("tag-{number}")).collect(),
        details: (0..5_000).map(|number| (format!("detail-{number}"), Value::from(number))).collect(),
        message: Some((0..5_000).map(|number| format!("word{number} ")).collect()),
        ..direct(1)
    };
    let batch = entries([&event, &direct(2)]);
    append_new(&journal, &batch);
    assert_holds(&journal, &batch);
}

fn an_appended_event_is_searchable_at_once<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let search = journal.search();
    for number in 1..=50 {
        append_new(&journal, &[entry(&direct(number))]);
        let query = Query::new(Viewer::admin()).resource(format!("nuvlabox/{number}").as_str());
        let page = wait(search.search(&query)).expect("a healthy store can be searched");
        assert_eq!(page.events.len(), 1, "event {number} is found as soon as it is acknowledged");
    }
}

fn a_reader_beside_a_writer_misses_nothing<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let stored = Generator::new(4).events(2_000);
    thread::scope(|scope| {
        scope.spawn(|| stored.chunks(17).for_each(|batch| drop(append_new(&journal, batch))));
        let mut read: Vec<Sequenced> = Vec::new();
        while read.len() < stored.len() {
            let from = read.last().map_or(Seq(1), |last| last.seq.next());
            let newest = journal.last_seq();
            let next = journal.read(from, 100, NO_LIMIT).expect("a healthy journal can be read");
            assert!(newest < from || !next.is_empty(), "{newest} is there, and not read from {from} on");
            read.extend(next);
            let right = read.iter().zip(&stored).all(|(read, entry)| read.id == entry.id);
            assert!(right, "what is read is a beginning of what is stored");
        }
    });
}

fn everything_survives_reopening<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let stored = Generator::new(5).events(MANY + 300);
    append_new(&journal, &stored[..MANY]);
    let Some(journal) = subject.reopen(journal) else { return };
    assert_holds(&journal, &stored[..MANY]);
    append_new(&journal, &stored[MANY..]);
    let Some(journal) = subject.reopen(journal) else { return };
    assert_holds(&journal, &stored);
    assert_eq!(append(&journal, &stored[7..8]), [Appended::AlreadyStored]);
    assert!(get(&journal, stored[3].id).as_deref() == Some(&*stored[3].document));
}

fn numbers_are_not_used_again_after_reopening<S: Subject<Store: Journal>>(subject: &S) {
    let mut journal = subject.fresh();
    let mut last = Seq(0);
    for number in 1..=5 {
        for seq in append_new(&journal, &entries([&direct(number), &direct(100 + number)])) {
            assert!(seq > last, "{seq} was used before {last}");
            last = seq;
        }
        let Some(reopened) = subject.reopen(journal) else { return };
        journal = reopened;
    }
}

fn open_operations_survive_reopening<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let mut openings = entries([&opening(1), &opening(2), &opening(3)]);
    openings[1].kind = EntryKind::Opening { process: PROCESS, deadline: Some(sample::at(60)) };
    append_new(&journal, &openings);
    append_new(&journal, &entries([&closing(&opening(1), None)]));
    let before = open(&journal);
    let Some(journal) = subject.reopen(journal) else { return };
    assert_eq!(open(&journal), before);
}

fn note(operation: &Event, text: &str) -> Entry {
    Entry { id: operation.id, document: text.to_owned().into(), kind: EntryKind::Note }
}

fn noted(journal: &impl Journal, operation: &Event) -> Option<String> {
    let note = journal.note(operation.id).expect("a healthy journal can be read");
    note.map(|note| String::from_utf8_lossy(&note).into_owned())
}

fn a_note_is_kept_with_its_operation_until_that_is_closed<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let (one, other) = (opening(1), opening(2));
    append_new(&journal, &entries([&one, &other]));
    assert_eq!(noted(&journal, &one), None);
    let notes = [note(&one, "of one"), note(&other, "of the other")];
    assert_eq!(append(&journal, &notes), [Appended::Noted, Appended::Noted]);
    append_new(&journal, &entries([&closing(&one, None)]));
    assert_eq!(noted(&journal, &one), None, "it goes with the closing");
    assert_eq!(noted(&journal, &other).as_deref(), Some("of the other"));

    let whole = opening(3);
    let batch = [entry(&whole), note(&whole, "short-lived"), entry(&closing(&whole, None))];
    let answers = append(&journal, &batch);
    assert!(matches!(answers[..], [Appended::Stored(_), Appended::Noted, Appended::Stored(_)]), "{answers:?}");
    assert_eq!(noted(&journal, &whole), None, "also within one batch");
}

fn a_note_is_no_event<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let opened = opening(1);
    let mut seqs = append_new(&journal, &entries([&opened]));
    append(&journal, &[note(&opened, "no JSON, no event")]);
    assert_holds(&journal, &entries([&opened]));
    assert!(get(&journal, opened.id).as_deref() == Some(&*entry(&opened).document));
    assert_eq!(open(&journal).len(), 1, "the operation stays open");
    seqs.extend(append_new(&journal, &entries([&direct(2)])));
    assert_eq!(seqs[1], seqs[0].next(), "it takes no number");
}

fn a_note_of_an_operation_that_is_not_open_is_not_kept<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let (opened, alone) = (opening(1), direct(2));
    let batch = entries([&opened, &closing(&opened, None), &alone]);
    append_new(&journal, &batch);
    let notes = [note(&opened, "too late"), note(&alone, "no operation"), note(&opening(3), "unknown")];
    assert_eq!(append(&journal, &notes), vec![Appended::NoOpening; 3]);
    let other = opening(4);
    let answers = append(&journal, &[entry(&other), entry(&closing(&other, None)), note(&other, "too late")]);
    assert_eq!(answers[2], Appended::NoOpening, "also within one batch");
    for operation in [opened, alone, opening(3), other] {
        assert_eq!(noted(&journal, &operation), None);
    }
}

fn a_later_note_takes_the_place_of_an_earlier_one<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let opened = opening(1);
    append_new(&journal, &entries([&opened]));
    append(&journal, &[note(&opened, "first"), note(&opened, "second")]);
    assert_eq!(noted(&journal, &opened).as_deref(), Some("second"));
    assert_eq!(append(&journal, &[note(&opened, "third")]), [Appended::Noted]);
    assert_eq!(noted(&journal, &opened).as_deref(), Some("third"));
}

fn notes_survive_reopening<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let (one, other) = (opening(1), opening(2));
    append_new(&journal, &entries([&one, &other]));
    append(&journal, &[note(&one, "of one"), note(&other, "of the other")]);
    // Enough for the openings to leave the newest part of any store.
    append_new(&journal, &Generator::new(6).events(MANY));
    let Some(journal) = subject.reopen(journal) else { return };
    assert_eq!(noted(&journal, &one).as_deref(), Some("of one"));
    append_new(&journal, &entries([&closing(&one, None)]));
    let Some(journal) = subject.reopen(journal) else { return };
    assert_eq!(noted(&journal, &one), None);
    assert_eq!(noted(&journal, &other).as_deref(), Some("of the other"));
}

fn an_operation_is_closed_after_reopening<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    let (open_one, closed_one) = (opening(1), opening(2));
    let closed = entries([&closed_one, &closing(&closed_one, None)]);
    append_new(&journal, &entries([&open_one]));
    append_new(&journal, &closed);
    let Some(journal) = subject.reopen(journal) else { return };
    append_new(&journal, &entries([&closing(&open_one, Some(Reason::Abandoned))]));
    let late = append(&journal, &entries([&closing(&closed_one, Some(Reason::Abandoned))]));
    assert_eq!(late, [Appended::Conflict { stored: closed[1].document.clone() }]);
    assert_eq!(open(&journal), []);
}

fn the_newest_number_is_known<S: Subject<Store: Journal>>(subject: &S) {
    let journal = subject.fresh();
    assert_eq!(journal.last_seq(), Seq(0));
    let seqs = append_new(&journal, &Generator::new(6).events(300));
    assert_eq!(Some(&journal.last_seq()), seqs.last());
    append(&journal, &entries([&closing(&opening(1), None)]));
    assert_eq!(Some(&journal.last_seq()), seqs.last(), "what is not stored has no number");
    let Some(journal) = subject.reopen(journal) else { return };
    assert_eq!(Some(&journal.last_seq()), seqs.last());
}
