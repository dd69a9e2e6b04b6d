//! A part of the store that is searched on its own: a sealed segment, or a chunk of the tail.

use std::{ops::Range, sync::Arc};

use events_core::{Attribute, Bytes, Cursor, EventId, KeySource, Timestamp};

use crate::{
    block::Block,
    delays::Delays,
    error::StoreError,
    event_keys::{KeyDeriver, is_listed},
    key_hash::KeyHash,
    place::{PLACES_PER_BLOCK, Place},
    positions::Positions,
    segment::Segment,
    tail::{Chunk, TailEvent},
    values::Values,
};

/// Events by their positions: their ranks by time and id.
pub(crate) trait Part {
    /// How many events.
    fn events(&self) -> usize;

    /// Whether an event may have a key. Costs little.
    fn may_have(&mut self, key: KeyHash) -> Result<bool, StoreError>;

    /// The positions of the events that have a key.
    fn having(&mut self, key: KeyHash) -> Result<Arc<Positions>, StoreError>;

    /// The positions of the events that have one of some keys; `together` stands for all of them.
    fn having_any(&mut self, together: KeyHash, keys: &[KeyHash]) -> Result<Arc<Positions>, StoreError>;

    /// How many of some events have a key. Of a key that is not asked for again.
    fn count_having(&mut self, key: KeyHash, among: &Positions) -> Result<u64, StoreError>;

    /// Whether it may have an event. Costs little.
    fn may_have_id(&mut self, id: EventId) -> Result<bool, StoreError>;

    /// The position of an event, by its id.
    fn position_of(&mut self, id: EventId) -> Result<Option<usize>, StoreError>;

    /// All values of an attribute; none where the part has no list of them.
    fn values(&mut self, attribute: &Attribute) -> Result<Option<Vec<Arc<str>>>, StoreError>;

    /// The place of a position in the order of searches.
    fn cursor(&mut self, position: usize) -> Result<Cursor, StoreError>;

    /// The first position that is not before `cursor`.
    fn lower_bound(&mut self, cursor: Cursor) -> Result<usize, StoreError>;

    /// The document of a position.
    fn document(&mut self, position: usize) -> Result<Bytes, StoreError>;

    /// When the event of a position was created; none where it does not say.
    fn created(&mut self, position: usize) -> Result<Option<Timestamp>, StoreError>;

    /// All positions, in stretches, and when the events of each were created.
    fn stretches(&mut self) -> Result<Vec<Stretch>, StoreError>;
}

/// Events that follow each other.
#[derive(Clone, Debug)]
pub(crate) struct Stretch {
    pub(crate) positions: Range<usize>,
    /// When the first and the last of them happened.
    pub(crate) happened: (Timestamp, Timestamp),
    /// When they were created at the earliest and at the latest.
    pub(crate) created: (Timestamp, Timestamp),
    pub(crate) delays: Delays,
}

/// As a document says it.
pub(crate) fn created_of(document: &[u8]) -> Option<Timestamp> {
    KeySource::read(document).ok().and_then(|source| source.created())
}

/// What a search sees: every part that had events when it began.
#[derive(Clone, Debug)]
pub(crate) enum PartSource {
    Segment(Arc<Segment>),
    Chunk(Arc<Chunk>),
}

impl PartSource {
    /// The newest and the oldest place.
    pub(crate) fn newest(&self, deriver: &KeyDeriver) -> Option<Cursor> {
        match self {
            Self::Segment(segment) => Some(segment.row.newest),
            Self::Chunk(chunk) => chunk.ordered(deriver).last().map(|event| event.place(deriver)),
        }
    }

    pub(crate) fn oldest(&self, deriver: &KeyDeriver) -> Option<Cursor> {
        match self {
            Self::Segment(segment) => Some(segment.row.oldest),
            Self::Chunk(chunk) => chunk.ordered(deriver).first().map(|event| event.place(deriver)),
        }
    }

