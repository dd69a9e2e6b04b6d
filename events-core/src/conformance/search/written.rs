//! What people write is answered as it reads.

use std::time::Duration;

use super::{
    super::{
        Generator, Questions, sample,
        written::{Documents, MEASURED, NOW, Writer},
    },
    Check, Event, Filled, Query, Searchable, Subject, event_of, id_of, promises, wait,
};
use serde_json::{Value, json};

use crate::{
    identity::Viewer,
    query::{Cursor, Filter},
    search::{Figure, FilterExpression, Measurement, Order, SearchError},
};

pub(super) fn checks<S: Subject<Store: Searchable>>() -> Vec<Check<S>> {
    promises![
        written_filters_and_orders_are_answered_as_they_read,
        created_may_lie_long_after_what_happened,
        figures_are_those_of_the_events_that_are_found,
        long_lists_and_deep_parentheses_are_answered,
        a_page_that_lies_too_far_is_refused,
    ]
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

fn figures_are_those_of_the_events_that_are_found<S: Subject<Store: Searchable>>(subject: &S) {
    let entries = Generator::new(900).resources(8).users(5).every(Duration::from_secs(4_000)).events(200);
    let documents = Documents::of(&entries).expect("generated events are events");
    let filled = Filled::<S>::with(subject, &entries);
    let mut questions = Questions::about(&entries, 900);
    let mut writer = Writer::about(&documents, 900);
    for asked in 0..5 {
        let (written, viewer) = (writer.filter(), if asked < 2 { Viewer::admin() } else { questions.viewer() });
        let now = NOW.parse().expect("a timestamp");
        let filter = written.text.parse::<FilterExpression>().and_then(|read| read.filter(now)).expect("a filter");
        for path in MEASURED {
            let expected = documents.measurable(&written, &viewer, path);
            let numbers = expected.numbers(path);
            let figure = |name: &str| -> Value {
                let figure: Figure = format!("{name}:{path}").parse().expect("a figure");
                let (filter, viewer) = (filter.clone(), viewer.clone());
                filled.measure(&Measurement { filter, viewer, figure, within: None }).value
            };
            let about = format!("of {path} where {} for {viewer:?}", written.text);
            let values: u64 = expected.counts.values().sum();
            assert_eq!(figure("value_count"), json!({ "value": values }), "{about}");
            assert_eq!(figure("cardinality"), json!({ "value": expected.counts.len() }), "{about}");
            assert_eq!(figure("missing"), json!({ "doc_count": expected.missing }), "{about}");
            let close = |found: &Value, expected: Option<f64>| match (found.as_f64(), expected) {
                (None, None) => true,
                (Some(found), Some(expected)) => (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                _ => false,
            };
            let sum: f64 = numbers.iter().sum();
            let avg = (!numbers.is_empty()).then(|| sum / numbers.len() as f64);
            let single =
                [("min", numbers.first().copied()), ("max", numbers.last().copied()), ("sum", Some(sum)), ("avg", avg)];
            for (name, expected) in single {
                let found = figure(name);
                assert!(close(&found["value"], expected), "{name} {about}: {found}, and it is {expected:?}");
            }
            let stats = figure("extendedstats");
            assert_eq!(stats["count"], json!(numbers.len()), "{about}");
            assert!(close(&stats["avg"], avg), "{about}: {stats}");
            let mut counts: Vec<u64> = expected.counts.values().copied().collect();
            counts.sort_unstable_by(|one, other| other.cmp(one));
            let terms = figure("terms");
            let listed: Vec<u64> = terms["buckets"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|bucket| bucket["doc_count"].as_u64())
                .collect();
            assert_eq!(listed, counts[..counts.len().min(10)], "{about}: {terms}");
            assert_eq!(terms["sum_other_doc_count"], json!(values - listed.iter().sum::<u64>()), "{about}");
        }
    }
}

fn long_lists_and_deep_parentheses_are_answered<S: Subject<Store: Searchable>>(subject: &S) {
    let tagged = |number: u64| Event { tags: vec![format!("tag-{number}")], ..sample::direct(number) };
    let events: Vec<Event> = (0..20).map(tagged).collect();
    let filled = Filled::of_events(subject, &events);
    let filter = |text: &str| {
        let read = text.parse::<FilterExpression>().and_then(|read| read.filter(sample::at(0)));
        read.unwrap_or_else(|wrong| panic!("{wrong}"))
    };
    let ids = |text: &str| filled.ids(&filter(text));
    let list: Vec<String> = (0..5_000).map(|number| format!("'tag-{}'", 10 + number)).collect();
    assert_eq!(ids(&format!("tags=[{}]", list.join(" "))).len(), 10);
    assert_eq!(ids(&format!("tags!=[{}]", list.join(","))).len(), 10);
    assert_eq!(ids(&format!("details/x=[{}]", list.join(","))).len(), 0);
    let each: Vec<String> = list[..1_000].iter().map(|value| format!("(tags={value})")).collect();
    assert_eq!(ids(&each.join(" or ")).len(), 10);
    assert_eq!(ids(&format!("{}tags='tag-3'{}", "(".repeat(100), ")".repeat(100))), [events[3].id]);
    // Of one inside the other, and of none that could be left out.
    for nested in [14, 100, 120] {
        let deep = (0..nested)
            .fold("tags='tag-3'".to_owned(), |inner, _| format!("severity='high' or category='state' and ({inner})"));
        for viewer in [Viewer::admin(), Viewer::with_claims(["group/fleet".parse().expect("a claim")])] {
            let found = filled.ids_seen_by(&filter(&deep), &viewer);
            assert_eq!(found, [events[3].id], "{nested} parentheses in one another");
        }
    }
}

fn a_page_that_lies_too_far_is_refused<S: Subject<Store: Searchable>>(subject: &S) {
    let filled = Filled::of_events(subject, &[sample::direct(1), sample::direct(2)]);
    let query = || Query::new(Viewer::admin()).filter(Filter::everything());
    let by_id = || query().order_by(Order::from("id"));
    let cursor = Cursor { timestamp: sample::at(1), id: sample::direct(1).id };
    for refused in
        [query().offset(9_990).limit(11), by_id().limit(10_001), query().offset(1).after(cursor), by_id().after(cursor)]
    {
        let answer = wait(filled.search.search(&refused));
        assert!(matches!(answer, Err(SearchError::Unsupported(_))), "{refused:?} is answered");
    }
    for answered in
        [query().offset(9_990).limit(10), by_id().limit(10_000).offset(0), by_id().limit(0), query().offset(2)]
    {
        let found = filled.page(&answered).events.len();
        assert_eq!(found, if answered.limit == 10_000 { 2 } else { 0 }, "{answered:?}");
    }
}
