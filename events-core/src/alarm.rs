//! A point in time that a future waits for beside something else.

use std::{
    task::{Context as Task, Waker},
    time::Instant,
};

use crate::keeper::Keeper;

/// When a wait is over at the latest. It has whoever waits woken then, once: a future may be polled any number
/// of times before that.
#[derive(Debug)]
pub(crate) struct Alarm {
    at: Instant,
    set: Option<Waker>,
}

impl Alarm {
    pub(crate) fn at(at: Instant) -> Self {
        Self { at, set: None }
    }

    /// Whether the time is up; if not, the task is woken when it is.
    pub(crate) fn is_over(&mut self, keeper: &Keeper, task: &Task<'_>) -> bool {
        if Instant::now() >= self.at {
            return true;
        }
        if !self.set.as_ref().is_some_and(|waker| waker.will_wake(task.waker())) {
            keeper.wake_at(self.at, task.waker());
            self.set = Some(task.waker().clone());
        }
        false
    }
}
