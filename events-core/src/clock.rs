//! Where the manager gets the time from.

use std::{
    cell::Cell,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::timestamp::Timestamp;

/// The wall clock of a manager. How long things take is always measured monotonically beside it.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The clock of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = since_epoch();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// What the clock of the operating system shows; one before 1970 is wrong anyway.
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The clock that a manager asks.
#[derive(Debug)]
pub(crate) enum WallClock {
    System,
    Given(Arc<dyn Clock>),
}

impl WallClock {
    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::System => SystemClock.now(),
            Self::Given(clock) => clock.now(),
        }
    }

    /// What it shows at `instant`, which is now. Whoever records asks for both all the time, and two clocks cost an
    /// operation more than writing an event does.
    pub(crate) fn at(&self, instant: Instant) -> Timestamp {
        match self {
            Self::System => system_at(instant),
            Self::Given(clock) => clock.now(),
        }
    }
}

/// How long what a thread read counts, and so how much later than others it may follow a step of the clock.
const FRESH: Duration = Duration::from_millis(1);

thread_local! {
    /// What this thread read last: when, and nanoseconds since the epoch.
    static READ: Cell<Option<(Instant, u64)>> = const { Cell::new(None) };
}

/// The time of the operating system: what was read last and what has passed since, which the monotonic clock says.
fn system_at(instant: Instant) -> Timestamp {
    // A thread that is ending remembers nothing any more.
    let nanos = READ.try_with(Cell::get).ok().flatten().and_then(|(read, nanos)| {
        let passed = instant.checked_duration_since(read).filter(|passed| *passed < FRESH)?;
        Some(nanos + u64::from(passed.subsec_nanos()))
    });
    let nanos = nanos.unwrap_or_else(|| {
        // Until the year 2554.
        let nanos = u64::try_from(since_epoch().as_nanos()).unwrap_or(u64::MAX / 2);
        let _ = READ.try_with(|read| read.set(Some((instant, nanos))));
        nanos
    });
    Timestamp::from_millis((nanos / 1_000_000) as i64)
}

/// A clock that stands where it is put: for tests of deadlines, months and steps.
///
/// ```
/// use std::time::Duration;
/// use events_core::{Clock, ManualClock, Timestamp};
///
/// let clock = ManualClock::at(Timestamp::from_millis(1_000));
/// clock.advance(Duration::from_secs(1));
/// assert_eq!(clock.now(), Timestamp::from_millis(2_000));
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows this time; clones show the same.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.millis())))
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().plus(by));
    }

    /// Puts it anywhere, also back.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.millis(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_at_an_instant_is_that_of_the_system() {
        let clock = WallClock::System;
        let allowed = FRESH + Duration::from_millis(1);
        for _ in 0..100_000 {
            let (before, instant) = (SystemClock.now(), Instant::now());
            let at = clock.at(instant);
            let after = SystemClock.now();
            assert!(at >= before.minus(allowed) && at <= after.plus(allowed), "{before} {at} {after}");
        }
    }

    #[test]
    fn a_given_clock_is_asked_each_time() {
        let given = ManualClock::at(Timestamp::from_millis(1_000));
        let clock = WallClock::Given(Arc::new(given.clone()));
        let instant = Instant::now();
        assert_eq!(clock.at(instant), given.now());
        given.advance(Duration::from_secs(1));
        assert_eq!(clock.at(instant), Timestamp::from_millis(2_000));
    }
}
