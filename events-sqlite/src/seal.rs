//! Sealing: moving the oldest un-sealed events out of the journal into segments, one for each month.

use std::{
    collections::BTreeMap,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
    time::Duration,
};

use events_core::{Month, Seq};

use crate::{
    delays::Delays,
    error::StoreError,
    journal_file::{CommitError, Durability},
    own_id,
    packing::Packer,
    place::Place,
    posting,
    postings::{KeyPositions, Postings},
    segment::{Segment, SegmentRow, month_folder},
    segment_writer::{SegmentWriter, sync_folder},
    shared::{Sealing, Shared, State},
    step::Step,
    tail::{Chunk, TailEvent},
    thread::unharmed,
    unregistered::UNFINISHED,
    values::Values,
};

/// How long sealing waits after it failed, at first and at most.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// The sealing thread.
pub(crate) fn run(shared: &Shared) {
    let mut retry = RETRY.0;
    let mut packing = Packing::default();
    while let Some(chunks) = next_chunks(shared) {
        // A panic is trouble like any other: appending must not wait for a thread that is no more.
        let sealed = catch_unwind(AssertUnwindSafe(|| seal(shared, &chunks, &mut packing)))
            .unwrap_or_else(|_| Err(StoreError::failed("sealing panicked: see the log")));
        let Err(error) = sealed else {
            retry = RETRY.0;
            continue;
        };
        // Whatever state it was left in.
        packing = Packing::default();
        unharmed(|| tracing::error!(%error, ?retry, "sealing failed and will be tried again"));
        let mut state = shared.state();
        state.trouble = Some(error);
        state.sealing = None;
        shared.progress.notify_all();
        shared.room.notify_all();
        drop(shared.work.wait_timeout_while(state, retry, |state| !state.closing));
        retry = (retry * 2).min(RETRY.1);
    }
}

/// What to seal next; none when the store closes.
fn next_chunks(shared: &Shared) -> Option<Vec<Arc<Chunk>>> {
    let mut state = shared.state();
    loop {
        if state.closing {
            return None;
        }
        if let Some(chunks) = sealable(shared, &mut state) {
            return Some(chunks);
        }
        // What failed was due no longer: whoever makes something due finds out whether it still fails.
        state.trouble = None;
        state = shared.work.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}

/// The chunks to seal next, if there are enough.
fn sealable(shared: &Shared, state: &mut State) -> Option<Vec<Arc<Chunk>>> {
    let options = &shared.options;
    let asked =
        state.seal_through > Seq(0) && state.tail.events() > 0 && state.tail.first_seq() <= Some(state.seal_through);
    if asked {
        state.tail.finish_chunk();
    }
    let enough = state.tail.full_events() >= options.segment_events
        || state.tail.full_bytes() >= options.segment_bytes()
        || asked
        // Whoever waits for room must get some.
        || state.tail.full_events() > 0 && state.tail.bytes() >= options.tail_bytes;
    enough.then(|| state.tail.oldest(options.segment_events, options.segment_bytes()))
}

/// Whether sealing is needed more than anything else in the background.
pub(crate) fn is_urgent(shared: &Shared, state: &State) -> bool {
    state.tail.full_events() >= shared.options.segment_events
}

/// Seals the oldest chunks of the tail.
fn seal(shared: &Shared, chunks: &[Arc<Chunk>], packing: &mut Packing) -> Result<(), StoreError> {
    let Some(through) = chunks.last().and_then(|chunk| chunk.events.last()).map(|event| event.seq) else {
        return Ok(());
    };
    let mut progress = Progress::new(shared, chunks.iter().map(|chunk| chunk.events.len()).sum());
    // Keys are derived ahead, oldest first: what is not done yet is met from the other end.
    for chunk in chunks.iter().rev() {
        chunk.ordered(&shared.deriver);
        progress.looked(chunk.events.len());
    }
    let mut months: BTreeMap<Month, Vec<&TailEvent>> = BTreeMap::new();
    for event in chunks.iter().flat_map(|chunk| &chunk.events) {
        months.entry(event.id.timestamp().month()).or_default().push(event);
    }
    let first = {
        let mut writer = shared.writer.lock();
        let writer = writer.as_mut().ok_or_else(StoreError::closed)?;
        let first = writer.next_segment;
        writer.next_segment += months.len() as u64;
        first
    };
    let mut rows = Vec::with_capacity(months.len());
    for (number, (month, events)) in (first..).zip(months) {
        match write_segment(shared, number, month, events, packing, &mut progress) {
            Ok(row) => rows.push(row),
            Err(error) => {
                forget_files(shared, &rows, number, month);
                return Err(error);
            }
        }
    }
    register(shared, &rows, through, chunks.len()).map_err(|error| {
        if !error.unknown {
            rows.iter().for_each(|row| forget_file(shared, row));
        }
        error.cause
    })
}

/// Tells whoever appends how far sealing has got.
struct Progress<'s> {
    shared: &'s Shared,
    events: usize,
    done: usize,
}

