//! Many searches at once: what is found by an index does not wait for what is looked for in every event, and what
//! waits is bounded.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use events_core::{
    Claim, Comparison, Count, Entry, EventId, Field, Filter, Journal, Query, Search, SearchError, Viewer,
    conformance::Generator,
};
use events_sqlite::SqliteStore;
use tokio::task::JoinSet;

struct Filled {
    search: Arc<dyn Search>,
    newest: EventId,
    _folder: tempfile::TempDir,
    _store: SqliteStore,
}

const EVENTS: usize = 4_000;

/// What looking at each of them finds.
const ALL: Count = Count { events: EVENTS as u64, cut: false, unreadable: 0 };

/// Looking at every event takes much longer than a moment.
async fn filled() -> Filled {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    let entries: Vec<Entry> = Generator::new(1).resources(50).users(10).events(EVENTS);
    entries.chunks(1_000).for_each(|batch| drop(store.append(batch).unwrap()));
    let newest = entries.last().unwrap().id;
    let search = store.search();
    // The first search of all does what those behind it find done.
    assert_eq!(search.count(&in_every_event(), &Viewer::admin(), Some(LONG)).await.unwrap(), ALL);
    Filled { search, newest, _folder: folder, _store: store }
}

/// One of several callers, who see everything.
fn caller(number: usize) -> Viewer {
    Viewer::with_claims(["group/nuvla-admin", &format!("user/{number}")].map(|claim| claim.parse::<Claim>().unwrap()))
}

/// The same in one of its sessions.
fn in_session(number: usize, session: usize) -> Viewer {
    let claim = |claim: &str| claim.parse::<Claim>().unwrap();
    Viewer::with_claims(caller(number).claims().iter().cloned().chain([claim(&format!("session/{session}"))]))
}

/// What no index serves.
fn in_every_event() -> Filter {
    Filter::Compares(Field::at("id"), Comparison::StartsWith("event/".to_owned()))
}

type Counted = Result<Count, SearchError>;

/// Counts what no index serves, once for each of `viewers`, on tasks of their own.
fn scan(search: &Arc<dyn Search>, viewers: impl Iterator<Item = Viewer>, within: Duration) -> JoinSet<Counted> {
    let mut scans = JoinSet::new();
    for viewer in viewers {
        let search = Arc::clone(search);
        scans.spawn(async move { search.count(&in_every_event(), &viewer, Some(within)).await });
    }
    scans
}

/// Waits until so many were refused: there is no room for more like them.
async fn refused(scans: &mut JoinSet<Counted>, many: usize) {
    let mut refused = 0;
    while refused < many {
        match scans.join_next().await.expect("some are refused").unwrap() {
            Err(SearchError::Busy(_)) => refused += 1,
            counted => assert_eq!(counted.unwrap(), ALL),
        }
    }
}

const LONG: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_index_serves_does_not_wait_for_what_none_does() {
    let Filled { search, newest, .. } = &filled().await;
    let done = Arc::new(AtomicUsize::new(0));
    let mut scans = JoinSet::new();
    for number in 0..100 {
        let (search, done) = (Arc::clone(search), Arc::clone(&done));
        scans.spawn(async move {
            let count = search.count(&in_every_event(), &caller(number % 2), Some(LONG)).await;
            done.fetch_add(1, Ordering::SeqCst);
            count
        });
    }
    let admin = Viewer::admin();
    for _ in 0..20 {
        assert!(search.get(*newest, &admin, None).await.unwrap().is_some());
        let query = Query::new(admin.clone()).event_type("nuvlabox.reboot");
        assert!(!search.search(&query).await.unwrap().cut);
    }
    let done = done.load(Ordering::SeqCst);
    assert!(done <= 50, "of 100 of others, asked before, so many went first: {done}");
    for count in scans.join_all().await {
        assert_eq!(count.unwrap(), ALL);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_counts_into_the_time_that_a_search_may_take() {
    let Filled { search, .. } = &filled().await;
    let scans = scan(search, std::iter::repeat_n(caller(1), 60), Duration::from_millis(100)).join_all().await;
    // Each would have time enough on its own.
    let refused: Vec<&SearchError> = scans.iter().filter_map(|count| count.as_ref().err()).collect();
    assert!(!refused.is_empty(), "sixty take longer than one may");
    for error in refused {
        assert!(matches!(error, SearchError::Busy(_)), "{error}");
        assert!(error.to_string().ends_with("ask again in a moment [EVT122]"), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_that_only_waited_too_long_is_refused_and_not_cut() {
    let Filled { search, .. } = &filled().await;
    let mut alone = Duration::ZERO;
    for _ in 0..3 {
        let asked = Instant::now();
        assert_eq!(scan(search, [caller(0)].into_iter(), LONG).join_all().await.remove(0).unwrap(), ALL);
        alone = alone.max(asked.elapsed());
    }
    // Whichever begins has ten times what it takes alone, and all of them take longer than twenty.
    let within = 20 * alone;
    let counted = scan(search, (0..600).map(caller), within).join_all().await;
    let (right, refused): (Vec<_>, Vec<_>) = counted.iter().partition(|count| count.is_ok());
    assert!(!right.is_empty() && !refused.is_empty(), "{counted:?}");
    assert!(right.iter().all(|count| matches!(count, Ok(all) if *all == ALL)), "{right:?}");
    assert!(refused.iter().all(|error| matches!(error, Err(SearchError::Busy(_)))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_caller_cannot_take_all_the_room_there_is_for_waiting() {
    let Filled { search, .. } = &filled().await;
    let mut greedy = scan(search, std::iter::repeat_n(caller(1), 600), LONG);
    refused(&mut greedy, 1).await;
    let others = scan(search, [caller(2)].into_iter(), LONG).join_all().await;
    assert!(others.iter().all(Result::is_ok), "{others:?}");
    // Whoever gives up makes room at once.
    greedy.shutdown().await;
    let after = scan(search, std::iter::repeat_n(caller(1), 2), LONG).join_all().await;
    assert!(after.iter().all(Result::is_ok), "{after:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_in_many_sessions_is_one_caller() {
    let Filled { search, .. } = &filled().await;
    let mut greedy = scan(search, (0..2_400).map(|number| in_session(1, number % 8)), LONG);
    refused(&mut greedy, 1_000).await;
    let others = scan(search, (2..7).map(caller), LONG).join_all().await;
    assert!(others.iter().all(Result::is_ok), "{others:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn look_ups_are_neither_refused_nor_kept_waiting_where_there_is_no_room_to_search() {
    let Filled { search, newest, .. } = &filled().await;
    let mut crowd = scan(search, (0..4_000).map(caller), LONG);
    refused(&mut crowd, 1).await;
    for number in 0..200 {
        assert!(search.get(*newest, &caller(number), None).await.unwrap().is_some());
    }
    while crowd.try_join_next().is_some() {}
    assert!(crowd.len() > 500, "the crowd was served first: {} are left", crowd.len());
    // The answer is known before it is looked for.
    let count = search.count(&in_every_event(), &caller(1), Some(Duration::ZERO)).await.unwrap();
    assert!(count.cut && count.events == 0, "{count:?}");
}
