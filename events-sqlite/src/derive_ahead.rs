//! Deriving the keys of events before they are sealed or searched: half of the work of sealing, on a thread of
//! its own.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, PoisonError},
    time::Duration,
};

use crate::{shared::Shared, tail::Chunk, thread::unharmed};

/// How long it waits after a panic, which sealing will report when it comes to the same event.
const PAUSE: Duration = Duration::from_secs(5);

/// The thread.
pub(crate) fn run(shared: &Shared) {
    while let Some(chunk) = next_chunk(shared) {
        let derived = catch_unwind(AssertUnwindSafe(|| chunk.ordered(&shared.deriver).len()));
        // Most keys take less than was to be feared.
        shared.room.notify_all();
        if derived.is_err() {
            unharmed(|| tracing::error!("the keys of some events cannot be derived: see the log"));
            drop(shared.work.wait_timeout_while(shared.state(), PAUSE, |state| !state.closing));
        }
    }
}

/// The oldest full chunk whose keys are not derived; none when the store closes.
fn next_chunk(shared: &Shared) -> Option<Arc<Chunk>> {
    let mut state = shared.state();
    loop {
        if state.closing {
            return None;
        }
        if let Some(chunk) = state.tail.not_ordered() {
            return Some(chunk);
        }
        state = shared.work.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}
