//! What one client may ask of a server, however it asks.

use std::time::Duration;

use events::{Journal, SqliteStore};
use events_core::conformance::Generator;
use tokio::task::JoinSet;

use crate::server::{ADMIN, JANE, Server, seen};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_asks_for_several_figures_has_one_limit_for_all() {
    let (server, _folder) = filled(Duration::from_secs(1)).await;
    let figures = ["category", "severity", "message", "id", "created", "timestamp", "root", "name", "tags", "parent"];
    let figures = figures.map(|attribute| format!("aggregation=cardinality:{attribute}")).join("&");
    let form = format!("{IN_EVERY_EVENT}&last=0&{figures}");
    let answer = server.request("PUT", "/api/event").by(ADMIN).form(&form).send().await;
    let (status, message) = answer.said();
    assert_eq!(status, 400, "{message}");
    assert!(message.starts_with("the search takes longer than 1s: add a condition"), "{message}");
}
