//! Who acts and under which event: the context that operations are recorded in.
//!
//! It is kept in a thread-local that [`Scoped`] futures swap in around each poll, so it follows a future
//! from thread to thread on any executor, and ends where another task is spawned.

use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context as Task, Poll},
};

use pin_project_lite::pin_project;

use crate::{
    id::EventId,
    identity::{Caller, Claim},
    manager::EventManager,
    operation::OperationHandle,
};

/// Who acts, in which trace, and below which event.
///
/// The HTTP layer puts one around every request; [`scope`] does it by hand, [`spawn`](crate::spawn)
/// and [`Context::current`] carry it into tasks, threads and jobs.
///
/// ```
/// use events_core::{Caller, Context};
///
/// let request = Context::new(Caller::user("user/jane")?).with_trace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
/// let sweeper = Context::internal("retention");
/// # let _ = (request, sweeper);
/// # Ok::<(), events_core::InvalidClaim>(())
/// ```
#[derive(Clone, Debug)]
pub struct Context {
    place: Place,
    /// An operation runs here that is not recorded, inside the one of the place.
    unrecorded: bool,
}

#[derive(Clone, Debug)]
enum Place {
    /// In no operation of this process.
    Outside(Arc<Identity>),
    /// In an operation; as whoever it is recorded for, where this names nobody.
    Inside(Option<Arc<Identity>>, OperationHandle),
}

#[derive(Clone, Debug)]
struct Identity {
    caller: Caller,
    /// The fields `authn-info` and `traceparent` as they are written into every event of this context, each with
    /// the comma before it.
    authn_info: Box<[u8]>,
    traceparent: Box<[u8]>,
    /// What the caller named: the event below which operations of this context stand, and its root.
    under: Option<(EventId, EventId)>,
    /// Who wants to know the first operation.
    first: Option<FirstOperation>,
}

/// Learns which operation was recorded first in a context: the outermost one of a request.
///
/// ```
/// use events_core::{Context, FirstOperation};
///
/// let first = FirstOperation::default();
/// let request = Context::anonymous().telling(&first);
/// assert_eq!(first.id(), None); // nothing has begun in it yet
/// # let _ = request;
/// ```
#[derive(Clone, Debug, Default)]
pub struct FirstOperation(Arc<OnceLock<EventId>>);

impl FirstOperation {
    /// The id of its opening; none before one is stored.
    pub fn id(&self) -> Option<EventId> {
        self.0.get().copied()
    }
}

impl Context {
    /// A caller acts.
    pub fn new(caller: Caller) -> Self {
        // A caller is claims: strings without anything that could fail to serialise.
        let written = serde_json::to_vec(&caller).unwrap_or_else(|_| b"{}".to_vec());
        let authn_info = [b",\"authn-info\":", written.as_slice()].concat().into();
        Self {
            place: Place::Outside(Arc::new(Identity {
                caller,
                authn_info,
                traceparent: Box::default(),
                under: None,
                first: None,
            })),
            unrecorded: false,
        }
    }

    fn identity(&self) -> &Arc<Identity> {
        match &self.place {
            Place::Outside(identity) | Place::Inside(Some(identity), _) => identity,
            Place::Inside(None, operation) => operation.context.identity(),
        }
    }

    fn identity_mut(&mut self) -> &mut Identity {
        Arc::make_mut(match &mut self.place {
            Place::Outside(identity) => identity,
            Place::Inside(own, operation) => own.get_or_insert_with(|| operation.context.identity().clone()),
        })
    }

    /// Nobody in particular acts, on purpose.
    pub fn anonymous() -> Self {
        Self::new(Caller::anonymous())
    }

    /// The server itself acts, as `internal/<purpose>` with the rights of an administrator.
    pub fn internal(purpose: &str) -> Self {
        let mut caller = Caller::internal();
        let named: Option<Claim> = format!("internal/{purpose}").parse().ok();
        if named.is_some() {
            caller.user_id = named;
        }
        Self::new(caller)
    }

    /// The same with a W3C `traceparent`; one that is not well-formed is left out.
    pub fn with_trace(mut self, traceparent: &str) -> Self {
        if is_traceparent(traceparent) {
            // Hexadecimal digits and hyphens: nothing to escape.
            let written = format!(",\"traceparent\":\"{traceparent}\"").into_bytes();
            self.identity_mut().traceparent = written.into();
        }
        self
    }

    /// The same, and `first` learns the first operation that is recorded in it.
    pub fn telling(mut self, first: &FirstOperation) -> Self {
        self.identity_mut().first = Some(first.clone());
        self
    }

    /// The same below an event that was recorded elsewhere: in another process, before a restart.
    pub fn under(self, parent: EventId, root: EventId) -> Self {
        let mut identity = self.identity().clone();
        // So that the identity need not be copied where nothing else has it.
        drop(self);
        Arc::make_mut(&mut identity).under = Some((parent, root));
        Self { place: Place::Outside(identity), unrecorded: false }
    }

