//! Pages in another order than that of time.
//!
//! Events are kept by when they happened, and when they were created is nearly the same. So a page by one of
//! these looks at few of them: at the parts and the stretches of them that may have the first ones, until no
//! other can have any that comes earlier. In every other order all events that are found are looked at.

use std::{cmp::Reverse, collections::BinaryHeap};

use events_core::{Direction, First, Found, Keys, Order, Page, Query, Rank, Room, Timestamp, Visibility};

use crate::{
    deadline::Deadline,
    delays::Delays,
    error::StoreError,
    evaluate::{self, Candidates},
    event_keys::KeyDeriver,
    find::View,
    part::{Part, PartSource, Stretch},
    question::Question,
};

impl View {
    /// A page in the order that is asked for.
    pub(crate) fn page_in_order(
        self,
        deriver: &KeyDeriver,
        query: &Query,
        deadline: &Deadline,
    ) -> Result<Page, StoreError> {
        let unreadable = self.unreadable();
        if query.limit == 0 {
            return Ok(Page { unreadable, ..Page::default() });
        }
        let question = Question::new(&deriver.hasher, &query.filter, &query.viewer);
        let parts = self.parts(deriver, &query.filter, None);
        let sources = parts.iter().map(|(_, source)| source);
        let search = Search { deriver, query, question, deadline };
        let (first, cut) = match &*query.order {
            [Order { by, direction }] if by.path() == "created" => {
                search.by_time(sources, Time::Created, *direction)?
            }
            [Order { by, direction }] if by.path() == "timestamp" => {
                search.by_time(sources, Time::Happened, *direction)?
            }
            _ => search.by_any(sources)?,
        };
        let mut page = Page { cut, unreadable, full: first.is_short(), ..Page::default() };
        let mut room = Room::of(query.bytes);
        for (place, found) in first.behind(query.offset) {
            let found = match found {
                Some(found) => found,
                None if deadline.passed() => {
                    page.cut = true;
                    break;
                }
                None => {
                    let document = parts[place.part].1.open(deriver).document(place.position)?;
                    Found::new(document, place.seen)
                }
            };
            if !room.take(found.stored().len()) {
                page.full = true;
                break;
            }
            page.events.push(found);
        }
        Ok(page)
    }
}

/// What is looked for.
struct Search<'s> {
    deriver: &'s KeyDeriver,
    query: &'s Query,
    question: Question<'s>,
    deadline: &'s Deadline,
}

/// The time that events are ordered by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Time {
    Happened,
    Created,
}

impl Time {
    fn of(self, keys: &Keys<'_>) -> Option<Timestamp> {
        match self {
            Self::Happened => Some(keys.timestamp),
            Self::Created => keys.created,
        }
    }

    /// The first and the last of a part.
    fn of_part(self, part: &PartSource, deriver: &KeyDeriver) -> Result<(Timestamp, Timestamp), StoreError> {
        match self {
            Self::Happened => Ok(part
                .oldest(deriver)
                .zip(part.newest(deriver))
                .map_or((Timestamp::MAX, Timestamp::MIN), |(oldest, newest)| (oldest.timestamp, newest.timestamp))),
            Self::Created => part.created(deriver),
        }
    }

    /// The first and the last of a stretch.
    fn of_stretch(self, stretch: &Stretch) -> (Timestamp, Timestamp) {
        match self {
            Self::Happened => stretch.happened,
            Self::Created => stretch.created,
        }
    }

    /// Between which times that of an event lies that happened then.
    fn of_event(self, happened: Timestamp, delays: Delays) -> (Timestamp, Timestamp) {
        match self {
            Self::Happened => (happened, happened),
            Self::Created => delays.created(happened, happened),
        }
    }
}

/// The first events, and whether the time limit cut the search.
type Answer = (First<At>, bool);

/// Where an event stands that may be shown.
#[derive(Debug)]
struct At {
    part: usize,
    position: usize,
    seen: Visibility,
    /// The time that events are ordered by.
    time: Option<Timestamp>,
}

