//! What a [`Search`] promises.

use std::{sync::Arc, time::Duration};

use serde_json::json;

use super::{Check, Expected, Generator, Subject, entry, promises, sample, wait};
use crate::{
    acl::Visibility,
    event::Event,
    id::EventId,
    identity::Viewer,
    journal::{Appended, Entry, Journal},
    query::{Cursor, Filter, Query},
    search::{Aggregation, Buckets, Count, Found, Measured, Measurement, Page, Partition, Search, SearchError},
};

mod filters;
mod longest;
mod order;
mod random;
mod visibility;
mod written;

pub use written::written_filters;

/// A store that the suite fills and searches.
///
/// Every [`Journal`] is one. A store that is fed in another way implements it.
pub trait Searchable: Send + Sync {
    /// Stores new events; once this returns, every search sees them.
    fn store(&self, entries: &[Entry]);

    /// Searches in what was stored.
    fn search(&self) -> Arc<dyn Search>;
}

impl<J: Journal> Searchable for J {
    fn store(&self, entries: &[Entry]) {
        let answers = self.append(entries).expect("a healthy journal stores what it is given");
        let stored = answers.iter().all(|answer| matches!(answer, Appended::Stored(_)));
        assert!(stored, "new events were not stored: {answers:?}");
    }

    fn search(&self) -> Arc<dyn Search> {
        Journal::search(self)
    }
}

/// Examines every promise.
///
/// # Panics
/// One is broken; the message names each of them.
pub fn run_all<S: Subject<Store: Searchable>>(subject: &S) {
    super::run_all("search", &checks::<S>(), subject);
}

/// The promises, one by one.
pub fn checks<S: Subject<Store: Searchable>>() -> Vec<Check<S>> {
    let mut checks = promises![
        an_empty_store_answers_everything_with_nothing,
        an_acknowledged_event_is_seen_at_once,
        an_event_is_found_by_its_id,
        an_event_that_there_is_no_time_to_look_for_is_not_said_to_be_absent,
        large_and_hostile_documents_come_back_as_they_were,
        the_tree_of_a_root_and_the_children_of_an_event_are_found,
        partitions_are_the_months_of_the_ids,
        a_closing_in_the_next_month_is_found_by_its_time,
        searches_survive_reopening,
    ];
    checks.extend(filters::checks());
    checks.extend(visibility::checks());
    checks.extend(longest::checks());
    checks.extend(order::checks());
    checks.extend(random::checks());
    checks.extend(written::checks());
    checks
}

/// A filled store.
struct Filled<S: Subject> {
    store: S::Store,
    search: Arc<dyn Search>,
}

impl<S: Subject<Store: Searchable>> Filled<S> {
    fn with(subject: &S, entries: &[Entry]) -> Self {
        Self::of(subject.fresh(), entries)
    }

    fn of(store: S::Store, entries: &[Entry]) -> Self {
        entries.chunks(250).for_each(|batch| store.store(batch));
        let search = store.search();
        Self { store, search }
    }

    fn of_events<'e>(subject: &S, events: impl IntoIterator<Item = &'e Event>) -> Self {
        Self::with(subject, &sample::entries(events))
    }

    fn get(&self, id: EventId, viewer: &Viewer) -> Option<Found> {
        healthy(wait(self.search.get(id, viewer, None)))
    }

    fn page(&self, query: &Query) -> Page {
        let page = healthy(wait(self.search.search(query)));
        assert!(!page.cut, "no time limit was given, and the search was cut");
        assert!(page.events.len() <= query.limit, "a page has at most {} events", query.limit);
        page
    }

    /// All pages of a query.
    fn pages(&self, query: &Query) -> Vec<Found> {
        let mut query = query.clone();
        let mut found = Vec::new();
        loop {
            let page = self.page(&query);
            let full = page.events.len() == query.limit;
            found.extend(page.events);
            let Some(next) = page.next else { return found };
            assert!(full, "a page that is not the last is full");
            assert!(query.after.is_none_or(|after| next < after), "a page goes on behind the one before");
            query.after = Some(next);
        }
    }

    /// The ids that an administrator finds, newest first.
    fn ids(&self, filter: &Filter) -> Vec<EventId> {
        self.ids_seen_by(filter, &Viewer::admin())
    }

    fn ids_seen_by(&self, filter: &Filter, viewer: &Viewer) -> Vec<EventId> {
        let query = Query::new(viewer.clone()).filter(filter.clone()).limit(1_000);
        let ids: Vec<EventId> = self.page(&query).events.iter().map(id_of).collect();
        let count = self.count(filter, viewer);
        assert_eq!(count, ids.len() as u64, "as many events are counted as are found with {filter:?}");
        ids
    }

    fn count(&self, filter: &Filter, viewer: &Viewer) -> u64 {
        let Count { events, cut, .. } = healthy(wait(self.search.count(filter, viewer, None)));
        assert!(!cut, "no time limit was given, and the count was cut");
        events
    }

    fn aggregate(&self, aggregation: &Aggregation) -> Buckets {
        healthy(wait(self.search.aggregate(aggregation)))
    }

    fn measure(&self, measurement: &Measurement) -> Measured {
        let measured = healthy(wait(self.search.measure(measurement)));
        assert!(!measured.cut, "no time limit was given, and the figure was cut");
        measured
    }

    fn partitions(&self) -> Vec<Partition> {
        healthy(wait(self.search.partitions()))
    }
}

