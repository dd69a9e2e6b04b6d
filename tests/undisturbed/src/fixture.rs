//! A resource type, an error, and a place to run in.

use std::{future::Future, time::Duration};

use events::{Context, EventManager, Href, Refused, memory::MemoryStore, resource};
use tokio::runtime::Runtime;

/// A machine somewhere.
#[derive(Debug)]
#[resource(events)]
pub(crate) struct Machine {
    pub(crate) id: Href<Self>,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self { id: id() }
    }
}

/// An error that says nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Error;

impl From<Refused> for Error {
    fn from(_: Refused) -> Self {
        Self
    }
}

impl From<std::num::ParseIntError> for Error {
    fn from(_: std::num::ParseIntError) -> Self {
        Self
    }
}

/// The one machine there is.
pub(crate) fn id() -> Href<Machine> {
    #[expect(clippy::expect_used, reason = "it is an href")]
    "machine/1".parse().expect("an href")
}

/// Runs where events are recorded, and says how many were.
pub(crate) fn recorded<F: Future>(run: F) -> (F::Output, usize) {
    let (store, runtime, manager) = recording();
    let out = runtime.block_on(manager.scope(events::scope(Context::anonymous(), run)));
    (out, store.len())
}

/// Runs where events are recorded, and gives their types in the order in which they are stored.
pub(crate) fn types_of(run: impl AsyncFnOnce(MemoryStore)) -> Vec<String> {
    let (store, runtime, manager) = recording();
    runtime.block_on(async {
        manager.scope(events::scope(Context::anonymous(), run(store.clone()))).await;
        assert!(manager.shutdown(Duration::from_secs(10)).await, "everything is stored");
    });
    store.events().iter().map(|event| event.event_type.to_string()).collect()
}

fn recording() -> (MemoryStore, Runtime, EventManager) {
    let store = MemoryStore::new();
    #[expect(clippy::expect_used, reason = "a test without a runtime, or with a bad registry, has failed")]
    let (runtime, manager) = (
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"),
        EventManager::builder(store.clone()).build().expect("a registry without conflicts"),
    );
    (store, runtime, manager)
}
