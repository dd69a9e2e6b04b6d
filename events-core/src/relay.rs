//! Relays: each carries what the journal stores to one destination, in order, at least once.
//!
//! A relay is a thread of its own, so that a destination that is away, slow or broken holds up nobody else.
//! It reads the journal behind the position it has kept, hands out batches, and moves the position over
//! what is confirmed without a hole. What a destination refuses for good is kept as a dead letter first;
//! anything else is delivered again until it is confirmed.

use std::{
    fmt,
    future::{Future, poll_fn},
    mem,
    pin::pin,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::{Duration, Instant},
};

use tokio::{
    runtime::Handle,
    sync::{Notify, Semaphore},
};

use self::{backoff::Backoff, status::Progress};
use crate::{
    acknowledgement::Confirmations,
    destination::{Batches, Destination},
    journal::Seq,
};

mod ahead;
mod attempt;
mod backoff;
mod dead_letters;
mod ledger;
mod run;
mod set_up;
mod status;
mod window;

pub(crate) use self::set_up::SetUp;
pub use self::{
    dead_letters::{RelayError, Replayed},
    status::{RelayState, RelayStatus},
};

/// The relays of a manager.
#[derive(Debug, Default)]
pub(crate) struct Relays(Box<[Arc<Relay>]>);

impl Relays {
    /// The journal holds more than before, or may. Costs next to nothing where nobody relays.
    #[inline]
    pub(crate) fn appended(&self) {
        for relay in &self.0 {
            relay.appended.notify_one();
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Arc<Relay>> {
        self.0.iter()
    }

    /// Waits until each has delivered everything through a number; false when the time is up.
    pub(crate) fn delivered(&self, through: Seq, until: Instant) -> bool {
        let settled = |progress: &Progress| progress.passed >= through || progress.ended;
        self.0.iter().all(|relay| relay.wait(until, settled) && relay.progress().passed >= through)
    }

    /// Tells the threads to end. What is not delivered waits in the journal.
    pub(crate) fn stop(&self) {
        self.0.iter().for_each(|relay| relay.stop());
    }

    /// Waits until the threads have ended; false when the time is up.
    pub(crate) fn ended(&self, until: Instant) -> bool {
        self.0.iter().all(|relay| relay.wait(until, |progress| progress.ended))
    }
}

/// What the thread of a relay shares with the others.
pub(crate) struct Relay {
    name: String,
    destination: Arc<dyn Destination>,
    batches: Batches,
    /// Who waits for this destination; none where nobody does.
    confirmations: Option<Arc<Confirmations>>,
    appended: Notify,
    told_to_stop: Notify,
    stopping: AtomicBool,
    /// Deliveries that may be under way at once.
    slots: Semaphore,
    /// Of the thread, once it runs.
    runtime: OnceLock<Handle>,
    progress: Mutex<Progress>,
    changed: Condvar,
    /// Held while dead letters are counted and the count is reported.
    counting: Mutex<()>,
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Relay {
    fn new(destination: Arc<dyn Destination>, confirmations: Option<Arc<Confirmations>>) -> Self {
        let Batches { events, bytes, in_flight } = destination.batches();
        let batches = Batches { events: events.max(1), bytes, in_flight: in_flight.clamp(1, Semaphore::MAX_PERMITS) };
        Self {
            name: destination.name().to_owned(),
            destination,
            batches,
            confirmations,
            appended: Notify::new(),
            told_to_stop: Notify::new(),
            stopping: AtomicBool::new(false),
            slots: Semaphore::new(batches.in_flight),
            runtime: OnceLock::new(),
            progress: Mutex::default(),
            changed: Condvar::new(),
            counting: Mutex::default(),
        }
    }

    fn name(&self) -> &str {
        &self.name
    }

    /// The pauses between attempts.
    fn backoff(&self) -> Backoff {
        if self.confirmations.is_some() { Backoff::awaited() } else { Backoff::default() }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what others see, and wakes who waits for it. Nothing is logged meanwhile: who logs may ask for it.
    fn report<T>(&self, change: impl FnOnce(&mut Progress) -> T) -> T {
        let changed = change(&mut self.progress());
        self.changed.notify_all();
        changed
    }

    /// It is in this state from now on. Answers in which it was.
    fn enter(&self, state: RelayState) -> RelayState {
        self.report(|progress| mem::replace(&mut progress.state, state))
    }

    /// Waits until the progress is as wanted; false when the time is up.
    fn wait(&self, until: Instant, reached: impl Fn(&Progress) -> bool) -> bool {
        let mut progress = self.progress();
        while !reached(&progress) {
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return false;
            };
            progress = self.changed.wait_timeout(progress, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Tells its thread to end.
    fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
        self.told_to_stop.notify_one();
    }

    /// What a future answers; none once the relay is told to stop.
    async fn unless_stopped<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let (mut future, mut told) = (pin!(future), pin!(self.told_to_stop.notified()));
        poll_fn(|task| {
            if self.is_stopping() || told.as_mut().poll(task).is_ready() {
                return Poll::Ready(None);
            }
            future.as_mut().poll(task).map(Some)
        })
        .await
    }

    async fn pause(&self, pause: Duration) -> Option<()> {
        self.unless_stopped(tokio::time::sleep(pause)).await
    }

    /// Whoever waits for this destination learns that it will not confirm anything.
    fn confirms_no_more(&self) {
        if let Some(confirmations) = &self.confirmations {
            confirmations.end();
        }
    }

    /// Something did not go well, and is tried again.
    fn failing(&self, reason: &str) {
        let before = self.enter(RelayState::Failing { reason: reason.to_owned() });
        // Once: a destination that stays away must not fill the log.
        if matches!(before, RelayState::Failing { .. }) {
            tracing::debug!(relay = self.name, reason, "a relay still tries again");
        } else {
            tracing::warn!(
                relay = self.name,
                reason,
                "a relay has trouble and tries again: the journal keeps what waits"
            );
        }
    }

    /// All is well.
    fn succeeding(&self) {
        let before = self.enter(RelayState::Delivering);
        if matches!(before, RelayState::Failing { .. } | RelayState::Misconfigured { .. }) {
            tracing::info!(relay = self.name, "a relay has no trouble any more");
        }
    }
}
