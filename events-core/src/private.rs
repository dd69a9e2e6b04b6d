//! What the expansions of the macros use. Not an interface: it changes without notice.

use std::{fmt, marker::PhantomData};

pub use core::{self, env, module_path, option::Option, result::Result};
pub use std::borrow::Cow;

pub use inventory;

pub use crate::{
    __location as location, asked,
    category::{Category, CategoryRef, Severity},
    declaration::{
        CategoryDeclaration, CategorySpec, DetailField, EventDeclaration, EventSpec, Location, MessagePart,
        NestedFailure, Registration, ResourceDeclaration, ResourceSpec,
    },
    demands,
    direct::{EventDetails, EventFor, Links},
    drive::{Call, Read, Says, Silent},
    fits::{self, Declares, NotNamed},
    href::{Designates, Resource},
    outcome::Refusable,
    record::{Details, Record, Recorder},
};

/// Gives the inner block of an expansion its return type; never called.
#[cold]
#[inline(never)]
pub fn never<T>() -> T {
    unreachable!("an expansion names this in a branch that is never taken")
}

/// Asks a value how its operation ended: whatever it, or its parts, can say.
pub struct Probe<'v, T: ?Sized>(pub &'v T);

impl<T: ?Sized> fmt::Debug for Probe<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Probe")
    }
}

/// The levels of [`Probe`], most telling first. Method resolution takes the first that applies: by
/// reference, one `&` fewer at each level (David Tolnay, "autoref-based stable specialization").
pub mod probe {
    use std::{borrow::Cow, fmt::Display};

    use super::Probe;
    use crate::outcome::{Ending, Outcome, Reason};

    type Created<'v> = Option<Cow<'v, str>>;

    /// An outcome.
    pub trait ViaOutcome<'v> {
        #[doc(hidden)]
        fn __events_ending(&self) -> Ending;
        #[doc(hidden)]
        fn __events_created(&self) -> Created<'v>;
    }

    impl<'v, T: Outcome + ?Sized> ViaOutcome<'v> for &&&&&&&Probe<'v, T> {
        fn __events_ending(&self) -> Ending {
            self.0.ending()
        }

        fn __events_created(&self) -> Created<'v> {
            self.0.created()
        }
    }

    macro_rules! via_result {
        ($($level:ident for [$($amp:tt)*] [$($bound:tt)*] $ok:expr, $created:expr, $err:expr;)*) => { $(
            #[doc(hidden)]
            pub trait $level<'v> {
                #[doc(hidden)]
                fn __events_ending(&self) -> Ending;
                #[doc(hidden)]
                fn __events_created(&self) -> Created<'v>;
            }

            impl<'v, $($bound)*> $level<'v> for $($amp)* Probe<'v, Result<T, E>> {
                fn __events_ending(&self) -> Ending {
                    let ok: fn(&T) -> Ending = $ok;
                    let err: fn(&E) -> Ending = $err;
                    match self.0 {
                        Ok(value) => ok(value),
                        Err(error) => err(error),
                    }
                }

                fn __events_created(&self) -> Created<'v> {
                    let created: fn(&'v T) -> Created<'v> = $created;
                    self.0.as_ref().ok().and_then(created)
                }
            }
        )* };
    }

    via_result! {
        ViaBoth for [&&&&&&] [T: Outcome, E: Outcome] T::ending, T::created, E::ending;
        ViaErrOutcome for [&&&&&] [T, E: Outcome] |_| Ending::COMPLETED, |_| None, E::ending;
        ViaOkOutcome for [&&&&] [T: Outcome, E: Display] T::ending, T::created, |error| Ending::from_error(error);
        ViaOkOnly for [&&&] [T: Outcome, E] T::ending, T::created, |_| Ending::failed(Reason::Error);
        ViaDisplay for [&&] [T, E: Display] |_| Ending::COMPLETED, |_| None, |error| Ending::from_error(error);
        ViaResult for [&] [T, E] |_| Ending::COMPLETED, |_| None, |_| Ending::failed(Reason::Error);
    }

    /// Anything else completed.
    pub trait ViaAny<'v> {
        #[doc(hidden)]
        fn __events_ending(&self) -> Ending;
        #[doc(hidden)]
        fn __events_created(&self) -> Created<'v>;
    }

    impl<'v, T: ?Sized> ViaAny<'v> for Probe<'v, T> {
        fn __events_ending(&self) -> Ending {
            Ending::COMPLETED
        }

        fn __events_created(&self) -> Created<'v> {
            None
        }
    }
}

/// A value that is recorded by a function: the fields of an enum's variant.
pub fn record_with<F: Fn(&mut Recorder<'_>)>(record: F) -> impl Record {
    RecordedWith(record)
}

struct RecordedWith<F>(F);

impl<F: Fn(&mut Recorder<'_>)> Record for RecordedWith<F> {
    fn record(&self, recorder: &mut Recorder<'_>) {
        (self.0)(recorder);
    }
}

/// What is known of a type that may designate a resource: `Known::<V>::DECLARATION` is the inherent
/// constant where it does, else that of [`NotKnown`], so that a wrong type is reported once, where it is used.
pub struct Known<V: ?Sized>(PhantomData<fn(&V)>);

impl<V: ?Sized> fmt::Debug for Known<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Known")
    }
}

impl<V: Designates + ?Sized> Known<V> {
    /// The declaration that the type names.
    pub const DECLARATION: Option<&'static ResourceDeclaration> = V::DECLARATION;
}

/// See [`Known`].
pub trait NotKnown {
    /// Nothing is known.
    const DECLARATION: Option<&'static ResourceDeclaration> = None;
}

impl<V: ?Sized> NotKnown for Known<V> {}

pub use crate::checks::{check_all, check_demands, check_event};

/// For handlers whose return type is `impl IntoResponse`.
#[cfg(feature = "axum")]
pub mod axum {
    use std::{
        future::Future,
        pin::Pin,
        task::{Context, Poll},
    };

    use axum::response::IntoResponse;
    pub use axum::response::Response;

    use crate::refused::Refused;

    /// The response that the handler's value is.
    pub fn into_response(value: impl IntoResponse) -> Response {
        value.into_response()
    }

    pin_project_lite::pin_project! {
        /// A body whose value becomes a response.
        #[derive(Debug)]
        #[must_use = "futures do nothing unless polled"]
        pub struct Responding<F> {
            #[pin]
            body: F,
        }
    }

    /// The body, whose value becomes a response.
    pub fn responding<F: Future<Output: IntoResponse>>(body: F) -> Responding<F> {
        Responding { body }
    }

    impl<F: Future<Output: IntoResponse>> Future for Responding<F> {
        type Output = Response;

        fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Response> {
            self.project().body.poll(task).map(IntoResponse::into_response)
        }
    }

    /// The response that says that the handler was never run.
    pub fn refused(refused: Refused) -> Response {
        refused.into_response()
    }
}
