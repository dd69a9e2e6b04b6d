//! The stores that promises are tested with.

use std::sync::Arc;

use events::{Builder, EventManager, Journal, Sequenced, memory::MemoryStore, sqlite::SqliteStore, testing::Trail};

use super::{
    everything::everything,
    gate::{Gate, gated},
    patience::LIMIT,
};

/// A manager that records in memory, and where.
pub(crate) fn recording() -> (MemoryStore, EventManager) {
    let store = MemoryStore::new();
    let manager = patient(store.clone()).build().unwrap();
    (store, manager)
}

/// A manager that waits for what it stores: what a response finds stored is not a matter of how fast the machine is.
pub(crate) fn patient(journal: impl Journal) -> Builder {
    EventManager::builder(journal).with_limits(|limits| (limits.opening, limits.closing_wait) = (LIMIT, LIMIT))
}

/// A fresh store behind a gate.
pub(crate) struct Store {
    pub(crate) name: &'static str,
    pub(crate) gate: Gate,
    journal: Arc<dyn Journal>,
    /// Gone with the test.
    folder: Option<tempfile::TempDir>,
}

impl Store {
    pub(crate) fn memory() -> Self {
        Self::of("memory", MemoryStore::new(), None)
    }

    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = SqliteStore::open(folder.path()).unwrap();
        Self::of("SQLite", journal, Some(folder))
    }

    /// One of each kind.
    pub(crate) fn each() -> Vec<Self> {
        vec![Self::memory(), Self::sqlite()]
    }

    fn of(name: &'static str, journal: impl Journal, folder: Option<tempfile::TempDir>) -> Self {
        Self { name, gate: Gate::default(), journal: Arc::new(journal), folder }
    }

    pub(crate) fn builder(&self) -> Builder {
        patient(gated(self.journal.clone(), &self.gate))
    }

    pub(crate) fn manager(&self) -> EventManager {
        self.builder().build().unwrap()
    }

    /// Everything that was recorded.
    pub(crate) fn events(&self) -> Vec<Sequenced> {
        everything(&*self.journal)
    }

    pub(crate) fn trail(&self) -> Trail<Arc<dyn Journal>> {
        Trail::of(self.journal.clone())
    }
}
