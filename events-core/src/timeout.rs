//! Time limits that the trail tells apart from other cancellations.

use std::{
    cell::Cell,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use pin_project_lite::pin_project;

use crate::outcome::Reason;

thread_local! {
    /// Why futures are being dropped on this thread right now.
    static DROPPING: Cell<Reason> = const { Cell::new(Reason::Cancelled) };
}

/// Why a future that is dropped now is dropped: cancelled, or its time limit ran out.
pub(crate) fn drop_reason() -> Reason {
    DROPPING.try_with(Cell::get).unwrap_or(Reason::Cancelled)
}

/// The time limit of [`timeout`] ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the time limit of {0:?} ran out")]
pub struct Elapsed(pub Duration);

pin_project! {
    /// See [`timeout`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Timeout<F> {
        #[pin]
        future: Option<F>,
        #[pin]
        limit: tokio::time::Sleep,
        within: Duration,
    }
}

/// Runs `future` for at most `within`. Operations that are still running then end as `timeout`, where a
/// future dropped by anybody else ends as `cancelled`: a dropped future cannot know why. As cancel-safe as
/// `future`: dropped, it drops that.
///
/// # Errors
/// [`Elapsed`] when the limit ran out; the future was dropped.
///
/// # Panics
/// Outside a tokio runtime with a timer.
///
/// ```
/// use std::{future::pending, time::Duration};
///
/// use events_core::{Elapsed, timeout};
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let limit = Duration::from_millis(10);
/// assert_eq!(timeout(limit, async { 1 }).await, Ok(1));
/// assert_eq!(timeout(limit, pending::<()>()).await, Err(Elapsed(limit)));
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn timeout<F: Future>(within: Duration, future: F) -> Timeout<F> {
    Timeout { future: Some(future), limit: tokio::time::sleep(within), within }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(future) = this.future.as_mut().as_pin_mut()
            && let Poll::Ready(output) = future.poll(task)
        {
            return Poll::Ready(Ok(output));
        }
        if this.limit.poll(task).is_pending() {
            return Poll::Pending;
        }
        let _restored = Restored(DROPPING.replace(Reason::Timeout));
        this.future.set(None);
        Poll::Ready(Err(Elapsed(*this.within)))
    }
}

/// Puts the reason back, also when a destructor panics.
struct Restored(Reason);

impl Drop for Restored {
    fn drop(&mut self) {
        DROPPING.set(self.0);
    }
}
