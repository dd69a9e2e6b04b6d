//! Searching in memory: every event is looked at, every time.

use std::{cmp::Reverse, collections::BTreeMap, time::Duration};

use super::{MemoryStore, Stored, StoredEvent};
use crate::{
    acl::Visibility,
    id::EventId,
    identity::Viewer,
    query::{Cursor, Filter, Query},
    room::Room,
    search::{Aggregation, BoxFuture, Buckets, Count, Counts, Found, Page, Partition, Rank, Search, SearchError},
    timestamp::Month,
};

impl StoredEvent {
    fn cursor(&self) -> Cursor {
        Cursor { timestamp: self.keys.timestamp, id: self.keys.id }
    }
}

impl Stored {
    /// The events that `viewer` finds, and how much of each is seen, as they were stored.
    fn find<'s>(
        &'s self,
        filter: &'s Filter,
        viewer: &'s Viewer,
    ) -> impl Iterator<Item = (&'s StoredEvent, Visibility)> {
        self.events.iter().filter_map(move |event| {
            let visibility = event.keys.acl.visibility(viewer)?;
            filter.finds(&event.document, &event.keys, visibility).then_some((event, visibility))
        })
    }

    fn page(&self, query: &Query) -> Page {
        let mut found: Vec<_> = self.find(&query.filter, &query.viewer).collect();
        if query.is_newest_first() {
            found.sort_by_key(|(event, _)| Reverse(event.cursor()));
        } else {
            found.sort_by_cached_key(|(event, seen)| Rank::of(&query.order, &event.document, &event.keys, *seen));
        }
        found.retain(|(event, _)| query.after.is_none_or(|after| event.cursor() < after));
        found.drain(..query.offset.min(found.len()));
        let there = found.len();
        found.truncate(query.limit);
        let (mut room, asked) = (Room::of(query.bytes), found.len());
        found.truncate(found.iter().take_while(|(event, _)| room.take(event.document.len())).count());
        let full = found.len() < asked;
        let more = there > found.len() && query.is_newest_first();
        let next = found.last().filter(|_| more).map(|(event, _)| event.cursor());
        let events = found.into_iter().map(|(event, seen)| Found::new(event.document.clone(), seen)).collect();
        Page { events, next, full, ..Page::default() }
    }

    fn buckets(&self, aggregation: &Aggregation) -> Buckets {
        let Aggregation { filter, viewer, by, size, .. } = aggregation;
        let mut counts = Counts::default();
        let found = self.find(filter, viewer).filter(|(_, seen)| *seen >= by.visible_from());
        let mut values = found.flat_map(|(event, _)| by.values(&event.document, &event.keys));
        while values.next().is_some_and(|value| counts.add(&value, 1)) {}
        counts.into_buckets(*size)
    }

    fn partitions(&self) -> Vec<Partition> {
        let mut months: BTreeMap<Month, Partition> = BTreeMap::new();
        for event in &self.events {
            let (month, at) = (event.keys.id.timestamp().month(), event.keys.timestamp);
            let partition = months.entry(month).or_insert(Partition { month, events: 0, first: at, last: at });
            partition.events += 1;
            partition.first = partition.first.min(at);
            partition.last = partition.last.max(at);
        }
        months.into_values().collect()
    }
}

impl Search for MemoryStore {
    fn get<'s>(
        &'s self,
        id: EventId,
        viewer: &'s Viewer,
        _within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Option<Found>, SearchError>> {
        Box::pin(async move {
            let stored = self.stored();
            let Some(event) = stored.get(id) else { return Ok(None) };
            let visibility = event.keys.acl.visibility(viewer);
            Ok(visibility.map(|visibility| Found::new(event.document.clone(), visibility)))
        })
    }

    fn search<'s>(&'s self, query: &'s Query) -> BoxFuture<'s, Result<Page, SearchError>> {
        Box::pin(async move {
            query.check()?;
            Ok(self.stored().page(query))
        })
    }

    fn count<'s>(
        &'s self,
        filter: &'s Filter,
        viewer: &'s Viewer,
        _within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Count, SearchError>> {
        Box::pin(async move {
            let events = self.stored().find(filter, viewer).count() as u64;
            Ok(Count { events, ..Count::default() })
        })
    }

    fn aggregate<'s>(&'s self, aggregation: &'s Aggregation) -> BoxFuture<'s, Result<Buckets, SearchError>> {
        Box::pin(async move { Ok(self.stored().buckets(aggregation)) })
    }

    fn partitions(&self) -> BoxFuture<'_, Result<Vec<Partition>, SearchError>> {
        Box::pin(async move { Ok(self.stored().partitions()) })
    }
}