impl Search<'_> {
    fn first(&self) -> First<At> {
        First::of(self.query.offset.saturating_add(self.query.limit), self.query.bytes)
    }

    fn by_any<'p>(&self, sources: impl Iterator<Item = &'p PartSource>) -> Result<Answer, StoreError> {
        let mut first = self.first();
        for (index, source) in sources.enumerate() {
            let mut part = source.open(self.deriver);
            let Some(Candidates { positions, .. }) = evaluate::candidates(&mut *part, &self.question, self.deadline)?
            else {
                return Ok((first, true));
            };
            let mut end = positions.events();
            while let Some(position) = positions.last_below(end) {
                if self.deadline.passed() {
                    return Ok((first, true));
                }
                end = position;
                self.look_at(&mut *part, (index, position), false, Time::Happened, &mut first)?;
            }
        }
        Ok((first, false))
    }

    /// Adds the event of a position, if it is found.
    fn look_at(
        &self,
        part: &mut dyn Part,
        (index, position): (usize, usize),
        is_found: bool,
        time: Time,
        first: &mut First<At>,
    ) -> Result<(), StoreError> {
        let Query { filter, viewer, order, .. } = self.query;
        let document = part.document(position)?;
        let Ok(keys) = Keys::of(&document) else { return Ok(()) };
        let Some(seen) = keys.acl.visibility(viewer) else { return Ok(()) };
        if is_found || filter.finds(&document, &keys, seen) {
            let rank = Rank::of(order, &document, &keys, seen);
            let at = At { part: index, position, seen, time: time.of(&keys) };
            first.add(rank, at, Found::new(document, seen));
        }
        Ok(())
    }

    /// Parts and stretches are looked into in the order of the first event that they may have.
    fn by_time<'p>(
        &self,
        sources: impl Iterator<Item = &'p PartSource>,
        time: Time,
        direction: Direction,
    ) -> Result<Answer, StoreError> {
        // The larger, the earlier in the order.
        let earliness = |at: Timestamp| match direction {
            Direction::Ascending => -at.millis(),
            Direction::Descending => at.millis(),
        };
        let best = |(earliest, latest): (Timestamp, Timestamp)| earliness(earliest).max(earliness(latest));
        let sources: Vec<&PartSource> = sources.collect();
        let mut ahead: BinaryHeap<(i64, Reverse<usize>, Ahead)> = BinaryHeap::new();
        for (index, source) in sources.iter().enumerate() {
            ahead.push((best(time.of_part(source, self.deriver)?), Reverse(index), Ahead::Part));
        }
        let mut opened: Vec<Option<Opened<'_>>> = sources.iter().map(|_| None).collect();
        let mut first = self.first();
        // Nothing that comes later can take the place of the last one.
        let is_complete = |first: &First<At>, may_have: i64| {
            first.last().is_some_and(|at| at.time.is_some_and(|last| may_have < earliness(last)))
        };
        while let Some((may_have, Reverse(index), what)) = ahead.pop() {
            if is_complete(&first, may_have) {
                break;
            }
            match what {
                Ahead::Part => {
                    let mut part = sources[index].open(self.deriver);
                    let Some(candidates) = evaluate::candidates(&mut *part, &self.question, self.deadline)? else {
                        return Ok((first, true));
                    };
                    if candidates.positions.is_empty() {
                        continue;
                    }
                    let stretches = part.stretches()?;
                    for (number, stretch) in stretches.iter().enumerate() {
                        let positions = &stretch.positions;
                        if candidates.positions.last_below(positions.end).is_some_and(|last| last >= positions.start) {
                            ahead.push((best(time.of_stretch(stretch)), Reverse(index), Ahead::Stretch(number)));
                        }
                    }
                    opened[index] = Some(Opened { part, candidates, stretches });
                }
                Ahead::Stretch(number) => {
                    let Some(Opened { part, candidates, stretches }) = &mut opened[index] else { continue };
                    let Stretch { positions, delays, .. } = &stretches[number];
                    let mut end = positions.end;
                    while let Some(position) =
                        candidates.positions.last_below(end).filter(|position| *position >= positions.start)
                    {
                        if self.deadline.passed() {
                            return Ok((first, true));
                        }
                        end = position;
                        let happened = part.cursor(position)?.timestamp;
                        if !is_complete(&first, best(time.of_event(happened, *delays))) {
                            self.look_at(&mut **part, (index, position), candidates.exact, time, &mut first)?;
                        }
                    }
                }
            }
        }
        Ok((first, false))
    }
}

/// A part that has events that may be found.
struct Opened<'p> {
    part: Box<dyn Part + 'p>,
    candidates: Candidates,
    stretches: Vec<Stretch>,
}

/// What is looked into next.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ahead {
    /// The stretch of a part with this number.
    Stretch(usize),
    Part,
}
