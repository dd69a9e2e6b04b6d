//! Whether an event fits a resource whose type only the compiler knows.
//!
//! Where the type is written, a constant is evaluated that names the nearest operation. Where it is inferred, no constant
//! can be: there the names are numbers in the types, so that the check is one of bounds.

use std::marker::PhantomData;

use crate::{
    category::Category,
    href::{Designates, Resource, Untyped},
};

/// A name as a number: FNV-1a, 64 bits. The macros do the same.
pub(crate) const fn fingerprint(name: &str) -> u64 {
    let (bytes, mut at, mut hash) = (name.as_bytes(), 0, 0xcbf2_9ce4_8422_2325);
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

/// Implemented for every event that a resource type declares: hashes of the resource type and of the operation.
pub trait Declares<const RESOURCE_TYPE: u64, const OPERATION: u64> {}

/// What is known of a string is known when the program runs.
impl<const RESOURCE_TYPE: u64, const OPERATION: u64> Declares<RESOURCE_TYPE, OPERATION> for Untyped {}

/// The names of an event, as numbers.
#[derive(Debug)]
pub enum Key<const RESOURCE_TYPE: u64, const OPERATION: u64> {}

/// A type that stands for an event. It has a name that may be shown, and its key has not.
pub trait Event {
    /// A [`Key`].
    type Key;
}

/// The same as [`Declares`].
pub trait DeclaresKey<Key> {}

impl<const RESOURCE_TYPE: u64, const OPERATION: u64, R> DeclaresKey<Key<RESOURCE_TYPE, OPERATION>> for R where
    R: Declares<RESOURCE_TYPE, OPERATION> + ?Sized
{
}

/// A resource type that declares an event.
#[diagnostic::on_unimplemented(
    message = "this event is none of a `{Self}` [EVT054]",
    label = "not its resource type, or not an operation that it declares",
    note = "write an event that `{Self}` declares, or name the resource that is meant with `resource = <expression>`"
)]
pub trait Fits<E> {
    /// Nothing is done.
    #[inline]
    fn check(_: Of<Self>) {}
}

#[diagnostic::do_not_recommend]
impl<E: Event, R: DeclaresKey<E::Key> + ?Sized> Fits<E> for R {}

/// Stands for a resource type, or for a category.
#[derive(Debug)]
pub struct Of<R: ?Sized>(PhantomData<fn(&R)>);

impl<R: ?Sized> Of<R> {
    /// Of the type.
    pub const NEW: Self = Self(PhantomData);
}

impl<R: ?Sized> Clone for Of<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: ?Sized> Copy for Of<R> {}

/// One resource type, and not that of whoever implements a trait.
#[diagnostic::on_unimplemented(
    message = "an event type belongs to one resource type, and whoever implements this has another [EVT052]",
    label = "its resource type is not known here",
    note = "annotate the method of each implementation, or name the resource that is meant with `resource = <expression>`"
)]
pub trait OneType {}

#[diagnostic::do_not_recommend]
impl<R: Resource + ?Sized> OneType for R {}

/// What is known of a string is known when the program runs.
impl OneType for Untyped {}

/// Stands for the type of a value that designates a resource.
#[derive(Debug)]
pub struct Named<V: ?Sized>(PhantomData<fn(&V)>);

impl<V: ?Sized> Named<V> {
    /// Of the type.
    pub const NEW: Self = Self(PhantomData);
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

/// Stands for a type that is named as a category.
#[derive(Debug)]
pub struct NamedCategory<C: ?Sized>(PhantomData<fn(&C)>);

impl<C: ?Sized> NamedCategory<C> {
    /// Of the type.
    pub const NEW: Self = Self(PhantomData);
}

impl<C: Category + ?Sized> NamedCategory<C> {
    /// The category.
    #[inline]
    pub fn of(self) -> Of<C> {
        Of(PhantomData)
    }
}

impl<C: ?Sized> NotNamed for NamedCategory<C> {}
