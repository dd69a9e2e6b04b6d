//! Reading everything in the order of the journal.

use std::{cmp::Reverse, collections::BinaryHeap, ops::RangeInclusive, path::PathBuf, sync::Arc};

use events_core::{Bytes, Room, Seq, Sequenced};

use crate::{
    block::Block,
    error::StoreError,
    find::View,
    place::{PLACES_PER_BLOCK, Place},
    segment::Segment,
};

/// Events of the journal that cannot be read.
#[derive(Clone, Debug)]
pub(crate) struct Gap {
    pub(crate) first: Seq,
    pub(crate) last: Seq,
    /// The file that has them.
    pub(crate) journal: PathBuf,
}

/// Everything that a read has met and that cannot be read: numbers, and why.
struct Lost(Vec<(RangeInclusive<Seq>, StoreError)>);

impl Lost {
    fn gaps(gaps: &[Gap]) -> Self {
        let damage = |Gap { first, last, journal }: &Gap| {
            let why = format!("the events {first} to {last} cannot be read");
            (*first..=*last, StoreError::damaged(journal, why))
        };
        Self(gaps.iter().map(damage).collect())
    }

    /// A segment is damaged: others may have events between the ones that are lost.
    fn all_of(&mut self, segment: &Segment, error: StoreError) -> Result<(), StoreError> {
        if !matches!(error, StoreError::Damaged { .. }) {
            return Err(error);
        }
        self.0.push((segment.row.first_seq..=segment.row.last_seq, error));
        Ok(())
    }

    /// A read goes on with the event `to`, or ends: nothing that is lost may lie between it and the event before.
    fn check(&self, from: Seq, to: Option<Seq>) -> Result<(), StoreError> {
        let is_before = |seq: Seq| to.is_none_or(|to| seq < to);
        let lies_between =
            |(numbers, _): &&(RangeInclusive<Seq>, _)| *numbers.end() >= from && is_before(from.max(*numbers.start()));
        match self.0.iter().filter(lies_between).min_by_key(|(numbers, _)| *numbers.start()) {
            None => Ok(()),
            Some((numbers, damage)) => {
                let behind = numbers.end().next();
                Err(damage.clone().read_on_from(to.map_or(behind, |to| to.min(behind))))
            }
        }
    }
}

/// A segment whose events are read by number.
struct Reader<'s> {
    segment: &'s Segment,
    /// No event before this one is wanted.
    from: Seq,
    /// Blocks of places that were not read yet, by their first numbers, the largest first: the next is the last.
    blocks: Vec<(Seq, usize)>,
    /// Of the blocks that were read, by number, likewise.
    places: Vec<Place>,
    block: Option<(usize, Block)>,
}

impl<'s> Reader<'s> {
    fn open(segment: &'s Segment, from: Seq) -> Result<Self, StoreError> {
        let wanted = segment.numbers()?.iter().enumerate().filter(|(_, numbers)| *numbers.end() >= from);
        let mut blocks: Vec<(Seq, usize)> = wanted.map(|(block, numbers)| (*numbers.start(), block)).collect();
        blocks.sort_unstable_by_key(|block| Reverse(*block));
        Ok(Self { segment, from, blocks, places: Vec::new(), block: None })
    }

    /// The number of the next event.
    fn head(&mut self) -> Result<Option<Seq>, StoreError> {
        let Self { segment, from, blocks, places, .. } = self;
        let is_next = |first: Seq, places: &[Place]| places.last().is_none_or(|place| first <= place.seq);
        while let Some((_, block)) = blocks.pop_if(|(first, _)| is_next(*first, places)) {
            let (_, read) = segment.places(block * PLACES_PER_BLOCK)?;
            places.extend(read.into_iter().filter(|place| place.seq >= *from));
            places.sort_unstable_by_key(|place| Reverse(place.seq));
        }
        Ok(places.last().map(|place| place.seq))
    }

    fn document(&mut self, place: Place) -> Result<Bytes, StoreError> {
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
    room: Room,
}

impl Gathered {
    /// Whether it has as many events as it may, and at least one.
    fn are_enough(&self) -> bool {
        self.events.len() >= self.limit.max(1)
    }

    /// Adds an event, if there is room.
    fn add(&mut self, event: Sequenced) -> bool {
        let fits = self.room.take(event.document.len());
        if fits {
            self.events.push(event);
        }
        fits
    }
}

impl View {
    /// Events from a number on: at most `limit`, about `bytes` bytes, at least one where there is one. What
    /// cannot be read is an error of the read that begins there, not of one that comes to it, and says where to
    /// read on.
    pub(crate) fn read(&self, from: Seq, limit: usize, bytes: usize) -> Result<Vec<Sequenced>, StoreError> {
        let mut gathered = Gathered { events: Vec::new(), limit, room: Room::of(bytes) };
        match self.gather(from, &mut gathered) {
            Err(error) if gathered.events.is_empty() => Err(error),
            _ => Ok(gathered.events),
        }
    }

    fn gather(&self, from: Seq, gathered: &mut Gathered) -> Result<(), StoreError> {
        let mut lost = Lost::gaps(&self.gaps);
        let mut next = from;
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
                match Reader::open(segment, from).and_then(|mut reader| Ok((reader.head()?, reader))) {
                    Ok((Some(head), reader)) => {
                        heads.push(Reverse((head, readers.len())));
                        readers.push(reader);
                    }
                    Ok((None, _)) => {}
                    Err(error) => lost.all_of(segment, error)?,
                }
            }
            let Some(Reverse((_, index))) = heads.pop() else { break };
            let reader = &mut readers[index];
            let Some(place) = reader.places.pop() else { continue };
            if gathered.are_enough() {
                return Ok(());
            }
            lost.check(next, Some(place.seq))?;
            next = place.seq.next();
            let document = reader.document(place).map_err(|error| error.read_on_from(next))?;
            if !gathered.add(Sequenced { seq: place.seq, id: place.cursor.id, document }) {
                return Ok(());
            }
            match reader.head() {
                Ok(head) => heads.extend(head.map(|head| Reverse((head, index)))),
                Err(error) => lost.all_of(reader.segment, error)?,
            }
        }
        // All of the tail is newer than all that is sealed.
        for event in self.tail.from(from) {
            if gathered.are_enough() {
                return Ok(());
            }
            lost.check(next, Some(event.seq))?;
            next = event.seq.next();
            let document = event.document.clone();
            if !gathered.add(Sequenced { seq: event.seq, id: event.id, document }) {
                return Ok(());
            }
        }
        lost.check(next, None)
    }
}
