//! What a manager is asked about the trail.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    id::EventId,
    identity::Viewer,
    limits::{Limits, from_now},
    manager::EventManager,
    query::{Filter, Query},
    room::Room,
    search::{Aggregation, Buckets, Count, Found, Measured, Measurement, Page, Related, Search, SearchError},
};

impl EventManager {
    /// A page of events, newest first where no other order is asked for.
    ///
    /// # Errors
    /// The store cannot be read. Cancel-safe.
    pub async fn search(&self, query: &Query) -> Result<Page, SearchError> {
        let limits = self.limits();
        let (within, bytes) = (query.within.or(Some(limits.search)), query.bytes.min(limits.answer_bytes));
        self.search_in()?.search(&Query { within, bytes, ..query.clone() }).await
    }

    /// One event, if `viewer` sees it; found at once after it was acknowledged.
    ///
    /// # Errors
    /// The store cannot be read, or not within [`Limits::search`]. Cancel-safe.
    pub async fn get(&self, id: EventId, viewer: &Viewer) -> Result<Option<Found>, SearchError> {
        let within = self.shared().map(|shared| shared.limits.search);
        self.search_in()?.get(id, viewer, within).await
    }

    /// How many events a filter finds, exactly.
    ///
    /// # Errors
    /// The store cannot be read. Cancel-safe.
    pub async fn count(&self, filter: &Filter, viewer: &Viewer) -> Result<Count, SearchError> {
        self.count_within(filter, viewer, self.limits().search).await
    }

    /// The same, in at most so much time: for who asks several things, with one limit for all of them.
    ///
    /// # Errors
    /// The store cannot be read. Cancel-safe.
    pub async fn count_within(&self, filter: &Filter, viewer: &Viewer, within: Duration) -> Result<Count, SearchError> {
        self.search_in()?.count(filter, viewer, Some(within)).await
    }

    /// Counts by the values of an attribute.
    ///
    /// # Errors
    /// The store cannot be read. Cancel-safe.
    pub async fn aggregate(&self, aggregation: &Aggregation) -> Result<Buckets, SearchError> {
        let within = aggregation.within.or_else(|| self.shared().map(|shared| shared.limits.search));
        self.search_in()?.aggregate(&Aggregation { within, ..aggregation.clone() }).await
    }

    /// A figure about the values of an attribute.
    ///
    /// # Errors
    /// The store cannot be read. Cancel-safe.
    pub async fn measure(&self, measurement: &Measurement) -> Result<Measured, SearchError> {
        let within = measurement.within.or_else(|| self.shared().map(|shared| shared.limits.search));
        self.search_in()?.measure(&Measurement { within, ..measurement.clone() }).await
    }

    /// The events of the tree of a root: everything that followed from it, as much of it as one answer carries
    /// ([`Limits::answer_bytes`], [`Limits::related_events`]).
    ///
    /// # Errors
    /// The store cannot be read. Cancel-safe.
    pub async fn tree(&self, root: EventId, viewer: &Viewer) -> Result<Related, SearchError> {
        let query = Query::new(viewer.clone()).root(root);
        self.all(query).await
    }

    /// The events directly under an event, as many as one answer carries.
    ///
    /// # Errors
    /// The store cannot be read. Cancel-safe.
    pub async fn children(&self, parent: EventId, viewer: &Viewer) -> Result<Related, SearchError> {
        let query = Query::new(viewer.clone()).parent(parent);
        self.all(query).await
    }

    /// The store that is searched.
    pub fn searcher(&self) -> Option<Arc<dyn Search>> {
        self.shared().map(|shared| shared.search.clone())
    }

    fn search_in(&self) -> Result<&dyn Search, SearchError> {
        let disabled = || SearchError::Unsupported("this manager records nothing: there is nothing to search".into());
        self.shared().map(|shared| &*shared.search).ok_or_else(disabled)
    }

    /// Page by page, within one limit for all of them.
    async fn all(&self, mut query: Query) -> Result<Related, SearchError> {
        let Limits { search, answer_bytes, related_events, .. } = self.limits();
        let until = from_now(search);
        let (mut all, mut room) = (Related::default(), Room::of(answer_bytes));
        loop {
            query.limit = related_events.saturating_sub(all.events.len()).min(1_000);
            query.bytes = room.left();
            query.within = Some(until.saturating_duration_since(Instant::now()));
            let page = match self.search(&query).await {
                // What is there already was worth waiting for.
                Err(SearchError::Busy(_)) if !all.events.is_empty() => Page { cut: true, ..Page::default() },
                page => page?,
            };
            // The first of every page comes however large it is, and may be too large for what is left here.
            let with_page = all.events.len() + page.events.len();
            all.events.extend(page.events.into_iter().take_while(|found| room.take(found.stored().len())));
            all.cut = page.cut || page.full || all.events.len() < with_page;
            all.unreadable = all.unreadable.max(page.unreadable);
            query.after = page.next;
            if all.cut || query.after.is_none() {
                break;
            }
            if room.left() == 0 || all.events.len() >= related_events {
                all.cut = true;
                break;
            }
        }
        all.events.reverse();
        Ok(all)
    }
}
