//! Answers that take more than one request.

use std::collections::BTreeSet;

use events_core::{
    Aggregation, Attribute, Event, Filter, Query, Registry, Search, Viewer,
    conformance::{Generator, Naive, entry, search::Searchable},
};
use events_test_servers::elasticsearch;

use crate::{
    moments::{open_moments, wait_for},
    place::Store,
};

#[test]
fn a_page_larger_than_one_answer_is_whole_and_in_order() {
    for (_, url) in elasticsearch() {
        let server = Store::new(&url, &Registry::default());
        let entries = Generator::new(1).resources(20).users(5).events(2_300);
        entries.chunks(500).for_each(|batch| server.store(batch));
        let expected = Naive::of(&entries).expect("generated events").search(&Filter::everything(), &Viewer::admin());
        for limit in [2_299, 2_300, usize::MAX] {
            let query = Query::new(Viewer::admin()).limit(limit);
            let page = server.place.wait(Search::search(&server.elasticsearch, &query)).expect("an answer");
            assert_eq!(page.events.len(), limit.min(2_300));
            assert_eq!(page.next.is_some(), limit < 2_300);
            assert!(page.events.iter().zip(&expected).all(|(found, expected)| *found.stored() == expected.document));
        }
    }
}

/// More values than one answer has: they are counted at one point in time.
#[test]
fn thousands_of_values_are_counted_exactly() {
    for (_, url) in elasticsearch() {
        let server = Store::new(&url, &Registry::default());
        let mut generator = Generator::new(2).every(std::time::Duration::from_secs(20_000));
        let tagged = |number: usize| {
            let event = generator.event();
            let own = (0..100).map(|tag| format!("tag-{:05}", number * 100 + tag));
            let shared = [format!("shared-{}", number % 7), "everywhere".to_owned()];
            let details = (0..100).map(|at| (format!("d{at}"), number.into())).collect();
            entry(&Event { tags: own.chain(shared).collect(), details, ..event })
        };
        let entries: Vec<_> = (0..120).map(tagged).collect();
        entries.chunks(40).for_each(|batch| server.store(batch));
        let naive = Naive::of(&entries).expect("generated events");
        for by in [Attribute::Tag, Attribute::Detail("d1".to_owned()), Attribute::Detail("d99".to_owned())] {
            for size in [0, 12, 50_000] {
                let (filter, viewer) = (Filter::everything(), Viewer::admin());
                let aggregation = Aggregation { filter, viewer, by: by.clone().into(), size, within: None };
                let counted = server.place.wait(server.elasticsearch.aggregate(&aggregation)).expect("an answer");
                assert_eq!(counted, naive.aggregate(&aggregation), "{by:?}");
            }
        }
        wait_for("the points in time are given back", || open_moments(&server.place) == 0);
        let months: BTreeSet<_> = entries.iter().map(|entry| entry.id.timestamp().month()).collect();
        assert!(months.len() > 1, "several indices take part");
    }
}