fn healthy<T>(answer: Result<T, SearchError>) -> T {
    answer.expect("a healthy store answers")
}

fn event_of(found: &Found) -> Event {
    found.event().expect("what was stored is an event")
}

fn id_of(found: &Found) -> EventId {
    event_of(found).id
}

fn cursor_of(found: &Found) -> Cursor {
    let event = event_of(found);
    Cursor { timestamp: event.timestamp, id: event.id }
}

/// The events are those expected, in their order, each seen as much as expected.
fn assert_found(found: &[Found], expected: &[Expected], asked: &dyn std::fmt::Debug) {
    assert_eq!(found.len(), expected.len(), "the number of events found with {asked:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(*found.stored() == expected.document, "in its turn {} is found with {asked:?}", expected.cursor.id);
        assert_eq!(found.visibility(), expected.visibility, "of {} found with {asked:?}", expected.cursor.id);
    }
}

fn an_empty_store_answers_everything_with_nothing<S: Subject<Store: Searchable>>(subject: &S) {
    let filled = Filled::with(subject, &[]);
    let (filter, viewer) = (Filter::everything(), Viewer::admin());
    let page = filled.page(&Query::new(viewer.clone()));
    assert!(page.events.is_empty() && page.next.is_none());
    assert_eq!(filled.count(&filter, &viewer), 0);
    assert!(filled.get(sample::direct(1).id, &viewer).is_none());
    let by = crate::keys::Attribute::EventType.into();
    assert_eq!(filled.aggregate(&Aggregation { filter, viewer, by, size: 10, within: None }), Buckets::default());
    assert_eq!(filled.partitions(), []);
}

fn an_acknowledged_event_is_seen_at_once<S: Subject<Store: Searchable>>(subject: &S) {
    let filled = Filled::with(subject, &[]);
    for (index, batch) in Generator::new(1).events(300).chunks(3).enumerate() {
        filled.store.store(batch);
        let count = filled.count(&Filter::everything(), &Viewer::admin());
        assert_eq!(count, 3 * (index as u64 + 1), "every acknowledged event is counted");
        for entry in batch {
            assert!(filled.get(entry.id, &Viewer::admin()).is_some(), "{} is found", entry.id);
        }
    }
}

fn an_event_is_found_by_its_id<S: Subject<Store: Searchable>>(subject: &S) {
    let opening = sample::opening(1);
    let closing = sample::closing(&opening, None);
    let filled = Filled::of_events(subject, [&opening, &closing]);
    let viewer = Viewer::admin();
    for event in [&opening, &closing] {
        let found = filled.get(event.id, &viewer).expect("a stored event is found");
        assert_eq!(event_of(&found), *event);
        assert_eq!(found.visibility(), Visibility::Everything);
    }
    assert!(filled.get(sample::direct(2).id.closing(), &viewer).is_none());
}

fn an_event_that_there_is_no_time_to_look_for_is_not_said_to_be_absent<S: Subject<Store: Searchable>>(subject: &S) {
    let event = sample::direct(1);
    let filled = Filled::of_events(subject, [&event]);
    for within in [Duration::ZERO, Duration::from_nanos(1), Duration::from_secs(60), Duration::MAX] {
        match wait(filled.search.get(event.id, &Viewer::admin(), Some(within))) {
            Err(SearchError::Busy(_)) if within < Duration::from_secs(60) => {}
            found => assert!(healthy(found).is_some(), "it is found within {within:?}"),
        }
    }
}

fn large_and_hostile_documents_come_back_as_they_were<S: Subject<Store: Searchable>>(subject: &S) {
    let large = Event { payload: Some(json!({ "log": "0123456789abcde\n".repeat(640 * 1_024) })), ..sample::direct(1) };
    let keys = Event {
        tags: (0..2_000).map(|number| format!("tag-{number}")).collect(),
        details: (0..2_000).map(|number| (format!("detail-{number}"), json!(number))).collect(),
        ..sample::direct(2)
    };
    let hostile = Event {
        message: Some(sample::HOSTILE.concat()),
        payload: Some(json!({ "texts": sample::HOSTILE })),
        ..sample::direct(3)
    };
    let events = [large, keys, hostile];
    let filled = Filled::of_events(subject, &events);
    for event in &events {
        let found = filled.get(event.id, &Viewer::admin()).expect("a stored event is found");
        assert!(*found.stored() == entry(event).document, "{} comes back as it was", event.id);
    }
    assert_eq!(filled.ids(&Filter::everything()).len(), 3);
    for (attribute, value) in
        [(crate::keys::Attribute::Tag, "tag-1999"), (crate::keys::Attribute::Detail("detail-1999".into()), "1999")]
    {
        assert_eq!(filled.ids(&Filter::is(attribute, value)), [events[1].id]);
    }
}

