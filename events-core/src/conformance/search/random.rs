//! Whatever is asked, the answer is that of a store that looks at every event.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use super::{
    super::{Generator, Naive, Questions, wait},
    Check, Filled, Filter, Query, Searchable, Subject, assert_found, healthy, id_of, promises,
};
use crate::{id::EventId, identity::Viewer, journal::Entry, keys::Attribute};

pub(super) fn checks<S: Subject<Store: Searchable>>() -> Vec<Check<S>> {
    promises![
        random_searches_are_those_of_a_naive_evaluation,
        random_searches_beside_a_writer_are_those_of_a_naive_evaluation,
        random_counts_by_value_are_those_of_a_naive_evaluation,
        searches_in_events_of_one_instant_are_those_of_a_naive_evaluation,
        searches_over_many_months_are_those_of_a_naive_evaluation,
        a_search_that_its_time_limit_cuts_says_so,
    ]
}

/// So many questions are asked about each set of events.
const QUESTIONS: usize = 60;

fn answers_are_right<S: Subject<Store: Searchable>>(subject: &S, entries: &[Entry], seed: u64) {
    let naive = Naive::of(entries).expect("generated events are events");
    let filled = Filled::<S>::with(subject, entries);
    let mut questions = Questions::about(entries, seed);
    for _ in 0..QUESTIONS {
        let query = questions.query();
        let expected = naive.search(&query.filter, &query.viewer);
        assert_found(&filled.pages(&query), &expected, &query);
        let count = filled.count(&query.filter, &query.viewer);
        assert_eq!(count, expected.len() as u64, "the count of seed {seed}, {query:?}");
    }
}

fn random_searches_are_those_of_a_naive_evaluation<S: Subject<Store: Searchable>>(subject: &S) {
    for seed in 0..10 {
        let entries = Generator::new(seed).resources(8).users(5).events(60 * (seed as usize + 1));
        answers_are_right(subject, &entries, seed);
    }
}

fn random_searches_beside_a_writer_are_those_of_a_naive_evaluation<S: Subject<Store: Searchable>>(subject: &S) {
    let entries = Generator::new(50).resources(8).users(5).events(600);
    let naive = Naive::of(&entries).expect("generated events are events");
    let places: HashMap<EventId, usize> = entries.iter().map(|entry| entry.id).zip(0..).collect();
    let filled = Filled::<S>::with(subject, &entries[..50]);
    let acknowledged = AtomicUsize::new(50);
    let mut questions = Questions::about(&entries, 50);
    thread::scope(|scope| {
        // A batch is stored beside each question.
        let (asking, asked) = mpsc::channel();
        let (filled, acknowledged, entries) = (&filled, &acknowledged, &entries);
        let writer = scope.spawn(move || {
            for batch in entries[50..].chunks(10) {
                // Nobody may be asking any more.
                let _ = asked.recv();
                filled.store.store(batch);
                acknowledged.fetch_add(batch.len(), Ordering::SeqCst);
            }
        });
        for number in 0.. {
            // Also where it failed, which is said when it is joined.
            let has_ended = writer.is_finished();
            let _ = asking.send(());
            let before = acknowledged.load(Ordering::SeqCst);
            let query = questions.query();
            let mut expected = naive.search(&query.filter, &query.viewer);
            let known = expected.iter().filter(|event| places[&event.cursor.id] < before).count();
            let count = filled.count(&query.filter, &query.viewer);
            assert!(
                (known as u64..=expected.len() as u64).contains(&count),
                "{count} counted, {known} known: {query:?}"
            );
            let pages = filled.pages(&query);
            let found: HashSet<EventId> = pages.iter().map(id_of).collect();
            // What comes while it is looked for may be there or not.
            expected.retain(|event| places[&event.cursor.id] < before || found.contains(&event.cursor.id));
            assert_found(&pages, &expected, &query);
            if has_ended && number >= QUESTIONS {
                break;
            }
        }
    });
}

fn random_counts_by_value_are_those_of_a_naive_evaluation<S: Subject<Store: Searchable>>(subject: &S) {
    for seed in 0..4 {
        let entries = Generator::new(100 + seed).resources(8).users(5).events(400);
        let naive = Naive::of(&entries).expect("generated events are events");
        let filled = Filled::<S>::with(subject, &entries);
        let mut questions = Questions::about(&entries, seed);
        for _ in 0..QUESTIONS {
            let aggregation = questions.aggregation();
            assert_eq!(filled.aggregate(&aggregation), naive.aggregate(&aggregation), "{aggregation:?}");
        }
    }
}

fn searches_in_events_of_one_instant_are_those_of_a_naive_evaluation<S: Subject<Store: Searchable>>(subject: &S) {
    let entries = Generator::new(200).resources(8).users(5).every(Duration::ZERO).events(400);
    answers_are_right(subject, &entries, 200);
}

fn searches_over_many_months_are_those_of_a_naive_evaluation<S: Subject<Store: Searchable>>(subject: &S) {
    let entries = Generator::new(300).resources(8).users(5).every(Duration::from_secs(40_000)).events(500);
    answers_are_right(subject, &entries, 300);
}

fn a_search_that_its_time_limit_cuts_says_so<S: Subject<Store: Searchable>>(subject: &S) {
    let entries = Generator::new(400).resources(8).users(5).events(600);
    let naive = Naive::of(&entries).expect("generated events are events");
    let filled = Filled::<S>::with(subject, &entries);
    let (filter, viewer) = (Filter::StartsWith(Attribute::Href, "nuvlabox/".to_owned()), Viewer::admin());
    let expected = naive.search(&filter, &viewer);
    for within in [Duration::ZERO, Duration::from_secs(60)].map(Some) {
        let query = Query { within, ..Query::new(viewer.clone()).filter(filter.clone()).limit(expected.len()) };
        let page = healthy(wait(filled.search.search(&query)));
        let right = page.events.iter().all(|found| expected.iter().any(|event| event.document == *found.stored()));
        assert!(right, "what a cut search finds is right");
        assert!(
            page.cut || page.events.len() == expected.len(),
            "an incomplete page of {within:?} says that it is cut"
        );
        let count = healthy(wait(filled.search.count(&filter, &viewer, within)));
        assert!(count.events <= expected.len() as u64);
        assert!(count.cut || count.events == expected.len() as u64, "an incomplete count says that it is cut");
    }
}
