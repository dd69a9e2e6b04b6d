//! The thread that watches limits: it wakes futures whose time is up, whatever the store is doing.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Waker,
    time::{Duration, Instant},
};

use crate::{manager::Shared, opaque::WeakOpaque, wake::wake};

/// How often the queue is looked through while something waits in it, and for a while after that.
const TICK: Duration = Duration::from_millis(10);
/// How often the thread looks whether the manager is still there, once that has stopped.
const LAST_TICK: Duration = Duration::from_secs(1);
/// Looks at an empty queue after which the thread sleeps until it is told of something: telling it costs an
/// operation more than the rest of recording it.
const QUIET: u32 = 100;

#[derive(Debug, Default)]
struct State {
    wakes: BTreeMap<Wake, Waker>,
    next: u64,
    /// When the thread looks again by itself, while it sleeps; none where that is never. A point that it has left
    /// behind does no harm: it looks at the wakes before it sleeps again.
    looks_at: Option<Instant>,
    closed: bool,
}

/// When somebody is woken, and which of those then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wake {
    at: Instant,
    number: u64,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Keeper {
    state: Mutex<State>,
    changed: Condvar,
    /// Whether the thread sleeps until it is told that something was handed over.
    idle: AtomicBool,
}

impl Keeper {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes `waker` at a point in time, or earlier for no reason.
    pub(crate) fn wake_at(&self, at: Instant, waker: Waker) -> Wake {
        let mut state = self.lock();
        state.next += 1;
        let wake = Wake { at, number: state.next };
        state.wakes.insert(wake, waker);
        let sleeps_past_it = state.looks_at.is_none_or(|looks_at| at < looks_at);
        drop(state);
        if sleeps_past_it {
            self.changed.notify_one();
        }
        wake
    }

    /// Nobody is to be woken any more.
    pub(crate) fn forget(&self, wake: Wake) {
        // Dropped without the lock: the last one takes its task with it.
        let _waker = self.lock().wakes.remove(&wake);
    }

    /// Something waits in the queue.
    pub(crate) fn watch(&self) {
        // The thread says that it is idle before it looks at the queue, and looks at this again before it sleeps.
        if self.idle.load(Ordering::SeqCst) && self.idle.swap(false, Ordering::SeqCst) {
            drop(self.lock());
            self.changed.notify_one();
        }
    }

    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }
}

/// The thread. It ends when nobody has the manager any more: also after its shutdown limits hold.
pub(crate) fn run(shared: &WeakOpaque<Shared>, keeper: &Arc<Keeper>) {
    let mut quiet = QUIET;
    loop {
        let has_ended;
        {
            let Some(shared) = shared.upgrade() else { return };
            shared.queue.expire(Instant::now(), shared.limits.opening, shared.limits.closing_wait);
            if let Some(confirmations) = &shared.confirmations {
                confirmations.expire(Instant::now(), shared.limits.opening);
            }
            if quiet >= QUIET {
                // Said before the queue is looked at, so that nothing comes in between unnoticed.
                keeper.idle.store(true, Ordering::SeqCst);
            }
            // In this order: an event is expected to be confirmed before it leaves the queue.
            let waits = shared.queue.len() > 0
                || shared.confirmations.as_ref().is_some_and(|confirmations| confirmations.are_awaited());
            quiet = if waits { 0 } else { (quiet + 1).min(QUIET) };
            has_ended = shared.queue.has_ended();
        }
        let mut state = keeper.lock();
        let now = Instant::now();
        let mut due = Vec::new();
        while let Some(first) = state.wakes.first_entry().filter(|first| first.key().at <= now) {
            due.push(first.remove());
        }
        let next = state.wakes.first_key_value().map(|(first, _)| first.at);
        if !due.is_empty() {
            drop(state);
            due.into_iter().for_each(wake);
            continue;
        }
        let idle = keeper.idle.load(Ordering::SeqCst);
        // Nothing comes into a queue that has ended. Somebody may still ask, with a limit.
        let period = if state.closed && has_ended { LAST_TICK } else { TICK };
        let tick = (state.closed || !idle || quiet < QUIET).then(|| now + period);
        // Said under the lock that is let go by falling asleep: no wake comes in between unnoticed.
        state.looks_at = next.into_iter().chain(tick).min();
        match state.looks_at {
            Some(at) => drop(keeper.changed.wait_timeout(state, at.saturating_duration_since(now))),
            None => drop(keeper.changed.wait(state)),
        }
        if idle && !keeper.idle.swap(false, Ordering::SeqCst) {
            quiet = 0;
        }
    }
}
