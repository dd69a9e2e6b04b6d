//! The one queue between operations and the journal, and the thread that empties it.
//!
//! Openings and closings go through it in order. The thread commits in groups: while a batch is being
//! made durable the next one gathers. What an operation cannot do without (its closing, a direct event
//! inside it) is kept and tried again until the journal has answered for it.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::OwnedSemaphorePermit;

use crate::{
    closing,
    journal::{AppendError, Appended, Entry, EntryKind, Journal, JournalError},
    manager::Shared,
    operation::OperationState,
    receipt::{Answer, Receipt},
};

/// An event on its way to the journal.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) entry: Entry,
    pub(crate) ticket: Ticket,
    pub(crate) since: Instant,
    /// Room that its payload takes until it is stored.
    #[expect(dead_code, reason = "held, not read")]
    pub(crate) room: Option<Arc<OwnedSemaphorePermit>>,
}

impl Item {
    /// An event that takes no room for a payload, handed over now.
    pub(crate) fn new(entry: Entry, ticket: Ticket) -> Self {
        Self { entry, ticket, since: Instant::now(), room: None }
    }
}

/// Who is told what became of it.
#[derive(Clone, Debug)]
pub(crate) enum Ticket {
    /// The opening of an operation of this process.
    Opening(Arc<OperationState>),
    /// Its closing.
    Closing(Arc<OperationState>),
    /// Something somebody waits for, who wants to know when it failed.
    Single(Arc<Receipt>),
    /// Something that has to be stored, sooner or later.
    Kept(Arc<Receipt>),
}

impl Ticket {
    fn receipt(&self) -> &Receipt {
        match self {
            Self::Opening(operation) => operation.opening_receipt(),
            Self::Closing(operation) => operation.closing_receipt(),
            Self::Single(receipt) | Self::Kept(receipt) => receipt,
        }
    }

    /// Whether it is tried again when the journal fails.
    fn is_kept(&self) -> bool {
        matches!(self, Self::Closing(_) | Self::Kept(_))
    }
}

#[derive(Debug, Default)]
struct State {
    pending: VecDeque<Item>,
    /// What the journal has right now.
    in_flight: Option<Arc<[Item]>>,
    /// After a failure: not before this, unless something new arrives.
    retry_at: Option<Instant>,
    arrived: bool,
    closing: bool,
    stopped: bool,
    idle_writer: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    emptied: Condvar,
}

