//! What one client may ask of a server, however it asks.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Wake, Waker},
    time::Duration,
};

use events::{Journal, Limits, SqliteStore, memory::MemoryStore};
use events_core::{Counts, Entry, EntryKind, EventId, SearchError, Viewer, conformance::Generator};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    client::LIMIT,
    server::{ADMIN, JANE, JOE, Server, seen},
    slow::Slow,
};

/// With so many events that looking at each takes a while, and a limit.
async fn filled(search: Duration) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    for batch in Generator::new(1).resources(50).users(10).events(4_000).chunks(1_000) {
        store.append(batch).unwrap();
    }
    (Server::within(store, |limits| limits.search = search, |routes| routes).await, folder)
}

/// What no index serves.
const IN_EVERY_EVENT: &str = "filter=traceparent%5E%3D%27nothing+begins+so%27";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_searches_every_event_again_and_again_is_told_to_wait_and_others_do_not() {
    let (server, _folder) = filled(Duration::from_secs(5)).await;
    let id = server.post(&seen(1, "user/jane"), JANE).await;
    let mut searches = JoinSet::new();
    for _ in 0..300 {
        searches.spawn(server.request("PUT", "/api/event").by(ADMIN).form(IN_EVERY_EVENT).send());
    }
    let first = searches.join_next().await.unwrap().unwrap();
    assert_eq!(server.get(&format!("/api/{id}")).by(JANE).send().await.ok()["id"], id.as_str());
    assert_eq!(server.found("filter=event-type%3D%27run.seen%27&last=1", JANE).await, [id]);
    let mut answers = searches.join_all().await;
    answers.push(first);
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status == 503).collect();
    assert!(!refused.is_empty() && refused.len() < answers.len(), "{}", refused.len());
    for answer in refused {
        assert_eq!(answer.headers["retry-after"], "1");
        let (_, message) = answer.said();
        assert!(message.ends_with("ask again in a moment [EVT122]"), "{message}");
    }
}

#[tokio::test]
async fn a_request_that_asks_for_several_figures_has_one_limit_for_all() {
    let store = Slow::by(Duration::from_millis(150));
    let server = Server::within(store, |limits| limits.search = Duration::from_secs(1), |routes| routes).await;
    let figures = ["category", "severity", "message", "id", "created", "timestamp", "root", "name", "tags", "parent"];
    let figures = figures.map(|attribute| format!("aggregation=cardinality:{attribute}")).join("&");
    let form = format!("{IN_EVERY_EVENT}&last=0&{figures}");
    let answer = server.request("PUT", "/api/event").by(ADMIN).form(&form).send().await;
    let (status, message) = answer.said();
    assert_eq!(status, 400, "{message}");
    assert!(message.starts_with("the search did not end within 1s: add a condition"), "{message}");
}

#[tokio::test]
async fn a_request_that_asks_the_store_again_and_again_has_one_limit_for_all() {
    let pause = Duration::from_millis(50);
    let store = Slow::by(pause);
    let server = Server::within(store.clone(), |limits| limits.search = LIMIT, |routes| routes).await;
    let deferred = server.act("update-nuvlabox", JANE).await;
    let hidden = server.post(&seen(1, "user/jane"), JANE).await;
    for (path, by, status, what) in [
        (deferred.as_str(), ADMIN, 200, "the event and whether it is closed"),
        (&hidden, JOE, 403, "the event, and whether there is one"),
        (&format!("{deferred}/tree"), JANE, 200, "the event and its tree"),
        (&format!("{deferred}/children"), JANE, 200, "the event and its children"),
        ("event?last=1", JANE, 200, "the count and a page"),
    ] {
        let answer = server.get(&format!("/api/{path}")).by(by).send().await;
        assert_eq!(answer.status, status, "{what}: {}", answer.text);
        let given = store.given();
        assert_eq!(given.len(), 2, "{what}: {given:?}");
        assert!(given[0] <= LIMIT && given[1] + pause <= given[0], "{what}: {given:?}");
    }
}

