//! A buffer that a thread writes documents into, so that a document is allocated once: where it is kept.

use std::cell::Cell;

thread_local! {
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Room for a document without a payload.
const USUAL: usize = 1_536;

/// Largest buffer that a thread keeps.
const KEPT: usize = 64 * 1_024;

/// An empty buffer; a new one while this thread's is in use, and on a thread that is ending.
pub(crate) fn take() -> Vec<u8> {
    let mut buffer = SCRATCH.try_with(Cell::take).unwrap_or_default();
    buffer.clear();
    buffer.reserve(USUAL);
    buffer
}

/// Gives the buffer to this thread, for the next document.
pub(crate) fn give_back(mut buffer: Vec<u8>) {
    if buffer.capacity() > KEPT {
        buffer.clear();
        buffer.shrink_to(KEPT);
    }
    // A thread that is ending needs none.
    let _ = SCRATCH.try_with(|scratch| scratch.set(buffer));
}
