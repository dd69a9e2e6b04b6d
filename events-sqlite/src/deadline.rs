//! What a search asks while it runs on its thread: whether its limit is over, and whether it has become a long one.

use std::{
    cell::Cell,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::{limit::Limit, pool::Queue};

/// A search that takes longer is a long one, where it has looked at many events or parts of the store. What an index
/// serves looks at few, and may be slow because the machine is.
const QUICK: Duration = Duration::from_millis(20);

/// So many are many.
const MANY: u32 = 256;

/// A search that takes so long is a long one, whatever it looked at.
const LONG: Duration = Duration::from_millis(500);

/// Until when a search may run on its thread.
pub(crate) struct Deadline {
    limit: Limit,
    queue: Arc<Queue>,
    began: Instant,
    /// How many events and parts were looked at.
    looked_at: Cell<u32>,
    place: Cell<Place>,
}

/// As what something waits or runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    LookUp,
    Quick,
    Long,
    /// It gives its thread back.
    Left,
}

impl Deadline {
    /// It begins now.
    pub(crate) fn new(limit: Limit, queue: Arc<Queue>, place: Place) -> Self {
        Self { limit, queue, began: Instant::now(), looked_at: Cell::new(0), place: Cell::new(place) }
    }

    pub(crate) fn place(&self) -> Place {
        self.place.get()
    }

    /// Whether it was asked so long ago that it is not begun.
    pub(crate) fn is_late(&self) -> bool {
        self.limit.is_late(self.began)
    }

    /// Asked for every event and every part that is looked at: whether the search has to end where it is. What it has
    /// found then is an answer, or is thrown away and asked again: that is for the pool.
    pub(crate) fn passed(&self) -> bool {
        self.looked_at.set(self.looked_at.get().saturating_add(1));
        self.is_over()
    }

    /// The same, asked in between.
    pub(crate) fn is_over(&self) -> bool {
        let now = Instant::now();
        self.limit.is_abandoned() || self.limit.has_passed(now) || self.has_left(now)
    }

    fn has_left(&self, now: Instant) -> bool {
        if self.place.get() == Place::Quick {
            let ran = now.saturating_duration_since(self.began);
            if (ran >= QUICK && self.looked_at.get() >= MANY) || ran >= LONG {
                self.place.set(self.queue.place_after(ran));
            }
        }
        self.place.get() == Place::Left
    }
}