impl<'s> Progress<'s> {
    /// Each event is looked at so often.
    const LOOKS: usize = 3;
    /// Looks between two words about them.
    const STEP: usize = 256;

    fn new(shared: &'s Shared, events: usize) -> Self {
        let progress = Self { shared, events, done: 0 };
        progress.tell();
        progress
    }

    /// A look at so many events is done.
    fn looked(&mut self, events: usize) {
        let before = self.done / Self::STEP;
        self.done += events;
        if self.done / Self::STEP > before {
            self.tell();
        }
    }

    fn tell(&self) {
        let share_done = self.done as f64 / (Self::LOOKS * self.events) as f64;
        self.shared.state().sealing = Some(Sealing { events: self.events, share_done });
        self.shared.room.notify_all();
    }
}

/// A file that is not registered takes space that is missed; what stays is removed at the next start.
fn forget_files(shared: &Shared, rows: &[SegmentRow], number: u64, month: Month) {
    rows.iter().for_each(|row| forget_file(shared, row));
    let unfinished = SegmentRow::of(number, month, 0, &[]);
    forget_file(shared, &unfinished);
}

pub(crate) fn forget_file(shared: &Shared, row: &SegmentRow) {
    let path = row.path(&shared.folder);
    // It may not have been created, or not have got its name.
    let _ = fs::remove_file(path.with_extension(UNFINISHED));
    let _ = fs::remove_file(path);
}

fn write_segment(
    shared: &Shared,
    number: u64,
    month: Month,
    mut events: Vec<&TailEvent>,
    packing: &mut Packing,
    progress: &mut Progress<'_>,
) -> Result<SegmentRow, StoreError> {
    let observer = &shared.options.observer;
    let deriver = &shared.deriver;
    events.sort_by_cached_key(|event| event.place(deriver));
    make_month_folder(shared, month)?;
    let path = SegmentRow::of(number, month, 0, &[]).path(&shared.folder);
    let mut writer = SegmentWriter::create(&path, events.len(), packing.packer(&events)?)?;
    observer.at(Step::SealBegun);
    for event in &events {
        writer.document(&event.document, event.id)?;
        progress.looked(1);
    }
    writer.end_block()?;
    observer.at(Step::SealDocumentsWritten);

    let mut postings = Postings::default();
    for event in &events {
        postings.add(event.keys(deriver), &event.document);
        progress.looked(1);
    }
    let values = write_keys(&postings, events.len(), &mut writer)?;
    let places: Vec<Place> = (0u32..)
        .zip(&events)
        .map(|(document, event)| Place { cursor: event.place(deriver), seq: event.seq, document })
        .collect();
    let delays = |event: &&TailEvent| Delays::of(event.keys(deriver).timestamp, event.keys(deriver).created);
    let delays: Vec<Delays> = events.iter().map(delays).collect();
    let written = writer.finish(&places, &delays, values)?;
    observer.at(Step::SealFileWritten);
    let row = SegmentRow::of(number, month, written.bytes, &places);
    written.sync()?;
    observer.at(Step::SealFileSynced);
    Ok(row)
}

