//! One call of an annotated handler, as the expansion of `#[action]` drives it:
//! opening, begin, run, ended, finish; `Drop` is the guard for all other endings.

use std::{
    any::Any,
    borrow::Cow,
    fmt,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context as Task, Poll, ready},
    time::Instant,
};

use tokio::sync::OwnedSemaphorePermit;

use crate::{
    acl::{self, Lookup},
    alarm::Alarm,
    closing::{self, Created},
    context::{Change, Context, swap, with_current},
    declaration::{EventDeclaration, NestedFailure},
    directory::LookingUp,
    href::AnyHref,
    journal::{Entry, EntryKind},
    limits::from_now,
    manager::Shared,
    opening::{Finished, Opening},
    operation::OperationState,
    outcome::{Ending, Failure, Reason},
    plan::Plan,
    prepare::{Preparing, placed, prepare},
    queue::{Item, Ticket},
    receipt::{Answer, Learned},
    record::Record,
    refused::{Refused, RefusedKind},
    said::{NOTHING, Said},
    search::BoxFuture,
    timeout::drop_reason,
};

/// One call of an annotated handler.
#[derive(Debug)]
pub struct Call {
    declaration: &'static EventDeclaration,
    stage: Stage,
    /// The context that the declaration names: the body runs in it whether or not anything is recorded.
    given: Option<Box<Context>>,
    /// Known from the moment the handler returned, whatever is cancelled later.
    ending: Option<Ending>,
    created: Option<Box<Created>>,
    room: Option<OwnedSemaphorePermit>,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a box would be one allocation more for every operation")]
pub(crate) enum Stage {
    /// Nothing is recorded of this call. It still runs in the context that its declaration names.
    Unrecorded,
    /// It will not run.
    Refused(Refused),
    /// The opening is being written.
    Preparing(Preparing),
    /// The guard is armed: whatever happens now leaves a closing.
    Open(Arc<OperationState>),
    /// The closing is handed over.
    Closed(Arc<OperationState>),
}

impl Call {
    /// A call in the current context.
    pub fn new(declaration: &'static EventDeclaration) -> Self {
        let stage = with_current(|current| prepare(declaration, current, None));
        Self { declaration, stage, given: None, ending: None, created: None, room: None }
    }

    /// A call in a context that the handler names.
    pub fn in_context(declaration: &'static EventDeclaration, context: Context) -> Self {
        let stage = with_current(|current| prepare(declaration, current, Some(context.clone())));
        Self { declaration, stage, given: Some(Box::new(context)), ending: None, created: None, room: None }
    }

    /// The opening to be filled in; none when nothing is recorded of this call.
    pub fn opening(&mut self) -> Option<&mut Opening> {
        match &mut self.stage {
            Stage::Preparing(preparing) => Some(&mut preparing.opening),
            _ => None,
        }
    }

    /// Waits until there is room in memory for the payload that the opening is to carry.
    ///
    /// # Errors
    /// There was none within the limit for openings. Cancel-safe: nothing is recorded yet.
    pub fn room(&mut self) -> Room<'_> {
        Room { waiting: None, call: self }
    }

