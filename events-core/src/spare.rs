//! What calls that have ended leave to the next ones on their thread, so that hardly any has to allocate it.

use std::cell::RefCell;

use crate::{
    drive::Life,
    opaque::OpaqueBox,
    operation::{Memory, OperationState},
};

/// Most calls whose memory a thread keeps.
const MAX_CALLS: usize = 64;

/// Most bytes of one whose memory is kept.
const MAX_BYTES: usize = 4 * 1_024;

const _: () = assert!(MAX_CALLS * (size_of::<Life>() + size_of::<OperationState>() + MAX_BYTES) <= 320 * 1_024);

thread_local! {
    static SPARE: RefCell<Spare> = const { RefCell::new(Spare { lives: Vec::new(), memory: Vec::new(), bytes: Vec::new() }) };
}

struct Spare {
    lives: Vec<OpaqueBox<Life>>,
    memory: Vec<Memory>,
    bytes: Vec<Vec<u8>>,
}

/// A life that was kept here.
pub(crate) fn take() -> Option<OpaqueBox<Life>> {
    SPARE.try_with(|spare| spare.borrow_mut().lives.pop()).ok().flatten()
}

/// Keeps one that is as good as new.
pub(crate) fn keep(life: OpaqueBox<Life>) {
    with(|spare| put(&mut spare.lives, life));
}

/// The memory of an operation that was kept here.
pub(crate) fn take_memory() -> Option<Memory> {
    SPARE.try_with(|spare| spare.borrow_mut().memory.pop()).ok().flatten()
}

/// Keeps memory that nothing stands in any more.
pub(crate) fn keep_memory(memory: Memory) {
    with(|spare| put(&mut spare.memory, memory));
}

/// Memory for a document; none is allocated where none was kept.
pub(crate) fn take_bytes() -> Vec<u8> {
    SPARE.try_with(|spare| spare.borrow_mut().bytes.pop()).ok().flatten().unwrap_or_default()
}

/// Keeps memory that a document was written in.
pub(crate) fn keep_bytes(bytes: Vec<u8>) {
    if (1..=MAX_BYTES).contains(&bytes.capacity()) {
        with(|spare| put(&mut spare.bytes, bytes));
    }
}

fn with(keep: impl FnOnce(&mut Spare)) {
    // A thread that is ending needs none.
    let _ = SPARE.try_with(|spare| keep(&mut spare.borrow_mut()));
}

fn put<T>(kept: &mut Vec<T>, one: T) {
    if kept.len() < MAX_CALLS {
        kept.push(one);
    }
}
