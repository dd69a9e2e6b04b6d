//! Reading everything in the order of the journal.

use std::{cmp::Reverse, collections::BinaryHeap, path::PathBuf, sync::Arc};

use events_core::{Seq, Sequenced};

use crate::{block::Block, error::StoreError, find::View, place::Place, segment::Segment};

/// Events of the journal that cannot be read.
#[derive(Clone, Debug)]
pub(crate) struct Gap {
    pub(crate) first: Seq,
    pub(crate) last: Seq,
    /// The file that has them.
    pub(crate) journal: PathBuf,
}

impl Gap {
    fn damage(&self) -> StoreError {
        let Self { first, last, journal } = self;
        let next = last.next();
        StoreError::damaged(journal, format!("the events {first} to {last} cannot be read, read on from {next}"))
    }
}

/// A segment whose events are read by number.
struct Reader<'s> {
    segment: &'s Segment,
    /// By number, the largest first: the next is the last.
    places: Vec<Place>,
    block: Option<(usize, Block)>,
}

impl<'s> Reader<'s> {
    fn open(segment: &'s Segment, from: Seq) -> Result<Self, StoreError> {
        let mut places = segment.all_places()?;
        places.retain(|place| place.seq >= from);
        places.sort_unstable_by_key(|place| Reverse(place.seq));
        Ok(Self { segment, places, block: None })
    }

    fn document(&mut self, place: Place) -> Result<Arc<[u8]>, StoreError> {
        let (block, index) = self.segment.block_of(place.document)?;
        let unpacked = match &mut self.block {
            Some((have, unpacked)) if *have == block => unpacked,
            slot => &mut slot.insert((block, self.segment.block(block)?)).1,
        };
        unpacked.document(index, place.cursor.id).ok_or_else(|| self.segment.document_missing())
    }
}

/// What a read has gathered, and its limits.
struct Gathered {
    events: Vec<Sequenced>,
    limit: usize,
    bytes: usize,
}

impl Gathered {
    fn has_room_for(&self, bytes: usize) -> bool {
        self.events.is_empty() || self.events.len() < self.limit && bytes <= self.bytes
    }

    /// Adds an event, if there is room.
    fn add(&mut self, event: Sequenced) -> bool {
        let fits = self.has_room_for(event.document.len());
        if fits {
            self.bytes = self.bytes.saturating_sub(event.document.len());
            self.events.push(event);
        }
        fits
    }
}

impl View {
    /// Events from a number on: at most `limit`, about `bytes` bytes, at least one where there is one. What
    /// cannot be read is an error of the read that begins there, not of one that comes to it.
    pub(crate) fn read(&self, from: Seq, limit: usize, bytes: usize) -> Result<Vec<Sequenced>, StoreError> {
        let mut gathered = Gathered { events: Vec::new(), limit, bytes };
        match self.gather(from, &mut gathered) {
            Err(error) if gathered.events.is_empty() => Err(error),
            _ => Ok(gathered.events),
        }
    }

    fn gather(&self, from: Seq, gathered: &mut Gathered) -> Result<(), StoreError> {
        let gap = self.gaps.iter().filter(|gap| gap.last >= from).min_by_key(|gap| gap.first);
        let is_crossed_by = |seq: Seq| gap.filter(|gap| gap.first < seq).map_or(Ok(()), |gap| Err(gap.damage()));
        // Segments of different months, and merged ones, overlap: they are read side by side.
        let mut segments: Vec<&Arc<Segment>> =
            self.segments.iter().filter(|segment| segment.row.last_seq >= from).collect();
        segments.sort_unstable_by_key(|segment| Reverse(segment.row.first_seq));
        let mut readers: Vec<Reader<'_>> = Vec::new();
        let mut heads: BinaryHeap<Reverse<(Seq, usize)>> = BinaryHeap::new();
        loop {
            while let Some(segment) =
                segments.pop_if(|segment| heads.peek().is_none_or(|Reverse((head, _))| segment.row.first_seq <= *head))
            {
                let reader = Reader::open(segment, from)?;
                if let Some(place) = reader.places.last() {
                    heads.push(Reverse((place.seq, readers.len())));
                    readers.push(reader);
                }
            }
            let Some(Reverse((_, index))) = heads.pop() else { break };
            let reader = &mut readers[index];
            let Some(place) = reader.places.pop() else { continue };
            if !gathered.has_room_for(0) {
                return Ok(());
            }
            is_crossed_by(place.seq)?;
            let document = reader.document(place)?;
            if !gathered.add(Sequenced { seq: place.seq, id: place.cursor.id, document }) {
                return Ok(());
            }
            if let Some(next) = reader.places.last() {
                heads.push(Reverse((next.seq, index)));
            }
        }
        // All of the tail is newer than all that is sealed.
        for event in self.tail.from(from) {
            if !gathered.has_room_for(0) {
                return Ok(());
            }
            is_crossed_by(event.seq)?;
            let document = Arc::clone(&event.document);
            if !gathered.add(Sequenced { seq: event.seq, id: event.id, document }) {
                return Ok(());
            }
        }
        gap.map_or(Ok(()), |gap| Err(gap.damage()))
    }
}
