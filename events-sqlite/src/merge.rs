//! Merging: sixteen segments of a month become one, so that searches look into few.
//!
//! Documents keep their old order and are packed anew, better and with a dictionary for all of them; the
//! places of the merged segment say where each document is.

use std::{
    collections::{BTreeMap, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use events_core::Month;

use crate::{
    error::StoreError,
    journal_file::Durability,
    key_hash::KeyHash,
    packing::Packing,
    place::Place,
    seal::{forget_file, is_urgent, make_month_folder},
    segment::{Segment, SegmentRow, page_keys},
    segment_writer::SegmentWriter,
    shared::{Shared, State},
    step::Step,
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
                tracing::warn!(%month, %error, ?wait, "merging segments failed and will be tried again");
            }
        }
    }
}

/// Segments of one month and about one size, the oldest first: as many as make a larger one.
fn mergeable(shared: &Shared, state: &State, failing: &Failing) -> Option<Task> {
    let parts = shared.options.merge_parts;
    let mut classes: BTreeMap<(Month, u32), Vec<&Arc<Segment>>> = BTreeMap::new();
    let eligible = |segment: &&Arc<Segment>| segment.row.events < MOST_EVENTS / 2 && !segment.is_damaged();
    for segment in state.segments.iter().filter(eligible).filter(|segment| !failing.is_waiting(segment.row.month)) {
        classes.entry((segment.row.month, segment.row.events.max(1).ilog(parts.max(2)))).or_default().push(segment);
    }
    classes.into_values().find_map(|mut class| {
        class.sort_unstable_by_key(|segment| segment.row.first_seq);
        let overdue = class.len() >= OVERDUE * parts;
        let mut events = 0;
        let fits = |segment: &&Arc<Segment>| {
            events += segment.row.events;
            events <= MOST_EVENTS
        };
        let taken: Vec<Arc<Segment>> = class.into_iter().take_while(fits).take(parts).cloned().collect();
        let enough = taken.len() == parts || taken.len() >= 2 && events > MOST_EVENTS;
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
    let (places, ranks) = merged_places(parts)?;
    make_month_folder(shared, month)?;
    let path = SegmentRow::of(number, month, 0, &[]).path(&shared.folder);
    let mut writer = SegmentWriter::create(&path, places.len(), &packing(parts, places.len())?)?;
    observer.at(Step::MergeBegun);
    let mut values = Values::default();
    for part in parts {
        for block in 0..part.document_blocks()? {
            give_way(shared, task)?;
            let unpacked = part.unpacked_block(block)?;
            (0..unpacked.documents())
                .filter_map(|index| unpacked.stored(index))
                .try_for_each(|stored| writer.stored_document(stored))?;
        }
        values.merge(part.values()?);
    }
    writer.end_block()?;
    merge_keys(shared, task, &ranks, &mut writer)?;
    let written = writer.finish(&places, &values)?;
    let row = SegmentRow::of(number, month, written.bytes, &places);
    written.sync()?;
    observer.at(Step::MergeFileSynced);
    Ok(row)
}

/// With a sample of the documents of all parts.
fn packing(parts: &[Arc<Segment>], events: usize) -> Result<Packing, StoreError> {
    let level = Packing::MERGED;
    let samples = Packing::samples(level, events).div_ceil(parts.len());
    let mut stored: Vec<Vec<u8>> = Vec::new();
    for part in parts {
        let blocks = part.document_blocks()?;
        for sample in 0..samples.min(blocks) {
            let unpacked = part.unpacked_block(sample * blocks / samples.min(blocks))?;
            stored.extend(unpacked.stored(unpacked.documents() / 2).map(<[u8]>::to_vec));
        }
    }
    Ok(Packing::of_samples(level, stored.iter().map(Vec::as_slice)))
}

/// The places of all parts in one order, and for each part the rank in it of each of its positions.
fn merged_places(parts: &[Arc<Segment>]) -> Result<(Vec<Place>, Vec<Vec<u16>>), StoreError> {
    let mut all: Vec<(Place, u16)> = Vec::new();
    let mut documents = 0;
    for (part, segment) in (0u16..).zip(parts) {
        let places = segment.all_places()?;
        all.extend(places.iter().map(|place| (Place { document: documents + place.document, ..*place }, part)));
        documents += places.len() as u32;
    }
    // Stable, so the positions of a part keep their order.
    all.sort_by_key(|(place, _)| place.cursor);
    let mut ranks: Vec<Vec<u16>> = parts.iter().map(|part| Vec::with_capacity(part.row.events)).collect();
    for (rank, (_, part)) in (0u16..=u16::MAX).zip(&all) {
        ranks[usize::from(*part)].push(rank);
    }
    Ok((all.into_iter().map(|(place, _)| place).collect(), ranks))
}

/// The keys of a part, page by page.
struct KeyReader<'p> {
    segment: &'p Segment,
    ranks: &'p [u16],
    next_page: usize,
    /// Descending, so that the next is the last.
    keys: Vec<(KeyHash, Vec<u16>)>,
}

impl KeyReader<'_> {
    fn fill(&mut self) -> Result<(), StoreError> {
        while self.keys.is_empty() && self.next_page < self.segment.key_pages()? {
            let page = self.segment.key_page(self.next_page)?;
            self.next_page += 1;
            for (key, posting) in page_keys(&page).map_err(|malformed| self.segment.malformed(malformed))? {
                let mut positions = Vec::new();
                posting
                    .for_each(|position| positions.extend(self.ranks.get(position)))
                    .map_err(|malformed| self.segment.malformed(malformed))?;
                self.keys.push((key, positions));
            }
            self.keys.reverse();
        }
        Ok(())
    }
}

fn merge_keys(shared: &Shared, task: &Task, ranks: &[Vec<u16>], writer: &mut SegmentWriter) -> Result<(), Stopped> {
    let mut readers: Vec<KeyReader<'_>> = Vec::with_capacity(task.parts.len());
    for (segment, ranks) in task.parts.iter().zip(ranks) {
        readers.push(KeyReader { segment, ranks, next_page: 0, keys: Vec::new() });
    }
    let mut positions: Vec<u16> = Vec::new();
    for written in 0u64.. {
        if written % 1_024 == 0 {
            give_way(shared, task)?;
        }
        let mut smallest = None;
        for reader in &mut readers {
            reader.fill()?;
            let key = reader.keys.last().map(|(key, _)| *key);
            smallest = match (smallest, key) {
                (Some(smallest), Some(key)) => Some(key.min(smallest)),
                (smallest, key) => smallest.or(key),
            };
        }
        let Some(smallest) = smallest else { break };
        positions.clear();
        for reader in &mut readers {
            if reader.keys.last().is_some_and(|(key, _)| *key == smallest)
                && let Some((_, more)) = reader.keys.pop()
            {
                positions.extend(more);
            }
        }
        positions.sort_unstable();
        writer.key(smallest, &positions)?;
    }
    Ok(())
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
