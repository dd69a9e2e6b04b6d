//! The store as a [`Search`].

use std::{sync::Arc, time::Duration};

use events_core::{
    Aggregation, BoxFuture, Buckets, Bytes, Count, EventId, Filter, Found, Page, Partition, Query, Search, SearchError,
    Viewer,
};

use crate::{
    deadline::Deadline,
    error::StoreError,
    event_keys::KeyDeriver,
    find::{View, visibility},
    pool::Pool,
    segment::Segment,
    store::Handle,
};

/// What can be searched: an open store, or a reader beside one.
pub(crate) trait Viewable: Send + Sync + 'static {
    /// The store at this moment.
    fn view(&self) -> Result<View, StoreError>;

    fn document(&self, id: EventId) -> Result<Option<Bytes>, StoreError>;

    fn deriver(&self) -> &KeyDeriver;

    fn search_limit(&self) -> Duration;

    /// Asks a view. Files of a view can vanish beside a writing process, which merges segments: what fails
    /// is asked again as long as the segments change.
    fn retrying<T>(&self, ask: impl Fn(View) -> Result<T, StoreError>) -> Result<T, StoreError>
    where
        Self: Sized,
    {
        let mut view = self.view()?;
        loop {
            let segments = Arc::clone(&view.segments);
            match ask(view) {
                Err(damaged @ StoreError::Damaged { .. }) => {
                    view = self.view()?;
                    let numbers = |segments: &[Arc<Segment>]| -> Vec<u64> {
                        segments.iter().map(|segment| segment.row.number).collect()
                    };
                    if numbers(&view.segments) == numbers(&segments) {
                        return Err(damaged);
                    }
                }
                answer => return answer,
            }
        }
    }
}

/// Searches something on the threads of a pool.
pub(crate) struct Searcher<V> {
    viewable: Arc<V>,
    pool: Arc<Pool>,
    /// The store stays open as long as something searches it.
    _handle: Option<Arc<Handle>>,
}

impl<V: Viewable> Searcher<V> {
    pub(crate) fn new(viewable: Arc<V>, pool: Arc<Pool>, handle: Option<Arc<Handle>>) -> Self {
        Self { viewable, pool, _handle: handle }
    }

    /// Searches; what may take no time at all is answered with `nothing`, and waits for nobody.
    fn run<T: Send + 'static>(
        &self,
        viewer: &Viewer,
        within: Option<Duration>,
        nothing: T,
        search: impl Fn(View, &KeyDeriver, &Deadline) -> Result<T, StoreError> + Send + 'static,
    ) -> BoxFuture<'_, Result<T, SearchError>> {
        let viewable = Arc::clone(&self.viewable);
        let limit = within.unwrap_or_else(|| viewable.search_limit());
        if limit.is_zero() {
            return Box::pin(async { Ok(nothing) });
        }
        self.pool
            .run(viewer, limit, move |deadline| viewable.retrying(|view| search(view, viewable.deriver(), deadline)))
    }
}

impl<V: Viewable> Search for Searcher<V> {
    fn get<'s>(
        &'s self,
        id: EventId,
        viewer: &'s Viewer,
        within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Option<Found>, SearchError>> {
        let viewable = Arc::clone(&self.viewable);
        let seen_by = viewer.clone();
        self.pool.look_up(viewer, within.unwrap_or_else(|| self.viewable.search_limit()), move || {
            let document = viewable.document(id)?;
            Ok(document.and_then(|document| {
                let seen = visibility(&document, &seen_by)?;
                Some(Found::new(document, seen))
            }))
        })
    }

    fn search<'s>(&'s self, query: &'s Query) -> BoxFuture<'s, Result<Page, SearchError>> {
        if let Err(refused) = query.check() {
            return Box::pin(async { Err(refused) });
        }
        let asked = query.clone();
        let nothing = Page { cut: true, next: query.after.filter(|_| query.offset == 0), ..Page::default() };
        self.run(&query.viewer, query.within, nothing, move |view, deriver, deadline| {
            view.page(deriver, &asked, deadline)
        })
    }

    fn count<'s>(
        &'s self,
        filter: &'s Filter,
        viewer: &'s Viewer,
        within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Count, SearchError>> {
        let (filter, seen_by) = (filter.clone(), viewer.clone());
        let nothing = Count { cut: true, ..Count::default() };
        self.run(viewer, within, nothing, move |view, deriver, deadline| {
            view.count(deriver, &filter, &seen_by, deadline)
        })
    }

    fn aggregate<'s>(&'s self, aggregation: &'s Aggregation) -> BoxFuture<'s, Result<Buckets, SearchError>> {
        let asked = aggregation.clone();
        let nothing = Buckets { cut: true, ..Buckets::default() };
        self.run(&aggregation.viewer, aggregation.within, nothing, move |view, deriver, deadline| {
            view.aggregate(deriver, &asked, deadline)
        })
    }

    fn partitions(&self) -> BoxFuture<'_, Result<Vec<Partition>, SearchError>> {
        let viewable = Arc::clone(&self.viewable);
        // Nobody in particular asks, and what is asked for stands in a list.
        self.pool.look_up(&Viewer::admin(), self.viewable.search_limit(), move || {
            viewable.retrying(|view| Ok(view.partitions(viewable.deriver())))
        })
    }
}
