//! Journal and server hold the same events, byte for byte, and the server answers for the manager.

use std::collections::BTreeMap;

use events::{
    Ack, Event, EventId, EventManager, Filter, InstallError, Journal, Query, Registration, Registry, Search, Seq,
    SqliteStore, Viewer, memory::MemoryStore, scope,
};
use events_test_servers::elasticsearch;

use crate::{
    fleet::{LIMIT, jane, nuvlabox},
    other_process::{reboot, start},
    place::Place,
};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_handler_waits_for_is_on_the_server_before_it_runs() {
    for (name, url) in elasticsearch() {
        let place = Place::new(&url);
        let folder = tempfile::tempdir().unwrap();
        let journal = SqliteStore::open(folder.path()).unwrap();
        let manager = EventManager::builder(journal.clone())
            .relay_to(place.connect())
            .acknowledge(Ack::Delivered("elasticsearch"))
            .search_in("elasticsearch")
            .with_limits(|limits| limits.opening = LIMIT)
            .build()
            .unwrap();
        let operations = async {
            for _ in 0..5 {
                reboot(nuvlabox("1")).await.unwrap();
                start("7".parse().unwrap()).await.unwrap();
            }
        };
        manager.scope(scope(jane(), operations)).await;
        let openings = Filter::is(events::Attribute::Phase, "requested");
        assert_eq!(place.count(&openings).await, 10, "{name}: every opening that was acknowledged");
        assert!(manager.shutdown(LIMIT).await);

        let query = Query::new(Viewer::admin()).limit(usize::MAX);
        let there = Search::search(&place.connect(), &query).await.unwrap().events;
        let there: BTreeMap<EventId, Vec<u8>> =
            there.iter().map(|found| (found.event().unwrap().id, found.stored().to_vec())).collect();
        let here = journal.read(Seq(1), 1_000, usize::MAX).unwrap();
        let here: BTreeMap<EventId, Vec<u8>> = here.iter().map(|event| (event.id, event.document.to_vec())).collect();
        assert_eq!(here.len(), 15, "deferred operations are open");
        assert!(here == there, "{name}: both hold the same");
    }
}

/// Two event types that give one detail different types.
mod clashing {
    use events::{DetailField, EventDeclaration, EventSpec, ResourceDeclaration, ResourceSpec};

    pub(super) static RESOURCE: ResourceDeclaration = ResourceDeclaration::new(ResourceSpec {
        resource_type: "lamp",
        struct_name: "Lamp",
        operations: None,
        category: None,
        severity: None,
        enabled: true,
        location: EventSpec::action("", "", "", "", module_path!(), "tests").location,
    });

    const fn size(type_name: &'static str) -> DetailField {
        DetailField { name: "size", type_name: Some(type_name), required: true }
    }

    pub(super) static NUMBER: EventDeclaration = EventDeclaration::new(EventSpec {
        details: &[size("u64")],
        ..EventSpec::action("lamp.mount", "lamp", "mount", "mount", module_path!(), "tests")
    });

    pub(super) static TEXT: EventDeclaration = EventDeclaration::new(EventSpec {
        details: &[size("String")],
        ..EventSpec::action("lamp.pack", "lamp", "pack", "pack", module_path!(), "tests")
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clash_of_details_is_refused_when_the_manager_is_built() {
    use clashing::{NUMBER, RESOURCE, TEXT};
    for (name, url) in elasticsearch() {
        let place = Place::new(&url);
        let registry =
            Registry::of([Registration::Resource(&RESOURCE), Registration::Event(&NUMBER), Registration::Event(&TEXT)]);
        let built = EventManager::builder(MemoryStore::new()).registry(registry).relay_to(place.connect()).build();
        let Err(InstallError { problems }) = built else { panic!("{name}: it was built") };
        let said = problems[0].to_string();
        for declared in [&NUMBER, &TEXT] {
            assert!(said.contains(&declared.spec.location.to_string()), "{name}: {said}");
        }
    }
}

/// Read back through the manager, which finds its own events at once, and others there.
#[tokio::test(flavor = "multi_thread")]
async fn a_manager_searches_what_other_processes_recorded() {
    for (name, url) in elasticsearch() {
        let place = Place::new(&url);
        let manager = || {
            let builder = EventManager::builder(MemoryStore::new()).relay_to(place.connect());
            builder.search_in("elasticsearch").build().unwrap()
        };
        let (one, other) = (manager(), manager());
        one.scope(scope(jane(), reboot(nuvlabox("1")))).await.unwrap();
        assert!(one.shutdown(LIMIT).await);
        let found = other.search(&Query::new(Viewer::admin()).event_type("nuvlabox.reboot")).await.unwrap();
        let events: Vec<Event> = found.events.iter().map(|found| found.event().unwrap()).collect();
        assert_eq!(events.len(), 1, "{name}");
        assert!(other.get(events[0].id.closing(), &Viewer::admin()).await.unwrap().is_some());
        assert_eq!(other.tree(events[0].id, &Viewer::admin()).await.unwrap().len(), 2);
    }
}
