//! What became of an event that was handed to the queue, and who waits for it.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context as Task, Poll, Waker},
};

use bytes::Bytes;

use crate::{said::Said, wake::wake};

/// Where an event is on its way into the journal.
#[derive(Debug, Default)]
pub(crate) struct Receipt {
    /// The usual answer, which a waiter reads without the lock.
    stored: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    progress: Progress,
    /// The waiter's time is up.
    overdue: bool,
    waker: Option<Waker>,
}

#[derive(Debug, Default)]
enum Progress {
    /// A closing whose operation runs, which may say something for it. Most say nothing, and pay for nothing.
    Running(Option<Box<Said>>),
    /// In the queue, or not handed over yet.
    #[default]
    Waiting,
    /// In a batch that the journal has.
    Taken,
    /// The waiter gave up before a batch took it: it is never stored.
    Withdrawn,
    Answered(Answer),
}

/// What the journal made of it, and the destination that has to confirm it.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// It is stored.
    Stored,
    /// Other bytes are stored under its id. Boxed: nearly every answer is another.
    Lost(Box<Bytes>),
    /// A closing whose opening is not stored.
    NoOpening,
    /// It is not stored and never will be.
    NotStored(Arc<str>),
    /// Nobody knows.
    Unknown(Arc<str>),
}

/// What a waiter learns.
#[derive(Clone, Debug)]
pub(crate) enum Learned {
    Answered(Answer),
    /// Its time is up; it was withdrawn and is never stored.
    Withdrawn,
    /// Its time is up; a batch has it, so nobody knows yet.
    Overdue,
}

impl Receipt {
    /// Of an event that is not handed over yet: its waiter is there before anybody can answer.
    pub(crate) fn awaited_by(waker: Waker) -> Self {
        Self::new(Progress::Waiting, Some(waker))
    }

    /// Of the closing of an operation that begins.
    pub(crate) fn of_closing() -> Self {
        Self::new(Progress::Running(None), None)
    }

    #[inline]
    fn new(progress: Progress, waker: Option<Waker>) -> Self {
        Self { stored: AtomicBool::new(false), state: Mutex::new(State { progress, overdue: false, waker }) }
    }

    /// Adds to what is said for a closing; none once that is being handed over, which is too late.
    pub(crate) fn say<T>(&self, say: impl FnOnce(&mut Said) -> T) -> Option<T> {
        match &mut self.lock().progress {
            Progress::Running(said) => Some(say(said.get_or_insert_default())),
            _ => None,
        }
    }

    /// A closing is about to be handed over, with its waiter where there is one. Answers what was said for it.
    pub(crate) fn end(&self, waiter: Option<&Waker>) -> Option<Box<Said>> {
        let mut state = self.lock();
        let Progress::Running(said) = &mut state.progress else { return None };
        let said = said.take();
        state.progress = Progress::Waiting;
        state.waker = waiter.cloned();
        said
    }

    /// Nothing is handed over after all: whoever was to wait for it is not kept.
    pub(crate) fn waive(&self) {
        let _waiter = self.lock().waker.take();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A batch takes the event; false when it was withdrawn.
    pub(crate) fn take(&self) -> bool {
        let mut state = self.lock();
        if matches!(state.progress, Progress::Withdrawn) {
            return false;
        }
        state.progress = Progress::Taken;
        true
    }

    /// Says what became of the event. The first answer counts.
    pub(crate) fn answer(&self, answer: Answer) {
        let waker = {
            let mut state = self.lock();
            if matches!(state.progress, Progress::Answered(_)) {
                return;
            }
            self.stored.store(matches!(answer, Answer::Stored), Ordering::Release);
            state.progress = Progress::Answered(answer);
            state.waker.take()
        };
        waker.into_iter().for_each(wake);
    }

    /// Whether there is an answer.
    pub(crate) fn is_answered(&self) -> bool {
        matches!(self.lock().progress, Progress::Answered(_))
    }

    /// Whether its waiter gave up before a batch took it.
    pub(crate) fn is_withdrawn(&self) -> bool {
        matches!(self.lock().progress, Progress::Withdrawn)
    }

    /// Whether the waiter knows already that its time is up.
    pub(crate) fn is_overdue(&self) -> bool {
        self.lock().overdue
    }

    /// The waiter's time is up. `withdraw`: an event that no batch took is then never stored.
    pub(crate) fn expire(&self, withdraw: bool) {
        let waker = {
            let mut state = self.lock();
            if state.overdue || matches!(state.progress, Progress::Answered(_) | Progress::Withdrawn) {
                return;
            }
            if withdraw && matches!(state.progress, Progress::Waiting) {
                state.progress = Progress::Withdrawn;
            }
            state.overdue = true;
            state.waker.take()
        };
        waker.into_iter().for_each(wake);
    }

    pub(crate) fn poll(&self, task: &mut Task<'_>) -> Poll<Learned> {
        if self.stored.load(Ordering::Acquire) {
            return Poll::Ready(Learned::Answered(Answer::Stored));
        }
        let mut state = self.lock();
        match &state.progress {
            Progress::Answered(answer) => Poll::Ready(Learned::Answered(answer.clone())),
            Progress::Withdrawn => Poll::Ready(Learned::Withdrawn),
            Progress::Running(_) | Progress::Waiting | Progress::Taken if state.overdue => {
                Poll::Ready(Learned::Overdue)
            }
            Progress::Running(_) | Progress::Waiting | Progress::Taken => {
                if !state.waker.as_ref().is_some_and(|waker| waker.will_wake(task.waker())) {
                    let former = state.waker.replace(task.waker().clone());
                    // The last one takes its task with it, which may say something of this operation then.
                    drop(state);
                    drop(former);
                }
                Poll::Pending
            }
        }
    }
}