/// Writes all keys, and returns the values that some of them stand for.
fn write_keys(postings: &Postings<'_>, events: usize, writer: &mut SegmentWriter<'_>) -> Result<Values, StoreError> {
    let mut values = Values::default();
    let mut of_sets: Vec<Vec<u8>> = vec![Vec::new(); postings.sets()];
    postings.for_each_sorted(|KeyPositions { key, positions, same, listed }| {
        if let Some(listed) = listed {
            values.insert(listed);
        }
        let Some(set) = same else { return writer.key(key, positions) };
        let list = &mut of_sets[set];
        if list.is_empty() {
            posting::encode(positions, events, list);
        }
        writer.key_with_list(key, list)
    })?;
    Ok(values)
}

/// Events below which a dictionary takes more than it saves.
const WORTH_A_DICTIONARY: usize = 2_048;
/// Documents that are sampled for a dictionary.
const SAMPLES: usize = 256;
/// How many segments are packed with one dictionary: what is recorded changes, and merged segments have the
/// dictionaries of all their parts.
const SEGMENTS_PER_DICTIONARY: usize = 64;

/// What segments are packed with while they are sealed.
#[derive(Default)]
struct Packing {
    plain: Option<Packer>,
    /// How many more segments it serves.
    with_dictionary: Option<(Packer, usize)>,
}

impl Packing {
    /// For a segment of these events.
    fn packer(&mut self, events: &[&TailEvent]) -> Result<&mut Packer, StoreError> {
        if events.len() < WORTH_A_DICTIONARY {
            return match &mut self.plain {
                Some(plain) => Ok(plain),
                slot => Ok(slot.insert(Packer::plain().map_err(StoreError::failed)?)),
            };
        }
        let serving = self.with_dictionary.take().filter(|(_, segments)| *segments > 0);
        let (packer, segments) = match serving {
            Some(serving) => serving,
            None => (of_samples(events)?, SEGMENTS_PER_DICTIONARY),
        };
        Ok(&mut self.with_dictionary.insert((packer, segments - 1)).0)
    }
}

/// With a dictionary of some of these events.
fn of_samples(events: &[&TailEvent]) -> Result<Packer, StoreError> {
    let stored = |event: &&TailEvent| {
        let mut stored = Vec::new();
        own_id::strip(&event.document, event.id, &mut stored);
        stored
    };
    let samples = events.iter().step_by((events.len() / SAMPLES).max(1)).map(stored);
    Packer::of_samples(samples).map_err(StoreError::failed)
}

pub(crate) fn make_month_folder(shared: &Shared, month: Month) -> Result<(), StoreError> {
    let folder = month_folder(&shared.folder, month);
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(&folder).map_err(|error| StoreError::io(&folder, error))?;
    sync_folder(&shared.folder.join("segments"))?;
    sync_folder(&shared.folder)
}

/// Makes segments valid and their events leave the journal, in one transaction.
fn register(shared: &Shared, rows: &[SegmentRow], through: Seq, chunks: usize) -> Result<(), CommitError> {
    let mut writer = shared.writer.lock();
    let writer = writer.as_mut().ok_or_else(StoreError::closed)?;
    let added: Vec<Arc<Segment>> =
        rows.iter().map(|row| Arc::new(Segment::new(row.clone(), &shared.folder, &shared.reading))).collect();
    let register = || -> Result<(), StoreError> {
        // Lost with its transaction, a registration leaves its events in the journal: nothing needs to wait.
        writer.file.begin(Durability::WithTheNext)?;
        writer.file.change_segments(rows, &[], writer.next_segment)?;
        writer.open.write(&writer.file, through)?;
        writer.file.delete_through(through)?;
        shared.options.observer.at(Step::SealRegistered);
        Ok(())
    };
    if let Err(error) = register() {
        writer.file.rollback();
        return Err(error.into());
    }
    // Once this succeeded nothing fails any more: the files are the only place of their events.
    writer.commit().inspect_err(|error| writer.keep_if_unknown(error, rows, &shared.folder))?;
    writer.open.written(through);
    let mut state = shared.state();
    state.tail.forget(chunks);
    state.replace_segments(added, &[]);
    state.trouble = None;
    state.sealing = None;
    shared.progress.notify_all();
    shared.room.notify_all();
    drop(state);
    shared.options.observer.at(Step::SealCommitted);
    Ok(())
}
