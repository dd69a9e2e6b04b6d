//! Pages, order, counts by value.

use std::{cmp::Reverse, collections::HashSet, thread};

use super::{
    super::{Generator, sample},
    Check, Cursor, Event, Filled, Filter, Query, Searchable, Subject, cursor_of, promises,
};
use crate::{
    id::EventId,
    identity::Viewer,
    keys::Attribute,
    search::{Aggregation, Found, Order},
    timestamp::Timestamp,
};

pub(super) fn checks<S: Subject<Store: Searchable>>() -> Vec<Check<S>> {
    promises![
        the_newest_come_first_and_ties_are_in_the_order_of_ids,
        the_last_page_says_that_it_is_the_last,
        a_page_carries_no_more_bytes_than_it_may,
        pages_neither_repeat_nor_skip_while_events_are_stored,
        a_search_beside_a_writer_sees_what_was_acknowledged,
        the_largest_counts_come_first_and_ties_are_in_the_order_of_values,
    ]
}

fn the_newest_come_first_and_ties_are_in_the_order_of_ids<S: Subject<Store: Searchable>>(subject: &S) {
    // Neither stored in the order of time nor in that of ids; three share a millisecond, two lie at the ends of time.
    let event = |number: u64, timestamp: Timestamp| Event { timestamp, ..sample::direct(number) };
    let noon = sample::at(0);
    let before = Timestamp::from_millis(noon.millis() - 1);
    let events = [
        event(4, noon),
        event(9, before),
        event(2, noon),
        event(1, sample::at(60)),
        event(3, noon),
        event(5, Timestamp::MIN),
        event(6, Timestamp::MAX),
    ];
    let filled = Filled::of_events(subject, &events);
    let expected = [6, 1, 4, 3, 2, 9, 5].map(|number| sample::direct(number).id);
    assert_eq!(filled.ids(&Filter::everything()), expected);
    let pages = filled.pages(&Query::new(Viewer::admin()).limit(1));
    assert_eq!(pages.iter().map(super::id_of).collect::<Vec<_>>(), expected, "also one by one");
}

fn the_last_page_says_that_it_is_the_last<S: Subject<Store: Searchable>>(subject: &S) {
    let events: Vec<Event> = (0..6).map(sample::direct).collect();
    let filled = Filled::of_events(subject, &events);
    for (limit, sizes) in [(4, &[4, 2][..]), (3, &[3, 3]), (6, &[6]), (7, &[6]), (usize::MAX, &[6])] {
        let mut query = Query::new(Viewer::admin()).limit(limit);
        for (page, size) in sizes.iter().enumerate() {
            let answer = filled.page(&query);
            assert_eq!(answer.events.len(), *size, "page {page} of {limit} events");
            let last = page + 1 == sizes.len();
            assert_eq!(answer.next.is_none(), last, "whether page {page} of {limit} events is the last");
            query.after = answer.next;
        }
    }
    // A cursor is a place in the order, whether an event stands there or not.
    let between = Cursor { timestamp: sample::at(3), id: EventId::from_u128(0) };
    let page = filled.page(&Query::new(Viewer::admin()).after(between));
    assert_eq!(page.events.len(), 3);
}

fn a_page_carries_no_more_bytes_than_it_may<S: Subject<Store: Searchable>>(subject: &S) {
    // One after the other larger, and smaller again; one does not fit anywhere.
    let weights = [10, 200, 3_000, 900, 20_000, 30, 30, 700];
    let large = |(number, weight): (u64, usize)| Event {
        payload: Some(serde_json::json!("x".repeat(weight))),
        ..sample::direct(number)
    };
    let events: Vec<Event> = (0..).zip(weights.into_iter().cycle().take(40)).map(large).collect();
    let filled = Filled::of_events(subject, &events);
    let weight = |found: &[Found]| found.iter().map(|found| found.stored().len()).sum::<usize>();
    let orders = ["timestamp:desc", "created:asc", "id:asc", "details/none:desc"].map(Order::from);
    for (bytes, limit) in [(5_000, 1_000), (5_000, 3), (1, 1_000), (usize::MAX, 1_000)] {
        for order in &orders {
            let query = Query::new(Viewer::admin()).order_by(order.clone()).bytes(bytes).limit(limit);
            let whole = filled.page(&Query { bytes: usize::MAX, limit: 1_000, ..query.clone() }).events;
            assert_eq!(whole.len(), events.len());
            let mut seen = 0;
            while seen < whole.len() {
                let page = filled.page(&query.clone().offset(seen));
                let shown: Vec<EventId> = page.events.iter().map(super::id_of).collect();
                let expected: Vec<EventId> = whole[seen..].iter().take(shown.len()).map(super::id_of).collect();
                assert!(!shown.is_empty() && shown == expected, "{order} behind {seen}: {shown:?}");
                assert!(shown.len() == 1 || weight(&page.events) <= bytes, "{order} behind {seen}");
                seen += shown.len();
                let next = whole.get(seen).filter(|_| shown.len() < limit);
                assert_eq!(page.full, next.is_some(), "{order} behind {seen}: whether more was asked for");
                if let Some(next) = next {
                    assert!(weight(&page.events) + next.stored().len() > bytes, "{order}: {seen} had room");
                }
            }
        }
        for offset in [0, 1, 17, 39, 40, 50] {
            let mut query = Query::new(Viewer::admin()).bytes(bytes).limit(limit).offset(offset);
            let mut shown = Vec::new();
            loop {
                let page = filled.page(&query);
                shown.extend(page.events.iter().map(super::id_of));
                assert!(page.next.is_some() || !page.full, "behind {offset}: where the rest begins is said");
                // Also behind an offset, cursors go on without one.
                (query.after, query.offset) = (page.next, 0);
                if query.after.is_none() {
                    break;
                }
            }
            let all = filled.ids(&Filter::everything());
            assert_eq!(shown, all[offset.min(all.len())..], "cursors go on behind what was shown, behind {offset}");
        }
    }
}

