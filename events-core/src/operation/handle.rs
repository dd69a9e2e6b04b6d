//! Holding an operation: its memory is that of one that has ended, where this thread has any.

use std::{fmt, mem, ops::Deref, sync::Arc};

use super::OperationState;
use crate::spare;

/// An operation that several hold: its guard, its context, the queue.
#[derive(Clone)]
pub(crate) struct OperationHandle(Memory);

/// What an operation stands in: nothing, once nobody holds it any more.
pub(crate) type Memory = Arc<Option<OperationState>>;

impl OperationHandle {
    pub(crate) fn new(operation: OperationState) -> Self {
        if let Some(mut memory) = spare::take_memory()
            && let Some(vacant) = Arc::get_mut(&mut memory)
        {
            *vacant = Some(operation);
            return Self(memory);
        }
        Self(Arc::new(Some(operation)))
    }

    /// Its call has ended: where nobody else holds it, the next operation on this thread has its memory.
    pub(crate) fn retire(self) {
        let Self(mut memory) = self;
        if let Some(held) = Arc::get_mut(&mut memory) {
            if let Some(operation) = held {
                spare::keep_bytes(mem::take(&mut operation.kept.bytes));
            }
            *held = None;
            spare::keep_memory(memory);
        }
    }
}

impl Deref for OperationHandle {
    type Target = OperationState;

    #[inline]
    fn deref(&self) -> &OperationState {
        match &*self.0 {
            Some(operation) => operation,
            // A handle is made with one, and memory is vacated by whoever gives up the only handle.
            None => unreachable!("a handle holds an operation"),
        }
    }
}

impl fmt::Debug for OperationHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
