//! A place of its own on a server, for one test: index names that nobody else uses.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use events::{
    Event, Filter, Query, Search, Viewer,
    elasticsearch::{Elasticsearch, Options, Refresh},
};
use events_test_servers::ask;

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
        Self::called(url, &prefix)
    }

    /// One with a name, on a server of its own.
    pub(crate) fn called(url: &str, prefix: &str) -> Self {
        Self { url: url.to_owned(), prefix: prefix.to_owned() }
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
        let (_, body) = ask(&self.url, "GET", &format!("/{}-leases/_count", self.prefix), "").unwrap();
        let body = String::from_utf8_lossy(&body);
        body.split("\"count\":").nth(1).and_then(|rest| rest.split(',').next()?.parse().ok()).unwrap_or(0)
    }
}

pub(crate) fn connect(url: &str, prefix: &str) -> Elasticsearch {
    Options::new().prefix(prefix).refresh(Refresh::Now).connect(url).unwrap()
}

impl Drop for Place {
    fn drop(&mut self) {
        let ask = |method, path: String| ask(&self.url, method, &path, "");
        // A server that is gone took it along.
        let Ok((_, indices)) = ask("GET", format!("/_cat/indices/{}-*?h=index", self.prefix)) else { return };
        let indices = String::from_utf8_lossy(&indices);
        for index in indices.split_whitespace().filter(|word| word.starts_with(&self.prefix)) {
            let _ = ask("DELETE", format!("/{index}"));
        }
        let _ = ask("DELETE", format!("/_index_template/{}", self.prefix));
    }
}
