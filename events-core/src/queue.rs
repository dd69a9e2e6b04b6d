//! The one queue between operations and the journal, which [`writer`](crate::writer) empties.
//!
//! Openings and closings go through it in order. What an operation cannot do without (its closing, a direct event
//! inside it) is kept and tried again until the journal has answered for it.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;

use crate::{
    document,
    id::EventId,
    journal::{AppendError, Entry, EntryKind, JournalError},
    operation::OperationHandle,
    payload_room::Reserved,
    receipt::{Answer, Receipt},
    thread::unharmed,
};

/// An event on its way to the journal.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) entry: Entry,
    pub(crate) ticket: Ticket,
    pub(crate) since: Instant,
    /// It may be what its batch failed for: it is tried alone.
    pub(crate) suspect: bool,
    /// Room that its payload takes until it is stored.
    #[expect(dead_code, reason = "held, not read")]
    pub(crate) room: Option<Arc<Reserved>>,
}

impl Item {
    /// An event that takes no room for a payload, handed over now.
    pub(crate) fn new(entry: Entry, ticket: Ticket) -> Self {
        Self::since(Instant::now(), entry, ticket)
    }

    /// One whose waiter's time began at a point in time.
    pub(crate) fn since(since: Instant, entry: Entry, ticket: Ticket) -> Self {
        Self { entry, ticket, since, suspect: false, room: None }
    }

    /// An opening that is stored with its closing, which follows it: in one batch, or it could be left alone.
    fn waits_for_its_closing(&self) -> bool {
        matches!((&self.ticket, self.entry.kind), (Ticket::Kept(_), EntryKind::Opening { .. }))
    }
}

/// Who is told what became of it.
#[derive(Clone, Debug)]
pub(crate) enum Ticket {
    /// The opening of an operation of this process.
    Opening(OperationHandle),
    /// Its closing.
    Closing(OperationHandle),
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

    /// Nobody stores it any more; where its batch is in doubt, it may be stored.
    fn turn_away(&self, why: &str, in_doubt: bool) {
        if self.is_kept() {
            unharmed(|| match self {
                _ if in_doubt => tracing::error!(%why, "nobody knows whether an event is stored"),
                Self::Closing(operation) if operation.is_abandoned_without_closing() => {
                    tracing::error!(%why, "an event is not stored: its operation is closed as abandoned at the next start");
                }
                _ => tracing::error!(%why, "an event is not stored"),
            });
        }
        match self {
            Self::Closing(operation) => {
                self.receipt().expire(false);
                operation.release();
            }
            _ if in_doubt => self.receipt().answer(Answer::Unknown(why.into())),
            _ => self.receipt().answer(Answer::NotStored(why.into())),
        }
    }

    /// Whether it is tried again when the journal fails.
    fn is_kept(&self) -> bool {
        matches!(self, Self::Closing(_) | Self::Kept(_))
    }

    /// Whether it is answered for by a destination, where one has to confirm what counts as stored.
    pub(crate) fn awaits_delivery(&self) -> bool {
        !self.is_kept()
    }

    pub(crate) fn answer(&self, answer: Answer) {
        self.receipt().answer(answer);
    }

    /// The waiter's time is up.
    pub(crate) fn expire(&self) {
        self.receipt().expire(!self.is_kept());
    }
}

#[derive(Debug, Default)]
struct State {
    pending: VecDeque<Item>,
    /// What the journal has right now.
    in_flight: Option<Arc<[Item]>>,
    /// When the last attempt failed, and how long to pause after it.
    failed: Option<(Instant, Duration)>,
    /// Something came since the last attempt.
    arrived: bool,
    /// Nothing new is expected; the thread ends when everything is stored.
    closing: bool,
    /// The thread takes nothing any more.
    ended: bool,
    /// The journal is closed.
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
pub(crate) const FIRST_RETRY: Duration = Duration::from_millis(10);
pub(crate) const LAST_RETRY: Duration = Duration::from_secs(1);

/// Why an event is turned away that comes after the end.
const STOPPED: &str = "the event manager has stopped";

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands an event over. Never waits. Once the manager has stopped nobody takes it, which is answered: whoever waits
    /// for it learns so at once.
    pub(crate) fn push(&self, item: Item) -> bool {
        let mut state = self.lock();
        if state.ended {
            drop(state);
            item.ticket.turn_away(STOPPED, false);
            return false;
        }
        state.pending.push_back(item);
        self.arrived(state);
        true
    }

