//! Searching a view of the store: pages, counts, aggregates.

use std::{
    collections::{BTreeMap, BinaryHeap, HashMap},
    sync::Arc,
};

use events_core::{
    Acl, Aggregation, Buckets, Bytes, Count, Counts, Cursor, EventId, Filter, Found, Keys, Month, Page, Partition,
    Query, Room, Seq, Timestamp, Viewer, Visibility,
};
use serde::Deserialize;

use crate::{
    deadline::Deadline,
    error::StoreError,
    evaluate::{self, Candidates},
    event_keys::KeyDeriver,
    part::{Part, PartSource},
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
    Found(Bytes),
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

/// The rows of a page that is being made.
struct Rows<'q> {
    query: &'q Query,
    page: Page,
    /// How many the offset has left out.
    left_out: usize,
    room: Room,
    /// The last event that was looked at for it.
    last: Option<Cursor>,
}

impl<'q> Rows<'q> {
    fn of(query: &'q Query, unreadable: u64) -> Self {
        let page = Page { unreadable, ..Page::default() };
        Self { query, page, left_out: 0, room: Room::of(query.bytes), last: None }
    }

    fn are_enough(&self) -> bool {
        self.page.events.len() == self.query.limit
    }

    /// The next one; false where there is no room for it.
    fn take(&mut self, found: Found) -> bool {
        if self.left_out < self.query.offset {
            self.left_out += 1;
            return true;
        }
        let fits = self.room.take(found.stored().len());
        if fits {
            self.page.events.push(found);
        }
        fits
    }

    /// There are more, for which the page has no place.
    fn and_more(mut self) -> Page {
        self.page.next = self.last;
        self.page
    }

    /// There are more, for which it has no room.
    fn full(mut self) -> Page {
        self.page.full = true;
        self.and_more()
    }

    /// Time is over. Whoever goes on does so without the offset, which has to be through by then.
    fn cut(mut self) -> Page {
        let passed = self.left_out == self.query.offset;
        (self.page.cut, self.page.next) = (true, self.last.or(self.query.after).filter(|_| passed));
        self.page
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
    pub(crate) fn any_document(&self, id: EventId) -> Result<Option<Bytes>, StoreError> {
        match self.tail.from(Seq(0)).find(|event| event.id == id) {
            Some(event) => Ok(Some(event.document.clone())),
            None => self.sealed_document(id),
        }
    }

    /// The document of a sealed event.
    pub(crate) fn sealed_document(&self, id: EventId) -> Result<Option<Bytes>, StoreError> {
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
        let mut rows = Rows::of(query, self.unreadable());
        if query.limit == 0 {
            return Ok(rows.page);
        }
        let question = Question::new(&deriver.hasher, &query.filter, &query.viewer);
        let parts = self.parts(deriver, &query.filter, query.after);
        let mut waiting = parts.iter().enumerate().peekable();
        let mut walks: HashMap<usize, Walk<'_>> = HashMap::new();
        let mut heads: BinaryHeap<(Cursor, usize)> = BinaryHeap::new();
        loop {
            // A part is looked into only when nothing newer is left elsewhere.
            while let Some((index, (_, source))) =
                waiting.next_if(|(_, (newest, _))| heads.peek().is_none_or(|(head, _)| newest >= head))
            {
                let mut part = source.open(deriver);
                let Some(candidates) = evaluate::candidates(&mut *part, &question, deadline)? else {
                    return Ok(rows.cut());
                };
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
            let Some((cursor, index)) = heads.pop() else { return Ok(rows.page) };
            let Some(walk) = walks.get_mut(&index) else { return Ok(rows.page) };
            if rows.are_enough() && walk.candidates.exact {
                return Ok(rows.and_more());
            }
            let document = walk.part.document(walk.position)?;
            let seen = if walk.candidates.exact {
                visibility(&document, &query.viewer)
            } else {
                examine(&document, &query.filter, &query.viewer)
            };
            match seen {
                Some(_) if rows.are_enough() => return Ok(rows.and_more()),
                Some(seen) => {
                    if !rows.take(Found::new(document, seen)) {
                        return Ok(rows.full());
                    }
                    rows.last = Some(cursor);
                }
                None if rows.are_enough() => {}
                None => rows.last = Some(cursor),
            }
            match walk.advance()? {
                Some(next) => heads.push((next, index)),
                None => drop(walks.remove(&index)),
            }
            let is_more = !heads.is_empty() || waiting.peek().is_some();
            if deadline.passed() && is_more {
                return Ok(rows.cut());
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
            let mut part = source.open(deriver);
            let Some(Candidates { positions, exact }) = evaluate::candidates(&mut *part, &question, deadline)? else {
                count.cut = true;
                return Ok(count);
            };
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
        let (mut counts, mut cut) = (Counts::default(), false);
        'parts: for (_, source) in self.parts(deriver, filter, None) {
            let mut part = source.open(deriver);
            let Some(Candidates { positions, exact }) = evaluate::countable_by(&mut *part, &question, by, deadline)?
            else {
                cut = true;
                break;
            };
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
                        if deadline.passed() {
                            cut = true;
                            break 'parts;
                        }
                        let common = part.count_having(deriver.hasher.key(attribute, &value), &positions)?;
                        if common > 0 && !counts.add(by.of_key(&value), common) {
                            break 'parts;
                        }
                    }
                }
                _ => {
                    let mut end = positions.events();
                    while let Some(position) = positions.last_below(end) {
                        end = position;
                        if deadline.passed() {
                            cut = true;
                            break 'parts;
                        }
                        let document = part.document(position)?;
                        let Ok(keys) = Keys::of(&document) else { continue };
                        let Some(seen) = keys.acl.visibility(viewer) else { continue };
                        if seen >= by.visible_from() && filter.finds(&document, &keys, seen) {
                            for value in by.values(&document, &keys) {
                                if !counts.add(&value, 1) {
                                    break 'parts;
                                }
                            }
                        }
                    }
                }
            }
        }
        Ok(Buckets { cut, unreadable, ..counts.into_buckets(*size) })
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
