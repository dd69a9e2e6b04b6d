//! Another embedded store that events are delivered to.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use events::{
    Appended, Batches, BoxFuture, Delivery, Destination, Entry, EntryKind, Journal, Search, Sequenced, SqliteStore,
};

/// A store as a destination named `other`. A clone is another handle to the same.
#[derive(Clone)]
pub(crate) struct OtherStore {
    pub(crate) store: SqliteStore,
    pub(crate) batches: Batches,
    away: Arc<AtomicBool>,
}

impl OtherStore {
    pub(crate) fn of(store: SqliteStore) -> Self {
        Self { store, batches: Batches::default(), away: Arc::default() }
    }

    /// Whether it takes nothing.
    pub(crate) fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }
}

impl Destination for OtherStore {
    fn name(&self) -> &str {
        "other"
    }

    fn deliver<'d>(&'d self, batch: &'d [Sequenced]) -> BoxFuture<'d, Vec<Delivery>> {
        Box::pin(async move {
            let retry = |reason: &str| vec![Delivery::Retry { reason: reason.to_owned() }; batch.len()];
            if self.away.load(Ordering::SeqCst) {
                return retry("it is away");
            }
            // Whether a closing may exist was decided where it comes from.
            let entry = |event: &Sequenced| {
                let (id, document) = (event.id, event.document.clone());
                Entry { id, document, kind: EntryKind::Direct }
            };
            match self.store.append(&batch.iter().map(entry).collect::<Vec<_>>()) {
                Ok(answers) => answers.into_iter().map(answer).collect(),
                Err(error) => retry(&error.to_string()),
            }
        })
    }

    fn batches(&self) -> Batches {
        self.batches
    }

    fn search(&self) -> Option<Arc<dyn Search>> {
        Some(Journal::search(&self.store))
    }
}

fn answer(appended: Appended) -> Delivery {
    match appended {
        Appended::Stored(_) => Delivery::Stored,
        Appended::AlreadyStored => Delivery::AlreadyThere,
        other => Delivery::Rejected { reason: format!("{other:?}") },
    }
}
