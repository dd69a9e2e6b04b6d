//! The promises of every destination, and of every search.

use events_core::{
    EventId, Registry, Search, Viewer,
    conformance::{self, Subject},
};
use events_test_servers::elasticsearch;

use crate::place::Store;

/// Places on one server.
struct Server(String);

impl Subject for Server {
    type Store = Store;

    fn fresh(&self) -> Store {
        Store::new(&self.0, &Registry::default())
    }
}

impl conformance::destination::Subject for Server {
    fn delivered(&self, store: &Store) -> Vec<(EventId, Vec<u8>)> {
        let id = |source: &serde_json::Value| source["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let ids: Vec<EventId> = store.place.sources().iter().map(id).collect();
        let get = |id| {
            let found = store.place.wait(store.elasticsearch.get(id, &Viewer::admin(), None));
            (id, found.expect("a healthy server answers").expect("a stored event is found").stored().to_vec())
        };
        ids.into_iter().map(get).collect()
    }
}

#[test]
fn it_keeps_the_promises_of_a_destination() {
    for (name, url) in elasticsearch() {
        println!("{name}");
        conformance::destination::run_all(&Server(url));
    }
}

#[test]
fn searches_keep_their_promises() {
    for (name, url) in elasticsearch() {
        println!("{name}");
        conformance::search::run_all(&Server(url));
    }
}
