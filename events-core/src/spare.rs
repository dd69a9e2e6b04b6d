//! What calls that have ended leave to the next ones on their thread, so that hardly any has to allocate it.

use std::cell::RefCell;

use crate::{
    drive::Life,
    opaque::OpaqueBox,
    operation::{Memory, OperationState},
};

/// Most calls whose memory a thread keeps.
const MAX_CALLS: usize = 64;

const _: () = assert!(MAX_CALLS * (size_of::<Life>() + size_of::<OperationState>()) <= 64 * 1_024);

thread_local! {
    static SPARE: RefCell<Spare> = const { RefCell::new(Spare { lives: Vec::new(), memory: Vec::new() }) };
}

struct Spare {
    lives: Vec<OpaqueBox<Life>>,
    memory: Vec<Memory>,
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

fn with(keep: impl FnOnce(&mut Spare)) {
    // A thread that is ending needs none.
    let _ = SPARE.try_with(|spare| keep(&mut spare.borrow_mut()));
}

fn put<T>(kept: &mut Vec<T>, one: T) {
    if kept.len() < MAX_CALLS {
        kept.push(one);
    }
}
