//! What all tails of a manager share: the newest events in memory, and who waits for more.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::{oneshot, watch};

use super::{
    Progress, TailError,
    chunk::{BYTES, Chunk, EVENTS, Told},
    thread,
};
use crate::{
    journal::{Appended, Journal, JournalError, Seq},
    limits::Limits,
    manager::Shared,
    opaque::Opaque,
    queue::Item,
    room::Room,
    wake::guarded,
};

/// The tails of a manager. Costs one look at a number for each commit where nobody follows.
pub(crate) struct Tails {
    /// How many there are.
    live: AtomicUsize,
    pub(super) state: Mutex<State>,
    pub(super) changed: Condvar,
    pub(super) told: watch::Sender<Progress>,
    events: usize,
    bytes: usize,
}

#[derive(Default)]
pub(super) struct State {
    /// The newest events, without a hole.
    window: VecDeque<Arc<Told>>,
    window_bytes: usize,
    /// The newest event of the journal, whether or not it is in the window.
    pub(super) newest: Seq,
    pub(super) reads: VecDeque<Read>,
    pub(super) has_thread: bool,
    pub(super) closed: bool,
}

/// Somebody is behind the window.
pub(super) struct Read {
    pub(super) from: Seq,
    pub(super) answer: oneshot::Sender<Result<Arc<Chunk>, JournalError>>,
}

/// One that follows. Dropped, it does not any more.
pub(super) struct Live(Opaque<Shared>);

impl fmt::Debug for Tails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tails").field("live", &self.live).finish_non_exhaustive()
    }
}

impl Tails {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            live: AtomicUsize::new(0),
            state: Mutex::default(),
            changed: Condvar::new(),
            told: watch::Sender::default(),
            events: limits.tail_events,
            bytes: limits.tail_bytes,
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many follow.
    pub(crate) fn live(&self) -> usize {
        self.live.load(Ordering::SeqCst)
    }

    /// One more follows: from what is stored now on.
    pub(super) fn follow(shared: &Opaque<Shared>) -> Result<(Live, watch::Receiver<Progress>), TailError> {
        let tails = &shared.tails;
        // In this order: what the writer stores without seeing that somebody follows is not after the number that is
        // asked for next.
        tails.live.fetch_add(1, Ordering::SeqCst);
        let live = Live(shared.clone());
        let newest = shared.journal.last_seq();
        let mut state = tails.lock();
        if state.closed {
            return Err(TailError::Stopped);
        }
        if !state.has_thread {
            thread::start(shared).map_err(|error| JournalError::Failed(Box::new(error)))?;
            state.has_thread = true;
        }
        state.newest = state.newest.max(newest);
        let newest = state.newest;
        // Whoever is woken may ask at once.
        drop(state);
        tails.told.send_if_modified(|progress| {
            let is_news = progress.newest < newest;
            if is_news {
                (progress.newest, progress.latest) = (newest, None);
            }
            is_news
        });
        Ok((live, tails.told.subscribe()))
    }

    /// The journal took a batch, or may have taken it.
    pub(crate) fn appended(&self, journal: &dyn Journal, batch: &[Item], answers: &[Appended]) {
        if self.live.load(Ordering::SeqCst) == 0 {
            return;
        }
        let number = |answer: &Appended| match answer {
            Appended::Stored(seq) => Some(*seq),
            _ => None,
        };
        let newest = answers.iter().filter_map(number).max().unwrap_or_else(|| journal.last_seq());
        let mut state = self.lock();
        for (item, answer) in batch.iter().zip(answers) {
            if let Appended::Stored(seq) = answer {
                state.push(Told::new(*seq, item.entry.document.clone()), (self.events, self.bytes));
            }
        }
        state.newest = state.newest.max(newest);
        drop(state);
        self.changed.notify_one();
    }

    /// Everybody learns that nothing more comes.
    pub(crate) fn close(&self) {
        let newest = {
            let mut state = self.lock();
            state.closed = true;
            state.reads.clear();
            state.newest
        };
        self.changed.notify_all();
        self.told.send_modify(|progress| *progress = Progress { newest, latest: None, has_ended: true });
    }
}

impl State {
    fn push(&mut self, event: Told, (events, bytes): (usize, usize)) {
        if self.window.back().is_some_and(|last| last.seq.next() != event.seq) {
            // What lies between was stored unseen: the journal has it.
            self.clear();
        }
        self.window_bytes += event.bytes();
        self.window.push_back(Arc::new(event));
        while self.window.len() > events || self.window_bytes > bytes {
            let Some(oldest) = self.window.pop_front() else { break };
            self.window_bytes -= oldest.bytes();
        }
    }

    /// Some events from a number on; none where the window does not have them.
    pub(super) fn from(&self, from: Seq) -> Option<Chunk> {
        let first = self.window.front()?.seq;
        // Without a hole, so a number is a place.
        let at = usize::try_from(from.0.checked_sub(first.0)?).ok()?;
        let mut room = Room::of(BYTES);
        let ahead = self.window.iter().skip(at).take(EVENTS);
        let events: Vec<Arc<Told>> = ahead.take_while(|event| room.take(event.bytes())).cloned().collect();
        let through = events.last()?.seq;
        Some(Chunk { from, events, through })
    }

    fn clear(&mut self) {
        self.window.clear();
        self.window_bytes = 0;
    }
}

impl Live {
    /// Some of the newest events, from a number on.
    pub(super) fn recent(&self, from: Seq) -> Option<Arc<Chunk>> {
        self.0.tails.lock().from(from).map(Arc::new)
    }

    /// Reads from a number on, on the thread: events that the window does not have.
    pub(super) async fn read(&self, from: Seq) -> Result<Arc<Chunk>, TailError> {
        let tails = &self.0.tails;
        let (answer, read) = oneshot::channel();
        {
            let mut state = tails.lock();
            if state.closed {
                return Err(TailError::Stopped);
            }
            state.reads.push_back(Read { from, answer });
        }
        tails.changed.notify_one();
        guarded(read).await.map_err(|_gone| TailError::Stopped)?.map_err(|error| match error {
            JournalError::Damaged { what, why, .. } => TailError::Damaged { from, damage: format!("{what}: {why}") },
            other => TailError::Journal(other),
        })
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let tails = &self.0.tails;
        if tails.live.fetch_sub(1, Ordering::SeqCst) == 1 {
            let mut state = tails.lock();
            // Somebody may have come since.
            if tails.live.load(Ordering::SeqCst) == 0 {
                state.clear();
            }
        }
    }
}
