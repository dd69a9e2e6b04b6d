//! Recording a direct event.

use std::{
    borrow::Cow,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context as Task, Poll},
};

use crate::{
    declaration::EventDeclaration,
    direct::{EventFor, prepare, record, say},
    href::Designates,
    id::EventId,
    opening::Opening,
    refused::Refused,
    search::BoxFuture,
};

/// Records a direct event about a resource.
///
/// Outside an operation it is durable when this returns. Inside one it is queued behind the opening:
/// once the operation has begun its events are stored, sooner or later. Where its type is switched off,
/// nothing is recorded and the answer is none.
///
/// # Errors
/// [`Refused`]: it was not recorded, as for an operation.
///
/// Cancel-safe: dropped, it is recorded or not, never half.
pub fn emit<V, D>(resource: &V, details: D) -> Emit<'_, V, D>
where
    V: Designates + ?Sized,
    D: EventFor<V::Resource>,
{
    let written = Written { declaration: D::DECLARATION, href: V::href, say: say::<D> };
    Emit { resource, given: Some((details, written)), recording: None }
}

/// What [`emit`] returns. It demands nothing of its types, so that what is wrong with them is said once, where `emit` is
/// called.
#[must_use = "futures do nothing unless polled"]
pub struct Emit<'r, V: ?Sized, D> {
    resource: &'r V,
    /// Until it is first polled.
    given: Option<(D, Written<V, D>)>,
    /// From then on, where something is recorded.
    recording: Option<BoxFuture<'static, Result<Option<EventId>, Refused>>>,
}

/// How an event is written.
struct Written<V: ?Sized, D> {
    declaration: &'static EventDeclaration,
    href: fn(&V) -> Cow<'_, str>,
    say: fn(&D, &mut Opening),
}

/// The details are never pinned.
impl<V: ?Sized, D> Unpin for Emit<'_, V, D> {}

impl<V: ?Sized, D> fmt::Debug for Emit<'_, V, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Emit")
    }
}

impl<V: ?Sized, D> Future for Emit<'_, V, D> {
    type Output = Result<Option<EventId>, Refused>;

    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        if let Some((details, Written { declaration, href, say })) = self.given.take() {
            let prepared = prepare(declaration, Some(href(self.resource)), &|opening| say(&details, opening));
            drop(details);
            match prepared {
                Ok(Some(prepared)) => self.recording = Some(Box::pin(record(declaration, prepared))),
                Ok(None) => return Poll::Ready(Ok(None)),
                Err(refused) => return Poll::Ready(Err(refused)),
            }
        }
        // A future may do anything when it is polled after its end.
        self.recording.as_mut().map_or(Poll::Pending, |recording| recording.as_mut().poll(task))
    }
}
