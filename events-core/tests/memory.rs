//! The store in memory keeps the promises of all three traits, and fails as it is told.

use events_core::{
    EventId,
    conformance::{self, Subject},
    memory::MemoryStore,
};

#[test]
fn it_is_a_journal() {
    conformance::journal::run_all(&MemoryStore::new);
}

struct Memory;

impl Subject for Memory {
    type Store = MemoryStore;

    fn fresh(&self) -> MemoryStore {
        MemoryStore::new()
    }
}

impl conformance::destination::Subject for Memory {
    fn delivered(&self, store: &MemoryStore) -> Vec<(EventId, Vec<u8>)> {
        let written =
            |event: &events_core::Event| (event.id, serde_json::to_vec(event).expect("an event can be written"));
        store.events().iter().map(written).collect()
    }
}

#[test]
fn it_is_a_destination() {
    conformance::destination::run_all(&Memory);
}

#[test]
fn ten_thousand_written_filters_are_answered_as_they_read() {
    conformance::search::written_filters(&MemoryStore::new, 10_000);
}

#[test]
fn it_is_a_search() {
    conformance::search::run_all(&MemoryStore::new);
}
