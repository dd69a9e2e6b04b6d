//! Finishing: the ACL of what was added is looked up, the closing handed over and waited for.

use std::task::{Context as Task, Poll, ready};

use super::{Guard, Stage};
use crate::{
    acl::{self, Lookup},
    directory::LookingUp,
    receipt::Learned,
};

pub(crate) enum FinishStep {
    Start,
    LookingUp(Box<LookingUp>),
    Waiting,
}

impl FinishStep {
    // Not inlined: the same code serves every handler.
    #[inline(never)]
    pub(crate) fn poll(&mut self, guard: &mut Guard, task: &mut Task<'_>) -> Poll<()> {
        let step = self;
        loop {
            match step {
                FinishStep::Start => match look_up_created(guard) {
                    Some(looking_up) => *step = FinishStep::LookingUp(looking_up),
                    None => return step.close(guard, task),
                },
                FinishStep::LookingUp(looking_up) => {
                    let Stage::Open(operation) = &guard.stage else { return Poll::Ready(()) };
                    let lookup = ready!(looking_up.poll(operation.shared(), task));
                    let fallback = matches!(lookup, Lookup::Failed);
                    if fallback {
                        operation.shared().counters.acl_fallbacks.add(1);
                    }
                    let acl = acl::of_event(&lookup, operation.context.caller(), operation.plan.spec.allow_anon);
                    if let Some(created) = &mut guard.created {
                        created.acl = Some((acl.into(), fallback));
                    }
                    return step.close(guard, task);
                }
                FinishStep::Waiting => {
                    let Stage::Closed(operation) = &guard.stage else { return Poll::Ready(()) };
                    let learned = ready!(operation.closing_receipt().poll(task));
                    if matches!(learned, Learned::Overdue | Learned::Withdrawn) {
                        operation.shared().counters.late_closings.add(1);
                        let id = operation.identifiers.id.closing();
                        tracing::warn!(%id, "a response goes out before its closing event is stored");
                    }
                    return Poll::Ready(());
                }
            }
        }
    }

    /// Hands the closing over; its waiter is there before anybody can answer.
    fn close(&mut self, guard: &mut Guard, task: &Task<'_>) -> Poll<()> {
        guard.close_as_ended(task.waker());
        *self = FinishStep::Waiting;
        match guard.stage {
            Stage::Closed(_) => Poll::Pending,
            _ => Poll::Ready(()),
        }
    }
}

/// An `add` that succeeded is visible to whoever sees what it added.
fn look_up_created(guard: &Guard) -> Option<Box<LookingUp>> {
    let Stage::Open(operation) = &guard.stage else { return None };
    if guard.ending.as_ref().is_some_and(|ending| ending.failure().is_some()) {
        return None;
    }
    let created = guard.created.as_ref()?.href.parse().ok()?;
    LookingUp::start(operation.shared(), created).map(Box::new)
}