fn the_tree_of_a_root_and_the_children_of_an_event_are_found<S: Subject<Store: Searchable>>(subject: &S) {
    let root = sample::opening(1);
    let child = Event { parent: Some(root.id), root: Some(root.id), ..sample::opening(2) };
    let leaf = Event { parent: Some(child.id), root: Some(root.id), ..sample::direct(3) };
    let (child_end, root_end) = (sample::closing(&child, None), sample::closing(&root, None));
    let other = sample::opening(4);
    let filled = Filled::of_events(subject, [&root, &child, &leaf, &child_end, &root_end, &other]);
    let found = |query: Query| -> Vec<EventId> { filled.pages(&query).iter().map(id_of).collect() };
    let query = || Query::new(Viewer::admin());
    // Ties by id: the closing of the child and the leaf happened in the same second.
    let mut tree = [&root, &child, &leaf, &child_end, &root_end];
    tree.sort_by_key(|event| std::cmp::Reverse((event.timestamp, event.id)));
    assert_eq!(found(query().root(root.id)), tree.map(|event| event.id));
    let mut children = [&child, &root_end];
    children.sort_by_key(|event| std::cmp::Reverse((event.timestamp, event.id)));
    assert_eq!(found(query().parent(root.id)), children.map(|event| event.id));
    assert_eq!(found(query().parent(leaf.id)), []);
}

fn partitions_are_the_months_of_the_ids<S: Subject<Store: Searchable>>(subject: &S) {
    let in_month = |number: u64, id_at: &str, timestamp: &str| {
        let id_at = id_at.parse().expect("a timestamp");
        Event {
            id: sample::id(number, id_at),
            timestamp: timestamp.parse().expect("a timestamp"),
            ..sample::direct(number)
        }
    };
    let events = [
        in_month(1, "2026-03-31T23:59:59.999Z", "2026-03-31T23:59:59.999Z"),
        in_month(2, "2026-01-01T00:00:00.000Z", "2025-12-31T23:59:59.000Z"),
        in_month(3, "2026-03-01T00:00:00.000Z", "2026-04-02T00:00:00.000Z"),
        in_month(4, "2026-03-15T00:00:00.000Z", "2026-03-14T00:00:00.000Z"),
    ];
    let filled = Filled::of_events(subject, &events);
    let partition =
        |month: &str, events, first, last| Partition { month: month.parse().expect("a month"), events, first, last };
    let expected = [
        partition("2026-01", 1, events[1].timestamp, events[1].timestamp),
        partition("2026-03", 3, events[3].timestamp, events[2].timestamp),
    ];
    assert_eq!(filled.partitions(), expected);
}

fn a_closing_in_the_next_month_is_found_by_its_time<S: Subject<Store: Searchable>>(subject: &S) {
    let at = |text: &str| text.parse().expect("a timestamp");
    let midnight = at("2026-04-01T00:00:00Z");
    let opened = at("2026-03-31T23:59:59.500Z");
    let opening = Event { id: sample::id(1, opened), timestamp: opened, ..sample::opening(1) };
    let closing = sample::closing(&opening, None);
    let filled = Filled::of_events(subject, [&opening, &closing]);
    let within = |from, until| filled.ids(&Filter::Time { from, until });
    assert_eq!(within(midnight, midnight.plus(Duration::from_secs(60))), [closing.id]);
    assert_eq!(within(at("2026-03-01T00:00:00Z"), midnight), [opening.id]);
    assert_eq!(filled.partitions().len(), 1, "a closing joins the month of its opening");
    assert_eq!(filled.ids(&Filter::everything()), [closing.id, opening.id]);
}

fn searches_survive_reopening<S: Subject<Store: Searchable>>(subject: &S) {
    let entries = Generator::new(2).resources(20).users(6).events(1_500);
    let naive = super::Naive::of(&entries).expect("generated events are events");
    let Filled { store, search } = Filled::<S>::with(subject, &entries[..1_000]);
    drop(search);
    let Some(store) = subject.reopen(store) else { return };
    let filled = Filled::<S>::of(store, &entries[1_000..]);
    let mut questions = super::Questions::about(&entries, 3);
    for _ in 0..40 {
        let query = questions.query();
        assert_found(&filled.pages(&query), &naive.search(&query.filter, &query.viewer), &query);
    }
}
