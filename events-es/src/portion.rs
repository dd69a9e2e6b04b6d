//! How many events to ask for at once.

use events_core::Room;

use crate::search::Source;

/// So many events are fetched at once at first, a page of a hundred and whether there is a next one: nobody knows yet
/// what they weigh.
const AT_FIRST: usize = 101;

/// And so many at most: what came before may have been small, and what comes now large. As large as events become
/// under the usual caps, some 250 KB, so many weigh twice what an answer carries.
const AT_ONCE: usize = 500;

/// How many events to ask for at once: about as many as there is room for, by what those weighed that came before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portion {
    events: usize,
    weight: usize,
    at_most: usize,
}

impl Portion {
    pub(crate) const FIRST: Self = Self { events: 0, weight: 0, at_most: AT_FIRST };

    pub(crate) fn of(self, room: Room) -> usize {
        let each = self.weight.checked_div(self.events).unwrap_or_default().max(1);
        // One more shows that there is no room for it.
        (room.left() / each).saturating_add(1).min(self.at_most)
    }

    /// What came weighs so much.
    pub(crate) fn learn(&mut self, hits: &[Source<'_>]) {
        self.events += hits.len();
        self.weight += hits.iter().map(|hit| hit.bytes()).sum::<usize>();
        // Those that follow may be larger.
        self.at_most = (4 * self.at_most).min(AT_ONCE);
    }
}
