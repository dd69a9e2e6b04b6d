//! A place among the open operations of a manager, which has a limit of them.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::{manager::Shared, opaque::Opaque};

/// One place, until it is given back.
#[derive(Debug)]
pub(crate) struct OpenSlot {
    shared: Opaque<Shared>,
    given_back: AtomicBool,
}

impl OpenSlot {
    /// Takes a place; a root operation only when there is one left.
    pub(crate) fn take(shared: &Opaque<Shared>, nested: bool) -> Option<Self> {
        let open = shared.open_operations.fetch_add(1, Ordering::AcqRel);
        let slot = Self { shared: shared.clone(), given_back: AtomicBool::new(false) };
        (nested || open < slot.shared.limits.open_operations).then_some(slot)
    }

    /// The manager.
    pub(crate) fn shared(&self) -> &Opaque<Shared> {
        &self.shared
    }

    /// The operation does not count as open any more. Once is enough.
    pub(crate) fn give_back(&self) {
        if !self.given_back.swap(true, Ordering::AcqRel) {
            self.shared.open_operations.fetch_sub(1, Ordering::AcqRel);
        }
    }

    pub(crate) fn is_given_back(&self) -> bool {
        self.given_back.load(Ordering::Acquire)
    }
}

impl Drop for OpenSlot {
    fn drop(&mut self) {
        self.give_back();
    }
}
