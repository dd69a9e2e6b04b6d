//! Storing events: the one place that gives them their numbers.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError},
    time::Duration,
};

use events_core::{
    AppendError, Appended, Bytes, Entry, EntryKind, EventId, JournalError, Month, OpenOperation, Phase, Seq,
};
use serde::Deserialize;

use crate::{
    error::StoreError,
    find::{Readable, View},
    journal_file::{CommitError, Durability, JournalFile},
    journal_row::{Frame, JournalRow, encode_row},
    key_hash::ById,
    lock::FolderLock,
    segment::SegmentRow,
    shared::Shared,
    step::Step,
    tail::{TailEvent, TailView},
    thread::unharmed,
};

/// Events a row of the journal, at most.
const ROW_EVENTS: usize = 1_024;
/// Bytes of documents after which a row ends.
const ROW_BYTES: usize = 8 << 20;

/// How long whoever waits for room sleeps before it looks by itself.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Who may write, and what only that one needs.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) file: JournalFile,
    pub(crate) next_seq: Seq,
    pub(crate) next_segment: u64,
    pub(crate) open: OpenOperations,
    /// Held until the store is closed.
    pub(crate) _lock: FolderLock,
    buffer: Vec<u8>,
    /// The first number of a batch of which nobody knows whether it is stored: its commit failed in an
    /// unknown way, or a panic came before it was visible.
    doubtful: Option<Seq>,
    /// Segments of which nobody knows whether they are registered, with their files. A later commit that is
    /// durable settles that they are not.
    kept: Vec<(u64, PathBuf)>,
}

/// The operations that are open, and what the journal's table has yet to learn of them.
#[derive(Debug, Default)]
pub(crate) struct OpenOperations {
    operations: ById<Open>,
    /// Those in the table that are closed.
    closed: Vec<EventId>,
    /// Those that may have a note.
    noted: HashSet<EventId>,
}

#[derive(Debug)]
struct Open {
    operation: OpenOperation,
    in_table: bool,
}

impl OpenOperations {
    pub(crate) fn of_table(operations: Vec<OpenOperation>, noted: HashSet<EventId>) -> Self {
        let open = |operation: OpenOperation| (operation.id, Open { operation, in_table: true });
        Self { operations: operations.into_iter().map(open).collect(), closed: Vec::new(), noted }
    }

    /// Takes note of an event that is stored.
    pub(crate) fn stored(&mut self, seq: Seq, id: EventId, kind: EntryKind) {
        match kind {
            EntryKind::Direct | EntryKind::Note => {}
            EntryKind::Opening { process, deadline } => {
                let operation = OpenOperation { id, seq, process, deadline };
                self.operations.insert(id, Open { operation, in_table: false });
            }
            EntryKind::Closing => {
                self.noted.remove(&id.opening());
                if self.operations.remove(&id.opening()).is_some_and(|open| open.in_table) {
                    self.closed.push(id.opening());
                }
            }
        }
    }

    fn contains(&self, id: EventId) -> bool {
        self.operations.contains_key(&id)
    }

    /// All of them, oldest first.
    pub(crate) fn list(&self) -> Vec<OpenOperation> {
        let mut list: Vec<OpenOperation> = self.operations.values().map(|open| open.operation).collect();
        list.sort_unstable_by_key(|operation| operation.seq);
        list
    }

    /// Those whose openings are sealed and of a month.
    pub(crate) fn sealed_in(&self, month: Month) -> Vec<EventId> {
        let sealed = self.operations.iter().filter(|(id, open)| open.in_table && id.timestamp().month() == month);
        sealed.map(|(id, _)| *id).collect()
    }

    /// Their openings are deleted, here and in the table.
    pub(crate) fn forget(&mut self, operations: &[EventId]) {
        for id in operations {
            self.operations.remove(id);
            self.noted.remove(id);
        }
    }

    /// Writes into the table what it has to know once the events up to `through` have left the journal.
    pub(crate) fn write(&self, file: &JournalFile, through: Seq) -> Result<(), StoreError> {
        let opened = self.operations.values().filter(|open| !open.in_table && open.operation.seq <= through);
        file.change_open_operations(self.closed.iter().copied(), opened.map(|open| &open.operation))
    }

