//! What a declaration names and the runtime asks: functions of the user, a context, the answer of an `add`.
//!
//! Traits, not functions with bounds: an error is then about the value that the user wrote, and points nowhere else.

use std::{borrow::Cow, marker::PhantomData, rc::Rc, sync::Arc};

use crate::{
    context::Context,
    href::Designates,
    outcome::{Ending, Outcome},
    record::Record,
    refused::Refused,
};

/// `outcome = path`: how an operation ended, asked about what it returned.
#[diagnostic::on_unimplemented(
    message = "`outcome` cannot ask this about what the function returns [EVT038]",
    label = "expected a `fn({Returned}) -> events::Ending`",
    note = "name a function of that signature, or implement `events::Outcome` for what is returned"
)]
pub trait AskEnding<Returned> {
    /// Asks.
    fn ending(self, returned: Returned) -> Ending;
}

#[diagnostic::do_not_recommend]
impl<Returned: Is<A>, A, E: Is<Ending>> AskEnding<Returned> for fn(A) -> E {
    fn ending(self, returned: Returned) -> Ending {
        self(returned.same()).same()
    }
}

/// `created = path`: what was added, asked about what the operation returned.
#[diagnostic::on_unimplemented(
    message = "`created` cannot ask this about what the function returns [EVT038]",
    label = "expected a `fn({Returned}) -> Option<Href<R>>`",
    note = "name a function of that signature, or implement `events::Outcome` with `created` for what is returned"
)]
pub trait AskCreated<Returned> {
    /// Asks.
    fn created(self, returned: Returned) -> Option<Cow<'static, str>>;
}

#[diagnostic::do_not_recommend]
impl<Returned: Is<A>, A, V: Designates> AskCreated<Returned> for fn(A) -> Option<V> {
    fn created(self, returned: Returned) -> Option<Cow<'static, str>> {
        self(returned.same()).map(|value| Cow::Owned(value.href().into_owned()))
    }
}

/// `refused = path`: what the function returns when it was not run.
#[diagnostic::on_unimplemented(
    message = "`refused` cannot make of this what the function returns [EVT038]",
    label = "expected a `fn(events::Refused) -> {Returned}`",
    note = "name a function of that signature, or let the error implement `From<events::Refused>`"
)]
pub trait AskRefused<Returned> {
    /// Asks.
    fn refused(self, refused: Refused) -> Returned;
}

#[diagnostic::do_not_recommend]
impl<Returned, A: IsRefused, R: Is<Returned>> AskRefused<Returned> for Refusing<fn(A) -> R, Returned> {
    fn refused(self, refused: Refused) -> Returned {
        (self.0)(A::same(refused)).same()
    }
}

/// Only [`Refused`] itself.
pub trait IsRefused {
    /// The same.
    fn same(refused: Refused) -> Self;
}

#[diagnostic::do_not_recommend]
impl IsRefused for Refused {
    fn same(refused: Refused) -> Self {
        refused
    }
}

/// A function for one return type: the compiler is not to propose another one.
#[derive(Debug)]
pub struct Refusing<F, Returned>(F, PhantomData<fn() -> Returned>);

impl<F, Returned> Refusing<F, Returned> {
    /// Of the function.
    pub fn by(function: F) -> Self {
        Self(function, PhantomData)
    }
}

/// Only the type itself: another one is an error about the function, not about a type.
pub trait Is<T> {
    /// The same.
    fn same(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T> Is<T> for T {
    fn same(self) -> T {
        self
    }
}

/// `ctx = expression`: who acts.
#[diagnostic::on_unimplemented(
    message = "`ctx` says who acts, and a `{Self}` does not [EVT039]",
    label = "expected an `events::Context`",
    note = "give it a context, such as `events::Context::new(caller)`, or leave `ctx` out inside `events::scope`"
)]
pub trait GivesContext {
    /// The context.
    fn context(&self) -> Context;
}

#[diagnostic::do_not_recommend]
impl GivesContext for Context {
    fn context(&self) -> Context {
        self.clone()
    }
}

macro_rules! pointers {
    ($($pointer:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<C: GivesContext + ?Sized> GivesContext for $pointer {
            fn context(&self) -> Context {
                C::context(self)
            }
        }
    )* };
}

pointers!(&C, &mut C, Box<C>, Rc<C>, Arc<C>);

/// The answer of an `add`, which says what was added.
#[diagnostic::on_unimplemented(
    message = "nothing says what this `add` added [EVT049]",
    label = "`{Self}` does not say it",
    note = "return its href (`Result<Href<R>, E>`), or implement `events::Outcome` with `created` for what is returned",
    note = "or name a function: `created = path::to::function`; or the resource, where it is known before: `resource = <expression>`"
)]
pub trait TellsAdded {
    /// Its href, where it was added.
    fn added(&self) -> Option<Cow<'_, str>>;
}

#[diagnostic::do_not_recommend]
impl<T: Outcome> TellsAdded for T {
    fn added(&self) -> Option<Cow<'_, str>> {
        self.created()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Outcome, E> TellsAdded for Result<T, E> {
    fn added(&self) -> Option<Cow<'_, str>> {
        self.as_ref().ok().and_then(T::created)
    }
}

/// A return value whose `payload(outcome)` is recorded.
#[diagnostic::on_unimplemented(
    message = "`payload(outcome)` cannot record a `{Self}` [EVT027]",
    label = "not a recordable outcome",
    note = "derive `events::Record` for its value, or leave `outcome` out of `payload(…)`"
)]
pub trait OutcomeValue {
    /// What is recorded; nothing of an error.
    fn value(&self) -> Option<&dyn Record>;
}

#[diagnostic::do_not_recommend]
impl<T: Record, E> OutcomeValue for Result<T, E> {
    fn value(&self) -> Option<&dyn Record> {
        self.as_ref().ok().map(|value| value as &dyn Record)
    }
}
