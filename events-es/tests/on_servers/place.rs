//! A place of its own on a server, for one test: index names that nobody else uses.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use elasticsearch::http::{
    Method, Url,
    headers::HeaderMap,
    transport::{SingleNodeConnectionPool, Transport, TransportBuilder},
};
use events_core::{
    Batches, BoxFuture, Delivery, Destination, Entry, Registry, Search, Seq, Sequenced, conformance::search::Searchable,
};
use events_es::{Elasticsearch, Options, Refresh};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

/// Removed from the server when it is dropped.
pub(crate) struct Place {
    pub(crate) prefix: String,
    transport: Transport,
    runtime: Runtime,
}

impl Place {
    pub(crate) fn new(url: &str) -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock behind 1970");
        let prefix = format!("test-{:x}-{}", now.as_micros(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let pool = SingleNodeConnectionPool::new(Url::parse(url).expect("an address"));
        let transport = TransportBuilder::new(pool).disable_proxy().build().expect("a transport");
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        Self { prefix, transport, runtime }
    }

    /// Settings for this place. What is delivered is searched at once.
    pub(crate) fn options(&self) -> Options {
        Options::new().prefix(&self.prefix).refresh(Refresh::Now).search_limit(Duration::from_secs(30))
    }

    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Asks the server, past everything that is tested. Status and body.
    pub(crate) fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        self.wait(async {
            let body = body.map(Value::to_string);
            let sent = self.transport.send(method, path, HeaderMap::new(), None::<&()>, body, None).await;
            let answer = sent.expect("the server answers");
            let status = answer.status_code().as_u16();
            (status, serde_json::from_slice(&answer.bytes().await.expect("an answer")).unwrap_or(Value::Null))
        })
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        self.ask(Method::Get, path, None).1
    }

    /// The indices of this place.
    pub(crate) fn indices(&self) -> Vec<String> {
        let all = self.get(&format!("/{}-*", self.prefix));
        all.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    }

    /// What the indices of the months hold, in the order in which it was stored.
    pub(crate) fn sources(&self) -> Vec<Value> {
        let body = json!({ "query": { "match_all": {} }, "size": 10_000, "seq_no_primary_term": true });
        self.ask(Method::Post, &format!("/{}/_refresh", self.prefix), None);
        let (_, found) = self.ask(Method::Post, &format!("/{}/_search", self.prefix), Some(&body));
        let mut hits = found["hits"]["hits"].as_array().cloned().unwrap_or_default();
        hits.sort_by_key(|hit| (hit["_index"].to_string(), hit["_seq_no"].as_u64()));
        hits.into_iter().map(|hit| hit["_source"].clone()).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        for index in self.indices() {
            self.ask(Method::Delete, &format!("/{index}"), None);
        }
        self.ask(Method::Delete, &format!("/_index_template/{}", self.prefix), None);
    }
}

/// A connection to a place of its own, without a manager.
pub(crate) struct Store {
    pub(crate) elasticsearch: Elasticsearch,
    pub(crate) place: Place,
}

impl Store {
    pub(crate) fn new(url: &str, registry: &Registry) -> Self {
        let place = Place::new(url);
        let elasticsearch = place.options().connect(url).expect("an address");
        place.wait(elasticsearch.set_up(registry)).expect("an empty place can be set up");
        Self { elasticsearch, place }
    }
}

/// As the relay sees it.
impl Destination for Store {
    fn name(&self) -> &str {
        self.elasticsearch.name()
    }

    fn deliver<'d>(&'d self, batch: &'d [Sequenced]) -> BoxFuture<'d, Vec<Delivery>> {
        self.elasticsearch.deliver(batch)
    }

    fn batches(&self) -> Batches {
        self.elasticsearch.batches()
    }
}

impl Searchable for Store {
    fn store(&self, entries: &[Entry]) {
        let numbered = |entry: &Entry| Sequenced { seq: Seq(1), id: entry.id, document: entry.document.clone() };
        let batch: Vec<Sequenced> = entries.iter().map(numbered).collect();
        let answers = self.place.wait(self.deliver(&batch));
        let stored = answers.iter().all(|answer| *answer == Delivery::Stored);
        assert!(stored, "new events were not stored: {answers:?}");
    }

    fn search(&self) -> Arc<dyn Search> {
        Arc::new(self.elasticsearch.clone())
    }
}
