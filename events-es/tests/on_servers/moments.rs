//! Searches that look at one moment with several requests, and what they leave behind on the server: nothing.

use std::{
    thread,
    time::{Duration, Instant},
};

use events_core::{
    Order, Query, Registry, Search, Viewer,
    conformance::{Generator, search::Searchable},
};
use events_es::Elasticsearch;
use events_test_servers::elasticsearch;
use tokio::time::timeout;

use crate::{
    gate::Gate,
    place::{Place, Store},
};

/// Points in time that are open on the server, of the indices of this place.
pub(crate) fn open_moments(place: &Place) -> u64 {
    let stats = place.get(&format!("/{}-*/_stats/search", place.prefix));
    stats["_all"]["primaries"]["search"]["open_contexts"].as_u64().unwrap_or_else(|| panic!("no statistics: {stats}"))
}

pub(crate) fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < end, "{what} within half a minute");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Some hundred events, and a connection through a gate that has looked at one moment of them.
fn behind_a_gate(url: &str) -> (Store, Gate, Elasticsearch) {
    let store = Store::new(url, &Registry::default());
    store.store(&Generator::new(4).every(Duration::from_secs(60)).events(300));
    let gate = Gate::before(url);
    let options = store.place.options().request_limit(Duration::from_secs(600));
    let through = options.connect(&gate.address).expect("an address");
    let page = store.place.wait(Search::search(&through, &in_another_order())).expect("an answer");
    assert_eq!(page.events.len(), 250);
    (store, gate, through)
}

/// More than the server is asked for at once.
fn in_another_order() -> Query {
    Query::new(Viewer::admin()).order_by(Order::from("created")).limit(250)
}

#[test]
fn a_point_in_time_is_given_back_and_nobody_waits_for_it() {
    for (name, url) in elasticsearch() {
        let (store, gate, through) = behind_a_gate(&url);
        wait_for("it is given back", || open_moments(&store.place) == 0);
        gate.hold("DELETE /_");
        let page = store.place.wait(async {
            let query = in_another_order();
            timeout(Duration::from_secs(30), Search::search(&through, &query)).await
        });
        let page = page.unwrap_or_else(|_| panic!("{name}: an answer waits for what comes after it"));
        assert_eq!(page.expect("an answer").events.len(), 250, "{name}");
        gate.open();
        wait_for("it is given back", || open_moments(&store.place) == 0);
    }
}

#[test]
fn a_point_in_time_is_given_back_when_its_search_is_given_up() {
    for (name, url) in elasticsearch() {
        let (store, gate, through) = behind_a_gate(&url);
        // While it is opened, and while it is asked.
        for which in ["?keep_alive=1m", "POST /_search HTTP"] {
            wait_for("the one before is given back", || open_moments(&store.place) == 0);
            gate.hold(which);
            let query = in_another_order();
            let search = Search::search(&through, &query);
            wait_for("it is open, and an answer stays at the gate", || open_moments(&store.place) > 0 && gate.holds());
            drop(search);
            gate.open();
            wait_for(&format!("{name}: one that is given up at `{which}` is given back"), || {
                open_moments(&store.place) == 0
            });
        }
    }
}
