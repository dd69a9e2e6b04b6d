//! The answers of a store that looks at every event.

use std::{cmp::Reverse, collections::BTreeMap};

use bytes::Bytes;

use crate::{
    acl::Visibility,
    event::InvalidEvent,
    identity::Viewer,
    journal::Entry,
    keys::Keys,
    query::{Cursor, Filter},
    search::{Aggregation, Buckets},
};

/// Events, and the right answer to every question about them.
#[derive(Clone, Debug, Default)]
pub struct Naive(Vec<(Bytes, Keys<'static>)>);

/// An event that the naive evaluation finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Its place in the order.
    pub cursor: Cursor,
    /// How much of it the viewer sees.
    pub visibility: Visibility,
    /// Its document.
    pub document: Bytes,
}

impl Naive {
    /// Of these events.
    ///
    /// # Errors
    /// One of the documents is not an event.
    pub fn of(entries: &[Entry]) -> Result<Self, InvalidEvent> {
        let read = |entry: &Entry| Ok((entry.document.clone(), Keys::of(&entry.document)?.into_owned()));
        entries.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    fn found<'n>(
        &'n self,
        filter: &'n Filter,
        viewer: &'n Viewer,
    ) -> impl Iterator<Item = (&'n Bytes, &'n Keys<'static>, Visibility)> {
        self.0.iter().filter_map(move |(document, keys)| {
            let visibility = keys.acl.visibility(viewer)?;
            filter.finds(document, keys, visibility).then_some((document, keys, visibility))
        })
    }

    /// Every event that `viewer` finds, newest first.
    pub fn search(&self, filter: &Filter, viewer: &Viewer) -> Vec<Expected> {
        let expected = |(document, keys, visibility): (&Bytes, &Keys<'_>, Visibility)| {
            let cursor = Cursor { timestamp: keys.timestamp, id: keys.id };
            Expected { cursor, visibility, document: document.clone() }
        };
        let mut events: Vec<Expected> = self.found(filter, viewer).map(expected).collect();
        events.sort_by_key(|event| Reverse(event.cursor));
        events
    }

    /// Counts by the values of an attribute.
    pub fn aggregate(&self, aggregation: &Aggregation) -> Buckets {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (document, keys, visibility) in self.found(&aggregation.filter, &aggregation.viewer) {
            if visibility >= aggregation.by.visible_from() {
                let values = aggregation.by.values(document, keys);
                values.into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
            }
        }
        let (distinct, values) = (counts.len() as u64, counts.values().sum());
        let mut buckets: Vec<(String, u64)> = counts.into_iter().collect();
        buckets.sort_by(|(one, ones), (other, others)| others.cmp(ones).then_with(|| one.cmp(other)));
        buckets.truncate(aggregation.size);
        Buckets { buckets, distinct, values, ..Buckets::default() }
    }
}
