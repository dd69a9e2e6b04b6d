//! Waking those who wait. Their executors are somebody else's: if one panics, whoever else waits must not suffer.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::{Context as Task, Wake, Waker},
};

use crate::thread::unharmed;

/// Wakes a waiter.
pub(crate) fn wake(waker: Waker) {
    if !unharmed(|| waker.wake()) {
        unharmed(|| tracing::error!("an executor panicked when it was told to go on"));
    }
}

/// Waits for something of tokio's, which wakes many at once, on our threads, and would leave the others asleep.
pub(crate) async fn guarded<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    poll_fn(|task| {
        let waker = Waker::from(Arc::new(Guarded(task.waker().clone())));
        future.as_mut().poll(&mut Task::from_waker(&waker))
    })
    .await
}

struct Guarded(Waker);

impl Wake for Guarded {
    fn wake(self: Arc<Self>) {
        wake(self.0.clone());
    }
}
