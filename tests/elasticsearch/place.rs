//! A place of its own on a server, for one test: index names that nobody else uses.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use events::{
    Event, Filter, Query, Search, Viewer,
    elasticsearch::{Elasticsearch, Options, Refresh},
};

/// Removed from the server when it is dropped.
pub(crate) struct Place {
    url: String,
    prefix: String,
}

impl Place {
    pub(crate) fn new(url: &str) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let prefix = format!("test-{:x}-{}", now.as_micros(), NUMBER.fetch_add(1, Ordering::Relaxed));
        Self { url: url.to_owned(), prefix }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// A connection as a process of its own would have it. What is delivered is searched at once.
    pub(crate) fn connect(&self) -> Elasticsearch {
        connect(&self.url, &self.prefix)
    }

    /// Everything that is there, newest first.
    pub(crate) async fn events(&self) -> Vec<Event> {
        let query = Query::new(Viewer::admin()).limit(usize::MAX);
        let page = Search::search(&self.connect(), &query).await.unwrap();
        page.events.iter().map(|found| found.event().unwrap()).collect()
    }

    pub(crate) async fn count(&self, filter: &Filter) -> u64 {
        self.connect().count(filter, &Viewer::admin(), None).await.map_or(0, |count| count.events)
    }

    /// How many leases there are.
    pub(crate) fn leases(&self) -> u64 {
        let (_, body) = self.ask("GET", &format!("/{}-leases/_count", self.prefix));
        body.split("\"count\":").nth(1).and_then(|rest| rest.split(',').next()?.parse().ok()).unwrap_or(0)
    }

    fn ask(&self, method: &str, path: &str) -> (u16, String) {
        let address = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        (status, answer)
    }
}

pub(crate) fn connect(url: &str, prefix: &str) -> Elasticsearch {
    Options::new().prefix(prefix).refresh(Refresh::Now).connect(url).unwrap()
}

impl Drop for Place {
    fn drop(&mut self) {
        // A server that is gone took it along.
        if TcpStream::connect(self.url.trim_start_matches("http://")).is_err() {
            return;
        }
        let (_, indices) = self.ask("GET", &format!("/_cat/indices/{}-*?h=index", self.prefix));
        for index in indices.split_whitespace().filter(|word| word.starts_with(&self.prefix)) {
            self.ask("DELETE", &format!("/{index}"));
        }
        self.ask("DELETE", &format!("/_index_template/{}", self.prefix));
    }
}
