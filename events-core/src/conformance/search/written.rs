//! What people write is answered as it reads.

use std::time::Duration;

use super::{
    super::{
        Generator, Questions, sample,
        written::{Documents, NOW, Writer},
    },
    Check, Event, Filled, Query, Searchable, Subject, event_of, id_of, promises,
};
use crate::{
    identity::Viewer,
    search::{FilterExpression, Order},
};

pub(super) fn checks<S: Subject<Store: Searchable>>() -> Vec<Check<S>> {
    promises![written_filters_and_orders_are_answered_as_they_read, created_may_lie_long_after_what_happened,]
}

fn written_filters_and_orders_are_answered_as_they_read<S: Subject<Store: Searchable>>(subject: &S) {
    written_filters(subject, 600);
}

/// Asks so many filters at random, in random orders and pages, and compares the answers with those of an evaluation
/// that shares nothing with how filters are read and evaluated.
///
/// # Panics
/// An answer differs; the message has the filter.
pub fn written_filters<S: Subject<Store: Searchable>>(subject: &S, filters: usize) {
    const PER_STORE: usize = 200;
    let mut finding = 0;
    for seed in 0..filters.div_ceil(PER_STORE) as u64 {
        // Some of an hour, some of many months.
        let every = Duration::from_secs([10, 4_000, 90_000][seed as usize % 3]);
        let entries = Generator::new(500 + seed).resources(8).users(5).every(every).events(150);
        let documents = Documents::of(&entries).expect("generated events are events");
        let filled = Filled::<S>::with(subject, &entries);
        let mut questions = Questions::about(&entries, seed);
        let mut writer = Writer::about(&documents, seed);
        for _ in 0..PER_STORE {
            let (written, orders) = (writer.filter(), writer.orders());
            let viewer = questions.viewer();
            let expression: FilterExpression = written.text.parse().unwrap_or_else(|wrong| panic!("{wrong}"));
            let printed: FilterExpression = expression.to_string().parse().unwrap_or_else(|wrong| panic!("{wrong}"));
            assert_eq!(printed, expression, "what is printed reads back");
            let now = NOW.parse().expect("a timestamp");
            let filter = expression.filter(now).unwrap_or_else(|wrong| panic!("{}: {wrong}", written.text));

            let expected = documents.found(&written, &viewer, &orders);
            let expected: Vec<_> = expected.into_iter().map(|(document, seen)| (document.id, seen)).collect();
            finding += usize::from(!expected.is_empty());
            let asked = || format!("{} by {:?} of seed {seed} for {viewer:?}", written.text, texts(&orders));
            assert_eq!(filled.count(&filter, &viewer), expected.len() as u64, "the count of {}", asked());
            let offset = if writer.below(2) == 0 { 0 } else { writer.below(40) };
            let limit = 1 + writer.below(200);
            let mut query = Query::new(viewer.clone()).filter(filter).offset(offset).limit(limit);
            query.order = orders.iter().map(|order| Order::from(&*order.text)).collect();
            let found: Vec<_> =
                filled.page(&query).events.iter().map(|found| (id_of(found), found.visibility())).collect();
            let expected: Vec<_> = expected.into_iter().skip(offset).take(limit).collect();
            assert_eq!(found, expected, "{limit} behind {offset} of {}", asked());
        }
    }
    assert!(finding * 4 > filters, "only {finding} of {filters} filters find anything: they say little");
}

fn texts(orders: &[super::super::written::WrittenOrder]) -> Vec<&str> {
    orders.iter().map(|order| &*order.text).collect()
}

/// Events that are imported, or wait for a store, are created when others happen.
fn created_may_lie_long_after_what_happened<S: Subject<Store: Searchable>>(subject: &S) {
    let created = |number: u64, seconds: i64| Event { created: sample::at(seconds), ..sample::direct(number) };
    let events: Vec<Event> = (0..40)
        .map(|number| match number {
            // Imported, long after everything else happened.
            5..10 => created(number, 1_000_000 - number as i64),
            // By a clock that is behind.
            20..23 => created(number, number as i64 - 500),
            _ => created(number, number as i64),
        })
        .collect();
    let filled = Filled::of_events(subject, &events);
    let viewer = Viewer::admin;
    for (order, descending) in [("created:desc", true), ("updated", false)] {
        let mut expected: Vec<&Event> = events.iter().collect();
        expected.sort_by_key(|event| (event.created, event.id));
        if descending {
            expected.reverse();
        }
        for (offset, limit) in [(0, 1), (0, 7), (3, 20), (0, 50), (38, 5)] {
            let query = Query::new(viewer()).order_by(Order::from(order)).offset(offset).limit(limit);
            let found: Vec<_> = filled.page(&query).events.iter().map(event_of).collect();
            let expected: Vec<Event> = expected.iter().skip(offset).take(limit).map(|event| (*event).clone()).collect();
            assert_eq!(found, expected, "{limit} behind {offset}, by {order}");
        }
    }
    for (from, until) in [(0, 30), (10, 12), (-1_000, 0), (900_000, 2_000_000), (39, 39)] {
        let text = format!("created>='{}' and created<'{}'", sample::at(from), sample::at(until));
        let filter = text.parse::<FilterExpression>().and_then(|read| read.filter(sample::at(0))).expect("a filter");
        let within = |event: &&Event| sample::at(from) <= event.created && event.created < sample::at(until);
        let mut expected: Vec<_> = events.iter().filter(within).map(|event| (event.timestamp, event.id)).collect();
        expected.sort_unstable();
        let expected: Vec<_> = expected.into_iter().rev().map(|(_, id)| id).collect();
        assert_eq!(filled.ids(&filter), expected, "{text}");
    }
}