    /// Stores the opening. Ready when it is durable.
    ///
    /// # Errors
    /// The handler must not run. Cancel-safe: when the future is dropped after its first poll, the trail
    /// holds the opening and a closing, or neither.
    pub fn begin(&mut self) -> Begin<'_> {
        Begin { call: self, step: BeginStep::Start }
    }

    /// Runs the handler's body inside the operation.
    pub fn run<'c, F: Future>(&'c mut self, body: Pin<&'c mut F>) -> Running<'c, F> {
        let inside = self.inside();
        Running { call: self, inside, body }
    }

    /// What is current inside the body; none where nothing changes.
    pub(crate) fn inside(&self) -> Option<Change> {
        let inside = match &self.stage {
            Stage::Open(operation) => Some(operation.context.inside(operation.clone())),
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

    /// Whether nothing is recorded and nothing changes for the body: it stands in no recorded operation, whose
    /// closing must not say what it says.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.stage, Stage::Unrecorded)
            && self.given.is_none()
            && with_current(|current| current.context.as_ref().and_then(Context::recorded).is_none())
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

    /// Hands the closing over and waits, within a limit, until it is durable.
    ///
    /// Cancel-safe: the closing says how the handler ended.
    pub fn finish(&mut self) -> Finish<'_> {
        Finish { call: self, step: FinishStep::Start }
    }

    fn refuse(&mut self, kind: RefusedKind, reason: impl Into<Cow<'static, str>>) -> Refused {
        let refused = Refused::new(self.declaration.spec.event_type, kind, reason);
        tracing::warn!(%refused, "an operation was refused");
        refused
    }

    /// Hands the closing over. Afterwards the guard is disarmed.
    fn close(&mut self, ending: &Ending) {
        let Stage::Open(operation) = &self.stage else { return };
        let operation = operation.clone();
        self.stage = Stage::Unrecorded;
        let ended = Instant::now();
        // Taken, not only read: a large payload must not stay with an operation whose task has yet to be
        // polled again, when the room it took is free already.
        let mut said = operation.saying().end();
        if operation.plan.spec.deferred.is_some() && ending.failure().is_none() {
            self.stay_open(operation, said.unwrap_or_default(), ended);
            return;
        }
        let created = self.created.as_deref().filter(|_| ending.failure().is_none());
        let closing = Item {
            room: said.as_mut().and_then(|said| said.room.take()).map(Arc::new),
            ..Item::since(
                ended,
                closing::write(&operation, ended, ending, said.as_deref().unwrap_or(&NOTHING), created),
                Ticket::Closing(operation.clone()),
            )
        };
        drop(said);
        match &operation.at_end {
            None => operation.shared.queue.push([closing]),
            Some((outcomes, opening)) if outcomes.choose(ending) => {
                let opening = Item { since: ended, ..opening.clone() };
                operation.shared.queue.push([opening, closing]);
            }
            Some(_) => {
                operation.release();
                return;
            }
        }
        operation.shared.keeper.watch();
        self.stage = Stage::Closed(operation);
    }
}

impl Call {
    /// The handler of a deferred operation has returned. What it said is kept durably beside the opening, which
    /// cannot know it: whoever closes the operation, wherever and whenever, finds it there.
    fn stay_open(&mut self, operation: Arc<OperationState>, mut said: Box<Said>, ended: Instant) {
        said.created = self.created.take().map(|created| *created);
        if said.is_empty() {
            operation.release();
            return;
        }
        let room = said.room.take().map(Arc::new);
        let note = Entry { id: operation.identifiers.id, document: said.write().into(), kind: EntryKind::Note };
        let waits = Item { room, ..Item::since(ended, note, Ticket::Closing(operation.clone())) };
        operation.shared.queue.push([waits]);
        operation.shared.keeper.watch();
        self.stage = Stage::Closed(operation);
    }
}

impl Drop for Call {
    /// The guard: an operation that is dropped while it is open was cancelled, or its time limit ran out,
    /// or it had ended and only the storing of its closing was cancelled. Hands over bytes, nothing else.
    fn drop(&mut self) {
        if matches!(self.stage, Stage::Open(_)) {
            let ending = self.ending.take().unwrap_or_else(|| Ending::failed(drop_reason()));
            // A clock is somebody else's code, and this may be unwinding already.
            if catch_unwind(AssertUnwindSafe(|| self.close(&ending))).is_err() {
                tracing::error!("an operation is closed as abandoned at the next start: writing its closing panicked");
            }
        }
    }
}

/// See [`Call::room`].
#[must_use = "futures do nothing unless polled"]
pub struct Room<'c> {
    call: &'c mut Call,
    waiting: Option<(BoxFuture<'static, Option<OwnedSemaphorePermit>>, Alarm)>,
}

impl fmt::Debug for Room<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room").finish_non_exhaustive()
    }
}

