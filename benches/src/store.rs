//! The store that is measured: a parameter of every row.

use std::{
    fmt, fs,
    os::unix::fs::MetadataExt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use clap::ValueEnum;
use events::{
    AppendError, Appended, Bytes, Entry, EventId, Journal, JournalError, OpenOperation, Search, Seq, Sequenced,
    memory::MemoryStore, sqlite::SqliteStore,
};

use crate::{Result, floor::FloorLog};

/// Which store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StoreKind {
    /// The embedded store.
    Sqlite,
    /// Events in memory.
    Memory,
    /// The floor's file under the event manager: what is left is what recording itself costs.
    Floor,
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "sqlite",
            Self::Memory => "memory",
            Self::Floor => "floor",
        })
    }
}

/// An open store.
#[derive(Clone)]
pub(crate) struct Store {
    journal: Arc<dyn Journal>,
    settle: Option<Arc<dyn Fn() -> Result<()> + Send + Sync>>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

impl Store {
    /// Opens, or makes, the store in a folder.
    pub(crate) fn open(kind: StoreKind, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(match kind {
            StoreKind::Sqlite => {
                let store = SqliteStore::open(folder)?;
                let settling = store.clone();
                let settle = move || {
                    settling.seal_now()?;
                    settling.settle();
                    Ok(())
                };
                Self { journal: Arc::new(store), settle: Some(Arc::new(settle)) }
            }
            StoreKind::Memory => Self { journal: Arc::new(MemoryStore::new()), settle: None },
            StoreKind::Floor => {
                let log = FloorLog::create(&folder.join("floor.log"))?;
                Self { journal: Arc::new(FloorJournal::new(log)), settle: None }
            }
        })
    }

    /// Waits until work in the background is done.
    pub(crate) fn settle(&self) -> Result<()> {
        self.settle.as_ref().map_or(Ok(()), |settle| settle())
    }
}

impl Journal for Store {
    fn append(&self, entries: &[Entry]) -> std::result::Result<Vec<Appended>, AppendError> {
        self.journal.append(entries)
    }

    fn get(&self, id: EventId) -> std::result::Result<Option<Bytes>, JournalError> {
        self.journal.get(id)
    }

    fn read(&self, from: Seq, limit: usize, bytes: usize) -> std::result::Result<Vec<Sequenced>, JournalError> {
        self.journal.read(from, limit, bytes)
    }

    fn last_seq(&self) -> Seq {
        self.journal.last_seq()
    }

    fn open_operations(&self) -> std::result::Result<Vec<OpenOperation>, JournalError> {
        self.journal.open_operations()
    }

    fn note(&self, operation: EventId) -> std::result::Result<Option<Bytes>, JournalError> {
        self.journal.note(operation)
    }

    fn search(&self) -> Arc<dyn Search> {
        self.journal.search()
    }

    fn bookmarks(&self) -> Arc<dyn events::Bookmarks> {
        self.journal.bookmarks()
    }

    fn close(&self) {
        self.journal.close();
    }
}

/// Bytes that a folder takes on disk.
pub(crate) fn disk_bytes(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { disk_bytes(&entry.path())? } else { metadata.blocks() * 512 };
    }
    Ok(bytes)
}

/// Makes events durable and forgets them.
struct FloorJournal {
    log: Mutex<(FloorLog, u64)>,
    nothing: MemoryStore,
}

impl FloorJournal {
    fn new(log: FloorLog) -> Self {
        Self { log: Mutex::new((log, 0)), nothing: MemoryStore::new() }
    }
}

impl Journal for FloorJournal {
    fn append(&self, entries: &[Entry]) -> std::result::Result<Vec<Appended>, AppendError> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let written = log.0.append(entries.iter().map(|entry| &*entry.document));
        written.map_err(|error| JournalError::Failed(Box::new(error)).unknown())?;
        let first = log.1 + 1;
        log.1 += entries.len() as u64;
        Ok((first..=log.1).map(|seq| Appended::Stored(Seq(seq))).collect())
    }

    fn get(&self, _: EventId) -> std::result::Result<Option<Bytes>, JournalError> {
        Ok(None)
    }

    fn read(&self, _: Seq, _: usize, _: usize) -> std::result::Result<Vec<Sequenced>, JournalError> {
        Ok(Vec::new())
    }

    fn last_seq(&self) -> Seq {
        Seq(0)
    }

    fn open_operations(&self) -> std::result::Result<Vec<OpenOperation>, JournalError> {
        Ok(Vec::new())
    }

    fn note(&self, _: EventId) -> std::result::Result<Option<Bytes>, JournalError> {
        Ok(None)
    }

    fn search(&self) -> Arc<dyn Search> {
        Journal::search(&self.nothing)
    }

    fn bookmarks(&self) -> Arc<dyn events::Bookmarks> {
        self.nothing.bookmarks()
    }
}
