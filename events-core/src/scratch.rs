//! A draft that a thread writes documents into, so that a document is allocated once: where it is kept.

use std::cell::Cell;

use crate::opening::Draft;

thread_local! {
    static SCRATCH: Cell<Option<Box<Draft>>> = const { Cell::new(None) };
}

/// Largest buffer that a thread keeps.
const KEPT: usize = 64 * 1_024;

/// Room for a document without a payload.
const USUAL: usize = 1_536;

/// A draft without bytes; a new one while this thread's is in use, and on a thread that is ending.
pub(crate) fn take() -> Box<Draft> {
    let mut draft = SCRATCH.try_with(Cell::take).ok().flatten().unwrap_or_default();
    draft.bytes.clear();
    draft.bytes.reserve(USUAL);
    draft
}

/// Gives the draft to this thread, for the next document.
pub(crate) fn give_back(mut draft: Box<Draft>) {
    if draft.bytes.capacity() > KEPT {
        draft.bytes.clear();
        draft.bytes.shrink_to(KEPT);
    }
    // A thread that is ending needs none.
    let _ = SCRATCH.try_with(|scratch| scratch.set(Some(draft)));
}