impl Future for Room<'_> {
    type Output = Result<(), Refused>;

    #[inline(never)]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let shared = match &this.call.stage {
            Stage::Preparing(preparing) => preparing.shared.clone(),
            _ => return Poll::Ready(Ok(())),
        };
        let limits = &shared.limits;
        let (waiting, until) = this.waiting.get_or_insert_with(|| {
            let room = shared.payload_room.clone();
            // The limit is at most 10 MiB.
            let bytes = u32::try_from(limits.payload).unwrap_or(u32::MAX);
            let until = Alarm::at(from_now(limits.opening));
            (Box::pin(async move { room.acquire_many_owned(bytes).await.ok() }), until)
        });
        if let Poll::Ready(room) = waiting.as_mut().poll(task) {
            this.call.room = room;
            return Poll::Ready(Ok(()));
        }
        if !until.is_over(&shared.keeper, task) {
            return Poll::Pending;
        }
        if is_optional(this.call) {
            this.call.stage = Stage::Unrecorded;
            return Poll::Ready(Ok(()));
        }
        shared.counters.refused.add(1);
        let how = "other payloads that wait for the event store leave no room for its own: try again";
        let refused = this.call.refuse(RefusedKind::Storage, how);
        this.call.stage = Stage::Refused(refused.clone());
        Poll::Ready(Err(refused))
    }
}

/// See [`Call::begin`].
#[must_use = "futures do nothing unless polled"]
pub struct Begin<'c> {
    call: &'c mut Call,
    step: BeginStep,
}

impl fmt::Debug for Begin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Begin").finish_non_exhaustive()
    }
}

pub(crate) enum BeginStep {
    Start,
    LookingUp(Box<LookingUp>),
    Waiting,
}

impl Future for Begin<'_> {
    type Output = Result<(), Refused>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let Self { call, step } = self.get_mut();
        step.poll(call, task)
    }
}

