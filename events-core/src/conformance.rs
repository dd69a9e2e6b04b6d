//! What the stores promise, as code: one suite for each trait, for whoever implements it.
//!
//! A suite is a list of [`Check`]s, each named after one promise. Run all of them from one test; it names
//! every promise that is broken, and why:
//!
//! ```
//! use events_core::{conformance, memory::MemoryStore};
//!
//! conformance::journal::run_all(&MemoryStore::new);
//! ```
//!
//! Any `Fn() -> Store` that makes fresh stores is a [`Subject`]; a store that outlives its process
//! implements [`Subject::reopen`] too. [`Generator`] and [`Questions`] make realistic events and random
//! questions about them, [`Naive`] answers those by looking at every event.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
};

mod bookmarks;
pub mod destination;
mod generator;
pub mod journal;
mod naive;
mod sample;
pub mod search;
mod written;

pub use generator::{Generator, Questions, entry};
pub use naive::{Expected, Naive};

/// Makes the stores that a suite examines.
pub trait Subject {
    /// The store.
    type Store;

    /// A fresh, empty store, independent of all others.
    fn fresh(&self) -> Self::Store;

    /// Closes a store and opens again what it holds; none where nothing outlives a store.
    fn reopen(&self, store: Self::Store) -> Option<Self::Store> {
        drop(store);
        None
    }
}

impl<F, S> Subject for F
where
    F: Fn() -> S,
{
    type Store = S;

    fn fresh(&self) -> S {
        self()
    }
}

/// One promise, and the code that finds out whether a store keeps it.
#[derive(Debug)]
pub struct Check<S> {
    name: &'static str,
    run: fn(&S),
}

impl<S> Check<S> {
    /// The promise, in words joined by underscores.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Examines the stores that `subject` makes.
    ///
    /// # Panics
    /// The promise is broken; the message says how.
    pub fn run(&self, subject: &S) {
        (self.run)(subject);
    }
}

/// Runs all of `checks`, whatever becomes of the others.
///
/// # Panics
/// A promise is broken. The message names each of them.
fn run_all<S>(suite: &str, checks: &[Check<S>], subject: &S) {
    let mut broken = Vec::new();
    for check in checks {
        // Nothing of a broken check is used again: every check makes stores of its own.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| check.run(subject))) {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let why = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked without words");
            broken.push(format!("  {}: {why}", check.name));
        }
    }
    assert!(
        broken.is_empty(),
        "{} of {} promises of a {suite} are broken:\n{}",
        broken.len(),
        checks.len(),
        broken.join("\n")
    );
}

/// A list of checks, each a function of that name.
macro_rules! promises {
    ($($name:ident),* $(,)?) => {
        vec![$($crate::conformance::Check { name: stringify!($name), run: $name::<S> }),*]
    };
}
use promises;

/// Runs a future of a store to its end, on a runtime of its own.
fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime on this thread needs nothing that can be missing")
        .block_on(future)
}
