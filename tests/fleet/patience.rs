//! Waiting for conditions.

use std::time::{Duration, Instant};

/// How long a condition may take on a machine that is busy.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// Waits until `reached` holds.
#[track_caller]
pub(crate) fn until(what: &str, reached: impl FnMut() -> bool) -> impl Future<Output = ()> {
    until_within(LIMIT, move || what.to_owned(), reached)
}

/// The same for what may take longer, with a word on how it stands.
#[track_caller]
pub(crate) fn until_within(
    limit: Duration,
    what: impl Fn() -> String,
    mut reached: impl FnMut() -> bool,
) -> impl Future<Output = ()> {
    let deadline = Instant::now() + limit;
    let caller = std::panic::Location::caller();
    async move {
        while !reached() {
            assert!(Instant::now() < deadline, "not within {limit:?}, at {caller}: {}", what());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}
