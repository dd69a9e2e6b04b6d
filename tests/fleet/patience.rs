//! Waiting for conditions.

use std::time::{Duration, Instant};

/// How long a condition may take on a machine that is busy.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// Waits until `reached` holds.
#[track_caller]
pub(crate) fn until(what: &str, mut reached: impl FnMut() -> bool) -> impl Future<Output = ()> {
    let deadline = Instant::now() + LIMIT;
    let caller = std::panic::Location::caller();
    async move {
        while !reached() {
            assert!(Instant::now() < deadline, "not within {LIMIT:?}, at {caller}: {what}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}
