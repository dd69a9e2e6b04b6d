//! Whether the process that held a lease before is still alive: its lease changes, or it does not for as long
//! as it holds.

use std::time::{Duration, Instant};

use crate::lease::Lease;

/// What is known of the process that held the lease before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// None yet; it may be gone.
    None,
    /// It wrote its lease in the meantime.
    Alive,
    /// It did not for longer than its lease holds.
    Gone,
}

/// A lease as it was read, and since when it has been so.
#[derive(Clone, Debug)]
pub(crate) struct Sighting {
    counter: u64,
    process: String,
    since: Instant,
    last: Instant,
    lives: bool,
}

/// A relay that waits asks again within this time. After a longer one nobody knows what was in between: the
/// server may have been away, and then no process could write its lease.
const LONGEST_GAP: Duration = Duration::from_secs(15);

impl Sighting {
    fn new(lease: &Lease, now: Instant) -> Self {
        Self { counter: lease.counter, process: lease.holder.process.clone(), since: now, last: now, lives: false }
    }

    /// The lease was read again.
    pub(crate) fn look(seen: &mut Option<Self>, lease: &Lease, holds: Duration, now: Instant) -> Sign {
        let sighting = seen.get_or_insert_with(|| Self::new(lease, now));
        if sighting.process != lease.holder.process {
            *sighting = Self::new(lease, now);
        } else if sighting.counter != lease.counter {
            *sighting = Self { lives: true, ..Self::new(lease, now) };
        } else if now - sighting.last > LONGEST_GAP.max(holds * 2 / 3) {
            *sighting = Self { lives: sighting.lives, ..Self::new(lease, now) };
        }
        sighting.last = now;
        match now - sighting.since > holds {
            true => Sign::Gone,
            false if sighting.lives => Sign::Alive,
            false => Sign::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use events_core::EventId;

    use super::*;
    use crate::lease::Holder;

    fn lease(process: &str, counter: u64) -> Lease {
        Lease {
            journal: "j".to_owned(),
            place: "there".to_owned(),
            holder: Holder { process: process.to_owned(), pid: 1, host: String::new() },
            processes: vec![process.to_owned()],
            counter,
            open_from: EventId::from_u128(0),
            lease_ms: 30_000,
            released: false,
            contested_by: None,
        }
    }

    /// Looks at what is read at these seconds.
    fn signs(reads: &[(u64, &str, u64)]) -> Vec<Sign> {
        let (start, mut seen) = (Instant::now(), None);
        let look = |(second, process, counter): &(u64, &str, u64)| {
            let now = start + Duration::from_secs(*second);
            Sighting::look(&mut seen, &lease(process, *counter), Duration::from_secs(30), now)
        };
        reads.iter().map(look).collect()
    }

    #[test]
    fn a_lease_that_changes_is_that_of_a_living_process() {
        use Sign::{Alive, Gone, None};
        assert_eq!(signs(&[(0, "a", 1), (5, "a", 1), (10, "a", 2), (15, "a", 2)]), [None, None, Alive, Alive]);
        assert_eq!(signs(&[(0, "a", 1), (10, "a", 1), (20, "a", 1), (31, "a", 1)]), [None, None, None, Gone]);
        assert_eq!(signs(&[(0, "a", 1), (10, "a", 2), (25, "a", 2), (41, "a", 2)]), [None, Alive, Alive, Gone]);
        assert_eq!(signs(&[(0, "a", 1), (10, "b", 1), (25, "b", 1)]), [None, None, None], "another one has it");
    }

    #[test]
    fn what_nobody_looked_at_says_nothing() {
        use Sign::None;
        assert_eq!(signs(&[(0, "a", 1), (300, "a", 1), (310, "a", 1)]), [None, None, None]);
    }
}
