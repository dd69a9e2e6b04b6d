//! What the threads of an open store share.

use std::{
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard},
};

use events_core::{Bytes, EventId, Month, Seq};

use crate::{
    error::StoreError,
    event_keys::KeyDeriver,
    find::View,
    lock::{FairMutex, lock},
    options::Options,
    read::Gap,
    reading::Reading,
    segment::Segment,
    tail::{Tail, TailView},
    writer::Writer,
};

/// Lock order: the writer, then the state. Neither is held over a read of a segment by a search.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) folder: PathBuf,
    pub(crate) deriver: KeyDeriver,
    pub(crate) reading: Arc<Reading>,
    /// None once the store is closed.
    pub(crate) writer: FairMutex<Option<Writer>>,
    state: Mutex<State>,
    /// Something may be sealed, or the store closes.
    pub(crate) work: Condvar,
    /// Something was sealed or merged, or could not be.
    pub(crate) progress: Condvar,
    /// There may be room for more un-sealed events, or there will be none.
    pub(crate) room: Condvar,
}

/// What changes while the store is open.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) tail: Tail,
    pub(crate) segments: Arc<[Arc<Segment>]>,
    pub(crate) gaps: Arc<[Gap]>,
    /// The largest id in a segment: everything above is new.
    pub(crate) last_sealed_id: Option<EventId>,
    /// What is being sealed.
    pub(crate) sealing: Option<Sealing>,
    /// Everything up to here is to be sealed now.
    pub(crate) seal_through: Seq,
    /// The largest number of an acknowledged event.
    pub(crate) last_seq: Seq,
    /// Why the last attempt to seal failed; tried again by itself.
    pub(crate) trouble: Option<StoreError>,
    /// Whether nothing is left to merge.
    pub(crate) merged: bool,
    pub(crate) closing: bool,
}

/// How far the sealing of some events has got.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sealing {
    pub(crate) events: usize,
    /// Of all that is to be done for them.
    pub(crate) share_done: f64,
}

impl State {
    /// How many un-sealed events there may be. While some are sealed it grows with what is done of them: who
    /// appends faster than it is sealed waits a little each time, not for a whole segment at once.
    pub(crate) fn most_events(&self, options: &Options) -> usize {
        let undone = self.sealing.map_or(0.0, |sealing| sealing.events as f64 * (1.0 - sealing.share_done));
        options.tail_events - (undone as usize).min(options.tail_events / 2)
    }

    pub(crate) fn new(tail: Tail, segments: Vec<Arc<Segment>>, gaps: Vec<Gap>, last_seq: Seq) -> Self {
        let mut state = Self {
            tail,
            segments: Arc::default(),
            gaps: gaps.into(),
            last_sealed_id: None,
            sealing: None,
            seal_through: Seq(0),
            last_seq,
            trouble: None,
            merged: false,
            closing: false,
        };
        state.set_segments(segments);
        state
    }

    pub(crate) fn set_segments(&mut self, segments: Vec<Arc<Segment>>) {
        self.last_sealed_id = segments.iter().map(|segment| segment.row.last_id).max();
        self.segments = segments.into();
        self.merged = false;
    }

    /// Adds segments and takes others away. The files of those go with the last search that reads them.
    pub(crate) fn replace_segments(&mut self, added: impl IntoIterator<Item = Arc<Segment>>, removed: &[u64]) {
        let mut segments: Vec<Arc<Segment>> = Vec::with_capacity(self.segments.len() + 1);
        for segment in self.segments.iter() {
            if removed.contains(&segment.row.number) {
                segment.make_obsolete();
            } else {
                segments.push(Arc::clone(segment));
            }
        }
        segments.extend(added);
        self.set_segments(segments);
    }

    /// The segments of a month.
    pub(crate) fn of_month(&self, month: Month) -> impl Iterator<Item = &Arc<Segment>> {
        self.segments.iter().filter(move |segment| segment.row.month == month)
    }
}

impl Shared {
    pub(crate) fn new(
        options: Options,
        folder: PathBuf,
        deriver: KeyDeriver,
        reading: Arc<Reading>,
        writer: Writer,
        state: State,
    ) -> Self {
        Self {
            options,
            folder,
            deriver,
            reading,
            writer: FairMutex::new(Some(writer)),
            state: Mutex::new(state),
            work: Condvar::new(),
            progress: Condvar::new(),
            room: Condvar::new(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// The store at this moment.
    pub(crate) fn view(&self) -> View {
        let state = self.state();
        View { segments: Arc::clone(&state.segments), tail: state.tail.view(), gaps: Arc::clone(&state.gaps) }
    }

    /// The document of an event, wherever it is.
    pub(crate) fn document(&self, id: EventId) -> Result<Option<Bytes>, StoreError> {
        let segments = {
            let state = self.state();
            if let Some(event) = state.tail.get(id) {
                return Ok(Some(event.document.clone()));
            }
            Arc::clone(&state.segments)
        };
        View { segments, tail: TailView::default(), gaps: Arc::default() }.sealed_document(id)
    }
}