    /// When its events were created at the earliest and at the latest.
    pub(crate) fn created(&self, deriver: &KeyDeriver) -> Result<(Timestamp, Timestamp), StoreError> {
        match self {
            Self::Segment(segment) => {
                let happened = segment.happened()?;
                Ok(bounds(happened.into_iter().map(|(first, last, delays)| delays.created(first, last))))
            }
            Self::Chunk(chunk) => Ok(chunk_created(chunk.ordered(deriver), deriver)),
        }
    }

    pub(crate) fn open<'s>(&'s self, deriver: &'s KeyDeriver) -> Box<dyn Part + 's> {
        match self {
            Self::Segment(segment) => Box::new(SegmentPart { segment, places: None, block: None, values: None }),
            Self::Chunk(chunk) => Box::new(ChunkPart { chunk, ordered: chunk.ordered(deriver), deriver, values: None }),
        }
    }
}

/// A segment, with what was read last.
struct SegmentPart<'s> {
    segment: &'s Segment,
    places: Option<(usize, Vec<Place>)>,
    block: Option<(usize, Block)>,
    values: Option<Values>,
}

impl SegmentPart<'_> {
    fn place(&mut self, position: usize) -> Result<Place, StoreError> {
        let first = position - position % PLACES_PER_BLOCK;
        let places = match &mut self.places {
            Some((have, places)) if *have == first => places,
            slot => &mut slot.insert(self.segment.places(position)?).1,
        };
        places.get(position - first).copied().ok_or_else(|| self.segment.document_missing())
    }
}

impl Part for SegmentPart<'_> {
    fn events(&self) -> usize {
        self.segment.row.events
    }

    fn may_have(&mut self, key: KeyHash) -> Result<bool, StoreError> {
        self.segment.may_have(key)
    }

    fn having(&mut self, key: KeyHash) -> Result<Arc<Positions>, StoreError> {
        if !self.segment.may_have(key)? {
            return Ok(Arc::new(Positions::none(self.events())));
        }
        self.segment.remembered(key, || self.segment.having(key))
    }

    fn having_any(&mut self, together: KeyHash, keys: &[KeyHash]) -> Result<Arc<Positions>, StoreError> {
        self.segment.remembered(together, || {
            let mut having = Positions::none(self.segment.row.events);
            for key in keys {
                having.union(&self.segment.having(*key)?);
            }
            Ok(having)
        })
    }

    fn count_having(&mut self, key: KeyHash, among: &Positions) -> Result<u64, StoreError> {
        Ok(self.segment.having(key)?.count_common(among))
    }

    fn may_have_id(&mut self, id: EventId) -> Result<bool, StoreError> {
        self.segment.may_have_id(id)
    }

    fn position_of(&mut self, id: EventId) -> Result<Option<usize>, StoreError> {
        self.segment.position_of(id)
    }

    fn values(&mut self, attribute: &Attribute) -> Result<Option<Vec<Arc<str>>>, StoreError> {
        if !is_listed(attribute) {
            return Ok(None);
        }
        let values = match &mut self.values {
            Some(values) => values,
            slot => slot.insert(self.segment.values()?),
        };
        Ok(values.of(attribute))
    }

    fn cursor(&mut self, position: usize) -> Result<Cursor, StoreError> {
        self.place(position).map(|place| place.cursor)
    }

    fn lower_bound(&mut self, cursor: Cursor) -> Result<usize, StoreError> {
        self.segment.lower_bound(cursor)
    }

    fn document(&mut self, position: usize) -> Result<Bytes, StoreError> {
        let place = self.place(position)?;
        let (block, index) = self.segment.block_of(place.document)?;
        let unpacked = match &mut self.block {
            Some((have, unpacked)) if *have == block => unpacked,
            slot => &mut slot.insert((block, self.segment.block(block)?)).1,
        };
        unpacked.document(index, place.cursor.id).ok_or_else(|| self.segment.document_missing())
    }

    fn created(&mut self, position: usize) -> Result<Option<Timestamp>, StoreError> {
        Ok(created_of(&self.document(position)?))
    }

    fn stretches(&mut self) -> Result<Vec<Stretch>, StoreError> {
        let events = self.segment.row.events;
        let stretch = |(block, (first, last, delays)): (usize, (Timestamp, Timestamp, Delays))| {
            let start = block * PLACES_PER_BLOCK;
            Stretch {
                positions: start..(start + PLACES_PER_BLOCK).min(events),
                happened: (first, last),
                created: delays.created(first, last),
                delays,
            }
        };
        Ok(self.segment.happened()?.into_iter().enumerate().map(stretch).collect())
    }
}

