//! Whatever is asked, the answer is that of a store that looks at every event.

use std::time::Duration;

use super::{
    super::{Generator, Naive, Questions},
    Check, Filled, Searchable, Subject, assert_found, promises,
};
use crate::journal::Entry;

pub(super) fn checks<S: Subject<Store: Searchable>>() -> Vec<Check<S>> {
    promises![
        random_searches_are_those_of_a_naive_evaluation,
        random_counts_by_value_are_those_of_a_naive_evaluation,
        searches_in_events_of_one_instant_are_those_of_a_naive_evaluation,
        searches_over_many_months_are_those_of_a_naive_evaluation,
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
