//! A sheet that a thread writes documents on. What was written of an opening goes on with its operation, whose closing
//! copies from it.

use std::cell::Cell;

use crate::opening::Sheet;

thread_local! {
    static SCRATCH: Cell<Option<Box<Sheet>>> = const { Cell::new(None) };
}

/// Largest buffer that a thread keeps, in bytes.
const MAX_BYTES: usize = 64 * 1_024;

/// Room for a document without a payload, in bytes.
const USUAL_BYTES: usize = 1_536;

/// A blank sheet; a new one while this thread's is in use, and on a thread that is ending.
pub(crate) fn take() -> Box<Sheet> {
    let mut sheet = SCRATCH.try_with(Cell::take).ok().flatten().unwrap_or_default();
    sheet.wipe();
    sheet.bytes.reserve(USUAL_BYTES);
    sheet
}

/// Gives the sheet to this thread, for the next document.
pub(crate) fn give_back(mut sheet: Box<Sheet>) {
    if sheet.bytes.capacity() > MAX_BYTES {
        sheet.bytes.clear();
        sheet.bytes.shrink_to(MAX_BYTES);
    }
    // A thread that is ending needs none.
    let _ = SCRATCH.try_with(|scratch| scratch.set(Some(sheet)));
}
