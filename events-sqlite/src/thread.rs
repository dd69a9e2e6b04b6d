//! Threads of the store. Whoever takes their log lines may panic, where the disk is full: they go on.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread::{Builder, JoinHandle, sleep},
    time::Duration,
};

use crate::error::StoreError;

/// How long a thread leaves alone what made it panic.
const PAUSE: Duration = Duration::from_millis(100);

/// Calls code of others that owes us nothing, such as a line for the log.
pub(crate) fn unharmed(call: impl FnOnce()) {
    // What it panics with is in the log already, as far as anything is.
    let _ = catch_unwind(AssertUnwindSafe(call));
}

/// Starts a thread that runs `body` until it returns: again, after a pause, where it panicked.
pub(crate) fn start(name: String, mut body: impl FnMut() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let run = move || {
        while catch_unwind(AssertUnwindSafe(&mut body)).is_err() {
            sleep(PAUSE);
        }
    };
    Builder::new().name(name).spawn(run).map_err(StoreError::failed)
}
