//! A point in time that a future waits for beside something else.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{Arc, Weak},
    task::{Context as Task, Poll, Waker},
    time::Instant,
};

use crate::keeper::{Keeper, Wake};

/// When a wait is over at the latest. It has whoever waits woken then, once: a future may be polled any number
/// of times before that.
#[derive(Debug)]
pub(crate) struct Alarm {
    at: Instant,
    set: Option<Set>,
}

/// Whom the keeper wakes. It forgets that with the alarm: what a waker belongs to may be large.
#[derive(Debug)]
struct Set {
    waker: Waker,
    wake: Wake,
    keeper: Weak<Keeper>,
}

impl Drop for Set {
    fn drop(&mut self) {
        if let Some(keeper) = self.keeper.upgrade() {
            keeper.forget(self.wake);
        }
    }
}

/// What a future answers; none where the time is up first.
pub(crate) async fn until<T>(at: Instant, keeper: &Arc<Keeper>, future: impl Future<Output = T>) -> Option<T> {
    let (mut future, mut alarm) = (pin!(future), Alarm::at(at));
    poll_fn(|task| match future.as_mut().poll(task) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending if alarm.is_over(keeper, task) => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}

impl Alarm {
    pub(crate) fn at(at: Instant) -> Self {
        Self { at, set: None }
    }

    /// Whether the time is up; if not, the task is woken when it is.
    pub(crate) fn is_over(&mut self, keeper: &Arc<Keeper>, task: &Task<'_>) -> bool {
        if Instant::now() >= self.at {
            return true;
        }
        if !self.set.as_ref().is_some_and(|set| set.waker.will_wake(task.waker())) {
            let waker = task.waker().clone();
            self.set =
                Some(Set { wake: keeper.wake_at(self.at, waker.clone()), waker, keeper: Arc::downgrade(keeper) });
        }
        false
    }
}
