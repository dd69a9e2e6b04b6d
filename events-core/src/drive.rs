//! The whole life of a call behind one await: opening, body, reading the ending, closing.
//!
//! An expansion awaits once, and what is compiled for each handler is a few lines around functions that serve
//! them all: what the attribute costs the compiler is decided here.

use std::{
    any::Any,
    fmt::{self, Display},
    future::Future,
    marker::PhantomData,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context as Task, Poll, ready},
};

use pin_project_lite::pin_project;

use crate::{
    context::Context,
    current::{Change, swap, with_current},
    declaration::EventDeclaration,
    guard::{BeginStep, FinishStep, Guard, PayloadRoom, panicked},
    opaque::OpaqueBox,
    opening::Opening,
    outcome::{Ending, Outcome, Reason},
    prepare::{Verdict, verdict},
    refused::Refused,
    spare,
};

/// One call of an annotated handler: nothing where nothing is recorded and nothing that is current changes.
///
/// A pointer, so that a handler's future does not carry what is behind it and the compiler does not look into that.
#[derive(Debug)]
pub struct Call(Option<OpaqueBox<Life>>);

/// How far a call is. Its guard goes last.
pub(crate) struct Life {
    step: Step,
    guard: Guard,
}

impl fmt::Debug for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.guard.fmt(f)
    }
}

impl Call {
    /// A call in the current context.
    pub fn new(declaration: &'static EventDeclaration) -> Self {
        Self::of(declaration, None)
    }

    /// A call in a context that the handler names.
    pub fn in_context(declaration: &'static EventDeclaration, context: Context) -> Self {
        Self::of(declaration, Some(Box::new(context)))
    }

    #[inline]
    fn of(declaration: &'static EventDeclaration, given: Option<Box<Context>>) -> Self {
        with_current(|current| {
            let verdict = verdict(declaration, current, given.as_deref());
            // In a recorded operation something changes: its closing must not say what this body says.
            let is_plain = matches!(verdict, Verdict::Unrecorded) && given.is_none();
            if is_plain && current.context.as_ref().and_then(Context::recorded).is_none() {
                return Self(None);
            }
            let mut life = spare::take().unwrap_or_else(|| {
                OpaqueBox::new(Life { step: Step::Opening(BeginStep::Start), guard: Guard::new(declaration) })
            });
            life.guard.begin(declaration, given, verdict);
            Self(Some(life))
        })
    }

    /// The opening to be filled in; none when nothing is recorded of this call.
    pub fn opening(&mut self) -> Option<&mut Opening> {
        self.0.as_deref_mut()?.guard.opening()
    }

    /// Waits until there is room in memory for the payload that the opening is to carry.
    ///
    /// # Errors
    /// There was none within the limit for openings. Cancel-safe: nothing is recorded yet.
    pub fn room(&mut self) -> PayloadRoom<'_> {
        PayloadRoom::of(self.0.as_deref_mut().map(|life| &mut life.guard))
    }

    /// Stores the opening, runs the body, reads from its value how it ended, and stores the closing.
    ///
    /// Cancel-safe: dropped while the opening is stored, the trail holds the opening and a closing, or neither; dropped
    /// in the body, the guard says `cancelled`; dropped behind it, the closing says how it ended.
    pub fn drive<F: Future>(self, body: F, refused: fn(Refused) -> F::Output, read: Read<F::Output>) -> Drive<F> {
        Drive { body, around: Around { out: None, call: self, refused, read } }
    }
}

impl Call {
    /// The body goes now, where it ran: inside the operation, until this goes too.
    #[inline(never)]
    fn go(&mut self) {
        if let Some(life) = &mut self.0
            && let Step::Running(Some(inside)) = &mut life.step
        {
            let mut change = std::mem::take(inside);
            if change.swap() {
                life.step = Step::Going(change);
            }
        }
    }
}

impl Drop for Call {
    /// Hands over the closing that is due, see [`Guard`]; its memory is kept for the next call.
    #[inline(never)]
    fn drop(&mut self) {
        if let Some(mut life) = self.0.take() {
            life.clear();
            spare::keep(life);
        }
    }
}

pin_project! {
    /// See [`Call::drive`]. The body goes before what closes the call.
    #[must_use = "futures do nothing unless polled"]
    pub struct Drive<F: Future> {
        #[pin]
        body: F,
        around: Around<F::Output>,
    }

    impl<F: Future> PinnedDrop for Drive<F> {
        fn drop(this: Pin<&mut Self>) {
            this.project().around.call.go();
        }
    }
}

impl<F: Future> fmt::Debug for Drive<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drive").field("call", &self.around.call).finish_non_exhaustive()
    }
}

impl<F: Future> Future for Drive<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.around.poll(this.body, task)
    }
}

/// What goes on around a body: compiled once for all handlers that return the same.
struct Around<T> {
    /// It may own operations: dropped here, it goes before what closes the call.
    out: Option<T>,
    call: Call,
    refused: fn(Refused) -> T,
    read: Read<T>,
}

