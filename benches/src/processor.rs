//! On which processor a thread runs.
//!
//! What is measured in nanoseconds runs on one processor: on a shared machine each has its own speed from minute to
//! minute, and the scheduler moves threads between them.

use crate::Result;

/// Most processors that are tried.
#[cfg(target_os = "linux")]
const MOST: usize = 8;

/// The first of the processors that this thread may run on, by their numbers; none where that cannot be told.
#[cfg(target_os = "linux")]
pub(crate) fn allowed() -> Result<Vec<usize>> {
    let set = rustix::thread::sched_getaffinity(None)?;
    Ok((0..rustix::thread::CpuSet::MAX_CPU).filter(|number| set.is_set(*number)).take(MOST).collect())
}

/// Does something on one processor. Threads that it starts stay there.
#[cfg(target_os = "linux")]
pub(crate) fn on<T>(processor: Option<usize>, act: impl FnOnce() -> Result<T>) -> Result<T> {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    let Some(processor) = processor else { return act() };
    let before = sched_getaffinity(None)?;
    let mut only = CpuSet::new();
    only.set(processor);
    sched_setaffinity(None, &only)?;
    let done = act();
    sched_setaffinity(None, &before)?;
    done
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn allowed() -> Result<Vec<usize>> {
    Ok(Vec::new())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn on<T>(_processor: Option<usize>, act: impl FnOnce() -> Result<T>) -> Result<T> {
    act()
}
