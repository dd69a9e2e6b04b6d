//! Searching where events are delivered to, without missing one's own newest.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{
    id::EventId,
    identity::Viewer,
    query::{Filter, Query},
    search::{Aggregation, BoxFuture, Buckets, Count, Found, Page, Partition, Search, SearchError},
};

/// Searches elsewhere; an event that is asked for by its id is looked up in the journal's own store first.
pub(crate) struct OwnFirst {
    pub(crate) own: Arc<dyn Search>,
    pub(crate) elsewhere: Arc<dyn Search>,
}

impl Search for OwnFirst {
    fn get<'s>(
        &'s self,
        id: EventId,
        viewer: &'s Viewer,
        within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Option<Found>, SearchError>> {
        Box::pin(async move {
            let began = Instant::now();
            let own = self.own.get(id, viewer, within).await;
            match &own {
                Ok(Some(_)) => return own,
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, %id, "an event is looked for elsewhere"),
            }
            let left = within.map(|within| within.saturating_sub(began.elapsed()));
            match self.elsewhere.get(id, viewer, left).await? {
                // Elsewhere it may only not be yet: where one's own store could not say, nobody can.
                None => own,
                found => Ok(found),
            }
        })
    }

    fn search<'s>(&'s self, query: &'s Query) -> BoxFuture<'s, Result<Page, SearchError>> {
        self.elsewhere.search(query)
    }

    fn count<'s>(
        &'s self,
        filter: &'s Filter,
        viewer: &'s Viewer,
        within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Count, SearchError>> {
        self.elsewhere.count(filter, viewer, within)
    }

    fn aggregate<'s>(&'s self, aggregation: &'s Aggregation) -> BoxFuture<'s, Result<Buckets, SearchError>> {
        self.elsewhere.aggregate(aggregation)
    }

    fn partitions(&self) -> BoxFuture<'_, Result<Vec<Partition>, SearchError>> {
        self.elsewhere.partitions()
    }
}