/// A chunk of the tail.
struct ChunkPart<'s> {
    chunk: &'s Chunk,
    ordered: &'s [Arc<TailEvent>],
    deriver: &'s KeyDeriver,
    values: Option<Values>,
}

impl Part for ChunkPart<'_> {
    fn events(&self) -> usize {
        self.ordered.len()
    }

    fn may_have(&mut self, _key: KeyHash) -> Result<bool, StoreError> {
        Ok(true)
    }

    fn having(&mut self, key: KeyHash) -> Result<Arc<Positions>, StoreError> {
        Ok(Arc::new(self.chunk.having(&[key], self.deriver)))
    }

    fn having_any(&mut self, _together: KeyHash, keys: &[KeyHash]) -> Result<Arc<Positions>, StoreError> {
        Ok(Arc::new(self.chunk.having(keys, self.deriver)))
    }

    fn count_having(&mut self, key: KeyHash, among: &Positions) -> Result<u64, StoreError> {
        Ok(self.chunk.having(&[key], self.deriver).count_common(among))
    }

    fn may_have_id(&mut self, _id: EventId) -> Result<bool, StoreError> {
        Ok(true)
    }

    fn position_of(&mut self, id: EventId) -> Result<Option<usize>, StoreError> {
        Ok(self.ordered.iter().position(|event| event.id == id))
    }

    fn values(&mut self, attribute: &Attribute) -> Result<Option<Vec<Arc<str>>>, StoreError> {
        if !is_listed(attribute) {
            return Ok(None);
        }
        let values = self.values.get_or_insert_with(|| {
            let mut values = Values::default();
            for event in self.ordered {
                event.keys(self.deriver).listed(&event.document).for_each(|listed| values.insert(listed));
            }
            values
        });
        Ok(values.of(attribute))
    }

    fn cursor(&mut self, position: usize) -> Result<Cursor, StoreError> {
        Ok(self.ordered[position].place(self.deriver))
    }

    fn lower_bound(&mut self, cursor: Cursor) -> Result<usize, StoreError> {
        Ok(self.ordered.partition_point(|event| event.place(self.deriver) < cursor))
    }

    fn document(&mut self, position: usize) -> Result<Bytes, StoreError> {
        Ok(self.ordered[position].document.clone())
    }

    fn created(&mut self, position: usize) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.ordered[position].keys(self.deriver).created)
    }

    fn stretches(&mut self) -> Result<Vec<Stretch>, StoreError> {
        let keys = self.ordered.iter().map(|event| event.keys(self.deriver));
        let delays = keys.map(|keys| Delays::of(keys.timestamp, keys.created)).fold(Delays::NONE, Delays::union);
        let happened = bounds(self.ordered.iter().map(|event| event.keys(self.deriver).timestamp).map(|at| (at, at)));
        let created = chunk_created(self.ordered, self.deriver);
        Ok(vec![Stretch { positions: 0..self.ordered.len(), happened, created, delays }])
    }
}

fn chunk_created(events: &[Arc<TailEvent>], deriver: &KeyDeriver) -> (Timestamp, Timestamp) {
    bounds(events.iter().filter_map(|event| event.keys(deriver).created).map(|at| (at, at)))
}

/// The first and the last of some times; without any, no time lies between them.
fn bounds(times: impl Iterator<Item = (Timestamp, Timestamp)>) -> (Timestamp, Timestamp) {
    times.fold((Timestamp::MAX, Timestamp::MIN), |(first, last), (earliest, latest)| {
        (first.min(earliest), last.max(latest))
    })
}
