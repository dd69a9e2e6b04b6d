//! The stages of one call of an annotated handler, as [`drive`](crate::drive) goes through them:
//! opening, begin, run, ended, finish; `Drop` is the guard for all other endings.

use std::{
    any::Any,
    borrow::Cow,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::Arc,
    task::Waker,
    time::Instant,
};

use crate::{
    closing::{self, Created},
    context::Context,
    current::{Change, with_current},
    declaration::EventDeclaration,
    document,
    href::AnyHref,
    journal::{Entry, EntryKind},
    opening::Opening,
    operation::OperationHandle,
    outcome::{Ending, Failure, Reason},
    payload_room::Reserved,
    prepare::{Preparing, Verdict, placed},
    queue::{Item, Ticket},
    record::Record,
    refused::{Refused, RefusedKind},
    said::Said,
    timeout::drop_reason,
};

mod begin;
mod finish;
mod payload_room;

pub(crate) use begin::BeginStep;
pub(crate) use finish::FinishStep;
pub(crate) use payload_room::PayloadRoom;

/// What is known of one call, and what closes it however it ends.
#[derive(Debug)]
pub struct Guard {
    declaration: &'static EventDeclaration,
    stage: Stage,
    /// The context that the declaration names: the body runs in it whether or not anything is recorded.
    given: Option<Box<Context>>,
    /// Known from the moment the handler returned, whatever is cancelled later.
    ending: Option<Ending>,
    created: Option<Box<Created>>,
    room: Option<Reserved>,
}

#[derive(Debug)]
pub(crate) enum Stage {
    /// Nothing is recorded of this call. It still runs in the context that its declaration names.
    Unrecorded,
    /// It will not run.
    Refused(Refused),
    /// The opening is being written.
    Preparing(Preparing),
    /// The guard is armed: whatever happens now leaves a closing.
    Open(OperationHandle),
    /// The closing is handed over.
    Closed(OperationHandle),
}

impl Stage {
    /// Takes what is being written, where something is.
    fn take_preparing(&mut self) -> Option<Preparing> {
        match std::mem::replace(self, Self::Unrecorded) {
            Self::Preparing(preparing) => Some(preparing),
            other => {
                *self = other;
                None
            }
        }
    }

    /// Takes the operation, where it is open.
    fn take_open(&mut self) -> Option<OperationHandle> {
        match std::mem::replace(self, Self::Unrecorded) {
            Self::Open(operation) => Some(operation),
            other => {
                *self = other;
                None
            }
        }
    }
}

impl Guard {
    /// Of a call that has not begun.
    pub(crate) fn new(declaration: &'static EventDeclaration) -> Self {
        Self { declaration, stage: Stage::Unrecorded, given: None, ending: None, created: None, room: None }
    }

    /// A call begins, in the context that its declaration names, if it names one.
    pub(crate) fn begin(
        &mut self,
        declaration: &'static EventDeclaration,
        given: Option<Box<Context>>,
        verdict: Verdict,
    ) {
        self.declaration = declaration;
        self.given = given;
        match verdict {
            Verdict::Unrecorded => {}
            Verdict::Refused(refused) => self.stage = Stage::Refused(refused),
            Verdict::Recorded(recorded) => self.stage = Stage::Preparing(Preparing::new(recorded)),
        }
    }

    /// The opening to be filled in; none when nothing is recorded of this call.
    pub(crate) fn opening(&mut self) -> Option<&mut Opening> {
        match &mut self.stage {
            Stage::Preparing(preparing) => Some(&mut preparing.opening),
            _ => None,
        }
    }

    /// What is current inside the body; none where nothing changes.
    pub(crate) fn inside(&self) -> Option<Change> {
        let inside = match &self.stage {
            Stage::Open(operation) => Some(Context::inside(operation.clone())),
            // What the body says must not be recorded of the operation that encloses it.
            _ => with_current(|current| match &self.given {
                None => {
                    let enclosing = current.context.as_ref().filter(|context| context.recorded().is_some());
                    enclosing.map(Context::inside_unrecorded)
                }
                Some(given) => {
                    placed(Some((**given).clone()), current.context.as_ref()).map(|context| match context.recorded() {
                        Some(_) => context.inside_unrecorded(),
                        None => context,
                    })
                }
            }),
        };
        inside.map(Change::context)
    }

