//! Whether an event fits a resource whose type only the compiler knows.
//!
//! Where the type is written, a constant is evaluated that names the nearest operation. Where it is inferred, no constant
//! can be: there the names are numbers in the types, so that the check is one of bounds.

use std::marker::PhantomData;

use crate::href::{Designates, Untyped};

/// Implemented for every event that a resource type declares: hashes of the resource type and of the operation.
pub trait Declares<const RESOURCE_TYPE: u64, const OPERATION: u64> {}

/// What is known of a string is known when the program runs.
impl<const RESOURCE_TYPE: u64, const OPERATION: u64> Declares<RESOURCE_TYPE, OPERATION> for Untyped {}

/// Stands for a resource type.
#[derive(Debug)]
pub struct Of<R: ?Sized>(PhantomData<fn(&R)>);

/// Stands for the type of a value that designates a resource.
#[derive(Debug)]
pub struct Named<V: ?Sized>(PhantomData<fn(&V)>);

impl<V: ?Sized> Named<V> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

impl<V: Designates + ?Sized> Named<V> {
    /// What it designates.
    #[inline]
    pub fn of(self) -> Of<V::Resource> {
        Of(PhantomData)
    }
}

/// Where it designates nothing, which is reported where it is used, nothing else is wrong with it.
pub trait NotNamed: Sized {
    /// Fits everything.
    fn of(self) -> Of<Untyped> {
        Of(PhantomData)
    }
}

impl<V: ?Sized> NotNamed for Named<V> {}
