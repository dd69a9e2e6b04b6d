//! Faults on demand: what a store does on its worst days.

use std::{
    collections::BTreeMap,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use crate::{
    destination::Delivery,
    journal::{AppendError, Appended, JournalError, Seq},
};

/// What goes wrong when a batch is appended or delivered.
///
/// A destination answers what a journal would fail with as [`Delivery::Retry`], for every event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// [`JournalError::Full`]; nothing is stored.
    Full,
    /// [`JournalError::ReadOnly`]; nothing is stored.
    ReadOnly,
    /// [`JournalError::Failed`]; nothing is stored.
    Failed,
    /// [`JournalError::Failed`] and unknown, but the batch is stored.
    CommittedButReported,
    /// [`JournalError::Failed`] and unknown; nothing is stored.
    Doubtful,
    /// Waits for [`Faults::release`], then stores.
    Hang,
    /// Waits this long, then stores.
    Slow(Duration),
    /// Takes the batch twice, as behind an answer that was lost, and gives the second answer: already
    /// stored, already there.
    AnswerTwice,
}

/// The faults of a [`MemoryStore`](super::MemoryStore): none until asked for.
///
/// ```
/// use events_core::{Journal, conformance::Generator, memory::{Fault, MemoryStore}};
///
/// let store = MemoryStore::new();
/// let entries = Generator::new(1).events(2);
/// store.faults().fail_append(2, Fault::Full);
/// assert!(store.append(&entries[..1]).is_ok());
/// assert!(store.append(&entries[1..]).is_err());
/// assert!(store.append(&entries[1..]).is_ok());
/// ```
#[derive(Debug, Default)]
pub struct Faults {
    plan: Mutex<Plan>,
    changed: Condvar,
    released: Notify,
}

#[derive(Debug, Default)]
struct Plan {
    /// How many appends and deliveries have begun.
    begun: u64,
    /// Faults of single ones, by their number.
    single: BTreeMap<u64, Fault>,
    all: Option<Fault>,
    /// The first event that cannot be read, and where reading goes on.
    damage: Option<(Seq, Option<Seq>)>,
    /// How many hang.
    hanging: usize,
    /// How often those that hung were released.
    releases: u64,
}

impl Faults {
    /// The `nth` append or delivery from now on, the next being the first, meets `fault`. Of several
    /// for the same one the last counts.
    pub fn fail_append(&self, nth: u64, fault: Fault) {
        let mut plan = self.plan();
        let number = plan.begun + nth;
        plan.single.insert(number, fault);
    }

    /// Every append and delivery meets `fault`, unless [`fail_append`](Self::fail_append) says another,
    /// until [`heal`](Self::heal).
    pub fn fail_all(&self, fault: Fault) {
        self.plan().all = Some(fault);
    }

    /// Events from `first` on cannot be read as a journal: up to `next`, or nobody knows how far.
    /// Searches find them nevertheless.
    pub fn damage(&self, first: Seq, next: Option<Seq>) {
        self.plan().damage = Some((first, next));
    }

    /// Nothing goes wrong from now on, and what hangs goes on.
    pub fn heal(&self) {
        let mut plan = self.plan();
        plan.single.clear();
        (plan.all, plan.damage) = (None, None);
        drop(plan);
        self.release();
    }

    /// What hangs now goes on; what comes later hangs again.
    pub fn release(&self) {
        self.plan().releases += 1;
        self.changed.notify_all();
        self.released.notify_waiters();
    }

    /// How many appends and deliveries have begun.
    pub fn begun(&self) -> u64 {
        self.plan().begun
    }

    /// How many hang now.
    pub fn hanging(&self) -> usize {
        self.plan().hanging
    }

