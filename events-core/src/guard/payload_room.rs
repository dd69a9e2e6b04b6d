//! Waiting for room in memory, before the payload of an opening is written.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context as Task, Poll},
};

use super::{Guard, Stage};
use crate::{
    alarm::Alarm,
    declaration::NestedFailure,
    limits::from_now,
    payload_room::Reserved,
    refused::{Refused, RefusedKind},
    search::BoxFuture,
};

/// See [`Call::room`](crate::drive::Call::room).
#[must_use = "futures do nothing unless polled"]
pub struct PayloadRoom<'c> {
    guard: Option<&'c mut Guard>,
    waiting: Option<(BoxFuture<'static, Option<Reserved>>, Alarm)>,
}

impl<'c> PayloadRoom<'c> {
    pub(crate) fn of(guard: Option<&'c mut Guard>) -> Self {
        Self { guard, waiting: None }
    }
}

impl fmt::Debug for PayloadRoom<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayloadRoom").finish_non_exhaustive()
    }
}

impl Future for PayloadRoom<'_> {
    type Output = Result<(), Refused>;

    #[inline(never)]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Some(guard) = this.guard.as_deref_mut() else { return Poll::Ready(Ok(())) };
        let shared = match &guard.stage {
            Stage::Preparing(preparing) => preparing.slot.shared().clone(),
            _ => return Poll::Ready(Ok(())),
        };
        let limits = &shared.limits;
        let (waiting, until) = this.waiting.get_or_insert_with(|| {
            // The limit is at most 10 MiB.
            let bytes = u32::try_from(limits.payload).unwrap_or(u32::MAX);
            let until = Alarm::at(from_now(limits.opening));
            (shared.room(bytes), until)
        });
        if let Poll::Ready(room) = waiting.as_mut().poll(task) {
            guard.room = room;
            return Poll::Ready(Ok(()));
        }
        if !until.is_over(&shared.keeper, task) {
            if let Stage::Preparing(preparing) = &mut guard.stage {
                preparing.opening.shrink();
            }
            return Poll::Pending;
        }
        if is_optional(guard) {
            guard.stage = Stage::Unrecorded;
            return Poll::Ready(Ok(()));
        }
        shared.counters.refused.add(1);
        let how = "other payloads that wait for the event store leave no room for its own: try again";
        let refused = guard.refuse(RefusedKind::Storage, how);
        guard.stage = Stage::Refused(refused.clone());
        Poll::Ready(Err(refused))
    }
}

/// Whether the operation is nested and says that it runs unrecorded rather than not at all.
fn is_optional(guard: &Guard) -> bool {
    let Stage::Preparing(preparing) = &guard.stage else { return false };
    preparing.opening.context.is_nested() && guard.declaration.spec.on_nested_failure == NestedFailure::Continue
}
