//! How long a search may take, what it waits included.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Until when a search may go on. It counts from the moment when it was asked.
#[derive(Clone)]
pub(crate) struct Limit {
    /// Until when it has to begin: from then on half of its time is gone. Cut after that, it would look as if it took
    /// too long, and had only waited.
    begin_by: Option<Instant>,
    at: Option<Instant>,
    abandoned: Arc<AtomicBool>,
}

impl Limit {
    /// With what tells the search, when it is dropped, that nobody waits for it.
    pub(crate) fn from_now(within: Duration) -> (Self, Abandon) {
        let after = |time: Duration| Instant::now().checked_add(time);
        let abandon = Abandon(Arc::default());
        let abandoned = Arc::clone(&abandon.0);
        (Self { begin_by: after(within / 2), at: after(within), abandoned }, abandon)
    }

    pub(crate) fn begin_by(&self) -> Option<Instant> {
        self.begin_by
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed)
    }

    pub(crate) fn has_passed(&self, now: Instant) -> bool {
        self.at.is_some_and(|at| now >= at)
    }

    /// Whether it has waited for too long to begin.
    pub(crate) fn is_late(&self, now: Instant) -> bool {
        self.begin_by.is_some_and(|by| now >= by)
    }
}

/// Tells a search that nobody waits for it.
pub(crate) struct Abandon(Arc<AtomicBool>);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
