//! Merging: sixteen segments of a month become one, so that searches look into few.
//!
//! Documents keep their old order, and full blocks of them are copied as they are; the places of the merged
//! segment say where each document is.

use std::{
    collections::{BTreeMap, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use events_core::Month;

use crate::{
    block::BLOCK_DOCUMENTS,
    codec::Decoder,
    delays::Delays,
    error::StoreError,
    journal_file::Durability,
    key_hash::KeyHash,
    packing::{PackedDictionary, Packer},
    place::{PLACES_PER_BLOCK, Place},
    positions::Bits,
    posting::Posting,
    seal::{forget_file, is_urgent, make_month_folder},
    segment::{Segment, SegmentRow, page_keys},
    segment_writer::{BLOCK_BYTES, SegmentWriter},
    shared::{Shared, State},
    step::Step,
    thread::unharmed,
    values::Values,
};

/// Positions are 16 bits.
const MOST_EVENTS: usize = 1 << 16;

/// A group of segments this many times as large as one merge takes is merged although sealing is urgent:
/// under a load that never ends segments would become more and more.
const OVERDUE: usize = 8;

/// How long a month is left alone after merging its segments failed, at first and at most.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));

/// Months whose segments could not be merged, and until when they are left alone.
#[derive(Default)]
struct Failing(HashMap<Month, (Instant, Duration)>);

impl Failing {
    fn is_waiting(&self, month: Month) -> bool {
        self.0.get(&month).is_some_and(|(until, _)| Instant::now() < *until)
    }

    fn failed(&mut self, month: Month) -> Duration {
        let wait = self.0.get(&month).map_or(RETRY.0, |(_, wait)| (*wait * 2).min(RETRY.1));
        self.0.insert(month, (Instant::now() + wait, wait));
        wait
    }
}

/// Segments to merge into one.
struct Task {
    parts: Vec<Arc<Segment>>,
    /// They do not wait while sealing is urgent.
    overdue: bool,
}

/// The merging thread. While sealing is urgent it waits, but not for ever.
pub(crate) fn run(shared: &Shared) {
    let mut failing = Failing::default();
    loop {
        let task = {
            let mut state = shared.state();
            loop {
                if state.closing {
                    return;
                }
                if !state.merged {
                    match mergeable(shared, &state, &failing) {
                        Some(task) if task.overdue || !is_urgent(shared, &state) => break task,
                        Some(_) => {}
                        None => {
                            state.merged = true;
                            shared.progress.notify_all();
                        }
                    }
                }
                state = shared.progress.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        };
        let Some(month) = task.parts.first().map(|part| part.row.month) else { continue };
        let merged = catch_unwind(AssertUnwindSafe(|| merge(shared, &task)))
            .unwrap_or_else(|_| Err(Stopped::Failed(StoreError::failed("merging panicked: see the log"))));
        match merged {
            Ok(()) => {
                failing.0.remove(&month);
            }
            Err(Stopped::Closing) => {}
            Err(Stopped::Failed(error) | Stopped::Doubtful(error)) => {
                // The parts stay what they are; a sealing after the wait tries again.
                let wait = failing.failed(month);
                unharmed(|| tracing::warn!(%month, %error, ?wait, "merging segments failed and will be tried again"));
            }
        }
    }
}

/// Of a month that is over, this share of what one merge takes is enough: few come after them.
const SHARE_OF_OVER: usize = 4;

/// Segments of one month and about one size, the oldest first: as many as make a larger one.
fn mergeable(shared: &Shared, state: &State, failing: &Failing) -> Option<Task> {
    let parts = shared.options.merge_parts;
    let mut classes: BTreeMap<(Month, u32), Vec<&Arc<Segment>>> = BTreeMap::new();
    let eligible = |segment: &&Arc<Segment>| segment.row.events < MOST_EVENTS / 2 && !segment.is_damaged();
    for segment in state.segments.iter().filter(eligible).filter(|segment| !failing.is_waiting(segment.row.month)) {
        classes.entry((segment.row.month, segment.row.events.max(1).ilog(parts.max(2)))).or_default().push(segment);
    }
    let newest = state.segments.iter().map(|segment| segment.row.month).max();
    classes.into_iter().find_map(|((month, _), mut class)| {
        let wanted = if Some(month) == newest { parts } else { (parts / SHARE_OF_OVER).max(2) };
        class.sort_unstable_by_key(|segment| segment.row.first_seq);
        let overdue = class.len() >= OVERDUE * parts;
        let mut events = 0;
        let fits = |segment: &&Arc<Segment>| {
            events += segment.row.events;
            events <= MOST_EVENTS
        };
        let taken: Vec<Arc<Segment>> = class.into_iter().take_while(fits).take(parts).cloned().collect();
        let enough = taken.len() >= wanted || taken.len() >= 2 && events > MOST_EVENTS;
        enough.then_some(Task { parts: taken, overdue })
    })
}

/// Why a merge did not come to its end.
enum Stopped {
    Closing,
    Failed(StoreError),
    /// The merged segment may be registered and may not.
    Doubtful(StoreError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// Waits while sealing is urgent.
fn give_way(shared: &Shared, task: &Task) -> Result<(), Stopped> {
    let mut state = shared.state();
    loop {
        if state.closing {
            return Err(Stopped::Closing);
        }
        if task.overdue || !is_urgent(shared, &state) {
            return Ok(());
        }
        state = shared.progress.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}

fn merge(shared: &Shared, task: &Task) -> Result<(), Stopped> {
    let Some(month) = task.parts.first().map(|part| part.row.month) else { return Ok(()) };
    let number = {
        let mut writer = shared.writer.lock();
        let writer = writer.as_mut().ok_or(Stopped::Closing)?;
        writer.next_segment += 1;
        writer.next_segment - 1
    };
    let unfinished = SegmentRow::of(number, month, 0, &[]);
    let result = write_merged(shared, task, number, month).and_then(|row| register(shared, &task.parts, row));
    if matches!(result, Err(Stopped::Closing | Stopped::Failed(_))) {
        forget_file(shared, &unfinished);
    }
    result
}

fn write_merged(shared: &Shared, task: &Task, number: u64, month: Month) -> Result<SegmentRow, Stopped> {
    let observer = &shared.options.observer;
    let parts = &task.parts;
    let blocks = Blocks::of(parts)?;
    let Merged { places, delays, ranks } = merged_places(parts, &blocks)?;
    make_month_folder(shared, month)?;
    let path = SegmentRow::of(number, month, 0, &[]).path(&shared.folder);
    let dictionaries: Vec<Vec<Arc<PackedDictionary>>> =
        parts.iter().map(|part| part.dictionaries()).collect::<Result<_, StoreError>>()?;
    let mut packer = packer(&dictionaries)?;
    let mut writer = SegmentWriter::create(&path, places.len(), &mut packer)?;
    observer.at(Step::MergeBegun);
    for (part, block) in &blocks.full {
        give_way(shared, task)?;
        let packed = parts[*part].packed_block(*block)?;
        let dictionary = packed.dictionary.map(|number| &dictionaries[*part][number]);
        writer.packed_block(&packed.bytes, packed.size, dictionary)?;
    }
    for (part, block) in &blocks.others {
        give_way(shared, task)?;
        let block = parts[*part].block(*block)?;
        let stored = (0..block.documents()).filter_map(|index| block.stored(index));
        stored.into_iter().try_for_each(|stored| writer.stored_document(stored))?;
    }
    writer.end_block()?;
    let mut values = Values::default();
    for part in parts {
        values.merge(part.values()?);
    }
    merge_keys(shared, task, &ranks, &mut writer)?;
    let written = writer.finish(&places, &delays, values)?;
    let row = SegmentRow::of(number, month, written.bytes, &places);
    written.sync()?;
    observer.at(Step::MergeFileSynced);
    Ok(row)
}

/// For the few documents that are packed anew: with the newest dictionary.
fn packer(dictionaries: &[Vec<Arc<PackedDictionary>>]) -> Result<Packer, StoreError> {
    let packer = match dictionaries.iter().flatten().next_back() {
        Some(newest) => Packer::with(Arc::clone(newest)),
        None => Packer::plain(),
    };
    packer.map_err(StoreError::failed)
}

/// The blocks of documents of all parts. Full ones are copied as they are; the others are unpacked, since
/// together they pack better, and come behind them.
#[derive(Default)]
struct Blocks {
    /// Part and block.
    full: Vec<(usize, usize)>,
    others: Vec<(usize, usize)>,
    /// For each part and block, the number of its first document in the merged segment.
    firsts: Vec<Vec<u32>>,
}

impl Blocks {
    fn of(parts: &[Arc<Segment>]) -> Result<Self, StoreError> {
        let mut blocks = Self::default();
        let mut documents: Vec<Vec<u32>> = Vec::with_capacity(parts.len());
        for (number, part) in parts.iter().enumerate() {
            let mut of_part = Vec::new();
            for block in 0..part.document_blocks()? {
                let size = part.block_size(block)?;
                let is_full = size.documents >= BLOCK_DOCUMENTS || size.unpacked >= BLOCK_BYTES / 2;
                if is_full { &mut blocks.full } else { &mut blocks.others }.push((number, block));
                of_part.push(size.documents as u32);
            }
            documents.push(of_part);
        }
        blocks.firsts = documents.iter().map(|of_part| vec![0; of_part.len()]).collect();
        let mut first = 0;
        for (part, block) in blocks.full.iter().chain(&blocks.others) {
            blocks.firsts[*part][*block] = first;
            first += documents[*part][*block];
        }
        Ok(blocks)
    }

    /// The number of a document in the merged segment.
    fn document(&self, number: usize, part: &Segment, document: u32) -> Result<u32, StoreError> {
        let (block, index) = part.block_of(document)?;
        Ok(self.firsts[number][block] + index as u32)
    }
}

/// The places of all parts in one order.
struct Merged {
    places: Vec<Place>,
    /// For each place, those of the block it comes from.
    delays: Vec<Delays>,
    /// For each part, the rank in the order of each of its positions.
    ranks: Vec<Vec<u16>>,
}

fn merged_places(parts: &[Arc<Segment>], blocks: &Blocks) -> Result<Merged, StoreError> {
    let mut all: Vec<(Place, u16, Delays)> = Vec::new();
    for (part, segment) in (0u16..).zip(parts) {
        for (position, place) in segment.all_places()?.into_iter().enumerate() {
            let document = blocks.document(usize::from(part), segment, place.document)?;
            all.push((Place { document, ..place }, part, segment.delays(position / PLACES_PER_BLOCK)?));
        }
    }
    // Stable, so the positions of a part keep their order.
    all.sort_by_key(|(place, ..)| place.cursor);
    let mut ranks: Vec<Vec<u16>> = parts.iter().map(|part| Vec::with_capacity(part.row.events)).collect();
    for (rank, (_, part, _)) in (0u16..=u16::MAX).zip(&all) {
        ranks[usize::from(*part)].push(rank);
    }
    let (places, delays) = all.into_iter().map(|(place, _, delays)| (place, delays)).unzip();
    Ok(Merged { places, delays, ranks })
}

/// The keys of a part, page by page.
struct KeyReader<'p> {
    segment: &'p Segment,
    ranks: &'p [u16],
    next_page: usize,
    /// Ascending, each with where its positions end.
    keys: Vec<(KeyHash, usize)>,
    /// Those of all keys of the page.
    positions: Vec<u16>,
    /// Which key is next.
    next: usize,
}

impl<'p> KeyReader<'p> {
    fn new(segment: &'p Segment, ranks: &'p [u16]) -> Self {
        Self { segment, ranks, next_page: 0, keys: Vec::new(), positions: Vec::new(), next: 0 }
    }

    /// The next key, if there is one.
    fn key(&mut self) -> Result<Option<KeyHash>, StoreError> {
        while self.next == self.keys.len() {
            if self.next_page == self.segment.key_pages()? {
                return Ok(None);
            }
            self.read_page()?;
        }
        Ok(Some(self.keys[self.next].0))
    }

    /// Its positions in the merged segment. The next one is next.
    fn take(&mut self) -> &[u16] {
        let begin = self.next.checked_sub(1).map_or(0, |before| self.keys[before].1);
        let end = self.keys[self.next].1;
        self.next += 1;
        &self.positions[begin..end]
    }

    fn read_page(&mut self) -> Result<(), StoreError> {
        let page = self.segment.key_page(self.next_page)?;
        self.next_page += 1;
        self.next = 0;
        self.keys.clear();
        self.positions.clear();
        for (key, posting) in page_keys(&page).map_err(|malformed| self.segment.malformed(malformed))? {
            self.add_positions(posting)?;
            self.keys.push((key, self.positions.len()));
        }
        Ok(())
    }

    fn add_positions(&mut self, posting: Posting<'_>) -> Result<(), StoreError> {
        let Self { segment, ranks, positions, .. } = self;
        let mut add = |posting: Posting<'_>| posting.for_each(|position| positions.extend(ranks.get(position)));
        let added = match posting.elsewhere() {
            None => add(posting),
            Some(number) => {
                let number = number.map_err(|malformed| segment.malformed(malformed))?;
                let list = segment.long_list(number)?;
                Posting::read(&mut Decoder::new(&list)).and_then(&mut add)
            }
        };
        added.map_err(|malformed| segment.malformed(malformed))
    }
}

fn merge_keys(shared: &Shared, task: &Task, ranks: &[Vec<u16>], writer: &mut SegmentWriter<'_>) -> Result<(), Stopped> {
    let mut readers: Vec<KeyReader<'_>> =
        task.parts.iter().zip(ranks).map(|(segment, ranks)| KeyReader::new(segment, ranks)).collect();
    let events = ranks.iter().map(Vec::len).sum();
    let mut bits = Bits::none(events);
    let mut positions: Vec<u16> = Vec::new();
    for written in 0u64.. {
        if written % 1_024 == 0 {
            give_way(shared, task)?;
        }
        let mut smallest = None;
        for reader in &mut readers {
            let key = reader.key()?;
            smallest = match (smallest, key) {
                (Some(smallest), Some(key)) => Some(key.min(smallest)),
                (smallest, key) => smallest.or(key),
            };
        }
        let Some(smallest) = smallest else { break };
        positions.clear();
        for reader in &mut readers {
            if reader.key()? == Some(smallest) {
                positions.extend_from_slice(reader.take());
            }
        }
        sort(&mut positions, &mut bits);
        writer.key(smallest, &positions)?;
    }
    Ok(())
}

/// Positions that are sorted faster one after the other than by a bit for each event.
const WORTH_BITS: usize = 128;

/// Sorts positions, of which each is there once. `bits` are all clear, and are so again.
fn sort(positions: &mut Vec<u16>, bits: &mut Bits) {
    if positions.is_sorted() {
        return;
    }
    if positions.len() <= WORTH_BITS {
        positions.sort_unstable();
        return;
    }
    positions.iter().for_each(|position| bits.insert(usize::from(*position)));
    positions.clear();
    bits.drain(|position| positions.push(position as u16));
}

/// Puts the merged segment in the place of its parts.
fn register(shared: &Shared, parts: &[Arc<Segment>], row: SegmentRow) -> Result<(), Stopped> {
    let observer = &shared.options.observer;
    let removed: Vec<u64> = parts.iter().map(|part| part.row.number).collect();
    let mut writer = shared.writer.lock();
    let writer = writer.as_mut().ok_or(Stopped::Closing)?;
    // A month may have been dropped in the meantime.
    let all_there = removed.iter().all(|number| shared.state().segments.iter().any(|have| have.row.number == *number));
    if !all_there {
        return Err(Stopped::Failed(StoreError::failed("the parts are gone")));
    }
    let segment = Arc::new(Segment::new(row.clone(), &shared.folder, &shared.reading));
    let change = || -> Result<(), StoreError> {
        // Durable before the files of the parts go.
        writer.file.begin(Durability::Now)?;
        writer.file.change_segments(std::slice::from_ref(&row), &removed, writer.next_segment)?;
        observer.at(Step::MergeRegistered);
        Ok(())
    };
    if let Err(error) = change() {
        writer.file.rollback();
        return Err(error.into());
    }
    if let Err(error) = writer.commit() {
        writer.keep_if_unknown(&error, std::slice::from_ref(&row), &shared.folder);
        return Err(if error.unknown { Stopped::Doubtful(error.cause) } else { Stopped::Failed(error.cause) });
    }
    observer.at(Step::MergeCommitted);
    let mut state = shared.state();
    state.replace_segments([segment], &removed);
    shared.progress.notify_all();
    drop(state);
    observer.at(Step::MergePartsDropped);
    Ok(())
}