impl BeginStep {
    // Not inlined: the same code serves every handler.
    #[inline(never)]
    pub(crate) fn poll(&mut self, call: &mut Call, task: &mut Task<'_>) -> Poll<Result<(), Refused>> {
        let step = self;
        loop {
            match step {
                BeginStep::Start => match start(call) {
                    Start::Done(result) => return Poll::Ready(result),
                    Start::LookUp(looking_up) => *step = BeginStep::LookingUp(looking_up),
                    Start::Known(lookup) => {
                        if let Some(result) = open(call, &lookup, None) {
                            return Poll::Ready(result);
                        }
                        *step = BeginStep::Waiting;
                    }
                },
                BeginStep::LookingUp(looking_up) => {
                    let Stage::Preparing(preparing) = &call.stage else { return Poll::Ready(Ok(())) };
                    let lookup = ready!(looking_up.poll(&preparing.shared, task));
                    *step = BeginStep::Waiting;
                    if let Some(result) = open(call, &lookup, Some(Instant::now())) {
                        return Poll::Ready(result);
                    }
                }
                BeginStep::Waiting => {
                    let Stage::Open(operation) = &call.stage else { return Poll::Ready(Ok(())) };
                    let learned = ready!(operation.opening_receipt().poll(task));
                    return Poll::Ready(opened(call, learned));
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
fn start(call: &mut Call) -> Start {
    let preparing = match &mut call.stage {
        Stage::Preparing(preparing) => preparing,
        Stage::Refused(refused) => return Start::Done(Err(refused.clone())),
        _ => return Start::Done(Ok(())),
    };
    if let Some(problem) = preparing.opening.problem().cloned() {
        preparing.shared.counters.refused.add(1);
        let refused = call.refuse(RefusedKind::BadDocument, problem);
        call.stage = Stage::Refused(refused.clone());
        return Start::Done(Err(refused));
    }
    if preparing.shared.directory.is_none() {
        return Start::Known(Lookup::Missing);
    }
    let resource = preparing.opening.href().and_then(|href| href.parse::<AnyHref>().ok());
    match resource.and_then(|resource| LookingUp::start(&preparing.shared, resource)) {
        Some(looking_up) => Start::LookUp(Box::new(looking_up)),
        None => Start::Known(Lookup::Missing),
    }
}

/// Arms the guard and hands the opening over: since `handed_over`, or since it began. An answer when there is
/// nothing to wait for.
fn open(call: &mut Call, lookup: &Lookup, handed_over: Option<Instant>) -> Option<Result<(), Refused>> {
    let stage = std::mem::replace(&mut call.stage, Stage::Unrecorded);
    let Stage::Preparing(preparing) = stage else {
        call.stage = stage;
        return Some(Ok(()));
    };
    let Preparing { shared, opening, started, slot } = preparing;
    let fallback = matches!(lookup, Lookup::Failed);
    if fallback {
        shared.counters.acl_fallbacks.add(1);
    }
    if opening.truncated() {
        shared.counters.truncated.add(1);
    }
    let write_acl = |out: &mut Vec<u8>, context: &Context, plan: &Plan| {
        acl::of_event(lookup, context.caller(), plan.spec.allow_anon).write(out);
    };
    let Finished { document, kept, plan, context, identifiers } = opening.finish(write_acl, fallback);
    let kind = EntryKind::Opening { process: identifiers.process, deadline: identifiers.deadline };
    let entry = Entry { id: identifiers.id, document, kind };
    let room = call.room.take().map(|room| Arc::new(shrunk(room, entry.document.len())));
    let at_end = plan.outcomes().map(|outcomes| (outcomes, Item { room: room.clone(), ..kept_opening(entry.clone()) }));
    let waits = at_end.is_none();
    slot.hand_over();
    let operation = OperationState::new(shared, plan, context, identifiers, started, kept, fallback, at_end);
    let operation = Arc::new(operation);
    call.stage = Stage::Open(operation.clone());
    if !waits {
        return Some(Ok(()));
    }
    let Shared { queue, keeper, .. } = &*operation.shared;
    queue.push([Item {
        room,
        ..Item::since(handed_over.unwrap_or(started), entry, Ticket::Opening(operation.clone()))
    }]);
    keeper.watch();
    None
}

/// An opening that is stored with its closing, when the outcome is chosen.
fn kept_opening(entry: Entry) -> Item {
    Item::new(entry, Ticket::Kept(Arc::default()))
}

/// Whether the operation is nested and says that it runs unrecorded rather than not at all.
fn is_optional(call: &Call) -> bool {
    let Stage::Preparing(preparing) = &call.stage else { return false };
    preparing.opening.context().is_nested() && call.declaration.spec.on_nested_failure == NestedFailure::Continue
}

/// The part of a reservation that is really used.
fn shrunk(mut room: OwnedSemaphorePermit, bytes: usize) -> OwnedSemaphorePermit {
    let unused = room.num_permits().saturating_sub(bytes);
    drop(room.split(unused));
    room
}

/// What was answered about the opening.
fn opened(call: &mut Call, learned: Learned) -> Result<(), Refused> {
    if matches!(learned, Learned::Answered(Answer::Stored)) {
        return Ok(());
    }
    let Stage::Open(operation) = &call.stage else { return Ok(()) };
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
    if operation.context.is_nested() && operation.plan.spec.on_nested_failure == NestedFailure::Continue {
        tracing::warn!(event_type = operation.plan.spec.event_type, %reason, "a nested operation runs all the same");
        if !may_be_stored {
            operation.release();
            call.stage = Stage::Unrecorded;
        }
        // Where the opening may be stored its true closing follows it, and is dropped if it is not.
        return Ok(());
    }
    operation.shared.counters.refused.add(1);
    if may_be_stored {
        let failure = Failure::new(Reason::Refused).because(reason.clone());
        call.close(&Ending::Failed(failure));
    } else {
        operation.release();
        call.stage = Stage::Unrecorded;
    }
    Err(call.refuse(RefusedKind::Storage, reason))
}

fn too_late(operation: &OperationState) -> String {
    format!("its opening event was not {}: try again", operation.shared.acknowledged_in_time())
}

/// See [`Call::run`].
#[must_use = "futures do nothing unless polled"]
pub struct Running<'c, F> {
    call: &'c mut Call,
    /// What is current inside; none where nothing changes.
    inside: Option<Change>,
    body: Pin<&'c mut F>,
}

impl<F> fmt::Debug for Running<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("call", &self.call).finish_non_exhaustive()
    }
}

impl<F: Future> Future for Running<'_, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        let this = self.get_mut();
        let Some(inside) = &mut this.inside else { return this.body.as_mut().poll(task) };
        let polled = {
            let _swapped = swap(inside);
            catch_unwind(AssertUnwindSafe(|| this.body.as_mut().poll(task)))
        };
        match polled {
            Ok(polled) => polled,
            Err(panic) => panicked(this.call, panic),
        }
    }
}