    /// Whether the guard is armed.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Open(_))
    }

    /// The handler ended like this.
    pub fn ended(&mut self, ending: Ending) {
        self.ending = Some(ending);
    }

    /// The href of what was made: the resource of an `add`, a linked identifier of anything else.
    pub fn created(&mut self, href: Option<Cow<'_, str>>) {
        let Stage::Open(operation) = &self.stage else { return };
        let resource_type = self.declaration.spec.resource_type;
        let whole = href.map(|href| if href.contains('/') { href } else { format!("{resource_type}/{href}").into() });
        let Some(href) = whole.and_then(|href| href.parse::<AnyHref>().ok()) else { return };
        // What the opening is about stays what the closing is about.
        if operation.href().is_some() || href.resource_type() != resource_type {
            operation.link(&href);
        } else {
            self.created = Some(Box::new(Created { href: href.as_str().to_owned(), acl: None }));
        }
    }

    /// Whether the outcome is recorded in the payload.
    pub fn wants_outcome(&self) -> bool {
        matches!(self.stage, Stage::Open(_)) && self.declaration.spec.payload.outcome
    }

    /// Records what the handler returned.
    pub fn outcome(&mut self, value: &dyn Record) {
        if let Stage::Open(operation) = &self.stage {
            operation.payload("outcome", value);
        }
    }

    fn refuse(&mut self, kind: RefusedKind, reason: impl Into<Cow<'static, str>>) -> Refused {
        let refused = Refused::new(self.declaration.spec.event_type, kind, reason);
        tracing::warn!(%refused, "an operation was refused");
        refused
    }

    /// Hands the closing over, of a handler that ran to its end. `waiter` waits for it.
    fn close_as_ended(&mut self, waiter: &Waker) {
        let ending = self.ending.take().unwrap_or(Ending::COMPLETED);
        self.close(&ending, Some(waiter));
    }

    /// Hands the closing over, with its waiter where there is one. Afterwards the guard is disarmed.
    fn close(&mut self, ending: &Ending, waiter: Option<&Waker>) {
        let Some(operation) = self.stage.take_open() else { return };
        let (ended, now) = operation.shared().clock.read();
        // Taken, not only read: a large payload must not stay with an operation whose task has yet to be
        // polled again, when the room it took is free already.
        let mut said = operation.closing_receipt().end(waiter);
        if operation.plan.spec.deferred.is_some() && ending.failure().is_none() {
            self.stay_open(operation, said.unwrap_or_default(), ended);
            return;
        }
        let created = self.created.as_deref().filter(|_| ending.failure().is_none());
        let closing = Item {
            room: said.as_mut().and_then(|said| said.room.take()).map(Arc::new),
            ..Item::since(
                ended,
                closing::write(&operation, (ended, now), ending, said.as_deref(), created),
                Ticket::Closing(operation.clone()),
            )
        };
        drop(said);
        match &operation.at_end {
            None => {
                operation.shared().queue.push(closing);
            }
            Some(at_end) if at_end.outcomes.choose(ending) => {
                let opening = Item { since: ended, ..at_end.opening.clone() };
                operation.shared().queue.push_all([opening, closing]);
            }
            Some(_) => {
                operation.closing_receipt().waive();
                operation.release();
                return;
            }
        }
        operation.shared().keeper.watch();
        self.stage = Stage::Closed(operation);
    }
}

impl Guard {
    /// The handler of a deferred operation has returned. What it said is kept durably beside the opening, which
    /// cannot know it: whoever closes the operation, wherever and whenever, finds it there.
    fn stay_open(&mut self, operation: OperationHandle, mut said: Box<Said>, ended: Instant) {
        said.created = self.created.take().map(|created| *created);
        if said.is_empty() {
            operation.closing_receipt().waive();
            operation.release();
            return;
        }
        let room = said.room.take().map(Arc::new);
        let note =
            Entry { id: operation.identifiers.id, document: document::lasting(said.write()), kind: EntryKind::Note };
        let waits = Item { room, ..Item::since(ended, note, Ticket::Closing(operation.clone())) };
        operation.shared().hand_over(waits);
        self.stage = Stage::Closed(operation);
    }
}

impl Guard {
    /// The call is over: an operation that is open still was cancelled, or its time limit ran out, or it had ended and
    /// only the storing of its closing was cancelled. Hands over bytes, nothing else.
    fn close_as_dropped(&mut self) {
        if matches!(self.stage, Stage::Open(_)) {
            let ending = self.ending.take().unwrap_or_else(|| Ending::failed(drop_reason()));
            // This may be unwinding already: a mistake of ours must not end the process.
            if catch_unwind(AssertUnwindSafe(|| self.close(&ending, None))).is_err() {
                tracing::error!("an operation is closed as abandoned at the next start: writing its closing panicked");
            }
        }
    }

    /// The call is over, and another may begin.
    pub(crate) fn clear(&mut self) {
        self.close_as_dropped();
        let Self { declaration: _, stage, given, ending, created, room } = self;
        if let Stage::Closed(operation) = std::mem::replace(stage, Stage::Unrecorded) {
            operation.retire();
        }
        (*given, *ending, *created, *room) = (None, None, None, None);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.close_as_dropped();
    }
}

/// The body's own poll unwound: the closing says so, and it goes on unwinding.
#[cold]
#[inline(never)]
pub(crate) fn panicked(guard: &mut Guard, panic: Box<dyn Any + Send>) -> ! {
    let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
    let failure = Failure::new(Reason::Panic);
    let failure = match said {
        Some(said) => failure.because(said),
        None => failure,
    };
    guard.close(&Ending::Failed(failure), None);
    resume_unwind(panic)
}
