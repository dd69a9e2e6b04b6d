//! Searching a view of the store: pages, counts, aggregates.

use std::{
    collections::{BTreeMap, BinaryHeap, HashMap},
    sync::Arc,
};

use events_core::{
    Acl, Aggregation, Buckets, Count, Cursor, EventId, Filter, Found, Keys, Month, Page, Partition, Query, Room, Seq,
    Timestamp, Viewer, Visibility,
};
use serde::Deserialize;

use crate::{
    error::StoreError,
    evaluate::{self, Candidates},
    event_keys::KeyDeriver,
    part::{Part, PartSource},
    pool::Deadline,
    question::Question,
    read::Gap,
    segment::Segment,
    tail::TailView,
};

/// The store at one moment.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) segments: Arc<[Arc<Segment>]>,
    pub(crate) tail: TailView,
    /// What was lost of the journal.
    pub(crate) gaps: Arc<[Gap]>,
}

/// What is known of an event where some segments cannot be read.
#[derive(Debug)]
pub(crate) enum Readable {
    Found(Arc<[u8]>),
    Absent,
    /// A segment that may have it cannot be read.
    Unknown,
}

/// The part of a document that says who sees it.
#[derive(Deserialize)]
struct Protected {
    acl: Acl,
}

/// How much `viewer` sees of a document; an unreadable one is seen by administrators.
pub(crate) fn visibility(document: &[u8], viewer: &Viewer) -> Option<Visibility> {
    if viewer.is_admin() {
        return Some(Visibility::Everything);
    }
    serde_json::from_slice::<Protected>(document).ok()?.acl.visibility(viewer)
}

/// How much of `document` the viewer sees, if the filter finds it.
fn examine(document: &[u8], filter: &Filter, viewer: &Viewer) -> Option<Visibility> {
    let keys = Keys::of(document).ok()?;
    let visibility = keys.acl.visibility(viewer)?;
    filter.finds(document, &keys, visibility).then_some(visibility)
}

/// A part in the course of a search for a page.
struct Walk<'s> {
    part: Box<dyn Part + 's>,
    candidates: Candidates,
    /// Where the walk stands.
    position: usize,
}

impl Walk<'_> {
    /// Goes to the next candidate, towards the past.
    fn advance(&mut self) -> Result<Option<Cursor>, StoreError> {
        match self.candidates.positions.last_below(self.position) {
            None => Ok(None),
            Some(position) => {
                self.position = position;
                self.part.cursor(position).map(Some)
            }
        }
    }
}

impl View {
    /// Events that were lost of the journal.
    pub(crate) fn unreadable(&self) -> u64 {
        self.gaps.iter().map(|gap| gap.last.0 + 1 - gap.first.0).sum()
    }

    /// All parts that may have events before `after` and inside the time bounds, newest first.
    pub(crate) fn parts(
        self,
        deriver: &KeyDeriver,
        filter: &Filter,
        after: Option<Cursor>,
    ) -> Vec<(Cursor, PartSource)> {
        let (from, until) = filter.time_bounds();
        let segments = self.segments.iter().map(|segment| PartSource::Segment(Arc::clone(segment)));
        let chunks = self.tail.chunks().into_iter().map(PartSource::Chunk);
        let mut parts: Vec<(Cursor, PartSource)> = segments
            .chain(chunks)
            .filter_map(|part| {
                let (newest, oldest) = (part.newest(deriver)?, part.oldest(deriver)?);
                let overlaps = newest.timestamp >= from && (oldest.timestamp < until || until == Timestamp::MAX);
                let before = after.is_none_or(|after| oldest < after);
                (overlaps && before).then_some((newest, part))
            })
            .collect();
        parts.sort_by_key(|(newest, _)| std::cmp::Reverse(*newest));
        parts
    }

    /// The document of an event, sealed or not.
    pub(crate) fn any_document(&self, id: EventId) -> Result<Option<Arc<[u8]>>, StoreError> {
        match self.tail.from(Seq(0)).find(|event| event.id == id) {
            Some(event) => Ok(Some(Arc::clone(&event.document))),
            None => self.sealed_document(id),
        }
    }

