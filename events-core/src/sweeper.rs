//! Closing what nobody closes: operations of dead processes, and deferred ones that are overdue.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{
    closing,
    id::EventId,
    journal::{Appended, Entry, JournalError, OpenOperation},
    limits::from_now,
    manager::Shared,
    opaque::{Opaque, WeakOpaque},
    outcome::{Ending, Reason},
    queue::{Item, Ticket},
    receipt::Receipt,
    thread::unharmed,
    timestamp::Timestamp,
    wake::guarded,
};

type Job = Box<dyn FnOnce() + Send>;

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    closed: bool,
}

/// A thread that looks for overdue operations, and reads the journal for whoever must not block.
#[derive(Default)]
pub(crate) struct Sweeper {
    state: Mutex<State>,
    changed: Condvar,
    /// Closings of overdue operations that the journal has not answered for.
    handed_over: Mutex<HashMap<EventId, Arc<Receipt>>>,
}

impl fmt::Debug for Sweeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sweeper").finish_non_exhaustive()
    }
}

impl Sweeper {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the journal on the thread, which may block; none when the manager has stopped.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, JournalError> + Send + 'static,
    ) -> Option<Result<T, JournalError>> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut state = self.lock();
            if state.closed {
                return None;
            }
            state.jobs.push_back(Box::new(move || {
                let answer = catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|_panic| {
                    unharmed(|| tracing::error!("the journal panicked while it was asked"));
                    Err(JournalError::Failed("the journal panicked while it was asked".into()))
                });
                // Nobody may be waiting any more.
                let _ = sender.send(answer);
            }));
        }
        self.changed.notify_one();
        guarded(receiver).await.ok()
    }

    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }
}

/// The thread. It ends with the manager.
pub(crate) fn run(shared: &WeakOpaque<Shared>, sweeper: &Arc<Sweeper>, every: Duration) {
    let mut next = from_now(every);
    loop {
        let mut state = sweeper.lock();
        if let Some(job) = state.jobs.pop_front() {
            drop(state);
            job();
            continue;
        }
        if state.closed {
            return;
        }
        let left = next.saturating_duration_since(Instant::now());
        if !left.is_zero() {
            drop(sweeper.changed.wait_timeout(state, left));
            continue;
        }
        drop(state);
        let Some(shared) = shared.upgrade() else { return };
        if shared.clock.has_panicked() {
            tracing::error!("the clock that was given panicked: the operating system was asked");
        }
        match catch_unwind(AssertUnwindSafe(|| overdue(&shared))) {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "overdue operations cannot be looked for"),
            Err(_panic) => tracing::error!("looking for overdue operations panicked"),
        }
        next = from_now(every);
    }
}

/// Closings of overdue operations that wait for the journal at once.
const MOST_AT_ONCE: usize = 4_096;

/// Hands over a `timeout` closing for every operation whose deadline has passed. Answers with what to wait for.
pub(crate) fn overdue(shared: &Opaque<Shared>) -> Result<Vec<Arc<Receipt>>, JournalError> {
    let now = shared.clock.now();
    let is_overdue = |operation: &OpenOperation| operation.deadline.is_some_and(|deadline| deadline <= now);
    let overdue: Vec<OpenOperation> = shared.journal.open_operations()?.into_iter().filter(is_overdue).collect();
    let mut handed_over = shared.sweeper.handed_over.lock().unwrap_or_else(PoisonError::into_inner);
    // What the journal has answered for needs no memory any more.
    handed_over.retain(|_, receipt| !receipt.is_answered());
    let mut receipts = Vec::new();
    for operation in overdue {
        if handed_over.len() >= MOST_AT_ONCE {
            // The next round takes more: after a long outage they may be more than memory can hold.
            break;
        }
        if handed_over.contains_key(&operation.id) {
            continue;
        }
        if let Some(entry) = closing_of(shared, operation, &Ending::failed(Reason::Timeout), now) {
            let receipt = Arc::new(Receipt::default());
            if !shared.hand_over(Item::new(entry, Ticket::Kept(receipt.clone()))) {
                break;
            }
            handed_over.insert(operation.id, receipt.clone());
            receipts.push(receipt);
        }
    }
    shared.counters.swept.add(receipts.len() as u64);
    Ok(receipts)
}

/// Closings made in one commit at start-up.
const CHUNK: usize = 1_024;

/// Closes the operations of dead processes as `abandoned`, durably: before anything new is recorded.
/// The journal has one writer, so every open operation in it is of a process that is gone. Deferred
/// ones keep their deadline.
pub(crate) fn abandoned(shared: &Opaque<Shared>) -> Result<(), JournalError> {
    let now = shared.clock.now();
    let dead = shared.journal.open_operations()?.into_iter();
    let dead: Vec<OpenOperation> = dead.filter(|operation| operation.deadline.is_none()).collect();
    for chunk in dead.chunks(CHUNK) {
        let mut entries = Vec::with_capacity(chunk.len());
        for operation in chunk {
            entries.extend(closing_of(shared, *operation, &Ending::failed(Reason::Abandoned), now));
        }
        let answers = match shared.journal.append(&entries) {
            Ok(answers) => answers,
            Err(error) => {
                // A full disk must not keep the program from starting: they go before everything new.
                tracing::error!(%error, "operations that a process before this one left open are closed later");
                let later = |entry| Item::new(entry, Ticket::Kept(Arc::default()));
                shared.queue.push_all(entries.into_iter().map(later));
                continue;
            }
        };
        let stored = answers.iter().filter(|answer| matches!(answer, Appended::Stored(_))).count();
        shared.counters.swept.add(stored as u64);
        tracing::warn!(operations = stored, "closed operations that a process before this one left open");
    }
    Ok(())
}

/// The closing of an operation; none, and a log line, where its opening cannot be read: one damaged part of
/// the store must not keep the others from being closed, nor the program from starting.
fn closing_of(shared: &Shared, operation: OpenOperation, ending: &Ending, now: Timestamp) -> Option<Entry> {
    let unreadable = |error: &dyn fmt::Display| {
        tracing::error!(%error, id = %operation.id, "an open operation cannot be closed");
    };
    let opening = shared.journal.get(operation.id).inspect_err(|error| unreadable(error)).ok()??;
    // Only of a deferred one anything was said that outlived its handler.
    let said = operation.deadline.and_then(|_| shared.said(operation.id).inspect_err(|error| unreadable(error)).ok());
    let said = said.unwrap_or_default();
    closing::of_stored(&opening, ending, said, now).inspect_err(|error| unreadable(error)).ok()
}
