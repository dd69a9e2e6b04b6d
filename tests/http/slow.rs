//! A store in memory that takes its time for every search and look-up, and keeps how much each was given. A search that
//! was given none finds nothing.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use events::{
    Aggregation, AppendError, Appended, Bookmarks, BoxFuture, Buckets, Bytes, Count, Entry, EventId, Filter, Found,
    Journal, JournalError, OpenOperation, Page, Partition, Query, Search, SearchError, Seq, Sequenced, Viewer,
    memory::MemoryStore,
};
use tokio::sync::watch;

/// A clone is another handle to the same.
#[derive(Clone)]
pub(crate) struct Slow {
    store: MemoryStore,
    pause: Duration,
    held: watch::Sender<bool>,
    given: Arc<Mutex<Vec<Duration>>>,
    busy_about: Arc<Mutex<Option<EventId>>>,
}

impl Slow {
    /// One that takes so long.
    pub(crate) fn by(pause: Duration) -> Self {
        Self {
            store: MemoryStore::new(),
            pause,
            held: watch::Sender::new(false),
            given: Arc::default(),
            busy_about: Arc::default(),
        }
    }

    /// How much time each was given since this was asked last.
    pub(crate) fn given(&self) -> Vec<Duration> {
        std::mem::take(&mut self.given.lock().unwrap())
    }

    /// Whether it gives no page for now.
    pub(crate) fn hold_pages(&self, held: bool) {
        self.held.send_replace(held);
    }

    /// From now on this event cannot be looked up.
    pub(crate) fn be_busy_about(&self, id: EventId) {
        *self.busy_about.lock().unwrap() = Some(id);
    }

    async fn take_time(&self, within: Option<Duration>) {
        self.given.lock().unwrap().push(within.expect("a limit"));
        tokio::time::sleep(self.pause).await;
    }
}

impl Search for Slow {
    fn get<'s>(
        &'s self,
        id: EventId,
        viewer: &'s Viewer,
        within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Option<Found>, SearchError>> {
        Box::pin(async move {
            self.take_time(within).await;
            if *self.busy_about.lock().unwrap() == Some(id) {
                return Err(SearchError::Busy("as it was told"));
            }
            Search::get(&self.store, id, viewer, within).await
        })
    }

    fn search<'s>(&'s self, query: &'s Query) -> BoxFuture<'s, Result<Page, SearchError>> {
        Box::pin(async move {
            self.take_time(query.within).await;
            self.held.subscribe().wait_for(|held| !held).await.expect("this is one of its handles");
            if query.within == Some(Duration::ZERO) {
                return Ok(Page { cut: true, ..Page::default() });
            }
            Search::search(&self.store, query).await
        })
    }

    fn count<'s>(
        &'s self,
        filter: &'s Filter,
        viewer: &'s Viewer,
        within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Count, SearchError>> {
        Box::pin(async move {
            self.take_time(within).await;
            self.store.count(filter, viewer, within).await
        })
    }

    fn aggregate<'s>(&'s self, aggregation: &'s Aggregation) -> BoxFuture<'s, Result<Buckets, SearchError>> {
        Box::pin(async move {
            self.take_time(aggregation.within).await;
            if aggregation.within == Some(Duration::ZERO) {
                return Ok(Buckets { cut: true, ..Buckets::default() });
            }
            self.store.aggregate(aggregation).await
        })
    }

    fn partitions(&self) -> BoxFuture<'_, Result<Vec<Partition>, SearchError>> {
        self.store.partitions()
    }
}

impl Journal for Slow {
    fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, AppendError> {
        self.store.append(entries)
    }

    fn get(&self, id: EventId) -> Result<Option<Bytes>, JournalError> {
        Journal::get(&self.store, id)
    }

    fn read(&self, from: Seq, limit: usize, bytes: usize) -> Result<Vec<Sequenced>, JournalError> {
        self.store.read(from, limit, bytes)
    }

    fn last_seq(&self) -> Seq {
        self.store.last_seq()
    }

    fn note(&self, operation: EventId) -> Result<Option<Bytes>, JournalError> {
        self.store.note(operation)
    }

    fn open_operations(&self) -> Result<Vec<OpenOperation>, JournalError> {
        self.store.open_operations()
    }

    fn search(&self) -> Arc<dyn Search> {
        Arc::new(self.clone())
    }

    fn bookmarks(&self) -> Arc<dyn Bookmarks> {
        self.store.bookmarks()
    }
}
