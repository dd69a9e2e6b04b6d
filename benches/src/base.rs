//! The stored events that everything is measured on top of.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use events::{Filter, Journal, Seq, Timestamp, Viewer, conformance::Generator};
use tokio::runtime::Runtime;

use crate::{
    Result,
    statistics::thousands,
    store::{Store, StoreKind},
};

/// Events are spread over so many days before now: several partitions.
const DAYS: u64 = 90;

/// Events that are appended at once while the base is built.
const BATCH: usize = 1_024;

/// A folder with stored events.
#[derive(Debug)]
pub(crate) struct Base {
    kind: StoreKind,
    /// Where they are.
    pub(crate) folder: PathBuf,
    /// How many were stored before anything was measured.
    pub(crate) events: u64,
    /// Kept open where nothing outlives the store.
    volatile: Option<Store>,
}

impl Base {
    /// Fills the folder up to `events` events, or uses what it holds.
    pub(crate) fn build(kind: StoreKind, folder: &Path, events: u64) -> Result<Self> {
        let store = Store::open(kind, folder)?;
        let mut base = Self { kind, folder: folder.to_owned(), events: 0, volatile: None };
        let held = count(&store)?;
        base.events = held.max(events);
        if held < events {
            fill(&store, held, events)?;
        }
        store.settle()?;
        if kind == StoreKind::Sqlite {
            store.close();
        } else {
            base.volatile = Some(store);
        }
        Ok(base)
    }

    /// Opens the store.
    pub(crate) fn open(&self) -> Result<Store> {
        match &self.volatile {
            Some(store) => Ok(store.clone()),
            None => Store::open(self.kind, &self.folder),
        }
    }
}

/// How many events a store holds.
fn count(store: &Store) -> Result<u64> {
    let runtime: Runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (everything, admin) = (Filter::everything(), Viewer::admin());
    let search = store.search();
    Ok(runtime.block_on(search.count(&everything, &admin, None))?.events)
}

fn fill(store: &Store, held: u64, events: u64) -> Result<()> {
    let missing = usize::try_from(events - held)?;
    let now = now();
    let start = now.minus(Duration::from_secs(DAYS * 24 * 60 * 60));
    let (devices, users) = (missing.div_ceil(100).clamp(100, 100_000), missing.div_ceil(1_000).clamp(20, 10_000));
    let mut generator = Generator::new(held + 7).resources(devices).users(users).between(start, now, missing);
    let begun = Instant::now();
    let mut stored = 0;
    while stored < missing {
        let batch = generator.events(BATCH.min(missing - stored));
        stored += batch.len();
        store.append(&batch)?;
        if stored.is_multiple_of(BATCH * 64) || stored == missing {
            eprint!("\r  storing {} events: {} ", thousands(missing as f64), thousands(stored as f64));
            std::io::stderr().flush()?;
        }
    }
    let took = begun.elapsed().as_secs_f64();
    eprintln!("in {took:.0} s, {}/s", thousands(missing as f64 / took));
    Ok(())
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Documents from all over the store, oldest first.
pub(crate) fn sample(store: &Store, events: u64, wanted: u64) -> Result<Vec<events::Sequenced>> {
    let step = (events / wanted).max(1);
    let mut sampled = Vec::new();
    for from in (1..=events).step_by(usize::try_from(step)?) {
        sampled.extend(store.read(Seq(from), 1, 1)?);
    }
    Ok(sampled)
}
