//! Add, edit, delete and actions called from code, with their own event and without.
//!
//! The annotated handler *is* the operation: called as it is, it records. These functions say so, or run
//! it with that one operation unrecorded. Whatever it calls in turn is recorded as always, below the
//! nearest recorded operation; nothing is ever recorded twice.
//!
//! ```
//! use events_core::crud;
//! # async fn add_nuvlabox(name: &str) -> Result<(), ()> { let _ = name; Ok(()) }
//! # async fn demo() -> Result<(), ()> {
//! crud::add(add_nuvlabox("seeded at start-up")).await?;          // no `nuvlabox.add`
//! crud::add_with_events(add_nuvlabox("asked for")).await?;       // `nuvlabox.add`, `nuvlabox.add.completed`
//! # Ok(())
//! # }
//! ```

use std::{
    future::Future,
    sync::{Arc, atomic::AtomicBool},
};

use crate::current::{Change, Recording, Scoped, Skip, scoped, with_current};

fn without<F: Future>(operation: &'static str, handler: F) -> Scoped<F> {
    let off = with_current(|current| matches!(current.recording, Recording::Off));
    let skip = Recording::AllBut(Arc::new(Skip { operation, used: AtomicBool::new(false) }));
    scoped(if off { Change::default() } else { Change::recording(skip) }, handler)
}

macro_rules! facade {
    ($($name:ident, $with:ident, $operation:literal, $what:literal;)*) => { $(
        #[doc = concat!("Runs a handler that ", $what, ", without its own event.")]
        ///
        /// Cancel-safe in as far as `handler` is.
        pub fn $name<F: Future>(handler: F) -> Scoped<F> {
            without($operation, handler)
        }

        #[doc = concat!("Runs a handler that ", $what, ", with its events: the same as awaiting it.")]
        ///
        /// Cancel-safe in as far as `handler` is.
        pub fn $with<F: Future>(handler: F) -> F {
            handler
        }
    )* };
}

facade! {
    add, add_with_events, "add", "adds a resource";
    edit, edit_with_events, "edit", "edits a resource";
    delete, delete_with_events, "delete", "deletes a resource";
    do_action, do_action_with_events, "", "runs an action";
}
