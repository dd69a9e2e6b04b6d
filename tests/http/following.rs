//! Following the trail with Server-Sent Events.

use std::{collections::HashSet, time::Duration};

use events::{Seq, SqliteStore, memory::MemoryStore};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};

use crate::{
    client::{LIMIT, Request},
    server::{ADMIN, JANE, JOE, Server, seen},
};

/// A client of a tail.
struct Stream {
    connection: BufReader<TcpStream>,
    text: String,
    /// What a browser would send when it connects again.
    last_id: String,
}

impl Stream {
    async fn open(request: Request) -> Self {
        let mut connection = BufReader::new(request.open().await);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let read = timeout(LIMIT, connection.read_line(&mut head)).await.expect("it answers").unwrap();
            assert!(read > 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("text/event-stream"), "{head}");
        let mut stream = Self { connection, text: String::new(), last_id: String::new() };
        assert_eq!(stream.block().await.as_deref(), Some("retry: 2000"));
        stream
    }

    /// The next block, without its id; none when the response has ended.
    async fn block(&mut self) -> Option<String> {
        while !self.text.contains("\n\n") {
            let mut size = String::new();
            let read = timeout(LIMIT, self.connection.read_line(&mut size)).await.expect("something comes");
            let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
            if read.is_err() || size == 0 {
                return None;
            }
            let mut chunk = vec![0; size + 2];
            self.connection.read_exact(&mut chunk).await.ok()?;
            self.text.push_str(std::str::from_utf8(&chunk[..size]).unwrap());
        }
        let (block, rest) = self.text.split_once("\n\n").map(|(block, rest)| (block.to_owned(), rest.to_owned()))?;
        self.text = rest;
        let (ids, others): (Vec<&str>, Vec<&str>) = block.lines().partition(|line| line.starts_with("id: "));
        if let Some(id) = ids.first() {
            self.last_id = id["id: ".len()..].to_owned();
        }
        Some(others.join("\n"))
    }

    /// The next event.
    async fn event(&mut self) -> Value {
        loop {
            let block = self.block().await.expect("it goes on");
            if let Some(data) = block.strip_prefix("event: event\ndata: ") {
                return serde_json::from_str(data).unwrap();
            }
            assert_eq!(block, "", "a heartbeat");
        }
    }

    async fn numbers(&mut self, count: usize) -> Vec<u64> {
        let mut numbers = Vec::new();
        for _ in 0..count {
            numbers.push(self.event().await["details"]["number"].as_u64().unwrap());
        }
        numbers
    }
}

async fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let until = tokio::time::Instant::now() + LIMIT;
    while !holds() {
        assert!(tokio::time::Instant::now() < until, "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_tail_shows_new_events_that_are_found_and_seen() {
    let server = Server::start().await;
    server.post(&seen(0, "user/jane"), JANE).await;
    let mut jane = Stream::open(server.get("/api/event/tail").by(JANE)).await;
    let mut joe = Stream::open(server.get("/api/event/tail").by(JOE)).await;
    let filter = "/api/event/tail?filter=details/number%3D2&select=name,content";
    let mut filtered = Stream::open(server.get(filter).by(ADMIN)).await;
    for (number, owner) in [(1, "user/jane"), (2, "user/joe"), (3, "user/jane"), (4, "user/joe")] {
        server.post(&seen(number, owner), JANE).await;
    }
    assert_eq!(jane.numbers(2).await, [1, 3]);
    assert_eq!(joe.numbers(2).await, [2, 4]);
    let event = filtered.event().await;
    assert_eq!(event["content"]["resource"]["href"], "run/2");
    assert_eq!(event.as_object().unwrap().keys().collect::<Vec<_>>(), ["content", "id", "name"]);
}

#[tokio::test]
async fn what_cannot_be_followed_is_refused_at_once() {
    let server = Server::start().await;
    assert_eq!(server.get("/api/event/tail").send().await.said(), (403, "credentials required".to_owned()));
    for query in ["filter=(", "after=x", "after=-1", "after=1"] {
        let answer = server.get(&format!("/api/event/tail?{query}")).by(JANE).send().await;
        assert_eq!(answer.said().0, 400, "{query}");
    }
    let answer = server.get("/api/event/tail").by(JANE).header("last-event-id", "99").send().await;
    assert!(answer.said().1.contains("[EVT181]"));
}

#[tokio::test]
async fn a_tail_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let start = || Server::with(SqliteStore::open(folder.path()).unwrap(), |routes| routes);
    let server = start().await;
    let mut stream = Stream::open(server.get("/api/event/tail").by(JANE)).await;
    for number in 0..5 {
        server.post(&seen(number, "user/jane"), JANE).await;
    }
    assert_eq!(stream.numbers(3).await, [0, 1, 2]);
    let last_id = stream.last_id.clone();
    assert!(server.manager.shutdown(LIMIT).await);
    while stream.block().await.is_some() {}
    drop((stream, server));

    let server = start().await;
    server.post(&seen(5, "user/jane"), JANE).await;
    let request = server.get("/api/event/tail?after=0").by(JANE).header("last-event-id", &last_id);
    let mut stream = Stream::open(request).await;
    server.post(&seen(6, "user/jane"), JANE).await;
    assert_eq!(stream.numbers(4).await, [3, 4, 5, 6]);
    let mut whole = Stream::open(server.get("/api/event/tail?after=0").by(JANE)).await;
    assert_eq!(whole.numbers(7).await, [0, 1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn a_client_that_comes_back_to_damage_without_an_end_is_told_that_it_is_of_no_use() {
    let store = MemoryStore::new();
    let server = Server::with(store.clone(), |routes| routes).await;
    for number in 0..5 {
        server.post(&seen(number, "user/jane"), JANE).await;
    }
    store.faults().damage(Seq(3), None);
    let mut stream = Stream::open(server.get("/api/event/tail?after=0").by(JANE)).await;
    assert_eq!(stream.numbers(2).await, [0, 1]);
    assert_eq!(stream.block().await.as_deref(), Some(": the events cannot be read now"));
    assert_eq!(stream.block().await, None);
    let again = server.get("/api/event/tail").by(JANE).header("last-event-id", &stream.last_id);
    let (status, message) = again.clone().send().await.said();
    assert_eq!(status, 410, "a browser does not come back: {message}");
    assert!(message.starts_with("the events behind this place cannot be read: follow from now on"), "{message}");

    store.faults().damage(Seq(3), Some(Seq(5)));
    let mut stream = Stream::open(again).await;
    assert_eq!(stream.numbers(1).await, [4]);
}

#[tokio::test]
async fn a_heartbeat_moves_the_place_over_what_is_not_shown() {
    let server = Server::with(MemoryStore::new(), |routes| routes.heartbeat(Duration::from_millis(20))).await;
    let mut stream = Stream::open(server.get("/api/event/tail").by(JOE)).await;
    for number in 0..3 {
        server.post(&seen(number, "user/jane"), JANE).await;
    }
    while stream.last_id != "3" {
        assert_eq!(stream.block().await.as_deref(), Some(""));
    }
}

#[tokio::test]
async fn a_tail_ends_after_a_while_and_asks_the_rights_of_its_client_again() {
    let server = Server::with(MemoryStore::new(), |routes| routes.longest_tail(Duration::from_secs(4))).await;
    let member = "user/jane user/jane group/nuvla-user group/fleet";
    server.post(&seen(0, "group/fleet"), JANE).await;
    // It is there to be shown at once, however slow this machine is.
    let mut stream = Stream::open(server.get("/api/event/tail?after=0").by(member)).await;
    assert_eq!(stream.numbers(1).await, [0]);
    let mut said = Vec::new();
    while let Some(block) = stream.block().await {
        said.push(block);
    }
    assert_eq!(said.last().map(String::as_str), Some(": connect again with this id: your rights are asked again"));

    // She belongs to the group no more.
    for (number, owner) in [(1, "group/fleet"), (2, "user/jane")] {
        server.post(&seen(number, owner), JANE).await;
    }
    let again = server.get("/api/event/tail").by(JANE).header("last-event-id", &stream.last_id);
    assert_eq!(Stream::open(again).await.numbers(1).await, [2]);
}

#[tokio::test]
async fn a_client_that_goes_away_ends_its_tail() {
    let server = Server::with(MemoryStore::new(), |routes| routes.heartbeat(Duration::from_millis(20))).await;
    let streams = [
        Stream::open(server.get("/api/event/tail").by(JOE)).await,
        Stream::open(server.get("/api/event/tail").by(JANE)).await,
    ];
    assert_eq!(server.manager.metrics().tails, 2);
    drop(streams);
    wait_until("both tails end", || server.manager.metrics().tails == 0).await;
}

#[tokio::test]
async fn a_slow_reader_gets_everything_later() {
    let server = Server::start().await;
    let mut slow = Stream::open(server.get("/api/event/tail").by(ADMIN)).await;
    // Far more than what buffers of a connection take.
    let mut large = seen(0, "user/jane");
    large["payload"] = "x".repeat(40_000).into();
    for number in 0..400 {
        large["details"]["number"] = number.into();
        server.post(&large, JANE).await;
    }
    assert_eq!(slow.numbers(400).await, (0..400).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_clients_each_get_everything_once() {
    let server = Server::start().await;
    let mut clients = JoinSet::new();
    for _ in 0..1_000 {
        let mut stream = Stream::open(server.get("/api/event/tail").by(JANE)).await;
        clients.spawn(async move { stream.numbers(20).await });
    }
    for number in 0..20 {
        server.post(&seen(number, "user/jane"), JANE).await;
    }
    for numbers in clients.join_all().await {
        assert_eq!(numbers.len(), numbers.iter().collect::<HashSet<_>>().len());
        assert_eq!(numbers, (0..20).collect::<Vec<_>>());
    }
}
