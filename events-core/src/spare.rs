//! What calls that have ended leave to the next ones on their thread, so that hardly any has to allocate it.

use std::cell::RefCell;

use crate::{drive::Life, opaque::OpaqueBox};

/// Most that a thread keeps.
const KEPT: usize = 64;

const _: () = assert!(KEPT * size_of::<Life>() <= 32 * 1_024);

thread_local! {
    static SPARE: RefCell<Vec<OpaqueBox<Life>>> = const { RefCell::new(Vec::new()) };
}

/// One that was kept here.
pub(crate) fn take() -> Option<OpaqueBox<Life>> {
    SPARE.try_with(|spare| spare.borrow_mut().pop()).ok().flatten()
}

/// Keeps one that is as good as new.
pub(crate) fn keep(life: OpaqueBox<Life>) {
    // A thread that is ending needs none.
    let _ = SPARE.try_with(|spare| {
        let mut spare = spare.borrow_mut();
        if spare.len() < KEPT {
            spare.push(life);
        }
    });
}