impl<T> Around<T> {
    #[inline(never)]
    fn poll(&mut self, mut body: Pin<&mut (dyn Future<Output = T> + '_)>, task: &mut Task<'_>) -> Poll<T> {
        let Self { call, refused, read, out } = self;
        let Some(life) = &mut call.0 else { return body.poll(task) };
        if out.is_none() {
            let mut poll = |task: &mut Task<'_>| body.as_mut().poll(task).map(|value| *out = Some(value));
            if let Err(why) = ready!(life.open_and_run(task, &mut poll)) {
                return Poll::Ready(refused(why));
            }
            if let Some(out) = out {
                read.tell(&mut life.guard, out);
            }
        }
        ready!(life.close(task));
        match out.take() {
            Some(out) => Poll::Ready(out),
            // It is there until it is taken here; a future may do anything when it is polled after that.
            None => Poll::Pending,
        }
    }
}

enum Step {
    Opening(BeginStep),
    Running(Option<Change>),
    /// The body is dropped in the middle.
    Going(Change),
    Closing(FinishStep),
}

/// One poll of a body whose value goes elsewhere.
type PollBody<'p> = &'p mut dyn FnMut(&mut Task<'_>) -> Poll<()>;

impl Life {
    /// As good as new.
    fn clear(&mut self) {
        let Self { step, guard } = self;
        if let Step::Going(outside) = step {
            outside.swap();
        }
        *step = Step::Opening(BeginStep::Start);
        guard.clear();
    }

    /// Until the body is ready.
    #[inline(never)]
    fn open_and_run(&mut self, task: &mut Task<'_>, body: PollBody<'_>) -> Poll<Result<(), Refused>> {
        let Self { step, guard } = self;
        if let Step::Opening(begin) = step {
            if let Err(refused) = ready!(begin.poll(guard, task)) {
                // Polled after this, the body must not run.
                *step = Step::Closing(FinishStep::Waiting);
                return Poll::Ready(Err(refused));
            }
            *step = Step::Running(guard.inside());
        }
        if let Step::Running(inside) = step {
            match inside {
                None => ready!(body(task)),
                Some(inside) => match poll_inside(inside, task, body) {
                    Ok(polled) => ready!(polled),
                    Err(panic) => panicked(guard, panic),
                },
            }
            *step = Step::Closing(FinishStep::Start);
        }
        Poll::Ready(Ok(()))
    }

    /// Until the closing is stored, or its limit is over.
    #[inline(never)]
    fn close(&mut self, task: &mut Task<'_>) -> Poll<()> {
        match &mut self.step {
            Step::Closing(finish) => finish.poll(&mut self.guard, task),
            Step::Opening(_) | Step::Running(_) | Step::Going(_) => Poll::Ready(()),
        }
    }
}

fn poll_inside(inside: &mut Change, task: &mut Task<'_>, body: PollBody<'_>) -> Result<Poll<()>, Box<dyn Any + Send>> {
    let _swapped = swap(inside);
    catch_unwind(AssertUnwindSafe(|| body(task)))
}

/// How the ending is read from a handler's value.
pub enum Read<T> {
    /// By the first that has an answer: what the type is known to say ([`Says`]), most telling first.
    Told([Tell<T>; 4]),
    /// By a function.
    By(fn(&mut Guard, &T)),
}

/// What a type says of an ending, if it says anything.
pub type Tell<T> = Option<fn(&T) -> Option<Ending>>;

impl<T> fmt::Debug for Read<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Read")
    }
}

impl<T> Read<T> {
    fn tell(&self, guard: &mut Guard, out: &T) {
        if !guard.is_open() {
            return;
        }
        // Unless what is asked says so: it may panic.
        guard.ended(Ending::failed(Reason::Panic));
        match self {
            Self::Told(tells) => {
                let ending = first(tells, out);
                guard.ended(ending.unwrap_or(Ending::COMPLETED));
            }
            Self::By(read) => read(guard, out),
        }
    }
}

/// What the first one says that says anything. Not by an iterator: that would be compiled for each return type.
fn first<T>(mut tells: &[Tell<T>], out: &T) -> Option<Ending> {
    while let [tell, others @ ..] = tells {
        if let Some(tell) = tell
            && let Some(ending) = tell(out)
        {
            return Some(ending);
        }
        tells = others;
    }
    None
}

/// What a return type can say: inherent constants where it, or its parts, fit; else those of [`Silent`]. So the
/// compiler looks each of them up once.
pub struct Says<T: ?Sized>(PhantomData<fn(&T)>);

impl<T: ?Sized> fmt::Debug for Says<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Says")
    }
}

impl<T: Outcome, E> Says<Result<T, E>> {
    /// The value of an ok.
    pub const OK: Tell<Result<T, E>> = Some(|out| match out {
        Ok(value) => Some(value.ending()),
        Err(_) => None,
    });
}

impl<T, E: Outcome> Says<Result<T, E>> {
    /// An error that is an outcome.
    pub const ERROR: Tell<Result<T, E>> = Some(|out| match out {
        Ok(_) => None,
        Err(error) => Some(error.ending()),
    });
}

impl<T, E: Display> Says<Result<T, E>> {
    /// An error that says what it is.
    pub const SHOWN: Tell<Result<T, E>> = Some(|out| match out {
        Ok(_) => None,
        Err(error) => Some(Ending::from_error(error)),
    });
}

impl<T: Outcome> Says<T> {
    /// An outcome.
    pub const WHOLE: Tell<T> = Some(|out| Some(out.ending()));
}

/// No result is an outcome, so that one name serves both.
impl<T, E> Says<Result<T, E>> {
    /// Any other error.
    pub const WHOLE: Tell<Result<T, E>> = Some(|out| match out {
        Ok(_) => None,
        Err(_) => Some(Ending::failed(Reason::Error)),
    });
}

/// See [`Says`].
pub trait Silent {
    /// The type.
    type Of;
    /// Nothing.
    const OK: Tell<Self::Of> = None;
    /// Nothing.
    const ERROR: Tell<Self::Of> = None;
    /// Nothing.
    const SHOWN: Tell<Self::Of> = None;
    /// Nothing.
    const WHOLE: Tell<Self::Of> = None;
}

impl<T> Silent for Says<T> {
    type Of = T;
}
