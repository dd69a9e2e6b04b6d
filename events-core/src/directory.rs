//! Where the ACL of a resource is found.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    task::{Context as Task, Poll},
};

use crate::{
    acl::{Acl, Lookup},
    alarm::Alarm,
    current::{Change, Recording, swap, try_swap},
    href::AnyHref,
    limits::from_now,
    manager::Shared,
    opaque::Opaque,
    search::BoxFuture,
};

/// The application's resources, as far as events need them: who may see which.
///
/// It is asked once for an operation, before the handler runs (of what an `add` added, behind it), with recording switched
/// off and within a limit (200 ms by default). An error, a panic or a look-up that takes too long never fails the
/// operation: the event is then visible to administrators only and says so with `acl-fallback`.
///
/// ```
/// use std::{collections::HashMap, error::Error, sync::RwLock};
///
/// use events_core::{Acl, AnyHref, BoxFuture, ResourceDirectory};
///
/// /// The resources of a program that keeps them in memory.
/// struct Resources(RwLock<HashMap<String, Acl>>);
///
/// impl ResourceDirectory for Resources {
///     fn acl<'d>(
///         &'d self,
///         resource: &'d AnyHref,
///     ) -> BoxFuture<'d, Result<Option<Acl>, Box<dyn Error + Send + Sync>>> {
///         Box::pin(async move {
///             let resources = self.0.read().map_err(|_| "a writer panicked")?;
///             Ok(resources.get(resource.as_str()).cloned())
///         })
///     }
/// }
/// ```
pub trait ResourceDirectory: Send + Sync + 'static {
    /// The ACL of a resource; none when it does not exist. The future is dropped where it takes longer than the limit, or
    /// the call that it is for is cancelled.
    fn acl<'d>(
        &'d self,
        resource: &'d AnyHref,
    ) -> BoxFuture<'d, Result<Option<Acl>, Box<dyn std::error::Error + Send + Sync>>>;
}

type Answer = Result<Option<Acl>, Box<dyn std::error::Error + Send + Sync>>;

/// A look-up under way. Holds its own copies, so that it can wait beside anything.
pub(crate) struct LookingUp {
    /// Until it is dropped.
    future: Option<BoxFuture<'static, Answer>>,
    change: Change,
    until: Option<Alarm>,
}

impl LookingUp {
    /// Starts looking `resource` up; none when no directory is installed.
    pub(crate) fn start(shared: &Opaque<Shared>, resource: AnyHref) -> Option<Self> {
        let directory = shared.directory.clone()?;
        let future: BoxFuture<'static, Answer> = Box::pin(async move { directory.acl(&resource).await });
        Some(Self { future: Some(future), change: Change::recording(Recording::Off), until: None })
    }

    /// Polls it, under the manager's limit.
    pub(crate) fn poll(&mut self, shared: &Shared, task: &mut Task<'_>) -> Poll<Lookup> {
        let Some(future) = &mut self.future else { return Poll::Ready(Lookup::Failed) };
        let polled = {
            let _swapped = swap(&mut self.change);
            catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(task)))
        };
        match polled {
            Ok(Poll::Ready(Ok(Some(acl)))) => Poll::Ready(Lookup::Found(acl)),
            Ok(Poll::Ready(Ok(None))) => Poll::Ready(Lookup::Missing),
            Ok(Poll::Ready(Err(error))) => {
                tracing::warn!(%error, "looking up an ACL failed: administrators only");
                Poll::Ready(Lookup::Failed)
            }
            Err(_panic) => {
                tracing::error!("looking up an ACL panicked: administrators only");
                Poll::Ready(Lookup::Failed)
            }
            Ok(Poll::Pending) => {
                let until = self.until.get_or_insert_with(|| Alarm::at(from_now(shared.limits.acl_lookup)));
                if !until.is_over(&shared.keeper, task) {
                    return Poll::Pending;
                }
                tracing::warn!("looking up an ACL took too long: administrators only");
                Poll::Ready(Lookup::Failed)
            }
        }
    }
}

impl Drop for LookingUp {
    /// It goes as it was polled: recording nothing, and what it panics at is caught.
    fn drop(&mut self) {
        let future = self.future.take();
        // Where it is not possible, it was never polled, and this must not panic.
        let _swapped = try_swap(&mut self.change);
        if catch_unwind(AssertUnwindSafe(|| drop(future))).is_err() {
            tracing::error!("dropping the look-up of an ACL panicked");
        }
    }
}