fn pages_neither_repeat_nor_skip_while_events_are_stored<S: Subject<Store: Searchable>>(subject: &S) {
    let mut generator = Generator::new(1).resources(10).users(4).every(std::time::Duration::from_millis(1));
    let stored = generator.events(400);
    let filled = Filled::with(subject, &stored);
    let mut query = Query::new(Viewer::admin()).limit(15);
    let mut seen: Vec<Cursor> = Vec::new();
    loop {
        let page = filled.page(&query);
        seen.extend(page.events.iter().map(cursor_of));
        // Some of these happened before what the pages have reached.
        filled.store.store(&generator.events(40));
        match page.next {
            Some(next) if seen.len() < 5_000 => query.after = Some(next),
            Some(_) => panic!("the pages do not end"),
            None => break,
        }
    }
    assert!(seen.is_sorted_by(|one, next| one > next), "no event stands twice or out of its order");
    let seen: HashSet<EventId> = seen.iter().map(|cursor| cursor.id).collect();
    let missing = stored.iter().filter(|entry| !seen.contains(&entry.id)).count();
    assert_eq!(missing, 0, "events that were stored when the first page was read are missing");
}

fn a_search_beside_a_writer_sees_what_was_acknowledged<S: Subject<Store: Searchable>>(subject: &S) {
    let entries = Generator::new(2).resources(10).users(4).events(1_500);
    let filled = Filled::with(subject, &[]);
    let acknowledged = std::sync::atomic::AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            for batch in entries.chunks(10) {
                filled.store.store(batch);
                acknowledged.fetch_add(batch.len(), std::sync::atomic::Ordering::SeqCst);
            }
        });
        loop {
            let before = acknowledged.load(std::sync::atomic::Ordering::SeqCst);
            let count = filled.count(&Filter::everything(), &Viewer::admin());
            assert!(count >= before as u64, "{count} events are counted, and {before} were acknowledged");
            let page = filled.page(&Query::new(Viewer::admin()).limit(30));
            let cursors: Vec<Cursor> = page.events.iter().map(cursor_of).collect();
            assert!(cursors.is_sorted_by(|one, next| one > next), "a page beside a writer is in order");
            assert!(cursors.len() >= before.min(30), "a page beside a writer is full");
            if before == entries.len() {
                break;
            }
        }
    });
    let mut expected: Vec<Cursor> = super::super::Naive::of(&entries)
        .expect("generated events are events")
        .search(&Filter::everything(), &Viewer::admin())
        .into_iter()
        .map(|expected| expected.cursor)
        .collect();
    expected.sort_by_key(|cursor| Reverse(*cursor));
    let found: Vec<Cursor> = filled.pages(&Query::new(Viewer::admin()).limit(100)).iter().map(cursor_of).collect();
    assert!(found == expected, "in the end everything is found");
}

fn the_largest_counts_come_first_and_ties_are_in_the_order_of_values<S: Subject<Store: Searchable>>(subject: &S) {
    let tagged = |number: u64, tags: &[&str]| Event {
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..sample::direct(number)
    };
    let events = [
        tagged(1, &["b", "a", "a"]),
        tagged(2, &["c", "b"]),
        tagged(3, &["c", "é"]),
        tagged(4, &["Z"]),
        tagged(5, &[]),
    ];
    let filled = Filled::of_events(subject, &events);
    let buckets = |filter: Filter, size| {
        let viewer = Viewer::admin();
        let answer = filled.aggregate(&Aggregation { filter, viewer, by: Attribute::Tag.into(), size, within: None });
        assert!(!answer.cut, "no time limit was given, and the counts were cut");
        (answer.buckets, answer.distinct)
    };
    let counted = |counts: &[(&str, u64)]| -> Vec<(String, u64)> {
        counts.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
    };
    let all = counted(&[("b", 2), ("c", 2), ("Z", 1), ("a", 1), ("é", 1)]);
    assert_eq!(buckets(Filter::everything(), 10), (all.clone(), 5), "each event counts once for each of its values");
    assert_eq!(buckets(Filter::everything(), 3), (all[..3].to_vec(), 5));
    assert_eq!(buckets(Filter::everything(), 0), (Vec::new(), 5));
    let some = Filter::is(Attribute::Tag, "b");
    assert_eq!(buckets(some, 10), (counted(&[("b", 2), ("a", 1), ("c", 1)]), 3));
    assert_eq!(buckets(Filter::Any(Vec::new()), 10), (Vec::new(), 0));
}
