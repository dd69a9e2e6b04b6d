//! Closing what nobody closes: operations of dead processes, and deferred ones that are overdue.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

use tokio::sync::oneshot;

use crate::{
    closing,
    journal::{Appended, Entry, JournalError, OpenOperation},
    manager::Shared,
    outcome::{Ending, Reason},
    queue::{Item, Ticket},
    timestamp::Timestamp,
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

    /// Runs a blocking job on the thread; none when the manager has stopped.
    pub(crate) async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut state = self.lock();
            if state.closed {
                return None;
            }
            state.jobs.push_back(Box::new(move || {
                // Nobody may be waiting any more.
                let _ = sender.send(job());
            }));
        }
        self.changed.notify_one();
        receiver.await.ok()
    }

    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }
}

/// The thread. It ends with the manager.
pub(crate) fn run(shared: &Weak<Shared>, sweeper: &Arc<Sweeper>, every: Duration) {
    let mut next = Instant::now() + every;
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
        if let Err(error) = overdue(&shared) {
            tracing::error!(%error, "overdue operations cannot be looked for");
        }
        next = Instant::now() + every;
    }
}

/// Hands over a `timeout` closing for every operation whose deadline has passed. Answers how many.
pub(crate) fn overdue(shared: &Arc<Shared>) -> Result<u64, JournalError> {
    // What an earlier look handed over must not be handed over again while the store fails.
    if !shared.queue.drained(Instant::now() + shared.limits.opening) {
        return Ok(0);
    }
    let now = shared.clock.now();
    let is_overdue = |operation: &OpenOperation| operation.deadline.is_some_and(|deadline| deadline <= now);
    let overdue = shared.journal.open_operations()?.into_iter().filter(is_overdue);
    let mut count = 0;
    for operation in overdue {
        let ending = Ending::failed(Reason::Timeout);
        if let Some(entry) = closing_of(shared, operation, &ending, now)? {
            shared.queue.push([Item::new(entry, Ticket::Kept(Arc::default()))]);
            count += 1;
        }
    }
    if count > 0 {
        shared.counters.swept.add(count);
        // The next look must not find what is only on its way.
        shared.queue.drained(Instant::now() + shared.limits.opening);
    }
    Ok(count)
}

/// Closings made in one commit at start-up.
const CHUNK: usize = 1_024;

/// Closes the operations of dead processes as `abandoned`, durably: before anything new is recorded.
/// The journal has one writer, so every open operation in it is of a process that is gone. Deferred
/// ones keep their deadline.
pub(crate) fn abandoned(shared: &Arc<Shared>) -> Result<(), JournalError> {
    let now = shared.clock.now();
    let dead = shared.journal.open_operations()?.into_iter();
    let dead: Vec<OpenOperation> = dead.filter(|operation| operation.deadline.is_none()).collect();
    for chunk in dead.chunks(CHUNK) {
        let mut entries = Vec::with_capacity(chunk.len());
        for operation in chunk {
            entries.extend(closing_of(shared, *operation, &Ending::failed(Reason::Abandoned), now)?);
        }
        let answers = match shared.journal.append(&entries) {
            Ok(answers) => answers,
            Err(error) => {
                // A full disk must not keep the program from starting: they go before everything new.
                tracing::error!(%error, "operations that a process before this one left open are closed later");
                let later = |entry| Item::new(entry, Ticket::Kept(Arc::default()));
                shared.queue.push(entries.into_iter().map(later));
                continue;
            }
        };
        let stored = answers.iter().filter(|answer| matches!(answer, Appended::Stored(_))).count();
        shared.counters.swept.add(stored as u64);
        tracing::warn!(operations = stored, "closed operations that a process before this one left open");
    }
    Ok(())
}

fn closing_of(
    shared: &Shared,
    operation: OpenOperation,
    ending: &Ending,
    now: Timestamp,
) -> Result<Option<Entry>, JournalError> {
    let Some(opening) = shared.journal.get(operation.id)? else { return Ok(None) };
    match closing::of_stored(&opening, ending, shared.take_said(operation.id), now) {
        Ok(entry) => Ok(Some(entry)),
        Err(error) => {
            tracing::error!(%error, id = %operation.id, "an open operation cannot be closed");
            Ok(None)
        }
    }
}