    /// The context here, with the operation that runs here as the parent of what follows.
    pub fn current() -> Option<Self> {
        try_with_current(|current| current.context.clone()).flatten()
    }

    /// Who acts.
    pub fn caller(&self) -> &Caller {
        &self.identity().caller
    }

    /// `,"authn-info":{…}`.
    pub(crate) fn authn_info(&self) -> &[u8] {
        &self.identity().authn_info
    }

    /// `,"traceparent":"…"`; empty where there is none.
    pub(crate) fn traceparent(&self) -> &[u8] {
        &self.identity().traceparent
    }

    /// The W3C `traceparent`, where there is one.
    pub(crate) fn trace(&self) -> Option<&str> {
        let written = self.identity().traceparent.strip_prefix(b",\"traceparent\":\"")?.strip_suffix(b"\"")?;
        std::str::from_utf8(written).ok()
    }

    pub(crate) fn operation(&self) -> Option<&OperationHandle> {
        match &self.place {
            Place::Outside(_) => None,
            Place::Inside(_, operation) => Some(operation),
        }
    }

    /// Parent and root of what is recorded here: the nearest recorded ancestor.
    pub(crate) fn lineage(&self) -> Option<(EventId, EventId)> {
        match &self.place {
            Place::Outside(identity) => identity.under,
            Place::Inside(_, operation) => operation.lineage(),
        }
    }

    /// One that says nothing else stands below the operation that runs here.
    pub(crate) fn placed(self, here: Option<&Self>) -> Self {
        match here {
            Some(Self { place: Place::Inside(_, operation), unrecorded }) if self.lineage().is_none() => {
                Self { place: Place::Inside(Some(self.identity().clone()), operation.clone()), unrecorded: *unrecorded }
            }
            _ => self,
        }
    }

    /// For an operation that has begun: it knows itself who acts, its parent and its root, and keeps none of the
    /// operations that it stands in. Where each of many starts the next, memory would have them all.
    pub(crate) fn apart(self) -> Self {
        let identity = match self.place {
            Place::Outside(identity) | Place::Inside(Some(identity), _) => identity,
            Place::Inside(None, operation) => operation.context.identity().clone(),
        };
        Self { place: Place::Outside(identity), unrecorded: false }
    }

    /// Whether an operation of this process waits for what happens here. What it left behind when it ended, and
    /// what stands below an event that was recorded elsewhere, is on its own.
    pub(crate) fn is_nested(&self) -> bool {
        self.operation().is_some_and(|operation| !operation.has_ended())
    }

    /// Where the handler of an operation runs.
    pub(crate) fn inside(operation: OperationHandle) -> Self {
        if let Some(first) = &operation.context.identity().first
            && operation.at_end.is_none()
        {
            // The outermost one begins before all others.
            let _ = first.0.set(operation.identifiers.id);
        }
        Self { place: Place::Inside(None, operation), unrecorded: false }
    }

    /// Inside an operation that is not recorded: what follows still stands below the recorded one.
    pub(crate) fn inside_unrecorded(&self) -> Self {
        Self { unrecorded: true, ..self.clone() }
    }

    /// The operation that runs here, where it is recorded.
    pub(crate) fn recorded(&self) -> Option<&OperationHandle> {
        self.operation().filter(|_| !self.unrecorded)
    }
}

/// `00-<32 hex>-<16 hex>-<2 hex>`, ids not all zero. Source: W3C Trace Context, section 3.2.
fn is_traceparent(text: &str) -> bool {
    let hex = |part: &str, len: usize| {
        part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let parts: Vec<&str> = text.split('-').collect();
    match parts[..] {
        [version, trace, parent, flags] => {
            hex(version, 2)
                && version != "ff"
                && hex(trace, 32)
                && hex(parent, 16)
                && hex(flags, 2)
                && trace.bytes().any(|byte| byte != b'0')
                && parent.bytes().any(|byte| byte != b'0')
        }
        _ => false,
    }
}

/// What is current on a thread.
#[derive(Debug, Default)]
pub(crate) struct Current {
    pub(crate) manager: Option<EventManager>,
    pub(crate) context: Option<Context>,
    pub(crate) recording: Recording,
}

/// Whether operations that begin here are recorded.
#[derive(Clone, Debug, Default)]
pub(crate) enum Recording {
    #[default]
    On,
    /// Nothing is: an ACL is being looked up.
    Off,
    /// The next operation with this name is not; those nested in it are.
    AllBut(Arc<Skip>),
}

/// One operation that is not to be recorded.
#[derive(Debug)]
pub(crate) struct Skip {
    pub(crate) operation: &'static str,
    pub(crate) used: AtomicBool,
}

impl Skip {
    pub(crate) fn takes(&self, operation: &str) -> bool {
        let matches = self.operation == operation || self.operation.is_empty();
        matches && !self.used.swap(true, Ordering::Relaxed)
    }
}

thread_local! {
    static CURRENT: RefCell<Current> = const { RefCell::new(Current { manager: None, context: None, recording: Recording::On }) };
}

/// Reads what is current.
pub(crate) fn with_current<T>(read: impl FnOnce(&Current) -> T) -> T {
    CURRENT.with(|current| read(&current.borrow()))
}

/// The same; none on a thread that is ending.
pub(crate) fn try_with_current<T>(read: impl FnOnce(&Current) -> T) -> Option<T> {
    CURRENT.try_with(|current| read(&current.borrow())).ok()
}

/// What a future changes of what is current while it is polled: what is `None` here stays as it is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    manager: Option<Option<EventManager>>,
    context: Option<Option<Context>>,
    recording: Option<Recording>,
    /// The context takes its place where it is polled first.
    to_be_placed: bool,
}