#[tokio::test]
async fn a_look_up_that_the_store_answers_a_little_later_has_its_answer_and_leaves_no_time_for_a_search() {
    let store = Slow::by(Duration::from_millis(60));
    let server = Server::within(store, |limits| limits.search = Duration::from_millis(50), |routes| routes).await;
    let id = server.post(&seen(1, "user/jane"), JANE).await;
    assert_eq!(server.get(&format!("/api/{id}")).by(JANE).send().await.ok()["id"], id.as_str());
    for what in ["tree", "children"] {
        let answer = server.get(&format!("/api/{id}/{what}")).by(JANE).send().await;
        let (status, message) = answer.said();
        assert_eq!((status, answer.headers["retry-after"].as_str()), (503, "1"), "{what}: {message}");
        assert!(message.contains("the look-up of its event took all of the time"), "{what}: {message}");
    }
}

#[tokio::test]
async fn an_event_is_shown_without_operations_where_nobody_knows_whether_it_is_closed() {
    let store = Slow::by(Duration::ZERO);
    let server = Server::within(store.clone(), |limits| limits.search = LIMIT, |routes| routes).await;
    let deferred = server.act("update-nuvlabox", JANE).await;
    let shown = async || server.get(&format!("/api/{deferred}")).by(ADMIN).send().await.ok();
    assert_eq!(shown().await["operations"].as_array().unwrap().len(), 2);
    store.be_busy_about(deferred.parse::<EventId>().unwrap().closing());
    let event = shown().await;
    assert_eq!((&event["id"], &event["operations"]), (&json!(deferred), &json!([])));
}

