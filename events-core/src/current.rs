//! What is current where code runs: the manager, the context, and whether anything is recorded.
//!
//! It is kept in a thread-local that [`Scoped`] futures swap in around each poll, so it follows a future
//! from thread to thread on any executor, and ends where another task is spawned.

use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context as Task, Poll},
};

use pin_project_lite::pin_project;

use crate::{context::Context, manager::EventManager};

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
pub(crate) fn try_swap(change: &mut Change) -> Option<Swapped<'_>> {
    if change.swap() { Some(Swapped(change)) } else { None }
}

impl Change {
    /// Takes what is current, and puts there what was here. Answers whether that was possible.
    pub(crate) fn swap(&mut self) -> bool {
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

/// A future that carries what is current here to wherever it runs: another task, another thread. It is as cancel-safe as
/// the future in it.
///
/// ```
/// use events_core::{Caller, Claim, Context, carried, scope};
/// use tokio::runtime::Runtime;
///
/// async fn who() -> Option<Claim> {
///     Context::current()?.caller().user_id.clone()
/// }
///
/// let jane = Context::new(Caller::user("user/jane")?);
/// # Runtime::new()?.block_on(async {
/// let thread = scope(jane, async {
///     let who = carried(who());
///     std::thread::spawn(move || Runtime::new().map(|runtime| runtime.block_on(who)))
/// });
/// let answer = thread.await.join().expect("it does not panic")?;
/// assert_eq!(answer.as_ref().map(Claim::as_str), Some("user/jane"));
/// # Ok::<(), std::io::Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
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

/// [`tokio::spawn`] that carries the context into the task: what it records belongs to the operation that spawned it. The
/// task goes on where its handle is dropped.
///
/// # Panics
/// Outside a tokio runtime, as `tokio::spawn` does.
///
/// ```
/// use events_core::{Context, scope, spawn};
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let is_carried = scope(Context::internal("backups"), async {
///     spawn(async { Context::current().is_some() }).await
/// });
/// assert!(is_carried.await?);
/// # Ok::<(), tokio::task::JoinError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn spawn<F>(future: F) -> tokio::task::JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(carried(future))
}
