//! Which operations of this journal are open on the server, as far as it was told of them: what bounds how
//! far back somebody has to look for them when this process is gone.

use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};

use events_core::EventId;

/// Openings that are this much older than the newest one sent are not expected to be sent any more. One that
/// comes nevertheless waits until the lease says so.
const SLACK: Duration = Duration::from_secs(600);

/// Follows what is sent, in the order of the journal.
#[derive(Debug, Default)]
pub(crate) struct OpenThere {
    /// Sent, or about to be, and no closing of it is there.
    open: BTreeSet<EventId>,
    /// The newest opening that was sent.
    newest: Option<EventId>,
    /// What the lease says: no open operation has an older opening.
    published: Option<EventId>,
    /// What was closed while those that earlier processes left open are being looked for; none when they are known.
    closed_meanwhile: Option<HashSet<EventId>>,
}

impl OpenThere {
    /// Begins with the lease of a journal: what it says holds until all that is open there is known.
    pub(crate) fn begin(&mut self, published: EventId) {
        self.published = Some(published);
        self.closed_meanwhile = Some(HashSet::new());
    }

    /// Openings are about to be sent. Answers whether the lease says so already.
    pub(crate) fn sending(&mut self, openings: impl IntoIterator<Item = EventId>) -> bool {
        let mut covered = true;
        for opening in openings {
            covered &= self.is_covered(opening);
            self.newest = self.newest.max(Some(opening));
            self.open.insert(opening);
        }
        covered
    }

    fn is_covered(&self, opening: EventId) -> bool {
        self.published.is_none_or(|published| opening >= published)
    }

    /// Whether the lease covers everything that is open.
    pub(crate) fn all_covered(&self) -> bool {
        self.open.first().is_none_or(|oldest| self.is_covered(*oldest))
    }

    /// A closing is there, or the opening will never be.
    pub(crate) fn closed(&mut self, opening: EventId) {
        self.open.remove(&opening);
        if let Some(closed) = &mut self.closed_meanwhile {
            closed.insert(opening);
        }
    }

    /// Earlier processes left this open.
    pub(crate) fn found(&mut self, opening: EventId) {
        if self.closed_meanwhile.as_ref().is_some_and(|closed| !closed.contains(&opening)) {
            self.open.insert(opening);
        }
    }

    /// All that earlier processes left open is known.
    pub(crate) fn all_found(&mut self) {
        self.closed_meanwhile = None;
    }

    pub(crate) fn looks_for_more(&self) -> bool {
        self.closed_meanwhile.is_some()
    }

    /// What the lease may say next. From here on nothing older is sent before it says something else.
    pub(crate) fn next(&mut self) -> EventId {
        let published = self.published.unwrap_or(EventId::from_u128(0));
        let oldest = self.open.first().copied();
        let next = if self.looks_for_more() {
            oldest.map_or(published, |oldest| oldest.min(published))
        } else {
            let recent = self.newest.map(|newest| EventId::first_at(newest.timestamp().minus(SLACK)));
            oldest.into_iter().chain(recent).min().unwrap_or(published)
        };
        // Until it is written what stands there holds as well.
        self.published = Some(next.max(published));
        next
    }

    /// The lease says so now.
    pub(crate) fn published(&mut self, open_from: EventId) {
        self.published = Some(open_from);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty() && !self.looks_for_more()
    }
}

#[cfg(test)]
mod tests {
    use events_core::Timestamp;

    use super::*;

    fn id(seconds: i64) -> EventId {
        EventId::first_at(Timestamp::from_millis(1_773_144_000_000 + seconds * 1_000))
    }

    fn settled() -> OpenThere {
        let mut there = OpenThere::default();
        there.begin(EventId::from_u128(0));
        there.all_found();
        there
    }

    #[test]
    fn the_oldest_open_operation_bounds_what_has_to_be_looked_at() {
        let mut there = settled();
        assert!(there.sending([id(0), id(3_600), id(7_200)]));
        assert_eq!(there.next(), id(0));
        there.closed(id(0));
        assert_eq!(there.next(), id(3_600));
        there.closed(id(3_600));
        there.closed(id(7_200));
        assert_eq!(there.next(), id(6_600), "ten minutes before the newest");
        assert!(there.is_empty());
    }

    #[test]
    fn an_older_opening_waits_for_the_lease() {
        let mut there = settled();
        assert!(there.sending([id(7_200)]));
        there.closed(id(7_200));
        let next = there.next();
        there.published(next);
        assert!(!there.sending([id(0)]));
        assert!(!there.all_covered());
        let lower = there.next();
        assert_eq!(lower, id(0));
        assert!(!there.all_covered(), "not before it is written");
        there.published(lower);
        assert!(there.all_covered() && there.sending([id(0)]));
    }

    #[test]
    fn what_earlier_processes_left_open_counts() {
        let mut there = OpenThere::default();
        there.begin(id(0));
        assert!(there.sending([id(9_000)]));
        assert_eq!(there.next(), id(0), "not all is known");
        there.closed(id(20));
        there.found(id(10));
        there.found(id(20));
        there.all_found();
        assert_eq!(there.next(), id(10), "what was closed meanwhile is closed");
    }
}