    /// That transaction is committed.
    pub(crate) fn written(&mut self, through: Seq) {
        self.closed.clear();
        for open in self.operations.values_mut().filter(|open| open.operation.seq <= through) {
            open.in_table = true;
        }
    }
}

/// The part of a document that says what it is to its operation.
#[derive(Deserialize)]
struct Phased {
    phase: Phase,
}

fn opens(document: &[u8]) -> bool {
    serde_json::from_slice::<Phased>(document).is_ok_and(|event| event.phase == Phase::Requested)
}

/// What is to become of an entry.
enum Verdict {
    Store,
    Note,
    Answer(Appended),
}

fn already(stored: Bytes, entry: &Entry) -> Verdict {
    Verdict::Answer(if stored == entry.document { Appended::AlreadyStored } else { Appended::Conflict { stored } })
}

/// The entries before the one that is looked at, of the same batch.
#[derive(Default)]
struct Batch<'e> {
    stored: ById<&'e Entry>,
}

impl<'e> Batch<'e> {
    /// What cannot be read never decides: new events are stored, and a closing needs its opening.
    fn judge(&mut self, shared: &Shared, open: &OpenOperations, entry: &'e Entry) -> Verdict {
        let verdict = match entry.kind {
            EntryKind::Closing => self.judge_closing(shared, open, entry),
            EntryKind::Note => self.judge_note(open, entry),
            EntryKind::Opening { .. } | EntryKind::Direct => match self.find(shared, entry.id) {
                Readable::Found(stored) => already(stored, entry),
                Readable::Absent | Readable::Unknown => Verdict::Store,
            },
        };
        if matches!(verdict, Verdict::Store) {
            self.stored.insert(entry.id, entry);
        }
        verdict
    }

    fn opens(&self, operation: EventId) -> bool {
        self.stored.get(&operation).is_some_and(|earlier| matches!(earlier.kind, EntryKind::Opening { .. }))
    }

    fn judge_note(&self, open: &OpenOperations, entry: &Entry) -> Verdict {
        let is_open = self.opens(entry.id) || open.contains(entry.id);
        if is_open && !self.stored.contains_key(&entry.id.closing()) {
            Verdict::Note
        } else {
            Verdict::Answer(Appended::NoOpening)
        }
    }

    fn judge_closing(&self, shared: &Shared, open: &OpenOperations, entry: &Entry) -> Verdict {
        let opening = entry.id.opening();
        if let Some(earlier) = self.stored.get(&entry.id) {
            return already(earlier.document.clone(), entry);
        }
        if self.opens(opening) || open.contains(opening) {
            return Verdict::Store;
        }
        match self.find(shared, entry.id) {
            Readable::Found(stored) => return already(stored, entry),
            Readable::Absent => {}
            // It is not open, so a closing of it may well be what cannot be read.
            Readable::Unknown => return Verdict::Answer(Appended::NoOpening),
        }
        match self.find(shared, opening) {
            Readable::Found(stored) if opens(&stored) => Verdict::Store,
            _ => Verdict::Answer(Appended::NoOpening),
        }
    }

    fn find(&self, shared: &Shared, id: EventId) -> Readable {
        if let Some(earlier) = self.stored.get(&id) {
            return Readable::Found(earlier.document.clone());
        }
        let segments = {
            let state = shared.state();
            if let Some(event) = state.tail.get(id) {
                return Readable::Found(event.document.clone());
            }
            if state.last_sealed_id.is_none_or(|last| id > last) {
                return Readable::Absent;
            }
            Arc::clone(&state.segments)
        };
        View { segments, tail: TailView::default(), gaps: Arc::default() }.sealed_where_readable(id)
    }
}

impl Writer {
    pub(crate) fn new(
        file: JournalFile,
        lock: FolderLock,
        next_seq: Seq,
        next_segment: u64,
        open: OpenOperations,
    ) -> Self {
        Self { file, next_seq, next_segment, open, _lock: lock, buffer: Vec::new(), doubtful: None, kept: Vec::new() }
    }

    /// Commits, or rolls back.
    pub(crate) fn commit(&mut self) -> Result<(), CommitError> {
        self.file.commit().inspect_err(|_| self.file.rollback())?;
        if self.file.is_durable_now() {
            // Written over, the log of an older commit cannot register them any more.
            for (number, path) in self.kept.drain(..) {
                if self.file.has_segment(number).is_ok_and(|registered| !registered) {
                    // What stays is removed at the next start.
                    let _ = fs::remove_file(path);
                }
            }
        }
        Ok(())
    }

