//! Filters of many conditions: each of them takes time, and a search ends between two of them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use events_core::{
    Attribute, Comparison, Cursor, EventId, Field, Filter, Journal, Query, Search, SearchError, Timestamp, Viewer,
    conformance::Generator,
};
use events_sqlite::SqliteStore;

const EVENTS: usize = 4_096;

struct Filled {
    search: Arc<dyn Search>,
    _folder: tempfile::TempDir,
    _store: SqliteStore,
}

/// One part of the store, with hundreds of values of one attribute.
fn filled() -> Filled {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let entries = Generator::new(1).resources(900).events(EVENTS);
    entries.chunks(1_024).for_each(|batch| drop(store.append(batch).unwrap()));
    Filled { search: store.search(), _folder: folder, _store: store }
}

/// Every one is true of every event that is about one resource, and looks at every resource there is.
fn heavy() -> Filter {
    Filter::All(vec![Filter::StartsWith(Attribute::Href, String::new()); 20_000])
}

/// Asks until it is looked for.
async fn begun<T, F: Future<Output = Result<T, SearchError>>>(ask: impl Fn() -> F) -> T {
    let begun = Instant::now();
    loop {
        match ask().await {
            Err(SearchError::Busy(_)) => assert!(begun.elapsed() < Duration::from_secs(60), "it never begins"),
            answer => return answer.unwrap(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_of_many_conditions_ends_within_a_part_of_the_store() {
    let Filled { search, .. } = &filled();
    let admin = Viewer::admin();
    let within = Some(Duration::from_millis(200));
    // Where it waited too long for its turn, it is asked again: this is about what happens then.
    let filter = &heavy();
    let count = begun(|| search.count(filter, &admin, within)).await;
    assert!(count.cut && count.events == 0, "it was not looked through to its end: {count:?}");
    let query = Query {
        within,
        after: Some(Cursor { timestamp: Timestamp::MAX, id: EventId::from_u128(u128::MAX) }),
        ..Query::new(admin).filter(heavy())
    };
    let page = begun(|| search.search(&query)).await;
    assert!(page.cut && page.events.is_empty());
    assert_eq!(page.next, query.after, "it goes on from where it began");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn searches_that_are_given_up_leave_their_threads_whatever_they_ask() {
    let Filled { search, .. } = &filled();
    let mut searches = tokio::task::JoinSet::new();
    for number in 0..8 {
        let claims = ["group/nuvla-admin".to_owned(), format!("user/{number}")].map(|claim| claim.parse().unwrap());
        let (search, viewer) = (Arc::clone(search), Viewer::with_claims(claims));
        searches.spawn(async move {
            let (filter, within) = (heavy(), Some(Duration::from_secs(600)));
            let count = search.count(&filter, &viewer, within);
            // Two of them are looked for by then.
            assert!(tokio::time::timeout(Duration::from_millis(100), count).await.is_err(), "it is heavy");
        });
    }
    searches.join_all().await;
    // Within the few seconds that a search may take.
    let count = search.count(&Filter::everything(), &Viewer::admin(), None).await.unwrap();
    assert_eq!((count.events, count.cut), (EVENTS as u64, false));
}

#[tokio::test]
async fn an_attribute_that_no_event_has_is_looked_for_in_none() {
    let Filled { search, .. } = &filled();
    let admin = Viewer::admin();
    let unknown = Filter::Compares(Field::at("nonsense"), Comparison::Any);
    // Comparing it with every event would take longer than a search may.
    let never = search.count(&Filter::Any(vec![unknown.clone(); 20_000]), &admin, None).await.unwrap();
    assert_eq!((never.events, never.cut), (0, false));
    let always = search.count(&Filter::Not(Box::new(unknown)), &admin, None).await.unwrap();
    assert_eq!((always.events, always.cut), (EVENTS as u64, false));
}