/// First pause after a failure; it doubles up to the last.
const FIRST_RETRY: Duration = Duration::from_millis(10);
const LAST_RETRY: Duration = Duration::from_secs(1);

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands events over, in this order and without others between them. Never waits, never fails.
    pub(crate) fn push(&self, items: impl IntoIterator<Item = Item>) {
        let mut state = self.lock();
        state.pending.extend(items);
        state.arrived = true;
        if std::mem::take(&mut state.idle_writer) {
            drop(state);
            self.filled.notify_one();
        }
    }

    pub(crate) fn len(&self) -> usize {
        let state = self.lock();
        state.pending.len() + state.in_flight.as_ref().map_or(0, |batch| batch.len())
    }

    /// Whether anything is on its way that somebody may be waiting for.
    pub(crate) fn expire(&self, now: Instant, opening: Duration, closing: Duration) {
        let state = self.lock();
        let in_flight = state.in_flight.iter().flat_map(|batch| batch.iter());
        for item in in_flight.chain(&state.pending) {
            let waited = now.saturating_duration_since(item.since);
            if waited < opening.min(closing) {
                break;
            }
            let kept = item.ticket.is_kept();
            if waited >= if kept { closing } else { opening } {
                item.ticket.receipt().expire(!kept);
            }
        }
    }

    /// No more is handed over but closings; the thread stops when everything is stored.
    pub(crate) fn close(&self) {
        self.lock().closing = true;
        self.filled.notify_all();
    }

    /// Waits until everything is stored; false when the time is up.
    pub(crate) fn drained(&self, until: Instant) -> bool {
        let mut state = self.lock();
        loop {
            if state.pending.is_empty() && state.in_flight.is_none() {
                return true;
            }
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return false;
            };
            state = self.emptied.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until the thread has ended; false when the time is up.
    pub(crate) fn stopped(&self, until: Instant) -> bool {
        let mut state = self.lock();
        while !state.stopped {
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return false;
            };
            state = self.emptied.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// The thread has ended and closed the journal.
    pub(crate) fn finished(&self) {
        self.lock().stopped = true;
        self.emptied.notify_all();
    }

    /// The next batch, in order; none when the queue is closed and empty.
    fn take(&self, events: usize, bytes: usize) -> Option<Arc<[Item]>> {
        let mut state = self.lock();
        loop {
            let due = state.retry_at.is_none_or(|at| at <= Instant::now());
            if !state.pending.is_empty() && (due || state.arrived || state.closing) {
                let mut batch = Vec::with_capacity(events.min(state.pending.len()));
                let mut size = 0;
                while let Some(item) = state.pending.front() {
                    size += item.entry.document.len();
                    if batch.len() == events || (size > bytes && !batch.is_empty()) {
                        break;
                    }
                    let Some(item) = state.pending.pop_front() else { break };
                    // A closing may still be withdrawn by nobody: only its waiter gives up.
                    if item.ticket.receipt().take() {
                        batch.push(item);
                    }
                }
                state.arrived = false;
                if batch.is_empty() {
                    self.emptied.notify_all();
                    continue;
                }
                let batch: Arc<[Item]> = batch.into();
                state.in_flight = Some(batch.clone());
                return Some(batch);
            }
            if state.closing && state.pending.is_empty() {
                return None;
            }
            state.idle_writer = true;
            state = match state.retry_at {
                Some(at) if !state.pending.is_empty() => {
                    let pause = at.saturating_duration_since(Instant::now());
                    self.filled.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner).0
                }
                _ => self.filled.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
            state.idle_writer = false;
        }
    }

    /// The batch is done; `again` goes back to the front.
    fn settle(&self, again: Vec<Item>, retry_in: Option<Duration>) {
        let mut state = self.lock();
        state.in_flight = None;
        state.retry_at = retry_in.map(|pause| Instant::now() + pause);
        for item in again.into_iter().rev() {
            state.pending.push_front(item);
        }
        if state.closing && retry_in.is_some() && state.pending.iter().all(|item| item.ticket.is_kept()) {
            // Nobody is left to wait for a store that fails: what it could not take is closed at the next start.
            tracing::error!(events = state.pending.len(), "shutting down while the event store fails");
            state.pending.clear();
        }
        drop(state);
        self.emptied.notify_all();
    }
}

/// The thread: takes batches until the queue is closed and empty.
pub(crate) fn run(shared: &Arc<Shared>, journal: &dyn Journal) {
    let mut pause = FIRST_RETRY;
    while let Some(batch) = shared.queue.take(shared.limits.batch_events, shared.limits.batch_bytes) {
        let entries: Vec<Entry> = batch.iter().map(|item| item.entry.clone()).collect();
        match append(journal, &entries) {
            Ok(answers) => {
                pause = FIRST_RETRY;
                shared.counters.commits.add(1);
                for (item, answer) in batch.iter().zip(answers) {
                    answered(shared, item, answer);
                }
                shared.queue.settle(Vec::new(), None);
            }
            Err(error) => {
                shared.counters.append_failures.add(1);
                tracing::error!(%error, events = batch.len(), retry_in = ?pause, "the event store did not take a batch");
                let reason: Arc<str> = error.to_string().into();
                let refusal = if error.unknown { Answer::Unknown(reason) } else { Answer::NotStored(reason) };
                let (kept, refused): (Vec<&Item>, Vec<&Item>) = batch.iter().partition(|item| item.ticket.is_kept());
                for item in refused {
                    item.ticket.receipt().answer(refusal.clone());
                }
                let again = kept.into_iter().cloned().collect();
                shared.queue.settle(again, Some(pause));
                pause = (pause * 2).min(LAST_RETRY);
            }
        }
    }
}

fn append(journal: &dyn Journal, entries: &[Entry]) -> Result<Vec<Appended>, AppendError> {
    let appended = catch_unwind(AssertUnwindSafe(|| journal.append(entries)));
    let failed = |why: &str| JournalError::Failed(why.into()).unknown();
    let answers = appended.unwrap_or_else(|_panic| Err(failed("the journal panicked")))?;
    if answers.len() == entries.len() { Ok(answers) } else { Err(failed("the journal did not answer for every event")) }
}

/// One event of a batch that the journal took.
fn answered(shared: &Arc<Shared>, item: &Item, appended: Appended) {
    let answer = match appended {
        Appended::Stored(_) => {
            shared.counters.stored.add(1);
            Answer::Stored
        }
        Appended::AlreadyStored => Answer::Stored,
        Appended::NoOpening => Answer::NoOpening,
        Appended::Conflict { stored } => {
            if item.entry.kind == EntryKind::Closing {
                shared.counters.lost_closings.add(1);
                record_late_ending(shared, item, &stored);
            } else {
                shared.counters.conflicts.add(1);
                tracing::error!(id = %item.entry.id, "another event is stored under the id of a new one");
            }
            Answer::Lost(stored)
        }
    };
    if let Ticket::Closing(operation) = &item.ticket {
        operation.release();
    }
    item.ticket.receipt().answer(answer);
}

/// A true ending that comes after `abandoned` or `timeout` is kept as an event of its own.
fn record_late_ending(shared: &Arc<Shared>, item: &Item, stored: &[u8]) {
    match closing::late_ending(&item.entry.document, stored, shared.clock.now()) {
        Ok(Some(entry)) => {
            shared.counters.late_endings.add(1);
            shared.queue.push([Item::new(entry, Ticket::Kept(Arc::default()))]);
        }
        Ok(None) => {}
        Err(error) => tracing::error!(%error, id = %item.entry.id, "an ending known late cannot be recorded"),
    }
}