    /// The files of segments whose registration may come back after a crash must be there then.
    pub(crate) fn keep_if_unknown(&mut self, error: &CommitError, rows: &[SegmentRow], folder: &Path) {
        if error.unknown {
            self.kept.extend(rows.iter().map(|row| (row.number, row.path(folder))));
        }
    }

    /// Stores a batch.
    fn append(&mut self, shared: &Shared, entries: &[Entry]) -> Result<Vec<Appended>, AppendError> {
        self.clear_doubt(shared).map_err(not_stored)?;
        let mut batch = Batch::default();
        let mut answers = Vec::with_capacity(entries.len());
        let mut events = Vec::with_capacity(entries.len());
        let mut notes: Vec<(EventId, Option<&[u8]>)> = Vec::new();
        let mut next_seq = self.next_seq;
        for entry in entries {
            match batch.judge(shared, &self.open, entry) {
                Verdict::Answer(answer) => answers.push(answer),
                Verdict::Note => {
                    self.open.noted.insert(entry.id);
                    notes.push((entry.id, Some(&entry.document)));
                    answers.push(Appended::Noted);
                }
                Verdict::Store => {
                    if entry.kind == EntryKind::Closing && self.open.noted.contains(&entry.id.opening()) {
                        notes.push((entry.id.opening(), None));
                    }
                    let document = entry.document.clone();
                    events.push(Arc::new(TailEvent::new(next_seq, entry.id, entry.kind, document)));
                    answers.push(Appended::Stored(next_seq));
                    next_seq = next_seq.next();
                }
            }
        }
        if events.is_empty() && notes.is_empty() {
            return Ok(answers);
        }
        let rows = into_rows(events);
        self.write(shared, &rows, &notes)?;
        self.next_seq = next_seq;
        let mut state = shared.state();
        state.last_seq = Seq(next_seq.0 - 1);
        let full = state.tail.full_events();
        for row in rows {
            row.iter().for_each(|event| self.open.stored(event.seq, event.id, event.kind));
            state.tail.push(row);
        }
        let grown = state.tail.full_events() > full;
        drop(state);
        self.doubtful = None;
        if grown {
            shared.work.notify_all();
        }
        shared.options.observer.at(Step::AppendVisible);
        Ok(answers)
    }

    fn write(
        &mut self,
        shared: &Shared,
        rows: &[Vec<Arc<TailEvent>>],
        notes: &[(EventId, Option<&[u8]>)],
    ) -> Result<(), AppendError> {
        let observer = &shared.options.observer;
        let insert = |buffer: &mut Vec<u8>| -> Result<(), StoreError> {
            self.file.begin(Durability::Now)?;
            observer.at(Step::AppendBegun);
            for row in rows {
                let frame = |event: &Arc<TailEvent>| (event.id, event.kind, event.document.clone());
                let frames: Vec<_> = row.iter().map(frame).collect();
                encode_row(frames.iter().map(|(id, kind, document)| Frame { id: *id, kind: *kind, document }), buffer);
                let (Some(first), Some(last)) = (row.first(), row.last()) else { continue };
                self.file.insert_events(first.seq, last.seq, buffer)?;
            }
            self.file.change_notes(notes.iter().copied())?;
            observer.at(Step::AppendWritten);
            Ok(())
        };
        if let Err(error) = insert(&mut self.buffer) {
            self.file.rollback();
            return Err(not_stored(error));
        }
        // One huge event must not keep its size for ever.
        self.buffer.shrink_to(ROW_BYTES);
        // Until its events are visible nobody may rely on what is known of them, also after a panic.
        self.doubtful = rows.first().and_then(|row| row.first()).map(|event| event.seq);
        match self.commit() {
            Ok(()) => {
                observer.at(Step::AppendCommitted);
                Ok(())
            }
            Err(error) => {
                tracing::error!(error = %error.cause, unknown = error.unknown, "a batch could not be committed");
                if !error.unknown {
                    self.doubtful = None;
                }
                Err(AppendError { cause: error.cause.into(), unknown: error.unknown })
            }
        }
    }

