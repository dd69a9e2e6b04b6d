//! Values that the compiler does not look into where they are used.

use std::{
    fmt,
    ops::{Deref, DerefMut},
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

/// A [`Box`] of something whose parts nobody sees from outside.
///
/// For the same reason, and another one: what drops a value is compiled wherever one is dropped, for each part of the
/// program anew. Here it is one call.
pub(crate) struct OpaqueBox<T: 'static>(Box<dyn InsideMut<T>>);

trait InsideMut<T>: Send {
    fn inside(&self) -> &T;
    fn inside_mut(&mut self) -> &mut T;
}

impl<T: Send> InsideMut<T> for T {
    #[inline]
    fn inside(&self) -> &T {
        self
    }

    #[inline]
    fn inside_mut(&mut self) -> &mut T {
        self
    }
}

impl<T: Send> OpaqueBox<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Box::new(value))
    }
}

impl<T> Deref for OpaqueBox<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        (*self.0).inside()
    }
}

impl<T> DerefMut for OpaqueBox<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        (*self.0).inside_mut()
    }
}

impl<T: fmt::Debug> fmt::Debug for OpaqueBox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
