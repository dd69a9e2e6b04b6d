//! Shared values that the compiler does not look into.

use std::{
    fmt,
    ops::Deref,
    sync::{Arc, Weak},
};

/// An [`Arc`] of something whose parts nobody sees from outside.
///
/// Whoever boxes or spawns a future asks whether all that it holds is `Send`. The compiler works that out from the parts,
/// and anew in each function that asks, all the way down: two milliseconds for what one operation holds, in every place
/// where a handler is registered. Here the answer stands in the type.
pub(crate) struct Opaque<T: 'static>(Arc<dyn Inside<T>>);

trait Inside<T>: Send + Sync {
    fn inside(&self) -> &T;
}

impl<T: Send + Sync> Inside<T> for T {
    #[inline]
    fn inside(&self) -> &T {
        self
    }
}

impl<T: Send + Sync> Opaque<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T> Opaque<T> {
    pub(crate) fn downgrade(&self) -> WeakOpaque<T> {
        WeakOpaque(Arc::downgrade(&self.0))
    }
}

/// What does not keep it alive.
pub(crate) struct WeakOpaque<T: 'static>(Weak<dyn Inside<T>>);

impl<T> Clone for WeakOpaque<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> WeakOpaque<T> {
    pub(crate) fn upgrade(&self) -> Option<Opaque<T>> {
        self.0.upgrade().map(Opaque)
    }
}

impl<T> Clone for Opaque<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// A call each time: what is asked often asks once.
impl<T> Deref for Opaque<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        (*self.0).inside()
    }
}

impl<T: fmt::Debug> fmt::Debug for Opaque<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
