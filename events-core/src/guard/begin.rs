//! Beginning: what was written is checked, the ACL looked up, the opening handed over and waited for.

use std::{
    borrow::Cow,
    sync::Arc,
    task::{Context as Task, Poll, ready},
    time::Instant,
};

use super::{Guard, Stage};
use crate::{
    acl::{self, Lookup},
    context::Context,
    declaration::NestedFailure,
    directory::LookingUp,
    document,
    href::AnyHref,
    journal::{Entry, EntryKind},
    opening::Finished,
    operation::{AtEnd, OperationHandle, OperationState},
    outcome::{Ending, Failure, Reason},
    plan::Plan,
    prepare::Preparing,
    queue::{Item, Ticket},
    receipt::{Answer, Learned, Receipt},
    refused::{Refused, RefusedKind},
};

pub(crate) enum BeginStep {
    Start,
    LookingUp(Box<LookingUp>),
    Waiting,
}

impl BeginStep {
    // Not inlined: the same code serves every handler.
    #[inline(never)]
    pub(crate) fn poll(&mut self, guard: &mut Guard, task: &mut Task<'_>) -> Poll<Result<(), Refused>> {
        let step = self;
        loop {
            match step {
                BeginStep::Start => match start(guard) {
                    Start::Done(result) => return Poll::Ready(result),
                    Start::LookUp(looking_up) => *step = BeginStep::LookingUp(looking_up),
                    Start::Known(lookup) => {
                        *step = BeginStep::Waiting;
                        return open(guard, &lookup, None, task);
                    }
                },
                BeginStep::LookingUp(looking_up) => {
                    let Stage::Preparing(preparing) = &guard.stage else { return Poll::Ready(Ok(())) };
                    let lookup = ready!(looking_up.poll(preparing.slot.shared(), task));
                    *step = BeginStep::Waiting;
                    return open(guard, &lookup, Some(Instant::now()), task);
                }
                BeginStep::Waiting => {
                    let Stage::Open(operation) = &guard.stage else { return Poll::Ready(Ok(())) };
                    let learned = ready!(operation.opening_receipt().poll(task));
                    return Poll::Ready(opened(guard, learned));
                }
            }
        }
    }
}

enum Start {
    Done(Result<(), Refused>),
    LookUp(Box<LookingUp>),
    Known(Lookup),
}

/// Checks what was written and starts looking the ACL up.
fn start(guard: &mut Guard) -> Start {
    let preparing = match &mut guard.stage {
        Stage::Preparing(preparing) => preparing,
        Stage::Refused(refused) => {
            // Only now, when nothing current is being read: who logs it may record.
            tracing::error!(%refused, "an operation was refused");
            return Start::Done(Err(refused.clone()));
        }
        _ => return Start::Done(Ok(())),
    };
    if let Some(problem) = preparing.opening.problem().cloned() {
        preparing.slot.shared().counters.refused.add(1);
        let refused = guard.refuse(RefusedKind::BadDocument, problem);
        guard.stage = Stage::Refused(refused.clone());
        return Start::Done(Err(refused));
    }
    // The payload is written: nobody else has to wait for what it might have needed.
    if let Some(room) = &mut guard.room {
        room.shrink_to(preparing.opening.len());
    }
    preparing.opening.make_room(preparing.slot.shared());
    if preparing.slot.shared().directory.is_none() {
        return Start::Known(Lookup::Missing);
    }
    let resource = preparing.opening.href().and_then(|href| href.parse::<AnyHref>().ok());
    match resource.and_then(|resource| LookingUp::start(preparing.slot.shared(), resource)) {
        Some(looking_up) => {
            preparing.opening.shrink();
            Start::LookUp(Box::new(looking_up))
        }
        None => Start::Known(Lookup::Missing),
    }
}