    /// Waits until at least `count` hang; answers whether they did within `limit`. Blocks the thread.
    #[must_use]
    pub fn wait_until_hanging(&self, count: usize, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        let left = deadline.saturating_duration_since(Instant::now());
        let waited = self.changed.wait_timeout_while(self.plan(), left, |plan| plan.hanging < count);
        let (plan, _) = waited.unwrap_or_else(PoisonError::into_inner);
        plan.hanging >= count
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the append or delivery that begins now meets.
    pub(super) fn at_append(&self) -> Option<Met> {
        let mut plan = self.plan();
        plan.begun += 1;
        let number = plan.begun;
        let fault = plan.single.remove(&number).or(plan.all)?;
        Some(Met { fault, releases: plan.releases })
    }

    /// The first event that a read from `from` on does not reach, if there is one.
    pub(super) fn at_read(&self, from: Seq) -> Result<Option<Seq>, JournalError> {
        match self.plan().damage {
            Some((first, next)) if first <= from && next.is_none_or(|next| from < next) => {
                Err(JournalError::Damaged { what: "the store".to_owned(), why: INJECTED.to_owned(), next })
            }
            damage => Ok(damage.map(|(first, _)| first).filter(|first| from < *first)),
        }
    }

    fn hang(&self, releases: u64) {
        let _hanging = Hanging::begin(self);
        let waited = self.changed.wait_while(self.plan(), |plan| plan.releases == releases);
        drop(waited);
    }

    async fn hang_async(&self, releases: u64) {
        let _hanging = Hanging::begin(self);
        loop {
            let released = self.released.notified();
            tokio::pin!(released);
            // Listening before looking: a release between the two is not missed.
            released.as_mut().enable();
            if self.plan().releases != releases {
                return;
            }
            released.await;
        }
    }
}

/// Something that hangs; counted until it goes on or is dropped.
struct Hanging<'f> {
    faults: &'f Faults,
}

impl<'f> Hanging<'f> {
    fn begin(faults: &'f Faults) -> Self {
        faults.plan().hanging += 1;
        faults.changed.notify_all();
        Self { faults }
    }
}

impl Drop for Hanging<'_> {
    fn drop(&mut self) {
        self.faults.plan().hanging -= 1;
        self.faults.changed.notify_all();
    }
}

/// What the errors of injected faults say.
const INJECTED: &str = "a fault was injected";

/// A fault that an append or a delivery met.
#[derive(Clone, Copy, Debug)]
pub(super) struct Met {
    fault: Fault,
    /// How often those that hung had been released by then.
    releases: u64,
}

impl Met {
    pub(super) fn around_append(
        self,
        faults: &Faults,
        append: impl Fn() -> Result<Vec<Appended>, AppendError>,
    ) -> Result<Vec<Appended>, AppendError> {
        match self.fault {
            Fault::Full => return Err(JournalError::Full(INJECTED.into()).not_stored()),
            Fault::ReadOnly => return Err(JournalError::ReadOnly(INJECTED.into()).not_stored()),
            Fault::Failed => return Err(JournalError::Failed(INJECTED.into()).not_stored()),
            Fault::CommittedButReported => {
                append()?;
                return Err(JournalError::Failed(INJECTED.into()).unknown());
            }
            Fault::Doubtful => return Err(JournalError::Failed(INJECTED.into()).unknown()),
            Fault::Hang => faults.hang(self.releases),
            Fault::Slow(duration) => thread::sleep(duration),
            Fault::AnswerTwice => drop(append()?),
        }
        append()
    }

    pub(super) async fn around_delivery(
        self,
        faults: &Faults,
        events: usize,
        deliver: impl Fn() -> Vec<Delivery>,
    ) -> Vec<Delivery> {
        let retry = || vec![Delivery::Retry { reason: INJECTED.to_owned() }; events];
        match self.fault {
            Fault::Full | Fault::ReadOnly | Fault::Failed | Fault::Doubtful => return retry(),
            Fault::CommittedButReported => {
                deliver();
                return retry();
            }
            Fault::Hang => faults.hang_async(self.releases).await,
            Fault::Slow(duration) => tokio::time::sleep(duration).await,
            Fault::AnswerTwice => drop(deliver()),
        }
        deliver()
    }
}