    /// The document of a sealed event.
    pub(crate) fn sealed_document(&self, id: EventId) -> Result<Option<Arc<[u8]>>, StoreError> {
        for segment in self.segments.iter().rev().filter(|segment| segment.spans_id(id)) {
            if let Some(position) = segment.position_of(id)? {
                return segment.document(position).map(Some);
            }
        }
        Ok(None)
    }

    /// The document of a sealed event, if a part that can be read has it; what cannot be read is passed over.
    pub(crate) fn sealed_where_readable(&self, id: EventId) -> Readable {
        let mut unreadable = false;
        for segment in self.segments.iter().rev().filter(|segment| segment.spans_id(id)) {
            let document = |position: Option<usize>| position.map(|position| segment.document(position)).transpose();
            match segment.position_of(id).and_then(document) {
                Ok(Some(document)) => return Readable::Found(document),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%id, %error, "an event is judged without a segment that cannot be read");
                    unreadable = true;
                }
            }
        }
        if unreadable { Readable::Unknown } else { Readable::Absent }
    }

    /// A page of events.
    pub(crate) fn page(self, deriver: &KeyDeriver, query: &Query, deadline: &Deadline) -> Result<Page, StoreError> {
        if !query.is_newest_first() {
            return self.page_in_order(deriver, query, deadline);
        }
        let mut page = Page { unreadable: self.unreadable(), ..Page::default() };
        if query.limit == 0 {
            return Ok(page);
        }
        let (mut left_out, mut room) = (0, Room::of(query.bytes));
        let question = Question::new(&deriver.hasher, &query.filter, &query.viewer);
        let parts = self.parts(deriver, &query.filter, query.after);
        let mut waiting = parts.iter().enumerate().peekable();
        let mut walks: HashMap<usize, Walk<'_>> = HashMap::new();
        let mut heads: BinaryHeap<(Cursor, usize)> = BinaryHeap::new();
        let mut last = None;
        loop {
            // A part is looked into only when nothing newer is left elsewhere.
            while let Some((index, (_, source))) =
                waiting.next_if(|(_, (newest, _))| heads.peek().is_none_or(|(head, _)| newest >= head))
            {
                if deadline.passed() {
                    page.cut = true;
                    page.next = last.or(query.after);
                    return Ok(page);
                }
                let mut part = source.open(deriver);
                let candidates = evaluate::candidates(&mut *part, &question)?;
                if candidates.positions.is_empty() {
                    continue;
                }
                let position = match query.after {
                    Some(after) => part.lower_bound(after)?,
                    None => part.events(),
                };
                let mut walk = Walk { part, candidates, position };
                if let Some(cursor) = walk.advance()? {
                    heads.push((cursor, index));
                    walks.insert(index, walk);
                }
            }
            let Some((cursor, index)) = heads.pop() else { return Ok(page) };
            let Some(walk) = walks.get_mut(&index) else { return Ok(page) };
            if page.events.len() == query.limit && walk.candidates.exact {
                page.next = last;
                return Ok(page);
            }
            let document = walk.part.document(walk.position)?;
            let seen = if walk.candidates.exact {
                visibility(&document, &query.viewer)
            } else {
                examine(&document, &query.filter, &query.viewer)
            };
            if let Some(seen) = seen {
                if page.events.len() == query.limit {
                    page.next = last;
                    return Ok(page);
                }
                if left_out < query.offset {
                    left_out += 1;
                } else if room.take(&document) {
                    page.events.push(Found::new(document, seen));
                } else {
                    (page.full, page.next) = (true, last);
                    return Ok(page);
                }
                last = Some(cursor);
            } else if page.events.len() < query.limit {
                last = Some(cursor);
            }
            match walk.advance()? {
                Some(next) => heads.push((next, index)),
                None => drop(walks.remove(&index)),
            }
            if deadline.passed() {
                page.cut = !(heads.is_empty() && waiting.peek().is_none());
                page.next = last.or(query.after).filter(|_| page.cut);
                return Ok(page);
            }
        }
    }

    /// How many events a filter finds.
    pub(crate) fn count(
        self,
        deriver: &KeyDeriver,
        filter: &Filter,
        viewer: &Viewer,
        deadline: &Deadline,
    ) -> Result<Count, StoreError> {
        let question = Question::new(&deriver.hasher, filter, viewer);
        let mut count = Count { unreadable: self.unreadable(), ..Count::default() };
        for (_, source) in self.parts(deriver, filter, None) {
            if deadline.passed() {
                count.cut = true;
                return Ok(count);
            }
            let mut part = source.open(deriver);
            let Candidates { positions, exact } = evaluate::candidates(&mut *part, &question)?;
            if exact {
                count.events += positions.count();
                continue;
            }
            let mut end = positions.events();
            while let Some(position) = positions.last_below(end) {
                if deadline.passed() {
                    count.cut = true;
                    return Ok(count);
                }
                end = position;
                let document = part.document(position)?;
                count.events += u64::from(examine(&document, filter, viewer).is_some());
            }
        }
        Ok(count)
    }

    /// Counts by the values of an attribute.
    pub(crate) fn aggregate(
        self,
        deriver: &KeyDeriver,
        aggregation: &Aggregation,
        deadline: &Deadline,
    ) -> Result<Buckets, StoreError> {
        let Aggregation { filter, viewer, by, size, .. } = aggregation;
        let question = Question::new(&deriver.hasher, filter, viewer);
        let unreadable = self.unreadable();
        let mut counts: HashMap<Arc<str>, u64> = HashMap::new();
        let mut cut = false;
        for (_, source) in self.parts(deriver, filter, None) {
            if deadline.passed() {
                cut = true;
                break;
            }
            let mut part = source.open(deriver);
            let Candidates { positions, exact } = evaluate::countable_by(&mut *part, &question, by)?;
            if positions.is_empty() {
                continue;
            }
            let listed = match by.keys().filter(|_| exact) {
                Some(attribute) => part.values(attribute)?.map(|values| (attribute, values)),
                None => None,
            };
            match listed {
                Some((attribute, values)) => {
                    for value in values {
                        let common = part.count_having(deriver.hasher.key(attribute, &value), &positions)?;
                        if common > 0 {
                            *counts.entry(by.of_key(&value).into()).or_default() += common;
                        }
                    }
                }
                _ => {
                    let mut end = positions.events();
                    while let Some(position) = positions.last_below(end) {
                        end = position;
                        if deadline.passed() {
                            cut = true;
                            break;
                        }
                        let document = part.document(position)?;
                        let Ok(keys) = Keys::of(&document) else { continue };
                        let Some(seen) = keys.acl.visibility(viewer) else { continue };
                        if seen >= by.visible_from() && filter.finds(&document, &keys, seen) {
                            for value in by.values(&document, &keys) {
                                *counts.entry(value.into()).or_default() += 1;
                            }
                        }
                    }
                }
            }
        }
        let (distinct, values) = (counts.len() as u64, counts.values().sum());
        let mut buckets: Vec<(String, u64)> =
            counts.into_iter().map(|(value, count)| (value.as_ref().to_owned(), count)).collect();
        buckets.sort_unstable_by(|(one, one_count), (other, other_count)| {
            other_count.cmp(one_count).then_with(|| one.cmp(other))
        });
        buckets.truncate(*size);
        Ok(Buckets { buckets, distinct, values, cut, unreadable })
    }

    /// The months.
    pub(crate) fn partitions(self, deriver: &KeyDeriver) -> Vec<Partition> {
        let mut months: BTreeMap<Month, Partition> = BTreeMap::new();
        let mut add = |month, events, first, last| {
            let partition = months.entry(month).or_insert(Partition { month, events: 0, first, last });
            partition.events += events;
            partition.first = partition.first.min(first);
            partition.last = partition.last.max(last);
        };
        for segment in self.segments.iter() {
            let row = &segment.row;
            add(row.month, row.events as u64, row.oldest.timestamp, row.newest.timestamp);
        }
        for chunk in self.tail.chunks() {
            for event in &chunk.events {
                let at = event.keys(deriver).timestamp;
                add(event.id.timestamp().month(), 1, at, at);
            }
        }
        months.into_values().collect()
    }
}