/// Arms the guard and hands the opening over: since `handed_over`, or since it began. Ready when there is nothing to
/// wait for; else the task is woken when there is an answer.
fn open(
    guard: &mut Guard,
    lookup: &Lookup,
    handed_over: Option<Instant>,
    task: &Task<'_>,
) -> Poll<Result<(), Refused>> {
    let Some(Preparing { slot, opening, started }) = guard.stage.take_preparing() else { return Poll::Ready(Ok(())) };
    let fallback = matches!(lookup, Lookup::Failed);
    if fallback {
        slot.shared().counters.acl_fallbacks.add(1);
    }
    if opening.truncated() {
        slot.shared().counters.truncated.add(1);
    }
    let write_acl = |out: &mut Vec<u8>, context: &Context, plan: &Plan| {
        acl::of_event(lookup, context.caller(), plan.spec.allow_anon).write(out);
    };
    let Finished { plan, context, identifiers, document, kept } = opening.finish(write_acl, fallback);
    let kind = EntryKind::Opening { process: identifiers.process, deadline: identifiers.deadline };
    let entry = Entry { id: identifiers.id, document, kind };
    let room = guard.room.take().map(Arc::new);
    let at_end = plan.outcomes().map(|outcomes| {
        let kept = Entry { document: document::lasting(&*entry.document), ..entry.clone() };
        Box::new(AtEnd { outcomes, opening: Item { room: room.clone(), ..kept_opening(kept) } })
    });
    let receipt = if at_end.is_some() { Receipt::default() } else { Receipt::awaited_by(task.waker().clone()) };
    let operation = OperationState::new(slot, receipt, plan, context, identifiers, started, kept, fallback, at_end);
    guard.stage = Stage::Open(OperationHandle::new(operation));
    let Stage::Open(operation) = &guard.stage else { return Poll::Ready(Ok(())) };
    if operation.at_end.is_some() {
        return Poll::Ready(Ok(()));
    }
    let ticket = Ticket::Opening(operation.clone());
    operation.shared().hand_over(Item { room, ..Item::since(handed_over.unwrap_or(started), entry, ticket) });
    Poll::Pending
}

/// An opening that is stored with its closing, when the outcome is chosen.
fn kept_opening(entry: Entry) -> Item {
    Item::new(entry, Ticket::Kept(Arc::default()))
}

/// What was answered about the opening.
fn opened(guard: &mut Guard, learned: Learned) -> Result<(), Refused> {
    if matches!(learned, Learned::Answered(Answer::Stored)) {
        return Ok(());
    }
    let Stage::Open(operation) = &guard.stage else { return Ok(()) };
    let operation = operation.clone();
    let (reason, may_be_stored): (Cow<'static, str>, bool) = match learned {
        Learned::Answered(Answer::Stored) => return Ok(()),
        Learned::Answered(Answer::NotStored(reason)) => {
            (format!("its opening event cannot be stored: {reason}").into(), false)
        }
        Learned::Answered(Answer::Unknown(reason)) => {
            (format!("its opening event cannot be stored: {reason}").into(), true)
        }
        Learned::Answered(Answer::Lost(_) | Answer::NoOpening) => {
            ("another event is stored under the id of its opening: try again".into(), false)
        }
        Learned::Withdrawn => (too_late(&operation).into(), false),
        Learned::Overdue => (too_late(&operation).into(), true),
    };
    if operation.nested && operation.plan.spec.on_nested_failure == NestedFailure::Continue {
        tracing::warn!(event_type = operation.plan.spec.event_type, %reason, "a nested operation runs all the same");
        if !may_be_stored {
            operation.release();
            guard.stage = Stage::Unrecorded;
        }
        // Where the opening may be stored its true closing follows it, and is dropped if it is not.
        return Ok(());
    }
    operation.shared().counters.refused.add(1);
    if may_be_stored {
        let failure = Failure::new(Reason::Refused).because(reason.clone());
        guard.close(&Ending::Failed(failure), None);
    } else {
        operation.release();
        guard.stage = Stage::Unrecorded;
    }
    Err(guard.refuse(RefusedKind::Storage, reason))
}

fn too_late(operation: &OperationState) -> String {
    format!("its opening event was not {}: try again", operation.shared().acknowledged_in_time())
}
