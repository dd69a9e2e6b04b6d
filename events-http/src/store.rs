//! The store, as one request asks it: everything within one limit.

use std::time::{Duration, Instant};

use events_core::{
    Count, EventId, EventManager, Figure, Found, Measurement, Page, Query, Related, SearchError, Viewer,
};
use serde_json::Value;

use crate::error::ApiError;

/// See the module.
pub(crate) struct Store<'m> {
    manager: &'m EventManager,
    limit: Duration,
    since: Instant,
}

impl<'m> Store<'m> {
    /// For a request that begins now.
    pub(crate) fn within_limit(manager: &'m EventManager) -> Self {
        Self { manager, limit: manager.limits().search, since: Instant::now() }
    }

    /// What is left of the limit: nothing, where it is so little that another search would be a matter of luck.
    fn left(&self) -> Duration {
        let left = self.limit.saturating_sub(self.since.elapsed());
        if left < self.limit / 50 { Duration::ZERO } else { left }
    }

    pub(crate) async fn event(&self, id: EventId, viewer: &Viewer) -> Result<Option<Found>, ApiError> {
        Ok(self.manager.get_within(id, viewer, self.left()).await?)
    }

    /// Whether there is an event, for an answer that can do without knowing.
    pub(crate) async fn is_there(&self, id: EventId, viewer: &Viewer) -> Result<bool, SearchError> {
        Ok(self.manager.get_within(id, viewer, self.left()).await?.is_some())
    }

    pub(crate) async fn tree(&self, root: EventId, viewer: &Viewer) -> Result<Related, ApiError> {
        let left = self.left();
        searched(left, self.manager.tree_within(root, viewer, left).await?)
    }

    pub(crate) async fn children(&self, parent: EventId, viewer: &Viewer) -> Result<Related, ApiError> {
        let left = self.left();
        searched(left, self.manager.children_within(parent, viewer, left).await?)
    }

    pub(crate) async fn count(&self, query: &Query) -> Result<Count, ApiError> {
        let count = self.manager.count_within(&query.filter, &query.viewer, self.left()).await?;
        self.whole(count.cut).map(|()| count)
    }

    pub(crate) async fn page(&self, query: Query) -> Result<Page, ApiError> {
        let offset = query.offset;
        let page = self.manager.search(&Query { within: Some(self.left()), ..query }).await?;
        if page.full && page.events.is_empty() {
            let message = "`orderby`: so many events before `first` have more text to compare than is kept: begin earlier, \
                           or order by something shorter";
            return Err(ApiError::BadRequest(message.to_owned()));
        }
        if page.full {
            let last = offset + page.events.len();
            let most = self.manager.limits().answer_bytes;
            return Err(ApiError::BadRequest(format!(
                "the events are larger than the {most} bytes that one answer carries: ask for fewer, here up to `last={last}`"
            )));
        }
        self.whole(page.cut).map(|()| page)
    }

    pub(crate) async fn figure(&self, query: &Query, figure: Figure) -> Result<Value, ApiError> {
        let (filter, viewer) = (query.filter.clone(), query.viewer.clone());
        let measurement = Measurement { filter, viewer, figure, within: Some(self.left()) };
        let measured = self.manager.measure(&measurement).await?;
        if measured.full {
            return Err(ApiError::BadRequest(format!(
                "`aggregation`: there are more different values of `{}` than are kept to count them: add a condition",
                measurement.figure.of
            )));
        }
        self.whole(measured.cut).map(|()| measured.value)
    }

    /// A part of the answer would be taken for all of it.
    fn whole(&self, cut: bool) -> Result<(), ApiError> {
        if !cut {
            return Ok(());
        }
        Err(ApiError::BadRequest(format!(
            "the search did not end within {:?}: add a condition that an index serves, such as `event-type='…'`, \
             `resource/href='…'` or a range of `timestamp`",
            self.limit
        )))
    }
}

/// What had no time, and found nothing, was no search: nobody knows whether there is anything.
fn searched(left: Duration, related: Related) -> Result<Related, ApiError> {
    if left.is_zero() && related.cut && related.events.is_empty() {
        return Err(SearchError::Busy("the look-up of its event took all of the time").into());
    }
    Ok(related)
}
