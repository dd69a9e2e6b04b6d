//! Where the manager gets the time from.

use std::{
    cell::Cell,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::timestamp::Timestamp;

/// The wall clock of a manager. How long things take is always measured monotonically beside it.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Now. It records nothing: entering a scope in it panics. Where it panics, and for what it records all the same, the
    /// operating system is asked, and the log says so of a panic.
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
    Given {
        clock: Arc<dyn Clock>,
        /// See [`WallClock::has_panicked`].
        has_panicked: AtomicBool,
    },
}

impl WallClock {
    pub(crate) fn given(clock: impl Clock) -> Self {
        Self::Given { clock: Arc::new(clock), has_panicked: AtomicBool::new(false) }
    }

    /// Whether a given clock has panicked since this was asked last. Whoever asks for the time may not log it: what is
    /// current may be being read there, and who logs may record.
    pub(crate) fn has_panicked(&self) -> bool {
        match self {
            Self::System => false,
            Self::Given { has_panicked, .. } => has_panicked.swap(false, Ordering::Relaxed),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::System => SystemClock.now(),
            Self::Given { clock, has_panicked } => ask(&**clock, has_panicked),
        }
    }

    /// What it shows now, and when that is by the monotonic clock. Whoever records asks for both all the time, and two
    /// clocks cost an operation more than writing an event does.
    pub(crate) fn read(&self) -> (Instant, Timestamp) {
        match self {
            Self::System => read_system(),
            Self::Given { clock, has_panicked } => {
                let shown = ask(&**clock, has_panicked);
                (Instant::now(), shown)
            }
        }
    }
}

thread_local! {
    /// Whether a given clock is being asked.
    static IS_ASKED: Cell<bool> = const { Cell::new(false) };
}

/// What a given clock shows. It is somebody else's code: what it panics at must not cost an event, and one that records
/// would be asked again without end.
fn ask(clock: &dyn Clock, has_panicked: &AtomicBool) -> Timestamp {
    // A thread that is ending does not remember: there it is not asked.
    if IS_ASKED.try_with(|asked| asked.replace(true)).unwrap_or(true) {
        return SystemClock.now();
    }
    let shown = catch_unwind(AssertUnwindSafe(|| clock.now())).unwrap_or_else(|_panic| {
        has_panicked.store(true, Ordering::Relaxed);
        SystemClock.now()
    });
    let _ = IS_ASKED.try_with(|asked| asked.set(false));
    shown
}

/// How long what a thread read counts, and so how much later than others it may follow a step of the clock.
const FRESH: Duration = Duration::from_millis(1);

/// Within how long both clocks are read, unless the thread was interrupted: such a reading is not kept.
const TOGETHER: Duration = Duration::from_micros(50);

thread_local! {
    /// What this thread read last: when, and nanoseconds since the epoch.
    static READ: Cell<Option<(Instant, u64)>> = const { Cell::new(None) };
}

/// The time of the operating system: what was read last and what has passed since, which the monotonic clock says.
fn read_system() -> (Instant, Timestamp) {
    let at = |nanos: u64| Timestamp::from_millis((nanos / 1_000_000) as i64);
    let now = Instant::now();
    // A thread that is ending remembers nothing any more.
    if let Some((read, nanos)) = READ.try_with(Cell::get).ok().flatten()
        && let Some(passed) = now.checked_duration_since(read).filter(|passed| *passed < FRESH)
    {
        return (now, at(nanos + u64::from(passed.subsec_nanos())));
    }
    // Until the year 2554. Before the other clock: where the thread is interrupted between the two, nothing seems to
    // happen later than it does.
    let nanos = u64::try_from(since_epoch().as_nanos()).unwrap_or(u64::MAX / 2);
    let after = Instant::now();
    if after.saturating_duration_since(now) < TOGETHER {
        let _ = READ.try_with(|read| read.set(Some((after, nanos))));
    }
    (after, at(nanos))
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
    fn both_clocks_are_read_at_the_same_time() {
        let clock = WallClock::System;
        for _ in 0..100_000 {
            let (before, instant) = (SystemClock.now(), Instant::now());
            let (read, shown) = clock.read();
            assert!(read >= instant && read <= Instant::now());
            let after = SystemClock.now();
            // Both are cut to milliseconds.
            assert!(shown >= before.minus(FRESH) && shown <= after.plus(FRESH), "{before} {shown} {after}");
        }
    }

    #[test]
    fn a_given_clock_is_asked_each_time() {
        let given = ManualClock::at(Timestamp::from_millis(1_000));
        let clock = WallClock::given(given.clone());
        assert_eq!(clock.read().1, given.now());
        given.advance(Duration::from_secs(1));
        assert_eq!(clock.read().1, Timestamp::from_millis(2_000));
    }
}
