//! Whether details that are given as a value have what their category demands.
//!
//! The type of the value is inferred, so the names of its fields are numbers in the types, as in [`crate::fits`]. Traits, not
//! functions with bounds: an error is then about the value, as in [`crate::asked`].

use std::{rc::Rc, sync::Arc};

use crate::{
    fits::{Of, fingerprint},
    href::Untyped,
    record::Record,
};

/// Implemented for every field of a value that is recorded as an object: a hash of its name.
pub trait Records<const NAME: u64>: Record {}

macro_rules! pointers {
    ($($pointer:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<const NAME: u64, D: Records<NAME> + ?Sized> Records<NAME> for $pointer {}
    )* };
}

pointers!(&D, &mut D, Box<D>, Rc<D>, Arc<D>);

/// Details of category `state`.
#[diagnostic::on_unimplemented(
    message = "an event of category `state` records the state that was reached, and `{Self}` has no field `new_state` [EVT021]",
    label = "no field `new_state`",
    note = "add the field to a struct that derives `events::Record`, or name the detail: `details(new_state: String = …)`"
)]
pub trait RecordsState {
    /// The value.
    fn met(&self) -> &dyn Record;
}

const NEW_STATE: u64 = fingerprint("new-state");

#[diagnostic::do_not_recommend]
impl<D: Records<NEW_STATE>> RecordsState for D {
    fn met(&self) -> &dyn Record {
        self
    }
}

/// What a category demands of details: a list of [`Name`]s, `(Name<…>, (Name<…>, ()))`.
pub trait Demanding {
    /// The list.
    type Details;
}

/// The name of a detail: a hash.
#[derive(Debug)]
pub enum Name<const NAME: u64> {}

/// A value that records every detail of a list.
pub trait RecordsAll<Names>: Record {}

impl<D: Record> RecordsAll<()> for D {}

impl<const NAME: u64, Rest, D: Records<NAME> + RecordsAll<Rest>> RecordsAll<(Name<NAME>, Rest)> for D {}

/// A category whose demands details of the type `D` meet.
#[diagnostic::on_unimplemented(
    message = "a `{D}` does not record what an event of category `{Self}` records [EVT026]",
    label = "lacks a detail that `{Self}` demands",
    note = "add what `details(…)` of the category lists to a struct that derives `events::Record`, or name the details one by one"
)]
pub trait Demands<D> {
    /// The value.
    fn met(_: Of<Self>, details: &D) -> &dyn Record;
}

#[diagnostic::do_not_recommend]
impl<C: Demanding, D: RecordsAll<C::Details>> Demands<D> for C {
    fn met(_: Of<Self>, details: &D) -> &dyn Record {
        details
    }
}

/// What is no category is reported where it is named, and demands nothing.
impl Demanding for Untyped {
    type Details = ();
}

/// A resource type whose events may have details of the type `D` where they name no category.
pub trait Defaults<D> {
    /// The value.
    fn met(_: Of<Self>, details: &D) -> &D {
        details
    }
}

/// What is known of a string is known when the program runs.
impl<D> Defaults<D> for Untyped {}