/// The body's own poll unwound: the closing says so, and it goes on unwinding.
#[cold]
#[inline(never)]
pub(crate) fn panicked(call: &mut Call, panic: Box<dyn Any + Send>) -> ! {
    let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
    let failure = Failure::new(Reason::Panic);
    let failure = match said {
        Some(said) => failure.because(said),
        None => failure,
    };
    call.close(&Ending::Failed(failure));
    resume_unwind(panic)
}

/// See [`Call::finish`].
#[must_use = "futures do nothing unless polled"]
pub struct Finish<'c> {
    call: &'c mut Call,
    step: FinishStep,
}

impl fmt::Debug for Finish<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finish").finish_non_exhaustive()
    }
}

pub(crate) enum FinishStep {
    Start,
    LookingUp(Box<LookingUp>),
    Waiting,
}

impl Future for Finish<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<()> {
        let Self { call, step } = self.get_mut();
        step.poll(call, task)
    }
}

impl FinishStep {
    // Not inlined: the same code serves every handler.
    #[inline(never)]
    pub(crate) fn poll(&mut self, call: &mut Call, task: &mut Task<'_>) -> Poll<()> {
        let step = self;
        loop {
            match step {
                FinishStep::Start => match look_up_created(call) {
                    Some(looking_up) => *step = FinishStep::LookingUp(looking_up),
                    None => {
                        let ending = call.ending.clone().unwrap_or(Ending::COMPLETED);
                        call.close(&ending);
                        *step = FinishStep::Waiting;
                    }
                },
                FinishStep::LookingUp(looking_up) => {
                    let Stage::Open(operation) = &call.stage else { return Poll::Ready(()) };
                    let lookup = ready!(looking_up.poll(&operation.shared, task));
                    let fallback = matches!(lookup, Lookup::Failed);
                    if fallback {
                        operation.shared.counters.acl_fallbacks.add(1);
                    }
                    let acl = acl::of_event(&lookup, operation.context.caller(), operation.plan.spec.allow_anon);
                    if let Some(created) = &mut call.created {
                        created.acl = Some((acl.into(), fallback));
                    }
                    let ending = call.ending.clone().unwrap_or(Ending::COMPLETED);
                    call.close(&ending);
                    *step = FinishStep::Waiting;
                }
                FinishStep::Waiting => {
                    let Stage::Closed(operation) = &call.stage else { return Poll::Ready(()) };
                    let learned = ready!(operation.closing_receipt().poll(task));
                    if matches!(learned, Learned::Overdue | Learned::Withdrawn) {
                        operation.shared.counters.late_closings.add(1);
                        let id = operation.identifiers.id.closing();
                        tracing::warn!(%id, "a response goes out before its closing event is stored");
                    }
                    return Poll::Ready(());
                }
            }
        }
    }
}

/// An `add` that succeeded is visible to whoever sees what it added.
fn look_up_created(call: &Call) -> Option<Box<LookingUp>> {
    let Stage::Open(operation) = &call.stage else { return None };
    if call.ending.as_ref().is_some_and(|ending| ending.failure().is_some()) {
        return None;
    }
    let created = call.created.as_ref()?.href.parse().ok()?;
    LookingUp::start(&operation.shared, created).map(Box::new)
}