    /// The same of several, in this order and without others between them.
    pub(crate) fn push_all(&self, items: impl IntoIterator<Item = Item>) {
        let mut state = self.lock();
        if state.ended {
            drop(state);
            items.into_iter().for_each(|item| item.ticket.turn_away(STOPPED, false));
            return;
        }
        state.pending.extend(items);
        self.arrived(state);
    }

    fn arrived(&self, mut state: MutexGuard<'_, State>) {
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

    /// The note of an operation, where it still waits.
    pub(crate) fn note(&self, operation: EventId) -> Option<Bytes> {
        let state = self.lock();
        let mut waiting = state.pending.iter().rev().chain(state.in_flight.iter().flat_map(|batch| batch.iter()));
        let note = waiting.find(|item| item.entry.kind == EntryKind::Note && item.entry.id == operation)?;
        Some(note.entry.document.clone())
    }

    /// What the journal has right now.
    pub(crate) fn in_flight(&self) -> Option<Arc<[Item]>> {
        self.lock().in_flight.clone()
    }

    /// Wakes whoever has waited longer than its limit.
    pub(crate) fn expire(&self, now: Instant, opening: Duration, closing: Duration) {
        let expired: Vec<Ticket> = {
            let state = self.lock();
            let in_flight = state.in_flight.iter().flat_map(|batch| batch.iter());
            let waited = |item: &Item| now.saturating_duration_since(item.since);
            in_flight
                .chain(&state.pending)
                .take_while(|item| waited(item) >= opening.min(closing))
                .filter(|item| waited(item) >= if item.ticket.is_kept() { closing } else { opening })
                .filter(|item| !item.ticket.receipt().is_overdue())
                .map(|item| item.ticket.clone())
                .collect()
        };
        // Not under the lock: whoever is woken may hand something over at once.
        expired.iter().for_each(Ticket::expire);
        if !expired.iter().all(Ticket::is_kept) {
            self.drop_withdrawn();
        }
    }

    /// Drops what its waiter gave up before a batch took it: while the journal hangs nobody else would.
    fn drop_withdrawn(&self) {
        // Dropped without the lock: with the last of an operation goes more than an event.
        let mut withdrawn = Vec::new();
        self.lock().pending.retain(|item| {
            let is_wanted = !item.ticket.receipt().is_withdrawn();
            if !is_wanted {
                withdrawn.push(item.clone());
            }
            is_wanted
        });
        self.emptied.notify_all();
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

    /// Whether the thread that writes takes nothing any more.
    pub(crate) fn has_ended(&self) -> bool {
        self.lock().ended
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
    pub(crate) fn take(&self, events: usize, bytes: usize) -> Option<Arc<[Item]>> {
        let mut state = self.lock();
        loop {
            let pause = state.pause(Instant::now());
            if !state.pending.is_empty() && (pause.is_none() || state.closing) {
                let mut batch: Vec<Item> = Vec::with_capacity(events.min(state.pending.len()));
                // Dropped without the lock: with the last of an operation goes more than an event.
                let mut withdrawn = Vec::new();
                // No `Room`: what stays with its opening counts too where there is none left.
                let mut size = 0;
                while let Some(item) = state.pending.front() {
                    size += item.entry.document.len();
                    let alone = item.suspect || batch.last().is_some_and(|last| last.suspect);
                    let full = batch.len() >= events || ((size > bytes || alone) && !batch.is_empty());
                    if full && !batch.last().is_some_and(Item::waits_for_its_closing) {
                        break;
                    }
                    let Some(item) = state.pending.pop_front() else { break };
                    // A closing is never withdrawn: only its waiter gives up.
                    match item.ticket.receipt().take() {
                        true => batch.push(item),
                        false => withdrawn.push(item),
                    }
                }
                state.arrived = false;
                if batch.is_empty() {
                    self.emptied.notify_all();
                    drop(state);
                    drop(withdrawn);
                    state = self.lock();
                    continue;
                }
                let batch: Arc<[Item]> = batch.into();
                state.in_flight = Some(batch.clone());
                drop(state);
                return Some(batch);
            }
            if state.closing && state.pending.is_empty() {
                state.ended = true;
                return None;
            }
            state.idle_writer = true;
            state = match pause {
                Some(pause) if !state.pending.is_empty() => {
                    self.filled.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner).0
                }
                _ => self.filled.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
            state.idle_writer = false;
        }
    }

    /// The batch is stored.
    pub(crate) fn stored(&self) {
        let mut state = self.lock();
        state.in_flight = None;
        state.failed = None;
        drop(state);
        self.emptied.notify_all();
    }

    /// The batch is not stored: what has to be kept is tried again after a pause, in its order. Whoever else
    /// waits learns why now, also behind this batch: a store that fails is not asked again for each of them.
    pub(crate) fn failed(&self, batch: &[Item], error: &AppendError, pause: Duration) {
        let reason: Arc<str> = error.to_string().into();
        let refusal = if error.unknown { Answer::Unknown(reason.clone()) } else { Answer::NotStored(reason.clone()) };
        let mut refused: Vec<(Item, Answer)> = Vec::new();
        let mut state = self.lock();
        state.in_flight = None;
        state.arrived = false;
        state.failed = Some((Instant::now(), pause));
        // A store that is full or away fails for every event; anything else may be the fault of one of them.
        let of_one = !error.unknown && matches!(error.cause, JournalError::Failed(_) | JournalError::Damaged { .. });
        let one = batch.len() == 1 || batch.len() == 2 && batch[0].waits_for_its_closing();
        let alone = one && of_one;
        for mut item in std::mem::take(&mut state.pending) {
            // What failed alone is no reason to refuse others.
            match alone || item.ticket.is_kept() {
                true => {
                    document::keep(&mut item.entry.document);
                    state.pending.push_back(item);
                }
                false => refused.push((item, Answer::NotStored(reason.clone()))),
            }
        }
        let mut again = VecDeque::with_capacity(batch.len());
        for item in batch {
            match item.ticket.is_kept() {
                true => {
                    let mut item = Item { suspect: item.suspect | of_one, ..item.clone() };
                    document::keep(&mut item.entry.document);
                    again.push_back(item);
                }
                false => refused.push((item.clone(), refusal.clone())),
            }
        }
        let mut given_up = VecDeque::new();
        if state.closing {
            // Nobody is left to wait for a store that fails: what it could not take is closed at the next start.
            given_up.extend(again.drain(..).map(|item| (item, error.unknown)));
            given_up.extend(state.pending.drain(..).map(|item| (item, false)));
        } else if alone {
            state.pending.append(&mut again);
        } else {
            again.into_iter().rev().for_each(|item| state.pending.push_front(item));
        }
        if alone && state.pending.iter().any(|item| !item.suspect) {
            state.failed = None;
        }
        drop(state);
        for (item, answer) in refused {
            item.ticket.answer(answer);
        }
        let why = "shutting down while the event store fails";
        given_up.into_iter().for_each(|(item, in_doubt)| item.ticket.turn_away(why, in_doubt));
        self.emptied.notify_all();
    }
}

impl State {
    /// How long to wait before the next attempt; none when it may be made now. What arrives after a failure
    /// shortens the wait, so that a store that recovers is noticed soon.
    fn pause(&self, now: Instant) -> Option<Duration> {
        let (at, pause) = self.failed?;
        let pause = if self.arrived { FIRST_RETRY.min(pause) } else { pause };
        (at + pause).checked_duration_since(now).filter(|left| !left.is_zero())
    }
}