#[tokio::test]
async fn a_page_never_shows_more_than_was_counted() {
    let store = Slow::by(Duration::ZERO);
    let server = Server::within(store.clone(), |limits| limits.search = LIMIT, |routes| routes).await;
    let event = seen(1, "user/jane");
    store.hold_pages(true);
    let stored_meanwhile = async {
        let counted = async {
            let mut asked = 0;
            while asked < 2 {
                asked += store.given().len();
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(LIMIT, counted).await.expect("it counts, and asks for the page");
        let id = server.post(&event, JANE).await;
        store.hold_pages(false);
        id
    };
    let (answer, id) = tokio::join!(server.get("/api/event").by(JANE).send(), stored_meanwhile);
    let found = answer.ok();
    let ids: Vec<_> = found["resources"].as_array().unwrap().iter().map(|event| &event["id"]).collect();
    assert_eq!((&found["count"], ids), (&json!(1), vec![&json!(id)]));
}

#[tokio::test]
async fn what_the_store_does_not_answer_ends_soon_after_its_limit() {
    let limits = |limits: &mut Limits| {
        limits.search = Duration::from_millis(50);
        // Nothing else wakes the thread that watches limits.
        limits.sweep = Duration::from_secs(3_600);
    };
    let server = Server::within(Slow::by(Duration::MAX), limits, |routes| routes).await;
    let id = server.post(&seen(1, "user/jane"), JANE).await;
    // Whoever has more time than those that come later does not hold them up.
    let viewer = Viewer::admin();
    let mut patient = pin!(server.manager.get_within(id.parse().unwrap(), &viewer, Duration::from_secs(3_600)));
    assert!(patient.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    for paths in [&[&*id, "event"][..], &[&format!("{id}/tree"), &format!("{id}/children")]] {
        let asked = paths.iter().map(|path| server.get(&format!("/api/{path}")).by(JANE).send());
        for answer in asked.collect::<JoinSet<_>>().join_all().await {
            let (status, message) = answer.said();
            assert_eq!((status, answer.headers["retry-after"].as_str()), (503, "1"), "{message}");
            assert!(message.contains("the store did not answer within the time that it may take"), "{message}");
        }
    }
    let root = id.parse().unwrap();
    let (tree, children) = tokio::join!(server.manager.tree(root, &viewer), server.manager.children(root, &viewer));
    for related in [tree, children] {
        assert!(matches!(related, Err(SearchError::Busy(_))), "{related:?}");
    }
    // Also of a manager that has stopped.
    assert!(server.manager.shutdown(LIMIT).await);
    let after = tokio::time::timeout(LIMIT, server.manager.get(root, &viewer)).await.expect("an answer");
    assert!(matches!(after, Err(SearchError::Busy(_))), "{after:?}");
}

struct Unwoken;

impl Wake for Unwoken {
    fn wake(self: Arc<Self>) {}
}

#[tokio::test]
async fn nothing_is_kept_of_who_waited_for_a_look_up() {
    let store = Slow::by(Duration::from_millis(5));
    let server = Server::within(store, |limits| limits.search = Duration::from_secs(3_600), |routes| routes).await;
    let id = server.post(&seen(1, "user/jane"), JANE).await.parse().unwrap();
    let waits = Arc::new(Unwoken);
    {
        let viewer = Viewer::admin();
        let mut found = pin!(server.manager.get(id, &viewer));
        let waker = Waker::from(waits.clone());
        assert!(found.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        assert_eq!(Arc::strong_count(&waits), 5, "of the test, its waker, the store's timer, the alarm and the keeper");
        drop(waker);
        assert!(found.await.unwrap().is_some());
    }
    assert_eq!(Arc::strong_count(&waits), 1);
}

#[tokio::test]
async fn a_figure_of_more_values_than_are_kept_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path()).unwrap();
    for (number, entry) in Generator::new(1).events(17).into_iter().enumerate() {
        let mut event: Value = serde_json::from_slice(&entry.document).unwrap();
        event["details"] = json!({ "log": format!("{number}{}", "x".repeat(Counts::ROOM / 16)) });
        let document = event.to_string().into_bytes().into();
        store.append(&[Entry { document, kind: EntryKind::Direct, ..entry }]).unwrap();
    }
    let server = Server::within(store, |limits| limits.search = LIMIT, |routes| routes).await;
    let terms = "last=0&aggregation=terms:details/log";
    let (status, message) = server.request("PUT", "/api/event").by(ADMIN).form(terms).send().await.said();
    assert_eq!(status, 400, "{message}");
    assert!(message.starts_with("`aggregation`: there are more different values of `details/log`"), "{message}");
}

/// Four events of Jane's, each of about ten thousand bytes, where an answer carries so many.
async fn with_large_ones(limits: impl FnOnce(&mut Limits)) -> (Server, Vec<String>) {
    let server = Server::within(MemoryStore::new(), limits, |routes| routes).await;
    let mut ids = Vec::new();
    for number in 0..4 {
        let mut event = seen(number, "user/jane");
        event["payload"] = "x".repeat(10_000).into();
        ids.insert(0, server.post(&event, JANE).await);
    }
    (server, ids)
}

#[tokio::test]
async fn a_page_that_is_too_large_is_refused_with_the_rows_that_fit() {
    let (server, ids) = with_large_ones(|limits| limits.answer_bytes = 25_000).await;
    for (rows, message) in
        [("", "up to `last=2`"), ("&first=2", "up to `last=3`"), ("&first=2&last=4", "up to `last=3`")]
    {
        for order in ["timestamp:desc", "id:desc"] {
            let form = format!("orderby={order}{rows}");
            let (status, said) = server.request("PUT", "/api/event").by(JANE).form(&form).send().await.said();
            assert_eq!(status, 400, "{said}");
            assert!(said.starts_with("the events are larger than the 25000 bytes that one answer carries"), "{said}");
            assert!(said.ends_with(message), "{form}: {said}");
        }
    }
    assert_eq!(server.found("last=2", JANE).await, ids[..2]);
    assert_eq!(server.found("first=2&last=3", JANE).await, ids[1..3]);
    assert_eq!(server.found("first=3", JANE).await, ids[2..]);
}

#[tokio::test]
async fn a_tree_of_more_than_one_answer_carries_says_that_it_is_cut() {
    for (limit, shown, is_cut) in [(2, 2, true), (3, 3, true), (4, 4, false), (5, 4, false)] {
        let server = Server::within(MemoryStore::new(), |limits| limits.related_events = limit, |routes| routes).await;
        let opening = server.act("reboot", JANE).await;
        let tree = server.get(&format!("/api/{opening}/tree")).by(JANE).send().await.ok();
        let answered = tree["resources"].as_array().unwrap();
        assert_eq!((answered.len(), tree["cut"] == true), (shown, is_cut), "{limit}");
    }
    // An event of any size is shown; what is behind it is not.
    let server = Server::within(MemoryStore::new(), |limits| limits.answer_bytes = 1, |routes| routes).await;
    let opening = server.act("reboot", JANE).await;
    for what in ["tree", "children"] {
        let related = server.get(&format!("/api/{opening}/{what}")).by(JANE).send().await.ok();
        assert_eq!((&related["count"], &related["cut"]), (&json!(1), &json!(true)), "{what}");
    }
}

#[tokio::test]
async fn children_of_several_pages_have_room_together() {
    let parent = EventId::from_u128(2);
    let entries = Generator::new(1).events(1_001).into_iter();
    let mut children: Vec<(EventId, Value)> =
        entries.map(|entry| (entry.id, serde_json::from_slice(&entry.document).unwrap())).collect();
    children.iter_mut().for_each(|(_, child)| child["parent"] = parent.to_string().into());
    children.sort_by_key(|(id, child)| (child["timestamp"].to_string(), *id));
    // Stores are asked for a thousand at once: the oldest is the first of the second page.
    let others: usize = children[1..].iter().map(|(_, child)| child.to_string().len()).sum();
    children[0].1["payload"] = "x".repeat(10_000).into();
    let document = |(id, child): &(EventId, Value)| Entry {
        id: *id,
        document: child.to_string().into_bytes().into(),
        kind: EntryKind::Direct,
    };
    let entries: Vec<Entry> = children.iter().map(document).collect();
    for (left, shown) in [(5_000, 1_000), (20_000, 1_001)] {
        let store = MemoryStore::new();
        store.append(&entries).unwrap();
        let server = Server::within(store, |limits| limits.answer_bytes = others + left, |routes| routes).await;
        let related = server.manager.children(parent, &Viewer::admin()).await.unwrap();
        assert_eq!((related.events.len(), related.cut), (shown, shown < 1_001), "{left} bytes are left");
    }
}

#[tokio::test]
async fn what_a_damaged_store_cannot_read_is_counted_in_every_answer() {
    let folder = tempfile::tempdir().unwrap();
    let entries = Generator::new(5).events(100);
    for batch in entries.chunks(50) {
        SqliteStore::open(folder.path()).unwrap().append(batch).unwrap();
    }
    let journal = rusqlite::Connection::open(folder.path().join("journal.db")).unwrap();
    let damage = "UPDATE journal SET events = CAST(substr(events, 1, 100) || X'00' || substr(events, 102) AS BLOB)";
    assert_eq!(journal.execute(&format!("{damage} WHERE first_seq = 1"), []).unwrap(), 1);
    drop(journal);
    let server = Server::within(SqliteStore::open(folder.path()).unwrap(), |_limits| {}, |routes| routes).await;
    let id = server.post(&seen(1, "user/jane"), JANE).await;
    for path in ["/api/event".to_owned(), format!("/api/{id}/tree"), format!("/api/{id}/children")] {
        let answer = server.get(&path).by(ADMIN).send().await.ok();
        assert_eq!(answer["unreadable"], 50, "{path}: {answer}");
    }
    let whole = Server::start().await.get("/api/event").by(ADMIN).send().await.ok();
    assert!(whole.get("unreadable").is_none(), "{whole}");
}