impl Change {
    pub(crate) fn manager(manager: EventManager) -> Self {
        Self { manager: Some(Some(manager)), ..Self::default() }
    }

    pub(crate) fn context(context: Context) -> Self {
        Self { context: Some(Some(context)), ..Self::default() }
    }

    pub(crate) fn recording(recording: Recording) -> Self {
        Self { recording: Some(recording), ..Self::default() }
    }
}

/// Undoes a change when it is dropped.
pub(crate) struct Swapped<'c>(&'c mut Change);

/// Makes a change until the guard is dropped.
///
/// # Panics
/// What is current is being read: see [`try_swap`].
pub(crate) fn swap(change: &mut Change) -> Swapped<'_> {
    try_swap(change).unwrap_or_else(|| {
        panic!("nothing can be recorded here: what is current is being read, as it is when a `Clock` is asked")
    })
}

/// The same; none while what is current is being read. A given clock is what an application is asked for then.
fn try_swap(change: &mut Change) -> Option<Swapped<'_>> {
    if change.swap() { Some(Swapped(change)) } else { None }
}

impl Change {
    /// Takes what is current, and puts there what was here. Answers whether that was possible.
    fn swap(&mut self) -> bool {
        let swapped = CURRENT.try_with(|current| {
            let Ok(mut current) = current.try_borrow_mut() else { return false };
            if let Some(manager) = &mut self.manager {
                std::mem::swap(&mut current.manager, manager);
            }
            if let Some(context) = &mut self.context {
                std::mem::swap(&mut current.context, context);
            }
            if let Some(recording) = &mut self.recording {
                std::mem::swap(&mut current.recording, recording);
            }
            true
        });
        // A thread that is ending has no current any more: then there is nothing to swap with.
        swapped.unwrap_or(true)
    }
}

impl Drop for Swapped<'_> {
    fn drop(&mut self) {
        self.0.swap();
    }
}

pin_project! {
    /// A future that runs in a context. See [`scope`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Scoped<F> {
        change: Change,
        // Gone once it is dropped inside its scope.
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for Scoped<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            // Where it was not possible, polling has panicked, and this must not.
            let _swapped = try_swap(this.change);
            this.future.set(None);
        }
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        if std::mem::take(&mut this.change.to_be_placed) {
            let (context, here) = (this.change.context.take().flatten(), Context::current());
            this.change.context = context.map(|context| Some(context.placed(here.as_ref())));
        }
        let _swapped = swap(this.change);
        match this.future.as_mut().as_pin_mut() {
            Some(future) => future.poll(task),
            None => Poll::Pending,
        }
    }
}

/// Runs a future in a context: every annotated handler it calls is recorded as done by that caller. Inside an
/// operation, what it records stands below that operation, unless the context says another place.
///
/// Cancel-safe in as far as `future` is.
///
/// ```
/// use events_core::{Caller, Context, scope};
///
/// # async fn handler() {}
/// # async fn demo() -> Result<(), events_core::InvalidClaim> {
/// scope(Context::new(Caller::user("user/jane")?), handler()).await;
/// # Ok(())
/// # }
/// ```
pub fn scope<F: Future>(context: Context, future: F) -> Scoped<F> {
    scoped(Change { to_be_placed: true, ..Change::context(context) }, future)
}

pub(crate) fn scoped<F: Future>(change: Change, future: F) -> Scoped<F> {
    Scoped { change, future: Some(future) }
}

/// A future that carries what is current here to wherever it runs: another task, another thread.
///
/// ```
/// # async fn notify() {}
/// # async fn demo() {
/// let carried = events_core::carried(notify());
/// std::thread::spawn(move || { let _ = carried; });
/// # }
/// ```
pub fn carried<F: Future>(future: F) -> Scoped<F> {
    let carried = with_current(|current| Change {
        manager: current.manager.clone().map(Some),
        context: current.context.clone().map(Some),
        recording: Some(current.recording.clone()),
        to_be_placed: false,
    });
    scoped(carried, future)
}

/// [`tokio::spawn`] that carries the context into the task.
///
/// # Panics
/// Outside a tokio runtime, as `tokio::spawn` does.
pub fn spawn<F>(future: F) -> tokio::task::JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(carried(future))
}