    /// Settles what became of a batch nobody knows of, before anything is judged by it or gets its numbers.
    fn clear_doubt(&mut self, shared: &Shared) -> Result<(), StoreError> {
        let Some(first) = self.doubtful else { return Ok(()) };
        // What is not there could come back after a crash, as its log may have been written: it is written
        // over, durably. What is there is durable then.
        self.file.begin(Durability::Now)?;
        self.file.note_doubt().inspect_err(|_| self.file.rollback())?;
        self.commit().map_err(|error| error.cause)?;
        let mut found = Vec::new();
        for row in self.file.rows(first)? {
            match events_of(&row) {
                Ok(events) => found.push(events),
                Err(why) => {
                    let (first, last) = (row.first_seq, row.last_seq);
                    self.file.set_row_aside(first)?;
                    self.next_seq = self.next_seq.max(last.next());
                    unharmed(|| tracing::error!(%first, %last, %why, "damaged events of the journal are set aside"));
                }
            }
        }
        let gaps = self.file.gaps()?;
        // Nothing fails from here on.
        let mut state = shared.state();
        state.gaps = gaps.into();
        for events in found {
            let (Some(first), Some(last)) = (events.first(), events.last().map(|event| event.seq)) else { continue };
            // A panic may have come after some.
            if state.tail.get(first.id).is_none() {
                events.iter().for_each(|event| self.open.stored(event.seq, event.id, event.kind));
                state.tail.push(events);
            }
            state.last_seq = last;
            self.next_seq = self.next_seq.max(last.next());
        }
        drop(state);
        shared.work.notify_all();
        self.doubtful = None;
        Ok(())
    }
}

/// The events of a row of the journal.
pub(crate) fn events_of(row: &JournalRow) -> Result<Vec<Arc<TailEvent>>, crate::codec::Malformed> {
    let event = |(seq, frame): (u64, Frame<'_>)| {
        Arc::new(TailEvent::new(Seq(seq), frame.id, frame.kind, Bytes::copy_from_slice(frame.document)))
    };
    Ok((row.first_seq.0..).zip(row.frames()?).map(event).collect())
}

fn into_rows(events: Vec<Arc<TailEvent>>) -> Vec<Vec<Arc<TailEvent>>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut bytes = 0;
    for event in events {
        bytes += event.document.len();
        row.push(event);
        if row.len() == ROW_EVENTS || bytes >= ROW_BYTES {
            rows.push(std::mem::take(&mut row));
            bytes = 0;
        }
    }
    if !row.is_empty() {
        rows.push(row);
    }
    rows
}

fn not_stored(error: StoreError) -> AppendError {
    JournalError::from(error).not_stored()
}

impl Shared {
    /// Stores a batch once the tail has room for it.
    pub(crate) fn append(&self, entries: &[Entry]) -> Result<Vec<Appended>, AppendError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        self.wait_for_room().map_err(not_stored)?;
        let mut writer = self.writer.lock();
        let Some(writer) = writer.as_mut() else { return Err(not_stored(StoreError::closed())) };
        writer.append(self, entries)
    }

    /// What is not sealed is bounded: sealing makes room, or says why it cannot.
    fn wait_for_room(&self) -> Result<(), StoreError> {
        let mut state = self.state();
        loop {
            if state.closing {
                return Err(StoreError::closed());
            }
            if state.tail.events() < state.most_events(&self.options) && state.tail.bytes() < self.options.tail_bytes {
                return Ok(());
            }
            if state.tail.full_events() == 0 {
                // One growing chunk holds more bytes than the limit.
                state.tail.finish_chunk();
            }
            // Bytes of the growing chunk, too, make what is full due, and what was in the way may be over.
            self.work.notify_all();
            if let Some(trouble) = &state.trouble {
                return Err(trouble.clone());
            }
            // Keys that are derived make room too, by whichever thread, and without the lock.
            state = self.room.wait_timeout(state, LOOK_AGAIN).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The note of an open operation.
    pub(crate) fn note(&self, operation: EventId) -> Result<Option<Vec<u8>>, StoreError> {
        self.writer.lock().as_ref().ok_or_else(StoreError::closed)?.file.note(operation)
    }

    /// The operations that are open, oldest first.
    pub(crate) fn open_operations(&self) -> Result<Vec<OpenOperation>, StoreError> {
        self.writer.lock().as_ref().map(|writer| writer.open.list()).ok_or_else(StoreError::closed)
    }
}
