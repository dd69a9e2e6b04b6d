//! Several nodes, several installations.

use std::{net::TcpListener, time::Duration};

use events_core::{
    Delivery, Destination, Filter, NotReady, Registry, Search, Seq, Sequenced, Viewer, conformance::Generator,
    conformance::search::Searchable,
};
use events_es::Options;
use events_test_servers::elasticsearch;

use crate::place::{Place, Store};

/// An address where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

fn batch(seed: u64) -> Vec<Sequenced> {
    let entries = Generator::new(seed).events(20).into_iter();
    entries.map(|entry| Sequenced { seq: Seq(1), id: entry.id, document: entry.document }).collect()
}

#[test]
fn a_node_that_is_away_is_passed_over() {
    for (_, url) in elasticsearch() {
        let place = Place::new(&url);
        let connected = place.options().connect(&format!("{},{url},{}", nobody(), nobody())).expect("addresses");
        place.wait(connected.set_up(&Registry::default())).expect("one node is there");
        for seed in 0..6 {
            let answers = place.wait(connected.deliver(&batch(seed)));
            assert!(answers.iter().all(|answer| *answer == Delivery::Stored), "{answers:?}");
        }
        let count = place.wait(connected.count(&Filter::everything(), &Viewer::admin(), None)).expect("an answer");
        assert_eq!(count.events, 120);
    }
}

#[test]
fn a_server_that_is_away_is_said_to_be() {
    let place = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let address = nobody();
    let connected = Options::new().request_limit(Duration::from_millis(300)).connect(&address).expect("an address");
    let ready = place.block_on(connected.set_up(&Registry::default()));
    assert!(matches!(&ready, Err(NotReady::Later(why)) if why.contains(&address)), "{ready:?}");
    let answers = place.block_on(connected.deliver(&batch(1)));
    assert!(answers.iter().all(|answer| matches!(answer, Delivery::Retry { .. })), "{answers:?}");
    let within = Some(Duration::from_millis(300));
    assert!(place.block_on(connected.count(&Filter::everything(), &Viewer::admin(), within)).is_err());
}

/// The indices of one begin like those of the other.
#[test]
fn installations_with_different_prefixes_do_not_see_each_other() {
    for (_, url) in elasticsearch() {
        let one = Store::new(&url, &Registry::default());
        let longer = format!("{}-more", one.place.prefix);
        let other = one.place.options().prefix(&longer).connect(&url).expect("an address");
        one.place.wait(other.set_up(&Registry::default())).expect("a place beside the other");
        let entries = Generator::new(1).events(30);
        one.store(&entries[..10]);
        let rest = entries[10..].iter();
        let rest: Vec<_> =
            rest.map(|entry| Sequenced { seq: Seq(1), id: entry.id, document: entry.document.clone() }).collect();
        one.place.wait(other.deliver(&rest));
        let count = |elasticsearch: &events_es::Elasticsearch| {
            let everything = Filter::everything();
            one.place.wait(elasticsearch.count(&everything, &Viewer::admin(), None)).expect("an answer").events
        };
        assert_eq!((count(&one.elasticsearch), count(&other)), (10, 20));
        let own = one.place.wait(other.get(entries[20].id, &Viewer::admin(), None)).expect("an answer");
        let others = one.place.wait(other.get(entries[0].id, &Viewer::admin(), None)).expect("an answer");
        assert!(own.is_some() && others.is_none());
        one.place.ask(elasticsearch::http::Method::Delete, &format!("/_index_template/{longer}"), None);
    }
}
